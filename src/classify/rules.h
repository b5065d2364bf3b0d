/*
 * rules.h
 *	  Everything that data/ says of reports and replies, rule by rule, for those
 *	  who want to read it (bounce_rules()) and to try it (t/c/test_rules.c).
 */
#ifndef BOUNCE_RULES_H
#define BOUNCE_RULES_H

#include "classify/knowledge.h"
#include "match/trail.h"

typedef struct RuleInfo
{
	RuleName	name;
	const char *pattern;		/* what is looked for, as written in data/ */
	const char *means;			/* the reason; of markers and signs their kind, of block lists the name */
	const char *reason;			/* NULL where it decides none */
	const char *rank;			/* of phrases: generic, plain, specific, trap; of codes: none, weak, decides */
	const char *language;
	const char *source;
	const char *regex;
	Slice		example;		/* a reply that this rule decides, in the arena; SLICE_NONE where it decides none */
	const char *more_examples;	/* as written in data/, behind the first one; NULL: no more */
	Slice		example_rhost;	/* the host that must say it, or SLICE_NONE */
	const char *example_command;	/* the command that it must answer, or NULL */
} RuleInfo;

/* How many rules there are; they keep their numbers as long as data/ stays the same. */
size_t		rules_count(void);

/* The rule of that number, below rules_count(). */
void		rules_get(size_t number, Arena *arena, RuleInfo *info);

/* Takes the next of more examples: info->example and more_examples go on.  False when there is none. */
bool		rules_next_example(RuleInfo *info, Arena *arena);

/* The rule that a block list's row is. */
RuleName	rules_blocklist(const BlocklistRow *row);

#endif							/* BOUNCE_RULES_H */
