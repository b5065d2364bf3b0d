/*
 * mbox.h
 *	  Several messages in one value: the mbox format (RFC 4155).
 */
#ifndef BOUNCE_MBOX_H
#define BOUNCE_MBOX_H

#include "mail/arena.h"

/*
 * The next message of 'raw' at *offset, with its "From " line, moving *offset
 * behind it; false at the end.  A value that does not begin with a "From " line
 * is one message.  Linear; of the arena it takes but the interrupt hook.
 */
bool		mbox_next(Arena *arena, Slice raw, size_t *offset, Slice *message);

#endif							/* BOUNCE_MBOX_H */
