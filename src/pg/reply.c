/*
 * reply.c
 *	  bounce_parse_reply(): judges a bare SMTP reply.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "pg/call.h"
#include "pg/own_cache.h"
#include "pg/row.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(bounce_parse_reply);
PG_FUNCTION_INFO_V1(bounce_parse_reply_own);

/* 'own': there is a fourth argument, the ruleset. */
static Datum
parse_reply(FunctionCallInfo fcinfo, bool own)
{
	BounceOptions options = {0};
	Call	   *call;
	BounceRow	row;
	HeapTupleData tuple;
	TupleDesc	desc;
	Datum		result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();

	if (own)
		own_options(fcinfo, call_get(fcinfo), 3, &options);
	call = call_begin(fcinfo);
	bounce_read_reply_with(&call->arena,
						   call_argument(fcinfo, 0, call),
						   call_argument(fcinfo, 1, call),
						   call_argument(fcinfo, 2, call),
						   &options, &row);
	call_check_memory(call);
	row_form(&row, &call->charset, &call->arena, &tuple);
	call_check_memory(call);
	desc = lookup_rowtype_tupdesc(call->row_type, -1);
	result = heap_copy_tuple_as_datum(&tuple, desc);
	ReleaseTupleDesc(desc);
	call_end(call);
	return result;
}

Datum
bounce_parse_reply(PG_FUNCTION_ARGS)
{
	return parse_reply(fcinfo, false);
}

Datum
bounce_parse_reply_own(PG_FUNCTION_ARGS)
{
	return parse_reply(fcinfo, true);
}
