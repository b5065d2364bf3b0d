/*
 * finding.h
 *	  The phrases of data/phrases*.tsv that a text holds, and the best of them.
 */
#ifndef BOUNCE_FINDING_H
#define BOUNCE_FINDING_H

#include "classify/knowledge.h"
#include "match/regex.h"
#include "match/trail.h"

#define FINDING_PROVIDERS 3		/* whose own phrases count */
#define FINDING_HITS 64			/* kept of one finding for the trail */

/* A phrase that the text holds. */
typedef struct Hit
{
	const PhraseRow *row;		/* NULL: none */
	uint32_t	score;
	Slice		where;			/* in the folded text */
	const char *lost;			/* why it can't win, whatever the others are; NULL: it can */
} Hit;

/* The best phrases of one or several texts. */
typedef struct Finding
{
	const uint16_t *providers;	/* FINDING_PROVIDERS of them, PROVIDER_NONE where unknown */
	Trail	   *trail;			/* NULL: only the best are kept */
	Regexes    *regexes;
	unsigned   *matches_left;	/* expressions that may still be asked of this message */
	unsigned   *telling_left;	/* and only to be told of; where a trail is kept */
	Hit			best;			/* traps aside */
	Hit			trap;			/* says that somebody else's failure is quoted */
	bool		searched;		/* some text was */
	Slice		text;			/* the one being searched, folded */
	Hit		   *hits;			/* all of them, where a trail is kept; in the arena */
	size_t		count;
} Finding;

/*
 * Looks for phrases in one more text, of which LIMIT_REPLY_BYTES count.
 * Linear.  Of equal scores a phrase without expression wins, then the one that
 * ends first in the text; of several texts the first one's.
 */
void		finding_add(Arena *arena, Slice text, Finding *finding);

/* Do words speak that plainly mean one thing? */
static inline bool
finding_tells(const Finding *finding)
{
	return finding->best.row != NULL && finding->best.row->rank >= RANK_PLAIN;
}

/*
 * Does the trap decide?  It keeps a failure that the text quotes (of the
 * sender's address) from being taken for the recipient's; words about the
 * sender or the content are more exact than it.
 */
bool		finding_trap_decides(const Finding *finding);

/*
 * Notes every phrase found but 'winner' (which may be NULL) as a runner-up for
 * the reason, with what it lost by.  The best of the losers loses by
 * 'lost_to', where the winner is not of this finding.
 */
void		finding_note_losers(const Finding *finding, const PhraseRow *winner, const char *lost_to);

/* The rule that a phrase is, as trails and bounce_rules() name it. */
RuleName	finding_rule(const PhraseRow *row);

#endif							/* BOUNCE_FINDING_H */
