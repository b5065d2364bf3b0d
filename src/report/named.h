/*
 * named.h
 *	  The one address that a report of unknown wording names.
 */
#ifndef BOUNCE_NAMED_H
#define BOUNCE_NAMED_H

#include "mail/mime.h"
#include "report/recipients.h"

/*
 * The address that 'words' (what a mail system says, advice and returned
 * message left out) names and that is not of the report's own sender or
 * reader; cleaned, in the arena.  SLICE_NONE when there is none, or more than
 * one.  Linear.
 */
Slice		named_address(Arena *arena, Slice words, const Header *header);

/* All such addresses of 'words' into 'index'.  Returns how many; SIZE_MAX for more than it looks at, which are 64. */
size_t		named_addresses(Arena *arena, Slice words, const Header *header, RecipientIndex *index);

/*
 * The returned message went to somebody else ('mailed', a list of addresses):
 * is the address that 'words' name one to ask for help?  So is one of the
 * reporter's own domain, and one of which nothing says that it failed.
 */
bool		named_for_help(Arena *arena, Slice address, const Header *header, Slice words, Slice mailed);

/* Do 'words' say that somebody sent the mail who is of another house than the reader, and name nobody of his but himself? */
bool		named_stranger(Arena *arena, Slice words, const Header *header);

/* Is one domain the other, or a host in it: "mx.example.com" and "example.com"? */
bool		named_is_same_house(Slice a, Slice b);

#endif							/* BOUNCE_NAMED_H */
