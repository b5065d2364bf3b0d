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

PG_FUNCTION_INFO_V1(bounce_parse_reply);

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
					  call_argument(fcinfo, 0, call),
					  call_argument(fcinfo, 1, call),
					  call_argument(fcinfo, 2, call),
					  &row);
	call_check_memory(call);
	row_fill(&row, &call->charset, &call->arena, values, isnull);
	call_check_memory(call);
	tuple = heap_form_tuple(call->desc, values, isnull);
	call_end(call);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
