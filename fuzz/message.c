/*
 * message.c
 *	  Any bytes as a mail: read, judged and explained.
 *
 * Promised: texts are valid UTF-8 without NUL; a recipient looks like an
 * address; the same rows in one array and one by one, and with LF, CRLF or CR;
 * a number of steps that grows no faster than the mail.
 */
#include "fuzz.h"

/* Basic blocks that any mail may take, and a byte: the samples take 115 a byte at most, with room. */
#define STEPS_OF_MAIL	600000
#define STEPS_OF_BYTE	300

/*
 * May line ends make a difference?  Among bytes that are not of the charset a CR
 * counts, as iconv goes; and where a diagnostic is cut, so does each byte before.
 */
static bool
is_incomparable(const BounceRow *row)
{
	static const Slice replacement = SLICE_LIT("\xEF\xBF\xBD");

	return row->diagnostic_code.n > 2000 ||
		slice_find_nocase(row->diagnostic_code, replacement, 0) != SLICE_NPOS ||
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
		!(is_incomparable(row) || same_row(row, &compared->whole->rows[compared->count])))
		broken("the same rows", compared->how);
	compared->count++;
}

static void
check_same(Arena *arena, const BounceResult *whole, Buffer other, const char *how)
{
	Compared	compared = {whole, 0, how};

	bounce_read_each(arena, slice(other.p, other.n), true, compare, &compared);
	if (compared.count != whole->count)
		broken("as many rows", how);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const line_ends[] = {"\r\n", "\r"};
	Buffer		given = exact_copy(data, size);
	Buffer		plain;
	Arena		arena;
	BounceResult result;
	BounceExplanation explanation;

	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	steps = 0;
	result = bounce_read_message(&arena, slice(given.p, given.n), true);
	check_steps(STEPS_OF_MAIL, STEPS_OF_BYTE, size);
	for (size_t i = 0; i < result.count; i++)
	{
		check_row(&result.rows[i]);
		check_recipient(result.rows[i].recipient);
	}
	check_same(&arena, &result, given, "row by row");
	explanation = bounce_explain_message(&arena, slice(given.p, given.n));
	check_explanation(&explanation, size);
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
