/*
 * feedback.c
 *	  Complaints: the Abuse Reporting Format (RFC 5965, 6591, 6650).
 *
 * Many loops hide who complained; then the returned message's own fields may
 * tell, and where these are hidden, too, the complaint has no recipient.
 */
#include "mail/address.h"
#include "report/dsn.h"
#include "report/feedback.h"
#include "report/markers.h"
#include "report/verp.h"

static void
add_complaint(Report *report, Slice value, const char *named_by)
{
	size_t		offset = 0;
	size_t		start;
	Slice		found;

	value = ARENA_BOUNDED(report->arena, value, FIELD_BYTES);
	while (address_find(value, &offset, &start, &found))
	{
		Slice		address = address_clean(report->arena, found, true);
		Delivery   *delivery;

		if (address.n == 0)
			continue;
		delivery = report_add(report);
		if (delivery == NULL)
			return;
		delivery->kind = KIND_COMPLAINT;
		delivery->recipient = address;
		delivery->named_by = named_by;
		delivery->named_at = found;
	}
}

/* Who complained may be hidden everywhere but in the envelope sender that was made for him. */
static void
add_from_verp(Report *report, Slice value)
{
	Slice		hidden;

	value = ARENA_BOUNDED(report->arena, value, FIELD_BYTES);
	if (verp_decode(report->arena, address_clean(report->arena, value, true), &hidden) == VERP_RECIPIENT)
		add_complaint(report, hidden, "VERP");
}

void
feedback_read(Report *report, Slice text, char line_end)
{
	Arena	   *arena = report->arena;
	Header		header;
	Slice		body;
	size_t		first = report->count;
	size_t		offset = 0;
	Slice		line;

	/* some write a blank line before the fields */
	while (mime_next_line(text, line_end, &offset, &line) && slice_trim(line).n == 0)
		text = slice(text.p + offset, text.n - offset), offset = 0;
	mime_header(arena, text, line_end, LIMIT_HEADER_FIELDS, &header, &body);
	report->feedback_type = decode_valid_utf8(arena, arena_copy_lower(arena, mime_without_comments(arena, mime_field(&header, SLICE_LIT("Feedback-Type")))));
	report->source_ip = dsn_name(arena, mime_field(&header, SLICE_LIT("Source-IP")));
	report->reporting_mta = dsn_name(arena, mime_field(&header, SLICE_LIT("Reporting-MTA")));
	report->arrival = decode_date(mime_field(&header, SLICE_LIT("Arrival-Date")));
	if (!report->arrival.known)
		report->arrival = decode_date(mime_field(&header, SLICE_LIT("Received-Date")));

	for (size_t i = 0; i < header.count; i++)
	{
		if (slice_equal_nocase(header.fields[i].name, SLICE_LIT("Original-Rcpt-To")))
			add_complaint(report, header.fields[i].value, "Original-Rcpt-To");
	}
	if (report->count == first)
		add_complaint(report, mime_field(&header, SLICE_LIT("Removal-Recipient")), "Removal-Recipient");
	if (report->count == first)
		add_complaint(report, report->returned.original_recipient, "original recipient of the returned message");
	if (report->count == first)
		add_from_verp(report, mime_field(&header, SLICE_LIT("Original-Mail-From")));
	if (report->count == first)
		add_from_verp(report, report->returned.return_path);
	/* the only place left; a list's or a hidden To: names nobody */
	if (report->count == first)
		add_complaint(report, report->returned.to, "To of the returned message");
	if (report->count == first)
	{
		Delivery   *delivery = report_add(report);

		if (delivery)
			delivery->kind = KIND_COMPLAINT;
	}
	for (size_t i = first; i < report->count; i++)
		report->deliveries[i].rhost = report->source_ip;
	report->decoder = report_decoder("ARF");
}
