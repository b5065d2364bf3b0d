/*
 * redact.c
 *	  Any bytes as a mail that is redacted: the result is a mail that can be read,
 *	  and redacting it again changes nothing in the verdict.
 */
#include "fuzz.h"
#include "redact/redact.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buffer		given = exact_copy(data, size);
	BounceResult result;
	Arena		arena;
	Slice		redacted;

	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	steps = 0;
	redacted = redact_mail(&arena, slice(given.p, given.n), SLICE_NONE);
	check_steps(2000000, 3000, size);
	result = bounce_read_message(&arena, redacted, true);
	for (size_t i = 0; i < result.count; i++)
		check_row(&result.rows[i]);
	redacted = redact_mail(&arena, slice(given.p, given.n), SLICE_LIT("key"));
	redact_mail(&arena, redacted, SLICE_LIT("key"));
	arena_reset(&arena);
	free(given.p);
	return 0;
}
