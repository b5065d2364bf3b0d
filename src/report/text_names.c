/*
 * text_names.c
 *	  Where a line of a human text names a recipient, and where it only speaks
 *	  of an address.
 */
#include "mail/address.h"
#include "report/text_reader.h"

bool
text_is_recipient_line(const Reader *reader, const Shape *shape, Slice line, size_t indent)
{
	bool		has_domain = slice_find(shape->address, '@', 0) != SLICE_NPOS;

	/* somebody's words, quoted below those of the report */
	if (line.p[indent] == '>' && reader->report->count > 0 && !reader->quoted)
		return false;
	/* deeper than the recipient's line: a reply that was wrapped */
	if (reader->member_count > 0 && indent > reader->indent &&
		(text_has_words(reader) || !shape->alone) &&
		!(reader->blank_behind && shape->alone && ((shape->bracketed && shape->colon) || text_is_known(reader, shape->address))))
		return false;
	if (!has_domain && !(shape->bracketed && (shape->colon || shape->alone) && reader->mode == MODE_LIST))
		return false;
	if (shape->bracketed && shape->colon)
		return true;
	if (reader->mode == MODE_LIST)
		return true;
	if (!shape->named && reader->mode != MODE_TRANSCRIPT && shape_action(line, shape->behind) != KIND_NONE)
		return true;
	if ((shape->alone || (shape->remark && !shape->named)) && reader->mode != MODE_TRANSCRIPT && text_is_known(reader, shape->address))
		return true;
	return shape->colon && reader->member_count > 0 && !shape->named;
}

bool
text_is_expanded_below(const Reader *reader, size_t number)
{
	const TextLine *below;

	if (number + 1 >= reader->lines.count)
		return false;
	below = &reader->lines.lines[number + 1];
	return slice_starts_nocase(slice_trim(slice(reader->lines.text.p + below->start, below->end - below->start)),
							   SLICE_LIT("(expanded from <"));
}

bool
text_is_program_line(Slice line)
{
	static const Slice leads[] = {SLICE_LIT("pipe to |"), SLICE_LIT("save to "), SLICE_LIT("|/"), SLICE_LIT("| /"), SLICE_LIT("\"|"), SLICE_LIT("\"/"),
		/* Exim, where the owner of an alias does not want to be known */
		SLICE_LIT("an undisclosed address")};

	while (line.n > 0 && (line.p[0] == '-' || line.p[0] == ' '))
		line = slice(line.p + 1, line.n - 1);
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
	{
		if (slice_starts_nocase(line, leads[i]))
			return true;
	}
	return false;
}

bool
text_is_mere_place(Slice rest)
{
	if (slice_starts_nocase(rest, SLICE_LIT("(host: ")))
		return true;
	return slice_starts_nocase(rest, SLICE_LIT("on ")) &&
		(ascii_is_digit(rest.p[rest.n - 1]) || slice_ends_nocase(rest, SLICE_LIT("AM")) || slice_ends_nocase(rest, SLICE_LIT("PM"))) &&
		slice_find(rest, ':', 0) != SLICE_NPOS;
}

/* "... to the recipient. Contact: a@b": has another sentence begun before the address? */
static bool
begins_sentence(Slice between)
{
	size_t		end = 0;

	for (size_t i = 0; i + 1 < between.n; i++)
	{
		if ((between.p[i] == '.' || between.p[i] == '!' || between.p[i] == '?') && between.p[i + 1] == ' ')
			end = i + 1;
	}
	for (size_t i = end; end > 0 && i < between.n; i++)
	{
		if (ascii_is_alpha(between.p[i]))
			return true;
	}
	return false;
}

/* "a@b and c@d": what stands between is one short word. */
static bool
is_and(Slice between)
{
	static const Slice words[] = {
		SLICE_LIT("and"), SLICE_LIT("und"), SLICE_LIT("et"), SLICE_LIT("y"), SLICE_LIT("e"), SLICE_LIT("en"), SLICE_LIT("og"),
		SLICE_LIT("och"), SLICE_LIT("ja"), SLICE_LIT("i"), SLICE_LIT("a"), SLICE_LIT("or"), SLICE_LIT("&"),
	};

	while (between.n > 0 && (between.p[0] == '>' || between.p[0] == '"' || between.p[0] == '\'' || ascii_is_space(between.p[0])))
		between = slice(between.p + 1, between.n - 1);
	while (between.n > 0 && (between.p[between.n - 1] == '<' || between.p[between.n - 1] == '"' ||
							 between.p[between.n - 1] == '\'' || ascii_is_space(between.p[between.n - 1])))
		between.n--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (slice_equal_nocase(between, words[i]))
			return true;
	}
	return false;
}

/*
 * "a@b, c@d; Name <e@f>" is a list; "a@b failed: the address changed, the user
 * is now c@d" is a sentence that goes on.
 */
static bool
is_listed(Slice between, char before)
{
	size_t		letters = 0;
	int			depth = 0;

	if (slice_find(between, ',', 0) == SLICE_NPOS && slice_find(between, ';', 0) == SLICE_NPOS)
		return is_and(between);
	if (before == '<' || before == '(' || before == '[' || before == '"' || before == '\'')
		return true;
	for (size_t i = 0; i < between.n; i++)
	{
		depth += (between.p[i] == '(') - (between.p[i] == ')');
		letters += depth <= 0 && ascii_is_alpha(between.p[i]);
	}
	return letters <= 3;		/* "and", "und", "et" */
}

bool
text_add_addresses(Reader *reader, Slice line, size_t from, size_t indent, size_t *end)
{
	size_t		offset = from;
	size_t		start;
	Slice		found;
	bool		any = false;

	while (address_find(line, &offset, &start, &found))
	{
		/* a list with commas or semicolons goes on; a sentence names one */
		if (any && !is_listed(slice(line.p + from, start - from), line.p[start - 1]))
			break;
		if (!any && begins_sentence(slice(line.p + from, start - from)))
			break;
		text_add_recipient(reader, found, indent);
		any = true;
		from = offset;
	}
	if (end)
		*end = from;
	return any;
}

size_t
text_add_neighbours(Reader *reader, Slice line, size_t from, size_t indent)
{
	size_t		offset = from;
	size_t		start;
	Slice		found;

	while (from < line.n && (line.p[from] == ',' || line.p[from] == ';') &&
		   address_find(line, &offset, &start, &found))
	{
		size_t		i = from + 1;

		while (i < start && (ascii_is_space(line.p[i]) || line.p[i] == '<'))
			i++;
		if (i < start)
			break;
		text_add_recipient(reader, found, indent);
		while (offset < line.n && ascii_is_space(line.p[offset]))
			offset++;
		from = offset;
	}
	return from;
}

void
text_note_alias(Reader *reader, const TextLine *line, Slice text, size_t indent)
{
	const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_ALIAS);
	size_t		offset = marker->end - line->start;
	size_t		start;
	Slice		found;
	Slice		alias;

	if (!address_find(text, &offset, &start, &found))
		return;
	alias = address_clean(reader->arena, found, true);
	if (alias.n == 0)
		return;
	if (reader->member_count == 0)
	{
		uint32_t	words_start = reader->words_start;
		uint32_t	words_end = reader->words_end;

		/* Exim: "  |/usr/bin/x" and "    generated by user@dom"; Sendmail gives the reason before that */
		if (reader->mode != MODE_LIST)
			return;
		text_add_recipient(reader, found, indent);
		reader->words_start = words_start;
		reader->words_end = words_end;
		return;
	}
	for (size_t i = 0; i < reader->member_count; i++)
	{
		TextRecipient *recipient = &reader->report->recipients[reader->members[i]];

		if (recipient->alias.n == 0 && !slice_equal(alias, recipient->address))
			recipient->alias = alias;
	}
}

bool
text_puts_address_first(const char *text, const LineMarker *marker, Slice sentence)
{
	const char *end = sentence.p + sentence.n;

	if (text[marker->start] & 0x80)
		return true;
	for (uint32_t i = marker->start; i < marker->end; i++)
	{
		if (text[i] & 0x80)
			return text + marker->end < end && text[marker->end] == '.';
	}
	return false;
}

bool
text_add_refused(Reader *reader, const TextLine *entry, Slice line, size_t indent)
{
	size_t		offset = 0;
	Slice		address;
	Slice		reply;
	bool		any = false;

	while (shape_refused(line, &offset, &address, &reply))
	{
		text_close_group(reader);
		reader->section = KIND_FAILURE;
		text_add_recipient(reader, address, indent);
		text_add_words(reader, entry->start + (uint32_t) (reply.p - line.p), entry->start + (uint32_t) (reply.p + reply.n - line.p));
		any = true;
	}
	if (any)
	{
		text_close_group(reader);
		reader->report->speaks = true;
	}
	return any;
}

#define HEADING_LINES 4

static Slice
line_text(const Lines *lines, size_t number)
{
	return slice_trim(slice_between(lines->text.p + lines->lines[number].start, lines->text.p + lines->lines[number].end));
}

void
text_note_heading(Reader *reader, size_t number)
{
	const Lines *lines = &reader->lines;
	size_t		last = number;
	size_t		below;
	Slice		text = line_text(lines, last);
	Shape		shape;

	while (text.p[text.n - 1] != ':' && !slice_ends_nocase(text, SLICE_LIT("\xef\xbc\x9a")))
	{
		if (++last >= lines->count || last >= number + HEADING_LINES)
			return;
		text = line_text(lines, last);
		if (text.n == 0)
			return;
	}
	below = last + 1;
	if (below < lines->count && line_text(lines, below).n == 0)
		below++;
	if (below >= lines->count || !shape_read(line_text(lines, below), &shape) || !shape.alone ||
		slice_find(shape.address, '@', 0) == SLICE_NPOS || shape_read(line_text(lines, number), &shape))
		return;
	text_close_group(reader);
	reader->heading = slice_between(lines->text.p + lines->lines[number].start, lines->text.p + lines->lines[last].end);
	reader->headings++;
}

bool
text_read_reason_first(Reader *reader, const TextLine *entry, const Shape *shape)
{
	if (line_has(entry, MARKER_FIRST))
	{
		/* "... due to the following reason:", or the reason at once */
		reader->reason_first = true;
		reader->reason_ended = reader->lines.text.p[entry->end - 1] == ':';
		reader->reason_start = entry->start;
		reader->reason_end = entry->end;
		reader->report->speaks = true;
		text_add_common(reader, entry->start, entry->end);
		return true;
	}
	/* the others announce their recipients */
	if (!reader->reason_first || (entry->kinds & OF_REPORTS) || line_has(entry, MARKER_HELP) || (shape->bracketed && !shape->alone))
	{
		reader->reason_first = false;
		return false;
	}
	if (shape->bracketed && slice_find(shape->address, '@', 0) != SLICE_NPOS)
	{
		text_add_recipient(reader, shape->address, 0);
		reader->words_start = reader->reason_start;
		reader->words_end = reader->reason_end;
		text_close_group(reader);
		reader->reason_ended = true;
		return true;
	}
	if (reader->reason_ended)
		reader->reason_start = entry->start;
	reader->reason_ended = false;
	reader->reason_end = entry->end;
	text_add_common(reader, entry->start, entry->end);
	return true;
}

bool
text_add_wrapped(Reader *reader, size_t number, Slice trimmed, size_t indent)
{
	const TextLine *next = &reader->lines.lines[number + 1];
	Slice		below;
	Slice		address;
	size_t		behind;

	if (number + 1 >= reader->lines.count || reader->mode == MODE_HELP || reader->mode == MODE_TRANSCRIPT)
		return false;
	below = slice_trim(slice_between(reader->lines.text.p + next->start, reader->lines.text.p + next->end));
	address = shape_wrapped(reader->arena, trimmed, below, &behind);
	if (address.n == 0)
		return false;
	text_add_recipient(reader, address, indent);
	reader->wrapped_line = number + 1;
	reader->wrapped_end = (uint32_t) (below.p + behind - reader->lines.text.p);
	reader->blank_behind = false;
	return true;
}
