/*
 * known.h
 *	  The texts of data/, compiled in.
 *
 * The long tables hold offsets into one run of texts instead of pointers.  The
 * dynamic linker would have to set each pointer anew in every process that
 * loads the library: tens of thousands of them, on pages that no other process
 * could share.
 */
#ifndef BOUNCE_KNOWN_H
#define BOUNCE_KNOWN_H

#include <stddef.h>
#include <stdint.h>

/* 0 is NULL.  The same text has the same offset everywhere. */
typedef uint32_t KnownText;

extern const char known_texts[];

/* The text, with a NUL behind it. */
static inline const char *
known(KnownText text)
{
	return text ? known_texts + text : NULL;
}

#endif							/* BOUNCE_KNOWN_H */
