/*
 * guess.h
 *	  The charset of text that declares none, or a wrong one; private to the decoders.
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

/*
 * The charset of text that was declared: 'declared', unless that is Latin-1,
 * which old programs put on whatever they wrote, and the bytes can be none of it.
 */
const MailCharset *charset_doubt(const MailCharset *declared, Slice text);

#endif							/* BOUNCE_GUESS_H */
