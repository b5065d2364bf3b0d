/*
 * lint.c
 *	  Finds phrases that can never win and phrases that contradict each other.
 *
 * A text that holds a phrase holds, too, what stands in the phrase's own
 * words.  So each phrase is searched as if it were a reply: whatever is found
 * there and is worth more wins wherever the phrase stands.
 *
 * Two phrases contradict each other when they have the same words, in
 * whatever order, articles and forms of "be" and "have" left out, and the same
 * rank and provider, but mean different reasons.
 */
#include <stdlib.h>

#include "match/regex.h"
#include "datac/lint.h"
#include "match/score.h"

/* Stands for what a "*" may be: no phrase holds it. */
#define FILLER "xyzzy"

#define RANK_OF_TRAPS 3			/* RANK_TRAP: they decide apart from the others */

typedef struct Rival
{
	Datac	   *datac;
	const LintList *list;
	size_t		self;
	Slice		text;
	const LintPhrase *better;	/* the best that is worth more, */
	uint32_t	best;			/* and how much */
	const LintPhrase *equal;	/* worth as much, with another reason */
} Rival;

/* 'length': of the words found, which counts for families. */
static uint32_t
score_of(const LintPhrase *phrase, uint32_t length)
{
	return phrase_score(phrase->rank, phrase->provider[0] != '\0',
						phrase->is_family ? length : (unsigned) phrase->phrase.literal);
}

static bool
note_rival(void *context, const MatchHit *hit)
{
	Rival	   *rival = context;
	const LintPhrase *self = &rival->list->phrases[rival->self];
	const LintPhrase *other = &rival->list->phrases[hit->phrase];
	uint32_t	score;

	if (other == self || (self->rank == RANK_OF_TRAPS) != (other->rank == RANK_OF_TRAPS))
		return true;
	/* it must speak wherever the phrase does */
	if (other->provider[0] != '\0' && strcmp(other->provider, self->provider) != 0)
		return true;
	if (other->regex[0] != '\0' && !regex_matches(other->regex, rival->text))
		return true;
	score = score_of(other, hit->end - hit->start);
	if (score > score_of(self, 0) && score > rival->best)
	{
		rival->better = other;
		rival->best = score;
	}
	if (score == score_of(self, 0) && strcmp(other->reason, self->reason) != 0)
		rival->equal = other;
	return true;
}

/* The phrase's words with something for each "*". */
static Slice
text_of(Datac *datac, const Phrase *phrase)
{
	size_t		n = 0;
	char	   *out = arena_alloc(&datac->arena, phrase->literal + (size_t) phrase->count * (sizeof(FILLER) + 1));

	for (int i = 0; i < phrase->count; i++)
	{
		if (i > 0)
		{
			memcpy(out + n, FILLER, sizeof(FILLER) - 1);
			n += sizeof(FILLER) - 1;
		}
		memcpy(out + n, phrase->pieces[i].p, phrase->pieces[i].n);
		n += phrase->pieces[i].n;
	}
	return slice(out, n);
}

/* ------------------------------------------------------------------------
 * The same words
 * ------------------------------------------------------------------------ */

/* A phrase by its words: sorted, with blanks between. */
typedef struct WordKey
{
	const LintPhrase *phrase;
	char	   *key;
} WordKey;

static bool
is_idle(const char *word)
{
	static const char *const words[] = {
		"the", "a", "an", "is", "are", "was", "were", "be", "been", "has", "have", "this", "that", "your", "it", "its",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* NULL for a phrase of a single word, which is the business of keys_check(). */
static char *
key_of(Datac *datac, const LintPhrase *phrase)
{
	char	   *copy = (char *) arena_copy(&datac->arena, phrase->phrase.text).p;
	const char **words = arena_alloc(&datac->arena, (phrase->phrase.text.n + 1) * sizeof(char *));
	size_t		count = 0;
	Text		key = {.datac = datac};

	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
	{
		if (!is_idle(word))
			words[count++] = word;
	}
	if (count < 2)
		return NULL;
	qsort(words, count, sizeof(char *), compare_words);
	for (size_t i = 0; i < count; i++)
		text_add(&key, "%s ", words[i]);
	text_add(&key, "\t%u\t%s", phrase->rank, phrase->provider);
	return key.p;
}

static int
compare_keys(const void *a, const void *b)
{
	const WordKey *x = a;
	const WordKey *y = b;
	int			order = strcmp(x->key, y->key);

	return order ? order : x->phrase < y->phrase ? -1 : 1;
}

static void
find_same_words(Datac *datac, const LintList *list)
{
	WordKey    *keys = arena_alloc(&datac->arena, (list->count + 1) * sizeof(WordKey));
	size_t		count = 0;

	for (size_t i = 0; i < list->count; i++)
	{
		if (list->phrases[i].is_family)
			continue;
		keys[count].phrase = &list->phrases[i];
		keys[count].key = key_of(datac, &list->phrases[i]);
		count += keys[count].key != NULL;
	}
	qsort(keys, count, sizeof(WordKey), compare_keys);
	for (size_t i = 1; i < count; i++)
	{
		const LintPhrase *one = keys[i - 1].phrase;
		const LintPhrase *other = keys[i].phrase;

		if (strcmp(keys[i - 1].key, keys[i].key) == 0 && strcmp(one->reason, other->reason) != 0)
			datac_error(datac, other->file, other->line, "\"%.*s\" (%s) contradicts \"%.*s\" (%s:%u, %s)",
						(int) other->phrase.text.n, other->phrase.text.p, other->reason,
						(int) one->phrase.text.n, one->phrase.text.p, one->file, one->line, one->reason);
	}
}

void
lint_phrases(Datac *datac, const LintList *list, const MatchTable *table)
{
	for (size_t i = 0; i < list->count; i++)
	{
		const LintPhrase *phrase = &list->phrases[i];
		Rival		rival = {.datac = datac, .list = list, .self = i};

		if (phrase->is_family)
			continue;
		rival.text = text_of(datac, &phrase->phrase);
		match_run(table, &datac->arena, rival.text, note_rival, &rival);
		if (rival.better)
			datac_error(datac, phrase->file, phrase->line,
						"\"%.*s\" can never win: \"%.*s\" (%s:%u, %s) stands in it and is worth more",
						(int) phrase->phrase.text.n, phrase->phrase.text.p,
						(int) rival.better->phrase.text.n, rival.better->phrase.text.p,
						rival.better->file, rival.better->line, rival.better->reason);
		else if (rival.equal)
			datac_error(datac, phrase->file, phrase->line,
						"\"%.*s\" (%s) contradicts \"%.*s\" (%s:%u, %s), which stands in it and is worth as much",
						(int) phrase->phrase.text.n, phrase->phrase.text.p, phrase->reason,
						(int) rival.equal->phrase.text.n, rival.equal->phrase.text.p,
						rival.equal->file, rival.equal->line, rival.equal->reason);
	}
	find_same_words(datac, list);
}
