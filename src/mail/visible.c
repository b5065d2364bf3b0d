/*
 * visible.c
 *	  What can't be seen in a text is written out.
 *
 * Mail comes from strangers, and its rows are looked at in terminals, web pages
 * and mails.  There an escape sequence can write over what stands beside it, a
 * bidirectional control can turn a domain round, and letters that nobody sees
 * can make two names look alike: Unicode TR36, TR39 and TR55.
 *
 * The escapes have square brackets: angle brackets would be a tag in a page
 * whose author forgot to quote, and be seen by nobody.
 */
#include <stdint.h>

#include "mail/utf8.h"
#include "mail/visible.h"

#define INTERRUPT_BYTES 65536	/* that are read between two looks for interrupts */

typedef struct CharacterRange
{
	uint32_t	first;
	uint32_t	last;
} CharacterRange;

#include "mail/visible_marks.h"

/*
 * Never shown as they are: Cc, Zl, Zp, what has the property
 * Default_Ignorable_Code_Point, and of Cf all but the signs that are seen (0600,
 * 070F, 110BD ...).  The last two of each plane are none of characters, either.
 */
static const CharacterRange hidden[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f},		/* controls */
	{0x00ad, 0x00ad},						/* soft hyphen */
	{0x034f, 0x034f},						/* combining grapheme joiner */
	{0x061c, 0x061c},						/* Arabic letter mark */
	{0x115f, 0x1160},						/* Hangul fillers */
	{0x17b4, 0x17b5},						/* Khmer vowels without a form */
	{0x180b, 0x180f},						/* Mongolian selectors */
	{0x200b, 0x200f},						/* zero width, joiners, marks of direction */
	{0x2028, 0x202e},						/* line and paragraph; embeddings and overrides of direction */
	{0x2060, 0x206f},						/* word joiner, operators that nobody sees, isolates of direction */
	{0x3164, 0x3164},						/* Hangul filler */
	{0xfdd0, 0xfdef},						/* no characters */
	{0xfe00, 0xfe0f},						/* variation selectors */
	{0xfeff, 0xfeff},						/* byte order mark */
	{0xffa0, 0xffa0},						/* Hangul filler */
	{0xfff0, 0xfffb},						/* unassigned, annotations */
	{0x13430, 0x1343f},						/* hieroglyph joiners */
	{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},	/* shorthand, musical beams */
	{0xe0000, 0xe0fff},						/* tags, more variation selectors */
};

/* Scripts in which joiners make a difference that is seen: each within itself. */
static const CharacterRange joining[] = {
	{0x0600, 0x08ff},						/* Arabic, Syriac, N'Ko ... */
	{0x0900, 0x0dff},						/* of India and Sri Lanka */
	{0x1000, 0x109f},						/* Myanmar */
	{0x1780, 0x17ff},						/* Khmer */
	{0x1800, 0x18af},						/* Mongolian */
};

/* Pictures, which joiners and selectors make others of. */
static const CharacterRange pictures[] = {
	{0x00a9, 0x00a9}, {0x00ae, 0x00ae}, {0x203c, 0x203c}, {0x2049, 0x2049}, {0x2122, 0x2122}, {0x2139, 0x2139},
	{0x2190, 0x2bff}, {0x3030, 0x3030}, {0x303d, 0x303d}, {0x3297, 0x3297}, {0x3299, 0x3299}, {0x1f000, 0x1faff},
};

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

/* The range that has the character, NULL for none. */
static const CharacterRange *
find_range(const CharacterRange *ranges, size_t count, uint32_t c)
{
	size_t		low = 0;
	size_t		high = count;

	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else if (c < ranges[middle].first)
			high = middle;
		else
			return &ranges[middle];
	}
	return NULL;
}

/* What was read before a character. */
typedef struct Before
{
	uint32_t	shown;			/* the last one, if it was shown as it is, else 0 */
	bool		has_base;		/* may a mark stand here? */
	unsigned	marks;			/* of that base */
} Before;

/* A variation selector belongs to a picture, or to the digit of a keycap. */
static bool
selects(const Before *before, uint32_t c, uint32_t next)
{
	if (c != 0xfe0e && c != 0xfe0f)
		return false;
	if (find_range(pictures, COUNT(pictures), before->shown))
		return true;
	return next == 0x20e3 &&
		(before->shown == '#' || before->shown == '*' || (before->shown >= '0' && before->shown <= '9'));
}

/* A joiner stands between pictures, or between letters of a script that joins. */
static bool
joins(const Before *before, uint32_t c, uint32_t next)
{
	const CharacterRange *script;

	if (c != 0x200c && c != 0x200d)
		return false;
	if (c == 0x200d && find_range(pictures, COUNT(pictures), next) &&
		(before->shown == 0xfe0f || find_range(pictures, COUNT(pictures), before->shown)))
		return true;
	script = find_range(joining, COUNT(joining), before->shown);
	return script != NULL && next >= script->first && next <= script->last &&
		!find_range(hidden, COUNT(hidden), next) && !find_range(marks, COUNT(marks), next);
}

/* Letters of most mail, of which none is hidden, nor a mark. */
static bool
is_letter(uint32_t c)
{
	return (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0x300 && c != 0xad) ||
		(c >= 0x400 && c < 0x480) || (c >= 0x3400 && c < 0xa000) || (c >= 0xac00 && c < 0xd7a4);
}

/* The character at that place of the text, 0 at its end and where there is none. */
static uint32_t
character_at(Slice text, size_t at)
{
	uint32_t	c;

	if (at >= text.n || (utf8_character(text, at, &c) == 1 && c >= 0x80))
		return 0;
	return c;
}

/* May the character be shown as it is?  'next' is where the one behind it is. */
static bool
take(Before *before, uint32_t c, Slice text, size_t next)
{
	bool		shows = true;

	if (is_letter(c))
	{
		*before = (Before) {c, true, 0};
		return true;
	}
	if (find_range(hidden, COUNT(hidden), c) || (c & 0xfffe) == 0xfffe)
		shows = selects(before, c, character_at(text, next)) || joins(before, c, character_at(text, next));
	else if (find_range(marks, COUNT(marks), c))
		shows = before->has_base && ++before->marks <= VISIBLE_MARKS;
	else
	{
		before->has_base = true;
		before->marks = 0;
	}
	before->shown = shows ? c : 0;
	/* what is written out is no base for a mark */
	if (!shows)
		before->has_base = before->has_base && before->marks > VISIBLE_MARKS;
	return shows;
}

/* Writes "[U+202E]", or "[0xFF]" of a byte; returns how many bytes that are. */
static size_t
write_escape(char *out, uint32_t c, bool is_byte)
{
	static const char hex[] = "0123456789ABCDEF";
	int			digits = is_byte ? 2 : c > 0xfffff ? 6 : c > 0xffff ? 5 : 4;
	size_t		n = 0;

	out[n++] = '[';
	out[n++] = is_byte ? '0' : 'U';
	out[n++] = is_byte ? 'x' : '+';
	while (digits-- > 0)
		out[n++] = hex[(c >> (4 * digits)) & 15];
	out[n++] = ']';
	return n;
}

static bool
is_plain(char c)
{
	return (unsigned char) c >= 0x20 && (unsigned char) c < 0x7f;
}

/* Writes the text to 'out', unless that is NULL; returns the bytes that it has, or would have. */
static size_t
write_visible(Arena *arena, Slice text, char *out)
{
	Before		before = {0, false, 0};
	size_t		written = 0;
	size_t		pause = INTERRUPT_BYTES;
	size_t		at = 0;

	while (at < text.n)
	{
		char		escape[VISIBLE_ESCAPE];
		uint32_t	c;
		size_t		n = utf8_character(text, at, &c);
		bool		is_byte = n == 1 && c >= 0x80;

		if (at >= pause)
		{
			arena_interrupt(arena);
			pause = at + INTERRUPT_BYTES;
		}
		if (is_byte)
			before = (Before) {0, false, 0};
		if (is_byte || !take(&before, c, text, at + n))
		{
			size_t		length = write_escape(escape, c, is_byte);

			if (out)
				memcpy(out + written, escape, length);
			written += length;
		}
		else
		{
			if (out)
				memcpy(out + written, text.p + at, n);
			written += n;
		}
		at += n;
	}
	return written;
}

static bool
all_plain(Slice text)
{
	for (size_t i = 0; i < text.n; i++)
	{
		if (!is_plain(text.p[i]))
			return false;
	}
	return true;
}

bool
visible_text(Arena *arena, Slice text, size_t room, Slice *shown)
{
	size_t		n;
	char	   *out;

	*shown = text;
	if (all_plain(text))
		return text.n <= room;
	*shown = SLICE_NONE;
	n = write_visible(arena, text, NULL);
	if (n > room)
		return false;
	out = arena_alloc(arena, n + 1);
	if (out == NULL)
		return false;
	*shown = slice(out, write_visible(arena, text, out));
	return true;
}
