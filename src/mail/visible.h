/*
 * visible.h
 *	  Text of strangers for people to look at: what can't be seen, or makes
 *	  other text look like something else, is written out.
 */
#ifndef BOUNCE_VISIBLE_H
#define BOUNCE_VISIBLE_H

#include "mail/arena.h"
#include "mail/slice.h"

/*
 * Nonspacing marks on one character; Unicode TR39, 5.4, takes more of them for
 * a fault.
 */
#define VISIBLE_MARKS 4

/* Bytes of a character's escape at most: [U+10FFFF]. */
#define VISIBLE_ESCAPE 10

/*
 * Gives the UTF-8 text on one line as it may be shown: each control character,
 * bidirectional control, invisible or default-ignorable character, line
 * separator, tag and noncharacter as [U+202E], each byte that belongs to no
 * character as [0xFF], and so each nonspacing mark that has no character to
 * stand on, or of which there are more than VISIBLE_MARKS.  All else stays,
 * emoji and the joiners of Arabic and Indic scripts included.  *shown is 'text'
 * itself where nothing changes, else the arena's.
 *
 * Returns false, and SLICE_NONE in *shown, where that would take more than
 * 'room' bytes, or memory is short (which the arena tells).  Linear.
 */
bool		visible_text(Arena *arena, Slice text, size_t room, Slice *shown);

#endif							/* BOUNCE_VISIBLE_H */
