/*
 * times.h
 *	  Dates and times in folded text, and what is asked of single bytes there.
 */
#ifndef BOUNCE_TIMES_H
#define BOUNCE_TIMES_H

#include "mail/slice.h"

static inline bool
is_alnum_at(Slice s, size_t at)
{
	return at < s.n && ascii_is_alnum(s.p[at]);
}

static inline bool
is_digit_at(Slice s, size_t at)
{
	return at < s.n && ascii_is_digit(s.p[at]);
}

/* How many digits stand at 'at'. */
static inline size_t
digits_at(Slice s, size_t at)
{
	size_t		n = 0;

	while (is_digit_at(s, at + n))
		n++;
	return n;
}

/*
 * The length of the time that begins at 'at', or 0: RFC 5322, asctime(), RFC 3339,
 * a date in digits, a clock; with its zone.
 */
size_t		time_length(Slice s, size_t at);

#endif							/* BOUNCE_TIMES_H */
