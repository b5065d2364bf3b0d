/*
 * arena.h
 *	  Memory for one message, given back all at once.
 *
 * The library allocates only from an Arena, and an Arena only through the two
 * functions that its owner hands in: those of a memory context in the backend,
 * malloc/free in the fuzzer, a failing stub in the fault tests.
 *
 * Errors: 'alloc' returns NULL when memory is short.  It must not longjmp: the
 * caller may hold an object of iconv or PCRE2.  Then arena_alloc returns
 * NULL and sets arena->failed; every caller in this library treats NULL as
 * "absent" and goes on, and the owner looks at 'failed' at the end.
 */
#ifndef BOUNCE_ARENA_H
#define BOUNCE_ARENA_H

#include "mail/limits.h"
#include "mail/slice.h"

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena
{
	void	   *(*alloc) (void *owner, size_t size);
	void		(*release) (void *owner, void *block);
	void	   *owner;
	/* called now and then in long loops; may longjmp away; may be NULL */
	void		(*interrupt) (void *owner);
	bool		failed;			/* an allocation returned NULL */
	/*
	 * Compiled expressions that outlive the message, the owner's to make and to
	 * keep (match/regex.h); NULL: they are made for each message.
	 */
	struct Regexes *regexes;
	struct Descriptors *descriptors;	/* likewise, of charsets (mail/descriptors.h) */
	size_t		held;			/* bytes of all blocks */
	uint64_t	met;			/* bit BOUND_x: that bound cut something */
	size_t		steps;			/* of arena_work() since the hook was last called */

	/* private */
	ArenaBlock *blocks;
	char	   *next;
	size_t		left;
} Arena;

/* Prepares 'arena'; allocates nothing yet.  'interrupt' may be NULL. */
void		arena_init(Arena *arena, void *(*alloc) (void *, size_t),
					   void (*release) (void *, void *), void *owner,
					   void (*interrupt) (void *));

/* Another arena of the same owner, for what does not last as long. */
void		arena_init_beside(Arena *arena, const Arena *other);

/* Gives all blocks back to the owner; the arena can be used again. */
void		arena_reset(Arena *arena);

/*
 * What was allocated since arena_mark() is given back by arena_rewind().  No
 * array that is older may have grown in between.
 */
typedef struct ArenaMark
{
	ArenaBlock *block;
	ArenaBlock *older;
	char	   *next;
	size_t		left;
} ArenaMark;

ArenaMark	arena_mark(const Arena *arena);
void		arena_rewind(Arena *arena, ArenaMark mark);

/*
 * Gives a piece back before the rest, if it is so large that a block was made
 * for it; else nothing happens, and it goes with the rest.
 */
void		arena_give_back(Arena *arena, void *piece);

/* 'size' bytes, aligned for any type, not zeroed; NULL when out of memory. */
void	   *arena_alloc(Arena *arena, size_t size);

/* The same, zeroed. */
void	   *arena_zalloc(Arena *arena, size_t size);

/*
 * Room for one more element in an array that lies in the arena: 'items' when
 * 'count' is below *allocated, else an array of twice the size, often
 * elsewhere: nobody may point into the old one.  NULL when out of memory;
 * 'items' stays good then.
 */
void	   *arena_grow(Arena *arena, void *items, size_t count, size_t *allocated, size_t item_size);

/* A copy of s in the arena, with a NUL behind it that n does not count. */
Slice		arena_copy(Arena *arena, Slice s);

/* The copy with ASCII letters in lower case. */
Slice		arena_copy_lower(Arena *arena, Slice s);

/* Notes that a bound was met, for bounce_explain(); where there is a trail, trail_bound() tells more. */
static inline void
arena_meet(Arena *arena, Bound bound)
{
	arena->met |= UINT64_C(1) << bound;
}

_Static_assert(BOUND_COUNT <= 64, "arena_meet() has a bit for each bound");

/* The first 'most' bytes of s, which 'bound' allows; see slice_bound(). */
static inline Slice
arena_bounded(Arena *arena, Slice s, size_t most, Bound bound)
{
	Slice		head = slice_bound(s, most);

	if (head.n < s.n)
		arena_meet(arena, bound);
	return head;
}

/* The same by the bound's name: ARENA_BOUNDED(arena, value, FIELD_BYTES). */
#define ARENA_BOUNDED(arena, s, id) arena_bounded(arena, s, LIMIT_##id, BOUND_##id)

static inline void
arena_interrupt(Arena *arena)
{
	if (arena->interrupt)
		arena->interrupt(arena->owner);
}

/* Steps between two calls of the hook: a step is a line, or some tens of bytes. */
#define ARENA_STEPS 4096

/* For loops of short steps, of many of which some function may consist: says how many were taken. */
static inline void
arena_work(Arena *arena, size_t steps)
{
	arena->steps += steps;
	if (arena->steps >= ARENA_STEPS)
	{
		arena->steps = 0;
		arena_interrupt(arena);
	}
}

#endif							/* BOUNCE_ARENA_H */
