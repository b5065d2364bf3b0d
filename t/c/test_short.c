/*
 * test_short.c
 *	  Memory that runs short at any byte: what src/mail returns then is nothing
 *	  or the whole, never a part, and the arena says so.
 *
 * An arena asks for large blocks, so that a block that is refused is but one of
 * its requests.  Here its only block has as many bytes left as the test wants,
 * and no other is to be had: so each request of a call is the first to fail.
 *
 * Build: make unit
 */
#include "decode_cases.h"
#include "mail/address.h"
#include "mail/address_key.h"
#include "mail/mime.h"
#include "mail/one_line.h"
#include "mail/unmarked.h"
#include "mail/visible.h"

#define STEP 16					/* no request takes less */
#define MOST 8000				/* of the first block */

/* What is called, each with a text that makes it allocate. */
static Slice
call(int number, Arena *arena)
{
	static const KeyForm forms[] = {{.gmail = false}, {.gmail = true}, {.subaddress = true}, {.keep_letters = true}};
	Slice		out;

	switch (number)
	{
		case 0:
			return decode_text(arena, SLICE_LIT("=D0=CF\r\n"), TRANSFER_QUOTED_PRINTABLE, SLICE_LIT("koi8-r"), 100);
		case 1:
			return decode_text(arena, SLICE_LIT("\033$BG[C#\033(B"), TRANSFER_IDENTITY, SLICE_NONE, 100);
		case 2:
			return decode_text(arena, SLICE_LIT("caf\xe9 caf\xe9 \xff"), TRANSFER_IDENTITY, SLICE_LIT("utf-8"), 100);
		case 3:
			return decode_header(arena, SLICE_LIT("=?koi8-r?Q?=D0=CF?=\r\n =?utf-8?B?w6Q=?= \xff"));
		case 4:
			return decode_valid_utf8(arena, SLICE_LIT("a\xff\xff" "b"));
		case 5:
			return address_clean(arena, SLICE_LIT("Name <User\xff@example.com>"), true);
		case 6:
		case 7:
		case 8:
		case 9:
			return address_key(arena, SLICE_LIT("U.ser+tag@gmail.com"), &forms[number - 6]);
		case 10:
		case 11:
		case 12:
		case 13:
			return address_key(arena, SLICE_LIT("\"\xc3\x84 \\\"b\"@b\xc3\xbc" "cher.example"), &forms[number - 10]);
		case 14:
			return domain_key(arena, SLICE_LIT("www.B\xc3\xbc" "cher.example"), &forms[0]);
		case 15:
			return domain_key(arena, SLICE_LIT("[192.0.2.1]"), &forms[0]);
		case 16:
			return unmarked_text(arena, SLICE_LIT("a\xe2\x80\x8b" "b"));
		case 17:
			return mime_parameter(arena, SLICE_LIT("multipart/mixed; boundary=\"a\\\"b\""), SLICE_LIT("boundary"));
		case 18:
			return mime_without_comments(arena, SLICE_LIT("failed (for ever)"));
		case 19:
			return arena_copy(arena, SLICE_LIT("abc"));
		case 20:
			return one_line(arena, SLICE_LIT("a\x01" "b"));
		case 21:
			return visible_text(arena, SLICE_LIT("a\x01" "b"), 100, &out) ? out : SLICE_NONE;
		default:
			return SLICE_NONE;
	}
}

static void *
never_alloc(void *owner, size_t size)
{
	(void) owner;
	(void) size;
	return NULL;
}

/* An arena with a block of which 'left' bytes are left, and no other to be had. */
static void
scarce_arena(Arena *arena, TestOwner *owner, size_t left)
{
	test_arena(arena, owner);
	arena_alloc(arena, 1);
	arena->left = left;
	arena->alloc = never_alloc;
}

static void
test_calls(void)
{
	bool		whole = true;
	bool		told = true;
	int			refused = 0;
	int			calls = 0;
	bool		ended = false;

	for (; !ended; calls++)
	{
		Arena		plenty;
		TestOwner	owner;
		Slice		expected;
		bool		complete = false;

		test_arena(&plenty, &owner);
		expected = call(calls, &plenty);
		ended = expected.p == NULL;
		for (size_t left = 0; left <= MOST && !complete && !ended; left += STEP)
		{
			Arena		arena;
			TestOwner	scarce;
			Slice		got;

			scarce_arena(&arena, &scarce, left);
				got = call(calls, &arena);
			refused += arena.failed;
			complete = !arena.failed;
			if (got.p != NULL && !slice_equal(got, expected))
			{
				printf("# call %d with %zu bytes\n", calls, left);
				print_bytes("     got", got);
				print_bytes("expected", expected);
				whole = false;
			}
			told &= arena.failed || slice_equal(got, expected);
			arena_reset(&arena);
		}
		ok(complete || ended, "enough in the end");
		arena_reset(&plenty);
	}
	ok(calls == 23, "all calls were made");
	ok(refused > 40, "  and each failed");
	ok(whole, "nothing or the whole");
	ok(told, "  and the arena says which");
}

/* A domain is shown as it is kept where there is no memory for its letters. */
static void
test_display(void)
{
	const KeyForm plain = {.gmail = false};
	bool		good = true;
	int			kinds[3] = {0, 0, 0};

	for (size_t left = 0; left <= 2000; left += STEP)
	{
		Arena		arena;
		TestOwner	owner;
		Slice		got;

		scarce_arena(&arena, &owner, left);
		got = domain_display(&arena, SLICE_LIT("xn--bcher-kva.example"), &plain);
		if (got.p == NULL)
			kinds[0]++;
		else if (slice_equal(got, SLICE_LIT("xn--bcher-kva.example")))
			kinds[1]++;
		else if (slice_equal(got, SLICE_LIT("b\xc3\xbc" "cher.example")))
			kinds[2]++;
		else
			good = false;
		good &= arena.failed || kinds[2] > 0;
		arena_reset(&arena);
	}
	ok(good && kinds[0] > 0 && kinds[1] > 0 && kinds[2] > 0, "a domain is shown, or its key, or nothing");
}

/* Of a message the parts and fields that memory was there for. */
static void
test_message(void)
{
	static const char mail[] = "Subject: x\nContent-Type: multipart/mixed; boundary=\"a\\\"b\"\n\n"
		"--a\"b\nA: 1\nB: 2\nC: 3\nD: 4\nE: 5\nF: 6\nG: 7\nH: 8\nI: 9\n\nx\n--a\"b\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--a\"b--\n";
	Arena		plenty;
	TestOwner	owner;
	Message		whole;
	bool		good = true;
	int			complete = 0;
	int			nothing = 0;

	test_arena(&plenty, &owner);
	mime_scan(&plenty, slice(mail, sizeof(mail) - 1), &whole);
	ok(whole.count == 4 && whole.field_count == 13, "a message of four parts");
	for (size_t left = 0; left <= MOST; left += STEP)
	{
		Arena		arena;
		TestOwner	scarce;
		Message		message;

		scarce_arena(&arena, &scarce, left);
		mime_scan(&arena, slice(mail, sizeof(mail) - 1), &message);
		good &= message.count <= whole.count && message.field_count <= whole.field_count;
		for (int i = 0; i < message.count; i++)
			good &= message.parts[i].body.p >= mail && message.parts[i].body.p + message.parts[i].body.n <= mail + sizeof(mail) - 1;
		good &= arena.failed == (message.count < whole.count || message.field_count < whole.field_count);
		complete += !arena.failed;
		nothing += message.count == 0;
		arena_reset(&arena);
	}
	ok(good, "what is remembered lies within the bytes");
	ok(complete > 0 && nothing > 0, "  and is all, or nothing");
	arena_reset(&plenty);
}

int
main(void)
{
	test_calls();
	test_display();
	test_message();
	return finish();
}
