/*
 * test_notices.c
 *	  Lines of reports in words: labels, sentences, lists, and what is none of
 *	  the report's.
 */
#include "mail/limits.h"
#include "mails.h"

#define TOLD(words) DAEMON "\n" words
#define LIST "The following addresses had permanent fatal errors:\n"
#define QUOTE "550 5.1.1 user unknown\n"

/* An address alone in its line, and the reply below it */
static void
test_bare(void)
{
	gives("a bare reply", TOLD("a@example.net\n" QUOTE), "failure a@example.net userunknown");
	gives("Exchange's", TOLD("a@example.net\nRemote Server returned '550 5.1.1 user unknown'\n"), "failure a@example.net userunknown");
	gives("  with the host between", TOLD("a@example.net\nmx.example.net\nRemote Server returned '550 5.1.1 user unknown'\n"), "failure a@example.net userunknown");
	has(rhost, "mx.example.net");
	gives("  that is named before", TOLD("a@example.net\nRemote Server returned '550 5.1.1 user unknown'\nremote server: one.example.net\nmx.example.net\nRemote Server returned '550 5.1.1 user unknown'\n"),
		  "failure a@example.net userunknown");
	has(rhost, "one.example.net");
	gives("its older forms", TOLD("a@example.net\n#< #5.1.1 smtp;550 5.1.1 user unknown> #SMTP#\n\nb@example.net\n#< #4.2.2 smtp;452 4.2.2 mailbox full> #SMTP#\n\nc@example.net\n#550 5.1.1 user unknown##\n"),
		  "failure a@example.net userunknown; failure b@example.net mailboxfull; failure c@example.net userunknown");
	gives("what is none", TOLD("a@example.net\n# 550 5.1.1 one\nb@example.net\n55x 550 5.1.1 two\nc@example.net\n5x0 550 5.1.1 three\nd@example.net\n550. 550 5.1.1 four\n"), "failure a@example.net userunknown; failure b@example.net userunknown; failure c@example.net userunknown; failure d@example.net userunknown");
}

static void
test_labels(void)
{
	gives("two hosts that report", TOLD("Generating server: one.example.com\nGenerating server: two.example.com\n\nRecipient: a@example.net\nReason: " QUOTE), "failure a@example.net userunknown");
	has(lhost, "one.example.com");
	gives("a place and a time behind a recipient", TOLD("Recipient: a@example.net on 11/23/2026 10:00 AM\n" QUOTE), "failure a@example.net userunknown");
	gives("  a time of 24 hours", TOLD(LIST "'a@example.net' on 23.11.2026 10:00\n      user unknown\n'b@example.net' on 11/23/2026 10:00 PM\n      mailbox full\n"), "failure a@example.net userunknown; failure b@example.net mailboxfull");
	gives("  and what is no time", TOLD(LIST "'a@example.net' on its way at 10 AM\n'b@example.net' on the list 1\n"), "failure a@example.net onhold; failure b@example.net onhold");
	gives("indimail", TOLD("Your message could not be delivered.\nFrom: <sender@example.org> RCPT: <a@example.net>: does not like recipient\n" QUOTE), "failure - userunknown");
	gives("an alias that is no address", TOLD(LIST "<a@example.net>\n    (expanded from @example.com)\n    user unknown\n"), "failure a@example.net userunknown");
	gives("two aliases", TOLD(LIST "<a@example.net>\n    (expanded from <b@example.com>)\n    (expanded from <c@example.com>)\n    user unknown\n"), "failure a@example.net userunknown");
	has(alias, "b@example.com");
}

static void
test_lists(void)
{
	gives("with commas", TOLD(LIST "a@example.net, b@example.net;c@example.net, <d@example.net>\n\n" QUOTE),
		  "failure a@example.net userunknown; failure b@example.net userunknown; failure c@example.net userunknown; failure d@example.net userunknown");
	gives("  broken off by a word", TOLD(LIST "a@example.net, or b@example.net\n\n" QUOTE), "failure a@example.net userunknown");
	gives("in a sentence", TOLD("Your message could not be delivered to Ann <a@example.net>, Bob (b@example.net), Cate [c@example.net], \"d@example.net\", 'e@example.net', and f@example.net: user unknown\n"),
		  "failure a@example.net userunknown; failure b@example.net userunknown; failure c@example.net userunknown; failure d@example.net userunknown; failure e@example.net userunknown; failure f@example.net userunknown");
	gives("two with a word between", TOLD("Your message could not be delivered to a@example.net and b@example.net: user unknown\n"), "failure a@example.net userunknown; failure b@example.net userunknown");
	gives("  with a long one", TOLD("Your message could not be delivered to a@example.net because b@example.net is full.\n"), "failure a@example.net onhold");
	gives("another sentence", TOLD("Your message could not be delivered! Is it right? Write to b@example.net\n"), "failure b@example.net onhold");
	gives("  with marks alone between", TOLD("Your message could not be delivered to! <a@example.net>\n" QUOTE), "failure a@example.net userunknown");
	gives("local parts", TOLD(LIST "<box>:\n    user unknown\n<other>\n    user unknown\n"), "failure - userunknown");
	gives("a path with a blank, and one without", TOLD(LIST "/var/mail/a b\n/var/mail/c\n    (reason: cannot write)\n    (expanded from: <a@example.net>)\n"), "failure a@example.net onhold");
	gives("wrapped addresses, and words behind", TOLD(LIST "<averyverylongname@\n  example.net>: user unknown\n<anotherverylongname@\n  example.net>\n"), "failure averyverylongname@example.net userunknown; failure anotherverylongname@example.net onhold");
	gives("in brackets, twice", TOLD("It did not work:\n<a@example.net>\n<b@example.net>\nuser unknown\n"), "failure a@example.net userunknown");
}

/* What is none of the report's */
static void
test_aside(void)
{
	gives("a gateway's warning", TOLD("CAUTION: This email originated from outside of the organization.\nDo not click links. a@example.com\n\n<b@example.net>: " QUOTE), "failure b@example.net userunknown");
	gives("  that goes on into the report", TOLD("CAUTION: This email originated from outside of the organization.\n" LIST "b@example.net\n" QUOTE), "failure b@example.net userunknown");
	gives("  and into a reply", TOLD("Your message could not be delivered to b@example.net\nCAUTION: This email originated from outside of the organization.\n" QUOTE), "failure b@example.net userunknown");
	gives("  and has one itself", TOLD("Your message could not be delivered to b@example.net\nThis email originated from outside of the organization: " QUOTE), "failure b@example.net userunknown");
	gives("a signature", TOLD(LIST "a@example.net\n" QUOTE "-- \nb@example.net\nmailbox full\n"), "failure a@example.net userunknown");
	gives("a header that is not announced", TOLD("It did not work.\n\nReceived: from x by y; Mon, 23 Nov 2026 09:00:00 +0000\nFrom: sender@example.org\nTo: a@example.net\nMessage-ID: <1@example.org>\n\nhello\n"), "failure a@example.net onhold");
	gives("the reason first", TOLD("Your message was undeliverable due to the following reason:\n\nUser unknown\n\n<a@example.net>\n"), "failure a@example.net userunknown");
	gives("  and words in brackets", TOLD("Your message was undeliverable due to the following reason:\n\nUser unknown\n<box>\n<a@example.net>: mailbox full\n"), "failure a@example.net mailboxfull");
	gives("  and a recipient that is announced", TOLD("Your message was undeliverable due to the following reason:\n\nUser unknown\n" LIST "<a@example.net>\n"), "failure a@example.net userunknown");
	gives("headings", TOLD("For these the user is unknown:\n\na@example.net\n\nTheir mailbox is full:\n\nb@example.net\n"), "failure a@example.net userunknown; failure b@example.net mailboxfull");
}

static char text[1 << 16];

static void
test_long(void)
{
	char	   *p = text + sprintf(text, DAEMON "\n");

	memset(p, 'x', LIMIT_REPLY_BYTES + 10);
	sprintf(p + LIMIT_REPLY_BYTES + 10, " your message could not be delivered to a@example.net\n" QUOTE);
	gives("a sentence far behind in its line", text, "failure a@example.net onhold");
	p = text + sprintf(text, DAEMON "\n<a@example.net>: " QUOTE "The body of the message is ");
	memset(p, '1', LIMIT_REPLY_BYTES + 10);
	sprintf(p + LIMIT_REPLY_BYTES + 10, " characters long\n");
	gives("words of a marker that are too far apart", text, "failure a@example.net userunknown");
}

int
main(void)
{
	test_bare();
	test_labels();
	test_lists();
	test_aside();
	test_long();
	return finish();
}
