/*
 * shift.h
 *	  Charsets that shift between ASCII and double bytes; private to the
 *	  decoders.
 */
#ifndef BOUNCE_SHIFT_H
#define BOUNCE_SHIFT_H

#include "mail/convert.h"

/* True when the text holds an escape to Japanese (RFC 1468), declared or not; linear. */
bool		shift_is_jis(Slice text);

/* As charset_convert(), for CHARSET_ISO2022JP, CHARSET_ISO2022KR and CHARSET_HZ. */
size_t		shift_convert(Converter *converter, const MailCharset *charset,
						  Slice text, char *out, size_t room);

/*
 * In convert.c: double bytes with high bits set to UTF-8; one U+FFFD where
 * iconv does not have the charset.
 */
size_t		convert_double_bytes(Converter *converter, const MailCharset *charset,
								 Slice text, char *out, size_t room);

#endif							/* BOUNCE_SHIFT_H */
