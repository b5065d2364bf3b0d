/*
 * reasons.c
 *	  bounce_reasons(): data/reasons.tsv, as compiled in, as a table.
 */
#include "postgres.h"

#include "classify/knowledge.h"
#include "fmgr.h"
#include "pg/call.h"
#include "pg/row.h"
#include "pg/srf.h"

PG_FUNCTION_INFO_V1(bounce_reasons);

/* the columns of bounce_reasons() in src/sql/20-knowledge.sql, in its order */
enum
{
	REASONS_REASON,
	REASONS_KIND,
	REASONS_HARD_BOUNCE,
	REASONS_FAULT,
	REASONS_ADVICE,
	REASONS_MEANING,
	REASONS_BOUNCEHAMMER,
	REASONS_KUMOMTA,
	REASONS_SPARKPOST,
	REASONS_SES,
	REASONS_POWERMTA,
	REASONS_POSTMARK,
	REASONS_SENDGRID,
	REASONS_COLUMNS
};

Datum
bounce_reasons(PG_FUNCTION_ARGS)
{
	Call	   *call;
	Tuplestorestate *rows;
	int			i;

	srf_begin(fcinfo);
	call = call_begin_table(fcinfo, REASONS_COLUMNS);
	rows = srf_open(fcinfo);

	for (i = 0; i < REASON_COUNT; i++)
	{
		const ReasonRow *reason = &knowledge_reasons[i];
		const char *const words[REASONS_COLUMNS] = {
			[REASONS_REASON] = reason->reason,
			[REASONS_KIND] = reason->kind,
			[REASONS_FAULT] = reason->fault,
			[REASONS_ADVICE] = reason->advice,
			[REASONS_MEANING] = reason->meaning,
			[REASONS_BOUNCEHAMMER] = reason->bouncehammer,
			[REASONS_KUMOMTA] = reason->kumomta,
			[REASONS_SPARKPOST] = reason->sparkpost,
			[REASONS_SES] = reason->ses,
			[REASONS_POWERMTA] = reason->powermta,
			[REASONS_POSTMARK] = reason->postmark,
			[REASONS_SENDGRID] = reason->sendgrid,
		};
		Datum		values[REASONS_COLUMNS];
		bool		isnull[REASONS_COLUMNS];
		int			column;

		for (column = 0; column < REASONS_COLUMNS; column++)
		{
			const char *word = words[column];

			values[column] = row_text(word == NULL ? SLICE_NONE : slice(word, strlen(word)),
									  &call->charset, &call->arena,
									  &isnull[column]);
		}
		isnull[REASONS_HARD_BOUNCE] = (reason->hard_bounce == NULL);
		if (reason->hard_bounce != NULL)
			values[REASONS_HARD_BOUNCE] = BoolGetDatum(reason->hard_bounce[0] == 't');

		call_check_memory(call);
		tuplestore_putvalues(rows, call->desc, values, isnull);
	}

	call_end(call);
	return (Datum) 0;
}
