/*
 * test_json.c
 *	  The pull reader for JSON: paths, strings, and what is no JSON.
 *
 * Build: make unit
 */
#include "mail/decode.h"
#include "report/json.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PATH(...) (const char *const[]) {__VA_ARGS__}

/* Is the current value's key path exactly these keys?  Arrays do not count. */
static bool
json_path_is(const JsonReader *reader, const char *const *keys, int count)
{
	int			k = 0;

	if (reader->depth > LIMIT_JSON_NESTING)
		return false;
	for (int i = 0; i < reader->depth; i++)
	{
		Slice		key = reader->keys[i];

		if (reader->in_array[i])
			continue;
		if (k >= count || !json_key_is(key, keys[k]))
			return false;
		k++;
	}
	return k == count;
}

static void
test_paths(void)
{
	static const char text[] = "{\"a\": 1, \"b\": {\"c\": [\"x\", {\"d\": \"y\"}, \"z\"], \"e\": true}, \"f\": null}";
	JsonReader	reader = {.text = slice(text, sizeof(text) - 1)};
	JsonValue	value;

	ok(json_next(&reader, &value) && !value.is_string && json_path_is(&reader, PATH("a"), 1), "a number");
	is(value.raw, SLICE_LIT("1"), "  and its token");
	ok(json_next(&reader, &value) && value.is_string && json_path_is(&reader, PATH("b", "c"), 2), "an array does not count");
	is(value.raw, SLICE_LIT("x"), "  its first element");
	ok(json_next(&reader, &value) && json_path_is(&reader, PATH("b", "c", "d"), 3), "an object in an array");
	ok(!json_path_is(&reader, PATH("b", "c"), 2), "  is not the array");
	ok(!json_path_is(&reader, PATH("b", "c", "d", "e"), 4), "  nor deeper");
	ok(json_next(&reader, &value) && json_path_is(&reader, PATH("b", "c"), 2), "back in the array");
	ok(reader.element[2] == 2, "  it is the third element");
	ok(json_next(&reader, &value) && !value.is_string && json_path_is(&reader, PATH("b", "e"), 2), "true");
	ok(json_next(&reader, &value) && json_path_is(&reader, PATH("f"), 1), "null");
	ok(!json_next(&reader, &value), "the end");
	ok(json_key_is(SLICE_LIT("ab\r\nc"), "ABC") && !json_key_is(SLICE_LIT("ab"), "abc") && !json_key_is(SLICE_LIT("abc"), "ab"), "a key that a mailer wrapped");
}

static void
test_strings(void)
{
	static const struct
	{
		const char *name;
		Slice		raw;
		Slice		text;
	}			cases[] = {
		{"plain", SLICE_LIT("abc"), SLICE_LIT("abc")},
		{"escapes", SLICE_LIT("a\\\"b\\\\c\\/d\\n\\t"), SLICE_LIT("a\"b\\c/d\n\t")},
		{"a character", SLICE_LIT("\\u00e9"), SLICE_LIT("\xc3\xa9")},
		{"a pair of surrogates", SLICE_LIT("\\ud83d\\ude00"), SLICE_LIT("\xf0\x9f\x98\x80")},
		{"half a pair", SLICE_LIT("\\ud83dx"), SLICE_LIT("\xef\xbf\xbdx")},
		{"half a pair, then another character", SLICE_LIT("\\ud83d\\u0041"), SLICE_LIT("\xef\xbf\xbd" "A")},
		{"a NUL", SLICE_LIT("\\u0000"), SLICE_LIT("\xef\xbf\xbd")},
		{"cut off", SLICE_LIT("a\\u00"), SLICE_LIT("a00")},
		{"a backslash at the end", SLICE_LIT("a\\"), SLICE_LIT("a\\")},
		{"digits that are none", SLICE_LIT("\\u00g0\\u00G0\\u00/0"), SLICE_LIT("00g000G000/0")},
		{"half a pair, then what is no character", SLICE_LIT("\\ud83d\\n1234|\\ud83d12345\\|\\ud83d\\uzzzz"), SLICE_LIT("\xef\xbf\xbd\n1234|\xef\xbf\xbd" "12345|\xef\xbf\xbdzzzz")},
		{"half a pair, then the first half of another", SLICE_LIT("\\ud83d\\ud83d\\ude00"), SLICE_LIT("\xef\xbf\xbd\xf0\x9f\x98\x80")},
		{"half a pair, then what is beyond", SLICE_LIT("\\ud83d\\ue000"), SLICE_LIT("\xef\xbf\xbd\xee\x80\x80")},
		{"a second half alone", SLICE_LIT("\\ude00x"), SLICE_LIT("\xef\xbf\xbdx")},
		{"wrapped without a fold", SLICE_LIT("ab\ncd\r ef\n"), SLICE_LIT("abcd ef")},
		{"wrapped by a mailer", SLICE_LIT("ab\r\n cd"), SLICE_LIT("abcd")},
		{"invalid bytes", SLICE_LIT("\xff"), SLICE_LIT("\xef\xbf\xbd")},
		{"nothing", SLICE_LIT(""), SLICE_LIT("")},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		raw = exact_copy(cases[i].raw);

		is(json_string(&arena, raw), cases[i].text, cases[i].name);
		free((char *) raw.p);
	}
	arena_reset(&arena);
}

/* How many values does that have?  Each byte too far is seen by AddressSanitizer. */
static int
values_of(Slice text)
{
	Slice		copy = exact_copy(text);
	JsonReader	reader = {.text = copy};
	JsonValue	value;
	int			count = 0;

	while (json_next(&reader, &value) && count < 1000000)
		count++;
	free((char *) copy.p);
	return count;
}

static unsigned interrupts;

static void
count_interrupt(void *owner)
{
	(void) owner;
	interrupts++;
}

/* A megabyte of brackets with nothing in them. */
static void
test_interrupts(void)
{
	size_t		n = 1 << 20;
	char	   *text = malloc(n);
	JsonReader	reader = {.text = slice(text, n)};
	JsonValue	value;
	Arena		arena;

	arena_init(&arena, test_alloc, test_release, NULL, count_interrupt);
	for (size_t i = 0; i < n; i++)
		text[i] = "[],"[i % 3];
	text[1] = '[';
	reader.arena = &arena;
	ok(!json_next(&reader, &value) && interrupts >= 16, "can be interrupted where there are no values");
	free(text);
}

static void
test_hazards(void)
{
	static const char pieces[] = "{}[]\",:\\u0a1- \n";
	size_t		n = 300000;
	char	   *deep = malloc(n);
	uint32_t	seed = 2463534242u;
	int			longest = 0;

	ok(values_of(SLICE_LIT("")) == 0, "nothing");
	ok(values_of(SLICE_LIT("\"a\"")) == 0, "a string outside of everything");
	ok(values_of(SLICE_LIT("[\"a")) == 1, "a string that does not end");
	ok(values_of(SLICE_LIT("[\"a\\")) == 1, "a backslash at the end");
	ok(values_of(SLICE_LIT("1,true,\"a\":2")) == 0, "numbers outside of everything");
	ok(values_of(SLICE_LIT("[[[[[[[[[[[[[[[[[1,{\"a\":2},\"b\"],3]]")) == 1, "numbers below the deepest level are skipped, too");
	ok(values_of(SLICE_LIT("]]]")) == 0, "more closed than opened");
	ok(values_of(SLICE_LIT("{\"a\":\"b\"} \"c\"")) == 1, "what follows is no JSON any more");
	for (size_t i = 0; i < n; i++)
		deep[i] = i % 4 == 0 ? '[' : i % 4 == 1 ? '"' : i % 4 == 2 ? '"' : ',';
	ok(values_of(slice(deep, n)) == LIMIT_JSON_NESTING, "values below the deepest level are skipped");
	for (int round = 0; round < 5000; round++)
	{
		char		bytes[48];
		size_t		length = test_random(&seed) % sizeof(bytes);
		int			count;

		for (size_t i = 0; i < length; i++)
			bytes[i] = pieces[test_random(&seed) % (sizeof(pieces) - 1)];
		count = values_of(slice(bytes, length));
		longest = count > longest ? count : longest;
	}
	ok(longest <= 48, "pieces in any order end");
	free(deep);
}

int
main(void)
{
	test_paths();
	test_strings();
	test_hazards();
	test_interrupts();
	return finish();
}
