/*
 * fields.c
 *	  Fields of a mail by their name, those of the returned message first.
 *
 * Which message was returned is what the report's readers say, so that a
 * field is of the same message as the Message-ID of its row.
 */
#include "mail/mbox.h"
#include "report/fields.h"
#include "report/json_objects.h"
#include "report/webhook.h"

typedef struct Search
{
	Arena	   *arena;
	Slice		name;
	bool		(*take) (void *context, FieldOrigin origin, Slice value);
	void	   *context;
	bool		ended;			/* the taker wants no more */
} Search;

/* False when the taker wants no more. */
static bool
search_header(const Search *search, const Header *header, FieldOrigin origin)
{
	for (size_t i = 0; i < header->count; i++)
	{
		const Field *field = &header->fields[i];

		if (slice_equal_nocase(field->name, search->name) &&
			!search->take(search->context, origin, decode_header(search->arena, field->value)))
			return false;
	}
	return true;
}

static bool
search_returned(const Search *search, const Returned *returned)
{
	Header		header;
	Slice		body;
	char		line_end;

	if (!returned->present || returned->header.n == 0)
		return true;
	/* that of the text it stands in, which may have been decoded */
	line_end = memchr(returned->header.p, '\n', returned->header.n) ? '\n' : '\r';
	mime_header(search->arena, returned->header, line_end, LIMIT_HEADER_FIELDS, &header, &body);
	return search_header(search, &header, FIELD_RETURNED);
}

static bool
search_message(const Search *search, Slice raw)
{
	Message		message;
	Report		report;

	mime_scan(search->arena, raw, &message);
	report_read(search->arena, &message, NULL, NULL, &report);
	/* the text may quote the header that no part holds */
	if (report.count > 0 && !report.returned.present)
		report_read_words(&report);
	if (!search_returned(search, &report.returned))
		return false;
	if (message.count == 0)
		return true;
	if (report.header != &message.parts[0].header &&
		!search_header(search, report.header, FIELD_REPORT))
		return false;
	return search_header(search, &message.parts[0].header, FIELD_REPORT);
}

/* False where that is no field's name. */
static bool
search_init(Search *search, Arena *arena, Slice name,
			bool (*take) (void *context, FieldOrigin origin, Slice value), void *context)
{
	name = slice_trim(name);
	if (name.n > 0 && name.p[name.n - 1] == ':')
		name = slice_trim(slice(name.p, name.n - 1));
	*search = (Search) {arena, name, take, context, false};
	return name.n > 0;
}

void
fields_each(Arena *arena, Slice raw, Slice name,
			bool (*take) (void *context, FieldOrigin origin, Slice value), void *context)
{
	Search		search;
	Slice		message;
	size_t		offset = 0;

	if (!search_init(&search, arena, name, take, context))
		return;
	while (mbox_next(arena, raw, &offset, &message))
	{
		ArenaMark	mark = arena_mark(arena);

		if (!search_message(&search, message))
			return;
		arena_rewind(arena, mark);
	}
}

static bool
search_event(void *context, Slice object)
{
	Search	   *search = context;
	ArenaMark	mark = arena_mark(search->arena);
	Report		report;
	bool		is_event;

	if (search->ended)
		return true;
	webhook_begin(search->arena, &report);
	is_event = webhook_read(&report, object);
	if (is_event)
		search->ended = !search_returned(search, &report.returned);
	if (!search->ended)
		arena_rewind(search->arena, mark);
	return is_event;
}

void
fields_each_json(Arena *arena, Slice document, Slice name,
				 bool (*take) (void *context, FieldOrigin origin, Slice value), void *context)
{
	Search		search;

	if (search_init(&search, arena, name, take, context))
		json_objects(arena, NULL, document, search_event, &search);
}
