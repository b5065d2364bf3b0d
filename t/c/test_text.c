/*
 * test_text.c
 *	  Free-text reports: who is named, what is said of him, what is not meant.
 *
 * Build: make unit
 */
#include "mail/decode.h"
#include "mail/limits.h"
#include "report/text.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Expected
{
	const char *name;
	const char *text;
	const char *recipients;		/* in order, with commas */
	const char *words;			/* that the first one's words hold, or NULL */
	BounceKind	kind;			/* of the first one */
	bool		delayed;
} Expected;

static const Expected cases[] = {
	{"Postfix",
		"I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
		"<a@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1\n    no such user\n\n<b@example.com>: unknown user\n",
	"a@example.com,b@example.com", "550 5.1.1\n    no such user", KIND_NONE, false},
	{"an alias",
		"<b@example.com> (expanded from <a@example.com>): unknown user\n",
	"b@example.com", "unknown user", KIND_NONE, false},
	{"an alias, wrapped",
		"<b@example.com> (expanded from\n    <a@example.com>): unknown user\n",
	"b@example.com", "unknown user", KIND_NONE, false},
	{"an address, wrapped",
		"Your message could not be delivered to the following recipients:\n\n<a.very.long.name@\n    example.com>: user unknown\n\n<b.@\nis no address\n",
	"a.very.long.name@example.com", "user unknown", KIND_NONE, false},
	{"a name that looks like an address",
		"Delivery has failed to these recipients or groups:\n\n'a@example.net' (b@example.com)<mailto:b@example.com>\nnot found\n",
	"b@example.com", "not found", KIND_NONE, false},
	{"recipients in one line",
		"The following addresses had permanent fatal errors\na@example.com, <b@example.com>; c@example.com\n    550 user unknown\n",
	"a@example.com,b@example.com,c@example.com", "550 user unknown", KIND_FAILURE, false},
	{"Sendmail, two recipients that share the words",
		"The following addresses had permanent fatal errors\n<a@example.com>\n<b@example.com>\n    550 user unknown\n",
	"a@example.com,b@example.com", "550 user unknown", KIND_FAILURE, false},
	{"Sendmail, a remark below one of two",
		"   ----- The following addresses had permanent fatal errors -----\n<a@example.com>\n<b@example.net>\n    (reason: 550 5.7.1 Access denied)\n\n"
		"   ----- Transcript of session follows -----\n550 5.1.2 <a@example.com>... Host unknown (Name server: example.com: host not found)\n"
		"... while talking to mx.example.net.:\n>>> MAIL From:<c@example.org>\n<<< 550 5.7.1 Access denied\n554 5.0.0 Service unavailable\n",
	"a@example.com,b@example.net", "550 5.1.2 <a@example.com>... Host unknown", KIND_FAILURE, false},
	{"a sentence that goes on to another address",
		"Delivery to a@example.com failed: address changed, the user is now b@example.net\n",
	"a@example.com", "address changed", KIND_NONE, false},
	{"a sentence with two recipients",
		"Delivery to a@example.com, and b@example.net failed: user unknown\n",
	"a@example.com,b@example.net", "user unknown", KIND_NONE, false},
	{"FML",
		"Duplicated Message-ID in <list@example.jp>.\n\nOriginal mail as follows:\n\nFrom: a@example.com\n",
	"list@example.jp", "Duplicated Message-ID", KIND_NONE, false},
	{"one recipient twice",
		"The following addresses had permanent fatal errors\n<a@example.com>\n<A@example.com>\n    550 user unknown\n",
	"a@example.com", "550 user unknown", KIND_FAILURE, false},
	{"qmail",
		"Hi. This is the qmail-send program at mx.example.com.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
		"<a@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 no\n\n--- Below this line is a copy of the message.\n\n<c@example.net>: hello\n",
	"a@example.com", "Remote host said: 550 no", KIND_NONE, false},
	{"the returned message is not searched",
		"Your message could not be delivered to <a@example.com>\n\nReceived: from x by y\nTo: b@example.net\n\n<c@example.net>: 550 hello\n",
	"a@example.com", NULL, KIND_NONE, false},
	{"nor advice",
		"The following addresses had permanent fatal errors\n<a@example.com>\n\nPlease contact <postmaster@example.net>\nor <help@example.net> for help\n",
	"a@example.com", NULL, KIND_FAILURE, false},
	{"a delay",
		"The following addresses had transient non-fatal errors\n<a@example.com>\n    connection timed out\n\nwill keep trying until message is 5 days old\n",
	"a@example.com", "connection timed out", KIND_DELAY, true},
	{"a transcript",
		"----- The following addresses had permanent fatal errors -----\n<a@example.com>\n\n----- Transcript of session follows -----\n"
		"... while talking to mx.example.com.:\n>>> RCPT To:<a@example.com>\n<<< 550 no such user\n550 <a@example.com>... User unknown\n",
	"a@example.com", "550 no such user", KIND_FAILURE, false},
	{"a reply of many lines",
		"----- The following addresses had permanent fatal errors -----\n<a@example.com>\n\n----- Transcript of session follows -----\n"
		">>> RCPT To:<a@example.com>\n<<< 550-no such user\n<<< 550-here\n<<< 550-nor there\n<<< 550-nor\n<<< 550 anywhere\n",
	"a@example.com", "550-no such user\n550-here\n550-nor there\n550-nor\n550 anywhere", KIND_FAILURE, false},
	{"an address with a colon, announced in words that nobody knows",
		"Deze brief kwam niet aan:\n\na@example.com:\n550 unknown user\n\n--- De brief ---\n\nFrom: b@example.net\nTo: c@example.net\nMessage-ID: <1@example.net>\n\n<d@example.net>: hello\n",
	"a@example.com", "550 unknown user", KIND_NONE, false},
	{"a notice's own list of fields is not the returned header",
		"Your message could not be delivered to <a@example.com>\n\n--- Details ---\nFrom: b@example.net\nSubject: hello\nReason: 550 user unknown\n",
	"a@example.com", "550 user unknown", KIND_NONE, false},
	{"a reply below an address, in a language that no marker knows",
		"Jakieś słowa o tym.\n\na@example.com\nRemote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n",
	"a@example.com", "550 5.1.1 RESOLVER", KIND_NONE, false},
	{"a refusal ends the advice before it",
		"Your message to a@example.com couldn't be delivered.\n\nHow to fix it\nAsk b@example.com.\n\nFejl: 550 5.7.1 refused by policy\n",
	"a@example.com", "550 5.7.1 refused", KIND_NONE, false},
	{"Postfix tells its postmaster",
		"Transcript of session follows.\n\n Out: 220 mx.example.com\n In:  RCPT TO:<a@example.com>\n Out: 250 2.1.5 Ok\n"
		" In:  DATA\n Out: 354 End data\n Out: 451 4.3.0 Error: queue file write error\n",
	"", NULL, KIND_NONE, false},
	{"a session whose sides are named",
		"Your message could not be delivered.\n\nSent >>> RCPT TO:<a@example.com>\nReceived <<< 550 5.1.1 no such user\n",
	"a@example.com", "550 5.1.1 no such user", KIND_NONE, false},
	{"the same with the arrows turned round",
		"Your message could not be delivered.\n\nSent <<< RCPT TO:<a@example.com>\nReceived >>> 550 5.1.1 no such user\n",
	"a@example.com", "550 5.1.1 no such user", KIND_NONE, false},
	{"the action stands behind the address",
		"These recipients of your message have been processed by the mail server:\na@example.com; Delayed; 4.2.2 (mailbox full)\n\n"
		"    Remote MTA mx.example.com: SMTP diagnostic: 452 full\n\nb@example.com; Failed; 5.1.1 (bad destination mailbox address)\n",
	"a@example.com,b@example.com", "452 full", KIND_DELAY, false},
	{"a quoted header names who failed behind an announcement",
		"The following message could not be delivered:\n\nFrom: c@example.org\nTo: a@example.com, b@example.com\nSubject: x\n\nReason: 552 too large\n",
	"a@example.com,b@example.com", "552 too large", KIND_NONE, false},
	{"Nemesis cuts a reply into pieces of one width",
		"The following address(es) failed:\n\na@example.com:\nSMTP error from remote server for TEXT command, host: mx.example.com (192.0.2.1) reason: 554-Transaction failed 554-Reje\nct due to policy\n",
	"a@example.com", "554-Reject due", KIND_NONE, false},
	{"Turkish puts the address first",
		"a@example.com adresine g\303\266nderdi\304\237iniz e-posta teslim edilemedi.\n", "a@example.com", NULL, KIND_NONE, false},
	{"InterMail names the reason first",
		"This Message was undeliverable due to the following reason:\n\nThe user(s) account is temporarily over quota.\n\n<a@example.com>\n<b@example.com>\n\n"
		"The user(s) account is disabled.\n\n<c@example.com>\n\nPlease reply to <postmaster@example.com>\nif you feel this message to be in error.\n",
	"a@example.com,b@example.com,c@example.com", "over quota", KIND_NONE, false},
	{"EZweb begins with the reason",
		"The user(s) account is temporarily over quota.\n\n<a@example.com>\n\nThe user(s) account is disabled.\n\n<b@example.com>\n",
	"a@example.com,b@example.com", "over quota", KIND_NONE, false},
	{"InterMail, where the recipients are announced",
		"This Message was undeliverable due to the following reason:\n\nYour message was not delivered because the destination computer was\nnot found.\n\n"
		"The following recipients did not receive your message:\n\n     <a@example.com>\n\nPlease reply to <postmaster@example.com>\nif you feel this message to be in error.\n",
	"a@example.com", "computer was", KIND_NONE, false},
	{"two headings, each with its reason",
		"Your message could not be delivered to the following recipients.\n\nThese are unknown:\n\na@example.com\nb@example.com\n\nThe mailboxes of these\nare full:\n\nc@example.com\n",
	"a@example.com,b@example.com,c@example.com", "These are unknown:", KIND_NONE, false},
	{"the first of two sentences in a line names him",
		"The message you sent to a@example.com has been blocked, because it is infected. It has not been delivered to the recipient.\n",
	"a@example.com", "infected", KIND_NONE, false},
	{"and nobody without one",
		"Hello,\n\nFrom: c@example.org\nTo: a@example.com\nSubject: x\n", "", NULL, KIND_NONE, false},
	{"Sendmail, too many hops",
		"----- Transcript of session follows -----\n554 Too many hops 26 (25 max): from <x@example.org> via localhost, to <a@example.com>\n",
	"a@example.com", "Too many hops", KIND_NONE, false},
	{"a wrapped reply whose line begins like a label",
		"<a@example.com>: host mx.example.com[192.0.2.1] said: 550 invalid\n    recipient: a@example.com (in reply to RCPT TO command)\n",
	"a@example.com", "recipient: a@example.com", KIND_NONE, false},
	{"a reply names somebody else",
		"----- Transcript of session follows -----\n>>> RCPT To:<a@example.com>\n<<< 551 please try <c@example.net>\n550 <a@example.com>... User unknown\n",
	"a@example.com", "551 please try", KIND_NONE, false},
	{"and whom to write to",
		"----- Transcript of session follows -----\n>>> DATA\n<<< 550 blocked, write to <c@example.net>\n554 <a@example.com>... Service unavailable\n",
	"a@example.com", "550 blocked", KIND_NONE, false},
	{"Sendmail, what is deferred for another reason",
		"The following addresses had transient non-fatal errors\n<a@example.com>\n\nThe following addresses had permanent fatal errors\n<b@example.com>\n\n"
		"----- Transcript of session follows -----\n>>> MAIL From:<x@example.org>\n<<< 550 spam\n554 <b@example.com>... Service unavailable\n"
		"<a@example.com>... Deferred: Connection refused by mx.example.net.\n",
	"a@example.com,b@example.com", "Connection refused", KIND_DELAY, false},
	{"Sendmail, a host's refusal is not a file's",
		"The following addresses had permanent fatal errors\n/var/x\n    (reason: can't create (user) output file)\n    (expanded from: <a@example.com>)\n<b@example.com>\n"
		"    (reason: 550 5.7.1 refused by a filter)\n\n----- Transcript of session follows -----\n>>> DATA\n<<< 550 5.7.1 refused by a filter\n554 5.0.0 Service unavailable\n",
	"a@example.com,b@example.com", "/var/x", KIND_FAILURE, false},
	{"Sendmail's own word does not outvote the host's",
		"----- Transcript of session follows -----\n... while talking to mx.example.com.:\n>>> DATA\n<<< 550 5.1.4 ambiguous\n550 5.1.1 <a@example.com>... User unknown\n",
	"a@example.com", "550 5.1.4 ambiguous", KIND_NONE, false},
	{"Courier, the second one deeper",
		"<a@example.com>:\n    Mail loop\n\n <b@example.com>:\n <<< 550 unknown\n",
	"a@example.com,b@example.com", "Mail loop", KIND_NONE, false},
	{"Python's refused recipients",
		"refused: {'a@example.com': (550, b'5.1.1 unknown'), 'b@example.com': (552, b'full')}\n",
	"a@example.com,b@example.com", "550, b'5.1.1 unknown", KIND_FAILURE, false},
	{"the same, cut", "refused: {'a@example.com': (550, b'5.1.1 unkn\n", "", NULL, KIND_NONE, false},
	{"a sentence about three",
		"Your message could not be delivered to a@example.com, b@example.com and c@example.com: 550 no such domain\n",
	"a@example.com,b@example.com,c@example.com", "550 no such domain", KIND_NONE, false},
	{"a numbered list",
		"Your message could not be delivered to the following recipients:\n\n 1. a@example.com\n 2. b@example.com\n\n550 unknown\n",
	"a@example.com,b@example.com", "550 unknown", KIND_NONE, false},
	{"Postfix, the alias wrapped",
		"<\"|/usr/bin/x -l y\"@example.com>\n    (expanded from <a@example.com>): Command died\n\n<b@example.com>: unknown user\n",
	"\"|/usr/bin/x -l y\"@example.com,b@example.com", "Command died", KIND_NONE, false},
	{"a table",
		"Recipient        Status   Detail\na@example.com    failed   550 unknown user\nb@example.com    delivered   250 ok\nc@example.com failed to convince us\n",
	"a@example.com,b@example.com", "550 unknown user", KIND_FAILURE, false},
	{"Exim, an address and a pipe",
		"The following address(es) failed:\n\n  a@example.com\n    mailbox is full\n  pipe to |/usr/bin/x\n    generated by b@example.com\n    local delivery failed\n",
	"a@example.com,b@example.com", "mailbox is full", KIND_NONE, false},
	{"Sendmail, a pipe whose reason stands before its address",
		"The following addresses had permanent fatal errors\n\"|/usr/bin/x\"\n    (reason: 1)\n    (expanded from: <a@example.com>)\n",
	"a@example.com", "(reason: 1)", KIND_FAILURE, false},
	{"Sendmail 8.6, a remark is no reason",
		"The following addresses had permanent fatal errors\na@example.com  (unrecoverable error)\n\n"
		"----- Transcript of session follows -----\n550 a@example.com... Host unknown\n",
	"a@example.com", "Host unknown", KIND_FAILURE, false},
	{"what the delivery program has printed",
		"----- Transcript of session follows -----\nmail: /var/mail/a: Disc quota exceeded\n554 <a@example.com>... Service unavailable\n",
	"a@example.com", "Disc quota exceeded", KIND_NONE, false},
	{"of several hosts' refusals the one that is his reason",
		"The following addresses had permanent fatal errors\n<a@example.com>\n    (reason: 554 5.7.1 spam, no thanks)\n\n"
		"----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> MAIL From:<x@example.org>\n<<< 550 5.7.1 Access denied\n"
		"... while talking to mx.example.com.:\n>>> DATA\n<<< 554 5.7.1 spam, no thanks; ask us\n",
	"a@example.com", "no thanks; ask us", KIND_FAILURE, false},
	{"an address of the next sentence",
		"Your message could not be delivered to the recipient. Please write to b@example.net\n",
	"", NULL, KIND_NONE, false},
	{"a gateway's warning and a lawyer's footer",
		"CAUTION: This email originated from outside of the organization.\nReport spam to c@example.net.\n\n"
		"Your message could not be delivered to <a@example.com>\n\nThis e-mail and any attachments are confidential.\n<b@example.net>\n",
	"a@example.com", NULL, KIND_NONE, false},
	{"Exchange's address type",
		"The following recipient(s) could not be reached:\n\n[SMTP:a@example.com] on 1/2/2001 3:05 PM\n  550 5.1.1 unknown\n",
	"a@example.com", "550 5.1.1 unknown", KIND_NONE, false},
	{"nobody", "Hello,\n\nhow are you?\n", "", NULL, KIND_NONE, false},
	{"nothing", "", "", NULL, KIND_NONE, false},
};

static void
test_cases(void)
{
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		/* the same with CRLF, and with CR alone */
		for (int kind = 0; kind < 3; kind++)
		{
			static const char *const ends[] = {"\n", "\r\n", "\r"};
			char		text[2048];
			char		recipients[512] = "";
			size_t		n = 0;
			Slice		copy;
			Arena		arena;
			TestOwner	owner;
			TextReport	report;
			bool		holds = cases[i].words == NULL;

			for (const char *p = cases[i].text; *p; p++)
			{
				if (*p != '\n')
					text[n++] = *p;
				else
				{
					memcpy(text + n, ends[kind], strlen(ends[kind]));
					n += strlen(ends[kind]);
				}
			}
			copy = exact_copy(slice(text, n));
			test_arena(&arena, &owner);
			text_read(&arena, copy, kind == 2 ? '\r' : '\n', NULL, &report);
			for (size_t k = 0; k < report.count; k++)
			{
				if (k > 0)
					strcat(recipients, ",");
				strncat(recipients, report.recipients[k].address.p, report.recipients[k].address.n);
			}
			ok(strcmp(recipients, cases[i].recipients) == 0, cases[i].name);
			if (strcmp(recipients, cases[i].recipients) != 0)
				printf("# got %s\n", recipients);
			if (report.count > 0 && cases[i].words)
			{
				if (kind == 0)
					holds = slice_find_nocase(report.recipients[0].words, slice(cases[i].words, strlen(cases[i].words)), 0) != SLICE_NPOS;
				else
					holds = report.recipients[0].words.n > 0;
			}
			ok(holds, "  words");
			if (!holds && report.count > 0)
				print_bytes("got", report.recipients[0].words);
			ok(report.count == 0 || report.recipients[0].kind == cases[i].kind, "  section");
			ok(report.delayed == cases[i].delayed, "  delay");
			arena_reset(&arena);
			free((char *) copy.p);
		}
	}
}

static void
test_details(void)
{
	static const char expanded[] = "<b@example.com> (expanded from <a@example.com>): unknown user\n";
	Arena		arena;
	TestOwner	owner;
	TextReport	report;
	char	   *many;
	size_t		n = 0;

	test_arena(&arena, &owner);
	text_read(&arena, slice(expanded, sizeof(expanded) - 1), '\n', NULL, &report);
	ok(report.count == 1, "one recipient");
	is(report.recipients[0].alias, SLICE_LIT("a@example.com"), "the address mailed");
	arena_reset(&arena);

	/* the language does not matter where the addresses are known */
	{
		static const char unknown_words[] = "Tiu mesaĝo ne povis esti liverita:\n\n  a@example.com\n    plena\n  b@example.com\n    nekonata\n";
		RecipientIndex known = {.arena = &arena};

		test_arena(&arena, &owner);
		recipients_put(&known, SLICE_LIT("a@example.com"), 0);
		recipients_put(&known, SLICE_LIT("b@example.com"), 1);
		text_read_about(&arena, slice(unknown_words, sizeof(unknown_words) - 1), '\n', &known, NULL, &report);
		ok(report.count == 2, "known recipients are found in any language");
		is(slice_trim(report.recipients[1].words), SLICE_LIT("nekonata"), "each with his words");
		arena_reset(&arena);
	}

	many = malloc(LIMIT_TEXT_RECIPIENTS * 64);
	n = (size_t) sprintf(many, "The following addresses had permanent fatal errors\n");
	for (int i = 0; i <= LIMIT_TEXT_RECIPIENTS; i++)
		n += (size_t) sprintf(many + n, "<u%d@example.com>\n", i);
	n += (size_t) sprintf(many + n, "    550 user unknown\n");
	test_arena(&arena, &owner);
	text_read(&arena, slice(many, n), '\n', NULL, &report);
	ok(report.count == LIMIT_TEXT_RECIPIENTS && report.truncated, "no more recipients than the limit");
	ok(report.recipients[0].words.p == report.recipients[LIMIT_TEXT_RECIPIENTS - 1].words.p, "they share their words, uncopied");
	ok(owner.bytes < 16 * 1024 * 1024, "and memory is bounded");
	arena_reset(&arena);
	free(many);
}

/* Whatever the words are: addresses are valid, words are of the text or bounded. */
/* A marker may end in a character of several bytes, and what stands behind it begins behind all of them. */
static void
test_wide_colon(void)
{
	static const Slice text = SLICE_LIT("From: \"Mail Delivery Subsystem\" <MAILER-DAEMON@mx.example>\n"
										"To\xef\xbc\x9a rosa@koharu.example\n");
	Arena		arena;
	TestOwner	owner;
	TextReport	report;

	test_arena(&arena, &owner);
	text_read(&arena, text, '\n', NULL, &report);
	is(report.quoted_to, SLICE_LIT("rosa@koharu.example"), "behind a full-width colon");
	arena_reset(&arena);
}

static void
test_hazards(void)
{
	static const char *const pieces[] = {
		"\n", "\n", "\n\n", " ", "    ", "<a@example.com>", "b@example.net", ":", ": ", "(expanded from <c@example.com>)", "550 5.1.1 user unknown",
		"the following addresses had permanent fatal errors\n", "transcript of session follows\n", ">>> RCPT TO:<a@example.com>\n", "<<< 550 ", "<<< 550-",
		"will keep trying", "please contact ", "recipient: ", "to: ", "could not be delivered to ", "reason:", "'", "': (", "': (550, b'", "')", "pipe to |", "  failed  ", "{'", "\"", "<", ">", "@", "\xe5\xae\x9b\xe5\x85\x88", "> ", "* "
	};
	uint32_t	seed = 2463534242u;
	bool		valid = true;
	bool		bounded = true;

	for (int round = 0; round < 5000; round++)
	{
		char		bytes[1024];
		size_t		n = 0;
		Slice		text;
		Arena		arena;
		TestOwner	owner;
		TextReport	report;

		while (n < 900 && test_random(&seed) % 80 != 0)
		{
			const char *piece = pieces[test_random(&seed) % LENGTH(pieces)];

			memcpy(bytes + n, piece, strlen(piece));
			n += strlen(piece);
		}
		text = exact_copy(slice(bytes, n));
		test_arena(&arena, &owner);
		text_read(&arena, text, '\n', NULL, &report);
		for (size_t i = 0; i < report.count; i++)
		{
			valid = valid && report.recipients[i].address.n > 0 && decode_is_utf8(report.recipients[i].address) &&
				slice_find(report.recipients[i].address, '\n', 0) == SLICE_NPOS;
			bounded = bounded && report.recipients[i].words.n <= 3 * LIMIT_REPLY_BYTES;
		}
		bounded = bounded && report.words.n <= LIMIT_REPLY_BYTES && report.lhost.n <= text.n;
		arena_reset(&arena);
		free((char *) text.p);
	}
	ok(valid, "pieces in any order name valid addresses");
	ok(bounded, "and bounded words");
}

int
main(void)
{
	test_cases();
	test_details();
	test_wide_colon();
	test_hazards();
	return finish();
}
