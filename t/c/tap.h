/*
 * tap.h
 *	  What the tests of the decoding layer share: TAP lines, and arenas over
 *	  malloc() that count, or fail when they are told to.
 */
#ifndef BOUNCE_TAP_H
#define BOUNCE_TAP_H

#include <stdio.h>
#include <stdlib.h>

#include "mail/arena.h"

static int	tests = 0;
static int	failures = 0;

static inline void
ok(bool passed, const char *name)
{
	tests++;
	if (!passed)
		failures++;
	printf("%sok %d - ", passed ? "" : "not ", tests);
	for (; *name; name++)
		putchar((unsigned char) *name < ' ' ? ' ' : *name);
	putchar('\n');
}

/* The bytes with everything but printable ASCII in hex, behind a "#". */
static inline void
print_bytes(const char *label, Slice s)
{
	size_t		i;

	printf("# %s (%zu):%s", label, s.n, s.p ? " " : " absent");
	for (i = 0; i < s.n && i < 200; i++)
	{
		if (s.p[i] >= ' ' && s.p[i] < 0x7f)
			putchar(s.p[i]);
		else
			printf("\\x%02X", (unsigned char) s.p[i]);
	}
	putchar('\n');
}

static inline void
is(Slice got, Slice expected, const char *name)
{
	ok(slice_equal(got, expected) && (got.p == NULL) == (expected.p == NULL), name);
	if (!slice_equal(got, expected) || (got.p == NULL) != (expected.p == NULL))
	{
		print_bytes("     got", got);
		print_bytes("expected", expected);
	}
}

/* What is allocated, and when to refuse. */
typedef struct TestOwner
{
	int			blocks;			/* not yet given back */
	int			calls;
	int			fail_at;		/* the call that gets NULL; 0: none */
	size_t		bytes;			/* asked for so far */
} TestOwner;

static inline void *
test_alloc(void *owner, size_t size)
{
	TestOwner  *test = owner;
	void	   *block;

	test->calls++;
	if (test->calls == test->fail_at)
		return NULL;
	block = malloc(size);
	if (block)
		test->blocks++;
	test->bytes += size;
	return block;
}

static inline void
test_release(void *owner, void *block)
{
	((TestOwner *) owner)->blocks--;
	free(block);
}

static inline void
test_arena(Arena *arena, TestOwner *owner)
{
	memset(owner, 0, sizeof(*owner));
	arena_init(arena, test_alloc, test_release, owner, NULL);
}

/* A copy whose every byte too far is seen by AddressSanitizer. */
static inline Slice
exact_copy(Slice s)
{
	char	   *p = malloc(s.n ? s.n : 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return slice(p, s.n);
}

/* xorshift: the same numbers everywhere */
static inline uint32_t
test_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static inline int
finish(void)
{
	printf("1..%d\n", tests);
	return failures != 0;
}

#endif							/* BOUNCE_TAP_H */
