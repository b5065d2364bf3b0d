/*
 * sorted.c
 *	  The tables of data/ that tell kinds of addresses.
 */
#include <stdlib.h>

#include "datac/sorted.h"
#include "datac/words.h"

/*
 * A word that is kept goes into the vocabulary, as those of the phrases do; one
 * behind which nothing is kept also into a table of its own, in strcmp() order.
 */
void
compile_kept(Datac *datac, Text *text)
{
	static const Column columns[] = {{"kept", true}, {"use", false}};
	static const Choice uses[] = {{"", ""}, {"subject", "KEPT_SUBJECT"}};
	Table		table = TABLE_READ(datac, "kept.tsv", columns);
	Keys		keys = {NULL, 0, 0};
	size_t		count = 0;

	for (size_t i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		CHOICE_VALUE(datac, uses, "use", table.file, row->line, row->cells[1]);
		keys_add(datac, &keys, table.file, row->line, row->cells[0], row->cells[0]);
	}
	keys_check(datac, &keys);
	if (datac->errors)
		return;
	text_add(text, "\nconst KnownText knowledge_subject_words[] = {\n");
	for (size_t i = 0; i < table.count; i++)
	{
		if (table.rows[i].cells[1][0] == '\0')
			continue;
		text_add(text, "\t");
		text_known(text, table.rows[i].cells[0]);
		text_add(text, ",\n");
		count++;
	}
	if (count == 0)
		text_add(text, "\t0\n");
	text_add(text, "};\n\nconst uint32_t knowledge_subject_word_count = %zu;\n", count);
}

static int
compare_first(const void *a, const void *b)
{
	const Row  *x = a;
	const Row  *y = b;

	return strcmp(x->cells[0], y->cells[0]);
}

/* Refuses rows whose first cell holds other characters, or stands twice, and sorts them. */
static bool
check_and_sort(Datac *datac, Table *table, const char *what, const char *characters)
{
	Keys		keys = {NULL, 0, 0};

	for (size_t i = 0; i < table->count; i++)
	{
		const Row  *row = &table->rows[i];
		const char *cell = row->cells[0];

		if (cell[strspn(cell, characters)] != '\0' || cell[0] == '.' || strstr(cell, "..") || cell[strlen(cell) - 1] == '.')
			datac_error(datac, table->file, row->line, "bad %s \"%s\"", what, cell);
		keys_add(datac, &keys, table->file, row->line, cell, cell);
	}
	keys_check(datac, &keys);
	if (datac->errors)
		return false;
	if (table->count)
		qsort(table->rows, table->count, sizeof(Row), compare_first);
	return true;
}

void
compile_roles(Datac *datac, Text *text)
{
	static const Column columns[] = {{"local", true}, {"role", true}, {"source", false}};
	static const Choice roles[] = {{"automatic", ""}, {"technical", ""}, {"business", ""}};
	Table		table = TABLE_READ(datac, "roles.tsv", columns);

	for (size_t i = 0; i < table.count; i++)
		CHOICE_VALUE(datac, roles, "role", table.file, table.rows[i].line, table.rows[i].cells[1]);
	if (!check_and_sort(datac, &table, "local part", "abcdefghijklmnopqrstuvwxyz0123456789-_."))
		return;
	text_add(text, "\nconst RoleRow knowledge_roles[] = {\n");
	for (size_t i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		text_add(text, "\t{");
		text_known(text, row->cells[0]);
		text_add(text, ", ");
		text_string(text, row->cells[1]);
		text_add(text, ", %u},\n", row->line);
	}
	if (table.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_role_count = %zu;\n", table.count);
}

void
compile_disposables(Datac *datac, Text *text)
{
	static const Column columns[] = {{"domain", true}, {"service", true}, {"source", true}};
	static const Choice sources[] = {{"vendor", ""}, {"list", ""}};
	Table		table = TABLE_READ(datac, "disposable.tsv", columns);

	for (size_t i = 0; i < table.count; i++)
		CHOICE_VALUE(datac, sources, "source", table.file, table.rows[i].line, table.rows[i].cells[2]);
	if (!check_and_sort(datac, &table, "domain", "abcdefghijklmnopqrstuvwxyz0123456789-."))
		return;
	text_add(text, "\nconst DisposableRow knowledge_disposables[] = {\n");
	for (size_t i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		text_add(text, "\t{");
		text_known(text, row->cells[0]);
		text_add(text, ", ");
		text_known(text, row->cells[1]);
		text_add(text, ", %u},\n", row->line);
	}
	if (table.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_disposable_count = %zu;\n", table.count);
}
