/*
 * decode_text.c
 *	  The body of a text part as UTF-8.
 *
 * Two steps, transfer encoding (transfer.c) and charset (convert.c), each
 * left out where it would change nothing.  All memory is taken from the arena
 * before a converter is opened and none until it is closed.
 */
#include "mail/convert.h"
#include "mail/decode.h"
#include "mail/guess.h"
#include "mail/limits.h"
#include "mail/shift.h"
#include "mail/transfer.h"
#include "mail/utf8.h"

typedef size_t (*TransferDecoder) (Slice in, char *out);

static const TransferDecoder decoders[] = {
	[TRANSFER_IDENTITY] = NULL,
	[TRANSFER_QUOTED_PRINTABLE] = transfer_quoted_printable,
	[TRANSFER_BASE64] = transfer_base64,
	[TRANSFER_UUENCODE] = transfer_uuencode,
};

/* The bytes that were encoded; 'body' itself where nothing was. */
static Slice
undo_transfer(Arena *arena, Slice body, TransferEncoding encoding)
{
	char	   *out;

	if (decoders[encoding] == NULL ||
		(encoding == TRANSFER_QUOTED_PRINTABLE &&
		 slice_find(body, '=', 0) == SLICE_NPOS))
		return body;
	out = arena_alloc(arena, body.n + 4);
	if (out == NULL)
		return SLICE_NONE;
	return slice(out, decoders[encoding] (body, out));
}

static Slice
convert_text(Arena *arena, const MailCharset *charset, Slice text, bool cut)
{
	Converter	converter;
	size_t		room = charset_room(charset, text);
	char	   *out = arena_alloc(arena, room);
	size_t		n;

	if (out == NULL)
		return SLICE_NONE;
	converter_init(&converter, arena);
	n = charset_convert(&converter, charset, text, cut, out, room);
	converter_close(&converter);
	return decode_valid_utf8(arena, slice(out, n));
}

Slice
decode_text(Arena *arena, Slice body, TransferEncoding encoding, Slice charset,
			size_t limit)
{
	const MailCharset *from = charset_named(charset);
	bool		cut = false;
	Slice		text;

	if (limit > LIMIT_DECODE_BYTES)
		limit = LIMIT_DECODE_BYTES;
	if (body.n > limit)
	{
		body.n = limit;
		cut = true;
		/* less is a mere look */
		if (limit == LIMIT_DECODE_BYTES)
			arena_meet(arena, BOUND_DECODE_BYTES);
	}
	text = undo_transfer(arena, body, encoding);
	if (text.p == NULL || charset_needs_nothing(from, text))
		return text;
	if (from == NULL && !shift_is_jis(text))
		from = charset_guess(cut ? utf8_drop_cut(text) : text);
	else if (from != NULL && !shift_is_jis(text))
		from = charset_doubt(from, cut ? utf8_drop_cut(text) : text);
	return convert_text(arena, from, text, cut);
}
