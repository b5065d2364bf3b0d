/*
 * call.c
 *	  Per-query state of a function, and the arena's hooks into the backend.
 *
 * The library may hold objects of GMime or GLib while it allocates.  So the
 * allocation hook never raises an error, which would longjmp over them: it
 * returns NULL, the library comes to its end, and call_check_memory() raises
 * it then.  The interrupt hook does raise; the library calls it only where it
 * holds nothing but the arena.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * Room for the blocks of an ordinary mail's arena, which double from 8 KB: the
 * first three.  Freed with the query.
 */
#define SPARE_BYTES (64 * 1024)

static void *
backend_alloc(void *owner, size_t size)
{
	Call	   *call = (Call *) owner;

	if (size <= SPARE_BYTES - call->spare_used)
	{
		void	   *block = call->spare + call->spare_used;

		call->spare_used += MAXALIGN(size);
		call->spare_blocks++;
		return block;
	}
	if (!AllocHugeSizeIsValid(size))
		return NULL;
	return MemoryContextAllocExtended(call->context, size,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
backend_release(void *owner, void *block)
{
	Call	   *call = (Call *) owner;
	uintptr_t	offset = (uintptr_t) block - (uintptr_t) call->spare;

	if (offset >= SPARE_BYTES)
		pfree(block);
	else if (--call->spare_blocks == 0)
		call->spare_used = 0;
}

static void *
lasting_alloc(void *owner, size_t size)
{
	Call	   *call = (Call *) owner;

	if (!AllocHugeSizeIsValid(size))
		return NULL;
	return MemoryContextAllocExtended(call->lasting_context, size,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
lasting_release(void *owner, void *block)
{
	(void) owner;
	pfree(block);
}

static void
backend_interrupt(void *owner)
{
	(void) owner;
	CHECK_FOR_INTERRUPTS();
}

/*
 * The result type's descriptor, in 'context'.
 *
 * The executor frees a descriptor that a set-returning function hands out
 * unless it is reference-counted; this one is to last for the whole query.  So
 * it carries a count of one, ours, and goes with its context.
 */
static TupleDesc
lasting_descriptor(FunctionCallInfo fcinfo, int natts, MemoryContext context)
{
	TupleDesc	desc;
	MemoryContext old;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (desc->natts != natts)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("function returns %d columns where the library fills %d",
						desc->natts, natts),
				 errhint("Run ALTER EXTENSION bounce UPDATE.")));

	old = MemoryContextSwitchTo(context);
	desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
	desc->tdrefcount = 1;
	return desc;
}

Call *
call_begin(FunctionCallInfo fcinfo, int natts)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	Call	   *call = (Call *) flinfo->fn_extra;

	if (call == NULL)
	{
		call = (Call *) MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(Call));
		call->desc = lasting_descriptor(fcinfo, natts, flinfo->fn_mcxt);
		charset_init(&call->charset);
		call->spare = MemoryContextAlloc(flinfo->fn_mcxt, SPARE_BYTES);
		call->lasting_context = flinfo->fn_mcxt;
		arena_init(&call->lasting, lasting_alloc, lasting_release, call, NULL);
		regexes_init(&call->regexes, &call->lasting);
		flinfo->fn_extra = call;	/* only once it is whole */
	}

	/* An error may have ended the last call early: begin afresh. */
	call->context = CurrentMemoryContext;
	call->spare_used = 0;
	call->spare_blocks = 0;
	arena_init(&call->arena, backend_alloc, backend_release, call,
			   backend_interrupt);
	call->arena.regexes = &call->regexes;
	return call;
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
	if (call->arena.failed)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("A mail could not be parsed to its end.")));
}

void
call_end(Call *call)
{
	arena_reset(&call->arena);
}
