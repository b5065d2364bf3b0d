/*
 * test_recipients.c
 *	  The hash over addresses, with keys made to meet in it.
 */
#include "report/recipients.h"
#include "tap.h"

/* As recipients.c does it (FNV-1a). */
static size_t
hash_of(const char *key, size_t n)
{
	uint64_t	h = 1469598103934665603u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char) key[i]) * 1099511628211u;
	return (size_t) (h ^ (h >> 32));
}

static char names[256][24];

/* The next name whose place in a table of 512 is that one. */
static Slice
name_at(size_t place, int number)
{
	static uint32_t last;

	for (;;)
	{
		int			n = snprintf(names[number], sizeof(names[number]), "u%u@example.net", ++last);

		if ((hash_of(names[number], (size_t) n) & 511) == place)
			return slice(names[number], (size_t) n);
	}
}

static void
test_colliding(void)
{
	Arena		arena;
	TestOwner	owner;
	RecipientIndex index = {.arena = &arena};
	Slice		keys[70];
	int			found = 0;

	test_arena(&arena, &owner);
	ok(recipients_find(&index, SLICE_LIT("a@example.net")) == RECIPIENT_NONE, "nobody is in an empty index");
	for (int i = 0; i < 70; i++)
	{
		keys[i] = name_at(7, i);
		recipients_put(&index, keys[i], (uint32_t) i);
	}
	for (int i = 0; i < 70; i++)
		found += recipients_find(&index, keys[i]) == (uint32_t) i;
	ok(found == 64, "of keys that all meet, as many are remembered as are looked at");
	ok(recipients_find(&index, keys[69]) == RECIPIENT_NONE, "  and the others are not");
	arena_reset(&arena);
}

/* Keys that a larger table puts in another order, so that the last of a full run finds no place there. */
static void
test_growing(void)
{
	Arena		arena;
	TestOwner	owner;
	RecipientIndex index = {.arena = &arena};
	Slice		keys[160];
	int			found = 0;

	test_arena(&arena, &owner);
	for (int i = 0; i < 63; i++)
	{
		keys[i] = name_at(100 + (size_t) i, i);
		recipients_put(&index, keys[i], (uint32_t) i);
	}
	/* a run over the end of the table of 256 */
	for (int i = 63; i < 127; i++)
	{
		keys[i] = name_at(250, i);
		recipients_put(&index, keys[i], (uint32_t) i);
	}
	keys[127] = name_at(251, 127);
	recipients_put(&index, keys[127], 127);
	ok(index.size == 256 && index.used == 128, "half full");
	keys[128] = name_at(400, 128);
	recipients_put(&index, keys[128], 128);
	for (int i = 0; i < 129; i++)
		found += recipients_find(&index, keys[i]) == (uint32_t) i;
	ok(index.size == 512 && found == 128, "one has no place any more, and the others are found");
	arena_reset(&arena);
}

int
main(void)
{
	test_colliding();
	test_growing();
	return finish();
}
