/*
 * sha1.h
 *	  SHA-1 (FIPS 180-4), for tokens that tell events apart; nothing here is
 *	  kept secret by it.
 */
#ifndef BOUNCE_SHA1_H
#define BOUNCE_SHA1_H

#include "mail/slice.h"

#define SHA1_HEX 40

typedef struct Sha1
{
	uint32_t	state[5];
	uint64_t	bytes;			/* that were added */
	unsigned char block[64];	/* the last of them, not yet digested */
} Sha1;

void		sha1_init(Sha1 *sha1);
void		sha1_add(Sha1 *sha1, Slice s);

/* The digest in SHA1_HEX lower-case digits, without a NUL; it ends the sum. */
void		sha1_hex(Sha1 *sha1, char *hex);

#endif							/* BOUNCE_SHA1_H */
