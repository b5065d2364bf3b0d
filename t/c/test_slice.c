/*
 * test_slice.c
 *	  Searches that look at sixteen bytes at a time, against those that look at
 *	  one: at all places, in texts that end with their memory.
 *
 * Build: make unit
 */
#include "mail/bytes16.h"
#include "mail/slice.h"
#include "mail/utf8.h"
#include "tap.h"

#define ROUNDS 4000
#define LONGEST 90

static uint32_t state = 12345;

static uint32_t
draw(uint32_t below)
{
	return test_random(&state) % below;
}

/* Bytes that are alike often, and of all kinds. */
static char
draw_byte(void)
{
	static const char bytes[] = "aAbB -.\n@[`{z\0\x7f\x80\xc1\xe1";

	return bytes[draw(sizeof(bytes) - 1)];
}

static Slice
draw_text(size_t n)
{
	char		bytes[LONGEST];

	for (size_t i = 0; i < n; i++)
		bytes[i] = draw_byte();
	return exact_copy(slice(bytes, n));
}

static size_t
find_plainly(Slice s, Slice what, size_t from)
{
	for (size_t i = from; i + what.n <= s.n; i++)
	{
		size_t		n = 0;

		while (n < what.n && ascii_lower(s.p[i + n]) == ascii_lower(what.p[n]))
			n++;
		if (n == what.n)
			return i;
	}
	return SLICE_NPOS;
}

static void
test_find(void)
{
	int			wrong = 0;
	int			found = 0;

	for (int i = 0; i < ROUNDS; i++)
	{
		Slice		s = draw_text(draw(LONGEST));
		size_t		from = draw((uint32_t) s.n + 1);
		size_t		n = draw(40);
		Slice		what = n <= s.n && draw(2) ? exact_copy(slice(s.p + draw((uint32_t) (s.n - n) + 1), n)) : draw_text(draw(4));
		size_t		expected = find_plainly(s, what, from);

		wrong += slice_find_nocase(s, what, from) != expected;
		found += expected != SLICE_NPOS;
		free((char *) s.p);
		free((char *) what.p);
	}
	ok(wrong == 0, "slice_find_nocase() finds what a plain search finds");
	ok(found > ROUNDS / 4, "and that is often something");
}

/* Needles that repeat themselves, in texts that nearly do. */
static void
test_periodic(void)
{
	int			wrong = 0;

	for (size_t n = 20; n < 60; n++)
	{
		for (size_t period = 1; period < 8; period++)
		{
			char		text[200];
			char		needle[60];

			for (size_t i = 0; i < sizeof(text); i++)
				text[i] = "ABcaBbc"[i % period];
			for (size_t i = 0; i < n; i++)
				needle[i] = "abCABBC"[i % period];
			/* one byte of the text is other than it should be */
			for (size_t at = 0; at < sizeof(text); at++)
			{
				char		kept = text[at];

				text[at] = '.';
				wrong += slice_find_nocase(slice(text, sizeof(text)), slice(needle, n), 0) !=
					find_plainly(slice(text, sizeof(text)), slice(needle, n), 0);
				text[at] = kept;
			}
		}
	}
	ok(wrong == 0, "a needle that repeats itself is found where it is");
}

static void
test_case(void)
{
	int			wrong = 0;

	for (int a = 0; a < 256; a++)
	{
		char		c = (char) a;
		char		low = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;

		wrong += ascii_lower(c) != low;
		wrong += ascii_is_alpha(c) != ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
		wrong += ascii_is_alnum(c) != (ascii_is_alpha(c) || (c >= '0' && c <= '9'));
		wrong += ascii_is_space(c) != (c == ' ' || (c >= '\t' && c <= '\r') || c == '\0');
		for (int b = 0; b < 256; b++)
		{
			char		d = (char) b;

			wrong += slice_equal_nocase(slice(&c, 1), slice(&d, 1)) != (ascii_lower(c) == ascii_lower(d));
			wrong += slice_starts_nocase(slice(&c, 1), slice(&d, 1)) != (ascii_lower(c) == ascii_lower(d));
			wrong += slice_ends_nocase(slice(&c, 1), slice(&d, 1)) != (ascii_lower(c) == ascii_lower(d));
		}
	}
	ok(wrong == 0, "letters are ASCII's, whatever the byte");
	ok(slice_starts_nocase(SLICE_LIT("Subject"), SLICE_LIT("SUB")) && !slice_starts_nocase(SLICE_LIT("Su"), SLICE_LIT("SUB")) &&
	   slice_starts_nocase(SLICE_LIT("x"), SLICE_LIT("")) && slice_ends_nocase(SLICE_LIT("Subject"), SLICE_LIT("CT")) &&
	   !slice_ends_nocase(SLICE_LIT("t"), SLICE_LIT("CT")), "a slice begins and ends with another");
}

static void
test_masks(void)
{
	int			wrong = 0;

	for (int i = 0; i < ROUNDS; i++)
	{
		Slice		s = draw_text(16);
		Bytes16		bytes = bytes16_load(s.p);
		Bytes16		alnum = bytes16_alnum(bytes);
		uint32_t	expected = 0;

		for (int k = 0; k < 16; k++)
			expected |= (uint32_t) ascii_is_alnum(s.p[k]) << k;
		wrong += bytes16_mask(alnum) != expected;
		wrong += bytes16_mask_plain(alnum) != expected;
		wrong += bytes16_any(alnum) != (expected != 0);
		wrong += expected != 0 && !((expected >> bits_first(expected)) & 1);
		free((char *) s.p);
	}
	ok(wrong == 0, "masks have a bit for each byte, with and without an instruction for them");
}

static void
test_ascii(void)
{
	int			wrong = 0;

	for (int i = 0; i < ROUNDS; i++)
	{
		Slice		s = draw_text(draw(LONGEST));
		size_t		from = draw((uint32_t) s.n + 1);
		size_t		expected = from;

		/* long runs, too */
		if (draw(2))
			memset((char *) s.p, 'x', s.n > 3 ? s.n - 3 : s.n);
		while (expected < s.n && s.p[expected] != '\0' && (unsigned char) s.p[expected] < 0x80)
			expected++;
		wrong += utf8_find_not_ascii(s, from) != expected;
		free((char *) s.p);
	}
	ok(wrong == 0, "what is not ASCII is found at its place");
}

/* RFC 5322 2.3: a line ends in CR and LF, and a bound counts that as one. */
static void
test_bound(void)
{
	is(slice_bound(SLICE_LIT("abc"), 3), SLICE_LIT("abc"), "as much as the bound");
	is(slice_bound(SLICE_LIT("abc"), 2), SLICE_LIT("ab"), "less");
	is(slice_bound(SLICE_LIT("a\r\nb\r\nc"), 4), SLICE_LIT("a\r\nb\r\n"), "CR before LF does not count");
	is(slice_bound(SLICE_LIT("a\rb\rc"), 4), SLICE_LIT("a\rb\r"), "  but alone it does");
	is(slice_bound(SLICE_LIT("ab\r\n\r"), 4), SLICE_LIT("ab\r\n\r"), "  and at the end");
	is(slice_bound(SLICE_LIT("a\xc3\xa4z"), 2), SLICE_LIT("a"), "nothing of a character that is cut");
	is(slice_bound(SLICE_LIT("a\xf0\x9f\x93\xa9z"), 4), SLICE_LIT("a"), "  however long it is");
	is(slice_bound(SLICE_LIT("\xf0\x9f\x93\xa9z"), 2), SLICE_LIT(""), "  or wherever");
	is(slice_bound(SLICE_LIT("\xa4\xa4\xa4\xa4"), 2), SLICE_LIT("\xa4\xa4"), "what is no character is cut anywhere");
	is(slice_bound(SLICE_LIT("abc\xa4z"), 3), SLICE_LIT("abc"), "  behind ASCII, too");
	is(slice_bound(SLICE_LIT("a\xa4\xa4\xa4\xa4\xa4"), 5), SLICE_LIT("a\xa4\xa4\xa4\xa4"), "  behind more than a character has");
}

int
main(void)
{
	test_find();
	test_periodic();
	test_bound();
	test_case();
	test_masks();
	test_ascii();
	return finish();
}
