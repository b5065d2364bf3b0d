/*
 * normal.h
 *	  Unicode's normalization forms, which the server has the tables for.
 */
#ifndef BOUNCE_PG_NORMAL_H
#define BOUNCE_PG_NORMAL_H

#include "postgres.h"

#include "mail/arena.h"

/* KeyForm's 'normalize': valid UTF-8 in NFC or NFKC.  Raises an error when memory runs out. */
extern Slice normal_form(void *context, Arena *arena, Slice text, bool compatible);

#endif							/* BOUNCE_PG_NORMAL_H */
