/*
 * guess.c
 *	  What undeclared 8-bit text is written in.
 *
 * Old mail systems of Russia, China, Taiwan, Korea and Japan wrote their
 * reports in the country's charset and said nothing about it.  Each of these
 * leaves a print: double bytes come in pairs, and the commonest characters of
 * a language share a few lead bytes; Russian words are all high bytes, most
 * of them lower case, which KOI8-R and windows-1251 keep in different halves;
 * other languages write an accented letter here and there among ASCII.
 *
 * A wrong guess costs nothing but words that no rule knows, as U+FFFD would;
 * and the shares that are asked for are far from what the others have.
 */
#include "mail/charset_names.h"
#include "mail/guess.h"
#include "mail/utf8.h"

#define GUESS_BYTES 16384
#define LATIN_RUNS 64			/* of high bytes, that are looked at where Latin-1 was declared */
#define ENOUGH_BYTES 8			/* high bytes, to tell one from the other */

/* How the high bytes of a text are distributed. */
typedef struct Print
{
	size_t		high;			/* bytes from 0x80 on */
	size_t		upper_half;		/* of them, from 0xE0 on */
	size_t		lower_half;		/* of them, 0xC0 to 0xDF */
	size_t		runs;			/* of high bytes */
	size_t		odd_runs;
	size_t		inner;			/* single ones between letters of ASCII */
	size_t		central;		/* letters of central Europe that are signs in Latin-1, within words */
	size_t		central_windows;	/* the same where windows-1250 has them */
	size_t		turkish;
	size_t		controls;		/* 0x80 to 0x9F, which Latin-1 does not use */
} Print;

/* The pairs of a double-byte charset. */
typedef struct Pairs
{
	size_t		count;
	size_t		bad;			/* lead bytes without a second one */
	size_t		common;			/* pairs with a lead byte of its commonest characters */
} Pairs;

static bool
is_word_byte(unsigned char c)
{
	return ascii_is_alpha((char) c) || c >= 0xC0 || c == 0x9A || c == 0x9E;
}

static void
read_print(Slice text, Print *print)
{
	size_t		run = 0;

	memset(print, 0, sizeof(*print));
	for (size_t i = 0; i <= text.n; i++)
	{
		unsigned char c = i < text.n ? (unsigned char) text.p[i] : 0;

		if (c < 0x80)
		{
			print->runs += run > 0;
			print->odd_runs += run & 1;
			run = 0;
			continue;
		}
		run++;
		print->high++;
		if (c >= 0xE0)
			print->upper_half++;
		else if (c >= 0xC0)
			print->lower_half++;
		else if (c < 0xA0)
			print->controls++;
		if (i > 0 && i + 1 < text.n && ascii_is_alpha(text.p[i - 1]) && ascii_is_alpha(text.p[i + 1]))
			print->inner++;
		if (c == 0xF0 || c == 0xFE || c == 0xFD)
			print->turkish |= c == 0xFD ? 1 : 2;
		/* between or behind letters, for a sign stands by itself */
		if (i > 0 && is_word_byte((unsigned char) text.p[i - 1]))
		{
			if (c == 0xB1 || c == 0xB6 || c == 0xBC || c == 0xB3 || c == 0xBF || c == 0xBE || c == 0xB9)
				print->central++;
			if (c == 0x9F || c == 0x9A || c == 0x9E || c == 0x9D)
				print->central_windows++;
		}
	}
}

static bool
is_between(unsigned char c, unsigned char first, unsigned char last)
{
	return c >= first && c <= last;
}

/* Walks the text as pairs of lead and second bytes; 'is_second' and 'is_common' know the charset. */
static Pairs
read_pairs(Slice text, bool (*is_second) (unsigned char), bool (*is_common) (unsigned char, unsigned char))
{
	Pairs		pairs = {0, 0, 0};

	for (size_t i = 0; i < text.n; i++)
	{
		unsigned char lead = (unsigned char) text.p[i];
		unsigned char second = i + 1 < text.n ? (unsigned char) text.p[i + 1] : 0;

		if (lead < 0x80)
			continue;
		if (lead < 0x81 || lead == 0xFF || !is_second(second))
		{
			pairs.bad++;
			continue;
		}
		pairs.count++;
		pairs.common += is_common(lead, second);
		i++;
	}
	return pairs;
}

static bool
second_euc(unsigned char c)
{
	return is_between(c, 0xA1, 0xFE);
}

static bool
second_any(unsigned char c)
{
	return is_between(c, 0x40, 0x7E) || is_between(c, 0x80, 0xFE);
}

/* Hiragana and katakana of Shift_JIS, and the first third of its kanji. */
static bool
common_shift_jis(unsigned char lead, unsigned char second)
{
	return (lead == 0x82 && is_between(second, 0x9F, 0xF1)) || (lead == 0x83 && second <= 0x96) ||
		(lead == 0x81 && second <= 0x5B);
}

static bool
common_euc_jp(unsigned char lead, unsigned char second)
{
	return (lead == 0xA4 && is_between(second, 0xA1, 0xF3)) || (lead == 0xA5 && is_between(second, 0xA1, 0xF6));
}

static bool
common_korean(unsigned char lead, unsigned char second)
{
	(void) second;
	return is_between(lead, 0xB0, 0xC8);
}

/* The 3,755 characters of GB 2312 that are used most, and its punctuation. */
static bool
common_chinese(unsigned char lead, unsigned char second)
{
	(void) second;
	return is_between(lead, 0xB0, 0xD7) || lead == 0xA1 || lead == 0xA3;
}

/* The 5,401 of Big5, and its punctuation. */
static bool
common_taiwanese(unsigned char lead, unsigned char second)
{
	(void) second;
	return is_between(lead, 0xA4, 0xC6) || lead == 0xA1;
}

/* At least so many percent? */
static bool
is_share(size_t part, size_t whole, unsigned percent)
{
	return whole > 0 && part * 100 >= whole * percent;
}

/* Is the text more UTF-8 than not? */
static bool
is_broken_utf8(Slice text)
{
	size_t		good = 0;
	size_t		bad = 0;
	size_t		at = 0;

	while (at < text.n)
	{
		size_t		next = utf8_find_bad(text, at);

		for (size_t i = at; i < next; i++)
			good += ((unsigned char) text.p[i] & 0xC0) == 0xC0;
		bad += next < text.n;
		at = next + 1;
	}
	return good > bad / 2;
}

static const MailCharset *
guess_double(Slice text, const Print *print)
{
	Pairs		pairs = read_pairs(text, second_any, common_shift_jis);

	if (is_share(print->controls, print->high, 20) && is_share(pairs.common, pairs.count, 25) &&
		!is_share(pairs.bad, pairs.count, 10))
		return charset_named(SLICE_LIT("shift_jis"));
	/* the others leave 0x80 to 0xA0 to nobody, and Big5 alone has seconds among ASCII */
	if (is_share(print->controls, print->high, 5))
		return NULL;
	if (!is_share(print->odd_runs, print->runs, 6))
	{
		pairs = read_pairs(text, second_euc, common_euc_jp);
		if (is_share(pairs.common, pairs.count, 20))
			return charset_named(SLICE_LIT("euc-jp"));
		pairs = read_pairs(text, second_euc, common_korean);
		if (is_share(pairs.common, pairs.count, 90))
			return charset_named(SLICE_LIT("euc-kr"));
		pairs = read_pairs(text, second_euc, common_chinese);
		if (is_share(pairs.common, pairs.count, 85))
			return charset_named(SLICE_LIT("gb18030"));
	}
	pairs = read_pairs(text, second_any, common_taiwanese);
	if (is_share(pairs.common, pairs.count, 85) && !is_share(pairs.bad, pairs.count, 10))
		return charset_named(SLICE_LIT("big5"));
	return NULL;
}

const MailCharset *
charset_guess(Slice text)
{
	const MailCharset *charset;
	Print		print;

	if (text.n > GUESS_BYTES)
		text.n = GUESS_BYTES;
	read_print(text, &print);
	if (print.high == 0 || is_broken_utf8(text))
		return NULL;
	if (print.high >= ENOUGH_BYTES)
	{
		/* whole words of letters, which both Russian charsets keep above 0xC0 */
		if (print.high >= 3 * print.runs &&
			is_share(print.lower_half + print.upper_half, print.high, 95))
		{
			if (is_share(print.lower_half, print.high, 65))
				return charset_named(SLICE_LIT("koi8-r"));
			if (is_share(print.upper_half, print.high, 65))
				return charset_named(SLICE_LIT("windows-1251"));
		}
		charset = guess_double(text, &print);
		if (charset)
			return charset;
	}
	/* a letter here and there: what stands at the end of a word may be half of something */
	if (print.inner == 0 || print.high >= 2 * print.runs + 2)
		return NULL;
	if (print.central_windows > 0 || (print.central > 0 && print.controls > 0))
		return charset_named(SLICE_LIT("windows-1250"));
	if (print.central > 0)
		return charset_named(SLICE_LIT("iso-8859-2"));
	if (print.turkish == 3)
		return charset_named(SLICE_LIT("windows-1254"));
	return charset_named(SLICE_LIT("windows-1252"));
}

/* Letters beyond ASCII stand alone or in twos in Latin-1: the first runs tell words of another script. */
static bool
is_all_high_words(Slice text)
{
	size_t		high = 0;
	size_t		runs = 0;
	size_t		at = 0;

	while (runs < LATIN_RUNS && (at = utf8_find_not_ascii(text, at)) < text.n)
	{
		for (; at < text.n && (unsigned char) text.p[at] >= 0x80; at++)
			high++;
		runs++;
	}
	return high >= ENOUGH_BYTES && high >= 3 * runs;
}

const MailCharset *
charset_doubt(const MailCharset *declared, Slice text)
{
	const MailCharset *guess;

	if (declared->kind != CHARSET_LATIN)
		return declared;
	if (text.n > GUESS_BYTES)
		text = utf8_drop_cut(slice(text.p, GUESS_BYTES));
	/* the pairs of UTF-8 are no text of Latin-1's readers; nothing else has them without exception */
	if (utf8_find_bad(text, 0) == text.n)
		return NULL;
	if (!is_all_high_words(text))
		return declared;
	guess = charset_guess(text);
	return guess ? guess : declared;
}
