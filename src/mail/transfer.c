/*
 * transfer.c
 *	  Content transfer encodings undone (RFC 2045 6).
 *
 * Base64 and uuencode go through GMime's step functions, which hold no state
 * but what they are handed, need no g_mime_init() and allocate nothing; they
 * get everything in one piece, since GMime 3.2.13 may truncate what comes in
 * several.  Quoted-printable is undone here: GMime's does not know soft line
 * breaks with blanks behind the "=" (RFC 2045 6.7 (3): gateways add them) or
 * with a bare CR, and swallows the "=" that follows a false one.
 */
#include <gmime/gmime-encodings.h>

#include "mail/decode.h"
#include "mail/transfer.h"

static const struct
{
	Slice		name;
	TransferEncoding encoding;
}			encodings[] = {
	{SLICE_LIT("quoted-printable"), TRANSFER_QUOTED_PRINTABLE},
	{SLICE_LIT("base64"), TRANSFER_BASE64},
	{SLICE_LIT("x-uuencode"), TRANSFER_UUENCODE},
	{SLICE_LIT("x-uue"), TRANSFER_UUENCODE},
	{SLICE_LIT("uuencode"), TRANSFER_UUENCODE},
};

TransferEncoding
decode_encoding(Slice value)
{
	Slice		token = slice_trim(value);
	size_t		n = 0;
	size_t		i;

	/* some put it between quotes, or a comment or parameters behind it */
	if (token.n > 0 && token.p[0] == '"')
		token = slice(token.p + 1, token.n - 1);
	while (n < token.n && !ascii_is_space(token.p[n]) && token.p[n] != ';' &&
		   token.p[n] != '(' && token.p[n] != '"')
		n++;
	token.n = n;
	for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
	{
		if (slice_equal_nocase(token, encodings[i].name))
			return encodings[i].encoding;
	}
	return TRANSFER_IDENTITY;
}

size_t
transfer_base64(Slice in, char *out)
{
	static const char padding[] = "===";
	GMimeEncoding state;
	size_t		end = slice_find(in, '=', 0);
	size_t		n;

	if (end == SLICE_NPOS)
		end = in.n;
	if (end == 0)
		return 0;
	g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_BASE64);
	n = g_mime_encoding_step(&state, in.p, end, out);

	/*
	 * state.state counts the digits that wait for the rest of their four.  Two
	 * or three of them are a byte or two, whether padded or not.
	 */
	if (state.state == 2 || state.state == 3)
		n += g_mime_encoding_step(&state, padding, (size_t) (4 - state.state), out + n);
	return n;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that two digits at in.p[at] give, or -1. */
static int
hex_byte(Slice in, size_t at)
{
	int			high;
	int			low;

	if (in.n < 2 || at > in.n - 2)
		return -1;
	high = hex_digit(in.p[at]);
	low = hex_digit(in.p[at + 1]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/*
 * Offset behind the line end that follows at 'at', blanks before it allowed;
 * 'at' itself when something else follows.
 */
static size_t
skip_line_end(Slice in, size_t at)
{
	size_t		i = at;

	while (i < in.n && (in.p[i] == ' ' || in.p[i] == '\t'))
		i++;
	if (i == in.n)
		return i;
	if (in.p[i] == '\n')
		return i + 1;
	if (in.p[i] == '\r')
		return i + 1 < in.n && in.p[i + 1] == '\n' ? i + 2 : i + 1;
	return at;
}

size_t
transfer_quoted_printable(Slice in, char *out)
{
	size_t		n = 0;
	size_t		i = 0;

	while (i < in.n)
	{
		size_t		equal = slice_find(in, '=', i);
		size_t		next;
		int			byte;

		if (equal == SLICE_NPOS)
			equal = in.n;
		memcpy(out + n, in.p + i, equal - i);
		n += equal - i;
		if (equal == in.n)
			break;
		i = equal + 1;
		byte = hex_byte(in, i);
		if (byte >= 0)
		{
			out[n++] = (char) byte;
			i += 2;
			continue;
		}
		next = skip_line_end(in, i);
		if (next == i && i < in.n)
			out[n++] = '=';
		i = next;
	}
	return n;
}

size_t
transfer_q(Slice in, char *out)
{
	size_t		n = 0;
	size_t		i;

	for (i = 0; i < in.n; i++)
	{
		char		c = in.p[i];

		if (c == '_')
			c = ' ';
		else if (c == '=')
		{
			int			byte = hex_byte(in, i + 1);

			if (byte >= 0)
			{
				c = (char) byte;
				i += 2;
			}
		}
		out[n++] = c;
	}
	return n;
}

/* Behind the line "begin MODE NAME"; 0 without one. */
static size_t
skip_begin(Slice in)
{
	size_t		start = 0;

	while (start < in.n)
	{
		size_t		end = slice_find(in, '\n', start);

		if (end == SLICE_NPOS)
			return 0;
		if (slice_starts_nocase(slice(in.p + start, end - start), SLICE_LIT("begin ")))
			return end + 1;
		start = end + 1;
	}
	return 0;
}

size_t
transfer_uuencode(Slice in, char *out)
{
	GMimeEncoding state;
	size_t		start = skip_begin(in);

	if (start == in.n)
		return 0;
	g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_UUENCODE);
	state.state |= GMIME_UUDECODE_STATE_BEGIN;
	return g_mime_encoding_step(&state, in.p + start, in.n - start, out);
}
