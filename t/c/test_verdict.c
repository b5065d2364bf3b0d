/*
 * test_verdict.c
 *	  What the stage of a refusal, the codes and the reporter make of words that
 *	  alone would be a hard verdict, or none.
 *
 * Each case is a reply as bounce_read_reply() gets it, or a small report.
 */
#include "bounce.h"
#include "tap.h"

static Arena arena;
static TestOwner owner;

typedef struct ReplyCase
{
	Slice		reply;
	Slice		rhost;
	Slice		command;
	const char *reason;
	bool		hard;
} ReplyCase;

static void
test_replies(void)
{
	static const ReplyCase cases[] = {
		/* accepted at RCPT and refused with the message: a filter may hide behind the words */
		{SLICE_LIT("550 Unknown user rosa@koharu.example"), SLICE_NONE, SLICE_LIT("RCPT"), "userunknown", true},
		{SLICE_LIT("550 Unknown user rosa@koharu.example"), SLICE_NONE, SLICE_LIT("DATA"), "filtered", false},
		{SLICE_LIT("550 5.1.1 Unknown user rosa@koharu.example"), SLICE_NONE, SLICE_LIT("DATA"), "userunknown", true},
		{SLICE_LIT("554 delivery error: dd This user doesn't have a yahoo.com account (rosa@yahoo.com)"), SLICE_NONE, SLICE_LIT("DATA"), "userunknown", true},
		/* the host's own code knows the mailbox */
		{SLICE_LIT("550 5.2.1 <rosa@koharu.example>... User Unknown"), SLICE_NONE, SLICE_NONE, "suspend", false},
		{SLICE_LIT("550 5.2.1 <rosa@koharu.example>... User Unknown"), SLICE_NONE, SLICE_LIT("RCPT"), "userunknown", true},
		/* generic codes never decide against the words */
		{SLICE_LIT("550 5.7.1 User unknown"), SLICE_NONE, SLICE_NONE, "userunknown", true},
		{SLICE_LIT("550 5.0.0 User unknown"), SLICE_NONE, SLICE_NONE, "userunknown", true},
		{SLICE_LIT("554 5.5.0 User unknown"), SLICE_NONE, SLICE_NONE, "userunknown", true},
		/* the sender is meant */
		{SLICE_LIT("550 5.1.1 User unknown"), SLICE_NONE, SLICE_LIT("MAIL"), "rejected", false},
		{SLICE_LIT("550 5.1.8 Domain does not exist"), SLICE_NONE, SLICE_NONE, "rejected", false},
		/* generic words, by what was known when they were said */
		{SLICE_LIT("550 Access denied"), SLICE_NONE, SLICE_LIT("CONN"), "blocked", false},
		{SLICE_LIT("550 Access denied"), SLICE_NONE, SLICE_LIT("EHLO"), "blocked", false},
		{SLICE_LIT("553 5.1.0 sender.example does not exist"), SLICE_NONE, SLICE_LIT("MAIL"), "rejected", false},
		{SLICE_LIT("452 4.2.2 Insufficient system storage"), SLICE_NONE, SLICE_LIT("RCPT"), "mailboxfull", false},
		/* said before a recipient was named */
		{SLICE_LIT("550 5.1.1 User unknown"), SLICE_NONE, SLICE_LIT("AUTH"), "securityerror", false},
		{SLICE_LIT("550 Domain does not exist"), SLICE_NONE, SLICE_LIT("EHLO"), "blocked", false},
		{SLICE_LIT("550 5.7.27 Sender address has null MX"), SLICE_NONE, SLICE_NONE, "rejected", false},
		/* temporary is never hard */
		{SLICE_LIT("450 4.1.1 User unknown"), SLICE_NONE, SLICE_LIT("RCPT"), "userunknown", false},
		/* a code alone */
		{SLICE_LIT("550"), SLICE_NONE, SLICE_NONE, "filtered", false},
		{SLICE_LIT("551"), SLICE_NONE, SLICE_NONE, "norelaying", false},
		{SLICE_LIT("552"), SLICE_NONE, SLICE_NONE, "mailboxfull", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		BounceRow	row;
		char		name[300];

		bounce_read_reply(&arena, cases[i].reply, cases[i].rhost, cases[i].command, &row);
		snprintf(name, sizeof(name), "%.*s at %.*s is %s, got %s", (int) cases[i].reply.n, cases[i].reply.p,
				 (int) cases[i].command.n, cases[i].command.p ? cases[i].command.p : "", cases[i].reason, row.reason);
		ok(strcmp(row.reason, cases[i].reason) == 0 && (row.hard_bounce == TRUTH_TRUE) == cases[i].hard, name);
	}
}

#define REPORT_HEAD \
	"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: news@example.org\nSubject: Delivery failure\n"
#define REPORT_BODY(fields) \
	"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n" \
	"--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n" \
	"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n" \
	"Final-Recipient: rfc822; rosa@koharu.example\nAction: failed\n" fields "\n\n--b--\n"

static void
is_reason(Slice raw, const char *reason, const char *status, const char *name)
{
	BounceResult result = bounce_read_message(&arena, raw, true);

	ok(result.count == 1 && strcmp(result.rows[0].reason, reason) == 0, name);
	if (result.count == 1 && status)
		is(result.rows[0].delivery_status, slice(status, strlen(status)), name);
}

static void
test_reports(void)
{
	/* who wrote the report */
	is_reason(SLICE_LIT(REPORT_HEAD REPORT_BODY("Status: 5.0.0\nDiagnostic-Code: smtp; 550 No such user")), "userunknown", NULL,
			  "a mail server says what it was told");
	is_reason(SLICE_LIT(REPORT_HEAD "X-Mailer: SurfControl E-mail Filter\n" REPORT_BODY("Status: 5.0.0\nDiagnostic-Code: smtp; 550 No such user")), "filtered", NULL,
			  "a filtering gateway does not say at which command it was refused");
	is_reason(SLICE_LIT(REPORT_HEAD "X-Mailer: SurfControl E-mail Filter\n" REPORT_BODY("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 No such user")), "userunknown", NULL,
			  "a code for addresses settles it");
	/* a field without type and code is nobody's reply */
	is_reason(SLICE_LIT(REPORT_HEAD REPORT_BODY("Status: 5.0.0\nDiagnostic-Code: There is no such user")), "filtered", NULL,
			  "words without type and code are hearsay");
	is_reason(SLICE_LIT(REPORT_HEAD REPORT_BODY("Status: 5.0.0\nDiagnostic-Code: X-Notes; There is no such user")), "userunknown", NULL,
			  "a type makes them a program's word");
	/* whose address the refusal names */
	is_reason(SLICE_LIT(REPORT_HEAD REPORT_BODY("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <news@example.org>: user unknown")), "rejected", NULL,
			  "the sender's address is unknown, not the recipient's");
	is_reason(SLICE_LIT(REPORT_HEAD REPORT_BODY("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <rosa@koharu.example>: user unknown, said to <news@example.org>")), "userunknown", NULL,
			  "both are named");
	/* which code is reported */
	is_reason(SLICE_LIT(REPORT_HEAD REPORT_BODY("Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.2 Mailbox full")), "mailboxfull", "5.2.2",
			  "the refusing host's own code stands above the Status field");
	is_reason(SLICE_LIT(REPORT_HEAD REPORT_BODY("Status: 5.0.0\nDiagnostic-Code: smtp; 550 Verification failed for <news@example.org> Response: 550 5.1.1 No such user")),
			  "rejected", "5.0.0", "the code of a quoted failure is not the recipient's");
}

int
main(void)
{
	test_arena(&arena, &owner);
	test_replies();
	test_reports();
	arena_reset(&arena);
	return finish();
}
