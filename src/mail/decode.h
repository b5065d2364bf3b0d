/*
 * decode.h
 *	  Transfer encodings, charsets, encoded words and dates: the part of the
 *	  library that hands bytes to iconv.
 *
 * Nothing here passes on more than the caller bounded: each function takes at
 * most the LIMIT that its comment names and ignores the rest.  No function
 * raises an error: what can't be decoded becomes U+FFFD.  All results lie in
 * the arena, are valid UTF-8 and hold no NUL.  When the arena is out of memory
 * they return SLICE_NONE.
 */
#ifndef BOUNCE_DECODE_H
#define BOUNCE_DECODE_H

#include "mail/arena.h"

typedef enum TransferEncoding
{
	TRANSFER_IDENTITY,			/* 7bit, 8bit, binary, absent, unknown */
	TRANSFER_QUOTED_PRINTABLE,	/* RFC 2045 6.7 */
	TRANSFER_BASE64,			/* RFC 2045 6.8 */
	TRANSFER_UUENCODE			/* x-uuencode, x-uue, uuencode */
} TransferEncoding;

/* The encoding that a Content-Transfer-Encoding field's value names. */
TransferEncoding decode_encoding(Slice value);

/*
 * The body of a text part as UTF-8: transfer-decoded, converted from
 * 'charset' (any name that iconv knows; SLICE_NONE is unknown),
 * at most 'limit' bytes of 'body' (<= LIMIT_DECODE_BYTES) are read.
 *
 * Bytes of an unknown or wrong charset: when they are valid UTF-8 they are
 * taken as UTF-8; else when they hold ISO-2022-JP escapes, as ISO-2022-JP;
 * else, of an unknown one, what their distribution tells (guess.h); else each
 * invalid byte becomes U+FFFD.  Text that is declared as utf-8 or
 * us-ascii is validated here.
 *
 * Where nothing has to be decoded the result is 'body' itself (zero copy).
 */
Slice		decode_text(Arena *arena, Slice body, TransferEncoding encoding,
						Slice charset, size_t limit);

/*
 * An unstructured header value (Subject): folds removed, RFC 2047 encoded
 * words decoded, white space at the ends removed, result on one line.  At
 * most LIMIT_FIELD_BYTES are read.  Raw 8-bit bytes as in decode_text.
 */
Slice		decode_header(Arena *arena, Slice value);

/* The bytes as valid UTF-8 without NUL: each offending byte becomes U+FFFD. */
Slice		decode_valid_utf8(Arena *arena, Slice bytes);

/* The same of their beginning: of the characters that end within the first 'most' bytes. */
Slice		decode_valid_start(Arena *arena, Slice bytes, size_t most);

/* True when s is valid UTF-8 (RFC 3629) and holds no NUL; linear. */
bool		decode_is_utf8(Slice s);

/* A point in time as RFC 5322 3.3 writes it. */
typedef struct MailDate
{
	bool		known;
	int64_t		epoch;			/* seconds since 1970-01-01 00:00:00 UTC */
	bool		has_zone;		/* false: none was written, UTC is assumed */
	int			offset_minutes; /* east of UTC */
	char		zone[8];		/* "+0900", "" when none; names become numbers */
} MailDate;

/*
 * Reads an RFC 5322 date-time, obsolete forms included (two-digit years, zone
 * names, missing weekday or seconds, comments), asctime(3) dates ("Sun Sep  7
 * 21:40:07 2008"), and ISO 8601 / RFC 3339.  known is false when it is none.
 * Years 1970 to 2200 only.
 */
MailDate	decode_date(Slice value);

#endif							/* BOUNCE_DECODE_H */
