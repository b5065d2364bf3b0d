/*
 * lexicon.h
 *	  The words that the tables of data/ are made of.
 *
 * A set of hashes, made by src/datac of the phrases, families, markers and signs
 * and of data/kept.tsv.  It tells what mail systems say from what people write:
 * what is not in it need not be read to judge a bounce.
 */
#ifndef BOUNCE_LEXICON_H
#define BOUNCE_LEXICON_H

#include "mail/slice.h"

typedef enum TokenKind
{
	TOKEN_OTHER,				/* one character that belongs to no word */
	TOKEN_WORD,					/* letters and digits of a script that writes blanks */
	TOKEN_CJK,					/* one character of a script that writes none (Japanese, Chinese, Thai ...), or Korean */
	TOKEN_NUMBER				/* ASCII digits alone */
} TokenKind;

typedef enum LexiconUse
{
	LEXICON_WORD = 1,
	LEXICON_BEGINNING,		/* of a word: phrases may end in the middle of one */
	LEXICON_PAIR				/* of characters of TOKEN_CJK */
} LexiconUse;

/* The token at *offset of a valid UTF-8 text, behind which *offset is moved.  The text must not be at its end. */
TokenKind	lexicon_next(Slice text, size_t *offset, Slice *token);

/* FNV-1a, never 0. */
uint32_t	lexicon_hash(LexiconUse use, Slice folded);

/* The set: open addressing, 0 where nothing is; the size is a power of two. */
extern const uint32_t knowledge_lexicon[];
extern const uint32_t knowledge_lexicon_size;

bool		lexicon_has(LexiconUse use, Slice folded);

#endif							/* BOUNCE_LEXICON_H */
