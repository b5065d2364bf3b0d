/*
 * descriptors.h
 *	  iconv descriptors that outlive a message.
 *
 * To open one costs as much as parsing several mails: glibc maps the charset's
 * module, and unmaps it soon after the last descriptor was closed.
 */
#ifndef BOUNCE_DESCRIPTORS_H
#define BOUNCE_DESCRIPTORS_H

#include <iconv.h>

/*
 * Charsets that are kept at most; others are opened for each text.  All that
 * charset_names.c has iconv convert find room: a mail that names many must not
 * have each opened over and over.
 */
#define DESCRIPTORS_KEPT 48

/*
 * The owner's to keep from message to message and to lend (Arena.descriptors).
 * All zero is an empty one.  Between two texts each is in its initial state.
 */
typedef struct Descriptors
{
	int			count;
	struct
	{
		const char *name;		/* of static storage */
		iconv_t		descriptor;
	}			slots[DESCRIPTORS_KEPT];
} Descriptors;

/* Closes all. */
void		descriptors_close(Descriptors *kept);

#endif							/* BOUNCE_DESCRIPTORS_H */
