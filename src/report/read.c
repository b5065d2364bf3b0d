/*
 * read.c
 *	  Which reader a message gets: by what it is, strongest evidence first.
 *
 *	  0. whatever a format of the user's own is signed by
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
#include "report/feedback.h"
#include "report/named.h"
#include "report/own_formats.h"
#include "report/reading.h"

static bool
read_message(Reading *reading)
{
	const Part *root = &reading->message->parts[reading->root];
	Report	   *report = reading->report;
	int			feedback = reading_find_feedback(reading);

	report->header = &root->header;
	report->root = reading->root;
	report->date = report_date(report, mime_field(&root->header, SLICE_LIT("Date")));
	memset(&report->returned, 0, sizeof(report->returned));
	report_read_returned(reading);
	if (reading->formats && own_formats_read(reading))
		return true;
	if (feedback >= 0)
	{
		Slice		text = reading_part_text(reading, &reading->message->parts[feedback], LIMIT_DECODE_BYTES);

		feedback_read(report, text, reading_line_end_of(reading->message, text));
		reading_note_format(report, rule_engine("feedback-report-part", "src/report/read.c"), reading->message->parts[feedback].content_type, NULL);
		return true;
	}
	if (!reading_is_forwarded(reading) && report_read_delivery_status(reading))
		return true;
	signs_read(reading->arena, &root->header, report->trail, &reading->signs);
	return report_read_disposition(reading) || report_read_complaint(reading) || report_read_text_report(reading);
}

/* Another message is read instead, which sets these anew. */
static void
forget_message(Reading *reading, const Attempt *attempt)
{
	Report	   *report = reading->report;

	report->header = attempt->before.header;
	report->root = attempt->before.root;
	memcpy(&report->date, &attempt->before.date, sizeof(report->date));
	memcpy(&report->returned, &attempt->before.returned, sizeof(report->returned));
	reading_forget(reading, attempt);
}

/* Reads the message, or one that it carries; false when none of them is a report. */
static bool
read_wrapped(Reading *reading)
{
	const Message *message = reading->message;

	for (int i = 0; i < LIMIT_WRAPPINGS; i++)
	{
		Attempt		attempt;
		int			inner;

		reading_try(reading, &attempt);
		if (read_message(reading))
			return true;
		/* only a mail system's own message is opened: people forward bounces, too, and keep their subject */
		if (!signs_has(&reading->signs, SIGN_DAEMON) &&
			(!signs_has(&reading->signs, SIGN_BOUNCE) || reading->signs.returned_to_somebody ||
			 (signs_has(&reading->signs, SIGN_PASSED) && !reading->signs.returned_to_nobody)) &&
			!(reading_is_for_owner(reading) && reading_holds_report(reading)))
			return false;
		inner = reading_find_part(reading, PART_MESSAGE, reading->root);
		if (inner < 0 || inner + 1 >= message->count || message->parts[inner + 1].parent != inner)
			return false;
		reading->root = inner + 1;
		if (i + 1 < LIMIT_WRAPPINGS)
			forget_message(reading, &attempt);
		else
			arena_meet(reading->arena, BOUND_WRAPPINGS);
	}
	return false;
}

void
report_read(Arena *arena, const Message *message, struct OwnFormats *formats, Trail *trail, Report *report)
{
	Reading		reading = {.arena = arena, .message = message, .report = report, .formats = formats};
	Slice		bounce;

	memset(report, 0, sizeof(*report));
	report->arena = report->message_arena = arena;
	report->message = message;
	report->trail = trail;
	report->decoder = DECODER_NONE;
	if (message->count == 0)
		return;
	if (read_wrapped(&reading))
		return;
	reading.root = 0;
	if (reading_is_handed_on(&reading, &bounce))
	{
		Message    *inner = arena_alloc(arena, sizeof(Message));

		if (inner == NULL)
			return;
		mime_scan(arena, bounce, inner);
		if (inner->cut_off == NULL)
			inner->cut_off = message->cut_off;
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
	report_read_automatic(&reading);
}
