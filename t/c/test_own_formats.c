/*
 * test_own_formats.c
 *	  Formats that users taught: what each group of the expression gives, what
 *	  it may not, and where a text ends.
 */
#include <stddef.h>

#include "report/own_formats.h"
#include "tap.h"

static Arena arena;
static TestOwner owner;
static OwnFormats formats;
static BounceResult rows;
static Slice bytes;

static void
forget(void)
{
	own_formats_free(&formats);
	arena_reset(&arena);
	free((char *) bytes.p);
}

static void
begin(void)
{
	test_arena(&arena, &owner);
	own_formats_init(&formats, &arena);
	bytes = SLICE_NONE;
}

static void
add(OwnFormatText text)
{
	text.id = text.id ? text.id : 1;
	text.name = SLICE_LIT("Mine");
	if (text.header.p == NULL && text.text.p == NULL)
		text.header = SLICE_LIT("X-Mine");
	if (text.valid_until == 0)
		text.valid_until = INT64_MAX;
	own_formats_add(&formats, &text);
}

static void
read_text(const char *text)
{
	static char mail[65536];
	BounceOptions options = {.all_kinds = true, .formats = &formats, .now = 1000};
	BounceExplanation explanation;

	snprintf(mail, sizeof(mail), "From: gate@mx.example.com\nTo: sender@example.org\nX-Mine: yes\nSubject: hello\n\n%s", text);
	free((char *) bytes.p);
	bytes = exact_copy(slice(mail, strlen(mail)));
	rows = bounce_read_message_with(&arena, bytes, &options);
	explanation = bounce_explain_message_with(&arena, bytes, &options);
	ok(rows.count == 0 || explanation.count > 0, "explained");
}

static Slice
attribute(size_t offset)
{
	return rows.count > 0 ? *(const Slice *) ((const char *) &rows.rows[0] + offset) : SLICE_NONE;
}

#define has(attribute_, value) is(attribute(offsetof(BounceRow, attribute_)), value, #attribute_)

static void
test_groups(void)
{
	begin();
	add((OwnFormatText) {.recipient = SLICE_LIT("who=(?<recipient>\\S+) was=(?<alias>\\S+) at=(?<rhost>\\S+) code=(?<status>\\S*) why=\"(?<diagnostic>[^\"]*)\"")});
	read_text("who=a@example.net was=b@example.com at=mx.example.net code=5.1.1 why=\"550 5.1.1\r\n\n user\nunknown\"\n");
	has(recipient, SLICE_LIT("a@example.net"));
	has(alias, SLICE_LIT("b@example.com"));
	has(rhost, SLICE_LIT("mx.example.net"));
	has(delivery_status, SLICE_LIT("5.1.1"));
	has(diagnostic_code, SLICE_LIT("550 5.1.1 user unknown"));
	read_text("who=a@example.net was=a@example.net at=-no- code=5.7.26 why=\"\nno\"\n");
	has(alias, SLICE_NONE);
	has(rhost, SLICE_NONE);
	has(delivery_status, SLICE_LIT("5.7.26"));
	for (const char *const *code = (const char *const[]) {"", "5.1", "5.1.x", ".5.1.1", "5..1.1", "5.1.1.", "3.1.1", "5.1.1000000", "1.1.1", NULL}; *code; code++)
	{
		char		text[256];

		snprintf(text, sizeof(text), "who=a@example.net was=c@example.net at=x code=%s why=\"no\"\n", *code);
		read_text(text);
		is(attribute(offsetof(BounceRow, delivery_status)), SLICE_NONE, *code);
	}
	read_text("who=a@example.net was=c@example.net at=x code=2.0.0 why=\"\"\n");
	has(delivery_status, SLICE_LIT("2.0.0"));
	read_text("who=a@example.net was=c@example.net at=x code=4.2.2 why=\"\"\n");
	has(delivery_status, SLICE_LIT("4.2.2"));
	read_text("who=nobody was=c@example.net at=x code=4.2.2 why=\"\"\n");
	ok(rows.count == 0, "what is no address is no recipient");
	read_text("who=a@[192.0.2 was=c@example.net at=x code=4.2.2 why=\"\"\n");
	ok(rows.count == 0, "nor is what has no domain");
	forget();

	begin();
	add((OwnFormatText) {.recipient = SLICE_LIT("no groups here")});
	read_text("no groups here\n");
	ok(rows.count == 0, "an expression without groups names nobody");
	forget();
}

/* Words up to the next match are the diagnostic, and a match may be empty. */
static void
test_texts(void)
{
	begin();
	add((OwnFormatText) {.recipient = SLICE_LIT("(?=(\\S+@example\\.net))"), .end_marker = SLICE_LIT("-- END --")});
	read_text("\xc3\xa9@example.net: user unknown\n-- End --\nb@example.net: mailbox full\n");
	ok(rows.count >= 1 && slice_equal(rows.rows[0].recipient, SLICE_LIT("\xc3\xa9@example.net")), "an empty match, in front of what it names");
	forget();

	begin();
	add((OwnFormatText) {.recipient = SLICE_LIT("to (\\S+@\\S+)"), .end_marker = SLICE_LIT("-- end --")});
	read_text("to a@example.net: user unknown\nto b@example.net: mailbox full\n");
	ok(rows.count == 2 && strcmp(rows.rows[0].reason, "userunknown") == 0 && strcmp(rows.rows[1].reason, "mailboxfull") == 0, "each has his words, where no end is marked");
	read_text("to a@example.net: \xff user unknown\n-- end --\nto b@example.net: mailbox full\n");
	ok(rows.count == 1, "what stands behind the end mark is not read, in no valid text either");
	read_text("");
	ok(rows.count == 0, "nothing");
	forget();

	begin();
	add((OwnFormatText) {.recipient = SLICE_LIT("to (\\S+@\\S+)\\K(?<=x)"), .text = SLICE_LIT("hello")});
	read_text("hello\nto a@example.netx: user unknown\n");
	ok(rows.count == 1, "\\K within the match");
	forget();
}

/* When it holds, and what is broken */
static void
test_signatures(void)
{
	static const OwnFormatText broken[] = {
		{.regex = true, .header_value = SLICE_LIT("("), .recipient = SLICE_LIT("(\\S+@\\S+)")},
		{.regex = true, .text = SLICE_LIT("("), .recipient = SLICE_LIT("(\\S+@\\S+)")},
		{.recipient = SLICE_LIT("(")},
		{.recipient = SLICE_LIT("(\\S+@\\S+)"), .end_marker = SLICE_LIT("")},
		{.id = -5, .recipient = SLICE_LIT("(\\S+@\\S+)"), .valid_from = 2000},
		{.id = (int64_t) INT32_MAX + 1, .recipient = SLICE_LIT("(\\S+@\\S+)"), .valid_until = 1000},
	};

	begin();
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		add(broken[i]);
	read_text("a@example.net: user unknown\n");
	ok(rows.count == 0, "what is broken, or not in force, reads nothing");
	add((OwnFormatText) {.id = 7, .header = SLICE_LIT("X-Mine"), .header_value = SLICE_LIT("no"), .recipient = SLICE_LIT("(\\S+@\\S+)")});
	read_text("a@example.net: user unknown\n");
	ok(rows.count == 0, "nor what is signed otherwise");
	add((OwnFormatText) {.id = (int64_t) INT32_MAX + 2, .regex = true, .text = SLICE_LIT("user\\s+unknown"), .recipient = SLICE_LIT("(\\S+@\\S+):"), .delay = true});
	read_text("a@example.net: user unknown\n");
	ok(rows.count == 1 && rows.rows[0].kind == KIND_DELAY && strcmp(rows.rows[0].decoded_by, "Mine") == 0, "by words of the text");
	read_text("user unknown, and nobody is named\n");
	ok(rows.count == 0, "a signature without a recipient");
	forget();
}

int
main(void)
{
	test_groups();
	test_texts();
	test_signatures();
	return finish();
}
