/*
 * match.c
 *	  Finds every phrase of a compiled table in a text, in one pass.
 *
 * The tables are made by src/datac/automaton.c; what its nodes mean stands in
 * match.h.  This file only walks them: it holds no knowledge, changes no table,
 * and allocates nothing but the list of phrases with "*" that were begun.
 */
#include "match/match.h"

/* Bytes between two calls of the arena's interrupt hook. */
#define MATCH_STRIDE 65536

/* A phrase with "*" of which a piece was seen. */
typedef struct Begun
{
	uint32_t	start;			/* of the first piece */
	uint32_t	end;			/* behind the last piece seen */
	uint32_t	next;			/* the piece that is waited for; as many as there are: it was reported */
} Begun;

typedef struct BegunList
{
	Arena	   *arena;
	uint64_t   *bits;			/* which of the entries hold anything; NULL until a phrase begins */
	Begun	   *entries;		/* by MatchPattern.spread */
} BegunList;

/* Room for all phrases with "*" that there are; false: no memory. */
static bool
begun_open(BegunList *list, uint32_t spread_count)
{
	size_t		words = (spread_count + 63) / 64;

	list->bits = arena_alloc(list->arena, words * sizeof(uint64_t) + spread_count * sizeof(Begun));
	if (list->bits == NULL)
		return false;
	memset(list->bits, 0, words * sizeof(uint64_t));
	list->entries = (Begun *) (list->bits + words);
	return true;
}

/*
 * Takes note of a piece of a phrase with "*" at [start, end).  Returns true
 * when it completes the phrase, and then fills 'hit'.  The earliest place of
 * each piece is taken, which finds the phrase whenever any choice would.
 */
static bool
begun_advance(BegunList *list, const MatchTable *table, const MatchPattern *pattern,
			  uint32_t start, uint32_t end, MatchHit *hit)
{
	uint32_t	spread = pattern->spread;
	uint64_t	bit = UINT64_C(1) << (spread & 63);
	Begun	   *begun;

	if (list->bits == NULL && (pattern->piece != 0 || !begun_open(list, table->spread_count)))
		return false;
	begun = &list->entries[spread];
	if ((list->bits[spread >> 6] & bit) == 0)
	{
		if (pattern->piece != 0)
			return false;
		list->bits[spread >> 6] |= bit;
		*begun = (Begun) {start, end, 1};
		return false;
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

/* Letters and digits of ASCII. */
static const uint8_t is_word[256] = {
	['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1,
	['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1,
	['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1,
	['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1,
	['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1,
	['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1,
	['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
};

/*
 * The first place from 'i' on, and before 'end', where a piece may begin, or
 * 'end'.  No piece begins within a word.  Most of a text goes by here: of a
 * word four bytes tell that no piece begins with it.
 */
static inline uint32_t
next_begin(const MatchTable *table, const unsigned char *in, uint32_t i, uint32_t end, uint32_t n)
{
	if (i > 0 && i < end && is_word[in[i]] && is_word[in[i - 1]])
	{
		do
			i++;
		while (i < end && is_word[in[i]]);
	}
	while (i < end)
	{
		/* too near to the end to tell */
		if (i + 4 > n || match_bit(table->begins, match_begin(in + i)) ||
			match_bit(table->begins_short, match_begin_short(in + i)))
			return i;
		if (is_word[in[i]])
		{
			do
				i++;
			while (i < end && is_word[in[i]]);
		}
		else
			i++;
	}
	return end;
}

/*
 * Walks on from 'state' at 'i', not beyond 'end'.  Stops behind a byte with
 * which a piece ends, or where nothing is begun any more; the new state is
 * left in *state, and the place returned.
 */
static uint32_t
walk(const MatchTable *table, const unsigned char *in, uint32_t i, uint32_t end, int32_t *state)
{
	const MatchNode *nodes = table->nodes;
	const uint8_t *classes = table->classes;
	size_t		s = (uint32_t) *state;

	for (; i < end; i++)
	{
		size_t		class = classes[in[i]];
		size_t		child = (uint32_t) nodes[s].base + class;

		/* down to a child, over ever shorter suffixes of what was read */
		while ((uint32_t) nodes[child].check != s)
		{
			if (s == 0)
			{
				*state = 0;
				return i + 1;
			}
			s = (uint32_t) nodes[s].fail;
			/* none begins within a word */
			if (s == 0 && i > 0 && is_word[in[i]] && is_word[in[i - 1]])
			{
				*state = 0;
				return i;
			}
			child = (uint32_t) nodes[s].base + class;
		}
		s = child;
		if (nodes[s].output >= 0)
		{
			i++;
			break;
		}
	}
	*state = (int32_t) s;
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
	int32_t		state = 0;
	BegunList	begun = {arena, NULL, NULL};

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
			i = next_begin(table, in, i, pause, n);
		i = walk(table, in, i, pause, &state);

		for (int32_t p = table->nodes[state].output; p >= 0; p = table->patterns[p].next)
		{
			const MatchPattern *pattern = &table->patterns[p];
			uint32_t	start = i - pattern->length;
			MatchHit	hit = {pattern->phrase, start, i};

			if ((pattern->word_start && start > 0 && is_word[in[start - 1]]) ||
				(pattern->word_end && i < n && is_word[in[i]]))
				continue;
			if (pattern->pieces > 1 && !begun_advance(&begun, table, pattern, start, i, &hit))
				continue;
			if (!found(context, &hit))
				return;
		}
	}
}
