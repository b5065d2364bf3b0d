/*
 * own_cache.c
 *	  Which rules of users' own a call reads by.
 *
 * To read and compile a ruleset costs as much as some dozens of mails.  So a
 * backend keeps what it has compiled, for each ruleset and user, and drops it
 * when the tables change.
 *
 * What is kept is true at the moment: what is committed, and what this very
 * transaction did.  It is read by the latest snapshot, not by the transaction's
 * own, so that the old view of a REPEATABLE READ transaction is never kept for
 * later ones.  Each change of a row has a trigger send a relcache invalidation
 * for its table (own_trigger.c): the server hands it to the own backend at the
 * command's end and again if that is rolled back, to the others at commit.  It
 * counts a generation up here, and sets of an older one are of no use any more.
 * A set has the generation that was when it began to be read, so that a change
 * in the middle of that is not missed.
 *
 * Within one statement a call site stays with the set that it began with, as
 * functions that are STABLE must: it pins it.  One that outlives its statements,
 * as in PL/pgSQL, asks for changes when the view is another.  That alone would
 * not do: a commit shows in snapshots a moment before its invalidations are sent,
 * on a standby, too, and nothing more may change the view for long.
 *
 * Two things are not kept, but live as long as the call site.  Under row-level
 * security what a user sees may hang on anything.  And parallel workers, which
 * may take no snapshot of their own, must see what their leader sees: the
 * statement's snapshot.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "classify/own_rules.h"
#include "miscadmin.h"
#include "pg/own_cache.h"
#include "report/own_formats.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#define SETS_KEPT 64			/* of one backend; the one that was not used for longest goes first */
#define SETS_USED 16			/* of one call site, where the ruleset is a column */

/* The tables, the backend's state, and what it keeps of them. */
static struct
{
	bool		listening;		/* for invalidations */
	Oid			rules;			/* bounce_rule */
	Oid			formats;		/* bounce_format */
	uint64		generation;
	OwnSet	   *sets;			/* the one used last comes first */
	int			count;
}			cache;

/* What tells one statement's view from another's. */
typedef struct View
{
	Oid			user;
	CommandId	command;
	TransactionId xmin;
	TransactionId xmax;
	uint32		running;
} View;

/* A call site's. */
typedef struct OwnUse
{
	Oid			schema;			/* that of the function */
	View		view;			/* under which the sets were taken */
	bool		lasting;		/* it has seen more than one view: statements come and go under it */
	bool		settled;		/* the sets are those of the view itself, so that no change matters to it */
	OwnSet	   *sets[SETS_USED];
	int			count;
	int			oldest;			/* of the sets, when they are that many */
	MemoryContextCallback callback; /* of the call site's memory */
} OwnUse;

/* ------------------------------------------------------------------------
 * Sets
 * ------------------------------------------------------------------------ */

/* Gives back what PCRE2 holds of a set, when its memory goes. */
static void
free_patterns(void *argument)
{
	OwnSet	   *set = argument;

	if (set->rules)
		own_rules_free(set->rules);
	if (set->formats)
		own_formats_free(set->formats);
}

static void
drop(OwnSet *set)
{
	if (!set->kept && set->pins == 0)
		MemoryContextDelete(set->context);
}

/* Takes *link out of those that are kept; it goes as soon as nobody reads by it. */
static void
forget(OwnSet **link)
{
	OwnSet	   *set = *link;

	*link = set->next;
	set->next = NULL;
	set->kept = false;
	cache.count--;
	drop(set);
}

static void
forget_stale(void)
{
	OwnSet	  **link = &cache.sets;

	while (*link)
	{
		if ((*link)->generation != cache.generation)
			forget(link);
		else
			link = &(*link)->next;
	}
}

static void
keep(OwnSet *set)
{
	set->kept = true;
	set->next = cache.sets;
	cache.sets = set;
	if (++cache.count > SETS_KEPT)
	{
		OwnSet	  **link = &cache.sets;

		while ((*link)->next)
			link = &(*link)->next;
		forget(link);
	}
}

static bool
same_text(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* The set that is kept for that user and ruleset, moved to the front; NULL for none. */
static OwnSet *
find_kept(Oid user, const text *ruleset)
{
	OwnSet	  **link;

	for (link = &cache.sets; *link; link = &(*link)->next)
	{
		OwnSet	   *set = *link;

		if (set->user == user && set->generation == cache.generation && same_text(set->ruleset, ruleset))
		{
			*link = set->next;
			set->next = cache.sets;
			cache.sets = set;
			return set;
		}
	}
	return NULL;
}

/*
 * Reads a set, whose memory lasts until it is dropped.  An error in the middle
 * leaves nothing: until the set is whole it goes with the caller's context.
 */
static OwnSet *
load(const Charset *charset, Oid schema, text *ruleset, bool latest)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bounce rules", ALLOCSET_DEFAULT_SIZES);
	OwnSet	   *set = MemoryContextAllocZero(context, sizeof(OwnSet));
	char	   *name = get_namespace_name(schema);

	set->context = context;
	set->generation = cache.generation;
	set->user = GetUserId();
	set->ruleset = MemoryContextAlloc(context, VARSIZE_ANY(ruleset));
	memcpy(set->ruleset, ruleset, VARSIZE_ANY(ruleset));
	session_arena(&set->arena, context);
	set->callback.func = free_patterns;
	set->callback.arg = set;
	MemoryContextRegisterResetCallback(context, &set->callback);
	if (name == NULL)
		elog(ERROR, "cache lookup failed for schema %u", schema);
	if (latest)
		PushActiveSnapshot(GetLatestSnapshot());
	own_load(set, charset, name, ruleset);
	if (latest)
		PopActiveSnapshot();
	/* no child of the call site's, which goes before its owner can say that it is done */
	MemoryContextSetParent(context, TopMemoryContext);
	return set;
}

/* ------------------------------------------------------------------------
 * Tables
 * ------------------------------------------------------------------------ */

/* The server tells that a table is no longer as it was; InvalidOid: any table. */
static void
on_relation_changed(Datum argument, Oid relation)
{
	(void) argument;
	if (relation == InvalidOid || relation == cache.rules || relation == cache.formats)
		cache.generation++;
}

static Oid
find_table(const char *name, Oid schema)
{
	Oid			table = get_relname_relid(name, schema);

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s\" of extension bounce does not exist", name),
				 errhint("Run ALTER EXTENSION bounce UPDATE.")));
	return table;
}

/* Finds the tables beside the function, and takes note of what changed in them. */
static void
attend_tables(Oid schema)
{
	Oid			rules = find_table("bounce_rule", schema);
	Oid			formats = find_table("bounce_format", schema);

	if (!cache.listening)
	{
		CacheRegisterRelcacheCallback(on_relation_changed, (Datum) 0);
		cache.listening = true;
	}
	/* the extension was dropped and created again */
	if (cache.rules != rules || cache.formats != formats)
	{
		cache.rules = rules;
		cache.formats = formats;
		cache.generation++;
	}
	/* as any query on them would do it; takes in the invalidations that are waiting */
	LockRelationOid(rules, AccessShareLock);
	LockRelationOid(formats, AccessShareLock);
}

/*
 * Does whoever calls see the whole table, whatever else holds at the moment?
 * Its owner may have put a view or a foreign table in its place, of which nobody
 * knows.
 */
static bool
may_read(Oid table)
{
	return get_rel_relkind(table) == RELKIND_RELATION &&
		pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(table, InvalidOid, true) != RLS_ENABLED;
}

/* May what is read now be kept for others?  Who may not read is to get the ordinary error. */
static bool
may_keep(void)
{
	return !IsInParallelMode() && may_read(cache.rules) && may_read(cache.formats);
}

/* ------------------------------------------------------------------------
 * Call sites
 * ------------------------------------------------------------------------ */

static void
release_sets(void *argument)
{
	OwnUse	   *use = argument;

	while (use->count > 0)
	{
		OwnSet	   *set = use->sets[--use->count];

		set->pins--;
		drop(set);
	}
	use->oldest = 0;
}

static View
current_view(void)
{
	View		view = {.user = GetUserId()};

	if (ActiveSnapshotSet())
	{
		Snapshot	snapshot = GetActiveSnapshot();

		view.command = snapshot->curcid;
		view.xmin = snapshot->xmin;
		view.xmax = snapshot->xmax;
		/* on a standby all that run are in the second list; under one xmax there are only ever fewer */
		view.running = snapshot->xcnt + snapshot->subxcnt;
	}
	return view;
}

static bool
same_view(const View *a, const View *b)
{
	return a->user == b->user && a->command == b->command && a->xmin == b->xmin && a->xmax == b->xmax &&
		a->running == b->running;
}

static OwnUse *
use_of(FunctionCallInfo fcinfo, Call *call)
{
	OwnUse	   *use = call->own;

	if (use != NULL)
		return use;
	use = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(OwnUse));
	use->schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	use->callback.func = release_sets;
	use->callback.arg = use;
	MemoryContextRegisterResetCallback(fcinfo->flinfo->fn_mcxt, &use->callback);
	call->own = use;
	return use;
}

/* Is one of the sets not what the next statement would see? */
static bool
has_stale(const OwnUse *use)
{
	int			i;

	for (i = 0; i < use->count; i++)
	{
		if (!use->sets[i]->kept || use->sets[i]->generation != cache.generation)
			return true;
	}
	return false;
}

static void
pin(OwnUse *use, OwnSet *set)
{
	int			place = use->count;

	if (use->count < SETS_USED)
		use->count++;
	else
	{
		place = use->oldest;
		use->oldest = (use->oldest + 1) % SETS_USED;
		use->sets[place]->pins--;
		drop(use->sets[place]);
	}
	set->pins++;
	use->sets[place] = set;
}

static OwnSet *
find_set(OwnUse *use, const Charset *charset, text *ruleset)
{
	OwnSet	   *set;
	int			i;

	for (i = 0; i < use->count; i++)
	{
		if (same_text(use->sets[i]->ruleset, ruleset))
			return use->sets[i];
	}
	attend_tables(use->schema);
	forget_stale();
	if (use->settled || !may_keep())
	{
		/* by the snapshot of the statement where no other may be taken */
		set = load(charset, use->schema, ruleset, !use->settled && !IsInParallelMode());
		pin(use, set);
		return set;
	}
	set = find_kept(GetUserId(), ruleset);
	if (set != NULL)
		pin(use, set);
	else
	{
		set = load(charset, use->schema, ruleset, true);
		pin(use, set);
		keep(set);
	}
	return set;
}

/*
 * Lets go of sets that are not what the statement is to be read by.  A call site
 * may outlive its statement (PL/pgSQL) and its user (SET ROLE).
 *
 * Where a change turns up though the view is the same, it was made before the
 * view, or during the very statement.  What the view sees is right in both cases.
 */
static void
look_for_changes(OwnUse *use, const View *view)
{
	bool		is_other = !same_view(&use->view, view);

	if (is_other)
	{
		use->lasting = true;
		use->settled = false;
	}
	else if (!use->lasting || use->settled || IsolationUsesXactSnapshot())
		return;
	AcceptInvalidationMessages();
	/* who may read may have changed without the tables: a membership, BYPASSRLS */
	if (use->view.user != view->user || has_stale(use) || (is_other && !may_keep()))
	{
		release_sets(use);
		use->settled = !is_other;
	}
}

void
own_options(FunctionCallInfo fcinfo, Call *call, int argument, BounceOptions *options)
{
	OwnUse	   *use;
	OwnSet	   *set;
	View		view;

	options->rules = NULL;
	options->formats = NULL;
	options->now = GetCurrentTransactionStartTimestamp();
	if (PG_ARGISNULL(argument))
		return;
	use = use_of(fcinfo, call);
	view = current_view();
	if (use->count > 0)
		look_for_changes(use, &view);
	use->view = view;
	set = find_set(use, &call->charset, PG_GETARG_TEXT_PP(argument));
	options->rules = set->rules;
	options->formats = set->formats;
}
