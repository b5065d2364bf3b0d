/*
 * json.c
 *	  Any bytes as the JSON document of a webhook.
 */
#include "fuzz.h"

typedef struct Counted
{
	size_t		count;
} Counted;

static void
count(void *context, const BounceRow *row)
{
	check_row(row);
	check_recipient(row->recipient);
	((Counted *) context)->count++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buffer		given = exact_copy(data, size);
	Counted		counted = {0};
	BounceOptions options = {.all_kinds = true};
	BounceResult result;
	Arena		arena;

	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	steps = 0;
	result = bounce_read_json(&arena, slice(given.p, given.n), &options);
	check_steps(2000000, 3000, size);
	bounce_read_json_each(&arena, slice(given.p, given.n), &options, count, &counted);
	if (counted.count != result.count)
		broken("as many rows one by one", NULL);
	arena_reset(&arena);
	free(given.p);
	return 0;
}
