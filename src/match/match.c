/*
 * match.c
 *	  Finds every phrase of a compiled table in a text, in one pass.
 *
 * The tables are made by src/datac/automaton.c; what its nodes mean stands in
 * match.h.  This file only walks them: it holds no knowledge, changes no table,
 * and allocates nothing but the list of phrases with "*" that were begun.
 */
#include "mail/bytes16.h"
#include "match/match.h"

/* Bytes between two calls of the arena's interrupt hook. */
#define MATCH_STRIDE 65536

/* A phrase with "*" of which more than the first piece was seen. */
typedef struct Begun
{
	uint32_t	start;			/* of the first piece */
	uint32_t	end;			/* behind the last piece seen */
	uint32_t	next;			/* the piece that is waited for; as many as there are: it was reported */
} Begun;

/* The first place of a first piece. */
typedef struct Opening
{
	uint32_t	start;
	uint32_t	end;
} Opening;

typedef struct BegunList
{
	Arena	   *arena;
	uint64_t   *opened;			/* which of the openings were seen; NULL until one is */
	uint64_t   *begun;			/* which of the entries hold anything */
	Opening    *openings;
	Begun	   *entries;		/* by MatchPattern.spread */
} BegunList;

static inline bool
bit_is_set(const uint64_t *bits, uint32_t bit)
{
	return (bits[bit >> 6] >> (bit & 63)) & 1;
}

static inline void
set_bit(uint64_t *bits, uint32_t bit)
{
	bits[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

/* Notes the first place of a first piece.  Room is made for all that there are; without it they are not found. */
static void
begun_open(BegunList *list, const MatchTable *table, uint32_t opening, uint32_t start, uint32_t end)
{
	if (list->opened == NULL)
	{
		size_t		opened = (table->opening_count + 63) / 64;
		size_t		begun = (table->spread_count + 63) / 64;

		list->opened = arena_alloc(list->arena, (opened + begun) * sizeof(uint64_t) +
								   table->spread_count * sizeof(Begun) + table->opening_count * sizeof(Opening));
		if (list->opened == NULL)
			return;
		memset(list->opened, 0, (opened + begun) * sizeof(uint64_t));
		list->begun = list->opened + opened;
		list->entries = (Begun *) (list->begun + begun);
		list->openings = (Opening *) (list->entries + table->spread_count);
	}
	if (bit_is_set(list->opened, opening))
		return;
	set_bit(list->opened, opening);
	list->openings[opening] = (Opening) {start, end};
}

/*
 * Takes note of a further piece of a phrase with "*" at [start, end).  Returns
 * true when it completes the phrase, and then fills 'hit'.  The earliest place
 * of each piece is taken, which finds the phrase whenever any choice would.
 */
static bool
begun_advance(BegunList *list, const MatchTable *table, const MatchPattern *pattern,
			  uint32_t start, uint32_t end, MatchHit *hit)
{
	uint32_t	opening = table->openings[pattern->spread];
	Begun	   *begun;

	if (list->opened == NULL || !bit_is_set(list->opened, opening))
		return false;
	begun = &list->entries[pattern->spread];
	if (!bit_is_set(list->begun, pattern->spread))
	{
		set_bit(list->begun, pattern->spread);
		*begun = (Begun) {list->openings[opening].start, list->openings[opening].end, 1};
	}
	if (begun->next != pattern->piece || start < begun->end)
		return false;
	begun->next++;
	begun->end = end;
	if (begun->next < pattern->pieces)
		return false;
	hit->phrase = pattern->phrase;
	hit->start = begun->start;
	hit->end = end;
	return true;
}

static inline bool
is_word(unsigned char c)
{
	return ascii_is_alnum((char) c);
}

/* Where the word ends that goes on at 'i'; n is the text's end. */
static inline uint32_t
word_end(const unsigned char *in, uint32_t i, uint32_t n)
{
	while (n - i >= 16)
	{
		uint32_t	others = ~bytes16_mask(bytes16_alnum(bytes16_load(in + i)));
		unsigned	length = bits_first(others);	/* 16 where all are the word's */

		i += length;
		if (length < 16)
			return i;
	}
	while (i < n && is_word(in[i]))
		i++;
	return i;
}

/*
 * The first place from 'i' on, and before 'end', where a piece may begin, or
 * one at 'end' or behind it.  No piece begins within a word.  Most of a text
 * goes by here: of a word four bytes tell that no piece begins with it.
 */
static inline uint32_t
next_begin(const MatchTable *table, const unsigned char *in, uint32_t i, uint32_t end, uint32_t n)
{
	if (i > 0 && i < end && is_word(in[i - 1]))
		i = word_end(in, i, n);
	while (i < end)
	{
		/* too near to the end to tell */
		if (i + 4 > n || match_bit(table->begins, match_begin(in + i)) ||
			match_bit(table->begins_short, match_begin_short(in + i)))
			return i;
		if (is_word(in[i]))
			i = word_end(in, i + 1, n);
		else
			i++;
	}
	return i;
}

/*
 * Walks on from 'state' at 'i', not beyond 'end'.  Stops behind a byte with
 * which a piece ends, or where nothing is begun any more; the new state is
 * left in *state, and the place returned.
 */
static uint32_t
walk(const MatchTable *table, const unsigned char *in, uint32_t i, uint32_t end, uint32_t *state)
{
	const MatchStep *steps = table->steps;
	const uint8_t *classes = table->classes;
	uint32_t	node = *state;
	MatchStep	step = steps[node];

	for (; i < end; i++)
	{
		uint32_t	class = classes[in[i]];
		uint32_t	child = (step >> MATCH_BASE_SHIFT) + class;
		MatchStep	next = steps[child];

		/* down to a child, over ever shorter suffixes of what was read */
		while ((next & MATCH_CLASS) != class)
		{
			if (node == 0)
			{
				*state = 0;
				return i + 1;
			}
			node = table->links[node].fail;
			/* none begins within a word */
			if (node == 0 && i > 0 && is_word(in[i]) && is_word(in[i - 1]))
			{
				*state = 0;
				return i;
			}
			child = (steps[node] >> MATCH_BASE_SHIFT) + class;
			next = steps[child];
		}
		node = child;
		step = next;
		if (step & MATCH_ENDS)
		{
			i++;
			break;
		}
	}
	*state = node;
	return i;
}

void
match_run(const MatchTable *table, Arena *arena, Slice text,
		  bool (*found) (void *context, const MatchHit *hit),
		  void *context)
{
	const unsigned char *in = (const unsigned char *) text.p;
	uint32_t	n = text.n < UINT32_MAX ? (uint32_t) text.n : UINT32_MAX - 1;
	uint32_t	pause = n < MATCH_STRIDE ? n : MATCH_STRIDE;
	uint32_t	i = 0;
	uint32_t	state = 0;
	BegunList	begun = {arena, NULL, NULL, NULL, NULL};

	if (table->pattern_count == 0)
		return;
	while (i < n)
	{
		if (i >= pause)
		{
			arena_interrupt(arena);
			pause = n - i < MATCH_STRIDE ? n : i + MATCH_STRIDE;
		}
		if (state == 0)
		{
			i = next_begin(table, in, i, pause, n);
			if (i >= pause)
				continue;
		}
		i = walk(table, in, i, pause, &state);

		for (int32_t p = (table->steps[state] & MATCH_ENDS) ? table->links[state].output : -1; p >= 0; p = table->patterns[p].next)
		{
			const MatchPattern *pattern = &table->patterns[p];
			uint32_t	start = i - pattern->length;
			MatchHit	hit = {pattern->phrase, start, i};

			if ((pattern->word_start && start > 0 && is_word(in[start - 1])) ||
				(pattern->word_end && i < n && is_word(in[i])))
				continue;
			if (pattern->pieces > 1 && pattern->piece == 0)
			{
				begun_open(&begun, table, pattern->spread, start, i);
				continue;
			}
			if (pattern->pieces > 1 && !begun_advance(&begun, table, pattern, start, i, &hit))
				continue;
			if (!found(context, &hit))
				return;
		}
	}
}
