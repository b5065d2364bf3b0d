/*
 * verdict.c
 *	  Why a delivery failed.
 *
 * Reads the reply out of the diagnostic or the human text, finds out who
 * refused and at which command, has the evidence weighed (steps.c), and looks
 * at what the command and the codes say of the outcome.
 */
#include "classify/provider.h"
#include "classify/steps.h"
#include "classify/verdict.h"
#include "mail/address.h"
#include "mail/limits.h"
#include "match/fold.h"
#include "report/markers.h"

typedef struct CommandSearch
{
	Trail	   *trail;
	Slice		text;			/* folded */
	const char *command;		/* found, or NULL */
} CommandSearch;

static bool
note_command(void *context, const MatchHit *hit)
{
	CommandSearch *search = context;
	const MarkerRow *row = &knowledge_markers[hit->phrase];
	const char *command = marker_command(row->marker);

	if (command == NULL)
		return true;
	search->command = command;
	if (search->trail)
		trail_note(search->trail, "smtp_command", slice(command, strlen(command)), true, markers_rule(row),
				   slice(search->text.p + hit->start, hit->end - hit->start), NULL);
	return true;
}

/* The command that a text names, into *command. */
static void
find_command(Arena *arena, Slice text, Trail *trail, const char **command)
{
	CommandSearch search = {.trail = trail};

	if (text.n == 0)
		return;
	search.text = fold_text(arena, text);
	trail_source(trail, search.text, text);
	match_run(&knowledge_marker_match, arena, search.text, note_command, &search);
	if (search.command)
		*command = search.command;
}

uint16_t
verdict_reason(const char *name)
{
	for (uint16_t i = 0; i < REASON_COUNT; i++)
	{
		if (strcmp(knowledge_reasons[i].reason, name) == 0)
			return i;
	}
	return REASON_UNDEFINED;
}

/*
 * The provider of a host that the reply points to: the page where it explains
 * itself, or the machine that signs it ("[XX.prod.protection.outlook.com ...]").
 * A relay may stand between us and the provider, and customers' domains hide it.
 */
static uint16_t
provider_in(Slice words)
{
	for (size_t i = 0; i < words.n; i++)
	{
		size_t		start = i + 1;
		size_t		end = start;
		const DomainRow *row;

		/* "://", "[", "(" */
		if (words.p[i] != '[' && words.p[i] != '(' &&
			!(words.p[i] == '/' && i >= 2 && words.p[i - 1] == '/' && words.p[i - 2] == ':'))
			continue;
		if (start >= words.n || !ascii_is_alnum(words.p[start]))
			continue;
		while (end < words.n && (ascii_is_alnum(words.p[end]) || words.p[end] == '.' || words.p[end] == '-'))
			end++;
		i = end - 1;
		if (memchr(words.p + start, '.', end - start) == NULL)
			continue;
		row = provider_of(slice(words.p + start, end - start), DOMAIN_BOTH);
		if (row && row->provider != PROVIDER_NONE)
			return row->provider;
	}
	return PROVIDER_NONE;
}

static void
find_providers(const Delivery *delivery, Slice rhost, Verdict *verdict)
{
	const DomainRow *host = provider_of(rhost, DOMAIN_HOST);
	const DomainRow *destination = provider_of(address_domain(delivery->recipient), DOMAIN_DESTINATION);

	verdict->providers[0] = host ? host->provider : PROVIDER_NONE;
	verdict->providers[1] = destination ? destination->provider : PROVIDER_NONE;
	verdict->providers[2] = provider_in(verdict->reply.words);
	/* no other host had a say: the reporting one's own rules */
	if (rhost.n == 0 && verdict->reply.preface.n == 0 && verdict->providers[2] == PROVIDER_NONE)
	{
		const DomainRow *reporter = provider_of(delivery->reporter, DOMAIN_HOST);

		if (reporter)
			verdict->providers[2] = reporter->provider;
	}
	verdict->host_group = destination ? known(destination->host_group) : NULL;
}

static bool
names(Slice words, Slice address)
{
	return address.n > 0 && slice_find_nocase(words, address, 0) != SLICE_NPOS;
}

/*
 * Does the Status field say more than a code of the human text, of the same
 * class?  X.0.0 says nothing, X.Y.0 little.
 */
static bool
says_more(uint32_t field, uint32_t spoken)
{
	int			of_field = (field / 1000 % 1000 != 0) + (field % 1000 != 0);
	int			of_spoken = (spoken / 1000 % 1000 != 0) + (spoken % 1000 != 0);

	return status_class(field) == status_class(spoken) && of_field > of_spoken;
}

/* The texts that reply_read() made of one. */
static void
note_sources(Trail *trail, const Reply *reply, Slice text)
{
	trail_source(trail, reply->folded, text);
	trail_source(trail, reply->whole, text);
	trail_source(trail, reply->words, text);
}

/*
 * The reply that is judged, its codes, its host, who runs that, and the
 * command at which it was given; what is not there is left empty.
 */
static void
read_evidence(Case *judged)
{
	Arena	   *arena = judged->arena;
	const Delivery *delivery = judged->delivery;
	Verdict    *verdict = judged->verdict;
	Reply		human = {0};
	size_t		length;

	judged->has_diagnostic = delivery->diagnostic.n > 0;
	if (delivery->diagnostic.n > LIMIT_REPLY_BYTES)
		trail_bound(judged->trail, BOUND_REPLY_BYTES, delivery->diagnostic);
	reply_read(arena, delivery->diagnostic, &verdict->reply);
	/* the answer to QUIT, or the exit code of a program: the text tells the cause */
	if (judged->has_diagnostic && delivery->words.n > 0 && delivery->kind != KIND_SUCCESS &&
		((verdict->reply.code != 0 && verdict->reply.code < 400) || slice_is_number(delivery->diagnostic)))
		judged->has_diagnostic = false;
	if (delivery->words.n > 0)
		reply_read(arena, delivery->words, &human);
	note_sources(judged->trail, &verdict->reply, delivery->diagnostic);
	note_sources(judged->trail, &human, delivery->words);
	judged->human = human.whole;
	if (!judged->has_diagnostic)
		verdict->reply = human;
	else if (verdict->reply.code == 0 && human.code != 0 && verdict->reply.status == 0)
	{
		/* the machine field holds the words only; the text has the reply they came from */
		verdict->reply.code = human.code;
		verdict->reply.status = human.status;
		verdict->reply.status_text = human.status_text;
	}
	if (verdict->reply.rhost.n == 0)
		verdict->reply.rhost = human.rhost;

	verdict->status = verdict->reply.status;
	verdict->status_text = verdict->reply.status_text;
	if (delivery->status.n > 0)
	{
		uint32_t	field = status_read(delivery->status, &length);

		if (field != 0 && (verdict->status == 0 ||
						   (!judged->has_diagnostic && says_more(field, verdict->status))))
		{
			verdict->status = field;
			verdict->status_text = delivery->status;
		}
	}
	/* a human text may go on to speak of whatever it likes */
	verdict->names_sender = judged->has_diagnostic && names(verdict->reply.words, delivery->sender) &&
		!names(verdict->reply.words, delivery->recipient) && !names(verdict->reply.words, delivery->alias);
	verdict->is_hearsay = judged->has_diagnostic && delivery->diagnostic_type.n == 0 &&
		verdict->reply.code == 0 && verdict->reply.status == 0;
	find_providers(delivery, delivery->rhost.n ? delivery->rhost : verdict->reply.rhost, verdict);

	/* the reporting host names the command around the reply; Yahoo in brackets at its end */
	find_command(arena, verdict->reply.preface, judged->trail, &verdict->command);
	find_command(arena, verdict->reply.suffix, judged->trail, &verdict->command);
	if (verdict->command == NULL &&
		(verdict->reply.code == 0 || slice_ends_nocase(verdict->reply.words, SLICE_LIT("]"))))
		find_command(arena, verdict->reply.words, judged->trail, &verdict->command);
}

/* ------------------------------------------------------------------------
 * What the command and the codes say of the words
 * ------------------------------------------------------------------------ */

static bool
is_at(const Verdict *verdict, const char *command)
{
	return verdict->command && strcmp(verdict->command, command) == 0;
}

/* Reasons that speak of an address or a domain: of whose, the command tells. */
static bool
is_about_address(uint16_t reason)
{
	return reason == REASON_USERUNKNOWN || reason == REASON_HOSTUNKNOWN || reason == REASON_HASMOVED ||
		reason == REASON_NOTACCEPT || reason == REASON_SUSPEND;
}

/* X.1.7, X.1.8 (RFC 3463 3.2) and X.7.27 are codes for the sender's address. */
static bool
is_about_sender(const Verdict *verdict)
{
	return is_at(verdict, "MAIL") || verdict->names_sender ||
		verdict->status % 1000000 == status_make(0, 1, 7) || verdict->status % 1000000 == status_make(0, 1, 8) ||
		/* RFC 7505 4.2: the sender's domain has a null MX */
		verdict->status % 1000000 == status_make(0, 7, 27);
}

/* X.1.z: about an address */
static bool
is_address_status(uint32_t status)
{
	return status / 1000 % 1000 == 1;
}

/*
 * "User unknown" in words that anybody may say, without a code for addresses:
 * a hard verdict that the rest of the reply may speak against.  What one
 * provider is known by is exempt.
 */
static bool
is_bare_user_unknown(const Verdict *verdict)
{
	return verdict->judged == REASON_USERUNKNOWN && !is_address_status(verdict->status) &&
		!(verdict->phrase && (verdict->phrase->provider != PROVIDER_NONE || verdict->phrase->rank == RANK_SPECIFIC));
}

static void
amend_user_unknown(Verdict *verdict)
{
	const StatusRow *row;

	if (!is_bare_user_unknown(verdict))
		return;
	/* nobody says that a host refused: these are the reporting program's own words */
	if (verdict->is_hearsay)
	{
		verdict->reason = REASON_FILTERED;
		verdict->amended_by = "hearsay";
		return;
	}
	/* accepted at RCPT, refused with the message: filters hide behind these words, and the address may exist */
	if (is_at(verdict, "DATA"))
	{
		verdict->reason = REASON_FILTERED;
		verdict->amended_by = "unknown-after-data";
		return;
	}
	/* the host's own code knows the mailbox: disabled, full ...; at RCPT it is a habit of some servers */
	row = steps_status_row(verdict->reply.status, PROVIDER_NONE);
	if (verdict->phrase && row && row->strength == STRENGTH_DECIDES &&
		!is_at(verdict, "RCPT"))
	{
		verdict->reason = row->reason;
		verdict->amended_by = "code-knows-mailbox";
	}
}

bool
verdict_lacks_command(const Verdict *verdict)
{
	return verdict->command == NULL && verdict->reason == REASON_USERUNKNOWN && verdict->reply.code != 0 &&
		is_bare_user_unknown(verdict);
}

void
verdict_is_by_gateway(Verdict *verdict)
{
	verdict->reason = REASON_FILTERED;
	verdict->amended_by = "gateway-hides-command";
}

/* Words about an address, said when no recipient had been named yet: it is another one, or none. */
static bool
amend_early_address(Verdict *verdict)
{
	uint16_t	reason;

	if (is_at(verdict, "AUTH"))
		reason = REASON_SECURITYERROR;
	else if (is_at(verdict, "STARTTLS"))
		reason = REASON_FAILEDSTARTTLS;
	/* "521 host does not accept mail" is the greeting of RFC 7504 */
	else if ((is_at(verdict, "CONN") || is_at(verdict, "EHLO") || is_at(verdict, "HELO")) && verdict->judged != REASON_NOTACCEPT)
		reason = REASON_BLOCKED;
	else
		return false;
	verdict->reason = reason;
	verdict->amended_by = "before-recipient";
	return true;
}

/* "452 4.2.2 insufficient system storage": whose storage it is, the code tells. */
static void
amend_storage(Verdict *verdict)
{
	if (verdict->judged == REASON_SYSTEMFULL && verdict->reply.status % 1000000 == status_make(0, 2, 2))
	{
		verdict->reason = REASON_MAILBOXFULL;
		verdict->amended_by = "code-knows-mailbox";
	}
}

/* Generic words say that something was refused; the stage tells what was known by then, and so who it was. */
static void
amend_generic_words(Verdict *verdict)
{
	if (verdict->phrase == NULL || verdict->phrase->rank != RANK_GENERIC || verdict->command == NULL)
		return;
	/* nothing but the connecting host */
	if ((is_at(verdict, "CONN") || is_at(verdict, "EHLO") || is_at(verdict, "HELO")) &&
		(verdict->judged == REASON_REJECTED || verdict->judged == REASON_FILTERED || verdict->judged == REASON_POLICYVIOLATION))
	{
		verdict->reason = REASON_BLOCKED;
		verdict->amended_by = "refused-before-mail";
	}
	/* no recipient yet */
	if (is_at(verdict, "MAIL") && verdict->judged == REASON_FILTERED)
	{
		verdict->reason = REASON_REJECTED;
		verdict->amended_by = "sender-address";
	}
}

void
verdict_at_command(Verdict *verdict, const char *command)
{
	if (verdict->command == NULL)
		verdict->command = command;
	verdict->reason = verdict->judged;
	verdict->amended_by = NULL;
	/* refused at MAIL FROM, or with a code for sender's addresses: the sender is meant */
	if (is_about_address(verdict->judged) && is_about_sender(verdict))
	{
		verdict->reason = REASON_REJECTED;
		verdict->amended_by = "sender-address";
	}
	else if (!is_about_address(verdict->judged) || !amend_early_address(verdict))
	{
		amend_user_unknown(verdict);
		amend_storage(verdict);
		amend_generic_words(verdict);
	}
}

void
judge_init(Judge *judge, Arena *arena, Trail *trail)
{
	judge->arena = arena;
	judge->trail = trail;
	judge->names_rules = trail != NULL;
	judge->matches_left = LIMIT_REGEX_MATCHES;
	/* a trail has every phrase asked, not only those that could win */
	judge->telling_left = 4 * LIMIT_REGEX_MATCHES;
	regexes_init(&judge->regexes, arena);
}

void
verdict_of(Judge *judge, const Delivery *delivery, Verdict *verdict)
{
	Case		judged = {.arena = judge->arena, .trail = judge->trail, .names_rules = judge->names_rules, .regexes = judge->arena->regexes ? judge->arena->regexes : &judge->regexes, .matches_left = &judge->matches_left, .telling_left = &judge->telling_left,
		.delivery = delivery, .verdict = verdict};

	memset(verdict, 0, sizeof(*verdict));
	read_evidence(&judged);
	steps_decide(&judged);
	verdict->judged = verdict->reason;
	if (delivery->command)
		verdict->command = delivery->command;
	verdict_at_command(verdict, NULL);
}

void
verdict_is_success(Verdict *verdict)
{
	verdict->reason = REASON_DELIVERED;
	verdict->amended_by = "success";
}

/* the same bytes at the same place */
static bool
is_same(Slice a, Slice b)
{
	return a.n == b.n && (a.p == b.p || a.n == 0);
}

bool
verdict_is_shared(const Delivery *delivery, const Delivery *before, const Verdict *verdict)
{
	const DomainRow *destination;

	if (!is_same(delivery->diagnostic, before->diagnostic) || !is_same(delivery->words, before->words) ||
		!is_same(delivery->vendor, before->vendor) || !slice_equal(delivery->status, before->status) ||
		!slice_equal(delivery->diagnostic_type, before->diagnostic_type) ||
		!slice_equal(delivery->rhost, before->rhost) || delivery->kind != before->kind ||
		delivery->command != before->command || delivery->fallback_reason != before->fallback_reason ||
		delivery->known_reason != before->known_reason || delivery->hint_reason != before->hint_reason)
		return false;
	destination = provider_of(address_domain(delivery->recipient), DOMAIN_DESTINATION);
	return (destination ? destination->provider : PROVIDER_NONE) == verdict->providers[1] &&
		(destination ? known(destination->host_group) : NULL) == verdict->host_group;
}
