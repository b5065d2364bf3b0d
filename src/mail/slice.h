/*
 * slice.h
 *	  A run of bytes that belongs to somebody else.
 *
 * The whole library speaks in slices: of the message itself (never copied) or
 * of the arena (decoded pieces).  A slice owns nothing, is not terminated by
 * NUL, and may hold any byte.  { NULL, 0 } is "absent"; an empty slice with a
 * pointer is "present, but empty".
 *
 * Character classes are ASCII's whatever the locale is (RFC 5321/5322 are
 * defined in US-ASCII), so that a message means the same in every database.
 */
#ifndef BOUNCE_SLICE_H
#define BOUNCE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Slice
{
	const char *p;
	size_t		n;
} Slice;

#define SLICE_NONE ((Slice) {NULL, 0})
/* a slice of a string literal */
#define SLICE_LIT(s) ((Slice) {("" s), sizeof(s) - 1})

static inline Slice
slice(const char *p, size_t n)
{
	Slice		s = {p, n};

	return s;
}

static inline Slice
slice_between(const char *start, const char *end)
{
	return slice(start, (size_t) (end - start));
}

static inline bool
slice_is_empty(Slice s)
{
	return s.n == 0;
}

#define ASCII_UPPER ('a' - 'A')	/* so that the class is what makes it lower case */
#define ASCII_LOWER 2
#define ASCII_DIGIT 4
#define ASCII_SPACE 8

extern const uint8_t ascii_classes[256];

static inline char
ascii_lower(char c)
{
	return (char) (c + (ascii_classes[(unsigned char) c] & ASCII_UPPER));
}

static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_alpha(char c)
{
	return (ascii_classes[(unsigned char) c] & (ASCII_UPPER | ASCII_LOWER)) != 0;
}

static inline bool
ascii_is_alnum(char c)
{
	return (ascii_classes[(unsigned char) c] & (ASCII_UPPER | ASCII_LOWER | ASCII_DIGIT)) != 0;
}

/* blank, tab, CR, LF, VT, FF; also NUL, which real bounces hold */
static inline bool
ascii_is_space(char c)
{
	return (ascii_classes[(unsigned char) c] & ASCII_SPACE) != 0;
}

static inline bool
slice_equal(Slice a, Slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* n bytes, equal when ASCII letters are taken as lower case */
bool		bytes_equal_nocase(const char *a, const char *b, size_t n);

/* Can the two be the same letter?  Two that are differ in the bit of the case at most. */
static inline bool
ascii_may_equal(char a, char b)
{
	return ((a ^ b) & ~('a' ^ 'A')) == 0;
}

/* equal when ASCII letters are taken as lower case; most are told apart by their first letter, here */
static inline bool
slice_equal_nocase(Slice a, Slice b)
{
	return a.n == b.n && (a.n == 0 || (ascii_may_equal(a.p[0], b.p[0]) && bytes_equal_nocase(a.p, b.p, a.n)));
}

static inline bool
slice_starts_nocase(Slice s, Slice prefix)
{
	return s.n >= prefix.n &&
		(prefix.n == 0 || (ascii_may_equal(s.p[0], prefix.p[0]) && bytes_equal_nocase(s.p, prefix.p, prefix.n)));
}

static inline bool
slice_ends_nocase(Slice s, Slice suffix)
{
	return s.n >= suffix.n &&
		(suffix.n == 0 || (ascii_may_equal(s.p[s.n - 1], suffix.p[suffix.n - 1]) &&
						   bytes_equal_nocase(s.p + (s.n - suffix.n), suffix.p, suffix.n)));
}

/* Is it digits alone, one at least? */
bool		slice_is_number(Slice s);

/* s without most of the white space at its start and end, in much less time than it takes byte by byte. */
Slice		slice_trim_long(Slice s);

/* How many bytes 'c' s ends with, likewise. */
size_t		slice_run_at_end(Slice s, char c);

#define SLICE_LONG 4096			/* from here on these are worth a call */

/* Without white space (ascii_is_space) at its start and end.  An absent slice stays absent, a present one stays present. */
static inline Slice
slice_trim(Slice s)
{
	if (s.n >= SLICE_LONG)
		s = slice_trim_long(s);
	while (s.n > 0 && ascii_is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && ascii_is_space(*s.p))
	{
		s.p++;
		s.n--;
	}
	return s;
}

#define SLICE_NPOS SIZE_MAX

/* first occurrence at or after 'from', or SLICE_NPOS; linear in s.n */
static inline size_t
slice_find(Slice s, char c, size_t from)
{
	const char *hit = from < s.n ? memchr(s.p + from, c, s.n - from) : NULL;

	return hit ? (size_t) (hit - s.p) : SLICE_NPOS;
}

size_t		slice_find_nocase(Slice s, Slice what, size_t from);

/*
 * The beginning of a text that is looked at: 'limit' bytes of it, where a CR
 * before an LF does not count, and none of a character that they would cut.  So
 * the same words are within a bound whatever the lines end in.
 */
Slice		slice_bound(Slice text, size_t limit);

/* last occurrence, or SLICE_NPOS */
static inline size_t
slice_find_last(Slice s, char c)
{
	for (size_t i = s.n; i > 0; i--)
	{
		if (s.p[i - 1] == c)
			return i - 1;
	}
	return SLICE_NPOS;
}

#endif							/* BOUNCE_SLICE_H */
