/*
 * test_explain.c
 *	  What bounce_explain_message() promises: the steps tell the very verdict
 *	  that bounce_read_message() gives, and the bytes that they point to hold
 *	  what they quote.
 */
#include "bounce.h"
#include "match/fold.h"
#include "tap.h"

#define FAILURE_HEAD \
	"Return-Path: <>\n" \
	"From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\n" \
	"To: news@example.org\n" \
	"Subject: Undelivered Mail Returned to Sender\n" \
	"MIME-Version: 1.0\n" \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n" \
	"\n--b\nContent-Type: text/plain\n\nIt failed.\n\n" \
	"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"

static Arena arena;
static TestOwner owner;

static const ExplainStep *
step_of(const BounceExplanation *explanation, const char *decision, bool won)
{
	for (size_t i = 0; i < explanation->count; i++)
	{
		if (explanation->steps[i].won == won && strcmp(explanation->steps[i].decision, decision) == 0)
			return &explanation->steps[i];
	}
	return NULL;
}

/* Folded, the bytes that the step points to are, or at least hold, the evidence. */
static bool
points_to_evidence(Slice raw, const ExplainStep *step)
{
	Slice		there = fold_text(&arena, slice(raw.p + step->start, step->length));
	Slice		quoted = fold_text(&arena, step->evidence);

	for (size_t i = 0; i + quoted.n <= there.n; i++)
	{
		if (memcmp(there.p + i, quoted.p, quoted.n) == 0)
			return true;
	}
	return false;
}

static void
test_fields(void)
{
	Slice		raw = SLICE_LIT(FAILURE_HEAD
								"Final-Recipient: rfc822; Rosa@Koharu.example\n"
								"Original-Recipient: rfc822; team@koharu.example\n"
								"Action: failed\n"
								"Status: 5.0.0\n"
								"Diagnostic-Code: smtp; 552 5.2.2 <rosa@koharu.example>: the\n"
								"    mailbox is\n"
								"    full, message rejected\n"
								"\n--b--\n");
	BounceExplanation explanation = bounce_explain_message(&arena, raw);
	BounceResult result = bounce_read_message(&arena, raw, true);
	const ExplainStep *reason = step_of(&explanation, "reason", true);
	const ExplainStep *step;

	ok(result.count == 1 && reason && strcmp(result.rows[0].reason, "mailboxfull") == 0, "there is a verdict");
	is(reason->value, SLICE_LIT("mailboxfull"), "the steps tell the same reason");
	is(reason->rule, SLICE_LIT("phrase:mailbox is full"), "by a rule with an id");
	ok(reason->line > 0 && strcmp(reason->file, "phrases.tsv") == 0, "that stands in a file");
	is(slice(raw.p + reason->start, reason->length), SLICE_LIT("mailbox is\n    full"), "the evidence is found where it was folded");
	ok(reason->why.n == 0, "a winner has nothing to excuse");

	step = step_of(&explanation, "reason", false);
	ok(step && step->why.n > 0, "a loser says why");
	step = step_of(&explanation, "recipient", true);
	is(step->value, SLICE_LIT("rosa@koharu.example"), "the recipient");
	is(slice(raw.p + step->start, step->length), SLICE_LIT("rfc822; Rosa@Koharu.example"), "from its field");
	step = step_of(&explanation, "alias", true);
	is(step ? step->value : SLICE_NONE, SLICE_LIT("team@koharu.example"), "what was mailed");
	step = step_of(&explanation, "delivery_status", false);
	is(step ? step->value : SLICE_NONE, SLICE_LIT("5.0.0"), "the Status field lost against the reply's own code");
	step = step_of(&explanation, "hard_bounce", true);
	is(step ? step->value : SLICE_NONE, SLICE_LIT("false"), "hardness");
	for (size_t i = 0; i < explanation.count; i++)
	{
		if (explanation.steps[i].length > 0 && !points_to_evidence(raw, &explanation.steps[i]))
			ok(false, explanation.steps[i].decision);
	}
}

static void
test_amended(void)
{
	BounceExplanation explanation = bounce_explain_reply(&arena, SLICE_LIT("550 Unknown user rosa@koharu.example"),
														 SLICE_NONE, SLICE_LIT("DATA"));
	const ExplainStep *won = step_of(&explanation, "reason", true);
	const ExplainStep *lost = step_of(&explanation, "reason", false);

	is(won->value, SLICE_LIT("filtered"), "refused after DATA the recipient may exist");
	is(won->rule, SLICE_LIT("engine:unknown-after-data"), "by a rule that is code");
	ok(won->line == 0 && strcmp(won->file, "src/classify/verdict.c") == 0, "which has a file, but no line");
	is(lost->value, SLICE_LIT("userunknown"), "the words had won");
	ok(lost->why.n > 0, "and it is said that they were amended");

	explanation = bounce_explain_reply(&arena, SLICE_LIT("550 Unknown user rosa@koharu.example"), SLICE_NONE, SLICE_LIT("RCPT"));
	is(step_of(&explanation, "reason", true)->value, SLICE_LIT("userunknown"), "not so at RCPT");
}

static void
test_provider_bound(void)
{
	Slice		reply = SLICE_LIT("550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).");
	BounceExplanation explanation = bounce_explain_reply(&arena, reply, SLICE_LIT("mx.example.net"), SLICE_NONE);
	bool		any = false;

	for (size_t i = 0; i < explanation.count; i++)
		any = any || (!explanation.steps[i].won && slice_find_nocase(explanation.steps[i].why, SLICE_LIT("provider"), 0) != SLICE_NPOS);
	ok(any || step_of(&explanation, "reason", true) != NULL, "phrases of other providers are told as losers, or there are none");
	ok(step_of(&explanation, "listed_ip", true) != NULL, "the listed address");
}

static void
test_encoded(void)
{
	/* "The mailbox of rosa@koharu.example is full." */
	Slice		raw = SLICE_LIT("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: news@example.org\n"
								"Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
								"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
								"WW91ciBtYWlsIGNvdWxkIG5vdCBiZSBkZWxpdmVyZWQgdG8gdGhlIGZvbGxvd2luZyByZWNpcGll\n"
								"bnRzOgoKPHJvc2FAa29oYXJ1LmV4YW1wbGU+OiA1NTIgNS4yLjIgbWFpbGJveCBpcyBmdWxsCg==\n");
	BounceExplanation explanation = bounce_explain_message(&arena, raw);
	const ExplainStep *reason = step_of(&explanation, "reason", true);

	is(reason ? reason->value : SLICE_NONE, SLICE_LIT("mailboxfull"), "in base64");
	ok(reason && reason->length > 0 && reason->start > 200 && reason->start + reason->length <= raw.n,
	   "the place is the encoded part");
	is(reason ? reason->evidence : SLICE_NONE, SLICE_LIT("mailbox is full"), "the quotation is decoded");
}

/* What lies behind a bound was not looked at, and that is said. */
static void
test_bounds(void)
{
	static const char head[] = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: news@example.org\n"
		"Subject: Undelivered Mail Returned to Sender\n\n";
	static const char line[] = "<rosa@koharu.example>: 550 5.1.1 User unknown in this house, whoever may ask\n";
	size_t		n = sizeof(head) - 1;
	size_t		wanted = 300000;
	char	   *text = malloc(wanted + sizeof(line));
	BounceExplanation explanation;
	const ExplainStep *step;

	memcpy(text, head, n);
	while (n < wanted)
	{
		memcpy(text + n, line, sizeof(line) - 1);
		n += sizeof(line) - 1;
	}
	explanation = bounce_explain_message(&arena, slice(text, n));
	step = step_of(&explanation, "limit", true);
	is(step ? step->value : SLICE_NONE, SLICE_LIT("decode_bytes"), "a bound that was met is told");
	ok(step && step->why.n > 0, "with what that means");
	arena_reset(&arena);
	free(text);
}

/* Each message of an mbox is explained; so is one that succeeded. */
static void
test_several(void)
{
#define BOX_LINE "From MAILER-DAEMON  Thu Apr 29 23:34:45 2015\n"
	Slice		raw = SLICE_LIT(BOX_LINE FAILURE_HEAD "Final-Recipient: rfc822; a@koharu.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n\n"
								BOX_LINE FAILURE_HEAD "Final-Recipient: rfc822; b@koharu.example\nAction: delivered\nStatus: 2.0.0\n\n--b--\n");
	BounceExplanation explanation = bounce_explain_message(&arena, raw);
	size_t		recipients = 0;
	const ExplainStep *last = NULL;

	for (size_t i = 0; i < explanation.count; i++)
	{
		if (!explanation.steps[i].won)
			continue;
		recipients += strcmp(explanation.steps[i].decision, "recipient") == 0;
		if (strcmp(explanation.steps[i].decision, "reason") == 0)
			last = &explanation.steps[i];
	}
	ok(recipients == 2, "both messages of an mbox");
	is(last ? last->value : SLICE_NONE, SLICE_LIT("delivered"), "what was delivered has no other reason");
}

static void
test_none(void)
{
	BounceExplanation explanation = bounce_explain_message(&arena, SLICE_LIT("From: a@example.org\nSubject: lunch\n\nAt one?\n"));
	const ExplainStep *step = step_of(&explanation, "kind", true);

	is(step ? step->value : SLICE_NONE, SLICE_LIT("none"), "an ordinary mail");
	ok(step && step->why.n > 0, "and why");
	step = step_of(&explanation, "format", false);
	ok(step && step->why.n > 0, "the reader of texts says why it did not take it");
	explanation = bounce_explain_message(&arena, SLICE_NONE);
	ok(step_of(&explanation, "kind", true) != NULL, "nothing at all");
}

/* Each piece of evidence was looked for in the whole text anew, with five times its size in memory. */
static void
test_much_evidence(void)
{
	static char text[200000];
	size_t		n = (size_t) sprintf(text, "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\nContent-Type: text/html\n\n<html><body>");
	Slice		raw;

	while (n + 32 < sizeof(text))
		n += (size_t) sprintf(text + n, "To: a@b.cd\n");
	raw = slice(text, n);
	arena_reset(&arena);
	test_arena(&arena, &owner);
	ok(bounce_explain_message(&arena, raw).count > 1000, "there is much to explain");
	ok(owner.bytes < 64 << 20, "in some megabytes");
	printf("# %zu KB\n", owner.bytes >> 10);
}

int
main(void)
{
	test_arena(&arena, &owner);
	test_fields();
	test_amended();
	test_provider_bound();
	test_encoded();
	test_several();
	test_bounds();
	test_none();
	test_much_evidence();
	arena_reset(&arena);
	return finish();
}
