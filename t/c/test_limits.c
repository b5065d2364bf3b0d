/*
 * test_limits.c
 *	  The bounds of limits.h, each with what is one below it, at it and one
 *	  above it: what is kept, and that bounce_explain() tells of the bound
 *	  where something was cut, and only there.
 *
 * Through the library's door, as bounce_parse() goes.
 */
#include "bounce.h"
#include "classify/own_rules.h"
#include "tap.h"

typedef struct Text
{
	char	   *p;
	size_t		n;
	size_t		room;
} Text;

static void
put_bytes(Text *text, const char *p, size_t n)
{
	if (text->n + n > text->room)
	{
		text->room = 2 * (text->n + n);
		text->p = realloc(text->p, text->room);
	}
	memcpy(text->p + text->n, p, n);
	text->n += n;
}

static void
put(Text *text, const char *s)
{
	put_bytes(text, s, strlen(s));
}

static void
put_times(Text *text, const char *s, long times)
{
	for (; times > 0; times--)
		put(text, s);
}

static void
put_number(Text *text, const char *before, long number, const char *behind)
{
	char		digits[32];

	snprintf(digits, sizeof(digits), "%ld", number);
	put(text, before);
	put(text, digits);
	put(text, behind);
}

#define DAEMON "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: news@example.org\nSubject: Undelivered Mail Returned to Sender\n"
#define REPORT DAEMON "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
#define FIELDS "Reporting-MTA: dns; example.org\n\nFinal-Recipient: rfc822; rosa@koharu.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
#define RETURNED "\n--b\nContent-Type: message/rfc822\n\nFrom: news@example.org\n"
#define FAILED "<rosa@koharu.example>: 550 5.1.1 User unknown\n"

/* ------------------------------------------------------------------------
 * Mails that have 'n' of something
 * ------------------------------------------------------------------------ */

static void
nesting(Text *text, long n)
{
	put_times(text, "Content-Type: message/rfc822\n\n", n);
	put(text, "Subject: x\n\n");
}

static void
parts(Text *text, long n)
{
	put(text, "Content-Type: multipart/mixed; boundary=b\n\n");
	put_times(text, "--b\n\nx\n", n - 1);
	put(text, "--b--\n");
}

static void
header_fields(Text *text, long n)
{
	put_times(text, "X-A: b\n", n);
	put(text, "\nx\n");
}

static void
all_fields(Text *text, long n)
{
	put(text, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (n--; n > 0; n -= 1000)
	{
		put(text, "--b\n");
		put_times(text, "X-A: b\n", n < 1000 ? n : 1000);
		put(text, "\nx\n");
	}
}

static void
field_name(Text *text, long n)
{
	put(text, DAEMON);
	put_times(text, "x", n);
	put(text, ": y\n\n" FAILED);
}

static void
field_bytes(Text *text, long n)
{
	put(text, REPORT FIELDS RETURNED "Subject: =?utf-8?q?");
	put_times(text, "x", n - 12);
	put(text, "?=\n\n");
}

static void
boundary(Text *text, long n)
{
	put(text, DAEMON "Content-Type: multipart/report; boundary=");
	put_times(text, "b", n);
	put(text, "\n\n--");
	put_times(text, "b", n);
	put(text, "\nContent-Type: message/delivery-status\n\n" FIELDS "\n");
}

static void
decode_bytes(Text *text, long n)
{
	put(text, DAEMON "\n" FAILED);
	put_times(text, "\n", n - (long) strlen(FAILED));
}

static void
text_bytes(Text *text, long n)
{
	put(text, DAEMON "Content-Type: text/plain; charset=iso-8859-1\n\n" FAILED);
	put_times(text, "\xe4\n", 1000);
	put_times(text, "xxxxxxxxx\n", (n - 3000 - (long) strlen(FAILED)) / 10);
	put_times(text, "\n", (n - 3000 - (long) strlen(FAILED)) % 10);
}

static void
text_lines(Text *text, long n)
{
	put(text, DAEMON "\n" FAILED);
	put_times(text, "\n", n - 1);
}

static void
date_bytes(Text *text, long n)
{
	put(text, "Date: Sat, 7 Mar 2026 09:00:00 +0900 (");
	put_times(text, "x", n - 33);
	put(text, ")\n" REPORT FIELDS);
}

static void
charset_name(Text *text, long n)
{
	put(text, REPORT FIELDS RETURNED "Subject: =?");
	put_times(text, "x", n);
	put(text, "?q?y?=\n\n");
}

static void
charsets(Text *text, long n)
{
	static const char *const names[] = {"iso-8859-2", "koi8-r", "windows-1251", "iso-8859-7", "iso-8859-5"};

	put(text, REPORT FIELDS RETURNED "Subject:");
	for (long i = 0; i < n; i++)
	{
		put(text, " =?");
		put(text, names[i]);
		put(text, "?q?=E4?=");
	}
	put(text, "\n\n");
}

static void
address_bytes(Text *text, long n)
{
	put(text, REPORT "Final-Recipient: rfc822; ");
	put_times(text, "a", n - 12);
	put(text, "@example.org\nAction: failed\nStatus: 5.1.1\n");
}

static void
wrappings(Text *text, long n)
{
	put_times(text, DAEMON "Content-Type: message/rfc822\n\n", n - 1);
	put(text, REPORT FIELDS);
}

static void
text_parts(Text *text, long n)
{
	put(text, DAEMON "Content-Type: multipart/mixed; boundary=b\n\n");
	put_times(text, "--b\n\nHello.\n\n", n - 1);
	put(text, "--b\n\nThis is the mail system at host mx.example.org.\n\nYour message could not be delivered to:\n\n" FAILED "\n--b--\n");
}

static void
text_recipients(Text *text, long n)
{
	put(text, DAEMON "\n");
	for (long i = 0; i < n; i++)
		put_number(text, "<r", i, "@koharu.example>: 550 5.1.1 User unknown\n");
}

static void
refusal_lines(Text *text, long n)
{
	put(text, DAEMON "\n   ----- The following addresses had permanent fatal errors -----\n<rosa@koharu.example>\n\n"
		"   ----- Transcript of session follows -----\n... while talking to mx.koharu.example.:\n>>> RCPT To:<rosa@koharu.example>\n");
	put_times(text, "<<< 550-5.1.1 no\n", n - 1);
	put(text, "<<< 550 5.1.1 User unknown\n");
}

static void
refusals(Text *text, long n)
{
	put(text, DAEMON "\n   ----- The following addresses had permanent fatal errors -----\n<rosa@koharu.example>\n\n"
		"   ----- Transcript of session follows -----\n... while talking to mx.koharu.example.:\n");
	put_times(text, ">>> DATA\n<<< 550 5.1.1 no\n", n);
}

static void
recipients(Text *text, long n)
{
	put(text, REPORT);
	for (long i = 0; i < n; i++)
		put_number(text, "Final-Recipient: rfc822; r", i, "@koharu.example\nAction: failed\n\n");
}

static void
held_bytes(Text *text, long n)
{
	put(text, REPORT);
	/* how the bytes are counted is no matter: half as many, and twice */
	n = n > LIMIT_HELD_BYTES ? 2 * n : n / 2;
	for (long i = 0; i < 64; i++)
	{
		put_number(text, "Final-Recipient: rfc822; r", i, "@koharu.example\nAction: failed\nX-Pad: ");
		put_times(text, "x", n / 64);
		put(text, "\n\n");
	}
	put(text, "Final-Recipient: rfc822; last@koharu.example\nAction: failed\n\n");
}

static void
bare_recipients(Text *text, long n)
{
	put(text, REPORT "Reporting-MTA: dns; mx.example.org\n\n");
	for (long i = 0; i < n; i++)
		put_number(text, "Final-Recipient: rfc822; r", i, "\nAction: failed\n\n");
}

static void
vendor_fields(Text *text, long n)
{
	put(text, REPORT FIELDS);
	put_times(text, "X-Notes: x\n", n);
}

static void
reply_field(Text *text, long n)
{
	put(text, REPORT "Final-Recipient: rfc822; rosa@koharu.example\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.1 User unknown");
	put_times(text, ".", n - 22);
	put(text, "\n");
}

static void
reply_bytes(Text *text, long n)
{
	put(text, "550 5.1.1 User unknown");
	put_times(text, ".", n - 22);
}

static void
blocklists(Text *text, long n)
{
	static const char *const names[] = {"zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "dnsbl.sorbs.net", "dnsbl-1.uceprotect.net",
	"psbl.surriel.com", "bl.mailspike.net", "truncate.gbudb.net", "dnsbl.dronebl.org"};

	put(text, "554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using");
	for (long i = 0; i < n; i++)
	{
		put(text, i ? ", " : " ");
		put(text, names[i]);
	}
}

static void
retry_after(Text *text, long n)
{
	put_number(text, "451 4.7.1 Greylisted, please try again in ", n, " seconds");
}

static void
verp_layers(Text *text, long n)
{
	put(text, "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: ");
	put_times(text, "prvs=1234abcdef=", n);
	put(text, "rosa@example.org\nSubject: Undelivered Mail Returned to Sender\n\n" FAILED);
}

static void
json_nesting(Text *text, long n)
{
	put_times(text, "{\"a\":", n);
	put(text, "1");
	put_times(text, "}", n);
}

#define SES "{\"eventType\":\"Bounce\",\"mail\":{\"source\":\"a@example.org\"},\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"rosa@koharu.example\",\"action\":\"failed\",\"status\":\"5.1.1\"}]}}"

static void
json_events(Text *text, long n)
{
	put(text, "[");
	put_times(text, "{},", n - 1);
	put(text, SES "]");
}

static void
json_facts(Text *text, long n)
{
	put(text, "{\"mail\":{\"source\":\"a@example.org\"},\"bounce\":{\"bouncedRecipients\":[");
	for (long i = 0; i < n - 1; i++)
		put(text, i ? ",{\"emailAddress\":\"r@koharu.example\"}" : "{\"emailAddress\":\"r@koharu.example\"}");
	/* what tells the service, behind all that: the first of its path counts always */
	put(text, "],\"bounceType\":\"Permanent\"},\"eventType\":\"Bounce\"}");
}

static void
json_string(Text *text, long n)
{
	put(text, "{\"eventType\":\"Bounce\",\"mail\":{\"source\":\"a@example.org\"},\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"rosa@koharu.example\",\"diagnosticCode\":\"");
	put_times(text, "x", n);
	put(text, "\"}]}}");
}

static void
envelopes(Text *text, long n)
{
	put_times(text, "{\"detail\":", n - 1);
	put(text, SES);
	put_times(text, "}", n - 1);
}

/* ------------------------------------------------------------------------
 * The table
 * ------------------------------------------------------------------------ */

typedef enum Door
{
	MAIL,
	REPLY,
	JSON
} Door;

#define ANY -1

static const struct
{
	Bound		bound;
	Door		door;
	void		(*write) (Text *text, long n);
	long		rows[3];		/* one below, at, one above */
	bool		none_above;		/* one above there is no recipient in the first row */
}			cases[] = {
	{BOUND_NESTING, MAIL, nesting, {0, 0, 0}, false},
	{BOUND_PARTS, MAIL, parts, {0, 0, 0}, false},
	{BOUND_HEADER_FIELDS, MAIL, header_fields, {0, 0, 0}, false},
	{BOUND_ALL_FIELDS, MAIL, all_fields, {0, 0, 0}, false},
	{BOUND_FIELD_NAME, MAIL, field_name, {1, 1, ANY}, false},
	{BOUND_FIELD_BYTES, MAIL, field_bytes, {1, 1, 1}, false},
	{BOUND_BOUNDARY, MAIL, boundary, {1, 1, ANY}, false},
	{BOUND_DECODE_BYTES, MAIL, decode_bytes, {1, 1, 1}, false},
	{BOUND_TEXT_BYTES, MAIL, text_bytes, {1, 1, 1}, false},
	{BOUND_TEXT_LINES, MAIL, text_lines, {1, 1, 1}, false},
	{BOUND_DATE_BYTES, MAIL, date_bytes, {1, 1, 1}, false},
	{BOUND_CHARSET_NAME, MAIL, charset_name, {1, 1, 1}, false},
	{BOUND_CHARSETS, MAIL, charsets, {1, 1, 1}, false},
	{BOUND_ADDRESS_BYTES, MAIL, address_bytes, {1, 1, 1}, true},
	{BOUND_WRAPPINGS, MAIL, wrappings, {1, 1, 0}, false},
	{BOUND_TEXT_PARTS, MAIL, text_parts, {1, 1, 1}, true},
	{BOUND_TEXT_RECIPIENTS, MAIL, text_recipients, {4095, 4096, 4096}, false},
	{BOUND_REFUSALS, MAIL, refusals, {1, 1, 1}, false},
	{BOUND_REFUSAL_LINES, MAIL, refusal_lines, {1, 1, 1}, false},
	{BOUND_HELD_RECIPIENTS, MAIL, recipients, {4095, 4096, 4097}, false},
	{BOUND_RECIPIENTS, MAIL, recipients, {99999, 100000, 100000}, false},
	{BOUND_HELD_BYTES, MAIL, held_bytes, {65, 65, 65}, false},
	{BOUND_BARE_RECIPIENTS, MAIL, bare_recipients, {63, 64, 65}, false},
	{BOUND_VENDOR_FIELDS, MAIL, vendor_fields, {1, 1, 1}, false},
	{BOUND_REPLY_BYTES, MAIL, reply_field, {1, 1, 1}, false},
	{BOUND_REPLY_BYTES, REPLY, reply_bytes, {1, 1, 1}, false},
	{BOUND_BLOCKLISTS, REPLY, blocklists, {1, 1, 1}, false},
	{BOUND_RETRY_AFTER, REPLY, retry_after, {1, 1, 1}, false},
	{BOUND_VERP_LAYERS, MAIL, verp_layers, {1, 1, 1}, false},
	{BOUND_JSON_NESTING, JSON, json_nesting, {0, 0, 0}, false},
	{BOUND_JSON_EVENTS, JSON, json_events, {1, 1, 0}, false},
	{BOUND_JSON_FACTS, JSON, json_facts, {100000, 100000, 100000}, false},
	{BOUND_JSON_STRING, JSON, json_string, {1, 1, 1}, false},
	{BOUND_ENVELOPES, JSON, envelopes, {1, 1, 0}, false},
};

static bool
is_told(const BounceExplanation *told, Bound bound)
{
	for (size_t i = 0; i < told->count; i++)
	{
		if (strcmp(told->steps[i].decision, "limit") == 0 &&
			slice_equal(told->steps[i].value, slice(limits[bound].name, strlen(limits[bound].name))))
			return told->steps[i].why.n > 0 && told->steps[i].rule.n > 0;
	}
	return false;
}

static BounceResult
read_through(Door door, Arena *arena, Slice text)
{
	BounceResult result;

	switch (door)
	{
		case MAIL:
			return bounce_read_message(arena, text, false);
		case JSON:
			return bounce_read_json(arena, text, &(BounceOptions) {0});
		default:
			result.count = 1;
			result.rows = arena_zalloc(arena, sizeof(BounceRow));
			bounce_read_reply(arena, text, SLICE_NONE, SLICE_NONE, result.rows);
			return result;
	}
}

static BounceExplanation
explain_through(Door door, Arena *arena, Slice text)
{
	if (door == MAIL)
		return bounce_explain_message(arena, text);
	if (door == JSON)
		return bounce_explain_json_with(arena, text, &(BounceOptions) {0});
	return bounce_explain_reply(arena, text, SLICE_NONE, SLICE_NONE);
}

static void
test_case(size_t number, int step)
{
	Bound		bound = cases[number].bound;
	Text		text = {0};
	Arena		arena;
	TestOwner	owner;
	BounceResult result;
	BounceExplanation told;
	char		name[128];
	long		wanted = cases[number].rows[step];
	bool		passed;

	cases[number].write(&text, (long) limits[bound].number + step - 1);
	test_arena(&arena, &owner);
	snprintf(name, sizeof(name), "%s: %d %s%s", limits[bound].name, limits[bound].number + step - 1, limits[bound].unit, cases[number].door == REPLY ? " of a reply" : "");
	result = read_through(cases[number].door, &arena, slice(text.p, text.n));
	passed = wanted == ANY || result.count == (size_t) wanted;
	if (!passed)
		printf("# %s: %zu rows, not %ld\n", name, result.count, wanted);
	if (cases[number].none_above && result.count > 0 && (result.rows[0].recipient.n > 0) != (step < 2))
		passed = false;
	arena_reset(&arena);
	told = explain_through(cases[number].door, &arena, slice(text.p, text.n));
	if (is_told(&told, bound) != (step == 2))
	{
		printf("# %s: %s\n", name, step == 2 ? "not told" : "told");
		passed = false;
	}
	ok(passed, name);
	arena_reset(&arena);
	free(text.p);
}

/* Rules whose expressions all meet a bound: the 65th is not asked, and the plain one behind them is. */
static void
test_give_ups(int count)
{
	Arena		lasting;
	Arena		arena;
	TestOwner	owners[2];
	OwnRules	rules;
	BounceOptions options = {.rules = &rules};
	BounceExplanation told;
	BounceRow	row;
	Text		text = {0};
	char		name[64];

	test_arena(&lasting, &owners[0]);
	test_arena(&arena, &owners[1]);
	own_rules_init(&rules, &lasting);
	for (int i = 0; i < count; i++)
		(void) own_rules_add(&rules, &(OwnRuleText) {.id = i + 1, .regex = true, .diagnostic = SLICE_LIT("(\\w+\\s?)+[#!]"), .reason = SLICE_LIT("evil"), .valid_from = INT64_MIN, .valid_until = INT64_MAX});
	(void) own_rules_add(&rules, &(OwnRuleText) {.id = 1000, .diagnostic = SLICE_LIT("aaaa"), .reason = SLICE_LIT("mine"), .valid_from = INT64_MIN, .valid_until = INT64_MAX});
	put(&text, "550 5.1.1 ");
	put_times(&text, "a", 2000);
	bounce_read_reply_with(&arena, slice(text.p, text.n), SLICE_NONE, SLICE_NONE, &options, &row);
	snprintf(name, sizeof(name), "%d own expressions that give up", count);
	ok(row.reason && strcmp(row.reason, "mine") == 0, name);
	told = bounce_explain_reply_with(&arena, slice(text.p, text.n), SLICE_NONE, SLICE_NONE, &options);
	ok(is_told(&told, BOUND_OWN_RUNS) && is_told(&told, BOUND_OWN_GIVE_UPS) == (count > LIMIT_OWN_GIVE_UPS), name);
	own_rules_free(&rules);
	arena_reset(&arena);
	arena_reset(&lasting);
	free(text.p);
}

/* Fields of one name that a rule looks at: what it wants stands in the last. */
static void
test_own_fields(int count)
{
	Arena		lasting;
	Arena		arena;
	TestOwner	owners[2];
	OwnRules	rules;
	BounceOptions options = {.rules = &rules};
	BounceExplanation told;
	BounceResult result;
	Text		text = {0};
	char		name[64];
	bool		within = count <= LIMIT_OWN_FIELDS;

	test_arena(&lasting, &owners[0]);
	test_arena(&arena, &owners[1]);
	own_rules_init(&rules, &lasting);
	(void) own_rules_add(&rules, &(OwnRuleText) {.id = 1, .header = SLICE_LIT("X-A"), .header_value = SLICE_LIT("wanted"), .reason = SLICE_LIT("mine"), .valid_from = INT64_MIN, .valid_until = INT64_MAX});
	put_times(&text, "X-A: other\n", count - 1);
	put(&text, "X-A: wanted\n" REPORT FIELDS);
	result = bounce_read_message_with(&arena, slice(text.p, text.n), &options);
	snprintf(name, sizeof(name), "own_fields: %d", count);
	ok(result.count == 1 && (strcmp(result.rows[0].reason, "mine") == 0) == within, name);
	told = bounce_explain_message_with(&arena, slice(text.p, text.n), &options);
	ok(is_told(&told, BOUND_OWN_FIELDS) != within, name);
	own_rules_free(&rules);
	arena_reset(&arena);
	arena_reset(&lasting);
	free(text.p);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		for (int step = 0; step < 3; step++)
			test_case(i, step);
	}
	for (int count = LIMIT_OWN_GIVE_UPS - 1; count <= LIMIT_OWN_GIVE_UPS + 1; count++)
		test_give_ups(count);
	for (int count = LIMIT_OWN_FIELDS - 1; count <= LIMIT_OWN_FIELDS + 1; count++)
		test_own_fields(count);
	return finish();
}
