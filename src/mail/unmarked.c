/*
 * unmarked.c
 *	  Text as it was meant, without what keyboards and copying leave in it.
 */
#include "mail/unmarked.h"
#include "mail/utf8.h"

#define DROPPED 0

/* Characters that become another one, or nothing; in order. */
static const struct
{
	uint32_t	first;
	uint32_t	last;
	uint32_t	becomes;		/* DROPPED, or what 'first' becomes */
	bool		all_alike;		/* what all of them become */
}			marks[] = {
	{0x0085, 0x0085, ' ', true},
	{0x00a0, 0x00a0, ' ', true},
	{0x00ad, 0x00ad, DROPPED, true},
	{0x1680, 0x1680, ' ', true},
	{0x180e, 0x180e, DROPPED, true},
	{0x2000, 0x200a, ' ', true},
	{0x200b, 0x200b, DROPPED, true},
	{0x200e, 0x200f, DROPPED, true},
	{0x2028, 0x2029, ' ', true},
	{0x202a, 0x202e, DROPPED, true},
	{0x202f, 0x202f, ' ', true},
	{0x205f, 0x205f, ' ', true},
	{0x2060, 0x2064, DROPPED, true},
	{0x2066, 0x206f, DROPPED, true},
	{0x3000, 0x3000, ' ', true},
	{0xfe00, 0xfe0f, DROPPED, true},
	{0xfeff, 0xfeff, DROPPED, true},
	{0xff01, 0xff5e, '!', false},
};

#define MARKS (sizeof(marks) / sizeof(marks[0]))

static uint32_t
unmarked(uint32_t c)
{
	size_t		low = 0;
	size_t		high = MARKS;

	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (c > marks[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == MARKS || c < marks[low].first)
		return c;
	return marks[low].all_alike ? marks[low].becomes : marks[low].becomes + (c - marks[low].first);
}

Slice
unmarked_text(Arena *arena, Slice s)
{
	char	   *out;
	size_t		n = 0;
	uint32_t	c;

	if (utf8_find_not_ascii(s, 0) == s.n)
		return s;
	if (utf8_find_bad(s, 0) < s.n)
		return SLICE_NONE;
	out = arena_alloc(arena, s.n);
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < s.n;)
	{
		i += utf8_character(s, i, &c);
		if (c == 0xfffd)
			return SLICE_NONE;
		c = unmarked(c);
		if (c != DROPPED)
			n += utf8_put(out + n, c);
	}
	return slice(out, n);
}
