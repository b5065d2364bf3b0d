/*
 * score.c
 *	  bounce_score(): the aggregate that adds up weights with a half-life, one
 *	  a day.
 *
 * The state holds the events themselves, because the day's heaviest can't be
 * told before all have been seen, and because sums of floating-point numbers
 * depend on their order: they are added up in the order of time at the end, so
 * that neither the plan nor the number of workers shows in the result.  With
 * one a day it holds as many as there are days, not more than twice.
 *
 * The state is packed now and then, by the final function too.  That changes
 * nothing of what it stands for, so more rows may follow: the aggregate works
 * over a growing window frame.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "tally.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(bounce_score_add);
PG_FUNCTION_INFO_V1(bounce_score_add_hard);
PG_FUNCTION_INFO_V1(bounce_score_combine);
PG_FUNCTION_INFO_V1(bounce_score_serialize);
PG_FUNCTION_INFO_V1(bounce_score_deserialize);
PG_FUNCTION_INFO_V1(bounce_score_total);

#define HARD_WEIGHT 1.0
#define SOFT_WEIGHT 0.5

#define EVENTS_AT_FIRST 4

typedef struct Score
{
	/* what all rows of a group agree about */
	bool		one_per_day;
	bool		as_of_given;
	TimestampTz as_of;			/* zero unless given */
	double		half_life;		/* microseconds; INFINITY: none */

	TimestampTz newest;			/* of all rows; DT_NOBEGIN: none */
	size_t		count;
	size_t		room;
	TallyEvent *events;			/* in the order of arrival since the last packing */
} Score;

static void
interrupt(void)
{
	CHECK_FOR_INTERRUPTS();
}

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "bounce_score called in non-aggregate context");
	return context;
}

static Score *
score_make(MemoryContext context, size_t room)
{
	Score	   *score = (Score *) MemoryContextAllocZero(context, sizeof(Score));

	score->newest = DT_NOBEGIN;
	score->room = Max(room, EVENTS_AT_FIRST);
	score->events = (TallyEvent *) MemoryContextAllocHuge(context, score->room * sizeof(TallyEvent));
	return score;
}

static void
score_pack(Score *score)
{
	score->count = tally_pack(score->events, score->count, score->one_per_day, interrupt);
}

/* Adds an event; the memory stays in the context that the state was made in. */
static void
score_put(Score *score, TallyEvent event)
{
	TallyEvent *last = score->events + score->count - 1;

	/* mostly they come in order, and many on a day */
	if (score->count > 0 && score->one_per_day && tally_same_day(last->at, event.at))
	{
		if (tally_outweighs(event, *last))
			*last = event;
		return;
	}
	if (score->count == score->room)
	{
		score_pack(score);
		/* grow, unless the packing has made room enough to be worth it again */
		if (score->count > score->room / 2)
		{
			score->events = (TallyEvent *) repalloc_huge(score->events, 2 * score->room * sizeof(TallyEvent));
			score->room *= 2;
		}
	}
	score->events[score->count++] = event;
}

/* In microseconds; months have 30 days, as where intervals are compared. */
static double
half_life_of(const Interval *interval)
{
	double		half_life;

	if (interval == NULL)
		return INFINITY;
	half_life = (double) interval->time +
		((double) interval->day + (double) interval->month * DAYS_PER_MONTH) * (double) USECS_PER_DAY;
	if (half_life <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("half_life must be greater than zero"),
				 errhint("NULL stands for no decay.")));
	return half_life;
}

static void
refuse_change(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be the same in all rows that a score is made of", argument),
			 strcmp(argument, "as_of") != 0 ? 0 :
			 errhint("NULL stands for the time of the newest row.")));
}

/*
 * The state with what all rows must agree about, checked: made when there is
 * none.  Arguments: state, weight or hardness, at, half_life, and where the
 * function was declared with them, as_of and one_per_day.
 */
static Score *
score_begin(FunctionCallInfo fcinfo)
{
	MemoryContext context = aggregate_context(fcinfo);
	Score	   *score = PG_ARGISNULL(0) ? NULL : (Score *) PG_GETARG_POINTER(0);
	double		half_life = half_life_of(PG_ARGISNULL(3) ? NULL : PG_GETARG_INTERVAL_P(3));
	bool		as_of_given = PG_NARGS() > 4 && !PG_ARGISNULL(4);
	TimestampTz as_of = as_of_given ? PG_GETARG_TIMESTAMPTZ(4) : 0;
	bool		one_per_day = PG_NARGS() <= 5 || PG_ARGISNULL(5) || PG_GETARG_BOOL(5);

	if (score == NULL)
	{
		score = score_make(context, EVENTS_AT_FIRST);
		score->half_life = half_life;
		score->as_of_given = as_of_given;
		score->as_of = as_of;
		score->one_per_day = one_per_day;
		return score;
	}
	if (score->half_life != half_life)
		refuse_change("half_life");
	if (score->as_of_given != as_of_given || score->as_of != as_of)
		refuse_change("as_of");
	if (score->one_per_day != one_per_day)
		refuse_change("one_per_day");
	return score;
}

/* Adds a weight, unless it or its time is missing. */
static void
score_add(FunctionCallInfo fcinfo, Score *score, double weight)
{
	TimestampTz at;

	if (!(weight >= 0) || isinf(weight))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must be a finite number, zero or greater")));
	if (PG_ARGISNULL(2))
		return;
	at = PG_GETARG_TIMESTAMPTZ(2);
	if (TIMESTAMP_NOT_FINITE(at) || (score->as_of_given && at > score->as_of))
		return;
	if (at > score->newest)
		score->newest = at;
	if (weight > 0)
		score_put(score, (TallyEvent) {at, weight});
}

/* (state, weight double precision, at, half_life [, as_of [, one_per_day]]) */
Datum
bounce_score_add(PG_FUNCTION_ARGS)
{
	Score	   *score = score_begin(fcinfo);

	if (!PG_ARGISNULL(1))
		score_add(fcinfo, score, PG_GETARG_FLOAT8(1));
	PG_RETURN_POINTER(score);
}

/* (state, hard_bounce boolean, at, half_life [, as_of [, one_per_day]]) */
Datum
bounce_score_add_hard(PG_FUNCTION_ARGS)
{
	Score	   *score = score_begin(fcinfo);

	if (!PG_ARGISNULL(1))
		score_add(fcinfo, score, PG_GETARG_BOOL(1) ? HARD_WEIGHT : SOFT_WEIGHT);
	PG_RETURN_POINTER(score);
}

/* Two states into the first; the second is left as it is. */
Datum
bounce_score_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Score	   *score = PG_ARGISNULL(0) ? NULL : (Score *) PG_GETARG_POINTER(0);
	Score	   *other = PG_ARGISNULL(1) ? NULL : (Score *) PG_GETARG_POINTER(1);
	size_t		i;

	if (other == NULL)
	{
		if (score == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(score);
	}
	if (score == NULL)
	{
		score = score_make(context, other->count);
		score->half_life = other->half_life;
		score->as_of_given = other->as_of_given;
		score->as_of = other->as_of;
		score->one_per_day = other->one_per_day;
	}
	if (score->half_life != other->half_life)
		refuse_change("half_life");
	if (score->as_of_given != other->as_of_given || score->as_of != other->as_of)
		refuse_change("as_of");
	if (score->one_per_day != other->one_per_day)
		refuse_change("one_per_day");
	score->newest = Max(score->newest, other->newest);
	for (i = 0; i < other->count; i++)
		score_put(score, other->events[i]);
	PG_RETURN_POINTER(score);
}

Datum
bounce_score_serialize(PG_FUNCTION_ARGS)
{
	Score	   *score;
	StringInfoData bytes;
	size_t		i;

	(void) aggregate_context(fcinfo);
	score = (Score *) PG_GETARG_POINTER(0);
	score_pack(score);
	pq_begintypsend(&bytes);
	pq_sendbyte(&bytes, score->one_per_day);
	pq_sendbyte(&bytes, score->as_of_given);
	pq_sendint64(&bytes, score->as_of);
	pq_sendfloat8(&bytes, score->half_life);
	pq_sendint64(&bytes, score->newest);
	pq_sendint64(&bytes, score->count);
	for (i = 0; i < score->count; i++)
	{
		pq_sendint64(&bytes, score->events[i].at);
		pq_sendfloat8(&bytes, score->events[i].weight);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

Datum
bounce_score_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *serialized;
	StringInfoData bytes;
	Score		head = {0};
	Score	   *score;
	size_t		i;

	(void) aggregate_context(fcinfo);
	serialized = PG_GETARG_BYTEA_PP(0);
	initStringInfo(&bytes);
	appendBinaryStringInfo(&bytes, VARDATA_ANY(serialized), VARSIZE_ANY_EXHDR(serialized));
	head.one_per_day = pq_getmsgbyte(&bytes) != 0;
	head.as_of_given = pq_getmsgbyte(&bytes) != 0;
	head.as_of = pq_getmsgint64(&bytes);
	head.half_life = pq_getmsgfloat8(&bytes);
	head.newest = pq_getmsgint64(&bytes);
	head.count = (size_t) pq_getmsgint64(&bytes);

	score = score_make(CurrentMemoryContext, head.count);
	head.room = score->room;
	head.events = score->events;
	*score = head;
	for (i = 0; i < score->count; i++)
	{
		score->events[i].at = pq_getmsgint64(&bytes);
		score->events[i].weight = pq_getmsgfloat8(&bytes);
	}
	pq_getmsgend(&bytes);
	pfree(bytes.data);
	PG_RETURN_POINTER(score);
}

/* The score of no rows is 0, not NULL. */
Datum
bounce_score_total(PG_FUNCTION_ARGS)
{
	Score	   *score;

	(void) aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_FLOAT8(0);
	score = (Score *) PG_GETARG_POINTER(0);
	score_pack(score);
	PG_RETURN_FLOAT8(tally_score(score->events, score->count, score->half_life,
								 score->as_of_given ? score->as_of : score->newest));
}
