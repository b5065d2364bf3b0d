/*
 * report.h
 *	  A report and its deliveries: what a bounce mail says, before anybody
 *	  judges it.
 *
 * report_read() fills it from a scanned message.  The readers (dsn.c, text.c,
 * feedback.c, sns.c, reply.c) state what stands in the mail, in the mail's own
 * words; reasons are src/classify's business.  Slices point into the message
 * or the arena.
 */
#ifndef BOUNCE_REPORT_H
#define BOUNCE_REPORT_H

#include "bounce.h"
#include "mail/mime.h"
#include "match/trail.h"

/* RFC 3464 2.3.3 */
typedef enum Action
{
	ACTION_NONE,				/* not reported */
	ACTION_FAILED,
	ACTION_DELAYED,
	ACTION_DELIVERED,
	ACTION_RELAYED,
	ACTION_EXPANDED,
	ACTION_OTHER				/* "deliverable" and other words of probes */
} Action;

/* One recipient of a report. */
typedef struct Delivery
{
	BounceKind	kind;
	Action		action;
	Slice		recipient;		/* cleaned by address_clean; may be empty */
	const char *named_by;		/* where the recipient is from: "Final-Recipient", "text" ...; NULL: nowhere */
	Slice		named_at;		/* as it stands there */
	Slice		alias;			/* Original-Recipient or "expanded from", likewise */
	Slice		alias_at;
	Slice		status;			/* Status field's digits, "5.1.1" */
	Slice		diagnostic_type;
	Slice		actual;			/* Sendmail: the address that it led to, as the fields say */
	Slice		diagnostic;		/* Diagnostic-Code's text, unfolded, UTF-8 */
	Slice		vendor;			/* text of vendors' own fields */
	Slice		words;			/* human text about this recipient, UTF-8 with line ends */
	const char *command;		/* as the structure of the text tells, or NULL */
	const char *fallback_reason;	/* what the format itself tells (Sieve reject, SES's bounceSubType) where no words decide, or NULL */
	const char *known_reason;	/* what the sending service knows above all words, for it did not try (its own suppression list), or NULL */
	Slice		known_by;		/* the service's word for it */
	const char *hint_reason;	/* what the sending service's class tells where neither words nor codes decide, or NULL */
	Slice		hinted_by;
	Slice		rhost;			/* Remote-MTA's name */
	Slice		lhost;
	Slice		sender;			/* who had sent the returned message */
	Slice		reporter;		/* the report's Reporting-MTA: who refused where no other host did */
	MailDate	attempted;		/* Last-Attempt-Date */
} Delivery;

/*
 * What came back of the message that failed: field values as written (not
 * decoded), SLICE_NONE where the report does not return them.
 */
typedef struct Returned
{
	bool		present;
	Slice		header;			/* where the fields stand, all of them */
	Slice		from;
	Slice		to;
	Slice		subject;
	Slice		message_id;
	Slice		list_id;
	Slice		feedback_id;
	Slice		received_for;	/* the address in "Received: ... for <x>" of the newest such line */
	Slice		return_path;
	Slice		original_recipient; /* header fields that providers add with the address mailed */
	MailDate	date;
} Returned;

typedef struct Report
{
	Arena	   *arena;			/* for what the deliveries consist of */
	Arena	   *message_arena;	/* for what lasts as long as the report */
	const Message *message;
	Trail	   *trail;			/* or NULL */
	const Header *header;		/* of the report itself: that of its root part */
	uint16_t	decoder;		/* row of knowledge_decoders, DECODER_NONE */
	const char *own_format;		/* the name of the user's own format that spoke, or NULL */
	Delivery   *deliveries;
	size_t		count;
	size_t		allocated;
	size_t		earlier;		/* deliveries that report_read_more() has replaced */
	struct StatusParts *unread; /* where report_read_more() goes on, or NULL */
	struct ReportWords *words;	/* the human text beside the fields, when it was read */
	int			locals;			/* recipients that got a domain */
	Returned	returned;
	Slice		reporting_mta;
	MailDate	arrival;		/* Arrival-Date */
	MailDate	date;			/* when the report was written: its Date */
	bool		words_read;		/* the human text was matched to the recipients */
	BounceTruth by_gateway;		/* TRUTH_NULL: nobody asked yet */
	bool		unannounced;	/* no words that are known say that it is a report */
	Slice		feedback_type;	/* RFC 5965 */
	Slice		source_ip;		/* of a complaint: Source-IP */
	Slice		event;			/* the word for what happened, of an event that no mail reports */
	int			root;			/* the part that is the report: 0, or a message inside a message */
	bool		truncated;		/* a bound was met */
} Report;

/*
 * Reads what the message reports.  count = 0 when it is no report of any kind.
 * Kinds of all sorts are filled; the caller picks.  'formats', which come
 * first, and 'trail' may be NULL.
 */
void		report_read(Arena *arena, const Message *message, struct OwnFormats *formats, Trail *trail, Report *report);

/*
 * Of a report with very many recipients report_read() leaves some unread.
 * Replaces the deliveries by the next ones; false when there are none.  'arena'
 * gets what they consist of.
 */
bool		report_read_more(Report *report, Arena *arena);

/* Recipients that were read, those that were replaced included. */
static inline size_t
report_recipient_count(const Report *report)
{
	return report->earlier + report->count;
}

/*
 * For a report with machine fields: reads the human text, too, and puts what
 * it says of each recipient into 'words' and 'command'.  Done apart since most
 * machine fields tell all.  Does nothing the second time.
 */
void		report_read_words(Report *report);

/*
 * Was the report written by a gateway that takes mail whole, filters it and
 * hands it on?
 */
bool		report_is_by_gateway(Report *report);

/* Appends an empty delivery; NULL when LIMIT_RECIPIENTS is met or memory ran out. */
Delivery   *report_add(Report *report);

/* A date of the report, of which LIMIT_DATE_BYTES are read. */
static inline MailDate
report_date(Report *report, Slice value)
{
	return decode_date(ARENA_BOUNDED(report->message_arena, slice_trim(value), DATE_BYTES));
}

/* Names the only recipient where fields and text do not: by VERP, else by the returned message when that has one. */
void		report_name_hidden(Report *report);

/* Gives the deliveries from that one on whose recipient is a mere local part its domain. */
void		report_complete_recipients(Report *report, size_t first);

/* The decoder of that name (a row of data/decoders.tsv must exist). */
uint16_t	report_decoder(const char *name);

#endif							/* BOUNCE_REPORT_H */
