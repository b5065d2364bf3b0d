/*
 * fold.h
 *	  The form in which texts and phrases are compared.
 *
 * Folding makes: letters lower case (ASCII, Latin with its extensions, Greek
 * (final sigma is sigma), Cyrillic, full-width ASCII to ASCII; both Turkish i are "i");
 * each run of white space (ASCII, NUL, NBSP, U+3000, U+2000-200B, U+2028 ...) one
 * blank, none at the ends; none between two CJK characters (Japanese and
 * Chinese are wrapped anywhere); typographic quotes and apostrophes plain ones;
 * soft hyphens, direction marks and zero-width characters nothing; dashes
 * U+2010-2015 and minus "-".  Input is UTF-8; invalid bytes stay as they are.
 * Folding twice is folding once.
 */
#ifndef BOUNCE_FOLD_H
#define BOUNCE_FOLD_H

#include "mail/arena.h"

/*
 * Folds s into 'out', which must hold at least s.n bytes (folding never
 * grows); returns the length.  When 'origin' is not NULL it must hold s.n
 * entries and gets, for each byte written, the offset in s that it came from:
 * a blank from the first byte of its run, all bytes of a character that got
 * shorter from its first byte.  It never falls, so that the folded bytes [a, b)
 * come from [origin[a], origin[b]) of s, or up to s.n where b is the length.
 */
size_t		fold_into(Slice s, char *out, uint32_t *origin);

/* The same into the arena; SLICE_NONE when it is out of memory. */
Slice		fold_text(Arena *arena, Slice s);

#endif							/* BOUNCE_FOLD_H */
