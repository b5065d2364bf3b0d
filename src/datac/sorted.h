/*
 * sorted.h
 *	  The tables of data/ that tell kinds of addresses: lists that are searched
 *	  by their first column.
 */
#ifndef DATAC_SORTED_H
#define DATAC_SORTED_H

#include "datac/table.h"

/* kept.tsv: words that redaction leaves, and those behind which it leaves none */
void		compile_kept(Datac *datac, Text *text);

/* roles.tsv: local parts of offices and programs */
void		compile_roles(Datac *datac, Text *text);

/* disposable.tsv: domains of throw-away addresses */
void		compile_disposables(Datac *datac, Text *text);

#endif							/* DATAC_SORTED_H */
