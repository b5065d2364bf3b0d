/*
 * test_verp.c
 *	  Addresses hidden in addresses: VERP, SRS, BATV.
 *
 * Build: make unit
 */
#include "report/verp.h"
#include "tap.h"

int
main(void)
{
	static const struct
	{
		Slice		address;
		VerpKind	kind;
		Slice		hidden;
	}			cases[] = {
		{SLICE_LIT("bounce-1-user=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		{SLICE_LIT("list+user=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		/* what stands before may be told from a name that holds the separator itself */
		{SLICE_LIT("list-bounces+mary-ann=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("mary-ann@example.com")},
		{SLICE_LIT("list-return-17-mary-ann=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("mary-ann@example.com")},
		{SLICE_LIT("list+mary-ann=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("mary-ann@example.com")},
		{SLICE_LIT("bounces+123456-ab12-user=example.com@em1.list.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		{SLICE_LIT("bounce-mc.us1_12.34-mary-ann=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("mary-ann@example.com")},
		{SLICE_LIT("bounce-weekly-user=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		{SLICE_LIT("bounce-12~user=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		{SLICE_LIT("list-bounces+=example.com@list.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("user@example.com"), VERP_NONE, SLICE_NONE},
		/* no word tells that the part before "=" was tagged */
		{SLICE_LIT("user=example.com@list.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("bounce-user=localhost@list.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("bounce-=example.com@list.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("bounce-user=@list.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("srs0=hhh=tt=example.com=user@forward.example"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("srs0+hhh=tt=example.com=user@forward.example"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("srs1=hhh=forward.example==hhh=tt=example.com=user@other.example"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("srs0=hhh=tt=example.com@forward.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("srs0=@forward.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("srs1=hhh=forward.example@other.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("srs0=hhh=tt=example.com=a=b@forward.example"), VERP_SENDER, SLICE_LIT("a=b@example.com")},
		{SLICE_LIT("prvs=0123456789=user@example.com"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("prvs=user=0123456789@example.com"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("prvs=@example.com"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("prvs==user@example.com"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("prvs=0123456789=@example.com"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("=@=.="), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("@"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT(""), VERP_NONE, SLICE_NONE},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Slice		address = exact_copy(cases[i].address);
		Slice		hidden;
		VerpKind	kind = verp_decode(&arena, address, &hidden);

		ok(kind == cases[i].kind, cases[i].address.n ? cases[i].address.p : "nothing");
		if (kind != VERP_NONE)
			is(hidden, cases[i].hidden, "  hides it");
		free((char *) address.p);
	}
	arena_reset(&arena);

	is(verp_beside(SLICE_LIT("c-ann@b.example"), SLICE_LIT("Ann@B.example")), SLICE_LIT("ann@b.example"), "who failed tells the tag");
	is(verp_beside(SLICE_LIT("joann@b.example"), SLICE_LIT("ann@b.example")), SLICE_LIT("joann@b.example"), "no tag");
	is(verp_beside(SLICE_LIT("mary-ann@b.example"), SLICE_LIT("x@c.example")), SLICE_LIT("mary-ann@b.example"), "another one failed");
	is(verp_beside(SLICE_LIT("ann@b.example"), SLICE_LIT("ann@b.example")), SLICE_LIT("ann@b.example"), "the same");
	is(verp_beside(SLICE_LIT("ann@b.example"), SLICE_NONE), SLICE_LIT("ann@b.example"), "nobody is named");
	return finish();
}
