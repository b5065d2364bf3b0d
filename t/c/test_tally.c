/*
 * test_tally.c
 *	  Packing and adding up events, at the edges, and against the obvious way.
 */
#include "tally.h"

#include <math.h>
#include <string.h>

#include "tap.h"

#define DAY TALLY_DAY
#define MANY 3000

static unsigned interrupts = 0;

static void
count_interrupt(void)
{
	interrupts++;
}

/* A generator of its own, so that the numbers are the same everywhere. */
static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void
shuffle(TallyEvent *events, size_t n, uint32_t seed)
{
	for (size_t i = n; i > 1; i--)
	{
		size_t		j = next_random(&seed) % i;
		TallyEvent	moved = events[i - 1];

		events[i - 1] = events[j];
		events[j] = moved;
	}
}

static bool
equal(const TallyEvent *a, size_t n, const TallyEvent *b, size_t m)
{
	return n == m && memcmp(a, b, n * sizeof(TallyEvent)) == 0;
}

static void
test_days(void)
{
	ok(tally_same_day(0, DAY - 1), "a day ends at midnight");
	ok(!tally_same_day(DAY - 1, DAY), "and begins there");
	ok(tally_same_day(-1, -DAY), "before the epoch, too");
	ok(!tally_same_day(-1, 0), "no day is twice as long");
	ok(!tally_same_day(INT64_MIN, INT64_MAX), "as far apart as can be");
	ok(tally_same_day(INT64_MIN, INT64_MIN + 1) && tally_same_day(INT64_MAX, INT64_MAX - 1), "the ends of time have days");
}

static void
test_pack(void)
{
	TallyEvent	events[] = {{2 * DAY, 1}, {5, 0.5}, {7, 1}, {6, 1}, {2 * DAY + 1, 0.5}, {-1, 2}};
	TallyEvent	expected[] = {{-1, 2}, {7, 1}, {2 * DAY, 1}};
	TallyEvent	all[] = {{-1, 2}, {5, 0.5}, {6, 1}, {7, 1}, {2 * DAY, 1}, {2 * DAY + 1, 0.5}};
	size_t		n = tally_pack(events, 6, false, NULL);

	ok(equal(events, n, all, 6), "in the order of time");
	n = tally_pack(events, n, true, NULL);
	ok(equal(events, n, expected, 3), "the heaviest of each day, of equals the latest");
	n = tally_pack(events, n, true, NULL);
	ok(equal(events, n, expected, 3), "packed again it is the same");
	ok(tally_pack(NULL, 0, true, NULL) == 0, "nothing");
}

static void
test_order(void)
{
	static TallyEvent plain[MANY], packed[MANY], other[MANY];
	uint32_t	seed = 1;
	size_t		n, m;
	bool		same = true, sorted = true, all_same = true;

	for (size_t i = 0; i < MANY; i++)
		plain[i] = (TallyEvent) {(int64_t) (next_random(&seed) % 400000) * 1000000000 - 100 * DAY, 0.1 * (1 + next_random(&seed) % 9)};
	memcpy(packed, plain, sizeof(plain));
	n = tally_pack(packed, MANY, true, NULL);
	for (size_t i = 1; i < n; i++)
		sorted = sorted && packed[i - 1].at < packed[i].at && !tally_same_day(packed[i - 1].at, packed[i].at);
	ok(sorted && n > 1000, "one a day, in order");
	for (uint32_t round = 2; round < 30; round++)
	{
		memcpy(other, plain, sizeof(plain));
		shuffle(other, MANY, round);
		/* in two parts, as two workers would */
		m = tally_pack(other, MANY / round, true, NULL);
		memmove(other + m, other + MANY / round, (MANY - MANY / round) * sizeof(TallyEvent));
		m = tally_pack(other, m + MANY - MANY / round, true, NULL);
		same = same && equal(other, m, packed, n)
			&& tally_score(other, m, 1e12, 1000 * DAY) == tally_score(packed, n, 1e12, 1000 * DAY);
	}
	ok(same, "whatever the order and the parts");

	memcpy(packed, plain, sizeof(plain));
	n = tally_pack(packed, MANY, false, NULL);
	for (uint32_t round = 2; round < 10; round++)
	{
		memcpy(other, plain, sizeof(plain));
		shuffle(other, MANY, round);
		all_same = all_same && equal(other, tally_pack(other, MANY, false, NULL), packed, n);
	}
	ok(all_same && n == MANY, "all of them, likewise");
}

static void
test_score(void)
{
	TallyEvent	events[] = {{0, 1}, {7 * DAY, 0.5}, {14 * DAY, 2}};

	ok(tally_score(events, 3, INFINITY, 14 * DAY) == 3.5, "no decay");
	ok(tally_score(events, 3, 7 * (double) DAY, 14 * DAY) == 0.25 + 0.25 + 2, "two half-lives, one, none");
	ok(tally_score(events, 3, 7 * (double) DAY, 14 * DAY - 1) < 0.51, "what comes after does not count");
	ok(tally_score(events, 3, INFINITY, -1) == 0, "nothing was before");
	ok(tally_score(NULL, 0, 1, 0) == 0, "nothing at all");
	ok(tally_score(events, 3, 1, INT64_MAX) == 0, "long ago is as good as never");
	events[0].at = INT64_MIN;
	ok(tally_score(events, 1, 1e19, INT64_MAX) > 0.27, "the whole of time is less than two half-lives of 1e19");
}

/* A million in the worst order are sorted soon, and the interrupt hook is called. */
static void
test_large(void)
{
	size_t		n = 1000000;
	TallyEvent *events = malloc(n * sizeof(TallyEvent));
	bool		sorted = true;

	if (events == NULL)
		exit(1);
	for (size_t i = 0; i < n; i++)
		events[i] = (TallyEvent) {(int64_t) (n - i) * DAY, 1};
	ok(tally_pack(events, n, true, count_interrupt) == n, "a million days, backwards");
	for (size_t i = 1; i < n; i++)
		sorted = sorted && events[i - 1].at < events[i].at;
	ok(sorted, "in order");
	ok(interrupts > 10, "can be interrupted");
	interrupts = 0;
	tally_pack(events, n, true, count_interrupt);
	ok(interrupts == 0, "what is in order is not sorted again");
	free(events);
}

int
main(void)
{
	test_days();
	test_pack();
	test_order();
	test_score();
	test_large();
	printf("1..%d\n", tests);
	return failures > 0;
}
