/*
 * transfer.c
 *	  Content transfer encodings undone (RFC 2045 6).
 *
 * All of it in one piece and without any state.  GMime's decoders, which
 * t/c/gmime_diff.c holds these against, do not know soft line breaks with
 * blanks behind the "=" (RFC 2045 6.7 (3): gateways add them) or with a bare
 * CR, swallow the "=" that follows a false one, and may truncate base64 that
 * comes in pieces.
 */
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

/* Digits of base64 plus one; 0 is none. */
static const unsigned char base64_digits[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9,
	['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
	['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26,
	['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44,
	['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52,
	['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61,
	['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* Two or three digits at the end are a byte or two, whether padded or not. */
size_t
transfer_base64(Slice in, char *out)
{
	size_t		end = slice_find(in, '=', 0);
	size_t		n = 0;
	uint32_t	bits = 0;
	unsigned	held = 0;		/* how many of them wait for the rest of a byte */

	if (end == SLICE_NPOS)
		end = in.n;
	for (size_t i = 0; i < end; i++)
	{
		unsigned	digit = base64_digits[(unsigned char) in.p[i]];

		if (digit == 0)
			continue;
		bits = bits << 6 | (digit - 1);
		held += 6;
		if (held >= 8)
		{
			held -= 8;
			out[n++] = (char) (unsigned char) (bits >> held);
		}
	}
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

static unsigned
uu_digit(char c)
{
	return ((unsigned char) c - ' ') & 0x3f;
}

/*
 * The first character of a line says how many bytes it holds, three for each
 * four characters; what else the line has is none of them.  Blanks that were
 * lost at its end are put back, up to four.
 */
size_t
transfer_uuencode(Slice in, char *out)
{
	size_t		n = 0;
	size_t		start = skip_begin(in);

	while (start < in.n)
	{
		size_t		end = slice_find(in, '\n', start);
		size_t		next;
		size_t		left;

		if (end == SLICE_NPOS)
			end = in.n;
		next = end + 1;
		if (end > start && in.p[end - 1] == '\r')
			end--;
		left = end > start ? uu_digit(in.p[start]) : 0;
		if (end > start && left == 0)
			break;
		for (size_t i = start + 1; i < end && left > 0; i += 4)
		{
			uint32_t	bits = 0;

			for (size_t k = i; k < i + 4; k++)
				bits = bits << 6 | (k < end ? uu_digit(in.p[k]) : 0);
			for (unsigned shift = 16; left > 0 && shift <= 16; shift -= 8, left--)
				out[n++] = (char) (unsigned char) (bits >> shift);
		}
		start = next;
	}
	return n;
}
