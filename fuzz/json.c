/*
 * json.c
 *	  Any bytes as the JSON document of a webhook.
 */
#include "fuzz.h"
#include "report/fields.h"

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

static bool
check_field(void *context, FieldOrigin origin, Slice value)
{
	(void) context;
	(void) origin;
	if (value.p == NULL || !is_text(value))
		broken("valid text", "a field");
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buffer		given = copy_input(data, size);
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
	fields_each_json(&arena, slice(given.p, given.n), SLICE_LIT("Subject"), check_field, NULL);
	arena_reset(&arena);
	free(given.p);
	return 0;
}
