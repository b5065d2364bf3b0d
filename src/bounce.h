/*
 * bounce.h
 *	  The library's one door: bytes of a mail in, rows out.
 *
 * Knows nothing of PostgreSQL.  The same functions serve the backend
 * (src/pg), the tests, the fuzzer and the benchmark.
 */
#ifndef BOUNCE_H
#define BOUNCE_H

#include "mail/arena.h"
#include "mail/decode.h"

#define BOUNCE_VERSION "1.0"

#define BOUNCE_MAX_BLOCKLISTS LIMIT_BLOCKLISTS

typedef enum BounceKind
{
	KIND_NONE,					/* no row */
	KIND_FAILURE,
	KIND_DELAY,
	KIND_COMPLAINT,
	/* only with all_kinds: */
	KIND_SUCCESS,
	KIND_AUTOREPLY,
	KIND_RECEIPT,
	KIND_CHALLENGE
} BounceKind;

typedef enum BounceTruth
{
	TRUTH_NULL,
	TRUTH_FALSE,
	TRUTH_TRUE
} BounceTruth;

/*
 * One record, DESIGN.md section 1.  Slices are valid UTF-8 without NUL and
 * live as long as the arena (or the message); { NULL, 0 } is SQL's NULL.
 * const char * are of static storage, or a rule's or format's of the user's own;
 * NULL is SQL's NULL.
 */
typedef struct BounceRow
{
	BounceKind	kind;
	Slice		recipient;
	const char *reason;
	BounceTruth hard_bounce;
	const char *fault;
	const char *advice;
	const char *action;
	Slice		delivery_status;	/* "5.1.1" */
	int			reply_code;		/* 0 is NULL */
	const char *smtp_command;
	Slice		diagnostic_type;
	Slice		diagnostic_code;
	Slice		alias;
	Slice		verp;
	Slice		addresser;
	Slice		sender_domain;
	Slice		destination;
	const char *provider;
	const char *host_group;
	Slice		rhost;
	Slice		lhost;
	MailDate	bounced_at;		/* timezone_offset is bounced_at.zone */
	MailDate	sent_at;
	Slice		message_id;
	Slice		subject;
	Slice		list_id;
	Slice		feedback_type;
	Slice		feedback_id;
	int64_t		retry_after;	/* seconds, -1 is NULL */
	int			blocklist_count;
	const char *blocklist[BOUNCE_MAX_BLOCKLISTS];
	Slice		listed_ip;		/* textual IPv4 or IPv6, checked */
	const char *decoded_by;
	char		token[41];		/* hex, "" is NULL */
	Slice		rule;			/* the id of the rule that gave the reason, where BounceOptions asks for it; SLICE_NONE: none did */
} BounceRow;

/*
 * How a message is read.  All zero: as ever, without rules and formats of the
 * user's own.
 */
typedef struct BounceOptions
{
	bool		all_kinds;		/* kinds beyond failure, delay and complaint, too */
	bool		names_rules;	/* BounceRow.rule is filled */
	struct OwnRules *rules;		/* classify/own_rules.h; or NULL */
	struct OwnFormats *formats; /* report/own_formats.h; or NULL */
	int64_t		now;			/* on the clock of the rules' valid_from and valid_until */
} BounceOptions;

typedef struct BounceResult
{
	size_t		count;
	BounceRow  *rows;			/* in the arena */
} BounceResult;

/*
 * Reads one message.  'raw' stays the caller's and must outlive the result;
 * everything else lies in 'arena'.  With all_kinds, kinds beyond failure,
 * delay and complaint are reported too.  Never fails: a mail that is no bounce
 * gives count = 0; when memory ran out (arena->failed) the rows may be fewer.
 */
BounceResult bounce_read_message(Arena *arena, Slice raw, bool all_kinds);

/*
 * The same, for those who need each row but once: hands them out one by one,
 * in the same order.  A row and what it points to are gone when 'take'
 * returns, so that the memory that is needed does not grow with their number,
 * nor with that of the messages of a mailbox.  'take' may longjmp away.
 */
void		bounce_read_each(Arena *arena, Slice raw, bool all_kinds,
							 void (*take) (void *context, const BounceRow *row), void *context);

/*
 * The same with options.  Rules and formats stay the caller's, who lends them to
 * one reader at a time; words and ids of theirs in the rows live as long as they do.
 */
void		bounce_read_each_with(Arena *arena, Slice raw, const BounceOptions *options,
								  void (*take) (void *context, const BounceRow *row), void *context);
BounceResult bounce_read_message_with(Arena *arena, Slice raw, const BounceOptions *options);

/*
 * Reads the events of a JSON document (UTF-8), as mail services report them by
 * webhook, queue or API: data/webhooks.tsv names the services.  Otherwise as
 * bounce_read_message_with() and bounce_read_each_with(): what is no such event
 * gives no row.  Formats of the user's own are of mails, and not asked.
 */
BounceResult bounce_read_json(Arena *arena, Slice document, const BounceOptions *options);
void		bounce_read_json_each(Arena *arena, Slice document, const BounceOptions *options,
								  void (*take) (void *context, const BounceRow *row), void *context);

/*
 * Judges a bare SMTP reply (RFC 5321 4.2), as a log or an API holds it;
 * multi-line replies and the prefaces that MTAs put before them are
 * understood.  rhost and smtp_command may be SLICE_NONE.  Always fills one
 * row; kind is KIND_FAILURE (also for a 4yz reply), KIND_SUCCESS for 2yz.
 */
void		bounce_read_reply(Arena *arena, Slice reply, Slice rhost,
							  Slice smtp_command, BounceRow *row);

/* The same with options; conditions on headers and on the destination hold for no bare reply. */
void		bounce_read_reply_with(Arena *arena, Slice reply, Slice rhost, Slice smtp_command,
								   const BounceOptions *options, BounceRow *row);

/*
 * One step that led to a verdict, or one that lost.  Slices are valid UTF-8
 * without NUL, in the arena; SLICE_NONE and NULL are SQL's NULL.
 */
typedef struct ExplainStep
{
	Slice		recipient;		/* SLICE_NONE for steps about the message as a whole */
	const char *decision;		/* format, kind, recipient, reason, delivery_status ... */
	Slice		value;			/* what was decided, or would have been */
	bool		won;
	Slice		rule;			/* its id, as bounce_rules() has it */
	const char *file;			/* of data/ or of the source; the line is 0 for code */
	unsigned	line;
	Slice		evidence;		/* the words that the rule goes by */
	size_t		start;			/* where they stand in the message: offset, */
	size_t		length;			/* and bytes; 0: nowhere that can be told */
	Slice		why;			/* what it lost by, or what else is to be said */
} ExplainStep;

typedef struct BounceExplanation
{
	size_t		count;
	ExplainStep *steps;			/* in the arena, in the order of the decisions */
} BounceExplanation;

/*
 * Why bounce_read_message(arena, raw, true) says what it says, or nothing.
 * Costs some times as much as the reading.  Never fails.
 */
BounceExplanation bounce_explain_message(Arena *arena, Slice raw);

/* The same of bounce_read_message_with(), whose all_kinds is taken as true. */
BounceExplanation bounce_explain_message_with(Arena *arena, Slice raw, const BounceOptions *options);

/* The same for the events of a JSON document; places are not told. */
BounceExplanation bounce_explain_json_with(Arena *arena, Slice document, const BounceOptions *options);

/* The same for bounce_read_reply(); offsets are those of 'reply'. */
BounceExplanation bounce_explain_reply(Arena *arena, Slice reply, Slice rhost, Slice smtp_command);
BounceExplanation bounce_explain_reply_with(Arena *arena, Slice reply, Slice rhost, Slice smtp_command,
											const BounceOptions *options);

#endif							/* BOUNCE_H */
