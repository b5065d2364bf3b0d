/*
 * own_trigger.c
 *	  The triggers of bounce_rule and bounce_format: what can't be compiled is
 *	  refused, and every change is told to the backends that keep the rows
 *	  compiled (own_cache.c).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "mail/address.h"
#include "mail/decode.h"
#include "mail/limits.h"
#include "match/pattern.h"
#include "pg/charset.h"
#include "pg/session.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/rel.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_check_rule);
PG_FUNCTION_INFO_V1(bounce_check_format);
PG_FUNCTION_INFO_V1(bounce_rules_changed);

/* The row that is about to be written. */
typedef struct NewRow
{
	Relation	table;
	HeapTuple	tuple;
	Charset		charset;
	Arena		arena;
} NewRow;

static void
begin_row(FunctionCallInfo fcinfo, NewRow *row)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function %u must be called by a BEFORE INSERT OR UPDATE trigger for each row", fcinfo->flinfo->fn_oid)));
	row->table = trigger->tg_relation;
	row->tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	charset_init(&row->charset);
	/* an error may leave it as it is: its blocks go with the context */
	session_arena(&row->arena, CurrentMemoryContext);
}

/*
 * The number of a column of type text.  The table need not be the one that the
 * function is for, nor be as the extension made it: whoever owns a table may
 * make a trigger for it and change its columns.
 */
static AttrNumber
column_number(const NewRow *row, const char *column)
{
	TupleDesc	desc = RelationGetDescr(row->table);
	int			i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), column) != 0)
			continue;
		if (attribute->atttypid != TEXTOID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of table \"%s\" is of type %s, not text",
							column, RelationGetRelationName(row->table), format_type_be(attribute->atttypid)),
					 errtablecol(row->table, i + 1)));
		return (AttrNumber) (i + 1);
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of table \"%s\" does not exist", column, RelationGetRelationName(row->table)),
			 errtable(row->table)));
}

/*
 * The column's text as UTF-8; SLICE_NONE for NULL, and for what is far too long:
 * that the column's constraint will refuse.  In a database that knows no encoding
 * any bytes may come: what is looked for is decoded mail, and that has none of
 * those that are no UTF-8.
 */
static Slice
column_text(NewRow *row, const char *column)
{
	bool		isnull;
	Datum		datum = heap_getattr(row->tuple, column_number(row, column), RelationGetDescr(row->table), &isnull);
	text	   *value;
	Slice		written;

	if (isnull)
		return SLICE_NONE;
	value = DatumGetTextPP(datum);
	if (VARSIZE_ANY_EXHDR(value) > LIMIT_OWN_PATTERN * MAX_MULTIBYTE_CHAR_LEN)
		return SLICE_NONE;
	written = slice(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	if (row->charset.server == PG_SQL_ASCII && !decode_is_utf8(written))
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("column \"%s\" of table \"%s\" is not UTF-8", column, RelationGetRelationName(row->table)),
				 errdetail("In a database of encoding SQL_ASCII mail is UTF-8 when it is looked at, whatever it came in."),
				 errtablecol(row->table, column_number(row, column))));
	return charset_to_utf8(&row->charset, &row->arena, written);
}

static bool
is_regex(NewRow *row)
{
	return slice_equal(column_text(row, "syntax"), SLICE_LIT("regex"));
}

/* Characters of the first n bytes of UTF-8. */
static int
count_characters(Slice text, size_t n)
{
	int			count = 0;
	size_t		i;

	for (i = 0; i < n && i < text.n; i++)
		count += ((unsigned char) text.p[i] & 0xc0) != 0x80;
	return count;
}

static void
refuse_regex(NewRow *row, const char *column, Slice text, const PatternError *error)
{
	if (error->no_memory)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
			 errmsg("invalid regular expression in column \"%s\" of table \"%s\": %s",
					column, RelationGetRelationName(row->table), error->message),
			 errdetail("It is wrong behind character %d.", count_characters(text, error->offset)),
			 errhint("Patterns are PCRE2's. A backslash takes the next of \\ ^ $ . [ ] | ( ) ? * + { } literally."),
			 errtablecol(row->table, column_number(row, column))));
}

static void
check_regex(NewRow *row, const char *column)
{
	Slice		text = column_text(row, column);
	Pattern		pattern;
	PatternError error;

	if (text.p == NULL)
		return;
	if (!pattern_regex(text, false, &pattern, &error))
		refuse_regex(row, column, text, &error);
	pattern_free(&pattern);
}

static void
check_words(NewRow *row, const char *column)
{
	Slice		text = column_text(row, column);
	Pattern		pattern;

	if (text.p == NULL)
		return;
	pattern_words(&row->arena, text, &pattern);
	if (pattern.kind == PATTERN_BROKEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" of table \"%s\" holds no words to look for", column, RelationGetRelationName(row->table)),
				 errhint("A condition that is not wanted is NULL."),
				 errtablecol(row->table, column_number(row, column))));
}

static void
check_domain(NewRow *row, const char *column)
{
	Slice		text = column_text(row, column);
	Pattern		pattern;

	if (text.p == NULL)
		return;
	pattern_domain(&row->arena, text, &pattern);
	if (pattern.kind == PATTERN_BROKEN || !address_is_domain(pattern.words))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" of table \"%s\" holds no domain", column, RelationGetRelationName(row->table)),
				 errhint("With syntax \"plain\" it is a name such as example.com, which stands for the names below it, too. For patterns use syntax \"regex\"."),
				 errtablecol(row->table, column_number(row, column))));
}

/* bounce_rule: every pattern by the row's syntax. */
Datum
bounce_check_rule(PG_FUNCTION_ARGS)
{
	NewRow		row;

	begin_row(fcinfo, &row);
	if (is_regex(&row))
	{
		check_regex(&row, "diagnostic");
		check_regex(&row, "rhost");
		check_regex(&row, "destination");
		check_regex(&row, "header_value");
	}
	else
	{
		check_words(&row, "diagnostic");
		check_domain(&row, "rhost");
		check_domain(&row, "destination");
		check_words(&row, "header_value");
	}
	arena_reset(&row.arena);
	return PointerGetDatum(row.tuple);
}

/* The expression that finds recipients has a group that is one. */
static void
check_recipient(NewRow *row)
{
	static const char column[] = "recipient";
	Slice		text = column_text(row, column);
	Pattern		pattern;
	PatternError error;
	unsigned	groups;

	if (text.p == NULL)
		return;
	if (!pattern_regex(text, true, &pattern, &error))
		refuse_regex(row, column, text, &error);
	groups = pattern_group_count(&pattern);
	pattern_free(&pattern);
	if (groups == 0 || groups >= PATTERN_GROUPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
				 errmsg("regular expression in column \"%s\" of table \"%s\" has %s",
						column, RelationGetRelationName(row->table), groups == 0 ? "no group" : "too many groups"),
				 errhint("The recipient is the group (?<recipient>...), or else the first one. There may be %d.", PATTERN_GROUPS - 1),
				 errtablecol(row->table, column_number(row, column))));
}

/* bounce_format: the signature by the row's syntax, the recipient's is always an expression. */
Datum
bounce_check_format(PG_FUNCTION_ARGS)
{
	NewRow		row;

	begin_row(fcinfo, &row);
	if (is_regex(&row))
	{
		check_regex(&row, "header_value");
		check_regex(&row, "human_text");
	}
	else
	{
		check_words(&row, "header_value");
		check_words(&row, "human_text");
	}
	check_recipient(&row);
	(void) column_text(&row, "name");
	check_words(&row, "end_marker");
	arena_reset(&row.arena);
	return PointerGetDatum(row.tuple);
}

/*
 * After any change: the table is not as it was.  This backend learns it at the
 * end of the command, and once more if it is rolled back; the others at commit.
 */
Datum
bounce_rules_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function %u must be called by an AFTER trigger", fcinfo->flinfo->fn_oid)));
	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}
