/*
 * sns.c
 *	  Amazon SES's notifications in JSON, as Amazon SNS mails them.
 *
 * What stands in the JSON is read as any event of Amazon SES is (webhook.c);
 * here is where in a mail it begins.
 */
#include "report/json_objects.h"
#include "report/sns.h"
#include "report/webhook.h"

#define PREFACE_BYTES 4096		/* a gateway's warning may stand before the notification */

/* Where an object opens: a brace and its first key. */
static size_t
find_object(Slice text)
{
	size_t		open = 0;

	while ((open = slice_find(text, '{', open)) != SLICE_NPOS)
	{
		size_t		next = open + 1;

		while (next < text.n && ascii_is_space(text.p[next]))
			next++;
		if (next < text.n && text.p[next] == '"')
			return open;
		open = next;
	}
	return SLICE_NPOS;
}

/* The event goes into the mail's report; the first that it finds counts. */
static bool
read_event(void *context, Slice object)
{
	Report	   *report = context;
	Report		event;

	if (report->decoder == report_decoder("SNS"))
		return true;
	webhook_begin(report->arena, &event);
	event.trail = report->trail;
	if (!webhook_read(&event, object))
		return false;
	/* people mail other services' events, too */
	if (event.count == 0 || event.decoder != report_decoder("AmazonSES"))
		return true;
	/* nothing else of the mail was read: so many recipients are not copied */
	report->deliveries = event.deliveries;
	report->count = event.count;
	report->allocated = event.allocated;
	report->returned = event.returned;
	if (event.date.known)
		report->date = event.date;
	report->reporting_mta = event.reporting_mta;
	report->feedback_type = event.feedback_type;
	report->decoder = report_decoder("SNS");
	return true;
}

bool
sns_read(Report *report, Slice text)
{
	size_t		open;

	text = slice_trim(text);
	open = find_object(slice(text.p, text.n < PREFACE_BYTES ? text.n : PREFACE_BYTES));
	if (open == SLICE_NPOS)
		return false;
	/* people, too, write about JSON */
	if (open > 0 && slice_find_nocase(mime_field(report->header, SLICE_LIT("From")), SLICE_LIT("sns.amazonaws.com"), 0) == SLICE_NPOS)
		return false;
	json_objects(report->arena, report->trail, slice(text.p + open, text.n - open), read_event, report);
	return report->decoder == report_decoder("SNS");
}
