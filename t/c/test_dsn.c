/*
 * test_dsn.c
 *	  Delivery status fields: groups, actions, addresses, what MTAs make of
 *	  them.
 *
 * Build: make unit
 */
#include "report/dsn.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static Slice
lit(const char *s)
{
	return s ? slice(s, strlen(s)) : SLICE_NONE;
}

/* One group of fields and the delivery that it is. */
static const struct
{
	const char *name;
	const char *fields;
	BounceKind	kind;
	const char *recipient;
	const char *alias;
	const char *status;
	const char *type;
	const char *diagnostic;
	const char *rhost;
}			groups[] = {
	{"all fields",
		"Original-Recipient: rfc822;a@example.com\nFinal-Recipient: RFC822; B@Example.com\nAction: failed\nStatus: 5.1.1\n"
		"Remote-MTA: dns; mx.example.com (192.0.2.1)\nDiagnostic-Code: smtp; 550 5.1.1\n no such user\n",
	KIND_FAILURE, "b@example.com", "a@example.com", "5.1.1", "smtp", "550 5.1.1 no such user", "mx.example.com"},
	{"the same recipient twice",
		"Original-Recipient: rfc822;a@example.com\nFinal-Recipient: rfc822;a@example.com\nAction: failed\n",
	KIND_FAILURE, "a@example.com", NULL, NULL, NULL, NULL, NULL},
	{"only Original-Recipient",
		"Original-Recipient: rfc822;a@example.com\nAction: failed\n",
	KIND_FAILURE, "a@example.com", NULL, NULL, NULL, NULL, NULL},
	{"a pipe",
		"Original-Recipient: rfc822;a@example.com\nFinal-Recipient: x-unix; |/usr/bin/procmail\nAction: failed\n",
	KIND_FAILURE, "a@example.com", NULL, NULL, NULL, NULL, NULL},
	{"Postfix's address of a pipe",
		"Original-Recipient: rfc822;a@example.com\nFinal-Recipient: rfc822; \"|/usr/bin/x -l y\"@example.com\nAction: failed\n",
	KIND_FAILURE, "a@example.com", NULL, NULL, NULL, NULL, NULL},
	{"a pipe and nothing else",
		"Final-Recipient: x-unix; |/usr/bin/procmail\nAction: failed\n",
	KIND_FAILURE, NULL, NULL, NULL, NULL, NULL, NULL},
	{"a delay", "Final-Recipient: rfc822;a@example.com\nAction: delayed\nStatus: 4.4.1\n",
	KIND_DELAY, "a@example.com", NULL, "4.4.1", NULL, NULL, NULL},
	{"delivered", "Final-Recipient: rfc822;a@example.com\nAction: delivered\nStatus: 2.0.0\n",
	KIND_SUCCESS, "a@example.com", NULL, "2.0.0", NULL, NULL, NULL},
	{"relayed, with a comment", "Final-Recipient: rfc822;a@example.com\nAction: relayed (to non-DSN-aware mailer)\n",
	KIND_SUCCESS, "a@example.com", NULL, NULL, NULL, NULL, NULL},
	{"no action, but a status", "Final-Recipient: rfc822;a@example.com\nStatus: 2.1.5\n",
	KIND_SUCCESS, "a@example.com", NULL, "2.1.5", NULL, NULL, NULL},
	{"a probe that failed", "Final-Recipient: rfc822;a@example.com\nAction: undeliverable\nStatus: 5.1.1\n",
	KIND_FAILURE, "a@example.com", NULL, "5.1.1", NULL, NULL, NULL},
	{"an action that nobody defined", "Final-Recipient: rfc822;a@example.com\nAction: frobbed\n",
	KIND_NONE, "a@example.com", NULL, NULL, NULL, NULL, NULL},
	{"a status with words", "Final-Recipient: rfc822;a@example.com\nStatus: 5.2.2 (mailbox full)\n",
	KIND_FAILURE, "a@example.com", NULL, "5.2.2", NULL, NULL, NULL},
	{"a status that is none", "Final-Recipient: rfc822;a@example.com\nStatus: 5.1.1.1.1\n",
	KIND_FAILURE, "a@example.com", NULL, "5.1.1", NULL, NULL, NULL},
	{"a number is no status", "Final-Recipient: rfc822;a@example.com\nStatus: 550\n",
	KIND_FAILURE, "a@example.com", NULL, NULL, NULL, NULL, NULL},
	{"a diagnostic without a type", "Final-Recipient: rfc822;a@example.com\nDiagnostic-Code: 550 no; never\n",
	KIND_FAILURE, "a@example.com", NULL, NULL, NULL, "550 no; never", NULL},
	{"Exchange, with a supplementary reply only", "Final-recipient: RFC822;a@example.com\nAction: failed\nStatus: 5.0.0\n"
		"X-Supplementary-Info: <mx.example.com #5.0.0 smtp;550 mailbox is full>\n",
	KIND_FAILURE, "a@example.com", NULL, "5.0.0", "smtp", "550 mailbox is full", "mx.example.com"},
	{"Exchange, with both", "Final-recipient: RFC822;a@example.com\nAction: failed\nStatus: 5.1.1\n"
		"Diagnostic-Code: smtp;550 5.1.1 not found\nX-Supplementary-Info: < #5.1.1 smtp;550 5.1.1 not found>\n",
	KIND_FAILURE, "a@example.com", NULL, "5.1.1", "smtp", "550 5.1.1 not found", NULL},
	{"RFC 6533", "Final-Recipient: utf-8;\\x{E4}@example.com\nAction: failed\n",
	KIND_FAILURE, "\xc3\xa4@example.com", NULL, NULL, NULL, NULL, NULL},
	{"RFC 6533, a NUL and half an escape", "Final-Recipient: utf-8;\\x{0}\\x{E@example.com\nAction: failed\n",
	KIND_FAILURE, "x{e@example.com", NULL, NULL, NULL, NULL, NULL},
	{"McAfee, with the reply behind the address", "Final-Recipient: <a@example.com>; 550 <b@example.org> refused\nAction: Failed\nStatus: 5.0.0\n",
	KIND_FAILURE, "a@example.com", NULL, "5.0.0", NULL, NULL, NULL},
	{"no blank behind the colon", "Final-Recipient:rfc822;a@example.com\nAction:failed\nStatus:5.1.1\n",
	KIND_FAILURE, "a@example.com", NULL, "5.1.1", NULL, NULL, NULL},
	{"in capitals", "FINAL-RECIPIENT: RFC822;A@EXAMPLE.COM\nACTION: DELAYED\n",
	KIND_DELAY, "a@example.com", NULL, NULL, NULL, NULL, NULL},
};

static void
test_groups(void)
{
	for (size_t i = 0; i < LENGTH(groups); i++)
	{
		Slice		text = exact_copy(lit(groups[i].fields));
		Arena		arena;
		TestOwner	owner;
		Report		report = {0};
		const Delivery *delivery;

		test_arena(&arena, &owner);
		report.arena = report.message_arena = &arena;
		dsn_read(&report, text, '\n');
		ok(report.count == 1, groups[i].name);
		if (report.count == 1)
		{
			delivery = &report.deliveries[0];
			ok(delivery->kind == groups[i].kind, "  kind");
			ok(slice_equal(delivery->recipient, lit(groups[i].recipient)), "  recipient");
			if (!slice_equal(delivery->recipient, lit(groups[i].recipient)))
				print_bytes("got", delivery->recipient);
			ok(slice_equal(delivery->alias, lit(groups[i].alias)), "  alias");
			ok(slice_equal(delivery->status, lit(groups[i].status)), "  status");
			ok(slice_equal(delivery->diagnostic_type, lit(groups[i].type)), "  type");
			ok(slice_equal(delivery->diagnostic, lit(groups[i].diagnostic)), "  diagnostic");
			ok(slice_equal(delivery->rhost, lit(groups[i].rhost)), "  host");
		}
		arena_reset(&arena);
		free((char *) text.p);
	}
}

/* Several recipients, told apart by the fields that they repeat. */
static void
test_several(void)
{
	static const struct
	{
		const char *name;
		const char *fields;
		size_t		count;
	}			cases[] = {
		{"two groups", "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822;a@x.example\nAction: failed\n\nFinal-Recipient: rfc822;b@x.example\nAction: failed\n", 2},
		{"without blank lines", "Reporting-MTA: dns; mx.example.com\nFinal-Recipient: rfc822;a@x.example\nAction: failed\nFinal-Recipient: rfc822;b@x.example\nAction: failed\n", 2},
		{"a blank line within a group", "Final-Recipient: rfc822;a@x.example\n\nAction: failed\n\nStatus: 5.1.1\n", 1},
		{"with blanks in the blank line", "Final-Recipient: rfc822;a@x.example\nAction: failed\n \t\nFinal-Recipient: rfc822;b@x.example\nAction: failed\n", 2},
		{"a second diagnostic", "Final-Recipient: rfc822;a@x.example\nDiagnostic-Code: smtp;550 1\nDiagnostic-Code: smtp;550 2\n", 1},
		{"no recipient at all", "Reporting-MTA: dns; mx.example.com\nArrival-Date: Mon, 23 Nov 2026 10:00:00 +0000\n", 0},
		{"nothing", "", 0},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		static const char *const ends[] = {"\n", "\r\n", "\r"};

		for (int kind = 0; kind < 3; kind++)
		{
			char		text[1024];
			size_t		n = 0;
			Arena		arena;
			TestOwner	owner;
			Report		report = {0};

			for (const char *p = cases[i].fields; *p; p++)
			{
				const char *piece = ends[kind];

				if (*p != '\n')
					text[n++] = *p;
				else
				{
					memcpy(text + n, piece, strlen(piece));
					n += strlen(piece);
				}
			}
			test_arena(&arena, &owner);
			report.arena = report.message_arena = &arena;
			dsn_read(&report, slice(text, n), kind == 2 ? '\r' : '\n');
			ok(report.count == cases[i].count, cases[i].name);
			arena_reset(&arena);
		}
	}
}

static void
test_names(void)
{
	static const struct
	{
		Slice		value;
		Slice		name;
	}			cases[] = {
		{SLICE_LIT("dns; mx.example.com"), SLICE_LIT("mx.example.com")},
		{SLICE_LIT("dns;mx.example.com."), SLICE_LIT("mx.example.com")},
		{SLICE_LIT("mx.example.com"), SLICE_LIT("mx.example.com")},
		{SLICE_LIT("dns; mx.example.com (192.0.2.1, the server for the domain)"), SLICE_LIT("mx.example.com")},
		{SLICE_LIT("dns; [192.0.2.1]"), SLICE_LIT("192.0.2.1")},
		{SLICE_LIT("dns;\n mx.example.com"), SLICE_LIT("mx.example.com")},
		{SLICE_LIT("dns;"), SLICE_LIT("")},
		{SLICE_LIT("(nothing)"), SLICE_LIT("")},
		{SLICE_LIT("..."), SLICE_LIT("")},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
		ok(slice_equal(dsn_name(&arena, cases[i].value), cases[i].name), cases[i].value.p);
	arena_reset(&arena);
}

static void
test_in_text(void)
{
	static const char text[] = "It failed.\n\nReporting-MTA: dns; x\nFinal-Recipient: a@x.example\n";
	size_t		start = 0;

	ok(dsn_is_in(slice(text, sizeof(text) - 1), '\n', &start) && start == 12, "fields in a text, from the first one on");
	ok(!dsn_is_in(SLICE_LIT("Final words\nand: no fields\n"), '\n', &start), "words are none");
	ok(!dsn_is_in(SLICE_LIT(""), '\n', &start), "nothing");
}

int
main(void)
{
	test_groups();
	test_several();
	test_names();
	test_in_text();
	return finish();
}
