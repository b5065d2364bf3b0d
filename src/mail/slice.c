/*
 * slice.c
 *	  Comparing and searching runs of bytes.
 *
 * Allocates nothing, knows no locale, and is linear in what it is given: the
 * needle of a search may come from a stranger's mail as well as the text.
 */
#include "mail/slice.h"

/* Needles up to this length are compared at each candidate. */
#define SHORT_NEEDLE 16

static char
ascii_upper(char c)
{
	return (c >= 'a' && c <= 'z') ? (char) (c - ('a' - 'A')) : c;
}

static bool
equal_nocase(const char *a, const char *b, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	}
	return true;
}

bool
slice_equal_nocase(Slice a, Slice b)
{
	return a.n == b.n && equal_nocase(a.p, b.p, a.n);
}

bool
slice_starts_nocase(Slice s, Slice prefix)
{
	return s.n >= prefix.n && equal_nocase(s.p, prefix.p, prefix.n);
}

bool
slice_ends_nocase(Slice s, Slice suffix)
{
	return s.n >= suffix.n &&
		(suffix.n == 0 ||
		 equal_nocase(s.p + (s.n - suffix.n), suffix.p, suffix.n));
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

/* An absent slice stays absent, a present one stays present. */
Slice
slice_trim(Slice s)
{
	while (s.n > 0 && ascii_is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && ascii_is_space(*s.p))
	{
		s.p++;
		s.n--;
	}
	return s;
}

size_t
slice_find(Slice s, char c, size_t from)
{
	const char *hit;

	if (from >= s.n)
		return SLICE_NPOS;
	hit = memchr(s.p + from, c, s.n - from);
	return hit ? (size_t) (hit - s.p) : SLICE_NPOS;
}

/* Position of c at or after 'from' and before 'end', or 'end'. */
static size_t
next_byte(const char *p, char c, size_t from, size_t end)
{
	const char *hit = from < end ? memchr(p + from, c, end - from) : NULL;

	return hit ? (size_t) (hit - p) : end;
}

/*
 * Short needles: memchr() leads from one candidate to the next, once for each
 * case of the first letter.
 */
static size_t
find_short(Slice s, Slice what, size_t from)
{
	size_t		end = s.n - what.n + 1; /* first position past all candidates */
	char		low = ascii_lower(what.p[0]);
	char		up = ascii_upper(low);
	size_t		at_low = next_byte(s.p, low, from, end);
	size_t		at_up = low == up ? end : next_byte(s.p, up, from, end);

	for (;;)
	{
		size_t		at = at_low < at_up ? at_low : at_up;

		if (at == end)
			return SLICE_NPOS;
		if (equal_nocase(s.p + at + 1, what.p + 1, what.n - 1))
			return at;
		if (at == at_low)
			at_low = next_byte(s.p, low, at + 1, end);
		else
			at_up = next_byte(s.p, up, at + 1, end);
	}
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
	periodic = equal_nocase(what.p, what.p + period, cut);
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
