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
		{SLICE_LIT("Please try again in one hour"), 3600},
		{SLICE_LIT("try again in an hour"), 3600},
		{SLICE_LIT("Greylisted, retry in 00:04:50"), 290},
		{SLICE_LIT("please come back in 00:30:00"), 1800},
		{SLICE_LIT("Greylisted, try again in 00:04:50 or later"), 290},
		{SLICE_LIT("Too many recipients; wait 15 minutes and retry"), 900},
		{SLICE_LIT("next attempt allowed in 300 sec"), 300},
		{SLICE_LIT("please resend after 2 minutes"), 120},
		{SLICE_LIT("greylisted, retry-after=600"), 600},
		{SLICE_LIT("try again 5 minutes later"), 300},
		{SLICE_LIT("exceeded 100 messages in 10 minutes, try again later"), -1},
		{SLICE_LIT("message still undelivered after 4 hours, will keep trying until it is 5 days old"), -1},
		{SLICE_LIT("you may retry the delivery after 10 minutes"), 600},
		{SLICE_LIT("try again in 1:30"), -1},
		{SLICE_LIT("try again in 12:"), -1},
		{SLICE_LIT("try again in a"), -1},
		{SLICE_LIT("bitte in 10 Minuten erneut versuchen"), 600},
		{SLICE_LIT("r\303\251essayez dans 5 minutes"), 300},
		{SLICE_LIT("int\303\251ntelo de nuevo en 5 minutos"), 300},
		{SLICE_LIT("\350\257\267\345\234\2505\345\210\206\351\222\237\345\220\216\351\207\215\350\257\225"), 300},	/* 请在5分钟后重试 */
		{SLICE_LIT("5\345\210\206\345\276\214\343\201\253\345\206\215\350\251\246\350\241\214"), 300},	/* 5分後に再試行 */
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
	is(hints_ip(SLICE_LIT("550 Invalid HELO name (See RFC2821 4.1.1.1)")), SLICE_NONE, "a section of an RFC is no address");
	is(hints_ip(SLICE_LIT("550 zen.example returned 127.0.0.2 for 192.0.2.1")), SLICE_LIT("192.0.2.1"), "an answer of the list is none");
	is(hints_ip(SLICE_LIT("550 5.7.1 listed")), SLICE_NONE, "none is named");
}

int
main(void)
{
	test_retry_after();
	test_blocklists();
	return finish();
}
