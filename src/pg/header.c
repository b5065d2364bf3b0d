/*
 * header.c
 *	  bounce_header() and bounce_headers(): fields of a mail by their name.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "mail/one_line.h"
#include "pg/call.h"
#include "pg/document.h"
#include "pg/row.h"
#include "pg/source.h"
#include "pg/srf.h"
#include "report/fields.h"
#include "utils/builtins.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_header_bytea);
PG_FUNCTION_INFO_V1(bounce_header_text);
PG_FUNCTION_INFO_V1(bounce_header_jsonb);
PG_FUNCTION_INFO_V1(bounce_headers_bytea);
PG_FUNCTION_INFO_V1(bounce_headers_text);
PG_FUNCTION_INFO_V1(bounce_headers_jsonb);

/* The columns of bounce_headers() in src/sql/30-address.sql. */
enum
{
	HEADERS_ORIGIN,
	HEADERS_ORDINAL,
	HEADERS_VALUE,
	HEADERS_COLUMNS
};

/* Hands out the fields that the second argument names of what the first one is. */
static void
find_fields(FunctionCallInfo fcinfo, Call *call, Source source,
			bool (*take) (void *context, FieldOrigin origin, Slice value), void *context)
{
	Slice		name = call_argument(fcinfo, 1, call);
	struct varlena *raw;
	Slice		mail;

	if (source == SOURCE_JSONB)
	{
		fields_each_json(&call->arena, json_document(call, PG_GETARG_JSONB_P(0)), name, take, context);
		return;
	}
	raw = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	mail = slice(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw));
	if (source == SOURCE_TEXT)
		mail = charset_to_utf8(&call->charset, &call->arena, mail);
	fields_each(&call->arena, mail, name, take, context);
}

static bool
take_first(void *context, FieldOrigin origin, Slice value)
{
	(void) origin;
	*(Slice *) context = value;
	return false;
}

static Datum
header(FunctionCallInfo fcinfo, Source source)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		value = SLICE_NONE;
	text	   *result = NULL;

	find_fields(fcinfo, call, source, take_first, &value);
	value = charset_from_utf8(&call->charset, &call->arena, one_line(&call->arena, value));
	call_check_memory(call);
	if (value.p != NULL)
		result = cstring_to_text_with_len(value.p, (int) value.n);
	call_end(call);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(result);
}

Datum
bounce_header_bytea(PG_FUNCTION_ARGS)
{
	return header(fcinfo, SOURCE_BYTEA);
}

Datum
bounce_header_text(PG_FUNCTION_ARGS)
{
	return header(fcinfo, SOURCE_TEXT);
}

Datum
bounce_header_jsonb(PG_FUNCTION_ARGS)
{
	return header(fcinfo, SOURCE_JSONB);
}

/* Where the rows of a call go. */
typedef struct Output
{
	FunctionCallInfo fcinfo;
	Call	   *call;
	Tuplestorestate *rows;		/* NULL: none yet */
	int32		count;
} Output;

static bool
put_field(void *context, FieldOrigin origin, Slice value)
{
	Output	   *output = (Output *) context;
	Call	   *call = output->call;
	Slice		word = origin == FIELD_RETURNED ? SLICE_LIT("returned") : SLICE_LIT("report");
	Datum		values[HEADERS_COLUMNS];
	bool		isnull[HEADERS_COLUMNS];

	CHECK_FOR_INTERRUPTS();
	if (output->rows == NULL)
		output->rows = srf_open(output->fcinfo);
	values[HEADERS_ORIGIN] = row_text(word, &call->charset, &call->arena, &isnull[HEADERS_ORIGIN]);
	values[HEADERS_ORDINAL] = Int32GetDatum(++output->count);
	isnull[HEADERS_ORDINAL] = false;
	values[HEADERS_VALUE] = row_text(one_line(&call->arena, value), &call->charset, &call->arena, &isnull[HEADERS_VALUE]);
	call_check_memory(call);
	tuplestore_putvalues(output->rows, call->desc, values, isnull);
	return true;
}

static Datum
headers(FunctionCallInfo fcinfo, Source source)
{
	Call	   *call;
	Output		output;

	srf_begin(fcinfo);
	call = call_begin_table(fcinfo, HEADERS_COLUMNS);
	output = (Output) {fcinfo, call, NULL, 0};
	find_fields(fcinfo, call, source, put_field, &output);
	call_check_memory(call);
	call_end(call);
	return (Datum) 0;
}

Datum
bounce_headers_bytea(PG_FUNCTION_ARGS)
{
	return headers(fcinfo, SOURCE_BYTEA);
}

Datum
bounce_headers_text(PG_FUNCTION_ARGS)
{
	return headers(fcinfo, SOURCE_TEXT);
}

Datum
bounce_headers_jsonb(PG_FUNCTION_ARGS)
{
	return headers(fcinfo, SOURCE_JSONB);
}
