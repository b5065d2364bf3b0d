/*
 * phrase.h
 *	  How a phrase is written in data/, and the pieces that it is made of.
 */
#ifndef DATAC_PHRASE_H
#define DATAC_PHRASE_H

#include "datac/automaton.h"

/* Longest phrase, in bytes, and most pieces of one. */
#define PHRASE_BYTES 1000
#define PHRASE_PIECES 16

/* A phrase as it is compiled. */
typedef struct Phrase
{
	Slice		text;			/* folded, written as in data/, without "=" */
	bool		whole_words;	/* written with "=" */
	Slice		pieces[PHRASE_PIECES];	/* folded */
	int			count;
	size_t		literal;		/* bytes of all pieces */
} Phrase;

/*
 * Reads a phrase (valid UTF-8 without control characters):
 *
 *	  =words	both its ends must be ends of words (ASCII)
 *	  *			any run of bytes
 *	  \* \= \# \\	the character itself
 *
 * Returns NULL and fills 'phrase' (in the arena), or says what is wrong.  The
 * arena must not return NULL.
 */
const char *phrase_parse(Arena *arena, Slice written, Phrase *phrase);

/*
 * Writes the phrase's pieces, as of row 'row', to 'pieces' (room for
 * PHRASE_PIECES) and returns how many they are.
 *
 * A piece that begins with an ASCII letter or digit begins a word.  A short
 * phrase that ends in one ends a word: "spam" is not "spamhaus", but
 * "unknown recipient" is also "unknown recipients".
 */
size_t		phrase_pieces(const Phrase *phrase, uint32_t row, AutomatonPiece *pieces);

#endif							/* DATAC_PHRASE_H */
