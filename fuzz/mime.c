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

	raw = slice(given.p, given.n);
	/* GMime knows no line end but LF */
	if (memchr(given.p, '\n', given.n) == NULL)
	{
		for (size_t i = 0; i < given.n; i++)
			given.p[i] = given.p[i] == '\r' ? '\n' : given.p[i];
	}
	if (!is_too_much(raw))
		compare_mail("as GMime", without_preface(raw));
	if (failures != before)
	{
		fflush(stdout);
		broken("the same parts as GMime", NULL);
	}
	free(given.p);
	return 0;
}
