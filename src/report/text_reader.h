/*
 * text_reader.h
 *	  What the parts of the reader of free texts share: its state while it walks
 *	  the lines, and what they do to it.  Private to text*.c.
 */
#ifndef BOUNCE_TEXT_READER_H
#define BOUNCE_TEXT_READER_H

#include "report/lines.h"
#include "report/recipients.h"
#include "report/shape.h"
#include "report/text.h"
#include "report/transcript.h"

/* markers that no gateway's warning holds */
#define OF_REPORTS (MARKER_BIT(MARKER_START) | MARKER_BIT(MARKER_FAILED) | MARKER_BIT(MARKER_DELAYED) | MARKER_BIT(MARKER_DELIVERED) | \
					MARKER_BIT(MARKER_LEAD) | MARKER_BIT(MARKER_RECIPIENT) | MARKER_BIT(MARKER_TRANSCRIPT) | MARKER_BIT(MARKER_END))

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
	Trail	   *trail;
	Lines		lines;
	TextReport *report;
	size_t		allocated;
	RecipientIndex index;
	const RecipientIndex *known;	/* that are expected in the text, or NULL */
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
	bool		nameless;		/* they are a pipe or a file: whose, a line below tells */

	size_t		joined_bytes;	/* of words that were joined for one recipient */

	/* evidence that belongs to nobody in particular */
	char	   *common;
	size_t		common_length;
	size_t		preface_length; /* of it, before the first recipient */
	bool		common_cut;

	/* "<a@b>" or "a@b:" alone in a line where nothing announced recipients */
	Slice		tentative;

	/* an address alone in the line before, not known as a recipient */
	Slice		bare;
	Slice		bare_host;		/* a host name alone, likewise */
	bool		advice_ended;	/* by a refusal that was quoted */
	bool		aside;			/* in a paragraph that others added */
	size_t		wrapped_line;	/* into which an address went on, which ends at this offset; 0: none */
	uint32_t	wrapped_end;
	bool		quoted;			/* the whole report: its first recipient stands behind ">" */
	bool		to_follows;		/* the line before was a mere "To:" */
	bool		value_follows;	/* ... or another field's name */

	/* "These mailboxes are full:" above some recipients, another heading above others */
	Slice		heading;
	size_t		headings;

	/* InterMail: the words of a reason, for the recipients below them */
	bool		reason_first;
	bool		reason_ended;	/* by a recipient: what follows is another one */
	uint32_t	reason_start;
	uint32_t	reason_end;
} Reader;

/* text_group.c */

/* Does the group have words of its own yet? */
bool		text_has_words(const Reader *reader);

/* "... 550 5.1.1 ...": a refusal, which no advice holds and no language hides. */
bool		text_holds_reply(Slice line);

/* Puts 'words' to a recipient; a second mention is the more precise one and comes first. */
void		text_give_words(Reader *reader, TextRecipient *recipient, Slice words);

/* Ends the group: its words are given to its recipients. */
void		text_close_group(Reader *reader);

/* Adds a recipient, as written, to the group, or begins one where the last has its words. */
void		text_add_recipient(Reader *reader, Slice raw, size_t indent);

/* Evidence that belongs to nobody in particular: reports may name their recipients last. */
void		text_add_common(Reader *reader, uint32_t start, uint32_t end);

/* Words of the text from offset 'start' to 'end': evidence of the group, or of nobody in particular. */
void		text_add_words(Reader *reader, uint32_t start, uint32_t end);

/* Do the report's fields say that this address failed? */
bool		text_is_known(const Reader *reader, Slice address);

/* text_names.c */

/* Does the line name a recipient here? */
bool		text_is_recipient_line(const Reader *reader, const Shape *shape, Slice line, size_t indent);

/* Postfix wraps a long line: "<a@b>" and "    (expanded from <c@d>): words" */
bool		text_is_expanded_below(const Reader *reader, size_t number);

/* "pipe to |/usr/bin/x", "save to inbox", "\"|/usr/bin/x\"": delivery to a program or a file, instead of an address. */
bool		text_is_program_line(Slice line);

/* "a@b on Thu, 7 Mar 2002 14:20:27 -0500", "a@b (host: b) (queue: smtp)": Exchange tells when, MMDF where, not why. */
bool		text_is_mere_place(Slice rest);

/* All addresses of the line from offset 'from' on. */
bool		text_add_addresses(Reader *reader, Slice line, size_t from, size_t indent, size_t *end);

/* "a@b, c@d; <e@f>": those that follow the first one at 'from'.  Returns where the rest of the line begins. */
size_t		text_add_neighbours(Reader *reader, Slice line, size_t from, size_t indent);

/* "(expanded from <x>)": to the recipients of the group; or the only address there is of a pipe. */
void		text_note_alias(Reader *reader, const TextLine *line, Slice text, size_t indent);

/*
 * Does the sentence name the address before the marker's words?  Japanese and
 * Chinese do; Turkish and others, when a full stop follows the words.
 */
bool		text_puts_address_first(const char *text, const LineMarker *marker, Slice sentence);

/* Refusals with their addresses in one line, "550 5.1.1 <a@b>: ..." and its kin: each is a recipient with its words. */
bool		text_add_refused(Reader *reader, const TextLine *entry, Slice line, size_t indent);
/* Notes the words from that line on as a heading when they end in a colon, and an address stands below them. */
void		text_note_heading(Reader *reader, size_t number);

/*
 * "The user(s) account is disabled.", and below it "<a@b>", "<c@d>"; then the
 * next reason.  False where the line is to be read as any other.
 */
bool		text_read_reason_first(Reader *reader, const TextLine *entry, const Shape *shape);

/* "<a@very-long-", which goes on in the next line: a recipient where one may stand. */
bool		text_add_wrapped(Reader *reader, size_t number, Slice trimmed, size_t indent);

/* text_session.c */

/* ">>> RCPT To:<x>", "<<< 550 ...": a session is quoted, announced or not. */
bool		text_is_session_line(Slice line);

/* Gives each refusal of the transcript to the recipient that it speaks of. */
void		text_apply_transcript(Reader *reader);

/* text_line.c */

/* What follows a marker; its words may be wrapped, so that it ends in a later line than 'line'. */
Slice		text_behind_marker(const Lines *lines, const TextLine *line, const LineMarker *marker);

/* Returns false at the line where the returned message begins. */
bool		text_read_line(Reader *reader, size_t number);

#endif							/* BOUNCE_TEXT_READER_H */
