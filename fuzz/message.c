/*
 * message.c
 *	  Any bytes as a mail: read, judged and explained.
 *
 * Promised: texts are valid UTF-8 without NUL; a recipient looks like an
 * address; the same rows in one array and one by one, and with LF, CRLF or CR;
 * a number of steps that grows no faster than the mail.
 */
#include "fuzz.h"
#include "report/fields.h"

/* Basic blocks that any mail may take, and a byte: the samples take 115 a byte at most, with room. */
#define STEPS_OF_MAIL	600000
#define STEPS_OF_BYTE	300

/*
 * Is it the same verdict on the same recipient?  The words may differ: where a
 * text is cut, or how far it is looked at, each byte of a line end counts, and
 * among bytes that are not of the charset so does a CR, as iconv goes.
 */
static bool
same_verdict(const BounceRow *a, const BounceRow *b)
{
	if (a->diagnostic_code.n > 2000)
		return true;			/* it was cut, here or there */
	return a->kind == b->kind && slice_equal(a->recipient, b->recipient) && same_word(a->reason, b->reason) &&
		a->hard_bounce == b->hard_bounce && strcmp(a->token, b->token) == 0;
}

typedef struct Compared
{
	const BounceResult *whole;
	size_t		count;
	bool		(*same) (const BounceRow *a, const BounceRow *b);
	const char *how;
} Compared;

static void
compare(void *context, const BounceRow *row)
{
	Compared   *compared = context;

	if (compared->count >= compared->whole->count ||
		!compared->same(row, &compared->whole->rows[compared->count]))
		broken("the same rows", compared->how);
	compared->count++;
}

static void
check_same(Arena *arena, const BounceResult *whole, Buffer other, bool (*same) (const BounceRow *, const BounceRow *), const char *how)
{
	Compared	compared = {whole, 0, same, how};

	bounce_read_each(arena, slice(other.p, other.n), true, compare, &compared);
	if (compared.count != whole->count)
		broken("as many rows", how);
}

static bool
check_field(void *context, FieldOrigin origin, Slice value)
{
	(void) context;
	(void) origin;
	if (value.p == NULL || !is_text(value))
		broken("valid text", "a field");
	return true;
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
	check_same(&arena, &result, given, same_row, "row by row");
	explanation = bounce_explain_message(&arena, slice(given.p, given.n));
	check_explanation(&explanation, size);
	fields_each(&arena, slice(given.p, given.n), SLICE_LIT("Subject"), check_field, NULL);
	arena_reset(&arena);

	plain = rewrite(given, "\n", "");
	result = bounce_read_message(&arena, slice(plain.p, plain.n), true);
	for (size_t k = 0; k < sizeof(line_ends) / sizeof(line_ends[0]); k++)
	{
		Buffer		other = rewrite(given, line_ends[k], "");

		check_same(&arena, &result, other, same_verdict, k == 0 ? "with CRLF" : "with CR");
		free(other.p);
	}
	arena_reset(&arena);
	free(plain.p);
	free(given.p);
	return 0;
}
