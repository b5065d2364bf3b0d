/*
 * mask.h
 *	  A text without what people wrote: names by pseudonyms, and of words only
 *	  those that mail systems use.
 */
#ifndef BOUNCE_REDACT_MASK_H
#define BOUNCE_REDACT_MASK_H

#include "redact/names.h"

/* The mail that is being written. */
typedef struct Redacted
{
	Arena	   *arena;			/* for what is needed on the way */
	Arena	   *lasting;		/* for what is written */
	Names		names;
	Slice		line_end;		/* as in the original */
	char	   *p;
	size_t		n;
	size_t		allocated;
} Redacted;

void		redacted_put(Redacted *redacted, Slice s);
void		redacted_end_line(Redacted *redacted);

typedef enum MaskMode
{
	MASK_TEXT,					/* words of the lexicon stay */
	MASK_ALL,					/* none stays */
	MASK_SIGNS,					/* only those that a sign of data/signs.tsv is made of: of a field, behind its name */
	MASK_FIELD					/* as MASK_TEXT; behind ";" an address may lack its domain */
} MaskMode;

/*
 * Writes one line of valid UTF-8 (without its end).  Every masked letter is an
 * "x" (of a script without blanks U+3007), every digit of a long number a "0".
 * With MASK_SIGNS the line is "name: value".  Linear.
 */
void		mask_line(Redacted *redacted, Slice line, MaskMode mode);

#endif							/* BOUNCE_REDACT_MASK_H */
