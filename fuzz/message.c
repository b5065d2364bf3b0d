/*
 * message.c
 *	  Any bytes as a mail: read, judged and explained.
 *
 * Promised: texts are valid UTF-8 without NUL; a recipient looks like an
 * address; the same rows in one array and one by one, with LF, CRLF or CR, and
 * however the header is folded; a number of steps that grows no faster than the
 * mail; and of a mail that was cut off no recipient that the whole does not
 * name, unless bounce_explain() says so.
 */
#include "fold.h"
#include "mail/mbox.h"
#include "mail/mime.h"
#include "report/fields.h"

/* Basic blocks that any mail may take, and a byte: the samples take 115 a byte at most, with room. */
#define STEPS_OF_MAIL	600000
#define STEPS_OF_BYTE	300

/*
 * Is it the same verdict on the same recipient?  The words may differ: among
 * bytes that are not of the charset a CR counts, as iconv goes.
 */
static bool
same_verdict(const BounceRow *a, const BounceRow *b)
{
	return a->kind == b->kind && slice_equal(a->recipient, b->recipient) && same_word(a->reason, b->reason) &&
		a->hard_bounce == b->hard_bounce && strcmp(a->token, b->token) == 0;
}

static void
print_row(const BounceRow *row)
{
	fprintf(stderr, "kind %d, recipient %.*s, reason %s, hard_bounce %d, reply %d, diagnostic (%zu bytes) %.*s\n", row->kind,
			(int) row->recipient.n, row->recipient.p ? row->recipient.p : "", row->reason ? row->reason : "-", row->hard_bounce, row->reply_code,
			row->diagnostic_code.n, (int) row->diagnostic_code.n, row->diagnostic_code.p ? row->diagnostic_code.p : "");
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

	if (compared->count >= compared->whole->count)
		broken("as many rows", compared->how);
	if (!compared->same(row, &compared->whole->rows[compared->count]))
	{
		print_row(&compared->whole->rows[compared->count]);
		print_row(row);
		broken("the same rows", compared->how);
	}
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

/* The same with the header's fields folded otherwise. */
static void
check_folds(Arena *arena, const BounceResult *whole, Buffer plain)
{
	Buffer		header = {plain.p, 0};

	while (header.n < plain.n && !(plain.p[header.n] == '\n' && (header.n + 1 == plain.n || plain.p[header.n + 1] == '\n')))
		header.n++;
	if (!may_fold(header))
		return;
	for (int k = 0; k < 2; k++)
	{
		Buffer		written = k == 0 ? unfold_fields(header) : fold_fields(header);
		Buffer		other = {malloc(written.n + plain.n + 1), written.n};

		memcpy(other.p, written.p, written.n);
		memcpy(other.p + other.n, plain.p + header.n, plain.n - header.n);
		other.n += plain.n - header.n;
		check_same(arena, whole, other, same_verdict, k == 0 ? "unfolded" : "folded");
		free(other.p);
		free(written.p);
	}
}

static bool
names(const BounceResult *result, Slice recipient)
{
	for (size_t i = 0; i < result->count; i++)
	{
		if (slice_equal(result->rows[i].recipient, recipient))
			return true;
	}
	return false;
}

static bool
says_truncated(const BounceExplanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++)
	{
		if (strcmp(explanation->steps[i].decision, "truncated") == 0)
			return true;
	}
	return false;
}

/*
 * The first n bytes name nobody whom the whole does not name, or are said to be
 * cut off.  Of text without a multipart around it that ends with a line nobody
 * can tell.
 */
static void
check_prefix(Arena *arena, const BounceResult *whole, Buffer given, size_t n)
{
	Buffer		cut = copy_input((const uint8_t *) given.p, n);
	Slice		mail = slice(cut.p, cut.n);
	BounceResult result = bounce_read_message(arena, mail, true);
	BounceExplanation explanation = bounce_explain_message(arena, mail);
	Message		message;
	Slice		last = mail;
	size_t		offset = 0;

	while (mbox_next(arena, mail, &offset, &last))
		;
	mime_scan(arena, last, &message);
	if (message.parts[0].type == PART_MULTIPART && message.line_end == '\n')
	{
		for (size_t i = 0; i < result.count; i++)
		{
			if (result.rows[i].recipient.n > 0 && !names(whole, result.rows[i].recipient) && !says_truncated(&explanation))
				broken("a prefix names nobody else", "or is said to be truncated");
		}
	}
	/* a line that did not end is seen, in whatever it stands; behind a multipart nothing is */
	if (n > 0 && message.parts[0].type != PART_MULTIPART && cut.p[n - 1] != '\n' && cut.p[n - 1] != '\r' && !says_truncated(&explanation))
		broken("a prefix is said to be truncated", "in a line");
	free(cut.p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const line_ends[] = {"\r\n", "\r"};
	Buffer		given = copy_input(data, size);
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
	for (size_t k = 1; k < 4 && size > 0; k++)
		check_prefix(&arena, &result, given, (size * k / 4 + (unsigned char) given.p[size / k - 1] * k) % size);
	arena_reset(&arena);

	plain = rewrite(given, "\n", "");
	result = bounce_read_message(&arena, slice(plain.p, plain.n), true);
	for (size_t k = 0; k < sizeof(line_ends) / sizeof(line_ends[0]); k++)
	{
		Buffer		other = rewrite(given, line_ends[k], "");

		check_same(&arena, &result, other, same_verdict, k == 0 ? "with CRLF" : "with CR");
		free(other.p);
	}
	check_folds(&arena, &result, plain);
	arena_reset(&arena);
	free(plain.p);
	free(given.p);
	return 0;
}
