/*
 * verp.h
 *	  Addresses hidden in the report's own recipient: VERP, SRS, BATV.
 */
#ifndef BOUNCE_VERP_H
#define BOUNCE_VERP_H

#include "mail/arena.h"

typedef enum VerpKind
{
	VERP_NONE,
	VERP_RECIPIENT,				/* variable envelope return path: who was mailed */
	VERP_SENDER					/* SRS0, SRS1, prvs=: who had sent it before a forwarder or tagger rewrote it */
} VerpKind;

/* What an address hides, one layer of it. */
typedef struct HiddenAddress
{
	VerpKind	kind;
	const char *scheme;			/* "verp", "srs0", "srs1", "batv", "btv1"; "tag" */
	Slice		address;		/* in the arena */
	Slice		tag;			/* what stands beside it, as it is written; may be SLICE_NONE */
} HiddenAddress;

/* A pair of delimiters of one's own: "bounce--17--user_at_example.com" has "--" and "_at_". */
typedef struct VerpDelimiters
{
	Slice		tag;			/* stands behind the tag the first time; SLICE_NONE: the usual ones */
	Slice		at;				/* stands for the "@" the last time */
} VerpDelimiters;

/*
 * Decodes a cleaned address, to the innermost, of those forms that cannot be
 * taken for a mailbox's name:
 *
 *	  list-bounces+user=example.com@list, bounce-17-user=example.com@list ...
 *	  bounce+user==a==example.com==list@robot		Sympa
 *	  owner-list*user**example.com@host				LISTSERV
 *	  SRS0=hash=tt=example.com=user@forwarder, SRS1=hash=first==hash=tt=...
 *	  prvs=tag=user@example.com (draft-levine-smtp-batv), prvs=user/tag@, msprvs1=
 *	  btv1==tag==user@example.com					Barracuda
 *
 * The address found goes into *hidden, in the arena.
 */
VerpKind	verp_decode(Arena *arena, Slice address, Slice *hidden);

/*
 * The same of an address that is known to have been made for returned mail.
 * More forms are read: that of 'own' (or NULL), "user=example.com@list",
 * "bounce-user-example.com@list" where there is no doubt, and "name+tag@list",
 * which is of kind VERP_NONE.  False where it hides nothing.
 */
bool		verp_peel(Arena *arena, Slice address, const VerpDelimiters *own, HiddenAddress *hidden);

/* The same of an address as somebody wrote it, and only where a proper address is hidden in it, which is in lower case then. */
bool		verp_peel_written(Arena *arena, Slice text, const VerpDelimiters *own, HiddenAddress *hidden);

/*
 * The same where one who failed is known: in "bounce-771-c-ann=example.com@..."
 * nothing but ann@example.com's failure tells the name from the list's tag.
 */
Slice		verp_beside(Slice hidden, Slice recipient);

#endif							/* BOUNCE_VERP_H */
