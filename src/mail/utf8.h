/*
 * utf8.h
 *	  UTF-8 as RFC 3629 defines it.
 */
#ifndef BOUNCE_UTF8_H
#define BOUNCE_UTF8_H

#include "mail/slice.h"

/* What stands for a byte that means nothing: U+FFFD. */
#define UTF8_REPLACEMENT "\xEF\xBF\xBD"
#define UTF8_REPLACEMENT_BYTES 3

/*
 * Offset of the first byte at or after 'from' that begins no valid character,
 * or is NUL; s.n when there is none.
 */
size_t		utf8_find_bad(Slice s, size_t from);

/* Offset of the first byte at or after 'from' that is NUL or beyond ASCII; s.n when there is none. */
size_t		utf8_find_not_ascii(Slice s, size_t from);

/*
 * Writes s to 'out', which has room for three times s.n, each bad byte as
 * U+FFFD.  Returns the bytes written.
 */
size_t		utf8_write_valid(char *out, Slice s);

/*
 * Writes the character to 'out', 1 to 4 bytes, and returns how many.  NUL,
 * surrogates and what is beyond Unicode become U+FFFD.
 */
size_t		utf8_put(char *out, uint32_t character);

/*
 * The code point of the valid character at 'at' < s.n, and its bytes.  Of what
 * is none it returns 1 and the byte's own number.
 */
size_t		utf8_character(Slice s, size_t at, uint32_t *character);

/* s without the character at its end that was cut off in its midst. */
Slice		utf8_drop_cut(Slice s);

#endif							/* BOUNCE_UTF8_H */
