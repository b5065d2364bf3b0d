/*
 * trail.c
 *	  What was found in a message and what it led to (see trail.h).
 */
#include "match/fold.h"
#include "match/trail.h"

/* A text is decoded, then unfolded, then joined, then folded: few steps. */
#define MAX_STEPS_BACK 8

void
trail_init(Trail *trail, Arena *arena)
{
	memset(trail, 0, sizeof(*trail));
	trail->arena = arena;
	trail->delivery = TRAIL_MESSAGE;
	trail->work_left = TRAIL_WORK;
}

TrailEntry *
trail_note(Trail *trail, const char *decision, Slice value, bool won,
		   RuleName rule, Slice evidence, const char *why)
{
	TrailEntry *entries;
	TrailEntry *entry;

	if (trail == NULL)
		return NULL;
	if (trail->count >= LIMIT_STEPS)
	{
		arena_meet(trail->arena, BOUND_STEPS);
		return NULL;
	}
	entries = arena_grow(trail->arena, trail->entries, trail->count, &trail->allocated, sizeof(TrailEntry));
	if (entries == NULL)
		return NULL;
	trail->entries = entries;
	entry = &entries[trail->count++];
	entry->delivery = trail->delivery;
	entry->decision = decision;
	entry->value = value;
	entry->won = won;
	entry->rule = rule;
	entry->evidence = evidence;
	entry->why = why;
	return entry;
}

void
trail_begin(Trail *trail)
{
	trail->delivery = TRAIL_MESSAGE;
	trail->told = trail->told_here = 0;
	trail->arena->met = 0;
}

void
trail_bound(Trail *trail, Bound bound, Slice evidence)
{
	uint64_t	bit = UINT64_C(1) << bound;
	const MailLimit *limit = &limits[bound];

	if (trail == NULL)
		return;
	if (trail->told_of != trail->delivery)
		trail->told_here = 0;
	trail->told_of = trail->delivery;
	if (trail->told_here & bit)
		return;
	trail->told |= bit;
	trail->told_here |= bit;
	trail_note(trail, "limit", slice(limit->name, strlen(limit->name)), true, rule_limit(limit), evidence, limit->told);
}

void
trail_bounds_met(Trail *trail)
{
	for (int bound = 0; bound < BOUND_COUNT; bound++)
	{
		if ((trail->arena->met & ~trail->told) >> bound & 1)
			trail_bound(trail, (Bound) bound, SLICE_NONE);
	}
}

void
trail_source(Trail *trail, Slice derived, Slice origin)
{
	TrailSource *sources;

	if (trail == NULL || derived.n == 0 || origin.n == 0 || trail->source_count >= TRAIL_SOURCES ||
		(derived.p >= origin.p && derived.p + derived.n <= origin.p + origin.n))
		return;
	sources = arena_grow(trail->arena, trail->sources, trail->source_count, &trail->source_allocated, sizeof(TrailSource));
	if (sources == NULL)
		return;
	trail->sources = sources;
	sources[trail->source_count].derived = derived;
	sources[trail->source_count++].origin = origin;
}

void
trail_rewind(Trail *trail, size_t count)
{
	if (trail == NULL)
		return;
	/* a bound that is forgotten so can be told again */
	if (trail->count > count)
		trail->told_here = 0;
	trail->count = count;
}

static bool
is_inside(Slice part, Slice whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

/* Takes 'cost' from what may still be spent; false when that is not enough. */
static bool
spend(Trail *trail, size_t cost)
{
	if (trail->work_left < cost)
		return false;
	trail->work_left -= cost;
	return true;
}

/* Room to fold n bytes of a text: the room of the last one, when it is large enough. */
static bool
make_room(Trail *trail, size_t n)
{
	size_t		room = n < 4096 ? 4096 : n < TRAIL_NARROW / 2 ? 2 * n : TRAIL_NARROW;

	if (n <= trail->room)
		return true;
	trail->room = 0;
	trail->folded = arena_alloc(trail->arena, room);
	trail->offsets = arena_alloc(trail->arena, room * sizeof(uint32_t));
	if (trail->folded == NULL || trail->offsets == NULL)
		return false;
	trail->room = room;
	return true;
}

/* The bytes of origin that, folded, are the folded evidence; the whole of origin when they can't be told. */
static Slice
narrow(Trail *trail, Slice origin, Slice evidence)
{
	Slice		wanted;
	size_t		n;
	size_t		at;
	size_t		start;
	size_t		end;

	if (origin.n > TRAIL_NARROW || evidence.n > TRAIL_NARROW || !spend(trail, origin.n + evidence.n) || !make_room(trail, origin.n))
		return origin;
	arena_interrupt(trail->arena);
	wanted = fold_text(trail->arena, evidence);
	if (wanted.n == 0)
		return origin;
	n = fold_into(origin, trail->folded, trail->offsets);
	/* linear, whatever the words are */
	at = slice_find_nocase(slice(trail->folded, n), wanted, 0);
	if (at == SLICE_NPOS)
		return origin;
	start = trail->offsets[at];
	end = at + wanted.n < n ? trail->offsets[at + wanted.n] : origin.n;
	return slice_trim(slice(origin.p + start, end - start));
}

Slice
trail_locate(Trail *trail, Slice message, Slice evidence)
{
	for (int steps = 0; steps < MAX_STEPS_BACK && evidence.n > 0; steps++)
	{
		const TrailSource *source = NULL;

		if (is_inside(evidence, message))
			return evidence;
		arena_interrupt(trail->arena);
		/* what was noted last lies nearest to the evidence */
		for (size_t i = trail->source_count; i > 0 && source == NULL && spend(trail, 1); i--)
		{
			if (is_inside(evidence, trail->sources[i - 1].derived))
				source = &trail->sources[i - 1];
		}
		if (source == NULL)
			break;
		evidence = narrow(trail, source->origin, evidence);
	}
	return SLICE_NONE;
}

Slice
rule_id(Arena *arena, const RuleName *rule)
{
	size_t		lengths[3];
	const char *parts[3];
	size_t		count = 0;
	size_t		n = 0;
	char	   *out;

	if (rule->table == NULL)
		return SLICE_NONE;
	parts[count++] = rule->table;
	if (rule->owner)
		parts[count++] = rule->owner;
	parts[count++] = rule->pattern;
	for (size_t i = 0; i < count; i++)
		n += (lengths[i] = strlen(parts[i])) + 1;
	out = arena_alloc(arena, n);
	if (out == NULL)
		return SLICE_NONE;
	n = 0;
	for (size_t i = 0; i < count; i++)
	{
		if (i > 0)
			out[n++] = ':';
		memcpy(out + n, parts[i], lengths[i]);
		n += lengths[i];
	}
	return slice(out, n);
}
