/*
 * text_session.c
 *	  Sessions and transcripts in a human text: which refusal is whose.
 */
#include "report/text_reader.h"

#define REMARK_BYTES 512		/* of a recipient's words that are searched for Sendmail's remarks */
#define MAX_GENERAL 64			/* refusals that are looked through for one recipient's */

bool
text_is_session_line(Slice line)
{
	/* most lines begin with something else */
	switch (ascii_lower(line.p[0]))
	{
		case '<':
		case '>':
		case 's':
		case 'r':
		case 'i':
		case 'o':
			break;
		default:
			return false;
	}
	if (slice_starts_nocase(line, SLICE_LIT("<<< ")))
		return line.n > 7 && ascii_is_digit(line.p[4]);
	if (transcript_names_side(line))
		return true;
	if (slice_starts_nocase(line, SLICE_LIT("In:  ")))
		return transcript_verb(slice_trim(slice(line.p + 4, line.n - 4))) != NULL;
	if (slice_starts_nocase(line, SLICE_LIT("Out: ")))
		return line.n > 8 && ascii_is_digit(line.p[5]);
	return slice_starts_nocase(line, SLICE_LIT(">>> ")) &&
		transcript_verb(slice_trim(slice(line.p + 4, line.n - 4))) != NULL;
}

/* Sendmail's remarks beside an address that give no reason: "(unrecoverable error)", "(expanded from: <x>)", "(reason: 1)". */
static bool
is_mere_remark(Slice words)
{
	size_t		n = 9;

	words = slice_trim(slice(words.p, words.n < REMARK_BYTES ? words.n : REMARK_BYTES));
	/* the line that names a pipe is one of its words */
	if (text_is_program_line(words))
	{
		size_t		end = 0;

		while (end < words.n && words.p[end] != '\n' && words.p[end] != '\r')
			end++;
		words = slice_trim(slice(words.p + end, words.n - end));
	}
	if (words.n == 0 || words.p[0] != '(')
		return false;
	if (!slice_starts_nocase(words, SLICE_LIT("(reason: ")))
		return slice_find_nocase(words, SLICE_LIT("(reason: "), 0) == SLICE_NPOS;
	/* a program's exit code */
	while (n < words.n && ascii_is_digit(words.p[n]))
		n++;
	return n > 9 && n < words.n && words.p[n] == ')';
}

/* The text of "(reason: 550 5.7.1 Access denied)", as far as it surely stands in the transcript, too. */
static Slice
reason_in(Slice words)
{
	size_t		at = slice_find_nocase(slice(words.p, words.n < REMARK_BYTES ? words.n : REMARK_BYTES), SLICE_LIT("(reason: "), 0);
	size_t		n = 0;

	if (at == SLICE_NPOS)
		return SLICE_NONE;
	words = slice(words.p + at + 9, words.n - at - 9);
	/* Sendmail cuts the middle out of a long one: its beginning will do */
	while (n < words.n && n < 40 && words.p[n] != ')' && words.p[n] != '\n' && words.p[n] != '\r' &&
		   !slice_starts_nocase(slice(words.p + n, words.n - n), SLICE_LIT("...")))
		n++;
	return slice(words.p, n);
}

/* Those refusals that name nobody: of which host's the recipient was one, his reason tells. */
static const Refusal *
general_refusal(const Transcript *transcript, const Refusal *general, Slice words)
{
	Slice		reason = reason_in(words);

	for (int i = 0; reason.n >= 8 && general < transcript->refusals + transcript->count && i < MAX_GENERAL; general++, i++)
	{
		if (general->address.n == 0 && !general->local && slice_starts_nocase(general->words, reason))
			return general;
	}
	return NULL;
}

void
text_apply_transcript(Reader *reader)
{
	const Transcript *transcript = &reader->transcript;
	TextReport *report = reader->report;
	bool		named = report->count > 0;
	const Refusal *general = NULL;
	size_t		generals = 0;

	for (size_t i = 0; i < transcript->count; i++)
	{
		const Refusal *refusal = &transcript->refusals[i];
		uint32_t	number = recipients_find(&reader->index, refusal->address);

		/* of all else that a host says, an address may be anybody's: "contact <x@y>" */
		if (number == RECIPIENT_NONE && refusal->address.n > 0 && !named &&
			(refusal->local || (refusal->command && strcmp(refusal->command, "RCPT") == 0)))
		{
			reader->section = KIND_NONE;
			text_add_recipient(reader, refusal->address, 0);
			text_close_group(reader);
			number = recipients_find(&reader->index, refusal->address);
		}
		if (number == RECIPIENT_NONE && refusal->deferred)
			continue;
		if (number == RECIPIENT_NONE)
		{
			generals += !refusal->local;
			if (general == NULL || (general->local && !refusal->local))
				general = refusal;
			continue;
		}
		if (refusal->deferred)
		{
			if (report->recipients[number].words.n == 0)
			{
				report->recipients[number].words = refusal->words;
				report->recipients[number].own_cause = true;
			}
			continue;
		}
		/* the list cuts a reply short; the transcript has the whole of it */
		report->recipients[number].in_transcript = true;
		if (refusal->own_cause)
			report->recipients[number].own_cause = true;
		if (report->recipients[number].words.n > 0 && refusal->output.n > 0 &&
			!is_mere_remark(report->recipients[number].words))
			text_give_words(reader, &report->recipients[number], refusal->output);
		else if (report->recipients[number].words.n == 0 || !refusal->local || refusal->quotes ||
				 is_mere_remark(report->recipients[number].words))
		{
			Slice		reason = reason_in(report->recipients[number].words);

			/* the same reply, uncut: the cut one must not be taken for a later one */
			if (reason.n >= 8 && slice_starts_nocase(refusal->words, reason))
				report->recipients[number].words = refusal->words;
			else
				text_give_words(reader, &report->recipients[number], refusal->words);
			if (report->recipients[number].rhost.n == 0)
				report->recipients[number].rhost = refusal->rhost;
		}
		if (report->recipients[number].command == NULL)
			report->recipients[number].command = refusal->command;
	}
	/* to one alone that was mailed: it is his, though no RCPT was refused */
	if (general && report->count == 0 && !general->local && transcript->recipients == 1 && transcript->rcpt.n > 0)
	{
		reader->section = KIND_NONE;
		text_add_recipient(reader, transcript->rcpt, 0);
		text_close_group(reader);
	}
	for (size_t i = 0; general && i < report->count; i++)
	{
		TextRecipient *recipient = &report->recipients[i];
		const Refusal *his = general;

		if (recipient->own_cause)
			continue;
		/* several hosts refused: none of it is said of him whose own reason is another */
		if (recipient->words.n > 0 && !is_mere_remark(recipient->words) &&
			(generals > 1 || (report->count > 1 && reason_in(recipient->words).n >= 8)))
			his = general_refusal(transcript, general, recipient->words);
		if (his == NULL || (generals > 1 && recipient->in_transcript))
			continue;
		if (recipient->words.n == 0 || is_mere_remark(recipient->words) ||
			(!his->local && recipient->command == NULL))
		{
			text_give_words(reader, recipient, his->words);
			if (recipient->rhost.n == 0)
				recipient->rhost = his->rhost;
		}
		if (recipient->command == NULL)
			recipient->command = his->command;
	}
}
