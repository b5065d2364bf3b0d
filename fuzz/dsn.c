/*
 * dsn.c
 *	  Any bytes as the fields of a delivery status notification (RFC 3464).
 *
 * Promised: the same deliveries read at once and in pieces, with LF and CRLF,
 * and however the fields are folded.
 */
#include "fold.h"
#include "reader.h"
#include "report/dsn.h"

/* The same text, written otherwise. */
static void
check_rewritten(const Bench *bench, Buffer other, const char *how)
{
	Arena		arena;
	Report		report = {.decoder = DECODER_NONE};

	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	report.arena = report.message_arena = &arena;
	report.message = &bench->message;
	report.header = bench->report.header;
	dsn_read(&report, slice(other.p, other.n), '\n');
	check_same_deliveries(&bench->report, &report, how);
	arena_reset(&arena);
	free(other.p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	Report		pieces;
	DsnReader  *reader;
	size_t		start;
	Buffer		plain;

	bench_begin(&bench, data, size);
	/* a text with LF for each line end, as the rewritten ones have them, too */
	plain = rewrite(bench.given, "\n", "");
	pieces = bench.report;
	pieces.trail = NULL;
	dsn_read(&bench.report, slice(plain.p, plain.n), '\n');
	check_steps(200000, 500, size);
	check_deliveries(&bench.report);
	if (dsn_is_in(bench.text, '\n', &start) && start > size)
		broken("fields within the text", NULL);

	reader = dsn_begin(&bench.arena, slice(plain.p, plain.n), '\n');
	while (dsn_read_on(&pieces, reader, false))
		;
	check_same_deliveries(&bench.report, &pieces, "in pieces");

	check_rewritten(&bench, rewrite(bench.given, "\r\n", ""), "with CRLF");
	if (may_fold(plain))
	{
		check_rewritten(&bench, unfold_fields(plain), "unfolded");
		check_rewritten(&bench, fold_fields(plain), "folded");
	}
	free(plain.p);
	bench_end(&bench);
	return 0;
}
