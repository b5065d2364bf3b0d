/*
 * growth.c
 *	  One mail of a shape (t/c/shapes.h) and a size: what it costs.
 *
 *	  growth list						name and description of each shape
 *	  growth write SHAPE BYTES			the mail, on standard output
 *	  growth library|gmime SHAPE BYTES SECONDS
 *
 * The last prints, separated by tabs: bytes of the mail, seconds of one call
 * (the fastest of some: others may use the machine), what was found, KB of memory
 * at its peak beyond what the mail needs.  A call that takes longer than SECONDS
 * ends the program by SIGALRM; GMime's parser may end it otherwise.
 */
#include <gmime/gmime.h>
#include <stdint.h>
#include <unistd.h>

#include "bounce.h"
#include "match/regex.h"
#include "mail/descriptors.h"
#include "mails.h"
#include "shapes.h"

#define MIN_CALLS 3
#define MAX_CALLS 1000
#define ENOUGH 0.2				/* seconds of all calls */

typedef size_t (*ReadMail) (Slice mail);

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

static void
count_row(void *context, const BounceRow *row)
{
	(void) row;
	++*(size_t *) context;
}

/* What lasts from mail to mail in a query, too. */
static Arena lasting;
static Regexes regexes;
static Descriptors descriptors;

static size_t
read_by_library(Slice mail)
{
	Arena		arena;
	size_t		rows = 0;

	if (regexes.arena == NULL)
	{
		arena_init(&lasting, allocate, release, NULL, NULL);
		regexes_init_kept(&regexes, &lasting);
	}
	arena_init(&arena, allocate, release, NULL, NULL);
	arena.regexes = &regexes;
	arena.descriptors = &descriptors;
	bounce_read_each(&arena, mail, false, count_row, &rows);
	arena_reset(&arena);
	return rows;
}

static size_t
read_by_gmime(Slice mail)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(mail.p, mail.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	size_t		trees = message != NULL;

	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
	return trees;
}

static void
measure_growth(ReadMail read_mail, const MailShape *shape, size_t bytes, unsigned int limit)
{
	double		best = 0;
	double		sum = 0;
	size_t		found = 0;
	int			calls = 0;
	Slice		warm = make_mail(shape, 1);
	Slice		mail = make_mail(shape, bytes);
	long		memory;

	/* what a library does but once is not of interest here */
	read_mail(warm);
	memory = peak_memory();
	while (calls < MIN_CALLS || (sum < ENOUGH && calls < MAX_CALLS))
	{
		double		took;

		alarm(limit);
		took = -now();
		found = read_mail(mail);
		took += now();
		alarm(0);
		if (calls++ == 0 || best > took)
			best = took;
		sum += took;
		/* a slow one is not measured so often */
		if (sum > limit)
			break;
	}
	memory = peak_memory() - memory;
	printf("%zu\t%.9f\t%zu\t%ld\n", mail.n, best, found, memory);
}

static const MailShape *
shape_named(const char *name)
{
	for (size_t i = 0; i < MAIL_SHAPES; i++)
	{
		if (strcmp(mail_shapes[i].name, name) == 0)
			return &mail_shapes[i];
	}
	fprintf(stderr, "no shape named %s\n", name);
	exit(2);
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (strcmp(mode, "list") == 0)
	{
		for (size_t i = 0; i < MAIL_SHAPES; i++)
			printf("%s\t%s\n", mail_shapes[i].name, mail_shapes[i].what);
		return 0;
	}
	if (strcmp(mode, "write") == 0 && argc == 4)
	{
		Slice		mail = make_mail(shape_named(argv[2]), strtoul(argv[3], NULL, 10));

		return fwrite(mail.p, 1, mail.n, stdout) == mail.n && fflush(stdout) == 0 ? 0 : 1;
	}
	if (argc == 5 && (strcmp(mode, "library") == 0 || strcmp(mode, "gmime") == 0))
	{
		if (mode[0] == 'g')
			g_mime_init();
		measure_growth(mode[0] == 'g' ? read_by_gmime : read_by_library,
					   shape_named(argv[2]), strtoul(argv[3], NULL, 10), (unsigned int) strtoul(argv[4], NULL, 10));
		return 0;
	}
	fprintf(stderr, "usage: growth list | write SHAPE BYTES | library|gmime SHAPE BYTES SECONDS\n");
	return 2;
}
