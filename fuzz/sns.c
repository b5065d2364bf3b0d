/*
 * sns.c
 *	  Any bytes as the text of a notification of Amazon SNS, and as one JSON
 *	  object of any service.
 */
#include "reader.h"
#include "report/sns.h"
#include "report/webhook.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	Report		event;
	Slice		text;

	bench_begin(&bench, data, size);
	text = decode_valid_utf8(&bench.arena, bench.text);
	steps = 0;
	if (sns_read(&bench.report, text) != (bench.report.decoder == report_decoder("SNS")))
		broken("a notification has its decoder", NULL);
	check_deliveries(&bench.report);
	webhook_begin(&bench.arena, &event);
	event.trail = &bench.trail;
	if (!webhook_read(&event, text) && event.count > 0)
		broken("no event, no delivery", NULL);
	check_deliveries(&event);
	check_steps(400000, 3000, size);
	bench_end(&bench);
	return 0;
}
