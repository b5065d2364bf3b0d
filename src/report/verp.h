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

/*
 * Decodes a cleaned address: "bounce-1-user=example.com@list.example" (VERP),
 * "SRS0=hash=tt=example.com=user@forwarder", "SRS1=...", "prvs=tag=user@dom"
 * (draft-levine-smtp-batv).  The address found goes into *hidden, in the
 * arena.
 */
VerpKind	verp_decode(Arena *arena, Slice address, Slice *hidden);

/*
 * The same where one who failed is known: in "bounce-771-c-ann=example.com@..."
 * nothing but ann@example.com's failure tells the name from the list's tag.
 */
Slice		verp_beside(Slice hidden, Slice recipient);

#endif							/* BOUNCE_VERP_H */
