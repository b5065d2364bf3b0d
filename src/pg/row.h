/*
 * row.h
 *	  A BounceRow of the library as the attributes of type bounce.
 */
#ifndef BOUNCE_PG_ROW_H
#define BOUNCE_PG_ROW_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "bounce.h"
#include "pg/charset.h"

/* The attributes of CREATE TYPE bounce (src/sql/00-type.sql), in its order. */
typedef enum RowAttribute
{
	ROW_KIND,
	ROW_RECIPIENT,
	ROW_REASON,
	ROW_HARD_BOUNCE,
	ROW_FAULT,
	ROW_ADVICE,
	ROW_ACTION,
	ROW_DELIVERY_STATUS,
	ROW_REPLY_CODE,
	ROW_SMTP_COMMAND,
	ROW_DIAGNOSTIC_TYPE,
	ROW_DIAGNOSTIC_CODE,
	ROW_ALIAS,
	ROW_VERP,
	ROW_ADDRESSER,
	ROW_SENDER_DOMAIN,
	ROW_DESTINATION,
	ROW_PROVIDER,
	ROW_HOST_GROUP,
	ROW_RHOST,
	ROW_LHOST,
	ROW_BOUNCED_AT,
	ROW_SENT_AT,
	ROW_TIMEZONE_OFFSET,
	ROW_MESSAGE_ID,
	ROW_SUBJECT,
	ROW_LIST_ID,
	ROW_FEEDBACK_TYPE,
	ROW_FEEDBACK_ID,
	ROW_RETRY_AFTER,
	ROW_BLOCKLIST,
	ROW_LISTED_IP,
	ROW_DECODED_BY,
	ROW_TOKEN,
	ROW_ATTRIBUTES				/* how many there are */
} RowAttribute;

/*
 * Raises an error unless desc is that of the type bounce above: else it is of
 * another version of the extension, or somebody altered it.
 */
extern void row_check(TupleDesc desc);

/*
 * The row as a tuple of that type, in the arena; the texts in it are in the
 * database's encoding.  It is no Datum of that type yet: what else such a one
 * has in its header is left to the server.  False, or texts are missing, when
 * the arena ran out of memory (arena->failed).
 */
extern bool row_form(const BounceRow *row, const Charset *charset, Arena *arena,
					 HeapTuple tuple);

/*
 * One text, UTF-8, as a Datum in the arena and in the database's encoding.
 * *isnull for SLICE_NONE, and when the arena ran out of memory.
 */
extern Datum row_text(Slice s, const Charset *charset, Arena *arena, bool *isnull);

#endif							/* BOUNCE_PG_ROW_H */
