/*
 * keyed.c
 *	  The tables of data/ that are looked up by a key: status codes, replies,
 *	  domains, bystanders.
 *
 * Each is checked, sorted as knowledge.h says, and written.
 */
#include <stdlib.h>

#include "classify/domain_hash.h"
#include "datac/keyed.h"

/* Where rows without a provider stand: PROVIDER_NONE is the highest number. */
#define NO_PROVIDER 65535u

/* Codes that one line may stand for: a range of details, both classes. */
#define STATUS_LAST 999u

typedef struct StatusEntry
{
	unsigned	provider;
	uint32_t	code;
	const char *reason;			/* C names */
	const char *strength;
	const char *file;
	unsigned	line;
	const char *meaning;
} StatusEntry;

typedef struct StatusList
{
	StatusEntry *entries;
	size_t		count;
	size_t		allocated;
	Keys		keys;
} StatusList;

/* What a line's code stands for. */
typedef struct CodeRange
{
	uint32_t	classes[2];
	int			class_count;
	uint32_t	subject;
	uint32_t	first;				/* details */
	uint32_t	last;
} CodeRange;

/* A number of one to three digits at *s, which goes behind it. */
static bool
read_number(const char **s, uint32_t *number)
{
	int			digits = 0;

	*number = 0;
	while (ascii_is_digit(**s))
	{
		if (++digits > 3)
			return false;
		*number = *number * 10 + (uint32_t) (**s - '0');
		(*s)++;
	}
	return digits > 0;
}

/* 5.1.1, X.1.1 (4 and 5), 5.7.606-649 */
static bool
read_status(const char *s, CodeRange *range)
{
	if (s[0] == 'X')
	{
		range->classes[0] = 4;
		range->classes[1] = 5;
		range->class_count = 2;
	}
	else if (s[0] == '2' || s[0] == '4' || s[0] == '5')
	{
		range->classes[0] = (uint32_t) (s[0] - '0');
		range->class_count = 1;
	}
	else
		return false;
	if (s[1] != '.')
		return false;
	s += 2;
	if (!read_number(&s, &range->subject) || *s++ != '.' || !read_number(&s, &range->first))
		return false;
	range->last = range->first;
	if (*s == '-')
	{
		s++;
		if (!read_number(&s, &range->last) || range->last <= range->first)
			return false;
	}
	return *s == '\0' && range->last <= STATUS_LAST;
}

/* Adds an entry for each code that the line stands for. */
static void
add_statuses(Datac *datac, StatusList *list, const CodeRange *range, StatusEntry entry)
{
	int			class;
	uint32_t	detail;

	for (class = 0; class < range->class_count; class++)
	{
		for (detail = range->first; detail <= range->last; detail++)
		{
			list->entries = datac_grow(datac, list->entries, list->count, &list->allocated, sizeof(StatusEntry));
			entry.code = range->classes[class] * 1000000 + range->subject * 1000 + detail;
			list->entries[list->count++] = entry;
			keys_add(datac, &list->keys, entry.file, entry.line,
					 datac_print(datac, "%u %u", entry.provider, entry.code),
					 datac_print(datac, "%u.%u.%u", range->classes[class], range->subject, detail));
		}
	}
}

static void
read_statuses(Datac *datac, const Vocabulary *vocabulary, StatusList *list)
{
	static const Column columns[] = {{"code", true}, {"reason", true}, {"strength", true}, {"meaning", true}};
	static const Choice strengths[] = {
		{"none", "STRENGTH_NONE"}, {"weak", "STRENGTH_WEAK"}, {"decides", "STRENGTH_DECIDES"},
	};
	Table		table = TABLE_READ(datac, "status.tsv", columns);
	size_t		i;

	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];
		StatusEntry entry = {0};
		CodeRange	range;
		bool		good = read_status(row->cells[0], &range);

		if (!good)
			datac_error(datac, table.file, row->line, "bad status code \"%s\"", row->cells[0]);
		entry.provider = NO_PROVIDER;
		entry.reason = word_value(datac, &vocabulary->reasons, table.file, row->line, row->cells[1], NULL);
		entry.strength = CHOICE_VALUE(datac, strengths, "strength", table.file, row->line, row->cells[2]);
		entry.file = table.file;
		entry.line = row->line;
		entry.meaning = row->cells[3];
		if (good)
			add_statuses(datac, list, &range, entry);
	}
}

static void
read_provider_statuses(Datac *datac, const Vocabulary *vocabulary, StatusList *list)
{
	static const Column columns[] = {{"provider", true}, {"code", true}, {"reason", true}, {"meaning", true}};
	Table		table = TABLE_READ(datac, "provider-status.tsv", columns);
	size_t		i;

	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];
		const char *provider = word_value(datac, &vocabulary->providers, table.file, row->line, row->cells[0], NULL);
		StatusEntry entry = {0};
		CodeRange	range;
		bool		good = read_status(row->cells[1], &range);

		if (!good)
			datac_error(datac, table.file, row->line, "bad status code \"%s\"", row->cells[1]);
		entry.reason = word_value(datac, &vocabulary->reasons, table.file, row->line, row->cells[2], NULL);
		entry.strength = "STRENGTH_DECIDES";
		entry.file = table.file;
		entry.line = row->line;
		entry.meaning = row->cells[3];
		if (good && provider)
		{
			entry.provider = (unsigned) strtoul(provider, NULL, 10);
			add_statuses(datac, list, &range, entry);
		}
	}
}

static int
compare_statuses(const void *a, const void *b)
{
	const StatusEntry *x = a;
	const StatusEntry *y = b;

	if (x->provider != y->provider)
		return x->provider < y->provider ? -1 : 1;
	return x->code < y->code ? -1 : x->code > y->code;
}

void
compile_statuses(Datac *datac, const Vocabulary *vocabulary, Text *text)
{
	StatusList	list = {0};
	size_t		i;

	read_statuses(datac, vocabulary, &list);
	read_provider_statuses(datac, vocabulary, &list);
	keys_check(datac, &list.keys);
	if (datac->errors)
		return;
	if (list.count)
		qsort(list.entries, list.count, sizeof(StatusEntry), compare_statuses);
	text_add(text, "\nconst StatusRow knowledge_statuses[] = {\n");
	for (i = 0; i < list.count; i++)
	{
		const StatusEntry *entry = &list.entries[i];

		if (entry->provider == NO_PROVIDER)
			text_add(text, "\t{PROVIDER_NONE, ");
		else
			text_add(text, "\t{%u, ", entry->provider);
		text_add(text, "%s, %u, %s, ", entry->reason, entry->code, entry->strength);
		text_known(text, entry->file);
		text_add(text, ", %u, ", entry->line);
		text_known(text, entry->meaning);
		text_add(text, "},\n");
	}
	if (list.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_status_count = %zu;\n", list.count);
}

/* By code, then command; without a command last. */
static int
compare_replies(const void *a, const void *b)
{
	const Row  *x = a;
	const Row  *y = b;
	int			order = strcmp(x->cells[0], y->cells[0]);

	if (order != 0)
		return order;
	if ((x->cells[1][0] == '\0') != (y->cells[1][0] == '\0'))
		return x->cells[1][0] == '\0' ? 1 : -1;
	return strcmp(x->cells[1], y->cells[1]);
}

void
compile_replies(Datac *datac, const Vocabulary *vocabulary, Text *text)
{
	static const Column columns[] = {{"code", true}, {"command", false}, {"reason", true}, {"meaning", true}};
	Table		table = TABLE_READ(datac, "replies.tsv", columns);
	Keys		keys = {NULL, 0, 0};
	size_t		i;

	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];
		const char *code = row->cells[0];
		const char *command = row->cells[1];

		if (strlen(code) != 3 || strspn(code, "0123456789") != 3 || code[0] < '2' || code[0] > '5')
			datac_error(datac, table.file, row->line, "bad reply code \"%s\"", code);
		if (command[strspn(command, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0')
			datac_error(datac, table.file, row->line, "bad command \"%s\"", command);
		word_value(datac, &vocabulary->reasons, table.file, row->line, row->cells[2], NULL);
		keys_add(datac, &keys, table.file, row->line, datac_print(datac, "%s %s", code, command),
				 *command ? datac_print(datac, "%s %s", code, command) : code);
	}
	keys_check(datac, &keys);
	if (datac->errors)
		return;
	if (table.count)
		qsort(table.rows, table.count, sizeof(Row), compare_replies);
	text_add(text, "\nconst ReplyRow knowledge_replies[] = {\n");
	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		text_add(text, "\t{%s, %s, ", row->cells[0],
				 word_value(datac, &vocabulary->reasons, table.file, row->line, row->cells[2], NULL));
		text_string(text, row->cells[1]);
		text_add(text, ", %u, ", row->line);
		text_string(text, row->cells[3]);
		text_add(text, "},\n");
	}
	if (table.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_reply_count = %zu;\n", table.count);
}

/* Lower-case ASCII labels between single dots: "example.com", "com". */
static bool
is_suffix(const char *s)
{
	if (s[0] == '.' || s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0')
		return false;
	return strstr(s, "..") == NULL && s[strlen(s) - 1] != '.';
}

static int
compare_suffixes(const void *a, const void *b)
{
	const Row  *x = a;
	const Row  *y = b;

	return strcmp(x->cells[0], y->cells[0]);
}

/* The hash table of knowledge.h: at most half full, so that a search ends soon. */
static void
write_domain_slots(Datac *datac, const Table *table, Text *text)
{
	size_t		size = 16;
	uint16_t   *slots;

	while (size < 2 * table->count)
		size *= 2;
	slots = arena_zalloc(&datac->arena, size * sizeof(uint16_t));
	for (size_t i = 0; i < table->count; i++)
	{
		const char *suffix = table->rows[i].cells[0];
		uint32_t	hash = DOMAIN_HASH_START;
		size_t		k;

		for (size_t n = strlen(suffix); n > 0; n--)
			hash = domain_hash(hash, suffix[n - 1]);
		for (k = domain_slot(hash, (uint32_t) size - 1); slots[k] != 0; k = (k + 1) & (size - 1))
			;
		slots[k] = (uint16_t) (i + 1);
	}
	text_add(text, "\nconst uint32_t knowledge_domain_slot_count = %zu;\n\nconst uint16_t knowledge_domain_slots[] = {", size);
	for (size_t i = 0; i < size; i++)
		text_add(text, "%s%u,", i % 32 ? "" : "\n", slots[i]);
	text_add(text, "\n};\n");
}

void
compile_domains(Datac *datac, const Vocabulary *vocabulary, Text *text)
{
	static const Column columns[] = {{"suffix", true}, {"provider", false}, {"group", false}, {"use", true}};
	static const Choice groups[] = {
		{"", ""}, {"webmail", ""}, {"cellphone", ""}, {"smartphone", ""}, {"pc", ""}, {"reserved", ""},
	};
	static const Choice uses[] = {
		{"destination", "DOMAIN_DESTINATION"}, {"host", "DOMAIN_HOST"}, {"both", "DOMAIN_BOTH"},
	};
	Table		table = TABLE_READ(datac, "domains.tsv", columns);
	Keys		keys = {NULL, 0, 0};
	size_t		i;

	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		if (!is_suffix(row->cells[0]))
			datac_error(datac, table.file, row->line, "bad domain \"%s\"", row->cells[0]);
		if (row->cells[1][0] == '\0' && row->cells[2][0] == '\0')
			datac_error(datac, table.file, row->line, "neither \"provider\" nor \"group\"");
		word_value(datac, &vocabulary->providers, table.file, row->line, row->cells[1], "");
		CHOICE_VALUE(datac, groups, "group", table.file, row->line, row->cells[2]);
		CHOICE_VALUE(datac, uses, "use", table.file, row->line, row->cells[3]);
		keys_add(datac, &keys, table.file, row->line, row->cells[0], row->cells[0]);
	}
	keys_check(datac, &keys);
	if (datac->errors)
		return;
	if (table.count)
		qsort(table.rows, table.count, sizeof(Row), compare_suffixes);
	text_add(text, "\nconst DomainRow knowledge_domains[] = {\n");
	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		text_add(text, "\t{");
		text_known(text, row->cells[0]);
		text_add(text, ", %s, ", word_value(datac, &vocabulary->providers, table.file, row->line,
											row->cells[1], "PROVIDER_NONE"));
		text_known(text, row->cells[2]);
		text_add(text, ", %s, %u},\n",
				 CHOICE_VALUE(datac, uses, "use", table.file, row->line, row->cells[3]), row->line);
	}
	if (table.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_domain_count = %zu;\n", table.count);
	write_domain_slots(datac, &table, text);
}

void
compile_bystanders(Datac *datac, Text *text)
{
	static const Column columns[] = {{"words", true}, {"role", true}};
	static const Choice roles[] = {
		{"office", "BYSTANDER_OFFICE"}, {"own-office", "BYSTANDER_OWN_OFFICE"}, {"from", "BYSTANDER_FROM"},
	};
	Table		table = TABLE_READ(datac, "bystanders.tsv", columns);
	Keys		keys = {NULL, 0, 0};
	size_t		i;

	text_add(text, "\nconst BystanderRow knowledge_bystanders[] = {\n");
	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];
		const char *role = CHOICE_VALUE(datac, roles, "role", table.file, row->line, row->cells[1]);

		keys_add(datac, &keys, table.file, row->line, row->cells[0], row->cells[0]);
		if (role == NULL)
			continue;
		text_add(text, "\t{");
		text_string(text, row->cells[0]);
		text_add(text, ", %s},\n", role);
	}
	keys_check(datac, &keys);
	if (table.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_bystander_count = %zu;\n", table.count);
}
