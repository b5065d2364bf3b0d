/*
 * test_interrupt.c
 *	  How much work there is between two calls of the interrupt hook: no more in
 *	  a large mail than in a small one, so that a query can be cancelled in the
 *	  middle of either.
 *
 * Work is counted in basic blocks that ran, not in time: the library is built
 * for this test with -fsanitize-coverage=trace-pc.  A loop over the message
 * that does not call the hook shows as a stretch that grows with the message.
 * What the C library and PCRE2 do is not counted; t/cancel.t measures that.
 *
 * INTERRUPT_SCALE makes the mails so many times as large.
 */
#include "bounce.h"
#include "mail/address_key.h"
#include "mail/limits.h"
#include "match/fingerprint.h"
#include "redact/names.h"
#include "redact/redact.h"
#include "report/fields.h"
#include "report/verp.h"
#include "shapes.h"
#include "tap.h"

/* Bytes of the smaller mail; the other one is twice as large. */
#define BYTES 500000

/*
 * Blocks that a stretch may grow by for each byte more: searches that look at
 * sixteen bytes at once take an eighth.  50 MB of it are a few milliseconds.
 * To explain each of so many recipients is bounded as a whole (LIMIT_RECIPIENTS).
 */
#define MOST_PER_BYTE 0.4
#define MOST_EXPLAINED_PER_BYTE 4

/* Blocks of a stretch, at any size: all that the bounds of limits.h let be done in one go. */
#define MOST 40000000

static uint64_t blocks;
static uint64_t at_last_call;
static uint64_t longest;

void		__sanitizer_cov_trace_pc(void);

void
__sanitizer_cov_trace_pc(void)
{
	blocks++;
}

static void
call(void *owner)
{
	(void) owner;
	if (blocks - at_last_call > longest)
		longest = blocks - at_last_call;
	at_last_call = blocks;
}

static void *
allocate(void *owner, size_t size)
{
	(void) owner;
	return malloc(size);
}

static void
release(void *owner, void *block)
{
	(void) owner;
	free(block);
}

/* The server looks for interrupts with each row, too. */
static void
take_row(void *context, const BounceRow *row)
{
	(void) row;
	call(context);
}

static bool
take_field(void *context, FieldOrigin origin, Slice value)
{
	(void) origin;
	(void) value;
	call(context);
	return true;
}

static void
parse(Arena *arena, Slice mail)
{
	bounce_read_each_with(arena, mail, &(BounceOptions) {.all_kinds = true, .names_rules = true}, take_row, NULL);
}

static void
explain(Arena *arena, Slice mail)
{
	bounce_explain_message(arena, mail);
}

static void
redact(Arena *arena, Slice mail)
{
	redact_mail(arena, mail, SLICE_LIT("key"));
}

static void
find_fields(Arena *arena, Slice mail)
{
	fields_each(arena, mail, SLICE_LIT("Subject"), take_field, NULL);
}

static void
parse_json(Arena *arena, Slice document)
{
	bounce_read_json_each(arena, document, &(BounceOptions) {.all_kinds = true}, take_row, NULL);
}

static void
explain_json(Arena *arena, Slice document)
{
	bounce_explain_json_with(arena, document, &(BounceOptions) {.all_kinds = true});
}

static void
find_json_fields(Arena *arena, Slice document)
{
	fields_each_json(arena, document, SLICE_LIT("Subject"), take_field, NULL);
}

static void
find_named_fields(Arena *arena, Slice name)
{
	fields_each(arena, SLICE_LIT("From: a@b.example\nSubject: c\n\nhello\n"), name, take_field, NULL);
}

static void
parse_reply(Arena *arena, Slice reply)
{
	BounceRow	row;

	bounce_read_reply(arena, reply, reply, reply, &row);
}

static void
explain_reply(Arena *arena, Slice reply)
{
	bounce_explain_reply(arena, reply, reply, reply);
}

static void
make_keys(Arena *arena, Slice text)
{
	KeyForm		form = {.gmail = true, .subaddress = true};

	address_key(arena, text, &form);
	domain_key(arena, text, &form);
	domain_display(arena, text, &form);
}

static void
decode_address(Arena *arena, Slice text)
{
	VerpDelimiters own = {SLICE_LIT("+"), SLICE_LIT("=")};
	HiddenAddress hidden;

	verp_peel_written(arena, text, &own, &hidden);
	verp_peel_written(arena, text, NULL, &hidden);
}

static void
make_pseudonym(Arena *arena, Slice text)
{
	names_pseudonym(arena, decode_valid_start(arena, text, LIMIT_FIELD_BYTES), SLICE_LIT("key"));
}

static void
make_pseudonym_by(Arena *arena, Slice key)
{
	names_pseudonym(arena, SLICE_LIT("a@b.example"), key);
}

static void
make_fingerprint(Arena *arena, Slice text)
{
	fingerprint_of(arena, decode_valid_start(arena, text, FINGERPRINT_INPUT + 4));
}

typedef struct Reader
{
	const char *name;
	void		(*read) (Arena *arena, Slice text);
} Reader;

static const Reader mail_readers[] = {
	{"parse", parse}, {"explain", explain}, {"redact", redact}, {"fields", find_fields},
};

static const Reader text_readers[] = {
	{"parse", parse}, {"redact", redact}, {"JSON", parse_json}, {"explain JSON", explain_json}, {"fields of JSON", find_json_fields},
	{"a field's name", find_named_fields}, {"reply", parse_reply}, {"explain a reply", explain_reply}, {"keys", make_keys},
	{"decode an address", decode_address}, {"pseudonym", make_pseudonym}, {"a pseudonym's key", make_pseudonym_by},
	{"fingerprint", make_fingerprint},
};

/* The longest stretch of that reader without a call of the hook. */
static uint64_t
stretch_of(const Reader *reader, Slice text)
{
	Arena		arena;

	arena_init(&arena, allocate, release, NULL, call);
	at_last_call = blocks;
	longest = 0;
	reader->read(&arena, text);
	call(NULL);
	arena_reset(&arena);
	return longest;
}

/* Is the stretch bounded, for one text and another that is 'more' bytes longer? */
static bool
is_bounded(const Reader *reader, Slice one, Slice two)
{
	double		most = reader->read == explain ? MOST_EXPLAINED_PER_BYTE : MOST_PER_BYTE;
	uint64_t	first = stretch_of(reader, one);
	uint64_t	second = stretch_of(reader, two);

	if (second <= MOST && (double) second <= (double) first + most * (double) (two.n - one.n))
		return true;
	printf("# %s: %llu blocks in a row of %zu bytes, %llu of %zu\n", reader->name, (unsigned long long) first, one.n,
		   (unsigned long long) second, two.n);
	return false;
}

static void
test_mail(const MailShape *shape, size_t bytes)
{
	Slice		one = make_mail(shape, bytes);
	Slice		two = make_mail(shape, 2 * bytes);
	bool		bounded = true;
	char		name[200];

	for (size_t i = 0; i < sizeof(mail_readers) / sizeof(mail_readers[0]); i++)
		bounded = is_bounded(&mail_readers[i], one, two) && bounded;
	snprintf(name, sizeof(name), "%s: %s", shape->name, shape->what);
	ok(bounded, name);
	free((char *) one.p);
	free((char *) two.p);
}

/* A text of one piece over and over, between a head and a tail. */
static Slice
make_text(const char *head, const char *piece, const char *tail, size_t bytes)
{
	return make_mail(&(MailShape) {"", "", head, piece, tail}, bytes);
}

static void
test_text(const char *head, const char *piece, const char *tail, size_t bytes)
{
	Slice		one = make_text(head, piece, tail, bytes);
	Slice		two = make_text(head, piece, tail, 2 * bytes);
	bool		bounded = true;
	char		name[200];

	for (size_t i = 0; i < sizeof(text_readers) / sizeof(text_readers[0]); i++)
		bounded = is_bounded(&text_readers[i], one, two) && bounded;
	snprintf(name, sizeof(name), "\"%s%s...%s\"", head, piece, tail);
	ok(bounded, name);
	free((char *) one.p);
	free((char *) two.p);
}

int
main(void)
{
	static const char *const pieces[] = {
		"a", "@", ".", "\xc3\xa9", "\xff", " ", "\r", "\r\n", "=", "\"", "\\", "(", "xn--", "a.", "a@b.example ", "+", "=?", "<", ":", "[",
		"[]", ",", "{", "{\"a\":", "\"a\",", "1", "\\u0000", "\\\"", "e\xcc\x81", "From a\n", "From a Mon Mar  2 10:00:00 2026\n",
	};
	const char *scale = getenv("INTERRUPT_SCALE");
	size_t		bytes = (size_t) (BYTES * (scale ? atof(scale) : 1));

	for (size_t i = 0; i < MAIL_SHAPES; i++)
		test_mail(&mail_shapes[i], bytes);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
	{
		test_text("a@", pieces[i], ".example", bytes);
		test_text("Subject: a\n", pieces[i], "\n\na@b.example\n", bytes);
	}
	return finish();
}
