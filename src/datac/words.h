/*
 * words.h
 *	  The words that the tables of data/ refer to: reasons, providers, decoders
 *	  and the kinds of markers and signs.
 *
 * Each list is compiled first, so that the other tables can be checked
 * against it.
 */
#ifndef DATAC_WORDS_H
#define DATAC_WORDS_H

#include "datac/table.h"

typedef struct Words
{
	const char *what;			/* "reason", for messages */
	const char *prefix;			/* of their C names, "REASON_"; NULL: a number is written */
	const char **words;			/* in the order of the compiled table */
	size_t		count;
	bool		unknown;		/* the table could not be read: take any word */
} Words;

typedef struct Vocabulary
{
	Words		reasons;
	Words		providers;
	Words		decoders;
	Words		marker_kinds;
	Words		sign_kinds;
} Vocabulary;

/* Reads the five lists and writes their tables and enums. */
void		compile_words(Datac *datac, Vocabulary *vocabulary, Output *output);

/*
 * The word's value in C, REASON_USERUNKNOWN or 17; 'none' when 'word' is empty.
 * NULL after an error was reported when it is no word of the list.
 */
const char *word_value(Datac *datac, const Words *words, const char *file, unsigned line,
					   const char *word, const char *none);

/* A word that stands for a C name of its own. */
typedef struct Choice
{
	const char *word;			/* "" for an empty cell, if that is allowed */
	const char *name;
} Choice;

/* The C name of 'word'; NULL after an error was reported when it is none of the choices. */
const char *choice_value(Datac *datac, const Choice *choices, size_t count, const char *what,
						 const char *file, unsigned line, const char *word);

#define CHOICE_VALUE(datac, choices, what, file, line, word) \
	choice_value(datac, choices, sizeof(choices) / sizeof((choices)[0]), what, file, line, word)

#endif							/* DATAC_WORDS_H */
