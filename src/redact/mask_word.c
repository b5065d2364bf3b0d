/*
 * mask_word.c
 *	  Which words of a line stay, and what stands for the others.
 */
#include "match/fold.h"
#include "redact/masking.h"

/* Notes which bytes of the line a sign or a list covers. */
typedef struct Marking
{
	Mask	   *mask;
	const uint32_t *origin;
	size_t		n;				/* folded bytes */
} Marking;

static bool
note_hit(void *context, const MatchHit *hit)
{
	Marking    *marking = context;
	size_t		from = marking->origin[hit->start];
	size_t		to = hit->end < marking->n ? marking->origin[hit->end] : marking->mask->line.n;

	memset(marking->mask->marked + from, 1, to - from);
	return true;
}

void
mask_mark(Mask *mask, const MatchTable *table)
{
	Arena	   *arena = mask->redacted->arena;
	Slice		line = mask->line;
	char	   *folded = arena_alloc(arena, line.n + 1);
	uint32_t   *origin = arena_alloc(arena, (line.n + 1) * sizeof(uint32_t));
	Marking		marking = {.mask = mask, .origin = origin};

	mask->marked = arena_zalloc(arena, line.n + 1);
	if (folded == NULL || origin == NULL || mask->marked == NULL)
		return;
	marking.n = fold_into(line, folded, origin);
	match_run(table, arena, slice(folded, marking.n), note_hit, &marking);
}

/* The word in x and 0, as long as it was. */
static void
put_hidden(Redacted *redacted, Slice word)
{
	char		room[64];
	size_t		n = 0;

	for (size_t i = 0; i < word.n; i++)
	{
		if (((unsigned char) word.p[i] & 0xc0) == 0x80)
			continue;
		room[n++] = ascii_is_digit(word.p[i]) ? '0' : 'x';
		if (n == sizeof(room))
		{
			redacted_put(redacted, slice(room, n));
			n = 0;
		}
	}
	redacted_put(redacted, slice(room, n));
}

static bool
is_marked(const Mask *mask, Slice word)
{
	if (mask->mode != MASK_SIGNS)
		return true;
	return mask->marked && mask->marked[word.p - mask->line.p];
}

/* 02T10, 000Z, 5min, 300s: few digits, one letter or a known word behind them, and few digits again. */
static bool
is_time_or_measure(Slice word)
{
	size_t		i = 0;
	size_t		letters;

	while (i < word.n && ascii_is_digit(word.p[i]))
		i++;
	if (i == 0 || i > MOST_DIGITS)
		return false;
	letters = i;
	while (i < word.n && ascii_is_alpha(word.p[i]))
		i++;
	if (i == letters)
		return false;
	if (i - letters > 1)
		return i == word.n && lexicon_has(LEXICON_WORD, slice(word.p + letters, i - letters));
	letters = i;
	while (i < word.n && ascii_is_digit(word.p[i]))
		i++;
	return i == word.n && i - letters <= 2;
}

void
mask_put_word(Mask *mask, Slice word)
{
	Redacted   *redacted = mask->redacted;
	char		folded[WORD_BYTES];
	size_t		n;

	if (mask->hidden || mask->mode == MASK_ALL || !is_marked(mask, word) || word.n > WORD_BYTES)
	{
		put_hidden(redacted, word);
		return;
	}
	n = fold_into(word, folded, NULL);
	if (word.n == 1 || is_time_or_measure(slice(folded, n)) || lexicon_has(LEXICON_WORD, slice(folded, n)))
	{
		redacted_put(redacted, word);
		return;
	}
	/* a phrase may end within a word: its letters there are told, if folding kept their places */
	if (n == word.n)
	{
		for (size_t k = n - 1; k >= 3; k--)
		{
			if (((unsigned char) word.p[k] & 0xc0) != 0x80 && lexicon_has(LEXICON_BEGINNING, slice(folded, k)))
			{
				redacted_put(redacted, slice(word.p, k));
				put_hidden(redacted, slice(word.p + k, word.n - k));
				return;
			}
		}
	}
	put_hidden(redacted, word);
}

void
mask_put_number(Mask *mask, Slice number)
{
	if (mask->hidden || mask->mode == MASK_ALL || !is_marked(mask, number) ||
		(number.n > MOST_DIGITS && !(number.n <= WORD_BYTES && lexicon_has(LEXICON_WORD, number))))
		put_hidden(mask->redacted, number);
	else
		redacted_put(mask->redacted, number);
}

void
mask_put_cjk(Mask *mask, Slice token, size_t offset)
{
	Slice		next;
	char		folded[8];
	bool		kept = false;

	if (!mask->hidden && mask->mode != MASK_ALL && is_marked(mask, token))
	{
		if (mask->cjk_before.n > 0)
			kept = lexicon_has(LEXICON_PAIR, slice(folded, fold_into(slice(mask->cjk_before.p, mask->cjk_before.n + token.n), folded, NULL)));
		if (!kept && offset < mask->line.n && lexicon_next(mask->line, &offset, &next) == TOKEN_CJK && token.n + next.n <= sizeof(folded))
			kept = lexicon_has(LEXICON_PAIR, slice(folded, fold_into(slice(token.p, token.n + next.n), folded, NULL)));
	}
	redacted_put(mask->redacted, kept ? token : SLICE_LIT("\xe3\x80\x87"));
	mask->cjk_before = token;
}
