/*
 * finding.c
 *	  The phrases that a text holds, and the best of them (see finding.h).
 */
#include "classify/finding.h"
#include "mail/limits.h"
#include "match/fold.h"
#include "match/score.h"

static bool
is_one_of(uint16_t provider, const uint16_t *providers)
{
	for (int i = 0; i < FINDING_PROVIDERS; i++)
	{
		if (providers[i] == provider)
			return true;
	}
	return false;
}

static uint32_t
score_of(const PhraseRow *row, size_t found)
{
	return phrase_score(row->rank, row->provider != PROVIDER_NONE, row->words ? (unsigned) found : row->literal);
}

/* Keeps the hit for the trail, once a phrase. */
static void
keep(Arena *arena, Finding *finding, const Hit *hit)
{
	if (finding->hits == NULL)
		finding->hits = arena_alloc(arena, FINDING_HITS * sizeof(Hit));
	if (finding->hits == NULL || finding->count >= FINDING_HITS)
		return;
	for (size_t i = 0; i < finding->count; i++)
	{
		if (finding->hits[i].row == hit->row)
		{
			/* another word of the family */
			if (hit->score > finding->hits[i].score)
				finding->hits[i] = *hit;
			return;
		}
	}
	finding->hits[finding->count++] = *hit;
}

/* Phrases whose expression is asked when the text was read, the best of them. */
#define SEARCH_LATER LIMIT_REGEXES

#define LOST_BY_BOUND "more expressions are asked only up to a bound"

#define REGEX_MATCH_BYTES 256	/* of a text: a longer one counts as several for LIMIT_REGEX_MATCHES */

typedef struct Search
{
	Arena	   *arena;
	Finding    *finding;
	Hit			later[SEARCH_LATER];
	size_t		count;
} Search;

static Hit *
best_of(Finding *finding, const PhraseRow *row)
{
	return row->rank == RANK_TRAP ? &finding->trap : &finding->best;
}

static void
take_best(Finding *finding, const Hit *hit)
{
	Hit		   *best = best_of(finding, hit->row);

	if (hit->lost == NULL && (best->row == NULL || hit->score > best->score))
		*best = *hit;
}

/* Asks the expression; to ask costs more than all the rest.  'left' is what may still be spent. */
static void
ask(Arena *arena, const Finding *finding, Hit *hit, unsigned *left)
{
	unsigned	cost = 1 + (unsigned) (finding->text.n / REGEX_MATCH_BYTES);

	if (*left < cost)
	{
		if (left != finding->telling_left)
			arena_meet(arena, BOUND_REGEX_MATCHES);
		hit->lost = LOST_BY_BOUND;
		return;
	}
	*left -= cost;
	if (regexes_match(finding->regexes, known(hit->row->regex), finding->text))
		return;
	hit->lost = "its regular expression does not match";
	if (finding->regexes->gave_up)
	{
		/* which of the three PCRE2 does not tell alike in all its ways to match */
		arena_meet(arena, BOUND_REGEX_STEPS);
		hit->lost = "its regular expression met a bound: it does not match";
	}
}

/* Tells the trail why the phrase of a hit can't win. */
static void
note_lost(const Finding *finding, const Hit *hit)
{
	for (size_t i = 0; i < finding->count; i++)
	{
		if (finding->hits[i].row == hit->row)
			finding->hits[i].lost = hit->lost;
	}
}

static void
drop(const Search *search, const Hit *hit)
{
	Hit			dropped = *hit;

	arena_meet(search->arena, BOUND_REGEXES);
	dropped.lost = LOST_BY_BOUND;
	if (search->finding->trail)
		note_lost(search->finding, &dropped);
}

/* Puts it off until the text was read: mostly a better phrase without expression turns up. */
static void
put_off(Search *search, const Hit *hit)
{
	size_t		worst = 0;

	for (size_t i = 0; i < search->count; i++)
	{
		if (search->later[i].row == hit->row)
		{
			if (hit->score > search->later[i].score)
				search->later[i] = *hit;
			return;
		}
		if (search->later[i].score < search->later[worst].score)
			worst = i;
	}
	if (search->count < SEARCH_LATER)
		search->later[search->count++] = *hit;
	else if (hit->score > search->later[worst].score)
	{
		drop(search, &search->later[worst]);
		search->later[worst] = *hit;
	}
	else
		drop(search, hit);
}

/* Asks those that were put off, the best first, as long as they could win. */
static void
ask_later(Search *search)
{
	Finding    *finding = search->finding;

	while (search->count > 0)
	{
		size_t		k = 0;
		Hit			hit;
		Hit		   *best;

		for (size_t i = 1; i < search->count; i++)
		{
			if (search->later[i].score > search->later[k].score)
				k = i;
		}
		hit = search->later[k];
		/* the order stays: of equal scores the first counts */
		search->count--;
		memmove(search->later + k, search->later + k + 1, (search->count - k) * sizeof(Hit));
		best = best_of(finding, hit.row);
		if (best->row != NULL && hit.score <= best->score)
		{
			/* it can't win; but who asks why wants to know all */
			if (finding->trail)
			{
				ask(search->arena, finding, &hit, finding->telling_left);
				note_lost(finding, &hit);
			}
			continue;
		}
		ask(search->arena, finding, &hit, finding->matches_left);
		if (finding->trail)
			note_lost(finding, &hit);
		take_best(finding, &hit);
		/* families share an expression */
		for (size_t i = 0; hit.lost && i < search->count;)
		{
			if (search->later[i].row->regex == hit.row->regex)
			{
				search->later[i].lost = hit.lost;
				if (finding->trail)
					note_lost(finding, &search->later[i]);
				search->count--;
				memmove(search->later + i, search->later + i + 1, (search->count - i) * sizeof(Hit));
			}
			else
				i++;
		}
	}
}

static bool
note_phrase(void *context, const MatchHit *found)
{
	Search	   *search = context;
	Finding    *finding = search->finding;
	const PhraseRow *row = &knowledge_phrases[found->phrase];
	Hit			hit = {.row = row};

	if (row->provider != PROVIDER_NONE && !is_one_of(row->provider, finding->providers))
	{
		/* of no interest but to somebody who asks why */
		if (finding->trail == NULL)
			return true;
		hit.lost = "it counts only where that provider refused";
	}
	hit.score = score_of(row, found->end - found->start);
	hit.where = slice(finding->text.p + found->start, found->end - found->start);
	if (finding->trail)
		keep(search->arena, finding, &hit);
	if (hit.lost == NULL && row->regex)
		put_off(search, &hit);
	else
		take_best(finding, &hit);
	return true;
}

void
finding_add(Arena *arena, Slice text, Finding *finding)
{
	Search		search;

	finding->searched = true;
	text = ARENA_BOUNDED(arena, text, REPLY_BYTES);
	if (text.n == 0)
		return;
	finding->text = fold_text(arena, text);
	trail_source(finding->trail, finding->text, text);
	search.arena = arena;
	search.finding = finding;
	search.count = 0;
	match_run(&knowledge_phrase_match, arena, finding->text, note_phrase, &search);
	ask_later(&search);
}

bool
finding_trap_decides(const Finding *finding)
{
	const char *fault;

	if (finding->trap.row == NULL)
		return false;
	if (!finding_tells(finding))
		return true;
	fault = knowledge_reasons[finding->best.row->reason].fault;
	return fault == NULL || (strcmp(fault, "sender") != 0 && strcmp(fault, "content") != 0);
}

/* Why a phrase that could have won lost against the best of its text. */
static const char *
lost_by(const Hit *hit, const Hit *best)
{
	if (hit->row->rank == RANK_TRAP)
		return "words about the sender or the content are more exact than this trap";
	if (hit->row->rank < best->row->rank)
		return hit->row->rank == RANK_GENERIC ? "generic words: others tell more" : "its rank is lower";
	if ((hit->score ^ best->score) >> 16 != 0)
		return "the other phrase is the refusing provider's own";
	if (hit->score < best->score)
		return "the other phrase is longer";
	return "the other phrase, of the same length, came first";
}

void
finding_note_losers(const Finding *finding, const PhraseRow *winner, const char *lost_to)
{
	for (size_t i = 0; i < finding->count; i++)
	{
		const Hit  *hit = &finding->hits[i];
		const char *why = hit->lost;
		const char *reason = knowledge_reasons[hit->row->reason].reason;

		if (hit->row == winner)
			continue;
		if (why == NULL && (hit->row == finding->best.row || hit->row == finding->trap.row || finding->best.row == NULL))
			why = lost_to;
		else if (why == NULL)
			why = lost_by(hit, &finding->best);
		trail_note(finding->trail, "reason", slice(reason, strlen(reason)), false,
				   finding_rule(hit->row), hit->where, why);
	}
}

RuleName
finding_rule(const PhraseRow *row)
{
	RuleName	rule = {row->words ? "family" : "phrase", NULL, known(row->phrase), known(row->file), row->line};

	if (row->provider != PROVIDER_NONE)
		rule.owner = knowledge_providers[row->provider].provider;
	return rule;
}
