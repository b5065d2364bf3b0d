/*
 * test_address.c
 *	  Addresses as they stand in reports: cleaned, found in sentences, taken
 *	  apart.
 *
 * Build: make unit
 */
#include "mail/address.h"
#include "mail/decode.h"
#include "mail/limits.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
test_clean(void)
{
	static const struct
	{
		Slice		text;
		bool		need_domain;
		Slice		address;
	}			cases[] = {
		{SLICE_LIT("user@example.com"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("  User@EXAMPLE.Com \r\n"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("<user@example.com>"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("User Name <user@example.com>"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("\"other@example.net\" <user@example.com>"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("rfc822;user@example.com"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("RFC822 ; <user@example.com>"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("utf-8; \xc3\xa4@example.com"), true, SLICE_LIT("\xc3\xa4@example.com")},
		{SLICE_LIT("utf-8; \xe7\x94\xa8\xe6\x88\xb7"
				   "1@example.com"), true, SLICE_LIT("\xe7\x94\xa8\xe6\x88\xb7"
													 "1@example.com")},
		/* a domain's letters that a sentence could go on with */
		{SLICE_LIT("utf-8; User@abc\xe4\xbe\x8b.example"), true, SLICE_LIT("user@abc\xe4\xbe\x8b.example")},
		{SLICE_LIT("utf-8; user@\xe4\xbe\x8b\xe3\x80\x82" "example"), true, SLICE_LIT("user@\xe4\xbe\x8b\xe3\x80\x82" "example")},
		{SLICE_LIT("utf-8; user@example.com (Name)"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("utf-8; user@"), true, SLICE_NONE},
		{SLICE_LIT("rfc822; user@example.com\xe3\x81\xab"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("user@example.com (Name)"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("mailto:user@example.com"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("'user@example.com'"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("user@example.com."), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("<@relay.example,@other.example:user@example.com>"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("\"two words\"@example.com"), true, SLICE_LIT("\"two words\"@example.com")},
		{SLICE_LIT("user@[192.0.2.1]"), true, SLICE_LIT("user@[192.0.2.1]")},
		{SLICE_LIT("user@[IPv6:2001:db8::1]"), true, SLICE_LIT("user@[ipv6:2001:db8::1]")},
		{SLICE_LIT("user+tag=x/y@example.com"), true, SLICE_LIT("user+tag=x/y@example.com")},
		{SLICE_LIT("user"), false, SLICE_LIT("user")},
		{SLICE_LIT("LOCAL;root (a pipe)"), false, SLICE_LIT("root")},
		{SLICE_LIT("user"), true, SLICE_NONE},
		{SLICE_LIT("<>"), false, SLICE_NONE},
		{SLICE_LIT(""), false, SLICE_NONE},
		{SLICE_LIT("rfc822;"), false, SLICE_NONE},
		{SLICE_LIT("@example.com"), true, SLICE_NONE},
		{SLICE_LIT("user@"), true, SLICE_NONE},
		{SLICE_LIT("<user@.example.com>"), true, SLICE_NONE},
		{SLICE_LIT("<user@example..com>"), true, SLICE_NONE},
		{SLICE_LIT("<two words>"), false, SLICE_NONE},
		{SLICE_LIT("undisclosed-recipients:;"), true, SLICE_NONE},
		{SLICE_LIT("<\xff@example.com>"), false, SLICE_LIT("\xef\xbf\xbd@example.com")},
		{SLICE_LIT("<mailto:user@example.com>"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("<user@example.com:>"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("<user@example.com'>"), true, SLICE_LIT("user@example.com")},
		/* signs that begin an address, and those that stand around one */
		{SLICE_LIT("*user@example.com"), true, SLICE_LIT("*user@example.com")},
		{SLICE_LIT("*user@example.com*"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("`user@example.com'"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("`user@example.com (Name)"), true, SLICE_LIT("`user@example.com")},
		{SLICE_LIT("\xe2\x80\x9cuser@example.com\xe2\x80\x9d"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("\xe5\xae\x9b\xe5\x85\x88\xef\xbc\x9auser@example.com"), true, SLICE_LIT("user@example.com")},
		{SLICE_LIT("rfc822; \xe7\x94\xa8\xe6\x88\xb7user@example.com"), true, SLICE_LIT("\xe7\x94\xa8\xe6\x88\xb7user@example.com")},
		{SLICE_LIT("\xe7\x94\xa8user@example.com*"), true, SLICE_LIT("\xe7\x94\xa8user@example.com")},
		{SLICE_LIT("root(x)"), false, SLICE_LIT("root")},
		{SLICE_LIT("root,operator"), false, SLICE_LIT("root")},
		{SLICE_LIT("<@relay.example>"), false, SLICE_NONE},
	};
	Arena		arena;
	TestOwner	owner;
	char		name[LIMIT_ADDRESS_BYTES + 32];

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		copy = exact_copy(cases[i].text);

		is(address_clean(&arena, copy, cases[i].need_domain), cases[i].address, cases[i].text.n ? cases[i].text.p : "nothing");
		free((char *) copy.p);
	}
	is(address_clean(&arena, SLICE_NONE, false), SLICE_NONE, "absent stays absent");
	is(address_clean(&arena, SLICE_LIT("RFC822; \\mia@relay.example"), true), SLICE_LIT("mia@relay.example"), "past the aliases");
	is(address_clean(&arena, SLICE_LIT("a\0b"), false), SLICE_LIT("a"), "a NUL is white space");

	memset(name, 'a', sizeof(name));
	memcpy(name + LIMIT_ADDRESS_BYTES - 4, "@b.x", 4);
	ok(address_clean(&arena, slice(name, LIMIT_ADDRESS_BYTES), true).n == LIMIT_ADDRESS_BYTES, "the longest address");
	memset(name, 'a', sizeof(name));
	ok(address_clean(&arena, slice(name, LIMIT_ADDRESS_BYTES + 1), false).p == NULL, "one byte more is none");
	memset(name, '\xff', sizeof(name));
	memcpy(name + 400, "@b.x", 4);
	arena.met = 0;
	ok(address_clean(&arena, slice(name, 404), true).p == NULL && (arena.met & UINT64_C(1) << BOUND_ADDRESS_BYTES), "nor one that is too long in UTF-8");
	ok(address_clean(&arena, slice(name + 100, 304), true).n == 3 * 300 + 4, "  and one that is not");
	arena_reset(&arena);
}

static void
test_find(void)
{
	static const struct
	{
		const char *name;
		Slice		text;
		Slice		first;
		Slice		second;
	}			cases[] = {
		{"in a sentence", SLICE_LIT("to user@example.com, sorry"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"at the end of one", SLICE_LIT("no such user@example.com."), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"in brackets", SLICE_LIT("<user@example.com>:"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"in quotes", SLICE_LIT("for 'user@example.com' is"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"in typographic quotes", SLICE_LIT("for \xe2\x80\x9cuser@example.com\xe2\x80\x9d is"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"in French ones", SLICE_LIT("pour \xc2\xab\xc2\xa0user@example.com\xc2\xa0\xc2\xbb est"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"  without blanks", SLICE_LIT("\xc2\xabuser@example.com\xc2\xbb"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"behind a letter of Latin-1", SLICE_LIT("\xc3\xa9user@example.com"), SLICE_LIT("\xc3\xa9user@example.com"), SLICE_NONE},
		{"as Python quotes it", SLICE_LIT("{'user@example.com': (550, b'no')}"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"two", SLICE_LIT("a@example.com,b@example.net"), SLICE_LIT("a@example.com"), SLICE_LIT("b@example.net")},
		{"again as a link", SLICE_LIT("a@example.com<mailto:a@example.com>"), SLICE_LIT("a@example.com"), SLICE_LIT("a@example.com")},
		{"between Japanese words", SLICE_LIT("\xe5\xae\x9b\xe5\x85\x88\xe3\x80\x81user@example.com\xe3\x81\xab"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"a quoted local part", SLICE_LIT("x \"a b\"@example.com y"), SLICE_LIT("\"a b\"@example.com"), SLICE_NONE},
		{"a quotation mark in it", SLICE_LIT("x \"a\\\"b\"@example.com y"), SLICE_LIT("\"a\\\"b\"@example.com"), SLICE_NONE},
		{"one that ends in a quotation mark", SLICE_LIT("\"a\\\"@example.com y"), SLICE_LIT("\"a\\\"@example.com"), SLICE_NONE},
		{"marks that close before they open", SLICE_LIT("x\\\"@a\\\"@b\\\"@c \"d e\"@example.com"), SLICE_LIT("\"d e\"@example.com"), SLICE_NONE},
		{"a mark that opens behind others", SLICE_LIT("\\\"@a\"\\\"@b.example y"), SLICE_LIT("\"\\\"@b.example"), SLICE_NONE},
		{"a literal", SLICE_LIT("x user@[192.0.2.1] y"), SLICE_LIT("user@[192.0.2.1]"), SLICE_NONE},
		{"a literal that does not end", SLICE_LIT("x user@[192.0.2.1"), SLICE_NONE, SLICE_NONE},
		{"no local part", SLICE_LIT("x @example.com y"), SLICE_NONE, SLICE_NONE},
		{"no domain", SLICE_LIT("meet me @ noon, user@ home"), SLICE_NONE, SLICE_NONE},
		{"half a quoted local part, on the line above", SLICE_LIT("x \"a\rb\"@example.com y"), SLICE_NONE, SLICE_NONE},
		{"in stars", SLICE_LIT("*user@example.com*"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"in a grave and an acute", SLICE_LIT("`user@example.com'"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"a domain that ends in a line", SLICE_LIT("user@example.com_ x"), SLICE_LIT("user@example.com"), SLICE_NONE},
		{"a domain that a byte cuts off", SLICE_LIT("user@example.com\xc3"), SLICE_LIT("user@example.com\xc3"), SLICE_NONE},
		{"before an ideographic full stop", SLICE_LIT("user@\xc3\xa4\xe3\x80\x82"), SLICE_LIT("user@\xc3\xa4"), SLICE_NONE},
		{"before a full-width comma", SLICE_LIT("user@\xc3\xa4\xef\xbc\x8c"), SLICE_LIT("user@\xc3\xa4"), SLICE_NONE},
		{"before a letter of the Arabic presentation forms", SLICE_LIT("user@\xc3\xa4\xef\xba\x8d."), SLICE_LIT("user@\xc3\xa4\xef\xba\x8d"), SLICE_NONE},
		{"behind a full-width colon", SLICE_LIT("\xe5\x85\x88\xef\xbc\x9a\xc3\xa4@example.com"), SLICE_LIT("\xc3\xa4@example.com"), SLICE_NONE},
		{"behind a letter of the Arabic presentation forms", SLICE_LIT("\xef\xba\x8d\xc3\xa4@example.com"), SLICE_LIT("\xef\xba\x8d\xc3\xa4@example.com"), SLICE_NONE},
		{"behind an ideographic comma", SLICE_LIT("\xe3\x80\x81\xc3\xa4@example.com"), SLICE_LIT("\xc3\xa4@example.com"), SLICE_NONE},
		{"behind hiragana, of a domain in Japanese", SLICE_LIT("\xe3\x81\xab" "a@\xe4\xbe\x8b.example"), SLICE_LIT("\xe3\x81\xab" "a@\xe4\xbe\x8b.example"), SLICE_NONE},
		{"behind bytes of no text", SLICE_LIT("\xe3z\x81user@example.com"), SLICE_LIT("\xe3z\x81user@example.com"), SLICE_NONE},
		{"behind four bytes that are no character", SLICE_LIT("\xff\x80\x80user@example.com"), SLICE_LIT("\xff\x80\x80user@example.com"), SLICE_NONE},
		{"a literal without an end in sight", SLICE_LIT("user@[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]"), SLICE_NONE, SLICE_NONE},
		{"a lone @", SLICE_LIT("@"), SLICE_NONE, SLICE_NONE},
		{"many", SLICE_LIT("@@@@a@b"), SLICE_LIT("a@b"), SLICE_NONE},
		{"nothing", SLICE_LIT(""), SLICE_NONE, SLICE_NONE},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		text = exact_copy(cases[i].text);
		size_t		offset = 0;
		size_t		start = 0;
		Slice		found = SLICE_NONE;

		if (!address_find(text, &offset, &start, &found))
			found = SLICE_NONE;
		is(found, cases[i].first, cases[i].name);
		if (cases[i].second.p)
		{
			found = SLICE_NONE;
			address_find(text, &offset, &start, &found);
			is(found, cases[i].second, "  and the next");
		}
		if (found.p)
			ok(offset <= text.n && text.p + start <= found.p, "  offsets are of the text");
		free((char *) text.p);
	}
}

/* RFC 1035 2.3.4: no domain is longer; what follows is left to the text. */
static void
test_long_domain(void)
{
	char		text[400] = "a@";
	size_t		offset = 0;
	size_t		start;
	Slice		found = SLICE_NONE;

	memset(text + 2, 'b', sizeof(text) - 2);
	ok(address_find(slice(text, sizeof(text)), &offset, &start, &found) && found.n == 2 + 255, "a domain ends where none is longer");
	ok(!address_is_domain(slice(text + 2, 256)) && address_is_domain(slice(text + 2, 255)), "  and is none beyond");
}

static void
test_domain(void)
{
	ok(address_is_domain(SLICE_LIT("example.com")), "a domain");
	ok(address_is_domain(SLICE_LIT("[192.0.2.1]")), "an address literal");
	ok(!address_is_domain(SLICE_LIT("")), "nothing is none");
	ok(!address_is_domain(SLICE_LIT(".example")), "nor what begins with a dot");
	ok(!address_is_domain(SLICE_LIT("example..com")), "nor what has two");
	ok(!address_is_domain(SLICE_LIT("exam ple")), "nor what holds a blank");
	ok(!address_is_domain(SLICE_LIT("[192.0.2.1")), "nor half a literal");
	is(address_domain(SLICE_LIT("a@b@example.com")), SLICE_LIT("example.com"), "right of the last @");
	is(address_domain(SLICE_LIT("user")), SLICE_NONE, "no @, no domain");
	ok(address_domain(SLICE_LIT("user@")).n == 0, "nothing right of it");
	ok(address_is_within(SLICE_LIT("Mail.Example.com"), SLICE_LIT("example.com")), "a host within its domain");
	ok(address_is_within(SLICE_LIT("example.com.."), SLICE_LIT("example.com")), "the domain itself, with the root's dot");
	ok(!address_is_within(SLICE_LIT("badexample.com"), SLICE_LIT("example.com")), "a mere ending is another domain");
	ok(!address_is_within(SLICE_LIT("com"), SLICE_LIT("example.com")) && !address_is_within(SLICE_LIT("..."), SLICE_LIT("com")), "too short a host, and no host");
}

static void
test_ip(void)
{
	static const struct
	{
		Slice		text;
		Slice		ip;
	}			cases[] = {
		{SLICE_LIT("client host [192.0.2.1] blocked"), SLICE_LIT("192.0.2.1")},
		{SLICE_LIT("192.0.2.1."), SLICE_LIT("192.0.2.1")},
		{SLICE_LIT("IP 2001:db8::1 is listed"), SLICE_LIT("2001:db8::1")},
		{SLICE_LIT("ip=2001:db8:0:0:0:0:0:1, sorry"), SLICE_LIT("2001:db8:0:0:0:0:0:1")},
		{SLICE_LIT("256.0.2.1"), SLICE_NONE},
		{SLICE_LIT("1.2.3"), SLICE_NONE},
		{SLICE_LIT("1.2.3.4.5"), SLICE_NONE},
		{SLICE_LIT("host-192.0.2.1-dyn.example"), SLICE_NONE},
		{SLICE_LIT("at 12:30:45 today"), SLICE_NONE},
		{SLICE_LIT("5.7.1 from [198.51.100.7]"), SLICE_LIT("198.51.100.7")},
		{SLICE_LIT("192.0.2.1-dyn.example"), SLICE_NONE},
		{SLICE_LIT("at a.b.c.d or 192.0.2.7"), SLICE_LIT("192.0.2.7")},
		{SLICE_LIT(":::"), SLICE_NONE},
		{SLICE_LIT(""), SLICE_NONE},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		text = exact_copy(cases[i].text);
		size_t		offset = 0;
		Slice		ip = SLICE_NONE;

		if (!address_find_ip(text, &offset, &ip))
			ip = SLICE_NONE;
		is(ip, cases[i].ip, cases[i].text.n ? cases[i].text.p : "nothing");
		free((char *) text.p);
	}
}

int
main(void)
{
	test_clean();
	test_find();
	test_long_domain();
	test_domain();
	test_ip();
	return finish();
}
