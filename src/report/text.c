/*
 * text.c
 *	  Free-text reports.
 *
 * One reader for all families: the lines are walked once, and the markers of
 * data/markers.tsv tell where recipients are listed, where a reason begins,
 * where advice or the returned message starts.  What a line itself looks like
 * (an address alone, "<a@b>: words", "a@b on <date>") does the rest.  So a
 * new MTA is a line of data unless its report has a new shape.
 */
#include "mail/address.h"
#include "report/lines.h"
#include "report/recipients.h"
#include "report/text.h"
#include "report/transcript.h"

typedef enum Mode
{
	MODE_TEXT,					/* ordinary words */
	MODE_LIST,					/* recipients are being listed */
	MODE_TRANSCRIPT,
	MODE_HELP					/* no evidence */
} Mode;

typedef struct Reader
{
	Arena	   *arena;
	Lines		lines;
	TextReport *report;
	size_t		allocated;
	RecipientIndex index;
	Transcript	transcript;
	Mode		mode;
	BounceKind	section;
	bool		blank_behind;	/* the line before was empty */

	/* the recipients that the current words speak of */
	uint32_t   *members;
	size_t		member_count;
	size_t		member_allocated;
	size_t		indent;			/* of their lines */
	uint32_t	words_start;
	uint32_t	words_end;		/* 0: no words yet */
	const char *command;
	Slice		rhost;

	/* evidence that belongs to nobody in particular */
	char	   *common;
	size_t		common_length;
	size_t		preface_length; /* of it, before the first recipient */

	/* "<a@b>" alone in a line where nothing announced recipients */
	Slice		tentative;
} Reader;

/* How a line names a recipient. */
typedef struct Shape
{
	Slice		address;		/* raw */
	size_t		behind;			/* offset in the line of what follows it */
	bool		bracketed;
	bool		colon;			/* "<a@b>:" */
	bool		alone;			/* nothing else in the line */
	bool		named;			/* a display name stands before it */
} Shape;

/* ------------------------------------------------------------------------
 * Groups: consecutive recipients that share the words behind them
 * ------------------------------------------------------------------------ */

static bool
has_words(const Reader *reader)
{
	return reader->words_end > reader->words_start;
}

/* Puts 'words' to a recipient; a second mention is the more precise one and comes first. */
static void
give_words(Reader *reader, TextRecipient *recipient, Slice words)
{
	char	   *joined;

	if (recipient->words.p == NULL)
	{
		recipient->words = words;
		return;
	}
	/* a third one adds nothing; and copying is bounded so */
	if (recipient->words.p < reader->lines.text.p ||
		recipient->words.p >= reader->lines.text.p + reader->lines.text.n)
		return;
	joined = arena_alloc(reader->arena, words.n + 1 + recipient->words.n);
	if (joined == NULL)
		return;
	memcpy(joined, words.p, words.n);
	joined[words.n] = '\n';
	memcpy(joined + words.n + 1, recipient->words.p, recipient->words.n);
	recipient->words = slice(joined, words.n + 1 + recipient->words.n);
}

static void
close_group(Reader *reader)
{
	Slice		words = SLICE_NONE;

	if (has_words(reader))
	{
		size_t		n = reader->words_end - reader->words_start;

		words = slice(reader->lines.text.p + reader->words_start,
					  n < LIMIT_REPLY_BYTES ? n : LIMIT_REPLY_BYTES);
	}
	for (size_t i = 0; i < reader->member_count; i++)
	{
		TextRecipient *recipient = &reader->report->recipients[reader->members[i]];

		if (words.n > 0)
			give_words(reader, recipient, words);
		if (reader->command)
			recipient->command = reader->command;
		if (reader->rhost.n > 0)
			recipient->rhost = reader->rhost;
	}
	reader->member_count = 0;
	reader->words_start = reader->words_end = 0;
	reader->command = NULL;
	reader->rhost = SLICE_NONE;
}

static bool
join_group(Reader *reader, uint32_t number)
{
	uint32_t   *members = arena_grow(reader->arena, reader->members, reader->member_count, &reader->member_allocated, sizeof(uint32_t));

	if (members == NULL)
		return false;
	reader->members = members;
	reader->members[reader->member_count++] = number;
	return true;
}

static void
add_recipient(Reader *reader, Slice raw, size_t indent)
{
	TextReport *report = reader->report;
	Slice		address = address_clean(reader->arena, raw, false);
	uint32_t	number;

	if (address.n == 0)
		return;
	if (has_words(reader))
		close_group(reader);
	number = recipients_find(&reader->index, address);
	if (number == RECIPIENT_NONE)
	{
		TextRecipient *recipient;

		if (report->count >= LIMIT_TEXT_RECIPIENTS)
		{
			report->truncated = true;
			return;
		}
		recipient = arena_grow(reader->arena, report->recipients, report->count, &reader->allocated, sizeof(TextRecipient));
		if (recipient == NULL)
			return;
		report->recipients = recipient;
		if (report->count == 0)
			reader->preface_length = reader->common_length;
		recipient = &report->recipients[report->count];
		memset(recipient, 0, sizeof(*recipient));
		recipient->address = address;
		recipient->kind = reader->section;
		number = (uint32_t) report->count++;
		recipients_put(&reader->index, address, number);
	}
	else
	{
		for (size_t i = 0; i < reader->member_count; i++)
		{
			if (reader->members[i] == number)
				return;
		}
	}
	if (join_group(reader, number))
		reader->indent = indent;
}

/* Evidence that belongs to nobody in particular: reports may name their recipients last. */
static void
add_common(Reader *reader, uint32_t start, uint32_t end)
{
	size_t		n = end - start;

	if (reader->common == NULL)
		reader->common = arena_alloc(reader->arena, LIMIT_REPLY_BYTES);
	if (reader->common == NULL || n + 1 > LIMIT_REPLY_BYTES - reader->common_length)
		return;
	memcpy(reader->common + reader->common_length, reader->lines.text.p + start, n);
	reader->common_length += n;
	reader->common[reader->common_length++] = '\n';
}

static void
add_words(Reader *reader, uint32_t start, uint32_t end)
{
	if (reader->member_count > 0)
	{
		if (!has_words(reader))
			reader->words_start = start;
		reader->words_end = end;
	}
	add_common(reader, start, end);
}

/* ------------------------------------------------------------------------
 * The shape of a line
 * ------------------------------------------------------------------------ */

static size_t
skip_bullets(Slice line)
{
	size_t		i = 0;

	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t' || line.p[i] == '*' || line.p[i] == '>'))
		i++;
	while (i < line.n && line.p[i] == '-')
		i++;
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	/* U+2022 BULLET, U+00B7 MIDDLE DOT */
	if (i + 3 < line.n && memcmp(line.p + i, "\xe2\x80\xa2", 3) == 0)
		i += 3;
	else if (i + 2 < line.n && memcmp(line.p + i, "\xc2\xb7", 2) == 0)
		i += 2;
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i;
}

/* Is the rest of the line only punctuation? */
static bool
nothing_but_marks(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (ascii_is_alnum(s.p[i]) || (unsigned char) s.p[i] >= 0x80 || s.p[i] == '<')
			return false;
	}
	return true;
}

/* Exchange's "a@b<mailto:a@b>" and "a@b (a@b)": the address again. */
static size_t
skip_repetition(Slice line, size_t i)
{
	size_t		offset = i;
	size_t		start;
	Slice		again;

	if (i < line.n && (line.p[i] == '<' || line.p[i] == '(' || line.p[i] == '[') &&
		address_find(line, &offset, &start, &again) && again.p <= line.p + i + 8)
	{
		while (offset < line.n && (line.p[offset] == '>' || line.p[offset] == ')' || line.p[offset] == ']'))
			offset++;
		return offset;
	}
	return i;
}

/*
 * Could that be the name in "Name <a@b>"?  A name is some words without a
 * sentence's punctuation; "please contact <a@b>" is one of the sentences that
 * must not pass, so a name of more than one word begins with a capital or is
 * not ASCII.
 */
static bool
is_display_name(Slice name)
{
	size_t		words = 0;

	name = slice_trim(name);
	while (name.n > 0 && (name.p[name.n - 1] == '<' || name.p[name.n - 1] == '(' || name.p[name.n - 1] == '['))
		name = slice_trim(slice(name.p, name.n - 1));
	if (name.n > 80)
		return false;
	for (size_t i = 0; i < name.n; i++)
	{
		/* the comma and the full stop of Chinese and Japanese */
		if (i + 2 < name.n && (memcmp(name.p + i, "\xe3\x80\x81", 3) == 0 || memcmp(name.p + i, "\xe3\x80\x82", 3) == 0 ||
							   memcmp(name.p + i, "\xef\xbc\x8c", 3) == 0))
			return false;
		if (name.p[i] == ':' || name.p[i] == ';' || name.p[i] == '!' || name.p[i] == '?' || name.p[i] == '=')
			return false;
		if (!ascii_is_space(name.p[i]) && (i == 0 || ascii_is_space(name.p[i - 1])))
		{
			if (name.p[i] >= 'a' && name.p[i] <= 'z' && words > 0)
				return false;
			words++;
		}
	}
	return words <= 4;
}

static bool
read_shape(Slice line, Shape *shape)
{
	size_t		begin = skip_bullets(line);
	size_t		i;
	Slice		rest;

	memset(shape, 0, sizeof(*shape));
	if (begin >= line.n)
		return false;
	if (line.p[begin] == '<')
	{
		size_t		close = slice_find(slice(line.p, line.n < begin + LIMIT_ADDRESS_BYTES ? line.n : begin + LIMIT_ADDRESS_BYTES),
									   '>', begin);

		if (close == SLICE_NPOS || close == begin + 1)
			return false;
		shape->address = slice(line.p + begin + 1, close - begin - 1);
		for (size_t k = 0; k < shape->address.n; k++)
		{
			if (shape->address.p[k] == ' ' && shape->address.p[0] != '"')
				return false;
		}
		shape->bracketed = true;
		i = close + 1;
	}
	else
	{
		size_t		offset = begin;
		size_t		start;
		Slice		found;

		if (!address_find(line, &offset, &start, &found))
			return false;
		if (start > begin)
		{
			char		quote = line.p[begin];
			bool		quoted = (quote == '\'' || quote == '"' || quote == '`') && start == begin + 1;

			if (!quoted)
			{
				/* "Name <a@b>", "Name<mailto:a@b>", "Name (a@b)": the line ends with it */
				Slice		name = slice(line.p + begin, start - begin);
				size_t		end = offset;

				while (end < line.n && (line.p[end] == ')' || line.p[end] == '>' || line.p[end] == ']' || ascii_is_space(line.p[end])))
					end++;
				if (slice_ends_nocase(name, SLICE_LIT("mailto:")))
					name.n -= 7;
				else if (line.p[start] != '<' && name.p[name.n - 1] != '(')
					return false;
				if (end < line.n || !is_display_name(name))
					return false;
				shape->named = true;
			}
		}
		shape->address = found;
		i = offset;
		while (i < line.n && (line.p[i] == '\'' || line.p[i] == '"' || line.p[i] == '`'))
			i++;
	}
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	i = skip_repetition(line, i);
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	shape->behind = i;
	rest = slice(line.p + i, line.n - i);
	shape->colon = rest.n > 0 && rest.p[0] == ':';
	if (!shape->colon && rest.n > 0 && rest.p[0] == '(')
	{
		/* Postfix: "<a@b> (expanded from <c@d>): words" */
		size_t		close = slice_find(rest, ')', 0);

		shape->colon = close != SLICE_NPOS && close + 1 < rest.n && rest.p[close + 1] == ':';
	}
	shape->alone = nothing_but_marks(rest);
	return true;
}

/* Does the line name a recipient here? */
static bool
is_recipient_line(const Reader *reader, const Shape *shape, size_t indent)
{
	bool		has_domain = slice_find(shape->address, '@', 0) != SLICE_NPOS;

	/* deeper than the recipient's line: a reply that was wrapped */
	if (reader->member_count > 0 && indent > reader->indent &&
		(has_words(reader) || !shape->alone))
		return false;
	if (!has_domain && !(shape->bracketed && (shape->colon || shape->alone) && reader->mode == MODE_LIST))
		return false;
	if (shape->bracketed && shape->colon)
		return true;
	if (reader->mode == MODE_LIST)
		return true;
	return shape->colon && reader->member_count > 0 && !shape->named;
}

/* "a@b on Thu, 7 Mar 2002 14:20:27 -0500": Exchange tells when, not why. */
static bool
is_date_remark(Slice rest)
{
	return slice_starts_nocase(rest, SLICE_LIT("on ")) &&
		(ascii_is_digit(rest.p[rest.n - 1]) || slice_ends_nocase(rest, SLICE_LIT("AM")) || slice_ends_nocase(rest, SLICE_LIT("PM"))) &&
		slice_find(rest, ':', 0) != SLICE_NPOS;
}

/* ------------------------------------------------------------------------
 * Lines
 * ------------------------------------------------------------------------ */

/* All addresses of the line from offset 'from' on. */
static bool
add_addresses(Reader *reader, Slice line, size_t from, size_t indent)
{
	size_t		offset = from;
	size_t		start;
	Slice		found;
	bool		any = false;

	while (address_find(line, &offset, &start, &found))
	{
		/* a comma list goes on; a sentence names one */
		if (any && slice_find(slice(line.p + from, start - from), ',', 0) == SLICE_NPOS)
			break;
		add_recipient(reader, found, indent);
		any = true;
		from = offset;
	}
	return any;
}

static void
note_markers(Reader *reader, const TextLine *line, Slice text)
{
	TextReport *report = reader->report;

	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		uint16_t	decoder = reader->lines.markers[i].decoder;

		/* many begin with Exim's or qmail's words; what comes last is one's own */
		if (decoder != DECODER_NONE)
			report->decoder = decoder;
	}
	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		const char *command = marker_command(reader->lines.markers[i].marker);

		if (command == NULL)
			continue;
		if (reader->member_count > 0)
			reader->command = command;
		report->command = command;
	}
	if (line_has(line, MARKER_DELAY))
	{
		report->delayed = true;
		report->speaks = true;
	}
	if (line_has(line, MARKER_LOCAL) && report->lhost.n == 0)
	{
		const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_LOCAL);
		Slice		name = slice_trim(slice_between(reader->lines.text.p + marker->end, text.p + text.n));

		while (name.n > 0 && (name.p[0] == ':' || name.p[0] == ' '))
			name = slice(name.p + 1, name.n - 1);
		report->lhost = name;
	}
	if (line_has(line, MARKER_REMOTE) && reader->member_count > 0)
	{
		const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_REMOTE);
		Slice		name = slice_trim(slice_between(reader->lines.text.p + marker->end, text.p + text.n));

		while (name.n > 0 && (name.p[0] == ':' || name.p[0] == ' '))
			name = slice(name.p + 1, name.n - 1);
		reader->rhost = name;
	}
}

/* "(expanded from <x>)": to the recipients of the group; or the only address there is of a pipe. */
static void
note_alias(Reader *reader, const TextLine *line, Slice text, size_t indent)
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
		/* Exim: "  |/usr/bin/x" and "    generated by user@dom" */
		if (reader->mode == MODE_LIST)
			add_recipient(reader, found, indent);
		return;
	}
	for (size_t i = 0; i < reader->member_count; i++)
	{
		TextRecipient *recipient = &reader->report->recipients[reader->members[i]];

		if (recipient->alias.n == 0 && !slice_equal(alias, recipient->address))
			recipient->alias = alias;
	}
}

/* A line that announces recipients: 'from' is where they may stand in it. */
static void
open_section(Reader *reader, BounceKind kind, Slice line, size_t from, size_t indent)
{
	reader->report->speaks = true;
	if (!(reader->member_count > 0 && !has_words(reader) && kind == reader->section))
		close_group(reader);
	reader->section = kind;
	reader->mode = MODE_LIST;
	add_addresses(reader, line, from, indent);
}

/* ">>> RCPT To:<x>", "<<< 550 ...": a session is quoted, announced or not. */
static bool
is_session_line(Slice line)
{
	if (slice_starts_nocase(line, SLICE_LIT("<<< ")))
		return line.n > 7 && ascii_is_digit(line.p[4]);
	return slice_starts_nocase(line, SLICE_LIT(">>> ")) &&
		transcript_verb(slice_trim(slice(line.p + 4, line.n - 4))) != NULL;
}

/* Returns false at the line where the returned message begins. */
static bool
read_line(Reader *reader, size_t number)
{
	static const struct
	{
		int			marker;
		BounceKind	kind;
	}			sections[] = {
		{MARKER_FAILED, KIND_FAILURE}, {MARKER_DELAYED, KIND_DELAY}, {MARKER_DELIVERED, KIND_SUCCESS},
		{MARKER_START, KIND_NONE},
	};
	TextReport *report = reader->report;
	TextLine   *entry = &reader->lines.lines[number];
	Slice		line = slice(reader->lines.text.p + entry->start, entry->end - entry->start);
	Slice		trimmed = slice_trim(line);
	size_t		indent = (size_t) (trimmed.p - line.p);
	Shape		shape;
	bool		is_recipient;

	if (trimmed.n == 0)
	{
		reader->blank_behind = true;
		return true;
	}
	note_markers(reader, entry, line);
	if (line_has(entry, MARKER_END))
	{
		size_t		behind = number + 1 < reader->lines.count ? reader->lines.lines[number + 1].start : reader->lines.text.n;

		report->returned = slice(reader->lines.text.p + behind, reader->lines.text.n - behind);
		return false;
	}
	if (lines_begin_returned(trimmed) && (report->count > 0 || report->speaks || reader->tentative.n > 0))
	{
		report->returned = slice(reader->lines.text.p + entry->start, reader->lines.text.n - entry->start);
		return false;
	}
	if (is_session_line(trimmed) && reader->mode != MODE_HELP)
	{
		if (reader->mode != MODE_TRANSCRIPT)
			add_words(reader, entry->start, entry->end);
		transcript_line(&reader->transcript, trimmed);
		return true;
	}
	is_recipient = read_shape(line, &shape) && is_recipient_line(reader, &shape, indent);
	/* a reply may hold the words of advice, too: deeper lines belong to it */
	if (line_has(entry, MARKER_HELP) && !is_recipient &&
		!(has_words(reader) && indent > reader->indent && !reader->blank_behind))
	{
		close_group(reader);
		reader->mode = MODE_HELP;
		return true;
	}
	if (line_has(entry, MARKER_TRANSCRIPT))
	{
		close_group(reader);
		reader->mode = MODE_TRANSCRIPT;
		report->speaks = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
	{
		if (line_has(entry, sections[i].marker))
		{
			const LineMarker *marker = lines_marker(&reader->lines, entry, sections[i].marker);

			add_common(reader, entry->start, entry->end);
			open_section(reader, sections[i].kind, line, marker->end - entry->start, indent);
			return true;
		}
	}
	if (line_has(entry, MARKER_RECIPIENT))
	{
		const LineMarker *marker = lines_marker(&reader->lines, entry, MARKER_RECIPIENT);

		if (reader->mode == MODE_TRANSCRIPT || reader->mode == MODE_HELP)
			reader->mode = MODE_TEXT;
		if (add_addresses(reader, line, marker->end - entry->start, indent))
			report->speaks = true;
		else if (slice_trim(slice_between(reader->lines.text.p + marker->end, line.p + line.n)).n <= 1)
			reader->mode = MODE_LIST;
		return true;
	}
	/* MailScanner announces the message and quotes its header: the only "To:" that names a failed recipient */
	if (reader->mode == MODE_LIST && report->count == 0 && slice_starts_nocase(trimmed, SLICE_LIT("To:")))
	{
		add_addresses(reader, line, indent + 3, indent);
		return true;
	}
	if (line_has(entry, MARKER_LEAD))
	{
		const LineMarker *marker = lines_marker(&reader->lines, entry, MARKER_LEAD);
		const char *text = reader->lines.text.p;
		size_t		begin = marker->start;
		size_t		before = report->count;
		Slice		sentence;

		/* the sentence may begin on the line before, and in Japanese the address stands before the words */
		while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r' && marker->start - begin < LIMIT_REPLY_BYTES)
			begin--;
		sentence = slice_between(text + begin, text + entry->end);
		open_section(reader, KIND_NONE, sentence, marker->start - begin, indent);
		if (report->count == before)
			add_addresses(reader, sentence, 0, indent);
		add_words(reader, entry->start, entry->end);
		return true;
	}
	if (reader->mode == MODE_TRANSCRIPT)
	{
		transcript_line(&reader->transcript, trimmed);
		add_words(reader, entry->start, entry->end);
		return true;
	}
	if (is_recipient)
	{
		if (reader->mode == MODE_HELP)
			reader->mode = MODE_TEXT;
		add_recipient(reader, shape.address, indent);
		if (line_has(entry, MARKER_ALIAS))
			note_alias(reader, entry, line, indent);
		if (!shape.alone && !is_date_remark(slice(line.p + shape.behind, line.n - shape.behind)))
			add_words(reader, entry->start + (uint32_t) shape.behind, entry->end);
		reader->blank_behind = false;
		return true;
	}
	if (shape.bracketed && shape.alone && reader->tentative.n == 0 && report->count == 0)
		reader->tentative = shape.address;
	if (line_has(entry, MARKER_ALIAS))
		note_alias(reader, entry, line, indent);
	if (line_has(entry, MARKER_REASON) && reader->mode == MODE_HELP)
		reader->mode = MODE_TEXT;
	if (reader->mode != MODE_HELP)
		add_words(reader, entry->start, entry->end);
	reader->blank_behind = false;
	return true;
}

/* Gives each refusal of the transcript to the recipient that it speaks of. */
static void
apply_transcript(Reader *reader)
{
	const Transcript *transcript = &reader->transcript;
	TextReport *report = reader->report;
	bool		named = report->count > 0;
	const Refusal *general = NULL;

	for (size_t i = 0; i < transcript->count; i++)
	{
		const Refusal *refusal = &transcript->refusals[i];
		uint32_t	number = recipients_find(&reader->index, refusal->address);

		if (number == RECIPIENT_NONE && refusal->address.n > 0 && !named)
		{
			reader->section = KIND_NONE;
			add_recipient(reader, refusal->address, 0);
			close_group(reader);
			number = recipients_find(&reader->index, refusal->address);
		}
		if (number == RECIPIENT_NONE)
		{
			if (general == NULL || (general->local && !refusal->local))
				general = refusal;
			continue;
		}
		/* the list cuts a reply short; the transcript has the whole of it */
		if (report->recipients[number].words.n == 0 || !refusal->local)
		{
			give_words(reader, &report->recipients[number], refusal->words);
			if (report->recipients[number].rhost.n == 0)
				report->recipients[number].rhost = refusal->rhost;
		}
		if (report->recipients[number].command == NULL)
			report->recipients[number].command = refusal->command;
	}
	for (size_t i = 0; general && i < report->count; i++)
	{
		if (report->recipients[i].words.n == 0 || (!general->local && report->recipients[i].command == NULL))
		{
			give_words(reader, &report->recipients[i], general->words);
			if (report->recipients[i].rhost.n == 0)
				report->recipients[i].rhost = general->rhost;
		}
		if (report->recipients[i].command == NULL)
			report->recipients[i].command = general->command;
	}
}

void
text_read(Arena *arena, Slice text, char line_end, TextReport *report)
{
	Reader		reader = {.arena = arena, .report = report};
	bool		any_words = false;

	memset(report, 0, sizeof(*report));
	report->decoder = DECODER_NONE;
	reader.index.arena = arena;
	reader.transcript.arena = arena;
	lines_read(arena, text, line_end, &reader.lines);
	for (size_t i = 0; i < reader.lines.count; i++)
	{
		if ((i & 0xff) == 0xff)
			arena_interrupt(arena);
		if (!read_line(&reader, i))
			break;
	}
	close_group(&reader);
	apply_transcript(&reader);

	if (report->count == 0 && reader.tentative.n > 0)
	{
		reader.section = KIND_NONE;
		add_recipient(&reader, reader.tentative, 0);
		close_group(&reader);
	}
	report->words = slice(reader.common, reader.common_length);
	for (size_t i = 0; i < report->count; i++)
		any_words = any_words || report->recipients[i].words.n > 0;
	for (size_t i = 0; i < report->count; i++)
	{
		TextRecipient *recipient = &report->recipients[i];

		/* words of another recipient must not become his */
		if (recipient->words.n == 0)
			recipient->words = any_words ? slice(reader.common, reader.preface_length) : report->words;
		if (recipient->command == NULL && report->count == 1)
			recipient->command = report->command;
	}
}
