/*
 * trail.h
 *	  What was found in a message and what it led to, step by step: the
 *	  material of bounce_explain().
 *
 * Nobody keeps a trail while mails are merely judged: every function here
 * takes a NULL trail and does nothing then.  The readers and the judge note
 * what they decide by, winners and losers alike; src/explain.c tells it.
 *
 * Evidence is noted as it lay before the reader: folded, decoded, joined.  So
 * the trail also learns which text was made of which (trail_source), and
 * leads evidence back to the bytes of the message (trail_locate).
 */
#ifndef BOUNCE_TRAIL_H
#define BOUNCE_TRAIL_H

#include "mail/arena.h"
#include "mail/limits.h"

/* A line of data/, or a rule that is code (table "engine"). */
typedef struct RuleName
{
	const char *table;			/* phrase, status, reply, marker, sign, domain, blocklist, limit, engine; NULL: none */
	const char *owner;			/* the provider or decoder that the line is bound to, or NULL */
	const char *pattern;
	const char *file;
	unsigned	line;			/* 0 for rules that are code */
} RuleName;

typedef struct TrailEntry
{
	size_t		delivery;		/* number in the report; TRAIL_MESSAGE: of the message as a whole */
	const char *decision;		/* kind, format, recipient, reason, delivery_status ... */
	Slice		value;			/* what the rule says */
	bool		won;
	RuleName	rule;
	Slice		evidence;		/* SLICE_NONE where there is none but absence */
	const char *why;			/* static; NULL where there is nothing to add */
} TrailEntry;

#define TRAIL_MESSAGE SIZE_MAX

typedef struct TrailSource
{
	Slice		derived;
	Slice		origin;
} TrailSource;

typedef struct Trail
{
	Arena	   *arena;
	size_t		delivery;		/* that entries are noted for */
	TrailEntry *entries;
	size_t		count;
	size_t		allocated;
	uint64_t	told;			/* bit BOUND_x: told of this message, */
	uint64_t	told_here;		/* of this delivery */
	size_t		told_of;		/* the delivery */
	TrailSource *sources;
	size_t		source_count;
	size_t		source_allocated;

	/* of trail_locate(): what it may still cost, and where texts are folded, one behind the other */
	size_t		work_left;
	char	   *folded;
	uint32_t   *offsets;
	size_t		room;
} Trail;

#define TRAIL_SOURCES 100000
#define TRAIL_NARROW 524288		/* bytes of a text in which the words are looked for; of longer ones the whole is told */
#define TRAIL_WORK (UINT64_C(128) << 20)	/* bytes folded and sources looked at for one message */

void		trail_init(Trail *trail, Arena *arena);

/* Notes a step; the entry is filled as given and may be amended until the next call.  NULL when nothing was noted. */
TrailEntry *trail_note(Trail *trail, const char *decision, Slice value, bool won,
					   RuleName rule, Slice evidence, const char *why);

/* A further message begins: what was told of the one before counts no more. */
void		trail_begin(Trail *trail);

/*
 * Notes that a bound was met at 'evidence': what lies behind it was not looked
 * at.  Once a delivery.
 */
void		trail_bound(Trail *trail, Bound bound, Slice evidence);

/* Notes the bounds of which but the arena knows that they were met in this message. */
void		trail_bounds_met(Trail *trail);

/* Tells that 'derived' was made of 'origin': decoded, unfolded, joined. */
void		trail_source(Trail *trail, Slice derived, Slice origin);

/* Forgets the entries noted since trail->count was 'count'. */
void		trail_rewind(Trail *trail, size_t count);

/*
 * Where in 'message' the evidence stands: its exact bytes where folding alone
 * lies between, else those of the text that it was decoded from.  SLICE_NONE
 * when it can't be led back.  Past TRAIL_WORK evidence that was decoded is led
 * back to the text as a whole, and then not at all.
 */
Slice		trail_locate(Trail *trail, Slice message, Slice evidence);

/* "table:owner:pattern", in the arena; SLICE_NONE for no rule. */
Slice		rule_id(Arena *arena, const RuleName *rule);

/* A rule that is code, in src/'file'. */
static inline RuleName
rule_engine(const char *name, const char *file)
{
	RuleName	rule = {"engine", NULL, name, file, 0};

	return rule;
}

/* A bound that was met. */
static inline RuleName
rule_limit(const MailLimit *limit)
{
	RuleName	rule = {"limit", NULL, limit->name, "src/mail/limits.h", 0};

	return rule;
}

#define RULE_NONE ((RuleName) {NULL, NULL, NULL, NULL, 0})

#endif							/* BOUNCE_TRAIL_H */
