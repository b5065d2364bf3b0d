/*
 * visible.c
 *	  bounce_visible(): a text of strangers as it may be shown.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mail/visible.h"
#include "pg/call.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(bounce_visible);

Datum
bounce_visible(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		shown;
	Datum		result;

	if (!visible_text(&call->arena, call_argument(fcinfo, 0, call), MaxAllocSize - VARHDRSZ, &shown))
	{
		call_check_memory(call);
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text is too long with its invisible characters written out"),
				 errhint("Take a part of it, as left() does.")));
	}
	result = call_text(call, shown);
	call_end(call);
	return result;
}
