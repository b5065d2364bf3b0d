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

/* each byte itself, but for the capitals; char may be signed */
const char	ascii_lowers[256] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
	32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
	48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
	64, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
	112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 91, 92, 93, 94, 95,
	96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
	112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
	-128, -127, -126, -125, -124, -123, -122, -121, -120, -119, -118, -117, -116, -115, -114, -113,
	-112, -111, -110, -109, -108, -107, -106, -105, -104, -103, -102, -101, -100, -99, -98, -97,
	-96, -95, -94, -93, -92, -91, -90, -89, -88, -87, -86, -85, -84, -83, -82, -81,
	-80, -79, -78, -77, -76, -75, -74, -73, -72, -71, -70, -69, -68, -67, -66, -65,
	-64, -63, -62, -61, -60, -59, -58, -57, -56, -55, -54, -53, -52, -51, -50, -49,
	-48, -47, -46, -45, -44, -43, -42, -41, -40, -39, -38, -37, -36, -35, -34, -33,
	-32, -31, -30, -29, -28, -27, -26, -25, -24, -23, -22, -21, -20, -19, -18, -17,
	-16, -15, -14, -13, -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1,
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
		if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i]))
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
