/*
 * arena.c
 *	  Memory for one message, given back all at once.
 *
 * Blocks come from the owner's function and double from 8 KB to 256 KB, so
 * that one serves an ordinary mail and few serve a large one; a request that
 * would waste much of a block gets its own.  Nothing here calls malloc by
 * itself, and nothing is changed before the owner's function has returned: it
 * may longjmp away.
 */
#include "mail/arena.h"
#include "mail/poison.h"

#define ARENA_ALIGN 16			/* suits any type */
#ifndef ARENA_FIRST_BLOCK		/* t/c/faults.c wants many blocks */
#define ARENA_FIRST_BLOCK ((size_t) 8192)
#define ARENA_LAST_BLOCK ((size_t) 256 * 1024)
#define ARENA_OWN_ARRAY ((size_t) 16 * 1024)	/* a growing array of this size has a block of its own */
#endif

struct ArenaBlock
{
	ArenaBlock *older;
	size_t		size;			/* of the block, header included */
	size_t		step;			/* its size in the row of doublings; 0: made
								 * for a single request */
};

/* The owner's function need not align to more than 8. */
#define BLOCK_OVERHEAD (sizeof(ArenaBlock) + ARENA_ALIGN - 1)

void
arena_init(Arena *arena, void *(*alloc) (void *, size_t),
		   void (*release) (void *, void *), void *owner,
		   void (*interrupt) (void *))
{
	memset(arena, 0, sizeof(*arena));
	arena->alloc = alloc;
	arena->release = release;
	arena->owner = owner;
	arena->interrupt = interrupt;
}

void
arena_init_beside(Arena *arena, const Arena *other)
{
	arena_init(arena, other->alloc, other->release, other->owner, other->interrupt);
	arena->regexes = other->regexes;
	arena->descriptors = other->descriptors;
}

static void
release_block(Arena *arena, ArenaBlock *block)
{
	arena->held -= block->size;
	unpoison(block, block->size);
	arena->release(arena->owner, block);
}

void
arena_reset(Arena *arena)
{
	while (arena->blocks)
	{
		ArenaBlock *block = arena->blocks;

		arena->blocks = block->older;
		release_block(arena, block);
	}
	arena->next = NULL;
	arena->left = 0;
	arena->failed = false;
}

ArenaMark
arena_mark(const Arena *arena)
{
	return (ArenaMark) {arena->blocks, arena->blocks ? arena->blocks->older : NULL, arena->next, arena->left};
}

/*
 * Newer blocks stand before the one that was in use, or, made for a single
 * request, right behind it.
 */
void
arena_rewind(Arena *arena, ArenaMark mark)
{
	while (arena->blocks != mark.block)
	{
		ArenaBlock *block = arena->blocks;

		arena->blocks = block->older;
		release_block(arena, block);
	}
	while (mark.block && mark.block->older != mark.older)
	{
		ArenaBlock *block = mark.block->older;

		mark.block->older = block->older;
		release_block(arena, block);
	}
	arena->next = mark.next;
	arena->left = mark.left;
	poison(arena->next, arena->left);
}

static ArenaBlock *
new_block(Arena *arena, size_t size, size_t step)
{
	ArenaBlock *block = arena->alloc(arena->owner, size);

	if (block == NULL)
	{
		arena->failed = true;
		return NULL;
	}
	/* the owner may hand out again what an error left poisoned */
	unpoison(block, size);
	arena->held += size;
	block->size = size;
	block->step = step;
	block->older = NULL;
	return block;
}

/* The first aligned byte behind the block's header. */
static char *
block_start(ArenaBlock *block)
{
	char	   *p = (char *) (block + 1);

	return p + (-(uintptr_t) p & (ARENA_ALIGN - 1));
}

/* A block that the arena goes on with; what is left of the last is lost. */
static bool
start_block(Arena *arena, size_t step)
{
	ArenaBlock *block = new_block(arena, step, step);
	char	   *start;

	if (block == NULL)
		return false;
	block->older = arena->blocks;
	arena->blocks = block;
	start = block_start(block);
	arena->next = start;
	arena->left = step - (size_t) (start - (char *) block);
	poison(arena->next, arena->left);
	return true;
}

/*
 * A block for one request, put behind the one in use, so that the room left
 * there still serves the small ones.
 */
static void *
own_block(Arena *arena, size_t size)
{
	ArenaBlock *block = new_block(arena, size + BLOCK_OVERHEAD, 0);

	if (block == NULL)
		return NULL;
	if (arena->blocks)
	{
		block->older = arena->blocks->older;
		arena->blocks->older = block;
	}
	else
		arena->blocks = block;
	return block_start(block);
}

/* What a piece of that size takes of a block. */
static size_t
piece_size(size_t size)
{
	return ((size ? size : 1) + POISON_GAP + ARENA_ALIGN - 1) & ~(size_t) (ARENA_ALIGN - 1);
}

void *
arena_alloc(Arena *arena, size_t size)
{
	size_t		need;
	char	   *p;

	if (size > SIZE_MAX / 2)
	{
		arena->failed = true;
		return NULL;
	}
	need = piece_size(size);
	if (need > arena->left)
	{
		size_t		step = ARENA_FIRST_BLOCK;

		if (arena->blocks && arena->blocks->step)
			step = arena->blocks->step * 2;
		if (step > ARENA_LAST_BLOCK)
			step = ARENA_LAST_BLOCK;
		if (need > step / 2)
			return own_block(arena, size);
		if (!start_block(arena, step))
			return NULL;
	}
	p = arena->next;
	arena->next += need;
	arena->left -= need;
	unpoison(p, size);
	return p;
}

void *
arena_zalloc(Arena *arena, size_t size)
{
	void	   *p = arena_alloc(arena, size);

	if (p)
		memset(p, 0, size);
	return p;
}

/* An absent slice stays absent, an empty one gets a pointer of its own. */
Slice
arena_copy(Arena *arena, Slice s)
{
	char	   *p;

	if (s.p == NULL || (p = arena_alloc(arena, s.n + 1)) == NULL)
		return SLICE_NONE;
	memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return slice(p, s.n);
}

Slice
arena_copy_lower(Arena *arena, Slice s)
{
	char	   *p;
	size_t		i;

	if (s.p == NULL || (p = arena_alloc(arena, s.n + 1)) == NULL)
		return SLICE_NONE;
	for (i = 0; i < s.n; i++)
		p[i] = ascii_lower(s.p[i]);
	p[s.n] = '\0';
	return slice(p, s.n);
}

/* the first size serves most arrays of a mail */
#define FIRST_ITEMS 8

/* Makes the piece 'p' larger where it lies, if it is the last one of a block that has the room. */
static bool
extend_last(Arena *arena, void *p, size_t size, size_t larger)
{
	size_t		more = piece_size(larger) - piece_size(size);

	if ((char *) p + piece_size(size) != arena->next || more > arena->left)
		return false;
	arena->next += more;
	arena->left -= more;
	unpoison((char *) p + size, larger - size);
	return true;
}

void
arena_give_back(Arena *arena, void *p)
{
	ArenaBlock **link = &arena->blocks;

	while (*link)
	{
		ArenaBlock *block = *link;

		if (block->step == 0 && block_start(block) == p)
		{
			*link = block->older;
			release_block(arena, block);
			return;
		}
		link = &block->older;
	}
}

void *
arena_grow(Arena *arena, void *items, size_t count, size_t *allocated, size_t item_size)
{
	size_t		more = *allocated ? *allocated * 2 : FIRST_ITEMS;
	void	   *grown;

	if (count < *allocated)
		return items;
	if (count && extend_last(arena, items, count * item_size, more * item_size))
	{
		*allocated = more;
		return items;
	}
	if (more > SIZE_MAX / 2 / item_size)
	{
		arena->failed = true;
		return NULL;
	}
	grown = more * item_size < ARENA_OWN_ARRAY ? arena_alloc(arena, more * item_size) : own_block(arena, more * item_size);
	if (grown == NULL)
		return NULL;
	if (count)
	{
		memcpy(grown, items, count * item_size);
		arena_give_back(arena, items);
	}
	*allocated = more;
	return grown;
}
