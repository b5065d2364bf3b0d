/*
 * datac.h
 *	  What the parts of the data compiler share.
 *
 * datac reads the tables of data/ and writes them as C.  It runs at build time
 * only: it takes all memory from one arena, which ends the program when there
 * is none left, and gives it back at the end.
 */
#ifndef DATAC_H
#define DATAC_H

#include <stdarg.h>

#include "mail/arena.h"
#include "match/sha1.h"

/* The texts that text_known() was asked for (match/known.h). */
typedef struct KnownTexts
{
	const char **texts;			/* a hash table */
	uint32_t   *offsets;		/* theirs */
	size_t		size;			/* of both, a power of two */
	size_t		count;
	struct Text *literals;		/* the texts one behind the other, as C */
	uint32_t	end;			/* offset of the next */
} KnownTexts;

typedef struct Datac
{
	Arena		arena;
	KnownTexts	known;
	const char *data_dir;		/* as it was given */
	Sha1		digest;			/* of all rows that verdicts hang on */
	uint32_t   *words;			/* hashes of the lexicon, some more than once */
	size_t		word_count;
	size_t		word_room;
	unsigned	errors;			/* bad lines so far */
} Datac;

#define DATAC_PRINTF(text, arguments) __attribute__((format(printf, text, arguments)))

/*
 * Says on stderr what is wrong with a line, as "data/FILE:LINE: ...", and
 * counts it.  The program goes on, so that all bad lines are told at once.
 */
void		datac_error(Datac *datac, const char *file, unsigned line,
						const char *format,...) DATAC_PRINTF(4, 5);

/* The printed string, in the arena. */
const char *datac_print(Datac *datac, const char *format,...) DATAC_PRINTF(2, 3);

/*
 * Room for one more element: returns 'array', or a larger copy of it, in which
 * [count] may be written.
 */
void	   *datac_grow(Datac *datac, void *array, size_t count, size_t *allocated,
					   size_t element_size);

/* An output file while it is being put together. */
typedef struct Text
{
	Datac	   *datac;
	char	   *p;
	size_t		n;
	size_t		allocated;
} Text;

/* Adds to the text; a NUL, which n doesn't count, is behind it then. */
void		text_add(Text *text, const char *format,...) DATAC_PRINTF(2, 3);

/* A C string literal; NULL for the empty string. */
void		text_string(Text *text, const char *s);

/* A KnownText; 0 for the empty string. */
void		text_known(Text *text, const char *s);

/* The four outputs, and the texts that are the end of the first. */
typedef struct Output
{
	Text		known;
	Text		knowledge;		/* knowledge.c */
	Text		markers;		/* markers.c */
	Text		reason_ids;		/* reason_ids.h */
	Text		marker_ids;		/* marker_ids.h */
} Output;

#endif							/* DATAC_H */
