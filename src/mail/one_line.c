/*
 * one_line.c
 *	  Text of a mail without control characters.
 *
 * An encoded word may hold any of them, and a field any but line ends.  They
 * mean nothing in what rows hold, but much to terminals, logs and formats with
 * a record on a line.
 */
#include "mail/one_line.h"
#include "mail/utf8.h"

#define EVERY_BYTE(b) (UINT64_MAX / 0xff * (b))

/* May one of eight bytes belong to what is replaced?  All do that are no printable ASCII. */
static bool
may_hold_control(uint64_t bytes)
{
	uint64_t	is_delete = bytes ^ EVERY_BYTE(0x7f);

	/* the high bit of a byte is set where it was, and where subtraction borrowed, from its neighbour maybe */
	return ((bytes | (bytes - EVERY_BYTE(0x20)) | (is_delete - EVERY_BYTE(0x01))) & EVERY_BYTE(0x80)) != 0;
}

/* The character at that place is replaced by: NULL for none; *n is how many bytes it has. */
static const char *
replacement(Slice s, size_t at, size_t *n)
{
	unsigned char c = (unsigned char) s.p[at];
	unsigned char second = at + 1 < s.n ? (unsigned char) s.p[at + 1] : 0;
	unsigned char third = at + 2 < s.n ? (unsigned char) s.p[at + 2] : 0;

	*n = 1;
	if (c < 0x20 || c == 0x7f)
		return c >= '\t' && c <= '\r' ? " " : UTF8_REPLACEMENT;
	*n = 2;
	if (c == 0xc2 && second >= 0x80 && second < 0xa0)
		return second == 0x85 ? " " : UTF8_REPLACEMENT;
	*n = 3;
	if (c == 0xe2 && second == 0x80 && (third == 0xa8 || third == 0xa9))
		return " ";
	*n = 1;
	return NULL;
}

/* The first place at or behind 'at' of what is replaced; s.n for none. */
static size_t
find_control(Slice s, size_t at)
{
	size_t		n;

	while (at < s.n)
	{
		uint64_t	bytes;

		if (s.n - at >= sizeof(bytes))
		{
			memcpy(&bytes, s.p + at, sizeof(bytes));
			if (!may_hold_control(bytes))
			{
				at += sizeof(bytes);
				continue;
			}
		}
		if (replacement(s, at, &n))
			break;
		at++;
	}
	return at < s.n ? at : s.n;
}

Slice
one_line(Arena *arena, Slice s)
{
	size_t		at = find_control(s, 0);
	size_t		done = 0;
	char	   *start;
	char	   *out;

	if (at == s.n)
		return s;
	start = out = arena_alloc(arena, s.n * UTF8_REPLACEMENT_BYTES);
	if (out == NULL)
		return SLICE_NONE;
	while (at < s.n)
	{
		size_t		n;
		const char *other = replacement(s, at, &n);
		size_t		length = strlen(other);

		memcpy(out, s.p + done, at - done);
		out += at - done;
		memcpy(out, other, length);
		out += length;
		done = at + n;
		at = find_control(s, done);
	}
	memcpy(out, s.p + done, s.n - done);
	return slice_between(start, out + (s.n - done));
}
