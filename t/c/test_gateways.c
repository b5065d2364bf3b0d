/*
 * test_gateways.c
 *	  Reports that something on the way took apart, wrapped or encoded, and
 *	  what is odd in their headers.
 */
#include "mail/limits.h"
#include "mails.h"

#define MIXED DAEMON "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
#define FAILS "Your message could not be delivered to <a@example.net>:\n550 5.1.1 user unknown\n"
/* of a system at mx.example.com, whose report another host wrote */
#define BOX_AT(host) REPORT "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; " host "\n\n" \
	"Final-Recipient: rfc822; box\nAction: failed\nStatus: 5.1.1\n" END
#define FROM "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\nTo: sender@example.org\n"

static void
test_headers(void)
{
	gives("tags before a subject", "Return-Path: <>\n" FROM "Subject: [a] [b] **c** [EXT] Undelivered Mail\n\nIt is so.\n", "failure - onhold");
	gives("  more of them than are cut", "Return-Path: <>\n" FROM "Subject: [a] [b] [c] [d] [e] Undelivered Mail\n\nIt is so.\n", "");
	gives("  nothing behind", "Return-Path: <>\n" FROM "Subject: [undelivered]\n\nIt is so.\n", "");
	gives("  one star", "Return-Path: <>\n" FROM "Subject: *x\n\nIt is so.\n", "");
	gives("an empty Return-Path", "Return-Path:\n" FROM "Subject: x\n\n" FAILS, "failure a@example.net userunknown");
	gives("a Return-Path without marks", "Return-Path: bob@example.net\nFrom: bob@example.net\nTo: sender@example.org\nSubject: Undelivered Mail Returned to Sender\n\n" FAILS, "");
	gives("  that leads to nobody", "Return-Path: <@>\n" FROM "Subject: x\n\n" FAILS, "failure a@example.net userunknown");
	gives("  qmail's, of a double bounce", "Return-Path: <#@[]>\n" FROM "Subject: x\n\n" FAILS, "failure a@example.net userunknown");
	gives("a field whose name begins with X alone", "XSender: a\nX: a\n" DAEMON "\n" FAILS, "failure a@example.net userunknown");
}

static void
test_lines(void)
{
	gives("a label at the very end", DAEMON "\n" FAILS "(Recipient)", "failure a@example.net userunknown");
	gives("  with blanks behind", DAEMON "\n" FAILS "Recipient ) x", "failure a@example.net userunknown");
	gives("a header as the text", DAEMON "\nReceived: by x.example; Mon, 23 Nov 2026 10:00:00 +0000\nFrom: a@example.net\n\nhello\n", "");
	gives("a returned message that is not announced", DAEMON "\n" FAILS "\nReceived: by x.example; Mon, 23 Nov 2026 10:00:00 +0000\nFrom: b@example.org\nMessage-ID: <1@example.org>\n\nhello\n", "failure a@example.net userunknown");
	has(message_id, "1@example.org");
	gives("a rule with a header below that has no sender", DAEMON "\n" FAILS "-------\nX-1: a\nX-2: a\nX-3: a\nX-4: a\nX-5: a\nX-6: a\nX-7: a\nX-8: a\nX-9: a\nX-10: a\nX-11: a\nX-12: a\nX-13: a\nX-14: a\n"
		  "X-15: a\nX-16: a\nX-17: a\nX-18: a\nX-19: a\nX-20: a\nX-21: a\nX-22: a\nX-23: a\nX-24: a\nX-25: a\n", "failure a@example.net userunknown");
	gives("  and one that no server wrote", DAEMON "\n" FAILS "-------\nFrom: b@example.org\nX-1: a\nX-2: a\nX-3: a\nX-4: a\nX-5: a\nX-6: a\nX-7: a\nX-8: a\nX-9: a\nX-10: a\nX-11: a\nX-12: a\nX-13: a\nX-14: a\n"
		  "X-15: a\nX-16: a\nX-17: a\nX-18: a\nX-19: a\nX-20: a\nX-21: a\nX-22: a\nX-23: a\nX-24: a\nX-25: a\n", "failure a@example.net userunknown");
}

/* What stands in which part */
static void
test_parts(void)
{
#define F "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n"
	gives("fields that are base64", REPORT "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nRmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFAZXhhbXBsZS5uZXQKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\n" END,
		  "failure a@example.net userunknown");
	gives("words, then fields as text", REPORT WORDS "hello\n" WORDS F STATUS F END, "failure a@example.net userunknown");
	gives("a reply of many lines", REPORT WORDS "<a@example.net>: 550-5.1.1 one\n550-5.1.1 two\n550 5.1.1 three\n" STATUS F "Diagnostic-Code: smtp; 550-5.1.1 one\n" END, "failure a@example.net userunknown");
	has(diagnostic_code, "550-5.1.1 one two three");
	gives("  that breaks off", REPORT WORDS "<a@example.net>: 550-5.1.1 one\n550-5.1.1 two\n5501\n" STATUS F "Diagnostic-Code: smtp; 550-5.1.1 one\n" END, "failure a@example.net userunknown");
	gives("  that is no reply", REPORT WORDS "<a@example.net>: abc-5.1.1 one\n" STATUS F "Diagnostic-Code: smtp; abc-5.1.1 one\n" END, "failure a@example.net userunknown");
	gives("  that stands alone", REPORT WORDS "<a@example.net>: 550-5.1.1 one\n550" STATUS F "Diagnostic-Code: smtp; 550-5.1.1 one\n" END, "failure a@example.net userunknown");
	gives("Exim: an alias that led to a local part", REPORT WORDS "The following address(es) failed:\n\n  box\n    (generated from a@example.net)\n    user unknown\n" STATUS F END, "failure a@example.net userunknown");
	gives("two of one alias", REPORT WORDS "The following address(es) failed:\n\n  b@example.com\n    (generated from a@example.net)\n    user unknown\n  c@example.com\n    (generated from a@example.net)\n    mailbox full\n" STATUS F END,
		  "failure b@example.com userunknown");
	gives("a local part at a host below the sender's domain", BOX_AT("a.mx.example.com"), "failure box@mx.example.com userunknown");
	gives("  at the domain's own host", BOX_AT("MX.Example.COM"), "failure box@mx.example.com userunknown");
	gives("  at a host whose name merely ends so: whose it is nobody says", BOX_AT("badmx.example.com"), "failure box userunknown");
	gives("a local part that is none", REPORT STATUS "Final-Recipient: rfc822; a=b\nAction: failed\nStatus: 5.1.1\n" END, "failure a=b userunknown");
	gives("HTML alone, attached", DAEMON "Content-Type: text/html\nContent-Disposition: attachment\n\n<p>" FAILS, "failure - onhold");
	gives("HTML beside words", MIXED "--b\nContent-Type: text/html\n\n<p>Your message could not be delivered to &lt;a@example.net>:<br>550 5.1.1 user unknown\n--b\nContent-Type: text/plain\n\nhello\n" END, "failure a@example.net userunknown");
	gives("a multipart whose parts are missing, before another", MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n" FAILS "--b\nContent-Type: text/html\n\n<p>hello\n" END, "failure a@example.net userunknown");
	gives("a program, behind an alias", DAEMON "\n<\"|/usr/bin/x\"@mx.example.com> (expanded from <a@example.net>): user unknown\n", "failure a@example.net userunknown");
	gives("a footer behind the report that is carried", "Return-Path: <>\n" FROM "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: message/rfc822\n\n"
		  DAEMON "Content-Type: text/html\n\n<p>Your message could not be delivered to &lt;a@example.net>:<br>550 5.1.1 user unknown\n--m\nContent-Type: text/plain\n\nThe list's footer.\n--m--\n", "failure a@example.net userunknown");
	gives("a warning that is carried", MIXED WORDS "Your message could not be delivered.\n--b\nContent-Type: message/rfc822\n\nReturn-Path: <>\n" FROM "Subject: Delivery delayed\n\n<a@example.net>: delivery temporarily suspended: mailbox full\n" END,
		  "delay a@example.net mailboxfull");
	gives("a letter that is carried by one who names nobody", MIXED WORDS "Your message could not be delivered.\n--b\nContent-Type: message/rfc822\n\n" FROM "Subject: hello\n\nhello\n" END, "failure sender@example.org onhold");
	gives("a letter that is encoded", MIXED WORDS "Your message could not be delivered.\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYQo=\n--b\nContent-Type: text/plain\n\nx\n" END, "failure - onhold");
	gives("a header as text, encoded", MIXED WORDS FAILS "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nUmVjZWl2ZWQ6IGZyb20geCBieSB5OyBNb24sIDIzIE5vdiAyMDI2IDA5OjAwOjAwICswMDAwCkZyb206IHNlbmRlckBleGFtcGxlLm9yZwpNZXNzYWdlLUlEOiA8MUBleGFtcGxlLm9yZz4KClgK\n"
		  "--b\nContent-Type: text/plain\n\nx\n" END, "failure a@example.net userunknown");
	has(message_id, "1@example.org");
}

/* What a gateway's relay told it, in the message that it returns */
static void
test_borrowed(void)
{
#define BACK(words) MIXED WORDS "Your message could not be delivered to <a@example.net>\n--b\nContent-Type: message/rfc822\n\nFrom: relay@example.com\nTo: a@example.net\nSubject: x\n\n" words END
	gives("with a reply", BACK("<a@example.net>: 552 5.2.2 mailbox full\n"), "failure a@example.net mailboxfull");
	gives("  with a command alone", BACK("<a@example.net>: mailbox full (in reply to RCPT TO command)\n"), "failure a@example.net mailboxfull");
	gives("  of another", BACK("<b@example.net>: 552 5.2.2 mailbox full\n"), "failure a@example.net onhold");
	gives("  of two", BACK("<a@example.net>: 552 5.2.2 mailbox full\n<b@example.net>: 552 5.2.2 mailbox full\n"), "failure a@example.net onhold");
	gives("  that says nothing", BACK("<a@example.net>: mailbox full\n"), "failure a@example.net onhold");
}

/* Amazon's notification, and other JSON in the mail */
static void
test_json(void)
{
#define SNS "From: no-reply@sns.amazonaws.com\nTo: sender@example.org\nSubject: AWS Notification Message\n\n"
#define EVENT(address) "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"" address "\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]},\"mail\":{\"messageId\":\"1\"}}"
	gives("one event", SNS EVENT("a@example.net") "\n", "failure a@example.net userunknown");
	gives("  in an envelope, beside another", SNS "{\"Records\":[" EVENT("a@example.net") "," EVENT("b@example.net") "]}\n", "failure a@example.net userunknown");
	gives("another service's", SNS "{\"email\":\"a@example.net\",\"event\":\"bounce\",\"sg_event_id\":\"x\",\"sg_message_id\":\"y\",\"timestamp\":1795424400,\"reason\":\"550 5.1.1 unknown\",\"status\":\"5.1.1\"}\n", "");
}

int
main(void)
{
	test_headers();
	test_lines();
	test_parts();
	test_borrowed();
	test_json();
	return finish();
}
