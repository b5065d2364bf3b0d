/*
 * tally.h
 *	  Adds up what many events say: weights with a half-life, one a day.
 *
 * Knows nothing of PostgreSQL, nor of bounces.  Times are microseconds since a
 * midnight in UTC, whichever.
 */
#ifndef BOUNCE_TALLY_H
#define BOUNCE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_DAY INT64_C(86400000000)

typedef struct TallyEvent
{
	int64_t		at;
	double		weight;			/* above zero, finite */
} TallyEvent;

/* True when both fall on one day in UTC. */
extern bool tally_same_day(int64_t a, int64_t b);

/* Which of two events of a day stands for it: the heavier, of equals the later. */
extern bool tally_outweighs(TallyEvent a, TallyEvent b);

/*
 * Brings the events in the order of time and, with one_per_day, leaves of each
 * day the one that stands for it.  Returns how many are left, at the front.
 * The result does not depend on the order in which they stood, and packing it
 * again, or with others, is as good as packing all at once.
 *
 * Works in place, in O(n log n), and calls 'interrupt' now and then, unless it
 * is NULL.  That may longjmp away: the events are all there, in some order.
 */
extern size_t tally_pack(TallyEvent *events, size_t n, bool one_per_day, void (*interrupt) (void));

/*
 * The sum of the weights of packed events, each of which counts half for every
 * half_life (in microseconds, above zero; INFINITY: none) that it is older than
 * as_of.  Those after as_of count nothing.  Adds up in the order of time, so
 * that equal events have a sum that is equal to the last bit.
 */
extern double tally_score(const TallyEvent *events, size_t n, double half_life, int64_t as_of);

#endif							/* BOUNCE_TALLY_H */
