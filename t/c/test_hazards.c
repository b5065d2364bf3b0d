/*
 * test_hazards.c
 *	  What hostile mail does to the decoders: bounded time, memory and result,
 *	  whatever the bytes are, and no crash when memory runs out.
 *
 * Build: make unit, or by hand
 *	  cc -std=gnu11 -g -fsanitize=address,undefined -Isrc
 *		  -o test_hazards t/c/test_hazards.c
 *		  src/mail/[a-z]*.c
 */
#include <time.h>

#include "decode_cases.h"

/* of our own, whatever else runs on the machine */
static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* 'n' bytes of 'piece', again and again. */
static Slice
repeat(const char *piece, size_t n)
{
	size_t		length = strlen(piece);
	char	   *p = malloc(n);
	size_t		i;

	for (i = 0; i < n; i++)
		p[i] = piece[i % length];
	return slice(p, n);
}

/* Whatever it is: bounded in time, memory and result, and valid UTF-8. */
static void
test_hazards(void)
{
	static const char *const pieces[] = {
		"=?utf-8?Q?x?= ", "=?", "=?a?q?", "=?a?q?=?", "?=", "=?koi8-r?q?=C1?==?big5?q?=A4=A4?==?gbk?q?=D6=D0?=",
		"=?koi8-r?q?" "?==?cp1251?q?" "?=", "=?utf-8?b?6YWN?=\r\n ", "\r\n ", " ", "\033$B", "\033$BG[\033(B", "\033", "~{", "=",
		"=\r\n", "= ", "\xFF", "\x80", "\xE3\x81", "\xC3\xA9", "\x94\x7A\xFF", "", "(", "A", "AA==", "a\0", "+AGE-", "+", "M", "begin ",
		"begin 644 x\n", "=?iso-2022-jp?b?GyRC?=", "=?utf-16?b?//4=?=",
		"=?utf-7?q?+2D0?=", "\x0E\x0F", "\x8E", "\x8F\xA1"
	};
	static const char *const charsets[] = {
		"", "utf-8", "iso-8859-1", "koi8-r", "iso-2022-jp", "iso-2022-kr", "hz", "gb18030", "big5", "euc-jp",
		"shift_jis", "euc-kr", "euc-tw", "johab", "utf-7", "utf-16", "windows-1255", "windows-1258", "tcvn"
	};
	size_t		i;
	size_t		k;
	int			encoding;
	double		longest = 0;
	bool		valid = true;
	bool		bounded = true;
	Slice		s;

	for (i = 0; i < LENGTH(pieces); i++)
	{
		if (pieces[i][0] == '\0')
			continue;
		s = repeat(pieces[i], 1024 * 1024);
		for (k = 0; k < LENGTH(charsets); k++)
		{
			/* the transfer encodings come before the charset, whatever it is */
			for (encoding = TRANSFER_IDENTITY; encoding <= (k ? TRANSFER_IDENTITY : TRANSFER_UUENCODE); encoding++)
			{
				Arena		arena;
				TestOwner	owner;
				double		start = seconds();
				Slice		text;

				test_arena(&arena, &owner);
				text = decode_text(&arena, s, (TransferEncoding) encoding,
								   slice(charsets[k], strlen(charsets[k])),
								   k ? LIMIT_DECODE_BYTES / 4 : SIZE_MAX);
				valid = valid && text.p != NULL && decode_is_utf8(text);
				bounded = bounded && text.n <= 3 * LIMIT_DECODE_BYTES && owner.bytes < 16 * 1024 * 1024;
				arena_reset(&arena);
				start = seconds() - start;
				longest = longest > start ? longest : start;
			}
		}
		{
			Arena		arena;
			TestOwner	owner;
			double		start = seconds();
			Slice		text;

			test_arena(&arena, &owner);
			text = decode_header(&arena, s);
			valid = valid && text.p != NULL && decode_is_utf8(text);
			bounded = bounded && text.n <= 3 * LIMIT_FIELD_BYTES && owner.bytes < 256 * 1024;
			arena_reset(&arena);
			(void) decode_date(s);
			(void) decode_encoding(s);
			start = seconds() - start;
			longest = longest > start ? longest : start;
		}
		free((char *) s.p);
	}
	ok(valid, "1 MB of anything is valid UTF-8 in the end");
	ok(bounded, "and neither result nor memory grow beyond the limits");
	printf("# the longest took %.1f ms\n", longest * 1000);
	ok(longest < 1, "nor the time");

	s = repeat("=?utf-8?Q?x?= ", 14 * 100000);
	ok(header_of(s).n >= LIMIT_FIELD_BYTES / 14 && header_of(s).n < LIMIT_FIELD_BYTES / 14 + 20,
	   "100,000 encoded words, read up to the limit");
	free((char *) s.p);
	s = repeat("Subject ", 1024 * 1024);
	ok(header_of(s).n == LIMIT_FIELD_BYTES - 1, "a Subject of 1 MB is cut");
	free((char *) s.p);
	s = repeat("QUFB", 8 * 1024 * 1024);
	ok(text_of(s, TRANSFER_BASE64, SLICE_NONE, SIZE_MAX).n == LIMIT_DECODE_BYTES / 4 * 3,
	   "8 MB of base64 are cut");
	ok(text_of(s, TRANSFER_BASE64, SLICE_NONE, 8).n == 6, "the caller may want less");
	ok(text_of(s, TRANSFER_IDENTITY, SLICE_LIT("koi8-r"), SIZE_MAX).n == LIMIT_DECODE_BYTES,
	   "and so is text that is not encoded");
	free((char *) s.p);
}

/* Random bytes, weighted towards those that mean something. */
static void
test_random_bytes(void)
{
	static const char *const likely[] = {
		"=?", "?=", "?b?", "?q?", "utf-8", "koi8-r", "iso-2022-jp", "gb2312", "\033$B", "\033(B", "\033(I", "\033$(D", "~{", "~}",
		"\x0E", "\x0F", "=\r\n", "\r\n ", "=C3", "=A9", "QUFB", "\xC3\xA9", "\xE3\x81\x82", "\x82\xA0", "+AGE-", " ",
		"Thu, ", "29 ", "Apr ", "2010 ", "23:34:45 ", "+0900", "(JST)", "GMT", "2010-04-29T", "PM"
	};
	uint32_t	seed = 88172645u;
	bool		valid = true;
	int			round;

	for (round = 0; round < 10000; round++)
	{
		char		bytes[400];
		size_t		n = 0;
		size_t		want = test_random(&seed) % 300;
		Slice		s;
		const char *charset = examples[test_random(&seed) % LENGTH(examples)].charset;

		while (n < want)
		{
			if (test_random(&seed) % 3)
			{
				const char *piece = likely[test_random(&seed) % LENGTH(likely)];

				memcpy(bytes + n, piece, strlen(piece));
				n += strlen(piece);
			}
			else
				bytes[n++] = (char) test_random(&seed);
		}
		s = slice(bytes, n);
		valid = valid && decode_is_utf8(header_of(s)) &&
			decode_is_utf8(text_of(s, (TransferEncoding) (test_random(&seed) % 4),
								   slice(charset, strlen(charset)), test_random(&seed) % 400)) &&
			decode_is_utf8(valid_of(s));
		s = exact_copy(s);
		(void) decode_date(s);
		free((char *) s.p);
	}
	ok(valid, "10,000 times random bytes");
}

/* Memory that runs out at every single allocation. */
static void
test_no_memory(void)
{
	bool		clean = true;
	size_t		i;
	int			refused = 0;

	for (i = 0; i < LENGTH(examples); i++)
	{
		int			fail_at;

		for (fail_at = 1; fail_at < 6; fail_at++)
		{
			Arena		arena;
			TestOwner	owner;
			Slice		charset = slice(examples[i].charset, strlen(examples[i].charset));
			char		big[15000];
			char		word[200];
			size_t		n;
			size_t		k;
			int			step;

			/* the bytes over and over, so that each buffer is a block of its own */
			for (k = 0; k < sizeof(big); k++)
				big[k] = examples[i].bytes.p[k % examples[i].bytes.n];
			n = (size_t) snprintf(word, sizeof(word), "=?%s?Q?=C1=C2?= =?koi8-r?B?wcLD?=\r\n \xE9", examples[i].charset);
			for (step = 0; step < 4; step++)
			{
				Slice		got;

				test_arena(&arena, &owner);
				owner.fail_at = fail_at;
				if (step == 0)
					got = decode_text(&arena, slice(big, sizeof(big)), TRANSFER_IDENTITY, charset, SIZE_MAX);
				else if (step == 1)
					got = decode_text(&arena, slice(big, sizeof(big)), TRANSFER_QUOTED_PRINTABLE, charset, SIZE_MAX);
				else if (step == 2)
					got = decode_text(&arena, slice(big, sizeof(big)), TRANSFER_BASE64, charset, SIZE_MAX);
				else
					got = decode_header(&arena, slice(word, n));
				if (arena.failed)
				{
					refused++;
					clean = clean && got.p == NULL && got.n == 0;
				}
				else
					clean = clean && decode_is_utf8(got);
				arena_reset(&arena);
				clean = clean && owner.blocks == 0;
			}
		}
	}
	ok(clean, "without memory there is no result, and nothing is kept");
	ok(refused > 100, "and that was tried often");
}

int
main(void)
{
	test_hazards();
	test_random_bytes();
	test_no_memory();
	return finish();
}
