/*
 * utf8.c
 *	  Is it UTF-8, and what to do when it is not.
 *
 * Validity is RFC 3629's: no overlong forms, no surrogates, nothing beyond
 * U+10FFFF; and no NUL, which no text of a database can hold.  One pass over
 * the bytes, sixteen at a time while they are ASCII.
 */
#include "mail/bytes16.h"
#include "mail/decode.h"
#include "mail/utf8.h"

size_t
utf8_find_not_ascii(Slice s, size_t from)
{
	size_t		i = from;

	for (; s.n - i >= 16; i += 16)
	{
		/* beyond ASCII, or NUL */
		uint32_t	others = bytes16_mask((Bytes16) ((Bytes16) (bytes16_load(s.p + i) - 1) >= 0x7f));

		if (others != 0)
			return i + bits_first(others);
	}
	while (i < s.n && s.p[i] != '\0' && ((unsigned char) s.p[i]) < 0x80)
		i++;
	return i;
}

static bool
is_tail(char c)
{
	return ((unsigned char) c & 0xC0) == 0x80;
}

/* Bytes of the character beyond ASCII at p, of which n > 0 are there; 0 when it is none. */
static size_t
character_length(const char *p, size_t n)
{
	unsigned char lead = (unsigned char) p[0];
	unsigned char second;

	if (lead < 0xC2 || lead > 0xF4 || n < 2 || !is_tail(p[1]))
		return 0;
	if (lead < 0xE0)
		return 2;
	second = (unsigned char) p[1];
	if (n < 3 || !is_tail(p[2]))
		return 0;
	if (lead < 0xF0)
	{
		if ((lead == 0xE0 && second < 0xA0) ||	/* overlong */
			(lead == 0xED && second > 0x9F))	/* surrogate */
			return 0;
		return 3;
	}
	if (n < 4 || !is_tail(p[3]) ||
		(lead == 0xF0 && second < 0x90) ||	/* overlong */
		(lead == 0xF4 && second > 0x8F))	/* beyond U+10FFFF */
		return 0;
	return 4;
}

size_t
utf8_find_bad(Slice s, size_t from)
{
	size_t		i = from;

	for (;;)
	{
		size_t		length;

		i = utf8_find_not_ascii(s, i);
		if (i == s.n)
			return i;
		/* text beyond ASCII comes in runs */
		while (i < s.n && (s.p[i] & 0x80))
		{
			unsigned char lead = (unsigned char) s.p[i];

			/* the forms that need no closer look */
			if (lead >= 0xC2 && lead < 0xE0 && s.n - i >= 2 && is_tail(s.p[i + 1]))
				i += 2;
			else if (lead > 0xE0 && lead < 0xED && s.n - i >= 3 && is_tail(s.p[i + 1]) && is_tail(s.p[i + 2]))
				i += 3;
			else
			{
				length = character_length(s.p + i, s.n - i);
				if (length == 0)
					return i;
				i += length;
			}
		}
		if (i < s.n && s.p[i] == '\0')
			return i;
	}
}

size_t
utf8_write_valid(char *out, Slice s)
{
	char	   *start = out;
	size_t		i = 0;

	while (i < s.n)
	{
		size_t		bad = utf8_find_bad(s, i);

		memcpy(out, s.p + i, bad - i);
		out += bad - i;
		i = bad;
		if (i < s.n)
		{
			memcpy(out, UTF8_REPLACEMENT, UTF8_REPLACEMENT_BYTES);
			out += UTF8_REPLACEMENT_BYTES;
			i++;
		}
	}
	return (size_t) (out - start);
}

size_t
utf8_character(Slice s, size_t at, uint32_t *character)
{
	const unsigned char *p = (const unsigned char *) s.p + at;
	size_t		length = p[0] & 0x80 ? character_length(s.p + at, s.n - at) : 0;

	switch (length)
	{
		case 2:
			*character = (uint32_t) (p[0] & 0x1f) << 6 | (p[1] & 0x3f);
			return length;
		case 3:
			*character = (uint32_t) (p[0] & 0x0f) << 12 | (uint32_t) (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
			return length;
		case 4:
			*character = (uint32_t) (p[0] & 0x07) << 18 | (uint32_t) (p[1] & 0x3f) << 12 |
				(uint32_t) (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
			return length;
		default:
			*character = p[0];
			return 1;
	}
}

Slice
utf8_drop_cut(Slice s)
{
	size_t		tail = 0;

	while (tail < 3 && tail < s.n && is_tail(s.p[s.n - 1 - tail]))
		tail++;
	if (tail < s.n)
	{
		unsigned char lead = (unsigned char) s.p[s.n - 1 - tail];
		size_t		whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;

		if (whole > tail + 1)
			s.n -= tail + 1;
	}
	return s;
}

bool
decode_is_utf8(Slice s)
{
	return utf8_find_bad(s, 0) == s.n;
}

Slice
decode_valid_utf8(Arena *arena, Slice bytes)
{
	size_t		bad = 0;
	size_t		i;
	char	   *out;

	for (i = utf8_find_bad(bytes, 0); i < bytes.n; i = utf8_find_bad(bytes, i + 1))
		bad++;
	if (bad == 0)
		return bytes;
	out = arena_alloc(arena, bytes.n + bad * (UTF8_REPLACEMENT_BYTES - 1));
	if (out == NULL)
		return SLICE_NONE;
	return slice(out, utf8_write_valid(out, bytes));
}

Slice
decode_valid_start(Arena *arena, Slice bytes, size_t most)
{
	return decode_valid_utf8(arena, bytes.n > most ? utf8_drop_cut(slice(bytes.p, most)) : bytes);
}

size_t
utf8_put(char *out, uint32_t c)
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80)
	{
		out[0] = (char) c;
		return 1;
	}
	if (c < 0x800)
	{
		out[0] = (char) (0xc0 | (c >> 6));
		out[1] = (char) (0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000)
	{
		out[0] = (char) (0xe0 | (c >> 12));
		out[1] = (char) (0x80 | ((c >> 6) & 0x3f));
		out[2] = (char) (0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char) (0xf0 | (c >> 18));
	out[1] = (char) (0x80 | ((c >> 12) & 0x3f));
	out[2] = (char) (0x80 | ((c >> 6) & 0x3f));
	out[3] = (char) (0x80 | (c & 0x3f));
	return 4;
}
