/*
 * webhooks.c
 *	  Compiles the tables of webhooks, and the vocabularies.
 *
 * Paths are numbered in their order, so that an event's can be looked up by
 * bisection, and everything else speaks of numbers.
 */
#include <stdlib.h>

#include "datac/webhooks.h"

#define MAX_PATH_BYTES 120		/* report/webhook_facts.c builds them in a buffer of this size */

/* The paths of all services, lower case. */
typedef struct PathList
{
	const char **paths;
	size_t		count;
	size_t		allocated;
} PathList;

static const char *
lower(Datac *datac, const char *s)
{
	return arena_copy_lower(&datac->arena, slice(s, strlen(s))).p;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void
add_path(Datac *datac, PathList *list, const char *file, unsigned line, const char *path)
{
	if (strlen(path) > MAX_PATH_BYTES)
		datac_error(datac, file, line, "path \"%s\" is longer than %d bytes", path, MAX_PATH_BYTES);
	list->paths = datac_grow(datac, list->paths, list->count, &list->allocated, sizeof(char *));
	list->paths[list->count++] = lower(datac, path);
}

/* The words of a cell, which are parted by any of the separators; calls it with NULL at the end. */
static const char *
next_word(Datac *datac, const char **at, const char *separators, char *separator)
{
	size_t		n = strcspn(*at, separators);
	const char *word = arena_copy(&datac->arena, slice(*at, n)).p;

	if (**at == '\0')
		return NULL;
	*separator = (*at)[n];
	*at += n + (*separator != '\0');
	return word;
}

static void
sort_paths(PathList *list)
{
	size_t		kept = 0;

	if (list->count == 0)
		return;
	qsort(list->paths, list->count, sizeof(char *), compare_texts);
	for (size_t i = 0; i < list->count; i++)
	{
		if (kept == 0 || strcmp(list->paths[kept - 1], list->paths[i]) != 0)
			list->paths[kept++] = list->paths[i];
	}
	list->count = kept;
}

static size_t
path_number(Datac *datac, const PathList *list, const char *path)
{
	const char *wanted = lower(datac, path);
	const char **found = bsearch(&wanted, list->paths, list->count, sizeof(char *), compare_texts);

	return (size_t) (found - list->paths);
}

static void
check_services(Datac *datac, const Table *services, const Table *table)
{
	for (size_t i = 0; i < table->count; i++)
	{
		size_t		k = 0;

		while (k < services->count && strcmp(services->rows[k].cells[0], table->rows[i].cells[0]) != 0)
			k++;
		if (k == services->count)
			datac_error(datac, table->file, table->rows[i].line, "unknown service \"%s\"", table->rows[i].cells[0]);
	}
}

static bool
is_of(const Row *row, const char *service)
{
	return strcmp(row->cells[0], service) == 0;
}

/* The paths by which a service is told; returns how many. */
static size_t
write_needs(Datac *datac, const PathList *list, const char *needs, Text *text)
{
	char		separator;
	const char *word;
	size_t		count = 0;

	while ((word = next_word(datac, &needs, " |", &separator)) != NULL)
	{
		text_add(text, "\t{%zu, %s},\n", path_number(datac, list, word), separator == '|' ? "false" : "true");
		count++;
	}
	return count;
}

static size_t
write_fields(Datac *datac, const PathList *list, const Table *paths, const char *service, Text *text)
{
	static const Choice attributes[] = {
		{"event", "WEBHOOK_EVENT"}, {"class", "WEBHOOK_CLASS"}, {"time", "WEBHOOK_TIME"}, {"sent", "WEBHOOK_SENT"},
		{"from", "WEBHOOK_FROM"}, {"subject", "WEBHOOK_SUBJECT"}, {"message_id", "WEBHOOK_MESSAGE_ID"},
		{"list_id", "WEBHOOK_LIST_ID"}, {"feedback_id", "WEBHOOK_FEEDBACK_ID"}, {"feedback_type", "WEBHOOK_FEEDBACK_TYPE"},
		{"header_name", "WEBHOOK_HEADER_NAME"}, {"header_value", "WEBHOOK_HEADER_VALUE"}, {"recipient", "WEBHOOK_RECIPIENT"},
		{"alias", "WEBHOOK_ALIAS"}, {"status", "WEBHOOK_STATUS"}, {"status_class", "WEBHOOK_STATUS_CLASS"},
		{"status_subject", "WEBHOOK_STATUS_SUBJECT"}, {"status_detail", "WEBHOOK_STATUS_DETAIL"}, {"code", "WEBHOOK_CODE"},
		{"diagnostic", "WEBHOOK_DIAGNOSTIC"}, {"note", "WEBHOOK_NOTE"}, {"action", "WEBHOOK_ACTION"},
		{"command", "WEBHOOK_COMMAND"}, {"rhost", "WEBHOOK_RHOST"}, {"lhost", "WEBHOOK_LHOST"},
	};
	size_t		count = 0;

	for (size_t i = 0; i < paths->count; i++)
	{
		const Row  *row = &paths->rows[i];
		const char *attribute;

		if (!is_of(row, service))
			continue;
		attribute = CHOICE_VALUE(datac, attributes, "attribute", paths->file, row->line, row->cells[2]);
		text_add(text, "\t{%zu, %s, %s},\n", path_number(datac, list, row->cells[1]), attribute ? attribute : "0",
				 strstr(row->cells[1], "[]") ? "true" : "false");
		count++;
	}
	return count;
}

static size_t
write_events(Datac *datac, const Vocabulary *vocabulary, const Table *events, const char *service, Text *text)
{
	static const Choice kinds[] = {
		{"", "KIND_NONE"}, {"none", "KIND_NONE"}, {"failure", "KIND_FAILURE"}, {"delay", "KIND_DELAY"},
		{"complaint", "KIND_COMPLAINT"}, {"success", "KIND_SUCCESS"}, {"autoreply", "KIND_AUTOREPLY"},
		{"receipt", "KIND_RECEIPT"}, {"challenge", "KIND_CHALLENGE"},
	};
	static const Choice weights[] = {{"", "false, false"}, {"knows", "true, false"}, {"vague", "false, true"}};
	size_t		count = 0;

	for (size_t i = 0; i < events->count; i++)
	{
		const Row  *row = &events->rows[i];
		const char *kind;
		const char *reason;
		const char *weight;

		if (!is_of(row, service))
			continue;
		kind = CHOICE_VALUE(datac, kinds, "kind", events->file, row->line, row->cells[3]);
		reason = word_value(datac, &vocabulary->reasons, events->file, row->line, row->cells[4], "REASON_COUNT");
		weight = CHOICE_VALUE(datac, weights, "weight", events->file, row->line, row->cells[5]);
		if (row->cells[2][0] == '\0' && row->cells[3][0] == '\0')
			datac_error(datac, events->file, row->line, "an event without a class has no kind");
		text_add(text, "\t{");
		text_known(text, row->cells[1]);
		text_add(text, ", ");
		text_known(text, row->cells[2]);
		text_add(text, ", %s, %s, %s, %s},\n", kind ? kind : "0", row->cells[3][0] ? "true" : "false", weight ? weight : "0, 0",
				 reason ? reason : "0");
		count++;
	}
	return count;
}

static void
compile_envelopes(Datac *datac, Text *text)
{
	static const Column columns[] = {{"key", true}, {"holds", true}};
	Table		table = TABLE_READ(datac, "webhook-envelopes.tsv", columns);
	Keys		keys = {NULL, 0, 0};

	text_add(text, "\nconst KnownText knowledge_webhook_envelopes[] = {\n");
	for (size_t i = 0; i < table.count; i++)
	{
		keys_add(datac, &keys, table.file, table.rows[i].line, table.rows[i].cells[0], table.rows[i].cells[0]);
		text_add(text, "\t");
		text_known(text, table.rows[i].cells[0]);
		text_add(text, ",\n");
	}
	keys_check(datac, &keys);
	if (table.count == 0)
		text_add(text, "\t0\n");
	text_add(text, "};\n\nconst uint32_t knowledge_webhook_envelope_count = %zu;\n", table.count);
}

/* A text of rows, begun as an array of the given type. */
static Text
begin_array(Datac *datac, const char *type, const char *name)
{
	Text		text = {.datac = datac};

	text_add(&text, "\nconst %s %s[] = {\n", type, name);
	return text;
}

static void
end_array(Text *array, size_t count, Text *text)
{
	text_add(text, "%.*s%s};\n", (int) array->n, array->p, count == 0 ? "\t{0}\n" : "");
}

void
compile_webhooks(Datac *datac, const Vocabulary *vocabulary, Text *text)
{
	static const Column service_columns[] = {
		{"service", true}, {"decoder", true}, {"needs", true}, {"vocabulary", false}, {"role", false}, {"source", true},
	};
	static const Column path_columns[] = {{"service", true}, {"path", true}, {"attribute", true}};
	static const Column event_columns[] = {
		{"service", true}, {"event", true}, {"class", false}, {"kind", false}, {"reason", false}, {"weight", false},
	};
	static const Choice roles[] = {{"", "false"}, {"plain", "true"}};
	Table		services = TABLE_READ(datac, "webhooks.tsv", service_columns);
	Table		paths = TABLE_READ(datac, "webhook-paths.tsv", path_columns);
	Table		events = TABLE_READ(datac, "webhook-events.tsv", event_columns);
	Keys		service_keys = {NULL, 0, 0};
	Keys		path_keys = {NULL, 0, 0};
	Keys		event_keys = {NULL, 0, 0};
	PathList	list = {NULL, 0, 0};
	Text		fields = begin_array(datac, "WebhookField", "knowledge_webhook_fields");
	Text		needs = begin_array(datac, "WebhookNeed", "knowledge_webhook_needs");
	Text		meanings = begin_array(datac, "WebhookEvent", "knowledge_webhook_events");
	Text		rows = begin_array(datac, "Webhook", "knowledge_webhooks");
	size_t		field_count = 0;
	size_t		need_count = 0;
	size_t		event_count = 0;

	check_services(datac, &services, &paths);
	check_services(datac, &services, &events);
	for (size_t i = 0; i < paths.count; i++)
	{
		const Row  *row = &paths.rows[i];

		add_path(datac, &list, paths.file, row->line, row->cells[1]);
		keys_add(datac, &path_keys, paths.file, row->line,
				 datac_print(datac, "%s %s %s", row->cells[0], lower(datac, row->cells[1]), row->cells[2]), row->cells[1]);
	}
	for (size_t i = 0; i < events.count; i++)
	{
		const Row  *row = &events.rows[i];

		keys_add(datac, &event_keys, events.file, row->line,
				 lower(datac, datac_print(datac, "%s\t%s\t%s", row->cells[0], row->cells[1], row->cells[2])),
				 datac_print(datac, "%s %s", row->cells[1], row->cells[2]));
	}
	for (size_t i = 0; i < services.count; i++)
	{
		const Row  *row = &services.rows[i];
		const char *at = row->cells[2];
		const char *word;
		char		separator;

		keys_add(datac, &service_keys, services.file, row->line, row->cells[0], row->cells[0]);
		while ((word = next_word(datac, &at, " |", &separator)) != NULL)
			add_path(datac, &list, services.file, row->line, word);
	}
	keys_check(datac, &service_keys);
	keys_check(datac, &path_keys);
	keys_check(datac, &event_keys);
	sort_paths(&list);

	text_add(text, "\n#include \"report/webhook_tables.h\"\n\nconst KnownText knowledge_webhook_paths[] = {\n");
	for (size_t i = 0; i < list.count; i++)
	{
		text_add(text, "\t");
		text_known(text, list.paths[i]);
		text_add(text, ",\n");
	}
	text_add(text, "%s};\n\nconst uint32_t knowledge_webhook_path_count = %zu;\n", list.count ? "" : "\t0\n", list.count);

	for (size_t i = 0; i < services.count; i++)
	{
		const Row  *row = &services.rows[i];
		size_t		of_fields = write_fields(datac, &list, &paths, row->cells[0], &fields);
		size_t		of_needs = write_needs(datac, &list, row->cells[2], &needs);
		size_t		of_events = write_events(datac, vocabulary, &events, row->cells[0], &meanings);
		const char *decoder = word_value(datac, &vocabulary->decoders, services.file, row->line, row->cells[1], NULL);

		const char *is_plain = CHOICE_VALUE(datac, roles, "role", services.file, row->line, row->cells[4]);

		text_add(&rows, "\t{");
		text_known(&rows, row->cells[0]);
		text_add(&rows, ", ");
		text_known(&rows, row->cells[3]);
		text_add(&rows, ", %s, %zu, %zu, %zu, %zu, %zu, %zu, %s, %u},\n", decoder ? decoder : "0", field_count, of_fields,
				 need_count, of_needs, event_count, of_events, is_plain ? is_plain : "0", row->line);
		field_count += of_fields;
		need_count += of_needs;
		event_count += of_events;
	}
	end_array(&fields, field_count, text);
	end_array(&needs, need_count, text);
	end_array(&meanings, event_count, text);
	end_array(&rows, services.count, text);
	text_add(text, "\nconst uint32_t knowledge_webhook_count = %zu;\n", services.count);
	compile_envelopes(datac, text);
}

/* Does a column of reasons.tsv hold a word that the vocabulary does not? */
static void
check_reason_words(Datac *datac, const Table *table)
{
	static const Column columns[] = {
		{"reason", true}, {"kind", false}, {"hard_bounce", false}, {"fault", false}, {"advice", false}, {"meaning", true},
		{"bouncehammer", false}, {"kumomta", false}, {"sparkpost", false}, {"ses", false}, {"powermta", false},
		{"postmark", false}, {"sendgrid", false},
	};
	static const size_t first = 6;	/* of the vocabularies */
	Table		reasons = TABLE_READ(datac, "reasons.tsv", columns);

	for (size_t i = 0; i < reasons.count; i++)
	{
		const Row  *row = &reasons.rows[i];

		for (size_t column = first; column < sizeof(columns) / sizeof(columns[0]); column++)
		{
			size_t		k = 0;

			if (row->cells[column][0] == '\0')
				continue;
			while (k < table->count && (strcmp(table->rows[k].cells[0], columns[column].name) != 0 ||
										strcmp(table->rows[k].cells[1], row->cells[column]) != 0))
				k++;
			if (k == table->count)
				datac_error(datac, reasons.file, row->line, "\"%s\" is no word of %s in %s", row->cells[column],
							columns[column].name, table->file);
		}
	}
}

void
compile_vocabularies(Datac *datac, const Vocabulary *vocabulary, Text *text)
{
	static const Column columns[] = {{"vocabulary", true}, {"name", true}, {"reason", false}};
	Table		table = TABLE_READ(datac, "vocabularies.tsv", columns);
	Keys		keys = {NULL, 0, 0};

	text_add(text, "\n#include \"classify/vocabulary.h\"\n\nconst VocabularyRow knowledge_vocabularies[] = {\n");
	for (size_t i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];
		const char *reason = word_value(datac, &vocabulary->reasons, table.file, row->line, row->cells[2], "REASON_COUNT");

		keys_add(datac, &keys, table.file, row->line,
				 lower(datac, datac_print(datac, "%s\t%s", row->cells[0], row->cells[1])), row->cells[1]);
		for (size_t k = 0; k + 1 < i && strcmp(row->cells[0], table.rows[i - 1].cells[0]) != 0; k++)
		{
			if (strcmp(row->cells[0], table.rows[k].cells[0]) == 0)
			{
				datac_error(datac, table.file, row->line, "the words of %s do not stand together", row->cells[0]);
				break;
			}
		}
		text_add(text, "\t{");
		text_known(text, row->cells[0]);
		text_add(text, ", ");
		text_known(text, row->cells[1]);
		text_add(text, ", %s, %u},\n", reason ? reason : "0", row->line);
	}
	keys_check(datac, &keys);
	check_reason_words(datac, &table);
	if (table.count == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_vocabulary_count = %zu;\n", table.count);
}
