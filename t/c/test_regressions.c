/*
 * test_regressions.c
 *	  One case for each bug that was found; each failed before it was mended.
 *
 * Where a case is about time, the bound is far above what it takes and far
 * below what it took.
 *
 * Build: make unit
 */
#include <time.h>

#include "bounce.h"
#include "report/lines.h"
#include "tap.h"

#define DAEMON "From: MAILER-DAEMON@mx.example.com\nTo: sender@example.org\nSubject: Undelivered Mail Returned to Sender\n"
#define PERSON "From: Bob <bob@example.net>\nTo: alice@example.org\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
#define REPORT DAEMON "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
static char text[64 << 20];
static size_t text_n;
static Arena arena;
static TestOwner owner;
static BounceResult result;
static void begin(void) { text_n = 0; }
static void add(const char *s) { memcpy(text + text_n, s, strlen(s)); text_n += strlen(s); }
static void add_times(const char *s, int times) { while (times-- > 0) add(s); }
static char *copy;

static void
give_back(void)
{
	if (copy)
		arena_reset(&arena);
	free(copy);
	copy = NULL;
}

static double
run(void)
{
	clock_t		start = clock();
	Slice		mail;

	give_back();
	mail = exact_copy(slice(text, text_n));
	copy = (char *) mail.p;
	test_arena(&arena, &owner);
	result = bounce_read_message(&arena, mail, true);
	return (double) (clock() - start) / CLOCKS_PER_SEC;
}

static void mail(const char *s) { begin(); add(s); run(); }

/* Exchange names the host that refused in a line of its own, or in front of its code. */
static void
test_exchange_hosts(void)
{
	mail(DAEMON "\nDelivery has failed to these recipients or groups:\n\na@example.com\nNo.\n\nGenerating server: ex.example.org\n\n"
		 "a@example.com\nmx.example.com\nRemote Server returned '550 5.1.1 unknown'\n");
	is(result.rows[0].rhost, SLICE_LIT("mx.example.com"), "the host above the reply");
	mail(REPORT "Final-Recipient: rfc822;a@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;550 5.1.1 unknown\n"
		 "X-Supplementary-Info: <mx.example.com #5.1.1 smtp;550 5.1.1 unknown>\n--b--\n");
	is(result.rows[0].rhost, SLICE_LIT("mx.example.com"), "the host in the supplementary reply");
}

/* What gateways put before a subject does not hide it; nor does a mark without end read on. */
static void
test_tagged_subject(void)
{
	mail("Return-Path: <>\nFrom: x@mx.example.com\nTo: sender@example.org\nSubject: [EXTERNAL] ***SPAM*** Undeliverable: hello\n\n"
		 "a@example.com\n550 5.1.1 unknown\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "a subject behind tags");
	mail("Return-Path: <>\nFrom: x@mx.example.com\nTo: sender@example.org\nSubject: [\n\nhello\n");
	mail("Return-Path: <>\nFrom: x@mx.example.com\nTo: sender@example.org\nSubject: [] ****\n\nhello\n");
	ok(result.count == 0, "tags alone");
}

/* A notice in words that no marker knows: the one address that it names, but nobody's office and neither party. */
static void
test_named_address(void)
{
	mail(DAEMON "\nLa via mesaĝo al a@example.com ne atingis: 550 5.1.1 nekonata uzanto.\nHelpo: postmaster@mx.example.com, sender@example.org\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "the only address that is named");
	mail(DAEMON "\nLa via mesaĝo al a@example.com kaj b@example.com ne atingis.\n");
	ok(result.count == 1 && result.rows[0].recipient.n == 0, "of two nobody knows which");
}

/* A label that is wrapped over two lines: its end lies in the next line, slice_between() underflows (heap over-read of up to 16 KB). */
static void
test_wrapped_label(void)
{
	mail(DAEMON "\nThe following addresses failed:\n<a@example.com>\n   remote\nsystem: foo.example said no\n550 user unknown\n");
	is(result.rows[0].rhost, SLICE_LIT("foo.example"), "a wrapped remote label");
	mail(DAEMON "\ndsn generated\nby: mx.example\nThe following addresses had permanent fatal errors\n<a@example.com>\n  550 5.1.1 user unknown\n");
	is(result.rows[0].lhost, SLICE_LIT("mx.example"), "a wrapped local label");
}

/* is_about_sender() searches all from the first reply on for each further code: 5 ms per 4 KB reply, and shared words are judged once per recipient. */
static void
test_reply_quadratic(void)
{
	double seconds;
	begin();
	add(DAEMON "X-Failed-Recipients: ");
	for (int i = 0; i < 2200; i++) { char s[32]; sprintf(s, "%su%d@b", i ? "," : "", i); add(s); }
	add("\n\nYour message could not be delivered\n550 ");
	add_times(":250 s", 660);
	add("\n");
	seconds = run();
	printf("# %zu bytes, %zu rows, %.1f s\n", text_n, result.count, seconds);
	ok(seconds < 30, "20 KB in no time");
}

/* append_vendor() copies all that was joined before for each further field: 200 bytes of arena a byte of mail (64 MB: 13 GB). */
static void
test_vendor_memory(void)
{
	begin();
	add(REPORT);
	for (int i = 0; i < 10; i++) { add("Final-Recipient:u@b\n"); add_times("X-Notes:a\n", 2100); }
	run();
	printf("# %zu bytes, arena %zu\n", text_n, owner.bytes);
	ok(owner.bytes < 30 * text_n, "memory is in proportion: vendors' fields");

	begin();
	add(DAEMON "\n----- Transcript of session follows -----\n");
	for (int i = 0; i < 25; i++) { add(">>> RCPT TO:<a@b.example>\n"); add_times("<<< 550\n", 1010); }
	run();
	printf("# %zu bytes, arena %zu\n", text_n, owner.bytes);
	ok(owner.bytes < 30 * text_n, "memory is in proportion: lines of a reply");
}

/* The machine fields are cut at 256 KB although nothing is decoded: 10,000 recipients become 2,140, silently. */
static void
test_dsn_cut(void)
{
	begin();
	add(REPORT);
	for (int i = 0; i < 10000; i++) { char s[200]; sprintf(s, "Final-Recipient: rfc822; user%d@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n\n", i); add(s); }
	add("--b--\n");
	run();
	printf("# %zu rows\n", result.count);
	ok(result.count == 10000, "a report of 10,000 recipients");
}

/* One "delay" marker anywhere in the text turns explicit permanent failures into delays. */
static void
test_delay_from_failure(void)
{
	mail(DAEMON "\n----- The following addresses had permanent fatal errors -----\n<a@example.com>\n\n----- The following addresses had transient non-fatal errors -----\n<b@example.net>\n\n"
		"----- Transcript of session follows -----\n550 <a@example.com>... User unknown\n<b@example.net>... Deferred: Connection timed out\nWill keep trying until message is 5 days old\n");
	ok(result.count == 2 && result.rows[0].kind == KIND_FAILURE && result.rows[0].hard_bounce == TRUTH_TRUE, "Sendmail: permanent stays permanent beside a delay");
	ok(result.count == 2 && result.rows[1].kind == KIND_DELAY, "  and the delay a delay");
	mail(DAEMON "\nThe following addresses had permanent fatal errors\n<a@example.com>\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.com.:\n"
		">>> DATA\n<<< 451 4.3.0 queue full, will try again later\n<<< 550 5.1.1 user unknown\n550 5.1.1 <a@example.com>... User unknown\n");
	ok(result.count == 1 && result.rows[0].kind == KIND_FAILURE, "the words of a remote reply do not make it a delay");
	mail(DAEMON "\nYour message could not be delivered to the following recipient:\n\n<a@example.com>: 550 5.1.1 user unknown\n\nNo action is required on your part.\n");
	ok(result.count == 1 && result.rows[0].kind == KIND_FAILURE, "nor does a polite phrase, against a 550");
}

/* A lead whose recipient stands below: the address before the words (the sender's) is taken, with a hard verdict. */
static void
test_sender_reported(void)
{
	mail(DAEMON "\nA message from sender@example.org was not delivered to\n\n  a@example.com\n\nuser unknown\n");
	ok(result.count == 1, "one row");
	is(result.count ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "the recipient, not the sender");
}

/* mime_without_comments() cuts at 16 KB within a character; feedback_type reaches the row unchecked: invalid UTF-8 in a text datum. */
static void
test_feedback_type_utf8(void)
{
	begin();
	add("From: fbl@example.com\nTo: s@example.org\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: a");
	add_times("\xc3\xa9", 9000);
	add("\nVersion: 1\n\n--b--\n");
	run();
	ok(result.count == 1 && decode_is_utf8(result.rows[0].feedback_type), "a long feedback type is valid UTF-8");
}

/* A null Return-Path and "<a@b>" alone in a line or "<a@b>:" are enough for a report: transactional mail often has both. */
static void
test_null_return_path(void)
{
	mail("Return-Path: <>\n" PERSON "Subject: Your one-time code\n\nCode: 550 123\n\nIf this was not you, contact\n\n<help@example.net>\n");
	ok(result.count == 0, "a one-time code is no bounce");
	mail("Return-Path: <>\n" PERSON "Subject: Welcome\n\nYour account was created. Contact us:\n<help@example.net>: our help desk\n");
	ok(result.count == 0, "nor is a welcome");
	mail("Return-Path: <>\n" PERSON "Subject: Your parcel\n\nYour parcel could not be delivered to the recipient. Contact: desk@example.net\n");
	ok(result.count == 0, "nor a parcel that could not be delivered");
}

/* JSON within the first 200 bytes of anybody's mail is taken for Amazon's notification, before anything asks who wrote it. */
static void
test_sns_in_talk(void)
{
	mail(PERSON "Subject: look at this\n\nHi, from our logs: {\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"x@example.com\","
		"\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]}}\nwhat shall we do?\n");
	ok(result.count == 0, "people talk about JSON");
	mail("From: no-reply@sns.amazonaws.com\nTo: a@example.org\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"x@example.com\",\"status\":\"5.1.1 and more\\nwords\"}]}}\n");
	is(result.rows[0].delivery_status, SLICE_LIT("5.1.1"), "delivery_status is a status");
	begin();
	add("From: no-reply@sns.amazonaws.com\nTo: a@example.org\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[");
	add_times(",", 120000);
	add("{\"emailAddress\":\"x@example.com\"}]}}\n");
	run();
	printf("# %zu rows\n", result.count);
	ok(result.count <= 1, "elements that are not there are no recipients");
	ok(owner.bytes < 1000000, "  and cost nothing");
	mail("From: no-reply@sns.amazonaws.com\nTo: a@example.org\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":["
		 "{},{\"emailAddress\":\"x@example.com\",\"status\":\"5.1.1\"},{},{},{\"status\":\"5.2.2\",\"emailAddress\":\"y@example.com\"}]}}\n");
	ok(result.count == 2, "those between others neither");
	is(result.rows[0].delivery_status, SLICE_LIT("5.1.1"), "  the first");
	is(result.rows[1].delivery_status, SLICE_LIT("5.2.2"), "  the second");
	is(result.rows[1].recipient, SLICE_LIT("y@example.com"), "  and whose it is");
}

/* EventBridge's envelope is an object, not a string; the kind of delay was not read. */
static void
test_sns_detail(void)
{
#define SNS "From: no-reply@sns.amazonaws.com\nTo: a@example.org\nSubject: AWS Notification Message\n\n"
	mail(SNS "{\"source\":\"aws.ses\",\"detail\":{\"eventType\":\"Bounce\",\"bounce\":{\"bounceSubType\":\"MailboxFull\",\"bouncedRecipients\":[{\"emailAddress\":\"x@example.com\"}]}}}\n");
	ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "a notification within EventBridge's");
	mail(SNS "{\"eventType\":\"DeliveryDelay\",\"deliveryDelay\":{\"delayType\":\"SpamDetected\",\"delayedRecipients\":[{\"emailAddress\":\"x@example.com\"}]}}\n");
	ok(result.count == 1 && result.rows[0].kind == KIND_DELAY && strcmp(result.rows[0].reason, "spamdetected") == 0, "why it is delayed");
	mail(SNS "CAUTION: from outside.\n\n{ \"notifi\ncationType\":\"Bou\nnce\",\"bounce\":{\"bouncedRecip\nients\":[{\"emailAddress\":\"x@exam\nple.com\"}]}}\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("x@example.com"), "behind a warning, and wrapped");
}

/* lines_read() goes on when split() had no memory for the first line: note_marker() reads lines->lines[0] of NULL. */
static void
test_no_memory(void)
{
	char words[65536];
	size_t n = 0;

	give_back();
	while (n + 40 < sizeof(words)) n += (size_t) sprintf(words + n, "your message was not delivered to\n");
	for (int i = 1; i < 12; i++)
	{
		Lines lines;
		test_arena(&arena, &owner);
		/* use up the room, so that the first array needs a block */
		while (arena.left > 64 || arena.blocks == NULL) arena_alloc(&arena, 32);
		owner.fail_at = owner.calls + i;
		lines_read(&arena, slice(words, n), '\n', &lines);
		ok(true, "no memory");
		arena_reset(&arena);
	}
}

static bool clean(Slice s) { for (size_t i = 0; i < s.n; i++) if ((unsigned char) s.p[i] < ' ' || s.p[i] == 0x7f) return false; return true; }

/* Folds, blanks and controls inside "<...>" reach recipient. */
static void
test_recipient_bytes(void)
{
	mail(REPORT "Final-Recipient: rfc822; <\"a\n b\"@example.com>\nAction: failed\n--b--\n");
	ok(result.count == 1 && clean(result.rows[0].recipient), "a folded quoted local part");
	mail(REPORT "Final-Recipient: rfc822; <\"a\"@[x\n y]>\nAction: failed\n--b--\n");
	ok(result.count == 1 && clean(result.rows[0].recipient), "a folded literal");
	mail(REPORT "Final-Recipient: rfc822; <a\x01\x07" "b@example.com>\nAction: failed\n--b--\n");
	ok(result.count == 1 && clean(result.rows[0].recipient), "control characters");
}

/* add_common() drops a line of more than 4 KB whole, instead of cutting it: HTML and unwrapped reports lose all evidence. */
static void
test_long_line(void)
{
	begin();
	add(DAEMON "X-Failed-Recipients: a@example.com\n\nYour message could not be delivered: 550 5.1.1 user unknown. ");
	add_times("blah ", 900);
	add("\n");
	run();
	ok(result.count == 1 && strcmp(result.rows[0].reason, "userunknown") == 0, "a long line is evidence, too");
}

/* is_contained() and drop_contained() walk all markers of the line for each new one: quadratic in a line without ends. */
static void
test_line_of_markers(void)
{
	double seconds;
	begin();
	add(DAEMON "\nYour message could not be delivered to <a@example.com>\n");
	add_times("generated by: ", 18000);
	add("\n");
	seconds = run();
	printf("# %.2f s\n", seconds);
	ok(seconds < 15, "250 KB of markers in one line");
	begin();
	add("From: fbl@example.com\nTo: s@example.org\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b\nContent-Type: message/rfc822\n\nFrom: a@example.org\nTo: ");
	add_times("\\\"@a", 1000000);
	add("\n\nx\n--b--\n");
	seconds = run();
	printf("# %.2f s\n", seconds);
	ok(seconds < 15, "a returned To: of 4 MB (add_complaint() has no bound, as add_listed() has)");
}

/* "to" markers with a blank may end in the next line: what stands behind them was measured in the first. */
static void
test_wrapped_to(void)
{
	mail(DAEMON "Content-Type: text/plain; charset=utf-8\n\nHello\n\n\xc3\xa0\n:\nfoo\n");
	ok(true, "a label of the recipient that is wrapped before its colon");
}

/* An expression that looked ahead from each byte, asked of the long replies of many recipients. */
static void
test_many_expressions(void)
{
	double seconds;
	begin();
	add(REPORT);
	for (int i = 0; i < 400; i++)
	{
		char line[128];
		sprintf(line, "Final-Recipient: rfc822; u%d@example.com\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.0.0 ", i);
		add(line);
		add_times("credentials user invalidd login ", 125);
		add("\n\n");
	}
	add("--b--\n");
	seconds = run();
	printf("# %.2f s\n", seconds);
	ok(result.count == 400 && seconds < 3, "400 replies of 4 KB with the words of many expressions");
}

/* only_punctuation() walked what stands before each marker from the line's start; each "lead" marker added all addresses again. */
static void
test_line_of_starts(void)
{
	double seconds;
	double few = 0;
	begin();
	add(DAEMON "\n");
	add_times("!", 120000);
	add_times("reason: ", 17000);
	add("\n");
	seconds = run();
	printf("# %.2f s\n", seconds);
	ok(seconds < 1, "120 KB of punctuation before as many markers");
	for (int leads = 8; leads <= 64; leads += 56)
	{
		begin();
		add(DAEMON "\nthe following addresses do not exist\n");
		for (int i = 0; i < 4096; i++)
		{
			char line[32];
			sprintf(line, "%x@b.cd\n", i);
			add(line);
		}
		add_times("undeliverable mail sent to ", leads);
		add_times("fe1@b.cd, fe2@b.cd, ", 10000);
		add("\n");
		few = leads == 8 ? run() : few;
		seconds = leads == 8 ? few : run();
	}
	printf("# %.2f s, %.2f s\n", few, seconds);
	ok(seconds < 3 * few + 0.1, "many announcements of the same recipients in one line");
}

/* Reports whose words name nobody gave no row, and people's mail about bounces gave one. */
static void
test_unnamed(void)
{
	mail(DAEMON "\nThe recipient of your message is unknown here.\n");
	ok(result.count == 1 && result.rows[0].recipient.n == 0, "a hidden recipient");
	mail(DAEMON "\n\xe5\xae\x9b\xe5\x85\x88" "a@example.com\xe3\x81\xab: questions to postmaster@mx.example.com\n");
	ok(result.count == 1, "the only address that is neither ours nor for questions");
	is(result.rows[0].recipient, SLICE_LIT("a@example.com"), "  without the words that it is written next to");
	mail(DAEMON "\nWhat we got of a@example.com or b@example.com was no mail.\n");
	ok(result.count == 1 && result.rows[0].recipient.n == 0, "of two none is it");
	mail("Return-Path: <bob@example.net>\nFrom: Bob <bob@example.net>\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n"
		 REPORT "Final-Recipient: rfc822; a@example.com\nAction: failed\n--b--\n--o--\n");
	ok(result.count == 0, "a person forwards a report under its subject");
	mail("From: Postmaster's Digest <digest@example.net>\nList-Id: <d.example.net>\nSubject: News\n\nYour message could not be delivered to <a@example.com>\n");
	ok(result.count == 0, "a list with a mail system's name");
	mail(REPORT "Final-Recipient: rfc822; a\nAction: failed\n--b\nContent-Type: text/rfc822-headers\n\nFrom: sender@example.org\nTo: b@example.net, A@example.net\n--b--\n");
	is(result.rows[0].recipient, SLICE_LIT("a@example.net"), "the returned message completes a local part");
	mail(REPORT "Final-Recipient: rfc822; a\nAction: failed\n\nFinal-Recipient: rfc822; b\nAction: failed\n\nFinal-Recipient: rfc822; c\nAction: failed\n"
		 "--b\nContent-Type: text/rfc822-headers\n\nFrom: sender@example.org\nTo: A@example.net, a@example.com, b@example.com\n--b--\n");
	is(result.rows[0].recipient, SLICE_LIT("a@example.net"), "  the first that has it");
	is(result.rows[1].recipient, SLICE_LIT("b@example.com"), "  another one");
	is(result.rows[2].recipient, SLICE_LIT("c@mx.example.com"), "  and one that it lacks");
	mail(REPORT "Final-Recipient: rfc822; a\nAction: failed\n--b--\n");
	is(result.rows[0].recipient, SLICE_LIT("a@mx.example.com"), "  or the reporting host");
	mail(REPORT "Original-Recipient: rfc822;a+2Bb@example.com\nFinal-Recipient: rfc822;c@example.com\nAction: failed\n--b--\n");
	is(result.rows[0].alias, SLICE_LIT("a+b@example.com"), "an Original-Recipient that nobody decoded");
}

/* What poses as a report, and reports that were taken for something else. */
static void
test_poses(void)
{
	mail("Return-Path: <x@evil.example>\nFrom: Mail Delivery Subsystem <mailer-daemon@evil.example>\nTo: me@example.org\nSubject: Undelivered Mail Returned to Sender\n\n5 messages wait.\nRecipient: me@example.org\nhttp://evil.example/\n");
	ok(result.count == 0, "a stranger's report on the address that it was sent to");
	mail("Return-Path: <>\n" DAEMON "\nRecipient: sender@example.org\n550 5.1.1 user unknown\n");
	ok(result.count == 1, "  but one's own mail may come back");
	mail(PERSON "Subject: Fwd: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below\n--b\nContent-Type: message/delivery-status\nContent-Disposition: attachment\n\nFinal-Recipient: rfc822;a@example.com\nAction: failed\n--b--\n");
	ok(result.count == 0, "a report that a person forwards with its parts as attachments");
	mail("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\nTo: list-return-7-a.b=example.com@example.org\nSubject: hm\n\nNo.\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a.b@example.com"), "a report of which only the recipient tells");
	mail("Return-Path: <>\nFrom: postmaster@mx.example.com\nTo: a@example.org\nSubject: Quota\n\nWhen it is full, mail to you gets:\n552 5.2.2 mailbox full\n");
	ok(result.count == 0, "a reply that is merely quoted");
	mail("Return-Path: <>\nFrom: Ann <ann@example.com>\nTo: a@example.org\nSubject: Re: hm\n\nI am out of the office. Mail may be returned as undeliverable to the following address:\n<b@example.com>\n");
	ok(result.count == 1 && result.rows[0].kind == KIND_AUTOREPLY, "an absence that only words tell");
	is(result.rows[0].recipient, SLICE_LIT("ann@example.com"), "  of whom");
	mail("Return-Path: <>\nFrom: Ann <ann@example.com>\nTo: a@example.org\nSubject: Re: hm\n\nYour message could not be delivered yet to <ann@example.com>\nConfirm that you are human: http://example.com/\n");
	ok(result.count == 1 && result.rows[0].kind == KIND_CHALLENGE, "a challenge that only words tell");
	mail("Return-Path: <>\nFrom: Ann <ann@example.com>\nTo: a@example.org\nSubject: hm\nIn-Reply-To: <1@example.org>\n\nLa oficejo estas fermita.\n");
	ok(result.count == 1 && result.rows[0].kind == KIND_AUTOREPLY, "an answer that nobody is to answer, in whatever words");
	mail("Return-Path: <>\n" DAEMON "\n<a@example.com>: 550 5.1.1 he has left the company, this mailbox is not monitored\n");
	ok(result.count == 1 && result.rows[0].kind == KIND_FAILURE, "words of absence in a refusal");
	mail(DAEMON "\nYour message could not be delivered to the following recipients:\n\n1. a@example.com: user unknown\n2) b@example.com: mailbox full\n");
	ok(result.count == 2 && strcmp(result.rows[0].reason, "userunknown") == 0 && strcmp(result.rows[1].reason, "mailboxfull") == 0, "recipients with numbers");
}

/* The only address that a text of unknown wording names was a help desk's. */
static void
test_named_for_help(void)
{
#define FOREIGN DAEMON "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nKomst ekki til skila: 550 5.1.1 user unknown.\n\n"
#define RETURNED "\n--b\nContent-Type: message/rfc822\n\nFrom: me@example.org\nTo: a@example.net\n\nhi\n--b--\n"

	mail(FOREIGN "Hafdu samband: desk@mx.example.com" RETURNED);
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.net"), "whom the returned message went to");
	mail(FOREIGN "Hafdu samband: desk@example.com" RETURNED);
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.net"), "and not its domain's");
	mail(FOREIGN "Hafdu samband: desk@example.net" RETURNED);
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.net"), "nor another one's");
	mail(FOREIGN "Til b@example.net: 550 nei" RETURNED);
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("b@example.net"), "unless a reply stands beside it");
	mail(FOREIGN "b@example.net" RETURNED);
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("b@example.net"), "whom it was led to");
}

/* A gateway made text and octets of the parts: the fields were not read, the returned header not found. */
static void
test_taken_apart(void)
{
#define PARTS(machine, returned) DAEMON "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>It failed.</p>\n" \
	"--b\nContent-Type: " machine "\n\nX-Queue-ID: 1\nReporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.2.2\n\n" \
	"--b\nContent-Type: " returned "\n\nFrom: me@example.org\nTo: x@example.com\nMessage-ID: <1@example.org>\n\n550 5.1.1 <b@example.com>: user unknown\n--b--\n"
	static const char *const mails[] = {
		PARTS("text/plain; name=details.txt", "text/plain; name=message.txt"),
		PARTS("text/plain; name=details.txt\nContent-Disposition: attachment", "text/plain\nContent-Disposition: attachment"),
		PARTS("application/octet-stream", "application/octet-stream"),
	};

	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++)
	{
		mail(mails[i]);
		is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "fields that became text");
		ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "  and what they say");
		is(result.count == 1 ? result.rows[0].message_id : SLICE_NONE, SLICE_LIT("1@example.org"), "  and the returned header");
	}
	mail(PERSON "Subject: our bounces\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee the attachment.\n"
		 "--b\nContent-Type: text/plain; name=details.txt\n\nReporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\n--b--\n");
	ok(result.count == 0, "a person may attach such fields");
	mail("From: fbl@example.com\nTo: s@example.org\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nAn abuse report.\n"
		 "--b\nContent-Type: text/plain\n\nFeedback-Type: fraud\nOriginal-Rcpt-To: a@example.com\n--b--\n");
	is(result.count == 1 ? result.rows[0].feedback_type : SLICE_NONE, SLICE_LIT("fraud"), "a complaint's fields");
}

/* A parcel could not be delivered, either, and titles of magazines begin like subjects of bounces. */
static void
test_parcel(void)
{
	mail("Return-Path: <>\nFrom: Parcels <news@parcel.example>\nTo: me@example.org\nSubject: Delivery failed\n\nYour parcel could not be delivered, the recipient is unknown. Write to pat@parcel.example.\n");
	ok(result.count == 0, "a parcel");
	mail("From: Mag <news@mag.example>\nTo: me@example.org\nSubject: Undeliverable letters\n\nLetters could not be delivered to the following recipients:\n<editor@mag.example>\n");
	ok(result.count == 0, "a magazine");
	mail("From: Gate <gate@example.net>\nTo: me@example.org\nSubject: Undeliverable\nAuto-Submitted: auto-generated\n\nYour message could not be delivered to the following recipients:\n<a@example.com>\n");
	ok(result.count == 1, "but a machine");
}

/* Words behind an arrow or a bar; and who only is called after the postmaster. */
static void
test_arrows(void)
{
	mail(DAEMON "\nWhat failed:\n\na@example.com => 550 5.1.1 user unknown\nb@example.com => 552 5.2.2 mailbox full\n");
	ok(result.count == 2 && strcmp(result.rows[0].reason, "userunknown") == 0 && strcmp(result.rows[1].reason, "mailboxfull") == 0, "arrows");
	mail("Return-Path: <postmaster-talk-request@example.net>\nFrom: Postmaster Talk <postmaster-talk@example.net>\nTo: me@example.org\nSubject: [talk] Undeliverable\nList-Id: <talk.example.net>\n\nWho knows this: could not be delivered to <a@example.com>?\n");
	ok(result.count == 0, "a list of postmasters");
}

/* Fields that name nobody: VERP or the returned message may. */
static void
test_hidden_in_fields(void)
{
	mail("From: MAILER-DAEMON@mx.example.com\nTo: list-bounces+a=example.com@example.org\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\nAction: failed\nStatus: 5.1.1\n--b--\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "VERP");
	mail(REPORT "Action: failed\nStatus: 5.1.1\n--b\nContent-Type: text/rfc822-headers\n\nFrom: sender@example.org\nTo: A <a@example.com>\n--b--\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "the returned message");
	mail(REPORT "Action: failed\nStatus: 5.1.1\n--b\nContent-Type: text/rfc822-headers\n\nFrom: sender@example.org\nTo: a@example.com, b@example.com\n--b--\n");
	ok(result.count == 1 && result.rows[0].recipient.n == 0, "of two nobody knows which");
}

/* Advice, quotes and ids gave recipients. */
static void
test_bystanders(void)
{
	mail(DAEMON "\nThe address a@example.com is unknown here. Others:\n\nb@example.com\nc@example.com\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "a sentence names one, those below are others");
	mail(DAEMON "\n<a@example.com>: mailbox full\n\n> write to\n> <b@example.com>: our desk\n");
	ok(result.count == 1, "a quoted mail");
	mail(DAEMON "\nQueue-ID: 12@mx.example.com\nNe al a@example.com.\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "an id");
	mail(DAEMON "\nDelivery failed: the mailbox is full.\n");
	ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "a label that tells the reason instead");
}

/* Those who got the mail were reported as failed, where the words for that were not known. */
static void
test_partial(void)
{
	mail(DAEMON "\nThe following recipients did not receive your message:\n\n  a@example.com: 550 5.1.1 user unknown\n\nThe following recipients received your message:\n\n  b@example.com\n");
	ok(result.count == 2 && result.rows[0].kind == KIND_FAILURE && result.rows[1].kind == KIND_SUCCESS, "one got it, one did not");
	mail(DAEMON "\nThe following address(es) failed:\n\n  a@example.com\n    550 5.1.1 user unknown\n\nThe following address(es) have yet to be delivered:\n\n  b@example.com: Connection timed out\n");
	ok(result.count == 2 && result.rows[0].kind == KIND_FAILURE && result.rows[1].kind == KIND_DELAY, "one waits");
	mail(DAEMON "\nRecipient: a@example.com; Reason: 552 mailbox full\n");
	ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "the reason behind the labelled address");
}

/* A line that ends behind "[SMTP:" was read on. */
static void
test_cut_bracket(void)
{
	mail(DAEMON "\nYour message could not be delivered to:\n\n[SMTP:");
	ok(result.count <= 1, "a bracket without an address");
}

/* A verdict of the reporting host that names its own cause was given what a remote host had said of another one. */
static void
test_local_cause(void)
{
	mail("From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>\nTo: sender@example.org\nSubject: Returned mail: Host unknown\n\n"
		 "   ----- Transcript of session follows -----\nWhile talking to mx1.example.net:\n>>> MAIL From:<sender@example.org>\n"
		 "<<< 501 <sender@example.org>... no access\n554 <a@example.net>... Remote protocol error\n"
		 "554 <b@nowhere.example>... 550 Host unknown (Authoritative answer from name server)\n\n   ----- Unsent message follows -----\n"
		 "From: sender@example.org\nSubject: x\n\nx\n");
	ok(result.count == 2 && result.rows[1].reason && strcmp(result.rows[1].reason, "hostunknown") == 0 &&
	   result.rows[1].smtp_command == NULL, "a local verdict with a cause of its own");
}

/* The returned header in a text part, in the part's own header, or behind a wrong delimiter was not found. */
static void
test_undeclared_returned(void)
{
	static const char *const ends[] = {
		"--b\nContent-Type: text/plain\n\nReturn-path: <sender@example.org>\nReceived: from x by y; Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\n\nx\n--b--\n",
		"--b\nReceived: from x by y; Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\nFrom: sender@example.org\n\nx\n--b--\n",
		"--c\nContent-Type: text/rfc822-headers\n\nFrom: sender@example.org\nMessage-ID: <1@example.org>\n\n--c--\n",
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
	{
		begin();
		add(REPORT "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n");
		add(ends[i]);
		run();
		is(result.count == 1 ? result.rows[0].message_id : SLICE_NONE, SLICE_LIT("1@example.org"), "a returned header that nobody declared");
	}
}

/* List managers hand bounces on to the owner: those are read; a member gets somebody's bounce as a sample. */
static void
test_handed_on(void)
{
	static const char *const members[] = {"list-owner@example.net", "c@example.net"};

	mail("Return-Path: <>\nFrom: List server <LISTSERV@EXAMPLE.NET>\nTo: list-request@example.net\nSubject: LIST: error report\n\n"
		 "The enclosed message is a delivery error.\n\n------------------------ Message in error (ID=17) ------------------------\n"
		 "Return-Path: <>\nFrom: MAILER-DAEMON@example.org\nSubject: failure notice\n\n<a@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "LISTSERV");
	for (int i = 0; i < 2; i++)
	{
		begin();
		add("Return-Path: <>\nFrom: mailman@example.net\nTo: ");
		add(members[i]);
		add("\nSubject: Notice\nList-Id: <list.example.net>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"m\"\n\n"
			"--m\n\nThis is a notice.\n\n--m\nContent-Type: message/rfc822\n\nReturn-Path: <>\nFrom: MAILER-DAEMON@example.org\n"
			"Subject: failure notice\n\n<a@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--m--\n");
		run();
		if (i == 0)
			is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "Mailman, to the owner");
		else
			ok(result.count == 0, "and not to a member");
	}
}

/* A postmaster's own words, in whatever language, beside the message that it returns: they were no report. */
static void
test_unannounced(void)
{
#define RETURNS(subject, words) "Return-Path: <>\nFrom: postmaster@mx.example.com\nTo: sender@example.org\nSubject: " subject "\nMIME-Version: 1.0\n" \
	"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" words "\n\n--b\nContent-Type: message/rfc822\n\n" \
	"From: sender@example.org\nTo: a@example.com\nSubject: hello\n\nhello\n--b--\n"
	mail(RETURNS("Your mail", "Sorry! The mail for a@example.com came back, for his mailbox is full."));
	ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "a returned message and a reason make a report");
	is(result.count == 1 ? result.rows[0].recipient : SLICE_NONE, SLICE_LIT("a@example.com"), "  and the words name who failed");
	mail(RETURNS("Encrypted", "The message that you sent to a@example.com was encrypted and handed over."));
	ok(result.count == 0, "a returned message without a reason makes none");
	mail(RETURNS("Message delivered", "Your message to a@example.com was successfully delivered to the mailbox."));
	ok(result.count == 0 || result.rows[0].kind == KIND_SUCCESS, "nor does one that was delivered");
	mail(RETURNS("Attachment removed", "An attachment of your message to a@example.com was removed."));
	ok(result.count == 0, "nor one from which something was removed");
	mail("Return-Path: <>\nFrom: postmaster@mx.example.com\nTo: sender@example.org\nSubject: Mail problem\n\n"
		 "Your letter to a@example.com came back: his mailbox is full.\n");
	ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "a mail system speaks of an address in its own domain");
	mail("Return-Path: <>\nFrom: postmaster@mx.example.org\nTo: sender@example.org\nSubject: Virus in mail for you\n\n"
		 "A message from a@example.com to you was blocked because it contained a virus.\n");
	ok(result.count == 0, "but not of whom it kept away");
}

/* With PIPELINING the answer to RCPT stands behind ">>> DATA"; it was taken for one to DATA. */
static void
test_pipelined(void)
{
#define TALK(end) "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>\nTo: sender@example.org\nSubject: Returned mail: see transcript for details\n\n" \
	"   ----- The following addresses had permanent fatal errors -----\n<a@example.net>\n\n" \
	"   ----- Transcript of session follows -----\n... while talking to mx1.example.net.:\n>>> DATA\n<<< 550 Unknown user a@example.net\n" end
	mail(TALK("550 5.1.1 <a@example.net>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)\n"));
	ok(result.count == 1 && result.rows[0].smtp_command && strcmp(result.rows[0].smtp_command, "RCPT") == 0 &&
	   strcmp(result.rows[0].reason, "userunknown") == 0, "refused at RCPT, with PIPELINING");
	mail(TALK("554 5.0.0 Service unavailable\n"));
	ok(result.count == 1 && result.rows[0].smtp_command && strcmp(result.rows[0].smtp_command, "DATA") == 0 &&
	   strcmp(result.rows[0].reason, "filtered") == 0, "refused after DATA");
}

/* A code at the end of a line was no code. */
static void
test_code_at_line_end(void)
{
	mail(DAEMON "\n<a@example.net>: host mx1.example.net[192.0.2.1] said: 550\n    <a@example.net>: User unknown\n");
	ok(result.count == 1 && result.rows[0].reply_code == 550, "a reply code at the end of a line");
	is(result.count == 1 ? result.rows[0].diagnostic_code : SLICE_NONE, SLICE_LIT("550 <a@example.net>: User unknown"), "  and its words");
}

/* A gateway put a text part of its own before the report: its words hid the report's. */
static void
test_warning_before(void)
{
#define WARNING "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=w\n\n--w\nContent-Type: text/plain\n\nCAUTION: from outside. Ask desk@example.org.\n--w\n"

	mail(DAEMON WARNING "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour message could not be delivered to the following recipients:\n\n<a@example.com> (DANE failed to authenticate 'mx.example.com')\n"
		 "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.0.0\n--b--\n--w--\n");
	ok(result.count == 1 && strcmp(result.rows[0].reason, "failedstarttls") == 0, "the words that go with the fields");
	mail(DAEMON "X-Failed-Recipients: a@example.com\n" WARNING "Content-Type: text/plain\n\nThe other server said:\n552 5.2.2 mailbox full\n--w--\n");
	ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "the words of whom the header names");
	mail(DAEMON WARNING "Content-Type: text/html\n\n<p>Your message could not be delivered to a@example.com: 552 5.2.2 mailbox full</p>\n--w--\n");
	ok(result.count == 1 && strcmp(result.rows[0].reason, "mailboxfull") == 0, "a report in HTML");
}

/* Sendmail puts the first line of a reply into its field; the rest, which may tell the cause, stands in the transcript. */
static void
test_whole_reply(void)
{
	mail("From: MAILER-DAEMON@example.org\nSubject: Returned mail\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"b\"\n\n"
		 "--b\n\n   ----- The following addresses had permanent fatal errors -----\n<a@example.com>\n    (reason: 550-5.0.0 We are sorry to say)\n\n"
		 "   ----- Transcript of session follows -----\n... while talking to mx.example.com.:\n>>> DATA\n<<< 550-5.0.0 We are sorry to say\n"
		 "<<< 550 5.0.0 that the mailbox is full\n554 5.0.0 Service unavailable\n\n--b\nContent-Type: message/delivery-status\n\n"
		 "Reporting-MTA: dns; example.org\n\nFinal-Recipient: RFC822; a@example.com\nAction: failed\nStatus: 5.0.0\n"
		 "Diagnostic-Code: SMTP; 550-5.0.0 We are sorry to say\n\n--b--\n");
	is(result.rows[0].diagnostic_code, SLICE_LIT("550-5.0.0 We are sorry to say that the mailbox is full"), "the whole reply");
	ok(strcmp(result.rows[0].reason, "mailboxfull") == 0, "  and its reason");
}

/* Sendmail expanded an alias, one of whose members the text names without a domain: he is not the one before him. */
static void
test_expanded(void)
{
	mail("From: MAILER-DAEMON@example.org\nSubject: Returned mail\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"b\"\n\n"
		 "--b\n\n   ----- The following addresses had permanent fatal errors -----\n<kim@example.com>\n    (reason: 550 5.1.1 User unknown)\n"
		 "    (expanded from: <all@example.org>)\n\\mia\n    (reason: Can't create output)\n    (expanded from: <all@example.org>)\n\n"
		 "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.org\n\n"
		 "Final-Recipient: RFC822; all@example.org\nX-Actual-Recipient: RFC822; kim@example.com\nAction: failed\nStatus: 5.1.1\n\n"
		 "Final-Recipient: RFC822; all@example.org\nX-Actual-Recipient: RFC822; \\mia@example.org\nAction: failed\nStatus: 5.0.0\n\n--b--\n");
	ok(result.count == 2, "two of an alias");
	is(result.rows[1].recipient, SLICE_LIT("mia@example.org"), "  the second is named by its own field");
	is(result.rows[1].alias, SLICE_LIT("all@example.org"), "  and was expanded");
	ok(strcmp(result.rows[1].reason, "userunknown") != 0, "  nor has he the first one's reason");
}

/* No word of the text announces two recipients, of whom the second was refused by a host that stands between him and the reply. */
static void
test_host_between(void)
{
	mail(DAEMON "X-MS-Exchange-Message-Is-Ndr:\n\nTama tili ei toimi:\n\na@example.com\nRemote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n\n"
		 "b@example.net\nmx.example.net\nRemote Server returned '552 5.2.2 mailbox full'\n");
	ok(result.count == 2, "both are found");
	ok(strcmp(result.rows[0].reason, "userunknown") == 0, "  the first one's reason");
	is(result.rows[0].rhost, SLICE_NONE, "  whom the second one's host did not refuse");
	ok(strcmp(result.rows[1].reason, "mailboxfull") == 0, "  the second one's reason");
	is(result.rows[1].rhost, SLICE_LIT("mx.example.net"), "  and host");
}

/* A loop that hides who complained forgot the envelope sender. */
static void
test_complaint_verp(void)
{
	mail("From: fbl@example.com\nTo: fbl@example.org\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
		 "--b\n\nA complaint.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nUser-Agent: x\n\n"
		 "--b\nContent-Type: message/rfc822\n\nReturn-Path: <bounce-nora=example.com@example.org>\nFrom: news@example.org\nTo: undisclosed\nSubject: x\n\nx\n--b--\n");
	is(result.rows[0].recipient, SLICE_LIT("nora@example.com"), "the complaint's recipient by VERP");
}

/* What came to the reader was held back: no mail of his failed. */
static void
test_incoming(void)
{
	mail("Return-Path: <>\nFrom: MailScanner <postmaster@example.org>\nTo: news@example.org\nSubject: Warning: E-mail viruses detected\n\n"
		 "The following e-mail was addressed to you and was found to contain a virus; it was stopped:\nSender: evil@example.com\nRecipient: news@example.org\n");
	ok(result.count == 0, "a notice of mail to oneself");
	mail("Return-Path: <>\nFrom: postmaster@example.org\nTo: ann@example.net\nSubject: Messaggio bloccato\n\n"
		 "Il messaggio inviato da bad@example.com e' stato bloccato: contiene un virus.\n");
	ok(result.count == 0, "of a stranger's mail");
	mail("Return-Path: <>\nFrom: postmaster@example.org\nTo: ann@example.net\nSubject: Messaggio bloccato\n\n"
		 "Il messaggio inviato da ann@example.net e' stato bloccato: contiene un virus.\n");
	ok(result.count == 1, "but not of the reader's own");
	mail("Return-Path: <>\nFrom: postmaster@example.org\nTo: ann@example.net\nSubject: Undeliverable mail\n\n"
		 "Mail could not be delivered: it holds a virus.\nAbsender: bad@example.com\nRecipient: ann@example.net\n");
	ok(result.count == 0, "a stranger's to the reader, in words that nobody knows");
}

/* Sendmail knows its own users without asking anybody: what a host says later is not said of them. */
static void
test_own_user(void)
{
	mail("From: MAILER-DAEMON@example.org\nTo: ann@example.net\nSubject: Returned mail: User unknown\n\n"
		 "   ----- The following addresses had permanent fatal errors -----\n<finn@example.org>\n<gabi@example.com>\n\n"
		 "   ----- Transcript of session follows -----\n550 <finn@example.org>... User unknown\n"
		 "... while talking to mx.example.com.:\n>>> MAIL From:<ann@example.net>\n<<< 501 <ann@example.net>... Sender domain must exist\n"
		 "501 <gabi@example.com>... Data format error\n");
	ok(result.count == 2, "a local user and a remote one");
	ok(strcmp(result.rows[0].reason, "userunknown") == 0, "  unknown to Sendmail itself");
	ok(strcmp(result.rows[1].reason, "rejected") == 0, "  refused because of the sender");
}

/* A complaint that is nothing but the message. */
static void
test_bare_complaint(void)
{
	mail("From: <staff@hotmail.com>\nTo: fbl@example.org\nSubject: complaint about message from 192.0.2.7\nMIME-Version: 1.0\n"
		 "Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: ned@live.com\nFrom: news@example.org\nSubject: x\n\nx\n");
	ok(result.count == 1, "a bare complaint");
	is(result.rows[0].recipient, SLICE_LIT("ned@live.com"), "  and who complained");
}

/* Base64 keeps the line ends of who wrote the text, here a Mac's of old; the mail around it has others. */
static void
test_lines_of_decoded(void)
{
	/* "Delivery to these failed:\r\rned@live.example\r   550 5.1.1 User unknown\r\rida@live.example\r   552 5.2.2 Mailbox full\r" */
	mail("From: MAILER-DAEMON@mx.example.org\nTo: news@example.org\nSubject: Undelivered Mail Returned to Sender\n"
		 "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
		 "RGVsaXZlcnkgdG8gdGhlc2UgZmFpbGVkOg0NbmVkQGxpdmUuZXhhbXBsZQ0gICA1NTAgNS4xLjEg\n"
		 "VXNlciB1bmtub3duDQ1pZGFAbGl2ZS5leGFtcGxlDSAgIDU1MiA1LjIuMiBNYWlsYm94IGZ1bGwN\n");
	ok(result.count == 2, "a text with line ends of its own");
	is(result.rows[0].diagnostic_code, SLICE_LIT("550 5.1.1 User unknown"), "  and what was said of one");
	is(result.rows[1].diagnostic_code, SLICE_LIT("552 5.2.2 Mailbox full"), "  and of the other");
}

/* A host is one word, whatever follows it in the field. */
static void
test_source_ip(void)
{
	mail("From: fbl@example.net\nTo: fbl@example.org\nSubject: complaint\nMIME-Version: 1.0\n"
		 "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n"
		 "Feedback-Type: abuse\nSource-IP: 192.0.2.7\n\t(out.example.org)\nOriginal-Rcpt-To: ned@live.example\n\n--b--\n");
	ok(result.count == 1, "a complaint");
	is(result.rows[0].rhost, SLICE_LIT("192.0.2.7"), "  and the address that it is about");
}

/* How many steps of an explanation decide that? */
static size_t
told(const char *decision)
{
	BounceExplanation explanation = bounce_explain_message(&arena, slice(copy, text_n));
	size_t		count = 0;

	for (size_t i = 0; i < explanation.count; i++)
		count += strcmp(explanation.steps[i].decision, decision) == 0;
	return count;
}

/* A bound on bytes counted the CRs: of the same mail with CRLF less was looked at than with LF. */
static void
test_bounds_of_line_ends(void)
{
	static const char *const ends[] = {"\n", "\r\n"};
	const char *reasons[2];
	size_t		lengths[2];
	BounceRow	row;

	for (int k = 0; k < 2; k++)
	{
		begin();
		add(REPORT "Final-Recipient: rfc822; a@b.example\nAction: failed\nDiagnostic-Code: smtp; 550");
		for (int i = 0; i < 1300; i++) { add(ends[k]); add("      x"); }
		add(" user unknown\n\n--b--\n");
		run();
		reasons[k] = result.count == 1 ? result.rows[0].reason : "";
		lengths[k] = result.count == 1 ? result.rows[0].diagnostic_code.n : 0;
	}
	ok(strcmp(reasons[0], reasons[1]) == 0 && lengths[0] == lengths[1], "a folded diagnostic at the bound, with LF and CRLF");

	for (int k = 0; k < 2; k++)
	{
		begin();
		add(DAEMON "\nThe following addresses failed:\n<a@b.example>\n550 No");
		for (int i = 0; i < 2700; i++) { add("x"); add(ends[k]); }
		add("user unknown\n");
		run();
		lengths[k] = result.count == 1 ? result.rows[0].diagnostic_code.n : 0;
	}
	ok(lengths[0] == lengths[1] && lengths[0] > 4000, "words at the bound, with LF and CRLF");

	begin();
	add(DAEMON "\nThe following addresses failed:\n<a@b.example>\n550 No ");
	add_times("\xd1\x8f", 3000);
	add("\n");
	run();
	ok(result.count == 1 && result.rows[0].diagnostic_code.n > 4000 && memcmp(result.rows[0].diagnostic_code.p + result.rows[0].diagnostic_code.n - 2, "\xd1\x8f", 2) == 0,
	   "the bound is not in the midst of a character");

	give_back();
	test_arena(&arena, &owner);
	bounce_read_reply(&arena, SLICE_LIT(" \r\n"), SLICE_NONE, SLICE_NONE, &row);
	ok(row.diagnostic_code.p == NULL, "a blank reply has no words");
	arena_reset(&arena);
}

/* "rfc822" and the semicolon behind it may stand on two lines; bytes that are no UTF-8 become three each. */
static void
test_odd_recipients(void)
{
	mail(REPORT "Final-Recipient: rfc822\n ; ulla\nAction: failed\nStatus: 5.1.1\n\n--b--\n");
	is(result.count == 1 ? slice(result.rows[0].recipient.p, result.rows[0].recipient.n < 4 ? result.rows[0].recipient.n : 4) : SLICE_NONE, SLICE_LIT("ulla"), "a fold behind the address's type");
	begin();
	add(REPORT "Final-Recipient: rfc822; <");
	add_times("\xe4", 900);
	add("@b.example>\nAction: failed\nStatus: 5.1.1\n\n--b--\n");
	run();
	ok(result.count == 1 && result.rows[0].recipient.n <= 1024, "an address of 900 broken bytes");
}

/* Nothing said that a mail was cut off, and may have named somebody else. */
static void
test_cut_off(void)
{
	mail(REPORT "Final-Recipient: rfc822; a@b.example\nAction: failed\n");
	ok(told("truncated") == 1, "a multipart without its closing delimiter");
	mail(REPORT "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n--b--");
	ok(told("truncated") == 0, "one with it");
	mail(DAEMON "\nThe following addresses failed:\n<a@b.exam");
	ok(told("truncated") == 1, "a line without its end");
	mail(DAEMON "\nThe following addresses failed:\n<a@b.example>\n");
	ok(told("truncated") == 0, "one with it");
	mail(DAEMON);
	ok(told("truncated") == 1, "a header without its end");
	mail(DAEMON "\n");
	ok(told("truncated") == 0, "one with it");
	mail("From x Thu Apr 29 23:34:45 2015\n" REPORT "Final-Recipient: rfc822; a@b.example\n\nFrom x Thu Apr 29 23:34:45 2015\n" REPORT "Final-Recipient: rfc822; a@b.example\n\n--b--\n");
	ok(told("truncated") == 1, "the first of two in a mailbox");
}

int
main(void)
{
	test_source_ip();
	test_lines_of_decoded();
	test_own_user();
	test_bare_complaint();
	test_incoming();
	test_host_between();
	test_complaint_verp();
	test_expanded();
	test_whole_reply();
	test_handed_on();
	test_exchange_hosts();
	test_tagged_subject();
	test_named_address();
	test_wrapped_label();
	test_reply_quadratic();
	test_vendor_memory();
	test_dsn_cut();
	test_delay_from_failure();
	test_sender_reported();
	test_feedback_type_utf8();
	test_null_return_path();
	test_sns_in_talk();
	test_sns_detail();
	test_taken_apart();
	test_warning_before();
	test_named_for_help();
	test_no_memory();
	test_recipient_bytes();
	test_long_line();
	test_line_of_markers();
	test_wrapped_to();
	test_many_expressions();
	test_line_of_starts();
	test_unnamed();
	test_poses();
	test_bystanders();
	test_hidden_in_fields();
	test_arrows();
	test_partial();
	test_cut_bracket();
	test_local_cause();
	test_undeclared_returned();
	test_parcel();
	test_unannounced();
	test_pipelined();
	test_code_at_line_end();
	test_bounds_of_line_ends();
	test_odd_recipients();
	test_cut_off();
	give_back();
	return finish();
}
