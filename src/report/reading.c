/*
 * reading.c
 *	  The parts of a message, as its readers want them: the human text, the
 *	  returned header, a part of some type.
 */
#include "report/html.h"
#include "report/lines.h"
#include "report/returned.h"
#include "report/reading.h"

void
reading_try(const Reading *reading, Attempt *attempt)
{
	attempt->mark = arena_mark(reading->arena);
	memcpy(&attempt->before, reading->report, sizeof(Report));
}

void
reading_forget(const Reading *reading, const Attempt *attempt)
{
	Report	   *report = reading->report;

	/* a trail quotes all that was read */
	if (report->trail == NULL && memcmp(&attempt->before, report, sizeof(Report)) == 0)
		arena_rewind(reading->arena, attempt->mark);
}

char
reading_line_end_of(const Message *message, Slice text)
{
	/* decoded text may have other line ends than the message */
	if (text.n == 0)
		return message->line_end;
	if (memchr(text.p, '\n', text.n) != NULL)
		return '\n';
	return memchr(text.p, '\r', text.n) != NULL ? '\r' : message->line_end;
}

/* The message that a part belongs to: 0, or the nearest part right below a PART_MESSAGE. */
static int
message_root(const Message *message, int part)
{
	while (message->parts[part].parent >= 0 &&
		   message->parts[message->parts[part].parent].type != PART_MESSAGE)
		part = message->parts[part].parent;
	return part;
}

bool
reading_is_here(const Reading *reading, int part)
{
	return message_root(reading->message, part) == reading->root;
}

int
reading_find_part(const Reading *reading, PartType type, int from)
{
	for (int i = from; i < reading->message->count; i++)
	{
		if (reading->message->parts[i].type == type && reading_is_here(reading, i))
			return i;
	}
	return -1;
}

Slice
reading_part_text(const Reading *reading, const Part *part, size_t limit)
{
	Slice		text = decode_text(reading->arena, part->body, part->encoding, part->charset, limit);

	trail_source(reading->report->trail, text, part->body);
	/* less is a mere look */
	if (part->body.n > limit && limit >= LIMIT_DECODE_BYTES)
		trail_bound(reading->report->trail, BOUND_DECODE_BYTES, part->body);
	return text;
}

Slice
reading_first_line(Slice text, char line_end)
{
	size_t		offset = 0;
	Slice		line;

	while (mime_next_line(text, line_end, &offset, &line))
	{
		if (slice_trim(line).n > 0)
			return slice_trim(line);
	}
	return SLICE_NONE;
}

bool
reading_is_loose_text(const Part *part)
{
	return part->type == PART_TEXT_PLAIN || slice_starts_nocase(part->content_type, SLICE_LIT("application/octet-stream"));
}

/* Could the line, or a longer one that begins with it, be a field of a header? */
static bool
may_be_field(Slice line)
{
	size_t		name = 0;

	while (name < line.n && (ascii_is_alnum(line.p[name]) || line.p[name] == '-'))
		name++;
	return name == line.n || (name > 0 && line.p[name] == ':');
}

/* Does the part's text begin with the header of a message? */
static bool
holds_header(const Reading *reading, const Part *part)
{
	Slice		text = part->body;
	char		line_end;

	/* most texts begin with something else, which a few bytes tell */
	if (part->encoding != TRANSFER_IDENTITY)
	{
		text = reading_part_text(reading, part, GLANCE_BYTES);
		if (!may_be_field(reading_first_line(text, reading_line_end_of(reading->message, text))))
			return false;
		text = reading_part_text(reading, part, PEEK_BYTES);
	}
	line_end = reading_line_end_of(reading->message, text);
	return lines_begin_returned(reading_first_line(text, line_end)) || lines_begin_header(text, line_end);
}

/*
 * Some declare the returned message as text, or not at all, so that its header
 * became the part's.
 */
static void
read_undeclared_returned(const Reading *reading)
{
	const Message *message = reading->message;
	Returned   *returned = &reading->report->returned;

	for (int i = reading->root + 1; i < message->count && !returned->present; i++)
	{
		const Part *part = &message->parts[i];
		Slice		text = part->body;

		if (!reading_is_here(reading, i) || !reading_is_loose_text(part))
			continue;
		if (mime_field(&part->header, SLICE_LIT("Received")).p != NULL)
		{
			returned_from_header(reading->arena, &part->header, returned);
			continue;
		}
		if (!holds_header(reading, part))
			continue;
		if (part->encoding != TRANSFER_IDENTITY)
			text = reading_part_text(reading, part, LIMIT_DECODE_BYTES);
		returned_from_text(reading->arena, text, reading_line_end_of(message, text), returned);
	}
}

void
report_read_returned(const Reading *reading)
{
	const Message *message = reading->message;
	Report	   *report = reading->report;

	for (int i = 0; i < message->count && !report->returned.present; i++)
	{
		const Part *part = &message->parts[i];

		/* Hotmail's complaint may be nothing but the message */
		if (!reading_is_here(reading, i) || (i == reading->root && part->type != PART_MESSAGE))
			continue;
		if (part->type == PART_MESSAGE && i + 1 < message->count && message->parts[i + 1].parent == i)
			returned_from_header(reading->arena, &message->parts[i + 1].header, &report->returned);
		else if (part->type == PART_MESSAGE || part->type == PART_HEADERS)
		{
			Slice		text = reading_part_text(reading, part, LIMIT_DECODE_BYTES);

			returned_from_text(reading->arena, text, reading_line_end_of(message, text), &report->returned);
		}
	}
	if (!report->returned.present)
		read_undeclared_returned(reading);
}

bool
reading_is_attachment(const Part *part)
{
	return slice_starts_nocase(mime_field(&part->header, SLICE_LIT("Content-Disposition")), SLICE_LIT("attachment"));
}

bool
reading_human_text(const Reading *reading, int number, Slice *text)
{
	const Message *message = reading->message;
	bool		has_plain = false;

	for (int i = reading->root; i < message->count; i++)
	{
		const Part *part = &message->parts[i];
		bool		broken_multipart = part->type == PART_MULTIPART &&
			(i + 1 >= message->count || message->parts[i + 1].parent != i);

		if (!reading_is_here(reading, i))
			continue;
		/* what follows the returned message is its attachment or a footer */
		if (part->type == PART_MESSAGE || part->type == PART_HEADERS)
			break;
		if (part->type == PART_TEXT_PLAIN || broken_multipart ||
			(i == reading->root && part->type == PART_OTHER &&
			 slice_starts_nocase(part->content_type, SLICE_LIT("multipart/"))))
		{
			if (reading_is_attachment(part) || (i != reading->root && holds_header(reading, part)))
				continue;
			has_plain = true;
			if (number-- == 0)
			{
				*text = reading_part_text(reading, part, LIMIT_DECODE_BYTES);
				return true;
			}
		}
	}
	if (number != 0)
		return false;
	for (int i = reading->root; i < message->count; i++)
	{
		const Part *part = &message->parts[i];

		if (reading_is_here(reading, i) && part->type == PART_TEXT_HTML && !reading_is_attachment(part))
		{
			/* what stands beside a plain text says the same, or is the report behind a gateway's warning */
			if (has_plain && part->parent >= 0 &&
				slice_starts_nocase(message->parts[part->parent].content_type, SLICE_LIT("multipart/alternative")))
				continue;
			*text = html_to_text(reading->arena, reading_part_text(reading, part, LIMIT_DECODE_BYTES));
			trail_source(reading->report->trail, *text, part->body);
			return true;
		}
	}
	return false;
}

void
reading_note_more_texts(const Reading *reading, int tried)
{
	Slice		text;

	if (tried == LIMIT_TEXT_PARTS && reading->report->trail && reading_human_text(reading, tried, &text))
		trail_bound(reading->report->trail, BOUND_TEXT_PARTS, text);
}

void
reading_note_format(const Report *report, RuleName rule, Slice evidence, const char *lost)
{
	const char *name = report->decoder == DECODER_NONE ? "none" : knowledge_decoders[report->decoder].decoder;

	trail_note(report->trail, "format", slice(name, strlen(name)), lost == NULL,
			   rule, evidence, lost);
}
