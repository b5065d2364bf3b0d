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
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounce.h"

/* Cuts of one mail; of a mail of more than 64 KB they lie further apart. */
#define STEP		64
#define MAX_CUTS	1024

/* What is being read, for the last words of a sanitizer. */
static const char *current_path = "";
static size_t current_size;

extern void __sanitizer_set_death_callback(void (*callback) (void));

static void
last_words(void)
{
	fprintf(stderr, "while reading the first %zu bytes of %s\n", current_size, current_path);
}

static void *
allocate(void *owner, size_t size)
{
	(void) owner;
	return malloc(size);
}

static void
release(void *owner, void *block)
{
	(void) owner;
	free(block);
}

/* Valid UTF-8 (RFC 3629: shortest form, no surrogates) without NUL? */
static bool
is_text(Slice s)
{
	size_t		i = 0;

	while (i < s.n)
	{
		unsigned char c = (unsigned char) s.p[i];
		unsigned	code;
		size_t		more;
		size_t		k;

		if (c == 0 || (c >= 0x80 && c < 0xc2) || c > 0xf4)
			return false;
		more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		if (more >= s.n - i)
			return false;
		code = more == 0 ? c : c & (0x3fU >> more);
		for (k = 1; k <= more; k++)
		{
			unsigned char d = (unsigned char) s.p[i + k];

			if ((d & 0xc0) != 0x80)
				return false;
			code = code << 6 | (d & 0x3f);
		}
		if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000) ||
			code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
		i += more + 1;
	}
	return true;
}

/* The name of the first attribute that breaks a promise, or NULL. */
static const char *
find_fault(const BounceRow *row, bool all_kinds)
{
	const struct
	{
		const char *name;
		Slice		value;
	}			texts[] = {
		{"recipient", row->recipient},
		{"delivery_status", row->delivery_status},
		{"diagnostic_type", row->diagnostic_type},
		{"diagnostic_code", row->diagnostic_code},
		{"alias", row->alias},
		{"verp", row->verp},
		{"addresser", row->addresser},
		{"sender_domain", row->sender_domain},
		{"destination", row->destination},
		{"rhost", row->rhost},
		{"lhost", row->lhost},
		{"message_id", row->message_id},
		{"subject", row->subject},
		{"list_id", row->list_id},
		{"feedback_type", row->feedback_type},
		{"feedback_id", row->feedback_id},
		{"listed_ip", row->listed_ip}
	};
	size_t		i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!is_text(texts[i].value))
			return texts[i].name;
	if (row->kind == KIND_NONE || row->kind > KIND_CHALLENGE ||
		(!all_kinds && row->kind > KIND_COMPLAINT))
		return "kind";
	if ((row->kind == KIND_FAILURE || row->kind == KIND_DELAY) &&
		(row->reason == NULL || row->hard_bounce == TRUTH_NULL))
		return "reason or hard_bounce";
	if (row->kind == KIND_DELAY && row->hard_bounce == TRUTH_TRUE)
		return "hard_bounce of a delay";
	if (row->reply_code != 0 && (row->reply_code < 200 || row->reply_code > 599))
		return "reply_code";
	if (row->blocklist_count < 0 || row->blocklist_count > BOUNCE_MAX_BLOCKLISTS)
		return "blocklist";
	if (memchr(row->token, '\0', sizeof(row->token)) == NULL)
		return "token";
	return NULL;
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
	arena_init(&arena, allocate, release, NULL, NULL);
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
	if (fault != NULL)
		printf("# %s, first %zu bytes: row %zu: %s\n", current_path, n, i, fault);
	*rows += result.count;
	arena_reset(&arena);
	free(copy);
	return fault == NULL;
}

/* The file's bytes, malloc'ed, or NULL. */
static char *
read_file(const char *path, size_t *n)
{
	FILE	   *file = fopen(path, "rb");
	char	   *bytes = NULL;
	long		size;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
		(bytes = malloc((size_t) size + 1)) != NULL)
	{
		rewind(file);
		*n = fread(bytes, 1, (size_t) size, file);
	}
	fclose(file);
	return bytes;
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
read_folder(const char *folder, int number)
{
	struct dirent **entries;
	int			count = scandir(folder, &entries, NULL, compare_names);
	size_t		mails = 0;
	size_t		cuts = 0;
	size_t		rows = 0;
	size_t		rows_of_cuts = 0;
	bool		good = true;
	int			i;

	for (i = 0; i < count; i++)
	{
		char		path[4096];
		char	   *bytes;
		size_t		n = 0;
		size_t		step;
		size_t		end;

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		free(entries[i]);
		if (path[strlen(folder) + 1] == '.')
			continue;
		bytes = read_file(path, &n);
		if (bytes == NULL)
			continue;
		current_path = path;
		mails++;
		good &= read_first(bytes, n, false, &rows_of_cuts);
		good &= read_first(bytes, n, true, &rows);
		step = n / MAX_CUTS > STEP ? n / MAX_CUTS : STEP;
		for (end = 0; end < n; end += step, cuts++)
			good &= read_first(bytes, end, true, &rows_of_cuts);
		free(bytes);
	}
	if (count >= 0)
		free(entries);
	good &= mails > 0;
	printf("%sok %d - %s: %zu mails with %zu rows, %zu cuts\n",
		   good ? "" : "not ", number, folder, mails, rows, cuts);
	fflush(stdout);
	return good;
}

int
main(int argc, char **argv)
{
	bool		good = true;
	int			i;

	__sanitizer_set_death_callback(last_words);
	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++)
		good &= read_folder(argv[i], i);
	return good ? 0 : 1;
}
