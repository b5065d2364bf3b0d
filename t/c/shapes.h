/*
 * shapes.h
 *	  Mails of a shape in any size: ordinary ones that are large, and those that
 *	  are made to cost.  What bench/growth measures and test_growth.c holds
 *	  against its bounds.
 *
 * A mail is a head, a piece as often as it takes, and a tail; so twice the size
 * is twice of the same.  In a piece \1 stands for its number, and \2 for the
 * number behind that, in eight digits.  Nothing else varies.
 */
#ifndef BOUNCE_SHAPES_H
#define BOUNCE_SHAPES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/slice.h"

typedef struct MailShape
{
	const char *name;
	const char *what;
	const char *head;
	const char *piece;
	const char *tail;
} MailShape;

#define DAEMON \
	"Return-Path: <>\n" \
	"Received: from mx.example.org (mx.example.org [192.0.2.1]) by in.example.org; Mon, 2 Mar 2026 10:00:01 +0000\n" \
	"From: Mail Delivery System <MAILER-DAEMON@mx.example.org>\n" \
	"To: sender@example.org\n" \
	"Subject: Undelivered Mail Returned to Sender\n" \
	"Date: Mon, 2 Mar 2026 10:00:00 +0000\n" \
	"Message-ID: <1@mx.example.org>\n"
#define REPORT DAEMON \
	"MIME-Version: 1.0\n" \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n"
#define NOTICE "\n--b\nContent-Type: text/plain\n\nThis is the mail system at host mx.example.org.\n\nYour message could not be delivered.\n"
#define STATUS "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
#define RECIPIENT \
	"Final-Recipient: rfc822; user@example.net\nAction: failed\nStatus: 5.1.1\n" \
	"Diagnostic-Code: smtp; 550 5.1.1 User unknown\n"
#define RETURNED \
	"\n--b\nContent-Type: message/rfc822\n\n" \
	"Return-Path: <sender@example.org>\nFrom: sender@example.org\nTo: user@example.net\nSubject: hello\nMessage-ID: <2@example.org>\n"
#define END "\n--b--\n"
#define REST NOTICE STATUS RECIPIENT RETURNED "\nhello\n" END
#define POSTFIX DAEMON "\nThis is the mail system at host mx.example.org.\n\n"
#define REFUSED "<user@example.net>: host mx.example.net[192.0.2.2] said: 550 5.1.1 User unknown\n    (in reply to RCPT TO command)\n\n"
#define SNS "From: no-reply@sns.amazonaws.com\nSubject: AWS Notification Message\n\n"

/* many in one piece, where a bound must be filled over and over */
#define X4(s) s s s s
#define X16(s) X4(X4(s))
#define X64(s) X4(X16(s))
#define X1024(s) X16(X64(s))

static const MailShape mail_shapes[] = {
	/* ordinary mail that is large */
	{"attachment", "a report that returns a message with an attachment",
		REPORT NOTICE STATUS RECIPIENT RETURNED "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"r\"\n"
		"\n--r\nContent-Type: text/plain\n\nhello\n\n--r\nContent-Type: application/pdf; name=\"a.pdf\"\nContent-Transfer-Encoding: base64\n\n",
		"UGxlYXNlIGRvIG5vdCByZWFkIG1lLiBUaGVyZSBpcyBub3RoaW5nIGhlcmUuIFBsZWFzZSBk\n", "\n--r--\n" END},
	{"returned-text", "a report in words with the message below it",
		POSTFIX REFUSED "------ This is a copy of the message, including all the headers. ------\n\n"
		"Return-Path: <sender@example.org>\nFrom: sender@example.org\nTo: user@example.net\nSubject: hello\n\n",
		"Dear reader, spring has come and the garden wants to be dug over again.\n", ""},
	{"long-text", "a report in words that go on and on",
		POSTFIX REFUSED, "Dear reader, spring has come and the garden wants to be dug over again.\n", ""},
	{"letter", "no report but a long letter",
		"From: a@example.org\nTo: b@example.net\nSubject: spring\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\n",
		"Dear reader, spring has come and the garden wants to be dug over again.\n", ""},
	{"html-report", "a report in HTML alone",
		DAEMON "MIME-Version: 1.0\nContent-Type: text/html\n\n<html><p>Delivery to these recipients failed:</p>\n<p>user@example.net: 550 5.1.1 User unknown</p>\n",
		"<tr><td style=\"color:#333\">Dear&nbsp;reader,</td><td>spring has come</td></tr>\n", "</html>\n"},

	/* header */
	{"header-lines", "as many header fields as fit", "X-First: 1\n", "X-Field-\1: value\n", REPORT REST},
	{"header-line", "one header field without a line end", DAEMON "Subject: ", "undelivered ", ""},
	{"header-folded", "one header field, folded without end", DAEMON "Subject: undelivered\n", " more\n", ""},
	{"header-unfolded", "lines of a field that lost their indentation", DAEMON, "X-A: b\nlost\nlost\nlost\nlost\nlost\nlost\nlost\n", REST},
	{"header-unknown", "lines without a colon where the header should go on", DAEMON, "no colon here\n", "\n" RECIPIENT},
	{"header-received", "Received fields", "", "Received: from a.example by b.example for <user@example.net>; Mon, 2 Mar 2026 10:00:00 +0000\n", REPORT REST},
	{"encoded-words", "a Subject of RFC 2047 words", REPORT "Subject:", "\n =?utf-8?B?w6Q=?=", "\n" REST},
	{"encoded-words-returned", "the same of the returned message", REPORT NOTICE STATUS RECIPIENT "\n--b\nContent-Type: message/rfc822\n\nSubject:",
		"\n =?iso-2022-jp?B?GyRCPVUbKEI=?=", "\nMessage-ID: <2@example.org>\n\nhello\n" END},
	{"address-groups", "a To of address groups in each other", "To: ", "a:", "\n" REPORT REST},
	{"failed-recipients", "X-Failed-Recipients", DAEMON "X-Failed-Recipients: u@example.net", ",\n u\1@example.net",
		"\n\nThis message was created automatically by mail delivery software.\n"},

	/* structure */
	{"parts", "MIME parts", REPORT, "\n--b\nContent-Type: text/plain\n\nhello\n", NOTICE STATUS RECIPIENT END},
	{"parts-empty", "MIME parts without a byte", REPORT, "\n--b\n\n", NOTICE STATUS RECIPIENT END},
	{"parts-status", "MIME parts of a recipient each", REPORT, STATUS "Final-Recipient: rfc822; user\1@example.net\nAction: failed\nStatus: 5.1.1\n", END},
	{"nested", "parts inside parts", DAEMON "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"n00000000\"\n",
		"\n--n\1\nContent-Type: multipart/mixed; boundary=\"n\2\"\n", STATUS RECIPIENT},
	{"nested-messages", "messages inside messages", "", "From: MAILER-DAEMON@example.org\nContent-Type: message/rfc822\n\n", REPORT REST},
	{"nested-reports", "reports inside reports", "", REPORT NOTICE "\n--b\nContent-Type: message/rfc822\n\n", REPORT REST},
	{"dashes", "lines that are almost delimiters", REPORT, "--c\n", REST},
	{"no-line-end", "one line", DAEMON "\n", "user unknown ", ""},
	{"blank-lines", "line ends alone", "", "\n", DAEMON "\n" REFUSED},
	{"carriage-returns", "CR alone", DAEMON "\n", "\r", ""},
	{"from-lines", "mbox From lines alone", "", "From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n", REPORT REST},
	{"mailbox", "a mailbox of small letters", "", "From a Mon Mar  2 10:00:00 2026\nSubject: a\n\nhello\n\n", ""},
	{"mailbox-reports", "a mailbox of small reports", "",
		"From a Mon Mar  2 10:00:00 2026\nFrom: MAILER-DAEMON@a.example\nSubject: failure notice\n\nHi. This is the qmail-send program at a.example.\n\n<u\1@b.example>:\n550 5.1.1 no such user\n\n", ""},

	{"parts-fields", "parts with a thousand fields each", REPORT, "\n--b\n" X1024("A:\n") "\nhello\n", STATUS RECIPIENT END},
	{"parts-blank", "parts of blank lines", REPORT, "\n--b\n\n" X1024("\n"), NOTICE STATUS RECIPIENT END},
	{"mailbox-from", "lines that might begin a message, and do not", "From a Mon Mar  2 10:00:00 2026\n" DAEMON "\n", "\nFrom a 10:00:00 2026\n", ""},

	/* encodings */
	{"base64", "the words are base64", REPORT "\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n",
		"PGFAYi5leGFtcGxlPjo1NTAKPGFAYi5leGFtcGxlPjo1NTAKPGFAYi5leGFtcGxlPjo1NTAK\n", STATUS RECIPIENT END},
	{"base64-line", "the same in one line", REPORT "\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n",
		"PGFAYi5leGFtcGxlPjo1NTAK", "\n" STATUS RECIPIENT END},
	{"base64-status", "the fields are base64", REPORT NOTICE "\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n",
		"RmluYWwtUmVjaXBpZW50OiBhQGIuZXhhbXBsZQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCgo=\n", END},
	{"quoted-printable", "the words are quoted-printable", REPORT "\n--b\nContent-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: quoted-printable\n\n",
		"=1B$B=3DU=1B(B user unknown=\n", "\n" STATUS RECIPIENT END},
	{"not-utf8", "words that say utf-8 and are not", REPORT "\n--b\nContent-Type: text/plain; charset=utf-8\n\n",
		"\xff\xfe\xc3 \xe2\x82\n", STATUS RECIPIENT END},

	{"status-latin", "parts of a recipient each, to be converted", REPORT,
		"\n--b\nContent-Type: message/delivery-status; charset=iso-8859-1\n\nFinal-Recipient: rfc822; user\1@example.net\nDiagnostic-Code: smtp; 550 " X1024("\xe4\xe4\xe4\xe4") "\n", END},

	/* reports with fields */
	{"recipients", "recipients of a report", REPORT NOTICE STATUS,
		"Final-Recipient: rfc822; user\1@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n", RETURNED "\nhello\n" END},
	{"recipients-short", "recipients in the fewest bytes", REPORT NOTICE STATUS, "Final-Recipient:\1@a\n\n", END},
	{"recipients-and-text", "words and fields of each recipient in one text", POSTFIX,
		"<user\1@example.net>: 550 5.0.0 no\n\nFinal-Recipient: rfc822; user\1@example.net\nAction: failed\n\n", ""},
	{"vendor-fields", "fields of vendors for one recipient", REPORT NOTICE STATUS RECIPIENT, "X-Notes: mailbox full\n", END},
	{"diagnostic", "a Diagnostic-Code in one line", REPORT NOTICE STATUS "Final-Recipient: rfc822; user@example.net\nAction: failed\nDiagnostic-Code: smtp; ",
		"550-5.1.1 host mx[192.0.2.1] said: 554 5.7.1 <a@b.example>: ", "\n" END},
	{"diagnostics", "Diagnostic-Codes of many phrases", REPORT NOTICE STATUS,
		"Final-Recipient: rfc822; user\1@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 user unknown mailbox full spam blocked greylisted relay access denied\n\n", END},
	{"diagnostics-long", "Diagnostic-Codes of 4 KB", REPORT NOTICE STATUS,
		"Final-Recipient: rfc822; user\1@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 user unknown " X1024("abc ") "\n\n", END},
	{"recipients-header", "recipients of whom a long header might tell more",
		"Received: by a.example\nX-Mailer: " X1024("mail er ") "\nSubject: undelivered " X1024("mail er ") "\n" REPORT NOTICE STATUS,
		"Final-Recipient: rfc822; user\1@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 User unknown \1\n\n", END},
	{"vendor-groups", "recipients with fields of vendors", REPORT NOTICE STATUS,
		"Final-Recipient: rfc822; user\1@example.net\nAction: failed\n" X4("X-Notes: " X64("mailbox ") "\n") X4("X-Notes: " X64("mailbox ") "\n") "\n", END},
	{"diagnostic-charsets", "Diagnostic-Codes in four charsets each", REPORT NOTICE STATUS,
		"Final-Recipient: rfc822; user\1@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 =?koi8-r?Q?=C1?= =?big5?Q?=A4=A4?= =?gb2312?Q?=B0=A1?= =?euc-kr?Q?=B0=A1?=\n\n", END},
	{"diagnostic-8bit", "Diagnostic-Codes in bytes of no charset", REPORT NOTICE STATUS,
		"Final-Recipient: rfc822; user\1@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 \xc1\xc2\xe4\xfc \xa4\xa2\n\n", END},
	{"local-recipients", "a mailbox of reports on local parts that a long To may complete", "",
		"From a Mon Mar  2 10:00:00 2026\n" REPORT NOTICE STATUS X64("Final-Recipient: u\nAction: failed\nStatus: 5.1.1\n\n")
		"\n--b\nContent-Type: message/rfc822\n\nTo: " X1024("a@b,c@d,e@f,g@h,") "\nSubject: hello\n\nhello\n" END "\n", ""},
	{"named", "a mailbox of notices that name many parties, and nobody for sure", "",
		"From a Mon Mar  2 10:00:00 2026\nReturn-Path: <>\nFrom: MAILER-DAEMON@a.example, " X64("a@b.example,") "\nTo: " X64("c@d.example,") "\nCc: " X64("e@f.example,")
		"\nReply-To: " X64("g@h.example,") "\nSender: " X64("i@j.example,") "\nSubject: undelivered\n\nNuntius non pervenit:\n" X16("k@l.example m@n.example o@p.example q@r.example 550\n") "\n", ""},
	{"status-blocks", "blocks of a thousand fields", REPORT NOTICE STATUS RECIPIENT "\n", X1024("AB:c\n") "\n", END},
	{"feedback", "recipients of a complaint",
		"From: fbl@example.org\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\n"
		"\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n",
		"Original-Rcpt-To: <user\1@example.net>\n", RETURNED "\nhello\n" END},
	{"json", "recipients in JSON", SNS "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"u@example.net\"}",
		",{\"emailAddress\":\"u\1@example.net\",\"status\":\"5.1.1\"}", "]},\"mail\":{\"messageId\":\"1\"}}\n"},
	{"json-commas", "elements of JSON without a word", SNS "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"u@example.net\"}",
		",", "{\"emailAddress\":\"v@example.net\"}]},\"mail\":{\"messageId\":\"1\"}}\n"},
	{"json-nested", "JSON arrays inside each other", SNS "{\"notificationType\":\"Bounce\",\"bounce\":", "[", ""},

	/* reports in words */
	{"text-recipients", "recipients that the words name", POSTFIX,
		"<user\1@example.net>: host mx.example.net[192.0.2.2] said: 550 5.1.1 User unknown\n    (in reply to RCPT TO command)\n\n", ""},
	{"text-recipient-lines", "the shortest lines that name a recipient", POSTFIX, "<a\1@b>:\n", ""},
	{"text-one-line", "recipients in one line", POSTFIX "The following addresses failed: a@b.example", ", u\1@b.example", "\n"},
	{"text-leads", "sentences that name a recipient, in one line", POSTFIX, "Your message to <u\1@b.example> could not be delivered. ", "\n"},
	{"text-markers", "beginnings of reports", DAEMON "\n", "This message was created automatically by mail delivery software.\nHi. This is the qmail-send program at mx.\n", ""},
	{"transcript", "a session with its replies", POSTFIX "   ----- Transcript of session follows -----\n", ">>> RCPT To:<u\1@b.example>\n<<< 550 5.1.1 User unknown\n", ""},
	{"transcript-long", "a session with replies of many lines", POSTFIX "   ----- Transcript of session follows -----\n",
		">>> RCPT To:<u\1@b.example>\n" X64("<<< 550-5.1.1 the user is not known here at all, sorry, not at all\n") "<<< 550 5.1.1 unknown\n", ""},
	{"transcript-general", "a reply of many lines that is said of all",
		POSTFIX "   ----- Transcript of session follows -----\n>>> DATA\n" X16(X4("<<< 550-5.1.1 this was not liked at all and will not be, sorry\n")) "<<< 550 5.1.1 no\n\n"
		"   ----- The following addresses had permanent fatal errors -----\n", "<u\1@b.example>\n    (unrecoverable error)\n", ""},
	{"text-blank-lines", "blank lines behind words", POSTFIX, "\n", ""},
	{"text-quoted", "quotation marks that close before they open", POSTFIX "The following addresses failed: ", "\\\"@b", "\n"},
	{"text-again", "a recipient named again and again behind a thousand others", POSTFIX "The following addresses failed:\n"
		X16(X64("<u@b.example>\n")), "<a\1@b>\n<a00000000@b>\n", ""},
	{"text-rules", "rules drawn across the text", POSTFIX, "------\n\n\n\n\n\n\n\n", ""},
	{"html-links", "links to addresses in HTML", DAEMON "MIME-Version: 1.0\nContent-Type: text/html\n\n<html>", "<a href=\"mailto:u\1@b.example\">User</a> 550 5.1.1 unknown<br>", ""},
	{"html-entities", "character references of HTML that are none", DAEMON "MIME-Version: 1.0\nContent-Type: text/html\n\n<html>", "&abc;", ""},
	{"html-tags", "HTML tags that stay open", DAEMON "MIME-Version: 1.0\nContent-Type: text/html\n\n<html>", "<b", ""},
};

#define MAIL_SHAPES (sizeof(mail_shapes) / sizeof(mail_shapes[0]))

/* Writes the piece with its number; returns the place behind. */
static inline char *
put_piece(char *out, const char *piece, size_t number)
{
	for (; *piece; piece++)
	{
		if (*piece > 2)
			*out++ = *piece;
		else if (*piece < 0)
			*out++ = *piece;
		else
		{
			sprintf(out, "%08zu", number + (size_t) (*piece - 1));
			out += 8;
		}
	}
	return out;
}

/*
 * A mail of the shape with as many pieces as bring it to 'bytes', one at least,
 * for free().
 */
static inline Slice
make_mail(const MailShape *shape, size_t bytes)
{
	size_t		head = strlen(shape->head);
	size_t		tail = strlen(shape->tail);
	size_t		each = strlen(shape->piece);
	size_t		count;
	char	   *mail;
	char	   *end;

	for (const char *p = shape->piece; *p; p++)
		each += *p == 1 || *p == 2 ? 7 : 0;
	count = bytes > head + tail + each ? (bytes - head - tail) / each : 1;
	mail = malloc(head + count * each + tail + 1);
	if (mail == NULL)
		abort();
	memcpy(mail, shape->head, head);
	end = mail + head;
	for (size_t i = 0; i < count; i++)
		end = put_piece(end, shape->piece, i);
	memcpy(end, shape->tail, tail + 1);
	return slice(mail, (size_t) (end - mail) + tail);
}

#endif							/* BOUNCE_SHAPES_H */
