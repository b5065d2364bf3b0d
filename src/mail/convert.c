/*
 * convert.c
 *	  Charsets to UTF-8, through iconv.
 *
 * What iconv refuses becomes U+FFFD, and on it goes: one call of iconv a bad
 * byte, no reallocation, so that the cost is linear.  Allocates nothing (see
 * convert.h).  windows-1252, the commonest by far, needs no iconv: glibc maps
 * and unmaps its modules as they come and go, which costs more than parsing.
 */
#include <errno.h>
#include <stdlib.h>

#include "mail/charset_names.h"
#include "mail/convert.h"
#include "mail/shift.h"
#include "mail/utf8.h"

/* more than what glibc's largest module and the tables that go with it take */
#define MODULE_ROOM ((size_t) 4 << 20)

void
descriptors_close(Descriptors *kept)
{
	while (kept->count > 0)
		iconv_close(kept->slots[--kept->count].descriptor);
}

void
converter_init(Converter *converter, Arena *arena)
{
	converter->arena = arena;
	converter->count = 0;
	converter->full = false;
}

void
converter_close(Converter *converter)
{
	while (converter->count > 0)
	{
		iconv_t		descriptor = converter->slots[--converter->count].descriptor;

		if (descriptor != (iconv_t) -1 && !converter->slots[converter->count].is_kept)
			iconv_close(descriptor);
	}
}

/* The module of a charset is mapped, and what it maps in turn: is there room for all that? */
static bool
is_memory_short(void)
{
	/* volatile, or the compiler sees that nobody uses it and asks for nothing */
	void	   *volatile room = malloc(MODULE_ROOM);

	free(room);
	return room == NULL;
}

/*
 * What a charset is taken for must not hang on how much memory there is, so the
 * arena is told.  glibc says EINVAL, as of a charset that it does not know, when
 * a module can't be mapped: so it is asked once more, and memory after it.
 */
static iconv_t
open_named(Arena *arena, const char *name)
{
	iconv_t		descriptor = iconv_open("UTF-8", name);

	if (descriptor == (iconv_t) -1)
		descriptor = iconv_open("UTF-8", name);
	/* unreachable: memory that is short three times running, when the message itself had enough of it */
	if (descriptor == (iconv_t) -1 && (errno == ENOMEM || is_memory_short()))
		arena->failed = true;
	return descriptor;
}

static iconv_t
open_descriptor(Arena *arena, const char *const names[2])
{
	iconv_t		descriptor = open_named(arena, names[0]);

	if (descriptor == (iconv_t) -1 && names[1])
		descriptor = open_named(arena, names[1]);
	return descriptor;
}

/* One that is kept, or opened and kept from now on; (iconv_t) -1 when that can't be. */
static iconv_t
kept_descriptor(Arena *arena, const char *const names[2])
{
	Descriptors *kept = arena->descriptors;
	iconv_t		descriptor;

	for (int i = 0; i < kept->count; i++)
	{
		if (strcmp(kept->slots[i].name, names[0]) == 0)
			return kept->slots[i].descriptor;
	}
	if (kept->count == DESCRIPTORS_KEPT)
		return (iconv_t) -1;
	descriptor = open_descriptor(arena, names);
	if (descriptor != (iconv_t) -1)
	{
		kept->slots[kept->count].name = names[0];
		kept->slots[kept->count++].descriptor = descriptor;
	}
	return descriptor;
}

/*
 * A descriptor from that charset, opened once; (iconv_t) -1 when there is
 * none.  What is kept changes nothing but the time: a header's bound is the
 * same.
 */
static iconv_t
descriptor_from(Converter *converter, const char *const names[2])
{
	iconv_t		descriptor = (iconv_t) -1;
	bool		is_kept;
	int			i;

	for (i = 0; i < converter->count; i++)
	{
		if (strcmp(converter->slots[i].name, names[0]) == 0)
			return converter->slots[i].descriptor;
	}
	if (converter->count == LIMIT_CHARSETS)
	{
		converter->full = true;
		return (iconv_t) -1;
	}
	if (converter->arena->descriptors)
		descriptor = kept_descriptor(converter->arena, names);
	is_kept = descriptor != (iconv_t) -1;
	if (!is_kept)
		descriptor = open_descriptor(converter->arena, names);
	converter->slots[converter->count].name = names[0];
	converter->slots[converter->count].descriptor = descriptor;
	converter->slots[converter->count].is_kept = is_kept;
	converter->count++;
	return descriptor;
}

static size_t
write_replacement(char *out)
{
	memcpy(out, UTF8_REPLACEMENT, UTF8_REPLACEMENT_BYTES);
	return UTF8_REPLACEMENT_BYTES;
}

/* Bytes at p that one U+FFFD stands for; n > 0 are there. */
static size_t
bad_bytes(CharsetKind kind, const unsigned char *p, size_t n)
{
	if (kind == CHARSET_UTF16)
		return n < 2 ? n : 2;
	/* a pair without a meaning; an ASCII byte is never taken along */
	if (kind == CHARSET_DOUBLE && n > 1 && p[0] > 0x80 && p[0] < 0xFF && p[1] >= 0x80)
		return 2;
	return 1;
}

/*
 * The loop around iconv.  *bad is set when a byte was replaced, other than in
 * a character that 'cut' explains.
 */
static size_t
convert_by_iconv(iconv_t descriptor, CharsetKind kind, Slice text, bool cut,
				 char *out, size_t room, bool *bad)
{
	char	   *in = (char *) text.p;	/* iconv's old-fashioned prototype */
	size_t		in_left = text.n;
	char	   *at = out;
	size_t		left = room;

	while (in_left > 0)
	{
		size_t		skip;

		if (iconv(descriptor, &in, &in_left, &at, &left) != (size_t) -1)
			break;
		if (errno == EINVAL && cut)
			break;
		if (errno == E2BIG || left < UTF8_REPLACEMENT_BYTES)
			break;
		if (in_left == 0)		/* unreachable: iconv() complains of a byte that is left */
			break;
		*bad = true;
		at += write_replacement(at);
		left -= UTF8_REPLACEMENT_BYTES;
		skip = bad_bytes(kind, (const unsigned char *) in, in_left);
		in += skip;
		in_left -= skip;
	}

	/* what it kept back, waiting for a combining character; and its state */
	(void) iconv(descriptor, NULL, NULL, &at, &left);
	(void) iconv(descriptor, NULL, NULL, NULL, NULL);
	return (size_t) (at - out);
}

/* windows-1252 between 0x80 and 0x9F; 0 is undefined.  Above it is Unicode's own order. */
static const uint16_t windows_1252[32] = {
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178
};

static size_t
convert_latin(Slice text, char *out, bool *bad)
{
	char	   *start = out;
	size_t		i = 0;

	while (i < text.n)
	{
		unsigned char c = (unsigned char) text.p[i];
		unsigned int code = c;

		if (c < 0x80)
		{
			/* a NUL is found by the caller */
			*out++ = (char) c;
			i++;
			continue;
		}
		if (c < 0xA0)
			code = windows_1252[c - 0x80];
		i++;
		if (code == 0)
		{
			*bad = true;
			out += write_replacement(out);
		}
		else if (code < 0x800)
		{
			*out++ = (char) (0xC0 | (code >> 6));
			*out++ = (char) (0x80 | (code & 0x3F));
		}
		else
		{
			*out++ = (char) (0xE0 | (code >> 12));
			*out++ = (char) (0x80 | ((code >> 6) & 0x3F));
			*out++ = (char) (0x80 | (code & 0x3F));
		}
	}
	return (size_t) (out - start);
}

/* RFC 2781 4.3: a mark tells the byte order, else it is as named. */
static const char *const utf16_little[2] = {"UTF-16LE", NULL};
static const char *const utf16_big[2] = {"UTF-16BE", NULL};

static const char *const *
utf16_order(const MailCharset *charset, Slice *text)
{
	bool		little = text->n >= 2 && memcmp(text->p, "\xFF\xFE", 2) == 0;
	bool		big = text->n >= 2 && memcmp(text->p, "\xFE\xFF", 2) == 0;

	if (!little && !big)
		return charset->iconv;
	*text = slice(text->p + 2, text->n - 2);
	return little ? utf16_little : utf16_big;
}

static size_t
convert_unknown(Slice text, bool cut, char *out)
{
	return utf8_write_valid(out, cut ? utf8_drop_cut(text) : text);
}

size_t
convert_double_bytes(Converter *converter, const MailCharset *charset,
					 Slice text, char *out, size_t room)
{
	iconv_t		descriptor = descriptor_from(converter, charset->iconv);
	bool		bad;

	if (descriptor == (iconv_t) -1)
		return write_replacement(out);
	return convert_by_iconv(descriptor, CHARSET_DOUBLE, text, false, out, room, &bad);
}

static bool
keeps_ascii(const MailCharset *charset)
{
	return charset == NULL || charset->kind == CHARSET_LATIN ||
		charset->kind == CHARSET_SINGLE || charset->kind == CHARSET_DOUBLE;
}

bool
charset_needs_nothing(const MailCharset *charset, Slice text)
{
	if (charset && charset->kind == CHARSET_ISO2022JP &&
		slice_find(text, '\033', 0) == SLICE_NPOS)
		return utf8_find_bad(text, 0) == text.n;
	if (!keeps_ascii(charset) || shift_is_jis(text))
		return false;
	return (charset ? utf8_find_not_ascii(text, 0) : utf8_find_bad(text, 0)) == text.n;
}

size_t
charset_room(const MailCharset *charset, Slice text)
{
	size_t		grow = text.n;
	size_t		i;

	/* no charset here needs more than three bytes for one of its own */
	if (keeps_ascii(charset) && !shift_is_jis(text))
	{
		grow = 0;
		for (i = utf8_find_not_ascii(text, 0); i < text.n; i++)
			grow += (unsigned char) text.p[i] >= 0x80 || text.p[i] == '\0';
	}
	return text.n + 2 * grow + 16;
}

size_t
charset_convert(Converter *converter, const MailCharset *charset, Slice text,
				bool cut, char *out, size_t room)
{
	const char *const *names;
	iconv_t		descriptor;
	bool		bad = false;
	size_t		n;

	if (keeps_ascii(charset))
	{
		/* escapes in plain ASCII: nobody declared it, or declared it wrongly */
		if (shift_is_jis(text) &&
			(charset == NULL || utf8_find_not_ascii(text, 0) == text.n))
			return shift_convert(converter, &charset_jis, text, out, room);
		if (charset == NULL)
			return convert_unknown(text, cut, out);
	}

	switch (charset->kind)
	{
		case CHARSET_ISO2022JP:
		case CHARSET_ISO2022KR:
		case CHARSET_HZ:
			return shift_convert(converter, charset, text, out, room);
		case CHARSET_LATIN:
			n = convert_latin(text, out, &bad);
			break;
		default:
			names = charset->kind == CHARSET_UTF16 ?
				utf16_order(charset, &text) : charset->iconv;
			descriptor = descriptor_from(converter, names);
			if (descriptor == (iconv_t) -1)
				return convert_unknown(text, cut, out);
			n = convert_by_iconv(descriptor, charset->kind, text, cut, out, room, &bad);
	}

	/* the wrong charset, since it does not fit and UTF-8 does */
	if (bad && charset->kind != CHARSET_UTF16)
	{
		Slice		whole = cut ? utf8_drop_cut(text) : text;

		if (utf8_find_bad(whole, 0) == whole.n)
			return convert_unknown(text, cut, out);
	}
	return n;
}
