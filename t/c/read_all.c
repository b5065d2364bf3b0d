/*
 * read_all.c
 *	  Reads every mail of the given folders, whole and cut off at every 64th
 *	  byte, and holds the rows against what bounce.h promises.
 *
 * Built with ASan and UBSan (make asan): each reading has a buffer of exactly
 * its size, so that one byte too far is seen.  Knows nothing of what the mails
 * say; the verdicts are others' to test.
 *
 * Prints TAP, one test a folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "report/fields.h"

/* Cuts of one mail; of a mail of more than 64 KB they lie further apart. */
#define STEP		64
#define MAX_CUTS	1024

/* What is being read, for the last words of a sanitizer. */
static const char *current_path = "";
static size_t current_size;

/* Not there when coverage is measured. */
extern void __sanitizer_set_death_callback(void (*callback) (void)) __attribute__((weak));

static void
last_words(void)
{
	fprintf(stderr, "while reading the first %zu bytes of %s\n", current_size, current_path);
}

/* A field is valid text, like all that a row has. */
static bool
take_field(void *context, FieldOrigin origin, Slice value)
{
	(void) origin;
	if (value.p == NULL || !decode_is_utf8(value))
		*(const char **) context = "a field is no text";
	return true;
}

/*
 * Reads the first n bytes from a buffer of that size.  False when a row breaks
 * a promise; what is wrong goes to standard output as a TAP comment.
 */
static bool
read_first(const char *bytes, size_t n, bool all_kinds, size_t *rows)
{
	char	   *copy = malloc(n > 0 ? n : 1);
	Arena		arena;
	BounceResult result;
	const char *fault = NULL;
	size_t		i;

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, n);
	current_size = n;
	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	result = bounce_read_message(&arena, slice(copy, n), all_kinds);
	for (i = 0; i < result.count && fault == NULL; i++)
	{
		BounceRow	again;

		fault = find_fault(&result.rows[i], all_kinds);
		if (fault != NULL || result.rows[i].diagnostic_code.n == 0)
			continue;
		bounce_read_reply(&arena, result.rows[i].diagnostic_code,
						  result.rows[i].rhost, SLICE_NONE, &again);
		fault = find_fault(&again, true);
	}
	fields_each(&arena, slice(copy, n), SLICE_LIT("Subject:"), take_field, &fault);
	if (fault != NULL)
		printf("# %s, first %zu bytes: row %zu: %s\n", current_path, n, i, fault);
	*rows += result.count;
	arena_reset(&arena);
	free(copy);
	return fault == NULL;
}

typedef struct Folder
{
	size_t		cuts;
	size_t		rows;
	size_t		rows_of_cuts;
	bool		good;
} Folder;

static void
read_mail(void *context, const char *path, Buffer bytes)
{
	Folder	   *folder = context;
	size_t		step = bytes.n / MAX_CUTS > STEP ? bytes.n / MAX_CUTS : STEP;

	current_path = path;
	folder->good &= read_first(bytes.p, bytes.n, false, &folder->rows_of_cuts);
	folder->good &= read_first(bytes.p, bytes.n, true, &folder->rows);
	for (size_t end = 0; end < bytes.n; end += step, folder->cuts++)
		folder->good &= read_first(bytes.p, end, true, &folder->rows_of_cuts);
}

static bool
read_folder(const char *name, int number)
{
	Folder		folder = {.good = true};
	size_t		mails = folder_each(name, read_mail, &folder);

	folder.good &= mails > 0;
	printf("%sok %d - %s: %zu mails with %zu rows, %zu cuts\n",
		   folder.good ? "" : "not ", number, name, mails, folder.rows, folder.cuts);
	fflush(stdout);
	return folder.good;
}

int
main(int argc, char **argv)
{
	bool		good = true;
	int			i;

	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(last_words);
	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++)
		good &= read_folder(argv[i], i);
	return good ? 0 : 1;
}
