/*
 * words.c
 *	  The words that the tables of data/ refer to: reasons, providers, decoders
 *	  and the kinds of markers and signs.
 */
#include <stdlib.h>

#include "datac/words.h"

/* The columns of data/reasons.tsv, in the order of ReasonRow. */
static const Column reason_columns[] = {
	{"reason", true},
	{"kind", false},
	{"hard_bounce", false},
	{"fault", false},
	{"advice", false},
	{"meaning", true},
	{"bouncehammer", false},
	{"kumomta", false},
	{"sparkpost", false},
	{"ses", false},
	{"powermta", false},
	{"postmark", false},
	{"sendgrid", false},
};

#define REASON_COLUMNS ((int) (sizeof(reason_columns) / sizeof(reason_columns[0])))

/* What the first cells of a reason may be; the words themselves are compiled. */
static const Choice kind_choices[] = {
	{"", ""}, {"failure", ""}, {"delay", ""}, {"complaint", ""}, {"success", ""},
	{"autoreply", ""}, {"receipt", ""}, {"challenge", ""},
};

static const Choice hard_choices[] = {
	{"", ""}, {"t", ""}, {"f", ""},
};

static const Choice fault_choices[] = {
	{"", ""}, {"recipient", ""}, {"sender", ""}, {"content", ""}, {"network", ""}, {"receiver", ""},
};

static const Choice advice_choices[] = {
	{"", ""}, {"remove", ""}, {"retry", ""}, {"slow_down", ""}, {"fix_sender", ""},
	{"fix_content", ""}, {"review", ""}, {"none", ""},
};

/* The word as the end of a C name: upper case, "-" as "_". */
static const char *
c_name(Datac *datac, const char *word)
{
	Slice		copy = arena_copy(&datac->arena, slice(word, strlen(word)));
	char	   *p = (char *) copy.p;
	size_t		i;

	for (i = 0; i < copy.n; i++)
	{
		if (p[i] == '-')
			p[i] = '_';
		else if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char) (p[i] - 'a' + 'A');
	}
	return p;
}

/* True when the word is lower-case letters, digits, "-" and "_", and begins with a letter (or digit). */
static bool
is_plain_word(const char *word, bool digit_first)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0' &&
		((word[0] >= 'a' && word[0] <= 'z') || (digit_first && ascii_is_digit(word[0])));
}

static int
compare_rows(const void *a, const void *b)
{
	const Row  *x = a;
	const Row  *y = b;
	int			order = strcmp(x->cells[0], y->cells[0]);

	if (order == 0)
		order = x->line < y->line ? -1 : 1;
	return order;
}

/*
 * Takes the words of a table's first column.  'plain': they must be plain
 * words; 'sorted': the rows are sorted by them.
 */
static void
take_words(Datac *datac, Words *words, Table *table, bool plain, bool sorted)
{
	Keys		keys = {NULL, 0, 0};
	size_t		i;

	for (i = 0; i < table->count; i++)
	{
		const Row  *row = &table->rows[i];

		if (plain && !is_plain_word(row->cells[0], words->prefix == NULL))
			datac_error(datac, table->file, row->line, "\"%s\" is no plain lower-case word", row->cells[0]);
		keys_add(datac, &keys, table->file, row->line,
				 words->prefix ? c_name(datac, row->cells[0]) : row->cells[0], row->cells[0]);
	}
	keys_check(datac, &keys);
	if (sorted && table->count)
		qsort(table->rows, table->count, sizeof(Row), compare_rows);
	words->words = arena_alloc(&datac->arena, (table->count + 1) * sizeof(char *));
	for (i = 0; i < table->count; i++)
		words->words[i] = table->rows[i].cells[0];
	words->count = table->count;
	words->unknown = table->count == 0;
}

/* The enum of the words, with their meaning (cell 'meaning') as comments. */
static void
write_enum(Text *text, const Words *words, const Table *table, const char *type, int meaning)
{
	Datac	   *datac = text->datac;
	size_t		i;

	text_add(text, "typedef enum %s\n{\n", type);
	for (i = 0; i < table->count; i++)
	{
		const char *p;

		text_add(text, "\t%s%s,\t/* ", words->prefix, c_name(datac, words->words[i]));
		for (p = table->rows[i].cells[meaning]; *p; p++)
		{
			/* nothing may end the comment or begin another */
			if (*p == '*' || *p == '/')
				text_add(text, " ");
			text_add(text, "%c", *p);
		}
		text_add(text, " */\n");
	}
	text_add(text, "\t%sCOUNT\n} %s;\n", words->prefix, type);
}

static void
compile_reasons(Datac *datac, Words *words, Output *output)
{
	Table		table = TABLE_READ(datac, "reasons.tsv", reason_columns);
	Text	   *text = &output->knowledge;
	size_t		i;
	int			k;

	take_words(datac, words, &table, true, false);
	if (table.count == 0 && datac->errors == 0)
		datac_error(datac, table.file, 1, "there are no reasons");
	text_add(text, "\nconst ReasonRow knowledge_reasons[REASON_COUNT] = {\n");
	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		CHOICE_VALUE(datac, kind_choices, "kind", table.file, row->line, row->cells[1]);
		CHOICE_VALUE(datac, hard_choices, "hard_bounce", table.file, row->line, row->cells[2]);
		CHOICE_VALUE(datac, fault_choices, "fault", table.file, row->line, row->cells[3]);
		CHOICE_VALUE(datac, advice_choices, "advice", table.file, row->line, row->cells[4]);
		text_add(text, "\t{");
		for (k = 0; k < REASON_COLUMNS; k++)
		{
			text_string(text, row->cells[k]);
			text_add(text, ", ");
		}
		text_add(text, "%u},\n", row->line);
	}
	text_add(text, "};\n");
	write_enum(&output->reason_ids, words, &table, "ReasonId", 5);
}

/* Providers and decoders are alike: a name, a title, the line; decoders have a role besides. */
static void
compile_names(Datac *datac, Words *words, const char *file, const Column *columns, int count, bool plain,
			  const char *type, const char *plural, Text *text)
{
	static const Choice roles[] = {{"", "false"}, {"gateway", "true"}};
	Table		table = table_read(datac, file, columns, count);
	size_t		i;

	take_words(datac, words, &table, plain, true);
	text_add(text, "\nconst %s knowledge_%ss[] = {\n", type, plural);
	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		text_add(text, "\t{");
		text_string(text, row->cells[0]);
		text_add(text, ", ");
		text_string(text, row->cells[1]);
		text_add(text, ", %u", row->line);
		if (count > 2)
		{
			const char *role = CHOICE_VALUE(datac, roles, "role", file, row->line, row->cells[2]);

			text_add(text, ", %s", role ? role : "false");
		}
		text_add(text, "},\n");
	}
	if (table.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_%s_count = %zu;\n", plural, table.count);
}

static void
compile_kinds(Datac *datac, Words *words, const char *file, const char *type, const char *array, Text *ids, Text *text)
{
	static const Column columns[] = {{"kind", true}, {"meaning", true}};
	Table		table = TABLE_READ(datac, file, columns);
	size_t		i;

	take_words(datac, words, &table, true, false);
	write_enum(ids, words, &table, type, 1);
	text_add(text, "\nconst char *const %s[] = {\n", array);
	for (i = 0; i < words->count; i++)
	{
		text_add(text, "\t");
		text_string(text, words->words[i]);
		text_add(text, ",\n");
	}
	text_add(text, "\tNULL\n};\n");
}

void
compile_words(Datac *datac, Vocabulary *vocabulary, Output *output)
{
	static const Column provider_columns[] = {{"provider", true}, {"title", true}};
	static const Column decoder_columns[] = {{"decoder", true}, {"title", true}, {"role", false}};

	memset(vocabulary, 0, sizeof(*vocabulary));
	vocabulary->reasons.what = "reason";
	vocabulary->reasons.prefix = "REASON_";
	vocabulary->providers.what = "provider";
	vocabulary->decoders.what = "decoder";
	vocabulary->marker_kinds.what = "marker";
	vocabulary->marker_kinds.prefix = "MARKER_";
	vocabulary->sign_kinds.what = "sign";
	vocabulary->sign_kinds.prefix = "SIGN_";

	compile_reasons(datac, &vocabulary->reasons, output);
	compile_names(datac, &vocabulary->providers, "providers.tsv", provider_columns, 2, true,
				  "ProviderRow", "provider", &output->knowledge);
	compile_names(datac, &vocabulary->decoders, "decoders.tsv", decoder_columns, 3, false,
				  "DecoderRow", "decoder", &output->markers);
	compile_kinds(datac, &vocabulary->marker_kinds, "marker-kinds.tsv", "MarkerKind", "knowledge_marker_kinds",
				  &output->marker_ids, &output->markers);
	text_add(&output->marker_ids, "\n");
	compile_kinds(datac, &vocabulary->sign_kinds, "sign-kinds.tsv", "SignKind", "knowledge_sign_kinds",
				  &output->marker_ids, &output->markers);
}

const char *
word_value(Datac *datac, const Words *words, const char *file, unsigned line,
		   const char *word, const char *none)
{
	size_t		i;

	if (word[0] == '\0')
		return none;
	for (i = 0; i < words->count; i++)
	{
		if (strcmp(words->words[i], word) != 0)
			continue;
		if (words->prefix)
			return datac_print(datac, "%s%s", words->prefix, c_name(datac, word));
		return datac_print(datac, "%zu", i);
	}
	if (!words->unknown || datac->errors == 0)
		datac_error(datac, file, line, "unknown %s \"%s\"", words->what, word);
	return NULL;
}

const char *
choice_value(Datac *datac, const Choice *choices, size_t count, const char *what,
			 const char *file, unsigned line, const char *word)
{
	size_t		i;

	for (i = 0; i < count; i++)
	{
		if (strcmp(choices[i].word, word) == 0)
			return choices[i].name;
	}
	datac_error(datac, file, line, "unknown %s \"%s\"", what, word);
	return NULL;
}
