/*
 * test_visible.c
 *	  What can't be seen is written out; what can stays.
 */
#include "mail/decode.h"
#include "mail/one_line.h"
#include "mail/utf8.h"
#include "mail/visible.h"
#include "tap.h"

static Arena arena;

static Slice
shown(Slice text)
{
	Slice		out;

	return visible_text(&arena, text, SIZE_MAX, &out) ? out : SLICE_NONE;
}

static void
becomes(const char *text, const char *wanted)
{
	Slice		got = shown(slice(text, strlen(text)));

	ok(slice_equal(got, slice(wanted, strlen(wanted))), wanted);
	if (!slice_equal(got, slice(wanted, strlen(wanted))))
		print_bytes("got", got);
}

/* The character between two letters, as it is shown. */
static Slice
alone(uint32_t c)
{
	static char text[8];
	size_t		n;

	text[0] = 'a';
	n = 1 + utf8_put(text + 1, c);
	text[n++] = 'b';
	return shown(slice(text, n));
}

static bool
is_written_out(uint32_t c)
{
	char		wanted[24];

	snprintf(wanted, sizeof(wanted), "a[U+%04X]b", c);
	return slice_equal(alone(c), slice(wanted, strlen(wanted)));
}

static bool
all_are_written_out(uint32_t first, uint32_t last)
{
	for (uint32_t c = first; c <= last; c++)
	{
		/* no UTF-8 has NUL for the library */
		if (c != 0 && !is_written_out(c))
			return false;
		arena_reset(&arena);
	}
	return true;
}

/* Random texts of what is difficult: the result is one line, stays as it is, and is bounded. */
static bool
random_texts(void)
{
	static const uint32_t letters[] = {
		'a', '1', '#', 0x1b, 0x0a, 0x7f, 0x85, 0xad, 0x301, 0x301, 0x301, 0x20e3, 0x61c, 0x627, 0x644, 0x64b, 0x915, 0x94d, 0x200b,
		0x200c, 0x200d, 0x200d, 0x200e, 0x2028, 0x202e, 0x2066, 0x2764, 0xfe0f, 0xfe0f, 0xfeff, 0xfffe, 0x1f468, 0x1f3fb, 0xe0041, 0x10ffff,
	};
	uint32_t	seed = 1;

	for (int round = 0; round < 20000; round++)
	{
		char		text[256];
		size_t		n = 0;
		Slice		once;

		for (int i = 0; i < 40; i++)
		{
			seed = seed * 1664525 + 1013904223;
			if (seed >> 28 == 0)
				text[n++] = (char) (0x80 | (seed >> 8));
			else
				n += utf8_put(text + n, letters[(seed >> 8) % (sizeof(letters) / sizeof(letters[0]))]);
		}
		once = shown(slice(text, n));
		if (once.p == NULL || once.n > n * VISIBLE_ESCAPE || !decode_is_utf8(once) || !slice_equal(shown(once), once))
		{
			print_bytes("text", slice(text, n));
			print_bytes("once", once);
			print_bytes("twice", shown(once));
			return false;
		}
		for (size_t i = 0; i < once.n; i++)
		{
			if ((unsigned char) once.p[i] < 0x20 || once.p[i] == 0x7f)
				return false;
		}
		arena_reset(&arena);
	}
	return true;
}

/* What rows hold is on one line. */
static void
test_one_line(void)
{
	static const struct
	{
		Slice		text;
		Slice		line;
	}			cases[] = {
		{SLICE_LIT("user unknown, really unknown"), SLICE_LIT("user unknown, really unknown")},
		{SLICE_LIT("a\tb\rc\nd\ve\ff"), SLICE_LIT("a b c d e f")},
		{SLICE_LIT("a\x01 b\x1b c\x7f"), SLICE_LIT("a\xef\xbf\xbd b\xef\xbf\xbd c\xef\xbf\xbd")},
		{SLICE_LIT("a\xc2\x85" "b\xe2\x80\xa8" "c\xe2\x80\xa9" "d"), SLICE_LIT("a b c d")},
		{SLICE_LIT("a\xc2\x9b" "2J"), SLICE_LIT("a\xef\xbf\xbd" "2J")},
		{SLICE_LIT("\xc2\xa0\xe2\x80\x9c\xe2\x82\xac\xe2\x81\xa8"), SLICE_LIT("\xc2\xa0\xe2\x80\x9c\xe2\x82\xac\xe2\x81\xa8")},
		/* no UTF-8, which nobody hands in, and nothing is read behind it */
		{SLICE_LIT("a\xc2"), SLICE_LIT("a\xc2")},
		{SLICE_LIT("a\xc2 b"), SLICE_LIT("a\xc2 b")},
		{SLICE_LIT("a\xe2\x80"), SLICE_LIT("a\xe2\x80")},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Slice		exact = exact_copy(cases[i].text);

		is(one_line(&arena, exact), cases[i].line, "on one line");
		free((char *) exact.p);
	}
}

static void
count_interrupt(void *owner)
{
	((TestOwner *) owner)->calls++;
}

/* A long text is left to an interrupt now and then. */
static void
test_interrupts(void)
{
	char	   *text = malloc(1 << 20);
	TestOwner	owner;
	Arena		patient;
	Slice		out;

	memset(text, '\x01', 1 << 20);
	test_arena(&patient, &owner);
	patient.interrupt = count_interrupt;
	ok(!visible_text(&patient, slice(text, 1 << 20), 100, &out) && out.p == NULL && owner.calls == (1 << 20) / 65536 - 1, "1 MB that has no room is left fifteen times");
	free(text);
	arena_reset(&patient);
}

int
main(void)
{
	static char text[4 * 4096];
	TestOwner	owner = {0};
	Slice		out;
	size_t		n = 0;

	test_arena(&arena, &owner);

	becomes("", "");
	becomes("550 5.1.1 User unknown", "550 5.1.1 User unknown");
	becomes("Frühling, 春の便り, весна, שלום, العربية", "Frühling, 春の便り, весна, שלום, العربية");
	becomes("a\tb\r\nc", "a[U+0009]b[U+000D][U+000A]c");
	becomes("\x1b[2Jgone\x07", "[U+001B][2Jgone[U+0007]");
	becomes("\xc2\x9b" "2J", "[U+009B]2J");
	becomes("invoice\u202egpj.exe", "invoice[U+202E]gpj.exe");
	becomes("\u2067a\u2069\u200e\u200f\u061c", "[U+2067]a[U+2069][U+200E][U+200F][U+061C]");
	becomes("pay\u200bpal.example", "pay[U+200B]pal.example");
	becomes("a\u2028b\u2029c", "a[U+2028]b[U+2029]c");
	becomes("x\U000e0068\U000e0069", "x[U+E0068][U+E0069]");
	becomes("\xef\xbf\xbe \xf4\x8f\xbf\xbf \xef\xb7\x90", "[U+FFFE] [U+10FFFF] [U+FDD0]");
	becomes("what could not be decoded: \ufffd", "what could not be decoded: \ufffd");
	becomes("gr\xfc\xdf", "gr[0xFC][0xDF]");
	becomes("\xe2\x80", "[0xE2][0x80]");
	becomes("a\u00a0b\u3000c", "a\u00a0b\u3000c");

	/* keycaps */
	becomes("#\ufe0f\u20e3 *\ufe0f\u20e3 0\ufe0f\u20e3 9\ufe0f\u20e3", "#\ufe0f\u20e3 *\ufe0f\u20e3 0\ufe0f\u20e3 9\ufe0f\u20e3");
	becomes("/\ufe0f\u20e3 :\ufe0f\u20e3 1\ufe0f", "/[U+FE0F][U+20E3] :[U+FE0F][U+20E3] 1[U+FE0F]");
	test_one_line();
	test_interrupts();

	/* marks */
	becomes("e\u0301, o\u0302\u0301", "e\u0301, o\u0302\u0301");
	becomes("e\u0301\u0302\u0303\u0304\u0305\u0306x\u0301", "e\u0301\u0302\u0303\u0304[U+0305][U+0306]x\u0301");
	becomes("\u0301x", "[U+0301]x");
	becomes("\u200b\u0301", "[U+200B][U+0301]");
	becomes("\xff\u0301", "[0xFF][U+0301]");
	becomes("e\u0301\u0301\u0301\u0301\u034f\u0301", "e\u0301\u0301\u0301\u0301[U+034F][U+0301]");

	/* joiners and selectors where they are seen, and where they are not */
	becomes("می\u200cخواهم", "می\u200cخواهم");
	becomes("क्\u200dष", "क्\u200dष");
	becomes("a\u200cb", "a[U+200C]b");
	becomes("ا\u200dक", "ا[U+200D]क");
	becomes("ا\u200c\u200cا", "ا[U+200C][U+200C]ا");
	becomes("\u2764\ufe0f 1\ufe0f\u20e3", "\u2764\ufe0f 1\ufe0f\u20e3");
	becomes("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467");
	becomes("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525");
	becomes("a\ufe0f 1\ufe0f \u2764\ufe0f\ufe0f", "a[U+FE0F] 1[U+FE0F] \u2764\ufe0f[U+FE0F]");
	becomes("\U0001f468\u200d", "\U0001f468[U+200D]");

	/* whole ranges */
	ok(all_are_written_out(0x00, 0x1f) && all_are_written_out(0x7f, 0x9f), "controls");
	ok(all_are_written_out(0x200b, 0x200f) && all_are_written_out(0x2028, 0x202e) && all_are_written_out(0x2060, 0x206f),
	   "bidirectional controls, and what has no width");
	ok(all_are_written_out(0xfe00, 0xfe0f) && all_are_written_out(0xfff0, 0xfffb) && all_are_written_out(0xe0000, 0xe0fff),
	   "selectors, annotations, tags");
	for (uint32_t plane = 0; plane <= 16; plane++)
		n += all_are_written_out(plane << 16 | 0xfffe, plane << 16 | 0xffff);
	ok(n == 17, "what is no character, in each plane");
	ok(random_texts(), "random texts: one line, valid, bounded, and itself when it is shown once more");

	/* room */
	ok(visible_text(&arena, SLICE_LIT("\x1b"), 8, &out) && out.n == 8, "it fits");
	ok(!visible_text(&arena, SLICE_LIT("\x1b"), 7, &out) && out.p == NULL && !arena.failed, "it does not, which is no lack of memory");
	ok(!visible_text(&arena, SLICE_LIT("abc"), 2, &out), "nor do letters");

	/* a long text is no other than its parts */
	n = 0;
	while (n + 4 < sizeof(text))
		n += utf8_put(text + n, n % 3 ? 0x202e : 0x1f338);
	out = shown(slice(text, n));
	ok(out.n > n && decode_is_utf8(out) && slice_equal(shown(out), out), "a long text");

	arena_reset(&arena);
	printf("1..%d\n", tests);
	return failures > 0;
}
