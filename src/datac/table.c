/*
 * table.c
 *	  Reads one tab-separated table of data/.
 *
 * Knows the form of a table, not what its cells mean.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "datac/collect.h"
#include "datac/table.h"

/* uint16_t in the compiled rows */
#define TABLE_LINES 65535

/* A table while it is read. */
typedef struct Reader
{
	Datac	   *datac;
	const char *file;
	unsigned	line;
	const Column *columns;
	int			column_count;
	int			order[TABLE_COLUMNS];	/* of the file's columns */
	int			order_count;	/* 0: the header was not seen */
	bool		bad_header;
	Table		table;
} Reader;

/* The whole file and a NUL, or NULL with errno set. */
static char *
read_file(Datac *datac, const char *path, size_t *n)
{
	FILE	   *file = fopen(path, "rb");
	char	   *all = NULL;
	size_t		allocated = 0;
	size_t		got;

	if (file == NULL)
		return NULL;
	*n = 0;
	do
	{
		size_t		larger = allocated ? allocated * 2 : 65536;
		char	   *grown = arena_alloc(&datac->arena, larger + 1);

		if (*n)
			memcpy(grown, all, *n);
		all = grown;
		allocated = larger;
		got = fread(all + *n, 1, allocated - *n, file);
		*n += got;
	} while (*n == allocated);
	all[*n] = '\0';
	if (ferror(file))
		all = NULL;
	fclose(file);
	return all;
}

/* Goes past the character of two bytes or more at *s; false when it is not well-formed (RFC 3629). */
static bool
skip_character(const unsigned char **s)
{
	/* by the first byte: how many follow, and the least code point of that length */
	static const struct
	{
		unsigned char first;
		unsigned char last;
		int			more;
		uint32_t	least;
	}			forms[] = {
		{0xc2, 0xdf, 1, 0x80}, {0xe0, 0xef, 2, 0x800}, {0xf0, 0xf4, 3, 0x10000},
	};
	size_t		form = 0;
	uint32_t	code;
	int			k;

	while (form < 3 && (**s < forms[form].first || **s > forms[form].last))
		form++;
	if (form == 3)
		return false;
	code = **s & (0x3fu >> forms[form].more);
	(*s)++;
	for (k = 0; k < forms[form].more; k++)
	{
		/* the NUL at the line's end stops it too */
		if ((**s & 0xc0) != 0x80)
			return false;
		code = code << 6 | (**s & 0x3fu);
		(*s)++;
	}
	return code >= forms[form].least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* NULL, or what is wrong with the line's characters.  The only control character is the tab. */
static const char *
check_characters(const char *line)
{
	const unsigned char *s = (const unsigned char *) line;

	while (*s)
	{
		if (*s >= 0x80)
		{
			if (!skip_character(&s))
				return "invalid UTF-8";
			continue;
		}
		if (*s == '\r')
			return "carriage return (line ends are LF here)";
		if ((*s < 0x20 && *s != '\t') || *s == 0x7f)
			return "control character";
		s++;
	}
	return NULL;
}

/* Cuts a line at its tabs, in place; returns how many cells it has, all counted. */
static int
cut_cells(char *line, char **cells)
{
	int			count = 0;

	for (;;)
	{
		char	   *tab = strchr(line, '\t');

		if (count < TABLE_COLUMNS)
			cells[count] = line;
		count++;
		if (tab == NULL)
			return count;
		*tab = '\0';
		line = tab + 1;
	}
}

static int
find_column(const Reader *reader, const char *name)
{
	int			i;

	for (i = 0; i < reader->column_count; i++)
	{
		if (strcmp(reader->columns[i].name, name) == 0)
			return i;
	}
	return -1;
}

/* The line that names the columns. */
static void
read_header(Reader *reader, char **cells, int count)
{
	bool		seen[TABLE_COLUMNS] = {false};
	unsigned	errors = reader->datac->errors;
	int			i;

	for (i = 0; i < count && i < TABLE_COLUMNS; i++)
	{
		int			column = find_column(reader, cells[i]);

		if (column < 0)
			datac_error(reader->datac, reader->file, reader->line, "unknown column \"%s\"", cells[i]);
		else if (seen[column])
			datac_error(reader->datac, reader->file, reader->line, "column \"%s\" stands twice", cells[i]);
		else
			seen[column] = true;
		reader->order[i] = column;
	}
	if (count > TABLE_COLUMNS)
		datac_error(reader->datac, reader->file, reader->line, "too many columns");
	for (i = 0; i < reader->column_count; i++)
	{
		if (reader->columns[i].required && !seen[i])
			datac_error(reader->datac, reader->file, reader->line, "column \"%s\" is missing", reader->columns[i].name);
	}
	reader->order_count = count;
	reader->bad_header = reader->datac->errors != errors;
}

static void
add_row(Datac *datac, Table *table, const Row *row)
{
	table->rows = datac_grow(datac, table->rows, table->count, &table->allocated, sizeof(Row));
	table->rows[table->count++] = *row;
}

/*
 * Cells by the names of their columns, so that the digest is the same whatever
 * the columns' order and the comments between the rows are.
 */
static void
digest_row(Reader *reader, const Row *row)
{
	Sha1	   *digest = &reader->datac->digest;

	/* what no verdict hangs on */
	if (strcmp(reader->file, "kept.tsv") == 0 || strcmp(reader->file, "roles.tsv") == 0 || strcmp(reader->file, "disposable.tsv") == 0)
		return;
	sha1_add(digest, slice(reader->file, strlen(reader->file) + 1));
	for (int i = 0; i < reader->column_count; i++)
	{
		if (row->cells[i][0] == '\0')
			continue;
		sha1_add(digest, slice(reader->columns[i].name, strlen(reader->columns[i].name) + 1));
		sha1_add(digest, slice(row->cells[i], strlen(row->cells[i]) + 1));
	}
}

static void
read_row(Reader *reader, char **cells, int count)
{
	Row			row = {.line = reader->line};
	bool		good = true;
	int			i;

	if (count > reader->order_count)
	{
		datac_error(reader->datac, reader->file, reader->line, "%d cells where the header has %d",
					count, reader->order_count);
		return;
	}
	for (i = 0; i < TABLE_COLUMNS; i++)
		row.cells[i] = "";
	for (i = 0; i < count; i++)
		row.cells[reader->order[i]] = cells[i];
	for (i = 0; i < reader->column_count; i++)
	{
		if (reader->columns[i].required && row.cells[i][0] == '\0')
		{
			datac_error(reader->datac, reader->file, reader->line, "no \"%s\"", reader->columns[i].name);
			good = false;
		}
	}
	if (good)
	{
		digest_row(reader, &row);
		for (i = 0; i < reader->column_count; i++)
			collect_cell(reader->datac, reader->columns[i].name, row.cells[i]);
		add_row(reader->datac, &reader->table, &row);
	}
}

/* One line, without its end; 'n' tells a NUL in it from its end. */
static void
read_line(Reader *reader, char *line, size_t n)
{
	const char *problem = strlen(line) == n ? check_characters(line) : "NUL byte";
	char	   *cells[TABLE_COLUMNS];
	int			count;

	if (problem)
	{
		datac_error(reader->datac, reader->file, reader->line, "%s", problem);
		return;
	}
	if (line[0] == '#' || line[strspn(line, " \t")] == '\0')
		return;
	count = cut_cells(line, cells);
	if (reader->order_count == 0)
		read_header(reader, cells, count);
	else if (!reader->bad_header)
		read_row(reader, cells, count);
}

Table
table_read(Datac *datac, const char *file, const Column *columns, int count)
{
	Reader		reader = {0};
	size_t		n;
	char	   *all = read_file(datac, datac_print(datac, "%s/%s", datac->data_dir, file), &n);
	char	   *end;
	char	   *line;

	reader.datac = datac;
	reader.file = file;
	reader.columns = columns;
	reader.column_count = count;
	reader.table.file = file;
	if (all == NULL)
	{
		datac_error(datac, file, 1, "can't be read: %s", strerror(errno));
		return reader.table;
	}
	end = all + n;
	for (line = all; line < end;)
	{
		char	   *line_end = memchr(line, '\n', (size_t) (end - line));

		if (line_end == NULL)
			line_end = end;
		*line_end = '\0';
		if (++reader.line > TABLE_LINES)
		{
			datac_error(datac, file, reader.line, "too many lines in one file");
			break;
		}
		read_line(&reader, line, (size_t) (line_end - line));
		line = line_end + 1;
	}
	if (reader.order_count == 0)
		datac_error(datac, file, reader.line ? reader.line : 1, "no line that names the columns");
	return reader.table;
}

static void
expand_row(Datac *datac, const Row *row, int column, Table *expanded)
{
	const char *cell = row->cells[column];
	const char *open = strchr(cell, '{');
	const char *close = NULL;
	const char *from;
	const char *to;

	/* "{Spam?}" is something that servers write */
	while (open && open[strcspn(open, "|}")] != '|')
		open = strchr(open + 1, '{');
	if (open)
		close = strchr(open, '}');
	if (close == NULL)
	{
		add_row(datac, expanded, row);
		return;
	}
	for (from = open + 1; from <= close; from = to + 1)
	{
		Row			one = *row;

		to = from + strcspn(from, "|}");
		one.cells[column] = datac_print(datac, "%.*s%.*s%s", (int) (open - cell), cell,
										(int) (to - from), from, close + 1);
		expand_row(datac, &one, column, expanded);
	}
}

Table
table_expand(Datac *datac, const Table *table, int column)
{
	Table		expanded = {.file = table->file};

	for (size_t i = 0; i < table->count; i++)
		expand_row(datac, &table->rows[i], column, &expanded);
	return expanded;
}

void
keys_add(Datac *datac, Keys *keys, const char *file, unsigned line,
		 const char *text, const char *what)
{
	Key		   *key;

	keys->keys = datac_grow(datac, keys->keys, keys->count, &keys->allocated, sizeof(Key));
	key = &keys->keys[keys->count];
	key->text = text;
	key->what = what;
	key->file = file;
	key->line = line;
	key->number = keys->count++;
}

static int
compare_keys(const void *a, const void *b)
{
	const Key  *x = a;
	const Key  *y = b;
	int			order = strcmp(x->text, y->text);

	if (order == 0)
		order = x->number < y->number ? -1 : 1;
	return order;
}

static int
compare_numbers(const void *a, const void *b)
{
	const Key  *x = a;
	const Key  *y = b;

	return x->number < y->number ? -1 : 1;
}

void
keys_check(Datac *datac, Keys *keys)
{
	/* those that stand twice, each with its first place, in order of the files */
	Key		   *twice;
	size_t		count = 0;
	size_t		first = 0;
	size_t		i;

	if (keys->count == 0)
		return;
	qsort(keys->keys, keys->count, sizeof(Key), compare_keys);
	twice = arena_alloc(&datac->arena, keys->count * sizeof(Key));
	for (i = 1; i < keys->count; i++)
	{
		const Key  *key = &keys->keys[i];

		if (strcmp(key->text, keys->keys[first].text) != 0)
		{
			first = i;
			continue;
		}
		twice[count] = *key;
		twice[count++].what = datac_print(datac, "\"%s\" stands already in %s:%u", key->what,
										  keys->keys[first].file, keys->keys[first].line);
	}
	qsort(twice, count, sizeof(Key), compare_numbers);
	for (i = 0; i < count; i++)
		datac_error(datac, twice[i].file, twice[i].line, "%s", twice[i].what);
}
