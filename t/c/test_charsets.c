/*
 * test_charsets.c
 *	  Charsets that nobody declared, that the C library lacks, and that find too
 *	  little room.
 *
 * Build: make unit
 */
#include "decode_cases.h"
#include "mail/charset_names.h"
#include "mail/guess.h"

static void
test_guesses(void)
{
	static const struct
	{
		const char *name;
		Slice		bytes;
		const char *charset;	/* NULL: none */
	}			cases[] = {
		/* "The user does not exist, please check!", then an ideographic comma and a character of the second level */
		{"GB 2312", SLICE_LIT("\xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda\xa3\xac\xc7\xeb\xbc\xec\xb2\xe9\xa3\xa1\xa1\xa2\xd8\xa1"), "gb18030"},
		{"GB 2312 of the second level alone", SLICE_LIT("\xd8\xa1\xd9\xa2\xda\xa3\xdb\xa4\xdc\xa5\xe0\xa6"), NULL},
		/* "The user does not exist, the mailbox is full." */
		{"Big5", SLICE_LIT("\xa8\xcf\xa5\xce\xaa\xcc\xa4\xa3\xa6s\xa6" "b\xa1" "A\xabH\xbd" "c\xa4w\xba\xa1\xa1" "C\xc9@"), "big5"},
		{"Big5, but half of it in pieces", SLICE_LIT("\xa4\xa4\xa4 \xa4\xa4\xa4 \xa4\xa4\xa4 \xa4\xa4\xa4 \xa4\xa4\xa4 "), NULL},
		/* "This mail did not arrive", with characters of its rows that JIS X 0208 does not have */
		{"EUC-JP", SLICE_LIT("\xa4\xb3\xa4\xce\xa5\xe1\xa1\xbc\xa5\xeb\xa4\xcf\xc6\xcf\xa4\xad\xa4\xde\xa4\xbb\xa4\xf3\xa4\xc7\xa4\xf5\xa5\xf8"), "euc-jp"},
		{"EUC-KR", SLICE_LIT("\xb8\xde\xc0\xcf\xc0\xbb \xba\xb8\xb3\xbe \xbc\xf6 \xbe\xf8\xbd\xc0\xb4\xcf\xb4\xd9"), "euc-kr"},
		{"words in both halves, which no Russian charset has", SLICE_LIT("\xe1\xc1\xe2\xc2 \xe3\xc3\xe4\xc4 \xe5\xc5\xe6\xc6"), NULL},
		{"KOI8-R", SLICE_LIT("\xf0\xcf\xde\xd4\xc1 \xce\xc5 \xc4\xcf\xd3\xd4\xc1\xd7\xcc\xc5\xce\xc1"), "koi8-r"},
		{"windows-1251", SLICE_LIT("\xcf\xee\xf7\xf2\xe0 \xed\xe5 \xe4\xee\xf1\xf2\xe0\xe2\xeb\xe5\xed\xe0"), "windows-1251"},
		{"a letter here and there", SLICE_LIT("Vous \xeates tr\xe8s gentil"), "windows-1252"},
		{"nothing beyond ASCII", SLICE_LIT("user unknown"), NULL},
		{"UTF-8", SLICE_LIT("tr\xc3\xa8s"), NULL},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		exact = exact_copy(cases[i].bytes);
		const MailCharset *guess = charset_guess(exact);

		ok(guess == (cases[i].charset ? charset_named(slice(cases[i].charset, strlen(cases[i].charset))) : NULL), cases[i].name);
		free((char *) exact.p);
	}
}

/* The text converted within 'room', behind which AddressSanitizer watches. */
static Slice
convert_within(Arena *arena, const MailCharset *charset, Slice text, size_t room)
{
	Converter	converter;
	char	   *out = malloc(room ? room : 1);
	size_t		n;
	Slice		copy;

	converter_init(&converter, arena);
	n = charset_convert(&converter, charset, text, false, out, room);
	/* again: what was opened, or could not be, is remembered */
	if (n != charset_convert(&converter, charset, text, false, out, room))
		n = 0;
	converter_close(&converter);
	copy = arena_copy(arena, slice(out, n));
	free(out);
	return copy;
}

/* As on a system whose C library has not all of the modules. */
static void
test_missing(void)
{
	const MailCharset second = {CHARSET_SINGLE, {"X-OTHER-CHARSET", "KOI8-R"}};
	const MailCharset none = {CHARSET_SINGLE, {"X-NO-SUCH-CHARSET", NULL}};
	const MailCharset shifting = {CHARSET_ISO2022KR, {"X-NO-SUCH-CHARSET", NULL}};
	Descriptors kept = {0};
	Arena		arena;
	TestOwner	owner;

	for (int lend = 0; lend < 2; lend++)
	{
		test_arena(&arena, &owner);
		arena.descriptors = lend ? &kept : NULL;
		is(convert_within(&arena, &second, SLICE_LIT("\xd0\xcf\xde\xd4\xc1"), 100), SLICE_LIT("\xd0\xbf\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0"), lend ? "the second name, kept" : "the second name");
		is(convert_within(&arena, &none, SLICE_LIT("a\xd0z"), 100), SLICE_LIT("a" BAD "z"), "  no name");
		is(convert_within(&arena, &none, SLICE_LIT("a\xc3\xa4z"), 100), SLICE_LIT("a\xc3\xa4z"), "  which is UTF-8");
		is(convert_within(&arena, &shifting, SLICE_LIT("a\x0e" "8^@O\x0fz"), 100), SLICE_LIT("a" BAD "z"), "  and pairs of none");
		ok(kept.count == lend, "  what is not there is not kept");
		arena_reset(&arena);
	}
	descriptors_close(&kept);
}

/* More charsets than are kept, of which mail can name no so many: the others are opened for each text. */
static void
test_kept(void)
{
	static char names[DESCRIPTORS_KEPT + 2][32];
	Descriptors kept = {0};
	Arena		arena;
	TestOwner	owner;
	int			right = 0;

	test_arena(&arena, &owner);
	arena.descriptors = &kept;
	for (int i = 0; i < DESCRIPTORS_KEPT + 2; i++)
	{
		const MailCharset charset = {CHARSET_SINGLE, {names[i], "KOI8-R"}};

		snprintf(names[i], sizeof(names[i]), "X-CHARSET-%d", i);
		right += slice_equal(convert_within(&arena, &charset, SLICE_LIT("\xd0"), 100), SLICE_LIT("\xd0\xbf"));
	}
	ok(kept.count == DESCRIPTORS_KEPT, "no more charsets are kept than there is room for");
	ok(right == DESCRIPTORS_KEPT + 2, "  and the others are read all the same");
	descriptors_close(&kept);
	arena_reset(&arena);
}

/* charset_room() is always enough; were it not, the text would end earlier. */
static void
test_room(void)
{
	const MailCharset *koi8 = charset_named(SLICE_LIT("koi8-r"));
	const MailCharset *japanese = charset_named(SLICE_LIT("euc-jp"));
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	is(convert_within(&arena, koi8, SLICE_LIT("\xd0\xcf\xde"), 5), SLICE_LIT("\xd0\xbf\xd0\xbe"), "as many letters as there is room for");
	is(convert_within(&arena, japanese, SLICE_LIT("ab\xff\xff"), 4), SLICE_LIT("ab"), "  and no half of U+FFFD");
	arena_reset(&arena);
}

static void
test_utf16(void)
{
	is(text_of(SLICE_LIT("\xfe\xff\0a\0\xe9"), TRANSFER_IDENTITY, SLICE_LIT("utf-16le"), 100), SLICE_LIT("a\xc3\xa9"), "a mark of big-endian is believed");
	is(text_of(SLICE_LIT("\xff\xfe" "a\0\xe9\0"), TRANSFER_IDENTITY, SLICE_LIT("utf-16be"), 100), SLICE_LIT("a\xc3\xa9"), "  and one of little-endian");
	is(text_of(SLICE_LIT("\0"), TRANSFER_IDENTITY, SLICE_LIT("utf-16"), 100), SLICE_LIT(BAD), "half a character");
}

/* More pairs than are converted at a time. */
static void
test_long_run(void)
{
	char		bytes[3 + 2 * 1000 + 3];
	char		expected[3 * 1000];

	memcpy(bytes, "\033$B", 3);
	for (int i = 0; i < 1000; i++)
	{
		memcpy(bytes + 3 + 2 * i, i % 7 ? "G[" : "C#", 2);
		memcpy(expected + 3 * i, i % 7 ? "\xE9\x85\x8D" : "\xE9\x81\x94", 3);
	}
	memcpy(bytes + sizeof(bytes) - 3, "\033(B", 3);
	is(text_of(slice(bytes, sizeof(bytes)), TRANSFER_IDENTITY, SLICE_LIT("iso-2022-jp"), 10000), slice(expected, sizeof(expected)), "1,000 pairs in one line");
	memcpy(bytes, "\033(I", 3);
	for (int i = 0; i < 1000; i++)
	{
		bytes[3 + i] = '1';
		memcpy(expected + 3 * i, "\xEF\xBD\xB1", 3);
	}
	is(text_of(slice(bytes, 1003), TRANSFER_IDENTITY, SLICE_LIT("iso-2022-jp"), 10000), slice(expected, sizeof(expected)), "1,000 half-width kana");
}

static void
test_headers(void)
{
	is(header_of(SLICE_LIT("a =?utf-8")), SLICE_LIT("a =?utf-8"), "a word that ends in its charset");
	is(header_of(SLICE_LIT("a =?utf-8?")), SLICE_LIT("a =?utf-8?"), "  or behind it");
	{
		char		word[200];
		int			n = snprintf(word, sizeof(word), "=?%0100d?Q?x?=", 0);

		is(header_of(slice(word, (size_t) n)), slice(word, (size_t) n), "  or that says no charset for long");
	}
	is(header_of(SLICE_LIT("=?koi8-r?Q?=D0?= x =?koi8-r?Q?=CF?=")), SLICE_LIT("\xd0\xbf x \xd0\xbe"), "the same charset twice");
	is(header_of(SLICE_LIT("=?koi8-r?Q?=D0?= =?big5?Q?=A4=A4?= =?gb2312?Q?=D6=D0?= =?euc-kr?Q?=B0=A1?= =?euc-jp?Q?=C7=DB?=")),
	   SLICE_LIT("\xd0\xbf\xe4\xb8\xad\xe4\xb8\xad\xea\xb0\x80" BAD BAD), "of five charsets the last is not read");
}

int
main(void)
{
	test_guesses();
	test_missing();
	test_kept();
	test_room();
	test_utf16();
	test_long_run();
	test_headers();
	return finish();
}
