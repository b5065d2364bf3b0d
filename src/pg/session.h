/*
 * session.h
 *	  What a backend keeps from one statement to the next.
 */
#ifndef BOUNCE_PG_SESSION_H
#define BOUNCE_PG_SESSION_H

#include "postgres.h"

#include "match/regex.h"
#include "mail/arena.h"
#include "mail/descriptors.h"

/*
 * Room for the blocks of an ordinary mail's arena, which double from 8 KB: the
 * first three.
 */
#define SPARE_BYTES (64 * 1024)

typedef struct Session
{
	Regexes		regexes;		/* what one mail had compiled serves the next */
	Descriptors descriptors;	/* and what charsets it had opened */
	Arena		lasting;		/* theirs */
	uint64		row_type;		/* the version of a row type that row_check()
								 * found to be type bounce; 0: none yet */
	size_t		spare_used;		/* bytes of spare */
	int			spare_blocks;	/* lent out of it */
	_Alignas(MAXIMUM_ALIGNOF) char spare[SPARE_BYTES];	/* see call.c */
} Session;

/* A block of an arena in that context, to be freed by pfree(); NULL when memory is short, never an error. */
extern void *session_block(MemoryContext context, size_t size);

/* Prepares an arena whose blocks lie in that context; it gets no interrupt hook and raises no error. */
extern void session_arena(Arena *arena, MemoryContext context);

/* The backend's, made when it is first asked for. */
extern Session *session_get(void);

#endif							/* BOUNCE_PG_SESSION_H */
