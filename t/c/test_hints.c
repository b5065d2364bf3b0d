/*
 * test_hints.c
 *	  What else a reply tells: when to try again, who lists whom.
 *
 * Build: make unit
 */
#include "classify/hints.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
test_retry_after(void)
{
	static const struct
	{
		Slice		words;
		int64_t		seconds;
	}			cases[] = {
		{SLICE_LIT("450 4.2.0 greylisted, try again in 300 seconds"), 300},
		{SLICE_LIT("please try again in 5 minutes"), 300},
		{SLICE_LIT("Greylisted for 5 minutes"), 300},
		{SLICE_LIT("retry after 2 hours"), 7200},
		{SLICE_LIT("please retry in 1 day"), 86400},
		{SLICE_LIT("try again in 30s"), 30},
		{SLICE_LIT("try again in 10 min."), 600},
		{SLICE_LIT("TRY AGAIN IN 10 MIN"), 600},
		{SLICE_LIT("try again later"), -1},
		{SLICE_LIT("try again in 0 seconds"), -1},
		{SLICE_LIT("try again in 5 moons"), -1},
		{SLICE_LIT("your message waited for 5 days"), -1},
		{SLICE_LIT("try within 99999999999999999999 seconds"), -1},
		{SLICE_LIT("try again in "), -1},
		{SLICE_LIT("try again in 5"), -1},
		{SLICE_LIT(""), -1},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		words = exact_copy(cases[i].words);

		ok(hints_retry_after(words) == cases[i].seconds, cases[i].words.n ? cases[i].words.p : "nothing");
		free((char *) words.p);
	}
}

static void
test_blocklists(void)
{
	Arena		arena;
	TestOwner	owner;
	const BlocklistRow *lists[2];
	int			count;

	test_arena(&arena, &owner);
	count = hints_blocklists(&arena, SLICE_LIT("550 blocked using zen.spamhaus.org; see https://www.spamhaus.org/query/ip/192.0.2.1"), lists, 2);
	ok(count == 1 && strcmp(lists[0]->name, "spamhaus-zen") == 0, "the list, not the family that it belongs to");
	ok(hints_blocklists(&arena, SLICE_LIT("550 blocked using bl.spamcop.net and b.barracudacentral.org and zen.spamhaus.org"), lists, 2) == 2,
	   "no more than there is room for");
	ok(hints_blocklists(&arena, SLICE_LIT("550 user unknown"), lists, 2) == 0, "none is named");
	ok(hints_blocklists(&arena, SLICE_NONE, lists, 2) == 0, "nothing");
	arena_reset(&arena);

	is(hints_ip(SLICE_LIT("550 5.7.1 [192.0.2.1] is listed")), SLICE_LIT("192.0.2.1"), "the address that is listed");
	is(hints_ip(SLICE_LIT("550 5.7.1 listed")), SLICE_NONE, "none is named");
}

int
main(void)
{
	test_retry_after();
	test_blocklists();
	return finish();
}
