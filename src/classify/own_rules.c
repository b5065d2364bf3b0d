/*
 * own_rules.c
 *	  Rules that users wrote: they stand above everything that is built in.
 *
 * Linear in the number of rules.  The conditions that cost least are asked
 * first; what a rule finds in headers is found out once a message, what it
 * finds in a diagnostic once for all recipients that share it.
 */
#include <stdio.h>

#include "classify/own_rules.h"
#include "match/fold.h"

/* What is known of a rule's condition. */
typedef struct OwnMemo
{
	bool		known;
	PatternResult result;
	Slice		where;
} OwnMemo;

/* ------------------------------------------------------------------------
 * Making
 * ------------------------------------------------------------------------ */

void
own_rules_init(OwnRules *rules, Arena *arena)
{
	memset(rules, 0, sizeof(*rules));
	rules->arena = arena;
	if (!pattern_tools_init(&rules->tools))
		arena->failed = true;
}

void
own_rules_free(OwnRules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
	{
		pattern_free(&rules->rules[i].diagnostic);
		pattern_free(&rules->rules[i].rhost);
		pattern_free(&rules->rules[i].destination);
		pattern_free(&rules->rules[i].header_value);
	}
	rules->count = 0;
	pattern_tools_free(&rules->tools);
}

/* How a pattern that is no regular expression is read. */
typedef void (*ReadPlain) (Arena *arena, Slice text, Pattern *pattern);

static void
read_pattern(OwnRules *rules, const OwnRuleText *text, Slice written, ReadPlain plain, Pattern *pattern)
{
	PatternError error;

	*pattern = (Pattern) {.kind = PATTERN_NONE};
	if (written.p == NULL)
		return;
	if (!text->regex)
		plain(rules->arena, written, pattern);
	else if (pattern_regex(arena_copy(rules->arena, written), false, pattern, &error))
		pattern_speed_up(rules->arena, written, pattern);
	else if (error.no_memory)
		rules->arena->failed = true;
}

static const char *
copy_word(Arena *arena, Slice s)
{
	return arena_copy(arena, s).p;
}

static uint16_t
reason_number(const char *name)
{
	uint16_t	number = verdict_reason(name);

	return strcmp(knowledge_reasons[number].reason, name) == 0 ? number : REASON_COUNT;
}

bool
own_rules_add(OwnRules *rules, const OwnRuleText *text)
{
	OwnRule    *grown = arena_grow(rules->arena, rules->rules, rules->count, &rules->allocated, sizeof(OwnRule));
	OwnRule    *rule;
	char		digits[32];

	if (grown == NULL)
		return false;
	rules->rules = grown;
	rule = &grown[rules->count++];
	memset(rule, 0, sizeof(*rule));
	read_pattern(rules, text, text->diagnostic, pattern_words, &rule->diagnostic);
	read_pattern(rules, text, text->rhost, pattern_domain, &rule->rhost);
	read_pattern(rules, text, text->destination, pattern_domain, &rule->destination);
	read_pattern(rules, text, text->header_value, pattern_words, &rule->header_value);
	rule->header = arena_copy(rules->arena, text->header);
	rule->hard_bounce = text->hard_bounce;
	rule->fault = copy_word(rules->arena, text->fault);
	rule->advice = copy_word(rules->arena, text->advice);
	rule->valid_from = text->valid_from;
	rule->valid_until = text->valid_until;
	snprintf(digits, sizeof(digits), "%lld", (long long) text->id);
	rule->name = (RuleName) {"own", NULL, copy_word(rules->arena, slice(digits, strlen(digits))), "bounce_rule", 0};
	if (text->id > 0 && text->id <= INT32_MAX)
		rule->name.line = (unsigned) text->id;
	rule->reason = copy_word(rules->arena, text->reason);
	if (rule->reason == NULL || rule->name.pattern == NULL)
	{
		/* half a rule is none */
		rule->reason = rule->name.pattern = "";
		rule->valid_until = INT64_MIN;
	}
	rule->reason_number = reason_number(rule->reason);
	return !rules->arena->failed;
}

/* ------------------------------------------------------------------------
 * Asking
 * ------------------------------------------------------------------------ */

void
own_case_init(OwnCase *own, Arena *arena, OwnRules *rules, int64_t now, const Report *report, Trail *trail)
{
	memset(own, 0, sizeof(*own));
	if (rules == NULL || rules->count == 0)
		return;
	own->rules = rules;
	own->now = now;
	own->arena = arena;
	own->report = report;
	own->trail = trail;
	own->give_ups_left = LIMIT_OWN_GIVE_UPS;
	pattern_tools_begin(&rules->tools);
	own->headers = arena_zalloc(arena, rules->count * sizeof(OwnMemo));
	own->diagnostics = arena_zalloc(arena, rules->count * sizeof(OwnMemo));
	/* a row may be made where the one before it was: its text is compared, not its place */
	own->diagnostic_bytes = arena_alloc(arena, LIMIT_REPLY_BYTES);
	own->folded_bytes = arena_alloc(arena, LIMIT_REPLY_BYTES);
	if (own->headers == NULL || own->diagnostics == NULL || own->diagnostic_bytes == NULL || own->folded_bytes == NULL)
		own->rules = NULL;
}

static PatternResult
ask(OwnCase *own, Pattern *pattern, const PatternText *text, Slice *where)
{
	PatternResult result;

	if (pattern->kind == PATTERN_REGEX && own->give_ups_left == 0)
	{
		trail_bound(own->trail, BOUND_OWN_GIVE_UPS, SLICE_NONE);
		return PATTERN_NOT_ASKED;
	}
	result = pattern_match(pattern, &own->rules->tools, own->arena, text, where);
	if (result == PATTERN_GIVES_UP)
	{
		trail_bound(own->trail, BOUND_OWN_RUNS, text->text);
		own->give_ups_left--;
	}
	if (result == PATTERN_NOT_ASKED)
		trail_bound(own->trail, BOUND_OWN_BYTES, SLICE_NONE);
	return result;
}

/* Is what the rule wants in the value of a field?  Memory is kept only where it is. */
static void
ask_field(OwnCase *own, OwnRule *rule, Slice field, OwnMemo *memo)
{
	ArenaMark	mark = arena_mark(own->arena);
	Slice		folded = SLICE_NONE;
	Slice		value;
	PatternText text;

	arena_interrupt(own->arena);
	field = ARENA_BOUNDED(own->arena, field, REPLY_BYTES);
	value = decode_header(own->arena, field);
	if (value.p == NULL)
		return;
	if (rule->header_value.kind == PATTERN_WORDS)
		folded = fold_text(own->arena, value);
	text = pattern_text(value, folded);
	memo->result = ask(own, &rule->header_value, &text, &memo->where);
	if (memo->result == PATTERN_FAILS)
		arena_rewind(own->arena, mark);
	else
	{
		trail_source(own->trail, folded, value);
		trail_source(own->trail, value, field);
	}
}

static void
ask_fields(OwnCase *own, OwnRule *rule, const Header *header, OwnMemo *memo)
{
	int			left = LIMIT_OWN_FIELDS;	/* a hundred Received lines are no reason to work long */

	for (size_t i = 0; i < header->count && memo->result == PATTERN_FAILS; i++)
	{
		const Field *field = &header->fields[i];

		if (!slice_equal_nocase(field->name, rule->header))
			continue;
		if (left-- == 0)
		{
			arena_meet(own->arena, BOUND_OWN_FIELDS);
			return;
		}
		if (rule->header_value.kind != PATTERN_NONE)
			ask_field(own, rule, field->value, memo);
		else
		{
			memo->where = field->value;
			memo->result = PATTERN_MATCHES;
		}
	}
}

/* The fields of the bounce mail, of the report in it, and of the message that came back. */
static const OwnMemo *
ask_headers(OwnCase *own, size_t number)
{
	OwnMemo    *memo = &own->headers[number];
	OwnRule    *rule = &own->rules->rules[number];
	const Report *report = own->report;

	if (memo->known)
		return memo;
	memo->known = true;
	memo->result = PATTERN_FAILS;
	if (report == NULL)
		return memo;
	if (!own->returned_read)
	{
		Slice		bytes = report->returned.header;
		Slice		body;

		own->returned_read = true;
		if (bytes.n > 0)
			mime_header(own->arena, bytes, memchr(bytes.p, '\n', bytes.n) ? '\n' : '\r', LIMIT_HEADER_FIELDS, &own->returned, &body);
	}
	if (report->message && report->message->count > 0)
		ask_fields(own, rule, &report->message->parts[0].header, memo);
	if (memo->result == PATTERN_FAILS && report->header && (report->root != 0 || report->message == NULL))
		ask_fields(own, rule, report->header, memo);
	if (memo->result == PATTERN_FAILS)
		ask_fields(own, rule, &own->returned, memo);
	return memo;
}

/* Makes the diagnostic the one that is asked for. */
static void
take_diagnostic(OwnCase *own, Slice diagnostic)
{
	if (diagnostic.n > LIMIT_REPLY_BYTES)
	{
		diagnostic.n = LIMIT_REPLY_BYTES;
		/* not in the middle of a character */
		while (diagnostic.n > 0 && ((unsigned char) diagnostic.p[diagnostic.n] & 0xc0) == 0x80)
			diagnostic.n--;
	}
	if (own->diagnostic.text.p != NULL && slice_equal(own->diagnostic.text, diagnostic))
		return;
	memset(own->diagnostics, 0, own->rules->count * sizeof(OwnMemo));
	if (diagnostic.n > 0)
		memcpy(own->diagnostic_bytes, diagnostic.p, diagnostic.n);
	diagnostic.p = own->diagnostic_bytes;
	own->diagnostic = pattern_text(diagnostic, slice(own->folded_bytes, fold_into(diagnostic, own->folded_bytes, NULL)));
}

static const OwnMemo *
ask_diagnostic(OwnCase *own, size_t number)
{
	OwnMemo    *memo = &own->diagnostics[number];

	if (!memo->known)
	{
		memo->known = true;
		memo->result = own->diagnostic.text.n == 0 ? PATTERN_FAILS :
			ask(own, &own->rules->rules[number].diagnostic, &own->diagnostic, &memo->where);
	}
	return memo;
}

static PatternResult
ask_host(OwnCase *own, Pattern *pattern, Slice host)
{
	PatternText text = {host, SLICE_NONE, false};
	Slice		where;

	return host.n == 0 ? PATTERN_FAILS : ask(own, pattern, &text, &where);
}

/* Do all conditions hold?  *evidence gets what the most telling one found. */
static PatternResult
ask_rule(OwnCase *own, size_t number, const Delivery *delivery, const Verdict *verdict, const BounceRow *row, Slice *evidence)
{
	OwnRule    *rule = &own->rules->rules[number];
	PatternResult result;

	*evidence = SLICE_NONE;
	if (rule->destination.kind != PATTERN_NONE)
	{
		result = ask_host(own, &rule->destination, row->destination);
		if (result != PATTERN_MATCHES)
			return result;
		*evidence = delivery->named_at;
	}
	if (rule->rhost.kind != PATTERN_NONE)
	{
		result = ask_host(own, &rule->rhost, row->rhost);
		if (result != PATTERN_MATCHES)
			return result;
		*evidence = delivery->rhost.n ? delivery->rhost : verdict->reply.rhost;
	}
	if (rule->diagnostic.kind != PATTERN_NONE)
	{
		const OwnMemo *memo = ask_diagnostic(own, number);

		if (memo->result != PATTERN_MATCHES)
			return memo->result;
		*evidence = memo->where;
	}
	if (rule->header.n > 0)
	{
		const OwnMemo *memo = ask_headers(own, number);

		if (memo->result != PATTERN_MATCHES)
			return memo->result;
		if (rule->diagnostic.kind == PATTERN_NONE)
			*evidence = memo->where;
	}
	return PATTERN_MATCHES;
}

static bool
is_broken(const OwnRule *rule)
{
	return rule->diagnostic.kind == PATTERN_BROKEN || rule->rhost.kind == PATTERN_BROKEN ||
		rule->destination.kind == PATTERN_BROKEN || rule->header_value.kind == PATTERN_BROKEN;
}

static void
note(OwnCase *own, const OwnRule *rule, bool won, Slice evidence, const char *why)
{
	trail_note(own->trail, "reason", slice(rule->reason, strlen(rule->reason)), won, rule->name, evidence, why);
}

const OwnRule *
own_rules_decide(OwnCase *own, const Delivery *delivery, const Verdict *verdict, const BounceRow *row)
{
	const OwnRule *winner = NULL;

	if (own->rules == NULL || (row->kind != KIND_FAILURE && row->kind != KIND_DELAY))
		return NULL;
	take_diagnostic(own, row->diagnostic_code);
	if (own->trail)
	{
		trail_source(own->trail, own->diagnostic.folded, own->diagnostic.text);
		trail_source(own->trail, own->diagnostic.text, row->diagnostic_code);
		trail_source(own->trail, row->diagnostic_code, verdict->reply.words.n ? verdict->reply.words : delivery->diagnostic);
	}
	for (size_t i = 0; i < own->rules->count; i++)
	{
		const OwnRule *rule = &own->rules->rules[i];
		OwnMemo		of_headers = own->headers[i];
		OwnMemo		of_diagnostic = own->diagnostics[i];
		size_t		bytes_left = own->rules->tools.bytes_left;
		unsigned	give_ups_left = own->give_ups_left;
		PatternResult result;
		Slice		evidence;

		if ((i & 0xf) == 0xf)
			arena_interrupt(own->arena);
		if (own->now < rule->valid_from || own->now >= rule->valid_until)
			continue;
		if (is_broken(rule))
		{
			note(own, rule, false, SLICE_NONE, "a pattern of the rule can't be compiled");
			continue;
		}
		result = ask_rule(own, i, delivery, verdict, row, &evidence);
		if (result == PATTERN_GIVES_UP)
			note(own, rule, false, SLICE_NONE, "its expression met a bound of steps, depth, memory or work: it does not match");
		else if (result == PATTERN_NOT_ASKED)
			note(own, rule, false, SLICE_NONE, "its expression was not asked: so much may be asked of one message");
		else if (result == PATTERN_MATCHES && winner == NULL)
		{
			winner = rule;
			note(own, rule, true, evidence, NULL);
			/* what the others say is for those who ask why */
			if (own->trail == NULL)
				break;
			continue;
		}
		else if (result == PATTERN_MATCHES)
			note(own, rule, false, evidence, "an own rule that comes first stands above it");
		if (winner)
		{
			/* without a trail it would not have been asked, and cost later recipients nothing */
			own->headers[i] = of_headers;
			own->diagnostics[i] = of_diagnostic;
			own->rules->tools.bytes_left = bytes_left;
			own->give_ups_left = give_ups_left;
		}
	}
	return winner;
}
