/*
 * literal.c
 *	  The words that a text must hold for a regular expression to match it.
 *
 * To look for words costs a tenth of what an expression costs, and hundreds of
 * expressions are asked of one reply.  So this reads what stands outside of
 * groups and classes, and has nothing to say where anything is used that could
 * make words mean something else: alternatives, flags, verbs, counts, escapes
 * other than the common ones.
 */
#include "match/literal.h"

#define WORTH 3					/* characters; shorter ones stand in most texts */

typedef struct Scan
{
	Slice		pattern;
	size_t		at;
	int			depth;			/* of groups */
	Slice		run;			/* that is being read */
	Slice		best;
	bool		lost;			/* not understood */
} Scan;

static char
peek(const Scan *scan, size_t ahead)
{
	return scan->at + ahead < scan->pattern.n ? scan->pattern.p[scan->at + ahead] : '\0';
}

static void
end_run(Scan *scan)
{
	if (scan->run.n > scan->best.n)
		scan->best = scan->run;
	scan->run = SLICE_NONE;
}

/* "\d", "\.", but not "\x{41}", "\Q" and the like. */
static void
skip_escape(Scan *scan)
{
	char		c = peek(scan, 1);

	end_run(scan);
	if (c == '\0' || (unsigned char) c >= 0x80 || (ascii_is_alnum(c) && strchr("dDwWsSbBAzZ", c) == NULL))
		scan->lost = true;
	scan->at += 2;
}

/* "[^]a-z\]]"; a class of POSIX in it ends in "]", too, which the caller must not take for its end. */
static void
skip_class(Scan *scan)
{
	end_run(scan);
	scan->at++;
	if (peek(scan, 0) == '^')
		scan->at++;
	if (peek(scan, 0) == ']')
		scan->at++;
	while (scan->at < scan->pattern.n && peek(scan, 0) != ']')
	{
		if (peek(scan, 0) == '[')
		{
			scan->lost = true;
			return;
		}
		if (peek(scan, 0) == '\\')
			skip_escape(scan);
		else
			scan->at++;
	}
	scan->at++;
}

static void
enter_group(Scan *scan)
{
	end_run(scan);
	scan->depth++;
	scan->at++;
	if (peek(scan, 0) == '*')
		scan->lost = true;
	if (peek(scan, 0) != '?')
		return;
	/* (?: (?= (?! (?> (?<name> (?<= (?<! */
	if (peek(scan, 1) == '\0' || strchr(":=!><", peek(scan, 1)) == NULL)
		scan->lost = true;
	scan->at += 2;
}

static void
take_character(Scan *scan)
{
	if (scan->depth == 0)
	{
		if (scan->run.n == 0)
			scan->run = slice(scan->pattern.p + scan->at, 0);
		scan->run.n++;
	}
	scan->at++;
}

static void
step(Scan *scan)
{
	char		c = peek(scan, 0);

	switch (c)
	{
		case '\\':
			skip_escape(scan);
			return;
		case '[':
			skip_class(scan);
			return;
		case '(':
			enter_group(scan);
			return;
		case ')':
			end_run(scan);
			scan->lost |= scan->depth-- == 0;
			break;
		case '|':
			/* in a group it matters to nobody outside */
			scan->lost |= scan->depth == 0;
			break;
		case '{':
		case '\0':
			scan->lost = true;
			break;
		case '?':
		case '*':
			/* the character before it may be missing */
			if (scan->run.n > 0)
				scan->run.n--;
			end_run(scan);
			break;
		case '+':
		case '.':
		case '^':
		case '$':
			end_run(scan);
			break;
		default:
			if ((unsigned char) c < 0x80)
			{
				take_character(scan);
				return;
			}
			/* which of its bytes a quantifier is about would have to be known */
			end_run(scan);
			break;
	}
	scan->at++;
}

Slice
literal_of(Slice pattern)
{
	Scan		scan = {.pattern = pattern};

	while (scan.at < pattern.n && !scan.lost)
		step(&scan);
	end_run(&scan);
	return scan.lost || scan.depth != 0 || scan.best.n < WORTH ? SLICE_NONE : scan.best;
}
