/*
 * read.c
 *	  Which reader a message gets: by what it is, strongest evidence first.
 *
 *	  1. message/feedback-report           a complaint
 *	  2. message/delivery-status           a delivery report, whatever holds it
 *	  3. message/disposition-notification  a receipt, or a Sieve rejection
 *	  4. a notification of Amazon SNS
 *	  5. DSN fields or plain words in the text of a mail system
 *	  6. an automatic reply or a challenge
 *
 * A mail system's message that says nothing itself but carries a report is
 * opened, so that a gateway's wrapping does not hide the verdict; a person's
 * is not.
 */
#include "mail/address.h"
#include "report/dsn.h"
#include "report/feedback.h"
#include "report/html.h"
#include "report/lines.h"
#include "report/markers.h"
#include "report/named.h"
#include "report/recipients.h"
#include "report/report.h"
#include "report/returned.h"
#include "report/signs.h"
#include "report/sns.h"
#include "report/text.h"
#include "report/verp.h"

#define MAX_WRAPPINGS 4			/* reports inside reports that are opened */
#define MAX_TEXT_PARTS 4		/* text parts of one report that are tried */

typedef struct Reading
{
	Arena	   *arena;
	const Message *message;
	Report	   *report;
	Signs		signs;
	int			root;

	/* by the words of the message itself, where it is no report */
	bool		absent;
	bool		challenges;
	bool		was_read;
} Reading;

static char
line_end_of(const Message *message, Slice text)
{
	/* decoded text may have other line ends than the message */
	if (message->line_end == '\r' && text.n > 0 && memchr(text.p, '\n', text.n) != NULL)
		return '\n';
	return message->line_end;
}

/* The message that a part belongs to: 0, or the nearest part right below a PART_MESSAGE. */
static int
message_root(const Message *message, int part)
{
	while (message->parts[part].parent >= 0 &&
		   message->parts[message->parts[part].parent].type != PART_MESSAGE)
		part = message->parts[part].parent;
	return part;
}

static bool
is_here(const Reading *reading, int part)
{
	return message_root(reading->message, part) == reading->root;
}

/* First part of the type at or behind 'from' in this message, -1 for none. */
static int
find_part(const Reading *reading, PartType type, int from)
{
	for (int i = from; i < reading->message->count; i++)
	{
		if (reading->message->parts[i].type == type && is_here(reading, i))
			return i;
	}
	return -1;
}

static Slice
part_text(const Reading *reading, const Part *part, size_t limit)
{
	Slice		text = decode_text(reading->arena, part->body, part->encoding, part->charset, limit);

	trail_source(reading->report->trail, text, part->body);
	if (part->body.n > limit)
		trail_bound(reading->report->trail, "bytes of a text", part->body);
	return text;
}

/* The first line of the text that is not blank, trimmed. */
static Slice
first_line(Slice text, char line_end)
{
	size_t		offset = 0;
	Slice		line;

	while (mime_next_line(text, line_end, &offset, &line))
	{
		if (slice_trim(line).n > 0)
			return slice_trim(line);
	}
	return SLICE_NONE;
}

/* A part that may hold text which a gateway took out of its place. */
static bool
is_loose_text(const Part *part)
{
	return part->type == PART_TEXT_PLAIN || slice_starts_nocase(part->content_type, SLICE_LIT("application/octet-stream"));
}

#define PEEK_BYTES 4096			/* of an encoded part that tell what it holds */

/* Does the part's text begin with the header of a message? */
static bool
holds_header(const Reading *reading, const Part *part)
{
	Slice		text = part->body;
	char		line_end;

	if (part->encoding != TRANSFER_IDENTITY)
		text = part_text(reading, part, PEEK_BYTES);
	line_end = line_end_of(reading->message, text);
	return lines_begin_returned(first_line(text, line_end)) || lines_begin_header(text, line_end);
}

/*
 * Some declare the returned message as text, or not at all, so that its header
 * became the part's.
 */
static void
read_undeclared_returned(const Reading *reading)
{
	const Message *message = reading->message;
	Returned   *returned = &reading->report->returned;

	for (int i = reading->root + 1; i < message->count && !returned->present; i++)
	{
		const Part *part = &message->parts[i];
		Slice		text = part->body;

		if (!is_here(reading, i) || !is_loose_text(part))
			continue;
		if (mime_field(&part->header, SLICE_LIT("Received")).p != NULL)
		{
			returned_from_header(reading->arena, &part->header, returned);
			continue;
		}
		if (!holds_header(reading, part))
			continue;
		if (part->encoding != TRANSFER_IDENTITY)
			text = part_text(reading, part, LIMIT_DECODE_BYTES);
		returned_from_text(reading->arena, text, line_end_of(message, text), returned);
	}
}

/* The header of the returned message, from the part that holds it. */
static void
read_returned(const Reading *reading)
{
	const Message *message = reading->message;
	Report	   *report = reading->report;

	for (int i = 0; i < message->count && !report->returned.present; i++)
	{
		const Part *part = &message->parts[i];

		if (!is_here(reading, i) || i == reading->root)
			continue;
		if (part->type == PART_MESSAGE && i + 1 < message->count && message->parts[i + 1].parent == i)
			returned_from_header(reading->arena, &message->parts[i + 1].header, &report->returned);
		else if (part->type == PART_MESSAGE || part->type == PART_HEADERS)
		{
			Slice		text = part_text(reading, part, LIMIT_DECODE_BYTES);

			returned_from_text(reading->arena, text, line_end_of(message, text), &report->returned);
		}
	}
	if (!report->returned.present)
		read_undeclared_returned(reading);
}

/* A text part that somebody attached is no report text. */
static bool
is_attachment(const Part *part)
{
	return slice_starts_nocase(mime_field(&part->header, SLICE_LIT("Content-Disposition")), SLICE_LIT("attachment"));
}

/* The number-th human text of this message, decoded; false when there is none. */
static bool
human_text(const Reading *reading, int number, Slice *text)
{
	const Message *message = reading->message;
	bool		has_plain = false;

	for (int i = reading->root; i < message->count; i++)
	{
		const Part *part = &message->parts[i];
		bool		broken_multipart = part->type == PART_MULTIPART &&
			(i + 1 >= message->count || message->parts[i + 1].parent != i);

		if (!is_here(reading, i))
			continue;
		/* what follows the returned message is its attachment or a footer */
		if (part->type == PART_MESSAGE || part->type == PART_HEADERS)
			break;
		if (part->type == PART_TEXT_PLAIN || broken_multipart ||
			(i == reading->root && part->type == PART_OTHER &&
			 slice_starts_nocase(part->content_type, SLICE_LIT("multipart/"))))
		{
			if (is_attachment(part) || (i != reading->root && holds_header(reading, part)))
				continue;
			has_plain = true;
			if (number-- == 0)
			{
				*text = part_text(reading, part, LIMIT_DECODE_BYTES);
				return true;
			}
		}
	}
	if (number != 0)
		return false;
	for (int i = reading->root; i < message->count; i++)
	{
		const Part *part = &message->parts[i];

		if (is_here(reading, i) && part->type == PART_TEXT_HTML && !is_attachment(part))
		{
			/* what stands beside a plain text says the same, or is the report behind a gateway's warning */
			if (has_plain && part->parent >= 0 &&
				slice_starts_nocase(message->parts[part->parent].content_type, SLICE_LIT("multipart/alternative")))
				continue;
			*text = html_to_text(reading->arena, part_text(reading, part, LIMIT_DECODE_BYTES));
			trail_source(reading->report->trail, *text, part->body);
			return true;
		}
	}
	return false;
}

/* ------------------------------------------------------------------------
 * Delivery reports
 * ------------------------------------------------------------------------ */

/* The format that the report's decoder stands for, and the rule of code that chose it; 'lost': why it did not do. */
static void
note_format(const Report *report, const char *rule, Slice evidence, const char *lost)
{
	const char *name = report->decoder == DECODER_NONE ? "none" : knowledge_decoders[report->decoder].decoder;

	trail_note(report->trail, "format", slice(name, strlen(name)), lost == NULL,
			   rule_engine(rule, "src/report/read.c"), evidence, lost);
}

static bool
read_delivery_status(Reading *reading)
{
	Report	   *report = reading->report;
	int			i = find_part(reading, PART_DELIVERY_STATUS, reading->root);
	const Part *first;

	if (i < 0)
		return false;
	first = &reading->message->parts[i];
	for (; i >= 0; i = find_part(reading, PART_DELIVERY_STATUS, i + 1))
	{
		const Part *part = &reading->message->parts[i];
		Slice		text = part->body;

		/* recipients are bounded, bytes are not: what is not encoded is read as it lies */
		if (part->encoding != TRANSFER_IDENTITY || part->charset.n > 0 || !decode_is_utf8(text))
			text = part_text(reading, part, LIMIT_DECODE_BYTES);

		/* without a blank line the fields of the report became the part's header */
		if (mime_field(&part->header, SLICE_LIT("Final-Recipient")).p != NULL)
			text = slice_between(part->header.bytes.p, part->body.p + part->body.n);
		dsn_read(report, text, line_end_of(reading->message, text));
		/* a wrong delimiter leaves the returned header in this part */
		if (!report->returned.present)
			returned_from_text(reading->arena, text, line_end_of(reading->message, text), &report->returned);
	}
	report_complete_recipients(report, 0);
	report->decoder = report_decoder("RFC3464");
	note_format(report, "delivery-status-part", first->content_type, report->count > 0 ? NULL : "the part names no recipient");
	return report->count > 0;
}

static void
name_by_text(Delivery *delivery, const TextRecipient *recipient)
{
	delivery->recipient = recipient->address;
	delivery->named_by = "text";
	delivery->named_at = recipient->named_at;
}

/* Does the text say anything of a delivery? */
static bool
tells(const TextReport *text)
{
	return text->count > 0 || text->speaks || text->quotes_reply;
}

/*
 * Reads the text that goes with the fields of a report: the first that tells
 * of a delivery, for a gateway's warning may stand before it, else the first.
 */
static bool
read_telling_text(const Reading *reading, const RecipientIndex *known, Slice *text, TextReport *text_report)
{
	TextReport	first = {0};
	Slice		first_text = SLICE_NONE;
	bool		any = false;

	for (int i = 0; i < MAX_TEXT_PARTS && human_text(reading, i, text); i++)
	{
		char		line_end = line_end_of(reading->message, *text);
		size_t		fields;

		/* the fields may stand in the text itself, but are no words of it */
		if (dsn_is_in(*text, line_end, &fields))
		{
			if (fields > 0)
				text->n = fields;
			else if (any)
				continue;
		}
		text_read_about(reading->arena, *text, line_end, known, reading->report->trail, text_report);
		if (tells(text_report))
			return true;
		if (!any)
		{
			first = *text_report;
			first_text = *text;
			any = true;
		}
	}
	*text_report = first;
	*text = first_text;
	return any;
}

/* Sendmail's Diagnostic-Code holds the first line of a reply only, its transcript the others, too. */
static Slice
whole_reply(Slice first, Slice words)
{
	size_t		at;
	size_t		end;

	if (first.n < 8 || first.p[3] != '-' || !ascii_is_digit(first.p[0]))
		return SLICE_NONE;
	at = slice_find_nocase(words, first, 0);
	if (at == SLICE_NPOS)
		return SLICE_NONE;
	for (end = at + first.n; end + 5 < words.n && words.p[end] == '\n' && memcmp(words.p + end + 1, first.p, 3) == 0 &&
		 (words.p[end + 4] == '-' || words.p[end + 4] == ' ');)
	{
		bool		more = words.p[end + 4] == '-';

		for (end++; end < words.n && words.p[end] != '\n';)
			end++;
		if (!more)
			break;
	}
	return end > at + first.n ? slice(words.p + at, end - at) : SLICE_NONE;
}

static void
read_words(Report *report)
{
	Reading		reading = {.arena = report->arena, .message = report->message, .report = report, .root = report->root};
	RecipientIndex index = {.arena = report->arena};
	RecipientIndex known = {.arena = report->arena};
	TextReport	text_report;
	Slice		text;

	for (size_t i = 0; i < report->count; i++)
	{
		if (report->deliveries[i].recipient.n > 0)
			recipients_put(&known, report->deliveries[i].recipient, (uint32_t) i);
	}
	if (!read_telling_text(&reading, &known, &text, &text_report))
		return;
	if (!report->returned.present && text_report.returned.n > 0)
		returned_from_text(report->arena, text_report.returned, line_end_of(report->message, text), &report->returned);
	for (size_t i = 0; i < text_report.count; i++)
		recipients_put(&index, text_report.recipients[i].address, (uint32_t) i);
	/* several may have come from one alias: the first stands for it, unless it failed itself */
	for (size_t i = 0; i < text_report.count; i++)
	{
		if (text_report.recipients[i].alias.n > 0 &&
			recipients_find(&index, text_report.recipients[i].alias) == RECIPIENT_NONE)
			recipients_put(&index, text_report.recipients[i].alias, (uint32_t) i);
	}
	for (size_t i = 0; i < report->count; i++)
	{
		Delivery   *delivery = &report->deliveries[i];
		uint32_t	found = delivery->actual.n > 0 ? recipients_find(&index, delivery->actual) : RECIPIENT_NONE;
		const TextRecipient *recipient;

		if (found == RECIPIENT_NONE)
			found = recipients_find(&index, delivery->recipient);
		if (found == RECIPIENT_NONE && delivery->alias.n > 0)
			found = recipients_find(&index, delivery->alias);
		if (found == RECIPIENT_NONE)
		{
			/* a text about one recipient speaks of him, even if it names him otherwise */
			if (report->count == 1)
			{
				delivery->words = text_report.count == 1 ? text_report.recipients[0].words : text_report.words;
				if (delivery->recipient.n == 0 && text_report.count == 1)
					name_by_text(delivery, &text_report.recipients[0]);
				if (delivery->command == NULL && text_report.count == 1)
					delivery->command = text_report.recipients[0].command;
				if (delivery->command == NULL)
					delivery->command = text_report.command;
			}
			continue;
		}
		recipient = &text_report.recipients[found];
		delivery->words = recipient->words;
		if (whole_reply(delivery->diagnostic, recipient->words).n > 0)
			delivery->diagnostic = whole_reply(delivery->diagnostic, recipient->words);
		/* Exim's fields name what was mailed, its text the address that it led to */
		if (slice_equal(recipient->alias, delivery->recipient) && address_domain(recipient->address).n > 0)
		{
			delivery->alias = delivery->recipient;
			name_by_text(delivery, recipient);
		}
		if (delivery->command == NULL)
			delivery->command = recipient->command;
		if (delivery->rhost.n == 0)
			delivery->rhost = recipient->rhost;
		if (delivery->alias.n == 0 && recipient->alias.n > 0 &&
			!slice_equal(recipient->alias, delivery->recipient))
			delivery->alias = recipient->alias;
	}
}

void
report_read_words(Report *report)
{
	if (report->words_read)
		return;
	report->words_read = true;
	if (report->decoder != report_decoder("RFC3464"))
		return;
	read_words(report);
	report_name_hidden(report);
}

bool
report_is_by_gateway(const Report *report)
{
	Signs		signs;

	if (report->decoder != DECODER_NONE && knowledge_decoders[report->decoder].is_gateway)
		return true;
	signs_read(report->arena, report->header, NULL, &signs);
	return (signs.author != DECODER_NONE && knowledge_decoders[signs.author].is_gateway) ||
		(signs.decoder != DECODER_NONE && knowledge_decoders[signs.decoder].is_gateway);
}

/* ------------------------------------------------------------------------
 * Free text
 * ------------------------------------------------------------------------ */

/* Adds the comma-separated addresses of a field, each with the words given. */
static void
add_listed(Reading *reading, Slice list, const char *named_by, const TextReport *text, BounceKind kind)
{
	size_t		offset = 0;
	size_t		start;
	Slice		found;

	if (list.n > LIMIT_FIELD_BYTES)
		list.n = LIMIT_FIELD_BYTES;
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

	if (list.n > LIMIT_FIELD_BYTES)
		list.n = LIMIT_FIELD_BYTES;
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
		name_by_text(delivery, recipient);
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
	if (text->delayed || (signs_has(&reading->signs, SIGN_DELAY) && !signs_has(&reading->signs, SIGN_BOUNCE)))
		return KIND_DELAY;
	if (signs_has(&reading->signs, SIGN_DELAY))
		return KIND_DELAY;
	if (signs_has(&reading->signs, SIGN_SUCCESS) || (text->delivered && !signs_has(&reading->signs, SIGN_BOUNCE)))
		return KIND_SUCCESS;
	return KIND_FAILURE;
}

/* Was it sent to an address that was made to get bounces of one recipient? */
static bool
is_to_verp(const Reading *reading)
{
	const Header *header = &reading->message->parts[reading->root].header;
	Slice		hidden;

	return verp_decode(reading->arena, address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true), &hidden) == VERP_RECIPIENT;
}

/*
 * Does a mail system send its addressee's own message back, so that nobody
 * answers?  It did not get on, then, in whatever language the words say it, if
 * they give a reason.
 */
static bool
returns_own_message(const Reading *reading, const TextReport *text)
{
	const Report *report = reading->report;
	Slice		home = address_domain(address_clean(reading->arena, mime_field(report->header, SLICE_LIT("To")), true));
	Slice		author = report->returned.from;

	if (!signs_has(&reading->signs, SIGN_DAEMON) || !reading->signs.returned_to_nobody || text->absent || text->was_read)
		return false;
	if (!report->returned.present && text->returned.n > 0)
	{
		Returned	returned = {0};

		returned_from_text(reading->arena, text->returned, line_end_of(reading->message, text->returned), &returned);
		author = returned.from;
	}
	return home.n > 0 && slice_equal_nocase(address_domain(address_clean(reading->arena, author, true)), home);
}

/*
 * Does a mail system name one address of its own domain to somebody of
 * another, so that nobody answers?  That is how one speaks of a recipient, if
 * the words give a reason.
 */
static bool
names_neighbour(const Reading *reading, const TextReport *text)
{
	const Header *header = reading->report->header;
	Slice		home = address_domain(address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true));
	Slice		house = address_domain(address_clean(reading->arena, mime_field(header, SLICE_LIT("From")), true));
	Slice		named;

	if (!signs_has(&reading->signs, SIGN_DAEMON) || !reading->signs.returned_to_nobody || text->absent || text->was_read ||
		signs_has(&reading->signs, SIGN_AUTOREPLY) || mime_field(header, SLICE_LIT("In-Reply-To")).n > 0)
		return false;
	named = named_address(reading->arena, text->words, header);
	return named.n > 0 && named_is_same_house(address_domain(named), house) && !named_is_same_house(address_domain(named), home);
}

/* Nothing announces a report, but all else speaks for one. */
static bool
is_unannounced(const Reading *reading, const TextReport *text)
{
	return !signs_has(&reading->signs, SIGN_LIST) && (returns_own_message(reading, text) || names_neighbour(reading, text));
}

/* Did a mail system write this, and does it report?  NULL, or why not. */
static const char *
no_report(const Reading *reading, const TextReport *text, bool listed)
{
	const Report *report = reading->report;
	bool		daemon = signs_has(&reading->signs, SIGN_DAEMON);
	bool		subject = signs_has(&reading->signs, SIGN_BOUNCE) || signs_has(&reading->signs, SIGN_DELAY) ||
		signs_has(&reading->signs, SIGN_SUCCESS);

	if (listed)
		return NULL;
	/* a mail system's name alone ("Postmaster's Digest") does not outweigh it */
	if (signs_has(&reading->signs, SIGN_LIST) &&
		!(daemon && !reading->signs.returned_to_somebody && (subject || reading->signs.returned_to_nobody)))
		return "a list or a bulk mailer sent it, not a mail system";
	if (signs_has(&reading->signs, SIGN_CHALLENGE) ||
		(text->challenges && !text->quotes_reply && (!daemon || text->count == 0)))
		return "it is a challenge";
	if (signs_has(&reading->signs, SIGN_RECEIPT))
		return "it is a receipt";
	if (signs_has(&reading->signs, SIGN_AUTOREPLY) && !daemon && !subject)
		return "it is an automatic reply";
	if (text->absent && !subject && !text->quotes_reply && (!daemon || (text->count == 0 && !text->speaks)))
		return "it is a notice of absence";
	if (signs_has(&reading->signs, SIGN_PASSED) &&
		(!daemon || (reading->signs.returned_to_somebody && !text->quotes_reply)))
		return "somebody answers or passes it on";
	if (signs_has(&reading->signs, SIGN_DIGEST))
		return "it sums up what a gateway holds, or a log";
	/* a postmaster who writes himself may quote a reply or what he saw in his log */
	if (daemon && !subject && mime_field(report->header, SLICE_LIT("In-Reply-To")).n > 0 &&
		mime_field(report->header, SLICE_LIT("Return-Path")).n > 2)
		return "somebody answers";
	if (daemon && reading->signs.returned_to_nobody && is_to_verp(reading))
		return NULL;
	if (daemon)
		return subject || text->speaks ||
			((text->quotes_reply || text->count > 0) && !reading->signs.returned_to_somebody) ||
			is_unannounced(reading, text) ? NULL : "a mail system wrote it, but it reports no failure";
	/* much that no mail system wrote is sent so that nobody answers */
	if (reading->signs.returned_to_nobody)
		return subject || text->speaks ? NULL : "nothing in it reports a failure";
	return subject && text->speaks && text->count > 0 &&
		((text->quotes_reply && !reading->signs.returned_to_somebody) || text->returned.n > 0 || report->returned.present ||
		 mime_field(report->header, SLICE_LIT("Auto-Submitted")).n > 2 ||
		 /* FML, whose refusals come from the list's owner */
		 mime_field(report->header, SLICE_LIT("X-MLServer")).n > 0) ? NULL : "nothing shows that a mail system wrote it";
}

static bool
is_report(const Reading *reading, const TextReport *text, bool listed)
{
	return no_report(reading, text, listed) == NULL;
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

/* Is the message that this one carries a report itself? */
static bool
holds_report(const Reading *reading)
{
	const Message *message = reading->message;
	int			inner = find_part(reading, PART_MESSAGE, reading->root);
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
	int			inner = find_part(reading, PART_MESSAGE, reading->root);
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
	text = part_text(reading, &message->parts[inner], LIMIT_REPLY_BYTES);
	text_read(reading->arena, text, line_end_of(message, text), NULL, &returned);
	if (returned.count != 1 || (!returned.quotes_reply && returned.recipients[0].command == NULL) ||
		!slice_equal(returned.recipients[0].address, delivery->recipient))
		return;
	joined = arena_alloc(reading->arena, delivery->words.n + 1 + returned.recipients[0].words.n);
	if (joined == NULL)
		return;
	if (delivery->words.n > 0)
		memcpy(joined, delivery->words.p, delivery->words.n);
	joined[delivery->words.n] = '\n';
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
	text_read_about(reading->arena, text, line_end_of(reading->message, text), &named, reading->report->trail, &again);
	add_text_recipients(reading, &again, kind);
}

/* Reads DSN fields that stand in plain text, with the words that go with them; false when they name nobody. */
static bool
read_fields(Reading *reading, Slice fields, Slice words)
{
	Report	   *report = reading->report;
	char		line_end = line_end_of(reading->message, fields);
	size_t		first = report->count;

	dsn_read(report, fields, line_end);
	report_complete_recipients(report, first);
	for (size_t k = first; k < report->count; k++)
		report->deliveries[k].words = words;
	if (report->count > first && report->deliveries[first].recipient.n == 0)
		report->count = first;
	if (report->count == first)
		return false;
	report->decoder = report_decoder("RFC3464");
	note_format(report, "fields-in-text", fields, NULL);
	if (!report->returned.present)
		returned_from_text(reading->arena, fields, line_end, &report->returned);
	return true;
}

/* Fields and what is folded behind them, nothing else? */
static bool
is_all_fields(Slice text, char line_end)
{
	size_t		offset = 0;
	Slice		line;

	while (mime_next_line(text, line_end, &offset, &line))
	{
		size_t		name = 0;

		while (name < line.n && (ascii_is_alnum(line.p[name]) || line.p[name] == '-'))
			name++;
		if (slice_trim(line).n > 0 && !ascii_is_space(line.p[0]) && (name == 0 || name >= line.n || line.p[name] != ':'))
			return false;
	}
	return true;
}

/*
 * A gateway that took the report apart has made plain text of its fields: they
 * are all that a part beside the human one holds, attached or not.
 */
static bool
read_fields_beside(Reading *reading)
{
	const Message *message = reading->message;
	int			tried = 0;

	for (int i = reading->root + 1; i < message->count && tried < MAX_TEXT_PARTS; i++)
	{
		const Part *part = &message->parts[i];
		Slice		text;
		size_t		start;
		char		line_end;

		if (!is_here(reading, i) || !is_loose_text(part))
			continue;
		tried++;
		text = part_text(reading, part, LIMIT_DECODE_BYTES);
		line_end = line_end_of(message, text);
		if (dsn_is_in(text, line_end, &start) && is_all_fields(slice(text.p, start), line_end))
			return read_fields(reading, text, SLICE_NONE);
	}
	return false;
}

static bool
read_text_report(Reading *reading)
{
	Report	   *report = reading->report;
	const Header *header = &reading->message->parts[reading->root].header;
	Slice		listed = mime_field(header, SLICE_LIT("X-Failed-Recipients"));
	TextReport	text_report = {0};
	TextReport	first = {0};
	Slice		text = SLICE_NONE;
	Slice		first_text = SLICE_NONE;
	RecipientIndex known = {.arena = reading->arena};
	BounceKind	kind;

	know_listed(&known, listed);
	for (int i = 0; i < MAX_TEXT_PARTS && human_text(reading, i, &text); i++)
	{
		char		line_end = line_end_of(reading->message, text);
		size_t		start;

		if (sns_read(report, text))
		{
			note_format(report, "sns-notification", text, NULL);
			return true;
		}
		text_read_about(reading->arena, text, line_end, &known, report->trail, &text_report);
		if (reading->root == 0)
		{
			reading->absent |= text_report.absent;
			reading->challenges |= text_report.challenges;
			reading->was_read |= text_report.was_read;
		}
		if (!is_report(reading, &text_report, listed.n > 0))
			continue;
		if (dsn_is_in(text, line_end, &start) &&
			read_fields(reading, slice(text.p + start, text.n - start),
						slice(text.p, start < LIMIT_REPLY_BYTES ? start : LIMIT_REPLY_BYTES)))
			return true;
		if (read_fields_beside(reading))
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
	if (first_text.p != NULL && !tells(&text_report))
	{
		text_report = first;
		text = first_text;
	}
	if (!is_report(reading, &text_report, listed.n > 0))
	{
		note_format(report, "text", SLICE_NONE, no_report(reading, &text_report, listed.n > 0));
		return false;
	}

	if (!report->returned.present && text_report.returned.n > 0)
		returned_from_text(reading->arena, text_report.returned, line_end_of(reading->message, text), &report->returned);
	kind = kind_of_report(reading, &text_report);
	report->unannounced = !text_report.speaks && !text_report.quotes_reply && listed.n == 0 && text_report.count == 0 &&
		!signs_has(&reading->signs, SIGN_BOUNCE) && !signs_has(&reading->signs, SIGN_DELAY) && is_unannounced(reading, &text_report);
	add_text_recipients(reading, &text_report, kind);
	if (report->count == 0)
		add_listed(reading, listed, "X-Failed-Recipients", &text_report, kind);
	if (report->count == 0 && holds_report(reading))
		return false;
	if (report->count == 0 && signs_has(&reading->signs, SIGN_DAEMON))
		read_again(reading, text, kind, &text_report);
	if (report->count == 0 && (text_report.speaks || text_report.quotes_reply || is_to_verp(reading) || report->unannounced ||
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
			(text_report.speaks || signs_has(&reading->signs, SIGN_BOUNCE) || signs_has(&reading->signs, SIGN_DELAY)))
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
	if (report->count == 1 && reading->signs.returned_to_somebody && !report->returned.present && listed.n == 0 &&
		slice_equal(report->deliveries[0].recipient, address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true)))
	{
		note_format(report, "text", text, "it reports on the address that it was sent to");
		report->count = 0;
	}
	if (report->count == 0)
		return false;
	if (report->count == 1 && !text_report.quotes_reply && reading->message->parts[reading->root].type == PART_MULTIPART)
		borrow_words(reading, &report->deliveries[0]);
	report->words_read = true;
	report->decoder = text_decoder(reading, &text_report);
	note_format(report, "text", text, NULL);
	if (report->reporting_mta.n == 0)
		report->reporting_mta = dsn_name(reading->arena, text_report.lhost);
	return true;
}

/* ------------------------------------------------------------------------
 * What is no delivery report
 * ------------------------------------------------------------------------ */

/* What the writer says himself: the text up to the first line that quotes the message answered. */
static Slice
own_words(const Reading *reading)
{
	size_t		offset = 0;
	size_t		end = 0;
	Slice		text;
	Slice		line;

	if (!human_text(reading, 0, &text))
		return SLICE_NONE;
	if (text.n > LIMIT_REPLY_BYTES)
		text.n = LIMIT_REPLY_BYTES;
	while (mime_next_line(text, line_end_of(reading->message, text), &offset, &line) &&
		   !(line.n > 0 && (line.p[0] == '>' || slice_starts_nocase(line, SLICE_LIT("-----")))))
		end = offset;
	return slice(text.p, end);
}

static bool
add_sender(Reading *reading, BounceKind kind, const char *decoder)
{
	Slice		from = mime_field(&reading->message->parts[reading->root].header, SLICE_LIT("From"));
	Delivery   *delivery = report_add(reading->report);

	if (delivery == NULL)
		return false;
	delivery->kind = kind;
	delivery->recipient = address_clean(reading->arena, from, true);
	delivery->named_by = "From";
	delivery->named_at = from;
	reading->report->decoder = report_decoder(decoder);
	delivery->words = own_words(reading);
	note_format(reading->report, "header-signs", from, NULL);
	return true;
}

/*
 * RFC 8098.  Sieve's reject (RFC 5429) and Dovecot's quota refusal come as a
 * disposition notification with "deleted" and words that say so.
 */
static bool
read_disposition(Reading *reading)
{
	Report	   *report = reading->report;
	int			i = find_part(reading, PART_DISPOSITION, reading->root);
	TextReport	text_report;
	Header		header;
	Delivery   *delivery;
	Slice		body;
	Slice		text;
	Slice		address;

	if (i < 0)
		return false;
	text = part_text(reading, &reading->message->parts[i], LIMIT_DECODE_BYTES);
	while (text.n > 0 && (text.p[0] == '\n' || text.p[0] == '\r'))
		text = slice(text.p + 1, text.n - 1);
	mime_header(reading->arena, text, line_end_of(reading->message, text), &header, &body);
	address = address_clean(reading->arena, mime_field(&header, SLICE_LIT("Final-Recipient")), true);
	if (address.n == 0)
		address = address_clean(reading->arena, mime_field(&header, SLICE_LIT("Original-Recipient")), true);
	delivery = report_add(report);
	if (delivery == NULL)
		return false;
	delivery->recipient = address;
	delivery->kind = KIND_RECEIPT;
	delivery->named_by = "Final-Recipient";
	delivery->named_at = mime_field(&header, SLICE_LIT("Final-Recipient"));
	report->decoder = report_decoder("MDN");
	note_format(report, "disposition-part", reading->message->parts[i].content_type, NULL);
	if (human_text(reading, 0, &text))
	{
		text_read(reading->arena, text, line_end_of(reading->message, text), report->trail, &text_report);
		if (signs_has(&reading->signs, SIGN_BOUNCE) &&
			slice_find_nocase(mime_field(&header, SLICE_LIT("Disposition")), SLICE_LIT("deleted"), 0) != SLICE_NPOS)
		{
			delivery->kind = KIND_FAILURE;
			delivery->words = text_report.words;
			delivery->fallback_reason = "filtered";
			if (text_report.decoder != DECODER_NONE)
				report->decoder = text_report.decoder;
		}
	}
	return true;
}

/* Complaints that only return the message, with words in the subject that say so. */
static bool
read_complaint(Reading *reading)
{
	Report	   *report = reading->report;

	if (!signs_has(&reading->signs, SIGN_COMPLAINT) || !report->returned.present)
		return false;
	feedback_read(report, SLICE_LIT("Feedback-Type: abuse\n"), '\n');
	return true;
}

/* People say that they are away, too: what else shows that nobody wrote this? */
static bool
is_automatic(const Reading *reading)
{
	Slice		precedence = mime_field(reading->report->header, SLICE_LIT("Precedence"));

	return signs_has(&reading->signs, SIGN_AUTOREPLY) || reading->signs.returned_to_nobody ||
		slice_equal_nocase(precedence, SLICE_LIT("bulk")) || slice_equal_nocase(precedence, SLICE_LIT("junk"));
}

/* An answer that nobody is to answer: RFC 3834 4 asks programs for this, and no person can do it. */
static bool
is_answer_of_program(const Reading *reading)
{
	const Header *header = reading->report->header;

	return reading->signs.returned_to_nobody && !signs_has(&reading->signs, SIGN_DAEMON) &&
		(signs_has(&reading->signs, SIGN_PASSED) || mime_field(header, SLICE_LIT("In-Reply-To")).n > 0 ||
		 mime_field(header, SLICE_LIT("References")).n > 0);
}

static bool
read_automatic(Reading *reading)
{
	bool		listed = signs_has(&reading->signs, SIGN_LIST);

	if (signs_has(&reading->signs, SIGN_CHALLENGE) || (reading->challenges && is_automatic(reading) && !listed))
		return add_sender(reading, KIND_CHALLENGE, "RFC3834");
	if (signs_has(&reading->signs, SIGN_RECEIPT) || (reading->was_read && !listed))
		return add_sender(reading, KIND_RECEIPT, "MDN");
	if ((signs_has(&reading->signs, SIGN_AUTOREPLY) || (reading->absent && is_automatic(reading)) ||
		 is_answer_of_program(reading)) && !listed)
		return add_sender(reading, KIND_AUTOREPLY, "RFC3834");
	return false;
}

/*
 * Did a list manager send this to the owner of a list?  Mailman hands bounces
 * on so, each whole ("Bounce action notification", in any language).  A member
 * gets other people's bounces as samples: they are not opened.
 */
static bool
is_for_owner(const Reading *reading)
{
	static const Slice owners[] = {SLICE_LIT("-owner"), SLICE_LIT("+owner"), SLICE_LIT("-admin"), SLICE_LIT("listmaster"), SLICE_LIT("postmaster"), SLICE_LIT("-request")};
	const Header *header = &reading->message->parts[reading->root].header;
	Slice		to = address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true);
	size_t		at = slice_find(to, '@', 0);

	if (at == SLICE_NPOS || !reading->signs.returned_to_nobody || !signs_has(&reading->signs, SIGN_LIST))
		return false;
	if (slice_starts_nocase(to, SLICE_LIT("owner-")))
		return true;
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
	{
		if (slice_ends_nocase(slice(to.p, at), owners[i]))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------ */

/*
 * Somebody's mail program forwards a report "inline" with its parts as
 * attachments: a multipart/mixed from a person, with a mark in the subject.
 */
static bool
is_forwarded(const Reading *reading)
{
	const Part *root = &reading->message->parts[reading->root];
	int			i = find_part(reading, PART_DELIVERY_STATUS, reading->root);
	Signs		signs;

	if (i < 0 || !is_attachment(&reading->message->parts[i]) ||
		slice_equal_nocase(root->content_type, SLICE_LIT("multipart/report")))
		return false;
	signs_read(reading->arena, &root->header, NULL, &signs);
	return !signs.returned_to_nobody && !signs_has(&signs, SIGN_DAEMON) && !signs_has(&signs, SIGN_BOUNCE) &&
		!signs_has(&signs, SIGN_DELAY) && !signs_has(&signs, SIGN_SUCCESS) && !signs_has(&signs, SIGN_AUTOREPLY);
}

/* The part with the fields of a complaint, declared or, in a report of its type, as text; -1 for none. */
static int
find_feedback(const Reading *reading)
{
	const Message *message = reading->message;
	Slice		type = message->parts[reading->root].content_type;
	int			found = find_part(reading, PART_FEEDBACK, reading->root);

	if (found >= 0 || !slice_starts_nocase(type, SLICE_LIT("multipart/report")) ||
		slice_find_nocase(mime_field(&message->parts[reading->root].header, SLICE_LIT("Content-Type")), SLICE_LIT("feedback-report"), 0) == SLICE_NPOS)
		return found;
	for (int i = reading->root + 1; i < message->count; i++)
	{
		const Part *part = &message->parts[i];

		if (is_here(reading, i) && is_loose_text(part) &&
			slice_starts_nocase(first_line(part_text(reading, part, PEEK_BYTES), message->line_end), SLICE_LIT("Feedback-Type:")))
			return i;
	}
	return -1;
}

static bool
read_message(Reading *reading)
{
	const Part *root = &reading->message->parts[reading->root];
	Report	   *report = reading->report;
	int			feedback = find_feedback(reading);

	report->header = &root->header;
	report->root = reading->root;
	report->date = decode_date(mime_field(&root->header, SLICE_LIT("Date")));
	memset(&report->returned, 0, sizeof(report->returned));
	read_returned(reading);
	if (feedback >= 0)
	{
		Slice		text = part_text(reading, &reading->message->parts[feedback], LIMIT_DECODE_BYTES);

		feedback_read(report, text, line_end_of(reading->message, text));
		note_format(report, "feedback-report-part", reading->message->parts[feedback].content_type, NULL);
		return true;
	}
	if (!is_forwarded(reading) && read_delivery_status(reading))
		return true;
	signs_read(reading->arena, &root->header, report->trail, &reading->signs);
	return read_disposition(reading) || read_complaint(reading) || read_text_report(reading);
}

/* Reads the message, or one that it carries; false when none of them is a report. */
static bool
read_wrapped(Reading *reading)
{
	const Message *message = reading->message;

	for (int i = 0; i < MAX_WRAPPINGS; i++)
	{
		int			inner;

		if (read_message(reading))
			return true;
		/* only a mail system's own message is opened: people forward bounces, too, and keep their subject */
		if (!signs_has(&reading->signs, SIGN_DAEMON) &&
			(!signs_has(&reading->signs, SIGN_BOUNCE) || reading->signs.returned_to_somebody ||
			 (signs_has(&reading->signs, SIGN_PASSED) && !reading->signs.returned_to_nobody)) &&
			!(is_for_owner(reading) && holds_report(reading)))
			return false;
		inner = find_part(reading, PART_MESSAGE, reading->root);
		if (inner < 0 || inner + 1 >= message->count || message->parts[inner + 1].parent != inner)
			return false;
		reading->root = inner + 1;
	}
	return false;
}

/*
 * LISTSERV hands a bounce on to the owner of the list as text, below
 * "---- Message in error (ID=17) ----".  Finds where it begins.
 */
static bool
is_handed_on(const Reading *reading, Slice *bounce)
{
	const Header *header = &reading->message->parts[0].header;
	Slice		text;
	size_t		at;
	size_t		line;

	if (slice_find_nocase(mime_field(header, SLICE_LIT("From")), SLICE_LIT("listserv@"), 0) == SLICE_NPOS ||
		!human_text(reading, 0, &text))
		return false;
	at = slice_find_nocase(text, SLICE_LIT("- Message in error "), 0);
	if (at == SLICE_NPOS)
		return false;
	for (line = at; line > 0 && text.p[line - 1] == '-';)
		line--;
	while (at < text.n && text.p[at] != '\n' && text.p[at] != '\r')
		at++;
	if (at - line < 40)
		return false;
	*bounce = slice_trim(slice(text.p + at, text.n - at));
	return bounce->n > 0;
}

void
report_read(Arena *arena, const Message *message, Trail *trail, Report *report)
{
	Reading		reading = {.arena = arena, .message = message, .report = report};
	Slice		bounce;

	memset(report, 0, sizeof(*report));
	report->arena = arena;
	report->message = message;
	report->trail = trail;
	report->decoder = DECODER_NONE;
	if (message->count == 0)
		return;
	if (read_wrapped(&reading))
		return;
	reading.root = 0;
	if (is_handed_on(&reading, &bounce))
	{
		Message    *inner = arena_alloc(arena, sizeof(Message));

		if (inner == NULL)
			return;
		mime_scan(arena, bounce, inner);
		report->message = reading.message = inner;
		report->count = 0;
		if (inner->count > 0 && read_wrapped(&reading))
			return;
		report->message = reading.message = message;
		reading.root = 0;
	}
	report->header = &message->parts[0].header;
	report->root = 0;
	report->count = 0;
	signs_read(arena, report->header, NULL, &reading.signs);
	read_automatic(&reading);
}
