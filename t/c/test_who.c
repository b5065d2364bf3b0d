/*
 * test_who.c
 *	  Who wrote a mail, and does it report?  What people, lists and programs
 *	  send beside mail systems, close to the border from both sides.
 */
#include "mails.h"

#define PERSON "From: Bob <bob@example.net>\nTo: alice@example.org\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
#define SYSTEM "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\nTo: sender@example.org\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
#define QUIET "Return-Path: <>\n"
#define FAILS "Your message could not be delivered to <a@example.net>:\n550 5.1.1 user unknown\n"

/* Lists and bulk mailers */
static void
test_lists(void)
{
	gives("a mail system's bulk mail is no report", "Return-Path: <x@example.com>\n" SYSTEM "Subject: News\nPrecedence: list\n\n" FAILS, "");
	gives("  nor where nobody is to answer, by its name alone", QUIET SYSTEM "Subject: News\nPrecedence: list\n\nWhat is new.\n", "");
	gives("  with a report's subject it is one", SYSTEM "Subject: Undelivered Mail\nPrecedence: list\n\n" FAILS, "failure a@example.net userunknown");
	gives("  so it is where nobody is to answer", QUIET SYSTEM "Subject: News\nPrecedence: list\n\n" FAILS, "failure a@example.net userunknown");
	gives("  but not both and a reader", "Return-Path: <x@example.com>\n" SYSTEM "Subject: Undelivered Mail\nPrecedence: list\n\n" FAILS, "");
}

static void
test_answers(void)
{
	gives("a postmaster who answers himself", "Return-Path: <postmaster@example.com>\nFrom: postmaster@example.com\nTo: alice@example.org\nSubject: your question\n"
		  "In-Reply-To: <1@example.org>\n\nYour message could not be delivered to <a@example.net>: 550 5.1.1 user unknown. I mended it.\n", "");
	gives("  a program of his does so, too, but nobody is to answer it", QUIET "From: postmaster@example.com\nTo: alice@example.org\nSubject: your question\n"
		  "In-Reply-To: <1@example.org>\n\n" FAILS, "failure a@example.net userunknown");
	gives("somebody passes it on", PERSON "Subject: Fwd: Undelivered Mail Returned to Sender\n\n" FAILS, "");
	gives("a mail system that passes something on, and quotes no reply", "Return-Path: <bob@example.net>\n" SYSTEM "Subject: Re: your mail\n\nYour message could not be delivered to <a@example.net>\n", "");
	gives("  and quotes one", "Return-Path: <bob@example.net>\n" SYSTEM "Subject: Re: your mail\n\n" FAILS, "failure a@example.net userunknown");
	gives("a program's answer that none is to answer", QUIET PERSON "Subject: hello\nIn-Reply-To: <1@example.org>\n\nThank you.\n", "autoreply bob@example.net vacation");
	gives("  by its references", QUIET PERSON "Subject: hello\nReferences: <1@example.org>\n\nThank you.\n", "autoreply bob@example.net vacation");
	gives("  or its subject", QUIET PERSON "Subject: Re: hello\n\nThank you.\n", "autoreply bob@example.net vacation");
	gives("a mail system's is none", QUIET SYSTEM "Subject: hello\nIn-Reply-To: <1@example.org>\n\nThank you.\n", "");
}

static void
test_absence(void)
{
	gives("somebody is away", QUIET PERSON "Subject: hello\n\nI am out of the office until Monday.\n", "autoreply bob@example.net vacation");
	gives("  as junk says", PERSON "Precedence: junk\nSubject: hello\n\nI am out of the office until Monday.\n", "autoreply bob@example.net vacation");
	gives("  as a person says", PERSON "Subject: hello\n\nI am out of the office until Monday.\n", "");
	gives("  as a mail system says", QUIET SYSTEM "Subject: hello\n\nBob is out of the office.\n", "autoreply mailer-daemon@mx.example.com vacation");
	gives("  and who does not get it", QUIET SYSTEM "Subject: hello\n\nBob is out of the office.\n" FAILS, "failure a@example.net userunknown");
	gives("  and fails to deliver to nobody in particular", QUIET SYSTEM "Subject: hello\n\nBob is out of the office.\nYour message was not delivered to the recipient.\n", "failure - onhold");
	gives("  in a report of delivery", QUIET SYSTEM "Subject: Delivered: hello\n\nBob is out of the office.\n", "autoreply mailer-daemon@mx.example.com vacation");
	gives("  that is a receipt", QUIET SYSTEM "Subject: Delivered: hello\n\nThis is a return receipt for the mail that you sent.\n", "receipt mailer-daemon@mx.example.com -");
	gives("a program's answer that names a neighbour", QUIET SYSTEM "Auto-Submitted: auto-replied\nSubject: hello\n\nNuntius ad a@mx.example.com missus plenam arcam repperit: mailbox full\n", "autoreply mailer-daemon@mx.example.com vacation");
	gives("a report under the name of an automatic reply", PERSON "Auto-Submitted: auto-replied\nSubject: hello\n\n" FAILS, "autoreply bob@example.net vacation");
	gives("  of a mail system", SYSTEM "Auto-Submitted: auto-replied\nSubject: hello\n\n" FAILS, "failure a@example.net userunknown");
	gives("  with its subject", PERSON "Auto-Submitted: auto-replied\nSubject: Undelivered Mail Returned to Sender\n\n" FAILS, "failure a@example.net userunknown");
}

/* Challenges and receipts */
static void
test_challenges(void)
{
	gives("a challenge in words", QUIET PERSON "Subject: hello\n\nYour message is waiting for your confirmation.\n", "challenge bob@example.net -");
	gives("  of a list", QUIET PERSON "Subject: hello\nList-Id: <a.example.net>\n\nYour message is waiting for your confirmation.\n", "");
	gives("  of a person", PERSON "Subject: hello\n\nYour message is waiting for your confirmation.\n", "");
	gives("  of a mail system that names nobody", QUIET SYSTEM "Subject: hello\n\nYour message is waiting for your confirmation.\n", "challenge mailer-daemon@mx.example.com -");
	gives("  of one that names somebody", QUIET SYSTEM "Subject: hello\n\nYour message is waiting for your confirmation.\nYour message could not be delivered to <a@example.net>\n",
		  "failure a@example.net onhold");
	gives("  and of one that reports", QUIET SYSTEM "Subject: hello\n\nYour message is waiting for your confirmation.\n" FAILS, "failure a@example.net userunknown");
	gives("a receipt in words", PERSON "Subject: hello\n\nThis is a return receipt for the mail that you sent.\n", "receipt bob@example.net -");
	gives("  of a list", PERSON "Subject: hello\nList-Id: <a.example.net>\n\nThis is a return receipt for the mail that you sent.\n", "");
}

/* An e-mail that was addressed to the reader */
static void
test_incoming(void)
{
	gives("what was sent to the reader", QUIET SYSTEM "Subject: Undelivered Mail\n\nA message addressed to you could not be delivered.\n", "");
	gives("  and names him", QUIET SYSTEM "Subject: Undelivered Mail\n\nA message addressed to you could not be delivered to the following recipients:\nsender@example.org\n", "");
	gives("  and names another", QUIET SYSTEM "Subject: Undelivered Mail\n\nA message addressed to you could not be delivered to the following recipients:\na@example.net\n",
		  "failure a@example.net onhold");
	gives("  and two", QUIET SYSTEM "Subject: Undelivered Mail\n\nA message addressed to you could not be delivered to the following recipients:\na@example.net\nsender@example.org\n",
		  "failure a@example.net onhold; failure sender@example.org onhold");
	gives("  and quotes a reply", QUIET SYSTEM "Subject: Undelivered Mail\n\nA message addressed to you could not be delivered.\n550 5.1.1 unknown <a@example.net>\n",
		  "failure a@example.net userunknown");
}

/* A mail system that names one of its own house, in words that nobody knows */
static void
test_neighbours(void)
{
	gives("to a stranger", QUIET SYSTEM "Subject: hello\n\nNuntius ad a@mx.example.com missus plenam arcam repperit: mailbox full\n", "failure a@mx.example.com mailboxfull");
	gives("to one of the same house", QUIET "From: MAILER-DAEMON@mx.example.com\nTo: sender@mx.example.com\nSubject: hello\n\nNuntius ad a@mx.example.com missus plenam arcam repperit: mailbox full\n", "");
	gives("as an answer", QUIET SYSTEM "In-Reply-To: <1@example.org>\nSubject: hello\n\nNuntius ad a@mx.example.com missus plenam arcam repperit: mailbox full\n", "");
}

/* A report that no mail system wrote, by its header */
static void
test_persons(void)
{
#define WITH_MESSAGE "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" WORDS "Your message could not be delivered to <a@example.net>\n" RETURNED END
	gives("with a reply", PERSON "Subject: Undelivered Mail Returned to Sender\n\n" FAILS, "failure a@example.net userunknown");
	gives("  from one who can be answered", "Return-Path: <bob@example.net>\n" PERSON "Subject: Undelivered Mail Returned to Sender\n\n" FAILS, "");
	gives("with the message", PERSON "Subject: Undelivered Mail Returned to Sender\n" WITH_MESSAGE, "failure a@example.net onhold");
	gives("with a program's mark", PERSON "Auto-Submitted: auto-generated\nSubject: Undelivered Mail Returned to Sender\n\nYour message could not be delivered to <a@example.net>\n", "failure a@example.net onhold");
	gives("with a list's", PERSON "X-MLServer: fml\nSubject: Undelivered Mail Returned to Sender\n\nYour message could not be delivered to <a@example.net>\n", "failure a@example.net onhold");
	gives("with nothing", PERSON "Subject: Undelivered Mail Returned to Sender\n\nYour message could not be delivered to <a@example.net>\n", "");
}

/* A gateway's wrapping around a report, and people's */
static void
test_wrapped(void)
{
#define AROUND "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nSee below.\n--m\nContent-Type: message/rfc822\n\n" DAEMON "\n" FAILS "--m--\n"
	gives("with a report's subject", PERSON "Subject: Undelivered Mail Returned to Sender\n" AROUND, "failure a@example.net userunknown");
	gives("  from one who can be answered", "Return-Path: <bob@example.net>\n" PERSON "Subject: Undelivered Mail Returned to Sender\n" AROUND, "");
	gives("  passed on", PERSON "Subject: Re: virus in your mail\n" AROUND, "");
	gives("  passed on so that nobody answers", QUIET PERSON "Subject: Re: virus in your mail\n" AROUND, "failure a@example.net userunknown");
	gives("a mail system's own part that was left empty", SYSTEM "Subject: hello\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: message/rfc822\n"
		  "Content-Transfer-Encoding: base64\n\nRnJvbTogYQo=\n--m\nContent-Type: text/plain\n\nhello\n--m--\n", "");
}

/* LISTSERV, Mailman */
static void
test_handed_on(void)
{
#define LISTSERV "From: LISTSERV@lists.example.com\nTo: owner@example.org\nSubject: Delivery error\n\nThe enclosed mail could not be identified.\n\n"
	gives("LISTSERV", LISTSERV "------------------------ Message in error (ID=17) --------------------------\n" DAEMON "\n" FAILS, "failure a@example.net userunknown");
	gives("  a short rule", LISTSERV "--- Message in error (ID=17) ---\n" DAEMON "\n" FAILS, "");
	gives("  nothing below", LISTSERV "------------------------ Message in error (ID=17) --------------------------\n", "");
	gives("  the text begins with it", "From: LISTSERV@lists.example.com\nTo: owner@example.org\nSubject: Delivery error\n\n"
		  "------------------------ Message in error (ID=17) --------------------------\n" DAEMON "\n" FAILS, "failure a@example.net userunknown");
	gives("  nor a line's end", LISTSERV "------------------------ Message in error (ID=17) -----", "");
	gives("  no report below", LISTSERV "------------------------ Message in error (ID=17) --------------------------\n" PERSON "\nhello\n", "");
	gives("LISTSERV without words", "From: LISTSERV@lists.example.com\nTo: owner@example.org\nSubject: Delivery error\nContent-Type: image/png\n\nx\n", "");
#define MAILMAN(to) "Return-Path: <>\nFrom: mailman@lists.example.com\nTo: " to "\nSubject: Bounce notice\nList-Id: <list.lists.example.com>\nPrecedence: list\n" \
	"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nThis is a bounce.\n--m\nContent-Type: message/rfc822\n\n"
	gives("Mailman's to the owner", MAILMAN("list-owner@lists.example.com") DAEMON "\n" FAILS "--m--\n", "failure a@example.net userunknown");
	gives("  that is none", MAILMAN("list-owner@lists.example.com") PERSON "\nhello\n--m--\n", "");
	gives("  of the old kind", MAILMAN("owner-list@lists.example.com") DAEMON "\n" FAILS "--m--\n", "failure a@example.net userunknown");
}

/* A mail program's way to forward a report: as attachments of a letter. */
static void
test_forwarded(void)
{
#define ATTACHED "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nlook\n" \
	"--b\nContent-Type: message/delivery-status\nContent-Disposition: attachment\n\nReporting-MTA: dns; mx.example.com\n\n" \
	"Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n--b--\n"
	gives("a person's", PERSON "Subject: Fwd: bounce\n" ATTACHED, "");
	gives("a mail system's", SYSTEM "Subject: x\n" ATTACHED, "failure a@example.net userunknown");
	gives("that nobody is to answer", QUIET PERSON "Subject: x\n" ATTACHED, "failure a@example.net userunknown");
	gives("with a report's subject", PERSON "Subject: Undelivered Mail Returned to Sender\n" ATTACHED, "failure a@example.net userunknown");
	gives("with a warning's", PERSON "Subject: Delivery delayed\n" ATTACHED, "failure a@example.net userunknown");
	gives("with a success's", PERSON "Subject: Delivered: hello\n" ATTACHED, "failure a@example.net userunknown");
	gives("with an automatic reply's mark", PERSON "Auto-Submitted: auto-replied\nSubject: x\n" ATTACHED, "failure a@example.net userunknown");
}

/* Receipts (RFC 8098) and complaints whose parts lie as they should not */
static void
test_parts(void)
{
#define RECEIPT PERSON "Subject: Read: hello\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
#define DISPOSITION "--b\nContent-Type: message/disposition-notification\n\n"
	gives("a receipt", RECEIPT WORDS "It was read.\n" DISPOSITION "Final-Recipient: rfc822; a@example.net\nDisposition: manual-action; displayed\n" END, "receipt a@example.net -");
	gives("  without words", RECEIPT DISPOSITION "\n\nFinal-Recipient: rfc822; a@example.net\nDisposition: manual-action; displayed\n" END, "receipt a@example.net -");
	gives("  of nothing but blank lines", RECEIPT DISPOSITION "\n\n" END, "receipt - -");
	gives("an automatic reply without words", PERSON "Auto-Submitted: auto-replied\nSubject: hello\nContent-Type: image/png\n\nx\n", "autoreply bob@example.net vacation");
	gives("  up to what it quotes", PERSON "Auto-Submitted: auto-replied\nSubject: hello\n\nThank you.\n\nBob\n-----Original message-----\n550 5.1.1 unknown\n", "autoreply bob@example.net vacation");
	gives("  in either way", PERSON "Auto-Submitted: auto-replied\nSubject: hello\n\nThank you.\n> 550 5.1.1 unknown\n", "autoreply bob@example.net vacation");
	gives("a complaint whose message comes first", "From: fbl@example.net\nTo: abuse@example.org\nSubject: complaint\nMIME-Version: 1.0\n"
		  "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" RETURNED "--b\nContent-Type: text/html\n\n<p>x\n--b\nContent-Type: text/plain\n\n"
		  "Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: a@example.net\n" END, "complaint a@example.net feedback");
}

static void
test_long(void)
{
	static char text[32768];
	char	   *p = text + sprintf(text, PERSON "Auto-Submitted: auto-replied\nSubject: hello\n\n");

	for (int i = 0; i < 400; i++)
		p += sprintf(p, "Thank you for your mail.\n");
	gives("a long automatic reply", text, "autoreply bob@example.net vacation");
	ok(rows.count == 1 && rows.rows[0].diagnostic_code.n <= 4096, "  of which the beginning counts");
}

int
main(void)
{
	test_neighbours();
	test_persons();
	test_wrapped();
	test_parts();
	test_long();
	test_lists();
	test_answers();
	test_absence();
	test_challenges();
	test_incoming();
	test_handed_on();
	test_forwarded();
	return finish();
}
