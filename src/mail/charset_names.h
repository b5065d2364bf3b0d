/*
 * charset_names.h
 *	  What a charset's name stands for; private to the decoders.
 */
#ifndef BOUNCE_CHARSET_NAMES_H
#define BOUNCE_CHARSET_NAMES_H

#include "mail/convert.h"

typedef enum CharsetKind
{
	CHARSET_LATIN,				/* windows-1252, converted without iconv */
	CHARSET_SINGLE,				/* a byte a character, ASCII below 0x80 */
	CHARSET_DOUBLE,				/* also two and more bytes, from 0x80 on; ASCII
								 * below */
	CHARSET_UTF16,
	CHARSET_SEVEN_BIT,			/* ASCII may mean something else */
	CHARSET_ISO2022JP,			/* those that shift: see shift.c */
	CHARSET_ISO2022KR,
	CHARSET_HZ
} CharsetKind;

struct MailCharset
{
	CharsetKind kind;
	const char *iconv[2];		/* tried in turn; of those that shift: what
								 * their double bytes are with high bits set */
};

extern const MailCharset charset_jis;

#endif							/* BOUNCE_CHARSET_NAMES_H */
