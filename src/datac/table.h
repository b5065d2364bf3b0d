/*
 * table.h
 *	  Reads one tab-separated table of data/.
 *
 * The first line that is no comment names the columns, in any order.  "#"
 * starts a comment line, blank lines are ignored, cells at the end of a line may
 * be left out when they may be empty.
 */
#ifndef DATAC_TABLE_H
#define DATAC_TABLE_H

#include "datac/datac.h"

#define TABLE_COLUMNS 16

/* A column that a table may have. */
typedef struct Column
{
	const char *name;
	bool		required;		/* its cells may not be empty */
} Column;

typedef struct Row
{
	unsigned	line;
	const char *cells[TABLE_COLUMNS];	/* as the columns were asked for; "" when empty */
} Row;

typedef struct Table
{
	const char *file;			/* name without path */
	Row		   *rows;
	size_t		count;
	size_t		allocated;
} Table;

/*
 * Reads DATA_DIR/'file'.  Bad lines are reported and left out; a file that is
 * not there is an error at its line 1.  Cells are valid UTF-8 without control
 * characters.
 */
Table		table_read(Datac *datac, const char *file, const Column *columns, int count);

/*
 * The same table, with "{your|the} {mail|message}" in a cell of the given
 * column written out as four rows.  "{x}", without a "|", stands for itself.
 */
Table		table_expand(Datac *datac, const Table *table, int column);

#define TABLE_READ(datac, file, columns) \
	table_read(datac, file, columns, (int) (sizeof(columns) / sizeof((columns)[0])))

/*
 * Where keys stand, to tell when one comes twice.  Keys are added while a table
 * is read and compared at its end.
 */
typedef struct Key
{
	const char *text;
	const char *what;			/* for the message: the phrase, the code ... */
	const char *file;
	unsigned	line;
	size_t		number;			/* in order of adding */
} Key;

typedef struct Keys
{
	Key		   *keys;
	size_t		count;
	size_t		allocated;
} Keys;

void		keys_add(Datac *datac, Keys *keys, const char *file, unsigned line,
					 const char *text, const char *what);

/* Reports every key that stands twice, at its second place. */
void		keys_check(Datac *datac, Keys *keys);

#endif							/* DATAC_TABLE_H */
