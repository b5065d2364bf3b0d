/*
 * typo.h
 *	  How far what somebody typed is from what he may have meant.
 */
#ifndef BOUNCE_TYPO_H
#define BOUNCE_TYPO_H

#include "mail/slice.h"

#define TYPO_MOST_BYTES 255		/* of a name; a domain has no more */
#define TYPO_FAR 1000000		/* for longer ones */

/*
 * The distance of two names in lower-case ASCII, in halves: the cheapest way of
 * turning 'typed' into 'meant', no byte changed twice (optimal string
 * alignment).  A letter beside the right one (QWERTY), one that is left out or
 * one that is doubled costs 1; two that changed places, any other letter and
 * any other addition 2.  Ends early with TYPO_FAR where it is more than
 * 'most'.  O(typed.n * meant.n), which is bounded.
 */
int			typo_distance(Slice typed, Slice meant, int most);

/*
 * The most, in halves, that the distance to a domain may be for a typo of it:
 * a mistake for each three bytes before the top level, and a slip at least.
 * "wp.com" is two slips and a letter from "aol.com", and has nothing of it.
 */
int			typo_most(Slice meant);

/*
 * Is it the same name in another country (web.dk, free.it), rather than the
 * same country mistyped (web.dr, web.ed)?  Top levels of two letters that are
 * more than one slip or a transposition apart.
 */
bool		typo_is_abroad(Slice typed, Slice meant);

#endif							/* BOUNCE_TYPO_H */
