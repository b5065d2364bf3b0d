/*
 * verdict.c
 *	  Why a delivery failed.
 *
 * The evidence, strongest first:
 *
 *	  1. a text that quotes somebody else's failure (sender verification)
 *	  2. the refusing provider's own status code
 *	  3. telling words: of the innermost reply, of the whole diagnostic, of
 *		 vendors' fields
 *	  4. what the format tells (Sieve, SES)
 *	  5. a telling status code (5.1.1, not 5.0.0 or 5.7.1)
 *	  6. telling words of the human text that goes with the recipient; before 5
 *		 where there is no diagnostic
 *	  7. generic words
 *	  8. a weak status code, then the reply code and the command
 *
 * and where nothing speaks: expired for what was tried until the queue gave
 * up, onhold for a report without any cause, undefined for words that nobody
 * knows.
 */
#include "match/fold.h"
#include "classify/provider.h"
#include "classify/regex.h"
#include "classify/verdict.h"
#include "mail/address.h"
#include "mail/limits.h"
#include "report/markers.h"

/* The best phrases of a text. */
typedef struct Finding
{
	const PhraseRow *row;		/* what it says, traps aside */
	const PhraseRow *trap;		/* that it quotes somebody else's failure */
	uint32_t	score;
	uint32_t	trap_score;
	Slice		text;			/* folded */
	const uint16_t *providers;
} Finding;

static bool
is_one_of(uint16_t provider, const uint16_t *providers)
{
	for (int i = 0; i < VERDICT_PROVIDERS; i++)
	{
		if (providers[i] == provider)
			return true;
	}
	return false;
}

static uint32_t
score_of(const PhraseRow *row)
{
	return ((uint32_t) row->rank << 20) |
		((uint32_t) (row->provider != PROVIDER_NONE) << 16) | row->literal;
}

static bool
note_phrase(void *context, const MatchHit *hit)
{
	Finding    *finding = context;
	const PhraseRow *row = &knowledge_phrases[hit->phrase];
	uint32_t	score;

	if (row->provider != PROVIDER_NONE && !is_one_of(row->provider, finding->providers))
		return true;
	score = score_of(row);
	/* asked last: it costs more than all the rest */
	if (row->regex && score > (row->rank == RANK_TRAP ? finding->trap_score : finding->score) &&
		!regex_matches(row->regex, finding->text))
		return true;
	if (row->rank == RANK_TRAP)
	{
		if (score > finding->trap_score)
		{
			finding->trap = row;
			finding->trap_score = score;
		}
	}
	else if (finding->row == NULL || score > finding->score)
	{
		finding->row = row;
		finding->score = score;
	}
	return true;
}

static bool
note_command(void *context, const MatchHit *hit)
{
	const char *command = marker_command(knowledge_markers[hit->phrase].marker);

	if (command)
		*(const char **) context = command;
	return true;
}

/* Looks for phrases in one more text. */
static void
find_phrases(Arena *arena, Slice text, Finding *finding)
{
	if (text.n > LIMIT_REPLY_BYTES)
		text.n = LIMIT_REPLY_BYTES;
	if (text.n == 0)
		return;
	finding->text = fold_text(arena, text);
	match_run(&knowledge_phrase_match, arena, finding->text, note_phrase, finding);
}

static Finding
find_phrase(Arena *arena, Slice text, const uint16_t *providers)
{
	Finding		finding = {.providers = providers};

	find_phrases(arena, text, &finding);
	return finding;
}

/* The command that a text names, into *command. */
static void
find_command(Arena *arena, Slice text, const char **command)
{
	if (text.n > 0)
		match_run(&knowledge_marker_match, arena, fold_text(arena, text), note_command, command);
}

static const StatusRow *
find_status_row(uint32_t code, uint16_t provider)
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

static bool
is_telling(const Finding *finding)
{
	return finding->row != NULL && finding->row->rank >= RANK_PLAIN;
}

/*
 * The provider of a host that the reply points to: the page where it explains
 * itself, or the machine that signs it ("[XX.prod.protection.outlook.com ...]").
 * A relay may stand between us and the provider, and customers' domains hide it.
 */
static uint16_t
provider_in(Slice words)
{
	size_t		i = 0;

	while (i < words.n)
	{
		size_t		start;
		size_t		dots = 0;
		bool		pointed;
		const DomainRow *row;

		while (i < words.n && !ascii_is_alnum(words.p[i]))
			i++;
		start = i;
		while (i < words.n && (ascii_is_alnum(words.p[i]) || words.p[i] == '.' || words.p[i] == '-'))
			dots += words.p[i++] == '.';
		pointed = (start >= 3 && memcmp(words.p + start - 3, "://", 3) == 0) ||
			(start >= 1 && (words.p[start - 1] == '[' || words.p[start - 1] == '('));
		if (!pointed || dots == 0)
			continue;
		row = provider_of(slice(words.p + start, i - start), DOMAIN_BOTH);
		if (row && row->provider != PROVIDER_NONE)
			return row->provider;
	}
	return PROVIDER_NONE;
}

/*
 * Does the trap decide?  It keeps a failure that the text quotes (of the
 * sender's address) from being taken for the recipient's; words about the
 * sender or the content are more exact than it.
 */
static bool
trap_decides(const Finding *finding)
{
	const char *fault;

	if (finding->trap == NULL)
		return false;
	if (!is_telling(finding))
		return true;
	fault = knowledge_reasons[finding->row->reason].fault;
	return fault == NULL || (strcmp(fault, "sender") != 0 && strcmp(fault, "content") != 0);
}

static void
find_providers(const Delivery *delivery, Slice rhost, Verdict *verdict)
{
	const DomainRow *host = provider_of(rhost, DOMAIN_HOST);
	const DomainRow *destination = provider_of(address_domain(delivery->recipient), DOMAIN_DESTINATION);

	verdict->providers[0] = host ? host->provider : PROVIDER_NONE;
	verdict->providers[1] = destination ? destination->provider : PROVIDER_NONE;
	verdict->providers[2] = provider_in(verdict->reply.words);
	verdict->host_group = destination ? destination->host_group : NULL;
}

static bool
is_number(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (!ascii_is_digit(s.p[i]))
			return false;
	}
	return s.n > 0;
}

/* Where the words and codes decide nothing. */
static uint16_t
reason_without_evidence(const Delivery *delivery, const Verdict *verdict)
{
	/* the exit code of a delivery program (RFC 3464's x-unix) */
	if (is_number(delivery->diagnostic) && delivery->diagnostic.n <= 3 &&
		slice_starts_nocase(delivery->diagnostic_type, SLICE_LIT("x-unix")))
		return REASON_MAILERERROR;
	if (delivery->kind == KIND_DELAY || status_class(verdict->status) == 4 || verdict->reply.code / 100 == 4)
		return REASON_EXPIRED;
	return delivery->diagnostic.n > 0 || verdict->reply.code != 0 ? REASON_UNDEFINED : REASON_ONHOLD;
}

static void
decide(Verdict *verdict, uint16_t reason, bool sure)
{
	verdict->reason = reason;
	verdict->sure = sure;
}

static void
judge(Arena *arena, const Delivery *delivery, Verdict *verdict)
{
	Reply		human = {0};
	Finding		inner = {0};
	Finding		outer = {0};
	Finding		vendor = {0};
	Finding		spoken = {0};
	const StatusRow *row;
	const ReplyRow *reply_row;
	size_t		length;
	bool		has_diagnostic = delivery->diagnostic.n > 0;

	memset(verdict, 0, sizeof(*verdict));
	reply_read(arena, delivery->diagnostic, &verdict->reply);
	/* the answer to QUIT, or the exit code of a program: the text tells the cause */
	if (has_diagnostic && delivery->words.n > 0 && delivery->kind != KIND_SUCCESS &&
		((verdict->reply.code != 0 && verdict->reply.code < 400) || is_number(delivery->diagnostic)))
		has_diagnostic = false;
	if (delivery->words.n > 0)
		reply_read(arena, delivery->words, &human);
	if (!has_diagnostic)
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
	if (verdict->status == 0 && delivery->status.n > 0)
	{
		verdict->status = status_read(delivery->status, &length);
		if (verdict->status != 0)
			verdict->status_text = delivery->status;
	}
	find_providers(delivery, delivery->rhost.n ? delivery->rhost : verdict->reply.rhost, verdict);

	/* the reporting host names the command around the reply; Yahoo in brackets at its end */
	find_command(arena, verdict->reply.preface, &verdict->command);
	find_command(arena, verdict->reply.suffix, &verdict->command);
	if (verdict->command == NULL &&
		(verdict->reply.code == 0 || slice_ends_nocase(verdict->reply.words, SLICE_LIT("]"))))
		find_command(arena, verdict->reply.words, &verdict->command);

	inner = find_phrase(arena, verdict->reply.words, verdict->providers);
	outer.providers = verdict->providers;
	find_phrases(arena, verdict->reply.preface, &outer);
	find_phrases(arena, verdict->reply.suffix, &outer);
	if (trap_decides(&outer))
	{
		decide(verdict, outer.trap->reason, true);
		return;
	}
	if (trap_decides(&inner))
	{
		decide(verdict, inner.trap->reason, true);
		return;
	}
	for (int i = 0; i < VERDICT_PROVIDERS; i++)
	{
		row = verdict->providers[i] != PROVIDER_NONE ? find_status_row(verdict->status, verdict->providers[i]) : NULL;
		if (row)
		{
			decide(verdict, row->reason, true);
			return;
		}
	}
	if (is_telling(&inner))
	{
		decide(verdict, inner.row->reason, true);
		return;
	}
	if (is_telling(&outer))
	{
		decide(verdict, outer.row->reason, true);
		return;
	}
	vendor = find_phrase(arena, delivery->vendor, verdict->providers);
	if (is_telling(&vendor))
	{
		decide(verdict, vendor.row->reason, true);
		return;
	}
	if (has_diagnostic && delivery->words.n > 0)
		spoken = find_phrase(arena, delivery->words, verdict->providers);
	if (trap_decides(&spoken))
	{
		decide(verdict, spoken.trap->reason, true);
		return;
	}
	if (delivery->fallback_reason && !is_telling(&spoken))
	{
		decide(verdict, verdict_reason(delivery->fallback_reason), true);
		return;
	}
	row = find_status_row(verdict->status, PROVIDER_NONE);
	/*
	 * A Status that the refusing host did not say itself was made up by the
	 * reporting host from the bare reply; then it is no more than a hint.
	 */
	if (row && row->strength == STRENGTH_DECIDES && (verdict->reply.status != 0 || verdict->reply.code == 0))
	{
		decide(verdict, row->reason, true);
		return;
	}
	if (is_telling(&spoken))
	{
		decide(verdict, spoken.row->reason, true);
		return;
	}
	if (inner.row || outer.row || vendor.row || spoken.row)
	{
		decide(verdict, inner.row ? inner.row->reason : outer.row ? outer.row->reason :
			   vendor.row ? vendor.row->reason : spoken.row->reason, false);
		return;
	}
	if (row && row->strength != STRENGTH_NONE)
	{
		decide(verdict, row->reason, false);
		return;
	}
	reply_row = find_reply_row(verdict->reply.code, verdict->command ? verdict->command : delivery->command);
	if (reply_row && reply_row->reason != REASON_UNDEFINED)
	{
		decide(verdict, reply_row->reason, false);
		return;
	}
	decide(verdict, reason_without_evidence(delivery, verdict), false);
}

/* Reasons that speak of an address or a domain: of whose, the command tells. */
static bool
is_about_address(uint16_t reason)
{
	return reason == REASON_USERUNKNOWN || reason == REASON_HOSTUNKNOWN || reason == REASON_HASMOVED ||
		reason == REASON_NOTACCEPT || reason == REASON_SUSPEND;
}

void
verdict_at_command(Verdict *verdict, const char *command)
{
	if (verdict->command == NULL)
		verdict->command = command;
	/* refused at MAIL FROM, or with a code for sender's addresses (RFC 3463 3.2): the sender is meant */
	if (is_about_address(verdict->reason) &&
		((verdict->command && strcmp(verdict->command, "MAIL") == 0) ||
		 verdict->status % 1000000 == status_make(0, 1, 7) || verdict->status % 1000000 == status_make(0, 1, 8)))
		verdict->reason = REASON_REJECTED;
}

void
verdict_of(Arena *arena, const Delivery *delivery, Verdict *verdict)
{
	judge(arena, delivery, verdict);
	if (delivery->command)
		verdict->command = delivery->command;
	verdict_at_command(verdict, NULL);
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
		delivery->command != before->command || delivery->fallback_reason != before->fallback_reason)
		return false;
	destination = provider_of(address_domain(delivery->recipient), DOMAIN_DESTINATION);
	return (destination ? destination->provider : PROVIDER_NONE) == verdict->providers[1] &&
		(destination ? destination->host_group : NULL) == verdict->host_group;
}
