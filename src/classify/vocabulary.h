/*
 * vocabulary.h
 *	  The reasons in the words of other systems, and back.
 */
#ifndef BOUNCE_VOCABULARY_H
#define BOUNCE_VOCABULARY_H

#include "classify/knowledge.h"
#include "mail/slice.h"

/* data/vocabularies.tsv; the rows of one vocabulary stand together */
typedef struct VocabularyRow
{
	KnownText	vocabulary;
	KnownText	name;
	uint16_t	reason;			/* REASON_..., REASON_COUNT for none */
	uint16_t	line;
} VocabularyRow;

extern const VocabularyRow knowledge_vocabularies[];
extern const uint32_t knowledge_vocabulary_count;

/* The vocabulary of that name as the table writes it, or NULL. */
const char *vocabulary_find(Slice vocabulary);

/* The number-th vocabulary's name, NULL behind the last. */
const char *vocabulary_name(uint32_t number);

/* The reason that a word of the vocabulary means, without regard to case; REASON_COUNT for none, also where the word is unknown. */
uint16_t	vocabulary_reason(Slice vocabulary, Slice name);

/* Is it a word of the vocabulary, with or without a reason? */
bool		vocabulary_has(Slice vocabulary, Slice name);

/* The word of the vocabulary for a reason, or NULL. */
const char *vocabulary_word(uint16_t reason, Slice vocabulary);

/* The reason of that name, REASON_COUNT for none. */
uint16_t	vocabulary_own_reason(Slice name);

#endif							/* BOUNCE_VOCABULARY_H */
