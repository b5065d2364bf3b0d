/*
 * signs.h
 *	  What the header of a message shows about who wrote it and why.
 */
#ifndef BOUNCE_SIGNS_H
#define BOUNCE_SIGNS_H

#include "mail/mime.h"
#include "match/trail.h"
#include "report/markers.h"

typedef struct Signs
{
	uint32_t	kinds;			/* bit SIGN_x set: data/signs.tsv has a row of that kind that fits */
	uint16_t	decoder;		/* whose way of writing this is, DECODER_NONE when no row names one */
	uint16_t	author;			/* the program that names itself (X-Mailer ...), likewise */
	bool		returned_to_nobody; /* Return-Path: <> */
	bool		returned_to_somebody;	/* Return-Path: <a@b> */
} Signs;

static inline bool
signs_has(const Signs *signs, int kind)
{
	return (signs->kinds & (1u << kind)) != 0;
}

/* Reads the header's fields, each once, bounded; linear.  'trail' may be NULL. */
void		signs_read(Arena *arena, const Header *header, Trail *trail, Signs *signs);

#endif							/* BOUNCE_SIGNS_H */
