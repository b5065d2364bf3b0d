/*
 * datac.c
 *	  The data compiler: writes the tables of data/ as C.
 *
 *	  datac DATA_DIR OUT_DIR
 *
 * reads the *.tsv of DATA_DIR and writes OUT_DIR/knowledge.c, markers.c, reason_ids.h
 * and marker_ids.h, each only when it changes, so that make does not build
 * again what is as it was.
 *
 * Exits 0 when all is well.  Says each bad line on stderr as
 * "DATA_DIR/FILE:LINE: what is wrong" and then exits 1 and writes nothing.
 * Exits 2 when it can't write, is called wrongly or is out of memory.
 *
 * What the tables mean stands in classify/knowledge.h and report/markers.h;
 * the same data always gives the same bytes.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "datac/collect.h"
#include "datac/keyed.h"
#include "datac/searched.h"
#include "datac/sorted.h"
#include "datac/webhooks.h"

/* The tables of one file each; phrases, markers and signs may be spread over several. */
static const char *const table_files[] = {
	"blocklists.tsv", "bystanders.tsv", "decoders.tsv", "disposable.tsv", "domains.tsv", "kept.tsv", "marker-kinds.tsv",
	"provider-status.tsv", "providers.tsv", "reasons.tsv", "replies.tsv", "roles.tsv", "sign-kinds.tsv",
	"status.tsv", "vocabularies.tsv", "webhook-envelopes.tsv", "webhook-events.tsv",
	"webhook-paths.tsv", "webhooks.tsv",
};

#define TABLE_FILES (sizeof(table_files) / sizeof(table_files[0]))

static void *
allocate(void *owner, size_t size)
{
	void	   *p = malloc(size);

	(void) owner;
	if (p == NULL)
	{
		fprintf(stderr, "datac: out of memory\n");
		exit(2);
	}
	return p;
}

static void
release(void *owner, void *block)
{
	(void) owner;
	free(block);
}

void
datac_error(Datac *datac, const char *file, unsigned line, const char *format,...)
{
	va_list		args;

	fprintf(stderr, "%s/%s:%u: ", datac->data_dir, file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	datac->errors++;
}

const char *
datac_print(Datac *datac, const char *format,...)
{
	va_list		args;
	char		small[256];
	int			length;
	char	   *p;

	va_start(args, format);
	length = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (length < 0)
		return "";
	p = arena_alloc(&datac->arena, (size_t) length + 1);
	if ((size_t) length < sizeof(small))
		memcpy(p, small, (size_t) length + 1);
	else
	{
		va_start(args, format);
		vsnprintf(p, (size_t) length + 1, format, args);
		va_end(args);
	}
	return p;
}

void *
datac_grow(Datac *datac, void *array, size_t count, size_t *allocated, size_t element_size)
{
	void	   *larger;

	if (count < *allocated)
		return array;
	*allocated = *allocated ? *allocated * 2 : 64;
	larger = arena_alloc(&datac->arena, *allocated * element_size);
	if (count)
		memcpy(larger, array, count * element_size);
	return larger;
}

/* Room for 'more' bytes at the end. */
static char *
text_reserve(Text *text, size_t more)
{
	if (text->allocated - text->n < more)
	{
		size_t		larger = text->allocated ? text->allocated * 2 : 65536;
		char	   *p;

		while (larger - text->n < more)
			larger *= 2;
		p = arena_alloc(&text->datac->arena, larger);
		if (text->n)
			memcpy(p, text->p, text->n);
		text->p = p;
		text->allocated = larger;
	}
	return text->p + text->n;
}

void
text_add(Text *text, const char *format,...)
{
	va_list		args;
	char		small[256];
	int			length;

	va_start(args, format);
	length = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (length <= 0)
		return;
	text_reserve(text, (size_t) length + 1);
	if ((size_t) length < sizeof(small))
		memcpy(text->p + text->n, small, (size_t) length + 1);
	else
	{
		va_start(args, format);
		vsnprintf(text->p + text->n, (size_t) length + 1, format, args);
		va_end(args);
	}
	text->n += (size_t) length;
}

void
text_string(Text *text, const char *s)
{
	if (s == NULL || *s == '\0')
	{
		text_add(text, "NULL");
		return;
	}
	text_add(text, "\"");
	for (; *s; s++)
	{
		/* "??" could begin a trigraph */
		if (*s == '"' || *s == '\\' || *s == '?')
			text_add(text, "\\%c", *s);
		else if ((unsigned char) *s < 0x20 || (unsigned char) *s >= 0x7f)
			text_add(text, "\\%03o", (unsigned) (unsigned char) *s);
		else
			text_add(text, "%c", *s);
	}
	text_add(text, "\"");
}

/* Where 's' stands in the hash table, or is to be put. */
static size_t
known_place(const KnownTexts *known, const char *s)
{
	size_t		hash = 5381;
	size_t		place;

	for (const char *p = s; *p; p++)
		hash = hash * 33 + (unsigned char) *p;
	place = hash & (known->size - 1);
	while (known->texts[place] != NULL && strcmp(known->texts[place], s) != 0)
		place = (place + 1) & (known->size - 1);
	return place;
}

static void
grow_known(Datac *datac)
{
	KnownTexts	smaller = datac->known;
	KnownTexts *known = &datac->known;

	known->size = smaller.size ? smaller.size * 2 : 1024;
	known->texts = arena_zalloc(&datac->arena, known->size * sizeof(*known->texts));
	known->offsets = arena_zalloc(&datac->arena, known->size * sizeof(*known->offsets));
	for (size_t i = 0; i < smaller.size; i++)
	{
		size_t		place;

		if (smaller.texts[i] == NULL)
			continue;
		place = known_place(known, smaller.texts[i]);
		known->texts[place] = smaller.texts[i];
		known->offsets[place] = smaller.offsets[i];
	}
}

void
text_known(Text *text, const char *s)
{
	KnownTexts *known = &text->datac->known;
	size_t		place;

	if (s == NULL || *s == '\0')
	{
		text_add(text, "0");
		return;
	}
	if (known->count * 2 >= known->size)
		grow_known(text->datac);
	place = known_place(known, s);
	if (known->texts[place] == NULL)
	{
		known->texts[place] = datac_print(text->datac, "%s", s);
		known->offsets[place] = known->end;
		known->end += (uint32_t) strlen(s) + 1;
		known->count++;
		text_add(known->literals, "\t");
		text_string(known->literals, s);
		text_add(known->literals, " \"\\0\"\n");
	}
	text_add(text, "%u", known->offsets[place]);
}

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t		n = strlen(name);
	size_t		m = strlen(suffix);

	return n > m && strcmp(name + n - m, suffix) == 0;
}

static bool
is_table_file(const char *name)
{
	size_t		i;

	for (i = 0; i < TABLE_FILES; i++)
	{
		if (strcmp(table_files[i], name) == 0)
			return true;
	}
	return false;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Does the file belong to the table that may be spread: "phrases.tsv", "phrases-localized.tsv"? */
static bool
is_file_of(const char *name, const char *table)
{
	size_t		n = strlen(table);

	return strncmp(name, table, n) == 0 && (name[n] == '.' || name[n] == '-');
}

/* The files of that table out of all; there must be one where it is required. */
static Files
files_of(Datac *datac, const Files *all, const char *table, bool required)
{
	Files		files = {0};
	size_t		allocated = 0;
	size_t		i;

	for (i = 0; i < all->count; i++)
	{
		if (!is_file_of(all->names[i], table))
			continue;
		files.names = datac_grow(datac, files.names, files.count, &allocated, sizeof(char *));
		files.names[files.count++] = all->names[i];
	}
	if (files.count == 0 && required)
		datac_error(datac, datac_print(datac, "%s.tsv", table), 1, "there is no %s*.tsv", table);
	return files;
}

/*
 * The names of all *.tsv in order.  One that is no table is an error: it would
 * be forgotten silently.
 */
static Files
list_files(Datac *datac)
{
	DIR		   *dir = opendir(datac->data_dir);
	Files		files = {0};
	size_t		allocated = 0;
	struct dirent *entry;
	size_t		i;

	if (dir == NULL)
	{
		fprintf(stderr, "datac: %s: %s\n", datac->data_dir, strerror(errno));
		exit(2);
	}
	while ((entry = readdir(dir)) != NULL)
	{
		if (entry->d_name[0] == '.' || !has_suffix(entry->d_name, ".tsv"))
			continue;
		files.names = datac_grow(datac, files.names, files.count, &allocated, sizeof(char *));
		files.names[files.count++] = datac_print(datac, "%s", entry->d_name);
	}
	closedir(dir);
	if (files.count)
		qsort(files.names, files.count, sizeof(char *), compare_names);
	for (i = 0; i < files.count; i++)
	{
		const char *name = files.names[i];

		if (!is_table_file(name) && !is_file_of(name, "phrases") && !is_file_of(name, "families") &&
			!is_file_of(name, "markers") && !is_file_of(name, "signs"))
			datac_error(datac, name, 1, "no table of this name is known");
	}
	return files;
}

/* True when the file holds exactly the text. */
static bool
is_same(const char *path, const Text *text)
{
	FILE	   *file = fopen(path, "rb");
	char		piece[65536];
	size_t		at = 0;
	size_t		got;

	if (file == NULL)
		return false;
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
	{
		if (got > text->n - at || memcmp(piece, text->p + at, got) != 0)
			break;
		at += got;
	}
	fclose(file);
	return got == 0 && at == text->n;
}

/* Writes the text unless it is there already; exits when it can't. */
static void
write_output(Datac *datac, const char *out_dir, const char *name, const Text *text)
{
	const char *path = datac_print(datac, "%s/%s", out_dir, name);
	const char *new_path = datac_print(datac, "%s.new", path);
	FILE	   *file;

	if (is_same(path, text))
		return;
	file = fopen(new_path, "wb");
	if (file != NULL)
	{
		size_t		written = fwrite(text->p, 1, text->n, file);

		/* a full disk shows here at the latest */
		if (fclose(file) == 0 && written == text->n && rename(new_path, path) == 0)
			return;
	}
	fprintf(stderr, "datac: %s: %s\n", path, strerror(errno));
	remove(new_path);
	exit(2);
}

static void
begin_output(Datac *datac, Text *text, const char *name, const char *what)
{
	text->datac = datac;
	text_add(text, "/*\n * %s\n *\t  %s\n *\n * Made by datac from data/; do not edit.\n */\n", name, what);
}

/*
 * What tells this knowledge from any other: changes with every row that a
 * verdict may hang on, not with comments.  Files are read in a fixed order.
 */
static void
write_digest(Datac *datac, Text *text)
{
	char		hex[SHA1_HEX];

	sha1_hex(&datac->digest, hex);
	text_add(text, "\nconst char knowledge_digest[] = \"%.8s\";\n", hex);
}

static void
compile(Datac *datac, Output *output)
{
	Vocabulary	vocabulary;
	Files		all = list_files(datac);
	Files		phrases = files_of(datac, &all, "phrases", true);
	Files		families = files_of(datac, &all, "families", false);
	Files		markers = files_of(datac, &all, "markers", true);
	Files		signs = files_of(datac, &all, "signs", true);

	begin_output(datac, &output->knowledge, "knowledge.c", "What the program knows: see classify/knowledge.h.");
	text_add(&output->knowledge, "#include \"classify/knowledge.h\"\n#include \"match/lexicon.h\"\n");
	begin_output(datac, &output->markers, "markers.c", "The words of reports: see report/markers.h.");
	text_add(&output->markers, "#include \"report/markers.h\"\n");
	begin_output(datac, &output->reason_ids, "reason_ids.h", "The rows of data/reasons.tsv.");
	text_add(&output->reason_ids, "#ifndef BOUNCE_REASON_IDS_H\n#define BOUNCE_REASON_IDS_H\n\n");
	begin_output(datac, &output->marker_ids, "marker_ids.h", "The rows of data/marker-kinds.tsv and data/sign-kinds.tsv.");
	text_add(&output->marker_ids, "#ifndef BOUNCE_MARKER_IDS_H\n#define BOUNCE_MARKER_IDS_H\n\n");

	/* no text is at offset 0 */
	output->known.datac = datac;
	text_add(&output->known, "\nconst char known_texts[] =\n\t\"\\0\"\n");
	datac->known.literals = &output->known;
	datac->known.end = 1;

	compile_words(datac, &vocabulary, output);
	/* first, so that a new phrase leaves the offsets in markers.c alone */
	compile_markers(datac, &vocabulary, &markers, &output->markers);
	compile_signs(datac, &vocabulary, &signs, &output->markers);
	compile_bystanders(datac, &output->markers);
	compile_webhooks(datac, &vocabulary, &output->markers);
	compile_phrases(datac, &vocabulary, &phrases, &families, &output->knowledge);
	compile_statuses(datac, &vocabulary, &output->knowledge);
	compile_replies(datac, &vocabulary, &output->knowledge);
	compile_domains(datac, &vocabulary, &output->knowledge);
	compile_blocklists(datac, &output->knowledge);
	compile_vocabularies(datac, &vocabulary, &output->knowledge);
	compile_kept(datac, &output->knowledge);
	compile_roles(datac, &output->knowledge);
	compile_disposables(datac, &output->knowledge);
	write_digest(datac, &output->knowledge);
	collect_write(datac, &output->knowledge);
	text_add(&output->knowledge, "%.*s;\n", (int) output->known.n, output->known.p);

	text_add(&output->reason_ids, "\n#endif\t\t\t\t\t\t\t/* BOUNCE_REASON_IDS_H */\n");
	text_add(&output->marker_ids, "\n#endif\t\t\t\t\t\t\t/* BOUNCE_MARKER_IDS_H */\n");
}

int
main(int argc, char **argv)
{
	Datac		datac = {0};
	Output		output = {0};

	if (argc != 3)
	{
		fprintf(stderr, "usage: datac DATA_DIR OUT_DIR\n");
		return 2;
	}
	arena_init(&datac.arena, allocate, release, NULL, NULL);
	datac.data_dir = argv[1];
	sha1_init(&datac.digest);
	compile(&datac, &output);
	if (datac.errors == 0)
	{
		write_output(&datac, argv[2], "reason_ids.h", &output.reason_ids);
		write_output(&datac, argv[2], "marker_ids.h", &output.marker_ids);
		write_output(&datac, argv[2], "knowledge.c", &output.knowledge);
		write_output(&datac, argv[2], "markers.c", &output.markers);
	}
	arena_reset(&datac.arena);
	return datac.errors ? 1 : 0;
}
