/*
 * test_fingerprint.c
 *	  Texts of one kind have one fingerprint, those of two kinds have two, and
 *	  a fingerprint is its own, whatever it was made of.
 */
#include "match/fingerprint.h"
#include "mail/utf8.h"
#include "tap.h"

static void *
allocate(void *owner, size_t size)
{
	(void) owner;
	return malloc(size);
}

static void
release(void *owner, void *block)
{
	(void) owner;
	free(block);
}

static const struct
{
	const char *text;
	const char *fingerprint;
}			cases[] = {
	{"", ""},
	{"550 5.1.1 <John.Doe@Example.com>: User  unknown", "550 5.1.1 <addr>: user unknown"},
	{"550-5.7.1 [2001:db8::1] no", "550 5.7.1 <ip> no"},
	/* a reply of several lines, written in one or not */
	{"550-5.1.1 No such user. Please 550-5.1.1 try another 550 5.1.1 address.", "550 5.1.1 no such user. please try another address"},
	{"550-No such user. 550-Please try 550 another", "550 no such user. please try another"},
	{"550 5.1.1 No such user, 552 5.2.2 and 550 5.7.1 not", "550 5.1.1 no such user, 552 5.2.2 and 550 5.7.1 not"},
	{"550 no 550 users", "550 no # users"},
	{"554 dd no account (a@example.com) [-5] - x", "554 dd no account (<addr>) [#] - x"},
	{"expired; id=1tqXyZ-0001Ab-2C", "expired; id=<id>"},
	{"expired; id=1tqXyZ-00000001Abc-2CdE", "expired; id=<id>"},
	{"User unknown.", "user unknown"},
	{"...", ""},
	{"host mx1.example.org[192.0.2.1]:25 said: 450 slow down", "host <host><ip>:# said: 450 slow down"},
	{"after RCPT TO:<a@example.com>: 550 no", "after rcpt to:<addr>: 550 no"},
	{"quota 500 of 1,024.5 MB, 550 left", "quota # of # mb, # left"},
	{"limit: 500", "limit: #"},
	{"#5.1.1 gone", "#5.1.1 gone"},
	{"[TSS04] (SC-001) RP-001", "[tss04] (sc-001) rp-#"},
	{"queued as 4f6Kx32t3Vz9B3 at Mon, 2 Jan 2024 03:04:05 +0000 (UTC)", "queued as <id> at <time>"},
	{"on 2024-01-02T03:04:05.123Z, Tue Jan  2 03:04:05 2024 and 12:30", "on <time>, <time> and <time>"},
	{"see https://example.com/a?b=c. Then", "see <url>. then"},
	{"<https://example.com/x>", "<url>"},
	{"user <kai> of <192.0.2.7>", "user <addr> of <ip>"},
	{"550e8400-e29b-41d4-a716-446655440000", "<id>"},
	{"12345678-1234-1234-1234-446655440000", "<id>"},
	{"deadbeef facade", "<id> facade"},
	{"id=abc123def456== end", "id=<id> end"},
	{"RFC5322.From RESOLVER.ADR.RecipNotFound", "rfc5322.from resolver.adr.recipnotfound"},
	{"\xd0\x98\xd0\x9c\xd0\xaf 12", "\xd0\xb8\xd0\xbc\xd1\x8f #"},
	{"5.7.1.2 5.7.1000 5.7.2024 555.1", "<ip> # <time> #"},
	{"<addr> <host> <ip> <url> <time> <id> #", "<addr> <host> <ip> <url> <time> <id> #"},
	{"<unclosed and > alone <>", "<unclosed and > alone <>"},
	{"wait 5d2h or 300 seconds", "wait #d#h or # seconds"},
	{"@ @@ a@ @b.c", "@ @@ a@ @b.c"},
};

static unsigned
next_random(unsigned *seed)
{
	return *seed = *seed * 1103515245u + 12345u;
}

/* Texts of pieces that the readers are about, and of any bytes. */
static size_t
make_text(unsigned *seed, char *text, size_t room)
{
	static const char *const pieces[] = {
		"550", "450", " ", " ", "-", ".", "5.1.1", ":", "<", ">", "[", "]", "(", ")", "@", "a", "b1c2d3e4", "example.com",
		"192.0.2.1", "2001:db8::1", "Mon, ", "2 Jan 2024", "12:30", "+0100", "http://", "www.", "said: ", ";", "#", "=",
		"x", "9", "ab", "\xe6\xbc\xa2", "\xd0\x98", "\xc2\xa0", "<addr>", "<ip", "host>", "tss04", "code ", "z", "/", ",", "t",
		"IPv6:", "deadbeef", "xn--p1ai", "\"", "'", "\\",
	};
	size_t		n = 0;
	size_t		count = next_random(seed) >> 16 & 127;

	for (size_t i = 0; i < count; i++)
	{
		const char *piece = pieces[(next_random(seed) >> 16) % (sizeof(pieces) / sizeof(pieces[0]))];
		size_t		length = strlen(piece);

		if (n + length > room)
			break;
		memcpy(text + n, piece, length);
		n += length;
	}
	return n;
}

int
main(void)
{
	Arena		arena;
	unsigned	seed = 1;
	bool		idempotent = true;
	bool		bounded = true;
	bool		valid = true;
	char		long_text[20000];

	arena_init(&arena, allocate, release, NULL, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		is(fingerprint_of(&arena, slice(cases[i].text, strlen(cases[i].text))),
		   slice(cases[i].fingerprint, strlen(cases[i].fingerprint)), cases[i].text);
		arena_reset(&arena);
	}
	is(fingerprint_of(&arena, SLICE_NONE), SLICE_NONE, "of nothing it is nothing");
	for (int i = 0; i < 40000; i++)
	{
		char		text[4096];
		Slice		once = fingerprint_of(&arena, slice(text, make_text(&seed, text, sizeof(text))));
		Slice		twice = fingerprint_of(&arena, once);

		if (!slice_equal(once, twice) && idempotent)
		{
			idempotent = false;
			print_bytes("once", once);
			print_bytes("twice", twice);
		}
		bounded = bounded && once.n <= FINGERPRINT_BYTES;
		valid = valid && utf8_find_bad(once, 0) == once.n;
		arena_reset(&arena);
	}
	ok(idempotent, "a fingerprint's fingerprint is itself");
	ok(bounded, "none is longer than an index can hold");
	ok(valid, "each is valid UTF-8");
	for (size_t i = 0; i < sizeof(long_text); i++)
		long_text[i] = "\xe6\xbc\xa2"[i % 3];
	ok(fingerprint_of(&arena, slice(long_text, 19998)).n == 510, "a long text without blanks ends behind a character");
	memset(long_text, '@', sizeof(long_text));
	ok(fingerprint_of(&arena, slice(long_text, sizeof(long_text))).n <= FINGERPRINT_BYTES, "of nothing but @");
	memset(long_text, '<', sizeof(long_text));
	ok(fingerprint_of(&arena, slice(long_text, sizeof(long_text))).n <= FINGERPRINT_BYTES, "of nothing but <");
	arena_reset(&arena);
	printf("1..%d\n", tests);
	return failures ? 1 : 0;
}
