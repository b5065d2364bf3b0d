/*
 * reply.c
 *	  bounce_parse_reply(): judges a bare SMTP reply.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "pg/call.h"
#include "pg/row.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_parse_reply);

/* The text argument as UTF-8; SLICE_NONE for SQL's NULL. */
static Slice
argument_text(FunctionCallInfo fcinfo, int number, Call *call)
{
	text	   *argument;

	if (PG_ARGISNULL(number))
		return SLICE_NONE;
	argument = PG_GETARG_TEXT_PP(number);
	return charset_to_utf8(&call->charset, &call->arena,
						   slice(VARDATA_ANY(argument),
								 VARSIZE_ANY_EXHDR(argument)));
}

Datum
bounce_parse_reply(PG_FUNCTION_ARGS)
{
	Call	   *call;
	BounceRow	row;
	Datum		values[ROW_ATTRIBUTES];
	bool		isnull[ROW_ATTRIBUTES];
	HeapTuple	tuple;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();

	call = call_begin(fcinfo, ROW_ATTRIBUTES);
	bounce_read_reply(&call->arena,
					  argument_text(fcinfo, 0, call),
					  argument_text(fcinfo, 1, call),
					  argument_text(fcinfo, 2, call),
					  &row);
	call_check_memory(call);
	row_fill(&row, &call->charset, &call->arena, values, isnull);
	call_check_memory(call);
	tuple = heap_form_tuple(call->desc, values, isnull);
	call_end(call);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
