/*
 * call.h
 *	  What a function of ours keeps from one call to the next of a query.
 *
 * Hung into fn_extra: the row type's descriptor and the database's encoding
 * are looked up once a query, and the first blocks of the arena are lent out
 * again and again, so that a call for an ordinary mail does not allocate.
 */
#ifndef BOUNCE_PG_CALL_H
#define BOUNCE_PG_CALL_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "classify/regex.h"
#include "fmgr.h"
#include "mail/arena.h"
#include "pg/charset.h"

typedef struct Call
{
	TupleDesc	desc;			/* of the result, reference-counted */
	Charset		charset;
	Arena		arena;			/* empty between calls */
	Arena		lasting;		/* as old as the Call */
	Regexes		regexes;		/* in it: what one mail had compiled serves the next */

	/* private */
	MemoryContext context;		/* this call's memory */
	MemoryContext lasting_context;	/* the Call's own */
	char	   *spare;			/* SPARE_BYTES, as old as the Call */
	size_t		spare_used;		/* of them */
	int			spare_blocks;	/* lent out of it */
} Call;

/*
 * The Call of this function call site, made at its first call, with an empty
 * arena whose blocks lie in CurrentMemoryContext (or in the spare room).
 *
 * natts: how many columns the C code fills; a result type with another number
 * of them belongs to another version of the extension and is refused.
 */
extern Call *call_begin(FunctionCallInfo fcinfo, int natts);

/* The text argument of that number as UTF-8; SLICE_NONE for SQL's NULL. */
extern Slice call_argument(FunctionCallInfo fcinfo, int number, Call *call);

/* Raises "out of memory" when the arena ran dry: what it holds is incomplete. */
extern void call_check_memory(Call *call);

/* Empties the arena. */
extern void call_end(Call *call);

#endif							/* BOUNCE_PG_CALL_H */
