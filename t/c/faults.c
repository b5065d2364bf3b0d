/*
 * faults.c
 *	  Memory that runs out, at each allocation in turn.
 *
 * Every question of telling.h is asked of each file of the given folders, first
 * in peace, then again and again, while the first, the second, ... allocation
 * fails.  Promised (mail/arena.h): nothing crashes, all is given back, texts
 * stay valid, and an answer that is not the same as in peace is confessed by
 * arena->failed, so that the server raises an error and no verdict hangs on
 * how much memory there was.
 *
 * Built in two ways.  With AddressSanitizer each piece of an arena is a block of
 * its own, so that each can fail.  With FAULTS_IN_MALLOC malloc() itself fails,
 * and so what PCRE2 and iconv ask for; what is freed is overwritten.
 *
 * Prints TAP, one test a folder and way of keeping expressions and charsets:
 * for one message, and from message to message as a session does.
 */
#include "folder.h"
#include "telling.h"
#include "mail/descriptors.h"
#include "match/regex.h"

/*
 * Allocations of one answer that fail in turn, FAULTS in the environment; of an
 * answer that makes more each k-th does.
 */
#define FAULTS_OF_ANSWER 12

static long allocations;		/* since the count began */
static long fail_at;			/* the one that fails; 0: none */
static bool counting;
static long blocks;				/* of arenas, not yet given back */
static long faults_of_answer = FAULTS_OF_ANSWER;

static bool
is_refused(void)
{
	return counting && ++allocations == fail_at;
}

#ifdef FAULTS_IN_MALLOC
#include <malloc.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

void *
malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(block, size);
}

void
free(void *block)
{
	if (block)
		memset(block, 0xdd, malloc_usable_size(block));
	__libc_free(block);
}
#endif

static void *
take_block(void *owner, size_t size)
{
	void	   *block;

	(void) owner;
#ifndef FAULTS_IN_MALLOC
	if (is_refused())
		return NULL;
#endif
	block = malloc(size);
	if (block)
		blocks++;
	return block;
}

static void
give_block(void *owner, void *block)
{
	(void) owner;
	blocks--;
	free(block);
}

/* What a session keeps. */
typedef struct Kept
{
	Arena		lasting;
	Regexes		regexes;
	Descriptors descriptors;
} Kept;

static void
kept_begin(Kept *kept)
{
	memset(kept, 0, sizeof(*kept));
	arena_init(&kept->lasting, take_block, give_block, NULL, NULL);
	regexes_init_kept(&kept->regexes, &kept->lasting);
}

static void
kept_end(Kept *kept)
{
	regexes_free(&kept->regexes);
	descriptors_close(&kept->descriptors);
	arena_reset(&kept->lasting);
}

typedef struct Folder
{
	bool		keeps;
	size_t		faults;
	size_t		bad;
} Folder;

static void
complain(Folder *folder, const char *path, Question question, const char *what)
{
	if (folder->bad++ < 10)
		printf("# %s: %s, allocation %ld of %ld: %s\n", path, question_names[question], fail_at, allocations, what);
}

/* Asks once, with all that there is made anew; false when memory ran out and that was confessed. */
static bool
ask_once(Folder *folder, Question question, Slice raw, uint64_t *digest)
{
	Kept		kept;
	Arena		arena;
	Telling		telling = telling_to(NULL);
	bool		whole;

	kept_begin(&kept);
	arena_init(&arena, take_block, give_block, NULL, NULL);
	if (folder->keeps)
	{
		arena.regexes = &kept.regexes;
		arena.descriptors = &kept.descriptors;
	}
	allocations = 0;
	counting = true;
	ask(&telling, question, &arena, raw);
	counting = false;
	whole = !arena.failed && !kept.lasting.failed;
	arena_reset(&arena);
	kept_end(&kept);
	*digest = telling.digest;
	return whole;
}

static void
try_file(void *context, const char *path, Buffer bytes)
{
	Folder	   *folder = context;
	Slice		raw = slice(bytes.p, bytes.n);

	for (int i = 0; i < QUESTIONS; i++)
	{
		Question	question = (Question) i;
		uint64_t	in_peace;
		long		count;

		fail_at = 0;
		if (!ask_once(folder, question, raw, &in_peace))
			complain(folder, path, question, "memory ran out in peace");
		count = allocations;
		for (fail_at = 1; fail_at <= count; fail_at += count / faults_of_answer + 1)
		{
			uint64_t	digest;

			folder->faults++;
			if (ask_once(folder, question, raw, &digest) && digest != in_peace)
				complain(folder, path, question, "another answer, as if nothing had been");
			if (blocks != 0)
			{
				complain(folder, path, question, "memory is not given back");
				blocks = 0;
			}
		}
	}
}

int
main(int argc, char **argv)
{
	int			number = 0;
	size_t		bad = 0;

	if (getenv("FAULTS"))
		faults_of_answer = atol(getenv("FAULTS")) > 0 ? atol(getenv("FAULTS")) : FAULTS_OF_ANSWER;
	for (int i = 1; i < argc; i++)
	{
		for (int keeps = 0; keeps <= 1; keeps++)
		{
			Folder		folder = {keeps == 1, 0, 0};
			size_t		files = folder_each(argv[i], try_file, &folder);

			if (files == 0 || folder.faults < files)
				folder.bad++;
			bad += folder.bad;
			printf("%sok %d - %s: %zu files, %zu faults, expressions %s\n", folder.bad ? "not " : "", ++number, argv[i], files,
				   folder.faults, keeps ? "kept" : "made anew");
			fflush(stdout);
		}
	}
	printf("1..%d\n", number);
	return bad ? 1 : 0;
}
