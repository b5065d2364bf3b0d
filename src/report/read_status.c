/*
 * read_status.c
 *	  Reports with machine fields (RFC 3464), wherever these stand, and the
 *	  human text that goes with them.
 */
#include "mail/address.h"
#include "report/dsn.h"
#include "report/returned.h"
#include "report/reading.h"


#define MAX_HELD_BYTES (4 * LIMIT_DECODE_BYTES)	/* of parts that had to be decoded, while more are to come */

/* Where the reading of the parts with fields stands. */
typedef struct StatusParts
{
	Reading		reading;
	int			part;			/* -1: all were read */
	DsnReader  *reader;			/* within the part; NULL: it is yet to begin */
	bool		decoded;		/* what it reads */
	size_t		decoded_bytes;	/* that are held */
} StatusParts;

/* The fields of a part, and whether they had to be decoded; without a blank line they became the part's header. */
static Slice
status_text(const Reading *reading, const Part *part, bool *decoded)
{
	Slice		text = part->body;

	*decoded = false;
	/* recipients are bounded, bytes are not: what is not encoded is read as it lies */
	if (part->encoding != TRANSFER_IDENTITY || part->charset.n > 0 || !decode_is_utf8(text))
		text = reading_part_text(reading, part, LIMIT_DECODE_BYTES);
	if (mime_field(&part->header, SLICE_LIT("Final-Recipient")).p != NULL)
		text = slice_between(part->header.bytes.p, part->body.p + part->body.n);
	else
		*decoded = text.n > 0 && text.p != part->body.p;
	return text;
}

static void
begin_part(StatusParts *parts)
{
	Report	   *report = parts->reading.report;
	const Part *part = &parts->reading.message->parts[parts->part];
	Slice		text = status_text(&parts->reading, part, &parts->decoded);
	char		line_end = reading_line_end_of(parts->reading.message, text);

	parts->reader = dsn_begin(report->message_arena, text, line_end);
	if (parts->decoded)
		parts->decoded_bytes += text.n;
	/* a wrong delimiter leaves the returned header in this part */
	if (!report->returned.present)
		returned_from_text(report->message_arena, text, line_end, &report->returned);
}

/*
 * Reads recipients until no more can be held, or all parts are read.  What was
 * decoded is held to its end: it does not outlast the deliveries.
 */
static void
read_recipients(StatusParts *parts)
{
	Report	   *report = parts->reading.report;
	/* who explains wants to see them all */
	bool		all = report->trail != NULL;

	parts->decoded_bytes = 0;
	while (parts->part >= 0 && (all || report->count == 0 || parts->decoded_bytes < MAX_HELD_BYTES))
	{
		arena_interrupt(report->arena);
		if (parts->reader == NULL)
			begin_part(parts);
		if (parts->reader && dsn_read_on(report, parts->reader, all || parts->decoded))
			return;
		parts->reader = NULL;
		parts->part = reading_find_part(&parts->reading, PART_DELIVERY_STATUS, parts->part + 1);
	}
}

bool
report_read_delivery_status(Reading *reading)
{
	Report	   *report = reading->report;
	int			i = reading_find_part(reading, PART_DELIVERY_STATUS, reading->root);
	StatusParts *parts;

	if (i < 0)
		return false;
	parts = arena_alloc(reading->arena, sizeof(StatusParts));
	if (parts == NULL)
		return false;
	*parts = (StatusParts) {.reading = *reading, .part = i};
	read_recipients(parts);
	report->unread = parts->part >= 0 ? parts : NULL;
	report_complete_recipients(report, 0);
	report->decoder = report_decoder("RFC3464");
	reading_note_format(report, rule_engine("delivery-status-part", "src/report/read_status.c"), reading->message->parts[i].content_type, report->count > 0 ? NULL : "the part names no recipient");
	return report->count > 0;
}

void
reading_name_by_text(Delivery *delivery, const TextRecipient *recipient)
{
	delivery->recipient = recipient->address;
	delivery->named_by = "text";
	delivery->named_at = recipient->named_at;
}

bool
reading_text_tells(const TextReport *text)
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
	int			i;

	for (i = 0; i < LIMIT_TEXT_PARTS && reading_human_text(reading, i, text); i++)
	{
		char		line_end = reading_line_end_of(reading->message, *text);
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
		if (reading_text_tells(text_report))
			return true;
		if (!any)
		{
			first = *text_report;
			first_text = *text;
			any = true;
		}
	}
	reading_note_more_texts(reading, i);
	*text_report = first;
	*text = first_text;
	return any;
}

/* Offset behind the line end, LF, CRLF or CR, at 'at'; 'at' itself where there is none. */
static size_t
skip_line_end(Slice text, size_t at)
{
	if (at < text.n && text.p[at] == '\r')
		at++;
	return at < text.n && text.p[at] == '\n' ? at + 1 : at;
}

/* Sendmail's Diagnostic-Code holds the first line of a reply only, its transcript the others, too. */
static Slice
whole_reply(Slice first, Slice words)
{
	size_t		at;
	size_t		end;
	bool		more = true;

	if (first.n < 8 || first.p[3] != '-' || !ascii_is_digit(first.p[0]))
		return SLICE_NONE;
	at = slice_find_nocase(words, first, 0);
	if (at == SLICE_NPOS)
		return SLICE_NONE;
	end = at + first.n;
	while (more)
	{
		size_t		next = skip_line_end(words, end);

		if (next == end || next + 4 > words.n || memcmp(words.p + next, first.p, 3) != 0 ||
			(words.p[next + 3] != '-' && words.p[next + 3] != ' '))
			break;
		more = words.p[next + 3] == '-';
		for (end = next; end < words.n && words.p[end] != '\n' && words.p[end] != '\r';)
			end++;
	}
	return end > at + first.n ? slice(words.p + at, end - at) : SLICE_NONE;
}

/* The human text, and which of its recipients has which address. */
typedef struct ReportWords
{
	TextReport	text;
	RecipientIndex index;
} ReportWords;

/* Gives the deliveries what the text says of them. */
static void
give_words(Report *report)
{
	const TextReport *text_report = &report->words->text;
	const RecipientIndex *index = &report->words->index;

	for (size_t i = 0; i < report->count; i++)
	{
		Delivery   *delivery = &report->deliveries[i];
		uint32_t	found = delivery->actual.n > 0 ? recipients_find(index, delivery->actual) : RECIPIENT_NONE;
		const TextRecipient *recipient;

		if (found == RECIPIENT_NONE)
			found = recipients_find(index, delivery->recipient);
		if (found == RECIPIENT_NONE && delivery->alias.n > 0)
			found = recipients_find(index, delivery->alias);
		if (found == RECIPIENT_NONE)
		{
			/* a text about one recipient speaks of him, even if it names him otherwise */
			if (report_recipient_count(report) == 1)
			{
				delivery->words = text_report->count == 1 ? text_report->recipients[0].words : text_report->words;
				if (delivery->recipient.n == 0 && text_report->count == 1)
					reading_name_by_text(delivery, &text_report->recipients[0]);
				if (text_report->count == 1)
					delivery->command = text_report->recipients[0].command;
				if (delivery->command == NULL)
					delivery->command = text_report->command;
			}
			continue;
		}
		recipient = &text_report->recipients[found];
		/* another of the same alias: the text names this one without a domain */
		if (delivery->actual.n > 0 && slice_equal(recipient->alias, delivery->recipient) &&
			!slice_equal(recipient->address, delivery->actual))
		{
			delivery->alias = delivery->recipient;
			delivery->recipient = delivery->actual;
			delivery->named_by = "X-Actual-Recipient";
			delivery->named_at = delivery->actual;
			continue;
		}
		delivery->words = recipient->words;
		if (whole_reply(delivery->diagnostic, recipient->words).n > 0)
			delivery->diagnostic = whole_reply(delivery->diagnostic, recipient->words);
		/* Exim's fields name what was mailed, its text the address that it led to */
		if (slice_equal(recipient->alias, delivery->recipient) && address_domain(recipient->address).n > 0)
		{
			delivery->alias = delivery->recipient;
			reading_name_by_text(delivery, recipient);
		}
		delivery->command = recipient->command;
		if (delivery->rhost.n == 0)
			delivery->rhost = recipient->rhost;
		if (delivery->alias.n == 0 && recipient->alias.n > 0 &&
			!slice_equal(recipient->alias, delivery->recipient))
			delivery->alias = recipient->alias;
	}
}

static void
read_words(Report *report)
{
	Reading		reading = {.arena = report->arena, .message = report->message, .report = report, .root = report->root};
	RecipientIndex known = {.arena = report->arena};
	ReportWords *words = arena_zalloc(report->arena, sizeof(ReportWords));
	TextReport *text_report;
	Slice		text;

	if (words == NULL)
		return;
	text_report = &words->text;
	words->index.arena = report->arena;

	for (size_t i = 0; i < report->count; i++)
	{
		if (report->deliveries[i].recipient.n > 0)
			recipients_put(&known, report->deliveries[i].recipient, (uint32_t) i);
	}
	if (!read_telling_text(&reading, &known, &text, text_report))
		return;
	if (!report->returned.present && text_report->returned.n > 0)
		returned_from_text(report->arena, text_report->returned, reading_line_end_of(report->message, text), &report->returned);
	for (size_t i = 0; i < text_report->count; i++)
		recipients_put(&words->index, text_report->recipients[i].address, (uint32_t) i);
	/* several may have come from one alias: the first stands for it, unless it failed itself */
	for (size_t i = 0; i < text_report->count; i++)
	{
		if (text_report->recipients[i].alias.n > 0 &&
			recipients_find(&words->index, text_report->recipients[i].alias) == RECIPIENT_NONE)
			recipients_put(&words->index, text_report->recipients[i].alias, (uint32_t) i);
	}
	report->words = words;
	give_words(report);
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
report_read_more(Report *report, Arena *arena)
{
	StatusParts *parts = report->unread;

	if (parts == NULL)
		return false;
	report->earlier += report->count;
	report->count = 0;
	report->arena = parts->reading.arena = arena;
	read_recipients(parts);
	report_complete_recipients(report, 0);
	if (report->words)
		give_words(report);
	report->arena = report->message_arena;
	if (parts->part < 0)
		report->unread = NULL;
	return report->count > 0;
}

static bool
is_by_gateway(const Report *report)
{
	Signs		signs;

	if (report->decoder != DECODER_NONE && knowledge_decoders[report->decoder].is_gateway)
		return true;
	signs_read(report->message_arena, report->header, NULL, &signs);
	return (signs.author != DECODER_NONE && knowledge_decoders[signs.author].is_gateway) ||
		(signs.decoder != DECODER_NONE && knowledge_decoders[signs.decoder].is_gateway);
}

/* The header is searched once, however many recipients ask. */
bool
report_is_by_gateway(Report *report)
{
	if (report->by_gateway == TRUTH_NULL)
		report->by_gateway = is_by_gateway(report) ? TRUTH_TRUE : TRUTH_FALSE;
	return report->by_gateway == TRUTH_TRUE;
}

bool
report_read_fields(Reading *reading, Slice fields, Slice words)
{
	Report	   *report = reading->report;
	char		line_end = reading_line_end_of(reading->message, fields);
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
	reading_note_format(report, rule_engine("fields-in-text", "src/report/read_status.c"), fields, NULL);
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

bool
report_read_fields_beside(Reading *reading)
{
	const Message *message = reading->message;
	int			tried = 0;

	for (int i = reading->root + 1; i < message->count; i++)
	{
		const Part *part = &message->parts[i];
		Slice		text;
		size_t		start;
		char		line_end;

		if (!reading_is_here(reading, i) || !reading_is_loose_text(part))
			continue;
		if (tried++ == LIMIT_TEXT_PARTS)
		{
			arena_meet(reading->arena, BOUND_TEXT_PARTS);
			return false;
		}
		text = reading_part_text(reading, part, LIMIT_DECODE_BYTES);
		line_end = reading_line_end_of(message, text);
		if (dsn_is_in(text, line_end, &start) && is_all_fields(slice(text.p, start), line_end))
			return report_read_fields(reading, text, SLICE_NONE);
	}
	return false;
}
