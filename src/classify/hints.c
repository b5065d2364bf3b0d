/*
 * hints.c
 *	  What else a reply tells: lists and addresses (when to try again: retry.c).
 */
#include "match/fold.h"
#include "classify/hints.h"
#include "classify/knowledge.h"
#include "mail/address.h"
#include "mail/limits.h"

typedef struct Lists
{
	const BlocklistRow **rows;
	int			count;
	int			max;
	bool		more;			/* than there is room for */
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
	else
		lists->more = true;
	return true;
}

int
hints_blocklists(Arena *arena, Slice words, const BlocklistRow **rows, int max)
{
	Lists		found = {rows, 0, max, false};

	words = ARENA_BOUNDED(arena, words, REPLY_BYTES);
	if (words.n > 0)
		match_run(&knowledge_blocklist_match, arena, fold_text(arena, words), note_list, &found);
	if (found.more)
		arena_meet(arena, BOUND_BLOCKLISTS);
	return found.count;
}

/* "RFC2821 4.1.1.1", "section 4.1.1.1", "version 4.85.2.1": four numbers, and no address. */
static bool
is_numbering(Slice before)
{
	static const Slice words[] = {SLICE_LIT("section"), SLICE_LIT("version"), SLICE_LIT("release"), SLICE_LIT("chapter")};

	before = slice_trim(before);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (slice_ends_nocase(before, words[i]))
			return true;
	}
	while (before.n > 0 && ascii_is_digit(before.p[before.n - 1]))
		before.n--;
	return slice_ends_nocase(slice_trim(before), SLICE_LIT("rfc"));
}

/* An answer of a DNS list (RFC 5782) or the host itself, never who is refused. */
static bool
is_loopback(Slice ip)
{
	return slice_starts_nocase(ip, SLICE_LIT("127.")) || slice_equal(ip, SLICE_LIT("::1"));
}

Slice
hints_ip(Slice words)
{
	size_t		offset = 0;
	Slice		ip;

	while (address_find_ip(words, &offset, &ip))
	{
		if (!is_loopback(ip) && !is_numbering(slice_between(words.p, ip.p)))
			return ip;
	}
	return SLICE_NONE;
}
