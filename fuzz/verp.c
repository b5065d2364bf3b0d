/*
 * verp.c
 *	  Any bytes as an address that may hide another one.
 */
#include "mail/address.h"
#include "reader.h"
#include "report/verp.h"

static void
check_hidden(Slice hidden, const char *how)
{
	check_recipient(hidden);
	if (!is_text(hidden))
		broken("valid text", how);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	Slice		address;
	Slice		hidden = SLICE_NONE;
	Slice		recipient;
	HiddenAddress peeled;
	VerpKind	kind;

	bench_begin(&bench, data, size);
	address = address_clean(&bench.arena, bench.text, true);
	check_hidden(address, "address_clean");
	if (address.n > 0 && address_domain(address).n == 0)
		broken("an address has a domain", NULL);
	kind = verp_decode(&bench.arena, address, &hidden);
	if (kind != VERP_NONE)
	{
		check_hidden(hidden, "verp_decode");
		/* what the decoder found is innermost */
		if (hidden.n >= address.n)
			broken("shorter than what hides it", "verp_decode");
	}
	if (verp_peel(&bench.arena, address, NULL, &peeled))
	{
		check_hidden(peeled.address, "verp_peel");
		if (!is_text(peeled.tag))
			broken("valid text", "the tag");
	}
	recipient = size > 4 ? address_clean(&bench.arena, slice(bench.text.p + size / 2, size - size / 2), true) : SLICE_NONE;
	if (hidden.n > 0 && recipient.n > 0)
		check_hidden(verp_beside(hidden, recipient), "verp_beside");
	check_steps(50000, 1000, size);
	bench_end(&bench);
	return 0;
}
