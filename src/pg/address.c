/*
 * address.c
 *	  bounce_address_key() and its kin: addresses and domains in the forms in
 *	  which they are compared, and shown.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mail/address_key.h"
#include "mail/utf8.h"
#include "pg/call.h"
#include "pg/normal.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(bounce_address_key);
PG_FUNCTION_INFO_V1(bounce_domain_key);
PG_FUNCTION_INFO_V1(bounce_domain_display);

/*
 * Does the database's encoding hold all of s?  *converted gets it; what is not
 * held became another character there, and two that differ would be alike.
 */
static bool
is_held(Call *call, Slice s, Slice *converted)
{
	*converted = charset_from_utf8(&call->charset, &call->arena, s);
	return call->charset.verbatim || utf8_find_not_ascii(s, 0) == s.n ||
		slice_equal(charset_to_utf8(&call->charset, &call->arena, *converted), s);
}

/* Ends the call with that text, which is in the database's encoding; SLICE_NONE is NULL. */
static Datum
end_with_text(FunctionCallInfo fcinfo, Call *call, Slice s)
{
	text	   *result = NULL;

	call_check_memory(call);
	if (s.p != NULL)
		result = cstring_to_text_with_len(s.p, (int) s.n);
	call_end(call);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(result);
}

Datum
bounce_address_key(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		address = call_argument(fcinfo, 0, call);
	KeyForm		form = {
		.gmail = PG_GETARG_BOOL(1), .subaddress = PG_GETARG_BOOL(2), .normalize = normal_form
	};
	Slice		key = address_key(&call->arena, address, &form);
	Slice		converted;

	if (!is_held(call, key, &converted))
	{
		/* the letters that were written are */
		form.keep_letters = true;
		converted = charset_from_utf8(&call->charset, &call->arena,
									  address_key(&call->arena, address, &form));
	}
	return end_with_text(fcinfo, call, converted);
}

Datum
bounce_domain_key(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	KeyForm		form = {.normalize = normal_form};

	return end_with_text(fcinfo, call,
						 domain_key(&call->arena, call_argument(fcinfo, 0, call), &form));
}

Datum
bounce_domain_display(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	KeyForm		form = {.normalize = normal_form};
	Slice		domain = call_argument(fcinfo, 0, call);
	Slice		converted;

	if (!is_held(call, domain_display(&call->arena, domain, &form), &converted))
		converted = domain_key(&call->arena, domain, &form);
	return end_with_text(fcinfo, call, converted);
}
