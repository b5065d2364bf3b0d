/*
 * test_dsn_mail.c
 *	  Reports with fields (RFC 3464, 6533, 3461), as mail systems write them,
 *	  and as they should not.
 */
#include "mail/limits.h"
#include "mails.h"

#define FAILED "Action: failed\nStatus: 5.1.1\n"
#define FIELDS(fields) REPORT STATUS fields END
#define A "Final-Recipient: rfc822; a@example.net\n"

static void
test_addresses(void)
{
	gives("RFC 6533: characters in ASCII", FIELDS("Final-Recipient: utf-8; \\x{e4}\\x{1F600}\\x{4f}@example.net\n" FAILED),
		  "failure \xc3\xa4\xf0\x9f\x98\x80o@example.net userunknown");
	gives("  a surrogate, and what is beyond Unicode", FIELDS("Final-Recipient: utf-8; \\x{D800}@example.net\n" FAILED "\nFinal-Recipient: utf-8; \\x{110000}@example.net\n" FAILED),
		  "failure x{d800}@example.net userunknown; failure x{110000}@example.net userunknown");
	gives("  what is cut, or has no digits", FIELDS("Final-Recipient: utf-8; a\\x{gg}@example.net\n" FAILED "\nFinal-Recipient: utf-8; b@example.net\\x{\n" FAILED "\nFinal-Recipient: utf-8; c@example.net\\x{41\n" FAILED),
		  "failure x{gg}@example.net userunknown; failure b@example.net userunknown; failure c@example.net userunknown");
	gives("  what stands among digits ends them", FIELDS("Final-Recipient: utf-8; \\x{41z@example.net\n" FAILED "\nFinal-Recipient: utf-8; \\x{42}\\x42\\b@example.net\n" FAILED),
		  "failure x{41z@example.net userunknown; failure b@example.net userunknown");
	gives("  of another type they are none", FIELDS("Original-Recipient: rfc822; a\\x{e4}@example.net\nFinal-Recipient: rfc822; a@example.net\n" FAILED),
		  "failure a@example.net userunknown");
	gives("a type that is too long is none", FIELDS(A "Remote-MTA: a.name.of.a.host.without.type; mx.example.net\n" FAILED),
		  "failure a@example.net userunknown");
	has(rhost, "a.name.of.a.host.without.type");
	gives("a half bracket", FIELDS(A "Remote-MTA: dns; [192.0.2.1\n" FAILED), "failure a@example.net userunknown");
	gives("ORCPT with xtext left in", FIELDS("Original-Recipient: rfc822; a+2Bnews+3Dx@example.com\n" A FAILED), "failure a@example.net userunknown");
	has(alias, "a+news=x@example.com");
	gives("  with one of both", FIELDS("Original-Recipient: rfc822; a+3Dx@example.com\n" A FAILED), "failure a@example.net userunknown");
	has(alias, "a=x@example.com");
	gives("a subaddress that looks so", FIELDS("Original-Recipient: rfc822; jane+2bob@example.com\n" A FAILED), "failure a@example.net userunknown");
	has(alias, "jane+2bob@example.com");
	gives("  also beside another", FIELDS("Original-Recipient: rfc822; jane+2Bx+y@example.com\n" A FAILED), "failure a@example.net userunknown");
	has(alias, "jane+2bx+y@example.com");
	gives("  and what was never xtext", FIELDS("Original-Recipient: rfc822; a+2Bb=c@example.com\n" A FAILED), "failure a@example.net userunknown");
	has(alias, "a+2bb=c@example.com");
	gives("  or is cut", FIELDS("Original-Recipient: rfc822; a+2\n" A FAILED), "failure a@example.net userunknown");
	gives("Sendmail: a mailbox alone is who failed", FIELDS("X-Actual-Recipient: rfc822; a@box.example.net\n" FAILED), "failure a@box.example.net userunknown");
	gives("a file as the recipient", FIELDS("Final-Recipient: rfc822; /var/mail/a\n" FAILED), "failure - userunknown");
	gives("the address of a file", FIELDS("Final-Recipient: rfc822; \"/var/mail/a\"@example.net\n" FAILED), "failure - userunknown");
	gives("  and who was mailed", FIELDS("Original-Recipient: rfc822; a@example.net\nFinal-Recipient: rfc822; \"/var/mail/a\"@example.net\n" FAILED),
		  "failure a@example.net userunknown");
	gives("a quoted local part is no file", FIELDS("Final-Recipient: rfc822; \"a b\"@example.net\n" FAILED), "failure \"a b\"@example.net userunknown");
	gives("a remark behind the address that says nothing", FIELDS("Final-Recipient: <a@example.net>\t;\n" FAILED
		  "\nFinal-Recipient: <b@example.net> (Bob)\n" FAILED "\nFinal-Recipient: <c@example.net\n" FAILED "\nFinal-Recipient: <d@example.net>\n" FAILED),
		  "failure a@example.net userunknown; failure b@example.net userunknown; failure c@example.net userunknown; failure d@example.net userunknown");
}

static void
test_statuses(void)
{
	gives("codes of two and three digits", FIELDS(A "Action: failed\nStatus: 5.7.26\n"), "failure a@example.net authfailure");
	has(delivery_status, "5.7.26");
	gives("what is no code", FIELDS(A "Action: failed\nStatus: 5.1.\n"), "failure a@example.net onhold");
	has(delivery_status, NULL);
	gives("  nor is this", FIELDS(A "Action: failed\nStatus: 55.1.1\n"), "failure a@example.net onhold");
	has(delivery_status, NULL);
	gives("  nor this", FIELDS(A "Action: failed\nStatus: 3.1.1\n"), "failure a@example.net onhold");
	has(delivery_status, NULL);
	gives("a type of diagnostic with a dash or an underscore", FIELDS(A FAILED "Diagnostic-Code: x_unix-2; 550 5.1.1 unknown\n"), "failure a@example.net userunknown");
	has(diagnostic_type, "x_unix-2");
	gives("a semicolon is not always behind a type", FIELDS(A FAILED "Diagnostic-Code: ; 550 5.1.1 unknown\n"), "failure a@example.net userunknown");
	has(diagnostic_code, "550 5.1.1 unknown");
	gives("  nor here", FIELDS(A FAILED "Diagnostic-Code: 550 5.1.1 there is nobody here of that name; sorry\n"), "failure a@example.net userunknown");
	has(diagnostic_code, "550 5.1.1 there is nobody here of that name; sorry");
}

/* Exchange's own field, in all the ways it has been seen or may be cut. */
static void
test_supplementary(void)
{
	gives("a reply without a host", FIELDS(A "Action: failed\nStatus: 5.0.0\nX-Supplementary-Info: < #5.2.2 smtp;552 5.2.2 mailbox full\n"),
		  "failure a@example.net mailboxfull");
	has(diagnostic_code, "552 5.2.2 mailbox full");
	has(rhost, NULL);
	gives("without the opening mark", FIELDS(A "Action: failed\nStatus: 5.0.0\nX-Supplementary-Info: mx.example.net #5.2.2 smtp;552 5.2.2 mailbox full>\n"),
		  "failure a@example.net mailboxfull");
	has(rhost, NULL);
	gives("a host that is named already stays", FIELDS(A "Action: failed\nRemote-MTA: dns; one.example.net\nX-Supplementary-Info: <two.example.net #5.2.2 smtp;552 5.2.2 mailbox full>\n"),
		  "failure a@example.net mailboxfull");
	has(rhost, "one.example.net");
	gives("a number without a host", FIELDS(A "Action: failed\nX-Supplementary-Info: <#5.2.2 smtp;552 5.2.2 mailbox full>\n"), "failure a@example.net mailboxfull");
	has(rhost, NULL);
	gives("no number sign", FIELDS(A "Action: failed\nX-Supplementary-Info: <mx.example.net smtp;552 5.2.2 mailbox full>\n"), "failure a@example.net mailboxfull");
	has(rhost, NULL);
	gives("  nor before the reply", FIELDS(A "Action: failed\nX-Supplementary-Info: <mx smtp;552 5.2.2 mailbox full #4>\n"), "failure a@example.net mailboxfull");
	gives("no reply", FIELDS(A FAILED "X-Supplementary-Info: <mx.example.net #5.1.1>\n"), "failure a@example.net userunknown");
	gives("cut before the reply", FIELDS(A FAILED "X-Supplementary-Info: <mx.example.net #5.1.1 smtp;\n"), "failure a@example.net userunknown");
	gives("words instead of one", FIELDS(A FAILED "X-Supplementary-Info: <mx.example.net #5.1.1 smtp;no>\n"), "failure a@example.net userunknown");
	has(diagnostic_code, NULL);
}

/* Which recipient a field belongs to, and what a second one of its kind is worth. */
static void
test_groups(void)
{
	gives("a second Arrival-Date", REPORT STATUS "Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0000\nArrival-Date: Tue, 24 Nov 2026 09:00:00 +0000\n\n" A FAILED END,
		  "failure a@example.net userunknown");
	ok(rows.count == 1 && rows.rows[0].sent_at.known && rows.rows[0].sent_at.epoch == 1795424400, "  the first counts");
	gives("a second host, and when", FIELDS(A FAILED "Remote-MTA: dns; one.example.net\nRemote-MTA: dns; two.example.net\n"
		  "Last-Attempt-Date: Mon, 23 Nov 2026 09:00:00 +0000\nLast-Attempt-Date: Tue, 24 Nov 2026 09:00:00 +0000\n"), "failure a@example.net userunknown");
	has(rhost, "one.example.net");
	gives("a second status begins another", FIELDS(A FAILED "Status: 5.2.2\n"), "failure a@example.net userunknown; failure - mailboxfull");
	gives("vendors' fields alone name nobody", FIELDS("X-Notes: mailbox full\n"), "failure - mailboxfull");
	gives("an empty field of a vendor", FIELDS(A "Action: failed\nX-Notes: mailbox full\nX-Notes:\nX-Notes: really\n"), "failure a@example.net mailboxfull");
	gives("nine fields of vendors", FIELDS(A "Action: failed\nX-Notes: 1\nX-Notes: 2\nX-Notes: 3\nX-Notes: 4\nX-Notes: 5\nX-Notes: 6\nX-Notes: 7\nX-Notes: mailbox full\nX-Notes: user unknown\n"),
		  "failure a@example.net mailboxfull");
	gives("relayed and expanded", FIELDS(A "Action: relayed\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; b@example.net\nAction: expanded\nStatus: 2.0.0\n"),
		  "success a@example.net delivered; success b@example.net delivered");
	gives("a field is folded behind a tab", FIELDS(A "Action: failed\nDiagnostic-Code: smtp; 550\n\t5.1.1 unknown\n \n"), "failure a@example.net userunknown");
	has(diagnostic_code, "550 5.1.1 unknown");
	gives("a folded line without a field", FIELDS(" folded\n" A FAILED), "failure a@example.net userunknown");
}

static char text[4 << 20];

/* The fields of more recipients than are held at a time, and what a report of that length may hold besides. */
static void
test_many(void)
{
	char	   *p = text + sprintf(text, "%s%s", REPORT, STATUS);

	for (int i = 0; i < LIMIT_HELD_RECIPIENTS + 3; i++)
		p += sprintf(p, "Final-Recipient: rfc822; u%d@example.net\n%sDiagnostic-Code: smtp; 550 5.1.1 no\n%s\n", i, FAILED, i < LIMIT_HELD_RECIPIENTS - 1 ? "" :
					 "Diagnostic-Code: smtp; 550 5.1.1 really\nReporting-MTA: dns; mx.example.com\nArrival-Date: Mon, 23 Nov 2026 09:00:00 +0000\nX-Other: x\n");
	strcpy(p, END);
	read_mail(text);
	ok(rows.count == LIMIT_HELD_RECIPIENTS + 3, "each has a row");
	ok(rows.count > 0 && slice_equal(rows.rows[rows.count - 1].diagnostic_code, SLICE_LIT("550 5.1.1 no")), "  to the last, with the first reply to it");
}

/* What vendors' fields say is read up to what is judged, and what stands far behind in one not at all. */
static void
test_long(void)
{
	char	   *p = text + sprintf(text, "%s%s%sAction: failed\n", REPORT, STATUS, A);

	for (int i = 0; i < 3; i++)
	{
		p += sprintf(p, "X-Notes: ");
		memset(p, 'x', LIMIT_REPLY_BYTES);
		p += LIMIT_REPLY_BYTES;
		p += sprintf(p, "\n");
	}
	sprintf(p, "X-Notes: user unknown\n" END);
	gives("vendors' fields without an end", text, "failure a@example.net onhold");

	p = text + sprintf(text, "%s%s%sAction: failed\nX-Supplementary-Info: <", REPORT, STATUS, A);
	memset(p, 'x', 600);
	sprintf(p + 600, " #5.1.1 smtp;550 5.1.1 unknown>\n" END);
	gives("a host without an end", text, "failure a@example.net onhold");
	has(diagnostic_code, NULL);

	p = text + sprintf(text, "%s%sFinal-Recipient: utf-8; \\x{e4}@example.net (", REPORT, STATUS);
	memset(p, 'x', LIMIT_FIELD_BYTES);
	sprintf(p + LIMIT_FIELD_BYTES, ")\n" FAILED END);
	gives("an address with a comment without an end", text, "failure \xc3\xa4@example.net userunknown");
}

int
main(void)
{
	test_many();
	test_long();
	test_addresses();
	test_statuses();
	test_supplementary();
	test_groups();
	return finish();
}
