/*
 * session.c
 *	  What a backend keeps from one statement to the next.
 *
 * Rules of users' own aside (own_cache.c), this is the extension's only state
 * that changes, and no verdict depends on it: it holds what is dear to make
 * (expressions, compiled from the patterns of data/, and iconv's descriptors),
 * what was found true and stays so (the form of a row type), and room to work
 * in.  An application that connects, parses one mail and goes has an empty one
 * and gets the same rows as a query over a million.
 *
 * It is bounded: by REGEXES_KEPT expressions, DESCRIPTORS_KEPT charsets and
 * SPARE_BYTES.  It lives until the backend ends; of what PCRE2 and iconv hold
 * outside of our memory the process' end disposes.
 */
#include "postgres.h"

#include "mail/poison.h"
#include "pg/session.h"
#include "utils/memutils.h"

/* Blocks begin with a structure, and the first begins where spare does. */
StaticAssertDecl(offsetof(Session, spare) % MAXIMUM_ALIGNOF == 0, "spare room is not aligned");

static Session *the_session = NULL;

#ifdef POISON_ASAN

/* A block of an arena, which a reset of its context may wipe or hand out anew. */
typedef struct Block
{
	MemoryContextCallback callback;
	void	   *start;
	size_t		size;
} Block;

static void
unpoison_block(void *argument)
{
	Block	   *block = argument;

	unpoison(block->start, block->size);
}

/*
 * An error ends a call without arena_reset().  What the arena has poisoned goes
 * back to the server then, which knows nothing of it.  valgrind's builds of the
 * server tell valgrind themselves whose memory is whose.
 */
static void
unpoison_at_reset(MemoryContext context, void *start, size_t size)
{
	Block	   *block = MemoryContextAllocExtended(context, sizeof(Block), MCXT_ALLOC_NO_OOM);

	if (start == NULL || block == NULL)
		return;
	block->callback.func = unpoison_block;
	block->callback.arg = block;
	block->start = start;
	block->size = size;
	MemoryContextRegisterResetCallback(context, &block->callback);
}
#else
#define unpoison_at_reset(context, start, size) ((void) 0)
#endif

void *
session_block(MemoryContext context, size_t size)
{
	void	   *block;

	if (!AllocHugeSizeIsValid(size))
		return NULL;
	block = MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	unpoison_at_reset(context, block, size);
	return block;
}

/* As call.c explains, these never raise an error. */
static void *
lasting_alloc(void *context, size_t size)
{
	return session_block(context, size);
}

static void
lasting_release(void *context, void *block)
{
	(void) context;
	pfree(block);
}

void
session_arena(Arena *arena, MemoryContext context)
{
	arena_init(arena, lasting_alloc, lasting_release, context, NULL);
}

/*
 * An error in the middle leaves no session: until it is whole its memory
 * belongs to the statement.
 *
 * Later on nothing can leave the regexes half made: their arena has no
 * interrupt hook and an allocation that fails returns NULL, so that no error
 * is raised while an entry is added.
 */
Session *
session_get(void)
{
	MemoryContext context;
	Session    *session;

	if (the_session != NULL)
		return the_session;

	context = AllocSetContextCreate(CurrentMemoryContext, "bounce",
									ALLOCSET_DEFAULT_SIZES);
	session = (Session *) MemoryContextAlloc(context, sizeof(Session));
	memset(session, 0, offsetof(Session, spare));
	session_arena(&session->lasting, context);
	regexes_init_kept(&session->regexes, &session->lasting);
	MemoryContextSetParent(context, TopMemoryContext);
	the_session = session;
	return session;
}
