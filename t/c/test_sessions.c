/*
 * test_sessions.c
 *	  Sessions and transcripts in reports: who said what to whom.
 */
#include "mail/limits.h"
#include "mails.h"

#define SENDMAIL "\n   ----- The following addresses had permanent fatal errors -----\n"
#define TRANSCRIPT "\n   ----- Transcript of session follows -----\n"
#define TALKING "... while talking to mx.example.net.:\n"

static void
test_commands(void)
{
	static const struct
	{
		const char *words;
		const char *command;
	}			cases[] = {
		{"(in reply to EHLO command)", "EHLO"}, {"(in reply to HELO command)", "HELO"}, {"(in reply to STARTTLS command)", "STARTTLS"},
		{"(in reply to AUTH command)", "AUTH"}, {"(in reply to QUIT command)", "QUIT"}, {"(in reply to MAIL FROM command)", "MAIL"},
		{"(in reply to RCPT TO command)", "RCPT"}, {"(in reply to end of DATA command)", "DATA"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char		mail[1024];

		snprintf(mail, sizeof(mail), DAEMON "\n<a@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 user unknown %s\n", cases[i].words);
		read_mail(mail);
		ok(rows.count == 1 && rows.rows[0].smtp_command && strcmp(rows.rows[0].smtp_command, cases[i].command) == 0, cases[i].words);
	}
}

/* Who speaks is shown by arrows, which each program draws its own way. */
static void
test_sides(void)
{
	gives("Sendmail", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 550 5.1.1 user unknown\n", "failure a@example.net userunknown");
	has(rhost, "mx.example.net");
	gives("sides that are named", DAEMON "\nYour message could not be delivered.\n" TRANSCRIPT "Sent <<< RCPT TO:<a@example.net>\nReceived >>> 550 5.1.1 user unknown\nsent <<< QUIT\nreceived >>> 221 bye\n", "failure a@example.net userunknown");
	gives("  in small letters", DAEMON TRANSCRIPT "sent >>> RCPT TO:<a@example.net>\nreceived <<< 550 5.1.1 user unknown\n", "failure a@example.net userunknown");
	gives("Postfix, to its postmaster", "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\nTo: postmaster@example.org\nSubject: Postfix SMTP server: errors from x[192.0.2.1]\n\n"
		  "Transcript of session follows.\n\n Out: 220 mx.example.com ESMTP\n In:  EHLO x\n Out: 250 mx.example.com\n In:  MAIL FROM:<b@example.org>\n Out: 250 2.1.0 Ok\n In:  RCPT TO:<a@example.net>\n Out: 550 5.1.1 user unknown\n"
		  " in:  QUIT\n out: 221 2.0.0 Bye\n Out: x\n Out: \n", "");
	gives("arrows of dashes", DAEMON TRANSCRIPT "Mon 2026-11-23 10:00:00: --> RCPT To:<a@example.net>\nMon 2026-11-23 10:00:00: <-- 550 5.1.1 user unknown\nMon 2026-11-23 10:00:01: <-x 550\n", "failure a@example.net userunknown");
	gives("a point ends the data", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 250 ok\n>>> DATA\n<<< 354 go on\n>>> .\n<<< 552 5.2.2 mailbox full\n", "failure a@example.net mailboxfull");
	ok(rows.count == 1 && rows.rows[0].smtp_command && strcmp(rows.rows[0].smtp_command, "DATA") == 0, "  is DATA's command");
	gives("  and so does what is none", DAEMON TRANSCRIPT TALKING ">>> x\n>>> RCPTS\n>>> RCPT\n<<< 552 5.2.2 mailbox full\n", "failure - onhold");
	gives("  of two nobody knows which, but that it is none of the first", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 250 ok\n>>> RCPT To:<b@example.net>\n<<< 250 ok\n>>> DATA\n<<< 552 5.2.2 mailbox full\n", "failure - onhold");
}

/* Which of several refusals is whose */
static void
test_whose(void)
{
	gives("a reply of three digits", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 550\n", "failure a@example.net filtered");
	gives("  and one that is none", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 55x user unknown\n<<< 5500 user unknown\n<<< 550+no\n<<< 5x0 no\n", "failure - onhold");
	gives("a reply that names another", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 551 5.1.6 try <b@example.net>\n", "failure a@example.net hasmoved");
	gives("pipelined: who is refused is named in the replies", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n>>> RCPT To:<b@example.net>\n>>> DATA\n"
		  "<<< 550 5.1.1 <a@example.net> unknown\n<<< 250 ok\n<<< 503 5.0.0 need RCPT\n", "failure a@example.net userunknown");
	gives("  and pipelined behind another's refusal", DAEMON TRANSCRIPT TALKING ">>> MAIL From:<s@example.org>\n<<< 550 5.7.1 no\n>>> RCPT To:<a@example.net>\n>>> DATA\n<<< 550 5.1.1 <a@example.net> unknown\n<<< 503 5.5.1 RCPT first\n",
		  "failure a@example.net userunknown");
	gives("503 for another cause", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 250 ok\n>>> DATA\n<<< 503 5.5.1 bad sequence\n", "failure a@example.net syntaxerror");
	gives("what is accepted closes a recipient", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<b@example.net>\n>>> RCPT To:<a@example.net>\n<<< 250-ok\n<<< 250\n<<< 550 5.1.1 unknown\n", "failure a@example.net userunknown");
	gives("a host without a name", DAEMON TRANSCRIPT "... while talking to mx_1.example.net...:\n>>> RCPT To:<a@example.net>\n<<< 550 5.1.1 unknown\n", "failure a@example.net userunknown");
	has(rhost, "mx_1.example.net");
	gives("  or without an end", DAEMON TRANSCRIPT "... while talking to mx.example.net\n>>> RCPT To:<a@example.net>\n<<< 550 5.1.1 unknown\n", "failure a@example.net userunknown");
	gives("  or none at all", DAEMON TRANSCRIPT "... while talking to .\n>>> RCPT To:<a@example.net>\n<<< 550 5.1.1 unknown\n", "failure a@example.net userunknown");
	has(rhost, NULL);
}

/* Sendmail's remarks, what it found out itself, and what a program printed */
static void
test_sendmail(void)
{
	gives("a deferral of one who is listed", DAEMON SENDMAIL "<a@example.net>\n" TRANSCRIPT "<a@example.net>... Deferred: Connection refused by mx.example.net.\n", "failure a@example.net networkerror");
	gives("  who has his reason already", DAEMON SENDMAIL "<a@example.net>\n    (reason: 550 5.1.1 user unknown)\n" TRANSCRIPT "<a@example.net>... Deferred: Connection refused by mx.example.net.\n", "failure a@example.net userunknown");
	gives("  of one who is not", DAEMON SENDMAIL "<a@example.net>\n    (reason: 550 5.1.1 user unknown)\n" TRANSCRIPT "<b@example.net>... Deferred: Connection refused by mx.example.net.\n", "failure a@example.net userunknown");
	gives("what a program printed", DAEMON SENDMAIL "<a@example.net>\n" TRANSCRIPT "mail.local: /var/mail/a: Disc quota exceeded\nmail.local: sorry\n554 5.0.0 <a@example.net>... Service unavailable\n", "failure a@example.net mailboxfull");
	gives("  of one who has his reason already", DAEMON SENDMAIL "<a@example.net>\n    cannot write his file\n" TRANSCRIPT "mail.local: /var/mail/a: Disc quota exceeded\n554 5.0.0 <a@example.net>... Service unavailable\n", "failure a@example.net mailboxfull");
	gives("  an exit code", DAEMON SENDMAIL "\"|/usr/bin/vacation\"\n    (reason: 73)\n    (expanded from: <a@example.net>)\n" TRANSCRIPT "vacation: cannot open: mailbox full\n554 5.3.0 unknown mailer error 73\n", "failure a@example.net mailererror");
	gives("  and a reason that ends early", DAEMON SENDMAIL "<a@example.net>\n    (reason: 73\n" TRANSCRIPT "<<< 550 5.1.1 user unknown\n", "failure a@example.net userunknown");
	gives("  or is cut", DAEMON SENDMAIL "<a@example.net>\n    (reason: 550 5.1.1 ...nobody here)\n" TRANSCRIPT TALKING ">>> DATA\n<<< 550 5.1.1 there is nobody here\n", "failure a@example.net userunknown");
	gives("  or nothing", DAEMON SENDMAIL "<a@example.net>\n    (reason: )\n" TRANSCRIPT TALKING ">>> DATA\n<<< 550 5.1.1 there is nobody here\n", "failure a@example.net userunknown");
	gives("  or all there is", DAEMON SENDMAIL "<a@example.net>\n    (reason: 7", "failure a@example.net onhold");
	gives("hosts that each refuse in general", DAEMON SENDMAIL "<a@example.net>\n    (reason: 552 5.2.2 first: mailbox full)\n<b@example.net>\n    (reason: 550 5.1.1 second: unknown)\n<c@example.net>\n    (reason: 550 5.7.1 third)\n"
		  TRANSCRIPT TALKING ">>> DATA\n<<< 552 5.2.2 first: mailbox full for ever\n... while talking to two.example.net.:\n>>> DATA\n<<< 550 5.1.1 second: unknown to all\n",
		  "failure a@example.net mailboxfull; failure b@example.net userunknown; failure c@example.net filtered");
}

/* What a recipient's own words say, beside what his RCPT was answered */
static void
test_both(void)
{
#define REFUSED TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 550 5.1.1 user unknown\n"
	gives("a reason that was wrapped", DAEMON SENDMAIL "<a@example.net>\n    (reason: 550 5.1.1\n    user unknown)\n" REFUSED, "failure a@example.net userunknown");
	gives("  and is an exit code, cut", DAEMON SENDMAIL "<a@example.net>\n    (reason: 7" REFUSED, "failure a@example.net userunknown");
	gives("  and has its middle cut out", DAEMON SENDMAIL "<a@example.net>\n    (reason: 550 5.1.1 user...known)\n" REFUSED, "failure a@example.net userunknown");
	gives("a remark and what a program printed", DAEMON SENDMAIL "<a@example.net>\n    (expanded from: <b@example.net>)\n" TRANSCRIPT "mail.local: /var/mail/a: Disc quota exceeded\n554 5.0.0 <a@example.net>... Service unavailable\n",
		  "failure a@example.net mailboxfull");
	gives("a host that is named above", DAEMON SENDMAIL "<a@example.net>\n  remote host: one.example.net\n" REFUSED, "failure a@example.net userunknown");
	has(rhost, "one.example.net");
	gives("  and who refused in general", DAEMON SENDMAIL "<a@example.net>\n  remote host: one.example.net\n" TRANSCRIPT TALKING ">>> DATA\n<<< 552 5.2.2 mailbox full\n", "failure a@example.net mailboxfull");
	has(rhost, "one.example.net");
	gives("his own refusal beside two in general", DAEMON SENDMAIL "<a@example.net>\n" REFUSED "... while talking to two.example.net.:\n>>> DATA\n<<< 552 5.2.2 mailbox full\n"
		  "... while talking to three.example.net.:\n>>> DATA\n<<< 552 5.3.4 too large\n", "failure a@example.net userunknown");
	gives("a recipient without a domain, and a reply that has it", DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a>\n<<< 550 5.1.1 <a@example.net> unknown\n", "failure a@example.net userunknown");
}

static char text[1 << 20];

/* More than is looked at */
static void
test_long(void)
{
	char	   *p = text + sprintf(text, DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n<<< 550-5.1.1 user unknown ");

	memset(p, 'x', LIMIT_REPLY_BYTES);
	p += LIMIT_REPLY_BYTES;
	sprintf(p, "\n<<< 550 5.1.1 really\n");
	gives("a line without an end", text, "failure a@example.net userunknown");

	p = text + sprintf(text, DAEMON TRANSCRIPT TALKING ">>> RCPT To:<a@example.net>\n");
	for (int i = 0; i < 60; i++)
		p += sprintf(p, "<<< 550-5.1.1 user unknown, %0100d\n", i);
	sprintf(p, "<<< 550 5.1.1 really\n");
	gives("a reply of too many bytes", text, "failure a@example.net userunknown");

	p = text + sprintf(text, DAEMON SENDMAIL "<a@example.net>\n" TRANSCRIPT);
	for (int i = 0; i < 60; i++)
		p += sprintf(p, "procmail: Disc quota exceeded, %0100d\n", i);
	sprintf(p, "554 5.0.0 <a@example.net>... Service unavailable\n");
	gives("a program that goes on and on", text, "failure a@example.net mailboxfull");

	p = text + sprintf(text, DAEMON SENDMAIL "<a@example.net>\n" TRANSCRIPT TALKING);
	for (int i = 0; i < 4100; i++)
		p += sprintf(p, ">>> RCPT To:<u%d@example.net>\n<<< 550 5.1.1 unknown\n", i);
	sprintf(p, "<a@example.net>... Deferred: Connection refused by mx.example.net.\n");
	gives("more refusals than are remembered", text, "failure a@example.net userunknown");

	p = text + sprintf(text, DAEMON SENDMAIL "<a@example.net>\n    (reason: 550 5.1.1 of the last of all hosts)\n<b@example.net>\n    (reason: 552 5.2.2 mailbox full)\n" TRANSCRIPT);
	for (int i = 0; i < 80; i++)
		p += sprintf(p, "... while talking to mx%d.example.net.:\n>>> DATA\n<<< 550 5.7.1 number %d\n", i, i);
	gives("very many hosts", text, "failure a@example.net userunknown; failure b@example.net mailboxfull");
}

int
main(void)
{
	test_commands();
	test_sides();
	test_whose();
	test_sendmail();
	test_both();
	test_long();
	return finish();
}
