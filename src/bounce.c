/*
 * bounce.c
 *	  The library's one door: bytes of a mail in, rows out.
 *
 * Puts the rooms together: src/mail finds the structure, src/report what the
 * mail says, src/classify why, record.c fills the record.
 */
#include "bounce_read.h"
#include "mail/limits.h"
#include "mail/mbox.h"
#include "record.h"
#include "report/json_objects.h"
#include "report/webhook.h"
#include "report/own_formats.h"

/*
 * The verdict on a delivery.  The human text beside the fields is read only
 * when they leave something open: most leave nothing.
 */
static void
judge_delivery(Judge *judge, Report *report, size_t number, Verdict *verdict)
{
	const Delivery *delivery = &report->deliveries[number];
	Trail	   *trail = report->trail;
	size_t		noted = trail ? trail->count : 0;

	verdict_of(judge, delivery, verdict);
	if (!report->words_read &&
		(!verdict->sure || delivery->recipient.n == 0 || verdict->reply.code == 0))
	{
		trail_rewind(trail, noted);
		report_read_words(report);
		verdict_of(judge, delivery, verdict);
	}
	else if (verdict->command == NULL && delivery->kind != KIND_SUCCESS)
	{
		/* the text tells the command; the verdict stands */
		report_read_words(report);
		verdict_at_command(verdict, delivery->command);
	}
	if (verdict_lacks_command(verdict) && report_is_by_gateway(report))
		verdict_is_by_gateway(verdict);
	if (delivery->kind == KIND_SUCCESS)
		verdict_is_success(verdict);
}

/* Is the verdict on the delivery before this one the verdict on this one, too? */
static bool
shares_verdict(const Report *report, size_t number, const Verdict *verdict)
{
	const Delivery *delivery = &report->deliveries[number];

	return report->words_read && delivery->kind != KIND_SUCCESS &&
		verdict_is_shared(delivery, delivery - 1, verdict);
}

static bool
is_wanted(BounceKind kind, bool all_kinds)
{
	return kind == KIND_FAILURE || kind == KIND_DELAY || kind == KIND_COMPLAINT ||
		(all_kinds && kind != KIND_NONE);
}

/*
 * Where the rows of all messages of one value go: to whoever takes each at
 * once, else into an array.
 */
typedef struct Rows
{
	Arena	   *arena;			/* the caller's */
	BounceOptions options;
	Trail	   *trail;
	const BounceListener *told;

	void		(*take) (void *context, const BounceRow *row);	/* or NULL */
	void	   *context;

	BounceResult result;
	size_t		allocated;
} Rows;

/* Makes room for 'more' rows, at once: a report may have a hundred thousand. */
static bool
reserve(Rows *rows, size_t more)
{
	size_t		wanted = rows->result.count + more;
	BounceRow  *larger;

	if (rows->take || wanted <= rows->allocated)
		return true;
	/* many small messages must not be copied again with each */
	if (wanted < rows->allocated * 2)
		wanted = rows->allocated * 2;
	larger = arena_alloc(rows->arena, wanted * sizeof(BounceRow));
	if (larger == NULL)
		return false;
	if (rows->result.count > 0)
		memcpy(larger, rows->result.rows, rows->result.count * sizeof(BounceRow));
	rows->result.rows = larger;
	rows->allocated = wanted;
	return true;
}

/*
 * What rows and verdicts are made in.  Where each row is taken at once, those
 * of a message with many make room for each other; the first ones lie with the
 * message.
 */
typedef struct Scratch
{
	Arena	   *message;
	Arena		own;
	size_t		used;			/* how often */
	bool		clears;
} Scratch;

#define USES_WITH_MESSAGE 8
#define CLEAR_BYTES 32768

static void
scratch_init(Scratch *scratch, Arena *message, bool clears)
{
	scratch->message = message;
	arena_init_beside(&scratch->own, message);
	scratch->used = 0;
	scratch->clears = clears;
}

/* Gives back what an arena holds; that it ran out of memory is not forgotten. */
static void
give_back(Arena *used, Arena *arena)
{
	arena->failed |= used->failed;
	arena_reset(used);
}

/* Where the next one is made, now that those before it are not needed any more. */
static Arena *
scratch_next(Scratch *scratch)
{
	if (!scratch->clears || scratch->used++ < USES_WITH_MESSAGE)
		return scratch->message;
	if (scratch->own.held > CLEAR_BYTES)
		give_back(&scratch->own, scratch->message);
	return &scratch->own;
}

/* What a rule of the user's own, if one applies, makes of the row. */
static void
decide_by_own(Arena *arena, OwnCase *rules, const Delivery *delivery, const Verdict *verdict, OwnDecision *own, BounceRow *row)
{
	own->noted = rules->trail ? rules->trail->count : 0;
	own->rule = own_rules_decide(rules, delivery, verdict, row);
	if (own->rule)
		record_apply_own(arena, own->rule, verdict, row);
}

/* The rule that gave the reason, as bounce_rules() has it; no rule knows what is undecided or went well. */
static Slice
deciding_rule(Arena *arena, const Verdict *verdict, const OwnDecision *own)
{
	RuleName	engine = rule_engine(verdict->amended_by, NULL);

	if (own->rule)
		return rule_id(arena, &own->rule->name);
	if (verdict->reason == REASON_DELIVERED)
		return SLICE_NONE;
	if (verdict->amended_by)
		return rule_id(arena, &engine);
	if (verdict->rule.line == 0 && (verdict->reason == REASON_UNDEFINED || verdict->reason == REASON_ONHOLD))
		return SLICE_NONE;
	return rule_id(arena, &verdict->rule);
}

/* The rows of the deliveries that the report holds now. */
static void
make_rows(Rows *rows, Report *report, const RecordShared *shared, Judge *judge, OwnCase *own, Scratch *verdicts, Scratch *made)
{
	Verdict		verdict;
	size_t		judged = SIZE_MAX;	/* behind the delivery that 'verdict' is of */

	for (size_t i = 0; i < report->count; i++)
	{
		Delivery   *delivery = &report->deliveries[i];
		BounceKind	kind = delivery->kind;
		bool		is_judged = kind == KIND_FAILURE || kind == KIND_DELAY || kind == KIND_SUCCESS;
		BounceRow	taken;
		BounceRow  *row = rows->take ? &taken : &rows->result.rows[rows->result.count];
		OwnDecision decision = {NULL, 0};
		Arena	   *arena;

		if ((i & 0x3f) == 0x3f)
			arena_interrupt(rows->arena);
		if (!is_wanted(kind, rows->options.all_kinds))
			continue;
		if (rows->trail)
			rows->trail->delivery = i;
		delivery->reporter = report->reporting_mta;
		delivery->sender = shared->addresser;
		if (is_judged)
		{
			bool		is_shared = judged == i && shares_verdict(report, i, &verdict);
			unsigned	matches_left = judge->matches_left;

			judged = i + 1;
			/* a trail tells each anew, which may cost later ones nothing */
			if (is_shared)
				judge->matches_left = LIMIT_REGEX_MATCHES;
			if (!is_shared || rows->trail)
			{
				judge->arena = scratch_next(verdicts);
				judge_delivery(judge, report, i, &verdict);
			}
			if (is_shared)
				judge->matches_left = matches_left;
			if (report->unannounced && (verdict.reason == REASON_UNDEFINED || verdict.reason == REASON_ONHOLD))
				continue;
		}
		arena = scratch_next(made);
		record_fill(arena, report, delivery, shared, judge, &verdict, row);
		if (is_judged && own->rules)
			decide_by_own(arena, own, delivery, &verdict, &decision, row);
		if (is_judged && rows->options.names_rules)
			row->rule = deciding_rule(arena, &verdict, &decision);
		rows->result.count++;
		if (rows->told)
			rows->told->row(rows->told->context, i, is_judged ? &verdict : NULL, &decision, row);
		if (rows->take)
			rows->take(rows->context, row);
	}
}

/* All rows of a report, also of recipients that it does not hold yet. */
static void
read_rows(Arena *arena, Report *report, Rows *rows)
{
	RecordShared shared;
	Judge		judge;
	OwnCase		own;
	Scratch		verdicts;
	Scratch		made;
	Arena		others;			/* holds what the later recipients of a very long report consist of */

	record_read_shared(arena, report, &shared);
	judge_init(&judge, arena, rows->trail);
	judge.names_rules |= rows->options.names_rules;
	own_case_init(&own, arena, rows->options.rules, rows->options.now, report, rows->trail);
	scratch_init(&verdicts, arena, rows->take != NULL);
	scratch_init(&made, arena, rows->take != NULL);
	arena_init_beside(&others, arena);
	do
	{
		if (!reserve(rows, report->count))
			break;
		make_rows(rows, report, &shared, &judge, &own, &verdicts, &made);
		give_back(&others, arena);
	} while (report_read_more(report, rows->take ? &others : arena));
	give_back(&others, arena);
	give_back(&verdicts.own, arena);
	give_back(&made.own, arena);
}

/* Reads one message; what it needs beside the rows goes into 'arena'. */
static void
read_one(Arena *arena, Slice raw, Rows *rows)
{
	Message		message;
	Report		report;

	if (rows->options.formats)
		own_formats_begin(rows->options.formats, rows->options.now);
	mime_scan(arena, raw, &message);
	report_read(arena, &message, rows->options.formats, rows->trail, &report);
	if (rows->told)
		rows->told->report(rows->told->context, &report);
	if (report.count == 0)
		return;
	/* the text may quote the header that no part holds */
	if (!report.returned.present)
		report_read_words(&report);
	read_rows(arena, &report, rows);
}

/* Reads all messages of the value. */
static void
read_all(Slice raw, Rows *rows)
{
	Arena		message_arena;
	Slice		message;
	size_t		offset = 0;

	arena_init_beside(&message_arena, rows->arena);
	for (bool first = true; mbox_next(rows->arena, raw, &offset, &message); first = false)
	{
		if (rows->trail)
			trail_begin(rows->trail);
		read_one(first || !rows->take ? rows->arena : &message_arena, message, rows);
		give_back(&message_arena, rows->arena);
	}
}

BounceResult
bounce_read(Arena *arena, Slice raw, const BounceOptions *options, Trail *trail, const BounceListener *told)
{
	Rows		rows = {.arena = arena, .options = *options, .trail = trail, .told = told};

	read_all(raw, &rows);
	return rows.result;
}

void
bounce_read_each_with(Arena *arena, Slice raw, const BounceOptions *options,
					  void (*take) (void *context, const BounceRow *row), void *context)
{
	Rows		rows = {.arena = arena, .options = *options, .take = take, .context = context};

	read_all(raw, &rows);
}

void
bounce_read_each(Arena *arena, Slice raw, bool all_kinds,
				 void (*take) (void *context, const BounceRow *row), void *context)
{
	bounce_read_each_with(arena, raw, &(BounceOptions) {.all_kinds = all_kinds}, take, context);
}

BounceResult
bounce_read_message_with(Arena *arena, Slice raw, const BounceOptions *options)
{
	return bounce_read(arena, raw, options, NULL, NULL);
}

/* Where the events of a JSON document go. */
typedef struct EventRows
{
	Rows		rows;
	Arena	   *arena;
	Arena		event;			/* what one event needs, given back when its rows are taken */
} EventRows;

static bool
read_event(void *context, Slice object)
{
	EventRows  *events = context;
	Arena	   *arena = events->rows.take ? &events->event : events->arena;
	ArenaMark	mark = arena_mark(arena);
	Report		report;
	bool		is_event;

	webhook_begin(arena, &report);
	report.trail = events->rows.trail;
	if (report.trail)
		report.trail->delivery = TRAIL_MESSAGE;
	is_event = webhook_read(&report, object);
	if (is_event && report.count > 0)
	{
		if (events->rows.told)
			events->rows.told->report(events->rows.told->context, &report);
		read_rows(arena, &report, &events->rows);
	}
	else if (report.trail == NULL)
		arena_rewind(arena, mark);
	give_back(&events->event, events->arena);
	return is_event;
}

static void
read_events(EventRows *events, Slice document)
{
	arena_init_beside(&events->event, events->arena);
	json_objects(events->arena, NULL, document, read_event, events);
	give_back(&events->event, events->arena);
}

BounceResult
bounce_read_events(Arena *arena, Slice document, const BounceOptions *options, Trail *trail, const BounceListener *told)
{
	EventRows	events = {.rows = {.arena = arena, .options = *options, .trail = trail, .told = told}, .arena = arena};

	read_events(&events, document);
	return events.rows.result;
}

void
bounce_read_json_each(Arena *arena, Slice document, const BounceOptions *options,
					  void (*take) (void *context, const BounceRow *row), void *context)
{
	EventRows	events = {.rows = {.arena = arena, .options = *options, .take = take, .context = context}, .arena = arena};

	read_events(&events, document);
}

BounceResult
bounce_read_json(Arena *arena, Slice document, const BounceOptions *options)
{
	return bounce_read_events(arena, document, options, NULL, NULL);
}

BounceResult
bounce_read_message(Arena *arena, Slice raw, bool all_kinds)
{
	return bounce_read(arena, raw, &(BounceOptions) {.all_kinds = all_kinds}, NULL, NULL);
}

/*
 * Judges a bare reply; what bounce_read_reply() and bounce_explain_reply()
 * share.  'delivery' and 'verdict' are filled.
 */
void
bounce_judge_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, const BounceOptions *options, Trail *trail,
				   Delivery *delivery, Verdict *verdict, OwnDecision *own, BounceRow *row)
{
	static const Slice verbs[] = {
		SLICE_LIT("CONN"), SLICE_LIT("EHLO"), SLICE_LIT("HELO"), SLICE_LIT("LHLO"), SLICE_LIT("STARTTLS"),
		SLICE_LIT("AUTH"), SLICE_LIT("MAIL"), SLICE_LIT("RCPT"), SLICE_LIT("DATA"), SLICE_LIT("QUIT"),
	};
	BounceKind	kind = KIND_FAILURE;
	Judge		judge;
	OwnCase		rules;

	memset(delivery, 0, sizeof(*delivery));
	delivery->kind = kind;
	if (slice_bound(reply, LIMIT_REPLY_BYTES).n < reply.n)
		trail_bound(trail, BOUND_REPLY_BYTES, reply);
	delivery->diagnostic = decode_valid_utf8(arena, slice_bound(reply, LIMIT_REPLY_BYTES));
	trail_source(trail, delivery->diagnostic, reply);
	/* what the caller hands in is a reply */
	delivery->diagnostic_type = SLICE_LIT("smtp");
	delivery->rhost = record_host_name(arena, slice_trim(rhost));
	smtp_command = slice_trim(smtp_command);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
	{
		if (slice_starts_nocase(smtp_command, verbs[i]))
			delivery->command = verbs[i].p;
	}
	judge_init(&judge, arena, trail);
	judge.names_rules |= options->names_rules;
	verdict_of(&judge, delivery, verdict);
	if (verdict->reply.code / 100 == 2 || (verdict->reply.code == 0 && status_class(verdict->status) == 2))
	{
		kind = KIND_SUCCESS;
		verdict_is_success(verdict);
	}
	record_fill_reply(arena, kind, delivery, verdict, row);
	*own = (OwnDecision) {NULL, 0};
	own_case_init(&rules, arena, options->rules, options->now, NULL, trail);
	if (rules.rules)
		decide_by_own(arena, &rules, delivery, verdict, own, row);
	if (options->names_rules)
		row->rule = deciding_rule(arena, verdict, own);
}

void
bounce_read_reply_with(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, const BounceOptions *options, BounceRow *row)
{
	Delivery	delivery;
	Verdict		verdict;
	OwnDecision own;

	bounce_judge_reply(arena, reply, rhost, smtp_command, options, NULL, &delivery, &verdict, &own, row);
}

void
bounce_read_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, BounceRow *row)
{
	bounce_read_reply_with(arena, reply, rhost, smtp_command, &(BounceOptions) {0}, row);
}
