/*
 * human.c
 *	  Any bytes as the human text of a report, with and without knowing whom it
 *	  is about, and as the remains of a returned message behind it.
 */
#include "reader.h"
#include "report/returned.h"
#include "report/text.h"

static void
check_text_report(const TextReport *report, Slice text)
{
	if (report->count > LIMIT_TEXT_RECIPIENTS)
		broken("recipients of a text", "too many");
	for (size_t i = 0; i < report->count; i++)
	{
		const TextRecipient *recipient = &report->recipients[i];

		check_recipient(recipient->address);
		check_recipient(recipient->alias);
		if (!is_text(recipient->address) || !is_text(recipient->alias) || !is_text(recipient->words) || !is_text(recipient->rhost) || !is_text(recipient->heading))
			broken("valid text", "of a recipient");
		if (recipient->named_at.n > text.n)
			broken("named in the text", NULL);
	}
	if (!is_text(report->words) || !is_text(report->lhost) || !is_text(report->quoted_to))
		broken("valid text", "of the report");
	if (report->returned.n > 0 && (report->returned.p < text.p || report->returned.p + report->returned.n > text.p + text.n))
		broken("the returned message lies in the text", NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	TextReport	report;
	TextReport	about;
	RecipientIndex known = {0};
	Returned	returned = {0};
	Slice		text;

	bench_begin(&bench, data, size);
	text = decode_valid_utf8(&bench.arena, bench.text);
	steps = 0;
	text_read(&bench.arena, text, '\n', &bench.trail, &report);
	check_steps(300000, 500, size);
	check_text_report(&report, text);

	/* the same text beside fields that name the first one it names, and somebody else */
	known.arena = &bench.arena;
	if (report.count > 0)
		recipients_put(&known, report.recipients[0].address, 0);
	if (recipients_find(&known, SLICE_LIT("a@b.example")) == RECIPIENT_NONE)
		recipients_put(&known, SLICE_LIT("a@b.example"), 1);
	text_read_about(&bench.arena, text, '\n', &known, NULL, &about);
	check_text_report(&about, text);

	returned_from_text(&bench.arena, bench.text, '\n', &returned);
	if (returned.header.n > size || returned.from.n > size || returned.subject.n > size)
		broken("the returned header lies in the text", NULL);
	check_steps(600000, 1200, size);
	bench_end(&bench);
	return 0;
}
