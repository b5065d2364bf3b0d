/*
 * test_mime.c
 *	  The tree of MIME parts, header fields and parameters.
 *
 * The trees of whole mails are held against GMime's by gmime_diff.c; here
 * stands what a tree must not become.
 *
 * Build: make unit
 */
#include "mail/mime.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
test_header(void)
{
	static const char text[] = "Subject: one\n two\nX-Empty:\nto : a@example.com\n\nbody\n";
	Arena		arena;
	TestOwner	owner;
	Header		header;
	Slice		body;

	test_arena(&arena, &owner);
	mime_header(&arena, slice(text, sizeof(text) - 1), '\n', LIMIT_HEADER_FIELDS, &header, &body);
	ok(header.count == 3, "three fields");
	is(mime_field(&header, SLICE_LIT("SUBJECT")), SLICE_LIT("one\n two"), "a value keeps its folds");
	ok(mime_field(&header, SLICE_LIT("X-Empty")).n == 0 && mime_field(&header, SLICE_LIT("X-Empty")).p, "an empty one is there");
	is(mime_field(&header, SLICE_LIT("To")), SLICE_LIT("a@example.com"), "a blank before the colon");
	is(mime_field(&header, SLICE_LIT("Cc")), SLICE_NONE, "one that is not there");
	is(body, SLICE_LIT("body\n"), "the body");

	mime_header(&arena, SLICE_LIT("Subject: x\nno field at all\n\ny"), '\n', LIMIT_HEADER_FIELDS, &header, &body);
	ok(header.count == 1, "what is no field ends the header");
	mime_header(&arena, SLICE_LIT("no header\n"), '\n', LIMIT_HEADER_FIELDS, &header, &body);
	ok(header.count == 0, "no fields at all");
	is(body, SLICE_LIT("no header\n"), "all is body");
	mime_header(&arena, SLICE_LIT("Subject: x"), '\n', LIMIT_HEADER_FIELDS, &header, &body);
	is(body, SLICE_NONE, "no blank line, no body");
	mime_header(&arena, SLICE_LIT(""), '\n', LIMIT_HEADER_FIELDS, &header, &body);
	ok(header.count == 0, "nothing");
	mime_header(&arena, SLICE_LIT("A: 1\r\nB: 2\r\n\r\nx"), '\n', LIMIT_HEADER_FIELDS, &header, &body);
	is(mime_field(&header, SLICE_LIT("A")), SLICE_LIT("1"), "CRLF");
	is(body, SLICE_LIT("x"), "  and its body");
	mime_header(&arena, SLICE_LIT("A: 1\n\tx\nB: 2\nlost\n\ny"), '\n', LIMIT_HEADER_FIELDS, &header, &body);
	is(mime_field(&header, SLICE_LIT("A")), SLICE_LIT("1\n\tx"), "folded by a tab");
	is(mime_field(&header, SLICE_LIT("B")), SLICE_LIT("2\nlost"), "a fold that lost its blank, before the blank line");
	{
		char		line[400];

		memset(line, 'X', sizeof(line));
		memcpy(line, "A: 1\n", 5);
		memcpy(line + 5 + 128, ":2\n\nz", 6);
		mime_header(&arena, slice(line, 5 + 128 + 6), '\n', LIMIT_HEADER_FIELDS, &header, &body);
		ok(header.count == 2 && header.fields[1].name.n == 128, "the longest name of a field");
		memset(line, 'X', sizeof(line));
		memcpy(line + 129, ":2\n\nz", 6);
		mime_header(&arena, slice(line, 129 + 6), '\n', LIMIT_HEADER_FIELDS, &header, &body);
		ok(header.count == 0, "one byte more is no field");
		memset(line, 'X', sizeof(line));
		memcpy(line + 300, ":2\n\nz", 6);
		mime_header(&arena, slice(line, 306), '\n', LIMIT_HEADER_FIELDS, &header, &body);
		ok(header.count == 0 && (arena.met & UINT64_C(1) << BOUND_FIELD_NAME), "  which the arena tells");
		arena.met = 0;
		mime_header(&arena, slice(line, 300), '\n', LIMIT_HEADER_FIELDS, &header, &body);
		ok(header.count == 0 && arena.met == 0, "  but not of a word that is none");
		line[200] = ' ';
		mime_header(&arena, slice(line, 306), '\n', LIMIT_HEADER_FIELDS, &header, &body);
		ok(header.count == 0 && arena.met == 0, "  nor of two");
		memset(line, ' ', 300);
		line[0] = 'X';
		mime_header(&arena, slice(line, 306), '\n', LIMIT_HEADER_FIELDS, &header, &body);
		ok(header.count == 0, "nor is a name far from its colon one");
	}
	mime_header(&arena, SLICE_LIT("A: 1\rB: 2\r\rx"), '\r', LIMIT_HEADER_FIELDS, &header, &body);
	is(mime_field(&header, SLICE_LIT("B")), SLICE_LIT("2"), "CR");
	arena_reset(&arena);
}

static void
test_parameters(void)
{
	static const struct
	{
		Slice		value;
		Slice		boundary;
	}			cases[] = {
		{SLICE_LIT("multipart/mixed; boundary=abc"), SLICE_LIT("abc")},
		{SLICE_LIT("multipart/mixed; boundary=\"a;b c\""), SLICE_LIT("a;b c")},
		{SLICE_LIT("multipart/mixed;\n\tcharset=x;\n\tBOUNDARY = \"a\\\"b\""), SLICE_LIT("a\"b")},
		{SLICE_LIT("multipart/mixed (boundary=no); boundary=yes"), SLICE_LIT("yes")},
		{SLICE_LIT("multipart/mixed; x=\"; boundary=no\"; boundary=yes"), SLICE_LIT("yes")},
		{SLICE_LIT("multipart/mixed; boundary*0=abc"), SLICE_LIT("abc")},
		{SLICE_LIT("multipart/mixed; boundary*0*=abc"), SLICE_LIT("abc")},
		{SLICE_LIT("multipart/mixed; x*0=no; boundary*=abc"), SLICE_LIT("abc")},
		{SLICE_LIT("multipart/mixed; boundary*1=no; boundary*0=abc"), SLICE_LIT("abc")},
		{SLICE_LIT("multipart/mixed; boundary-0=no"), SLICE_NONE},
		{SLICE_LIT("multipart/mixed; =x; boundary=abc"), SLICE_LIT("abc")},
		{SLICE_LIT("multipart/mixed (a \\) b; boundary=no); boundary=yes"), SLICE_LIT("yes")},
		{SLICE_LIT("multipart/mixed; boundary=\"a\\"), SLICE_LIT("a\\")},
		{SLICE_LIT("multipart/mixed (\\"), SLICE_NONE},
		{SLICE_LIT("multipart/mixed; boundary=\""), SLICE_LIT("")},
		{SLICE_LIT("multipart/mixed; boundary=\"abc"), SLICE_LIT("abc")},
		{SLICE_LIT("multipart/mixed; boundary="), SLICE_LIT("")},
		{SLICE_LIT("multipart/mixed; boundary"), SLICE_NONE},
		{SLICE_LIT("multipart/mixed; ((((boundary=x"), SLICE_NONE},
		{SLICE_LIT(";;;;"), SLICE_NONE},
		{SLICE_LIT(""), SLICE_NONE},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		value = exact_copy(cases[i].value);

		is(mime_parameter(&arena, value, SLICE_LIT("boundary")), cases[i].boundary, cases[i].value.n ? cases[i].value.p : "nothing");
		free((char *) value.p);
	}
	is(mime_without_comments(&arena, SLICE_LIT("failed (for (ever))\n now")), SLICE_LIT("failed now"), "comments and folds go");
	is(mime_without_comments(&arena, SLICE_LIT("\"a (b)\" c")), SLICE_LIT("\"a (b)\" c"), "but not in quotes");
	is(mime_without_comments(&arena, SLICE_LIT("a (b")), SLICE_LIT("a"), "a comment that does not end");
	is(mime_without_comments(&arena, SLICE_LIT("(for ever) failed")), SLICE_LIT("failed"), "one in front");
	is(mime_without_comments(&arena, SLICE_LIT("failed\r \tnow")), SLICE_LIT("failed now"), "a fold of CR and a tab");
	arena_reset(&arena);
}

static const char nested[] =
"From x@example.com Mon Nov 23 10:00:00 2026\n"
"Content-Type: multipart/report; report-type=delivery-status; boundary=\"a\"\n"
"\n"
"preamble\n"
"--a\n"
"\n"
"text\n"
"--a\n"
"Content-Type: message/delivery-status\n"
"\n"
"Status: 5.1.1\n"
"\n"
"--a\n"
"Content-Type: message/rfc822\n"
"\n"
"Subject: x\n"
"Content-Type: multipart/mixed; boundary=ab\n"
"\n"
"--ab\n"
"Content-Type: text/html\n"
"\n"
"<p>\n"
"--a--\n"
"epilogue\n";

/* The types and bodies of 'nested', whatever its line ends are. */
static void
check_nested(const char *end, const char *name)
{
	static const PartType types[] = {
		PART_MULTIPART, PART_TEXT_PLAIN, PART_DELIVERY_STATUS, PART_MESSAGE, PART_MULTIPART, PART_TEXT_HTML
	};
	static const int parents[] = {-1, 0, 0, 0, 3, 4};
	Slice		mail = slice(malloc(2 * sizeof(nested)), 0);
	Arena		arena;
	TestOwner	owner;
	Message		message;
	bool		same = true;

	for (const char *p = nested; *p; p++)
	{
		if (*p != '\n')
			((char *) mail.p)[mail.n++] = *p;
		else
		{
			memcpy((char *) mail.p + mail.n, end, strlen(end));
			mail.n += strlen(end);
		}
	}
	test_arena(&arena, &owner);
	mime_scan(&arena, mail, &message);
	ok(message.count == LENGTH(types), name);
	for (int i = 0; i < message.count && i < (int) LENGTH(types); i++)
		same = same && message.parts[i].type == types[i] && message.parts[i].parent == parents[i];
	ok(same, "  types and parents");
	is(message.parts[1].body, SLICE_LIT("text"), "  a body ends before the delimiter's line end");
	ok(message.count > 5 && slice_equal(message.parts[5].body, SLICE_LIT("<p>")), "  the outer delimiter ends the inner parts");
	is(message.parts[0].report_type, SLICE_LIT("delivery-status"), "  report-type");
	arena_reset(&arena);
	free((char *) mail.p);
}

/* The texts of the parts of multipart/mixed mails, and what delimits none. */
static void
test_delimiters(void)
{
	static const struct
	{
		const char *name;
		Slice		mail;
		int			parts;
		Slice		last;			/* body of the last one */
	}			cases[] = {
#define MIXED "Content-Type: multipart/mixed; boundary=a\n\n"
		{"blanks behind a delimiter", SLICE_LIT(MIXED "--a \t\n\nx\n--a-- \ny"), 2, SLICE_LIT("x")},
		{"more than blanks", SLICE_LIT(MIXED "--a\n\nx\n--a \tb\ny"), 2, SLICE_LIT("x\n--a \tb\ny")},
		{"one dash is none of the end", SLICE_LIT(MIXED "--a\n\nx\n--a-\ny"), 2, SLICE_LIT("x\n--a-\ny")},
		{"the last bytes of the mail", SLICE_LIT(MIXED "--a\n\nx\n--"), 2, SLICE_LIT("x\n--")},
		{"  or a dash", SLICE_LIT(MIXED "--a\n\nx\n-"), 2, SLICE_LIT("x\n-")},
		{"a line that begins with one dash", SLICE_LIT(MIXED "--a\n\nx\n-a\n\n"), 2, SLICE_LIT("x\n-a\n\n")},
		{"right behind the blank line", SLICE_LIT(MIXED "--a\n\n--a--\n"), 2, SLICE_LIT("")},
		{"without the blank line", SLICE_LIT("Content-Type: multipart/mixed; boundary=a\n--a\n\nx\n--a--\n"), 2, SLICE_LIT("x")},
		{"a returned message behind \">From \"", SLICE_LIT("Content-Type: message/rfc822\n\n>From x\nSubject: y\n\nz"), 2, SLICE_LIT("z")},
		{"a digest", SLICE_LIT("Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: y\n\nz\n--a--\n"), 3, SLICE_LIT("z")},
		{"a digest's part that says what it is", SLICE_LIT("Content-Type: multipart/digest; boundary=a\n\n--a\nContent-Type: text/plain\n\nz\n--a--\n"), 2, SLICE_LIT("z")},
	};
	char		text[1000];

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		mail = exact_copy(cases[i].mail);
		Arena		arena;
		TestOwner	owner;
		Message		message;

		test_arena(&arena, &owner);
		mime_scan(&arena, mail, &message);
		ok(message.count == cases[i].parts, cases[i].name);
		is(message.parts[message.count - 1].body, cases[i].last, "  and its last part");
		arena_reset(&arena);
		free((char *) mail.p);
	}

	/* a boundary at the bound, and beyond it */
	for (size_t n = LIMIT_BOUNDARY; n <= LIMIT_BOUNDARY + 1; n++)
	{
		char		boundary[LIMIT_BOUNDARY + 2];
		Arena		arena;
		TestOwner	owner;
		Message		message;

		memset(boundary, 'b', n);
		boundary[n] = '\0';
		snprintf(text, sizeof(text), "Content-Type: multipart/mixed; boundary=%s\n\n--%s\n\nx\n--%s--\n", boundary, boundary, boundary);
		test_arena(&arena, &owner);
		mime_scan(&arena, slice(text, strlen(text)), &message);
		ok(message.count == (n == LIMIT_BOUNDARY ? 2 : 1), n == LIMIT_BOUNDARY ? "the longest boundary" : "one byte more is none");
		arena_reset(&arena);
	}
}

static void
append(char *text, size_t *n, const char *piece)
{
	memcpy(text + *n, piece, strlen(piece));
	*n += strlen(piece);
}

static void
test_limits(void)
{
	char	   *text = malloc(1024 * 1024);
	size_t		n = 0;
	Arena		arena;
	TestOwner	owner;
	Message		message;
	int			deepest = 0;

	for (int i = 0; i < 1000; i++)
		append(text, &n, "Content-Type: message/rfc822\n\n");
	test_arena(&arena, &owner);
	mime_scan(&arena, slice(text, n), &message);
	for (int i = 0; i < message.count; i++)
		deepest = message.parts[i].depth > deepest ? message.parts[i].depth : deepest;
	ok(message.truncated && deepest <= LIMIT_NESTING, "1,000 messages inside each other");
	arena_reset(&arena);

	n = 0;
	append(text, &n, "Content-Type: multipart/mixed; boundary=a\n\n");
	for (int i = 0; i < 1000; i++)
		append(text, &n, "--a\n\nx\n");
	test_arena(&arena, &owner);
	mime_scan(&arena, slice(text, n), &message);
	ok(message.truncated && message.count == LIMIT_PARTS, "1,000 parts");
	arena_reset(&arena);

	n = 0;
	for (int i = 0; i < 3000; i++)
		append(text, &n, "X: y\n z\n");
	append(text, &n, "\nbody");
	test_arena(&arena, &owner);
	mime_scan(&arena, slice(text, n), &message);
	ok(message.parts[0].header.count == LIMIT_HEADER_FIELDS, "3,000 fields");
	is(message.parts[0].body, SLICE_LIT("body"), "  and the body behind them");
	is(message.parts[0].header.fields[LIMIT_HEADER_FIELDS - 1].value, SLICE_LIT("y\n z"), "  the last has none of the others");
	arena_reset(&arena);

	/* of the later parts nothing is remembered but where they are; a lost fold stands in each */
	n = 0;
	append(text, &n, "Content-Type: multipart/mixed; boundary=a\n\n");
	for (int i = 0; i < 100; i++)
	{
		append(text, &n, "--a\n");
		for (int k = 0; k < 100; k++)
			append(text, &n, "X: y\n");
		append(text, &n, "lost\nX: y\n\nbody\n");
	}
	test_arena(&arena, &owner);
	mime_scan(&arena, slice(text, n), &message);
	ok(message.count == 101 && message.field_count == LIMIT_ALL_FIELDS, "100 parts of 101 fields each");
	ok(message.parts[100].header.count == 0, "  the last has none");
	is(message.parts[100].body, SLICE_LIT("body\n"), "  and its body all the same");
	arena_reset(&arena);
	free(text);
}

/* Whatever the bytes are: at least a root, and each part within its parent. */
static void
test_hazards(void)
{
	static const char *const pieces[] = {
		"\n", "\n", "\r\n", "--a", "--a\n", "--a--\n", "--b\n", "\n\n", " ", "x", ":", "From x\n", "Content-Type: multipart/mixed; boundary=a\n",
		"Content-Type: multipart/mixed; boundary=b\n", "Content-Type: message/rfc822\n", "--", "\r"
	};
	uint32_t	seed = 2463534242u;
	bool		inside = true;

	for (int round = 0; round < 5000; round++)
	{
		char		bytes[512];
		size_t		n = 0;
		Slice		mail;
		Arena		arena;
		TestOwner	owner;
		Message		message;

		while (n < 400 && test_random(&seed) % 60 != 0)
			append(bytes, &n, pieces[test_random(&seed) % LENGTH(pieces)]);
		mail = exact_copy(slice(bytes, n));
		test_arena(&arena, &owner);
		mime_scan(&arena, mail, &message);
		inside = inside && message.count > 0;
		for (int i = 0; i < message.count; i++)
		{
			const Part *part = &message.parts[i];

			inside = inside && part->body.p >= mail.p && part->body.p + part->body.n <= mail.p + mail.n;
			inside = inside && part->parent < i && (i == 0) == (part->parent < 0);
		}
		arena_reset(&arena);
		free((char *) mail.p);
	}
	ok(inside, "pieces in any order are a tree within the bytes");
}

int
main(void)
{
	test_header();
	test_parameters();
	check_nested("\n", "LF");
	check_nested("\r\n", "CRLF");
	check_nested("\r", "CR");
	test_delimiters();
	test_limits();
	test_hazards();
	return finish();
}
