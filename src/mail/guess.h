/*
 * guess.h
 *	  The charset of text that declares none; private to the decoders.
 */
#ifndef BOUNCE_GUESS_H
#define BOUNCE_GUESS_H

#include "mail/convert.h"

/*
 * The charset that 8-bit text of an unknown one is written in, by how its
 * bytes are distributed; NULL when it is UTF-8, even a broken one, or too
 * little of it is there to tell.  Linear; looks at GUESS_BYTES of the text.
 */
const MailCharset *charset_guess(Slice text);

#endif							/* BOUNCE_GUESS_H */
