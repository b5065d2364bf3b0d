/*
 * reply.h
 *	  The SMTP reply inside a diagnostic text: code, enhanced code, words, and
 *	  what its preface tells about host and command.
 */
#ifndef BOUNCE_REPLY_H
#define BOUNCE_REPLY_H

#include "mail/arena.h"

typedef struct Reply
{
	Slice		folded;			/* the text without folds, its line ends kept; preface and suffix are of it */
	Slice		whole;			/* the same on one line */
	Slice		words;			/* the innermost reply in it, from its code on; whole where there is none */
	Slice		preface;		/* of the text, what stands before words; may hold line ends */
	Slice		suffix;			/* and behind it */
	int			code;			/* 550, or 0 */
	uint32_t	status;			/* status_make(5, 1, 1), or 0 */
	Slice		status_text;	/* "5.1.1" */
	Slice		rhost;			/* host that the preface names, or SLICE_NONE */
} Reply;

/* Enhanced status codes as numbers (RFC 3463): class * 1000000 + subject * 1000 + detail. */
static inline uint32_t
status_make(uint32_t class, uint32_t subject, uint32_t detail)
{
	return class * 1000000 + subject * 1000 + detail;
}

static inline uint32_t
status_class(uint32_t status)
{
	return status / 1000000;
}

/* The code that s starts with ("5.1.1", no fourth number behind), its length in *length; 0 for none. */
uint32_t	status_read(Slice s, size_t *length);

/*
 * Reads a diagnostic: a bare reply, a multi-line reply, or one with prefaces
 * ("host x[ip] said: 550 ...", "<x #5.1.1 smtp;550 ...>").  Where replies are
 * nested the innermost counts, unless it is about the sender.  Linear.
 */
void		reply_read(Arena *arena, Slice text, Reply *reply);

#endif							/* BOUNCE_REPLY_H */
