/*
 * automaton.h
 *	  Makes the Aho-Corasick automaton that src/match/match.c walks.
 */
#ifndef DATAC_AUTOMATON_H
#define DATAC_AUTOMATON_H

#include "match/match.h"

/* One piece of a phrase, folded. */
typedef struct AutomatonPiece
{
	Slice		bytes;			/* never empty */
	MatchPattern pattern;		/* length and next are set by automaton_build */
} AutomatonPiece;

/*
 * Fills 'table' (all in the arena) for 'count' pieces that belong to
 * 'phrase_count' phrases.  A piece that begins with an ASCII letter or digit
 * must have word_start.  No pieces make a table that finds nothing.  The arena
 * must not return NULL.
 */
void		automaton_build(Arena *arena, const AutomatonPiece *pieces, size_t count,
							uint32_t phrase_count, MatchTable *table);

#endif							/* DATAC_AUTOMATON_H */
