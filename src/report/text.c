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
#include "report/text_reader.h"

/* What the line says of the recipients that it belongs to, its own included: so only once they are known. */
static void
note_stage(Reader *reader, const TextLine *line)
{
	TextReport *report = reader->report;

	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		const char *command = marker_command(reader->lines.markers[i].marker);

		if (command == NULL)
			continue;
		if (reader->member_count > 0)
			reader->command = command;
		report->command = command;
	}
	if (line_has(line, MARKER_REMOTE) && reader->member_count > 0)
	{
		const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_REMOTE);
		Slice		name = slice_trim(text_behind_marker(&reader->lines, line, marker));

		while (name.n > 0 && (name.p[0] == ':' || name.p[0] == ' '))
			name = slice(name.p + 1, name.n - 1);
		reader->rhost = name;
	}
}

void
text_read(Arena *arena, Slice text, char line_end, Trail *trail, TextReport *report)
{
	text_read_about(arena, text, line_end, NULL, trail, report);
}

void
text_read_about(Arena *arena, Slice text, char line_end, const RecipientIndex *known, Trail *trail, TextReport *report)
{
	Reader		reader = {.arena = arena, .trail = trail, .report = report, .known = known};
	bool		any_words = false;
	bool		is_common = false;	/* the words that are nobody's are somebody's now */

	memset(report, 0, sizeof(*report));
	report->decoder = DECODER_NONE;
	reader.index.arena = arena;
	reader.transcript.arena = arena;
	if (text.n > LIMIT_TEXT_BYTES)
		trail_bound(trail, BOUND_TEXT_BYTES, text);
	lines_read(arena, text, line_end, &reader.lines);
	for (size_t i = 0; i < reader.lines.count; i++)
	{
		if ((i & 0xff) == 0xff)
			arena_interrupt(arena);
		if (!text_read_line(&reader, i))
			break;
		note_stage(&reader, &reader.lines.lines[i]);
	}
	text_close_group(&reader);
	text_apply_transcript(&reader);

	if (report->count == 0 && reader.tentative.n > 0)
	{
		reader.section = KIND_NONE;
		text_add_recipient(&reader, reader.tentative, 0);
		text_close_group(&reader);
	}
	report->delivered = report->count == 0 && reader.section == KIND_SUCCESS;
	report->words = slice(reader.common, reader.common_length);
	trail_source(trail, report->words, text);
	for (size_t i = 0; i < report->count; i++)
		any_words = any_words || report->recipients[i].words.n > 0;
	for (size_t i = 0; i < report->count; i++)
	{
		TextRecipient *recipient = &report->recipients[i];

		/* a text about one recipient may quote the refusal behind the advice, far from where he is named */
		if (report->count == 1 && recipient->words.n > 0 && reader.advice_ended && !text_holds_reply(recipient->words))
		{
			recipient->words = report->words;
			is_common = true;
		}
		/* several headings: each says what its recipients have in common */
		if (recipient->words.n == 0 && reader.headings > 1)
			recipient->words = recipient->heading;
		/* words of another recipient must not become his */
		if (recipient->words.n == 0)
		{
			is_common |= !any_words;
			recipient->words = any_words ? slice(reader.common, reader.preface_length) : report->words;
		}
		trail_source(trail, recipient->words, text);
		if (recipient->command == NULL && report->count == 1)
			recipient->command = report->command;
	}
	if (is_common && reader.common_cut)
		trail_bound(trail, BOUND_REPLY_BYTES, report->words);
}
