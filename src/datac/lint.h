/*
 * lint.h
 *	  Finds phrases that can never win and phrases that contradict each other.
 */
#ifndef DATAC_LINT_H
#define DATAC_LINT_H

#include "datac/phrase.h"
#include "datac/table.h"

/* A row of knowledge_phrases, in its order. */
typedef struct LintPhrase
{
	Phrase		phrase;
	unsigned	rank;			/* PhraseRank */
	const char *provider;		/* "" for any */
	const char *reason;
	const char *regex;			/* "" for none */
	bool		is_family;		/* worth as much as the word that was found is long */
	const char *file;
	unsigned	line;
} LintPhrase;

typedef struct LintList
{
	LintPhrase *phrases;
	size_t		count;
	size_t		allocated;
} LintList;

/*
 * Reports, as errors of their lines: a phrase in whose words another one
 * always stands that is worth more; two of the same words that
 * say different things.  'table' is the automaton of all of them.
 */
void		lint_phrases(Datac *datac, const LintList *list, const MatchTable *table);

#endif							/* DATAC_LINT_H */
