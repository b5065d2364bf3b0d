/*
 * domain_hash.h
 *	  The hash by which a domain's row is found.
 *
 * A name is read from its end, so that all its suffixes are hashed on the way.
 * The compiler of data/ makes the table with the same functions.
 */
#ifndef BOUNCE_DOMAIN_HASH_H
#define BOUNCE_DOMAIN_HASH_H

#include <stdint.h>

#define DOMAIN_HASH_START 2166136261u	/* FNV-1a */

/* The hash of the suffix that begins one byte, in lower case, before the one of 'hash'. */
static inline uint32_t
domain_hash(uint32_t hash, char c)
{
	return (hash ^ (unsigned char) c) * 16777619u;
}

static inline uint32_t
domain_slot(uint32_t hash, uint32_t mask)
{
	return (hash ^ hash >> 16) & mask;
}

#endif							/* BOUNCE_DOMAIN_HASH_H */
