/*
 * test_webhook.c
 *	  Events in JSON: what is found in what, hostile documents, memory that runs
 *	  out, and the samples with each of their values replaced by all others.
 *
 * Build: make unit.  Reads samples/json of the folder that it is run in.
 */
#include <dirent.h>

#include "bounce.h"
#include "mail/limits.h"
#include "report/json_objects.h"
#include "report/webhook_tables.h"
#include "tap.h"

static const BounceOptions all_kinds = {.all_kinds = true};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ------------------------------------------------------------------------
 * Objects in documents
 * ------------------------------------------------------------------------ */

typedef struct Found
{
	char		text[256];
	const char *refuse;			/* objects that begin so are envelopes */
} Found;

static bool
note_object(void *context, Slice object)
{
	Found	   *found = context;
	size_t		n = strlen(found->text);

	if (object.n > strlen(found->refuse) && memcmp(object.p, found->refuse, strlen(found->refuse)) == 0)
		return false;
	snprintf(found->text + n, sizeof(found->text) - n, "%s%.*s", n ? " " : "", (int) object.n, object.p);
	return true;
}

static void
test_objects(void)
{
	static const struct
	{
		const char *name;
		Slice		document;
		const char *found;
	}			cases[] = {
		{"an object", SLICE_LIT(" {\"a\":1} "), "{\"a\":1}"},
		{"a list", SLICE_LIT("[{\"a\":1}, 2, \"x\", null, {\"b\":[{}]}]"), "{\"a\":1} {\"b\":[{}]}"},
		{"a list in a list holds none", SLICE_LIT("[[{\"a\":1}]]"), ""},
		{"brackets in strings", SLICE_LIT("[{\"a\":\"]}\\\"\"},{\"b\":2}]"), "{\"a\":\"]}\\\"\"} {\"b\":2}"},
		{"within an envelope", SLICE_LIT("{\"x\":0,\"y\":{\"detail\":{}},\"detail\":{\"a\":1},\"z\":[1]}"), "{\"a\":1}"},
		{"a string that holds one", SLICE_LIT("{\"x\":0,\"Message\":\"{\\\"a\\\":\\\"\\\\u00e9\\\"}\"}"), "{\"a\":\"\\u00e9\"}"},
		{"a string in a string", SLICE_LIT("{\"x\":0,\"body\":\"{\\\"x\\\":0,\\\"Message\\\":\\\"{\\\\\\\"a\\\\\\\":1}\\\"}\"}"), "{\"a\":1}"},
		{"a whole document as a string", SLICE_LIT("\"[{\\\"a\\\":1}]\""), "{\"a\":1}"},
		{"a string that is no JSON", SLICE_LIT("{\"x\":0,\"Message\":\"You have chosen\"}"), ""},
		{"eight around each other", SLICE_LIT("{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"a\":1}}}}}}}}"), "{\"a\":1}"},
		{"nine", SLICE_LIT("{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"x\":0,\"detail\":{\"a\":1}}}}}}}}}"), ""},
		{"cut off in a key", SLICE_LIT("{\"x\":0,\"det"), ""},
		{"cut off behind a key", SLICE_LIT("{\"x\":0,\"detail\":"), ""},
		{"cut off in an envelope", SLICE_LIT("{\"x\":0,\"detail\":{\"a\":1"), "{\"a\":1"},
		{"cut off in a string", SLICE_LIT("{\"x\":0,\"Message\":\"{"), ""},
		{"cut off in an escape", SLICE_LIT("{\"x\":0,\"Message\":\"{\\"), "{"},
		{"brackets that do not match", SLICE_LIT("[}{]{\"a\":1}"), ""},
		{"a number", SLICE_LIT("17"), ""},
		{"a list that ends behind a comma", SLICE_LIT("[{\"a\":1},"), "{\"a\":1}"},
		{"  and a blank", SLICE_LIT("{\"x\":0,\"detail\":[{\"a\":1}, "), "{\"a\":1}"},
		{"an object that ends behind a comma", SLICE_LIT("{\"x\":0, }"), ""},
		{"  or at it", SLICE_LIT("{\"x\":0,"), ""},
		{"strings of nothing", SLICE_LIT("[\"\",\" \",\"{\",\"[\",\"\\u007b\\u007d\"]"), "{ {}"},
		{"a string of a brace, cut", SLICE_LIT("\"{"), ""},
		{"a quotation mark", SLICE_LIT("\""), ""},
		{"nothing", SLICE_LIT(""), ""},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Arena		arena;
		TestOwner	owner;
		Slice		document = exact_copy(cases[i].document);
		Found		found = {.refuse = "{\"x\""};

		test_arena(&arena, &owner);
		json_objects(&arena, NULL, document, note_object, &found);
		is(slice(found.text, strlen(found.text)), slice(cases[i].found, strlen(cases[i].found)), cases[i].name);
		arena_reset(&arena);
		free((char *) document.p);
	}
}

/* ------------------------------------------------------------------------
 * Single events
 * ------------------------------------------------------------------------ */

/* The rows of a document, as a line of recipients and reasons. */
static void
event_is(const char *document, const char *expected, const char *name)
{
	Arena		arena;
	TestOwner	owner;
	Slice		copy = exact_copy(slice(document, strlen(document)));
	char		text[512] = "";
	BounceResult result;

	test_arena(&arena, &owner);
	result = bounce_read_json(&arena, copy, &all_kinds);
	for (size_t i = 0; i < result.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s %s%s", i ? ", " : "", (int) result.rows[i].recipient.n,
				 result.rows[i].recipient.n ? result.rows[i].recipient.p : "", result.rows[i].reason ? result.rows[i].reason : "-",
				 result.rows[i].hard_bounce == TRUTH_TRUE ? " hard" : "");
	is(slice(text, strlen(text)), slice(expected, strlen(expected)), name);
	arena_reset(&arena);
	ok(owner.blocks == 0, "  all memory is given back");
	free((char *) copy.p);
}

static void
test_events(void)
{
	event_is("{\"type\":\"hard\",\"email\":\"a@b.example\",\"meta\":{\"reason\":\"552 mailbox full\"}}", "a@b.example mailboxfull", "words above the class");
	event_is("{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"diagnosticCode\":\"550 5.1.1 user unknown\"},{\"emailAddress\":\"a@b.example\",\"status\":\"5.2.2\"},{\"status\":\"5.1.1\"}]},\"mail\":{\"messageId\":\"x\"}}",
			 "a@b.example mailboxfull", "elements are kept apart");
	event_is("{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"diagnosticCode\":\"550 5.1.1 user unknown\"}]},\"mail\":{\"messageId\":\"x\"}}",
			 " userunknown hard", "a recipient that is hidden");
	event_is("{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"a@b.example\"},{\"emailAddress\":\"a@b.example\"}],\"bouncedRecipients\":[{\"emailAddress\":\"c@d.example\"}]},\"mail\":{\"messageId\":\"x\"}}",
			 "a@b.example onhold, a@b.example onhold, c@d.example onhold", "a key that stands twice");
	event_is("{\"EVENT\":\"bounce\",\"Email\":\"a@b.example\",\"reason\":\"user unknown\",\"sg_event_id\":\"1\"}", "a@b.example userunknown hard", "keys in capitals");
	event_is("{\"event\":\"bounce\",\"email\":\"a@b.example\",\"code\":605,\"reason\":\"x\"}", "a@b.example undefined", "a code of the service's own is no reply");
	event_is("{\"event\":\"bounce\",\"email\":\"a@b.example\",\"code\":550.0,\"reason\":\"5.1.1 x\"}", "a@b.example userunknown hard", "a code with a fraction");
	event_is("{\"event\":[\"bounce\"],\"email\":[\"a@b.example\"]}", "", "lists where words belong");
	event_is("{\"event\":{\"bounce\":1},\"email\":\"a@b.example\",\"reason\":\"550 5.1.1 user unknown\"}", "a@b.example userunknown hard", "an object in place of the event");
	event_is("{\"email\":\"a@b.example\",\"reason\":\"451 4.7.1 greylisted\"}", "a@b.example ratelimited", "451 with an enhanced code is mail's");
	event_is("{\"email\":\"a@b.example\",\"reason\":\"451 unavailable\"}", "", "451 alone may be HTTP's");
	event_is("{\"email\":\"a@b.example\",\"reason\":\"5501 is no code\"}", "", "nor is a longer number one");
}

/* ------------------------------------------------------------------------
 * Hostile documents
 * ------------------------------------------------------------------------ */

/* Memory that is held at a time: each block knows its size. */
typedef struct Held
{
	size_t		now;
	size_t		most;
} Held;

#define SIZE_BYTES 16			/* so that blocks stay aligned */

static void *
held_alloc(void *owner, size_t size)
{
	Held	   *held = owner;
	char	   *block = malloc(size + SIZE_BYTES);

	if (block == NULL)
		return NULL;
	memcpy(block, &size, sizeof(size));
	held->now += size;
	held->most = held->now > held->most ? held->now : held->most;
	return block + SIZE_BYTES;
}

static void
held_release(void *owner, void *block)
{
	size_t		size;

	memcpy(&size, (char *) block - SIZE_BYTES, sizeof(size));
	((Held *) owner)->now -= size;
	free((char *) block - SIZE_BYTES);
}

static void
count_row(void *context, const BounceRow *row)
{
	(void) row;
	++*(size_t *) context;
}

static void
read_it(Slice document, const char *name, size_t rows)
{
	Arena		arena;
	Held		held = {0};
	size_t		count = 0;

	arena_init(&arena, held_alloc, held_release, &held, NULL);
	bounce_read_json_each(&arena, document, &all_kinds, count_row, &count);
	ok(count == rows, name);
	if (count != rows)
		printf("# %zu rows\n", count);
	/* whatever it holds, and however many events: one is read at a time */
	ok(held.most < 1048576 + 64 * document.n, "  in little memory");
	if (held.most >= 262144 + 64 * document.n)
		printf("# %zu bytes for %zu\n", held.most, document.n);
	arena_reset(&arena);
	ok(held.now == 0, "  which is given back");
}

static void
repeat(const char *head, const char *piece, size_t times, const char *tail, const char *name, size_t rows)
{
	size_t		n = strlen(head) + strlen(piece) * times + strlen(tail);
	char	   *text = malloc(n);
	char	   *at = text;

	memcpy(at, head, strlen(head));
	at += strlen(head);
	for (size_t i = 0; i < times; i++, at += strlen(piece))
		memcpy(at, piece, strlen(piece));
	memcpy(at, tail, strlen(tail));
	read_it(slice(text, n), name, rows);
	free(text);
}

static void
test_hostile(void)
{
	repeat("", "{\"detail\":", 200000, "", "objects in objects", 0);
	repeat("", "[", 1000000, "", "lists in lists", 0);
	repeat("", "]", 1000000, "", "lists that end before they begin", 0);
	repeat("{\"email\":", "{\"email\":", 100000, "\"a@b.example\"", "a path that is deep", 0);
	repeat("{\"email\":\"", "a", 1000000, "@b.example\",\"type\":\"hard\"}", "an address of a megabyte", 0);
	repeat("{\"email\":\"a@b.example\",\"type\":\"hard\",\"reason\":\"", "\\u0001\\", 200000, "\"}", "escapes, broken ones among them", 1);
	repeat("{\"email\":\"a@b.example\",\"type\":\"hard\",\"reason\":\"", "550 user unknown ", 60000, "\"}", "a reason of a megabyte", 1);
	repeat("{\"email\":\"a@b.example\",\"type\":\"hard\",\"", "k", 1000000, "\":1}", "a key of a megabyte", 1);
	repeat("{\"email\":\"a@b.example\",\"type\":\"hard\",\"time\":", "9", 100000, "}", "a number of many digits", 1);
	repeat("{\"email\":\"a@b.example\",\"type\":\"hard\",\"time\":1", "e9", 1000, "}", "a number that is none", 1);
	repeat("[", "{\"email\":\"a@b.example\",\"type\":\"hard\"},", 2000, "0]", "many events", 2000);
	repeat("[", "{},", 200000, "{\"email\":\"a@b.example\",\"type\":\"hard\"}]", "an event behind too many objects", 0);
	repeat("{\"to\":[", "\"a@b.example\",", 2000, "0],\"type\":\"hard\"}", "many recipients", 2000);
	repeat("{\"to\":[", "0,", 400000, "\"a@b.example\"],\"type\":\"hard\"}", "a recipient behind many that are none", 0);
	repeat("{\"type\":\"hard\"", ",\"email\":\"a@b.example\"", 20000, "}", "the same key again and again", 1);
	repeat("\"", "\\\\", 500000, "\"", "backslashes", 0);
}

/* ------------------------------------------------------------------------
 * The samples
 * ------------------------------------------------------------------------ */

static char *
read_file(const char *path, size_t *n)
{
	FILE	   *file = fopen(path, "rb");
	char	   *text = malloc(1 << 20);

	*n = file ? fread(text, 1, 1 << 20, file) : 0;
	if (file)
		fclose(file);
	return text;
}

/* Is what a row says sound? */
static bool
is_sound(const BounceRow *row)
{
	const Slice texts[] = {
		row->recipient, row->delivery_status, row->diagnostic_type, row->diagnostic_code, row->alias, row->addresser, row->sender_domain,
		row->destination, row->rhost, row->lhost, row->message_id, row->subject, row->list_id, row->feedback_type, row->feedback_id,
	};

	for (size_t i = 0; i < LENGTH(texts); i++)
	{
		if (!decode_is_utf8(texts[i]))
			return false;
	}
	return row->kind != KIND_NONE && row->decoded_by != NULL;
}

static size_t
try_document(Slice text, int fail_at)
{
	Arena		arena;
	TestOwner	owner;
	Slice		copy = exact_copy(text);
	BounceResult result;
	BounceExplanation explanation;
	size_t		unsound = 0;

	test_arena(&arena, &owner);
	owner.fail_at = fail_at;
	result = bounce_read_json(&arena, copy, &all_kinds);
	for (size_t i = 0; i < result.count; i++)
		unsound += !arena.failed && !is_sound(&result.rows[i]);
	explanation = bounce_explain_json_with(&arena, copy, &all_kinds);
	unsound += !arena.failed && result.count > 0 && explanation.count == 0;
	arena_reset(&arena);
	free((char *) copy.p);
	return unsound + (owner.blocks != 0);
}

/* Where each value of a document is: behind a colon, a comma or a bracket. */
static size_t
find_values(Slice text, size_t *starts, size_t *ends, size_t max)
{
	size_t		count = 0;

	for (size_t i = 0; i < text.n && count < max; i++)
	{
		size_t		start;
		int			depth = 0;

		if (text.p[i] == '"')
		{
			for (i++; i < text.n && text.p[i] != '"'; i++)
				i += text.p[i] == '\\';
			continue;
		}
		if (text.p[i] != ':' && text.p[i] != '[' && text.p[i] != ',')
			continue;
		for (start = i + 1; start < text.n && ascii_is_space(text.p[start]);)
			start++;
		starts[count] = start;
		for (; start < text.n; start++)
		{
			char		c = text.p[start];

			if (c == '"')
			{
				for (start++; start < text.n && text.p[start] != '"'; start++)
					start += text.p[start] == '\\';
			}
			else if (c == '{' || c == '[')
				depth++;
			else if ((c == '}' || c == ']' || c == ',') && depth == 0)
				break;
			else if (c == '}' || c == ']')
				depth--;
		}
		ends[count++] = start < text.n ? start : text.n;
	}
	return count;
}

static size_t
try_mutations(Slice text, uint32_t *state)
{
	static const Slice values[] = {
		SLICE_LIT("null"), SLICE_LIT("true"), SLICE_LIT("false"), SLICE_LIT("0"), SLICE_LIT("-1e99"), SLICE_LIT("99999999999999999999"),
		SLICE_LIT("\"\""), SLICE_LIT("\"\\u0000\\ud800\""), SLICE_LIT("\"a@b.example\""), SLICE_LIT("\"550 5.1.1 x\""), SLICE_LIT("[]"),
		SLICE_LIT("{}"), SLICE_LIT("[[[]]]"), SLICE_LIT("[null,{},\"x\",1,[\"a@b.example\"]]"), SLICE_LIT("{\"a\":{\"b\":[{\"c\":1}]}}"), SLICE_LIT(""),
	};
	static size_t starts[4096];
	static size_t ends[4096];
	size_t		count = find_values(text, starts, ends, LENGTH(starts));
	char	   *changed = malloc(text.n + 64);
	size_t		wrong = 0;

	for (size_t i = 0; i < count; i++)
	{
		for (size_t k = 0; k < LENGTH(values); k++)
		{
			size_t		n = starts[i];

			memcpy(changed, text.p, n);
			memcpy(changed + n, values[k].p, values[k].n);
			memcpy(changed + n + values[k].n, text.p + ends[i], text.n - ends[i]);
			wrong += try_document(slice(changed, n + values[k].n + text.n - ends[i]), 0);
		}
	}
	/* cut off, and with bytes that are not its own */
	for (int i = 0; i < 40; i++)
	{
		size_t		n = test_random(state) % (text.n + 1);

		wrong += try_document(slice(text.p, n), 0);
		memcpy(changed, text.p, text.n);
		for (int k = 0; k < 4; k++)
			changed[test_random(state) % text.n] = "\"\\{}[]:,\xff"[test_random(state) % 9];
		wrong += try_document(slice(changed, text.n), 0);
	}
	for (int i = 1; i < 12; i++)
		wrong += try_document(text, i);
	free(changed);
	return wrong;
}

static void
test_samples(void)
{
	DIR		   *folder = opendir("samples/json");
	uint32_t	state = 20260302;
	size_t		files = 0;

	for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
	{
		char		path[512];
		size_t		n;
		char	   *text;

		if (strlen(entry->d_name) < 6 || strcmp(entry->d_name + strlen(entry->d_name) - 5, ".json") != 0)
			continue;
		snprintf(path, sizeof(path), "samples/json/%s", entry->d_name);
		text = read_file(path, &n);
		ok(n > 0 && try_mutations(slice(text, n), &state) == 0, entry->d_name);
		free(text);
		files++;
	}
	if (folder)
		closedir(folder);
	ok(files >= 45, "the samples are there");
}

static bool
count_object(void *context, Slice object)
{
	(void) object;
	++*(size_t *) context;
	return false;
}

/* So many objects are tried, and none that the last of them carries. */
static void
test_object_limit(void)
{
	static const char last[] = "{\"detail\":{}}]";
	char	   *document = malloc((LIMIT_JSON_EVENTS + 8) * 3);
	char	   *p = document;
	size_t		count = 0;
	Arena		arena;
	TestOwner	owner;

	*p++ = '[';
	for (int i = 1; i < LIMIT_JSON_EVENTS; i++, p += 3)
		memcpy(p, "{},", 3);
	memcpy(p, last, sizeof(last));
	test_arena(&arena, &owner);
	json_objects(&arena, NULL, slice(document, strlen(document)), count_object, &count);
	ok(count == LIMIT_JSON_EVENTS, "as many objects as are tried, and none in the last");
	arena_reset(&arena);
	free(document);
}

int
main(void)
{
	test_objects();
	test_object_limit();
	test_events();
	test_hostile();
	test_samples();
	return finish();
}
