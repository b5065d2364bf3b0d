/*
 * source.h
 *	  What a function reads bounces from: its first argument.
 */
#ifndef BOUNCE_PG_SOURCE_H
#define BOUNCE_PG_SOURCE_H

#include "postgres.h"

#include "bounce.h"
#include "pg/call.h"

typedef enum Source
{
	SOURCE_BYTEA,				/* a mail */
	SOURCE_TEXT,				/* likewise */
	SOURCE_JSONB				/* events of a mail service */
} Source;

/*
 * Reads the first argument of the call, which is not NULL, and hands out its
 * rows.  After call_begin(); raises "out of memory" when it ran short.
 */
extern void source_read(FunctionCallInfo fcinfo, Call *call, Source source, const BounceOptions *options,
						void (*take) (void *context, const BounceRow *row), void *context);

#endif							/* BOUNCE_PG_SOURCE_H */
