/*
 * read_text.c
 *	  Reports in words alone.
 */
#include "mail/address.h"
#include "report/dsn.h"
#include "report/named.h"
#include "report/returned.h"
#include "report/sns.h"
#include "report/verp.h"
#include "report/reading.h"

/* Adds the comma-separated addresses of a field, each with the words given. */
static void
add_listed(Reading *reading, Slice list, const char *named_by, const TextReport *text, BounceKind kind)
{
	size_t		offset = 0;
	size_t		start;
	Slice		found;

	list = ARENA_BOUNDED(reading->arena, list, FIELD_BYTES);
	while (address_find(list, &offset, &start, &found))
	{
		Slice		address = address_clean(reading->arena, found, true);
		Delivery   *delivery;

		if (address.n == 0)
			continue;
		delivery = report_add(reading->report);
		if (delivery == NULL)
			return;
		delivery->recipient = address;
		delivery->named_by = named_by;
		delivery->named_at = found;
		delivery->kind = kind;
		delivery->words = text->words;
		delivery->command = text->command;
	}
}

static void
know_listed(RecipientIndex *known, Slice list)
{
	size_t		offset = 0;
	size_t		start;
	Slice		found;
	uint32_t	count = 0;

	list = ARENA_BOUNDED(known->arena, list, FIELD_BYTES);
	while (address_find(list, &offset, &start, &found))
	{
		Slice		address = address_clean(known->arena, found, true);

		if (address.n > 0)
			recipients_put(known, address, count++);
	}
}

static void
add_text_recipients(Reading *reading, const TextReport *text, BounceKind kind)
{
	for (size_t i = 0; i < text->count; i++)
	{
		const TextRecipient *recipient = &text->recipients[i];
		Delivery   *delivery;

		if (address_domain(recipient->address).n == 0)
			continue;
		delivery = report_add(reading->report);
		if (delivery == NULL)
			return;
		delivery->kind = recipient->kind == KIND_NONE ? kind : recipient->kind;
		reading_name_by_text(delivery, recipient);
		delivery->alias = recipient->alias;
		if (delivery->alias.n > 0 && dsn_is_program(delivery->recipient))
		{
			delivery->recipient = delivery->alias;
			delivery->alias = SLICE_NONE;
		}
		delivery->words = recipient->words;
		delivery->command = recipient->command;
		delivery->rhost = dsn_name(reading->arena, recipient->rhost);
		/* what is said before he is named concerns him, too, when there is nobody else */
		if (text->count == 1)
			delivery->vendor = text->words;
	}
}

/* What the header says of how the report was meant, where the words leave it open. */
static BounceKind
kind_of_report(const Reading *reading, const TextReport *text)
{
	if (text->delayed || signs_has(&reading->signs, SIGN_DELAY))
		return KIND_DELAY;
	if (signs_has(&reading->signs, SIGN_SUCCESS) || (text->delivered && !signs_has(&reading->signs, SIGN_BOUNCE)))
		return KIND_SUCCESS;
	return KIND_FAILURE;
}

/* Who wrote the text: the program that names itself, else whose words these are. */
static uint16_t
text_decoder(const Reading *reading, const TextReport *text)
{
	if (reading->signs.author != DECODER_NONE)
		return reading->signs.author;
	if (text->decoder != DECODER_NONE)
		return text->decoder;
	return reading->signs.decoder != DECODER_NONE ? reading->signs.decoder : report_decoder("Generic");
}

bool
reading_holds_report(const Reading *reading)
{
	const Message *message = reading->message;
	int			inner = reading_find_part(reading, PART_MESSAGE, reading->root);
	Signs		signs;

	if (inner < 0 || inner + 1 >= message->count || message->parts[inner + 1].parent != inner)
		return false;
	if (slice_equal_nocase(message->parts[inner + 1].content_type, SLICE_LIT("multipart/report")))
		return true;
	signs_read(reading->arena, &message->parts[inner + 1].header, NULL, &signs);
	return signs_has(&signs, SIGN_DAEMON) && (signs_has(&signs, SIGN_BOUNCE) || signs_has(&signs, SIGN_DELAY));
}

/*
 * A gateway that only says that it could not deliver may return what its
 * relay told it, with a header that shows no mail system: the words there
 * count when they speak of the same recipient.
 */
static void
borrow_words(const Reading *reading, Delivery *delivery)
{
	const Message *message = reading->message;
	int			inner = reading_find_part(reading, PART_MESSAGE, reading->root);
	TextReport	returned;
	Slice		text;
	char	   *joined;

	for (inner = inner < 0 ? message->count : inner + 1; inner < message->count; inner++)
	{
		if (message->parts[inner].type == PART_TEXT_PLAIN)
			break;
	}
	if (inner >= message->count)
		return;
	text = reading_part_text(reading, &message->parts[inner], LIMIT_REPLY_BYTES);
	text_read(reading->arena, text, reading_line_end_of(message, text), NULL, &returned);
	if (returned.count != 1 || (!returned.quotes_reply && returned.recipients[0].command == NULL) ||
		!slice_equal(returned.recipients[0].address, delivery->recipient))
		return;
	joined = arena_alloc(reading->arena, delivery->words.n + 1 + returned.recipients[0].words.n);
	if (joined == NULL)
		return;
	if (delivery->words.n > 0)
		memcpy(joined, delivery->words.p, delivery->words.n);
	joined[delivery->words.n] = '\n';
	if (returned.recipients[0].words.n > 0)
		memcpy(joined + delivery->words.n + 1, returned.recipients[0].words.p, returned.recipients[0].words.n);
	delivery->words = slice(joined, delivery->words.n + 1 + returned.recipients[0].words.n);
}

/*
 * Nothing announced recipients, but several addresses are named that may be
 * ones: those that begin a line of their own are, each with its words.
 */
static void
read_again(Reading *reading, Slice text, BounceKind kind, const TextReport *first)
{
	RecipientIndex named = {.arena = reading->arena};
	const Header *header = &reading->message->parts[reading->root].header;
	Slice		home = address_domain(address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true));
	TextReport	again;
	size_t		start;
	Slice		found;

	if (named_addresses(reading->arena, first->words, header, &named) < 2)
		return;
	/* where a sentence names one, those below are others: to ask, or with similar names */
	for (size_t i = 0; address_find(first->words, &i, &start, &found);)
	{
		Slice		address = address_clean(reading->arena, found, true);

		if (recipients_find(&named, address) == RECIPIENT_NONE || slice_equal(address_domain(address), home))
			continue;
		while (start > 0 && first->words.p[start - 1] != '\n' && !ascii_is_alnum(first->words.p[start - 1]) &&
			   (unsigned char) first->words.p[start - 1] < 0x80)
			start--;
		if (start > 0 && first->words.p[start - 1] != '\n')
		{
			size_t		end = slice_find(first->words, '\n', i);

			/* of two in one sentence nobody knows which */
			if (address_find(slice(first->words.p, end == SLICE_NPOS ? first->words.n : end), &i, &start, &found))
				return;
			add_listed(reading, address, "the address that a sentence names first", first, kind);
			return;
		}
		break;
	}
	text_read_about(reading->arena, text, reading_line_end_of(reading->message, text), &named, reading->report->trail, &again);
	add_text_recipients(reading, &again, kind);
}

/*
 * The number-th text, and the attempt to read it.  With 'forget', what the last
 * attempt found is given back, unless it was the last text.
 */
static bool
next_text(const Reading *reading, int number, bool forget, Attempt *attempt, Slice *text)
{
	if (forget && reading->report->trail == NULL)
	{
		Slice		next;

		if (!reading_human_text(reading, number, &next))
			return false;
		reading_forget(reading, attempt);
	}
	reading_try(reading, attempt);
	return reading_human_text(reading, number, text);
}

bool
report_read_text_report(Reading *reading)
{
	Report	   *report = reading->report;
	const Header *header = &reading->message->parts[reading->root].header;
	Slice		listed = mime_field(header, SLICE_LIT("X-Failed-Recipients"));
	TextReport	text_report = {0};
	TextReport	first = {0};
	Slice		text = SLICE_NONE;
	Slice		first_text = SLICE_NONE;
	RecipientIndex known = {.arena = reading->arena};
	Attempt		attempt;
	bool		is_idle = false;	/* what the last attempt found is of no use, if there is another text */
	BounceKind	kind;
	int			i;

	know_listed(&known, listed);
	for (i = 0; i < LIMIT_TEXT_PARTS && next_text(reading, i, is_idle, &attempt, &text); i++)
	{
		char		line_end = reading_line_end_of(reading->message, text);
		size_t		start;

		if (sns_read(report, text))
		{
			reading_note_format(report, rule_engine("sns-notification", "src/report/read_text.c"), text, NULL);
			return true;
		}
		text_read_about(reading->arena, text, line_end, &known, report->trail, &text_report);
		if (reading->root == 0)
		{
			reading->absent |= text_report.absent;
			reading->challenges |= text_report.challenges;
			reading->was_read |= text_report.was_read;
		}
		is_idle = !reading_is_report(reading, &text_report, listed.n > 0);
		if (is_idle)
			continue;
		if (dsn_is_in(text, line_end, &start) &&
			report_read_fields(reading, slice(text.p + start, text.n - start),
						ARENA_BOUNDED(reading->arena, slice(text.p, start), REPLY_BYTES)))
			return true;
		if (report_read_fields_beside(reading))
			return true;
		if (text_report.count > 0 || text_report.speaks || (listed.n > 0 && text_report.quotes_reply))
			break;
		/* where the header names who failed, a text may be silent; but a gateway's warning may stand before the one that speaks */
		if (listed.n > 0 && first_text.p == NULL)
		{
			first = text_report;
			first_text = text;
		}
	}
	reading_note_more_texts(reading, i);
	if (first_text.p != NULL && !reading_text_tells(&text_report))
	{
		text_report = first;
		text = first_text;
	}
	if (!reading_is_report(reading, &text_report, listed.n > 0))
	{
		reading_note_format(report, rule_engine("text", "src/report/read_text.c"), SLICE_NONE, reading_no_report(reading, &text_report, listed.n > 0));
		return false;
	}

	if (!report->returned.present && text_report.returned.n > 0)
		returned_from_text(reading->arena, text_report.returned, reading_line_end_of(reading->message, text), &report->returned);
	kind = kind_of_report(reading, &text_report);
	report->unannounced = !text_report.speaks && !text_report.quotes_reply && listed.n == 0 && text_report.count == 0 &&
		!signs_has(&reading->signs, SIGN_BOUNCE) && !signs_has(&reading->signs, SIGN_DELAY) && reading_is_unannounced(reading, &text_report);
	add_text_recipients(reading, &text_report, kind);
	if (report->count == 0)
		add_listed(reading, listed, "X-Failed-Recipients", &text_report, kind);
	if (report->count == 0 && reading_holds_report(reading))
		return false;
	if (report->count == 0 && signs_has(&reading->signs, SIGN_DAEMON))
		read_again(reading, text, kind, &text_report);
	if (report->count == 0 && (text_report.speaks || text_report.quotes_reply || reading_is_to_verp(reading) || report->unannounced ||
							   signs_has(&reading->signs, SIGN_BOUNCE) || signs_has(&reading->signs, SIGN_DELAY)))
	{
		/* nobody is announced: VERP, then the only address that is named, then the returned message, then a quoted header */
		Slice		to = address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true);
		Slice		named = named_address(reading->arena, text_report.words, header);
		Slice		mailed = report->returned.original_recipient.n ? report->returned.original_recipient :
			report->returned.received_for.n ? report->returned.received_for : report->returned.to;
		Slice		verp;

		if (named.n > 0 && named_for_help(reading->arena, named, header, text_report.words, mailed))
			named = SLICE_NONE;
		if (verp_decode(reading->arena, to, &verp) == VERP_RECIPIENT)
			add_listed(reading, verp, "VERP", &text_report, kind);
		/* what was sent so that nobody answers need not come from a mail system: a parcel could not be delivered, either */
		else if (named.n > 0 && (signs_has(&reading->signs, SIGN_DAEMON) || report->returned.present || text_report.quotes_reply))
			add_listed(reading, named, "the only address that the text names", &text_report, kind);
		else if (report->returned.present)
			add_listed(reading, mailed,
					   report->returned.original_recipient.n ? "original recipient of the returned message" :
					   report->returned.received_for.n ? "Received of the returned message" : "To of the returned message",
					   &text_report, kind);
		else if (!slice_equal(address_clean(reading->arena, text_report.quoted_to, true), to))
			add_listed(reading, text_report.quoted_to, "To of a header in the text", &text_report, kind);
		/* a mail system may hide whom it could not reach */
		if (report->count == 0 && signs_has(&reading->signs, SIGN_DAEMON) && !reading->signs.returned_to_somebody &&
			(text_report.speaks || signs_has(&reading->signs, SIGN_BOUNCE) || signs_has(&reading->signs, SIGN_DELAY)) &&
			(report->returned.present || !named_stranger(reading->arena, text_report.words, header)))
		{
			Delivery   *delivery = report_add(report);

			if (delivery == NULL)
				return false;
			delivery->kind = kind;
			delivery->words = text_report.words;
			delivery->command = text_report.command;
		}
	}
	/* "your mail of last week could not be delivered to you": nobody gets a report on himself from a stranger */
	if (report->count == 1 && !report->returned.present && listed.n == 0 &&
		slice_equal(report->deliveries[0].recipient, address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true)) &&
		(reading->signs.returned_to_somebody || (!text_report.quotes_reply && named_stranger(reading->arena, text, header))))
	{
		reading_note_format(report, rule_engine("text", "src/report/read_text.c"), text, "it reports on the address that it was sent to");
		report->count = 0;
	}
	if (report->count == 0)
		return false;
	if (report->count == 1 && !text_report.quotes_reply && reading->message->parts[reading->root].type == PART_MULTIPART)
		borrow_words(reading, &report->deliveries[0]);
	report->words_read = true;
	report->decoder = text_decoder(reading, &text_report);
	reading_note_format(report, rule_engine("text", "src/report/read_text.c"), text, NULL);
	if (report->reporting_mta.n == 0)
		report->reporting_mta = dsn_name(reading->arena, text_report.lhost);
	return true;
}
