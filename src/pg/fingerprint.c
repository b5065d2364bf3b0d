/*
 * fingerprint.c
 *	  bounce_fingerprint() and bounce_engine(): what to group texts by, and
 *	  what to tell verdicts of different times apart by.
 */
#include "postgres.h"

#include "bounce.h"
#include "classify/knowledge.h"
#include "code_id.h"
#include "fmgr.h"
#include "match/fingerprint.h"
#include "pg/call.h"
#include "utils/builtins.h"

#define MOST_PASSES 8

PG_FUNCTION_INFO_V1(bounce_fingerprint);
PG_FUNCTION_INFO_V1(bounce_engine);

Datum
bounce_fingerprint(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		text = call_argument(fcinfo, 0, call);
	Datum		result;

	/* before the text is folded, so that a bad byte is none of the fold's business; and what is behind the input is nobody's */
	text = fingerprint_of(&call->arena, decode_valid_start(&call->arena, text, FINGERPRINT_INPUT + 4));
	/* what the database's encoding does not hold becomes a "?" there, which may belong to an address */
	for (int i = 0; i < MOST_PASSES && !call->charset.verbatim; i++)
	{
		Slice		held = charset_from_utf8(&call->charset, &call->arena, text);

		held = charset_to_utf8(&call->charset, &call->arena, held);
		if (call->arena.failed || slice_equal(held, text))
			break;
		text = fingerprint_of(&call->arena, held);
	}
	call_check_memory(call);
	result = call_text(call, text);
	call_end(call);
	return result;
}

Datum
bounce_engine(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s-%s-%s", BOUNCE_VERSION, BOUNCE_CODE_ID, knowledge_digest)));
}
