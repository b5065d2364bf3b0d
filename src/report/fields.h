/*
 * fields.h
 *	  Fields of a mail by their name, those of the returned message first.
 */
#ifndef BOUNCE_FIELDS_H
#define BOUNCE_FIELDS_H

#include "mail/arena.h"

typedef enum FieldOrigin
{
	FIELD_RETURNED,				/* of the message that failed */
	FIELD_REPORT				/* of the mail itself */
} FieldOrigin;

/*
 * Finds all fields of that name, without regard to case and with or without
 * its colon, in the header of the returned message as the report's reader found
 * it, then in that of the report, then in that of what carried the report; of
 * each message where 'raw' is an mbox.  'take' gets each value, unfolded and
 * decoded (RFC 2047); false ends it, and the value stays in the arena: others
 * are gone when the next message is read.
 */
void		fields_each(Arena *arena, Slice raw, Slice name,
						bool (*take) (void *context, FieldOrigin origin, Slice value), void *context);

/*
 * The same of the messages that the events of a JSON document are about, as far
 * as the mail service reports their fields.
 */
void		fields_each_json(Arena *arena, Slice document, Slice name,
							 bool (*take) (void *context, FieldOrigin origin, Slice value), void *context);

#endif							/* BOUNCE_FIELDS_H */
