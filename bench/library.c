/*
 * library.c
 *	  The C library alone: src/mail, src/report, src/classify, no server.
 *
 * The arena gets its memory as it does in the backend (src/pg/call.c): the
 * first blocks from a spare one that lasts, any others from malloc.
 */
#include <stdint.h>
#include <stdlib.h>

#include "bounce.h"
#include "match/regex.h"
#include "mail/descriptors.h"
#include "mails.h"

#define SPARE_BYTES (64 * 1024)
#define ALIGNED(size) (((size) + 15) & ~(size_t) 15)

typedef struct Spare
{
	char	   *bytes;
	size_t		used;
	size_t		blocks;
} Spare;

static void *
spare_alloc(void *owner, size_t size)
{
	Spare	   *spare = (Spare *) owner;

	if (size <= SPARE_BYTES - spare->used)
	{
		void	   *block = spare->bytes + spare->used;

		spare->used += ALIGNED(size);
		spare->blocks++;
		return block;
	}
	return malloc(size);
}

static void
spare_release(void *owner, void *block)
{
	Spare	   *spare = (Spare *) owner;

	if ((uintptr_t) block - (uintptr_t) spare->bytes >= SPARE_BYTES)
		free(block);
	else if (--spare->blocks == 0)
		spare->used = 0;
}

static size_t
read_mails(const Mails *mails)
{
	Spare		spare = {malloc(SPARE_BYTES), 0, 0};
	Spare		none = {NULL, SPARE_BYTES, 0};
	Arena		lasting;
	Regexes		regexes;
	Descriptors descriptors = {0};
	size_t		rows = 0;
	size_t		i;

	if (spare.bytes == NULL)
		abort();
	/* as a backend keeps them from mail to mail */
	arena_init(&lasting, spare_alloc, spare_release, &none, NULL);
	regexes_init_kept(&regexes, &lasting);
	for (i = 0; i < mails->count; i++)
	{
		Arena		arena;

		arena_init(&arena, spare_alloc, spare_release, &spare, NULL);
		arena.regexes = &regexes;
		arena.descriptors = &descriptors;
		rows += bounce_read_message(&arena, mails->messages[i], false).count;
		arena_reset(&arena);
	}
	regexes_free(&regexes);
	descriptors_close(&descriptors);
	arena_reset(&lasting);
	free(spare.bytes);
	return rows;
}

int
main(int argc, char **argv)
{
	return measure(argc, argv, "library", read_mails);
}
