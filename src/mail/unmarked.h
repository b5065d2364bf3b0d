/*
 * unmarked.h
 *	  Text as it was meant, without what keyboards and copying leave in it.
 */
#ifndef BOUNCE_UNMARKED_H
#define BOUNCE_UNMARKED_H

#include "mail/arena.h"

/*
 * Valid UTF-8 with blanks of all kinds as ASCII's, full-width ASCII as ASCII,
 * and without marks of direction, soft hyphens, byte order marks and others
 * that are invisible (but for the joiners, which tell words apart in Persian
 * and Indian scripts).  SLICE_NONE where it is no valid UTF-8 or holds U+FFFD:
 * what could not be decoded means nothing.  's' itself where it is ASCII.
 */
Slice		unmarked_text(Arena *arena, Slice s);

#endif							/* BOUNCE_UNMARKED_H */
