/*
 * inquiry.c
 *	  Is a word of the lexicon?
 */
#include "match/lexicon.h"

bool
lexicon_has(LexiconUse use, Slice folded)
{
	uint32_t	hash = lexicon_hash(use, folded);
	uint32_t	mask = knowledge_lexicon_size - 1;

	for (uint32_t slot = (hash ^ hash >> 16) & mask; knowledge_lexicon[slot] != 0; slot = (slot + 1) & mask)
	{
		if (knowledge_lexicon[slot] == hash)
			return true;
	}
	return false;
}
