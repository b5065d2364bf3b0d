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

/* Slots of the list of begun phrases at first; a power of two. */
#define BEGUN_SLOTS 32

/* A phrase with "*" of which a piece was seen. */
typedef struct Begun
{
	uint32_t	phrase;
	uint16_t	next;			/* the piece that is waited for; 0: free slot;
								 * as many as there are: it was reported */
	uint32_t	start;			/* of the first piece */
	uint32_t	end;			/* behind the last piece seen */
} Begun;

/*
 * An open-addressing table, by phrase.  It holds a phrase once, so it never
 * grows beyond the phrases of the table, whatever the text is.
 */
typedef struct BegunList
{
	Arena	   *arena;
	Begun	   *slots;			/* NULL until a phrase begins */
	uint32_t	size;			/* a power of two */
	uint32_t	used;
} BegunList;

/* The slot that holds 'phrase', or the free one where it belongs. */
static Begun *
begun_slot(const BegunList *list, uint32_t phrase)
{
	uint32_t	i = (phrase * 2654435769u) & (list->size - 1);

	while (list->slots[i].next != 0 && list->slots[i].phrase != phrase)
		i = (i + 1) & (list->size - 1);
	return &list->slots[i];
}

/* The phrase's entry, or NULL when it was not begun. */
static Begun *
begun_find(const BegunList *list, uint32_t phrase)
{
	Begun	   *slot;

	if (list->slots == NULL)
		return NULL;
	slot = begun_slot(list, phrase);
	return slot->next != 0 ? slot : NULL;
}

/* Makes room for one more, at most three quarters full; false: no memory. */
static bool
begun_reserve(BegunList *list)
{
	BegunList	larger = *list;
	uint32_t	i;

	if (list->slots && list->used < list->size / 4 * 3)
		return true;
	larger.size = list->slots ? list->size * 2 : BEGUN_SLOTS;
	larger.slots = arena_zalloc(list->arena, larger.size * sizeof(Begun));
	if (larger.slots == NULL)
		return false;
	for (i = 0; list->slots && i < list->size; i++)
	{
		if (list->slots[i].next != 0)
			*begun_slot(&larger, list->slots[i].phrase) = list->slots[i];
	}
	*list = larger;
	return true;
}

/*
 * Takes note of a piece of a phrase with "*" at [start, end).  Returns true
 * when it completes the phrase, and then fills 'hit'.  The earliest place of
 * each piece is taken, which finds the phrase whenever any choice would.
 */
static bool
begun_advance(BegunList *list, const MatchPattern *pattern,
			  uint32_t start, uint32_t end, MatchHit *hit)
{
	Begun	   *begun = begun_find(list, pattern->phrase);

	if (begun == NULL)
	{
		if (pattern->piece != 0 || !begun_reserve(list))
			return false;
		begun = begun_slot(list, pattern->phrase);
		begun->phrase = pattern->phrase;
		begun->next = 1;
		begun->start = start;
		begun->end = end;
		list->used++;
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

void
match_run(const MatchTable *table, Arena *arena, Slice text,
		  bool (*found) (void *context, const MatchHit *hit),
		  void *context)
{
	const MatchNode *nodes = table->nodes;
	const uint8_t *classes = table->classes;
	const unsigned char *in = (const unsigned char *) text.p;
	uint32_t	n = text.n < UINT32_MAX ? (uint32_t) text.n : UINT32_MAX - 1;
	uint32_t	pause = MATCH_STRIDE;
	uint32_t	i = 0;
	int32_t		state = 0;
	BegunList	begun = {arena, NULL, 0, 0};

	if (table->pattern_count == 0)
		return;
	while (i < n)
	{
		int32_t		class = classes[in[i]];
		int32_t		p;

		/* down to a child, over ever shorter suffixes of what was read */
		while (state != 0 && nodes[nodes[state].base + class].check != state)
			state = nodes[state].fail;
		if (state != 0)
			state = nodes[state].base + class;
		else
		{
			/* no piece begins inside a word */
			if (i > 0 && ascii_is_alnum(text.p[i]) && ascii_is_alnum(text.p[i - 1]))
			{
				do
					i++;
				while (i < n && ascii_is_alnum(text.p[i]));
				continue;
			}
			if (nodes[nodes[0].base + class].check == 0)
				state = nodes[0].base + class;
		}
		i++;

		for (p = nodes[state].output; p >= 0; p = table->patterns[p].next)
		{
			const MatchPattern *pattern = &table->patterns[p];
			MatchHit	hit;
			uint32_t	start = i - pattern->length;

			if (pattern->word_start && start > 0 && ascii_is_alnum(text.p[start - 1]))
				continue;
			if (pattern->word_end && i < n && ascii_is_alnum(text.p[i]))
				continue;
			if (pattern->pieces > 1)
			{
				if (!begun_advance(&begun, pattern, start, i, &hit))
					continue;
			}
			else
			{
				hit.phrase = pattern->phrase;
				hit.start = start;
				hit.end = i;
			}
			if (!found(context, &hit))
				return;
		}

		if (i >= pause)
		{
			arena_interrupt(arena);
			pause = i + MATCH_STRIDE;
		}
	}
}
