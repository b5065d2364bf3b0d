/*
 * transfer.h
 *	  Content transfer encodings undone (RFC 2045 6); private to the decoders.
 *
 * Each function writes to 'out', which has room for in.n + 4 bytes, and
 * returns how many it wrote.  None fails: what is no code stays or is skipped.
 */
#ifndef BOUNCE_TRANSFER_H
#define BOUNCE_TRANSFER_H

#include "mail/slice.h"

/* RFC 2045 6.8; other bytes are skipped, padding ends it, and may lack. */
size_t		transfer_base64(Slice in, char *out);

/* RFC 2045 6.7; "=" before anything but two digits or a line end stays. */
size_t		transfer_quoted_printable(Slice in, char *out);

/* RFC 2047 4.2: the "Q" encoding of encoded words. */
size_t		transfer_q(Slice in, char *out);

/* The data between "begin" and "end"; all of it where no "begin" is. */
size_t		transfer_uuencode(Slice in, char *out);

#endif							/* BOUNCE_TRANSFER_H */
