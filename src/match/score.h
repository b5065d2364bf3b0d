/*
 * score.h
 *	  What a phrase is worth against the others that stand in the same text.
 *
 * The judge (classify/finding.c) goes by it; the data compiler, too, to refuse
 * a phrase that can never win.
 */
#ifndef BOUNCE_SCORE_H
#define BOUNCE_SCORE_H

#include <stdbool.h>
#include <stdint.h>

/* Rank, then whether it is bound to the provider that refused, then its length; the higher wins. */
static inline uint32_t
phrase_score(unsigned rank, bool is_bound, unsigned literal)
{
	return ((uint32_t) rank << 20) | ((uint32_t) is_bound << 16) | (literal < 65535 ? literal : 65535);
}

#endif							/* BOUNCE_SCORE_H */
