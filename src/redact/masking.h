/*
 * masking.h
 *	  A line while it is masked.  Private to mask*.c.
 */
#ifndef BOUNCE_REDACT_MASKING_H
#define BOUNCE_REDACT_MASKING_H

#include "match/lexicon.h"
#include "match/match.h"
#include "redact/mask.h"

#define WORD_BYTES 64			/* a longer one is in no lexicon */
#define MOST_DIGITS 4			/* of a number that stays: codes, years, times, ports */

typedef struct Mask
{
	Redacted   *redacted;
	Slice		line;
	MaskMode	mode;
	uint8_t    *marked;			/* bytes of the line that a sign covers (MASK_SIGNS), or a block list's name; or NULL */
	bool		hidden;			/* behind "Subject:" */
	size_t		address_from;	/* the next address begins here, */
	size_t		address_to;		/* ends here */
	Slice		address;
	size_t		searched;		/* up to where addresses were searched */
	Slice		cjk_before;		/* the character before, when it is one */
	size_t		host_searched;	/* up to where no host's name is */
} Mask;

/* Notes which bytes of the line the phrases of the table cover. */
void		mask_mark(Mask *mask, const MatchTable *table);

/* Writes the word, as much of it as is known. */
void		mask_put_word(Mask *mask, Slice word);

void		mask_put_number(Mask *mask, Slice number);

/* A character of a script without blanks, behind which the line goes on at 'offset', stays beside one that stands so in a phrase. */
void		mask_put_cjk(Mask *mask, Slice token, size_t offset);

#endif							/* BOUNCE_REDACT_MASKING_H */
