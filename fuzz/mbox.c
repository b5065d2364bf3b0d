/*
 * mbox.c
 *	  Any bytes as a mailbox.
 *
 * Promised: its messages are all of it, in order, none empty; each is read as
 * it would be alone.
 */
#include "mail/mbox.h"
#include "reader.h"

typedef struct Rows
{
	const BounceResult *whole;
	size_t		at;
} Rows;

static void
compare(void *context, const BounceRow *row)
{
	Rows	   *rows = context;

	if (rows->at >= rows->whole->count || !same_row(row, &rows->whole->rows[rows->at]))
		broken("the same rows", "message by message");
	rows->at++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	BounceResult result;
	Rows		rows = {&result, 0};
	Slice		message;
	size_t		offset = 0;
	size_t		end = 0;
	Arena		one;

	bench_begin(&bench, data, size);
	result = bounce_read_message(&bench.arena, bench.text, true);
	check_steps(600000, 600, size);
	arena_init(&one, malloc_for_arena, free_for_arena, NULL, NULL);
	while (mbox_next(&bench.arena, bench.text, &offset, &message))
	{
		Buffer		alone;

		if (message.p != bench.text.p + end || (message.n == 0 && size > 0))
			broken("the messages are all of the mailbox", NULL);
		end += message.n;
		alone = copy_input((const uint8_t *) message.p, message.n);
		bounce_read_each(&one, slice(alone.p, alone.n), true, compare, &rows);
		free(alone.p);
		arena_reset(&one);
	}
	if (end != size || rows.at != result.count)
		broken("the messages are all of the mailbox", "no more, no less");
	bench_end(&bench);
	return 0;
}
