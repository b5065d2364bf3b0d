/*
 * verdict.c
 *	  The classifier: a delivery of any diagnostic, status, command and hosts,
 *	  as a report may have them.  The input is lines, an attribute each, and
 *	  then the diagnostic.
 *
 * Promised: one verdict, whatever was judged before it, with and without a
 * trail; a reason that exists; a known command.
 */
#include "classify/knowledge.h"
#include "classify/verdict.h"
#include "mail/address.h"
#include "reader.h"
#include "report/dsn.h"

static Slice
take_line(Slice *rest)
{
	size_t		end = slice_find(*rest, '\n', 0);
	Slice		line = slice(rest->p, end == SLICE_NPOS ? rest->n : end);

	*rest = end == SLICE_NPOS ? slice(rest->p + rest->n, 0) : slice(rest->p + end + 1, rest->n - end - 1);
	return slice_trim(line);
}

static void
check_verdict(const Verdict *verdict)
{
	if (verdict->reason >= REASON_COUNT || verdict->judged >= REASON_COUNT)
		broken("a reason", NULL);
	if (verdict->reply.code != 0 && (verdict->reply.code < 200 || verdict->reply.code > 599))
		broken("a reply code", NULL);
	if (verdict->status != 0 && (status_class(verdict->status) < 2 || status_class(verdict->status) > 5))
		broken("a status", NULL);
	if (!is_text(verdict->reply.words) || !is_text(verdict->reply.whole) || !is_text(verdict->status_text))
		broken("valid text", "of a reply");
}

static void
check_same_verdict(const Verdict *a, const Verdict *b, const char *how)
{
	if (a->reason != b->reason || a->judged != b->judged || !same_word(a->amended_by, b->amended_by) || a->phrase != b->phrase ||
		a->status != b->status || a->reply.code != b->reply.code || !same_word(a->command, b->command) || a->sure != b->sure)
		broken("one verdict", how);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const commands[] = {NULL, "CONN", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"};
	Bench		bench;
	Delivery	delivery = {.kind = KIND_FAILURE};
	Slice		rest;
	Slice		first;
	Judge		judge;
	Judge		told;
	Verdict		verdict;
	Verdict		again;

	bench_begin(&bench, data, size);
	rest = decode_valid_utf8(&bench.arena, bench.text);
	first = take_line(&rest);
	if (first.n > 0)
	{
		unsigned char c = (unsigned char) first.p[0];

		delivery.command = commands[c % (sizeof(commands) / sizeof(commands[0]))];
		delivery.kind = c & 0x40 ? KIND_FAILURE : KIND_DELAY;
		delivery.action = first.n > 1 ? (Action) ((unsigned char) first.p[1] % (ACTION_OTHER + 1)) : ACTION_NONE;
	}
	delivery.status = dsn_status(take_line(&rest));
	delivery.rhost = take_line(&rest);
	delivery.recipient = address_clean(&bench.arena, take_line(&rest), false);
	delivery.sender = address_clean(&bench.arena, take_line(&rest), true);
	delivery.diagnostic_type = take_line(&rest);
	delivery.vendor = take_line(&rest);
	delivery.words = take_line(&rest);
	delivery.diagnostic = rest;

	judge_init(&judge, &bench.arena, NULL);
	steps = 0;
	verdict_of(&judge, &delivery, &verdict);
	check_steps(300000, 500, size);
	check_verdict(&verdict);
	verdict_of(&judge, &delivery, &again);
	check_same_verdict(&verdict, &again, "the second time");
	bench.trail.delivery = 0;
	judge_init(&told, &bench.arena, &bench.trail);
	verdict_of(&told, &delivery, &again);
	check_same_verdict(&verdict, &again, "with a trail");
	for (size_t i = 0; i < bench.trail.count; i++)
	{
		/* (a value may be cut where it is told) */
		if (bench.trail.entries[i].decision == NULL)
			broken("a step has its decision", NULL);
	}
	verdict_at_command(&again, "DATA");
	check_verdict(&again);
	if (verdict_lacks_command(&verdict))
		verdict_is_by_gateway(&verdict);
	check_verdict(&verdict);
	verdict_is_success(&verdict);
	check_verdict(&verdict);
	bench_end(&bench);
	return 0;
}
