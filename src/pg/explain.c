/*
 * explain.c
 *	  bounce_explain(): why a mail, or a bare reply, gets its verdict.
 *
 * One row a step, in the order in which the library tells them.  Positions
 * count from 1, so that substring(raw FROM evidence_from FOR evidence_for) is
 * the evidence as it stands in the message.
 */
#include "postgres.h"

#include "bounce.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "pg/document.h"
#include "pg/own_cache.h"
#include "pg/row.h"
#include "pg/srf.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_explain_json);
PG_FUNCTION_INFO_V1(bounce_explain_bytea);
PG_FUNCTION_INFO_V1(bounce_explain_text);
PG_FUNCTION_INFO_V1(bounce_explain_reply_text);
PG_FUNCTION_INFO_V1(bounce_explain_bytea_own);
PG_FUNCTION_INFO_V1(bounce_explain_text_own);
PG_FUNCTION_INFO_V1(bounce_explain_reply_own);

/* the columns of bounce_explain() in src/sql/15-explain.sql, in its order */
enum
{
	EXPLAIN_STEP,
	EXPLAIN_RECIPIENT,
	EXPLAIN_DECISION,
	EXPLAIN_VALUE,
	EXPLAIN_WON,
	EXPLAIN_RULE,
	EXPLAIN_FILE,
	EXPLAIN_LINE,
	EXPLAIN_EVIDENCE,
	EXPLAIN_EVIDENCE_FROM,
	EXPLAIN_EVIDENCE_FOR,
	EXPLAIN_WHY,
	EXPLAIN_COLUMNS
};

static Slice
word(const char *s)
{
	return s == NULL ? SLICE_NONE : slice(s, strlen(s));
}

static void
put_step(Call *call, Tuplestorestate *rows, const ExplainStep *step, int number)
{
	const struct
	{
		int			column;
		Slice		text;
	}			texts[] = {
		{EXPLAIN_RECIPIENT, step->recipient},
		{EXPLAIN_DECISION, word(step->decision)},
		{EXPLAIN_VALUE, step->value},
		{EXPLAIN_RULE, step->rule},
		{EXPLAIN_FILE, word(step->file)},
		{EXPLAIN_EVIDENCE, step->evidence},
		{EXPLAIN_WHY, step->why},
	};
	Datum		values[EXPLAIN_COLUMNS];
	bool		isnull[EXPLAIN_COLUMNS];
	size_t		i;

	memset(values, 0, sizeof(values));
	memset(isnull, true, sizeof(isnull));
	values[EXPLAIN_STEP] = Int32GetDatum(number);
	isnull[EXPLAIN_STEP] = false;
	values[EXPLAIN_WON] = BoolGetDatum(step->won);
	isnull[EXPLAIN_WON] = false;
	for (i = 0; i < lengthof(texts); i++)
		values[texts[i].column] = row_text(texts[i].text, &call->charset, &call->arena,
										   &isnull[texts[i].column]);
	if (step->line > 0)
	{
		values[EXPLAIN_LINE] = Int32GetDatum((int32) step->line);
		isnull[EXPLAIN_LINE] = false;
	}
	if (step->length > 0)
	{
		/* a datum holds less than 1 GB */
		values[EXPLAIN_EVIDENCE_FROM] = Int32GetDatum((int32) step->start + 1);
		values[EXPLAIN_EVIDENCE_FOR] = Int32GetDatum((int32) step->length);
		isnull[EXPLAIN_EVIDENCE_FROM] = isnull[EXPLAIN_EVIDENCE_FOR] = false;
	}
	call_check_memory(call);
	tuplestore_putvalues(rows, call->desc, values, isnull);
}

static void
return_steps(FunctionCallInfo fcinfo, Call *call, const BounceExplanation *explanation)
{
	Tuplestorestate *rows;
	size_t		i;

	call_check_memory(call);
	if (explanation->count == 0)
		return;
	rows = srf_open(fcinfo);
	for (i = 0; i < explanation->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_step(call, rows, &explanation->steps[i], (int) i + 1);
	}
}

/* 'own': the second argument is the ruleset. */
static Datum
explain(FunctionCallInfo fcinfo, bool is_text, bool own)
{
	BounceOptions options = {0};
	struct varlena *raw;
	Call	   *call;
	Slice		message;
	BounceExplanation explanation;

	srf_begin(fcinfo);
	if (own)
		own_options(fcinfo, call_get_table(fcinfo, EXPLAIN_COLUMNS), 1, &options);
	call = call_begin_table(fcinfo, EXPLAIN_COLUMNS);
	raw = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	message = slice(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw));
	if (is_text)
		message = charset_to_utf8(&call->charset, &call->arena, message);

	explanation = bounce_explain_message_with(&call->arena, message, &options);
	return_steps(fcinfo, call, &explanation);

	call_end(call);
	PG_FREE_IF_COPY(raw, 0);
	return (Datum) 0;
}

Datum
bounce_explain_bytea(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, false, false);
}

Datum
bounce_explain_text(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, true, false);
}

Datum
bounce_explain_bytea_own(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, false, true);
}

Datum
bounce_explain_text_own(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, true, true);
}

/* Two arguments: the document, and the ruleset, which may be NULL. */
Datum
bounce_explain_json(PG_FUNCTION_ARGS)
{
	BounceOptions options = {0};
	Jsonb	   *jsonb;
	Call	   *call;
	Slice		document;
	BounceExplanation explanation;

	srf_begin(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	own_options(fcinfo, call_get_table(fcinfo, EXPLAIN_COLUMNS), 1, &options);
	call = call_begin_table(fcinfo, EXPLAIN_COLUMNS);
	jsonb = PG_GETARG_JSONB_P(0);
	document = json_document(call, jsonb);
	call_check_memory(call);

	explanation = bounce_explain_json_with(&call->arena, document, &options);
	return_steps(fcinfo, call, &explanation);

	call_end(call);
	PG_FREE_IF_COPY(jsonb, 0);
	return (Datum) 0;
}

/* 'own': there is a fourth argument, the ruleset. */
static Datum
explain_reply(FunctionCallInfo fcinfo, bool own)
{
	BounceOptions options = {0};
	Call	   *call;
	BounceExplanation explanation;

	srf_begin(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	if (own)
		own_options(fcinfo, call_get_table(fcinfo, EXPLAIN_COLUMNS), 3, &options);
	call = call_begin_table(fcinfo, EXPLAIN_COLUMNS);
	explanation = bounce_explain_reply_with(&call->arena,
											call_argument(fcinfo, 0, call),
											call_argument(fcinfo, 1, call),
											call_argument(fcinfo, 2, call),
											&options);
	return_steps(fcinfo, call, &explanation);
	call_end(call);
	return (Datum) 0;
}

Datum
bounce_explain_reply_text(PG_FUNCTION_ARGS)
{
	return explain_reply(fcinfo, false);
}

Datum
bounce_explain_reply_own(PG_FUNCTION_ARGS)
{
	return explain_reply(fcinfo, true);
}
