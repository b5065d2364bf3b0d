/*
 * collect.h
 *	  The lexicon (match/lexicon.h): the words of all that is searched.
 */
#ifndef DATAC_COLLECT_H
#define DATAC_COLLECT_H

#include "datac/datac.h"

/* Takes the words of a cell, if a column of this name holds any. */
void		collect_cell(Datac *datac, const char *column, const char *cell);

/* Writes the set. */
void		collect_write(Datac *datac, Text *text);

#endif							/* DATAC_COLLECT_H */
