/*
 * bounce_read.h
 *	  How bounce.c reads and judges, for those within the library who want to
 *	  look on (explain.c).  Callers of the library want bounce.h.
 */
#ifndef BOUNCE_READ_H
#define BOUNCE_READ_H

#include "bounce.h"
#include "classify/verdict.h"
#include "report/report.h"

/* Is told what was read, once, and each row when it is complete; 'verdict' is NULL for kinds that are not judged. */
typedef struct BounceListener
{
	void	   *context;
	void		(*report) (void *context, const Report *report);
	void		(*row) (void *context, size_t delivery, const Verdict *verdict, const BounceRow *row);
} BounceListener;

/* bounce_read_message() with a trail and a listener, each of which may be NULL. */
BounceResult bounce_read(Arena *arena, Slice raw, bool all_kinds, Trail *trail, const BounceListener *told);

/* bounce_read_reply() that hands out the delivery and its verdict, too; 'trail' may be NULL. */
void		bounce_judge_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, Trail *trail,
							   Delivery *delivery, Verdict *verdict, BounceRow *row);

#endif							/* BOUNCE_READ_H */
