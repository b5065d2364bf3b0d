/*
 * call.c
 *	  Per-statement state of a function, and the arena's hooks into the backend.
 *
 * The library may hold objects of other libraries while it allocates.  So the
 * allocation hook never raises an error, which would longjmp over them: it
 * returns NULL, the library comes to its end, and call_check_memory() raises
 * it then.  The interrupt hook does raise; the library calls it only where it
 * holds nothing but the arena.
 *
 * The first blocks of the arena are lent out of the session's spare room again
 * and again, so that a call for an ordinary mail does not allocate.  There is
 * one such room: nothing that runs between call_begin() and call_end() calls
 * functions of SQL, but for conversions between encodings, which are C and do
 * not parse mail.  So no call ever begins inside of another.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "pg/row.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/typcache.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

static void *
backend_alloc(void *owner, size_t size)
{
	Call	   *call = (Call *) owner;
	Session    *session = call->session;

	if (size <= SPARE_BYTES - session->spare_used)
	{
		void	   *block = session->spare + session->spare_used;

		session->spare_used += MAXALIGN(size);
		session->spare_blocks++;
		return block;
	}
	return session_block(call->context, size);
}

static void
backend_release(void *owner, void *block)
{
	Session    *session = ((Call *) owner)->session;
	uintptr_t	offset = (uintptr_t) block - (uintptr_t) session->spare;

	if (offset >= SPARE_BYTES)
		pfree(block);
	else if (--session->spare_blocks == 0)
		session->spare_used = 0;
}

static void
backend_interrupt(void *owner)
{
	(void) owner;
	CHECK_FOR_INTERRUPTS();
}

static Call *
call_make(FunctionCallInfo fcinfo)
{
	Call	   *call = (Call *) MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
													   sizeof(Call));

	charset_init(&call->charset);
	call->session = session_get();
	return call;
}

static Call *
call_start(Call *call)
{
	Session    *session = call->session;

	/* An error may have ended the last call early: begin afresh. */
	session->spare_used = 0;
	session->spare_blocks = 0;
	session->lasting.failed = false;
	call->context = CurrentMemoryContext;
	arena_init(&call->arena, backend_alloc, backend_release, call,
			   backend_interrupt);
	call->arena.regexes = &session->regexes;
	call->arena.descriptors = &session->descriptors;
	return call;
}

/*
 * Is that the row type that row.h names the attributes of?  The type cache
 * counts versions of row types, so that each needs to be compared but once in a
 * session.
 */
void
call_check_row_type(Call *call, Oid type)
{
	uint64		version = assign_record_type_identifier(type, -1);

	if (version != call->session->row_type)
	{
		row_check(lookup_type_cache(type, TYPECACHE_TUPDESC)->tupDesc);
		call->session->row_type = version;
	}
}

Call *
call_get(FunctionCallInfo fcinfo)
{
	Call	   *call = (Call *) fcinfo->flinfo->fn_extra;

	if (call == NULL)
	{
		call = call_make(fcinfo);
		call->row_type = get_fn_expr_rettype(fcinfo->flinfo);
		/* called not by an expression, but by other C code */
		if (!OidIsValid(call->row_type))
			(void) get_call_result_type(fcinfo, &call->row_type, NULL);
		call_check_row_type(call, call->row_type);
		fcinfo->flinfo->fn_extra = call;	/* only once it is whole */
	}
	return call;
}

Call *
call_begin(FunctionCallInfo fcinfo)
{
	return call_start(call_get(fcinfo));
}

Call *
call_get_table(FunctionCallInfo fcinfo, int natts)
{
	Call	   *call = (Call *) fcinfo->flinfo->fn_extra;

	if (call == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		call = call_make(fcinfo);
		if (get_call_result_type(fcinfo, NULL, &call->desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		if (call->desc->natts != natts)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("function returns %d columns where the library fills %d",
							call->desc->natts, natts),
					 errhint("Run ALTER EXTENSION bounce UPDATE.")));
		MemoryContextSwitchTo(old);
		fcinfo->flinfo->fn_extra = call;
	}
	return call;
}

Call *
call_begin_table(FunctionCallInfo fcinfo, int natts)
{
	return call_start(call_get_table(fcinfo, natts));
}

Call *
call_begin_plain(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = call_make(fcinfo);
	return call_start((Call *) fcinfo->flinfo->fn_extra);
}

Datum
call_text(Call *call, Slice s)
{
	s = charset_from_utf8(&call->charset, &call->arena, s);
	call_check_memory(call);
	call_check_size(s.n);
	return PointerGetDatum(cstring_to_text_with_len(s.p, (int) s.n));
}

Slice
call_argument(FunctionCallInfo fcinfo, int number, Call *call)
{
	text	   *argument;

	if (PG_ARGISNULL(number))
		return SLICE_NONE;
	argument = PG_GETARG_TEXT_PP(number);
	return charset_to_utf8(&call->charset, &call->arena,
						   slice(VARDATA_ANY(argument),
								 VARSIZE_ANY_EXHDR(argument)));
}

void
call_check_memory(Call *call)
{
	if (call->arena.failed || call->session->lasting.failed)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("A mail could not be parsed to its end.")));
}

void
call_check_size(size_t n)
{
	if (n > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("result of %zu bytes is too long", n),
				 errdetail("A value has at most %zu bytes.", (size_t) MaxAllocSize - VARHDRSZ)));
}

void
call_end(Call *call)
{
	arena_reset(&call->arena);
}
