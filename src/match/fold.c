/*
 * fold.c
 *	  The form in which texts and phrases are compared (see fold.h).
 *
 * Most text is ASCII, so that a table look-up a byte does most of the work;
 * only a byte that the table does not know is looked at as a character.
 * Knows nothing of phrases, locales or the database's encoding, and never
 * writes more bytes than it read: no row of fold_ranges may map a character to
 * a longer one.
 */
#include "mail/bytes16.h"
#include "match/fold.h"

/* What an ASCII byte becomes (white space a blank); 0: no ASCII, look closer. */
static const uint8_t fold_plain[256] = {
	0x20, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x20, 0x20, 0x20, 0x20, 0x20, 0x0e, 0x0f,
	0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
	0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
	0x40, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
	0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f,
	0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
	0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
};

typedef enum FoldAction
{
	FOLD_KEEP,
	FOLD_ADD,					/* add 'value' to the code point */
	FOLD_PAIR,					/* upper and lower case alternate; upper has the parity of 'first' */
	FOLD_TO,					/* becomes 'value' */
	FOLD_BLANK,					/* white space */
	FOLD_NOTHING,				/* invisible */
	FOLD_CJK,					/* stays, and may be wrapped anywhere */
	FOLD_CJK_ADD				/* FOLD_ADD, and may be wrapped anywhere */
} FoldAction;

typedef struct FoldRange
{
	uint32_t	first;
	uint32_t	last;
	FoldAction	action;
	int32_t		value;
} FoldRange;

/*
 * The characters that do not stay as they are, in order.  Korean is missing
 * from the CJK ranges because it writes blanks between words.  Full-width
 * letters and digits are words of their own, full-width punctuation belongs to
 * the CJK text around it.
 */
static const FoldRange fold_ranges[] = {
	{0x0085, 0x0085, FOLD_BLANK, 0},	/* next line */
	{0x00a0, 0x00a0, FOLD_BLANK, 0},	/* no-break space */
	{0x00ab, 0x00ab, FOLD_TO, '"'},
	{0x00ad, 0x00ad, FOLD_NOTHING, 0},	/* soft hyphen */
	{0x00b4, 0x00b4, FOLD_TO, '\''},	/* acute accent, typed as an apostrophe */
	{0x00bb, 0x00bb, FOLD_TO, '"'},
	{0x00c0, 0x00d6, FOLD_ADD, 0x20},	/* Latin-1 */
	{0x00d8, 0x00de, FOLD_ADD, 0x20},
	{0x0100, 0x012f, FOLD_PAIR, 0}, /* Latin Extended-A */
	{0x0130, 0x0131, FOLD_TO, 'i'}, /* Turkish: ASCII I is both */
	{0x0132, 0x0137, FOLD_PAIR, 0},
	{0x0139, 0x0148, FOLD_PAIR, 0},
	{0x014a, 0x0177, FOLD_PAIR, 0},
	{0x0178, 0x0178, FOLD_TO, 0xff},
	{0x0179, 0x017e, FOLD_PAIR, 0},
	{0x017f, 0x017f, FOLD_TO, 's'},
	{0x0218, 0x021b, FOLD_PAIR, 0}, /* Romanian */
	{0x02bc, 0x02bc, FOLD_TO, '\''},
	{0x0386, 0x0386, FOLD_TO, 0x03ac},	/* Greek */
	{0x0388, 0x038a, FOLD_ADD, 0x25},
	{0x038c, 0x038c, FOLD_TO, 0x03cc},
	{0x038e, 0x038f, FOLD_ADD, 0x3f},
	{0x0391, 0x03a1, FOLD_ADD, 0x20},
	{0x03a3, 0x03ab, FOLD_ADD, 0x20},
	{0x03c2, 0x03c2, FOLD_TO, 0x03c3},	/* final sigma: capitals have one only */
	{0x0400, 0x040f, FOLD_ADD, 0x50},	/* Cyrillic */
	{0x0410, 0x042f, FOLD_ADD, 0x20},
	{0x0460, 0x0481, FOLD_PAIR, 0},
	{0x048a, 0x04bf, FOLD_PAIR, 0},
	{0x04c0, 0x04c0, FOLD_TO, 0x04cf},
	{0x04c1, 0x04ce, FOLD_PAIR, 0},
	{0x04d0, 0x052f, FOLD_PAIR, 0},
	{0x1e00, 0x1e95, FOLD_PAIR, 0}, /* Welsh, Vietnamese ... */
	{0x1e9e, 0x1e9e, FOLD_TO, 0xdf},
	{0x1ea0, 0x1eff, FOLD_PAIR, 0},
	{0x2000, 0x200b, FOLD_BLANK, 0},
	{0x200c, 0x200f, FOLD_NOTHING, 0},	/* joiners, direction marks */
	{0x2010, 0x2015, FOLD_TO, '-'},
	{0x2018, 0x201b, FOLD_TO, '\''},
	{0x201c, 0x201f, FOLD_TO, '"'},
	{0x2028, 0x2029, FOLD_BLANK, 0},	/* line and paragraph separator */
	{0x202a, 0x202e, FOLD_NOTHING, 0},	/* direction */
	{0x202f, 0x202f, FOLD_BLANK, 0},	/* French puts it before a colon */
	{0x2032, 0x2032, FOLD_TO, '\''},
	{0x2039, 0x203a, FOLD_TO, '\''},
	{0x205f, 0x205f, FOLD_BLANK, 0},
	{0x2060, 0x2064, FOLD_NOTHING, 0},
	{0x2066, 0x2069, FOLD_NOTHING, 0},
	{0x2212, 0x2212, FOLD_TO, '-'}, /* minus */
	{0x2e80, 0x2fff, FOLD_CJK, 0},
	{0x3000, 0x3000, FOLD_BLANK, 0},	/* ideographic space */
	{0x3001, 0x312f, FOLD_CJK, 0},
	{0x3190, 0xa4cf, FOLD_CJK, 0},
	{0xf900, 0xfaff, FOLD_CJK, 0},
	{0xfe00, 0xfe0f, FOLD_NOTHING, 0},	/* variation selectors */
	{0xfe30, 0xfe4f, FOLD_CJK, 0},
	{0xfeff, 0xfeff, FOLD_NOTHING, 0},	/* byte order mark */
	{0xff01, 0xff0f, FOLD_CJK_ADD, 0x21 - 0xff01},
	{0xff10, 0xff19, FOLD_ADD, 0x21 - 0xff01},
	{0xff1a, 0xff20, FOLD_CJK_ADD, 0x21 - 0xff01},
	{0xff21, 0xff3a, FOLD_ADD, 0x41 - 0xff01},	/* capitals: to lower case too */
	{0xff3b, 0xff40, FOLD_CJK_ADD, 0x21 - 0xff01},
	{0xff41, 0xff5a, FOLD_ADD, 0x21 - 0xff01},
	{0xff5b, 0xff5e, FOLD_CJK_ADD, 0x21 - 0xff01},
	{0xff5f, 0xff9f, FOLD_CJK, 0},	/* half-width kana */
	{0x20000, 0x3ffff, FOLD_CJK, 0},
};

#define FOLD_RANGES (sizeof(fold_ranges) / sizeof(fold_ranges[0]))

static const FoldRange fold_keep = {0, 0, FOLD_KEEP, 0};

/* Code points of which the same is known as of the one looked up last: text goes on in one script. */
typedef struct FoldSpan
{
	uint32_t	first;
	uint32_t	last;
	const FoldRange *row;		/* fold_keep where they have none */
} FoldSpan;

/* The row of a code point; fold_keep when it has none. */
static const FoldRange *
find_range(uint32_t code, FoldSpan *span)
{
	size_t		low = 0;
	size_t		high = FOLD_RANGES;

	if (code >= span->first && code <= span->last)
		return span->row;
	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (code > fold_ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < FOLD_RANGES && code >= fold_ranges[low].first)
		*span = (FoldSpan) {fold_ranges[low].first, fold_ranges[low].last, &fold_ranges[low]};
	else
		*span = (FoldSpan) {low > 0 ? fold_ranges[low - 1].last + 1 : 0,
			low < FOLD_RANGES ? fold_ranges[low].first - 1 : UINT32_MAX, &fold_keep};
	return span->row;
}

/*
 * Length of the well-formed character (RFC 3629) of two bytes or more that s
 * starts with, and its code point; 0 when it is none.
 */
static size_t
decode_character(const unsigned char *s, size_t n, uint32_t *code)
{
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	if (n < 2 || (s[1] & 0xc0) != 0x80)
		return 0;
	if (s[0] < 0xe0)
	{
		*code = (uint32_t) (s[0] & 0x1f) << 6 | (s[1] & 0x3f);
		return 2;
	}
	if (n < 3 || (s[2] & 0xc0) != 0x80)
		return 0;
	if (s[0] < 0xf0)
	{
		*code = (uint32_t) (s[0] & 0x0f) << 12 | (uint32_t) (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		if (*code < 0x800 || (*code >= 0xd800 && *code <= 0xdfff))
			return 0;
		return 3;
	}
	if (n < 4 || (s[3] & 0xc0) != 0x80)
		return 0;
	*code = (uint32_t) (s[0] & 0x07) << 18 | (uint32_t) (s[1] & 0x3f) << 12 |
		(uint32_t) (s[2] & 0x3f) << 6 | (s[3] & 0x3f);
	if (*code < 0x10000 || *code > 0x10ffff)
		return 0;
	return 4;
}

/* Writes a code point below U+10000 as UTF-8 and returns its length. */
static size_t
encode_character(uint32_t code, char *out)
{
	if (code < 0x80)
	{
		out[0] = (char) code;
		return 1;
	}
	if (code < 0x800)
	{
		out[0] = (char) (0xc0 | code >> 6);
		out[1] = (char) (0x80 | (code & 0x3f));
		return 2;
	}
	out[0] = (char) (0xe0 | code >> 12);
	out[1] = (char) (0x80 | (code >> 6 & 0x3f));
	out[2] = (char) (0x80 | (code & 0x3f));
	return 3;
}

/* The code point that 'range' makes of 'code'. */
static uint32_t
apply_range(const FoldRange *range, uint32_t code)
{
	switch (range->action)
	{
		case FOLD_ADD:
		case FOLD_CJK_ADD:
			return (uint32_t) ((int32_t) code + range->value);
		case FOLD_PAIR:
			return ((code ^ range->first) & 1) ? code : code + 1;
		case FOLD_TO:
			return (uint32_t) range->value;
		default:
			return code;
	}
}

/*
 * True when the ASCII run that reads 'plain' must stop before it: at what is no
 * ASCII, and at a blank unless a visible character of ASCII is next.  Without
 * branches, so that words cost no mispredictions.
 */
static inline bool
run_stops(uint8_t plain, uint8_t next)
{
	return (plain == 0) | ((plain == ' ') & ((next & ~' ') == 0));
}

typedef uint32_t Numbers4 __attribute__((vector_size(16)));

/*
 * Folds the bytes of an ASCII run, up to sixteen of them, with one more behind
 * them to look at.  Returns how many, 0 to 16; sixteen are written.  Stops at
 * what needs a closer look.  A single line end is a blank like another.
 */
static inline unsigned
fold_sixteen(const unsigned char *in, char *out)
{
	Bytes16		bytes = bytes16_load(in);
	Bytes16		next = bytes16_load(in + 1);
	Bytes16		line_ends = (Bytes16) (bytes == '\n');
	uint32_t	stops;

	bytes ^= line_ends & ('\n' ^ ' ');
	/* below the blank, DEL and beyond ASCII; a blank before another one, or before these */
	stops = bytes16_mask((Bytes16) ((Bytes16) (bytes - 0x20) > 0x7e - 0x20) |
						 ((Bytes16) (bytes == ' ') & (Bytes16) ((Bytes16) (next - 0x21) > 0x7e - 0x21)));
	bytes |= (Bytes16) ((Bytes16) (bytes - 'A') <= 'Z' - 'A') & ('a' - 'A');
	bytes16_store(out, bytes);
	return bits_first(stops | 0x10000);
}

static inline void
note_sixteen(uint32_t *origin, uint32_t from)
{
	Numbers4	numbers = {from, from + 1, from + 2, from + 3};

	for (int k = 0; k < 4; k++, numbers += 4)
		memcpy(origin + 4 * k, &numbers, sizeof(numbers));
}

/*
 * The work of fold_into().  It is inlined twice, so that the usual call, which
 * wants no origins, does not ask for them at each byte.
 *
 * A blank is written when the character behind it is known: not at all at the
 * end or between two CJK characters.  It comes from the first byte of its run.
 */
static inline size_t
fold_bytes(Slice s, char *out, uint32_t *origin)
{
	const unsigned char *in = (const unsigned char *) s.p;
	size_t		i = 0;
	size_t		n = 0;
	bool		blank = false;
	size_t		blank_at = 0;
	bool		after_cjk = false;
	FoldSpan	span = {1, 0, NULL};	/* none yet */

	while (i < s.n)
	{
		uint8_t		plain = fold_plain[in[i]];
		const FoldRange *range = &fold_keep;
		uint32_t	code = 0;
		size_t		length;
		size_t		written;
		size_t		k;
		bool		cjk;

		if (plain != 0 && plain != ' ')
		{
			uint8_t		next;

			if (blank)
			{
				if (origin)
					origin[n] = (uint32_t) blank_at;
				out[n++] = ' ';
				blank = false;
			}
			while (s.n - i > 16)
			{
				unsigned	folded = fold_sixteen(in + i, out + n);

				if (origin)
					note_sixteen(origin + n, (uint32_t) i);
				i += folded;
				n += folded;
				if (folded < 16)
					break;
			}
			plain = i < s.n ? fold_plain[in[i]] : 0;
			for (; i + 1 < s.n; plain = next)
			{
				next = fold_plain[in[i + 1]];
				if (run_stops(plain, next))
					break;
				if (origin)
					origin[n] = (uint32_t) i;
				out[n++] = (char) plain;
				i++;
			}
			if (i + 1 == s.n && plain != 0 && plain != ' ')
			{
				if (origin)
					origin[n] = (uint32_t) i;
				out[n++] = (char) plain;
				i++;
			}
			after_cjk = false;
			continue;
		}

		if (in[i] < 0x80)
		{
			length = 1;
			cjk = false;
		}
		else
		{
			length = decode_character(in + i, s.n - i, &code);
			if (length)
				range = find_range(code, &span);
			else
				length = 1;		/* an invalid byte stays as it is */
			cjk = range->action == FOLD_CJK || range->action == FOLD_CJK_ADD;
		}

		if (in[i] < 0x80 || range->action == FOLD_BLANK)
		{
			if (!blank && n > 0)
			{
				blank = true;
				blank_at = i;
			}
			i += length;
			continue;
		}
		if (range->action == FOLD_NOTHING)
		{
			i += length;
			continue;
		}

		if (blank && !(after_cjk && cjk))
		{
			if (origin)
				origin[n] = (uint32_t) blank_at;
			out[n++] = ' ';
		}
		blank = false;
		if (range->action == FOLD_KEEP || range->action == FOLD_CJK)
		{
			written = length;
			for (k = 0; k < length; k++)
				out[n + k] = (char) in[i + k];
		}
		else
			written = encode_character(apply_range(range, code), out + n);
		if (origin)
		{
			/* of a shortened character all bytes come from its first */
			for (k = 0; k < written; k++)
				origin[n + k] = (uint32_t) (written == length ? i + k : i);
		}
		n += written;
		i += length;
		after_cjk = cjk;
	}
	return n;
}

size_t
fold_into(Slice s, char *out, uint32_t *origin)
{
	if (origin)
		return fold_bytes(s, out, origin);
	return fold_bytes(s, out, NULL);
}

Slice
fold_text(Arena *arena, Slice s)
{
	char	   *out;

	if (s.p == NULL)
		return SLICE_NONE;
	out = arena_alloc(arena, s.n ? s.n : 1);
	if (out == NULL)
		return SLICE_NONE;
	return slice(out, fold_into(s, out, NULL));
}
