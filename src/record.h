/*
 * record.h
 *	  Fills the record (DESIGN.md section 1): what a report, one of its
 *	  deliveries and the verdict on that say together.
 *
 * Rows are as bounce.h says: of the arena, the report and static storage.
 */
#ifndef BOUNCE_RECORD_H
#define BOUNCE_RECORD_H

#include "bounce.h"
#include "classify/own_rules.h"
#include "classify/verdict.h"
#include "report/report.h"

/* What all rows of one report share. */
typedef struct RecordShared
{
	Slice		addresser;
	Slice		verp;
	Slice		message_id;
	Slice		subject;
	Slice		list_id;
	Slice		feedback_id;
	Slice		lhost;
} RecordShared;

void		record_read_shared(Arena *arena, const Report *report, RecordShared *shared);

/*
 * Fills the row of a delivery.  'verdict' is of failures, delays and successes,
 * and not looked at for other kinds; 'judge' for what an automatic reply says.
 */
void		record_fill(Arena *arena, const Report *report, const Delivery *delivery, const RecordShared *shared,
						Judge *judge, const Verdict *verdict, BounceRow *row);

/* Fills the row of a bare reply, which no report surrounds. */
void		record_fill_reply(Arena *arena, BounceKind kind, const Delivery *delivery, const Verdict *verdict,
							  BounceRow *row);

/*
 * Makes a row, which must be complete, what a rule of the user's own says.  A
 * delay stays one that is not hard, and nobody is removed for it.
 */
void		record_apply_own(Arena *arena, const OwnRule *rule, const Verdict *verdict, BounceRow *row);

/* Lower case, valid UTF-8; SLICE_NONE for what is empty or longer than a host's name. */
Slice		record_host_name(Arena *arena, Slice name);

#endif							/* BOUNCE_RECORD_H */
