/*
 * redact_header.h
 *	  A header without what people wrote.
 */
#ifndef BOUNCE_REDACT_HEADER_H
#define BOUNCE_REDACT_HEADER_H

#include "mail/mime.h"
#include "redact/mask.h"

/*
 * Writes the fields, but for those of MIME, which the caller writes anew;
 * 'returned': of the message that failed, whose subject and whose names go
 * altogether.
 */
void		redact_header(Redacted *redacted, const Header *header, bool returned);

/* Is a field of this name a subject, or words on one? */
bool		redact_is_subject(Slice name);

/* A field in which people have names beside their addresses (RFC 5322 3.6)? */
bool		redact_names_people(Slice name);

#endif							/* BOUNCE_REDACT_HEADER_H */
