/*
 * mime.h
 *	  The structure of a message by offsets: header fields and MIME parts
 *	  (RFC 5322, RFC 2045-2047), found in place, nothing copied or decoded.
 *
 * One pass over the bytes.  Lines end in LF, CRLF, or (when the message holds
 * no LF at all) CR.  Nesting is iterative and bounded by limits.h; a part
 * beyond LIMIT_PARTS or LIMIT_NESTING is not remembered, its bytes belong to
 * the part that holds it.
 */
#ifndef BOUNCE_MIME_H
#define BOUNCE_MIME_H

#include "mail/arena.h"
#include "mail/decode.h"
#include "mail/limits.h"

/* One header field; the value keeps its folds (decode_header removes them). */
typedef struct Field
{
	Slice		name;
	Slice		value;			/* behind the colon, without the last line end, trimmed */
} Field;

typedef struct Header
{
	Slice		bytes;			/* the whole block, without the blank line */
	Field	   *fields;
	size_t		count;
} Header;

typedef enum PartType
{
	PART_OTHER,
	PART_TEXT_PLAIN,			/* also a part without Content-Type */
	PART_TEXT_HTML,
	PART_TEXT_OTHER,
	PART_MULTIPART,				/* with a usable boundary */
	PART_MESSAGE,				/* message/rfc822, message/global, message/partial; news */
	PART_HEADERS,				/* text/rfc822-headers, message/rfc822-headers, message/global-headers */
	PART_DELIVERY_STATUS,		/* message/delivery-status, message/global-delivery-status */
	PART_FEEDBACK,				/* message/feedback-report */
	PART_DISPOSITION,			/* message/disposition-notification, message/global-disposition-notification */
	PART_TRACKING				/* message/tracking-status */
} PartType;

typedef struct Part
{
	PartType	type;
	int			parent;			/* index, -1 for the root */
	int			depth;
	Header		header;			/* of the part: MIME fields; of the root: the message's own */
	Slice		body;			/* for PART_MESSAGE: the returned message whole */
	Slice		content_type;	/* "type/subtype" as written, or SLICE_NONE */
	Slice		charset;
	Slice		boundary;		/* of a multipart */
	Slice		report_type;	/* of a multipart/report */
	TransferEncoding encoding;
} Part;

typedef struct Message
{
	char		line_end;		/* '\n', or '\r' where the message holds no '\n' */
	Part	   *parts;			/* depth-first, parts[0] is the root */
	int			count;
	bool		truncated;		/* a bound of parts was met */
	const char *cut_off;		/* what the bytes end in the midst of: "header", "multipart" or "line"; NULL: they seem whole */
	size_t		field_count;	/* of all headers, at most LIMIT_ALL_FIELDS */
} Message;

/*
 * Scans a whole message.  A leading mbox "From " line and blank lines before
 * the header are skipped.  Always succeeds: what is no message at all is a
 * root part of type text/plain without fields.
 */
void		mime_scan(Arena *arena, Slice raw, Message *message);

/*
 * Scans one header block at the start of 'bytes'.  *body gets what follows
 * the blank line (SLICE_NONE where there is none).  Used for returned messages
 * in plain text, too.  Stops at the first line that is neither a field nor a
 * continuation; that line then belongs to the body (as GMime does it).  Fields
 * beyond 'most' are read, but not remembered.
 */
void		mime_header(Arena *arena, Slice bytes, char line_end, size_t most, Header *header, Slice *body);

/* First field of that name (without regard to case), or SLICE_NONE. */
Slice		mime_field(const Header *header, Slice name);

/* A parameter of a structured field (RFC 2045 5.1), quotes removed, or SLICE_NONE. */
Slice		mime_parameter(Arena *arena, Slice value, Slice name);

/* The value without folds and comments ("failed (permanent)" is "failed"), trimmed. */
Slice		mime_without_comments(Arena *arena, Slice value);

/*
 * The line at *offset of 'text', without its end; moves *offset behind it.
 * False at the end of the text.  line_end as in Message; a CR before it is
 * dropped.
 */
static inline bool
mime_next_line(Slice text, char line_end, size_t *offset, Slice *line)
{
	const char *start = text.p + *offset;
	size_t		left = text.n - *offset;
	const char *end;
	size_t		n;

	if (*offset >= text.n)
		return false;
	end = memchr(start, line_end, left);
	n = end ? (size_t) (end - start) : left;
	*offset += end ? n + 1 : n;
	if (n >= SLICE_LONG)
		n -= slice_run_at_end(slice(start, n), '\r');
	while (n > 0 && start[n - 1] == '\r')
		n--;
	*line = slice(start, n);
	return true;
}

#endif							/* BOUNCE_MIME_H */
