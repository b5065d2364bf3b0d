/*
 * test_redact.c
 *	  What is left of a mail that is redacted, and what is not; the verdict is
 *	  the same.
 */
#include "bounce.h"
#include "redact/redact.h"
#include "redact/names.h"
#include "tap.h"

static void *
allocate(void *owner, size_t size)
{
	(void) owner;
	return malloc(size);
}

static void
release(void *owner, void *block)
{
	(void) owner;
	free(block);
}

static Arena arena;

static Slice
redacted(const char *mail)
{
	return redact_mail(&arena, slice(mail, strlen(mail)), SLICE_NONE);
}

static void
check(const char *mail, const char *expected, const char *name)
{
	is(redacted(mail), slice(expected, strlen(expected)), name);
	arena_reset(&arena);
}

static bool
holds(Slice text, const char *words)
{
	return slice_find_nocase(text, slice(words, strlen(words)), 0) != SLICE_NPOS;
}

static const char *const report =
	"From: MAILER-DAEMON@mx.oakley-dental.com (Mail Delivery System)\n"
	"To: news+kai.lindgren=oakley-dental.com@lists.koharu-books.net\n"
	"Subject: Undelivered Mail: Winter catalogue\n"
	"Content-Type: multipart/report; report-type=delivery-status; boundary=\"kai17\"\n"
	"\n"
	"Preamble for Kai\n"
	"--kai17\n"
	"Content-Type: text/plain; charset=iso-8859-1; name=\"kai.txt\"\n"
	"Content-Transfer-Encoding: quoted-printable\n"
	"\n"
	"<Kai.Lindgren@oakley-dental.com>: host mx.oakley-dental.com[198.51.100.7] said:=\n"
	" 550 5.1.1 User unknown, K=E4i Lindgren is gone 1234567 (in reply to RCPT TO)\n"
	"\n"
	"--kai17\n"
	"Content-Type: message/delivery-status\n"
	"\n"
	"Reporting-MTA: dns; mx.koharu-books.net\n"
	"\n"
	"Final-Recipient: rfc822; Kai.Lindgren@oakley-dental.com\n"
	"Original-Recipient: rfc822; lindgren\n"
	"Action: failed\n"
	"Status: 5.1.1\n"
	"Diagnostic-Code: smtp; 550 5.1.1 User unknown\n"
	"\n"
	"--kai17\n"
	"Content-Type: message/rfc822\n"
	"\n"
	"From: Yuki Tanaka <yuki@koharu-books.net>\n"
	"To: Kai.Lindgren@oakley-dental.com\n"
	"Subject: =?utf-8?Q?Winter_catalogue_mail?=\n"
	"Date: Tue, 3 Mar 2026 10:00:00 +0900\n"
	"Content-Type: multipart/mixed; boundary=inner\n"
	"\n"
	"--inner\n"
	"\n"
	"Dear Kai, user unknown\n"
	"--inner\n"
	"Content-Type: image/png; name=kai.png\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"S2Fp\n"
	"--inner--\n"
	"--kai17--\n";

static void
check_report(void)
{
	static const char *const secrets[] = {
		"kai", "lindgren", "yuki", "tanaka", "catalogue", "winter", "preamble", "oakley", "koharu", "inner", "png", "1234567", "198.51",
	};
	static const char *const kept[] = {
		"MAILER-DAEMON@", "5.1.1", "550", "User unknown", "multipart/report", "report-type=delivery-status", "Tue, 3 Mar 2026 10:00:00 +0900", "Subject:",
	};
	Slice		mail = redacted(report);
	BounceResult before = bounce_read_message(&arena, slice(report, strlen(report)), true);
	BounceResult after = bounce_read_message(&arena, mail, true);

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		ok(!holds(mail, secrets[i]), secrets[i]);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		ok(holds(mail, kept[i]), kept[i]);
	ok(before.count == 1 && after.count == 1, "one recipient before and after");
	if (before.count == 1 && after.count == 1)
	{
		const BounceRow *x = &before.rows[0];
		const BounceRow *y = &after.rows[0];

		ok(x->kind == y->kind && x->reason == y->reason && x->hard_bounce == y->hard_bounce && x->reply_code == y->reply_code &&
		   x->decoded_by == y->decoded_by && x->action == y->action, "the verdict is the same");
		is(y->delivery_status, x->delivery_status, "so is the status");
		ok(y->recipient.n > 0 && y->verp.n > 0 && y->addresser.n > 0, "the addresses have pseudonyms");
		is(y->recipient, y->verp, "and the recipient that VERP hides has his");
	}
	arena_reset(&arena);
}

/* The same with every line end, whole and cut anywhere. */
static void
check_line_ends(void)
{
	size_t		length = strlen(report);
	char	   *crlf = malloc(2 * length);
	char	   *cr = malloc(length);
	size_t		n = 0;
	bool		clean = true;
	Slice		plain;
	Slice		other;

	if (crlf == NULL || cr == NULL)
		exit(1);
	for (size_t i = 0; i < length; i++)
	{
		if (report[i] == '\n')
			crlf[n++] = '\r';
		crlf[n++] = report[i];
		cr[i] = report[i] == '\n' ? '\r' : report[i];
	}
	plain = redacted(report);
	other = redact_mail(&arena, slice(crlf, n), SLICE_NONE);
	ok(other.n > plain.n && other.p[other.n - 2] == '\r' && bounce_read_message(&arena, other, false).count == 1, "CRLF stays CRLF");
	other = redact_mail(&arena, slice(cr, length), SLICE_NONE);
	ok(other.n == plain.n && slice_find(other, '\n', 0) == SLICE_NPOS && bounce_read_message(&arena, other, false).count == 1, "CR stays CR");
	arena_reset(&arena);
	for (size_t i = 0; i <= length; i += 7)
	{
		char	   *piece = malloc(i ? i : 1);

		if (piece == NULL)
			exit(1);
		memcpy(piece, report, i);
		other = redact_mail(&arena, slice(piece, i), SLICE_NONE);
		clean = clean && !holds(other, "lindgren") && !holds(other, "yuki");
		arena_reset(&arena);
		free(piece);
	}
	ok(clean, "no name survives wherever the mail is cut");
	free(crlf);
	free(cr);
}

static void
check_keys(void)
{
	Slice		key = SLICE_LIT("secret");
	Slice		mail = redact_mail(&arena, slice(report, strlen(report)), key);
	Slice		address = SLICE_LIT("kai.lindgren@oakley-dental.com");
	Slice		pseudonym = names_pseudonym(&arena, address, key);

	ok(slice_find_nocase(mail, pseudonym, 0) != SLICE_NPOS, "the pseudonym of a key is in the mail");
	is(names_pseudonym(&arena, SLICE_LIT("KAI.Lindgren@OAKLEY-dental.com"), key), pseudonym, "whatever the case");
	ok(!slice_equal(names_pseudonym(&arena, address, SLICE_LIT("other")), pseudonym), "another key gives another one");
	ok(!slice_equal(names_pseudonym(&arena, SLICE_LIT("kai.lindgren@gmail.com"), key), names_pseudonym(&arena, SLICE_LIT("kai.lindgren@gmx.de"), key)),
	   "and another domain");
	arena_reset(&arena);
}

/* Short of memory at any call: no crash, nothing lost, nothing told that else would not be. */
static void
check_memory_shortage(void)
{
	size_t		length = strlen(report);
	size_t		n = 40 * length;
	char	   *many = malloc(n);
	bool		told = true;
	bool		clean = true;
	bool		freed = true;
	int			last = 0;

	if (many == NULL)
		exit(1);
	for (size_t i = 0; i < 40; i++)
		memcpy(many + i * length, report, length);
	for (int fail_at = 1; last == 0 || fail_at <= last; fail_at++)
	{
		TestOwner	owner;
		Arena		scarce;
		Slice		mail;

		test_arena(&scarce, &owner);
		owner.fail_at = fail_at;
		mail = redact_mail(&scarce, slice(many, n), SLICE_NONE);
		if (owner.calls < fail_at)
			last = fail_at - 1;
		else
			told = told && scarce.failed;
		clean = clean && !holds(mail, "lindgren") && !holds(mail, "yuki");
		arena_reset(&scarce);
		freed = freed && owner.blocks == 0;
		if (last)
			break;
	}
	ok(told, "a shortage of memory is told");
	ok(clean, "no name survives it");
	ok(freed, "all memory is given back");
	free(many);
}

/* Bytes changed at random: bounded, valid UTF-8 apart from lines that were not, and no crash. */
static void
check_random(void)
{
	uint32_t	state = 7;
	size_t		length = strlen(report);
	bool		bounded = true;

	for (int i = 0; i < 3000; i++)
	{
		Slice		copy = exact_copy(slice(report, length));
		char	   *p = (char *) copy.p;
		Slice		mail;

		for (uint32_t k = test_random(&state) % 20; k > 0; k--)
		{
			static const char bytes[] = "\n\r@<>\"=?:;,.-\\ \xe3\xff";

			p[test_random(&state) % length] = test_random(&state) & 1 ? bytes[test_random(&state) % (sizeof(bytes) - 1)] : (char) test_random(&state);
		}
		mail = redact_mail(&arena, copy, SLICE_NONE);
		bounded = bounded && mail.n < 20 * length;
		arena_reset(&arena);
		free(p);
	}
	ok(bounded, "whatever the bytes are");
}

int
main(void)
{
	arena_init(&arena, allocate, release, NULL, NULL);
	check("", "\n", "nothing");
	check("From: Ann Lee <ann@example.com>\nSubject: Lunch\n\nDear user, mailbox full 12\n",
		  "From: xxx xxx <u1@example.com>\nSubject: xxxxx\n\nxxxx xxxx, xxxxxxx xxxx 00\n", "of what somebody wrote no word stays");
	check("Return-Path: <>\nFrom: postmaster@mx7.smith-family.org\nSubject: failure notice\n\n<ann@smith-family.org>:\nUser unknown: Ann [192.0.2.99:25]\n",
		  "Return-Path: <>\nFrom: postmaster@n1.n2.org\nSubject: failure notice\n\n<u1@n2.org>:\nUser unknown: xxx [192.0.2.1:25]\n", "a report keeps its own words");
	check("Return-Path: <>\nFrom: mailer-daemon@gmail.com\n\nSee 2.0.0.127.zen.spamhaus.org and 554-mx.smith.org, RESOLVER.ADR.RecipNotFound\n",
		  "Return-Path: <>\nFrom: mailer-daemon@gmail.com\n\nSee 192.0.2.1.zen.spamhaus.org and 554-mx.n1.org, RESOLVER.ADR.RecipNotFound\n", "lists, codes and terms stay");
	check("Return-Path: <>\nTo: owner-knitters@a.zone1, info+ann@b.example, ann@host17\n\n{\"subject\": \"Hi \\\"Ann\\\"\", \"name\":\"Subject\",\"value\":\"Hi\"}\n",
		  "Return-Path: <>\nTo: owner-u1@n1.zz, info@n2.example, u2@n3\n\n{\"subject\": \"xx \\\"xxx\\\"\", \"name\":\"Subject\",\"value\":\"xx\"}\n",
		  "lists, hosts without a domain, subjects in JSON");
	check("Return-Path: <>\nFrom: mailer-daemon@gmail.com\n\nUser unknown\nSubject: Mailbox\n full again\nUser unknown\n\n--- Original message ---\n\nFrom: User\n Archive <ann@smith.org>\nDate: Tue, 3 Mar 2026\nX-A: user\n\nUser unknown\n",
		  "Return-Path: <>\nFrom: mailer-daemon@gmail.com\n\nUser unknown\nSubject: xxxxxxx\n xxxx xxxxx\nUser unknown\n\n--- Original message ---\n\nFrom: xxxx\n xxxxxxx <u1@n1.org>\nDate: Tue, 3 Mar 2026\nX-A: user\n\n",
		  "a subject and names that go on in the next line");
	check_report();
	check_line_ends();
	check_keys();
	check_memory_shortage();
	check_random();
	printf("1..%d\n", tests);
	return failures ? 1 : 0;
}
