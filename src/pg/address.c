/*
 * address.c
 *	  bounce_address_key() and its kin: addresses and domains in the forms in
 *	  which they are compared, and shown.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mail/address_key.h"
#include "mail/utf8.h"
#include "pg/call.h"
#include "pg/normal.h"
#include "pg/row.h"
#include "report/verp.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(bounce_address_key);
PG_FUNCTION_INFO_V1(bounce_domain_key);
PG_FUNCTION_INFO_V1(bounce_domain_display);
PG_FUNCTION_INFO_V1(bounce_decode_address);

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

/* The columns of bounce_decode_address() in src/sql/30-address.sql. */
enum
{
	HIDDEN_SCHEME,
	HIDDEN_ADDRESS,
	HIDDEN_TAG,
	HIDDEN_COLUMNS
};

/* "AT" or "TAG AT", as the user writes his own delimiters. */
static VerpDelimiters
delimiters_of(Slice text)
{
	VerpDelimiters own = {SLICE_NONE, SLICE_NONE};
	size_t		n = 0;

	text = slice_trim(text);
	while (n < text.n && !ascii_is_space(text.p[n]))
		n++;
	own.at = slice(text.p, n);
	if (n < text.n)
	{
		own.tag = own.at;
		own.at = slice_trim(slice(text.p + n, text.n - n));
	}
	for (size_t i = 0; i < own.at.n; i++)
	{
		if (ascii_is_space(own.at.p[i]))
			n = 0;
	}
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("delimiters must be one word, or two with a blank between them"),
				 errdetail("The last word stands for the \"@\" of the hidden address, the one before it for what is between the tag and that address."),
				 errhint("Try '+ =', or '-- _at_'.")));
	return own;
}

Datum
bounce_decode_address(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_table(fcinfo, HIDDEN_COLUMNS);
	Arena	   *arena = &call->arena;
	Slice		address = call_argument(fcinfo, 0, call);
	VerpDelimiters own = {SLICE_NONE, SLICE_NONE};
	HiddenAddress hidden;
	Datum		values[HIDDEN_COLUMNS];
	bool		isnull[HIDDEN_COLUMNS] = {true, true, true};
	HeapTuple	tuple;

	if (!PG_ARGISNULL(1))
		own = delimiters_of(call_argument(fcinfo, 1, call));
	if (verp_peel_written(arena, address, own.at.n > 0 ? &own : NULL, &hidden))
	{
		values[HIDDEN_SCHEME] = row_text(slice(hidden.scheme, strlen(hidden.scheme)), &call->charset, arena, &isnull[HIDDEN_SCHEME]);
		values[HIDDEN_ADDRESS] = row_text(hidden.address, &call->charset, arena, &isnull[HIDDEN_ADDRESS]);
		values[HIDDEN_TAG] = row_text(hidden.tag, &call->charset, arena, &isnull[HIDDEN_TAG]);
	}
	call_check_memory(call);
	tuple = heap_form_tuple(call->desc, values, isnull);
	call_end(call);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
