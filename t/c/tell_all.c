/*
 * tell_all.c
 *	  Prints all that the library says of each file of the given folders, so
 *	  that the output of two builds can be compared: t/c/test_platforms.sh.
 */
#include "folder.h"
#include "telling.h"

static void
tell_file(void *context, const char *path, Buffer bytes)
{
	const char *name = strrchr(path, '/');

	(void) context;
	printf("== %s\n", name ? name + 1 : path);
	for (int question = 0; question < QUESTIONS; question++)
	{
		Telling		telling = telling_to(stdout);
		Arena		arena;

		arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
		ask(&telling, (Question) question, &arena, slice(bytes.p, bytes.n));
		arena_reset(&arena);
	}
}

int
main(int argc, char **argv)
{
	size_t		files = 0;

	for (int i = 1; i < argc; i++)
		files += folder_each(argv[i], tell_file, NULL);
	return files > 0 ? 0 : 1;
}
