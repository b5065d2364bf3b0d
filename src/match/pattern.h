/*
 * pattern.h
 *	  Patterns that a user wrote: words, domains, regular expressions.
 *
 * Those of data/ are the build's to check; these come at run time, from rows of
 * a table.  So they are compiled once by whoever keeps them, tell where they
 * are wrong, and say when they gave up.
 */
#ifndef BOUNCE_PATTERN_H
#define BOUNCE_PATTERN_H

#include "mail/arena.h"

#define PATTERN_GROUPS (LIMIT_OWN_GROUPS + 1)	/* of an expression that captures, the whole match included */

typedef enum PatternKind
{
	PATTERN_NONE,				/* no condition */
	PATTERN_BROKEN,				/* could not be compiled: never matches */
	PATTERN_WORDS,				/* the folded text holds them (match/fold.h) */
	PATTERN_DOMAIN,				/* the name itself, or a domain above it */
	PATTERN_REGEX
} PatternKind;

typedef struct Pattern
{
	PatternKind kind;
	Slice		words;			/* folded; a domain without the dots at its ends; what a text must
								 * hold for the expression to match, where that is known */
	Slice		source;			/* of an expression, as it was written: the caller's */
	bool		hides;			/* some of its items run over bytes and leave no trace of it */
	struct pcre2_real_code_8 *code; /* malloc's; pattern_free() */
	unsigned	uses;			/* counted until it becomes machine code, */
	bool		machine;		/* if it can */
} Pattern;

/*
 * What all patterns of one owner match with, and what their expressions may
 * still cost; pattern_tools_free().
 */
typedef struct PatternTools
{
	size_t		bytes_left;		/* of texts that they may be asked of; see pattern_tools_begin() */
	struct pcre2_real_match_data_8 *data;
	struct pcre2_real_match_context_8 *context;
} PatternTools;

typedef struct PatternError
{
	size_t		offset;			/* in bytes of the pattern */
	char		message[128];	/* PCRE2's, in English */
	bool		no_memory;
} PatternError;

/*
 * Words, folded into the arena; *pattern is PATTERN_BROKEN where nothing is left
 * of them or memory is short.
 */
void		pattern_words(Arena *arena, Slice text, Pattern *pattern);

/* A host or domain: ".example.com", "*.example.com" and "example.com." are "example.com". */
void		pattern_domain(Arena *arena, Slice text, Pattern *pattern);

/*
 * A regular expression of PCRE2, valid UTF-8; letters match in either case,
 * \w, \d and \b go by Unicode.  With 'captures' groups are numbered, and ^ and $
 * match at every line.  'text' must live as long as the pattern.  False where it
 * is wrong; then *pattern is PATTERN_BROKEN
 * and *error, which may be NULL, tells why.
 */
bool		pattern_regex(Slice text, bool captures, Pattern *pattern, PatternError *error);

/*
 * Has words looked for in ASCII texts before the expression, of which 'text' is
 * the pattern, is asked.  Changes no answer.  They are copied into the arena.
 */
void		pattern_speed_up(Arena *arena, Slice text, Pattern *pattern);

void		pattern_free(Pattern *pattern);

/* False when memory is short; *tools can be freed even then. */
bool		pattern_tools_init(PatternTools *tools);
void		pattern_tools_free(PatternTools *tools);

/* For a new message LIMIT_OWN_BYTES may be asked of again. */
void		pattern_tools_begin(PatternTools *tools);

typedef enum PatternResult
{
	PATTERN_FAILS,
	PATTERN_MATCHES,
	PATTERN_GIVES_UP,			/* a bound of steps, depth, memory or work was met: as good as not matched */
	PATTERN_NOT_ASKED			/* nothing is left of LIMIT_OWN_BYTES: likewise */
} PatternResult;

/* What patterns are matched with: a text, valid UTF-8, of which hundreds may be asked. */
typedef struct PatternText
{
	Slice		text;
	Slice		folded;			/* the same folded, for words */
	bool		ascii;
} PatternText;

PatternText pattern_text(Slice text, Slice folded);

/*
 * Does the pattern match anywhere in the text?  *where gets the piece that matched, of 'folded'
 * for words.  The same answer whatever was asked before.  An expression sees of a text that is
 * very long LIMIT_OWN_MATCH bytes behind where it begins to match, and $ not at their end.
 * Interrupts are answered through the arena; nothing is taken from it.
 */
PatternResult pattern_match(Pattern *pattern, PatternTools *tools, Arena *arena, const PatternText *text, Slice *where);

/*
 * The next match of an expression with groups at or behind 'from', likewise;
 * groups[0] is the whole, a group that took no part is SLICE_NONE.
 * PATTERN_GROUPS of them are filled.
 */
PatternResult pattern_next(Pattern *pattern, PatternTools *tools, Arena *arena, Slice text, size_t from, Slice *groups);

/* The number of the group of that name (NUL-terminated); 0 for none. */
unsigned	pattern_group(const Pattern *pattern, const char *name);

/* How many groups the expression has, the whole match not counted. */
unsigned	pattern_group_count(const Pattern *pattern);

#endif							/* BOUNCE_PATTERN_H */
