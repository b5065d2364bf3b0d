/*
 * own_rules.h
 *	  Rules that users wrote: they stand above everything that is built in.
 *
 * A rule's conditions must all hold.  They look at what the row shows (the
 * diagnostic, the host that refused, the destination) and at fields of the
 * bounce mail or of the message that it returns.  Of several rules that match
 * the first one decides: the order is their owner's.
 */
#ifndef BOUNCE_OWN_RULES_H
#define BOUNCE_OWN_RULES_H

#include "bounce.h"
#include "classify/verdict.h"
#include "match/pattern.h"

/* A rule as it is written: UTF-8; SLICE_NONE is SQL's NULL. */
typedef struct OwnRuleText
{
	int64_t		id;
	bool		regex;			/* the conditions are regular expressions, else plain */
	Slice		diagnostic;
	Slice		rhost;
	Slice		destination;
	Slice		header;			/* name of a field */
	Slice		header_value;	/* of its value; SLICE_NONE: any */
	Slice		reason;			/* one of bounce_reasons(), or a name of the user's own */
	BounceTruth hard_bounce;	/* TRUTH_NULL: as the built-in reason has it */
	Slice		fault;			/* SLICE_NONE: likewise */
	Slice		advice;
	int64_t		valid_from;		/* INT64_MIN: always was; on the clock of BounceOptions.now */
	int64_t		valid_until;	/* from then on it is not; INT64_MAX: always will be */
} OwnRuleText;

typedef struct OwnRule
{
	RuleName	name;			/* "own:17" */
	Pattern		diagnostic;
	Pattern		rhost;
	Pattern		destination;
	Slice		header;
	Pattern		header_value;
	const char *reason;
	uint16_t	reason_number;	/* REASON_..., REASON_COUNT for a name of the user's own */
	BounceTruth hard_bounce;
	const char *fault;			/* NULL: as the built-in reason has it */
	const char *advice;
	int64_t		valid_from;
	int64_t		valid_until;
} OwnRule;

typedef struct OwnRules
{
	Arena	   *arena;
	OwnRule    *rules;			/* in order of precedence */
	size_t		count;
	size_t		allocated;
	PatternTools tools;
} OwnRules;

/* Patterns are compiled into malloc's memory: own_rules_free() must be called, before the arena's memory goes. */
void		own_rules_init(OwnRules *rules, Arena *arena);
void		own_rules_free(OwnRules *rules);

/*
 * Adds a rule behind the others; everything is copied.  A pattern that can't be
 * compiled never matches, and bounce_explain says so.  False when memory is short.
 */
bool		own_rules_add(OwnRules *rules, const OwnRuleText *text);

/* A message, or a bare reply, before these rules. */
typedef struct OwnCase
{
	OwnRules   *rules;			/* NULL: there are none */
	int64_t		now;
	Arena	   *arena;
	Trail	   *trail;			/* or NULL */
	const Report *report;		/* NULL for a bare reply */
	bool		returned_read;
	Header		returned;		/* of the message that came back */
	unsigned	give_ups_left;

	/* what was found out already: of the headers, and of the last diagnostic */
	struct OwnMemo *headers;
	struct OwnMemo *diagnostics;
	char	   *diagnostic_bytes;
	char	   *folded_bytes;
	PatternText diagnostic;
} OwnCase;

/* 'arena' lasts as long as the message. */
void		own_case_init(OwnCase *own, Arena *arena, OwnRules *rules, int64_t now, const Report *report, Trail *trail);

/*
 * The rule that decides on a delivery whose row is complete, or NULL.  Only
 * failures and delays are looked at.  With a trail it is noted which rules
 * matched and which gave up.
 */
const OwnRule *own_rules_decide(OwnCase *own, const Delivery *delivery, const Verdict *verdict, const BounceRow *row);

#endif							/* BOUNCE_OWN_RULES_H */
