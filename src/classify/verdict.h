/*
 * verdict.h
 *	  Why a delivery failed: the order of evidence of DESIGN.md section 2.
 */
#ifndef BOUNCE_VERDICT_H
#define BOUNCE_VERDICT_H

#include "classify/finding.h"
#include "classify/reply.h"
#include "report/report.h"

#define VERDICT_PROVIDERS FINDING_PROVIDERS

typedef struct Verdict
{
	uint16_t	reason;			/* REASON_... */
	uint16_t	judged;			/* the reason before the command and the codes had their say */
	const char *amended_by;		/* the rule by which it became another one, or NULL */
	const PhraseRow *phrase;	/* that decided, or NULL */
	RuleName	rule;			/* that decided; of codes only where a trail was kept or the judge names rules */
	bool		sure;			/* telling words or codes decided; else the human text is worth a look */
	Reply		reply;			/* of the diagnostic, else of the human words */
	bool		names_sender;	/* the refusal names the sender's address, and not the recipient's */
	bool		is_hearsay;		/* words of a machine field that has neither the type that RFC 3464 wants nor a code */
	const char *command;		/* that the words name, or NULL */
	uint32_t	status;			/* the host's own, else the Status field's; 0 for none */
	Slice		status_text;
	uint16_t	providers[VERDICT_PROVIDERS];	/* of rhost, of destination, of a host that the reply names; PROVIDER_NONE */
	const char *host_group;
} Verdict;

/* Who judges the deliveries of one message. */
typedef struct Judge
{
	Arena	   *arena;
	Trail	   *trail;			/* or NULL */
	bool		names_rules;	/* Verdict.rule is wanted of codes, too */
	Regexes		regexes;		/* where the arena's owner lends none */
	unsigned	matches_left;	/* expressions that may still be asked, */
	unsigned	telling_left;	/* and only to be told of */
} Judge;

void		judge_init(Judge *judge, Arena *arena, Trail *trail);

/*
 * Judges one delivery.  Only reads; one delivery has one verdict, whatever
 * was judged before.
 */
void		verdict_of(Judge *judge, const Delivery *delivery, Verdict *verdict);

/*
 * Would 'delivery' get the very verdict that 'before' got?  True when both have
 * the same evidence and the same provider: a text that speaks of a thousand
 * recipients is judged once.
 */
bool		verdict_is_shared(const Delivery *delivery, const Delivery *before, const Verdict *verdict);

/*
 * Takes note of the command at which it failed, when it becomes known after
 * the verdict (the human text names it, the fields don't): refused at MAIL
 * FROM it is the sender who is unknown, after DATA the recipient may exist.
 */
void		verdict_at_command(Verdict *verdict, const char *command);

/*
 * Does the verdict hang on the command that nobody names?  Then who wrote the
 * report matters: a gateway takes the mail whole and hands it on, and the next
 * host may have refused the message as well as the address.
 */
bool		verdict_lacks_command(const Verdict *verdict);
void		verdict_is_by_gateway(Verdict *verdict);

/* Nothing failed, whatever the words say. */
void		verdict_is_success(Verdict *verdict);

/* The reason of that name; it must exist. */
uint16_t	verdict_reason(const char *name);

#endif							/* BOUNCE_VERDICT_H */
