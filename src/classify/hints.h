/*
 * hints.h
 *	  What else a reply tells: when to try again, which list blocks, which
 *	  address is meant.
 */
#ifndef BOUNCE_HINTS_H
#define BOUNCE_HINTS_H

#include "classify/knowledge.h"
#include "mail/arena.h"

/* Seconds after which the reply asks to try again ("try again in 5 minutes"), -1 when it does not say. */
int64_t		hints_retry_after(Slice words);

/* Does it ask for a longer wait than is believed? */
bool		hints_retry_is_too_long(Slice words);

/* Rows (data/blocklists.tsv) of the DNS lists that the words name, each common name once; returns how many. */
int			hints_blocklists(Arena *arena, Slice words, const BlocklistRow **rows, int max);

/* The first IPv4 or IPv6 address in the words, or SLICE_NONE. */
Slice		hints_ip(Slice words);

#endif							/* BOUNCE_HINTS_H */
