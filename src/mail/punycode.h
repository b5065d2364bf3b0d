/*
 * punycode.h
 *	  Labels of internationalised domain names in ASCII (RFC 3492).
 */
#ifndef BOUNCE_PUNYCODE_H
#define BOUNCE_PUNYCODE_H

#include "mail/slice.h"

#define PUNYCODE_LABEL 63		/* bytes of a label, RFC 1035 2.3.4 */

/*
 * Writes the label, valid UTF-8, to 'out', which has room for 'room' bytes, as
 * Punycode without "xn--".  Returns the bytes written; 0 where they are more,
 * or the label is empty or no UTF-8.
 */
size_t		punycode_encode(Slice label, char *out, size_t room);

/*
 * The other way: what stands behind "xn--", in either case, as UTF-8, into
 * 'out' of 'room' bytes.  Returns the bytes written; 0 where that is none,
 * overflows, means no character, or is longer.
 */
size_t		punycode_decode(Slice encoded, char *out, size_t room);

#endif							/* BOUNCE_PUNYCODE_H */
