/*
 * webhook_tables.h
 *	  What the program knows of the services that report by webhook: the tables
 *	  data/webhook*.tsv, compiled in (build/markers.c).
 */
#ifndef BOUNCE_WEBHOOK_TABLES_H
#define BOUNCE_WEBHOOK_TABLES_H

#include "bounce.h"
#include "match/known.h"
#include "reason_ids.h"

/* What a path of an event is read for. */
typedef enum WebhookAttribute
{
	/* of the event as a whole */
	WEBHOOK_EVENT,
	WEBHOOK_CLASS,
	WEBHOOK_TIME,
	WEBHOOK_SENT,
	WEBHOOK_FROM,
	WEBHOOK_SUBJECT,
	WEBHOOK_MESSAGE_ID,
	WEBHOOK_LIST_ID,
	WEBHOOK_FEEDBACK_ID,
	WEBHOOK_FEEDBACK_TYPE,
	WEBHOOK_HEADER_NAME,
	WEBHOOK_HEADER_VALUE,
	/* of each recipient */
	WEBHOOK_RECIPIENT,
	WEBHOOK_ALIAS,
	WEBHOOK_STATUS,
	WEBHOOK_STATUS_CLASS,
	WEBHOOK_STATUS_SUBJECT,
	WEBHOOK_STATUS_DETAIL,
	WEBHOOK_CODE,
	WEBHOOK_DIAGNOSTIC,
	WEBHOOK_NOTE,
	WEBHOOK_ACTION,
	WEBHOOK_COMMAND,
	WEBHOOK_RHOST,
	WEBHOOK_LHOST,
	WEBHOOK_ATTRIBUTES			/* how many there are */
} WebhookAttribute;

/*
 * All paths of all services, lower case, in order of strcmp(): "a.b[].c".  A
 * path's number is its row.
 */
extern const KnownText knowledge_webhook_paths[];
extern const uint32_t knowledge_webhook_path_count;

/* A path that a service has; those of one service stand together, the better ones of an attribute first. */
typedef struct WebhookField
{
	uint16_t	path;
	uint8_t		attribute;		/* WebhookAttribute */
	bool		many;			/* within an array */
} WebhookField;

extern const WebhookField knowledge_webhook_fields[];

/* Paths that tell a service: groups, of each of which one must be there. */
typedef struct WebhookNeed
{
	uint16_t	path;
	bool		last;			/* of its group */
} WebhookNeed;

extern const WebhookNeed knowledge_webhook_needs[];

/* What an event means; those of one service stand together. */
typedef struct WebhookEvent
{
	KnownText	event;			/* as written; "*" any, "-" none is told */
	KnownText	class;			/* or NULL */
	uint8_t		kind;			/* BounceKind */
	bool		has_kind;
	bool		knows;			/* the service did not try */
	bool		vague;			/* the word is said of other things, too */
	uint16_t	reason;			/* REASON_..., or REASON_COUNT */
} WebhookEvent;

extern const WebhookEvent knowledge_webhook_events[];

typedef struct Webhook
{
	KnownText	service;
	KnownText	vocabulary;		/* or NULL */
	uint16_t	decoder;		/* row of knowledge_decoders */
	uint16_t	first_field;
	uint16_t	field_count;
	uint16_t	first_need;
	uint16_t	need_count;
	uint16_t	first_event;
	uint16_t	event_count;
	bool		is_plain;		/* nobody's own form */
	uint16_t	line;
} Webhook;

/* In the order in which they are tried. */
extern const Webhook knowledge_webhooks[];
extern const uint32_t knowledge_webhook_count;

/* Keys of objects that hold events and are none, in order of strcmp(). */
extern const KnownText knowledge_webhook_envelopes[];
extern const uint32_t knowledge_webhook_envelope_count;

#endif							/* BOUNCE_WEBHOOK_TABLES_H */
