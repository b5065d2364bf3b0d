/*
 * source.c
 *	  What a function reads bounces from: its first argument.
 */
#include "postgres.h"

#include "fmgr.h"
#include "pg/document.h"
#include "pg/source.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

static void
read_message(FunctionCallInfo fcinfo, Call *call, bool is_text, const BounceOptions *options,
			 void (*take) (void *context, const BounceRow *row), void *context)
{
	struct varlena *raw = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Slice		message = slice(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw));

	if (is_text)
		message = charset_to_utf8(&call->charset, &call->arena, message);
	bounce_read_each_with(&call->arena, message, options, take, context);
	call_check_memory(call);
	PG_FREE_IF_COPY(raw, 0);
}

static void
read_events(FunctionCallInfo fcinfo, Call *call, const BounceOptions *options,
			void (*take) (void *context, const BounceRow *row), void *context)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	Slice		document = json_document(call, jsonb);

	call_check_memory(call);
	bounce_read_json_each(&call->arena, document, options, take, context);
	call_check_memory(call);
	PG_FREE_IF_COPY(jsonb, 0);
}

void
source_read(FunctionCallInfo fcinfo, Call *call, Source source, const BounceOptions *options,
			void (*take) (void *context, const BounceRow *row), void *context)
{
	if (source == SOURCE_JSONB)
		read_events(fcinfo, call, options, take, context);
	else
		read_message(fcinfo, call, source == SOURCE_TEXT, options, take, context);
}
