/*
 * read_other.c
 *	  What is no delivery report: receipts, complaints, automatic replies,
 *	  challenges.
 */
#include "mail/address.h"
#include "report/feedback.h"
#include "report/reading.h"

/* What the writer says himself: the text up to the first line that quotes the message answered. */
static Slice
own_words(const Reading *reading)
{
	size_t		offset = 0;
	size_t		end = 0;
	Slice		text;
	Slice		line;

	if (!reading_human_text(reading, 0, &text))
		return SLICE_NONE;
	text = ARENA_BOUNDED(reading->arena, text, REPLY_BYTES);
	while (mime_next_line(text, reading_line_end_of(reading->message, text), &offset, &line) &&
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
	reading_note_format(reading->report, rule_engine("header-signs", "src/report/read_other.c"), from, NULL);
	return true;
}

bool
report_read_disposition(Reading *reading)
{
	Report	   *report = reading->report;
	int			i = reading_find_part(reading, PART_DISPOSITION, reading->root);
	TextReport	text_report;
	Header		header;
	Delivery   *delivery;
	Slice		body;
	Slice		text;
	Slice		address;

	if (i < 0)
		return false;
	text = reading_part_text(reading, &reading->message->parts[i], LIMIT_DECODE_BYTES);
	while (text.n > 0 && (text.p[0] == '\n' || text.p[0] == '\r'))
		text = slice(text.p + 1, text.n - 1);
	mime_header(reading->arena, text, reading_line_end_of(reading->message, text), LIMIT_HEADER_FIELDS, &header, &body);
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
	reading_note_format(report, rule_engine("disposition-part", "src/report/read_other.c"), reading->message->parts[i].content_type, NULL);
	if (reading_human_text(reading, 0, &text))
	{
		text_read(reading->arena, text, reading_line_end_of(reading->message, text), report->trail, &text_report);
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

bool
report_read_complaint(Reading *reading)
{
	Report	   *report = reading->report;

	if (!signs_has(&reading->signs, SIGN_COMPLAINT) || !report->returned.present)
		return false;
	feedback_read(report, SLICE_LIT("Feedback-Type: abuse\n"), '\n');
	return true;
}

bool
report_read_automatic(Reading *reading)
{
	bool		listed = signs_has(&reading->signs, SIGN_LIST);

	if (signs_has(&reading->signs, SIGN_CHALLENGE) || (reading->challenges && reading_is_automatic(reading) && !listed))
		return add_sender(reading, KIND_CHALLENGE, "RFC3834");
	if (signs_has(&reading->signs, SIGN_RECEIPT) || (reading->was_read && !listed))
		return add_sender(reading, KIND_RECEIPT, "MDN");
	if ((signs_has(&reading->signs, SIGN_AUTOREPLY) || (reading->absent && reading_is_automatic(reading)) ||
		 reading_is_answer_of_program(reading)) && !listed)
		return add_sender(reading, KIND_AUTOREPLY, "RFC3834");
	return false;
}

int
reading_find_feedback(const Reading *reading)
{
	const Message *message = reading->message;
	Slice		type = message->parts[reading->root].content_type;
	int			found = reading_find_part(reading, PART_FEEDBACK, reading->root);

	if (found >= 0 || !slice_starts_nocase(type, SLICE_LIT("multipart/report")) ||
		slice_find_nocase(mime_field(&message->parts[reading->root].header, SLICE_LIT("Content-Type")), SLICE_LIT("feedback-report"), 0) == SLICE_NPOS)
		return found;
	for (int i = reading->root + 1; i < message->count; i++)
	{
		const Part *part = &message->parts[i];

		if (reading_is_here(reading, i) && reading_is_loose_text(part) &&
			slice_starts_nocase(reading_first_line(reading_part_text(reading, part, PEEK_BYTES), message->line_end), SLICE_LIT("Feedback-Type:")))
			return i;
	}
	return -1;
}
