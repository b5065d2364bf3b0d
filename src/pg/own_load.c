/*
 * own_load.c
 *	  The rows of bounce_rule and bounce_format, compiled.
 *
 * They are read by a query, so that whatever the user may not see is not seen:
 * rights and row-level security are the server's business.  Nothing in the
 * query is looked up through the search path.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "classify/own_rules.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pg/own_cache.h"
#include "report/own_formats.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#define RULE_COLUMNS "id, syntax, diagnostic, rhost, destination, header, header_value, reason, fault, advice, " \
	"hard_bounce, valid_from, valid_until"
#define FORMAT_COLUMNS "id, syntax, name, header, header_value, human_text, recipient, end_marker, kind, valid_from, valid_until"

/* Their types. */
static const Oid rule_types[] = {INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
BOOLOID, TIMESTAMPTZOID, TIMESTAMPTZOID};
static const Oid format_types[] = {INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
TIMESTAMPTZOID, TIMESTAMPTZOID};

/* One row of the query that SPI holds. */
typedef struct Row
{
	HeapTuple	tuple;
	TupleDesc	desc;
	Arena	   *arena;
	const Charset *charset;
} Row;

/* The column's text as UTF-8, SLICE_NONE for NULL. */
static Slice
row_slice(const Row *row, int column)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(row->tuple, row->desc, column, &isnull);
	text	   *value;

	if (isnull)
		return SLICE_NONE;
	value = DatumGetTextPP(datum);
	return charset_to_utf8(row->charset, row->arena, slice(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)));
}

static int64
row_time(const Row *row, int column, int64 otherwise)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(row->tuple, row->desc, column, &isnull);

	return isnull ? otherwise : DatumGetTimestampTz(datum);
}

static BounceTruth
row_truth(const Row *row, int column)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(row->tuple, row->desc, column, &isnull);

	if (isnull)
		return TRUTH_NULL;
	return DatumGetBool(datum) ? TRUTH_TRUE : TRUTH_FALSE;
}

static int64
row_id(const Row *row)
{
	bool		isnull;

	return DatumGetInt64(SPI_getbinval(row->tuple, row->desc, 1, &isnull));
}

static void
add_rule(OwnRules *rules, const Row *row)
{
	OwnRuleText text = {
		.id = row_id(row),
		.regex = slice_equal(row_slice(row, 2), SLICE_LIT("regex")),
		.diagnostic = row_slice(row, 3),
		.rhost = row_slice(row, 4),
		.destination = row_slice(row, 5),
		.header = row_slice(row, 6),
		.header_value = row_slice(row, 7),
		.reason = row_slice(row, 8),
		.fault = row_slice(row, 9),
		.advice = row_slice(row, 10),
		.hard_bounce = row_truth(row, 11),
		.valid_from = row_time(row, 12, DT_NOBEGIN),
		.valid_until = row_time(row, 13, DT_NOEND),
	};

	(void) own_rules_add(rules, &text);
}

static void
add_format(OwnFormats *formats, const Row *row)
{
	OwnFormatText text = {
		.id = row_id(row),
		.regex = slice_equal(row_slice(row, 2), SLICE_LIT("regex")),
		.name = row_slice(row, 3),
		.header = row_slice(row, 4),
		.header_value = row_slice(row, 5),
		.text = row_slice(row, 6),
		.recipient = row_slice(row, 7),
		.end_marker = row_slice(row, 8),
		.delay = slice_equal(row_slice(row, 9), SLICE_LIT("delay")),
		.valid_from = row_time(row, 10, DT_NOBEGIN),
		.valid_until = row_time(row, 11, DT_NOEND),
	};

	(void) own_formats_add(formats, &text);
}

/*
 * The tables are their owner's, who need be no superuser and may change their
 * columns: what is read as a text must be one.
 */
static void
check_types(const char *table, const Oid *types, int count)
{
	TupleDesc	desc = SPI_tuptable->tupdesc;
	int			i;

	Assert(desc->natts == count);
	for (i = 0; i < count; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->atttypid != types[i])
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of table \"%s\" is of type %s, not %s",
							NameStr(attribute->attname), table, format_type_be(attribute->atttypid), format_type_be(types[i])),
					 errhint("Give it the type that it had when extension bounce was created.")));
	}
}

/* Runs the query; what it returns is SPI_processed rows of SPI_tuptable, whose columns have those types. */
static void
select_rows(const char *schema, const char *table, const char *columns, const Oid *column_types, int count, text *ruleset)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {PointerGetDatum(ruleset)};
	char	   *query = psprintf("SELECT %s FROM %s WHERE ruleset OPERATOR(pg_catalog.=) $1 AND enabled"
								 " ORDER BY priority DESC, id",
								 columns, quote_qualified_identifier(schema, table));

	/* read-only: by the snapshot that is active, whatever the caller is */
	if (SPI_execute_with_args(query, 1, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read table \"%s\"", table);
	check_types(table, column_types, count);
}

void
own_load(OwnSet *set, const Charset *charset, const char *schema, text *ruleset)
{
	uint64		i;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");

	select_rows(schema, "bounce_rule", RULE_COLUMNS, rule_types, lengthof(rule_types), ruleset);
	if (SPI_processed > 0)
	{
		OwnRules   *rules = MemoryContextAllocZero(set->context, sizeof(OwnRules));

		own_rules_init(rules, &set->arena);
		set->rules = rules;		/* from now on the context's end frees it */
		for (i = 0; i < SPI_processed; i++)
		{
			Row			row = {SPI_tuptable->vals[i], SPI_tuptable->tupdesc, &set->arena, charset};

			CHECK_FOR_INTERRUPTS();
			add_rule(rules, &row);
		}
	}

	select_rows(schema, "bounce_format", FORMAT_COLUMNS, format_types, lengthof(format_types), ruleset);
	if (SPI_processed > 0)
	{
		OwnFormats *formats = MemoryContextAllocZero(set->context, sizeof(OwnFormats));

		own_formats_init(formats, &set->arena);
		set->formats = formats;
		for (i = 0; i < SPI_processed; i++)
		{
			Row			row = {SPI_tuptable->vals[i], SPI_tuptable->tupdesc, &set->arena, charset};

			CHECK_FOR_INTERRUPTS();
			add_format(formats, &row);
		}
	}

	SPI_finish();
	if (set->arena.failed)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("The rules of a ruleset could not be compiled.")));
}
