/*
 * transcript.h
 *	  Transcripts of SMTP sessions inside reports: Sendmail's ">>>" and "<<<",
 *	  MDaemon's "-->" and "<--", and the local verdicts that follow them.
 */
#ifndef BOUNCE_TRANSCRIPT_H
#define BOUNCE_TRANSCRIPT_H

#include "mail/arena.h"

/* A refusal in the transcript. */
typedef struct Refusal
{
	Slice		words;			/* the reply, its lines joined */
	size_t		room;			/* bytes that may stand where words are; 0: they are not ours to write to */
	Slice		address;		/* cleaned; that the line or the RCPT before it names, or SLICE_NONE */
	Slice		rhost;
	const char *command;
	int			lines;			/* of the reply */
	bool		quotes;			/* local, but words is the remote reply before it */
	bool		deferred;		/* "... Deferred: words": for whom nothing else is said */
	bool		local;			/* the reporting host's own verdict, not a remote reply */
	bool		own_cause;		/* a local one that says why: "554 <x>... 550 Host unknown" */
	Slice		output;			/* of the delivery program before it; words has it, too */
} Refusal;

typedef struct Transcript
{
	Arena	   *arena;
	Refusal    *refusals;
	size_t		count;
	/* private */
	size_t		allocated;
	Slice		rhost;
	Slice		rcpt;			/* of the last RCPT */
	int			recipients;		/* RCPTs that there were, but for mail to this host */
	const char *command;
	size_t		since_command;	/* refusals that there were when it was given */
	int			open;			/* RCPTs that were not answered yet: more than one with PIPELINING */
	bool		in_reply;		/* the line before was a line of a remote refusal */
	Slice		output;			/* of a delivery program, since the last session line or verdict */
	bool		summed_up;		/* the line that was read last only sums up a remote reply */
} Transcript;

/* Reads one line (trimmed) of a transcript. */
void		transcript_line(Transcript *transcript, Slice line);

/* Does the line (trimmed) name the side that speaks: "Sent >>> RCPT TO:<x>"? */
bool		transcript_names_side(Slice line);

/* The SMTP verb that a client's line begins with ("RCPT To:<x>" is "RCPT"), or NULL. */
const char *transcript_verb(Slice line);

#endif							/* BOUNCE_TRANSCRIPT_H */
