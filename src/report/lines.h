/*
 * lines.h
 *	  A human text as lines, with the markers of data/markers.tsv that each
 *	  holds.  One pass of the automaton over the folded text finds them all,
 *	  also those that are wrapped over two lines.
 */
#ifndef BOUNCE_LINES_H
#define BOUNCE_LINES_H

#include "mail/arena.h"
#include "report/markers.h"

#define LINE_NONE UINT32_MAX

/* A marker in the text, in offsets of the text as it was given. */
typedef struct LineMarker
{
	uint16_t	marker;			/* MARKER_... */
	uint16_t	decoder;
	uint32_t	row;			/* of knowledge_markers */
	uint32_t	start;
	uint32_t	end;
	uint32_t	next;			/* of the same line, in order of end; LINE_NONE */
} LineMarker;

#define MARKER_BIT(marker) (UINT64_C(1) << (marker))

typedef struct TextLine
{
	uint32_t	start;			/* offsets of the text; without line end */
	uint32_t	end;
	uint32_t	first_marker;	/* LINE_NONE */
	uint32_t	noted;			/* markers that were */
	uint64_t	kinds;			/* MARKER_BIT(MARKER_x) set */
} TextLine;

typedef struct Lines
{
	Slice		text;
	TextLine   *lines;
	size_t		count;
	LineMarker *markers;
	size_t		marker_count;
} Lines;

/*
 * Splits the text (UTF-8, at most LIMIT_TEXT_BYTES of it) and finds its
 * markers.  A marker belongs to the line that it starts in when it is a label
 * or an end mark, else to the line that it ends in.  Behind the first end mark
 * or a line that begins a returned message none are looked for.  lines->count
 * is 0 when memory ran out.
 */
void		lines_read(Arena *arena, Slice text, char line_end, Lines *lines);

static inline bool
line_has(const TextLine *line, int marker)
{
	return (line->kinds & MARKER_BIT(marker)) != 0;
}

/* The last marker of that kind in the line; it must be there. */
const LineMarker *lines_marker(const Lines *lines, const TextLine *line, int marker);

/* Does the line (trimmed) begin the header of a returned message? */
bool		lines_begin_returned(Slice line);

/* Does the text begin with the header of a message that servers have handled? */
bool		lines_begin_header(Slice text, char line_end);

/* Is line 'number' a drawn rule with such a header right below it? */
bool		lines_header_below(const Lines *lines, size_t number);

#endif							/* BOUNCE_LINES_H */
