/*
 * mails.h
 *	  What the programs of the benchmark share: the mails, the clock, the line
 *	  that each prints.
 *
 * A program is called with the number of messages, and gets the names of the
 * files on standard input, one a line.  It takes the files in turn until it has
 * that many messages, each a copy of its own, so that they come from memory and
 * not from the processor's cache, as they do in the server.
 */
#ifndef BENCH_MAILS_H
#define BENCH_MAILS_H

#include "mail/slice.h"

typedef struct Mails
{
	size_t		count;
	size_t		bytes;
	Slice	   *messages;
} Mails;

/* Parses all messages; returns the rows, objects or lines that it found. */
typedef size_t (*ReadMails) (const Mails *mails);

/*
 * The main() of each program.  Prints, separated by tabs: name, messages,
 * bytes, seconds, what was found, KB of memory at its peak beyond what the
 * mails need.
 */
int			measure(int argc, char **argv, const char *name,
					ReadMails read_mails);

/* Seconds since some moment. */
double		now(void);

/* KB that the process has had at its peak. */
long		peak_memory(void);

#endif							/* BENCH_MAILS_H */
