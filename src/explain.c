/*
 * explain.c
 *	  Why a mail gets the verdict that it gets.
 *
 * Reads the mail as bounce.c does, with a trail, and tells the trail as steps:
 * first what concerns the message, then, recipient by recipient, each
 * attribute that was decided, with the rule, the evidence and its place, and
 * what lost against it.  Decides nothing itself.
 */
#include <stdio.h>

#include "bounce_read.h"
#include "classify/hints.h"
#include "classify/provider.h"
#include "classify/rules.h"
#include "mail/address.h"
#include "mail/one_line.h"
#include "report/markers.h"
#include "report/verp.h"

typedef struct Explainer
{
	Arena	   *arena;
	Trail		trail;
	Slice		message;
	const Report *report;		/* NULL for a bare reply */
	BounceExplanation told;
	size_t		allocated;
	size_t		entry;			/* of the trail, that is to be told next */
} Explainer;

static const char *const kind_words[] = {
	[KIND_NONE] = "none", [KIND_FAILURE] = "failure", [KIND_DELAY] = "delay", [KIND_COMPLAINT] = "complaint",
	[KIND_SUCCESS] = "success", [KIND_AUTOREPLY] = "autoreply", [KIND_RECEIPT] = "receipt", [KIND_CHALLENGE] = "challenge",
};

static Slice
word(const char *s)
{
	return s ? slice(s, strlen(s)) : SLICE_NONE;
}

/* On one line, not too long. */
static Slice
quote(Arena *arena, Slice evidence)
{
	Slice		text;
	char	   *out;
	size_t		n = 0;

	if (evidence.n == 0)
		return SLICE_NONE;
	if (evidence.n > LIMIT_EVIDENCE)
		evidence.n = LIMIT_EVIDENCE;
	text = decode_valid_utf8(arena, evidence);
	out = arena_alloc(arena, text.n);
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < text.n; i++)
	{
		if (!ascii_is_space(text.p[i]))
			out[n++] = text.p[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return one_line(arena, slice_trim(slice(out, n)));
}

static void
tell(Explainer *explainer, Slice recipient, const TrailEntry *entry)
{
	ExplainStep *steps = arena_grow(explainer->arena, explainer->told.steps, explainer->told.count,
									&explainer->allocated, sizeof(ExplainStep));
	ExplainStep *step;
	Slice		place = trail_locate(&explainer->trail, explainer->message, entry->evidence);

	if (steps == NULL)
		return;
	explainer->told.steps = steps;
	step = &steps[explainer->told.count++];
	memset(step, 0, sizeof(*step));
	step->recipient = recipient;
	step->decision = entry->decision;
	step->value = quote(explainer->arena, entry->value);
	step->won = entry->won;
	step->rule = rule_id(explainer->arena, &entry->rule);
	step->file = entry->rule.file;
	step->line = entry->rule.line;
	step->evidence = quote(explainer->arena, entry->evidence);
	if (place.n > 0)
	{
		step->start = (size_t) (place.p - explainer->message.p);
		step->length = place.n;
	}
	step->why = word(entry->why);
}

/* One step that the trail does not hold. */
static void
tell_of(Explainer *explainer, Slice recipient, const char *decision, Slice value, bool won,
		RuleName rule, Slice evidence, const char *why)
{
	TrailEntry	entry = {0, decision, value, won, rule, evidence, why};

	if (value.n > 0)
		tell(explainer, recipient, &entry);
}

#define OWN_STANDS_ABOVE "a rule of your own stands above it"

/* The entries of the trail that were noted since the last call, up to entry 'end'. */
static void
tell_trail_to(Explainer *explainer, Slice recipient, const Verdict *verdict, const OwnDecision *own, size_t end)
{
	const Trail *trail = &explainer->trail;

	for (; explainer->entry < trail->count && explainer->entry < end; explainer->entry++)
	{
		TrailEntry	entry = trail->entries[explainer->entry];
		bool		is_own = entry.rule.file && strcmp(entry.rule.file, "bounce_rule") == 0;

		/* the words won, but the command or the codes made something else of it */
		if (verdict && verdict->amended_by && entry.won && !is_own && strcmp(entry.decision, "reason") == 0)
		{
			entry.won = false;
			entry.why = "it won, but was amended";
		}
		else if (own && own->rule && entry.won && !is_own && strcmp(entry.decision, "reason") == 0)
		{
			entry.won = false;
			entry.why = OWN_STANDS_ABOVE;
		}
		tell(explainer, entry.delivery == TRAIL_MESSAGE ? SLICE_NONE : recipient, &entry);
	}
}

static void
tell_trail(Explainer *explainer, Slice recipient)
{
	tell_trail_to(explainer, recipient, NULL, NULL, SIZE_MAX);
}

/* The bounds that were met and are not told yet. */
static void
tell_bounds(Explainer *explainer, Slice recipient)
{
	trail_bounds_met(&explainer->trail);
	tell_trail(explainer, recipient);
}

/* ------------------------------------------------------------------------
 * The steps that need no trail: what the report holds tells them
 * ------------------------------------------------------------------------ */

/* Where the code stands that takes recipients from there. */
static const char *
naming_file(const char *named_by)
{
	static const struct
	{
		const char *named_by;
		const char *file;
	}			places[] = {
		{"Final-Recipient", "src/report/dsn.c"}, {"Original-Recipient", "src/report/dsn.c"},
		{"X-Actual-Recipient", "src/report/dsn.c"}, {"VERP", "src/report/recipients.c"},
		{"the returned message", "src/report/recipients.c"}, {"own format", "src/report/own_formats.c"}, {"JSON", "src/report/webhook.c"}, {"From", "src/report/read_other.c"},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
	{
		if (strcmp(places[i].named_by, named_by) == 0)
			return places[i].file;
	}
	return "src/report/read_text.c";
}

static void
tell_recipient(Explainer *explainer, const Delivery *delivery, const BounceRow *row)
{
	const Report *report = explainer->report;
	Slice		listed = mime_field(report->header, SLICE_LIT("X-Failed-Recipients"));
	Slice		to = address_clean(explainer->arena, mime_field(report->header, SLICE_LIT("To")), true);
	Slice		verp;
	Slice		who = row->recipient;
	const char *named_by = delivery->named_by ? delivery->named_by : "nowhere";

	tell_of(explainer, who, "recipient", who.n ? who : SLICE_LIT("hidden"), true,
			rule_engine(named_by, naming_file(named_by)), delivery->named_at, NULL);
	if (row->alias.n > 0)
		tell_of(explainer, who, "alias", row->alias, true,
				rule_engine(delivery->alias_at.n ? "Original-Recipient" : "expansion", delivery->alias_at.n ? "src/report/dsn.c" : "src/report/text_names.c"), delivery->alias_at,
				"the address that was mailed; it led to the recipient");
	if (report->count != 1)
		return;
	if (listed.n > 0 && strcmp(named_by, "X-Failed-Recipients") != 0)
		tell_of(explainer, who, "recipient", listed, false, rule_engine("X-Failed-Recipients", naming_file("X-Failed-Recipients")), listed,
				"the report itself names the recipient");
	if (verp_decode(explainer->arena, to, &verp) == VERP_RECIPIENT && strcmp(named_by, "VERP") != 0)
		tell_of(explainer, who, "recipient", verp, false, rule_engine("VERP", naming_file("VERP")),
				mime_field(report->header, SLICE_LIT("To")), "the report itself names the recipient");
	if (report->returned.to.n > 0 && strcmp(named_by, "To of the returned message") != 0)
		tell_of(explainer, who, "recipient", report->returned.to, false, rule_engine("To of the returned message", naming_file("the returned message")),
				report->returned.to, "a mere To: says whom the mail was addressed to, not who failed");
}

static void
tell_kind(Explainer *explainer, const Delivery *delivery, const BounceRow *row)
{
	RuleName	rule = rule_engine("words-of-the-report", "src/report/read_text.c");

	if (explainer->report->message == NULL)
	{
		tell_of(explainer, row->recipient, "kind", word(kind_words[row->kind]), true,
				rule_engine("event", "src/report/webhook.c"), explainer->report->event, NULL);
		return;
	}
	switch (delivery->action)
	{
		case ACTION_FAILED:
		case ACTION_DELAYED:
		case ACTION_DELIVERED:
		case ACTION_RELAYED:
		case ACTION_EXPANDED:
			rule = rule_engine("action-field", "src/report/dsn.c");
			break;
		case ACTION_NONE:
		case ACTION_OTHER:
			break;
	}
	tell_of(explainer, row->recipient, "kind", word(kind_words[row->kind]), true,
			rule, SLICE_NONE, NULL);
}

static void
tell_codes(Explainer *explainer, const Delivery *delivery, const Verdict *verdict, const BounceRow *row)
{
	static const char file[] = "src/classify/verdict.c";
	Slice		who = row->recipient;
	char		code[16];

	if (row->reply_code != 0)
	{
		snprintf(code, sizeof(code), "%d", row->reply_code);
		tell_of(explainer, who, "reply_code", arena_copy(explainer->arena, word(code)), true,
				rule_engine("innermost-reply", "src/classify/reply.c"), verdict->reply.words, NULL);
	}
	if (row->delivery_status.n > 0)
		tell_of(explainer, who, "delivery_status", row->delivery_status, true,
				rule_engine(verdict->reply.status != 0 ? "reply-status" : "status-field", file), verdict->status_text, NULL);
	if (verdict->reply.status != 0 && delivery->status.n > 0 && !slice_equal(delivery->status, row->delivery_status))
		tell_of(explainer, who, "delivery_status", delivery->status, false, rule_engine("status-field", file),
				delivery->status, "the refusing host's own reply says another one");
	/* a command that the words of the reply name has its step in the trail */
	if (delivery->command)
		tell_of(explainer, who, "smtp_command", word(row->smtp_command), true,
				rule_engine("command-of-session", "src/report/text.c"), SLICE_NONE, NULL);
}

static void
tell_provider(Explainer *explainer, const Delivery *delivery, const Verdict *verdict, const BounceRow *row)
{
	const DomainRow *destination = provider_of(row->destination, DOMAIN_DESTINATION);
	const DomainRow *host = provider_of(row->rhost, DOMAIN_HOST);
	const DomainRow *rows[] = {destination, host};
	Slice		names[] = {delivery->named_at, delivery->rhost.n ? delivery->rhost : verdict->reply.rhost};
	bool		won = true;

	for (size_t i = 0; i < 2; i++)
	{
		RuleName	rule;

		if (rows[i] == NULL || rows[i]->provider == PROVIDER_NONE)
			continue;
		rule = (RuleName) {"domain", NULL, known(rows[i]->suffix), "domains.tsv", rows[i]->line};
		tell_of(explainer, row->recipient, "provider", word(knowledge_providers[rows[i]->provider].provider), won,
				rule, names[i], won ? NULL : "the recipient's domain stands above the host that refused");
		won = false;
	}
}

/* What follows from the reason and the codes. */
static void
tell_outcome(Explainer *explainer, const Verdict *verdict, const OwnDecision *own, const BounceRow *row)
{
	uint16_t	number = own->rule ? own->rule->reason_number : verdict->reason;
	const ReasonRow *reason = &knowledge_reasons[number < REASON_COUNT ? number : REASON_UNDEFINED];
	RuleName	of_reason = {"reason", NULL, row->reason, "reasons.tsv", reason->line};
	const char *why = NULL;
	/* each is the rule's where that says it, or its reason is no built-in one */
	RuleName	rule = own->rule && (number == REASON_COUNT || own->rule->hard_bounce != TRUTH_NULL) ? own->rule->name : of_reason;
	RuleName	of_fault = own->rule && (number == REASON_COUNT || own->rule->fault) ? own->rule->name : of_reason;
	RuleName	of_advice = own->rule && (number == REASON_COUNT || own->rule->advice) ? own->rule->name : of_reason;

	if (row->hard_bounce != TRUTH_NULL)
	{
		bool		is_hard = reason->hard_bounce && reason->hard_bounce[0] == 't';

		if (own->rule && own->rule->hard_bounce != TRUTH_NULL)
			is_hard = own->rule->hard_bounce == TRUTH_TRUE;
		if (is_hard && row->hard_bounce == TRUTH_FALSE)
			why = row->kind == KIND_DELAY ? "a delay is never hard" : "the reply was temporary (4yz)";
		tell_of(explainer, row->recipient, "hard_bounce", word(row->hard_bounce == TRUTH_TRUE ? "true" : "false"), true,
				rule, SLICE_NONE, why);
	}
	tell_of(explainer, row->recipient, "fault", word(row->fault), true, of_fault, SLICE_NONE, NULL);
	tell_of(explainer, row->recipient, "advice", word(row->advice), true, of_advice, SLICE_NONE, why);
	if (row->blocklist_count > 0)
	{
		const BlocklistRow *lists[BOUNCE_MAX_BLOCKLISTS];
		int			count = hints_blocklists(explainer->arena, verdict->reply.words, lists, BOUNCE_MAX_BLOCKLISTS);

		for (int i = 0; i < count; i++)
			tell_of(explainer, row->recipient, "blocklist", word(lists[i]->name), true,
					rules_blocklist(lists[i]), verdict->reply.words, NULL);
	}
	tell_of(explainer, row->recipient, "listed_ip", row->listed_ip, true,
			rule_engine("first-address", "src/classify/hints.c"), row->listed_ip, NULL);
}

static void
tell_amendment(Explainer *explainer, const Verdict *verdict, const OwnDecision *own, const BounceRow *row)
{
	static const struct
	{
		const char *rule;
		const char *why;
	}			amendments[] = {
		{"success", "it was delivered: there is nothing to explain away"},
		{"sender-address", "refused at MAIL FROM, with a code for sender's addresses, or naming the sender: the sender is meant"},
		{"before-recipient", "said before any recipient was named: it is about somebody else's address"},
		{"refused-before-mail", "refused when nothing but the connecting host was known"},
		{"unknown-after-data", "accepted at RCPT, refused after DATA: filters hide behind these words, and the address may exist"},
		{"gateway-hides-command", "a filtering gateway took the mail whole and does not say at which command the next host refused it: the address may exist"},
		{"hearsay", "a Diagnostic-Code with neither type nor code quotes no host: the address may exist"},
		{"code-knows-mailbox", "the refusing host's own code knows the mailbox"},
	};

	for (size_t i = 0; verdict->amended_by && i < sizeof(amendments) / sizeof(amendments[0]); i++)
	{
		if (strcmp(verdict->amended_by, amendments[i].rule) == 0)
			tell_of(explainer, row->recipient, "reason", word(knowledge_reasons[verdict->reason].reason), own->rule == NULL,
					rule_engine(verdict->amended_by, "src/classify/verdict.c"),
					strcmp(verdict->amended_by, "code-knows-mailbox") == 0 ? verdict->status_text : SLICE_NONE,
					own->rule ? OWN_STANDS_ABOVE : amendments[i].why);
	}
}

/* An event, where no mail is. */
static void
on_event(void *context, const Report *report)
{
	Explainer  *explainer = context;

	explainer->report = report;
	tell_of(explainer, SLICE_NONE, "format", word(knowledge_decoders[report->decoder].decoder), true,
			rule_engine("service", "src/report/webhook.c"), report->event, NULL);
	tell_trail(explainer, SLICE_NONE);
}

/* A message that ends in the midst of something may say less than it did, or something else. */
static void
tell_cut(Explainer *explainer, const Message *message)
{
	static const struct
	{
		const char *within;
		const char *why;
	}			cuts[] = {
		{"multipart", "the closing delimiter is missing: the message was cut off, or written without it"},
		{"line", "the last line has no end: the message may be cut off"},
		{"header", "the header does not end: the message may be cut off"},
	};

	for (size_t i = 0; message->cut_off && i < sizeof(cuts) / sizeof(cuts[0]); i++)
	{
		if (strcmp(message->cut_off, cuts[i].within) == 0)
			tell_of(explainer, SLICE_NONE, "truncated", word(cuts[i].within), true,
					rule_engine("end-of-message", "src/mail/mime.c"), SLICE_NONE, cuts[i].why);
	}
}

static void
on_report(void *context, const Report *report)
{
	Explainer  *explainer = context;
	bool		has_row = false;

	explainer->report = report;
	tell_bounds(explainer, SLICE_NONE);
	tell_cut(explainer, report->message);
	for (size_t i = 0; i < report->count && !has_row; i++)
		has_row = report->deliveries[i].kind != KIND_NONE;
	if (!has_row)
		tell_of(explainer, SLICE_NONE, "kind", word("none"), true, rule_engine("no-report", "src/report/read_who.c"),
				SLICE_NONE, "no row: no reader found that the mail reports on a delivery");
}

/* The built-in verdict, then what own rules have to say. */
static void
tell_judged(Explainer *explainer, Slice recipient, const Verdict *verdict, const OwnDecision *own, const BounceRow *row)
{
	tell_trail_to(explainer, recipient, verdict, own, own->noted > 0 ? own->noted : SIZE_MAX);
	tell_amendment(explainer, verdict, own, row);
	tell_trail_to(explainer, recipient, verdict, own, SIZE_MAX);
	tell_outcome(explainer, verdict, own, row);
	if (row->retry_after < 0 && hints_retry_is_too_long(verdict->reply.words))
		trail_bound(&explainer->trail, BOUND_RETRY_AFTER, verdict->reply.words);
	tell_bounds(explainer, recipient);
}

static void
on_row(void *context, size_t delivery_number, const Verdict *verdict, const OwnDecision *own, const BounceRow *row)
{
	Explainer  *explainer = context;
	const Delivery *delivery = &explainer->report->deliveries[delivery_number];

	tell_recipient(explainer, delivery, row);
	tell_kind(explainer, delivery, row);
	if (verdict == NULL)
	{
		tell_bounds(explainer, row->recipient);
		return;
	}
	tell_codes(explainer, delivery, verdict, row);
	tell_provider(explainer, delivery, verdict, row);
	tell_judged(explainer, row->recipient, verdict, own, row);
}

/* What was met behind the last recipient, or where there is none. */
static void
tell_bounds_at_end(Explainer *explainer)
{
	explainer->trail.delivery = TRAIL_MESSAGE;
	tell_bounds(explainer, SLICE_NONE);
	/* of which a full trail has no room to tell */
	if (explainer->arena->met >> BOUND_STEPS & 1)
	{
		const MailLimit *limit = &limits[BOUND_STEPS];

		tell_of(explainer, SLICE_NONE, "limit", word(limit->name), true, rule_limit(limit), SLICE_NONE, limit->told);
	}
}

BounceExplanation
bounce_explain_message_with(Arena *arena, Slice raw, const BounceOptions *options)
{
	BounceOptions all = *options;
	Explainer	explainer = {.arena = arena, .message = raw};
	BounceListener listener = {&explainer, on_report, on_row};

	trail_init(&explainer.trail, arena);
	all.all_kinds = true;
	bounce_read(arena, raw, &all, &explainer.trail, &listener);
	tell_bounds_at_end(&explainer);
	return explainer.told;
}

BounceExplanation
bounce_explain_json_with(Arena *arena, Slice document, const BounceOptions *options)
{
	BounceOptions all = *options;
	/* no message: offsets would be of the text, which nobody has seen */
	Explainer	explainer = {.arena = arena};
	BounceListener listener = {&explainer, on_event, on_row};

	trail_init(&explainer.trail, arena);
	all.all_kinds = true;
	bounce_read_events(arena, document, &all, &explainer.trail, &listener);
	tell_bounds_at_end(&explainer);
	return explainer.told;
}

BounceExplanation
bounce_explain_message(Arena *arena, Slice raw)
{
	return bounce_explain_message_with(arena, raw, &(BounceOptions) {0});
}

BounceExplanation
bounce_explain_reply_with(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, const BounceOptions *options)
{
	Explainer	explainer = {.arena = arena, .message = reply};
	Delivery	delivery;
	Verdict		verdict;
	OwnDecision own;
	BounceRow	row;

	trail_init(&explainer.trail, arena);
	explainer.trail.delivery = 0;
	bounce_judge_reply(arena, reply, rhost, smtp_command, options, &explainer.trail, &delivery, &verdict, &own, &row);
	tell_of(&explainer, SLICE_NONE, "kind", word(kind_words[row.kind]), true,
			rule_engine("reply-class", "src/bounce.c"), SLICE_NONE, NULL);
	tell_codes(&explainer, &delivery, &verdict, &row);
	tell_provider(&explainer, &delivery, &verdict, &row);
	tell_judged(&explainer, SLICE_NONE, &verdict, &own, &row);
	return explainer.told;
}

BounceExplanation
bounce_explain_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command)
{
	return bounce_explain_reply_with(arena, reply, rhost, smtp_command, &(BounceOptions) {0});
}
