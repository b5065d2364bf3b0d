/*
 * redact.h
 *	  A mail without people in it.
 *
 * What is kept and what is not: docs/redact.md.
 */
#ifndef BOUNCE_REDACT_H
#define BOUNCE_REDACT_H

#include "mail/arena.h"

/*
 * The mail, or mailbox, with pseudonyms for addresses and domains, without
 * anything that people wrote, as UTF-8 in the line ends of the original: the
 * same reader finds the same verdict in it.  'key' as in names.h, SLICE_NONE for
 * none.  In the arena; incomplete when arena->failed.  Linear.
 */
Slice		redact_mail(Arena *arena, Slice raw, Slice key);

#endif							/* BOUNCE_REDACT_H */
