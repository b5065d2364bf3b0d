/*
 * searched.h
 *	  The tables of data/ whose rows are searched in texts: phrases, block
 *	  lists, markers, signs.
 */
#ifndef DATAC_SEARCHED_H
#define DATAC_SEARCHED_H

#include "datac/words.h"

/* The files of one table (phrases*.tsv), in order of their names. */
typedef struct Files
{
	const char **names;
	size_t		count;
} Files;

/* phrases*.tsv and families*.tsv */
void		compile_phrases(Datac *datac, const Vocabulary *vocabulary, const Files *files, const Files *families, Text *text);

/* blocklists.tsv */
void		compile_blocklists(Datac *datac, Text *text);

/* markers*.tsv and signs*.tsv */
void		compile_markers(Datac *datac, const Vocabulary *vocabulary, const Files *files, Text *text);
void		compile_signs(Datac *datac, const Vocabulary *vocabulary, const Files *files, Text *text);

#endif							/* DATAC_SEARCHED_H */
