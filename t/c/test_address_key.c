/*
 * test_address_key.c
 *	  Addresses and domains in the form in which they are compared, without
 *	  normalization, which the library borrows.
 *
 * Build: make unit
 */
#include "mail/address_key.h"
#include "mail/casefold.h"
#include "mail/decode.h"
#include "mail/limits.h"
#include "mail/unmarked.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const KeyForm plain = {.gmail = false};

static void
test_keys(void)
{
	static const struct
	{
		Slice		text;
		Slice		key;
	}			cases[] = {
		{SLICE_LIT("User@Example.COM"), SLICE_LIT("user@example.com")},
		{SLICE_LIT(" Rosa <USER@example.com> "), SLICE_LIT("user@example.com")},
		{SLICE_LIT("\"a <b@c>\" <user@example.com>"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("Rosa \" <user@example.com>"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("<user@example.com> (home)"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("<user@example.com"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("rfc822;user@example.com"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("mailto:user@example.com?a=b@c"), SLICE_NONE},
		{SLICE_LIT("mailto:user@example.com?a=b"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("<@a.example,@b.example:user@example.com>"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("\\\\user@example.com"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("''user@example.com''"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("\"user\"@example.com"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("\"us\\er\"@example.com"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("\"a\\\\b\\\"\\c d\"@example.com"), SLICE_LIT("\"a\\\\b\\\"c d\"@example.com")},
		{SLICE_LIT("\"\"\"\"@example.com"), SLICE_NONE},
		{SLICE_LIT("\"a\\\"@example.com"), SLICE_NONE},
		{SLICE_LIT("user@b\xc3\xbc" "cher.example."), SLICE_LIT("user@xn--bcher-kva.example")},
		{SLICE_LIT("\xc3\x84\xef\xbc\xa0" "example.com"), SLICE_LIT("\xc3\xa4@example.com")},
		{SLICE_LIT("user\xef\xbc\xa0" "example\xe3\x80\x82" "com\xef\xbd\xa1"), SLICE_LIT("user@example.com")},
		{SLICE_LIT("user@[IPv6:2001:DB8::1]"), SLICE_LIT("user@[ipv6:2001:db8::1]")},
		{SLICE_LIT("user@[1.2.3.4"), SLICE_NONE},
		{SLICE_LIT("a@b@c.example"), SLICE_NONE},
		{SLICE_LIT("<a@b.example> <c@d.example>"), SLICE_NONE},
		{SLICE_LIT("user@\xff.example"), SLICE_NONE},
		{SLICE_LIT("us\0er@b.example"), SLICE_NONE},
		{SLICE_LIT("user@a..example"), SLICE_NONE},
		{SLICE_LIT("user@."), SLICE_NONE},
		{SLICE_LIT("<>"), SLICE_NONE},
		{SLICE_LIT("<"), SLICE_NONE},
		{SLICE_LIT("(("), SLICE_NONE},
		{SLICE_LIT("))"), SLICE_NONE},
		{SLICE_LIT("\""), SLICE_NONE},
		{SLICE_LIT("\\"), SLICE_NONE},
		{SLICE_LIT("@"), SLICE_NONE},
		{SLICE_LIT(""), SLICE_NONE},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		exact = exact_copy(cases[i].text);

		is(address_key(&arena, exact, &plain), cases[i].key, cases[i].text.n ? cases[i].text.p : "nothing");
		free((char *) exact.p);
		arena_reset(&arena);
	}
	is(address_key(&arena, SLICE_NONE, &plain), SLICE_NONE, "absent");
}

static void
test_bounds(void)
{
	Arena		arena;
	TestOwner	owner;
	size_t		size = 1024 * 1024;
	char	   *text = malloc(size);
	static const char *const fills[] = {"a", "\"", "<", ">", "\\", "(", "'", "@", ".", "\xc3\x84", "\xe3\x80\x80", "\xef\xbc\xa1", "rfc822;", "mailto:", "xn--a.", "\xff", "\"\\"};

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(fills); i++)
	{
		size_t		length = strlen(fills[i]);

		for (size_t k = 0; k + length <= size; k += length)
			memcpy(text + k, fills[i], length);
		/* at the bounds, where a character may be cut */
		for (int tail = 0; tail < 2; tail++)
		{
			const size_t sizes[] = {LIMIT_ADDRESS_BYTES, LIMIT_ADDRESS_BYTES + 1, LIMIT_FIELD_BYTES, LIMIT_FIELD_BYTES + 1, size};
			bool		none = true;

			for (size_t k = 0; k < LENGTH(sizes); k++)
			{
				Slice		exact = exact_copy(slice(text, sizes[k]));
				Slice		key;

				if (tail)
					memcpy((char *) exact.p + exact.n - 10, "@b.example", 10);
				key = address_key(&arena, exact, &plain);
				none &= key.p == NULL || k == 0;
				domain_key(&arena, exact, &plain);
				domain_display(&arena, exact, &plain);
				free((char *) exact.p);
				arena_reset(&arena);
			}
			ok(none || i == 1 || i == 4 || i == 6 || i == 10, fills[i]);
		}
	}
	memset(text, 'a', size);
	memcpy(text + LIMIT_ADDRESS_BYTES - 10, "@b.example", 10);
	ok(address_key(&arena, slice(text, LIMIT_ADDRESS_BYTES), &plain).n == LIMIT_ADDRESS_BYTES, "the longest address");
	memcpy(text + LIMIT_ADDRESS_BYTES - 10, "a@b.exampl", 10);
	ok(address_key(&arena, slice(text, LIMIT_ADDRESS_BYTES + 1), &plain).p == NULL, "one byte more is none");
	free(text);
	arena_reset(&arena);
	ok(owner.blocks == 0, "nothing is left");
}

static void
test_domains(void)
{
	static const struct
	{
		Slice		domain;
		Slice		key;
		Slice		display;
	}			cases[] = {
		{SLICE_LIT("EXAMPLE.com."), SLICE_LIT("example.com"), SLICE_LIT("example.com")},
		{SLICE_LIT("fa\xc3\x9f.example"), SLICE_LIT("xn--fa-hia.example"), SLICE_LIT("fa\xc3\x9f.example")},
		{SLICE_LIT("XN--FA-hia.example"), SLICE_LIT("xn--fa-hia.example"), SLICE_LIT("fa\xc3\x9f.example")},
		/* what does not lead back is not shown: a capital, a mark of direction, no letters, no code */
		{SLICE_LIT("xn--bcher-2pa.example"), SLICE_LIT("xn--bcher-2pa.example"), SLICE_LIT("xn--bcher-2pa.example")},
		{SLICE_LIT("xn--ab-g4t.example"), SLICE_LIT("xn--ab-g4t.example"), SLICE_LIT("xn--ab-g4t.example")},
		{SLICE_LIT("xn--a-.example"), SLICE_LIT("xn--a-.example"), SLICE_LIT("xn--a-.example")},
		{SLICE_LIT("xn--.example"), SLICE_LIT("xn--.example"), SLICE_LIT("xn--.example")},
		{SLICE_LIT("xn--99999999.example"), SLICE_LIT("xn--99999999.example"), SLICE_LIT("xn--99999999.example")},
		{SLICE_LIT("[192.0.2.1]"), SLICE_LIT("[192.0.2.1]"), SLICE_LIT("[192.0.2.1]")},
		{SLICE_LIT("[]"), SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("."), SLICE_NONE, SLICE_NONE},
		{SLICE_LIT("\xc2\xad"), SLICE_NONE, SLICE_NONE},
		{SLICE_LIT(""), SLICE_NONE, SLICE_NONE},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		exact = exact_copy(cases[i].domain);

		is(domain_key(&arena, exact, &plain), cases[i].key, cases[i].domain.n ? cases[i].domain.p : "nothing");
		is(domain_display(&arena, exact, &plain), cases[i].display, "  and shown");
		free((char *) exact.p);
	}
	arena_reset(&arena);
}

/* Random addresses out of what is special in them: a key is its own key, and valid. */
static void
test_again(void)
{
	static const Slice pieces[] = {
		SLICE_LIT("a"), SLICE_LIT("B"), SLICE_LIT("@"), SLICE_LIT("@"), SLICE_LIT("."), SLICE_LIT("+"), SLICE_LIT("\""), SLICE_LIT("\\"), SLICE_LIT("<"), SLICE_LIT(">"),
		SLICE_LIT("("), SLICE_LIT(")"), SLICE_LIT("'"), SLICE_LIT(" "), SLICE_LIT("xn--"), SLICE_LIT("gmail.com"), SLICE_LIT("rfc822;"), SLICE_LIT("mailto:"), SLICE_LIT(":"), SLICE_LIT(","),
		SLICE_LIT("["), SLICE_LIT("]"), SLICE_LIT("\xc3\x84"), SLICE_LIT("\xce\xa3"), SLICE_LIT("\xcf\x82"), SLICE_LIT("\xe3\x80\x82"), SLICE_LIT("\xef\xbc\xa1"), SLICE_LIT("\xe2\x80\x8b"), SLICE_LIT("\xff"), SLICE_LIT("-"),
	};
	Arena		arena;
	TestOwner	owner;
	uint32_t	random = 42;
	int			keys = 0;
	bool		same = true;
	bool		valid = true;

	test_arena(&arena, &owner);
	for (int i = 0; i < 300000; i++)
	{
		const KeyForm form = {.gmail = i & 1, .subaddress = i & 2, .keep_letters = i & 4};
		char		text[200];
		size_t		n = 0;
		Slice		key;

		for (uint32_t k = test_random(&random) % 10 + 3; k > 0; k--)
		{
			Slice		piece = pieces[test_random(&random) % LENGTH(pieces)];

			memcpy(text + n, piece.p, piece.n);
			n += piece.n;
		}
		key = address_key(&arena, slice(text, n), &form);
		if (key.p)
		{
			Slice		twice = address_key(&arena, key, &form);

			keys++;
			valid &= decode_is_utf8(key);
			if (!slice_equal(key, twice))
			{
				if (same)
				{
					print_bytes("text", slice(text, n));
					print_bytes(" key", key);
					print_bytes("then", twice);
				}
				same = false;
			}
		}
		arena_reset(&arena);
	}
	ok(keys > 1000, "some of what is random is an address");
	ok(same, "  whose key is its own key");
	ok(valid, "  and valid UTF-8");
}

/* Folding folds once, to valid characters. */
static void
test_fold(void)
{
	bool		once = true;
	int			folded = 0;

	for (uint32_t c = 0; c < 0x110000; c++)
	{
		uint32_t	to = casefold(c);

		folded += to != c;
		once &= casefold(to) == to && to < 0x110000;
	}
	ok(once, "folding twice is folding once");
	/* Unicode 14 has one more of status C and S: the micro sign stays */
	ok(folded == 1453, "as many characters fold as the standard has");
	ok(casefold(0xb5) == 0xb5 && casefold(0x130) == 0x130 && casefold('K') == 'k' && casefold(0x212a) == 'k' && casefold(0x1e9e) == 0xdf && casefold(0x10400) == 0x10428,
	   "some of them");
}

/* Memory that runs short is no address, and no crash. */
static void
test_memory(void)
{
	const Slice text = SLICE_LIT("\"\xc3\x84 b\"@b\xc3\xbc" "cher.example");
	bool		ended = false;

	for (int at = 1; at < 50 && !ended; at++)
	{
		Arena		arena;
		TestOwner	owner;

		test_arena(&arena, &owner);
		owner.fail_at = at;
		address_key(&arena, text, &plain);
		domain_display(&arena, SLICE_LIT("xn--bcher-kva.example"), &plain);
		ended = !arena.failed;
		arena_reset(&arena);
	}
	ok(ended, "short of memory at each allocation");
}

int
main(void)
{
	test_keys();
	test_bounds();
	test_domains();
	test_again();
	test_fold();
	test_memory();
	return finish();
}
