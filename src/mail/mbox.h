/*
 * mbox.h
 *	  Several messages in one value: the mbox format (RFC 4155).
 */
#ifndef BOUNCE_MBOX_H
#define BOUNCE_MBOX_H

#include "mail/slice.h"

/*
 * The next message of 'raw' at *offset, with its "From " line, moving *offset
 * behind it; false at the end.  A value that does not begin with a "From " line
 * is one message.  Linear.
 */
bool		mbox_next(Slice raw, size_t *offset, Slice *message);

#endif							/* BOUNCE_MBOX_H */
