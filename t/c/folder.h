/*
 * folder.h
 *	  The files of a folder, one by one, in the same order everywhere.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <dirent.h>
#include <stdio.h>

#include "promises.h"

/* The file's bytes, malloc'ed; p is NULL when it can't be read. */
static inline Buffer
read_file(const char *path)
{
	FILE	   *file = fopen(path, "rb");
	Buffer		file_bytes = {NULL, 0};
	long		size;

	if (file == NULL)
		return file_bytes;
	if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
		(file_bytes.p = malloc((size_t) size + 1)) != NULL)
	{
		rewind(file);
		file_bytes.n = fread(file_bytes.p, 1, (size_t) size, file);
	}
	fclose(file);
	return file_bytes;
}

static inline int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/*
 * Calls 'take' for each file whose name does not begin with a dot, in the order
 * of the names' bytes; 'bytes' is freed behind it.  Returns how many there were.
 */
static inline size_t
folder_each(const char *folder, void (*take) (void *context, const char *path, Buffer bytes), void *context)
{
	struct dirent **entries = NULL;
	int			count = scandir(folder, &entries, NULL, compare_names);
	size_t		taken = 0;

	for (int i = 0; i < count; i++)
	{
		char		path[4096];
		Buffer		bytes;

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && (bytes = read_file(path)).p != NULL)
		{
			take(context, path, bytes);
			free(bytes.p);
			taken++;
		}
		free(entries[i]);
	}
	free(entries);
	return taken;
}

#endif							/* FOLDER_H */
