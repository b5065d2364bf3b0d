/*
 * test_regex.c
 *	  Patterns of data/: what matches, what is refused, and that none can run
 *	  away with the server's time.
 *
 * Build: make unit
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <time.h>

#include "classify/knowledge.h"
#include "match/regex.h"
#include "mail/limits.h"
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

/* More uses than a pattern has before it becomes machine code. */
#define MANY_USES 40

static Slice
repeated(char *buffer, size_t size, Slice what)
{
	size_t		n = 0;

	for (; what.n > 0 && n + what.n <= size; n += what.n)
		memcpy(buffer + n, what.p, what.n);
	return slice(buffer, n);
}

static bool
can_make_machine_code(void)
{
	uint32_t	can = 0;

	return pcre2_config(PCRE2_CONFIG_JIT, &can) >= 0 && can != 0;
}

/* Is the answer for the text the same once the pattern is machine code? */
static bool
answers_alike(const char *pattern, Slice text, bool *answer)
{
	Arena		arena;
	TestOwner	owner;
	Regexes		kept;
	bool		later;

	test_arena(&arena, &owner);
	regexes_init_kept(&kept, &arena);
	*answer = regexes_match(&kept, pattern, text);
	for (int use = 0; use < MANY_USES; use++)
		regexes_match(&kept, pattern, SLICE_LIT(""));
	later = regexes_match(&kept, pattern, text);
	regexes_free(&kept);
	arena_reset(&arena);
	return *answer == later && *answer == regex_matches(pattern, text);
}

/*
 * bounce_parse() is IMMUTABLE: what the session has read before, and with it
 * whether a pattern is interpreted, must not change a verdict.  The limits are
 * reached on the longest texts.
 */
static void
test_engines(void)
{
	static const char pattern[] = "^(?!.*(?:ann|bert|carl|dora|emil|fritz|gabi|hans|ines|jan|kurt|lea|max|nora|otto|paul|"
		"rosa|sven|tina|udo|vera|willi|xaver|yves|zoe)).*host \\S+ (?:is )?unknown";
	static char buffer[LIMIT_REPLY_BYTES];
	size_t		asked = 0;
	size_t		alike = 0;
	bool		answer;

	ok(answers_alike(pattern, repeated(buffer, sizeof(buffer), SLICE_LIT("host a unknown ")), &answer),
	   "a text that takes the interpreter too long is judged alike");
	ok(answer || !can_make_machine_code(), "  and matches");
	for (uint32_t i = 0; i < knowledge_phrase_count; i++)
	{
		const PhraseRow *row = &knowledge_phrases[i];
		const char *words = known(row->example ? row->example : row->words ? row->words : row->phrase);

		if (!row->regex)
			continue;
		asked++;
		if (answers_alike(known(row->regex), repeated(buffer, sizeof(buffer), slice(words, strlen(words))), &answer))
			alike++;
		else
			printf("# not alike: %s:%d\n", known(row->file), row->line);
	}
	ok(asked > 0 && alike == asked, "so are the longest ones of the patterns of data/");
}

int
main(void)
{
	test_matching();
	test_engines();
	test_validity();
	test_limits();
	return finish();
}
