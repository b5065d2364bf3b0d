/*
 * steps.h
 *	  The order of evidence: which of the words and codes decides.
 */
#ifndef BOUNCE_STEPS_H
#define BOUNCE_STEPS_H

#include "classify/finding.h"
#include "classify/verdict.h"

/* A delivery before the judge. */
typedef struct Case
{
	Arena	   *arena;
	Trail	   *trail;			/* or NULL */
	bool		names_rules;	/* of codes, too */
	Regexes    *regexes;
	unsigned   *matches_left;
	unsigned   *telling_left;
	const Delivery *delivery;
	Verdict    *verdict;		/* reply, status, providers and command are known; the reason is not */
	Slice		human;			/* the human text without the codes that a reply repeats on each line */
	bool		has_diagnostic; /* the diagnostic, not the human text, is what is judged */

	/* phrases: of the reply, of what stands around it, of vendors' fields, of the human text */
	Finding		inner;
	Finding		outer;
	Finding		vendor;
	Finding		spoken;
} Case;

/*
 * Fills verdict->reason, sure, rule and phrase: the first step that has
 * something to say decides.  With a trail, all steps are asked, and it is
 * noted what each of them would have said and why it lost.
 */
void		steps_decide(Case *judged);

/* The row of data/status.tsv (PROVIDER_NONE) or data/provider-status.tsv, or NULL. */
const StatusRow *steps_status_row(uint32_t code, uint16_t provider);

/* The rules that are such rows, as trails and bounce_rules() name them; "5.1.1", "550 RCPT" are built in the arena. */
RuleName	steps_status_rule(Arena *arena, const StatusRow *row);
RuleName	steps_reply_rule(Arena *arena, const ReplyRow *row);

#endif							/* BOUNCE_STEPS_H */
