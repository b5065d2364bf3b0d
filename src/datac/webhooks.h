/*
 * webhooks.h
 *	  Compiles the tables of webhooks, and the vocabularies.
 */
#ifndef DATAC_WEBHOOKS_H
#define DATAC_WEBHOOKS_H

#include "datac/words.h"

/* webhooks.tsv, webhook-paths.tsv, webhook-events.tsv, webhook-envelopes.tsv: report/webhook_tables.h */
void		compile_webhooks(Datac *datac, const Vocabulary *vocabulary, Text *text);

/* vocabularies.tsv: classify/vocabulary.h */
void		compile_vocabularies(Datac *datac, const Vocabulary *vocabulary, Text *text);

#endif							/* DATAC_WEBHOOKS_H */
