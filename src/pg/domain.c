/*
 * domain.c
 *	  bounce_provider() and its kin: what is known of a domain, and how far it
 *	  is from another.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "classify/office.h"
#include "classify/provider.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mail/address.h"
#include "mail/address_key.h"
#include "match/typo.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "pg/normal.h"
#include "pg/row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_provider);
PG_FUNCTION_INFO_V1(bounce_is_role);
PG_FUNCTION_INFO_V1(bounce_known_disposable);
PG_FUNCTION_INFO_V1(bounce_domain_distance);
PG_FUNCTION_INFO_V1(bounce_suggest_domain);

/* The columns of bounce_provider() in src/sql/40-domain.sql. */
enum
{
	PROVIDER_NAME,
	PROVIDER_TITLE,
	PROVIDER_HOST_GROUP,
	PROVIDER_COLUMNS
};

/* The domain of an address, or the domain itself, in its key form; SLICE_NONE for what is none. */
static Slice
domain_of(Call *call, Slice text)
{
	KeyForm		form = {.normalize = normal_form};
	Slice		local;
	Slice		domain;

	text = slice_trim(text);
	if (slice_find(text, '@', 0) != SLICE_NPOS)
	{
		if (!address_split(&call->arena, text, &local, &domain))
			return SLICE_NONE;
		text = domain;
	}
	return domain_key(&call->arena, text, &form);
}

static Slice
word_slice(const char *word)
{
	return word ? slice(word, strlen(word)) : SLICE_NONE;
}

/* One row always, so that it can be joined laterally without losing any: NULLs where nothing is known. */
Datum
bounce_provider(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_table(fcinfo, PROVIDER_COLUMNS);
	Slice		domain = domain_of(call, call_argument(fcinfo, 0, call));
	const DomainRow *row = domain.n > 0 ? provider_of(domain, DOMAIN_BOTH) : NULL;
	Datum		values[PROVIDER_COLUMNS];
	bool		isnull[PROVIDER_COLUMNS];
	const ProviderRow *provider = row && row->provider != PROVIDER_NONE ? &knowledge_providers[row->provider] : NULL;
	Datum		result;

	values[PROVIDER_NAME] = row_text(word_slice(provider ? provider->provider : NULL), &call->charset, &call->arena,
									 &isnull[PROVIDER_NAME]);
	values[PROVIDER_TITLE] = row_text(word_slice(provider ? provider->title : NULL), &call->charset, &call->arena,
									  &isnull[PROVIDER_TITLE]);
	values[PROVIDER_HOST_GROUP] = row_text(word_slice(row ? known(row->host_group) : NULL), &call->charset, &call->arena,
										   &isnull[PROVIDER_HOST_GROUP]);
	call_check_memory(call);
	result = HeapTupleGetDatum(heap_form_tuple(call->desc, values, isnull));
	call_end(call);
	return result;
}

Datum
bounce_is_role(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		address = slice_trim(call_argument(fcinfo, 0, call));
	Slice		local = address;
	Slice		domain;
	bool		result;

	if (slice_find(address, '@', 0) != SLICE_NPOS && !address_split(&call->arena, address, &local, &domain))
		local = SLICE_NONE;
	result = role_of(local) != NULL;
	call_check_memory(call);
	call_end(call);
	PG_RETURN_BOOL(result);
}

Datum
bounce_known_disposable(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	bool		result = disposable_of(domain_of(call, call_argument(fcinfo, 0, call))) != NULL;

	call_check_memory(call);
	call_end(call);
	PG_RETURN_BOOL(result);
}

Datum
bounce_domain_distance(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		typed = domain_of(call, call_argument(fcinfo, 0, call));
	Slice		meant = domain_of(call, call_argument(fcinfo, 1, call));
	int			distance = TYPO_FAR;

	if (typed.n > 0 && meant.n > 0)
		distance = typo_distance(typed, meant, TYPO_FAR / 2);
	call_check_memory(call);
	call_end(call);
	if (distance >= TYPO_FAR)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT4((float4) distance / 2);
}

/*
 * Is the domain real?  Somebody is known to run it, it is reserved as a whole
 * (example.com; below a reserved top level such as .test there may be anything),
 * or a throw-away service's.
 */
static bool
is_real(Slice domain)
{
	const DomainRow *row = provider_of(domain, DOMAIN_DESTINATION);

	if (row != NULL && strchr(known(row->suffix), '.') != NULL)
		return true;
	return disposable_of(domain) != NULL;
}

/* What to compare two of: the array's element as the caller wrote it, in its key form. */
static Slice
known_domain(Call *call, Datum element)
{
	text	   *written = DatumGetTextPP(element);

	return domain_of(call, charset_to_utf8(&call->charset, &call->arena, slice(VARDATA_ANY(written), VARSIZE_ANY_EXHDR(written))));
}

/*
 * The nearest of the known domains; of several that are as near the first.
 */
Datum
bounce_suggest_domain(PG_FUNCTION_ARGS)
{
	Call	   *call = call_begin_plain(fcinfo);
	Slice		domain = domain_of(call, call_argument(fcinfo, 0, call));
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	float4		most = PG_GETARG_FLOAT4(2);
	int			nearest = most > 2 * TYPO_MOST_BYTES ? 4 * TYPO_MOST_BYTES : most > 0 ? (int) (most * 2) : 0;
	int			best = -1;
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	Datum		result;

	if (domain.n == 0 || is_real(domain) || nearest == 0)
	{
		call_end(call);
		PG_RETURN_NULL();
	}
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		ArenaMark	mark = arena_mark(&call->arena);
		Slice		candidate;
		int			distance;

		/* two long names take a millisecond */
		if ((i & 0xf) == 0xf)
			CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		candidate = known_domain(call, elements[i]);
		if (slice_equal(candidate, domain))
		{
			best = -1;
			break;
		}
		distance = candidate.n > 0 && !typo_is_abroad(domain, candidate) ? typo_distance(domain, candidate, nearest) : TYPO_FAR;
		if (distance <= nearest && distance <= typo_most(candidate))
		{
			best = i;
			nearest = distance - 1;
		}
		arena_rewind(&call->arena, mark);
	}
	call_check_memory(call);
	if (best < 0)
	{
		call_end(call);
		PG_RETURN_NULL();
	}
	result = call_text(call, known_domain(call, elements[best]));
	call_end(call);
	return result;
}
