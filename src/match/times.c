/*
 * times.c
 *	  Dates and times in folded text.
 */
#include "match/times.h"

static size_t
word_in(Slice s, size_t at, const char *words, size_t size)
{
	if (at + size > s.n)
		return 0;
	for (const char *word = words; *word; word += size)
	{
		if (memcmp(s.p + at, word, size) == 0)
			return size;
	}
	return 0;
}

static size_t
month_at(Slice s, size_t at)
{
	size_t		n = word_in(s, at, "janfebmaraprmayjunjulaugsepoctnovdec", 3);

	return n && !is_alnum_at(s, at + n) ? n : 0;
}

static size_t
weekday_at(Slice s, size_t at)
{
	size_t		n = word_in(s, at, "montuewedthufrisatsun", 3);

	return n && !is_alnum_at(s, at + n) ? n : 0;
}

/* hh:mm, hh:mm:ss, with a fraction */
static size_t
clock_at(Slice s, size_t at)
{
	size_t		i = at;
	size_t		n = digits_at(s, i);
	int			parts = 1;

	if (n < 1 || n > 2)
		return 0;
	i += n;
	while (parts < 3 && i < s.n && s.p[i] == ':' && digits_at(s, i + 1) == 2)
	{
		i += 3;
		parts++;
	}
	if (parts < 2)
		return 0;
	if (parts == 3 && i < s.n && (s.p[i] == '.' || s.p[i] == ',') && is_digit_at(s, i + 1))
		i += 1 + digits_at(s, i + 1);
	if (i + 3 <= s.n && s.p[i] == ' ' && (s.p[i + 1] == 'a' || s.p[i + 1] == 'p') && s.p[i + 2] == 'm' && !is_alnum_at(s, i + 3))
		i += 3;
	if (is_alnum_at(s, i) && s.p[i] != 'z')
		return 0;
	return i - at;
}

/* +0900, -08:00, z, gmt, utc and the American zones, with a comment */
static size_t
zone_at(Slice s, size_t at)
{
	size_t		i = at;

	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
	{
		size_t		n = digits_at(s, i + 1);

		if (n == 2 && i + 3 < s.n && s.p[i + 3] == ':' && digits_at(s, i + 4) == 2)
			i += 6;
		else if (n == 4)
			i += 5;
		else
			return 0;
	}
	else
	{
		size_t		n = word_in(s, i, "gmtutcestedtcstcdtmstmdtpstpdtcetjst", 3);

		if (n == 0)
			n = word_in(s, i, "cest", 4);
		if (n == 0 && i < s.n && s.p[i] == 'z')
			n = 1;
		i += n;
	}
	if (i == at || is_alnum_at(s, i))
		return 0;
	if (i + 2 < s.n && s.p[i] == ' ' && s.p[i + 1] == '(')
	{
		size_t		k = i + 2;

		while (k < s.n && k - i < 10 && ascii_is_alpha(s.p[k]))
			k++;
		if (k < s.n && k > i + 2 && s.p[k] == ')' && k - i <= 7)
			i = k + 1;
	}
	return i - at;
}

static size_t
skip_blank(Slice s, size_t at)
{
	return at < s.n && s.p[at] == ' ' ? at + 1 : at;
}

static bool
is_century(Slice s, size_t at)
{
	return (s.p[at] == '1' && s.p[at + 1] == '9') || (s.p[at] == '2' && s.p[at + 1] == '0');
}

/* A year, alone. */
static size_t
year_at(Slice s, size_t at)
{
	size_t		n = digits_at(s, at);

	return (n == 4 || n == 2) && !is_alnum_at(s, at + n) && !(at + n < s.n && s.p[at + n] == ':') ? n : 0;
}

/* A clock and its zone behind the blank or "t" at 'at', or 'at' itself. */
static size_t
clock_behind(Slice s, size_t at)
{
	size_t		i = at;
	size_t		n;

	if (i < s.n && (s.p[i] == ' ' || s.p[i] == 't' || s.p[i] == ','))
		i++;
	i = skip_blank(s, i);
	n = clock_at(s, i);
	if (n == 0)
		return at;
	i += n;
	n = zone_at(s, i);
	if (n == 0 && i < s.n && s.p[i] == ' ')
	{
		n = zone_at(s, i + 1);
		n += n > 0;
	}
	return i + n;
}

size_t
time_length(Slice s, size_t at)
{
	size_t		i = at;
	size_t		n;

	/* 2024-01-02, 2024/01/02, 02.01.2024, 1/2/2024 */
	n = digits_at(s, i);
	if ((n == 4 || n == 2 || n == 1) && i + n < s.n && memchr("-/.", s.p[i + n], 3))
	{
		char		sign = s.p[i + n];
		size_t		month = i + n + 1;
		size_t		m = digits_at(s, month);

		if ((m == 1 || m == 2) && month + m < s.n && s.p[month + m] == sign)
		{
			size_t		day = month + m + 1;
			size_t		d = digits_at(s, day);

			if (((n == 4 && (d == 1 || d == 2) && is_century(s, i)) || (n < 4 && d == 4 && is_century(s, day))) &&
				(!is_alnum_at(s, day + d) || s.p[day + d] == 't') &&
				!(day + d < s.n && s.p[day + d] == sign && is_digit_at(s, day + d + 1)))
			{
				size_t		end = clock_behind(s, day + d);

				return is_alnum_at(s, end) ? 0 : end - at;
			}
		}
	}
	n = clock_at(s, i);
	if (n)
		return clock_behind(s, at) - at;
	n = weekday_at(s, i);
	if (n)
	{
		i += n;
		if (i < s.n && s.p[i] == ',')
			i++;
		i = skip_blank(s, i);
	}
	n = month_at(s, i);
	if (n)
	{
		/* jan 2 03:04:05 [+0000] [2024] */
		i += n;
		if (i >= s.n || s.p[i] != ' ')
			return 0;
		n = digits_at(s, i + 1);
		if (n < 1 || n > 2 || is_alnum_at(s, i + 1 + n))
			return 0;
		i += 1 + n;
		if (i < s.n && s.p[i] == ',')
			i++;
		i = clock_behind(s, i);
		if (i < s.n && s.p[i] == ' ')
		{
			n = year_at(s, i + 1);
			if (n == 4)
				i = clock_behind(s, i + 1 + n);
		}
		return i - at;
	}
	n = digits_at(s, i);
	if (n == 1 || n == 2)
	{
		/* 2 jan 2024, 02-jan-2024 */
		char		sign = i + n < s.n ? s.p[i + n] : '\0';

		if (sign != ' ' && sign != '-')
			return 0;
		i += n + 1;
		n = month_at(s, i);
		if (n == 0)
			return 0;
		i += n;
		if (i < s.n && s.p[i] == sign)
		{
			n = year_at(s, i + 1);
			if (n)
				i += 1 + n;
		}
		return clock_behind(s, i) - at;
	}
	return 0;
}
