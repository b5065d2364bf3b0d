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

#endif							/* BOUNCE_REDACT_HEADER_H */
