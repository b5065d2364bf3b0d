/*
 * webhook.h
 *	  Events in JSON, as mail services report them by webhook, queue or API.
 */
#ifndef BOUNCE_WEBHOOK_H
#define BOUNCE_WEBHOOK_H

#include "report/report.h"

/* An empty report, to be filled by webhook_read(); what it consists of lies in the arena. */
void		webhook_begin(Arena *arena, Report *report);

/*
 * Reads one JSON object as an event of one of the services in
 * data/webhooks.tsv, the first that it fits and that knows the word for what
 * happened.  False when it is none's, or of a kind that reports nothing (opened,
 * clicked).  True, too, where a table says that nothing is reported, or nobody
 * is named: count is 0 then.
 * Takes any bytes; linear.
 */
bool		webhook_read(Report *report, Slice object);

#endif							/* BOUNCE_WEBHOOK_H */
