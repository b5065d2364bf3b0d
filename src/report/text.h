/*
 * text.h
 *	  Free-text reports: Postfix, Exim, Sendmail, qmail, Exchange and all the
 *	  others that say in words who did not get the mail.
 */
#ifndef BOUNCE_TEXT_H
#define BOUNCE_TEXT_H

#include "report/recipients.h"
#include "report/report.h"

/* One recipient that the text names. */
typedef struct TextRecipient
{
	BounceKind	kind;			/* of the section that it stands in; KIND_NONE: the text's default */
	Slice		address;		/* cleaned */
	Slice		named_at;		/* as it stands in the text */
	Slice		alias;			/* cleaned, or SLICE_NONE */
	Slice		words;			/* what the text says of it; spans lines */
	const char *command;
	Slice		rhost;
	Slice		heading;		/* the paragraph that announces it, where that ends in a colon */
	bool		in_transcript;	/* a line of the transcript speaks of it */
	bool		own_cause;		/* ... where the reporting host says why itself */
} TextRecipient;

typedef struct TextReport
{
	TextRecipient *recipients;
	size_t		count;
	bool		speaks;			/* some marker says that delivery failed or is delayed */
	bool		delivered;		/* it only names those that were reached, or nobody */
	bool		absent;			/* it is somebody's notice that he is away, by the words */
	bool		challenges;		/* it asks the sender to confirm, likewise */
	bool		was_read;		/* it is a receipt, likewise */
	bool		incoming;		/* it speaks of mail that was addressed to the reader */
	bool		delayed;		/* the text says that delivery is still being tried */
	bool		quotes_reply;	/* it holds a refusal: "550 5.1.1", in whatever language the rest is */
	uint16_t	decoder;		/* DECODER_NONE */
	Slice		words;			/* all that is evidence, for reports that name nobody */
	const char *command;		/* named somewhere in the text */
	Slice		lhost;
	Slice		returned;		/* the returned message, in words' text, or SLICE_NONE */
	Slice		quoted_to;		/* what stands behind the first "To:", for reports that name nobody */
	bool		truncated;
} TextReport;

/*
 * Reads a human text (UTF-8).  Never fails; at most LIMIT_TEXT_BYTES and
 * LIMIT_TEXT_RECIPIENTS are looked at; linear.  'trail' may be NULL.
 */
void		text_read(Arena *arena, Slice text, char line_end, Trail *trail, TextReport *report);

/*
 * The same, where the addresses that failed are known from elsewhere: their
 * lines are found in a text of any language.  'known' may be NULL.
 */
void		text_read_about(Arena *arena, Slice text, char line_end, const RecipientIndex *known, Trail *trail, TextReport *report);

#endif							/* BOUNCE_TEXT_H */
