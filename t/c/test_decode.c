/*
 * test_decode.c
 *	  The decoding layer: UTF-8, charsets, transfer encodings, encoded words.
 *
 * Build: make unit, or by hand
 *	  cc -std=gnu11 -g -fsanitize=address,undefined -Isrc
 *		  -o test_decode t/c/test_decode.c
 *		  src/mail/[a-z]*.c
 */
#include "decode_cases.h"
#include "mail/descriptors.h"

static void
test_utf8(void)
{
	static const struct
	{
		const char *name;
		Slice		bytes;
		Slice		text;
	}			cases[] = {
		{"ASCII", SLICE_LIT("plain text, long enough"), SLICE_LIT("plain text, long enough")},
		{"two, three and four bytes", SLICE_LIT("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
		SLICE_LIT("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")},
		{"a NUL", SLICE_LIT("abc\0defghijklmnop"), SLICE_LIT("abc" BAD "defghijklmnop")},
		{"a NUL behind eight bytes", SLICE_LIT("abcdefgh\0"), SLICE_LIT("abcdefgh" BAD)},
		{"a NUL behind beyond ASCII", SLICE_LIT("\xC3\xA9\0"), SLICE_LIT("\xC3\xA9" BAD)},
		{"a lone tail", SLICE_LIT("a\x80z"), SLICE_LIT("a" BAD "z")},
		{"overlong slash", SLICE_LIT("\xC0\xAF"), SLICE_LIT(BAD BAD)},
		{"overlong, three bytes", SLICE_LIT("\xE0\x9F\xBF"), SLICE_LIT(BAD BAD BAD)},
		{"overlong, four bytes", SLICE_LIT("\xF0\x8F\xBF\xBF"), SLICE_LIT(BAD BAD BAD BAD)},
		{"a surrogate", SLICE_LIT("\xED\xA0\x80"), SLICE_LIT(BAD BAD BAD)},
		{"just below the surrogates", SLICE_LIT("\xED\x9F\xBF"), SLICE_LIT("\xED\x9F\xBF")},
		{"beyond U+10FFFF", SLICE_LIT("\xF4\x90\x80\x80\xF5\xFF"), SLICE_LIT(BAD BAD BAD BAD BAD BAD)},
		{"cut off", SLICE_LIT("ab\xE3\x81"), SLICE_LIT("ab" BAD BAD)},
		{"cut off before ASCII", SLICE_LIT("\xE3\x81 \xC3."), SLICE_LIT(BAD BAD " " BAD ".")},
		{"Latin-1", SLICE_LIT("Gr\xF6\xDF" "e"), SLICE_LIT("Gr" BAD BAD "e")},
	};
	Arena		arena;
	TestOwner	owner;
	Slice		s = SLICE_LIT("na\xC3\xAFve");
	size_t		i;

	for (i = 0; i < LENGTH(cases); i++)
	{
		is(valid_of(cases[i].bytes), cases[i].text, cases[i].name);
		ok(decode_is_utf8(cases[i].bytes) == slice_equal(cases[i].bytes, cases[i].text),
		   "  and is judged so");
	}
	test_arena(&arena, &owner);
	ok(decode_valid_utf8(&arena, s).p == s.p && owner.calls == 0, "what is valid is not copied");
	is(decode_valid_utf8(&arena, SLICE_NONE), SLICE_NONE, "absent stays absent");
	ok(decode_is_utf8(SLICE_NONE), "nothing is valid");
	arena_reset(&arena);
}

/* Every sequence of up to three bytes from the interesting ones, against the definition. */
static void
test_utf8_exhaustive(void)
{
	static const unsigned char bytes[] = {
		0, 1, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
		0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
	};
	int			wrong = 0;
	size_t		n = LENGTH(bytes);
	size_t		i;

	for (i = 0; i < n * n * n * n; i++)
	{
		unsigned char s[4] = {bytes[i % n], bytes[i / n % n], bytes[i / n / n % n], bytes[i / n / n / n]};
		size_t		at = 0;
		bool		valid = true;

		while (at < 4 && valid)
		{
			int			length = s[at] < 0x80 ? 1 : s[at] < 0xC0 ? 0 : s[at] < 0xE0 ? 2 : s[at] < 0xF0 ? 3 : s[at] < 0xF8 ? 4 : 0;
			uint32_t	code = length == 1 ? s[at] : length == 0 ? 0 : s[at] & (0xFF >> (length + 1));
			int			k;

			valid = length > 0 && at + (size_t) length <= 4;
			for (k = 1; valid && k < length; k++)
			{
				valid = (s[at + (size_t) k] & 0xC0) == 0x80;
				code = code << 6 | (s[at + (size_t) k] & 0x3F);
			}
			valid = valid && code != 0 && code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF) &&
				code >= (uint32_t) (length == 1 ? 1 : length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000);
			at += (size_t) length;
		}
		if (decode_is_utf8(slice((char *) s, 4)) != valid)
			wrong++;
	}
	ok(wrong == 0, "validity as RFC 3629 defines it, 456,976 sequences");
}

static size_t
write_base64(Slice in, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t		n = 0;
	size_t		i;

	for (i = 0; i < in.n; i += 3)
	{
		unsigned	bits = (unsigned char) in.p[i] << 16;

		if (i + 1 < in.n)
			bits |= (unsigned char) in.p[i + 1] << 8;
		if (i + 2 < in.n)
			bits |= (unsigned char) in.p[i + 2];
		out[n++] = digits[bits >> 18];
		out[n++] = digits[bits >> 12 & 63];
		out[n++] = i + 1 < in.n ? digits[bits >> 6 & 63] : '=';
		out[n++] = i + 2 < in.n ? digits[bits & 63] : '=';
	}
	return n;
}

static size_t
write_quoted(Slice in, char *out)
{
	size_t		n = 0;
	size_t		i;

	for (i = 0; i < in.n; i++)
		n += (size_t) sprintf(out + n, "=%02X%s", (unsigned char) in.p[i],
							  i % 20 == 19 ? "=\r\n" : "");
	return n;
}

/* Each charset, in each encoding, as a body and as an encoded word. */
static void
test_charsets(void)
{
	size_t		i;

	for (i = 0; i < LENGTH(examples); i++)
	{
		Slice		charset = slice(examples[i].charset, strlen(examples[i].charset));
		Slice		bytes = examples[i].bytes;
		Slice		text = examples[i].text;
		char		name[200];
		char		encoded[1000];
		char		word[1100];
		char		line[400];
		size_t		n;
		size_t		k;
		bool		valid = true;

		snprintf(name, sizeof(name), "%s: plain", examples[i].charset);
		is(text_of(bytes, TRANSFER_IDENTITY, charset, 1000), text, name);
		n = write_base64(bytes, encoded);
		snprintf(name, sizeof(name), "%s: base64", examples[i].charset);
		is(text_of(slice(encoded, n), TRANSFER_BASE64, charset, 1000), text, name);

		/* on one line, since a header is */
		for (k = 0; k < text.n; k++)
			line[k] = text.p[k] == '\n' ? ' ' : text.p[k];
		n = (size_t) snprintf(word, sizeof(word), "=?%s*en?B?%.*s?=",
							  examples[i].charset, (int) n, encoded);
		snprintf(name, sizeof(name), "%s: encoded word, B", examples[i].charset);
		is(header_of(slice(word, n)), slice(line, text.n), name);
		n = write_quoted(bytes, encoded);
		snprintf(name, sizeof(name), "%s: quoted-printable", examples[i].charset);
		is(text_of(slice(encoded, n), TRANSFER_QUOTED_PRINTABLE, charset, 1000), text, name);

		/* cut off anywhere, and with a byte that does not belong there */
		for (k = 0; k <= bytes.n; k++)
		{
			char		broken[400];

			valid = valid && decode_is_utf8(text_of(bytes, TRANSFER_IDENTITY, charset, k));
			valid = valid && decode_is_utf8(text_of(slice(bytes.p, k), TRANSFER_IDENTITY, charset, 1000));
			memcpy(broken, bytes.p, k);
			broken[k] = (char) (i % 2 ? 0xFF : 0x80);
			memcpy(broken + k + 1, bytes.p + k, bytes.n - k);
			valid = valid && decode_is_utf8(text_of(slice(broken, bytes.n + 1), TRANSFER_IDENTITY, charset, 1000));
		}
		snprintf(name, sizeof(name), "%s: broken anywhere, valid UTF-8 still", examples[i].charset);
		ok(valid, name);
	}
}

static void
test_encodings(void)
{
	static const struct
	{
		const char *value;
		TransferEncoding encoding;
	}			cases[] = {
		{"base64", TRANSFER_BASE64}, {" BASE64\r\n", TRANSFER_BASE64},
		{"Base64; x=y", TRANSFER_BASE64}, {"base64 (why not)", TRANSFER_BASE64},
		{"\"base64\"", TRANSFER_BASE64}, {"Quoted-Printable", TRANSFER_QUOTED_PRINTABLE},
		{"x-uuencode", TRANSFER_UUENCODE}, {"X-UUE", TRANSFER_UUENCODE},
		{"uuencode", TRANSFER_UUENCODE}, {"7bit", TRANSFER_IDENTITY},
		{"8bit", TRANSFER_IDENTITY}, {"binary", TRANSFER_IDENTITY}, {"", TRANSFER_IDENTITY},
		{"base", TRANSFER_IDENTITY}, {"base64x", TRANSFER_IDENTITY}, {"x-strange", TRANSFER_IDENTITY},
	};
	size_t		i;

	for (i = 0; i < LENGTH(cases); i++)
		ok(decode_encoding(slice(cases[i].value, strlen(cases[i].value))) == cases[i].encoding,
		   cases[i].value);
	ok(decode_encoding(SLICE_NONE) == TRANSFER_IDENTITY, "no such field");
}

static void
test_transfer(void)
{
	static const struct
	{
		const char *name;
		TransferEncoding encoding;
		Slice		body;
		Slice		text;
	}			cases[] = {
#define QP TRANSFER_QUOTED_PRINTABLE
#define B64 TRANSFER_BASE64
#define UU TRANSFER_UUENCODE
		{"soft line breaks", QP, SLICE_LIT("one=\r\n two=\n three"), SLICE_LIT("one two three")},
		{"a soft line break with blanks", QP, SLICE_LIT("one= \t\r\ntwo= \nthree"), SLICE_LIT("onetwothree")},
		{"a soft line break of CR", QP, SLICE_LIT("one=\rtwo"), SLICE_LIT("onetwo")},
		{"a soft line break at the end", QP, SLICE_LIT("one="), SLICE_LIT("one")},
		{"digits in lower case", QP, SLICE_LIT("=c3=a9"), SLICE_LIT("\xC3\xA9")},
		{"false digits", QP, SLICE_LIT("a=b, =4, =4G=41= x="), SLICE_LIT("a=b, =4, =4GA= x")},
		{"an equal sign before a code", QP, SLICE_LIT("1==412"), SLICE_LIT("1=A2")},
		{"half a code at the end", QP, SLICE_LIT("x=4"), SLICE_LIT("x=4")},
		{"line ends stay", QP, SLICE_LIT("a\r\nb\nc\rd=0D=0Ae"), SLICE_LIT("a\r\nb\nc\rd\r\ne")},
		{"a coded NUL", QP, SLICE_LIT("a=00b"), SLICE_LIT("a" BAD "b")},
		{"raw 8-bit", QP, SLICE_LIT("\xC3\xA9=C3=A9"), SLICE_LIT("\xC3\xA9\xC3\xA9")},
		{"lines", B64, SLICE_LIT("SGVs\r\nbG8g\nd29y\rbGQ=\r\n"), SLICE_LIT("Hello world")},
		{"one digit a line", B64, SLICE_LIT("S\nG\nk\n="), SLICE_LIT("Hi")},
		{"without padding, two bytes", B64, SLICE_LIT("SGk"), SLICE_LIT("Hi")},
		{"without padding, one byte", B64, SLICE_LIT("SGkhIQ"), SLICE_LIT("Hi!!")},
		{"a digit too many", B64, SLICE_LIT("SGkhI"), SLICE_LIT("Hi!")},
		{"line noise", B64, SLICE_LIT("S*G\xFFk\0h- _.!"), SLICE_LIT("Hi!")},
		{"a footer behind it", B64, SLICE_LIT("SGk=\r\n--\r\nMailing list footer"), SLICE_LIT("Hi")},
		{"nothing but padding", B64, SLICE_LIT("===="), SLICE_LIT("")},
		{"one digit", B64, SLICE_LIT("S"), SLICE_LIT("")},
		{"a coded NUL", B64, SLICE_LIT("AGEA"), SLICE_LIT(BAD "a" BAD)},
		{"with begin and end", UU, SLICE_LIT("begin 644 t.txt\r\n%2&5L;&\\\r\n#(2$*\r\n`\r\nend\r\n"), SLICE_LIT("Hello!!\n")},
		{"text before begin", UU, SLICE_LIT("hello\nbegin 644 t.txt\n%2&5L;&\\ \n`\nend\n"), SLICE_LIT("Hello")},
		{"neither begin nor end", UU, SLICE_LIT("%2&5L;&\\`\n#(2$*"), SLICE_LIT("Hello!!\n")},
		{"no end", UU, SLICE_LIT("begin 644 x\n%2&5L"), SLICE_LIT("Hel")},
		{"a line that promises too much", UU, SLICE_LIT("begin 644 x\nM2&5L\n`\n"), SLICE_LIT("Hel")},
		{"only begin", UU, SLICE_LIT("begin 644 x\n"), SLICE_LIT("")},
	};
	Arena		arena;
	TestOwner	owner;
	size_t		i;

	for (i = 0; i < LENGTH(cases); i++)
		is(text_of(cases[i].body, cases[i].encoding, SLICE_NONE, 1000), cases[i].text, cases[i].name);

	/* nothing to do, nothing copied */
	test_arena(&arena, &owner);
	{
		Slice		plain = SLICE_LIT("plain ASCII, more than eight bytes");
		Slice		utf8 = SLICE_LIT("d\xC3\xA9j\xC3\xA0 vu");

		ok(decode_text(&arena, plain, TRANSFER_IDENTITY, SLICE_LIT("koi8-r"), 1000).p == plain.p &&
		   decode_text(&arena, plain, TRANSFER_IDENTITY, SLICE_LIT("iso-2022-jp"), 1000).p == plain.p &&
		   decode_text(&arena, plain, QP, SLICE_LIT("us-ascii"), 1000).p == plain.p &&
		   decode_text(&arena, utf8, TRANSFER_IDENTITY, SLICE_LIT("utf-8"), 1000).p == utf8.p &&
		   decode_text(&arena, utf8, TRANSFER_IDENTITY, SLICE_NONE, 1000).p == utf8.p &&
		   owner.calls == 0, "what needs no decoding is not copied");
		is(decode_text(&arena, SLICE_NONE, TRANSFER_IDENTITY, SLICE_NONE, 9), SLICE_NONE, "no body, no text");
		ok(decode_text(&arena, SLICE_NONE, B64, SLICE_LIT("koi8-r"), 9).n == 0, "nothing encoded, nothing decoded");
	}
	arena_reset(&arena);
}

/* Bytes of a charset that nobody declared, or declared wrongly. */
static void
test_undeclared(void)
{
	static const struct
	{
		const char *name;
		Slice		charset;
		Slice		bytes;
		Slice		text;
	}			cases[] = {
		{"an unknown charset, but UTF-8", SLICE_LIT("x-unknown"), SLICE_LIT("\xC3\xA9"), SLICE_LIT("\xC3\xA9")},
		{"an unknown charset, not UTF-8", SLICE_LIT("default"), SLICE_LIT("\xE9 \xC3\xA9"), SLICE_LIT(BAD " \xC3\xA9")},
		{"us-ascii with Latin-1 in it", SLICE_LIT("us-ascii"), SLICE_LIT("caf\xE9"), SLICE_LIT("caf" BAD)},
		{"utf-8 with Latin-1 in it", SLICE_LIT("utf-8"), SLICE_LIT("caf\xE9 \xC3\xA9"), SLICE_LIT("caf" BAD " \xC3\xA9")},
		{"undeclared ISO-2022-JP", SLICE_NONE, SLICE_LIT("a \033$BG[C#\033(B b"), SLICE_LIT("a \xE9\x85\x8D\xE9\x81\x94 b")},
		{"ISO-2022-JP declared as us-ascii", SLICE_LIT("us-ascii"), SLICE_LIT("\033$@G[\033(JC"), SLICE_LIT("\xE9\x85\x8D" "C")},
		{"ISO-2022-JP declared as iso-8859-1", SLICE_LIT("iso-8859-1"), SLICE_LIT("\033$BG[C#\033(B"), SLICE_LIT("\xE9\x85\x8D\xE9\x81\x94")},
		{"ISO-2022-JP and UTF-8 in one text", SLICE_NONE, SLICE_LIT("\xC3\xA9 \033$BG[\033(B \xE9"), SLICE_LIT("\xC3\xA9 \xE9\x85\x8D " BAD)},
		{"a lost escape costs one line", SLICE_LIT("iso-2022-jp"), SLICE_LIT("\033$BG[C#\r\nplain"), SLICE_LIT("\xE9\x85\x8D\xE9\x81\x94\r\nplain")},
		{"half a character", SLICE_LIT("iso-2022-jp"), SLICE_LIT("\033$BG[C\033(Bx"), SLICE_LIT("\xE9\x85\x8D" BAD "x")},
		{"blanks among double bytes", SLICE_LIT("iso-2022-jp"), SLICE_LIT("\033$BG[ C#\033(B"), SLICE_LIT("\xE9\x85\x8D \xE9\x81\x94")},
		{"half-width kana", SLICE_NONE, SLICE_LIT("\033(I16\033(B."), SLICE_LIT("\xEF\xBD\xB1\xEF\xBD\xB6.")},
		{"an escape that is none", SLICE_LIT("iso-2022-jp"), SLICE_LIT("\033[1m\033"), SLICE_LIT("\033[1m\033")},
		{"colours of a terminal stay", SLICE_NONE, SLICE_LIT("\033[1mbold"), SLICE_LIT("\033[1mbold")},
		{"undeclared Shift_JIS", SLICE_NONE, SLICE_LIT("\x94\x7A"), SLICE_LIT(BAD "z")},
		{"Shift_JIS with a bad byte", SLICE_LIT("shift_jis"), SLICE_LIT("\x94\x7A\xFF\x94\x7A"), SLICE_LIT("\xE9\x85\x8D" BAD "\xE9\x85\x8D")},
		{"a bad byte swallows no ASCII", SLICE_LIT("euc-jp"), SLICE_LIT("\xC7<x@y>"), SLICE_LIT(BAD "<x@y>")},
		{"UTF-8 declared as euc-kr", SLICE_LIT("euc-kr"), SLICE_LIT("\xE9\x85\x8D\xE9\x81\x94 \xC3\xA9"), SLICE_LIT("\xE9\x85\x8D\xE9\x81\x94 \xC3\xA9")},
		{"what windows-1252 leaves undefined", SLICE_LIT("iso-8859-1"), SLICE_LIT("\x81\xE9"), SLICE_LIT(BAD "\xC3\xA9")},
		{"a NUL in Latin-1", SLICE_LIT("iso-8859-1"), SLICE_LIT("a\0\xE9"), SLICE_LIT("a" BAD "\xC3\xA9")},
		{"a NUL in KOI8-R", SLICE_LIT("koi8-r"), SLICE_LIT("a\0\xC1"), SLICE_LIT("a" BAD "\xD0\xB0")},
		{"half a UTF-16", SLICE_LIT("utf-16be"), SLICE_LIT("\0a\xD8\0\0b\0"), SLICE_LIT("a" BAD "b" BAD)},
		{"utf-7 with 8-bit is UTF-8", SLICE_LIT("utf-7"), SLICE_LIT("1 + 1 \xC3\xA9"), SLICE_LIT("1 + 1 \xC3\xA9")},
		{"HZ with UTF-8", SLICE_LIT("hz"), SLICE_LIT("~~ ~a \xC3\xA9 ~{VPND~} ~"), SLICE_LIT("~ ~a \xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87 ~")},
		{"a charset's name may not ask for more", SLICE_LIT("koi8-r//TRANSLIT"), SLICE_LIT("\xC1"), SLICE_LIT(BAD)},
		{"converters that abort are not reached", SLICE_LIT("ibm1364"), SLICE_LIT("\x0E\x0E\xFF"), SLICE_LIT("\x0E\x0E" BAD)},
		{"a very long name", SLICE_LIT("iso-8859-1-and-then-something-very-long-indeed"), SLICE_LIT("x\xE9"), SLICE_LIT("x" BAD)},
		{"a name with a NUL", SLICE_LIT("koi8-r\0x"), SLICE_LIT("\xC1"), SLICE_LIT(BAD)},
	};
	size_t		i;

	for (i = 0; i < LENGTH(cases); i++)
		is(text_of(cases[i].bytes, TRANSFER_IDENTITY, cases[i].charset, 1000),
		   cases[i].text, cases[i].name);

	is(text_of(SLICE_LIT("abc\xE9\x85\x8D"), TRANSFER_IDENTITY, SLICE_NONE, 5), SLICE_LIT("abc"),
	   "a character that the limit cuts is dropped");
	is(text_of(SLICE_LIT("abc\xC7\xDB"), TRANSFER_IDENTITY, SLICE_LIT("euc-jp"), 4), SLICE_LIT("abc"),
	   "in other charsets, too");
	is(text_of(SLICE_LIT("abc\xC7"), TRANSFER_IDENTITY, SLICE_LIT("euc-jp"), 10), SLICE_LIT("abc" BAD),
	   "but one that the mail cuts is shown");
}

static void
test_guesses(void)
{
	static const struct
	{
		const char *name;
		Slice		bytes;
		Slice		text;
	}			cases[] = {
		{"undeclared KOI8-R", SLICE_LIT("\360\317\336\324\317\327\331\312 \321\335\311\313 \316\305 \316\301\312\304\305\316"),
		SLICE_LIT("\320\237\320\276\321\207\321\202\320\276\320\262\321\213\320\271 \321\217\321\211\320\270\320\272 \320\275\320\265 \320\275\320\260\320\271\320\264\320\265\320\275")},
		{"undeclared KOI8-R, two words", SLICE_LIT("\320\317\314\330\332\317\327\301\324\305\314\330 \316\305 \316\301\312\304\305\316"),
		SLICE_LIT("\320\277\320\276\320\273\321\214\320\267\320\276\320\262\320\260\321\202\320\265\320\273\321\214 \320\275\320\265 \320\275\320\260\320\271\320\264\320\265\320\275")},
		{"undeclared windows-1251", SLICE_LIT("\317\350\361\374\354\356 \355\345 \344\356\361\362\340\342\353\345\355\356: \377\371\350\352 \357\345\360\345\357\356\353\355\345\355"),
		SLICE_LIT("\320\237\320\270\321\201\321\214\320\274\320\276 \320\275\320\265 \320\264\320\276\321\201\321\202\320\260\320\262\320\273\320\265\320\275\320\276: \321\217\321\211\320\270\320\272 \320\277\320\265\321\200\320\265\320\277\320\276\320\273\320\275\320\265\320\275")},
		{"undeclared GB2312", SLICE_LIT("\304\372\265\304\323\312\274\376\261\273\315\313\273\330"),
		SLICE_LIT("\346\202\250\347\232\204\351\202\256\344\273\266\350\242\253\351\200\200\345\233\236")},
		{"undeclared Big5", SLICE_LIT("\261z\252\272\253H\245\363\265L\252k\260e\271F"),
		SLICE_LIT("\346\202\250\347\232\204\344\277\241\344\273\266\347\204\241\346\263\225\351\200\201\351\201\224")},
		{"undeclared EUC-KR", SLICE_LIT("\270\336\300\317\300\273 \300\374\274\333\307\317\301\366 \270\370\307\337\275\300\264\317\264\331"),
		SLICE_LIT("\353\251\224\354\235\274\354\235\204 \354\240\204\354\206\241\355\225\230\354\247\200 \353\252\273\355\226\210\354\212\265\353\213\210\353\213\244")},
		{"undeclared EUC-JP", SLICE_LIT("\245\341\241\274\245\353\244\362\307\333\277\256\244\307\244\255\244\336\244\273\244\363"),
		SLICE_LIT("\343\203\241\343\203\274\343\203\253\343\202\222\351\205\215\344\277\241\343\201\247\343\201\215\343\201\276\343\201\233\343\202\223")},
		{"undeclared Shift_JIS", SLICE_LIT("\203\201\201[\203\213\202\360\224z\220M\202\305\202\253\202\334\202\271\202\361"),
		SLICE_LIT("\343\203\241\343\203\274\343\203\253\343\202\222\351\205\215\344\277\241\343\201\247\343\201\215\343\201\276\343\201\233\343\202\223")},
		{"undeclared Latin-1", SLICE_LIT("Empf\344nger unbekannt"),
		SLICE_LIT("Empf\303\244nger unbekannt")},
		{"undeclared Latin-2", SLICE_LIT("Wiadomo\266\346 nie zosta\263a"),
		SLICE_LIT("Wiadomo\305\233\304\207 nie zosta\305\202a")},
		{"undeclared windows-1250", SLICE_LIT("p\370\355li\232 pln\341 schr\341nka, u\236ivatel neexistuje: ko\232\235\341l"),
		SLICE_LIT("p\305\231\303\255li\305\241 pln\303\241 schr\303\241nka, u\305\276ivatel neexistuje: ko\305\241\305\245\303\241l")},
		{"undeclared windows-1254", SLICE_LIT("al\375c\375n\375n iletisi ta\376\375nd\375, de\360il"),
		SLICE_LIT("al\304\261c\304\261n\304\261n iletisi ta\305\237\304\261nd\304\261, de\304\237il")},
		{"UTF-8 that was cut stays", SLICE_LIT("caf\303\251 na\303"), SLICE_LIT("caf\303\251 na" BAD)},
		{"one letter at the end may be anything", SLICE_LIT("caf\351"), SLICE_LIT("caf" BAD)},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
		is(text_of(cases[i].bytes, TRANSFER_IDENTITY, SLICE_LIT("x-unknown"), 1000), cases[i].text, cases[i].name);
	is(text_of(cases[0].bytes, TRANSFER_IDENTITY, SLICE_LIT("iso-8859-1"), 1000), cases[0].text, "KOI8-R declared as Latin-1");
	is(text_of(cases[3].bytes, TRANSFER_IDENTITY, SLICE_LIT("windows-1252"), 1000), cases[3].text, "GB2312 declared as windows-1252");
	is(text_of(SLICE_LIT("Empf\303\244nger unbekannt"), TRANSFER_IDENTITY, SLICE_LIT("iso-8859-1"), 1000),
	   SLICE_LIT("Empf\303\244nger unbekannt"), "UTF-8 declared as Latin-1");
	is(text_of(SLICE_LIT("Empf\344nger, Gr\374\337e"), TRANSFER_IDENTITY, SLICE_LIT("iso-8859-1"), 1000),
	   SLICE_LIT("Empf\303\244nger, Gr\303\274\303\237" "e"), "Latin-1 declared as such");
}

static void
test_headers(void)
{
	static const struct
	{
		const char *name;
		Slice		value;
		Slice		text;
	}			cases[] = {
		{"plain", SLICE_LIT(" Undelivered Mail \r\n"), SLICE_LIT("Undelivered Mail")},
		{"empty", SLICE_LIT("  "), SLICE_LIT("")},
		{"folds become one blank", SLICE_LIT("one\r\n two\n\t three\r\n\r\n four"), SLICE_LIT("one two three four")},
		{"blanks otherwise stay", SLICE_LIT("a  b\tc\r\n d"), SLICE_LIT("a  b\tc d")},
		{"Q", SLICE_LIT("=?iso-8859-1?Q?Gr=FC=DFe_aus?= Wien"), SLICE_LIT("Gr\xC3\xBC\xC3\x9F" "e aus Wien")},
		{"B", SLICE_LIT("=?UTF-8?B?R3LDvMOfZQ==?="), SLICE_LIT("Gr\xC3\xBC\xC3\x9F" "e")},
		{"lower case", SLICE_LIT("=?utf-8?b?R3LDvMOfZQ?= =?utf-8?q?=c3=a9?="), SLICE_LIT("Gr\xC3\xBC\xC3\x9F" "e\xC3\xA9")},
		{"blanks between words vanish", SLICE_LIT("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=  =?utf-8?Q?c?="), SLICE_LIT("abc")},
		{"but not beside other text", SLICE_LIT("x =?utf-8?Q?a?= y =?utf-8?Q?b?="), SLICE_LIT("x a y b")},
		{"words of several charsets", SLICE_LIT("=?utf-8?Q?=C3=A9?= =?koi8-r?Q?=C1?= =?gb2312?B?1tDOxA==?="), SLICE_LIT("\xC3\xA9\xD0\xB0\xE4\xB8\xAD\xE6\x96\x87")},
		{"more charsets than any mail has", SLICE_LIT("=?koi8-r?Q?=C1?= =?cp1251?Q?=E0?= =?big5?Q?=A4=A4?= =?euc-kr?Q?=B0=A1?= =?gbk?Q?=D6=D0?= =?koi8-r?Q?=C1?="), SLICE_LIT("\xD0\xB0\xD0\xB0\xE4\xB8\xAD\xEA\xB0\x80" BAD BAD "\xD0\xB0")},
		{"a language (RFC 2231)", SLICE_LIT("=?iso-8859-1*de-AT?Q?=FC?="), SLICE_LIT("\xC3\xBC")},
		{"a character split between words", SLICE_LIT("=?utf-8?B?6YU=?= =?UTF-8?B?jemB?=\n =?utf-8?Q?=94?="), SLICE_LIT("\xE9\x85\x8D\xE9\x81\x94")},
		{"split in ISO-2022-JP", SLICE_LIT("=?ISO-2022-JP?B?GyRCR1tDIxsoQg==?= =?iso-2022-jp?B?GyRCRyQbKEI=?="), SLICE_LIT("\xE9\x85\x8D\xE9\x81\x94\xE4\xBB\xBB")},
		{"glued to text", SLICE_LIT("Re:=?utf-8?Q?a?=b=?utf-8?Q?c?=!"), SLICE_LIT("Re:abc!")},
		{"blanks inside", SLICE_LIT("=?utf-8?Q?two words?= =?utf-8?B?IG 9r?="), SLICE_LIT("two words ok")},
		{"folded inside", SLICE_LIT("=?utf-8?B?SGVs\r\n bG8=?="), SLICE_LIT("Hello")},
		{"a question mark inside", SLICE_LIT("=?utf-8?Q?Why? Because?="), SLICE_LIT("Why? Because")},
		{"an empty word", SLICE_LIT("a =?utf-8?Q?" "?= b"), SLICE_LIT("a  b")},
		{"no charset", SLICE_LIT("=??Q?=C3=A9?="), SLICE_LIT("\xC3\xA9")},
		{"unknown charset", SLICE_LIT("=?x-nope?Q?=C3=A9=E9?="), SLICE_LIT("\xC3\xA9" BAD)},
		{"unknown encoding", SLICE_LIT("=?utf-8?X?abc?="), SLICE_LIT("=?utf-8?X?abc?=")},
		{"no end", SLICE_LIT("=?utf-8?Q?abc"), SLICE_LIT("=?utf-8?Q?abc")},
		{"no end, then a word", SLICE_LIT("=?utf-8?Q?abc =?utf-8?Q?d?="), SLICE_LIT("=?utf-8?Q?abc d")},
		{"no encoding", SLICE_LIT("=?utf-8?abc?="), SLICE_LIT("=?utf-8?abc?=")},
		{"not a word at all", SLICE_LIT("a=?b ?= =? =?= ?="), SLICE_LIT("a=?b ?= =? =?= ?=")},
		{"ends in its midst", SLICE_LIT("=?utf-8?Q"), SLICE_LIT("=?utf-8?Q")},
		{"ends at once", SLICE_LIT("=?"), SLICE_LIT("=?")},
		{"false codes in Q", SLICE_LIT("=?utf-8?Q?1=2G=?="), SLICE_LIT("1=2G=")},
		{"coded line ends", SLICE_LIT("=?utf-8?Q?a=0D=0Ab=0A?="), SLICE_LIT("a b")},
		{"a coded NUL", SLICE_LIT("=?utf-8?Q?a=00b?="), SLICE_LIT("a" BAD "b")},
		{"raw UTF-8", SLICE_LIT("caf\xC3\xA9"), SLICE_LIT("caf\xC3\xA9")},
		{"raw Latin-1", SLICE_LIT("caf\xE9"), SLICE_LIT("caf" BAD)},
		{"raw ISO-2022-JP", SLICE_LIT("\033$BG[C#\033(B (Re)"), SLICE_LIT("\xE9\x85\x8D\xE9\x81\x94 (Re)")},
		{"raw ISO-2022-JP, folded", SLICE_LIT("\033$BG[\033(B\r\n \033$BC#\033(B"), SLICE_LIT("\xE9\x85\x8D \xE9\x81\x94")},
		{"raw and encoded", SLICE_LIT("\xC3\xA9 =?iso-8859-1?Q?=E9?= \xE9"), SLICE_LIT("\xC3\xA9 \xC3\xA9 " BAD)},
		{"raw NUL", SLICE_LIT("a\0b"), SLICE_LIT("a" BAD "b")},
		{"NUL at the ends", SLICE_LIT("\0a\0\0"), SLICE_LIT("a")},
	};
	Arena		arena;
	TestOwner	owner;
	Slice		plain = SLICE_LIT("Returned mail: see transcript for details");
	size_t		i;

	for (i = 0; i < LENGTH(cases); i++)
		is(header_of(cases[i].value), cases[i].text, cases[i].name);
	test_arena(&arena, &owner);
	ok(decode_header(&arena, plain).p == plain.p && owner.calls == 0, "a plain value is not copied");
	is(decode_header(&arena, SLICE_NONE), SLICE_NONE, "no value");
	arena_reset(&arena);
}

/*
 * What is opened once and kept changes nothing, however often.  A report whose
 * recipients had more charsets than were kept cost a hundred times as much.
 */
static void
test_kept_descriptors(void)
{
	/* one for each charset that charset_names.c has iconv convert */
	static const char *const charsets[] = {
		"ansi", "big5", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437",
		"cp50220", "cp51932", "cp850", "cp852", "cp862", "cp866", "cp874", "cp932", "cp936", "cp949",
		"csiso2022kr", "csisolatin2", "cskoi8r", "csunicode11utf7", "euctw", "hz", "iso885910", "iso885913",
		"iso885914", "iso885915", "iso885916", "iso88593", "iso88594", "iso88595", "iso88596", "iso88597",
		"iso88598", "johab", "koi8ru", "maccyrillic", "macintosh", "tcvn", "utf16", "utf16le", "viscii",
	};
	Slice		many = SLICE_LIT("=?koi8-r?Q?=C1?= =?cp1251?Q?=E0?= =?big5?Q?=A4=A4?= =?euc-kr?Q?=B0=A1?= =?gbk?Q?=D6=D0?= =?koi8-r?Q?=C1?=");
	Slice		body = SLICE_LIT("\xD6\xD0\xB0\xA1 abc \xE4");
	Descriptors kept = {0};
	Arena		lent;
	Arena		plain;
	TestOwner	lent_owner;
	TestOwner	plain_owner;
	size_t		wrong = 0;

	test_arena(&lent, &lent_owner);
	test_arena(&plain, &plain_owner);
	lent.descriptors = &kept;
	for (int round = 0; round < 3; round++)
	{
		for (size_t i = 0; i < LENGTH(charsets); i++)
		{
			Slice		charset = slice(charsets[i], strlen(charsets[i]));

			wrong += !slice_equal(decode_text(&lent, body, TRANSFER_IDENTITY, charset, body.n),
								  decode_text(&plain, body, TRANSFER_IDENTITY, charset, body.n));
		}
		wrong += !slice_equal(decode_header(&lent, many), decode_header(&plain, many));
	}
	ok(wrong == 0, "kept descriptors convert like new ones");
	ok(kept.count > 16 && kept.count < DESCRIPTORS_KEPT, "and all of them are kept");
	descriptors_close(&kept);
	ok(kept.count == 0, "and can be closed");
	arena_reset(&lent);
	arena_reset(&plain);
}

int
main(void)
{
	test_utf8();
	test_utf8_exhaustive();
	test_charsets();
	test_kept_descriptors();
	test_encodings();
	test_transfer();
	test_undeclared();
	test_guesses();
	test_headers();
	return finish();
}
