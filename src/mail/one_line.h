/*
 * one_line.h
 *	  Text of a mail without control characters.
 */
#ifndef BOUNCE_ONE_LINE_H
#define BOUNCE_ONE_LINE_H

#include "mail/arena.h"
#include "mail/slice.h"

/*
 * Of valid UTF-8: white space among the control characters (U+0009 to U+000D,
 * U+0085), and line and paragraph separators, become a blank each, other control
 * characters (C0, DEL, C1) U+FFFD.  Returns s itself where it has none; SLICE_NONE
 * when memory is short, as the arena tells.
 */
Slice		one_line(Arena *arena, Slice s);

#endif							/* BOUNCE_ONE_LINE_H */
