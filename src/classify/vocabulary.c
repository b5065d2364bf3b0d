/*
 * vocabulary.c
 *	  The reasons in the words of other systems, and back.
 *
 * There and back is not the same way: others have fewer words (many of our
 * reasons are one word of theirs), or more.  Which word stands for a reason is
 * the column of data/reasons.tsv, which reason a word is taken for
 * data/vocabularies.tsv.  Of Sisimai, whose words ours are, each stands for
 * itself, and the older ones for their successors.
 */
#include "classify/vocabulary.h"

static bool
is_word(const char *word, Slice s)
{
	return slice_equal_nocase(slice(word, strlen(word)), s);
}

/* First row of the vocabulary, or the end. */
static uint32_t
first_row(Slice vocabulary)
{
	uint32_t	i = 0;

	while (i < knowledge_vocabulary_count && !is_word(known(knowledge_vocabularies[i].vocabulary), vocabulary))
		i++;
	return i;
}

const char *
vocabulary_find(Slice vocabulary)
{
	uint32_t	i = first_row(vocabulary);

	return i < knowledge_vocabulary_count ? known(knowledge_vocabularies[i].vocabulary) : NULL;
}

const char *
vocabulary_name(uint32_t number)
{
	for (uint32_t i = 0; i < knowledge_vocabulary_count; i++)
	{
		if ((i == 0 || knowledge_vocabularies[i].vocabulary != knowledge_vocabularies[i - 1].vocabulary) && number-- == 0)
			return known(knowledge_vocabularies[i].vocabulary);
	}
	return NULL;
}

static const VocabularyRow *
find_row(Slice vocabulary, Slice name)
{
	uint32_t	i = first_row(vocabulary);
	KnownText	text = i < knowledge_vocabulary_count ? knowledge_vocabularies[i].vocabulary : 0;

	for (; i < knowledge_vocabulary_count && knowledge_vocabularies[i].vocabulary == text; i++)
	{
		if (is_word(known(knowledge_vocabularies[i].name), name))
			return &knowledge_vocabularies[i];
	}
	return NULL;
}

uint16_t
vocabulary_reason(Slice vocabulary, Slice name)
{
	const VocabularyRow *row = find_row(vocabulary, name);

	return row ? row->reason : REASON_COUNT;
}

bool
vocabulary_has(Slice vocabulary, Slice name)
{
	return find_row(vocabulary, name) != NULL;
}

const char *
vocabulary_word(uint16_t reason, Slice vocabulary)
{
	const ReasonRow *row = &knowledge_reasons[reason];
	const struct
	{
		const char *vocabulary;
		const char *word;
	}			columns[] = {
		{"sisimai", row->reason},
		{"bouncehammer", row->bouncehammer},
		{"kumomta", row->kumomta},
		{"sparkpost", row->sparkpost},
		{"ses", row->ses},
		{"powermta", row->powermta},
		{"postmark", row->postmark},
		{"sendgrid", row->sendgrid},
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
	{
		if (is_word(columns[i].vocabulary, vocabulary))
			return columns[i].word;
	}
	return NULL;
}

uint16_t
vocabulary_own_reason(Slice name)
{
	uint16_t	i = 0;

	while (i < REASON_COUNT && !slice_equal(name, slice(knowledge_reasons[i].reason, strlen(knowledge_reasons[i].reason))))
		i++;
	return i;
}
