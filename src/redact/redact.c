/*
 * redact.c
 *	  A mail without people in it.
 *
 * Writes a new mail along the parts of the old one: the same structure, but
 * each text decoded and masked line by line, of the returned message no more
 * than its header, of attachments nothing.
 */
#include "mail/decode.h"
#include "mail/mbox.h"
#include "mail/mime.h"
#include "redact/redact_header.h"
#include "redact/redact.h"
#include "report/html.h"
#include "report/lines.h"
#include "report/report.h"
#include "report/signs.h"
#include "report/text.h"

#define MOST_RETURNED_LINES 512 /* of a header that is quoted in a text, and what stands before it */

typedef struct Redaction
{
	Redacted	redacted;
	const Message *message;
	int			root;			/* the part that is the report */
	MaskMode	mode;			/* of its text */
	const Message *inner;		/* the report that stands in the text of the first part, or NULL */
	int			inner_root;
	int			open[LIMIT_NESTING + 1];	/* multiparts that are written, outermost first */
	int			open_count;
} Redaction;

static void
put_number(Redacted *redacted, int number)
{
	char		digits[12];
	size_t		n = sizeof(digits);

	do
		digits[--n] = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	redacted_put(redacted, slice(digits + n, sizeof(digits) - n));
}

static void
put_boundary(Redacted *redacted, int part)
{
	redacted_put(redacted, SLICE_LIT("=_part_"));
	put_number(redacted, part);
}

static void
put_delimiter(Redacted *redacted, int part, bool closing)
{
	redacted_put(redacted, SLICE_LIT("--"));
	put_boundary(redacted, part);
	if (closing)
		redacted_put(redacted, SLICE_LIT("--"));
	redacted_end_line(redacted);
}

static bool
is_parent(const Message *message, int part)
{
	return part + 1 < message->count && message->parts[part + 1].parent == part;
}

static bool
is_text(PartType type)
{
	switch (type)
	{
		case PART_TEXT_PLAIN:
		case PART_TEXT_HTML:
		case PART_TEXT_OTHER:
		case PART_HEADERS:
		case PART_DELIVERY_STATUS:
		case PART_FEEDBACK:
		case PART_DISPOSITION:
		case PART_TRACKING:
			return true;
		case PART_OTHER:
		case PART_MULTIPART:
		case PART_MESSAGE:
			break;
	}
	return false;
}

/* The fields of MIME: the type, the boundary that this writes, and that the text is UTF-8. */
static void
put_mime_fields(Redaction *redaction, int number)
{
	Redacted   *redacted = &redaction->redacted;
	const Part *part = &redaction->message->parts[number];

	if (part->content_type.n == 0)
		return;
	redacted_put(redacted, SLICE_LIT("Content-Type: "));
	redacted_put(redacted, part->content_type.n <= 80 ? part->content_type : SLICE_LIT("application/octet-stream"));
	if (part->type == PART_MULTIPART || slice_starts_nocase(part->content_type, SLICE_LIT("multipart/")))
	{
		if (part->report_type.n > 0 && part->report_type.n <= 40)
		{
			redacted_put(redacted, SLICE_LIT("; report-type="));
			redacted_put(redacted, part->report_type);
		}
		redacted_put(redacted, SLICE_LIT("; boundary=\""));
		put_boundary(redacted, number);
		redacted_put(redacted, SLICE_LIT("\""));
	}
	else if (is_text(part->type))
		redacted_put(redacted, SLICE_LIT("; charset=utf-8"));
	redacted_end_line(redacted);
	if (is_text(part->type) && part->encoding != TRANSFER_IDENTITY)
	{
		redacted_put(redacted, SLICE_LIT("Content-Transfer-Encoding: 8bit"));
		redacted_end_line(redacted);
	}
}

static char
line_end_of(const Message *message, Slice text)
{
	if (message->line_end == '\r' && memchr(text.p, '\n', text.n) == NULL)
		return '\r';
	if (memchr(text.p, '\n', text.n) == NULL && memchr(text.p, '\r', text.n) != NULL)
		return '\r';
	return '\n';
}

/*
 * A line of a text in which a header may stand.  *hiding: a line that is indented
 * as far goes on with a field of which nothing stays, the subject or, in a
 * returned message, people's names; 0: there is none.
 */
static void
put_line(Redaction *redaction, Slice line, bool returned, MaskMode mode, size_t *hiding)
{
	Redacted   *redacted = &redaction->redacted;
	size_t		start = 0;
	size_t		end;

	while (start < line.n && (line.p[start] == '>' || ascii_is_space(line.p[start])))
		start++;
	for (end = start; end < line.n && end - start < 64 && (ascii_is_alnum(line.p[end]) || line.p[end] == '-'); end++)
		;
	if (end > start && end < line.n && line.p[end] == ':')
	{
		Slice		name = slice(line.p + start, end - start);

		*hiding = redact_is_subject(name) || (returned && redact_names_people(name)) ? start + 1 : 0;
		if (*hiding && mode != MASK_ALL)
		{
			redacted_put(redacted, slice(line.p, end + 1));
			line = slice(line.p + end + 1, line.n - end - 1);
		}
	}
	else if (start < *hiding || start == line.n)
		*hiding = 0;
	mask_line(redacted, line, *hiding ? MASK_ALL : mode);
	redacted_end_line(redacted);
}

/* Lines up to the end of the text. */
static void
put_lines(Redaction *redaction, Slice text, char line_end, MaskMode mode)
{
	size_t		offset = 0;
	size_t		count = 0;
	size_t		hiding = 0;
	Slice		line;

	while (mime_next_line(text, line_end, &offset, &line))
	{
		ArenaMark	mark = arena_mark(redaction->redacted.arena);

		if ((++count & 0xff) == 0)
			arena_interrupt(redaction->redacted.arena);
		put_line(redaction, line, false, mode, &hiding);
		arena_rewind(redaction->redacted.arena, mark);
	}
}

/* Is the line one of the fields by which a header is known? */
static bool
is_header_field(Slice line)
{
	static const Slice names[] = {
		SLICE_LIT("From:"), SLICE_LIT("To:"), SLICE_LIT("Subject:"), SLICE_LIT("Date:"), SLICE_LIT("Message-ID:"),
		SLICE_LIT("Received:"), SLICE_LIT("Return-Path:"), SLICE_LIT("MIME-Version:"), SLICE_LIT("Reply-To:"),
	};

	while (line.n > 0 && (line.p[0] == '>' || line.p[0] == '|' || ascii_is_space(line.p[0])))
		line = slice(line.p + 1, line.n - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_starts_nocase(line, names[i]))
			return true;
	}
	return false;
}

/* A returned message in a text: up to the end of its header. */
static void
put_returned_lines(Redaction *redaction, Slice text, char line_end)
{
	size_t		offset = 0;
	int			count = 0;
	int			fields = 0;
	size_t		hiding = 0;
	Slice		line;

	while (count++ < MOST_RETURNED_LINES && mime_next_line(text, line_end, &offset, &line))
	{
		Slice		trimmed = line;

		while (trimmed.n > 0 && (trimmed.p[0] == '>' || ascii_is_space(trimmed.p[0])))
			trimmed = slice(trimmed.p + 1, trimmed.n - 1);
		if (trimmed.n == 0 && fields >= 2)
		{
			redacted_end_line(&redaction->redacted);
			return;
		}
		if (trimmed.n == 0)
			fields = 0;
		fields += is_header_field(trimmed);
		put_line(redaction, line, true, MASK_TEXT, &hiding);
	}
}

/* A text that people are to read: the report's, up to the returned message in it. */
static void
put_text(Redaction *redaction, Slice text, char line_end)
{
	TextReport	report;

	text_read(redaction->redacted.arena, text, line_end, NULL, &report);
	if (report.returned.p >= text.p && report.returned.p <= text.p + text.n && report.returned.p != NULL)
	{
		put_lines(redaction, slice_between(text.p, report.returned.p), line_end, redaction->mode);
		put_returned_lines(redaction, slice_between(report.returned.p, text.p + text.n), line_end);
	}
	else
		put_lines(redaction, text, line_end, redaction->mode);
}

static void
put_escaped(Redacted *redacted, Slice text)
{
	for (size_t i = 0; i < text.n; i++)
	{
		switch (text.p[i])
		{
			case '<':
				redacted_put(redacted, SLICE_LIT("&lt;"));
				break;
			case '>':
				redacted_put(redacted, SLICE_LIT("&gt;"));
				break;
			case '&':
				redacted_put(redacted, SLICE_LIT("&amp;"));
				break;
			default:
				redacted_put(redacted, slice(text.p + i, 1));
		}
	}
}

/* HTML: its words, in the lines that it makes. */
static void
put_html(Redaction *redaction, Slice html)
{
	Redacted   *redacted = &redaction->redacted;
	Slice		text = html_to_text(redacted->arena, html);
	Redacted	around = *redacted;
	Arena		aside;
	Slice		masked;
	size_t		offset = 0;
	Slice		line;

	/* masked aside */
	arena_init_beside(&aside, redacted->arena);
	redacted->lasting = &aside;
	redacted->p = NULL;
	redacted->n = redacted->allocated = 0;
	redacted->line_end = SLICE_LIT("\n");
	if (text.n > 0)
		put_text(redaction, text, '\n');
	masked = slice(redacted->p ? redacted->p : "", redacted->n);
	around.names = redacted->names;
	*redacted = around;

	redacted_put(redacted, SLICE_LIT("<html><body>"));
	redacted_end_line(redacted);
	while (mime_next_line(masked, '\n', &offset, &line))
	{
		arena_work(redacted->arena, 1);
		put_escaped(redacted, line);
		redacted_put(redacted, SLICE_LIT("<br>"));
		redacted_end_line(redacted);
	}
	redacted_put(redacted, SLICE_LIT("</body></html>"));
	redacted_end_line(redacted);
	redacted->arena->failed |= aside.failed;
	arena_reset(&aside);
}

static void
put_parts(Redaction *redaction);

/* A list manager hands a bounce on as text: what it says, and the bounce as a mail of its own. */
static bool
put_handed_on(Redaction *redaction, int number, Slice text, char line_end)
{
	Redaction	inner = *redaction;
	const char *start;

	if (redaction->inner == NULL || number != 0)
		return false;
	start = redaction->inner->parts[0].header.bytes.p;
	/* in a text that had to be decoded, it stands elsewhere now */
	if ((uintptr_t) start < (uintptr_t) text.p || (uintptr_t) start > (uintptr_t) (text.p + text.n))
		return false;
	put_lines(redaction, slice_between(text.p, start), line_end, MASK_TEXT);
	inner.redacted = redaction->redacted;
	inner.message = redaction->inner;
	inner.root = redaction->inner_root;
	inner.inner = NULL;
	inner.open_count = 0;
	put_parts(&inner);
	redaction->redacted = inner.redacted;
	return true;
}

/* What the part holds, and no more of it than is read. */
static void
put_body(Redaction *redaction, int number, bool returned)
{
	const Part *part = &redaction->message->parts[number];
	Redacted   *redacted = &redaction->redacted;
	bool		holds_text = is_text(part->type) || (part->type == PART_MULTIPART && !is_parent(redaction->message, number)) ||
		(part->type == PART_OTHER && (number == redaction->root || slice_starts_nocase(part->content_type, SLICE_LIT("application/octet-stream"))));
	Slice		text;
	char		line_end;

	if (returned)
		return;
	/* the message inside is a part of its own, if it could be read */
	if (part->type == PART_MESSAGE ? is_parent(redaction->message, number) : !holds_text)
		return;
	text = decode_text(redacted->arena, part->body, part->encoding, part->charset, LIMIT_DECODE_BYTES);
	if (text.p == NULL)
		return;
	line_end = line_end_of(redaction->message, text);
	switch (part->type)
	{
		case PART_MESSAGE:
		case PART_HEADERS:
			put_returned_lines(redaction, text, line_end);
			break;
		case PART_TEXT_HTML:
			put_html(redaction, text);
			break;
		case PART_DELIVERY_STATUS:
		case PART_FEEDBACK:
		case PART_DISPOSITION:
		case PART_TRACKING:
			put_lines(redaction, text, line_end, MASK_FIELD);
			break;
		default:
			if (put_handed_on(redaction, number, text, line_end))
				break;
			/* a returned message that nobody declared */
			if (number != redaction->root && (mime_field(&part->header, SLICE_LIT("Received")).p != NULL))
				break;
			if (number != redaction->root && lines_begin_header(text, line_end))
				put_returned_lines(redaction, text, line_end);
			else
				put_text(redaction, text, line_end);
	}
}

/* Is the part inside of that one? */
static bool
is_inside(const Message *message, int part, int outer)
{
	while (part > outer)
		part = message->parts[part].parent;
	return part == outer;
}

static void
close_until(Redaction *redaction, int part)
{
	while (redaction->open_count > 0)
	{
		int			open = redaction->open[redaction->open_count - 1];

		if (part >= 0 && is_inside(redaction->message, part, open))
			return;
		put_delimiter(&redaction->redacted, open, true);
		redaction->open_count--;
	}
}

static void
put_parts(Redaction *redaction)
{
	const Message *message = redaction->message;
	Redacted   *redacted = &redaction->redacted;
	int			skipped = -1;	/* a returned message, whose parts are not written */

	for (int i = 0; i < message->count; i++)
	{
		const Part *part = &message->parts[i];
		bool		returned;

		if (skipped >= 0 && is_inside(message, i, skipped))
			continue;
		skipped = -1;
		arena_interrupt(redacted->arena);
		returned = part->parent >= 0 && message->parts[part->parent].type == PART_MESSAGE && !is_inside(message, redaction->root, i);
		close_until(redaction, i);
		if (part->parent >= 0 && message->parts[part->parent].type == PART_MULTIPART)
			put_delimiter(redacted, part->parent, false);
		redact_header(redacted, &part->header, returned);
		if (returned)
			skipped = i;
		else
			put_mime_fields(redaction, i);
		redacted_end_line(redacted);
		put_body(redaction, i, returned);
		if (!returned && part->type == PART_MULTIPART && is_parent(message, i))
			redaction->open[redaction->open_count++] = i;
	}
	close_until(redaction, -1);
}

/* How the first line ends. */
static Slice
line_end_style(Slice raw)
{
	size_t		lf = slice_find(raw, '\n', 0);

	if (lf == SLICE_NPOS)
		return slice_find(raw, '\r', 0) == SLICE_NPOS ? SLICE_LIT("\n") : SLICE_LIT("\r");
	return lf > 0 && raw.p[lf - 1] == '\r' ? SLICE_LIT("\r\n") : SLICE_LIT("\n");
}

/*
 * Could a mail that no reader understands yet be a report?  What else comes in
 * was written by somebody.
 */
static bool
is_from_system(Arena *arena, const Message *message)
{
	const Part *root = &message->parts[0];
	Signs		signs;

	if (message->count == 0)
		return false;
	signs_read(arena, &root->header, NULL, &signs);
	return signs_has(&signs, SIGN_DAEMON) || signs_has(&signs, SIGN_BOUNCE) || signs.returned_to_nobody || root->report_type.n > 0;
}

static void
redact_one(Redaction *redaction, Slice raw)
{
	Arena	   *arena = redaction->redacted.arena;
	Message		message;
	Report		report;

	mime_scan(arena, raw, &message);
	report_read(arena, &message, NULL, NULL, &report);
	redaction->message = &message;
	redaction->root = report.message == &message ? report.root : 0;
	redaction->inner = report.message == &message || report.message->count == 0 ? NULL : report.message;
	redaction->inner_root = report.root;
	redaction->open_count = 0;
	redaction->mode = report.count > 0 || is_from_system(arena, &message) ? MASK_TEXT : MASK_ALL;
	if (slice_starts_nocase(raw, SLICE_LIT("From ")))
	{
		size_t		offset = 0;
		Slice		line;

		if (mime_next_line(raw, message.line_end, &offset, &line))
		{
			mask_line(&redaction->redacted, decode_valid_start(arena, line, LIMIT_FIELD_BYTES), MASK_TEXT);
			redacted_end_line(&redaction->redacted);
		}
	}
	put_parts(redaction);
	/* the message goes */
	redaction->message = NULL;
	redaction->inner = NULL;
}

Slice
redact_mail(Arena *arena, Slice raw, Slice key)
{
	Redaction	redaction = {.redacted = {.lasting = arena, .line_end = line_end_style(raw)}};
	Arena		message_arena;
	size_t		offset = 0;
	Slice		message;

	names_init(&redaction.redacted.names, arena, key);
	arena_init_beside(&message_arena, arena);
	redaction.redacted.arena = redaction.redacted.names.arena = &message_arena;
	for (bool first = true; mbox_next(arena, raw, &offset, &message); first = false)
	{
		if (!first)
			redacted_end_line(&redaction.redacted);
		redact_one(&redaction, message);
		arena->failed |= message_arena.failed;
		arena_reset(&message_arena);
	}
	return slice(redaction.redacted.p ? redaction.redacted.p : "", redaction.redacted.n);
}
