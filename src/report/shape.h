/*
 * shape.h
 *	  How a line of a human text names a recipient, if it does.
 */
#ifndef BOUNCE_SHAPE_H
#define BOUNCE_SHAPE_H

#include "report/report.h"

/* How a line names a recipient. */
typedef struct Shape
{
	Slice		address;		/* raw */
	size_t		behind;			/* offset in the line of what follows it */
	bool		bracketed;
	bool		colon;			/* "<a@b>:" */
	bool		alone;			/* nothing else in the line */
	bool		remark;			/* "(", "-" or ":" follows: words about it */
	bool		named;			/* a display name stands before it */
} Shape;

/*
 * Reads the line; false when it begins with no address.  shape->bracketed and
 * shape->alone are good in either case.
 */
bool		shape_read(Slice line, Shape *shape);

/* "a@b; Failed; 5.1.1 (bad destination mailbox address)": what 'rest', behind the address, says; KIND_NONE: nothing. */
BounceKind	shape_action(Slice rest);

#endif							/* BOUNCE_SHAPE_H */
