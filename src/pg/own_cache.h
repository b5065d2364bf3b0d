/*
 * own_cache.h
 *	  Rules and formats of users' own: read from their tables, compiled, kept.
 */
#ifndef BOUNCE_PG_OWN_CACHE_H
#define BOUNCE_PG_OWN_CACHE_H

#include "postgres.h"

#include "bounce.h"
#include "fmgr.h"
#include "pg/call.h"

/*
 * Fills rules, formats and now of *options by the ruleset that the argument of
 * that number names; SQL's NULL names none, a ruleset without rows holds none.
 * May run queries, with the rights of the current user: to be called after
 * call_get(), but before call_begin().
 */
extern void own_options(FunctionCallInfo fcinfo, Call *call, int argument, BounceOptions *options);

/* The rules and formats of one ruleset. */
typedef struct OwnSet
{
	MemoryContext context;		/* in which it lies, with all that it holds */
	Arena		arena;			/* within it */
	struct OwnRules *rules;		/* NULL: there are none */
	struct OwnFormats *formats; /* likewise */

	/* private to own_cache.c */
	struct OwnSet *next;		/* of those that are kept, that which was used before it */
	bool		kept;
	int			pins;			/* call sites that read by it */
	uint64		generation;		/* that of the tables */
	Oid			user;			/* by whose rights they were read */
	struct varlena *ruleset;
	MemoryContextCallback callback;
} OwnSet;

/*
 * Fills the rules and formats of a set, whose context and arena are there, from
 * the tables in that schema, by the snapshot that is active (own_load.c).
 */
extern void own_load(OwnSet *set, const Charset *charset, const char *schema, text *ruleset);

#endif							/* BOUNCE_PG_OWN_CACHE_H */
