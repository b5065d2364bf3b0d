/*
 * mails.c
 *	  Reads the mails, runs a parser over them, takes the time.
 */
#define _GNU_SOURCE				/* getline */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#include "mails.h"

static void
give_up(const char *what)
{
	perror(what);
	exit(2);
}

static void *
need(void *memory)
{
	if (memory == NULL)
		give_up("memory");
	return memory;
}

static Slice
read_file(const char *path)
{
	FILE	   *file = fopen(path, "rb");
	char	   *bytes;
	long		size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		give_up(path);
	size = ftell(file);
	if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
		give_up(path);
	bytes = need(malloc((size_t) size + 1));
	if (fread(bytes, 1, (size_t) size, file) != (size_t) size)
		give_up(path);
	fclose(file);
	return slice(bytes, (size_t) size);
}

/* The files that standard input names. */
static Mails
read_files(void)
{
	Mails		files = {0, 0, NULL};
	size_t		room = 0;
	char	   *path = NULL;
	size_t		size = 0;
	ssize_t		n;

	while ((n = getline(&path, &size, stdin)) > 0)
	{
		if (path[n - 1] == '\n')
			path[n - 1] = '\0';
		if (files.count == room)
		{
			room = room * 2 + 64;
			files.messages = need(realloc(files.messages, room * sizeof(Slice)));
		}
		files.messages[files.count] = read_file(path);
		files.bytes += files.messages[files.count++].n;
	}
	free(path);
	return files;
}

static Mails
multiply(const Mails *files, size_t count)
{
	Mails		mails = {count, 0, need(malloc(count * sizeof(Slice)))};
	char	   *next;
	size_t		i;

	for (i = 0; i < count; i++)
		mails.bytes += files->messages[i % files->count].n;

	next = need(malloc(mails.bytes + 1));
	for (i = 0; i < count; i++)
	{
		Slice		original = files->messages[i % files->count];

		memcpy(next, original.p, original.n);
		mails.messages[i] = slice(next, original.n);
		next += original.n;
	}
	return mails;
}

double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

long
peak_memory(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

int
measure(int argc, char **argv, const char *name, ReadMails read_mails)
{
	size_t		count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	Mails		files = {0, 0, NULL};
	Mails		mails;
	Mails		first;
	long		memory;
	double		start;
	double		seconds;
	size_t		found;

	if (count > 0)
		files = read_files();
	if (count == 0 || files.count == 0)
	{
		fprintf(stderr, "usage: %s MESSAGES, with the names of files on standard input\n", argv[0]);
		return 2;
	}
	mails = multiply(&files, count);
	memory = peak_memory();

	/* What a library does but once is not of interest here. */
	first = mails;
	first.count = 1;
	read_mails(&first);

	start = now();
	found = read_mails(&mails);
	seconds = now() - start;
	printf("%s\t%zu\t%zu\t%.6f\t%zu\t%ld\n", name, mails.count, mails.bytes,
		   seconds, found, peak_memory() - memory);
	return 0;
}
