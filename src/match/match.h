/*
 * match.h
 *	  Finds every phrase of a compiled table in a text, in one pass.
 *
 * The phrases of data/ are compiled into Aho-Corasick automata in a double
 * array (one per table: markers, phrases ...), const and shared by all
 * backends.  A phrase may hold "*", which stands for any run of bytes: its
 * pieces are patterns of the automaton and count when they appear in order.
 *
 * Text must be folded first (fold.h); the compiler folds the phrases with the
 * very same function.
 */
#ifndef BOUNCE_MATCH_H
#define BOUNCE_MATCH_H

#include "mail/arena.h"

/*
 * The double array.  What is looked at for each byte is one number a node, so
 * that much of the automaton stays in the processor's caches: from the highest
 * bit on the base, the bit MATCH_ENDS when a piece ends here, and the class
 * that leads here (MATCH_FREE: no node).  The child of class c is at base + c
 * when that one's class is c; no two nodes have the same base.  The root is
 * node 0.
 */
typedef uint32_t MatchStep;

#define MATCH_FREE 0xffu		/* no class */
#define MATCH_CLASS 0xffu
#define MATCH_ENDS 0x100u
#define MATCH_BASE_SHIFT 9

/* What is looked at more seldom. */
typedef struct MatchLinks
{
	uint32_t	fail;			/* where to go on when no child fits */
	int32_t		output;			/* first of the patterns that end here, -1 */
} MatchLinks;

/*
 * One piece of a phrase.  First pieces that are alike, of phrases with "*",
 * are one pattern, of the first such phrase.  A piece that begins with an ASCII letter or digit
 * always has word_start: the automaton relies on it and looks at nothing that
 * begins inside a word.
 */
typedef struct MatchPattern
{
	uint32_t	phrase;			/* row of the data table */
	uint32_t	spread;			/* of a phrase with "*": its number among those; of a first piece the opening's */
	uint16_t	piece;			/* 0-based */
	uint16_t	pieces;			/* of this phrase */
	uint16_t	length;			/* bytes */
	uint8_t		word_start;		/* 1: no ASCII letter or digit may stand before */
	uint8_t		word_end;		/* 1: none may stand behind */
	int32_t		next;			/* next pattern that ends at the same byte: of the
								 * same node, then of its suffixes; -1 */
} MatchPattern;

typedef struct MatchTable
{
	const MatchStep *steps;		/* base + class stays inside for every class */
	const MatchLinks *links;	/* of the same nodes */
	uint32_t	node_count;
	const MatchPattern *patterns;
	uint32_t	pattern_count;
	uint32_t	phrase_count;
	uint32_t	spread_count;	/* phrases with "*" */
	const uint32_t *openings;	/* [spread_count]: their first pieces, of which many share one */
	uint32_t	opening_count;
	const uint8_t *classes;		/* [256]: byte to class, 0 = occurs in no phrase */
	/* sets of bits: where no piece can begin (a few other places are in them, too); small, to stay in the cache */
	const uint8_t *begins;		/* by match_begin(), of the pieces of four bytes and more */
	const uint8_t *begins_short;	/* by match_begin_short(), of the others */
} MatchTable;

#define MATCH_BEGIN_BITS 15		/* 2^15 bits, 4 KB */
#define MATCH_BEGIN_SHORT_BITS 12

/* The bit for four bytes; the compiler of the tables asks this, too. */
static inline uint32_t
match_begin(const unsigned char *bytes)
{
	uint32_t	word = bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24;

	return (word * 2654435769u) >> (32 - MATCH_BEGIN_BITS);
}

/* The bit for the first two bytes. */
static inline uint32_t
match_begin_short(const unsigned char *bytes)
{
	return ((bytes[0] | (uint32_t) bytes[1] << 8) * 2654435769u) >> (32 - MATCH_BEGIN_SHORT_BITS);
}

static inline bool
match_bit(const uint8_t *bits, uint32_t bit)
{
	return (bits[bit >> 3] >> (bit & 7)) & 1;
}

/* Where a phrase stands in the folded text. */
typedef struct MatchHit
{
	uint32_t	phrase;			/* row of the data table */
	uint32_t	start;			/* byte offset of its first piece */
	uint32_t	end;			/* behind its last piece */
} MatchHit;

/*
 * Calls 'found' for each hit, in the order in which the hits end, until it
 * returns false; of those that end at one byte the longest comes first.
 * Overlapping hits are all reported; a phrase with "*" is reported once, as
 * soon as all its pieces were seen in order.  The scratch memory for such
 * phrases comes from the arena (none when none is begun); when there is none
 * left they are not found.  Linear in text.n times the phrases that end at one
 * byte.
 */
void		match_run(const MatchTable *table, Arena *arena, Slice text,
					  bool (*found) (void *context, const MatchHit *hit),
					  void *context);

#endif							/* BOUNCE_MATCH_H */
