/*
 * shape.h
 *	  How a line of a human text names a recipient, if it does.
 */
#ifndef BOUNCE_SHAPE_H
#define BOUNCE_SHAPE_H

#include "mail/slice.h"

/* How a line names a recipient. */
typedef struct Shape
{
	Slice		address;		/* raw */
	size_t		behind;			/* offset in the line of what follows it */
	bool		bracketed;
	bool		colon;			/* "<a@b>:" */
	bool		alone;			/* nothing else in the line */
	bool		named;			/* a display name stands before it */
} Shape;

/*
 * Reads the line; false when it begins with no address.  shape->bracketed and
 * shape->alone are good in either case.
 */
bool		shape_read(Slice line, Shape *shape);

#endif							/* BOUNCE_SHAPE_H */
