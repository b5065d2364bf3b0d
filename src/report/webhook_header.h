/*
 * webhook_header.h
 *	  The header of the message that an event is about.
 */
#ifndef BOUNCE_WEBHOOK_HEADER_H
#define BOUNCE_WEBHOOK_HEADER_H

#include "report/report.h"
#include "report/webhook_facts.h"

/*
 * Writes the fields that an event tells as pairs, "name" and "value" of the
 * elements of an array, as they were in the message, and takes from them what
 * 'returned' lacks.  Both are the first facts of their paths; at most
 * LIMIT_HEADER_FIELDS.
 */
void		webhook_header(const Facts *facts, const Fact *name, const Fact *value, Returned *returned);

/* Where not all fields are told, those that are make do: From, Subject, Message-ID. */
void		webhook_common_header(Arena *arena, Returned *returned);

#endif							/* BOUNCE_WEBHOOK_HEADER_H */
