/*
 * steps.c
 *	  The order of evidence, strongest first (DESIGN.md section 2).
 *
 * Each step looks at one kind of evidence and claims a reason, or does not.
 * The table at the end is the order; nothing else in the program knows it.
 */
#include <stdio.h>

#include "classify/steps.h"

/* What a step says. */
typedef struct Claim
{
	uint16_t	reason;
	bool		sure;			/* telling words or codes; else the human text is worth a look */
	RuleName	rule;
	Slice		evidence;
	const PhraseRow *phrase;	/* where it is one */
} Claim;

static Slice
reason_name(uint16_t reason)
{
	const char *name = knowledge_reasons[reason].reason;

	return slice(name, strlen(name));
}

/* ------------------------------------------------------------------------
 * Words
 * ------------------------------------------------------------------------ */

static Finding *
finding_of(Case *judged, Finding *finding)
{
	if (finding->providers == NULL)
	{
		finding->providers = judged->verdict->providers;
		finding->trail = judged->trail;
		finding->regexes = judged->regexes;
		finding->matches_left = judged->matches_left;
		finding->telling_left = judged->telling_left;
	}
	return finding;
}

static Finding *
inner_words(Case *judged)
{
	Finding    *finding = finding_of(judged, &judged->inner);

	if (!finding->searched)
		finding_add(judged->arena, judged->verdict->reply.words, finding);
	return finding;
}

static Finding *
outer_words(Case *judged)
{
	Finding    *finding = finding_of(judged, &judged->outer);

	if (!finding->searched)
	{
		finding_add(judged->arena, judged->verdict->reply.preface, finding);
		finding_add(judged->arena, judged->verdict->reply.suffix, finding);
	}
	return finding;
}

static Finding *
vendor_words(Case *judged)
{
	Finding    *finding = finding_of(judged, &judged->vendor);

	if (!finding->searched)
		finding_add(judged->arena, judged->delivery->vendor, finding);
	return finding;
}

/* Nothing where the human text is what is judged: it is the inner words then. */
static Finding *
spoken_words(Case *judged)
{
	Finding    *finding = finding_of(judged, &judged->spoken);

	if (!finding->searched)
		finding_add(judged->arena, judged->has_diagnostic ? judged->human : SLICE_NONE, finding);
	return finding;
}

static bool
claim_hit(const Hit *hit, bool sure, Claim *claim)
{
	claim->reason = hit->row->reason;
	claim->sure = sure;
	claim->rule = finding_rule(hit->row);
	claim->evidence = hit->where;
	claim->phrase = hit->row;
	return true;
}

static bool
claim_trap(Case *judged, Claim *claim)
{
	const Finding *outer = outer_words(judged);
	const Finding *inner = inner_words(judged);

	if (finding_trap_decides(outer))
		return claim_hit(&outer->trap, true, claim);
	return finding_trap_decides(inner) && claim_hit(&inner->trap, true, claim);
}

static bool
claim_reply_words(Case *judged, Claim *claim)
{
	const Finding *finding = inner_words(judged);

	return finding_tells(finding) && claim_hit(&finding->best, true, claim);
}

static bool
claim_outer_words(Case *judged, Claim *claim)
{
	const Finding *finding = outer_words(judged);

	return finding_tells(finding) && claim_hit(&finding->best, true, claim);
}

static bool
claim_vendor_words(Case *judged, Claim *claim)
{
	const Finding *finding = vendor_words(judged);

	return finding_tells(finding) && claim_hit(&finding->best, true, claim);
}

static bool
claim_spoken_trap(Case *judged, Claim *claim)
{
	const Finding *finding = spoken_words(judged);

	return finding_trap_decides(finding) && claim_hit(&finding->trap, true, claim);
}

static bool
claim_spoken_words(Case *judged, Claim *claim)
{
	const Finding *finding = spoken_words(judged);

	return finding_tells(finding) && claim_hit(&finding->best, true, claim);
}

static bool
claim_generic_words(Case *judged, Claim *claim)
{
	const Finding *findings[] = {
		inner_words(judged), outer_words(judged), vendor_words(judged), spoken_words(judged),
	};

	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++)
	{
		if (findings[i]->best.row)
			return claim_hit(&findings[i]->best, false, claim);
	}
	return false;
}

/* ------------------------------------------------------------------------
 * Codes
 * ------------------------------------------------------------------------ */

const StatusRow *
steps_status_row(uint32_t code, uint16_t provider)
{
	uint32_t	low = 0;
	uint32_t	high = knowledge_status_count;

	while (code != 0 && low < high)
	{
		uint32_t	middle = low + (high - low) / 2;
		const StatusRow *row = &knowledge_statuses[middle];

		if (row->provider == provider && row->code == code)
			return row;
		if (row->provider < provider || (row->provider == provider && row->code < code))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static const ReplyRow *
find_reply_row(int code, const char *command)
{
	/* the old greeting means the same (RFC 5321 4.1.1.1) */
	if (command && strcmp(command, "HELO") == 0)
		command = "EHLO";
	for (uint32_t i = 0; code != 0 && i < knowledge_reply_count; i++)
	{
		const ReplyRow *row = &knowledge_replies[i];

		if (row->code == code &&
			(row->command == NULL || (command && strcmp(row->command, command) == 0)))
			return row;
	}
	return NULL;
}

RuleName
steps_status_rule(Arena *arena, const StatusRow *row)
{
	RuleName	rule = {"status", NULL, NULL, known(row->file), row->line};
	char		code[32];

	snprintf(code, sizeof(code), "%u.%u.%u", row->code / 1000000, row->code / 1000 % 1000, row->code % 1000);
	rule.pattern = arena_copy(arena, slice(code, strlen(code))).p;
	if (rule.pattern == NULL)
		rule.pattern = "";
	if (row->provider != PROVIDER_NONE)
		rule.owner = knowledge_providers[row->provider].provider;
	return rule;
}

RuleName
steps_reply_rule(Arena *arena, const ReplyRow *row)
{
	RuleName	rule = {"reply", NULL, NULL, "replies.tsv", row->line};
	char		pattern[32];

	snprintf(pattern, sizeof(pattern), "%u%s%.20s", row->code, row->command ? " " : "", row->command ? row->command : "");
	rule.pattern = arena_copy(arena, slice(pattern, strlen(pattern))).p;
	if (rule.pattern == NULL)
		rule.pattern = "";
	return rule;
}

static bool
claim_status(Case *judged, const StatusRow *row, bool sure, Claim *claim)
{
	claim->reason = row->reason;
	claim->sure = sure;
	if (judged->names_rules)
		claim->rule = steps_status_rule(judged->arena, row);
	claim->evidence = judged->verdict->status_text;
	return true;
}

static bool
claim_provider_code(Case *judged, Claim *claim)
{
	const Verdict *verdict = judged->verdict;

	for (int i = 0; i < VERDICT_PROVIDERS; i++)
	{
		const StatusRow *row = verdict->providers[i] == PROVIDER_NONE ? NULL :
			steps_status_row(verdict->status, verdict->providers[i]);

		if (row)
			return claim_status(judged, row, true, claim);
	}
	return false;
}

/*
 * A Status that the refusing host did not say itself was made up by the
 * reporting host from the bare reply; then it is no more than a hint.
 */
static bool
claim_telling_code(Case *judged, Claim *claim)
{
	const Verdict *verdict = judged->verdict;
	const StatusRow *row = steps_status_row(verdict->status, PROVIDER_NONE);

	return row && row->strength == STRENGTH_DECIDES &&
		(verdict->reply.status != 0 || verdict->reply.code == 0) &&
		claim_status(judged, row, true, claim);
}

static bool
claim_weak_code(Case *judged, Claim *claim)
{
	const StatusRow *row = steps_status_row(judged->verdict->status, PROVIDER_NONE);

	return row && row->strength != STRENGTH_NONE && claim_status(judged, row, false, claim);
}

static bool
claim_reply_code(Case *judged, Claim *claim)
{
	const Verdict *verdict = judged->verdict;
	const ReplyRow *row = find_reply_row(verdict->reply.code, verdict->command ? verdict->command : judged->delivery->command);

	if (row == NULL || row->reason == REASON_UNDEFINED)
		return false;
	claim->reason = row->reason;
	claim->sure = false;
	if (judged->names_rules)
		claim->rule = steps_reply_rule(judged->arena, row);
	claim->evidence = verdict->reply.words;
	if (claim->evidence.n > 3)
		claim->evidence.n = 3;
	return true;
}

/* ------------------------------------------------------------------------
 * The rest
 * ------------------------------------------------------------------------ */

/* Sieve's reject, SES's bounceSubType; a sentence of the human text is closer. */
static bool
claim_format(Case *judged, Claim *claim)
{
	const char *reason = judged->delivery->fallback_reason;

	if (reason == NULL || finding_tells(spoken_words(judged)))
		return false;
	claim->reason = verdict_reason(reason);
	claim->sure = true;
	claim->rule = rule_engine("format", "src/classify/steps.c");
	return true;
}

static bool
claim_service(Claim *claim, const char *reason, Slice evidence, const char *rule)
{
	if (reason == NULL)
		return false;
	claim->reason = verdict_reason(reason);
	claim->sure = true;
	claim->rule = rule_engine(rule, "src/classify/steps.c");
	claim->evidence = evidence;
	return true;
}

/* The service that was to send it says that it did not. */
static bool
claim_known(Case *judged, Claim *claim)
{
	return claim_service(claim, judged->delivery->known_reason, judged->delivery->known_by, "service-knows");
}

/* Its own class of the failure. */
static bool
claim_class(Case *judged, Claim *claim)
{
	return claim_service(claim, judged->delivery->hint_reason, judged->delivery->hinted_by, "service-class");
}

/* The exit code of a delivery program (RFC 3464's x-unix), and no words: it failed. */
static bool
claim_exit_code(Case *judged, Claim *claim)
{
	const Delivery *delivery = judged->delivery;

	if (!slice_is_number(delivery->diagnostic) || delivery->diagnostic.n > 3 ||
		!slice_starts_nocase(delivery->diagnostic_type, SLICE_LIT("x-unix")))
		return false;
	claim->reason = REASON_MAILERERROR;
	claim->sure = false;
	claim->rule = rule_engine("exit-code", "src/classify/steps.c");
	claim->evidence = delivery->diagnostic;
	return true;
}

static bool
claim_absence(Case *judged, Claim *claim)
{
	const Delivery *delivery = judged->delivery;
	const Verdict *verdict = judged->verdict;
	const char *name;

	claim->sure = false;
	claim->evidence = delivery->diagnostic;
	/* tried until the queue gave up, or still being tried */
	if (delivery->kind == KIND_DELAY || status_class(verdict->status) == 4 || verdict->reply.code / 100 == 4)
	{
		claim->reason = REASON_EXPIRED;
		name = "temporary";
	}
	else if (delivery->diagnostic.n > 0 || verdict->reply.code != 0)
	{
		claim->reason = REASON_UNDEFINED;
		name = "unknown-words";
	}
	else
	{
		claim->reason = REASON_ONHOLD;
		name = "no-cause";
	}
	claim->rule = rule_engine(name, "src/classify/steps.c");
	return true;
}

/* The order.  'beats' is what is told of the evidence that comes later. */
static const struct
{
	bool		(*claim) (Case *judged, Claim *claim);
	bool		words;			/* its losers are told by finding_note_losers() */
	const char *beats;
}			steps[] = {
	{claim_known, false, "the sending service did not try"},
	{claim_trap, true, "the text quotes somebody else's failure"},
	{claim_provider_code, false, "the refusing provider's own code stands above it"},
	{claim_reply_words, true, "telling words of the refusing host stand above it"},
	{claim_outer_words, true, "telling words around the reply stand above it"},
	{claim_vendor_words, true, "telling words of the reporting server's own fields stand above it"},
	{claim_spoken_trap, true, "the text quotes somebody else's failure"},
	{claim_format, false, "the format of the report tells the reason"},
	{claim_telling_code, false, "a telling status code stands above it"},
	{claim_spoken_words, true, "telling words of the human text stand above it"},
	{claim_generic_words, true, "even generic words stand above it"},
	{claim_exit_code, false, "the exit code of a delivery program stands above it"},
	{claim_class, false, "the sending service's own class stands above it"},
	{claim_weak_code, false, "a status code stands above it"},
	{claim_reply_code, false, "the reply code and its command stand above it"},
	{claim_absence, false, NULL},
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* What each step behind the winner's would have said, and what else the texts hold. */
static void
note_losers(Case *judged, const Claim *winner, size_t step)
{
	Finding    *findings[] = {
		inner_words(judged), outer_words(judged), vendor_words(judged), spoken_words(judged),
	};
	const StatusRow *row = steps_status_row(judged->verdict->status, PROVIDER_NONE);
	uint16_t	weak_reason = REASON_UNDEFINED;

	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++)
		finding_note_losers(findings[i], winner->phrase, steps[step].beats);
	for (size_t i = step + 1; i + 1 < STEPS; i++)
	{
		Claim		claim = {0};

		if (steps[i].words || !steps[i].claim(judged, &claim))
			continue;
		/* a code claims at two steps */
		if (steps[i].claim == claim_weak_code && weak_reason == claim.reason)
			continue;
		if (steps[i].claim == claim_telling_code)
			weak_reason = claim.reason;
		/* the winner again */
		if (claim.rule.line != 0 && claim.rule.line == winner->rule.line && strcmp(claim.rule.file, winner->rule.file) == 0)
			continue;
		trail_note(judged->trail, "reason", reason_name(claim.reason), false, claim.rule, claim.evidence, steps[step].beats);
	}
	if (row && row->strength == STRENGTH_NONE)
		trail_note(judged->trail, "reason", reason_name(row->reason), false, steps_status_rule(judged->arena, row),
				   judged->verdict->status_text, "this code alone tells nothing");
}

void
steps_decide(Case *judged)
{
	Verdict    *verdict = judged->verdict;
	Claim		claim = {0};
	size_t		step = 0;

	while (!steps[step].claim(judged, &claim))
		step++;
	verdict->reason = claim.reason;
	verdict->sure = claim.sure;
	verdict->phrase = claim.phrase;
	verdict->rule = claim.rule;
	if (judged->trail)
	{
		trail_note(judged->trail, "reason", reason_name(claim.reason), true, claim.rule, claim.evidence, NULL);
		/* what is asked from here on decides nothing, and nobody asks it without a trail */
		judged->matches_left = judged->telling_left;
		note_losers(judged, &claim, step);
	}
}
