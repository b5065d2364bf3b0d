/*
 * test_verp.c
 *	  Addresses hidden in addresses: VERP, SRS, BATV.
 *
 * Build: make unit
 */
#include "report/verp.h"
#include "tap.h"

/* An address made for returned mail, to the innermost. */
static void
test_peel(void)
{
	static const struct
	{
		Slice		address;
		VerpDelimiters own;
		const char *scheme;		/* NULL: nothing is hidden */
		Slice		hidden;
		Slice		tag;
	}			cases[] = {
		{SLICE_LIT("List-Bounces+user=example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("List-Bounces")},
		{SLICE_LIT("list-return-17-user=example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("list-return-17")},
		{SLICE_LIT("user=example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_NONE},
		{SLICE_LIT("bounce+user==a==example.com==news@robot.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("news")},
		{SLICE_LIT("bounce+user==a==example.com@robot.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("bounce")},
		{SLICE_LIT("owner-news*user**example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("owner-news")},
		{SLICE_LIT("bounce-user-example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("bounce")},
		{SLICE_LIT("news-return-17-user-example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("news-return-17")},
		{SLICE_LIT("sentto-7766-12-1212345678-mary-ann=example.com@returns.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("mary-ann@example.com"), SLICE_LIT("sentto-7766-12-1212345678")},
		{SLICE_LIT("news+bounces-probe-mary-ann=example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("mary-ann@example.com"), SLICE_LIT("news+bounces-probe")},
		{SLICE_LIT("returns+4711+user=example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("returns+4711")},
		{SLICE_LIT("user=example.com__3fx9x8cyx2fwy@na1.bnc.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("3fx9x8cyx2fwy")},
		{SLICE_LIT("bounces+user=xn--mller-kva.xn--p1ai@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user@xn--mller-kva.xn--p1ai"), SLICE_LIT("bounces")},
		{SLICE_LIT("bounces+1234567-fade-mary-ann=example.com@em.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("mary-ann@example.com"), SLICE_LIT("bounces+1234567-fade")},
		{SLICE_LIT("bounces+1234567-8f2a-dade-x=example.com@em.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("dade-x@example.com"), SLICE_LIT("bounces+1234567-8f2a")},
		{SLICE_LIT("bounces+17-dade=example.com@em.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("dade@example.com"), SLICE_LIT("bounces+17")},
		{SLICE_LIT("list-return-17-dade-x=example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("dade-x@example.com"), SLICE_LIT("list-return-17")},
		{SLICE_LIT("*user**example.com@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		/* no names of hosts */
		{SLICE_LIT("rate=5.00@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("list-return-17-user=example.c@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("user=example__3fx9@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		/* which of the hyphens is it? */
		{SLICE_LIT("bounce-user-my-shop.example@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("user-example.com@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("bounce-user-1.2@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("bounce-example.com@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		/* delimiters of one's own */
		{SLICE_LIT("bounce--17--mary_at_example.com@list.example"), {SLICE_LIT("--17--"), SLICE_LIT("_at_")}, "verp", SLICE_LIT("mary@example.com"), SLICE_LIT("bounce")},
		{SLICE_LIT("bounce--mary--ann_at_x_AT_example.com@list.example"), {SLICE_LIT("--"), SLICE_LIT("_at_")}, "verp", SLICE_LIT("mary--ann_at_x@example.com"), SLICE_LIT("bounce")},
		{SLICE_LIT("bounces+user_at_example.com@list.example"), {SLICE_NONE, SLICE_LIT("_at_")}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("bounces")},
		{SLICE_LIT("user_at_example.com@list.example"), {SLICE_NONE, SLICE_LIT("_at_")}, "verp", SLICE_LIT("user@example.com"), SLICE_NONE},
		{SLICE_LIT("bounce_at_example.com@list.example"), {SLICE_LIT("--"), SLICE_LIT("_at_")}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("bounces+user=example.com@list.example"), {SLICE_LIT("--"), SLICE_LIT("_at_")}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("bounces")},
		{SLICE_LIT("prvs=0123456789=x--user_at_example.com@list.example"), {SLICE_LIT("--"), SLICE_LIT("_at_")}, "verp", SLICE_LIT("user@example.com"), SLICE_LIT("x")},
		/* tags: one's own, but not those of others */
		{SLICE_LIT("bounce+AbC9@list.example"), {SLICE_NONE, SLICE_NONE}, "tag", SLICE_LIT("bounce@list.example"), SLICE_LIT("AbC9")},
		{SLICE_LIT("prvs=0123456789=bounce+17@list.example"), {SLICE_NONE, SLICE_NONE}, "tag", SLICE_LIT("bounce@list.example"), SLICE_LIT("17")},
		{SLICE_LIT("SRS0=h=t=example.com=user+x@forward.example"), {SLICE_NONE, SLICE_NONE}, "srs0", SLICE_LIT("user+x@example.com"), SLICE_LIT("h=t")},
		{SLICE_LIT("bounces+user+x=example.com@list.example"), {SLICE_NONE, SLICE_NONE}, "verp", SLICE_LIT("user+x@example.com"), SLICE_LIT("bounces")},
		{SLICE_LIT("+x@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("x+@list.example"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		/* schemes that wrap one another */
		{SLICE_LIT("SRS1=h=fwd.example==h=t=example.com=user@other.example"), {SLICE_NONE, SLICE_NONE}, "srs1", SLICE_LIT("user@example.com"), SLICE_LIT("h=fwd.example==h=t")},
		{SLICE_LIT("btv1==abc==prvs=0123456789=user@list.example"), {SLICE_NONE, SLICE_NONE}, "batv", SLICE_LIT("user@list.example"), SLICE_LIT("0123456789")},
		{SLICE_LIT("btv1==abc==user@list.example"), {SLICE_NONE, SLICE_NONE}, "btv1", SLICE_LIT("user@list.example"), SLICE_LIT("abc")},
		{SLICE_LIT("user@example.com"), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("@"), {SLICE_NONE, SLICE_LIT("@")}, NULL, SLICE_NONE, SLICE_NONE},
		{SLICE_LIT(""), {SLICE_NONE, SLICE_NONE}, NULL, SLICE_NONE, SLICE_NONE},
	};
	Arena		arena;
	TestOwner	owner;
	char		nested[1024];
	HiddenAddress hidden;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Slice		address = exact_copy(cases[i].address);
		bool		found = verp_peel(&arena, address, &cases[i].own, &hidden);

		ok(found == (cases[i].scheme != NULL), cases[i].address.n ? cases[i].address.p : "nothing");
		if (found && cases[i].scheme)
		{
			ok(strcmp(hidden.scheme, cases[i].scheme) == 0, cases[i].scheme);
			is(hidden.address, cases[i].hidden, "  hides it");
			is(hidden.tag, cases[i].tag, "  beside its tag");
		}
		free((char *) address.p);
	}
	/* thousands of layers end somewhere */
	for (size_t i = 0; i + 5 <= sizeof(nested); i += 5)
		memcpy(nested + i, "prvs=", 5);
	memcpy(nested + sizeof(nested) - 6, "@b.cde", 6);
	ok(verp_peel(&arena, slice(nested, sizeof(nested)), NULL, &hidden), "many layers");
	arena_reset(&arena);
}

/* Whatever the special pieces make together: what comes out is an address, and no byte beside the text is read. */
static void
test_random_pieces(void)
{
	static const Slice pieces[] = {
		SLICE_LIT("srs0"), SLICE_LIT("SRS1"), SLICE_LIT("="), SLICE_LIT("="), SLICE_LIT("=="), SLICE_LIT("-"), SLICE_LIT("+"), SLICE_LIT("--"), SLICE_LIT("*"), SLICE_LIT("**"),
		SLICE_LIT("==a=="), SLICE_LIT("prvs="), SLICE_LIT("msprvs1="), SLICE_LIT("btv1=="), SLICE_LIT("bounce"), SLICE_LIT("return"), SLICE_LIT("17"), SLICE_LIT("0123456789"), SLICE_LIT("/"),
		SLICE_LIT("example.com"), SLICE_LIT("user"), SLICE_LIT("."), SLICE_LIT("@"), SLICE_LIT("_at_"), SLICE_LIT("\""), SLICE_LIT("\xc3\xbc"), SLICE_LIT(" "), SLICE_LIT("<"),
	};
	static const VerpDelimiters owns[] = {
		{SLICE_LIT("--"), SLICE_LIT("_at_")}, {SLICE_NONE, SLICE_LIT("=")}, {SLICE_LIT("="), SLICE_LIT("=")}, {SLICE_LIT("@"), SLICE_LIT("@")},
	};
	Arena		arena;
	TestOwner	owner;
	uint32_t	random = 5321;
	int			found = 0;
	bool		good = true;

	test_arena(&arena, &owner);
	for (int i = 0; i < 300000; i++)
	{
		char		text[200];
		size_t		n = 0;
		Slice		exact;
		HiddenAddress hidden;

		for (uint32_t k = test_random(&random) % 12 + 2; k > 0; k--)
		{
			Slice		piece = pieces[test_random(&random) % (sizeof(pieces) / sizeof(pieces[0]))];

			memcpy(text + n, piece.p, piece.n);
			n += piece.n;
		}
		if (i % 4 != 0)
		{
			memcpy(text + n, "@x.example", 10);
			n += 10;
		}
		exact = exact_copy(slice(text, n));
		verp_decode(&arena, exact, &hidden.address);
		if (verp_peel_written(&arena, exact, i % 5 ? &owns[i % 5 - 1] : NULL, &hidden))
		{
			found++;
			good &= hidden.scheme != NULL && slice_find(hidden.address, '@', 1) != SLICE_NPOS && hidden.address.p[hidden.address.n - 1] != '@';
		}
		free((char *) exact.p);
		arena_reset(&arena);
	}
	ok(found > 10000, "random pieces hide something now and then");
	ok(good, "  which is an address");
}

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
		/* what else writes them */
		{SLICE_LIT("srs1+hhh=forward.example=-hhh=tt=example.com=user@other.example"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("srs1=hhh=forward.examplehhh=tt=example.com=user@other.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("prvs=user/0123456789@example.com"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("prvs=user/1@example.com"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("msprvs1=18112abc=bounces-17-1@example.com"), VERP_SENDER, SLICE_LIT("bounces-17-1@example.com")},
		{SLICE_LIT("btv1==05384ddc35b==user@example.com"), VERP_SENDER, SLICE_LIT("user@example.com")},
		{SLICE_LIT("btv1====user@example.com"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("btv1==05384ddc35b==@example.com"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("bounce+mary+ann==a==example.com==news@robot.example"), VERP_RECIPIENT, SLICE_LIT("mary+ann@example.com")},
		{SLICE_LIT("bounce+user==a==localhost==news@robot.example"), VERP_NONE, SLICE_NONE},
		{SLICE_LIT("owner-news*user**example.com@listserv.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		{SLICE_LIT("owner-news***example.com@listserv.example"), VERP_NONE, SLICE_NONE},
		/* one in another */
		{SLICE_LIT("prvs=0123456789=bounce-1-user=example.com@list.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		{SLICE_LIT("srs0=hhh=tt=list.example=bounces+user=example.com@forward.example"), VERP_RECIPIENT, SLICE_LIT("user@example.com")},
		{SLICE_LIT("srs0=hhh=tt=list.example=prvs=0123456789=user@forward.example"), VERP_SENDER, SLICE_LIT("user@list.example")},
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
	test_peel();
	test_random_pieces();
	return finish();
}
