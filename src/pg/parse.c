/*
 * parse.c
 *	  bounce_parse(), bounce_parse_json(): a mail or the events of a mail service
 *	  in, one row per reported recipient out.
 *
 * Returns its rows in a tuplestore rather than one by one.  The executor makes
 * a tuplestore of them anyhow in FROM, and would copy the row type's descriptor
 * anew for each mail; with many recipients the store spills to disk.  A mail
 * without rows costs no tuplestore here.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "pg/own_cache.h"
#include "pg/row.h"
#include "pg/source.h"
#include "pg/srf.h"

PG_FUNCTION_INFO_V1(bounce_parse_bytea);
PG_FUNCTION_INFO_V1(bounce_parse_text);
PG_FUNCTION_INFO_V1(bounce_parse_json);
PG_FUNCTION_INFO_V1(bounce_parse_bytea_own);
PG_FUNCTION_INFO_V1(bounce_parse_text_own);
PG_FUNCTION_INFO_V1(bounce_parse_json_own);

/* Where the rows of a call go. */
typedef struct Output
{
	FunctionCallInfo fcinfo;
	Call	   *call;
	Tuplestorestate *rows;		/* NULL: none yet */
} Output;

static void
put_row(void *context, const BounceRow *row)
{
	Output	   *output = (Output *) context;
	Call	   *call = output->call;
	ArenaMark	mark = arena_mark(&call->arena);
	HeapTupleData tuple;

	CHECK_FOR_INTERRUPTS();
	row_form(row, &call->charset, &call->arena, &tuple);
	call_check_memory(call);
	if (output->rows == NULL)
		output->rows = srf_open(output->fcinfo);
	tuplestore_puttuple(output->rows, &tuple);
	arena_rewind(&call->arena, mark);
}

/* 'own': the second argument is the ruleset, and all_kinds comes third. */
static Datum
parse(FunctionCallInfo fcinfo, Source source, bool own)
{
	BounceOptions options = {.all_kinds = PG_GETARG_BOOL(own ? 2 : 1)};
	Call	   *call;
	Output		output;

	srf_begin(fcinfo);
	if (own)
		own_options(fcinfo, call_get(fcinfo), 1, &options);
	call = call_begin(fcinfo);
	output = (Output) {fcinfo, call, NULL};
	source_read(fcinfo, call, source, &options, put_row, &output);
	call_end(call);
	return (Datum) 0;
}

Datum
bounce_parse_bytea(PG_FUNCTION_ARGS)
{
	return parse(fcinfo, SOURCE_BYTEA, false);
}

Datum
bounce_parse_text(PG_FUNCTION_ARGS)
{
	return parse(fcinfo, SOURCE_TEXT, false);
}

Datum
bounce_parse_json(PG_FUNCTION_ARGS)
{
	return parse(fcinfo, SOURCE_JSONB, false);
}

Datum
bounce_parse_bytea_own(PG_FUNCTION_ARGS)
{
	return parse(fcinfo, SOURCE_BYTEA, true);
}

Datum
bounce_parse_text_own(PG_FUNCTION_ARGS)
{
	return parse(fcinfo, SOURCE_TEXT, true);
}

Datum
bounce_parse_json_own(PG_FUNCTION_ARGS)
{
	return parse(fcinfo, SOURCE_JSONB, true);
}
