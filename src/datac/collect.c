/*
 * collect.c
 *	  The lexicon: the words of all that is searched, as a set of hashes.
 *
 * Hashes of words, of beginnings of words and of pairs of CJK characters share
 * one table.  That another word has the hash of one of them happens once in
 * some hundred thousand, and then one word more is kept.
 */
#include <stdlib.h>

#include "datac/collect.h"
#include "match/fold.h"
#include "match/lexicon.h"

static void
add(Datac *datac, LexiconUse use, Slice word)
{
	datac->words = datac_grow(datac, datac->words, datac->word_count, &datac->word_room, sizeof(uint32_t));
	datac->words[datac->word_count++] = lexicon_hash(use, word);
}

/* "\b" and the like are no letters of the word behind them; "users?" is "user", too. */
static const char *
plain_words(Datac *datac, const char *regex)
{
	const char *copy = datac_print(datac, "%s", regex);

	for (char *p = (char *) copy; *p; p++)
	{
		if (*p == '\\' && p[1])
		{
			*p++ = ' ';
			*p = ' ';
		}
	}
	return copy;
}

void
collect_cell(Datac *datac, const char *column, const char *cell)
{
	bool		is_regex = strcmp(column, "regex") == 0;
	Slice		text;
	Slice		before = SLICE_NONE;
	size_t		offset = 0;

	if (!is_regex && strcmp(column, "phrase") != 0 && strcmp(column, "words") != 0 && strcmp(column, "kept") != 0 &&
		strcmp(column, "fragment") != 0)
		return;
	if (is_regex)
		cell = plain_words(datac, cell);
	text = fold_text(&datac->arena, slice(cell, strlen(cell)));
	while (offset < text.n)
	{
		Slice		token;
		TokenKind	kind = lexicon_next(text, &offset, &token);

		if (kind == TOKEN_CJK)
		{
			if (before.n > 0)
				add(datac, LEXICON_PAIR, slice(before.p, before.n + token.n));
			before = token;
			continue;
		}
		before = SLICE_NONE;
		if (kind == TOKEN_OTHER)
			continue;
		add(datac, LEXICON_WORD, token);
		if (is_regex && offset < text.n && text.p[offset] == '?' && token.n > 3)
			add(datac, LEXICON_WORD, slice(token.p, token.n - 1));
		/* where a phrase ends, a longer word may go on */
		if (token.n >= 3 && !is_regex && (offset == text.n || text.p[offset] == '*') && strcmp(column, "kept") != 0)
			add(datac, LEXICON_BEGINNING, token);
	}
}

static int
compare_hashes(const void *a, const void *b)
{
	uint32_t	x = *(const uint32_t *) a;
	uint32_t	y = *(const uint32_t *) b;

	return x < y ? -1 : x > y;
}

void
collect_write(Datac *datac, Text *text)
{
	uint32_t	size = 1024;
	uint32_t   *slots;
	size_t		count = 0;

	/* in an order that does not hang on that of the files */
	if (datac->word_count)
		qsort(datac->words, datac->word_count, sizeof(uint32_t), compare_hashes);
	for (size_t i = 0; i < datac->word_count; i++)
	{
		if (count == 0 || datac->words[i] != datac->words[count - 1])
			datac->words[count++] = datac->words[i];
	}
	while (size < 2 * count)
		size *= 2;
	slots = arena_zalloc(&datac->arena, size * sizeof(uint32_t));
	for (size_t i = 0; i < count; i++)
	{
		uint32_t	hash = datac->words[i];
		uint32_t	slot = (hash ^ hash >> 16) & (size - 1);

		while (slots[slot] != 0)
			slot = (slot + 1) & (size - 1);
		slots[slot] = hash;
	}
	text_add(text, "\nconst uint32_t knowledge_lexicon_size = %u;\n\nconst uint32_t knowledge_lexicon[] = {", size);
	for (uint32_t i = 0; i < size; i++)
		text_add(text, "%s%u,", i % 16 ? "" : "\n", slots[i]);
	text_add(text, "\n};\n");
}
