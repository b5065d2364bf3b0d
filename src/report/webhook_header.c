/*
 * webhook_header.c
 *	  The header of the message that an event is about.
 */
#include "mail/limits.h"
#include "report/returned.h"
#include "report/webhook_header.h"

typedef struct HeaderPair
{
	Slice		name;
	Slice		value;
} HeaderPair;

/* The fields as lines; a line end within one becomes a blank. */
static Slice
write_fields(Arena *arena, const HeaderPair *fields, size_t count)
{
	size_t		size = 0;
	size_t		n = 0;
	char	   *out;

	for (size_t i = 0; i < count; i++)
		size += fields[i].name.n + fields[i].value.n + 3;
	out = size > 0 ? arena_alloc(arena, size) : NULL;
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < count; i++)
	{
		const Slice pieces[] = {fields[i].name, SLICE_LIT(": "), fields[i].value};

		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++)
		{
			for (size_t at = 0; at < pieces[k].n; at++)
				out[n++] = pieces[k].p[at] == '\n' || pieces[k].p[at] == '\r' ? ' ' : pieces[k].p[at];
		}
		out[n++] = '\n';
	}
	return slice(out, n);
}

static void
fill(Slice *slot, Slice value)
{
	if (slot->n == 0)
		*slot = value;
}

void
webhook_header(const Facts *facts, const Fact *name, const Fact *value, Returned *returned)
{
	HeaderPair	   *fields = arena_alloc(facts->arena, LIMIT_HEADER_FIELDS * sizeof(HeaderPair));
	size_t		count = 0;
	Header		header;
	Slice		body;
	Slice		text;
	Returned	told = {0};

	if (fields == NULL)
		return;
	/* both go up by the number of the element */
	while (name && value && count < LIMIT_HEADER_FIELDS)
	{
		if (name->element == value->element)
			fields[count++] = (HeaderPair) {facts_text(facts, name), facts_text(facts, value)};
		if (name->element <= value->element)
			name = facts_next(facts, name);
		else
			value = facts_next(facts, value);
	}
	text = write_fields(facts->arena, fields, count);
	if (text.n == 0)
		return;
	mime_header(facts->arena, text, '\n', LIMIT_HEADER_FIELDS, &header, &body);
	returned_from_header(facts->arena, &header, &told);
	fill(&returned->from, told.from);
	fill(&returned->subject, told.subject);
	fill(&returned->message_id, told.message_id);
	fill(&returned->list_id, told.list_id);
	fill(&returned->feedback_id, told.feedback_id);
	fill(&returned->header, text);
	if (!returned->date.known)
		returned->date = told.date;
}

void
webhook_common_header(Arena *arena, Returned *returned)
{
	const HeaderPair common[] = {
		{SLICE_LIT("From"), returned->from},
		{SLICE_LIT("Subject"), returned->subject},
		{SLICE_LIT("Message-ID"), returned->message_id},
	};
	HeaderPair		fields[3];
	size_t		count = 0;

	for (size_t i = 0; i < 3; i++)
	{
		if (common[i].value.n > 0)
			fields[count++] = common[i];
	}
	if (returned->header.n == 0)
		returned->header = write_fields(arena, fields, count);
}
