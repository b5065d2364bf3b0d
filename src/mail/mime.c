/*
 * mime.c
 *	  The tree of MIME parts by offsets (RFC 2045, RFC 2046).
 *
 * The scan looks for lines that start with "--", and holds them against the
 * boundaries of the multiparts that are open, of which there are at most
 * LIMIT_NESTING.  So the cost is a search over the bytes.
 */
#include "mail/bytes16.h"
#include "mail/mime.h"

typedef struct Scan
{
	Arena	   *arena;
	Slice		raw;
	Message    *message;
	size_t		allocated;
	int			open[LIMIT_NESTING + 1];	/* parts that the current line is in, outermost first */
	int			open_count;
	bool		header_ended;	/* that of the last part */
} Scan;

static const struct
{
	Slice		name;
	PartType	type;
}			part_types[] = {
	{SLICE_LIT("text/plain"), PART_TEXT_PLAIN},
	{SLICE_LIT("text"), PART_TEXT_PLAIN},
	{SLICE_LIT("text/html"), PART_TEXT_HTML},
	{SLICE_LIT("text/rfc822-headers"), PART_HEADERS},
	{SLICE_LIT("text/rfc822-header"), PART_HEADERS},
	{SLICE_LIT("message/rfc822-headers"), PART_HEADERS},
	{SLICE_LIT("message/global-headers"), PART_HEADERS},
	{SLICE_LIT("text/rfc822"), PART_MESSAGE},
	{SLICE_LIT("message/rfc822"), PART_MESSAGE},
	{SLICE_LIT("message/global"), PART_MESSAGE},
	{SLICE_LIT("message/partial"), PART_MESSAGE},
	{SLICE_LIT("message/news"), PART_MESSAGE},
	{SLICE_LIT("message/delivery-status"), PART_DELIVERY_STATUS},
	{SLICE_LIT("message/global-delivery-status"), PART_DELIVERY_STATUS},
	{SLICE_LIT("message/feedback-report"), PART_FEEDBACK},
	{SLICE_LIT("message/disposition-notification"), PART_DISPOSITION},
	{SLICE_LIT("message/global-disposition-notification"), PART_DISPOSITION},
	{SLICE_LIT("message/tracking-status"), PART_TRACKING},
};

static PartType
part_type(Slice content_type)
{
	if (content_type.n == 0)
		return PART_TEXT_PLAIN;
	for (size_t i = 0; i < sizeof(part_types) / sizeof(part_types[0]); i++)
	{
		if (slice_equal_nocase(content_type, part_types[i].name))
			return part_types[i].type;
	}
	if (slice_starts_nocase(content_type, SLICE_LIT("text/")))
		return PART_TEXT_OTHER;
	return PART_OTHER;
}

/*
 * Reads what the part's own MIME fields say into it.  'container' is the
 * multipart that it stands in, or NULL.
 */
static void
describe_part(Arena *arena, Part *part, const Part *container)
{
	Slice		value = mime_field(&part->header, SLICE_LIT("Content-Type"));
	size_t		n = 0;

	while (n < value.n && value.p[n] != ';' && !ascii_is_space(value.p[n]) && value.p[n] != '(')
		n++;
	part->content_type = n ? slice(value.p, n) : SLICE_NONE;
	part->charset = SLICE_NONE;
	part->boundary = SLICE_NONE;
	part->report_type = SLICE_NONE;
	part->encoding = decode_encoding(mime_field(&part->header,
												SLICE_LIT("Content-Transfer-Encoding")));
	part->type = part_type(part->content_type);
	/* RFC 2046 5.1.5: in a digest a part is a message unless it says otherwise */
	if (part->content_type.n == 0 && container &&
		slice_equal_nocase(container->content_type, SLICE_LIT("multipart/digest")))
		part->type = PART_MESSAGE;
	if (slice_starts_nocase(part->content_type, SLICE_LIT("multipart/")))
	{
		part->boundary = mime_parameter(arena, value, SLICE_LIT("boundary"));
		if (part->boundary.n > 0 && part->boundary.n <= LIMIT_BOUNDARY)
			part->type = PART_MULTIPART;
		else
		{
			if (part->boundary.n > 0)
				arena_meet(arena, BOUND_BOUNDARY);
			part->boundary = SLICE_NONE;
		}
		part->report_type = mime_parameter(arena, value, SLICE_LIT("report-type"));
	}
	else if (value.n > part->content_type.n)
		part->charset = mime_parameter(arena, value, SLICE_LIT("charset"));
}

/* A new part that starts at 'start'; NULL when a bound is met. */
static Part *
add_part(Scan *scan, size_t start)
{
	Message    *message = scan->message;
	size_t		fields_left = LIMIT_ALL_FIELDS - message->field_count;
	Part	   *part;

	if (message->count >= LIMIT_PARTS || scan->open_count > LIMIT_NESTING)
	{
		message->truncated = true;
		arena_meet(scan->arena, message->count >= LIMIT_PARTS ? BOUND_PARTS : BOUND_NESTING);
		return NULL;
	}
	part = arena_grow(scan->arena, message->parts, (size_t) message->count, &scan->allocated, sizeof(Part));
	if (part == NULL)
		return NULL;
	message->parts = part;
	part = &message->parts[message->count];
	part->parent = scan->open_count ? scan->open[scan->open_count - 1] : -1;
	part->depth = scan->open_count;
	mime_header(scan->arena, slice(scan->raw.p + start, scan->raw.n - start), message->line_end,
				fields_left < LIMIT_HEADER_FIELDS ? fields_left : LIMIT_HEADER_FIELDS, &part->header, &part->body);
	message->field_count += part->header.count;
	scan->header_ended = part->body.p != NULL;
	if (part->body.p == NULL)
		part->body = slice(scan->raw.p + scan->raw.n, 0);
	describe_part(scan->arena, part, part->parent >= 0 ? &message->parts[part->parent] : NULL);
	scan->open[scan->open_count++] = message->count++;
	return part;
}

/* Where the header begins: behind blank lines and mbox's "From " line. */
static size_t
skip_preface(Arena *arena, Slice raw, char line_end)
{
	size_t		offset = 0;
	size_t		start = 0;
	Slice		line;

	while (mime_next_line(raw, line_end, &offset, &line))
	{
		if (slice_trim(line).n > 0 &&
			!slice_starts_nocase(line, SLICE_LIT("From ")) &&
			!slice_starts_nocase(line, SLICE_LIT(">From ")))
			break;
		start = offset;
		arena_work(arena, 1);
	}
	return start;
}

/* Opens the part at 'start', and the messages that it consists of; returns where its lines begin. */
static size_t
open_part(Scan *scan, size_t start)
{
	for (;;)
	{
		Part	   *part = add_part(scan, start);
		size_t		body;

		if (part == NULL)
			return start;
		body = (size_t) (part->body.p - scan->raw.p);
		if (part->type != PART_MESSAGE || part->encoding != TRANSFER_IDENTITY ||
			part->body.n == 0)
			return body;
		start = body + skip_preface(scan->arena, slice(scan->raw.p + body, scan->raw.n - body),
									scan->message->line_end);
	}
}

/*
 * The delimiter line of which open part is this?  Returns its place in
 * scan->open, -1 for none; *closing tells "--boundary--".
 */
static int
delimited_part(const Scan *scan, Slice line, bool *closing)
{
	for (int i = scan->open_count - 1; i >= 0; i--)
	{
		const Part *part = &scan->message->parts[scan->open[i]];
		Slice		boundary = part->boundary;
		size_t		n = 2 + boundary.n;

		if (part->type != PART_MULTIPART || line.n < n ||
			memcmp(line.p + 2, boundary.p, boundary.n) != 0)
			continue;
		*closing = line.n >= n + 2 && line.p[n] == '-' && line.p[n + 1] == '-';
		if (*closing)
			n += 2;
		/* RFC 2046 5.1.1: only white space may follow */
		while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
			n++;
		if (n == line.n)
			return i;
	}
	return -1;
}

/* Ends the bodies of all open parts from 'from' on at offset 'end'. */
static void
close_parts(Scan *scan, int from, size_t end)
{
	for (int i = from; i < scan->open_count; i++)
	{
		Part	   *part = &scan->message->parts[scan->open[i]];
		size_t		start = (size_t) (part->body.p - scan->raw.p);

		part->body.n = end > start ? end - start : 0;
	}
	scan->open_count = from;
}

/*
 * RFC 2046 5.1.1: the line end before a delimiter belongs to the delimiter.
 * The line at 'offset' is none of a message's first two: a header stands before it.
 */
static size_t
before_line_end(const Scan *scan, size_t offset)
{
	offset--;
	if (scan->message->line_end == '\n' && scan->raw.p[offset - 1] == '\r')
		offset--;
	return offset;
}

/* The first place from 'at' on where a line ends and the next one starts with "--"; of raw.n when there is none. */
static size_t
find_dashes(Slice raw, char line_end, size_t at)
{
	/* sixteen places at once: of most lines nothing else is looked at */
	for (; raw.n - at >= 18; at += 16)
	{
		uint32_t	hits = bytes16_mask((Bytes16) (bytes16_load(raw.p + at) == (uint8_t) line_end) &
										(Bytes16) (bytes16_load(raw.p + at + 1) == '-') &
										(Bytes16) (bytes16_load(raw.p + at + 2) == '-'));

		if (hits != 0)
			return at + bits_first(hits);
	}
	for (; at + 2 < raw.n; at++)
	{
		if (raw.p[at] == line_end && raw.p[at + 1] == '-' && raw.p[at + 2] == '-')
			return at;
	}
	return raw.n;
}

/* Finds the next line that starts with "--" at or after *offset, where a line starts. */
static bool
next_dashes(Slice raw, char line_end, size_t *offset, Slice *line, size_t *start)
{
	size_t		at = *offset;

	if (at >= raw.n)
		return false;
	if (at + 1 >= raw.n || raw.p[at] != '-' || raw.p[at + 1] != '-')
		at = find_dashes(raw, line_end, at) + 1;
	if (at >= raw.n)
		return false;
	*start = *offset = at;
	return mime_next_line(raw, line_end, offset, line);
}

/*
 * What the message ends in the midst of.  Some programs forget the closing
 * delimiter, so that it need not be cut off; but nothing else can tell that it is.
 */
static const char *
find_cut(const Scan *scan)
{
	const Message *message = scan->message;

	/* the outermost multipart was closed: what follows is of no account */
	if (scan->open_count == 0 || scan->raw.n == 0)
		return NULL;
	for (int i = 0; i < scan->open_count; i++)
	{
		if (message->parts[scan->open[i]].type == PART_MULTIPART)
			return "multipart";
	}
	if (scan->raw.p[scan->raw.n - 1] != message->line_end)
		return "line";
	return message->parts[scan->open[scan->open_count - 1]].body.n == 0 && !scan->header_ended ? "header" : NULL;
}

void
mime_scan(Arena *arena, Slice raw, Message *message)
{
	Scan		scan = {.arena = arena, .raw = raw, .message = message};
	size_t		offset;
	size_t		line_start;
	Slice		line;

	message->parts = NULL;
	message->count = 0;
	message->truncated = false;
	message->cut_off = NULL;
	message->field_count = 0;
	message->line_end = '\n';
	if (raw.n > 0 && memchr(raw.p, '\n', raw.n) == NULL && memchr(raw.p, '\r', raw.n) != NULL)
		message->line_end = '\r';

	offset = open_part(&scan, skip_preface(arena, raw, message->line_end));

	while (scan.open_count > 0 &&
		   next_dashes(raw, message->line_end, &offset, &line, &line_start))
	{
		bool		closing;
		int			place = delimited_part(&scan, line, &closing);

		arena_work(arena, 1);
		if (place < 0)
			continue;
		close_parts(&scan, place + 1, before_line_end(&scan, line_start));
		if (closing)
			close_parts(&scan, place, offset);
		else
			offset = open_part(&scan, offset);
	}
	message->cut_off = find_cut(&scan);
	close_parts(&scan, 0, raw.n);
}
