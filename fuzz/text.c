/*
 * text.c
 *	  Any bytes as a short text: a reply, an address, a domain, a diagnostic.
 *
 * Promised: valid texts; a key is its own key, and a fingerprint its own.
 */
#include "fuzz.h"
#include "mail/address_key.h"
#include "match/fingerprint.h"
#include "report/verp.h"

static void
check_fixed(const char *what, Slice once, Slice twice)
{
	if (!is_text(once))
		broken("valid text", what);
	if (!slice_equal(once, twice))
		broken("its own", what);
}

/* Takes so many characters, at most. */
static Slice
take(Slice *rest, int characters)
{
	size_t		n = 0;

	while (n < rest->n && (characters > 0 || ((unsigned char) rest->p[n] & 0xc0) == 0x80))
	{
		characters -= ((unsigned char) rest->p[n] & 0xc0) != 0x80;
		n++;
	}
	*rest = slice(rest->p + n, rest->n - n);
	return slice(rest->p - n, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const KeyForm forms[] = {{.gmail = false}, {.gmail = true, .subaddress = true}};
	Buffer		given = copy_input(data, size);
	VerpDelimiters own;
	HiddenAddress hidden;
	BounceExplanation explanation;
	BounceRow	row;
	Arena		arena;
	Slice		text;
	Slice		once;
	Slice		rest;

	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	bounce_read_reply(&arena, slice(given.p, given.n), SLICE_NONE, SLICE_NONE, &row);
	check_row(&row);
	explanation = bounce_explain_reply(&arena, slice(given.p, given.n), SLICE_NONE, SLICE_NONE);
	check_explanation(&explanation, size);

	/* what the server hands on is valid in its encoding */
	text = decode_valid_utf8(&arena, slice(given.p, given.n));
	steps = 0;
	once = fingerprint_of(&arena, text);
	check_fixed("fingerprint", once, fingerprint_of(&arena, once));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
	{
		once = address_key(&arena, text, &forms[i]);
		if (once.n > 0)
			check_fixed("address_key", once, address_key(&arena, once, &forms[i]));
		once = domain_key(&arena, text, &forms[i]);
		if (once.n > 0)
			check_fixed("domain_key", once, domain_key(&arena, once, &forms[i]));
		if (!is_text(domain_display(&arena, text, &forms[i])))
			broken("valid text", "domain_display");
	}
	/* what an address hides is an address, and the delimiters may be anything */
	rest = text;
	own.tag = take(&rest, 2);
	own.at = take(&rest, 3);
	for (int i = 0; i < 3; i++)
	{
		if (!verp_peel_written(&arena, i < 2 ? text : rest, i == 0 ? NULL : &own, &hidden))
			continue;
		if (!is_text(hidden.address) || !is_text(hidden.tag))
			broken("valid text", "verp_peel_written");
		if (address_key(&arena, hidden.address, &forms[0]).n == 0)
			broken("an address", "verp_peel_written");
	}
	check_steps(200000, 3000, size);
	arena_reset(&arena);
	free(given.p);
	return 0;
}
