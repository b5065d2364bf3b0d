/*
 * text_line.c
 *	  One line of a human text: what it is, and what it adds.
 */
#include "mail/address.h"
#include "report/text_reader.h"

#define MAX_LEADS 8				/* of a line that are tried: each may name thousands, known already */

/* The line that is being read. */
typedef struct Line
{
	size_t		number;
	TextLine   *entry;
	Slice		line;
	Slice		trimmed;
	size_t		indent;
	Shape		shape;
	bool		is_recipient;
	bool		in_session;
} Line;

Slice
text_behind_marker(const Lines *lines, const TextLine *line, const LineMarker *marker)
{
	while (line + 1 < lines->lines + lines->count && line[1].start < marker->end)
		line++;
	return slice_between(lines->text.p + marker->end, lines->text.p + line->end);
}

static void
note_markers(Reader *reader, const TextLine *line, bool in_session)
{
	TextReport *report = reader->report;

	if (line->kinds == 0)
		return;
	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		const LineMarker *found = &reader->lines.markers[i];
		uint16_t	decoder = found->decoder;
		const char *kind = knowledge_marker_kinds[found->marker];

		if (reader->trail)
			trail_note(reader->trail, "marker", slice(kind, strlen(kind)), true, markers_rule(&knowledge_markers[found->row]),
					   slice_between(reader->lines.text.p + found->start, reader->lines.text.p + found->end), NULL);

		/* many begin with Exim's or qmail's words; what comes last is one's own */
		if (decoder != DECODER_NONE)
			report->decoder = decoder;
	}
	report->absent |= line_has(line, MARKER_ABSENCE);
	report->challenges |= line_has(line, MARKER_CHALLENGE);
	report->was_read |= line_has(line, MARKER_READ);
	report->incoming |= line_has(line, MARKER_INCOMING);
	/* what a remote host promises in its reply is not for us */
	if (line_has(line, MARKER_DELAY) && !in_session)
	{
		report->delayed = true;
		report->speaks = true;
	}
	if (line_has(line, MARKER_LOCAL) && report->lhost.n == 0)
	{
		const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_LOCAL);
		Slice		name = slice_trim(text_behind_marker(&reader->lines, line, marker));

		while (name.n > 0 && (name.p[0] == ':' || name.p[0] == ' '))
			name = slice(name.p + 1, name.n - 1);
		report->lhost = name;
	}
}

/* Is the rest of a label's line empty, or one mark, U+FF1A FULLWIDTH COLON included? */
static bool
nothing_but_colon(Slice s)
{
	s = slice_trim(s);
	return s.n <= 1 || slice_equal(s, SLICE_LIT("\xef\xbc\x9a"));
}

/* A line that announces recipients: 'from' is where they may stand in it. */
static void
open_section(Reader *reader, BounceKind kind, Slice line, size_t from, size_t indent)
{
	reader->report->speaks = true;
	if (!(reader->member_count > 0 && !text_has_words(reader) && kind == reader->section))
		text_close_group(reader);
	reader->section = kind;
	reader->mode = MODE_LIST;
	text_add_addresses(reader, line, from, indent, NULL);
}

/* "550-..." */
static bool
begins_with_code(Slice line)
{
	return line.n > 3 && line.p[0] >= '4' && line.p[0] <= '5' && ascii_is_digit(line.p[1]) &&
		ascii_is_digit(line.p[2]) && (line.p[3] == '-' || line.p[3] == ' ');
}

/* A reply that begins a line, bare or as Exchange writes it. */
static bool
begins_with_reply(Slice line)
{
	return begins_with_code(line) || slice_starts_nocase(line, SLICE_LIT("Remote Server returned")) ||
		slice_starts_nocase(line, SLICE_LIT("#< #5")) || slice_starts_nocase(line, SLICE_LIT("#< #4")) ||
		(line.n > 8 && line.p[0] == '#' && begins_with_code(slice(line.p + 1, line.n - 1)));
}

/* Does the line tell at which command it failed? */
static bool
names_command(const Reader *reader, const TextLine *line)
{
	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		if (marker_command(reader->lines.markers[i].marker) != NULL)
			return true;
	}
	return false;
}

/* Does the returned message begin here? */
static bool
ends_report(Reader *reader, Line *at)
{
	TextReport *report = reader->report;

	if (line_has(at->entry, MARKER_END))
	{
		size_t		behind = at->number + 1 < reader->lines.count ? reader->lines.lines[at->number + 1].start : reader->lines.text.n;

		report->returned = slice(reader->lines.text.p + behind, reader->lines.text.n - behind);
		return true;
	}
	if ((lines_begin_returned(at->trimmed) || lines_header_below(&reader->lines, at->number)) &&
		(report->count > 0 || report->speaks || reader->tentative.n > 0 ||
		 (reader->blank_behind && reader->common_length > 0)))
	{
		report->returned = slice(reader->lines.text.p + at->entry->start, reader->lines.text.n - at->entry->start);
		return true;
	}
	return false;
}

/* "<<< 550 ...": a line of the session. */
static bool
read_session(Reader *reader, Line *at)
{
	TextReport *report = reader->report;

	if (at->in_session && reader->mode != MODE_HELP)
	{
		size_t		before = reader->transcript.count;

		if (reader->mode != MODE_TRANSCRIPT)
			text_add_words(reader, at->entry->start, at->entry->end);
		transcript_line(&reader->transcript, at->trimmed);
		/* Courier shows the session below the recipient */
		if (reader->mode != MODE_TRANSCRIPT && reader->member_count == 1 && reader->transcript.count > before &&
			reader->transcript.refusals[before].address.n == 0)
			reader->transcript.refusals[before].address = report->recipients[reader->members[0]].address;
		return true;
	}
	return false;
}

/* An address, and the reply to it in the next line, or below the host that gave it: all languages say it so. */
static void
note_bare(Reader *reader, Line *at)
{
	TextReport *report = reader->report;
	Slice		bare = reader->bare;
	Slice		host = reader->bare_host;

	reader->bare_host = address_is_domain(at->trimmed) && slice_find(at->trimmed, '.', 0) != SLICE_NPOS ? at->trimmed : SLICE_NONE;
	if (bare.n == 0 || reader->bare_host.n == 0)
		reader->bare = at->shape.alone && !at->is_recipient && reader->mode != MODE_TRANSCRIPT &&
			slice_find(at->shape.address, '@', 0) != SLICE_NPOS ? at->shape.address : SLICE_NONE;
	if (bare.n > 0 && begins_with_reply(at->trimmed) && text_holds_reply(at->trimmed))
	{
		reader->mode = MODE_TEXT;
		report->speaks = true;
		text_close_group(reader);
		text_add_recipient(reader, bare, at->indent);
	}
	/* Exchange: "mx.example.com", and below it "Remote Server returned '550 ...'" */
	if (host.n > 0 && reader->member_count > 0 && reader->rhost.n == 0 &&
		slice_starts_nocase(at->trimmed, SLICE_LIT("Remote Server returned")))
		reader->rhost = host;
}

/* A refusal is quoted here. */
static void
note_reply(Reader *reader, Line *at)
{
	if (text_holds_reply(at->trimmed))
	{
		reader->report->quotes_reply = true;
		/* advice ends where the refusal is quoted, whatever the label before it says */
		if (reader->mode == MODE_HELP && !at->is_recipient)
		{
			reader->mode = MODE_TEXT;
			reader->advice_ended = true;
		}
	}
}

/* Advice, or a transcript, begins. */
static bool
read_mode(Reader *reader, Line *at)
{
	/* a reply may hold the words of advice, too: deeper lines belong to it */
	if (line_has(at->entry, MARKER_HELP) && !at->is_recipient &&
		!(text_has_words(reader) && at->indent > reader->indent && !reader->blank_behind))
	{
		text_close_group(reader);
		reader->mode = MODE_HELP;
		return true;
	}
	if (line_has(at->entry, MARKER_TRANSCRIPT))
	{
		text_close_group(reader);
		reader->mode = MODE_TRANSCRIPT;
		reader->report->speaks = true;
		return true;
	}
	return false;
}

/* "The following addresses failed:" */
static bool
read_section(Reader *reader, Line *at)
{
	static const struct
	{
		int			marker;
		BounceKind	kind;
	}			sections[] = {
		{MARKER_FAILED, KIND_FAILURE}, {MARKER_DELAYED, KIND_DELAY}, {MARKER_DELIVERED, KIND_SUCCESS},
		{MARKER_START, KIND_NONE},
	};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
	{
		if (line_has(at->entry, sections[i].marker))
		{
			const LineMarker *marker = lines_marker(&reader->lines, at->entry, sections[i].marker);

			text_add_common(reader, at->entry->start, at->entry->end);
			open_section(reader, sections[i].kind, at->line, marker->end - at->entry->start, at->indent);
			return true;
		}
	}
	return false;
}

/* "Recipient: a@b" */
static void
read_labelled(Reader *reader, Line *at)
{
	const LineMarker *marker = lines_marker(&reader->lines, at->entry, MARKER_RECIPIENT);
	size_t		end;

	if (reader->mode == MODE_TRANSCRIPT || reader->mode == MODE_HELP)
		reader->mode = MODE_TEXT;
	if (text_add_addresses(reader, at->line, marker->end - at->entry->start, at->indent, &end))
	{
		reader->report->speaks = true;
		/* "Recipient: a@b; Reason: 550 ...", "Recipient: a@b (mailbox full)" */
		if (at->line.n - end > 8 && !text_is_mere_place(slice_trim(slice(at->line.p + end, at->line.n - end))))
			text_add_words(reader, at->entry->start + (uint32_t) end, at->entry->end);
	}
	else if (nothing_but_colon(text_behind_marker(&reader->lines, at->entry, marker)))
		reader->mode = MODE_LIST;
	else
		text_add_words(reader, at->entry->start, at->entry->end);
}

/* A field of the message that came back, or of its announcement. */
static bool
read_field(Reader *reader, Line *at, bool in_reply)
{
	TextReport *report = reader->report;

	/* the subject of the returned message may be "Your mailbox is full"; "From: <x> RCPT: <y> ... does not like recipient" is indimail's */
	if (!in_reply && line_has(at->entry, MARKER_HEADER) && !names_command(reader, at->entry))
	{
		reader->value_follows = nothing_but_colon(text_behind_marker(&reader->lines, at->entry, lines_marker(&reader->lines, at->entry, MARKER_HEADER)));
		return true;
	}
	if (reader->value_follows)
	{
		reader->value_follows = false;
		return true;
	}

	/*
	 * Gateways announce the message and quote its header: "To:" names who failed
	 * there, and else only when the whole text names nobody
	 */
	if (line_has(at->entry, MARKER_TO))
	{
		const LineMarker *marker = lines_marker(&reader->lines, at->entry, MARKER_TO);

		if (reader->mode == MODE_LIST && report->count == 0)
			text_add_addresses(reader, at->line, marker->end - at->entry->start, at->indent, NULL);
		else if (report->quoted_to.n == 0)
		{
			/* "à :" may be wrapped before its colon */
			report->quoted_to = slice_trim(text_behind_marker(&reader->lines, at->entry, marker));
			reader->to_follows = report->quoted_to.n == 0;
		}
		return true;
	}
	if (reader->to_follows)
	{
		report->quoted_to = at->trimmed;
		reader->to_follows = false;
	}
	return false;
}

/* "Your message to a@b could not be delivered": a sentence that names who failed. */
static void
read_lead(Reader *reader, Line *at)
{
	const LineMarker *marker = lines_marker(&reader->lines, at->entry, MARKER_LEAD);
	TextReport *report = reader->report;
	const char *text = reader->lines.text.p;
	size_t		begin = marker->start;
	size_t		before = report->count;
	int			tried = 0;
	Slice		sentence;

	/* the sentence may begin on the line before, and in Japanese the address stands before the words */
	while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r' && marker->start - begin < LIMIT_REPLY_BYTES)
		begin--;
	sentence = slice_between(text + begin, text + at->entry->end);
	open_section(reader, KIND_NONE, sentence, marker->start - begin, at->indent);
	/* of several in a line the last one counts, unless it names nobody: "... It was not delivered to the recipient." */
	for (uint32_t i = at->entry->first_marker; i != LINE_NONE && report->count == before && tried < MAX_LEADS;
		 i = reader->lines.markers[i].next)
	{
		const LineMarker *other = &reader->lines.markers[i];

		if (other->marker != MARKER_LEAD || other == marker || other->start < begin)
			continue;
		tried++;
		text_add_addresses(reader, sentence, other->start - begin, at->indent, NULL);
	}
	/* before English words stands the sender's, if any */
	if (report->count == before && text_puts_address_first(text, marker, sentence))
		text_add_addresses(reader, sentence, 0, at->indent, NULL);
	/* "the address a@b is unknown": whoever stands below is another */
	if (report->count > before && memchr(text + marker->start, '@', marker->end - marker->start) != NULL &&
		(marker->end >= at->entry->end || text[marker->end] != ':'))
		reader->mode = MODE_TEXT;
	text_add_words(reader, at->entry->start, at->entry->end);
}

/* A file or a program in a list of recipients: a nameless one. */
static bool
read_program(Reader *reader, Line *at)
{
	/* Sendmail's file is a path alone at the start of the line; Postfix wraps paths, too, but not there */
	if (reader->mode == MODE_LIST &&
		(text_is_program_line(at->trimmed) || (at->indent == 0 && at->trimmed.p[0] == '/' && memchr(at->trimmed.p, ' ', at->trimmed.n) == NULL)))
	{
		text_close_group(reader);
		reader->nameless = true;
		reader->indent = at->indent;
		text_add_words(reader, at->entry->start, at->entry->end);
		reader->blank_behind = false;
		return true;
	}
	return false;
}

/* "<a@b>: reply" */
static void
read_recipient(Reader *reader, Line *at)
{
	if (reader->mode == MODE_HELP)
		reader->mode = MODE_TEXT;
	if (shape_action(at->line, at->shape.behind) != KIND_NONE)
	{
		/* another one's words do not decide about him */
		if (shape_action(at->line, at->shape.behind) != reader->section)
			text_close_group(reader);
		reader->section = shape_action(at->line, at->shape.behind);
	}
	if (reader->report->count == 0)
		reader->quoted = at->trimmed.p[0] == '>';
	text_add_recipient(reader, at->shape.address, at->indent);
	if (!at->shape.colon && !at->shape.alone)
		at->shape.behind = text_add_neighbours(reader, at->line, at->shape.behind, at->indent);
	/* Postfix may wrap it: "<a@b> (expanded from" */
	if (line_has(at->entry, MARKER_ALIAS))
		text_note_alias(reader, at->entry, at->number + 1 < reader->lines.count ?
				   slice_between(at->line.p, reader->lines.text.p + reader->lines.lines[at->number + 1].end) : at->line, at->indent);
	if (!at->shape.alone && at->shape.behind < at->line.n &&
		!text_is_mere_place(slice(at->line.p + at->shape.behind, at->line.n - at->shape.behind)))
		text_add_words(reader, at->entry->start + (uint32_t) at->shape.behind, at->entry->end);
	reader->blank_behind = false;
}

/* Ordinary words. */
static void
read_words(Reader *reader, Line *at)
{
	if ((at->shape.bracketed || (at->shape.colon && !at->shape.named)) && at->shape.alone && reader->tentative.n == 0 && reader->report->count == 0)
		reader->tentative = at->shape.address;
	if (line_has(at->entry, MARKER_ALIAS))
		text_note_alias(reader, at->entry, at->line, at->indent);
	if (line_has(at->entry, MARKER_REASON) && reader->mode == MODE_HELP)
		reader->mode = MODE_TEXT;
	if (reader->mode != MODE_HELP)
		text_add_words(reader, at->entry->start, at->entry->end);
	reader->blank_behind = false;
}

bool
text_read_line(Reader *reader, size_t number)
{
	TextReport *report = reader->report;
	TextLine   *entry = &reader->lines.lines[number];
	Line		line = {.number = number, .entry = entry};
	bool		in_reply;		/* a refusal goes on: it may say "could not deliver mail to <sender>", too */

	line.line = slice(reader->lines.text.p + entry->start, entry->end - entry->start);
	line.trimmed = slice_trim(line.line);
	line.indent = (size_t) (line.trimmed.p - line.line.p);
	if (line.trimmed.n == 0)
	{
		reader->blank_behind = true;
		reader->aside = false;
		return true;
	}
	if (number > 0 && number == reader->wrapped_line)
	{
		if (reader->wrapped_end + 1 < entry->end)
			text_add_words(reader, reader->wrapped_end, entry->end);
		return true;
	}
	/* "CAUTION: this mail came from outside", "if you are not the intended recipient": nothing of the report's */
	reader->aside = (reader->aside || line_has(entry, MARKER_ASIDE)) && !(entry->kinds & OF_REPORTS) &&
		!text_holds_reply(line.trimmed);
	if (reader->aside)
		return true;
	/* RFC 3676 4.3: a signature, or what a gateway on the way put below */
	if (slice_equal(line.line, SLICE_LIT("-- ")) && report->count > 0)
	{
		text_close_group(reader);
		reader->mode = MODE_HELP;
		return true;
	}
	line.in_session = text_is_session_line(line.trimmed);
	note_markers(reader, entry, line.in_session);
	if (ends_report(reader, &line))
		return false;
	if (read_session(reader, &line) ||
		(line.trimmed.p[0] == '<' && text_add_wrapped(reader, number, line.trimmed, line.indent)))
		return true;
	line.is_recipient = shape_read(line.line, &line.shape) &&
		(text_is_recipient_line(reader, &line.shape, line.line, line.indent) ||
		 (line.shape.bracketed && line.shape.alone && text_is_expanded_below(reader, number)));
	note_bare(reader, &line);
	note_reply(reader, &line);
	if (text_read_reason_first(reader, entry, &line.shape))
		return true;
	if ((reader->blank_behind || number == 0) && (reader->mode == MODE_TEXT || reader->mode == MODE_LIST) && !line.is_recipient)
		text_note_heading(reader, number);
	if (read_mode(reader, &line))
		return true;
	in_reply = text_has_words(reader) && !reader->blank_behind &&
		(line.indent > reader->indent || begins_with_code(line.trimmed));
	if (!in_reply && read_section(reader, &line))
		return true;
	if (!in_reply && line_has(entry, MARKER_RECIPIENT))
		read_labelled(reader, &line);
	else if (read_field(reader, &line, in_reply))
		return true;
	else if (!in_reply && line_has(entry, MARKER_LEAD))
		read_lead(reader, &line);
	else if (reader->mode == MODE_TRANSCRIPT)
	{
		transcript_line(&reader->transcript, line.trimmed);
		/* Sendmail's own word for the reply before it is no evidence */
		if (!reader->transcript.summed_up)
			text_add_words(reader, entry->start, entry->end);
	}
	else if (reader->mode != MODE_HELP && text_add_refused(reader, entry, line.line, line.indent))
		return true;
	else if (read_program(reader, &line))
		return true;
	else if (line.is_recipient)
		read_recipient(reader, &line);
	else
		read_words(reader, &line);
	return true;
}
