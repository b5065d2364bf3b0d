/*
 * rules.c
 *	  bounce_rules(), bounce_kinds(), bounce_decoders(), bounce_providers():
 *	  what data/ holds, as compiled in, as tables.
 */
#include "postgres.h"

#include "classify/rules.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pg/call.h"
#include "pg/row.h"
#include "pg/srf.h"
#include "report/markers.h"

PG_FUNCTION_INFO_V1(bounce_rules);
PG_FUNCTION_INFO_V1(bounce_kinds);
PG_FUNCTION_INFO_V1(bounce_decoders);
PG_FUNCTION_INFO_V1(bounce_providers);

#define MAX_COLUMNS 16

/* A row while it is being filled: texts and integers, NULL by default. */
typedef struct TableRow
{
	Call	   *call;
	Datum		values[MAX_COLUMNS];
	bool		isnull[MAX_COLUMNS];
	int			column;			/* that is filled next */
} TableRow;

static void
row_begin(TableRow *row, Call *call)
{
	row->call = call;
	row->column = 0;
	memset(row->values, 0, sizeof(row->values));
	memset(row->isnull, true, sizeof(row->isnull));
}

static void
add_text(TableRow *row, Slice text)
{
	row->values[row->column] = row_text(text, &row->call->charset, &row->call->arena,
										&row->isnull[row->column]);
	row->column++;
}

static void
add_word(TableRow *row, const char *word)
{
	add_text(row, word == NULL ? SLICE_NONE : slice(word, strlen(word)));
}

static void
add_integer(TableRow *row, int32 number)
{
	row->values[row->column] = Int32GetDatum(number);
	row->isnull[row->column++] = false;
}

static void
put_row(TableRow *row, Tuplestorestate *rows)
{
	call_check_memory(row->call);
	tuplestore_putvalues(rows, row->call->desc, row->values, row->isnull);
}

Datum
bounce_rules(PG_FUNCTION_ARGS)
{
	Call	   *call;
	Tuplestorestate *rows;
	size_t		count = rules_count();
	size_t		i;

	srf_begin(fcinfo);
	call = call_begin_table(fcinfo, 16);
	rows = srf_open(fcinfo);
	for (i = 0; i < count; i++)
	{
		RuleInfo	rule;
		TableRow	row;

		CHECK_FOR_INTERRUPTS();
		rules_get(i, &call->arena, &rule);
		row_begin(&row, call);
		add_text(&row, rule_id(&call->arena, &rule.name));
		add_word(&row, rule.name.table);
		add_word(&row, rule.name.file);
		add_integer(&row, (int32) rule.name.line);
		add_word(&row, rule.pattern);
		add_word(&row, rule.means);
		add_word(&row, rule.reason);
		add_word(&row, rule.rank);
		add_word(&row, strcmp(rule.name.table, "phrase") == 0 || strcmp(rule.name.table, "status") == 0 ? rule.name.owner : NULL);
		add_word(&row, strcmp(rule.name.table, "marker") == 0 || strcmp(rule.name.table, "sign") == 0 ? rule.name.owner : NULL);
		add_word(&row, rule.language);
		add_word(&row, rule.source);
		add_word(&row, rule.regex);
		add_text(&row, rule.example);
		add_text(&row, rule.example_rhost);
		add_word(&row, rule.example_command);
		put_row(&row, rows);
		/* nothing of a row outlives it */
		if ((i & 0x3f) == 0x3f)
			call_end(call);
	}
	call_end(call);
	return (Datum) 0;
}

Datum
bounce_kinds(PG_FUNCTION_ARGS)
{
	static const struct
	{
		const char *kind;
		const char *meaning;
		bool		only_all;
	}			kinds[] = {
		{"failure", "the mail was not delivered to this recipient, and will not be", false},
		{"delay", "the mail was not delivered yet and is still being tried", false},
		{"complaint", "the recipient, or a filter, complained (feedback loop)", false},
		{"success", "the mail was delivered, relayed or expanded", true},
		{"autoreply", "a program answered for the recipient: vacation, out of office", true},
		{"receipt", "the mail was displayed, deleted or otherwise disposed of (MDN)", true},
		{"challenge", "the recipient's filter asks the sender to confirm", true},
	};
	Call	   *call;
	Tuplestorestate *rows;
	size_t		i;

	srf_begin(fcinfo);
	call = call_begin_table(fcinfo, 3);
	rows = srf_open(fcinfo);
	for (i = 0; i < lengthof(kinds); i++)
	{
		TableRow	row;

		row_begin(&row, call);
		add_word(&row, kinds[i].kind);
		add_word(&row, kinds[i].meaning);
		row.values[2] = BoolGetDatum(kinds[i].only_all);
		row.isnull[2] = false;
		put_row(&row, rows);
	}
	call_end(call);
	return (Datum) 0;
}

Datum
bounce_decoders(PG_FUNCTION_ARGS)
{
	Call	   *call;
	Tuplestorestate *rows;
	uint32_t	i;

	srf_begin(fcinfo);
	call = call_begin_table(fcinfo, 4);
	rows = srf_open(fcinfo);
	for (i = 0; i < knowledge_decoder_count; i++)
	{
		TableRow	row;

		row_begin(&row, call);
		add_word(&row, knowledge_decoders[i].decoder);
		add_word(&row, knowledge_decoders[i].title);
		add_word(&row, "decoders.tsv");
		add_integer(&row, (int32) knowledge_decoders[i].line);
		put_row(&row, rows);
	}
	call_end(call);
	return (Datum) 0;
}

/* One row a domain: a provider is the rows that name it. */
Datum
bounce_providers(PG_FUNCTION_ARGS)
{
	static const char *const uses[] = {
		[DOMAIN_DESTINATION] = "destination", [DOMAIN_HOST] = "host", [DOMAIN_BOTH] = "both",
	};
	Call	   *call;
	Tuplestorestate *rows;
	uint32_t	i;

	srf_begin(fcinfo);
	call = call_begin_table(fcinfo, 7);
	rows = srf_open(fcinfo);
	for (i = 0; i < knowledge_domain_count; i++)
	{
		const DomainRow *domain = &knowledge_domains[i];
		const ProviderRow *provider = domain->provider == PROVIDER_NONE ? NULL : &knowledge_providers[domain->provider];
		TableRow	row;

		CHECK_FOR_INTERRUPTS();
		row_begin(&row, call);
		add_word(&row, provider ? provider->provider : NULL);
		add_word(&row, provider ? provider->title : NULL);
		add_word(&row, known(domain->suffix));
		add_word(&row, uses[domain->use]);
		add_word(&row, known(domain->host_group));
		add_word(&row, "domains.tsv");
		add_integer(&row, (int32) domain->line);
		put_row(&row, rows);
		if ((i & 0x3f) == 0x3f)
			call_end(call);
	}
	call_end(call);
	return (Datum) 0;
}
