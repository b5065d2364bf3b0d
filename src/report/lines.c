/*
 * lines.c
 *	  A human text as lines, with the markers that each holds.
 */
#include "match/fold.h"
#include "mail/limits.h"
#include "mail/mime.h"
#include "report/lines.h"

/* labels and end marks speak of what stands behind them */
#define LINE_OF_START (MARKER_BIT(MARKER_END) | MARKER_BIT(MARKER_RECIPIENT) | MARKER_BIT(MARKER_REASON) | \
					   MARKER_BIT(MARKER_REMOTE) | MARKER_BIT(MARKER_LOCAL) | MARKER_BIT(MARKER_HELP) | \
					   MARKER_BIT(MARKER_TRANSCRIPT) | MARKER_BIT(MARKER_TO) | MARKER_BIT(MARKER_HEADER) | \
					   MARKER_BIT(MARKER_ASIDE))
/* ... and a label at the start of a line needs its colon */
#define LABELS (MARKER_BIT(MARKER_RECIPIENT) | MARKER_BIT(MARKER_REASON) | MARKER_BIT(MARKER_REMOTE) | \
				MARKER_BIT(MARKER_LOCAL) | MARKER_BIT(MARKER_ALIAS) | MARKER_BIT(MARKER_HEADER))

/* markers that give a line its part; of two at one place the longer one counts */
#define STRUCTURE (LABELS | MARKER_BIT(MARKER_START) | MARKER_BIT(MARKER_FAILED) | MARKER_BIT(MARKER_DELAYED) | \
				   MARKER_BIT(MARKER_DELIVERED) | MARKER_BIT(MARKER_TRANSCRIPT) | MARKER_BIT(MARKER_LEAD) | \
				   MARKER_BIT(MARKER_END) | MARKER_BIT(MARKER_HELP))

typedef struct Search
{
	Arena	   *arena;
	Lines	   *lines;
	Slice		folded;
	const uint32_t *origin;
	size_t		allocated;
	size_t		line;			/* of the last hit: hits come in order of their end */
} Search;

static size_t
line_of(const Lines *lines, uint32_t offset, size_t near)
{
	while (near > 0 && lines->lines[near].start > offset)
		near--;
	while (near + 1 < lines->count && lines->lines[near + 1].start <= offset)
		near++;
	return near;
}

static bool
only_punctuation(Slice s)
{
	/* from its end: before a hit stand the words of the one before it, so that many in a line cost no more than the line */
	for (size_t i = s.n; i > 0; i--)
	{
		if (ascii_is_alnum(s.p[i - 1]) || (unsigned char) s.p[i - 1] >= 0x80 || s.p[i - 1] == '@')
			return false;
	}
	return true;
}

/* Is the hit where its row wants it? */
static bool
fits(const Search *search, const MarkerRow *row, const MatchHit *hit, const TextLine *line,
	 uint32_t start, uint32_t end)
{
	Slice		text = search->lines->text;
	Slice		behind = SLICE_NONE;
	size_t		after = hit->end;

	if (row->where == WHERE_ANY)
		return true;
	if (!only_punctuation(slice_between(text.p + line->start, text.p + start)))
		return false;
	if (end < line->end)
		behind = slice_between(text.p + end, text.p + line->end);
	if (row->where == WHERE_LINE)
		return only_punctuation(behind);
	if ((MARKER_BIT(row->marker) & LABELS) == 0)
		return true;
	if (slice_trim(behind).n == 0)
		return true;
	while (after < search->folded.n && (search->folded.p[after] == ' ' || search->folded.p[after] == ')'))
		after++;
	return after < search->folded.n && (search->folded.p[after] == ':' || search->folded.p[after] == '=');
}

/* Removes the structural markers of the line that lie behind 'start': each that was found before ends before this one. */
static void
drop_contained(Lines *lines, TextLine *line, uint32_t start)
{
	uint32_t   *link = &line->first_marker;

	line->kinds = 0;
	while (*link != LINE_NONE)
	{
		LineMarker *marker = &lines->markers[*link];

		if ((MARKER_BIT(marker->marker) & STRUCTURE) && marker->start >= start)
			*link = marker->next;
		else
		{
			line->kinds |= MARKER_BIT(marker->marker);
			link = &marker->next;
		}
	}
}

/* Does a structural marker of the line hold [start, end)? */
static bool
is_contained(const Lines *lines, const TextLine *line, uint32_t start, uint32_t end)
{
	for (uint32_t i = line->first_marker; i != LINE_NONE; i = lines->markers[i].next)
	{
		const LineMarker *marker = &lines->markers[i];

		if ((MARKER_BIT(marker->marker) & STRUCTURE) && marker->start <= start && marker->end >= end)
			return true;
	}
	return false;
}

static bool
note_marker(void *context, const MatchHit *hit)
{
	Search	   *search = context;
	Lines	   *lines = search->lines;
	const MarkerRow *row = &knowledge_markers[hit->phrase];
	uint32_t	start = search->origin[hit->start];
	uint32_t	end = search->origin[hit->end - 1] + 1;
	size_t		last = line_of(lines, end - 1, search->line);
	size_t		first = line_of(lines, start, last);
	TextLine   *line;
	LineMarker *marker;
	uint32_t   *link;

	/* the last character may have several bytes, as a full-width colon has */
	for (int more = 0; more < 3 && end < lines->text.n && ((unsigned char) lines->text.p[end] & 0xC0) == 0x80; more++)
		end++;
	search->line = last;
	if (end - start > LIMIT_REPLY_BYTES)
		return true;
	/* the "*" of a phrase must not run over the end of a paragraph */
	for (size_t i = first + 1; i < last; i++)
	{
		if (slice_trim(slice_between(lines->text.p + lines->lines[i].start, lines->text.p + lines->lines[i].end)).n == 0)
			return true;
	}
	if (!fits(search, row, hit, &lines->lines[first], start, end))
		return true;
	marker = arena_grow(search->arena, lines->markers, lines->marker_count, &search->allocated, sizeof(LineMarker));
	if (marker == NULL)
		return false;
	lines->markers = marker;
	line = &lines->lines[(MARKER_BIT(row->marker) & LINE_OF_START) ? first : last];
	/* each is held against those before it in its line */
	if (line->noted >= LIMIT_LINE_MARKERS)
	{
		arena_meet(search->arena, BOUND_LINE_MARKERS);
		return true;
	}
	if (MARKER_BIT(row->marker) & STRUCTURE)
	{
		if (is_contained(lines, line, start, end))
			return true;
		drop_contained(lines, line, start);
	}
	marker = &lines->markers[lines->marker_count];
	marker->marker = row->marker;
	marker->decoder = row->decoder;
	marker->row = hit->phrase;
	marker->start = start;
	marker->end = end;
	/* newest first; lines_marker() wants the last one */
	link = &line->first_marker;
	marker->next = *link;
	*link = (uint32_t) lines->marker_count++;
	line->kinds |= MARKER_BIT(row->marker);
	line->noted++;
	/* what follows is the returned message */
	return row->marker != MARKER_END;
}

/* A header in the midst of the text: the returned message, announced or not. */
bool
lines_begin_returned(Slice line)
{
	return slice_starts_nocase(line, SLICE_LIT("Return-Path: <")) ||
		slice_starts_nocase(line, SLICE_LIT("Received: from ")) ||
		slice_starts_nocase(line, SLICE_LIT("Received: by ")) ||
		slice_starts_nocase(line, SLICE_LIT("Received: (")) ||
		slice_starts_nocase(line, SLICE_LIT("Received:from "));
}

#define RULE_LENGTH 3			/* dashes that make a rule */
#define HEADER_LINES 24			/* lines below a rule that are looked at */

/* "--- ... ---", "=====": drawn across the text, with words in it or without */
static bool
is_rule(Slice line)
{
	size_t		n = 0;

	if (line.n < 2 * RULE_LENGTH || (line.p[0] != '-' && line.p[0] != '=' && line.p[0] != '_' && line.p[0] != '*'))
		return false;
	while (n < line.n && line.p[n] == line.p[0])
		n++;
	if (n < RULE_LENGTH)
		return false;
	for (size_t i = line.n - RULE_LENGTH; i < line.n; i++)
	{
		if (line.p[i] != line.p[0])
			return false;
	}
	return true;
}

/* What the lines of a would-be header have shown. */
typedef struct HeaderScan
{
	bool		any;
	bool		from;
	bool		server;			/* a field that servers write, not people who list "From:", "To:", "Subject:" */
} HeaderScan;

/* Takes in one line; false where the header is over, or where none is. */
static bool
scan_header_line(HeaderScan *scan, Slice line)
{
	static const Slice server_fields[] = {
		SLICE_LIT("Message-ID:"), SLICE_LIT("MIME-Version:"), SLICE_LIT("Content-Type:"),
		SLICE_LIT("DKIM-Signature:"), SLICE_LIT("Received:"), SLICE_LIT("Return-Path:"),
	};
	size_t		name = 0;

	if (slice_trim(line).n == 0)
		return !scan->any;
	/* a folded field goes on */
	if (scan->any && ascii_is_space(line.p[0]))
		return true;
	while (name < line.n && (ascii_is_alnum(line.p[name]) || line.p[name] == '-'))
		name++;
	if (name == 0 || name >= line.n || line.p[name] != ':')
	{
		scan->from = scan->server = false;
		return false;
	}
	scan->any = true;
	scan->from = scan->from || slice_starts_nocase(line, SLICE_LIT("From:"));
	for (size_t k = 0; k < sizeof(server_fields) / sizeof(server_fields[0]); k++)
		scan->server = scan->server || slice_starts_nocase(line, server_fields[k]);
	return !(scan->from && scan->server);
}

/* Is the line a rule with such a header right below it?  Then that is the returned one, whatever language announces it. */
bool
lines_header_below(const Lines *lines, size_t number)
{
	HeaderScan	scan = {0};

	if (!is_rule(slice_trim(slice_between(lines->text.p + lines->lines[number].start, lines->text.p + lines->lines[number].end))))
		return false;
	for (size_t i = number + 1; i < lines->count && i <= number + HEADER_LINES; i++)
	{
		if (!scan_header_line(&scan, slice_between(lines->text.p + lines->lines[i].start, lines->text.p + lines->lines[i].end)))
			break;
	}
	return scan.from && scan.server;
}

bool
lines_begin_header(Slice text, char line_end)
{
	HeaderScan	scan = {0};
	size_t		offset = 0;
	Slice		line;

	for (int i = 0; i < HEADER_LINES && mime_next_line(text, line_end, &offset, &line) && scan_header_line(&scan, line); i++)
		;
	return scan.from && scan.server;
}

static void
split(Arena *arena, Lines *lines, char line_end)
{
	size_t		allocated = 0;
	size_t		offset = 0;
	Slice		line;

	while (lines->count < LIMIT_TEXT_LINES && mime_next_line(lines->text, line_end, &offset, &line))
	{
		TextLine   *entry = arena_grow(arena, lines->lines, lines->count, &allocated, sizeof(TextLine));

		if (entry == NULL)
			return;
		lines->lines = entry;
		entry = &lines->lines[lines->count++];
		entry->start = (uint32_t) (line.p - lines->text.p);
		entry->end = entry->start + (uint32_t) line.n;
		entry->first_marker = LINE_NONE;
		entry->kinds = 0;
		entry->noted = 0;
	}
	if (offset < lines->text.n)
		arena_meet(arena, BOUND_TEXT_LINES);
}

void
lines_read(Arena *arena, Slice text, char line_end, Lines *lines)
{
	Search		search = {.arena = arena, .lines = lines};
	char	   *folded;
	uint32_t   *origin;
	Slice		searched;

	memset(lines, 0, sizeof(*lines));
	text = ARENA_BOUNDED(arena, text, TEXT_BYTES);
	lines->text = text;
	searched = text;
	if (text.n == 0)
		return;
	split(arena, lines, line_end);
	if (lines->count == 0)
		return;
	for (size_t i = 0; i < lines->count; i++)
	{
		const TextLine *line = &lines->lines[i];

		if (lines_begin_returned(slice_trim(slice(text.p + line->start, line->end - line->start))))
		{
			searched.n = line->start;
			break;
		}
	}
	if (searched.n == 0)
		return;
	folded = arena_alloc(arena, searched.n);
	origin = arena_alloc(arena, searched.n * sizeof(uint32_t));
	if (folded == NULL || origin == NULL)
		return;
	search.folded = slice(folded, fold_into(searched, folded, origin));
	search.origin = origin;
	match_run(&knowledge_marker_match, arena, search.folded, note_marker, &search);
	arena_give_back(arena, origin);
	arena_give_back(arena, folded);
}

const LineMarker *
lines_marker(const Lines *lines, const TextLine *line, int marker)
{
	uint32_t	i = line->first_marker;

	while (lines->markers[i].marker != marker)
		i = lines->markers[i].next;
	return &lines->markers[i];
}
