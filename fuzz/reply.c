/*
 * reply.c
 *	  Any bytes as a bare reply, of any host at any command: lines for the host
 *	  and the command, then the reply.
 *
 * Promised: one row, of a failure or a success, told and explained alike; the
 * same with LF, CRLF and CR.
 */
#include "fuzz.h"

static Slice
take_line(Slice *rest)
{
	size_t		end = slice_find(*rest, '\n', 0);
	Slice		line = slice(rest->p, end == SLICE_NPOS ? rest->n : end);

	*rest = end == SLICE_NPOS ? slice(rest->p + rest->n, 0) : slice(rest->p + end + 1, rest->n - end - 1);
	return line;
}

static void
check_explained(const BounceExplanation *explanation, const BounceRow *row)
{
	const char *last = NULL;
	Slice		reason = SLICE_NONE;

	for (size_t i = 0; i < explanation->count; i++)
	{
		if (explanation->steps[i].won && strcmp(explanation->steps[i].decision, "reason") == 0)
		{
			last = explanation->steps[i].decision;
			reason = explanation->steps[i].value;
		}
	}
	if (last && row->kind == KIND_FAILURE && !slice_equal(reason, slice(row->reason, strlen(row->reason))))
		broken("the last won reason is the row's", row->reason);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const line_ends[] = {"\r\n", "\r"};
	Buffer		given = copy_input(data, size);
	Slice		rest = slice(given.p, given.n);
	Slice		rhost = take_line(&rest);
	Slice		command = take_line(&rest);
	Buffer		reply = copy_input((const uint8_t *) rest.p, rest.n);
	Buffer		plain = rewrite(reply, "\n", "");
	BounceExplanation explanation;
	BounceRow	row;
	BounceRow	other;
	Arena		arena;

	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	steps = 0;
	bounce_read_reply(&arena, slice(reply.p, reply.n), rhost, command, &row);
	check_steps(300000, 500, size);
	check_row(&row);
	if (row.kind != KIND_FAILURE && row.kind != KIND_SUCCESS)
		broken("a failure or a success", NULL);
	explanation = bounce_explain_reply(&arena, slice(reply.p, reply.n), rhost, command);
	check_explanation(&explanation, reply.n);
	check_explained(&explanation, &row);

	bounce_read_reply(&arena, slice(plain.p, plain.n), rhost, command, &row);
	for (size_t i = 0; i < 2 && plain.n < 2000; i++)
	{
		Buffer		written = rewrite(reply, line_ends[i], "");

		bounce_read_reply(&arena, slice(written.p, written.n), rhost, command, &other);
		if (row.kind != other.kind || !same_word(row.reason, other.reason) || row.reply_code != other.reply_code ||
			!slice_equal(row.delivery_status, other.delivery_status) || !slice_equal(row.diagnostic_code, other.diagnostic_code))
		{
			fprintf(stderr, "%d %s %d \"%.*s\"\n%d %s %d \"%.*s\"\n", row.kind, row.reason, row.reply_code, (int) row.diagnostic_code.n, row.diagnostic_code.p,
					other.kind, other.reason, other.reply_code, (int) other.diagnostic_code.n, other.diagnostic_code.p);
			broken("the same row", i == 0 ? "with CRLF" : "with CR");
		}
		free(written.p);
	}
	arena_reset(&arena);
	free(plain.p);
	free(reply.p);
	free(given.p);
	return 0;
}
