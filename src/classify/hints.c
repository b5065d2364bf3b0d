/*
 * hints.c
 *	  What else a reply tells.
 */
#include "match/fold.h"
#include "classify/hints.h"
#include "classify/knowledge.h"
#include "mail/address.h"
#include "mail/limits.h"

static int64_t
unit_seconds(Slice s)
{
	static const struct
	{
		Slice		word;
		int64_t		seconds;
	}			units[] = {
		{SLICE_LIT("second"), 1}, {SLICE_LIT("sec"), 1}, {SLICE_LIT("minute"), 60}, {SLICE_LIT("min"), 60},
		{SLICE_LIT("hour"), 3600}, {SLICE_LIT("day"), 86400}, {SLICE_LIT("s"), 1}, {SLICE_LIT("m"), 60}, {SLICE_LIT("h"), 3600},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		size_t		n = units[i].word.n;

		if (slice_starts_nocase(s, units[i].word) &&
			(n > 1 || s.n == 1 || !ascii_is_alpha(s.p[1])))
			return units[i].seconds;
	}
	return 0;
}

int64_t
hints_retry_after(Slice words)
{
	static const Slice leads[] = {SLICE_LIT("in "), SLICE_LIT("after "), SLICE_LIT("for "), SLICE_LIT("within "), SLICE_LIT("retry=")};

	/* a number with a unit counts only in a sentence about trying again */
	if (slice_find_nocase(words, SLICE_LIT("try"), 0) == SLICE_NPOS &&
		slice_find_nocase(words, SLICE_LIT("greylist"), 0) == SLICE_NPOS &&
		slice_find_nocase(words, SLICE_LIT("graylist"), 0) == SLICE_NPOS)
		return -1;
	for (size_t k = 0; k < sizeof(leads) / sizeof(leads[0]); k++)
	{
		size_t		at = 0;

		while ((at = slice_find_nocase(words, leads[k], at)) != SLICE_NPOS)
		{
			size_t		i = at + leads[k].n;
			size_t		digits = 0;
			int64_t		number = 0;
			int64_t		seconds;

			if (at > 0 && ascii_is_alnum(words.p[at - 1]))
			{
				at = i;
				continue;
			}
			for (; i < words.n && ascii_is_digit(words.p[i]) && digits < 7; i++, digits++)
				number = number * 10 + (words.p[i] - '0');
			while (i < words.n && words.p[i] == ' ')
				i++;
			seconds = digits > 0 && i < words.n ? unit_seconds(slice(words.p + i, words.n - i)) : 0;
			if (seconds > 0 && number > 0)
				return number * seconds;
			at += leads[k].n;
		}
	}
	return -1;
}

typedef struct Lists
{
	const BlocklistRow **rows;
	int			count;
	int			max;
} Lists;

/* Is the list the other one, or the family that it belongs to? */
static bool
is_within(const char *family, const char *name)
{
	size_t		n = strlen(family);

	return strncmp(family, name, n) == 0 && (name[n] == '\0' || name[n] == '-');
}

static bool
note_list(void *context, const MatchHit *hit)
{
	Lists	   *lists = context;
	const BlocklistRow *row = &knowledge_blocklists[hit->phrase];

	for (int i = 0; i < lists->count; i++)
	{
		/* "spamhaus" adds nothing to "spamhaus-zen" */
		if (is_within(row->name, lists->rows[i]->name))
			return true;
		if (is_within(lists->rows[i]->name, row->name))
		{
			lists->rows[i] = row;
			return true;
		}
	}
	if (lists->count < lists->max)
		lists->rows[lists->count++] = row;
	return true;
}

int
hints_blocklists(Arena *arena, Slice words, const BlocklistRow **rows, int max)
{
	Lists		found = {rows, 0, max};

	if (words.n > LIMIT_REPLY_BYTES)
		words.n = LIMIT_REPLY_BYTES;
	if (words.n > 0)
		match_run(&knowledge_blocklist_match, arena, fold_text(arena, words), note_list, &found);
	return found.count;
}

Slice
hints_ip(Slice words)
{
	size_t		offset = 0;
	Slice		ip;

	return address_find_ip(words, &offset, &ip) ? ip : SLICE_NONE;
}
