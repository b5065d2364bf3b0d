/*
 * redact.c
 *	  Any bytes as a mail that is redacted: the result is a mail that can be read,
 *	  and of the addresses that its rows showed none is left.
 */
#include "fuzz.h"
#include "classify/office.h"
#include "mail/address.h"
#include "redact/redact.h"

/* Could it be what redaction writes itself: u1, n2.example, bounce+u1=...? */
static bool
is_like_pseudonym(Slice local)
{
	return local.n < 8 || slice_find(local, '=', 0) != SLICE_NPOS;
}

/* An address of a person that a row shows must not stand in the redacted mail. */
static void
check_hidden(Slice address, Slice redacted)
{
	Slice		domain = address_domain(address);
	Slice		local = domain.n > 0 ? slice(address.p, address.n - domain.n - 1) : SLICE_NONE;

	if (domain.n > 0 && !is_like_pseudonym(local) && role_of(local) == NULL && slice_find_nocase(redacted, address, 0) != SLICE_NPOS)
		broken("hidden address", NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buffer		given = copy_input(data, size);
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
	result = bounce_read_message(&arena, slice(given.p, given.n), true);
	for (size_t i = 0; i < result.count; i++)
	{
		check_hidden(result.rows[i].recipient, redacted);
		check_hidden(result.rows[i].alias, redacted);
		check_hidden(result.rows[i].verp, redacted);
		check_hidden(result.rows[i].addresser, redacted);
	}
	redacted = redact_mail(&arena, slice(given.p, given.n), SLICE_LIT("key"));
	redact_mail(&arena, redacted, SLICE_LIT("key"));
	arena_reset(&arena);
	free(given.p);
	return 0;
}
