/*
 * vocabulary.c
 *	  bounce_reason_as(), bounce_reason_from(): the reasons in the words of other
 *	  systems, and back.
 */
#include "postgres.h"

#include "classify/vocabulary.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "pg/call.h"
#include "utils/builtins.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_reason_as);
PG_FUNCTION_INFO_V1(bounce_reason_from);

/* Words are ASCII, so that the database's encoding does not matter. */
static Slice
argument(FunctionCallInfo fcinfo, int number)
{
	text	   *value = PG_GETARG_TEXT_PP(number);

	return slice(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

static Slice
vocabulary_argument(FunctionCallInfo fcinfo, int number)
{
	Slice		vocabulary = argument(fcinfo, number);
	StringInfoData names;

	if (vocabulary_find(vocabulary) != NULL)
		return vocabulary;
	initStringInfo(&names);
	for (uint32 i = 0; vocabulary_name(i) != NULL; i++)
		appendStringInfo(&names, "%s%s", i == 0 ? "" : ", ", vocabulary_name(i));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown vocabulary \"%.*s\"", pg_mbcliplen(vocabulary.p, (int) vocabulary.n, 63), vocabulary.p),
			 errhint("Vocabularies are: %s.", names.data)));
}

Datum
bounce_reason_as(PG_FUNCTION_ARGS)
{
	uint16		reason = vocabulary_own_reason(argument(fcinfo, 0));
	Slice		vocabulary = vocabulary_argument(fcinfo, 1);
	const char *word = reason < REASON_COUNT ? vocabulary_word(reason, vocabulary) : NULL;

	if (word == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(word));
}

Datum
bounce_reason_from(PG_FUNCTION_ARGS)
{
	Slice		vocabulary = vocabulary_argument(fcinfo, 0);
	uint16		reason = vocabulary_reason(vocabulary, argument(fcinfo, 1));

	if (reason == REASON_COUNT)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(knowledge_reasons[reason].reason));
}
