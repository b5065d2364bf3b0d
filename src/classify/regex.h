/*
 * regex.h
 *	  Regular expressions, for the few phrases whose words alone say too little.
 */
#ifndef BOUNCE_REGEX_H
#define BOUNCE_REGEX_H

#include "mail/slice.h"

/*
 * Does the PCRE2 pattern (UTF-8, NUL-terminated, from data/) match anywhere in
 * the text (folded, valid UTF-8)?  Bounded in steps, depth and memory: a
 * pattern that needs more does not match.  False, too, when memory is short.
 */
bool		regex_matches(const char *pattern, Slice text);

/* Why the pattern can't be compiled, in 'message'; false when it can't. */
bool		regex_is_valid(const char *pattern, char *message, size_t size);

#endif							/* BOUNCE_REGEX_H */
