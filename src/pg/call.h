/*
 * call.h
 *	  One call of a function of ours: the arena that it works in, the texts it
 *	  takes, the row type it returns.
 *
 * Hung into fn_extra, so that the database's encoding and the row type are
 * looked up once a statement; what lasts longer is the session's.
 */
#ifndef BOUNCE_PG_CALL_H
#define BOUNCE_PG_CALL_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"
#include "mail/arena.h"
#include "pg/charset.h"
#include "pg/session.h"

typedef struct Call
{
	Oid			row_type;		/* of the result, where it is type bounce */
	TupleDesc	desc;			/* of the result, where it is another */
	Charset		charset;
	Arena		arena;			/* empty between calls */
	struct OwnUse *own;			/* the rules of users' own that it reads by, or NULL (own_cache.h) */

	/* private */
	Session    *session;
	MemoryContext context;		/* this call's memory */
} Call;

/*
 * The Call of this function call site, made at its first call, with an empty
 * arena whose blocks lie in CurrentMemoryContext (or in the session's spare
 * room).  For a function that returns type bounce: raises an error when that
 * is not the type of row.h, but one of another version of the extension.
 */
extern Call *call_begin(FunctionCallInfo fcinfo);

/*
 * The same for a function that returns another row type, of so many columns;
 * the Call has its descriptor.
 */
extern Call *call_begin_table(FunctionCallInfo fcinfo, int natts);

/* The same for a function that returns no row. */
extern Call *call_begin_plain(FunctionCallInfo fcinfo);

/*
 * The same two, but nothing is begun yet: for what must come before and may
 * call functions of SQL.  call_begin() or call_begin_table() follows.
 */
extern Call *call_get(FunctionCallInfo fcinfo);
extern Call *call_get_table(FunctionCallInfo fcinfo, int natts);

/* Raises an error unless the type is type bounce. */
extern void call_check_row_type(Call *call, Oid type);

/* The text argument of that number as UTF-8; SLICE_NONE for SQL's NULL. */
extern Slice call_argument(FunctionCallInfo fcinfo, int number, Call *call);

/*
 * A copy of the text, UTF-8, as a Datum in the database's encoding, in the
 * caller's memory.  Not for SLICE_NONE.  Raises "out of memory".
 */
extern Datum call_text(Call *call, Slice s);

/*
 * Raises "out of memory" when it ran short since call_begin(): what the arena
 * holds is incomplete.
 */
extern void call_check_memory(Call *call);

/* Raises an error when n bytes are more than a value holds. */
extern void call_check_size(size_t n);

/* Empties the arena. */
extern void call_end(Call *call);

#endif							/* BOUNCE_PG_CALL_H */
