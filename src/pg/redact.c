/*
 * redact.c
 *	  bounce_redact(), bounce_pseudonym(): mails without people in them.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mail/decode.h"
#include "mail/limits.h"
#include "mb/pg_wchar.h"
#include "pg/call.h"
#include "redact/names.h"
#include "redact/redact.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_redact_bytea);
PG_FUNCTION_INFO_V1(bounce_redact_text);
PG_FUNCTION_INFO_V1(bounce_pseudonym);

static Slice
key_argument(FunctionCallInfo fcinfo, Call *call)
{
	return PG_NARGS() > 1 ? call_argument(fcinfo, 1, call) : SLICE_NONE;
}

Datum
bounce_redact_bytea(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	bytea	   *raw = PG_GETARG_BYTEA_PP(0);
	Slice		mail = redact_mail(&call->arena, slice(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw)), key_argument(fcinfo, call));
	bytea	   *result;

	call_check_memory(call);
	call_check_size(mail.n);
	result = (bytea *) palloc(VARHDRSZ + mail.n);
	SET_VARSIZE(result, VARHDRSZ + mail.n);
	memcpy(VARDATA(result), mail.p, mail.n);
	call_end(call);
	PG_FREE_IF_COPY(raw, 0);
	PG_RETURN_BYTEA_P(result);
}

Datum
bounce_redact_text(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		mail = redact_mail(&call->arena, call_argument(fcinfo, 0, call), key_argument(fcinfo, call));
	Datum		result;

	call_check_memory(call);
	result = call_text(call, mail);
	call_end(call);
	return result;
}

Datum
bounce_pseudonym(PG_FUNCTION_ARGS)
{
	Call	   *call;
	Slice		address;
	Slice		pseudonym;
	Datum		result;

	/* what is so long in any encoding is no address, and not worth a digest of all of it */
	if (VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) > LIMIT_ADDRESS_BYTES * MAX_MULTIBYTE_CHAR_LEN)
		PG_RETURN_NULL();
	call = call_begin_plain(fcinfo);
	address = decode_valid_utf8(&call->arena, call_argument(fcinfo, 0, call));
	if (address.n > LIMIT_ADDRESS_BYTES)
	{
		call_check_memory(call);
		call_end(call);
		PG_RETURN_NULL();
	}
	pseudonym = names_pseudonym(&call->arena, address, call_argument(fcinfo, 1, call));
	call_check_memory(call);
	result = call_text(call, pseudonym);
	call_end(call);
	return result;
}
