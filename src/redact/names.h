/*
 * names.h
 *	  Pseudonyms: what stands for an address, a domain or an IP address in a
 *	  mail that is redacted.
 *
 * Without a key they are numbered within the mail, in order of appearance.
 * With one they are digests (HMAC-SHA-1, RFC 2104), the same in all mails that
 * have this key, and to be had of nobody who lacks it.  A digest without a key
 * would hide nothing: lists of addresses can be digested, too.
 */
#ifndef BOUNCE_REDACT_NAMES_H
#define BOUNCE_REDACT_NAMES_H

#include "mail/arena.h"

typedef struct Names
{
	Arena	   *arena;			/* for what is returned */
	Arena	   *lasting;		/* for what is remembered; the same one after names_init() */
	Slice		key;			/* SLICE_NONE: numbers */
	struct Name **slots;		/* a hash table; its size is a power of two */
	size_t		size;
	size_t		count;
	unsigned	numbers[3];		/* given so far, by kind of name */
} Names;

void		names_init(Names *names, Arena *arena, Slice key);

/*
 * What stands for the address: u1@n1.com.  Of the domain stays what
 * names_domain() leaves; a local part that is an office's (data/roles.tsv)
 * stays, too: reports are known by it.  VERP, SRS and BATV stay what they are,
 * with the pseudonym of the address that they hide.  In the arena; an empty
 * slice when it is out of memory.
 */
Slice		names_address(Names *names, Slice address);

/* The same for a local part alone. */
Slice		names_local(Names *names, Slice local);

/*
 * What stands for the domain or host: the suffix of a known provider stays, else
 * the top level; labels that mail systems go by, too (mail, mx); others become
 * n1, n2 ...
 */
Slice		names_domain(Names *names, Slice domain);

/* What stands for an IP address: one of those that are reserved for examples (RFC 5737, RFC 3849). */
Slice		names_ip(Names *names, Slice ip);

/* The keyed pseudonym of an address (its first LIMIT_FIELD_BYTES), as names_address() has it. */
Slice		names_pseudonym(Arena *arena, Slice address, Slice key);

#endif							/* BOUNCE_REDACT_NAMES_H */
