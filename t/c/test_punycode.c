/*
 * test_punycode.c
 *	  Labels in ASCII: the samples of RFC 3492 7.1, and what is no label.
 *
 * Build: make unit
 */
#include "mail/punycode.h"
#include "mail/utf8.h"
#include "tap.h"

#define POINTS 40

/* RFC 3492 7.1, in its order, but for (S), which is ASCII; all letters are small there that Punycode's own case marks */
static const struct
{
	const char *name;
	uint32_t	points[POINTS];
	Slice		encoded;
}			samples[] = {
	{"Arabic (Egyptian)",
		{0x0644, 0x064A, 0x0647, 0x0645, 0x0627, 0x0628, 0x062A, 0x0643, 0x0644, 0x0645, 0x0648, 0x0634, 0x0639, 0x0631, 0x0628, 0x064A, 0x061F},
	SLICE_LIT("egbpdaj6bu4bxfgehfvwxn")},
	{"Chinese (simplified)",
		{0x4ED6, 0x4EEC, 0x4E3A, 0x4EC0, 0x4E48, 0x4E0D, 0x8BF4, 0x4E2D, 0x6587},
	SLICE_LIT("ihqwcrb4cv8a8dqg056pqjye")},
	{"Chinese (traditional)",
		{0x4ED6, 0x5011, 0x7232, 0x4EC0, 0x9EBD, 0x4E0D, 0x8AAA, 0x4E2D, 0x6587},
	SLICE_LIT("ihqwctvzc91f659drss3x8bo0yb")},
	{"Czech",
		{0x0050, 0x0072, 0x006F, 0x010D, 0x0070, 0x0072, 0x006F, 0x0073, 0x0074, 0x011B, 0x006E, 0x0065, 0x006D, 0x006C, 0x0075, 0x0076, 0x00ED, 0x010D, 0x0065, 0x0073, 0x006B, 0x0079},
	SLICE_LIT("Proprostnemluvesky-uyb24dma41a")},
	{"Hebrew",
		{0x05DC, 0x05DE, 0x05D4, 0x05D4, 0x05DD, 0x05E4, 0x05E9, 0x05D5, 0x05D8, 0x05DC, 0x05D0, 0x05DE, 0x05D3, 0x05D1, 0x05E8, 0x05D9, 0x05DD, 0x05E2, 0x05D1, 0x05E8, 0x05D9, 0x05EA},
	SLICE_LIT("4dbcagdahymbxekheh6e0a7fei0b")},
	{"Hindi",
		{0x092F, 0x0939, 0x0932, 0x094B, 0x0917, 0x0939, 0x093F, 0x0928, 0x094D, 0x0926, 0x0940, 0x0915, 0x094D, 0x092F, 0x094B, 0x0902, 0x0928, 0x0939, 0x0940, 0x0902, 0x092C, 0x094B, 0x0932, 0x0938, 0x0915, 0x0924, 0x0947, 0x0939, 0x0948, 0x0902},
	SLICE_LIT("i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd")},
	{"Japanese",
		{0x306A, 0x305C, 0x307F, 0x3093, 0x306A, 0x65E5, 0x672C, 0x8A9E, 0x3092, 0x8A71, 0x3057, 0x3066, 0x304F, 0x308C, 0x306A, 0x3044, 0x306E, 0x304B},
	SLICE_LIT("n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa")},
	{"Russian",
		{0x043F, 0x043E, 0x0447, 0x0435, 0x043C, 0x0443, 0x0436, 0x0435, 0x043E, 0x043D, 0x0438, 0x043D, 0x0435, 0x0433, 0x043E, 0x0432, 0x043E, 0x0440, 0x044F, 0x0442, 0x043F, 0x043E, 0x0440, 0x0443, 0x0441, 0x0441, 0x043A, 0x0438},
	SLICE_LIT("b1abfaaepdrnnbgefbadotcwatmq2g4l")},
	{"Spanish",
		{0x0050, 0x006F, 0x0072, 0x0071, 0x0075, 0x00E9, 0x006E, 0x006F, 0x0070, 0x0075, 0x0065, 0x0064, 0x0065, 0x006E, 0x0073, 0x0069, 0x006D, 0x0070, 0x006C, 0x0065, 0x006D, 0x0065, 0x006E, 0x0074, 0x0065, 0x0068, 0x0061, 0x0062, 0x006C, 0x0061, 0x0072, 0x0065, 0x006E, 0x0045, 0x0073, 0x0070, 0x0061, 0x00F1, 0x006F, 0x006C},
	SLICE_LIT("PorqunopuedensimplementehablarenEspaol-fmd56a")},
	{"Vietnamese",
		{0x0054, 0x1EA1, 0x0069, 0x0073, 0x0061, 0x006F, 0x0068, 0x1ECD, 0x006B, 0x0068, 0x00F4, 0x006E, 0x0067, 0x0074, 0x0068, 0x1EC3, 0x0063, 0x0068, 0x1EC9, 0x006E, 0x00F3, 0x0069, 0x0074, 0x0069, 0x1EBF, 0x006E, 0x0067, 0x0056, 0x0069, 0x1EC7, 0x0074},
	SLICE_LIT("TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g")},
	{"3B of Japanese pop",
		{0x0033, 0x5E74, 0x0042, 0x7D44, 0x91D1, 0x516B, 0x5148, 0x751F},
	SLICE_LIT("3B-ww4c5e180e575a65lsy2b")},
	{"a name with hyphens",
		{0x5B89, 0x5BA4, 0x5948, 0x7F8E, 0x6075, 0x002D, 0x0077, 0x0069, 0x0074, 0x0068, 0x002D, 0x0053, 0x0055, 0x0050, 0x0045, 0x0052, 0x002D, 0x004D, 0x004F, 0x004E, 0x004B, 0x0045, 0x0059, 0x0053},
	SLICE_LIT("-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n")},
	{"Hello",
		{0x0048, 0x0065, 0x006C, 0x006C, 0x006F, 0x002D, 0x0041, 0x006E, 0x006F, 0x0074, 0x0068, 0x0065, 0x0072, 0x002D, 0x0057, 0x0061, 0x0079, 0x002D, 0x305D, 0x308C, 0x305E, 0x308C, 0x306E, 0x5834, 0x6240},
	SLICE_LIT("Hello-Another-Way--fc4qua05auwb3674vfr0b")},
	{"2",
		{0x3072, 0x3068, 0x3064, 0x5C4B, 0x6839, 0x306E, 0x4E0B, 0x0032},
	SLICE_LIT("2-u9tlzr9756bt3uc0v")},
	{"Maji",
		{0x004D, 0x0061, 0x006A, 0x0069, 0x3067, 0x004B, 0x006F, 0x0069, 0x3059, 0x308B, 0x0035, 0x79D2, 0x524D},
	SLICE_LIT("MajiKoi5-783gue6qz075azm5e")},
	{"de runba",
		{0x30D1, 0x30D5, 0x30A3, 0x30FC, 0x0064, 0x0065, 0x30EB, 0x30F3, 0x30D0},
	SLICE_LIT("de-jg4avhby1noc0d")},
	{"sono",
		{0x305D, 0x306E, 0x30B9, 0x30D4, 0x30FC, 0x30C9, 0x3067},
	SLICE_LIT("d9juau41awczczp")},
};

static void
test_samples(void)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
	{
		char		letters[POINTS * 4];
		char		lower[POINTS * 4];
		char		out[PUNYCODE_LABEL * 4];
		size_t		n = 0;
		size_t		written;
		Slice		exact;

		for (size_t k = 0; k < POINTS && samples[i].points[k]; k++)
			n += utf8_put(letters + n, samples[i].points[k]);
		exact = exact_copy(slice(letters, n));
		written = punycode_encode(exact, out, sizeof(out));
		is(slice(out, written), samples[i].encoded, samples[i].name);
		free((char *) exact.p);

		/* domains are in lower case */
		for (size_t k = 0; k < n; k++)
			lower[k] = ascii_lower(letters[k]);
		exact = exact_copy(samples[i].encoded);
		written = punycode_decode(exact, out, sizeof(out));
		is(slice(out, written), slice(lower, n), "  and back");
		ok(punycode_decode(exact, out, n - 1) == 0, "  but not into less room");
		free((char *) exact.p);
	}
}

static void
test_none(void)
{
	static const Slice broken[] = {
		SLICE_LIT(""), SLICE_LIT("!"), SLICE_LIT("a-!"), SLICE_LIT("\xc3\xbc"), SLICE_LIT("\xc3\xbc-a"),
		SLICE_LIT("99999999"), SLICE_LIT("zzzzzzzzzzzzzz"), SLICE_LIT("a-9"), SLICE_LIT("99999999999999999999999999999999999999999999999999999999999999"),
		/* a surrogate, and what is beyond Unicode */
		SLICE_LIT("ib9a"), SLICE_LIT("a-ib9ae"), SLICE_LIT("gz7l1a"),
	};
	char		out[PUNYCODE_LABEL * 4];
	char		label[2000];

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
	{
		Slice		exact = exact_copy(broken[i]);
		size_t		written = punycode_decode(exact, out, sizeof(out));

		ok(written == 0 || utf8_find_bad(slice(out, written), 0) == written, broken[i].n ? broken[i].p : "nothing");
		free((char *) exact.p);
	}
	ok(punycode_decode(SLICE_LIT("99999999"), out, sizeof(out)) == 0, "a number that overflows");
	ok(punycode_decode(SLICE_LIT("a-9"), out, sizeof(out)) == 0, "a number that does not end");
	memset(label, 'a', sizeof(label));
	ok(punycode_decode(slice(label, 64), out, sizeof(out)) == 0, "more than a label");
	ok(punycode_encode(slice(label, sizeof(label)), out, sizeof(out)) == 0, "a long label has no form");
	ok(punycode_encode(slice(label, 63), out, sizeof(out)) == 0, "nor has one without room for its delimiter");
	ok(punycode_encode(slice(label, 20), out, 20) == 0 && punycode_encode(slice(label, 20), out, 21) == 21, "  whatever the room is");
	ok(punycode_encode(SLICE_LIT("abc\xc3\xbc"), out, 2) == 0, "nor without room for its letters");
	/* the weight of the last digit is the largest that there is */
	ok(punycode_decode(SLICE_LIT("bbbb0000"), out, sizeof(out)) == 0, "a number whose digits are small and whose weights are not");
	ok(punycode_encode(SLICE_NONE, out, sizeof(out)) == 0, "nor nothing");
	ok(punycode_encode(SLICE_LIT("a\xff"), out, sizeof(out)) == 0, "nor what is no UTF-8");
	for (size_t i = 0; i + 4 <= 252; i += 4)
		memcpy(label + i, i % 8 ? "\xf4\x8f\xbf\xbd" : "\xf0\x90\x80\x80", 4);
	ok(punycode_encode(slice(label, 252), out, sizeof(out)) == 0, "nor have letters that are far apart");
}

/* What decodes encodes to the same, whatever it is. */
static void
test_round_trip(void)
{
	uint32_t	random = 3492;
	int			decoded = 0;
	bool		same = true;

	for (int i = 0; i < 200000; i++)
	{
		static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
		char		encoded[PUNYCODE_LABEL];
		char		out[PUNYCODE_LABEL * 4];
		char		again[PUNYCODE_LABEL];
		size_t		n = 1 + test_random(&random) % (i % 8 == 0 ? PUNYCODE_LABEL : 10);
		size_t		written;
		bool		has_letters = false;

		for (size_t k = 0; k < n; k++)
			encoded[k] = digits[test_random(&random) % (sizeof(digits) - 1)];
		written = punycode_decode(slice(encoded, n), out, sizeof(out));
		if (written == 0)
			continue;
		decoded++;
		same &= utf8_find_bad(slice(out, written), 0) == written;
		for (size_t k = 0; k < written; k++)
			has_letters |= (out[k] & 0x80) != 0;
		/* of several codings of a label one is the shortest, which encoding makes */
		written = punycode_encode(slice(out, written), again, sizeof(again));
		if (has_letters && written > 0)
		{
			char		twice[PUNYCODE_LABEL * 4];
			size_t		back = punycode_decode(slice(again, written), twice, sizeof(twice));

			same &= back > 0 && punycode_encode(slice(twice, back), encoded, sizeof(encoded)) == written;
		}
	}
	ok(decoded > 1000, "some of what is random means something");
	ok(same, "  and what it means can be encoded again");
}

int
main(void)
{
	test_samples();
	test_none();
	test_round_trip();
	return finish();
}
