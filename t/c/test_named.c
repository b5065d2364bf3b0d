/*
 * test_named.c
 *	  Reports in words that announce nobody: whom the text, the header or the
 *	  returned message names, and who is only told of.
 */
#include "mail/limits.h"
#include "mails.h"

#define NOTICE(words) DAEMON "\n" words
#define MIXED DAEMON "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
#define REASON "Arca plena: 552 5.2.2 mailbox full\n"

static void
test_bystanders(void)
{
	gives("the only one", NOTICE("Nuntius ad a@example.net missus non pervenit.\n" REASON), "failure a@example.net mailboxfull");
	gives("  of letters beyond ASCII", NOTICE("Nuntius ad \xc3\xa9@example.net missus non pervenit.\n" REASON), "failure \xc3\xa9@example.net mailboxfull");
	gives("an office of many words", NOTICE("Nuntius ad a@example.net missus non pervenit, scribe ad help.desk@example.com.\n" REASON), "failure a@example.net mailboxfull");
	gives("the reporter's own", NOTICE("Nuntius ad a@example.net missus non pervenit, scribe ad info@mx.example.com.\n" REASON), "failure a@example.net mailboxfull");
	gives("  and another's, who may have failed", NOTICE("Nuntius ad info@example.net missus non pervenit.\n" REASON), "failure info@example.net mailboxfull");
	gives("the reader's own house, beside another", NOTICE("Nuntius ad a@example.net missus non pervenit, scribe ad b@example.org.\n" REASON), "failure a@example.net mailboxfull");
	gives("two of the reader's own house", NOTICE("Nuntius ad a@example.org missus non pervenit, scribe ad b@example.org.\n" REASON), "failure - mailboxfull");
	gives("fields", NOTICE("Nuntius ad a@example.net missus non pervenit.\nMessage-ID: <x@y.example>\nSender\tz@y.example\nReferences <r@y.example>\nQueue-ID: q@y.example\nTracking ID: t@y.example\n" REASON),
		  "failure a@example.net mailboxfull");
	gives("  with a tab", NOTICE("Nuntius ad a@example.net missus non pervenit.\nSender\tx z@y.example\n" REASON), "failure a@example.net mailboxfull");
	gives("  that are none", NOTICE("Nuntius non pervenit.\nvoid: a@example.net\n" REASON), "failure a@example.net mailboxfull");
	gives("  nor these", NOTICE("Nuntius non pervenit.\nFromage a@example.net\n" REASON), "failure a@example.net mailboxfull");
	gives("who had sent it, in quotation marks or brackets", NOTICE("Nuntius ad a@example.net missus non pervenit.\nmessage from 'x@y.example'\nmessage from (z@y.example)\nmessage from \"w@y.example\"\nmessage from: v@y.example\n" REASON), "failure a@example.net mailboxfull");
	gives("  at the very beginning", NOTICE("from (x@y.example): a@example.net\n" REASON), "");
	gives("a neighbour by the end of his name", "Return-Path: <>\nFrom: MAILER-DAEMON@example.com\nTo: sender@example.org\nSubject: hello\n\nNuntius ad a@badexample.com missus non pervenit: mailbox full\n", "");
}

/* Whom the returned message went to, and whom the text names besides */
static void
test_for_help(void)
{
	gives("another who stands alone", MIXED WORDS "Nuntius non pervenit.\nb@other.example\n" RETURNED END, "failure b@other.example onhold");
	gives("  with a reply", MIXED WORDS "Nuntius non pervenit ad b@other.example: 552-5.2.2 plena\n" RETURNED END, "failure b@other.example mailboxfull");
	gives("  in brackets", MIXED WORDS "Nuntius non pervenit ad b@other.example (552 plena) quod\n" RETURNED END, "failure b@other.example mailboxfull");
	gives("  at the line's begin and end", MIXED WORDS "552 nuntius non pervenit ad b@other.example quod plena est\n" RETURNED END, "failure b@other.example mailboxfull");
	gives("  at its end", MIXED WORDS "Nuntius non pervenit ad b@other.example quod plena est 552\n" RETURNED END, "failure b@other.example onhold");
	gives("one to ask", MIXED WORDS "Nuntius non pervenit, scribe ad b@other.example si vis.\n" REASON RETURNED END, "failure a@example.net mailboxfull");
	gives("  numbers that are no codes", MIXED WORDS "Anno 5520 4x2 45x 552x a552 nuntius non pervenit, scribe ad b@other.example si vis.\n" REASON RETURNED END, "failure a@example.net mailboxfull");
	gives("  beside another", MIXED WORDS "Scribe ad b@other.example si vis, nuntius ex MAILER-DAEMON@mx.example.com non pervenit.\nPostmaster@other.example: 550-a\n" REASON RETURNED END, "failure a@example.net mailboxfull");
	gives("  with a code behind a mark", MIXED WORDS "MAILER-DAEMON@mx.example.com: ad b@other.example non pervenit #552 plena\n" RETURNED END, "failure b@other.example onhold");
	gives("  named twice, once as one who failed", MIXED WORDS "Scribe ad b@other.example si vis.\nb@other.example\n" REASON RETURNED END, "failure b@other.example mailboxfull");
	gives("the one who was mailed", MIXED WORDS "Nuntius ad a@example.net non pervenit si vis.\n" REASON RETURNED END, "failure a@example.net mailboxfull");
}

static void
test_returned(void)
{
#define BACK "--b\nContent-Type: message/rfc822\n\n"
	gives("an envelope's recipient", MIXED WORDS "Nuntius non pervenit.\n" REASON BACK "From: sender@example.org\nTo: list@example.net\nX-Envelope-To: <a@example.net>\n\nx\n" END, "failure a@example.net mailboxfull");
	gives("  what a server received it for", MIXED WORDS "Nuntius non pervenit.\n" REASON BACK "Received: from x by y for <a@example.net>; Mon, 23 Nov 2026 09:00:00 +0000\nFrom: sender@example.org\nTo: list@example.net\n\nx\n" END,
		  "failure a@example.net mailboxfull");
	gives("  whatever else \"for\" stands before", MIXED WORDS "Nuntius non pervenit.\n" REASON BACK "Received: for x; (waitfor <b@example.net>) for the list <c@example.net>\nFrom: sender@example.org\nTo: a@example.net\n\nx\n" END,
		  "failure a@example.net mailboxfull");
	gives("the first of two fields", MIXED WORDS "Nuntius non pervenit.\n" REASON BACK "Date: Mon, 23 Nov 2026 09:00:00 +0000\nDate: Mon, 23 Nov 2020 09:00:00 +0000\nFrom: sender@example.org\nTo: a@example.net\nTo: b@example.net\n\nx\n" END,
		  "failure a@example.net mailboxfull");
	ok(rows.count == 1 && rows.rows[0].sent_at.epoch == 1795424400, "  its date");
}

/* Several that nothing announces */
static void
test_several(void)
{
	gives("those that begin lines", NOTICE("Nuntius non pervenit.\n\na@example.net: plena\nb@example.com: plena\n\n" REASON), "failure a@example.net onhold; failure b@example.com mailboxfull");
	gives("a sentence, and others below", NOTICE("Nuntius ad a@example.net non pervenit.\nb@example.com: alius\nc@example.com: alius\n" REASON), "failure a@example.net mailboxfull");
	gives("two in one sentence", NOTICE("Nuntius ad a@example.net vel b@example.com non pervenit.\n" REASON), "failure - mailboxfull");
	gives("behind a letter beyond ASCII", NOTICE("Nuntius \xc3\xa9 <a@example.net> non pervenit.\nb@example.com: alius\n" REASON), "failure a@example.net mailboxfull");
	gives("all of the reader's house", NOTICE("a@example.org: plena\nb@example.org: plena\n" REASON), "failure a@example.org onhold; failure b@example.org mailboxfull");
	gives("marks before the first", NOTICE("\n - a@example.net\n - b@example.com\n\n" REASON), "failure a@example.net mailboxfull; failure b@example.com mailboxfull");
}

/* X-Failed-Recipients */
static char text[1 << 19];

static void
test_long(void)
{
	char	   *p = text + sprintf(text, "X-Failed-Recipients: a@example.net,\n ");

	memset(p, 'x', LIMIT_ADDRESS_BYTES);
	sprintf(p + LIMIT_ADDRESS_BYTES, "@example.net\n" DAEMON "\nIt failed.\n550 5.1.1 user unknown\n");
	gives("an address that is longer than addresses are", text, "failure a@example.net userunknown");

	p = text + sprintf(text, MIXED WORDS "Nuntius non pervenit.\n" REASON BACK "Received: from x by y ");
	memset(p, 'x', 4096);
	sprintf(p + 4096, " for <b@example.net>; Mon, 23 Nov 2026 09:00:00 +0000\nFrom: sender@example.org\nTo: a@example.net\n\nx\n" END);
	gives("a Received field without an end", text, "failure a@example.net mailboxfull");

	p = text + sprintf(text, "Cc: ");
	for (int i = 0; i < 200; i++)
		p += sprintf(p, "u%d@example.net, ", i);
	sprintf(p, "z@example.net\n" DAEMON "\nNuntius ad u1@example.net missus, ad z@example.net missus.\n" REASON);
	gives("many parties, of whom the first are known", text, "failure z@example.net mailboxfull");

	p = text + sprintf(text, DAEMON "\nNuntius ");
	memset(p, 'x', 300);
	p += 300;
	p += sprintf(p, " ad a@example.net ");
	memset(p, 'x', 300);
	sprintf(p + 300, "\n" REASON);
	gives("long lines around", text, "failure a@example.net mailboxfull");
	p = text + sprintf(text, MIXED WORDS "Nuntius ");
	memset(p, 'x', 300);
	p += 300;
	p += sprintf(p, " scribe ad b@other.example ");
	memset(p, 'x', 300);
	sprintf(p + 300, "\n" REASON RETURNED END);
	gives("  one to ask", text, "failure a@example.net mailboxfull");

	p = text + sprintf(text, MIXED WORDS "Scribe ad b@other.example si vis.\n" REASON BACK "From: sender@example.org\nTo: ");
	for (int i = 0; i < 4000; i++)
		p += sprintf(p, "u%d@example.net,\n ", i);
	sprintf(p, "z@example.net\n\nx\n" END);
	read_mail(text);
	ok(rows.count > 500 && rows.count < 4000, "a message to many, of whom as many are told as a field may hold");
}

int
main(void)
{
	test_bystanders();
	test_for_help();
	test_returned();
	test_several();
	test_long();
	return finish();
}
