/*
 * judge.c
 *	  bounce_judge(), bounce_judge_json(): what bounce_parse() and
 *	  bounce_parse_json() say, and which rule gave the reason.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "pg/own_cache.h"
#include "pg/row.h"
#include "pg/source.h"
#include "pg/srf.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(bounce_judge_bytea);
PG_FUNCTION_INFO_V1(bounce_judge_text);
PG_FUNCTION_INFO_V1(bounce_judge_json);

/* the columns of bounce_judge() in src/sql/30-rules.sql, in its order */
enum
{
	JUDGE_ORDINAL,
	JUDGE_BOUNCE,
	JUDGE_RULE,
	JUDGE_COLUMNS
};

/* Where the rows of a call go. */
typedef struct Output
{
	FunctionCallInfo fcinfo;
	Call	   *call;
	Tuplestorestate *rows;		/* NULL: none yet */
	TupleDesc	desc;			/* of type bounce */
	int32		ordinal;
} Output;

static void
put_judged(void *context, const BounceRow *row)
{
	Output	   *output = (Output *) context;
	Call	   *call = output->call;
	ArenaMark	mark = arena_mark(&call->arena);
	HeapTupleData tuple;
	Datum		values[JUDGE_COLUMNS];
	bool		isnull[JUDGE_COLUMNS] = {false};

	CHECK_FOR_INTERRUPTS();
	row_form(row, &call->charset, &call->arena, &tuple);
	call_check_memory(call);
	values[JUDGE_ORDINAL] = Int32GetDatum(++output->ordinal);
	values[JUDGE_RULE] = row_text(row->rule, &call->charset, &call->arena, &isnull[JUDGE_RULE]);
	call_check_memory(call);
	values[JUDGE_BOUNCE] = heap_copy_tuple_as_datum(&tuple, output->desc);
	if (output->rows == NULL)
		output->rows = srf_open(output->fcinfo);
	tuplestore_putvalues(output->rows, call->desc, values, isnull);
	pfree(DatumGetPointer(values[JUDGE_BOUNCE]));
	arena_rewind(&call->arena, mark);
}

static Datum
judge(FunctionCallInfo fcinfo, Source source)
{
	BounceOptions options = {.names_rules = true};
	Call	   *call;
	Oid			row_type;
	Output		output;

	srf_begin(fcinfo);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		return (Datum) 0;
	call = call_get_table(fcinfo, JUDGE_COLUMNS);
	row_type = TupleDescAttr(call->desc, JUDGE_BOUNCE)->atttypid;
	call_check_row_type(call, row_type);
	own_options(fcinfo, call, 1, &options);
	options.all_kinds = PG_GETARG_BOOL(2);
	call = call_begin_table(fcinfo, JUDGE_COLUMNS);
	output = (Output) {fcinfo, call, NULL, lookup_rowtype_tupdesc(row_type, -1), 0};
	source_read(fcinfo, call, source, &options, put_judged, &output);

	ReleaseTupleDesc(output.desc);
	call_end(call);
	return (Datum) 0;
}

Datum
bounce_judge_bytea(PG_FUNCTION_ARGS)
{
	return judge(fcinfo, SOURCE_BYTEA);
}

Datum
bounce_judge_text(PG_FUNCTION_ARGS)
{
	return judge(fcinfo, SOURCE_TEXT);
}

Datum
bounce_judge_json(PG_FUNCTION_ARGS)
{
	return judge(fcinfo, SOURCE_JSONB);
}
