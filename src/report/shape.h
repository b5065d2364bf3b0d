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

/*
 * "<a@very-long-" and "    example.com>: words": an address that was wrapped.
 * Both lines trimmed; *behind is where it ends in the second one.  The address
 * is put together in the arena; SLICE_NONE where these lines are no such.
 */
Slice		shape_wrapped(Arena *arena, Slice line, Slice next, size_t *behind);

/*
 * "a@b; Failed; 5.1.1 (bad destination mailbox address)", "a@b    failed   550 ...":
 * what stands at offset 'behind', behind the address; KIND_NONE: nothing.
 */
BounceKind	shape_action(Slice line, size_t behind);

/*
 * Python's SMTPRecipientsRefused, printed: "{'a@b': (550, b'5.1.1 unknown'), ...}".
 * Finds the next entry at or behind *offset, the address and what stands
 * between its parentheses, and moves *offset behind it.
 */
bool		shape_refused(Slice line, size_t *offset, Slice *address, Slice *reply);

#endif							/* BOUNCE_SHAPE_H */
