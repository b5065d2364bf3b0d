/*
 * returned.c
 *	  The message that failed, as far as the report returns it.
 */
#include "mail/address.h"
#include "report/returned.h"

#define MAX_REMARKS 40			/* lines before a header */
#define MAX_BLOCKS 64			/* blocks of fields before the returned header */

/* "from x by y with z for <a@b>; date" (RFC 5321 4.4): a@b, when it is one */
static Slice
received_for(Slice value)
{
	size_t		at = 0;

	value = slice_bound(value, 2048);
	while ((at = slice_find_nocase(value, SLICE_LIT("for "), at)) != SLICE_NPOS)
	{
		size_t		offset = at + 4;
		size_t		start;
		Slice		found;

		if (at > 0 && ascii_is_space(value.p[at - 1]) &&
			address_find(slice(value.p, value.n < offset + 300 ? value.n : offset + 300), &offset, &start, &found) && start <= at + 6)
			return found;
		at += 4;
	}
	return SLICE_NONE;
}

void
returned_from_header(Arena *arena, const Header *header, Returned *returned)
{
	static const struct
	{
		Slice		name;
		size_t		slot;
	}			fields[] = {
		{SLICE_LIT("From"), offsetof(Returned, from)},
		{SLICE_LIT("To"), offsetof(Returned, to)},
		{SLICE_LIT("Subject"), offsetof(Returned, subject)},
		{SLICE_LIT("Message-ID"), offsetof(Returned, message_id)},
		{SLICE_LIT("List-ID"), offsetof(Returned, list_id)},
		{SLICE_LIT("Feedback-ID"), offsetof(Returned, feedback_id)},
		/* Microsoft's and Yahoo's complaints, gateways */
		{SLICE_LIT("X-HmXmrOriginalRecipient"), offsetof(Returned, original_recipient)},
		{SLICE_LIT("X-Apparently-To"), offsetof(Returned, original_recipient)},
		{SLICE_LIT("X-Envelope-To"), offsetof(Returned, original_recipient)},
	};

	for (size_t i = 0; i < header->count; i++)
	{
		const Field *field = &header->fields[i];
		char		first = ascii_lower(field->name.p[0]);

		if (first == 'd' && slice_equal_nocase(field->name, SLICE_LIT("Date")))
		{
			if (!returned->date.known)
				returned->date = decode_date(ARENA_BOUNDED(arena, field->value, DATE_BYTES));
			continue;
		}
		if (first == 'r')
		{
			if (returned->received_for.n == 0 &&
				slice_equal_nocase(field->name, SLICE_LIT("Received")))
				returned->received_for = received_for(field->value);
			else if (returned->return_path.n == 0 &&
					 slice_equal_nocase(field->name, SLICE_LIT("Return-Path")))
				returned->return_path = field->value;
			continue;
		}
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
		{
			Slice	   *slot = (Slice *) ((char *) returned + fields[k].slot);

			if (slice_equal_nocase(field->name, fields[k].name))
			{
				returned->present = true;
				if (slot->p == NULL)
					*slot = field->value;
				break;
			}
		}
	}
	/* nobody asks again of who is present */
	if (returned->present)
		returned->header = header->bytes;
}

/* Offset of the first line at or after 'from' that looks like a field, text.n for none within some lines. */
static size_t
field_line(Slice text, char line_end, size_t from)
{
	size_t		offset = from;
	Slice		line;

	/* separators and remarks may stand before it */
	for (int lines = 0; lines < MAX_REMARKS && mime_next_line(text, line_end, &offset, &line); lines++)
	{
		Slice		trimmed = slice_trim(line);
		size_t		n = 0;

		while (n < trimmed.n && (ascii_is_alnum(trimmed.p[n]) || trimmed.p[n] == '-'))
			n++;
		/* an indented header keeps its lines apart by their own names */
		if (n > 1 && n < trimmed.n && trimmed.p[n] == ':' && n + 1 < trimmed.n)
			return (size_t) (trimmed.p - text.p);
	}
	return text.n;
}

void
returned_from_text(Arena *arena, Slice text, char line_end, Returned *returned)
{
	size_t		start = field_line(text, line_end, 0);

	/* the fields of the report itself may stand before the returned header, a block a recipient */
	for (int blocks = 0; blocks < MAX_BLOCKS && start < text.n && !returned->present; blocks++)
	{
		ArenaMark	mark = arena_mark(arena);
		Header		header;
		Slice		body;

		mime_header(arena, slice(text.p + start, text.n - start), line_end, LIMIT_HEADER_FIELDS, &header, &body);
		returned_from_header(arena, &header, returned);
		/* what was found points into the text; a list of the fields is made for each block */
		arena_rewind(arena, mark);
		if (body.p == NULL)
			break;
		start = field_line(text, line_end, (size_t) (body.p - text.p));
	}
}
