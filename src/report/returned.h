/*
 * returned.h
 *	  The message that failed, as far as the report returns it: its header,
 *	  never its body.
 */
#ifndef BOUNCE_RETURNED_H
#define BOUNCE_RETURNED_H

#include "report/report.h"

/* Reads what is of interest out of the returned header. */
void		returned_from_header(Arena *arena, const Header *header, Returned *returned);

/*
 * The same out of a text in which the header stands behind remarks, blank
 * lines or the report's own fields, indented or not.
 */
void		returned_from_text(Arena *arena, Slice text, char line_end, Returned *returned);

#endif							/* BOUNCE_RETURNED_H */
