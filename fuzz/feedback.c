/*
 * feedback.c
 *	  Any bytes as the fields of a complaint (RFC 5965).
 *
 * Promised: one delivery at least, a complaint; the same however the fields
 * are folded.
 */
#include "fold.h"
#include "reader.h"
#include "report/feedback.h"

static void
read_again(Bench *bench, Buffer other, Report *report)
{
	*report = (Report) {.arena = &bench->arena, .message_arena = &bench->arena, .message = &bench->message,
		.header = bench->report.header, .decoder = DECODER_NONE};
	feedback_read(report, slice(other.p, other.n), '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	Report		other;
	Buffer		plain;
	Buffer		folded;

	bench_begin(&bench, data, size);
	plain = rewrite(bench.given, "\n", "");
	feedback_read(&bench.report, slice(plain.p, plain.n), '\n');
	check_steps(200000, 500, size);
	check_deliveries(&bench.report);
	if (!is_text(bench.report.feedback_type))
		broken("valid text", "feedback_type");
	if (bench.report.count == 0)
		broken("a complaint", NULL);
	for (size_t i = 0; i < bench.report.count; i++)
	{
		if (bench.report.deliveries[i].kind != KIND_COMPLAINT)
			broken("a complaint", "of another kind");
	}
	/* (where quotes do not pair, an address ends at a line's end or not) */
	if (memchr(plain.p, '"', plain.n) == NULL && may_fold(plain))
	{
		folded = fold_fields(plain);
		read_again(&bench, folded, &other);
		check_same_deliveries(&bench.report, &other, "folded");
		free(folded.p);
		folded = unfold_fields(plain);
		read_again(&bench, folded, &other);
		check_same_deliveries(&bench.report, &other, "unfolded");
		free(folded.p);
	}
	free(plain.p);
	bench_end(&bench);
	return 0;
}
