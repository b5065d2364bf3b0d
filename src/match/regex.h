/*
 * regex.h
 *	  Regular expressions, for the phrases whose words alone say too little.
 */
#ifndef BOUNCE_REGEX_H
#define BOUNCE_REGEX_H

#include "mail/arena.h"

/*
 * Patterns that were needed, compiled: for one message, or kept from message
 * to message by an owner who lends them (Arena.regexes).  'entries' lie in the
 * arena; what PCRE2 makes of a kept pattern does not, since its machine code
 * cannot: regexes_free() gives it back, and must be called before the arena's
 * memory goes.
 */
typedef struct Regexes
{
	Arena	   *arena;
	struct RegexEntry *entries;
	size_t		count;
	size_t		allocated;
	uint16_t   *places;			/* by hash: number of the entry + 1, 0 for none; where many are kept */
	bool		kept;
	bool		gave_up;		/* the last one met a bound of steps, depth or memory */
	struct pcre2_real_match_data_8 *data;	/* of the kept ones, made once */
	struct pcre2_real_match_context_8 *context;
} Regexes;

/* For one message; there is nothing to give back but the arena. */
void		regexes_init(Regexes *regexes, Arena *arena);

/* For many: what is needed often becomes machine code, where PCRE2 can make it. */
void		regexes_init_kept(Regexes *regexes, Arena *arena);

/* Gives back what is not the arena's; the entries are as good as never made. */
void		regexes_free(Regexes *regexes);

/*
 * Does the PCRE2 pattern (UTF-8, NUL-terminated, of static storage) match
 * anywhere in the text (folded, valid UTF-8)?  Bounded in steps, depth and
 * memory: a pattern that needs more does not match.  False, too, when memory
 * is short, which the arena of 'regexes' tells then.
 */
bool		regexes_match(Regexes *regexes, const char *pattern, Slice text);

/*
 * Patterns that are kept at most; others are compiled for each use, which makes
 * a reply cost three times as much.  data/ has some 1,300 of them, so that all
 * are kept once they were needed: 2 KB each, and 6 KB of machine code.
 */
#define REGEXES_KEPT 2048

/* The same once, without a message. */
bool		regex_matches(const char *pattern, Slice text);

/* Why the pattern can't be compiled, in 'message'; false when it can't. */
bool		regex_is_valid(const char *pattern, char *message, size_t size);

#endif							/* BOUNCE_REGEX_H */
