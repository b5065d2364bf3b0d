/*
 * regex.h
 *	  Regular expressions, for the phrases whose words alone say too little.
 */
#ifndef BOUNCE_REGEX_H
#define BOUNCE_REGEX_H

#include "mail/arena.h"

/*
 * Patterns that were needed, compiled, in an arena: the message's own, or one
 * that lasts from message to message and is lent to them (Arena.regexes).  Make
 * it with regexes_init(); it goes with its arena.
 */
typedef struct Regexes
{
	Arena	   *arena;
	struct RegexEntry *entries;
	size_t		count;
	size_t		allocated;
} Regexes;

void		regexes_init(Regexes *regexes, Arena *arena);

/*
 * Does the PCRE2 pattern (UTF-8, NUL-terminated, of static storage) match
 * anywhere in the text (folded, valid UTF-8)?  Bounded in steps, depth and
 * memory: a pattern that needs more does not match.  False, too, when memory
 * is short.
 */
bool		regexes_match(Regexes *regexes, const char *pattern, Slice text);

/* Patterns that are kept at most; others are compiled for each use. */
#define REGEXES_KEPT 256

/* The same once, without a message. */
bool		regex_matches(const char *pattern, Slice text);

/* Why the pattern can't be compiled, in 'message'; false when it can't. */
bool		regex_is_valid(const char *pattern, char *message, size_t size);

#endif							/* BOUNCE_REGEX_H */
