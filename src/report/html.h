/*
 * html.h
 *	  The words of an HTML part, for reports that have no plain text.
 */
#ifndef BOUNCE_HTML_H
#define BOUNCE_HTML_H

#include "mail/arena.h"

/*
 * Tags away, block elements and <br> as line ends ('\n'), comments, style
 * and script dropped, the common character references resolved.  In the arena; linear;
 * the input is UTF-8.
 */
Slice		html_to_text(Arena *arena, Slice html);

#endif							/* BOUNCE_HTML_H */
