/*
 * mails.h
 *	  Mails as a test writes them, and the rows that they are to give, on one
 *	  line of text: "failure a@b.example userunknown; delay c@d.example expired".
 *
 * Each is read with LF, CRLF and CR, from a buffer of its very size, and
 * explained besides: a row must not depend on either.
 */
#ifndef BOUNCE_MAILS_H
#define BOUNCE_MAILS_H

#include <stddef.h>

#include "bounce.h"
#include "promises.h"
#include "tap.h"

/* A mail system's report, in words or with fields */
#define DAEMON \
	"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.com>\nTo: sender@example.org\n" \
	"Subject: Undelivered Mail Returned to Sender\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
#define REPORT DAEMON \
	"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
#define STATUS "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
#define WORDS "--b\nContent-Type: text/plain\n\n"
#define RETURNED \
	"--b\nContent-Type: message/rfc822\n\nReturn-Path: <sender@example.org>\nFrom: sender@example.org\n" \
	"To: a@example.net\nSubject: hello\nMessage-ID: <1@example.org>\n\nhello\n"
#define END "--b--\n"

static Arena mail_arena;
static TestOwner mail_owner;
static Buffer mail_bytes;
static BounceResult rows;		/* of the mail that was read last */

/* Reads it; what the last mail gave is gone. */
static inline void
read_bytes(Slice mail)
{
	if (mail_arena.alloc)
		arena_reset(&mail_arena);
	free(mail_bytes.p);
	mail = exact_copy(mail);
	mail_bytes = (Buffer) {(char *) mail.p, mail.n};
	test_arena(&mail_arena, &mail_owner);
	rows = bounce_read_message(&mail_arena, mail, true);
}

static inline void
read_mail(const char *mail)
{
	read_bytes(slice(mail, strlen(mail)));
}

/* The rows as a text. */
static inline const char *
told(const BounceResult *result)
{
	static const char *const kinds[] = {"none", "failure", "delay", "complaint", "success", "autoreply", "receipt", "challenge"};
	static char text[4096];
	size_t		n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < result->count && n < sizeof(text) - 512; i++)
	{
		const BounceRow *row = &result->rows[i];

		n += (size_t) snprintf(text + n, 512, "%s%s %.*s %s", i > 0 ? "; " : "", kinds[row->kind],
							   row->recipient.n > 0 ? (int) row->recipient.n : 1, row->recipient.n > 0 ? row->recipient.p : "-",
							   row->reason ? row->reason : "-");
	}
	return text;
}

/* Do the other line ends, and the explanation, say the same? */
static inline bool
holds_otherwise(void)
{
	static const char *const ends[] = {"\r\n", "\r"};
	bool		same = true;

	for (int end = 0; end < 2; end++)
	{
		Buffer		other = rewrite(mail_bytes, ends[end], "");
		Slice		copy = exact_copy(slice(other.p, other.n));
		Arena		arena;
		TestOwner	owner;
		BounceResult result;

		test_arena(&arena, &owner);
		result = bounce_read_message(&arena, copy, true);
		same = same && result.count == rows.count;
		for (size_t i = 0; same && i < rows.count; i++)
		{
			same = same_row(&rows.rows[i], &result.rows[i]);
			if (find_fault(&rows.rows[i], true))
				printf("# row %zu breaks a promise: %s\n", i, find_fault(&rows.rows[i], true));
		}
		if (!same)
			printf("# with %s: %s\n", end == 0 ? "CRLF" : "CR", told(&result));
		arena_reset(&arena);
		free((char *) copy.p);
		free(other.p);
	}
	if (rows.count > 0)
	{
		BounceExplanation explanation = bounce_explain_message(&mail_arena, slice(mail_bytes.p, mail_bytes.n));
		bool		found = false;

		for (size_t step = 0; step < explanation.count; step++)
			found = found || (explanation.steps[step].won && strcmp(explanation.steps[step].decision, "kind") == 0);
		if (!found)
			printf("# the explanation tells no kind\n");
		same = same && found;
	}
	return same;
}

/* Reads the mail and holds its rows against those that it is to give. */
static inline void
gives(const char *name, const char *mail, const char *expected)
{
	bool		same;

	read_mail(mail);
	same = strcmp(told(&rows), expected) == 0;
	if (!same)
		printf("#      got: %s\n# expected: %s\n", told(&rows), expected);
	ok(holds_otherwise() && same, name);
}

/* An attribute of the first row. */
static inline Slice
attribute_of(size_t offset)
{
	return rows.count > 0 ? *(const Slice *) ((const char *) &rows.rows[0] + offset) : SLICE_NONE;
}

static inline Slice
slice_of(const char *text)
{
	return text ? slice(text, strlen(text)) : SLICE_NONE;
}

/* has(rhost, "mx.example.net"); NULL for none */
#define has(attribute, value) \
	is(attribute_of(offsetof(BounceRow, attribute)), slice_of(value), "  " #attribute)

#endif							/* BOUNCE_MAILS_H */
