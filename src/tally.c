/*
 * tally.c
 *	  Adds up what many events say: weights with a half-life, one a day.
 */
#include "tally.h"

#include <math.h>

/* Steps between two calls of the interrupt hook. */
#define STEPS 65536

static int64_t
day_of(int64_t at)
{
	/* division rounds towards zero, days do not */
	return at / TALLY_DAY - (at % TALLY_DAY < 0);
}

bool
tally_same_day(int64_t a, int64_t b)
{
	return day_of(a) == day_of(b);
}

bool
tally_outweighs(TallyEvent a, TallyEvent b)
{
	return a.weight > b.weight || (a.weight == b.weight && a.at > b.at);
}

/* In the order of time; the weight makes it total. */
static bool
comes_before(TallyEvent a, TallyEvent b)
{
	return a.at < b.at || (a.at == b.at && a.weight < b.weight);
}

static bool
in_order(const TallyEvent *events, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (comes_before(events[i], events[i - 1]))
			return false;
	return true;
}

/* Moves the event at 'top' down to where none below it in the heap comes later. */
static void
sift(TallyEvent *heap, size_t top, size_t n)
{
	TallyEvent	moved = heap[top];
	size_t		child;

	while ((child = 2 * top + 1) < n)
	{
		if (child + 1 < n && comes_before(heap[child], heap[child + 1]))
			child++;
		if (!comes_before(moved, heap[child]))
			break;
		heap[top] = heap[child];
		top = child;
	}
	heap[top] = moved;
}

/* A heap sort: no recursion, no memory, and no order of input that is dear. */
static void
sort(TallyEvent *events, size_t n, void (*interrupt) (void))
{
	size_t		i;

	for (i = n / 2; i-- > 0;)
	{
		if (interrupt != NULL && i % STEPS == 0)
			interrupt();
		sift(events, i, n);
	}
	for (i = n; i-- > 1;)
	{
		TallyEvent	last = events[0];

		if (interrupt != NULL && i % STEPS == 0)
			interrupt();
		events[0] = events[i];
		events[i] = last;
		sift(events, 0, i);
	}
}

size_t
tally_pack(TallyEvent *events, size_t n, bool one_per_day, void (*interrupt) (void))
{
	size_t		kept = 0;

	if (!in_order(events, n))
		sort(events, n, interrupt);
	if (!one_per_day)
		return n;
	for (size_t i = 0; i < n; i++)
	{
		if (kept == 0 || !tally_same_day(events[kept - 1].at, events[i].at))
			events[kept++] = events[i];
		else if (tally_outweighs(events[i], events[kept - 1]))
			events[kept - 1] = events[i];
	}
	return kept;
}

double
tally_score(const TallyEvent *events, size_t n, double half_life, int64_t as_of)
{
	double		score = 0;

	for (size_t i = 0; i < n && events[i].at <= as_of; i++)
	{
		/* as doubles: the difference of two times may be out of an integer's range */
		double		age = (double) as_of - (double) events[i].at;

		score += events[i].weight * exp2(-age / half_life);
	}
	return score;
}
