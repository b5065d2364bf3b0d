/*
 * recipients.h
 *	  Which recipients a report has named already: a hash over addresses, so
 *	  that a report with a hundred thousand of them is read in linear time.
 */
#ifndef BOUNCE_RECIPIENTS_H
#define BOUNCE_RECIPIENTS_H

#include "mail/arena.h"

typedef struct RecipientIndex
{
	Arena	   *arena;
	Slice	   *keys;
	uint32_t   *values;
	size_t		size;			/* power of two, or 0 */
	size_t		used;
} RecipientIndex;

#define RECIPIENT_NONE UINT32_MAX

/* The number that was put under this address, or RECIPIENT_NONE. */
uint32_t	recipients_find(const RecipientIndex *index, Slice address);

/* Puts a number under an address that is not there yet; the key is not copied. */
void		recipients_put(RecipientIndex *index, Slice address, uint32_t value);

#endif							/* BOUNCE_RECIPIENTS_H */
