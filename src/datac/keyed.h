/*
 * keyed.h
 *	  The tables of data/ that are looked up by a key: status codes, replies,
 *	  domains.
 */
#ifndef DATAC_KEYED_H
#define DATAC_KEYED_H

#include "datac/words.h"

/* status.tsv and provider-status.tsv: RFC 3463 codes */
void		compile_statuses(Datac *datac, const Vocabulary *vocabulary, Text *text);

/* replies.tsv: RFC 5321 reply codes */
void		compile_replies(Datac *datac, const Vocabulary *vocabulary, Text *text);

/* domains.tsv */
void		compile_domains(Datac *datac, const Vocabulary *vocabulary, Text *text);

/* bystanders.tsv: addresses in a report that did not fail */
void		compile_bystanders(Datac *datac, Text *text);

#endif							/* DATAC_KEYED_H */
