/*
 * literal.h
 *	  The words that a text must hold for a regular expression to match it.
 */
#ifndef BOUNCE_LITERAL_H
#define BOUNCE_LITERAL_H

#include "mail/slice.h"

/*
 * The longest run of ASCII characters of a PCRE2 pattern, part of 'pattern', that
 * stands in every text that it matches (letters in either case).  SLICE_NONE
 * where there is none of three characters at least, and for all patterns that
 * are not plainly understood: it may miss words, but never invents any.
 */
Slice		literal_of(Slice pattern);

#endif							/* BOUNCE_LITERAL_H */
