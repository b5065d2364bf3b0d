/*
 * mime.c
 *	  Any bytes as a mail: the parts that our scanner finds, beside those of
 *	  GMime's parser.
 *
 * The comparison, and where the two may differ, is that of t/c/gmime_diff.c.
 * GMime is spared what makes it loop or crash, which is known; it is but the
 * yardstick, and this a program of its own.
 */
#include <gmime/gmime.h>

#define main gmime_diff_main
#include "../t/c/gmime_diff.c"
#undef main

#include "fuzz.h"

#define GMIME_NAME_BYTES 60		/* of a parameter's name: at 70 to 72 GMime 3.2.13 loops */
#define GMIME_GROUPS 200		/* colons in a line: address groups nest on the stack */

static bool
is_token(char c)
{
	return g_ascii_isalnum(c) || strchr("-_.!#$%&'*+^`{}|~", c) != NULL;
}

/* What hangs or crashes GMime. */
static bool
is_too_much(Slice raw)
{
	size_t		token = 0;
	size_t		colons = 0;

	for (size_t i = 0; i < raw.n; i++)
	{
		char		c = raw.p[i];

		if (c != '\0' && is_token(c))
			token++;
		else if (c == '=' && token > GMIME_NAME_BYTES)
			return true;
		else
			token = 0;
		colons = c == '\n' ? 0 : colons + (c == ':');
		if (colons > GMIME_GROUPS)
			return true;
	}
	return false;
}

/* CRLF and no other, or LF alone? */
static bool
has_one_line_end(Buffer given)
{
	size_t		ends[2] = {0};

	for (size_t i = 0; i < given.n; i++)
	{
		if (given.p[i] == '\r' && (i + 1 == given.n || given.p[i + 1] != '\n'))
			return false;
		if (given.p[i] == '\n')
			ends[i > 0 && given.p[i - 1] == '\r']++;
	}
	return ends[0] == 0 || ends[1] == 0;
}

/*
 * Is the header one to RFC 5322, with a blank line behind it?  Of others both
 * guess where they end, each in its way; gmime_diff.c has the ways that mails
 * were seen to go.
 */
static bool
is_clean_header(const Part *part)
{
	Slice		bytes = part->header.bytes;
	size_t		offset = 0;
	bool		first = true;
	Slice		line;

	if (part->header.count == 0 || part->body.p == NULL || part->body.p <= bytes.p + bytes.n)
		return false;
	while (mime_next_line(bytes, '\n', &offset, &line))
	{
		size_t		n = 0;

		while (n < line.n && (g_ascii_isalnum(line.p[n]) || line.p[n] == '-'))
			n++;
		if (n > 100 || (n == 0 ? first || (line.p[0] != ' ' && line.p[0] != '\t') || slice_trim(line).n == 0
													: n == line.n || line.p[n] != ':'))
			return false;
		first = false;
	}
	return true;
}

static bool
skip_token(Slice s, size_t *at)
{
	size_t		start = *at;

	while (*at < s.n && (g_ascii_isalnum(s.p[*at]) || (s.p[*at] != '\0' && strchr("-_.+=", s.p[*at]) != NULL && (s.p[*at] != '=' || start < *at))))
	{
		/* of a value "=" may be part, of a name it is the end */
		if (s.p[*at] == '=' && (start == 0 || s.p[start - 1] != '='))
			break;
		(*at)++;
	}
	return *at > start && *at - start <= GMIME_NAME_BYTES;
}

static void
skip_blanks(Slice s, size_t *at)
{
	while (*at < s.n && ascii_is_space(s.p[*at]))
		(*at)++;
}

/* RFC 2045 5.1 without comments: type "/" subtype *(";" name "=" (token / quoted)), one parameter of a name. */
static bool
is_clean_type(Slice s)
{
	size_t		at = 0;
	Slice		names[4];
	size_t		count = 0;

	if (!skip_token(s, &at) || at >= s.n || s.p[at++] != '/' || !skip_token(s, &at))
		return false;
	for (skip_blanks(s, &at); at < s.n; skip_blanks(s, &at))
	{
		size_t		start;

		if (s.p[at++] != ';')
			return false;
		skip_blanks(s, &at);
		if (at == s.n)
			return true;
		start = at;
		if (count == 4 || !skip_token(s, &at) || at >= s.n || s.p[at] != '=')
			return false;
		names[count++] = slice(s.p + start, at - start);
		for (size_t i = 0; i + 1 < count; i++)
		{
			if (slice_equal_nocase(names[i], names[count - 1]))
				return false;
		}
		if (++at < s.n && s.p[at] == '"')
		{
			for (start = ++at; at < s.n && s.p[at] != '"'; at++)
			{
				/* (a blank at the end of a boundary counts for nobody) */
				if (s.p[at] == '\\' || s.p[at] == '\n' || s.p[at] == '\r' || s.p[at] == '\t' || s.p[at] == ' ')
					return false;
			}
			if (at++ >= s.n || at - start < 2 || at - start > 71)
				return false;
		}
		else if (!skip_token(s, &at))
			return false;
	}
	return true;
}

/* Are the fields that the structure hangs on written as they should be, once each? */
static bool
has_clean_fields(const Header *header)
{
	static const char *const encodings[] = {"7bit", "8bit", "binary", "quoted-printable", "base64"};
	size_t		types = 0;
	size_t		others = 0;

	for (size_t i = 0; i < header->count; i++)
	{
		const Field *field = &header->fields[i];
		bool		known = false;

		if (slice_equal_nocase(field->name, SLICE_LIT("Content-Type")) && (++types > 1 || !is_clean_type(field->value)))
			return false;
		if (!slice_equal_nocase(field->name, SLICE_LIT("Content-Transfer-Encoding")))
			continue;
		for (size_t k = 0; k < sizeof(encodings) / sizeof(encodings[0]); k++)
			known |= slice_equal_nocase(field->value, slice(encodings[k], strlen(encodings[k])));
		if (++others > 1 || !known)
			return false;
	}
	return true;
}

static bool
is_clean(Slice raw)
{
	Arena		arena;
	Message		message;
	bool		clean = true;

	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	mime_scan(&arena, raw, &message);
	for (int i = 0; clean && i < message.count; i++)
		clean = is_clean_header(&message.parts[i]) && has_clean_fields(&message.parts[i].header);
	arena_reset(&arena);
	return clean;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool initialized;
	Buffer		given = copy_input(data, size);
	Slice		raw;
	Arena		arena;
	Message		message;
	int			before = failures;

	if (!initialized)
	{
		g_mime_init();
		/* the tests' lines are of no interest, unless one fails */
		setvbuf(stdout, NULL, _IOFBF, 65536);
		initialized = true;
	}
	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	steps = 0;
	mime_scan(&arena, slice(given.p, given.n), &message);
	check_steps(5000, 200, size);
	for (int i = 0; i < message.count; i++)
	{
		const Part *part = &message.parts[i];

		if (part->body.p < given.p || part->body.n > size || part->body.p + part->body.n > given.p + size)
			broken("the body lies in the mail", NULL);
		if (part->parent >= i || (i > 0 && part->parent < 0))
			broken("a part stands behind the one that holds it", NULL);
		if (part->depth > LIMIT_NESTING || message.count > LIMIT_PARTS)
			broken("limits", NULL);
	}
	arena_reset(&arena);

	/* a name or type with bytes that have no place there each reads in a way of its own */
	for (size_t i = 0; i < given.n; i++)
	{
		given.p[i] &= 0x7f;
		if ((given.p[i] < ' ' && given.p[i] != '\t' && given.p[i] != '\r' && given.p[i] != '\n') || given.p[i] == 0x7f)
			given.p[i] = '.';
	}
	/* of CR alone GMime knows nothing; and in a mail of all sorts of line ends the bodies' last ones differ */
	if (!has_one_line_end(given))
	{
		Buffer		plain = rewrite(given, "\n", "");

		free(given.p);
		given = plain;
	}
	raw = slice(given.p, given.n);
	if (!is_too_much(raw) && is_clean(without_preface(raw)))
		compare_mail("as GMime", without_preface(raw));
	if (failures != before)
	{
		fflush(stdout);
		broken("the same parts as GMime", NULL);
	}
	free(given.p);
	return 0;
}
