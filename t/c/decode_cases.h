/*
 * decode_cases.h
 *	  What the tests of the decoding layer share: examples of charsets, and
 *	  calls that AddressSanitizer watches.
 *
 * The bytes of the examples were written by Python's codecs, which share no
 * code with iconv.
 */
#ifndef BOUNCE_DECODE_CASES_H
#define BOUNCE_DECODE_CASES_H

#include "mail/decode.h"
#include "mail/limits.h"
#include "tap.h"

#define BAD "\xEF\xBF\xBD"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Each call gets an arena of its own and bytes with nothing behind them, so
 * that AddressSanitizer sees a byte too many.  The results are copied to here.
 */
static char result_bytes[4 * LIMIT_DECODE_BYTES];

static inline Slice
keep(Slice s)
{
	if (s.p == NULL)
		return s;
	memcpy(result_bytes, s.p, s.n);
	return slice(result_bytes, s.n);
}

static inline Slice
text_of(Slice body, TransferEncoding encoding, Slice charset, size_t limit)
{
	Arena		arena;
	TestOwner	owner;
	Slice		copy = exact_copy(body);
	Slice		result;

	test_arena(&arena, &owner);
	result = keep(decode_text(&arena, copy, encoding, charset, limit));
	arena_reset(&arena);
	free((char *) copy.p);
	return result;
}

static inline Slice
header_of(Slice value)
{
	Arena		arena;
	TestOwner	owner;
	Slice		copy = exact_copy(value);
	Slice		result;

	test_arena(&arena, &owner);
	result = keep(decode_header(&arena, copy));
	arena_reset(&arena);
	free((char *) copy.p);
	return result;
}

static inline Slice
valid_of(Slice bytes)
{
	Arena		arena;
	TestOwner	owner;
	Slice		copy = exact_copy(bytes);
	Slice		result;

	test_arena(&arena, &owner);
	result = keep(decode_valid_utf8(&arena, copy));
	arena_reset(&arena);
	free((char *) copy.p);
	return result;
}

static const struct
{
	const char *charset;
	Slice		bytes;
	Slice		text;
}			examples[] = {
	{"utf-8", SLICE_LIT("Gr\303\274\303\237e, \351\205\215\351\201\224\343\201\247\343\201\215\343\201\276\343\201\233\343\202\223"),
	SLICE_LIT("Gr\303\274\303\237e, \351\205\215\351\201\224\343\201\247\343\201\215\343\201\276\343\201\233\343\202\223")},
	{"UTF8", SLICE_LIT("\303\251"),
	SLICE_LIT("\303\251")},
	{"us-ascii", SLICE_LIT("plain"),
	SLICE_LIT("plain")},
	{"ascii", SLICE_LIT("plain"),
	SLICE_LIT("plain")},
	{"ANSI_X3.4-1968", SLICE_LIT("na\303\257ve: UTF-8 all the same"),
	SLICE_LIT("na\303\257ve: UTF-8 all the same")},
	{"iso-8859-1", SLICE_LIT("Gr\366\337e: 10 \200 \223quoted\224 \226 \377"),
	SLICE_LIT("Gr\303\266\303\237e: 10 \342\202\254 \342\200\234quoted\342\200\235 \342\200\223 \303\277")},
	{"latin1", SLICE_LIT("\306r\370sk\370bing"),
	SLICE_LIT("\303\206r\303\270sk\303\270bing")},
	{"ISO_8859-1:1987", SLICE_LIT("M\341laga"),
	SLICE_LIT("M\303\241laga")},
	{"windows-1252", SLICE_LIT("\214uvre\205"),
	SLICE_LIT("\305\222uvre\342\200\246")},
	{"iso-8859-2", SLICE_LIT("Wiadomo\266\346 nie zosta\263a"),
	SLICE_LIT("Wiadomo\305\233\304\207 nie zosta\305\202a")},
	{"windows-1250", SLICE_LIT("p\370\355li\232 \236lu\235ou\350k\375"),
	SLICE_LIT("p\305\231\303\255li\305\241 \305\276lu\305\245ou\304\215k\303\275")},
	{"iso-8859-5", SLICE_LIT("\277\336\347\342\320"),
	SLICE_LIT("\320\237\320\276\321\207\321\202\320\260")},
	{"iso-8859-7", SLICE_LIT("\304\345\355 \342\361\335\350\347\352\345"),
	SLICE_LIT("\316\224\316\265\316\275 \316\262\317\201\316\255\316\270\316\267\316\272\316\265")},
	{"iso-8859-9", SLICE_LIT("\335letilemedi \360\376"),
	SLICE_LIT("\304\260letilemedi \304\237\305\237")},
	{"iso-8859-15", SLICE_LIT("10 \244 \275"),
	SLICE_LIT("10 \342\202\254 \305\223")},
	{"koi8-r", SLICE_LIT("\363\317\317\302\335\305\316\311\305 \316\305 \304\317\323\324\301\327\314\305\316\317"),
	SLICE_LIT("\320\241\320\276\320\276\320\261\321\211\320\265\320\275\320\270\320\265 \320\275\320\265 \320\264\320\276\321\201\321\202\320\260\320\262\320\273\320\265\320\275\320\276")},
	{"KOI8-U", SLICE_LIT("\360\317\327\246\304\317\315\314\305\316\316\321 \247\247"),
	SLICE_LIT("\320\237\320\276\320\262\321\226\320\264\320\276\320\274\320\273\320\265\320\275\320\275\321\217 \321\227\321\227")},
	{"windows-1251", SLICE_LIT("\337\371\350\352 \357\345\360\345\357\356\353\355\345\355"),
	SLICE_LIT("\320\257\321\211\320\270\320\272 \320\277\320\265\321\200\320\265\320\277\320\276\320\273\320\275\320\265\320\275")},
	{"cp1251", SLICE_LIT("\337\371\350\352"),
	SLICE_LIT("\320\257\321\211\320\270\320\272")},
	{"windows-1253", SLICE_LIT("\305\353\353\334\344\341"),
	SLICE_LIT("\316\225\316\273\316\273\316\254\316\264\316\261")},
	{"windows-1255", SLICE_LIT("\371\354\345\355"),
	SLICE_LIT("\327\251\327\234\327\225\327\235")},
	{"iso-8859-8-i", SLICE_LIT("\371\354\345\355"),
	SLICE_LIT("\327\251\327\234\327\225\327\235")},
	{"windows-1256", SLICE_LIT("\343\321\315\310\307"),
	SLICE_LIT("\331\205\330\261\330\255\330\250\330\247")},
	{"windows-1257", SLICE_LIT("Lai\360kas"),
	SLICE_LIT("Lai\305\241kas")},
	{"windows-874", SLICE_LIT("\344\301\350\276\272"),
	SLICE_LIT("\340\271\204\340\270\241\340\271\210\340\270\236\340\270\232")},
	{"tis-620", SLICE_LIT("\344\301\350\276\272"),
	SLICE_LIT("\340\271\204\340\270\241\340\271\210\340\270\236\340\270\232")},
	{"ibm866", SLICE_LIT("\217\256\347\342\240"),
	SLICE_LIT("\320\237\320\276\321\207\321\202\320\260")},
	{"macintosh", SLICE_LIT("Z\237rich"),
	SLICE_LIT("Z\303\274rich")},
	{"gb2312", SLICE_LIT("\323\312\274\376\316\336\267\250\315\266\265\335"),
	SLICE_LIT("\351\202\256\344\273\266\346\227\240\346\263\225\346\212\225\351\200\222")},
	{"GBK", SLICE_LIT("\340]\274\376\237o\267\250\315\266\337f"),
	SLICE_LIT("\351\203\265\344\273\266\347\204\241\346\263\225\346\212\225\351\201\236")},
	{"gb2312", SLICE_LIT("\351F \2252\2026 larger than its name"),
	SLICE_LIT("\351\225\225 \360\240\200\200 larger than its name")},
	{"gb18030", SLICE_LIT("\323\312\274\376 \250\271 \2252\2026"),
	SLICE_LIT("\351\202\256\344\273\266 \303\274 \360\240\200\200")},
	{"x-gbk", SLICE_LIT("\323\312\274\376"),
	SLICE_LIT("\351\202\256\344\273\266")},
	{"hz-gb-2312", SLICE_LIT("~{SJ<~~} ok ~~ ~{N^7(~}\012next ~{M65]~}"),
	SLICE_LIT("\351\202\256\344\273\266 ok ~ \346\227\240\346\263\225\012next \346\212\225\351\200\222")},
	{"big5", SLICE_LIT("\266l\245\363\265L\252k\266\307\273\274"),
	SLICE_LIT("\351\203\265\344\273\266\347\204\241\346\263\225\345\202\263\351\201\236")},
	{"Big5-HKSCS", SLICE_LIT("\235\357\266l\245\363"),
	SLICE_LIT("\345\230\205\351\203\265\344\273\266")},
	{"euc-kr", SLICE_LIT("\270\336\300\317\300\273 \272\270\263\276 \274\366 \276\370\275\300\264\317\264\331"),
	SLICE_LIT("\353\251\224\354\235\274\354\235\204 \353\263\264\353\202\274 \354\210\230 \354\227\206\354\212\265\353\213\210\353\213\244")},
	{"ks_c_5601-1987", SLICE_LIT("\214c\271\346\260\242\307\317"),
	SLICE_LIT("\353\230\240\353\260\251\352\260\201\355\225\230")},
	{"iso-2022-kr", SLICE_LIT("\033$)C\0168^@O\017 abc \016>x@=\017\012\0164Y@=\017"),
	SLICE_LIT("\353\251\224\354\235\274 abc \354\227\206\354\235\214\012\353\213\244\354\235\214")},
	{"shift_jis", SLICE_LIT("\224z\222B\202\305\202\253\202\334\202\271\202\361 \207@\356\340\261"),
	SLICE_LIT("\351\205\215\351\201\224\343\201\247\343\201\215\343\201\276\343\201\233\343\202\223 \342\221\240\351\253\231\357\275\261")},
	{"x-sjis", SLICE_LIT("\201`\225\\\216\246"),
	SLICE_LIT("\357\275\236\350\241\250\347\244\272")},
	{"windows-31j", SLICE_LIT("\225\\\203\\\224\\"),
	SLICE_LIT("\350\241\250\343\202\275\350\203\275")},
	{"euc-jp", SLICE_LIT("\260\270\300\350\311\324\314\300 \216\261"),
	SLICE_LIT("\345\256\233\345\205\210\344\270\215\346\230\216 \357\275\261")},
	{"x-euc-jp", SLICE_LIT("\217\260\241\217\260\242 (JIS X 0212)"),
	SLICE_LIT("\344\270\202\344\270\204 (JIS X 0212)")},
	{"iso-2022-jp", SLICE_LIT("\033$BG[C#$G$-$^$;$s\033(B abc \033$B08@h\033(B\012\033$B<!$N9T\033(B"),
	SLICE_LIT("\351\205\215\351\201\224\343\201\247\343\201\215\343\201\276\343\201\233\343\202\223 abc \345\256\233\345\205\210\012\346\254\241\343\201\256\350\241\214")},
	{"ISO-2022-JP-1", SLICE_LIT("\033$(D0!\033(B \033$B08@h\033(B"),
	SLICE_LIT("\344\270\202 \345\256\233\345\205\210")},
	{"CSISO2022JP", SLICE_LIT("\033$B7oL>\033(B"),
	SLICE_LIT("\344\273\266\345\220\215")},
	{"iso-2022-jp", SLICE_LIT("\033$BH>3Q\033(I6E\033(B"),
	SLICE_LIT("\345\215\212\350\247\222\357\275\266\357\276\205")},
	{"utf-7", SLICE_LIT("Gr+APYA3w-e +- +kU2QVA-"),
	SLICE_LIT("Gr\303\266\303\237e + \351\205\215\351\201\224")},
	{"unicode-1-1-utf-7", SLICE_LIT("+ZeVnLIqe -ok+-"),
	SLICE_LIT("\346\227\245\346\234\254\350\252\236 -ok+")},
	{"utf-16", SLICE_LIT("\377\376m\000a\000r\000k\000 \000@\330\000\334"),
	SLICE_LIT("mark \360\240\200\200")},
	{"utf-16", SLICE_LIT("\000n\000o\000 \000m\000a\000r\000k"),
	SLICE_LIT("no mark")},
	{"utf-16le", SLICE_LIT("l\000i\000t\000t\000l\000e\000 \000\351\000"),
	SLICE_LIT("little \303\251")},
};

#endif							/* BOUNCE_DECODE_CASES_H */
