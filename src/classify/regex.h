/*
 * regex.h
 *	  Regular expressions, for the phrases whose words alone say too little.
 */
#ifndef BOUNCE_REGEX_H
#define BOUNCE_REGEX_H

#include "mail/arena.h"

/*
 * The patterns that one message needed, compiled, in the message's arena; and
 * how many more times one may be asked.  Make it with regexes_init().
 */
typedef struct Regexes
{
	Arena	   *arena;
	struct RegexEntry *entries;
	size_t		count;
	size_t		allocated;
	unsigned	left;			/* matches; none are found when it is 0 */
} Regexes;

void		regexes_init(Regexes *regexes, Arena *arena, unsigned matches);

/*
 * Does the PCRE2 pattern (UTF-8, NUL-terminated, of static storage) match
 * anywhere in the text (folded, valid UTF-8)?  Bounded in steps, depth and
 * memory: a pattern that needs more does not match.  False, too, when memory
 * is short.
 */
bool		regexes_match(Regexes *regexes, const char *pattern, Slice text);

/* The same once, without a message. */
bool		regex_matches(const char *pattern, Slice text);

/* Why the pattern can't be compiled, in 'message'; false when it can't. */
bool		regex_is_valid(const char *pattern, char *message, size_t size);

#endif							/* BOUNCE_REGEX_H */
