/*
 * bounce_read.h
 *	  How bounce.c reads and judges, for those within the library who want to
 *	  look on (explain.c).  Callers of the library want bounce.h.
 */
#ifndef BOUNCE_READ_H
#define BOUNCE_READ_H

#include "bounce.h"
#include "classify/own_rules.h"
#include "classify/verdict.h"
#include "report/report.h"

/* What rules of the user's own made of a verdict. */
typedef struct OwnDecision
{
	const OwnRule *rule;		/* NULL: none applied */
	size_t		noted;			/* entries of the trail that come before those of own rules */
} OwnDecision;

/* Is told what was read, once, and each row when it is complete; 'verdict' is NULL for kinds that are not judged. */
typedef struct BounceListener
{
	void	   *context;
	void		(*report) (void *context, const Report *report);
	void		(*row) (void *context, size_t delivery, const Verdict *verdict, const OwnDecision *own, const BounceRow *row);
} BounceListener;

/* bounce_read_message_with() with a trail and a listener, each of which may be NULL. */
BounceResult bounce_read(Arena *arena, Slice raw, const BounceOptions *options, Trail *trail, const BounceListener *told);

/* The same of bounce_read_json(). */
BounceResult bounce_read_events(Arena *arena, Slice document, const BounceOptions *options, Trail *trail, const BounceListener *told);

/* bounce_read_reply_with() that hands out the delivery and what was decided, too; 'trail' may be NULL. */
void		bounce_judge_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command, const BounceOptions *options, Trail *trail,
							   Delivery *delivery, Verdict *verdict, OwnDecision *own, BounceRow *row);

#endif							/* BOUNCE_READ_H */
