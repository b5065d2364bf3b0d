/*
 * test_domain_key.c
 *	  Domains and addresses as they are compared and shown: which letters are
 *	  shown, what is done where Unicode's normalization is lent, and the bounds.
 *
 * Build: make unit
 */
#include "mail/address_key.h"
#include "mail/limits.h"
#include "mail/utf8.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const KeyForm plain = {.gmail = false};

/* Of a name that a bounce holds nobody shall think that it is another one (UTS 39). */
static void
test_shown(void)
{
	static const struct
	{
		const char *name;
		Slice		label;
		Slice		shown;
	}			cases[] = {
		{"Greek", SLICE_LIT("xn--mxa"), SLICE_LIT("\xce\xb1")},
		{"Cyrillic", SLICE_LIT("xn--f1a"), SLICE_LIT("\xd0\xb6")},
		{"Armenian, which follows them, and Latin", SLICE_LIT("xn--a-obc"), SLICE_LIT("a\xd5\xa1")},
		{"Greek and Latin", SLICE_LIT("xn--a-zlb"), SLICE_LIT("xn--a-zlb")},
		{"Cyrillic and Latin", SLICE_LIT("xn--a-ltb"), SLICE_LIT("xn--a-ltb")},
		{"Greek and digits", SLICE_LIT("xn--1-zlb"), SLICE_LIT("1\xce\xb1")},
		{"Greek and a hyphen", SLICE_LIT("xn----ylbe"), SLICE_LIT("\xce\xb1-\xce\xb2")},
		{"Greek with accents", SLICE_LIT("xn--dng"), SLICE_LIT("\xe1\xbc\x80")},
		{"  and Latin", SLICE_LIT("xn--a-h0m"), SLICE_LIT("xn--a-h0m")},
		{"more of Cyrillic", SLICE_LIT("xn--nw8a"), SLICE_LIT("\xea\x99\x81")},
		{"  and Latin", SLICE_LIT("xn--a-1j3e"), SLICE_LIT("xn--a-1j3e")},
		{"Cyrillic above a letter, and Latin", SLICE_LIT("xn--a-27s"), SLICE_LIT("xn--a-27s")},
		{"the first of Cyrillic Extended-C and Latin", SLICE_LIT("xn--a-wyl"), SLICE_LIT("xn--a-wyl")},
		{"Ol Chiki, which stands before it, and Latin", SLICE_LIT("xn--a-5vl"), SLICE_LIT("a\xe1\xb1\x90")},
		{"Vai and Latin", SLICE_LIT("xn--a-p02e"), SLICE_LIT("a\xea\x94\x80")},
		{"Ethiopic and Latin", SLICE_LIT("xn--a-l2s"), SLICE_LIT("a\xe2\xb6\x80")},
		{"Bamum and Latin", SLICE_LIT("xn--a-hp3e"), SLICE_LIT("a\xea\x9a\xa0")},
		{"kana and Latin", SLICE_LIT("xn--a-x7t"), SLICE_LIT("a\xe3\x81\x82")},
		{"a control", SLICE_LIT("xn--a-ba"), SLICE_LIT("xn--a-ba")},
		{"the last one", SLICE_LIT("xn--a-2ba"), SLICE_LIT("xn--a-2ba")},
		{"a no-break space", SLICE_LIT("xn--a-4ba"), SLICE_LIT("xn--a-4ba")},
		{"a blank", SLICE_LIT("xn--a-9fn"), SLICE_LIT("xn--a-9fn")},
		{"a joiner", SLICE_LIT("xn--11b2ezcw70k"), SLICE_LIT("\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7")},
		{"a non-joiner", SLICE_LIT("xn--11b2ezcs70k"), SLICE_LIT("\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8c\xe0\xa4\xb7")},
		{"a mark of direction", SLICE_LIT("xn--a-qin"), SLICE_LIT("xn--a-qin")},
		{"a dash", SLICE_LIT("xn--a-7dt"), SLICE_LIT("a\xe2\xb8\xba")},
		{"a superscript", SLICE_LIT("xn--a-kmn"), SLICE_LIT("a\xe2\x81\xb1")},
		{"an ideographic space", SLICE_LIT("xn--a-53t"), SLICE_LIT("xn--a-53t")},
		{"what is kept for private use", SLICE_LIT("xn--a-so7g"), SLICE_LIT("xn--a-so7g")},
		{"  and the last of it", SLICE_LIT("xn--a-g47h"), SLICE_LIT("xn--a-g47h")},
		{"an ideograph behind it", SLICE_LIT("xn--a-i47h"), SLICE_LIT("a\xef\xa4\x80")},
		{"a tag", SLICE_LIT("xn--a-i411m"), SLICE_LIT("xn--a-i411m")},
		{"no character", SLICE_LIT("xn--a-u10i"), SLICE_LIT("xn--a-u10i")},
		{"  of a higher plane", SLICE_LIT("xn--a-p17s"), SLICE_LIT("xn--a-p17s")},
		{"what stands for none", SLICE_LIT("xn--a-q10i"), SLICE_LIT("xn--a-q10i")},
		{"an emoji", SLICE_LIT("xn--fu8h"), SLICE_LIT("\xf0\x9f\x93\xa9")},
		{"an underscore", SLICE_LIT("xn--a_-yka"), SLICE_LIT("a_\xc3\xbc")},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		exact = exact_copy(cases[i].label);

		is(domain_display(&arena, exact, &plain), cases[i].shown, cases[i].name);
		free((char *) exact.p);
		arena_reset(&arena);
	}
	is(domain_display(&arena, SLICE_LIT("www.xn--bcher-kva.xn--mxa"), &plain), SLICE_LIT("www.b\xc3\xbc" "cher.\xce\xb1"), "each label by itself");
	arena_reset(&arena);
}

/* What the test lends for Unicode's tables: a few characters, and memory that runs short when it is told to. */
typedef struct Lent
{
	int			calls;
	int			fail_at;		/* 0: never */
} Lent;

static Slice
normalize(void *context, Arena *arena, Slice text, bool compatible)
{
	static const struct
	{
		Slice		from;
		Slice		to;
		bool		compatible;
	}			forms[] = {
		{SLICE_LIT("e\xcc\x81"), SLICE_LIT("\xc3\xa9"), false},
		{SLICE_LIT("\xcd\xbe"), SLICE_LIT(";"), false},	/* Greek question mark */
		{SLICE_LIT("\xef\xb9\x87"), SLICE_LIT("["), true},	/* vertical bracket */
		{SLICE_LIT("\xe2\x80\xa4"), SLICE_LIT("."), true},	/* one dot leader */
		{SLICE_LIT("\xe2\x84\xa2"), SLICE_LIT("TM"), true},
		{SLICE_LIT("\xe2\x84\x93"), SLICE_LIT("l"), true},
	};
	Lent	   *lent = context;
	char	   *out = arena_alloc(arena, text.n);
	size_t		n = 0;

	if (++lent->calls == lent->fail_at)
		return SLICE_NONE;
	for (size_t i = 0; i < text.n;)
	{
		size_t		k = 0;

		while (k < LENGTH(forms) && !((compatible || !forms[k].compatible) && slice_starts_nocase(slice(text.p + i, text.n - i), forms[k].from)))
			k++;
		if (k == LENGTH(forms))
		{
			out[n++] = text.p[i++];
			continue;
		}
		memcpy(out + n, forms[k].to.p, forms[k].to.n);
		n += forms[k].to.n;
		i += forms[k].from.n;
	}
	return slice(out, n);
}

static void
test_normalized(void)
{
	static const struct
	{
		const char *name;
		Slice		text;
		Slice		key;
	}			cases[] = {
		{"composed", SLICE_LIT("Ren\xc3\xa9@b\xc3\xa9.example"), SLICE_LIT("ren\xc3\xa9@xn--b-bga.example")},
		{"decomposed", SLICE_LIT("Rene\xcc\x81@be\xcc\x81.example"), SLICE_LIT("ren\xc3\xa9@xn--b-bga.example")},
		{"capitals that compatibility brings forth", SLICE_LIT("a@b\xe2\x84\xa2.example"), SLICE_LIT("a@btm.example")},
		{"  but not in a local part", SLICE_LIT("a\xe2\x84\xa2@b.example"), SLICE_LIT("a\xe2\x84\xa2@b.example")},
		{"a label that is ASCII then", SLICE_LIT("a@\xe2\x84\x93.example"), SLICE_LIT("a@l.example")},
		{"a local part that needs quotes then", SLICE_LIT("a\xcd\xbe@b.example"), SLICE_NONE},
		{"  and that has them", SLICE_LIT("\"a\xcd\xbe b\"@b.example"), SLICE_LIT("\"a; b\"@b.example")},
		{"a dot within a label", SLICE_LIT("a@b\xe2\x80\xa4" "c.example"), SLICE_NONE},
		{"a bracket that begins no literal", SLICE_LIT("a@\xef\xb9\x87" "b]"), SLICE_NONE},
	};
	Lent		lent = {0, 0};
	const KeyForm form = {.normalize = normalize, .context = &lent};
	const Slice both = SLICE_LIT("\xc3\xa4@b\xc3\xbc.example");
	Slice		whole;
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
		is(address_key(&arena, cases[i].text, &form), cases[i].key, cases[i].name);

	lent.calls = 0;
	whole = address_key(&arena, both, &form);
	ok(whole.n > 0 && lent.calls == 6, "each of both is normalized three times");
	for (lent.fail_at = 1; lent.fail_at <= 6; lent.fail_at++)
	{
		lent.calls = 0;
		is(address_key(&arena, both, &form), SLICE_NONE, "  and where one fails there is no key");
	}
	arena_reset(&arena);
}

static void
test_forms(void)
{
	const KeyForm tagless = {.subaddress = true};
	const KeyForm gmail = {.gmail = true};
	const KeyForm letters = {.keep_letters = true};
	static const struct
	{
		Slice		text;
		Slice		key;
	}			cases[] = {
		/* quotes that tables are imported with, and what is none of them */
		{SLICE_LIT("`user@example.com'"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("`user@example.com`"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("\"user@example.com\""), SLICE_LIT("user@example.com")},
		{SLICE_LIT("`user@example.com\""), SLICE_NONE},
		{SLICE_LIT("user@example.com (a) (b)"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("user@example.com a)"), SLICE_NONE},
		{SLICE_LIT("(a user@example.com"), SLICE_NONE},
		{SLICE_LIT("(a) user@example.com"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("mailto:user"), SLICE_NONE},
		{SLICE_LIT("@user"), SLICE_NONE},
		{SLICE_LIT("\"a\x01" "b\"@example.com"), SLICE_NONE},
		{SLICE_LIT("\"a\x7f" "b\"@example.com"), SLICE_NONE},
		{SLICE_LIT("\"a\\\x01" "b\"@example.com"), SLICE_NONE},
		{SLICE_LIT("\"a b\""), SLICE_NONE},
		{SLICE_LIT("\"a b\"c@example.com"), SLICE_NONE},
		{SLICE_LIT("user@"), SLICE_NONE},
		{SLICE_LIT("us\xef\xbf\xbd" "er@example.com"), SLICE_NONE},
		{SLICE_LIT("user@[192.0.2.1 ]"), SLICE_NONE},
		{SLICE_LIT("user@exam\xe3\x80ple.com"), SLICE_NONE},
		{SLICE_LIT("user@a\xef\xbc\x8e" "b\xe3\x81\x82"), SLICE_LIT("user@a.xn--b-x7t")},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		exact = exact_copy(cases[i].text);

		is(address_key(&arena, exact, &plain), cases[i].key, cases[i].text.p);
		free((char *) exact.p);
	}
	is(address_key(&arena, SLICE_LIT("user+a@example.com"), &tagless), SLICE_LIT("user@example.com"), "without its tag");
	is(address_key(&arena, SLICE_LIT("\"us er+a\"@example.com"), &tagless), SLICE_LIT("\"us er+a\"@example.com"), "  which none is in quotes");
	is(address_key(&arena, SLICE_LIT("+a@example.com"), &tagless), SLICE_LIT("+a@example.com"), "  nor what is nothing else");
	is(address_key(&arena, SLICE_LIT("u.s.er+a@GoogleMail.com"), &gmail), SLICE_LIT("user@gmail.com"), "as Gmail reads it");
	is(address_key(&arena, SLICE_LIT("u.s.er@gmail.com"), &gmail), SLICE_LIT("user@gmail.com"), "  there, too");
	is(address_key(&arena, SLICE_LIT("u.s.er@example.com"), &gmail), SLICE_LIT("u.s.er@example.com"), "  but nowhere else");
	is(address_key(&arena, SLICE_LIT("...@gmail.com"), &gmail), SLICE_LIT("...@gmail.com"), "dots alone stay");
	is(address_key(&arena, SLICE_LIT(".+a@gmail.com"), &gmail), SLICE_LIT(".+a@gmail.com"), "  and before a tag");
	is(address_key(&arena, SLICE_LIT("\"a b\"@gmail.com"), &gmail), SLICE_LIT("\"a b\"@gmail.com"), "what is quoted stays");
	is(address_key(&arena, SLICE_LIT("\xc3\x84" "A@example.com"), &letters), SLICE_LIT("\xc3\x84" "a@example.com"), "letters beyond ASCII as they are written");
	arena_reset(&arena);
}

/* 'n' bytes of domain in labels of 63, and 'end' behind it. */
static Slice
long_domain(Arena *arena, size_t n, Slice end)
{
	char	   *text = arena_alloc(arena, n + end.n);

	for (size_t i = 0; i < n; i++)
		text[i] = i % 64 == 63 ? '.' : 'a';
	memcpy(text + n, end.p, end.n);
	return slice(text, n + end.n);
}

static void
test_bounds(void)
{
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	ok(domain_key(&arena, long_domain(&arena, 255, SLICE_LIT("")), &plain).n == 255, "the longest domain");
	ok(domain_key(&arena, long_domain(&arena, 255, SLICE_LIT(".")), &plain).n == 255, "  and the root's dot");
	is(domain_key(&arena, long_domain(&arena, 255, SLICE_LIT("a")), &plain), SLICE_NONE, "one byte more");
	is(domain_key(&arena, long_domain(&arena, 255, SLICE_LIT(".a")), &plain), SLICE_NONE, "a label more");
	is(domain_key(&arena, long_domain(&arena, 250, SLICE_LIT(".\xc3\xa4")), &plain), SLICE_NONE, "a label of letters without the room");
	is(domain_key(&arena, long_domain(&arena, 252, SLICE_LIT(".\xc3\xa4")), &plain), SLICE_NONE, "  or that of its prefix");
	ok(domain_key(&arena, long_domain(&arena, 245, SLICE_LIT(".\xc3\xa4")), &plain).n > 245, "  and with it");
	{
		/* a domain of letters is longer in ASCII */
		Slice		text = long_domain(&arena, LIMIT_ADDRESS_BYTES - 11, SLICE_LIT("@\xc3\xa4.example"));

		is(address_key(&arena, text, &plain), SLICE_NONE, "an address that is too long by its key");
		ok(address_key(&arena, slice(text.p + 5, text.n - 5), &plain).n == LIMIT_ADDRESS_BYTES, "  and the longest");
	}
	is(domain_key(&arena, long_domain(&arena, 1021, SLICE_LIT("")), &plain), SLICE_NONE, "four times as much");
	arena_reset(&arena);
	ok(owner.blocks == 0, "nothing is left");
}

int
main(void)
{
	test_shown();
	test_normalized();
	test_forms();
	test_bounds();
	return finish();
}
