/*
 * lexicon.c
 *	  Texts cut into words; how the data compiler and who asks hash them.
 *
 * Knows no table, so that the compiler of the table can be linked with it;
 * lexicon_has() is inquiry.c's.
 */
#include "match/lexicon.h"

typedef struct TokenRange
{
	uint32_t	first;
	uint32_t	last;
	uint8_t		kind;
} TokenRange;

/* Beyond ASCII; what is not listed is a letter. */
static const TokenRange ranges[] = {
	{0x80, 0xbf, TOKEN_OTHER}, {0xd7, 0xd7, TOKEN_OTHER}, {0xf7, 0xf7, TOKEN_OTHER},
	{0xe00, 0xeff, TOKEN_CJK}, {0x1000, 0x109f, TOKEN_CJK}, {0x1780, 0x17ff, TOKEN_CJK},
	{0x2000, 0x206f, TOKEN_OTHER}, {0x2190, 0x2bff, TOKEN_OTHER},
	{0x2e80, 0x2fff, TOKEN_CJK}, {0x3000, 0x3004, TOKEN_OTHER}, {0x3005, 0x3007, TOKEN_CJK},
	{0x3008, 0x3020, TOKEN_OTHER}, {0x3021, 0xa4cf, TOKEN_CJK}, {0xac00, 0xd7ff, TOKEN_CJK},
	{0xf900, 0xfaff, TOKEN_CJK}, {0xfe30, 0xfe6f, TOKEN_OTHER},
	{0xff00, 0xff0f, TOKEN_OTHER}, {0xff1a, 0xff20, TOKEN_OTHER}, {0xff3b, 0xff40, TOKEN_OTHER}, {0xff5b, 0xff65, TOKEN_OTHER},
	{0xff66, 0xff9f, TOKEN_CJK}, {0xffe0, 0xffff, TOKEN_OTHER}, {0x20000, 0x3ffff, TOKEN_CJK},
};

/* The character at 'at', of *n bytes, and its kind; letters and digits are TOKEN_WORD. */
static TokenKind
kind_at(Slice text, size_t at, size_t *n)
{
	unsigned char c = (unsigned char) text.p[at];
	uint32_t	code;

	*n = 1;
	if (c < 0x80)
		return ascii_is_alnum((char) c) ? TOKEN_WORD : TOKEN_OTHER;
	*n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
	if (*n == 1 || *n > text.n - at)
	{
		*n = 1;
		return TOKEN_OTHER;
	}
	code = c & (0x7fu >> *n);
	for (size_t i = 1; i < *n; i++)
		code = code << 6 | ((unsigned char) text.p[at + i] & 0x3fu);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
	{
		if (code < ranges[i].first)
			break;
		if (code <= ranges[i].last)
			return (TokenKind) ranges[i].kind;
	}
	return TOKEN_WORD;
}

TokenKind
lexicon_next(Slice text, size_t *offset, Slice *token)
{
	size_t		start = *offset;
	size_t		n;
	TokenKind	kind = kind_at(text, start, &n);
	bool		is_number = true;

	*offset += n;
	if (kind == TOKEN_WORD)
	{
		is_number = ascii_is_digit(text.p[start]);
		while (*offset < text.n && kind_at(text, *offset, &n) == TOKEN_WORD)
		{
			is_number = is_number && ascii_is_digit(text.p[*offset]);
			*offset += n;
		}
		if (is_number)
			kind = TOKEN_NUMBER;
	}
	*token = slice(text.p + start, *offset - start);
	return kind;
}

uint32_t
lexicon_hash(LexiconUse use, Slice folded)
{
	uint32_t	hash = (2166136261u ^ (uint32_t) use) * 16777619u;

	for (size_t i = 0; i < folded.n; i++)
		hash = (hash ^ (unsigned char) folded.p[i]) * 16777619u;
	return hash ? hash : 1;
}
