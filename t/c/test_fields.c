/*
 * test_fields.c
 *	  Fields by their name: which message's, in what order, and how they are
 *	  asked for.
 */
#include "report/fields.h"
#include "mails.h"

typedef struct Taken
{
	char		text[1024];
	int			left;			/* how many more are wanted */
} Taken;

/* Notes "R:value" for the returned message, "M:value" for the mail. */
static bool
take(void *context, FieldOrigin origin, Slice value)
{
	Taken	   *taken = context;
	size_t		n = strlen(taken->text);

	snprintf(taken->text + n, sizeof(taken->text) - n, "%s%c:%.*s", n > 0 ? " " : "", origin == FIELD_RETURNED ? 'R' : 'M', (int) value.n, value.n > 0 ? value.p : "");
	return --taken->left > 0;
}

static void
fields_are(const char *name, bool json, const char *document, const char *field, int wanted, const char *expected)
{
	Slice		bytes = exact_copy(slice(document, strlen(document)));
	Arena		arena;
	TestOwner	owner;
	Taken		taken = {.left = wanted};

	test_arena(&arena, &owner);
	if (json)
		fields_each_json(&arena, bytes, slice(field, strlen(field)), take, &taken);
	else
		fields_each(&arena, bytes, slice(field, strlen(field)), take, &taken);
	is(slice(taken.text, strlen(taken.text)), slice(expected, strlen(expected)), name);
	arena_reset(&arena);
	free((char *) bytes.p);
}

#define REPORT_X DAEMON "X-Campaign: outer\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
#define FIELD_STATUS STATUS "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n"
#define RETURNED_X "--b\nContent-Type: message/rfc822\n\nFrom: sender@example.org\nX-Campaign: =?utf-8?Q?spr=C3=ADng?=\nX-Campaign: two\n\nhello\n"

static void
test_mails(void)
{
	static const char mail[] = REPORT_X FIELD_STATUS RETURNED_X END;
	static const char wrapped[] = DAEMON "X-Campaign: gateway\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" REPORT_X FIELD_STATUS RETURNED_X END;

	fields_are("those of the returned message come first", false, mail, "X-Campaign", 9, "R:spr\xc3\xadng R:two M:outer");
	fields_are("with a colon, blanks and other capitals", false, mail, " x-campaign : ", 9, "R:spr\xc3\xadng R:two M:outer");
	fields_are("no more than are wanted", false, mail, "X-Campaign", 1, "R:spr\xc3\xadng");
	fields_are("  of the mail itself", false, mail, "X-Campaign", 3, "R:spr\xc3\xadng R:two M:outer");
	fields_are("a colon is no name", false, mail, " : ", 9, "");
	fields_are("nor is nothing", false, mail, "", 9, "");
	fields_are("what carried the report comes last", false, wrapped, "X-Campaign", 9, "R:spr\xc3\xadng R:two M:outer M:gateway");
	fields_are("  if it is wanted", false, wrapped, "X-Campaign", 3, "R:spr\xc3\xadng R:two M:outer");
	fields_are("a mailbox, up to what is wanted", false, "From a Mon Nov 23 10:00:00 2026\nX-Campaign: 1\n\nx\n\nFrom a Mon Nov 23 10:00:00 2026\nX-Campaign: 2\n\nx\n\n"
			   "From a Mon Nov 23 10:00:00 2026\nX-Campaign: 3\n\nx\n", "X-Campaign", 2, "M:1 M:2");
	fields_are("nothing", false, "", "X-Campaign", 9, "");
	fields_are("a report whose text quotes the header that no part holds", false, REPORT WORDS "<a@example.net>: 550 5.1.1 unknown\n\n--- Below this line is a copy of the message.\n\n"
			   "Return-Path: <sender@example.org>\nX-Campaign: quoted\nFrom: sender@example.org\n\nhello\n" FIELD_STATUS END, "X-Campaign", 9, "R:quoted");
}

#define EVENT(campaign) "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"a@example.net\"}]}," \
	"\"mail\":{\"messageId\":\"1\",\"headers\":[{\"name\":\"From\",\"value\":\"sender@example.org\"},{\"name\":\"X-Campaign\",\"value\":\"" campaign "\"}]}}"

static void
test_events(void)
{
	fields_are("an event", true, EVENT("one"), "X-Campaign", 9, "R:one");
	fields_are("several, up to what is wanted", true, "[" EVENT("one") "," EVENT("two") "," EVENT("three") "]", "X-Campaign", 2, "R:one R:two");
	fields_are("what is no event", true, "[{\"a\":1},17," EVENT("one") "]", "X-Campaign", 9, "R:one");
	fields_are("no name", true, EVENT("one"), ":", 9, "");
}

int
main(void)
{
	test_mails();
	test_events();
	return finish();
}
