/*
 * datac.c
 *	  Any bytes as a table of data/: the data compiler says file and line, or
 *	  writes C.
 *
 * The first byte of the input tells which table it is, the rest is its text;
 * the other tables are small good ones (those of t/c/test_datac.sh).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* What the compiler says goes where it can be looked at. */
static FILE *said;
#undef stderr
#define stderr said
#define main datac_main
#include "../src/datac/datac.c"
#undef main

static const struct
{
	const char *name;
	const char *text;
}			good[] = {
	{"reasons.tsv", "reason\tkind\thard_bounce\tfault\tadvice\tmeaning\tbouncehammer\tkumomta\tsparkpost\tses\tpowermta\tpostmark\tsendgrid\nuserunknown\tfailure\tt\trecipient\tremove\tno such \"user\"\?\?/\nblocked\tfailure\tf\tsender\tfix_sender\trefused */ by /* list\n"},
	{"phrases.tsv", "# a comment\n\nphrase\treason\trank\tprovider\tlanguage\tsource\nUser  Unknown\tuserunknown\nmail to * refused\tblocked\tspecific\tyahoo,google\ten\tseen\n\\#5.1.1 \\* \\\\\tuserunknown\ttrap\n"},
	{"families.tsv", "family\tphrase\tregex\treason\trank\tprovider\tlanguage\tsource\n"},
	{"status.tsv", "code\treason\tstrength\tmeaning\n5.1.1\tuserunknown\tdecides\tbad mailbox\nX.7.1\tblocked\tnone\tpolicy\n5.7.606-609\tblocked\tweak\trange\n"},
	{"provider-status.tsv", "provider\tcode\treason\tmeaning\nyahoo\t5.1.1\tblocked\tours\n"},
	{"replies.tsv", "code\tcommand\treason\tmeaning\n550\t\tuserunknown\tany\n550\tRCPT\tuserunknown\tno\n421\tDATA\tblocked\tbusy\n"},
	{"providers.tsv", "provider\ttitle\nyahoo\tYahoo\ngoogle\tGoogle\n"},
	{"domains.tsv", "suffix\tprovider\tgroup\tuse\nyahoo.com\tyahoo\twebmail\tdestination\nexample\t\treserved\tboth\n"},
	{"blocklists.tsv", "fragment\tname\nzen.spamhaus.org\tspamhaus-zen\n"},
	{"roles.tsv", "local\trole\tsource\npostmaster\ttechnical\tRFC 2142\n"},
	{"disposable.tsv", "domain\tservice\tsource\nthrow.example\tThrow\tvendor\n"},
	{"kept.tsv", "kept\tuse\nmonday\nsubject\tsubject\n"},
	{"bystanders.tsv", "words\trole\npostmaster\toffice\nsent by\tfrom\n"},
	{"decoders.tsv", "decoder\ttitle\trole\nqmail\tqmail\nExim\tExim\tgateway\n"},
	{"marker-kinds.tsv", "kind\tmeaning\nstart\tfailed recipients follow\nat-rcpt\tit failed at RCPT\n"},
	{"markers.tsv", "phrase\tmarker\tdecoder\twhere\nfailed recipients:\tstart\tExim\tline\n=(at rcpt)\tat-rcpt\n"},
	{"sign-kinds.tsv", "kind\tmeaning\ndaemon\tthe sender is a mail system\n"},
	{"signs.tsv", "phrase\tsign\tdecoder\twhere\nfrom: *mailer-daemon\tdaemon\t\tstart\n"},
	{"vocabularies.tsv", "vocabulary\tname\treason\nkumomta\tInvalidRecipient\tuserunknown\nkumomta\tSubscribe\nses\tPermanent/General\tuserunknown\n"},
	{"webhooks.tsv", "service\tdecoder\tneeds\tvocabulary\trole\tsource\nsg\tqmail\tevent email|recipient\t\t\tseen\nkm\tExim\ttype\tkumomta\tplain\tseen\n"},
	{"webhook-paths.tsv", "service\tpath\tattribute\nsg\tEvent\tevent\nsg\temail\trecipient\nkm\tlist[].Code\tcode\n"},
	{"webhook-events.tsv", "service\tevent\tclass\tkind\treason\tweight\nsg\tbounce\t\tfailure\nsg\t*\tlisted\t\tblocked\tknows\nkm\t-\t\tnone\n"},
	{"webhook-envelopes.tsv", "key\tholds\ndata\ta list\n"},
};

#define TABLES (sizeof(good) / sizeof(good[0]))

static char folder[] = "/tmp/bounce-datac.XXXXXX";

static void
write_table(const char *name, const void *bytes, size_t n)
{
	char		path[128];
	int			file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || write(file, bytes, n) != (ssize_t) n || close(file) != 0)
		abort();
}

/* Takes the folder away when all is done. */
static void
remove_folder(void)
{
	char		path[128];

	for (size_t i = 0; i < TABLES; i++)
	{
		snprintf(path, sizeof(path), "%s/%s", folder, good[i].name);
		unlink(path);
	}
	rmdir(folder);
}

/* Each line is "FOLDER/FILE:LINE: words" of a file that is there, and a line that it has. */
static void
check_said(const char *words, size_t size)
{
	while (*words)
	{
		const char *end = strchr(words, '\n');
		size_t		n = strlen(folder);
		size_t		table = 0;
		unsigned long line;
		char	   *behind;

		if (end == NULL || strncmp(words, folder, n) != 0 || words[n] != '/')
			broken("an error begins with the file", words);
		words += n + 1;
		while (table < TABLES && (strncmp(words, good[table].name, strlen(good[table].name)) != 0 || words[strlen(good[table].name)] != ':'))
			table++;
		if (table == TABLES)
			broken("an error names a table", words);
		line = strtoul(words + strlen(good[table].name) + 1, &behind, 10);
		if (line == 0 || line > size + 16 || behind[0] != ':' || behind[1] != ' ' || behind + 2 >= end)
			broken("an error names a line and says something", words);
		words = end + 1;
	}
}

/* Is it C as far as its words go?  Literals and comments end, and brackets pair. */
static void
check_c(const Text *text)
{
	int			depth = 0;
	size_t		i = 0;

	while (i < text->n)
	{
		char		c = text->p[i];

		if (c == '"' || c == '\'')
		{
			for (i++; i < text->n && text->p[i] != c; i++)
			{
				if (text->p[i] == '\n' || text->p[i] == '\0')
					broken("a literal ends", "with its line");
				if (text->p[i] == '\\')
					i++;
			}
			if (i >= text->n)
				broken("a literal ends", NULL);
		}
		else if (c == '/' && i + 1 < text->n && text->p[i + 1] == '*')
		{
			for (i += 2; i + 1 < text->n && !(text->p[i] == '*' && text->p[i + 1] == '/'); i++)
				;
			if (i + 1 >= text->n)
				broken("a comment ends", NULL);
			i++;
		}
		else
		{
			depth += c == '{' || c == '(' || c == '[';
			depth -= c == '}' || c == ')' || c == ']';
			if (depth < 0 || ((unsigned char) c < ' ' && c != '\n' && c != '\t') || (unsigned char) c >= 0x7f)
				broken("words of C", NULL);
		}
		i++;
	}
	if (depth != 0)
		broken("brackets pair", NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	size_t		table;
	Datac		datac = {0};
	Output		output = {0};
	char	   *words = NULL;
	size_t		words_n = 0;

	if (!made)
	{
		if (mkdtemp(folder) == NULL)
			abort();
		atexit(remove_folder);
		for (size_t i = 0; i < TABLES; i++)
			write_table(good[i].name, good[i].text, strlen(good[i].text));
		made = true;
	}
	if (size == 0)
		return 0;
	table = data[0] % TABLES;
	write_table(good[table].name, data + 1, size - 1);
	said = open_memstream(&words, &words_n);
	if (said == NULL)
		abort();

	arena_init(&datac.arena, allocate, release, NULL, NULL);
	datac.data_dir = folder;
	sha1_init(&datac.digest);
	compile(&datac, &output);
	fclose(said);
	check_said(words, size);
	if ((datac.errors == 0) != (words_n == 0))
		broken("what is wrong is said", NULL);
	if (datac.errors == 0)
	{
		check_c(&output.knowledge);
		check_c(&output.markers);
		check_c(&output.reason_ids);
		check_c(&output.marker_ids);
	}
	arena_reset(&datac.arena);
	free(words);
	write_table(good[table].name, good[table].text, strlen(good[table].text));
	return 0;
}
