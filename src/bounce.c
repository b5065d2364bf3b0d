/*
 * bounce.c
 *	  The library's one door: bytes of a mail in, rows out.
 *
 * Puts the rooms together: src/mail finds the structure, src/report what the
 * mail says, src/classify why; here the record is filled.
 */

#include "bounce.h"
#include "bounce_read.h"
#include "classify/hints.h"
#include "classify/provider.h"
#include "mail/address.h"
#include "mail/limits.h"
#include "mail/mbox.h"
#include "match/sha1.h"
#include "report/markers.h"
#include "report/verp.h"

/* What all rows of one report share. */
typedef struct Shared
{
	Slice		addresser;
	Slice		verp;
	Slice		message_id;
	Slice		subject;
	Slice		list_id;
	Slice		feedback_id;
	Slice		lhost;
} Shared;

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

/* Lower case, valid UTF-8; SLICE_NONE for what is empty. */
static Slice
host_name(Arena *arena, Slice name)
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
		if (value.n > 1024)
			value.n = 1024;
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

static void
read_shared(Arena *arena, const Report *report, Shared *shared)
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
	shared->lhost = host_name(arena, report->reporting_mta.n ? report->reporting_mta : received_host(report->header));
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

/* Everything of a row that the verdict tells. */
static void
fill_verdict(Arena *arena, const Verdict *verdict, BounceKind kind, Slice diagnostic, BounceRow *row)
{
	const ReasonRow *reason = &knowledge_reasons[verdict->reason];
	bool		temporary = verdict->reply.code / 100 == 4 ||
		(verdict->reply.code == 0 && status_class(verdict->status) == 4);

	row->reason = reason->reason;
	row->fault = reason->fault;
	row->advice = reason->advice;
	if (kind == KIND_DELAY)
	{
		row->hard_bounce = TRUTH_FALSE;
		row->advice = "none";
	}
	else if (kind == KIND_FAILURE)
	{
		row->hard_bounce = reason->hard_bounce && reason->hard_bounce[0] == 't' && !temporary ? TRUTH_TRUE : TRUTH_FALSE;
		if (reason->hard_bounce && reason->hard_bounce[0] == 't' && temporary)
			row->advice = "retry";
	}
	row->delivery_status = verdict->status ? verdict->status_text : SLICE_NONE;
	row->reply_code = verdict->reply.code;
	row->diagnostic_code = text_or_none(decode_valid_utf8(arena, verdict->reply.words.n ? verdict->reply.words : diagnostic));
	if (verdict->providers[0] != PROVIDER_NONE)
		row->provider = knowledge_providers[verdict->providers[0]].provider;
	if (verdict->providers[1] != PROVIDER_NONE)
		row->provider = knowledge_providers[verdict->providers[1]].provider;
	row->host_group = verdict->host_group;
	if (temporary || verdict->reason == REASON_RATELIMITED || verdict->reason == REASON_EXPIRED)
		row->retry_after = hints_retry_after(verdict->reply.words);
	/* a list is named where the sender, or what the mail links to, is refused */
	if (reason->fault && (strcmp(reason->fault, "sender") == 0 || strcmp(reason->fault, "content") == 0))
	{
		const BlocklistRow *lists[BOUNCE_MAX_BLOCKLISTS];

		row->blocklist_count = hints_blocklists(arena, verdict->reply.words, lists, BOUNCE_MAX_BLOCKLISTS);
		for (int i = 0; i < row->blocklist_count; i++)
			row->blocklist[i] = lists[i]->name;
	}
	if (row->blocklist_count > 0 || is_about_sending_host(verdict->reason))
		row->listed_ip = hints_ip(verdict->reply.words);
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
fill_row(Arena *arena, const Report *report, const Delivery *delivery, const Shared *shared, BounceRow *row)
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
	row->lhost = delivery->lhost.n ? host_name(arena, delivery->lhost) : shared->lhost;
	row->rhost = host_name(arena, delivery->rhost);
	row->bounced_at = delivery->attempted.known ? delivery->attempted : report->date;
	row->sent_at = report->returned.date.known ? report->returned.date : report->arrival;
	row->message_id = shared->message_id;
	row->subject = shared->subject;
	row->list_id = shared->list_id;
	row->feedback_id = shared->feedback_id;
	row->action = action_word(delivery->action, delivery->kind);
	if (report->decoder != DECODER_NONE)
		row->decoded_by = knowledge_decoders[report->decoder].decoder;
	make_token(row);
}

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

	return report->trail == NULL && report->words_read && delivery->kind != KIND_SUCCESS &&
		verdict_is_shared(delivery, delivery - 1, verdict);
}

/*
 * Where no field and no word names the address that was mailed, the newest
 * Received line of the returned message does ("for <x>"), if the report is
 * about one recipient.
 */
static void
fill_alias(Arena *arena, const Report *report, const Shared *shared, BounceRow *row)
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
	}
}

static void
fill_judged(Arena *arena, const Delivery *delivery, const Verdict *verdict, BounceRow *row)
{
	fill_verdict(arena, verdict, delivery->kind, delivery->diagnostic, row);
	if (delivery->kind != KIND_SUCCESS)
		row->smtp_command = verdict->command;
	row->diagnostic_type = text_or_none(delivery->diagnostic_type);
	if (row->diagnostic_type.n == 0 && verdict->reply.code != 0)
		row->diagnostic_type = SLICE_LIT("smtp");
	if (row->rhost.n == 0)
		row->rhost = host_name(arena, verdict->reply.rhost);
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
	bool		all_kinds;
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
typedef struct Bench
{
	Arena	   *message;
	Arena		own;
	size_t		used;			/* how often */
	bool		clears;
} Bench;

#define USES_WITH_MESSAGE 8
#define CLEAR_BYTES 32768

static void
bench_init(Bench *bench, Arena *message, bool clears)
{
	bench->message = message;
	arena_init_beside(&bench->own, message);
	bench->used = 0;
	bench->clears = clears;
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
bench_next(Bench *bench)
{
	if (!bench->clears || bench->used++ < USES_WITH_MESSAGE)
		return bench->message;
	if (bench->own.held > CLEAR_BYTES)
		give_back(&bench->own, bench->message);
	return &bench->own;
}

/* Fills the row of a delivery. */
static void
make_row(Arena *arena, const Report *report, const Delivery *delivery, const Shared *shared, Judge *judge,
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
}

/* The rows of the deliveries that the report holds now. */
static void
make_rows(Rows *rows, Report *report, const Shared *shared, Judge *judge, Bench *verdicts, Bench *made)
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

		if ((i & 0x3f) == 0x3f)
			arena_interrupt(rows->arena);
		if (!is_wanted(kind, rows->all_kinds))
			continue;
		if (rows->trail)
			rows->trail->delivery = i;
		delivery->reporter = report->reporting_mta;
		delivery->sender = shared->addresser;
		if (is_judged)
		{
			bool		is_next = judged == i;

			judged = i + 1;
			if (!is_next || !shares_verdict(report, i, &verdict))
			{
				judge->arena = bench_next(verdicts);
				judge_delivery(judge, report, i, &verdict);
			}
			if (report->unannounced && (verdict.reason == REASON_UNDEFINED || verdict.reason == REASON_ONHOLD))
				continue;
		}
		make_row(bench_next(made), report, delivery, shared, judge, &verdict, row);
		rows->result.count++;
		if (rows->told)
			rows->told->row(rows->told->context, i, is_judged ? &verdict : NULL, row);
		if (rows->take)
			rows->take(rows->context, row);
	}
}

/* Reads one message; what it needs beside the rows goes into 'arena'. */
static void
read_one(Arena *arena, Slice raw, Rows *rows)
{
	Message		message;
	Report		report;
	Shared		shared;
	Judge		judge;
	Bench		verdicts;
	Bench		made;
	Arena		others;			/* holds what the later recipients of a very long report consist of */

	mime_scan(arena, raw, &message);
	report_read(arena, &message, rows->trail, &report);
	if (rows->told)
		rows->told->report(rows->told->context, &report);
	if (report.count == 0)
		return;
	/* the text may quote the header that no part holds */
	if (!report.returned.present)
		report_read_words(&report);
	read_shared(arena, &report, &shared);
	judge_init(&judge, arena, rows->trail);
	bench_init(&verdicts, arena, rows->take != NULL);
	bench_init(&made, arena, rows->take != NULL);
	arena_init_beside(&others, arena);
	do
	{
		if (!reserve(rows, report.count))
			break;
		make_rows(rows, &report, &shared, &judge, &verdicts, &made);
		give_back(&others, arena);
	} while (report_read_more(&report, rows->take ? &others : arena));
	give_back(&others, arena);
	give_back(&verdicts.own, arena);
	give_back(&made.own, arena);
}

/* Reads all messages of the value. */
static void
read_all(Slice raw, Rows *rows)
{
	Arena		scratch;
	Slice		message;
	size_t		offset = 0;

	arena_init_beside(&scratch, rows->arena);
	for (bool first = true; mbox_next(raw, &offset, &message); first = false)
	{
		if (rows->trail)
			rows->trail->delivery = TRAIL_MESSAGE;
		read_one(first || !rows->take ? rows->arena : &scratch, message, rows);
		give_back(&scratch, rows->arena);
	}
}

BounceResult
bounce_read(Arena *arena, Slice raw, bool all_kinds, Trail *trail, const BounceListener *told)
{
	Rows		rows = {.arena = arena, .all_kinds = all_kinds, .trail = trail, .told = told};

	read_all(raw, &rows);
	return rows.result;
}

void
bounce_read_each(Arena *arena, Slice raw, bool all_kinds,
				 void (*take) (void *context, const BounceRow *row), void *context)
{
	Rows		rows = {.arena = arena, .all_kinds = all_kinds, .take = take, .context = context};

	read_all(raw, &rows);
}

BounceResult
bounce_read_message(Arena *arena, Slice raw, bool all_kinds)
{
	return bounce_read(arena, raw, all_kinds, NULL, NULL);
}

/*
 * Judges a bare reply; what bounce_read_reply() and bounce_explain_reply()
 * share.  'delivery' and 'verdict' are filled.
 */
void
bounce_judge_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, Trail *trail,
				   Delivery *delivery, Verdict *verdict, BounceRow *row)
{
	static const Slice verbs[] = {
		SLICE_LIT("CONN"), SLICE_LIT("EHLO"), SLICE_LIT("HELO"), SLICE_LIT("LHLO"), SLICE_LIT("STARTTLS"),
		SLICE_LIT("AUTH"), SLICE_LIT("MAIL"), SLICE_LIT("RCPT"), SLICE_LIT("DATA"), SLICE_LIT("QUIT"),
	};
	Judge		judge;

	memset(delivery, 0, sizeof(*delivery));
	delivery->kind = KIND_FAILURE;
	memset(row, 0, sizeof(*row));
	row->retry_after = -1;
	delivery->diagnostic = decode_valid_utf8(arena, slice(reply.p, reply.n < LIMIT_REPLY_BYTES ? reply.n : LIMIT_REPLY_BYTES));
	trail_source(trail, delivery->diagnostic, reply);
	/* what the caller hands in is a reply */
	delivery->diagnostic_type = SLICE_LIT("smtp");
	delivery->rhost = host_name(arena, slice_trim(rhost));
	smtp_command = slice_trim(smtp_command);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
	{
		if (slice_starts_nocase(smtp_command, verbs[i]))
			delivery->command = verbs[i].p;
	}
	judge_init(&judge, arena, trail);
	verdict_of(&judge, delivery, verdict);
	row->kind = KIND_FAILURE;
	if (verdict->reply.code / 100 == 2 || (verdict->reply.code == 0 && status_class(verdict->status) == 2))
	{
		row->kind = KIND_SUCCESS;
		verdict_is_success(verdict);
	}
	fill_verdict(arena, verdict, row->kind, delivery->diagnostic, row);
	row->action = action_word(ACTION_NONE, row->kind);
	row->smtp_command = verdict->command;
	if (verdict->reply.code != 0)
		row->diagnostic_type = SLICE_LIT("smtp");
	row->rhost = delivery->rhost.n ? delivery->rhost : host_name(arena, verdict->reply.rhost);
}

void
bounce_read_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, BounceRow *row)
{
	Delivery	delivery;
	Verdict		verdict;

	bounce_judge_reply(arena, reply, rhost, smtp_command, NULL, &delivery, &verdict, row);
}
