/*
 * fingerprint.h
 *	  What a diagnostic text has in common with others of its kind.
 */
#ifndef BOUNCE_FINGERPRINT_H
#define BOUNCE_FINGERPRINT_H

#include "mail/arena.h"

#define FINGERPRINT_INPUT 8192	/* bytes of the text that are looked at */
#define FINGERPRINT_BYTES 512	/* of a fingerprint, at most: fits into an index */

/*
 * The text (valid UTF-8), folded (fold.h), with <addr>, <host>, <ip>, <url>,
 * <time> and <id> for what these stand for, and # for numbers.  Enhanced codes
 * (5.7.1), reply codes (550) where they stand as such, and short codes in
 * brackets ([TSS04], (SC-001)) stay.  Ends at a blank where it would be too
 * long.  A fingerprint's fingerprint is itself.  In the arena; SLICE_NONE for
 * SLICE_NONE and when it is out of memory.  Linear.
 */
Slice		fingerprint_of(Arena *arena, Slice text);

#endif							/* BOUNCE_FINGERPRINT_H */
