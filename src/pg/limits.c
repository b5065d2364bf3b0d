/*
 * limits.c
 *	  bounce_limits(): the bounds of src/mail/limits.h as a table.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mail/limits.h"
#include "pg/call.h"
#include "pg/row.h"
#include "pg/srf.h"

PG_FUNCTION_INFO_V1(bounce_limits);

/* the columns of bounce_limits() in src/sql/20-knowledge.sql, in its order */
enum
{
	LIMITS_NAME,
	LIMITS_VALUE,
	LIMITS_UNIT,
	LIMITS_MEANING,
	LIMITS_COLUMNS
};

Datum
bounce_limits(PG_FUNCTION_ARGS)
{
	Call	   *call;
	Tuplestorestate *rows;
	int			i;

	srf_begin(fcinfo);
	call = call_begin_table(fcinfo, LIMITS_COLUMNS);
	rows = srf_open(fcinfo);
	for (i = 0; i < BOUND_COUNT; i++)
	{
		const char *const words[LIMITS_COLUMNS] = {
			[LIMITS_NAME] = limits[i].name,
			[LIMITS_UNIT] = limits[i].unit,
			[LIMITS_MEANING] = limits[i].what,
		};
		Datum		values[LIMITS_COLUMNS];
		bool		isnull[LIMITS_COLUMNS];
		int			column;

		for (column = 0; column < LIMITS_COLUMNS; column++)
		{
			if (words[column] != NULL)
				values[column] = row_text(slice(words[column], strlen(words[column])), &call->charset, &call->arena,
										  &isnull[column]);
		}
		values[LIMITS_VALUE] = Int32GetDatum(limits[i].number);
		isnull[LIMITS_VALUE] = false;
		call_check_memory(call);
		tuplestore_putvalues(rows, call->desc, values, isnull);
	}
	call_end(call);
	return (Datum) 0;
}
