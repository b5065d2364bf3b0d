/*
 * slice.c
 *	  Comparing and searching runs of bytes.
 *
 * Allocates nothing, knows no locale, and is linear in what it is given: the
 * needle of a search may come from a stranger's mail as well as the text.
 */
#include "mail/bytes16.h"
#include "mail/slice.h"

const uint8_t ascii_classes[256] = {
	['A' ... 'Z'] = ASCII_UPPER,
	['a' ... 'z'] = ASCII_LOWER,
	['0' ... '9'] = ASCII_DIGIT,
	['\t' ... '\r'] = ASCII_SPACE, [' '] = ASCII_SPACE, ['\0'] = ASCII_SPACE,
};

/*
 * Needles up to this length are compared at each candidate, which costs their
 * length times the text at worst.  Longer ones come from mails.
 */
#define SHORT_NEEDLE 32

bool
bytes_equal_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (a[i] != b[i] && !(ascii_may_equal(a[i], b[i]) && ascii_is_alpha(a[i])))
			return false;
	}
	return true;
}

bool
slice_is_number(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (!ascii_is_digit(s.p[i]))
			return false;
	}
	return s.n > 0;
}

/* Are all sixteen white space, as ascii_is_space() has it? */
static bool
is_all_space(const char *p)
{
	Bytes16		bytes = bytes16_load(p);

	return bytes16_mask((Bytes16) (bytes == ' ') | (Bytes16) (bytes == 0) | (Bytes16) ((Bytes16) (bytes - '\t') <= '\r' - '\t')) == 0xffff;
}

Slice
slice_trim_long(Slice s)
{
	while (s.n >= 16 && is_all_space(s.p + s.n - 16))
		s.n -= 16;
	while (s.n >= 16 && is_all_space(s.p))
		s = slice(s.p + 16, s.n - 16);
	return s;
}

Slice
slice_bound(Slice text, size_t limit)
{
	size_t		counted = 0;
	size_t		n = 0;

	if (text.n <= limit)
		return text;
	for (; n < text.n && counted < limit; n++)
		counted += text.p[n] != '\r' || n + 1 == text.n || text.p[n + 1] != '\n';
	/* of a character of UTF-8 that goes on behind the bound nothing is left */
	if (n < text.n && ((unsigned char) text.p[n] & 0xC0) == 0x80)
	{
		size_t		lead = n;

		while (lead > 0 && n - lead < 3 && ((unsigned char) text.p[lead - 1] & 0xC0) == 0x80)
			lead--;
		if (lead > 0 && n - lead < 3 && (unsigned char) text.p[lead - 1] >= 0xC0)
			n = lead - 1;
	}
	return slice(text.p, n);
}

size_t
slice_run_at_end(Slice s, char c)
{
	size_t		n = 0;

	while (s.n - n >= 16 && bytes16_mask((Bytes16) (bytes16_load(s.p + s.n - n - 16) == (uint8_t) c)) == 0xffff)
		n += 16;
	while (n < s.n && s.p[s.n - n - 1] == c)
		n++;
	return n;
}

/* 0x20 for a letter, whose cases differ in that bit, else 0 */
static uint8_t
case_bit(char c)
{
	return ascii_is_alpha(c) ? 'a' - 'A' : 0;
}

/*
 * Short needles: where their first and their last byte are in the right
 * distance, sixteen places at once, the bytes between are looked at.
 */
static size_t
find_short(Slice s, Slice what, size_t from)
{
	size_t		end = s.n - what.n + 1; /* first position past all candidates */
	size_t		last = what.n - 1;
	uint8_t		first_bit = case_bit(what.p[0]);
	uint8_t		last_bit = case_bit(what.p[last]);
	uint8_t		first_byte = (uint8_t) what.p[0] | first_bit;
	uint8_t		last_byte = (uint8_t) what.p[last] | last_bit;
	size_t		i = from;

	for (; i + 16 <= end; i += 16)
	{
		uint32_t	hits = bytes16_mask((Bytes16) ((bytes16_load(s.p + i) | first_bit) == first_byte) &
										(Bytes16) ((bytes16_load(s.p + i + last) | last_bit) == last_byte));

		for (; hits != 0; hits &= hits - 1)
		{
			size_t		at = i + bits_first(hits);

			if (bytes_equal_nocase(s.p + at, what.p, what.n))
				return at;
		}
	}
	for (; i < end; i++)
	{
		if (((uint8_t) s.p[i] | first_bit) == first_byte && ((uint8_t) s.p[i + last] | last_bit) == last_byte &&
			bytes_equal_nocase(s.p + i, what.p, what.n))
			return i;
	}
	return SLICE_NPOS;
}

/*
 * Start of the maximal suffix of 'what' under the order of its letters (or the
 * opposite order), and the period of that suffix.
 */
static size_t
maximal_suffix(Slice what, bool opposite, size_t *period)
{
	size_t		start = SIZE_MAX;	/* one before the suffix; wraps to 0 */
	size_t		next = 0;
	size_t		k = 1;
	size_t		p = 1;

	while (next + k < what.n)
	{
		unsigned char a = (unsigned char) ascii_lower(what.p[next + k]);
		unsigned char b = (unsigned char) ascii_lower(what.p[start + k]);

		if (a == b)
		{
			if (k == p)
			{
				next += p;
				k = 1;
			}
			else
				k++;
		}
		else if ((a < b) != opposite)
		{
			next += k;
			k = 1;
			p = next - start;
		}
		else
		{
			start = next++;
			k = p = 1;
		}
	}
	*period = p;
	return start + 1;
}

/*
 * Long needles: the two-way algorithm (Crochemore and Perrin, 1991), which is
 * linear for every needle and needs no table.
 */
static size_t
find_long(Slice s, Slice what, size_t from)
{
	size_t		last = s.n - what.n;
	size_t		period;
	size_t		period2;
	size_t		cut = maximal_suffix(what, false, &period);
	size_t		cut2 = maximal_suffix(what, true, &period2);
	size_t		known = 0;		/* bytes of the needle that match already */
	size_t		at = from;
	bool		periodic;

	if (cut2 > cut)
	{
		cut = cut2;
		period = period2;
	}
	periodic = bytes_equal_nocase(what.p, what.p + period, cut);
	if (!periodic)
		period = (cut > what.n - cut ? cut : what.n - cut) + 1;

	while (at <= last)
	{
		size_t		i = cut > known ? cut : known;

		while (i < what.n && ascii_lower(what.p[i]) == ascii_lower(s.p[at + i]))
			i++;
		if (i < what.n)
		{
			at += i - cut + 1;
			known = 0;
			continue;
		}
		i = cut;
		while (i > known &&
			   ascii_lower(what.p[i - 1]) == ascii_lower(s.p[at + i - 1]))
			i--;
		if (i <= known)
			return at;
		at += period;
		known = periodic ? what.n - period : 0;
	}
	return SLICE_NPOS;
}

/* An empty needle is found at 'from' itself. */
size_t
slice_find_nocase(Slice s, Slice what, size_t from)
{
	if (from > s.n || what.n > s.n - from)
		return SLICE_NPOS;
	if (what.n == 0)
		return from;
	return what.n <= SHORT_NEEDLE ? find_short(s, what, from)
		: find_long(s, what, from);
}
