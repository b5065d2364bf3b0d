/*
 * record.c
 *	  Fills the record: what a report, one of its deliveries and the verdict on
 *	  that say together.
 */
#include "classify/hints.h"
#include "mail/address.h"
#include "mail/one_line.h"
#include "match/sha1.h"
#include "record.h"
#include "report/markers.h"
#include "report/verp.h"

static const char *
action_word(Action action, BounceKind kind)
{
	switch (action)
	{
		case ACTION_FAILED:
			return "failed";
		case ACTION_DELAYED:
			return "delayed";
		case ACTION_DELIVERED:
			return "delivered";
		case ACTION_RELAYED:
			return "relayed";
		case ACTION_EXPANDED:
			return "expanded";
		case ACTION_NONE:
		case ACTION_OTHER:
			break;
	}
	if (kind == KIND_FAILURE)
		return "failed";
	if (kind == KIND_DELAY)
		return "delayed";
	return kind == KIND_SUCCESS ? "delivered" : NULL;
}

Slice
record_host_name(Arena *arena, Slice name)
{
	if (name.n == 0 || name.n > 255)
		return SLICE_NONE;
	return decode_valid_utf8(arena, arena_copy_lower(arena, name));
}

static Slice
text_or_none(Slice s)
{
	return s.n > 0 ? s : SLICE_NONE;
}

static Slice
message_id(Arena *arena, Slice value)
{
	Slice		id = decode_header(arena, value);
	size_t		open = slice_find(id, '<', 0);
	size_t		close;

	if (open != SLICE_NPOS)
	{
		close = slice_find(id, '>', open);
		id = slice(id.p + open + 1, (close == SLICE_NPOS ? id.n : close) - open - 1);
	}
	return text_or_none(slice_trim(id));
}

/* "Name <list.example.com>": what stands in the brackets (RFC 2919) */
static Slice
list_id(Arena *arena, Slice value)
{
	return message_id(arena, value);
}

/* The host behind "by " or "from " in a Received line, where it has a domain. */
static Slice
host_behind(Slice value, Slice word)
{
	size_t		at = slice_find_nocase(value, word, 0);
	size_t		end;
	Slice		host;

	if (at == SLICE_NPOS || (at > 0 && !ascii_is_space(value.p[at - 1])))
		return SLICE_NONE;
	end = at += word.n;
	while (end < value.n && !ascii_is_space(value.p[end]) && value.p[end] != ';')
		end++;
	host = slice(value.p + at, end - at);
	return address_is_domain(host) && slice_find(host, '.', 0) != SLICE_NPOS ? host : SLICE_NONE;
}

/*
 * The host that wrote the report: what its oldest Received line was written by
 * or came from; where that has no name, who handed it to the next one.
 */
static Slice
received_host(const Header *header)
{
	bool		oldest = true;

	for (size_t i = header->count; i > 0; i--)
	{
		Slice		value = header->fields[i - 1].value;
		Slice		host = SLICE_NONE;

		if (!slice_equal_nocase(header->fields[i - 1].name, SLICE_LIT("Received")))
			continue;
		value = slice_bound(value, 1024);
		if (oldest)
			host = host_behind(value, SLICE_LIT("by "));
		if (host.n == 0)
			host = host_behind(value, SLICE_LIT("from "));
		if (host.n > 0)
			return host;
		oldest = false;
	}
	return SLICE_NONE;
}

void
record_read_shared(Arena *arena, const Report *report, RecordShared *shared)
{
	const Returned *returned = &report->returned;
	Slice		to = address_clean(arena, mime_field(report->header, SLICE_LIT("To")), true);

	memset(shared, 0, sizeof(*shared));
	shared->addresser = address_clean(arena, returned->from, true);
	if (shared->addresser.n == 0)
		shared->addresser = to;
	if (verp_decode(arena, to, &shared->verp) == VERP_NONE)
		shared->verp = SLICE_NONE;
	shared->message_id = message_id(arena, returned->message_id);
	shared->subject = text_or_none(decode_header(arena, returned->subject));
	shared->list_id = list_id(arena, returned->list_id);
	shared->feedback_id = text_or_none(decode_header(arena, returned->feedback_id));
	shared->lhost = record_host_name(arena, report->reporting_mta.n ? report->reporting_mta : received_host(report->header));
	/* here, for they may be long, and go into many rows */
	shared->addresser = one_line(arena, shared->addresser);
	shared->message_id = one_line(arena, shared->message_id);
	shared->subject = one_line(arena, shared->subject);
	shared->list_id = one_line(arena, shared->list_id);
	shared->feedback_id = one_line(arena, shared->feedback_id);
}

/* Writes a number in digits to the end of 'room', from which they are returned. */
static Slice
digits_of(int64_t number, char *room, size_t size)
{
	size_t		n = size;
	uint64_t	rest = number < 0 ? 0 - (uint64_t) number : (uint64_t) number;

	do
		room[--n] = (char) ('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		room[--n] = '-';
	return slice(room + n, size - n);
}

/* Same addresser, recipient and time: same event, same token.  SHA-1 over the three, separated by bytes that none holds. */
static void
make_token(BounceRow *row)
{
	static const Slice separator = SLICE_LIT("\x1f");
	Sha1		sha1;
	char		room[32];

	row->token[0] = '\0';
	if (row->recipient.n == 0 && row->addresser.n == 0)
		return;
	sha1_init(&sha1);
	sha1_add(&sha1, row->addresser);
	sha1_add(&sha1, separator);
	sha1_add(&sha1, row->recipient);
	sha1_add(&sha1, separator);
	sha1_add(&sha1, digits_of(row->bounced_at.known ? row->bounced_at.epoch : 0, room, sizeof(room)));
	sha1_hex(&sha1, row->token);
	row->token[SHA1_HEX] = '\0';
}

/* Reasons for which an address in the reply is the one that is refused. */
static bool
is_about_sending_host(uint16_t reason)
{
	return reason == REASON_BLOCKED || reason == REASON_BADREPUTATION ||
		reason == REASON_REQUIREPTR || reason == REASON_RATELIMITED || reason == REASON_SPAMDETECTED;
}

static bool
is_hard(const ReasonRow *reason)
{
	return reason->hard_bounce && reason->hard_bounce[0] == 't';
}

static bool
is_temporary(const Verdict *verdict)
{
	return verdict->reply.code / 100 == 4 || (verdict->reply.code == 0 && status_class(verdict->status) == 4);
}

/* What follows from the reason: whether the address is bad for good, and what is to be done. */
static void
fill_outcome(const ReasonRow *reason, const Verdict *verdict, BounceRow *row)
{
	row->reason = reason->reason;
	row->fault = reason->fault;
	row->advice = reason->advice;
	if (row->kind == KIND_DELAY)
	{
		row->hard_bounce = TRUTH_FALSE;
		row->advice = "none";
	}
	else if (row->kind == KIND_FAILURE)
	{
		bool		temporary = is_temporary(verdict);

		row->hard_bounce = is_hard(reason) && !temporary ? TRUTH_TRUE : TRUTH_FALSE;
		if (is_hard(reason) && temporary)
			row->advice = "retry";
	}
}

/* What else the reply holds, where the reason makes it worth looking. */
static void
fill_hints(Arena *arena, uint16_t reason, const Verdict *verdict, BounceRow *row)
{
	if (is_temporary(verdict) || reason == REASON_RATELIMITED || reason == REASON_EXPIRED)
		row->retry_after = hints_retry_after(verdict->reply.words);
	/* a list is named where the sender, or what the mail links to, is refused */
	if (row->fault && (strcmp(row->fault, "sender") == 0 || strcmp(row->fault, "content") == 0))
	{
		const BlocklistRow *lists[BOUNCE_MAX_BLOCKLISTS];

		row->blocklist_count = hints_blocklists(arena, verdict->reply.words, lists, BOUNCE_MAX_BLOCKLISTS);
		for (int i = 0; i < row->blocklist_count; i++)
			row->blocklist[i] = lists[i]->name;
	}
	if (row->blocklist_count > 0 || is_about_sending_host(reason))
		row->listed_ip = hints_ip(verdict->reply.words);
}

/* Everything of a row that the verdict tells. */
static void
fill_verdict(Arena *arena, const Verdict *verdict, Slice diagnostic, BounceRow *row)
{
	fill_outcome(&knowledge_reasons[verdict->reason], verdict, row);
	row->delivery_status = verdict->status ? verdict->status_text : SLICE_NONE;
	row->reply_code = verdict->reply.code;
	row->diagnostic_code = text_or_none(decode_valid_utf8(arena, verdict->reply.words.n ? verdict->reply.words : slice_trim(diagnostic)));
	if (verdict->providers[0] != PROVIDER_NONE)
		row->provider = knowledge_providers[verdict->providers[0]].provider;
	if (verdict->providers[1] != PROVIDER_NONE)
		row->provider = knowledge_providers[verdict->providers[1]].provider;
	row->host_group = verdict->host_group;
	fill_hints(arena, verdict->reason, verdict, row);
}

void
record_apply_own(Arena *arena, const OwnRule *rule, const Verdict *verdict, BounceRow *row)
{
	row->retry_after = -1;
	row->blocklist_count = 0;
	row->listed_ip = SLICE_NONE;
	if (rule->reason_number < REASON_COUNT)
		fill_outcome(&knowledge_reasons[rule->reason_number], verdict, row);
	else
	{
		row->reason = rule->reason;
		row->hard_bounce = TRUTH_FALSE;
		row->fault = NULL;
		row->advice = row->kind == KIND_DELAY ? "none" : "review";
	}
	if (rule->fault)
		row->fault = rule->fault;
	if (rule->hard_bounce != TRUTH_NULL && row->kind != KIND_DELAY)
		row->hard_bounce = rule->hard_bounce;
	if (rule->advice && !(row->kind == KIND_DELAY && strcmp(rule->advice, "remove") == 0))
		row->advice = rule->advice;
	fill_hints(arena, rule->reason_number, verdict, row);
}

static void
fill_complaint(const Report *report, BounceRow *row)
{
	const ReasonRow *reason = &knowledge_reasons[REASON_FEEDBACK];

	row->reason = reason->reason;
	row->fault = reason->fault;
	row->advice = "remove";
	/* RFC 6591: a report on authentication says nothing of the recipient; RFC 6430: not-spam says the contrary */
	if (slice_equal(report->feedback_type, SLICE_LIT("auth-failure")))
		row->advice = "fix_sender";
	else if (slice_equal(report->feedback_type, SLICE_LIT("not-spam")))
		row->advice = "none";
	row->feedback_type = text_or_none(report->feedback_type);
}

static void
fill_row(Arena *arena, const Report *report, const Delivery *delivery, const RecordShared *shared, BounceRow *row)
{
	memset(row, 0, sizeof(*row));
	row->retry_after = -1;
	row->kind = delivery->kind;
	row->recipient = text_or_none(delivery->recipient);
	row->alias = text_or_none(delivery->alias);
	row->verp = verp_beside(shared->verp, delivery->recipient);
	row->addresser = text_or_none(shared->addresser);
	row->sender_domain = text_or_none(address_domain(shared->addresser));
	row->destination = text_or_none(address_domain(delivery->recipient));
	row->lhost = delivery->lhost.n ? record_host_name(arena, delivery->lhost) : shared->lhost;
	row->rhost = record_host_name(arena, delivery->rhost);
	row->bounced_at = delivery->attempted.known ? delivery->attempted : report->date;
	row->sent_at = report->returned.date.known ? report->returned.date : report->arrival;
	row->message_id = shared->message_id;
	row->subject = shared->subject;
	row->list_id = shared->list_id;
	row->feedback_id = shared->feedback_id;
	row->action = action_word(delivery->action, delivery->kind);
	if (report->decoder != DECODER_NONE)
		row->decoded_by = knowledge_decoders[report->decoder].decoder;
	else
		row->decoded_by = report->own_format;
}

/*
 * Where no field and no word names the address that was mailed, the newest
 * Received line of the returned message does ("for <x>"), if the report is
 * about one recipient.
 */
static void
fill_alias(Arena *arena, const Report *report, const RecordShared *shared, BounceRow *row)
{
	Slice		mailed;

	if (row->alias.n > 0 || report_recipient_count(report) != 1 || report->returned.received_for.n == 0)
		return;
	mailed = address_clean(arena, report->returned.received_for, true);
	if (mailed.n > 0 && !slice_equal(mailed, row->recipient) && !slice_equal(mailed, shared->addresser))
		row->alias = mailed;
}

/*
 * An answering program may say that the mailbox is given up.  That is worth a
 * look, no more: whoever wrote it is no mail system.
 */
static void
fill_autoreply(Judge *judge, const Delivery *delivery, BounceRow *row)
{
	Verdict		verdict;

	row->reason = knowledge_reasons[REASON_VACATION].reason;
	row->advice = "none";
	verdict_of(judge, delivery, &verdict);
	if (verdict.phrase && (verdict.judged == REASON_SUSPEND || verdict.judged == REASON_HASMOVED))
	{
		row->reason = knowledge_reasons[verdict.judged].reason;
		row->fault = knowledge_reasons[verdict.judged].fault;
		row->advice = "review";
		if (judge->names_rules)
			row->rule = rule_id(judge->arena, &verdict.rule);
	}
}

static void
fill_judged(Arena *arena, const Delivery *delivery, const Verdict *verdict, BounceRow *row)
{
	fill_verdict(arena, verdict, delivery->diagnostic, row);
	if (delivery->kind != KIND_SUCCESS)
		row->smtp_command = verdict->command;
	row->diagnostic_type = text_or_none(delivery->diagnostic_type);
	if (row->diagnostic_type.n == 0 && verdict->reply.code != 0)
		row->diagnostic_type = SLICE_LIT("smtp");
	if (row->rhost.n == 0)
		row->rhost = record_host_name(arena, verdict->reply.rhost);
}

/* No text of a row has control characters, whatever the mail wrote there.  What rows share has none already. */
static void
put_on_one_line(Arena *arena, BounceRow *row)
{
	Slice	   *texts[] = {
		&row->recipient, &row->destination, &row->alias, &row->verp, &row->delivery_status, &row->diagnostic_type,
		&row->diagnostic_code, &row->rhost, &row->lhost, &row->feedback_type,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = one_line(arena, *texts[i]);
}

void
record_fill(Arena *arena, const Report *report, const Delivery *delivery, const RecordShared *shared, Judge *judge,
			const Verdict *verdict, BounceRow *row)
{
	fill_row(arena, report, delivery, shared, row);
	switch (delivery->kind)
	{
		case KIND_FAILURE:
		case KIND_DELAY:
		case KIND_SUCCESS:
			fill_judged(arena, delivery, verdict, row);
			fill_alias(arena, report, shared, row);
			break;
		case KIND_COMPLAINT:
			fill_complaint(report, row);
			break;
		case KIND_AUTOREPLY:
			fill_autoreply(judge, delivery, row);
			break;
		case KIND_RECEIPT:
		case KIND_CHALLENGE:
			row->advice = "none";
			break;
		case KIND_NONE:
			break;
	}
	put_on_one_line(arena, row);
	make_token(row);
}

void
record_fill_reply(Arena *arena, BounceKind kind, const Delivery *delivery, const Verdict *verdict, BounceRow *row)
{
	memset(row, 0, sizeof(*row));
	row->retry_after = -1;
	row->kind = kind;
	fill_verdict(arena, verdict, delivery->diagnostic, row);
	row->action = action_word(ACTION_NONE, kind);
	row->smtp_command = verdict->command;
	if (verdict->reply.code != 0)
		row->diagnostic_type = SLICE_LIT("smtp");
	row->rhost = delivery->rhost.n ? delivery->rhost : record_host_name(arena, verdict->reply.rhost);
	put_on_one_line(arena, row);
}
