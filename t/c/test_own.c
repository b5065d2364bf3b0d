/*
 * test_own.c
 *	  Rules and formats of users' own: what matches, in which order, what a
 *	  verdict becomes, and that no pattern runs away with the time.
 *
 * Build: make unit
 */
#include <time.h>

#include "bounce.h"
#include "classify/own_rules.h"
#include "match/literal.h"
#include "report/own_formats.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A report on two recipients, of whom one is but delayed. */
static const Slice mail = SLICE_LIT(
	"Return-Path: <>\n"
	"From: MAILER-DAEMON@out.news.example\n"
	"To: letters@news.example\n"
	"Subject: Undelivered Mail Returned to Sender\n"
	"X-Gateway: first\n"
	"X-Kelvin: \xe2\x84\xaa" "elvin\n"
	"X-Gateway: =?UTF-8?Q?Fr=C3=BChling?= in  bloom\n"
	"MIME-Version: 1.0\n"
	"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n"
	"\n"
	"--x\n"
	"Content-Type: message/delivery-status\n"
	"\n"
	"Reporting-MTA: dns; out.news.example\n"
	"\n"
	"Final-Recipient: rfc822; rosa@mail.koharu.example\n"
	"Action: failed\n"
	"Status: 5.1.1\n"
	"Remote-MTA: dns; MX.Koharu.Example\n"
	"Diagnostic-Code: smtp; 550 5.1.1 <rosa@mail.koharu.example>: User unknown, Grund: GESCHLOSSEN\n"
	"\n"
	"Final-Recipient: rfc822; otto@midori.example\n"
	"Action: delayed\n"
	"Status: 4.2.2\n"
	"Remote-MTA: dns; mx.midori.example\n"
	"Diagnostic-Code: smtp; 452 4.2.2 Mailbox full\n"
	"\n"
	"--x\n"
	"Content-Type: message/rfc822\n"
	"\n"
	"From: letters@news.example\n"
	"To: rosa@mail.koharu.example\n"
	"Subject: Spring\n"
	"X-Campaign: c-2026-03\n"
	"\n"
	"Hello. X-Body: is no header\n"
	"--x--\n");

typedef struct Set
{
	Arena		arena;
	TestOwner	owner;
	OwnRules	rules;
	OwnFormats	formats;
	Arena		message;
	TestOwner	message_owner;
	BounceOptions options;
	BounceResult result;
} Set;

static void
set_begin(Set *set)
{
	test_arena(&set->arena, &set->owner);
	test_arena(&set->message, &set->message_owner);
	own_rules_init(&set->rules, &set->arena);
	own_formats_init(&set->formats, &set->arena);
	set->options = (BounceOptions) {.names_rules = true, .rules = &set->rules, .formats = &set->formats, .now = 1000};
}

static void
set_end(Set *set)
{
	own_rules_free(&set->rules);
	own_formats_free(&set->formats);
	arena_reset(&set->arena);
	arena_reset(&set->message);
	ok(set->owner.blocks == 0 && set->message_owner.blocks == 0, "nothing is left");
}

static void
add(Set *set, OwnRuleText text)
{
	if (text.reason.p == NULL)
		text.reason = SLICE_LIT("mine");
	if (text.valid_until == 0)
		text.valid_until = INT64_MAX;
	ok(own_rules_add(&set->rules, &text), "a rule is added");
}

static void
read_mail(Set *set, Slice raw)
{
	Slice		copy = exact_copy(raw);

	arena_reset(&set->message);
	set->result = bounce_read_message_with(&set->message, copy, &set->options);
	/* rows point into the message: only their words of static or lasting storage are looked at below */
	free((char *) copy.p);
}

/* Does the one rule apply to rosa's failure? */
static bool
applies(OwnRuleText text)
{
	Set			set;
	bool		applied;

	set_begin(&set);
	text.id = 7;
	add(&set, text);
	read_mail(&set, mail);
	applied = set.result.count == 2 && strcmp(set.result.rows[0].reason, "mine") == 0;
	ok(set.result.count == 2, "both rows are there");
	ok(slice_equal(set.result.rows[0].rule, SLICE_LIT("own:7")) == applied, "the rule is named if it decides");
	set_end(&set);
	return applied;
}

static void
test_conditions(void)
{
	static const struct
	{
		OwnRuleText text;
		bool		expected;
		const char *name;
	}			cases[] = {
		{{.diagnostic = SLICE_LIT("USER  unknown")}, true, "words: case and blanks don't matter"},
		{{.diagnostic = SLICE_LIT("unknown user")}, false, "other words"},
		{{.diagnostic = SLICE_LIT("user.unknown")}, false, "words are no expression"},
		{{.regex = true, .diagnostic = SLICE_LIT("user.unknown")}, true, "an expression"},
		{{.regex = true, .diagnostic = SLICE_LIT("geschlossen$")}, true, "an expression ignores case"},
		{{.regex = true, .diagnostic = SLICE_LIT("^user")}, false, "and its anchors hold"},
		{{.rhost = SLICE_LIT("koharu.example")}, true, "a domain above the host"},
		{{.rhost = SLICE_LIT("MX.koharu.example.")}, true, "the host itself"},
		{{.rhost = SLICE_LIT("*.koharu.example")}, true, "written with a star"},
		{{.rhost = SLICE_LIT("haru.example")}, false, "no mere end of a name"},
		{{.rhost = SLICE_LIT("a.mx.koharu.example")}, false, "no domain below the host"},
		{{.regex = true, .rhost = SLICE_LIT("^mx[0-9]*\\.")}, true, "an expression on the host"},
		{{.destination = SLICE_LIT("koharu.example")}, true, "the destination's parent"},
		{{.destination = SLICE_LIT("midori.example")}, false, "another destination"},
		{{.header = SLICE_LIT("x-gateway")}, true, "a field is there"},
		{{.header = SLICE_LIT("X-Gate")}, false, "a field of a longer name is not it"},
		{{.header = SLICE_LIT("X-Gateway"), .header_value = SLICE_LIT("FR\xc3\x9cHLING in bloom")}, true, "the second of two fields, decoded"},
		{{.regex = true, .header = SLICE_LIT("X-Gateway"), .header_value = SLICE_LIT("^fr\xc3\xbc\\w+ in")}, true, "by an expression"},
		{{.header = SLICE_LIT("X-Campaign"), .header_value = SLICE_LIT("c-2026")}, true, "a field of the returned message"},
		{{.header = SLICE_LIT("X-Campaign"), .header_value = SLICE_LIT("c-2025")}, false, "another value"},
		{{.header = SLICE_LIT("X-Body")}, false, "the returned body holds no fields"},
		{{.header = SLICE_LIT("X-Campaign"), .rhost = SLICE_LIT("koharu.example"), .diagnostic = SLICE_LIT("unknown"), .destination = SLICE_LIT("koharu.example")}, true, "all four"},
		{{.header = SLICE_LIT("X-Campaign"), .rhost = SLICE_LIT("koharu.example"), .diagnostic = SLICE_LIT("known not"), .destination = SLICE_LIT("koharu.example")}, false, "three of four are not enough"},
		{{.diagnostic = SLICE_LIT("unknown"), .valid_from = 1000}, true, "valid from now on"},
		{{.diagnostic = SLICE_LIT("unknown"), .valid_from = 1001}, false, "not yet valid"},
		{{.diagnostic = SLICE_LIT("unknown"), .valid_until = 1001}, true, "still valid"},
		{{.diagnostic = SLICE_LIT("unknown"), .valid_until = 1000}, false, "valid no more"},
		{{.regex = true, .diagnostic = SLICE_LIT("(unknown")}, false, "an expression that can't be compiled"},
		{{.diagnostic = SLICE_LIT(" \t ")}, false, "blanks are no words"},
		{{.rhost = SLICE_LIT("...")}, false, "dots are no domain"},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
		ok(applies(cases[i].text) == cases[i].expected, cases[i].name);
}

static void
test_verdict(void)
{
	Set			set;
	const BounceRow *row;

	/* a built-in reason brings what it has */
	set_begin(&set);
	add(&set, (OwnRuleText) {.id = 1, .diagnostic = SLICE_LIT("unknown"), .reason = SLICE_LIT("suspend")});
	read_mail(&set, mail);
	row = &set.result.rows[0];
	ok(strcmp(row->reason, "suspend") == 0 && row->hard_bounce == TRUTH_FALSE && strcmp(row->fault, "recipient") == 0 &&
	   strcmp(row->advice, "remove") == 0, "a built-in reason has its own fault and advice");
	row = &set.result.rows[1];
	ok(row->kind == KIND_DELAY && strcmp(row->reason, "mailboxfull") == 0 && row->rule.n > 0 &&
	   !slice_starts_nocase(row->rule, SLICE_LIT("own:")), "the other recipient keeps the built-in verdict");
	set_end(&set);

	/* a reason of one's own */
	set_begin(&set);
	add(&set, (OwnRuleText) {.id = 1, .diagnostic = SLICE_LIT("unknown")});
	read_mail(&set, mail);
	row = &set.result.rows[0];
	ok(strcmp(row->reason, "mine") == 0 && row->hard_bounce == TRUTH_FALSE && row->fault == NULL &&
	   strcmp(row->advice, "review") == 0, "an own reason is soft, and to be looked at");
	set_end(&set);

	/* all is said; a delay is never hard, and removes nobody */
	set_begin(&set);
	add(&set, (OwnRuleText) {.id = 1, .regex = true, .diagnostic = SLICE_LIT("unknown|full"), .reason = SLICE_LIT("mine"),
		.hard_bounce = TRUTH_TRUE, .fault = SLICE_LIT("receiver"), .advice = SLICE_LIT("remove")});
	read_mail(&set, mail);
	row = &set.result.rows[0];
	ok(row->hard_bounce == TRUTH_TRUE && strcmp(row->fault, "receiver") == 0 && strcmp(row->advice, "remove") == 0, "what the rule says");
	row = &set.result.rows[1];
	ok(row->kind == KIND_DELAY && strcmp(row->reason, "mine") == 0 && row->hard_bounce == TRUTH_FALSE &&
	   strcmp(row->advice, "none") == 0, "a delay stays one");
	set_end(&set);

	/* the first one decides */
	set_begin(&set);
	add(&set, (OwnRuleText) {.id = 3, .diagnostic = SLICE_LIT("nothing of it"), .reason = SLICE_LIT("a")});
	add(&set, (OwnRuleText) {.id = 2, .diagnostic = SLICE_LIT("unknown"), .reason = SLICE_LIT("b")});
	add(&set, (OwnRuleText) {.id = 1, .diagnostic = SLICE_LIT("user unknown"), .reason = SLICE_LIT("c")});
	read_mail(&set, mail);
	ok(strcmp(set.result.rows[0].reason, "b") == 0, "the order is the caller's");
	ok(slice_equal(set.result.rows[0].rule, SLICE_LIT("own:2")), "and so is the id");
	set_end(&set);

	/* without rules the built-in ones are named */
	set_begin(&set);
	set.options.rules = NULL;
	set.options.formats = NULL;
	read_mail(&set, mail);
	ok(slice_equal(set.result.rows[0].rule, SLICE_LIT("phrase:user unknown")), "a built-in rule has its id");
	set_end(&set);
}

/* An answering program that says that the mailbox is given up: words decide there, too, but not own rules. */
static void
test_autoreply(void)
{
	Set			set;

	set_begin(&set);
	set.options.all_kinds = true;
	add(&set, (OwnRuleText) {.id = 1, .regex = true, .diagnostic = SLICE_LIT(".")});
	add(&set, (OwnRuleText) {.id = 2, .header = SLICE_LIT("Subject")});
	set.result = bounce_read_message_with(&set.message, SLICE_LIT(
		"From: rosa@koharu.example\nTo: letters@news.example\nSubject: Automatic reply: Spring\nAuto-Submitted: auto-replied\n\n"
		"Rosa has left the company.\n"), &set.options);
	ok(set.result.count == 1 && set.result.rows[0].kind == KIND_AUTOREPLY && strcmp(set.result.rows[0].reason, "suspend") == 0, "an automatic reply");
	is(set.result.rows[0].rule, SLICE_LIT("phrase:has left the company"), "its rule");
	set_end(&set);
}

static void
test_reply(void)
{
	Set			set;
	BounceRow	row;

	set_begin(&set);
	add(&set, (OwnRuleText) {.id = 1, .diagnostic = SLICE_LIT("kaput"), .rhost = SLICE_LIT("example.net"), .reason = SLICE_LIT("systemerror")});
	add(&set, (OwnRuleText) {.id = 2, .header = SLICE_LIT("Subject"), .reason = SLICE_LIT("mine")});
	add(&set, (OwnRuleText) {.id = 3, .regex = true, .destination = SLICE_LIT("."), .reason = SLICE_LIT("mine")});
	bounce_read_reply_with(&set.message, SLICE_LIT("550 5.0.0 kaput"), SLICE_LIT("mx.example.net"), SLICE_NONE, &set.options, &row);
	ok(strcmp(row.reason, "systemerror") == 0 && slice_equal(row.rule, SLICE_LIT("own:1")), "a reply is judged, too");
	bounce_read_reply_with(&set.message, SLICE_LIT("550 5.0.0 kaput"), SLICE_LIT("mx.example.org"), SLICE_NONE, &set.options, &row);
	ok(strcmp(row.reason, "mine") != 0 && strcmp(row.reason, "systemerror") != 0, "headers and destination are none of it");
	ok(row.rule.p == NULL || !slice_starts_nocase(row.rule, SLICE_LIT("own")), "nor is the rule");
	bounce_read_reply_with(&set.message, SLICE_LIT("250 2.0.0 kaput"), SLICE_LIT("mx.example.net"), SLICE_NONE, &set.options, &row);
	ok(row.kind == KIND_SUCCESS && strcmp(row.reason, "delivered") == 0 && row.rule.p == NULL, "what went well went well");
	set_end(&set);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
test_limits(void)
{
	static const char *const patterns[] = {"(a+)+$", "(a|aa)+$", "(?:a*)*b", "(.*)*x", "(a+a+)+y", "(?=(a+))*\\1b"};
	char		reply[4000];
	Set			set;
	BounceRow	row;
	double		start = now();

	memset(reply, 'a', sizeof(reply));
	memcpy(reply, "550 5.1.1 ", 10);
	reply[sizeof(reply) - 1] = '!';
	set_begin(&set);
	for (size_t i = 0; i < LENGTH(patterns); i++)
		add(&set, (OwnRuleText) {.id = (int64_t) i + 1, .regex = true, .diagnostic = slice(patterns[i], strlen(patterns[i]))});
	for (int i = 0; i < 20; i++)
		bounce_read_reply_with(&set.message, slice(reply, sizeof(reply)), SLICE_NONE, SLICE_NONE, &set.options, &row);
	ok(strcmp(row.reason, "mine") != 0, "a pattern that runs away does not match");
	ok(now() - start < 10, "and is stopped");
	{
		BounceExplanation told = bounce_explain_reply_with(&set.message, slice(reply, sizeof(reply)), SLICE_NONE, SLICE_NONE, &set.options);
		int			gave_up = 0;

		for (size_t i = 0; i < told.count; i++)
			gave_up += told.steps[i].file && strcmp(told.steps[i].file, "bounce_rule") == 0 && !told.steps[i].won &&
				slice_find_nocase(told.steps[i].why, SLICE_LIT("met a bound"), 0) != SLICE_NPOS;
		ok(gave_up > 0, "the explanation says so");
	}
	set_end(&set);

	/* the same answer as an interpreted pattern and as machine code */
	set_begin(&set);
	add(&set, (OwnRuleText) {.id = 1, .regex = true, .diagnostic = SLICE_LIT("(a+)+$")});
	for (int n = 12; n < 40; n++)
	{
		bool		first = false;
		int			agreed = 0;

		for (int use = 0; use < 12; use++)
		{
			char		text[64] = "550 ";

			memset(text + 4, 'a', (size_t) n);
			text[4 + n] = '!';
			bounce_read_reply_with(&set.message, slice(text, (size_t) n + 5), SLICE_NONE, SLICE_NONE, &set.options, &row);
			if (use == 0)
				first = strcmp(row.reason, "mine") == 0;
			agreed += first == (strcmp(row.reason, "mine") == 0);
		}
		if (agreed != 12)
			ok(false, "one text, one verdict");
	}
	set_end(&set);

	/* a message that makes patterns give up again and again */
	{
		size_t		size = 400 * 600;
		char	   *long_mail = malloc(size);
		size_t		n = 0;

		n += (size_t) snprintf(long_mail, size, "From: MAILER-DAEMON@a.example\nSubject: failure\n"
							   "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n"
							   "Content-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n");
		for (int i = 0; i < 300; i++)
			n += (size_t) snprintf(long_mail + n, size - n, "\nFinal-Recipient: rfc822; u%d@b.example\nAction: failed\nStatus: 5.0.0\n"
								   "Diagnostic-Code: smtp; 550 %d aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n", i, i);
		n += (size_t) snprintf(long_mail + n, size - n, "\n--x--\n");
		set_begin(&set);
		for (int i = 0; i < 50; i++)
			add(&set, (OwnRuleText) {.id = i + 1, .regex = true, .diagnostic = SLICE_LIT("(a+)+$")});
		start = now();
		read_mail(&set, slice(long_mail, n));
		ok(set.result.count == 300 && now() - start < 20, "give-ups are counted, and stop");
		set_end(&set);
		free(long_mail);
	}
}

static void
test_errors(void)
{
	static const struct
	{
		Slice		pattern;
		size_t		offset;
	}			cases[] = {
		{SLICE_LIT("(a|b"), 4}, {SLICE_LIT("a)"), 1}, {SLICE_LIT("[a"), 2}, {SLICE_LIT("*a"), 0}, {SLICE_LIT("\xc3\xbc\xc3\xbc(?<"), 7},
		{SLICE_LIT("a\\C"), 3}, {SLICE_LIT("a\xff"), 1},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Pattern		pattern;
		PatternError error = {0};
		bool		good = pattern_regex(cases[i].pattern, false, &pattern, &error);

		ok(!good && pattern.kind == PATTERN_BROKEN, "a bad pattern is refused");
		printf("# %zu: %s\n", error.offset, error.message);
		/* before or behind the wrong character, as PCRE2's versions have it */
		ok((error.offset == cases[i].offset || error.offset == cases[i].offset + 1) && error.message[0] != '\0', "with its place");
		pattern_free(&pattern);
	}
}

/* Words that a pattern needs: never more than it does. */
static void
test_literals(void)
{
	static const struct
	{
		Slice		pattern;
		Slice		expected;
	}			cases[] = {
		{SLICE_LIT("user unknown"), SLICE_LIT("user unknown")},
		{SLICE_LIT("^(user|box).*is full$"), SLICE_LIT("is full")},
		{SLICE_LIT("no (such|other) words?"), SLICE_LIT(" word")},
		{SLICE_LIT("abc+def"), SLICE_LIT("abc")},
		{SLICE_LIT("abcd*efg"), SLICE_LIT("abc")},
		{SLICE_LIT("ab\\.cde\\d"), SLICE_LIT("cde")},
		{SLICE_LIT("[]abc]xyz[^]q]"), SLICE_LIT("xyz")},
		{SLICE_LIT("(?:abcdef(gh))ijk"), SLICE_LIT("ijk")},
		{SLICE_LIT("(?!never)ever"), SLICE_LIT("ever")},
		{SLICE_LIT("gr\xc3\xbc\xc3\x9f" "e dich"), SLICE_LIT("e dich")},
		{SLICE_LIT("ab"), SLICE_NONE},
		{SLICE_LIT("abc|def"), SLICE_NONE},
		{SLICE_LIT("(?x)a b c d"), SLICE_NONE},
		{SLICE_LIT("(?#abc)def"), SLICE_NONE},
		{SLICE_LIT("abc{0}def"), SLICE_NONE},
		{SLICE_LIT("\\x{61}bcd"), SLICE_NONE},
		{SLICE_LIT("\\Qa.b\\E"), SLICE_NONE},
		{SLICE_LIT("[[:alpha:]]abc"), SLICE_NONE},
		{SLICE_LIT("(*FAIL)abc"), SLICE_NONE},
	};
	static const char *const pieces[] = {
		"a", "b", "c", "ab", "abc", "bca", "(", ")", "|", "?", "*", "+", ".", "^", "$", "[", "]", "[^", "\\b", "\\w", "\\.", "(?:", "(?=", "(?!", "(?<=", "(?i)", "{2}", "{0,1}", "\\Q", "\\E", "#", " ",
	};
	uint32_t	random = 12345;
	int			compared = 0;
	int			literals = 0;
	bool		good = true;
	Arena		arena;
	TestOwner	owner;
	PatternTools tools;

	for (size_t i = 0; i < LENGTH(cases); i++)
		is(literal_of(cases[i].pattern), cases[i].expected, cases[i].pattern.p);

	/* with them and without, the answers are the same */
	test_arena(&arena, &owner);
	(void) pattern_tools_init(&tools);
	for (int i = 0; i < 60000; i++)
	{
		char		pattern[64] = "";
		Pattern		plain;
		Pattern		sped_up;
		Slice		text;

		for (uint32_t n = 1 + test_random(&random) % 8; n > 0; n--)
			strcat(pattern, pieces[test_random(&random) % LENGTH(pieces)]);
		text = slice(pattern, strlen(pattern));
		if (!pattern_regex(text, false, &plain, NULL))
			continue;
		(void) pattern_regex(text, false, &sped_up, NULL);
		pattern_speed_up(&arena, text, &sped_up);
		pattern_tools_begin(&tools);
		literals += sped_up.words.n > 0;
		for (int k = 0; k < 20; k++)
		{
			char		subject[16];
			size_t		n = test_random(&random) % sizeof(subject);
			PatternText asked;
			Slice		where;

			for (size_t c = 0; c < n; c++)
				subject[c] = "abcABC. "[test_random(&random) % 8];
			compared++;
			asked = pattern_text(slice(subject, n), SLICE_NONE);
			if (pattern_match(&plain, &tools, &arena, &asked, &where) !=
				pattern_match(&sped_up, &tools, &arena, &asked, &where))
			{
				printf("# %s on %.*s\n", pattern, (int) n, subject);
				good = false;
			}
		}
		pattern_free(&plain);
		pattern_free(&sped_up);
		if (i % 100 == 0)
			arena_reset(&arena);
	}
	pattern_tools_free(&tools);
	arena_reset(&arena);
	printf("# %d comparisons, %d patterns with words\n", compared, literals);
	ok(good && literals > 1000, "words change no answer");

	/* nor do letters that are the same but for their case, and not of ASCII */
	ok(applies((OwnRuleText) {.regex = true, .header = SLICE_LIT("X-Kelvin"), .header_value = SLICE_LIT("kelvin")}), "the Kelvin sign is a k");
}

static unsigned interrupts;

static void
count_interrupt(void *owner)
{
	(void) owner;
	interrupts++;
}

static bool
finds(Arena *arena, const char *written, Slice text)
{
	Pattern		pattern;
	PatternTools tools;
	PatternText asked = {text, SLICE_NONE, false};
	Slice		where;
	bool		found;

	(void) pattern_tools_init(&tools);
	interrupts = 0;
	(void) pattern_regex(slice(written, strlen(written)), false, &pattern, NULL);
	found = pattern_match(&pattern, &tools, arena, &asked, &where) == PATTERN_MATCHES;
	pattern_free(&pattern);
	pattern_tools_free(&tools);
	return found;
}

/* Repetitions that give nothing back take no steps that PCRE2 counts, but time. */
static void
test_windows(void)
{
	enum
	{
		LONG = 200000
	};
	char	   *text = malloc(LONG);
	Slice		all = slice(text, LONG);
	Arena		arena;
	clock_t		start = clock();

	arena_init(&arena, test_alloc, test_release, NULL, count_interrupt);
	memset(text, 'a', LONG);
	for (size_t i = 1000; i < LONG; i += 1000)
		memcpy(text + i, "@ ", 2);
	ok(!finds(&arena, "(*NO_JIT)[^@\\s]+@[^\\s>]+", all), "an address that is none, two hundred times");
	ok(interrupts >= LONG / LIMIT_OWN_MATCH / 2, "can be interrupted");
	memset(text, 'a', LONG);
	text[LONG - 1] = '@';
	ok(!finds(&arena, "(?:x|[^@\\s])[a-z](?:[^@\\s]++)@[^\\s>]+", all), "a single word");
	ok(interrupts >= LONG / LIMIT_OWN_MATCH / 2, "can be interrupted");
	ok((double) (clock() - start) / CLOCKS_PER_SEC < 60, "and is linear");

	/* a match may begin and end anywhere */
	all.n = 3 * LIMIT_OWN_MATCH;
	for (size_t at = 0; at + 6 <= all.n; at += 61)
	{
		memset(text, ' ', all.n);
		memcpy(text + at, "\xc3\xa9" "n\xc3\xa9" "e", 6);
		if (!finds(&arena, "\\b\\x{e9}n\\w+", all))
		{
			ok(false, "found wherever it stands");
			free(text);
			return;
		}
	}
	ok(true, "found wherever it stands");
	memset(text, 'b', all.n);
	text[0] = 'a';
	ok(finds(&arena, "^ab{3000}", all) && !finds(&arena, "^ab{3000}$", all), "only the text's end is an end");
	ok(finds(&arena, "b$", all) && finds(&arena, "b\\Z", all), "and is one");
	ok(!finds(&arena, "a$", slice(text, 0)) && finds(&arena, "^$", slice(text, 0)), "of an empty text, too");
	free(text);
}

/* Memory that runs out anywhere leaves nothing behind and crashes nothing. */
static void
test_no_memory(void)
{
	for (int fail_at = 1; fail_at < 60; fail_at++)
	{
		Set			set;
		OwnRuleText text = {.id = 1, .regex = true, .diagnostic = SLICE_LIT("unknown"), .header = SLICE_LIT("X-Gateway"),
			.header_value = SLICE_LIT("fr"), .reason = SLICE_LIT("mine"), .fault = SLICE_LIT("sender"), .valid_until = INT64_MAX};
		OwnFormatText format = {.id = 1, .name = SLICE_LIT("Mine"), .header = SLICE_LIT("X-Gateway"), .recipient = SLICE_LIT("(\\S+@\\S+)"),
			.end_marker = SLICE_LIT("end"), .valid_until = INT64_MAX};

		test_arena(&set.arena, &set.owner);
		set.owner.fail_at = fail_at;
		own_rules_init(&set.rules, &set.arena);
		own_formats_init(&set.formats, &set.arena);
		for (int i = 0; i < 100; i++)
		{
			(void) own_rules_add(&set.rules, &text);
			(void) own_formats_add(&set.formats, &format);
		}
		set.options = (BounceOptions) {.names_rules = true, .rules = &set.rules, .formats = &set.formats};
		test_arena(&set.message, &set.message_owner);
		set.message_owner.fail_at = fail_at;
		(void) bounce_read_message_with(&set.message, mail, &set.options);
		own_rules_free(&set.rules);
		own_formats_free(&set.formats);
		arena_reset(&set.arena);
		arena_reset(&set.message);
		if (set.owner.blocks != 0 || set.message_owner.blocks != 0)
			ok(false, "memory is given back");
	}
	ok(true, "no memory, no crash");
}

/* ------------------------------------------------------------------------
 * Formats
 * ------------------------------------------------------------------------ */

static const Slice home_made = SLICE_LIT(
	"From: postbote@relay.example\n"
	"To: letters@news.example\n"
	"Subject: Nicht zugestellt\n"
	"X-Postbote: 3.1 (Dora)\n"
	"Content-Type: text/plain; charset=iso-8859-1\n"
	"Content-Transfer-Encoding: quoted-printable\n"
	"\n"
	"Gr=FC=DFe vom Postboten.\n"
	"Empf=E4nger: rosa@koharu.example; Grund: 550 5.1.1 gibt es\n"
	"   nicht; Host: mx.koharu.example\n"
	"Empf=E4nger: otto@midori.example; Grund: 552 5.2.2 Mailbox full; Host: -\n"
	"Empf=E4nger: kein-at; Grund: 550 x; Host: -\n"
	"---- Ende ----\n"
	"Empf=E4nger: emil@quoted.example; Grund: 550 quoted; Host: -\n");

#define HOME_MADE_RECIPIENT SLICE_LIT("^Empf\xc3\xa4nger: (?<recipient>\\S+); Grund: (?<diagnostic>[^;]+); Host: (?<rhost>\\S+)$")

static void
add_format(Set *set, OwnFormatText text)
{
	text.valid_until = INT64_MAX;
	if (text.name.p == NULL)
		text.name = SLICE_LIT("Postbote");
	if (text.recipient.p == NULL)
		text.recipient = HOME_MADE_RECIPIENT;
	ok(own_formats_add(&set->formats, &text), "a format is added");
}

static size_t
rows_by(OwnFormatText text)
{
	Set			set;
	size_t		count = 0;

	set_begin(&set);
	add_format(&set, text);
	read_mail(&set, home_made);
	for (size_t i = 0; i < set.result.count; i++)
		count += set.result.rows[i].decoded_by && strcmp(set.result.rows[i].decoded_by, "Postbote") == 0;
	set_end(&set);
	return count;
}

static void
test_formats(void)
{
	Set			set;
	BounceExplanation told;
	size_t		i;

	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote")}) == 3, "the signature is a field");
	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .header_value = SLICE_LIT("dora")}) == 3, "with a value");
	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .header_value = SLICE_LIT("emil")}) == 0, "of another value");
	ok(rows_by((OwnFormatText) {.text = SLICE_LIT("GR\xc3\x9c\xc3\x9f" "E vom postboten")}) == 3, "the signature is words");
	ok(rows_by((OwnFormatText) {.regex = true, .text = SLICE_LIT("gr\xc3\xbc\\w+ vom post")}) == 3, "or an expression");
	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .text = SLICE_LIT("gr\xc3\xbc\xc3\xbc" "e")}) == 0, "both must fit");
	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .end_marker = SLICE_LIT("---- ENDE")}) == 2, "what follows the end is not read");
	ok(rows_by((OwnFormatText) {.text = SLICE_LIT("ende"), .end_marker = SLICE_LIT("---- ENDE")}) == 0, "nor is a signature there");
	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .recipient = SLICE_LIT("nger: (\\S+@\\S+);")}) == 3, "the first group is the recipient");
	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .recipient = SLICE_LIT("nger: \\S+@\\S+;")}) == 0, "without a group there is none");
	ok(rows_by((OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .recipient = SLICE_LIT("(x?)")}) == 0, "empty matches come to an end");
	ok(rows_by((OwnFormatText) {0}) == 0, "no signature, no format");

	set_begin(&set);
	add_format(&set, (OwnFormatText) {.id = 5, .header = SLICE_LIT("X-Postbote"), .end_marker = SLICE_LIT("---- Ende")});
	set.result = bounce_read_message_with(&set.message, home_made, &set.options);
	is(set.result.rows[0].recipient, SLICE_LIT("rosa@koharu.example"), "the recipient");
	is(set.result.rows[0].diagnostic_code, SLICE_LIT("550 5.1.1 gibt es nicht"), "the diagnostic on one line");
	is(set.result.rows[0].rhost, SLICE_LIT("mx.koharu.example"), "the host");
	ok(strcmp(set.result.rows[0].reason, "userunknown") == 0 && set.result.rows[0].hard_bounce == TRUTH_TRUE, "judged as ever");
	ok(strcmp(set.result.rows[1].reason, "mailboxfull") == 0 && set.result.rows[1].rhost.n == 0, "no host, no name");

	told = bounce_explain_message_with(&set.message, home_made, &set.options);
	for (i = 0; i < told.count && !(told.steps[i].won && slice_equal(told.steps[i].rule, SLICE_LIT("format:5"))); i++)
		;
	ok(i < told.count && strcmp(told.steps[i].file, "bounce_format") == 0 && told.steps[i].line == 5 && told.steps[i].length > 0,
	   "the explanation names the format");
	set_end(&set);

	/* words where nobody says which are the diagnostic */
	set_begin(&set);
	add_format(&set, (OwnFormatText) {.header = SLICE_LIT("X-Postbote"), .recipient = SLICE_LIT("nger: (\\S+@\\S+);"), .delay = true});
	set.result = bounce_read_message_with(&set.message, home_made, &set.options);
	ok(set.result.rows[1].kind == KIND_DELAY && strcmp(set.result.rows[1].reason, "mailboxfull") == 0 && set.result.rows[1].hard_bounce == TRUTH_FALSE,
	   "each recipient has the words up to the next one");
	set_end(&set);
}

/* A text as long as is read, and expressions that would take forever on it. */
static void
test_format_limits(void)
{
	static const char *const patterns[] = {"(a+)+$", "((?:a*)*)b@", "(\\S+)@(\\S+\\s?)+!", "(?s)(.*)@", "()", "(\\K)", "(?=(a))"};
	size_t		size = 300000;
	char	   *text = malloc(size + 200);
	size_t		head = (size_t) snprintf(text, 200, "From: a@b.example\nX-Mine: 1\n\n");
	double		start = now();
	Set			set;

	memset(text + head, 'a', size);
	for (size_t i = 70; i < size; i += 71)
		text[head + i] = '\n';
	set_begin(&set);
	for (size_t i = 0; i < LENGTH(patterns); i++)
		add_format(&set, (OwnFormatText) {.id = (int64_t) i + 1, .header = SLICE_LIT("X-Mine"), .recipient = slice(patterns[i], strlen(patterns[i]))});
	read_mail(&set, slice(text, head + size));
	ok(set.result.count == 0 && now() - start < 20, "long texts and bad expressions come to an end");
	printf("# %.2f s\n", now() - start);
	set_end(&set);
	free(text);
}

/* Rules and formats by the hundred on texts and fields as long as they come: memory does not grow with their number. */
static void
test_memory(void)
{
	size_t		size = 3000000;
	char	   *text = malloc(size);
	size_t		n = (size_t) sprintf(text, "From: MAILER-DAEMON@a.example\nSubject: failure notice\n");
	double		start = now();
	Set			set;

	for (int i = 0; i < 100; i++)
	{
		n += (size_t) sprintf(text + n, "X-Long: ");
		memset(text + n, 'a' + i % 26, 15000);
		n += 15000;
		text[n++] = '\n';
	}
	n += (size_t) sprintf(text + n, "Content-Transfer-Encoding: quoted-printable\n\nYour mail to <rosa@koharu.example> failed:\n550 5.1.1 user unknown\n\n");
	while (n < size - 100)
		n += (size_t) sprintf(text + n, "M=C3=BCde %zu\n", n);
	set_begin(&set);
	for (int i = 0; i < 200; i++)
	{
		OwnRuleText rule = {.id = i + 1, .regex = i % 2 == 0, .header = SLICE_LIT("X-Long"), .header_value = SLICE_LIT("no b"), .reason = SLICE_LIT("mine"), .valid_until = INT64_MAX};
		OwnFormatText format = {.id = i + 1, .name = SLICE_LIT("Mine"), .regex = i % 2 == 0, .text = SLICE_LIT("no such words"), .recipient = SLICE_LIT("(x)"), .valid_until = INT64_MAX};

		(void) own_rules_add(&set.rules, &rule);
		(void) own_formats_add(&set.formats, &format);
	}
	read_mail(&set, slice(text, n));
	ok(set.result.count == 1 && strcmp(set.result.rows[0].reason, "userunknown") == 0, "none of them applies");
	printf("# %zu bytes, %.2f s\n", set.message.held, now() - start);
	ok(set.message.held < 4 * size, "memory does not grow with their number");
	set_end(&set);

	/* by words alone, which are no expressions between whose windows interrupts are answered */
	set_begin(&set);
	for (int i = 0; i < 50; i++)
	{
		OwnRuleText rule = {.id = i + 1, .header = SLICE_LIT("X-Long"), .header_value = SLICE_LIT("no b"), .reason = SLICE_LIT("mine"), .valid_until = INT64_MAX};
		OwnFormatText format = {.id = i + 1, .name = SLICE_LIT("Mine"), .header = SLICE_LIT("X-Long"), .header_value = SLICE_LIT("no b"), .recipient = SLICE_LIT("(x)"), .valid_until = INT64_MAX};

		(void) own_rules_add(&set.rules, &rule);
		(void) own_formats_add(&set.formats, &format);
	}
	set.message.interrupt = count_interrupt;
	interrupts = 0;
	read_mail(&set, slice(text, n));
	ok(interrupts >= 2 * 50 * 64, "can be interrupted at each field");
	printf("# %u interrupts\n", interrupts);
	set_end(&set);
	free(text);
}

int
main(void)
{
	test_conditions();
	test_verdict();
	test_autoreply();
	test_reply();
	test_limits();
	test_errors();
	test_literals();
	test_windows();
	test_no_memory();
	test_formats();
	test_format_limits();
	test_memory();
	return finish();
}
