/*
 * convert.h
 *	  Charsets to UTF-8; private to the decoders.
 *
 * A Converter holds iconv descriptors, which no memory context frees: nothing
 * between converter_init() and converter_close() may allocate from an arena
 * or call its interrupt hook, since these may longjmp away.  So the caller
 * allocates the room for the result first.
 */
#ifndef BOUNCE_CONVERT_H
#define BOUNCE_CONVERT_H

#include "mail/arena.h"
#include "mail/descriptors.h"
#include "mail/limits.h"

typedef struct MailCharset MailCharset;

/*
 * Descriptors that are open.  Real mail needs one or two; a header that names
 * more than LIMIT_CHARSETS gets U+FFFD for the rest, for opening one may cost as
 * much as parsing ten mails.
 */
typedef struct Converter
{
	Arena	   *arena;
	int			count;
	bool		full;			/* more were asked for */
	struct
	{
		const char *name;
		iconv_t		descriptor; /* (iconv_t) -1: iconv does not know it */
		bool		is_kept;	/* not ours to close */
	}			slots[LIMIT_CHARSETS];
} Converter;

/*
 * 'arena' is asked for descriptors that are kept, and told where iconv lacks
 * memory; nothing else.
 */
void		converter_init(Converter *converter, Arena *arena);
void		converter_close(Converter *converter);

/*
 * The charset of that name; NULL for utf-8, us-ascii and names that are not
 * known, of which the bytes themselves have to tell what they are.
 */
const MailCharset *charset_named(Slice name);

/*
 * True when the text is UTF-8 without NUL as it stands, in the given charset
 * or whatever it is, and so needs no conversion.
 */
bool		charset_needs_nothing(const MailCharset *charset, Slice text);

/* Bytes that the text needs as UTF-8 at most: three for each of its own, and a few. */
size_t		charset_room(const MailCharset *charset, Slice text);

/*
 * Writes 'text' as UTF-8 to 'out', which has 'room' for charset_room(); returns
 * the bytes written.  With 'cut' the last character may be missing a part and is then
 * dropped.  The result may hold NUL, and nothing else that is not valid.
 */
size_t		charset_convert(Converter *converter, const MailCharset *charset,
							Slice text, bool cut, char *out, size_t room);

#endif							/* BOUNCE_CONVERT_H */
