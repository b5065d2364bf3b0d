/*
 * reading.h
 *	  What the readers of a message share: what is being read, and how they get
 *	  at its parts.  Private to reading.c and read*.c.
 */
#ifndef BOUNCE_READING_H
#define BOUNCE_READING_H

#include "report/recipients.h"
#include "report/report.h"
#include "report/signs.h"
#include "report/text.h"

#define PEEK_BYTES 4096			/* of an encoded part that tell what it holds */
#define GLANCE_BYTES 256		/* of an encoded part that tell what it does not */

typedef struct Reading
{
	Arena	   *arena;
	const Message *message;
	Report	   *report;
	struct OwnFormats *formats; /* the user's own, or NULL */
	Signs		signs;
	int			root;

	/* by the words of the message itself, where it is no report */
	bool		absent;
	bool		challenges;
	bool		was_read;
} Reading;

/*
 * What an attempt to read found, for forgetting it: some messages are tried at
 * several places, and each must not need memory of its own.
 */
typedef struct Attempt
{
	ArenaMark	mark;
	Report		before;
} Attempt;

/* reading.c */

/* Remembers the state of things. */
void		reading_try(const Reading *reading, Attempt *attempt);

/*
 * Gives back the memory that was taken since, if the report is as it was, but
 * for what each attempt sets anew; else what it holds may lie there.
 */
void		reading_forget(const Reading *reading, const Attempt *attempt);

/* The line end of a text of the message, which decoding may have changed. */
char		reading_line_end_of(const Message *message, Slice text);

/* Does the part belong to the message that is read, and not to one inside? */
bool		reading_is_here(const Reading *reading, int part);

/* First part of the type at or behind 'from' in this message, -1 for none. */
int		reading_find_part(const Reading *reading, PartType type, int from);

/* What the part holds, decoded, at most 'limit' bytes of it. */
Slice		reading_part_text(const Reading *reading, const Part *part, size_t limit);

/* The first line of the text that is not blank, trimmed. */
Slice		reading_first_line(Slice text, char line_end);

/* A part that may hold text which a gateway took out of its place. */
bool		reading_is_loose_text(const Part *part);

/* The header of the returned message, from the part that holds it. */
void		report_read_returned(const Reading *reading);

/* A text part that somebody attached is no report text. */
bool		reading_is_attachment(const Part *part);

/* The number-th human text of this message, decoded; false when there is none. */
bool		reading_human_text(const Reading *reading, int number, Slice *text);

/* Says that a further human text was not tried, where 'tried' is LIMIT_TEXT_PARTS. */
void		reading_note_more_texts(const Reading *reading, int tried);

/* The format that the report's decoder stands for, and the rule of code that chose it; 'lost': why it did not do. */
void		reading_note_format(const Report *report, RuleName rule, Slice evidence, const char *lost);

/* read_status.c */

/* The report with a part of its own for the fields (RFC 3464); false when there is none. */
bool		report_read_delivery_status(Reading *reading);

/* Takes the recipient that the fields hide from the text. */
void		reading_name_by_text(Delivery *delivery, const TextRecipient *recipient);

/* Does the text say anything of a delivery? */
bool		reading_text_tells(const TextReport *text);

/* Reads DSN fields that stand in plain text, with the words that go with them; false when they name nobody. */
bool		report_read_fields(Reading *reading, Slice fields, Slice words);

/*
 * A gateway that took the report apart has made plain text of its fields: they
 * are all that a part beside the human one holds, attached or not.
 */
bool		report_read_fields_beside(Reading *reading);

/* read_text.c */

/* Is the message that this one carries a report itself? */
bool		reading_holds_report(const Reading *reading);

/* A report in words, with or without fields among them; false when it is none. */
bool		report_read_text_report(Reading *reading);

/* read_who.c */

/* Was it sent to an address that was made to get bounces of one recipient? */
bool		reading_is_to_verp(const Reading *reading);

/*
 * Does a mail system send its addressee's own message back, so that nobody
 * answers?  It did not get on, then, in whatever language the words say it, if
 * they give a reason.
 */
bool		reading_returns_own_message(const Reading *reading, const TextReport *text);

/* Nothing announces a report, but all else speaks for one. */
bool		reading_is_unannounced(const Reading *reading, const TextReport *text);

/* Did a mail system write this, and does it report?  NULL, or why not. */
const char *reading_no_report(const Reading *reading, const TextReport *text, bool listed);

/* The same, as a mere answer. */
bool		reading_is_report(const Reading *reading, const TextReport *text, bool listed);

/* People say that they are away, too: what else shows that nobody wrote this? */
bool		reading_is_automatic(const Reading *reading);

/* An answer that nobody is to answer: RFC 3834 4 asks programs for this, and no person can do it. */
bool		reading_is_answer_of_program(const Reading *reading);

/*
 * Did a list manager send this to the owner of a list?  Mailman hands bounces
 * on so, each whole ("Bounce action notification", in any language).  A member
 * gets other people's bounces as samples: they are not opened.
 */
bool		reading_is_for_owner(const Reading *reading);

/*
 * Somebody's mail program forwards a report "inline" with its parts as
 * attachments: a multipart/mixed from a person, with a mark in the subject.
 */
bool		reading_is_forwarded(const Reading *reading);

/*
 * LISTSERV hands a bounce on to the owner of the list as text, below
 * "---- Message in error (ID=17) ----".  Finds where it begins.
 */
bool		reading_is_handed_on(const Reading *reading, Slice *bounce);

/* read_other.c */

/*
 * RFC 8098.  Sieve's reject (RFC 5429) and Dovecot's quota refusal come as a
 * disposition notification with "deleted" and words that say so.
 */
bool		report_read_disposition(Reading *reading);

/* Complaints that only return the message, with words in the subject that say so. */
bool		report_read_complaint(Reading *reading);

/* An automatic reply, or a challenge; false when it is neither. */
bool		report_read_automatic(Reading *reading);

/* The part with the fields of a complaint, declared or, in a report of its type, as text; -1 for none. */
int		reading_find_feedback(const Reading *reading);

#endif							/* BOUNCE_READING_H */
