/*
 * judge.c
 *	  bounce_judge(): what bounce_parse() says, and which rule gave the reason.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "pg/own_cache.h"
#include "pg/row.h"
#include "pg/srf.h"
#include "utils/typcache.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_judge_bytea);
PG_FUNCTION_INFO_V1(bounce_judge_text);

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
judge(FunctionCallInfo fcinfo, bool is_text)
{
	BounceOptions options = {.names_rules = true};
	struct varlena *raw;
	Call	   *call;
	Oid			row_type;
	Slice		message;
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
	raw = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	message = slice(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw));
	if (is_text)
		message = charset_to_utf8(&call->charset, &call->arena, message);

	output = (Output) {fcinfo, call, NULL, lookup_rowtype_tupdesc(row_type, -1), 0};
	bounce_read_each_with(&call->arena, message, &options, put_judged, &output);
	call_check_memory(call);

	ReleaseTupleDesc(output.desc);
	call_end(call);
	PG_FREE_IF_COPY(raw, 0);
	return (Datum) 0;
}

Datum
bounce_judge_bytea(PG_FUNCTION_ARGS)
{
	return judge(fcinfo, false);
}

Datum
bounce_judge_text(PG_FUNCTION_ARGS)
{
	return judge(fcinfo, true);
}
