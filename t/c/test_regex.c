/*
 * test_regex.c
 *	  Patterns of data/: what matches, what is refused, and that none can run
 *	  away with the server's time.
 *
 * Build: make unit
 */
#include <time.h>

#include "classify/regex.h"
#include "tap.h"

static void
test_matching(void)
{
	static const struct
	{
		const char *pattern;
		Slice		text;
		bool		expected;
	}			cases[] = {
		{"\\buser \\S+ unknown\\b", SLICE_LIT("550 user cat unknown"), true},
		{"\\buser \\S+ unknown\\b", SLICE_LIT("550 user reputation is unknown"), false},
		{"\\buser \\S+ unknown\\b", SLICE_LIT(""), false},
		{"^\\S+$", SLICE_LIT("\xe7\x8c\xab"), true},
		/* one character of UTF-8, not three */
		{"^.$", SLICE_LIT("\xe7\x8c\xab"), true},
		/* invalid UTF-8 never reaches it; if it did, nothing would match */
		{"^.*$", SLICE_LIT("\xff\xfe"), false},
	};

	Arena		arena;
	TestOwner	owner;
	Regexes		kept;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(regex_matches(cases[i].pattern, cases[i].text) == cases[i].expected, cases[i].pattern);

	/* interpreted at first, then as machine code: the same answers */
	test_arena(&arena, &owner);
	regexes_init_kept(&kept, &arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		int			agreed = 0;

		for (int use = 0; use < 40; use++)
			agreed += regexes_match(&kept, cases[i].pattern, cases[i].text) == cases[i].expected;
		ok(agreed == 40, cases[i].pattern);
	}
	for (int use = 0, refused = 0; use < 40; use++)
	{
		refused += !regexes_match(&kept, "(a|b", SLICE_LIT("a"));
		if (use == 39)
			ok(refused == 40, "a bad pattern matches nothing, however often");
	}
	regexes_free(&kept);
	ok(kept.count == 0, "nothing is kept any more");
	ok(regexes_match(&kept, "^a", SLICE_LIT("ab")), "and the set can be used again");
	regexes_free(&kept);
	arena_reset(&arena);
}

static void
test_validity(void)
{
	char		message[160] = "";

	ok(regex_is_valid("(a|b)+ \\S", message, sizeof(message)), "a good pattern is valid");
	ok(!regex_is_valid("(a|b", message, sizeof(message)), "a bad one is not");
	ok(strstr(message, "offset 4") != NULL, "and the message tells where");
	ok(!regex_matches("(a|b", SLICE_LIT("a")), "a bad pattern matches nothing");
}

static void
test_limits(void)
{
	static char text[4096];
	clock_t		start = clock();
	Arena		arena;
	TestOwner	owner;
	Regexes		kept;

	test_arena(&arena, &owner);
	regexes_init_kept(&kept, &arena);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '!';
	ok(!regex_matches("(a+)+$", slice(text, sizeof(text))), "a catastrophic pattern stops at the limit");
	ok(!regex_matches("(?:(?:a|a)*)*b", slice(text, sizeof(text))), "so does another");
	/* without limits these run for longer than the universe will last; no test of speed */
	for (int use = 0, refused = 0; use < 40; use++)
	{
		refused += !regexes_match(&kept, "(a+)+$", slice(text, sizeof(text)));
		if (use == 39)
			ok(refused == 40, "kept patterns stop there, too");
	}
	regexes_free(&kept);
	arena_reset(&arena);
	ok(clock() - start < 20 * CLOCKS_PER_SEC, "and long before anybody notices");
}

int
main(void)
{
	test_matching();
	test_validity();
	test_limits();
	return finish();
}
