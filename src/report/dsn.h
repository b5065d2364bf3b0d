/*
 * dsn.h
 *	  Delivery status notifications: RFC 3464, RFC 6533, and what MTAs make of
 *	  them.
 */
#ifndef BOUNCE_DSN_H
#define BOUNCE_DSN_H

#include "report/report.h"

/*
 * Reads per-message and per-recipient fields from 'text' (decoded) and adds a
 * delivery for each recipient group.  Groups are told apart by the fields
 * that they repeat, so missing or superfluous blank lines do no harm.
 */
void		dsn_read(Report *report, Slice text, char line_end);

/*
 * The same in pieces: reads on until a report has so many deliveries that it
 * should be asked for no more, or, with 'all', to the end; tells whether some
 * of the text is left.  The text must last as long as the reader.  NULL when
 * memory ran out.
 */
typedef struct DsnReader DsnReader;

DsnReader  *dsn_begin(Arena *arena, Slice text, char line_end);
bool		dsn_read_on(Report *report, DsnReader *reader, bool all);

/* True when a line of the text begins with a field that only a DSN has. */
bool		dsn_is_in(Slice text, char line_end, size_t *start);

/* The leading "x.y.z" of a Status field, which may go on with a comment or a sentence; SLICE_NONE without one. */
Slice		dsn_status(Slice value);

/* "rfc822; x" or "dns; mx.example.com (192.0.2.1)": what stands behind the type, without comment. */
Slice		dsn_name(Arena *arena, Slice value);

/* "\"|/usr/bin/x\"@example.com": Postfix's address of a pipe or a file; what was mailed is the one to tell. */
bool		dsn_is_program(Slice address);

#endif							/* BOUNCE_DSN_H */
