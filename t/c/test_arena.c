/*
 * test_arena.c
 *	  Slices and the arena.
 *
 * Build: make unit, or by hand
 *	  cc -std=gnu11 -g -fsanitize=address,undefined -Isrc -o test_arena
 *		  t/c/test_arena.c src/mail/slice.c src/mail/arena.c
 */
#include "tap.h"

static size_t
find_naively(Slice s, Slice what, size_t from)
{
	size_t		i;

	for (i = from; i <= s.n && s.n - i >= what.n; i++)
	{
		if (slice_equal_nocase(slice(s.p + i, what.n), what))
			return i;
	}
	return SLICE_NPOS;
}

static void
test_slices(void)
{
	Slice		s = SLICE_LIT("Mailbox Full: mailbox full");
	Slice		none = SLICE_NONE;

	ok(slice_equal_nocase(SLICE_LIT("Subject"), SLICE_LIT("sUBJECT")), "equal without regard to case");
	ok(!slice_equal_nocase(SLICE_LIT("Subject"), SLICE_LIT("Subjects")), "length counts");
	ok(!slice_equal_nocase(SLICE_LIT("[a"), SLICE_LIT("{a")), "only letters have case");
	ok(slice_equal_nocase(none, SLICE_LIT("")), "absent equals empty");
	ok(slice_starts_nocase(s, SLICE_LIT("mailBOX ")), "starts with");
	ok(!slice_starts_nocase(SLICE_LIT("ma"), SLICE_LIT("mail")), "a prefix may be too long");
	ok(slice_ends_nocase(s, SLICE_LIT("FULL")), "ends with");
	ok(slice_ends_nocase(none, SLICE_LIT("")), "everything ends with nothing");
	ok(!slice_ends_nocase(SLICE_LIT("l"), SLICE_LIT("full")), "a suffix may be too long");
	is(slice_trim(slice(" \t\r\n\0 a b \0\v\f", 14)), SLICE_LIT("a b"), "trim, NUL is white space");
	ok(slice_trim(SLICE_LIT("  ")).n == 0 && slice_trim(SLICE_LIT("  ")).p != NULL,
	   "trimmed to nothing is present");
	is(slice_trim(none), none, "absent stays absent");
	ok(slice_find(s, 'x', 0) == 6 && slice_find(s, 'x', 7) == 20, "find a byte");
	ok(slice_find(s, '?', 0) == SLICE_NPOS && slice_find(s, 'M', s.n) == SLICE_NPOS &&
	   slice_find(none, 'M', 0) == SLICE_NPOS && slice_find(s, 'M', SIZE_MAX) == SLICE_NPOS,
	   "no such byte");
	ok(slice_find_nocase(s, SLICE_LIT("MAILBOX"), 1) == 14, "find a word");
	ok(slice_find_nocase(s, SLICE_LIT(": M"), 0) == 12, "find without a letter at the start");
	ok(slice_find_nocase(s, SLICE_LIT(""), 3) == 3 &&
	   slice_find_nocase(s, SLICE_LIT(""), s.n) == s.n, "nothing is everywhere");
	ok(slice_find_nocase(s, SLICE_LIT("full"), s.n - 3) == SLICE_NPOS &&
	   slice_find_nocase(s, SLICE_LIT("f"), s.n + 1) == SLICE_NPOS &&
	   slice_find_nocase(none, SLICE_LIT("f"), 0) == SLICE_NPOS, "no such word");
}

/* Few letters, so that needles repeat and almost match. */
static void
test_find_random(void)
{
	uint32_t	seed = 2463534242u;
	int			wrong = 0;
	int			found = 0;
	int			round;

	for (round = 0; round < 60000; round++)
	{
		char		hay[200];
		char		needle[80];
		size_t		hay_n = test_random(&seed) % sizeof(hay);
		size_t		needle_n = test_random(&seed) % (round % 2 ? 8 : sizeof(needle));
		uint32_t	letters = 1 + test_random(&seed) % 3;
		size_t		from = test_random(&seed) % 4;
		size_t		i;
		Slice		what;
		size_t		got;

		for (i = 0; i < hay_n; i++)
			hay[i] = "aAbBcC"[test_random(&seed) % (2 * letters)];
		for (i = 0; i < needle_n; i++)
			needle[i] = "aAbBcC"[test_random(&seed) % (2 * letters)];
		/* half of them lie in the text, or almost */
		if (round % 4 < 2 && hay_n > 0)
		{
			size_t		at = test_random(&seed) % hay_n;

			needle_n = needle_n < hay_n - at ? needle_n : hay_n - at;
			memcpy(needle, hay + at, needle_n);
			if (round % 8 == 0 && needle_n > 0)
				needle[test_random(&seed) % needle_n] ^= 0x20;
		}
		what = slice(needle, needle_n);
		got = slice_find_nocase(slice(hay, hay_n), what, from);
		if (got != find_naively(slice(hay, hay_n), what, from))
			wrong++;
		if (got != SLICE_NPOS)
			found++;
	}
	ok(wrong == 0 && found > 10000, "search agrees with a naive one, 60,000 times");
}

/* A needle and a text that cost a naive search 10^11 steps. */
static void
test_find_linear(void)
{
	size_t		n = 1000000;
	char	   *hay = malloc(n);
	char	   *needle = malloc(n / 2);

	memset(hay, 'a', n);
	memset(needle, 'A', n / 2);
	needle[0] = 'b';
	ok(slice_find_nocase(slice(hay, n), slice(needle, n / 2), 0) == SLICE_NPOS,
	   "a long needle, different at its start");
	needle[0] = 'a';
	needle[n / 4] = 'b';
	ok(slice_find_nocase(slice(hay, n), slice(needle, n / 2), 0) == SLICE_NPOS,
	   "a long needle, different in its midst");
	needle[n / 4] = 'a';
	needle[n / 2 - 1] = 'b';
	ok(slice_find_nocase(slice(hay, n), slice(needle, n / 2), 0) == SLICE_NPOS,
	   "a long needle, different at its end");
	hay[n - 1] = 'B';
	ok(slice_find_nocase(slice(hay, n), slice(needle, n / 2), 0) == n / 2,
	   "a long needle at the end of the text");
	free(needle);
	free(hay);
}

static void
test_pieces(void)
{
	Arena		arena;
	TestOwner	owner;
	uint32_t	seed = 7;
	bool		aligned = true;
	bool		kept = true;
	unsigned char *pieces[2000];
	size_t		sizes[2000];
	int			i;
	char	   *zeros;

	test_arena(&arena, &owner);
	ok(owner.calls == 0, "nothing is allocated before it is asked for");
	for (i = 0; i < 2000; i++)
	{
		sizes[i] = test_random(&seed) % (i % 50 ? 300 : 20000);
		pieces[i] = arena_alloc(&arena, sizes[i]);
		if (pieces[i] == NULL || (uintptr_t) pieces[i] % 16 != 0)
		{
			aligned = false;
			break;
		}
		memset(pieces[i], i & 0xff, sizes[i]);
	}
	ok(aligned, "pieces are aligned to 16 bytes");
	for (i = 0; aligned && i < 2000; i++)
	{
		size_t		k;

		for (k = 0; k < sizes[i]; k++)
			kept = kept && pieces[i][k] == (i & 0xff);
	}
	ok(kept, "no piece lies over another");
	zeros = arena_zalloc(&arena, 5000);
	for (i = 0; i < 5000; i++)
		kept = kept && zeros[i] == 0;
	ok(kept, "zeroed where wanted");
	ok(owner.calls < 40, "few blocks");
	arena_reset(&arena);
	ok(owner.blocks == 0 && arena.blocks == NULL, "all blocks are given back");
	ok(arena_alloc(&arena, 1) != NULL && owner.blocks == 1, "and it can be used again");
	arena_reset(&arena);
	arena_reset(&arena);
	ok(owner.blocks == 0, "resetting twice does no harm");
}

static void
test_blocks(void)
{
	Arena		arena;
	TestOwner	owner;
	char	   *small;
	char	   *next;
	int			i;

	test_arena(&arena, &owner);
	small = arena_alloc(&arena, 10);
	ok(owner.calls == 1 && owner.bytes == 8192, "the first block has 8 KB");
	ok(arena_alloc(&arena, 100000) != NULL && owner.bytes < 8192 + 100100,
	   "a large piece gets a block of its size");
	next = arena_alloc(&arena, 10);
	ok(next - small < 100, "and the block before it is used on");
	for (i = 0; i < 30000; i++)
		(void) arena_alloc(&arena, 1000);
	ok(owner.calls < 140 && owner.bytes < 40 * 1000 * 1000, "blocks double, up to 256 KB");
	arena_reset(&arena);

	test_arena(&arena, &owner);
	ok(arena_alloc(&arena, 1000000) != NULL && arena_alloc(&arena, 1) != NULL &&
	   owner.calls == 2 && owner.bytes < 1000100 + 8192, "a large piece first");
	ok(arena_alloc(&arena, 0) != NULL && arena_alloc(&arena, 0) != arena_alloc(&arena, 0),
	   "pieces of no bytes are different ones");
	arena_reset(&arena);
	ok(owner.blocks == 0, "all given back");
}

/* What the owner still has to give back is at most so many bytes. */
static void
test_growing(void)
{
	Arena		arena;
	TestOwner	owner;
	size_t		allocated = 0;
	size_t		other_allocated = 0;
	uint64_t   *numbers = NULL;
	char	   *others = NULL;
	bool		kept = true;
	size_t		i;

	test_arena(&arena, &owner);
	for (i = 0; i < 100000; i++)
	{
		numbers = arena_grow(&arena, numbers, i, &allocated, sizeof(uint64_t));
		numbers[i] = i;
		if (i % 100 == 0)
		{
			others = arena_grow(&arena, others, i / 100, &other_allocated, 1);
			others[i / 100] = (char) (i / 100);
		}
	}
	for (i = 0; i < 100000; i++)
		kept = kept && numbers[i] == i && (i % 100 != 0 || others[i / 100] == (char) (i / 100));
	ok(kept, "arrays keep what they hold while they grow");
	ok(arena.held < 131072 * sizeof(uint64_t) + 100000, "large ones leave nothing behind");
	ok(arena_grow(&arena, numbers, SIZE_MAX / 4, &(size_t) {SIZE_MAX / 4}, 8) == NULL && arena.failed, "sizes that overflow");
	arena.failed = false;

	arena_give_back(&arena, numbers);
	ok(arena.held < 100000, "a large piece is given back alone");
	i = owner.blocks;
	arena_give_back(&arena, others);
	arena_give_back(&arena, NULL);
	arena_give_back(&arena, arena_alloc(&arena, 10));
	ok(owner.blocks == (int) i && others[5] == 5, "a small one stays where it is");
	ok(arena_alloc(&arena, 100) != NULL, "and the arena goes on");
	arena_reset(&arena);
	ok(owner.blocks == 0 && arena.held == 0, "all given back");
}

static void
test_rewinding(void)
{
	Arena		arena;
	TestOwner	owner;
	ArenaMark	mark;
	char	   *first;
	char	   *second;
	int			blocks;
	int			i;

	test_arena(&arena, &owner);
	mark = arena_mark(&arena);
	(void) arena_alloc(&arena, 100000);
	(void) arena_alloc(&arena, 10);
	arena_rewind(&arena, mark);
	ok(owner.blocks == 0 && arena.held == 0, "back to nothing");

	first = arena_alloc(&arena, 100);
	memset(first, 'a', 100);
	(void) arena_alloc(&arena, 50000);
	mark = arena_mark(&arena);
	blocks = owner.blocks;
	second = arena_alloc(&arena, 16);
	for (i = 0; i < 1000; i++)
		memset(arena_alloc(&arena, i % 10 ? 100 : 30000), 'b', 100);
	arena_rewind(&arena, mark);
	ok(owner.blocks == blocks && first[99] == 'a', "what is newer is gone, what is older stays");
	ok(arena_alloc(&arena, 16) == second, "its place is taken again");
	arena_reset(&arena);
	ok(owner.blocks == 0, "all given back");
}

static void
test_beside(void)
{
	Arena		arena;
	Arena		beside;
	TestOwner	owner;

	test_arena(&arena, &owner);
	(void) arena_alloc(&arena, 10);
	arena_init_beside(&beside, &arena);
	(void) arena_alloc(&beside, 10);
	ok(owner.blocks == 2 && beside.held == 8192, "two arenas of one owner");
	arena_reset(&beside);
	ok(owner.blocks == 1, "and each is given back for itself");
	arena_reset(&arena);
}

static void
test_failures(void)
{
	Arena		arena;
	TestOwner	owner;
	char	   *p;

	test_arena(&arena, &owner);
	owner.fail_at = 1;
	ok(arena_alloc(&arena, 10) == NULL && arena.failed, "out of memory at once");
	ok(arena_alloc(&arena, 10) != NULL, "later there may be some again");
	owner.fail_at = owner.calls + 1;
	p = arena_alloc(&arena, 100000);
	ok(p == NULL && arena.failed, "out of memory for a large piece");
	ok(arena_alloc(&arena, SIZE_MAX) == NULL && arena_alloc(&arena, SIZE_MAX - 20) == NULL &&
	   arena_zalloc(&arena, SIZE_MAX / 2 + 1) == NULL, "sizes that overflow");
	owner.fail_at = owner.calls + 1;
	is(arena_copy(&arena, slice(p ? p : "", 0)), SLICE_LIT(""), "an empty copy is present");
	arena_reset(&arena);
	ok(owner.blocks == 0 && !arena.failed, "all given back, and failure forgotten");
	owner.fail_at = owner.calls + 1;
	is(arena_copy(&arena, SLICE_LIT("abc")), SLICE_NONE, "no copy without memory");
	owner.fail_at = owner.calls + 1;
	is(arena_copy_lower(&arena, SLICE_LIT("abc")), SLICE_NONE, "nor one in lower case");
	arena_reset(&arena);
}

static void
test_copies(void)
{
	Arena		arena;
	TestOwner	owner;
	Slice		copy;

	test_arena(&arena, &owner);
	copy = arena_copy(&arena, slice("a\0B", 3));
	is(copy, slice("a\0B", 3), "a copy holds any byte");
	ok(copy.p[3] == '\0', "and has a NUL behind it");
	copy = arena_copy_lower(&arena, SLICE_LIT("User@EXAMPLE.\xC3\x84[Z]"));
	is(copy, SLICE_LIT("user@example.\xC3\x84[z]"), "only ASCII letters become lower case");
	ok(copy.p[copy.n] == '\0', "with a NUL too");
	is(arena_copy(&arena, SLICE_NONE), SLICE_NONE, "a copy of nothing is absent");
	is(arena_copy_lower(&arena, SLICE_NONE), SLICE_NONE, "in lower case, too");
	arena_reset(&arena);
}

int
main(void)
{
	test_slices();
	test_find_random();
	test_find_linear();
	test_pieces();
	test_blocks();
	test_growing();
	test_rewinding();
	test_beside();
	test_failures();
	test_copies();
	return finish();
}
