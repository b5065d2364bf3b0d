/*
 * message.c
 *	  Any bytes as a mail: read, judged and explained, with what is promised of
 *	  the result.
 *
 * Promised: no error; texts are valid UTF-8 without NUL; a recipient looks like
 * an address; the same rows every time, in one array or one by one, with LF,
 * CRLF or CR, and however often PCRE2's expressions were used before; a number
 * of steps that does not grow faster than the mail.
 */
#include <stdio.h>

#include "../t/c/promises.h"
#include "steps.h"

/* What a byte may cost, and what any mail may, in basic blocks: measured (README.md), with room. */
#define STEPS_OF_MAIL	600000
#define STEPS_OF_BYTE	300

static void
fail(const char *promise, const char *detail)
{
	fprintf(stderr, "broken promise: %s%s%s\n", promise, detail ? ": " : "", detail ? detail : "");
	abort();
}

/* RFC 5321 4.1.2, loosely: what a program that joins can take for one. */
static void
check_recipient(Slice recipient)
{
	if (recipient.n == 0)
		return;
	if (recipient.n > 1024)
		fail("recipient", "too long");
	if (recipient.p[0] == '<' || recipient.p[recipient.n - 1] == '>')
		fail("recipient", "angle brackets");
	for (size_t i = 0; i < recipient.n; i++)
	{
		unsigned char c = (unsigned char) recipient.p[i];

		if (c < 0x20 || c == 0x7f)
			fail("recipient", "control character");
		if (c >= 'A' && c <= 'Z')
			fail("recipient", "capitals");
	}
}

/*
 * Are there bytes that are not of the charset?  How many of them make one
 * replacement character is iconv's business, and may hang on a CR among them.
 */
static bool
is_garbled(const BounceRow *row)
{
	static const Slice replacement = SLICE_LIT("\xEF\xBF\xBD");

	return slice_find_nocase(row->diagnostic_code, replacement, 0) != SLICE_NPOS ||
		slice_find_nocase(row->subject, replacement, 0) != SLICE_NPOS;
}

typedef struct Compared
{
	const BounceResult *whole;
	size_t		count;
	const char *how;
} Compared;

static void
compare(void *context, const BounceRow *row)
{
	Compared   *compared = context;

	if (compared->count >= compared->whole->count ||
		!(is_garbled(row) || same_row(row, &compared->whole->rows[compared->count])))
		fail("the same rows", compared->how);
	compared->count++;
}

static void
check_same(Arena *arena, const BounceResult *whole, Buffer other, const char *how)
{
	Compared	compared = {whole, 0, how};

	bounce_read_each(arena, slice(other.p, other.n), true, compare, &compared);
	if (compared.count != whole->count)
		fail("the same rows", how);
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const line_ends[] = {"\r\n", "\r"};
	Buffer		given = {malloc(size ? size : 1), size};
	Buffer		plain;
	Arena		arena;
	BounceResult result;
	BounceExplanation explanation;

	/* of exactly its size, so that one byte too far is seen */
	memcpy(given.p, data, size);
	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);

	steps = 0;
	result = bounce_read_message(&arena, slice(given.p, given.n), true);
	if (steps > STEPS_OF_MAIL + STEPS_OF_BYTE * (uint64_t) size)
		fail("linear time", NULL);
	for (size_t i = 0; i < result.count; i++)
	{
		const char *fault = find_fault(&result.rows[i], true);

		if (fault)
			fail("valid attributes", fault);
		check_recipient(result.rows[i].recipient);
	}
	check_same(&arena, &result, given, "row by row");

	explanation = bounce_explain_message(&arena, slice(given.p, given.n));
	for (size_t i = 0; i < explanation.count; i++)
	{
		const ExplainStep *step = &explanation.steps[i];

		if (!is_text(step->recipient) || !is_text(step->value) || !is_text(step->rule) ||
			!is_text(step->evidence) || !is_text(step->why))
			fail("valid texts in bounce_explain()", NULL);
		if (step->start > size || step->length > size - step->start)
			fail("evidence lies in the message", NULL);
	}
	arena_reset(&arena);

	plain = rewrite(given, "\n", "");
	result = bounce_read_message(&arena, slice(plain.p, plain.n), true);
	for (size_t k = 0; k < sizeof(line_ends) / sizeof(line_ends[0]); k++)
	{
		Buffer		other = rewrite(given, line_ends[k], "");

		check_same(&arena, &result, other, k == 0 ? "with CRLF" : "with CR");
		free(other.p);
	}
	arena_reset(&arena);
	free(plain.p);
	free(given.p);
	return 0;
}
