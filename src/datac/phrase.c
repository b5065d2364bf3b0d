/*
 * phrase.c
 *	  How a phrase is written in data/, and the pieces that it is made of.
 *
 * The phrase is folded as a whole by the function that folds the texts, with a
 * byte for each "*" that folding leaves alone, so that blanks beside a "*" stay.
 */
#include "match/fold.h"
#include "datac/phrase.h"

/* Stands for "*" while a phrase is folded; no phrase may hold it. */
#define WILDCARD '\001'

/* Phrases shorter than this must end a word. */
#define SHORT_PHRASE 10

/* Takes the escapes out, puts WILDCARD in.  Returns NULL or what is wrong. */
static const char *
unescape(Slice written, char *out, size_t *length)
{
	size_t		n = 0;
	size_t		i;

	for (i = 0; i < written.n; i++)
	{
		char		c = written.p[i];

		if (c == WILDCARD)
			return "control character in the phrase";
		if (c == '*')
			c = WILDCARD;
		else if (c == '\\')
		{
			if (++i >= written.n || strchr("*=#\\", written.p[i]) == NULL)
				return "\"\\\" in a phrase must stand before \"*\", \"=\", \"#\" or \"\\\"";
			c = written.p[i];
		}
		out[n++] = c;
	}
	*length = n;
	return NULL;
}

/* The folded phrase as it would be written in data/. */
static Slice
write_again(Arena *arena, Slice folded)
{
	char	   *out = arena_alloc(arena, folded.n * 2 + 1);
	size_t		n = 0;
	size_t		i;

	for (i = 0; i < folded.n; i++)
	{
		char		c = folded.p[i];

		if (c == '*' || c == '\\' || (i == 0 && (c == '=' || c == '#')))
			out[n++] = '\\';
		out[n++] = c == WILDCARD ? '*' : c;
	}
	return slice(out, n);
}

/* Cuts the folded phrase at its wildcards.  Returns NULL or what is wrong. */
static const char *
cut(Slice folded, Phrase *phrase)
{
	const char *start = folded.p;
	const char *end = folded.p + folded.n;

	phrase->count = 0;
	phrase->literal = 0;
	for (;;)
	{
		const char *star = memchr(start, WILDCARD, (size_t) (end - start));
		Slice		piece = slice_between(start, star ? star : end);

		if (slice_trim(piece).n == 0)
			return "nothing stands before, behind or between \"*\"";
		if (phrase->count == PHRASE_PIECES)
			return "too many \"*\" in the phrase";
		phrase->pieces[phrase->count++] = piece;
		phrase->literal += piece.n;
		if (star == NULL)
			return NULL;
		start = star + 1;
	}
}

const char *
phrase_parse(Arena *arena, Slice written, Phrase *phrase)
{
	char	   *plain;
	size_t		n;
	Slice		folded;
	const char *problem;

	memset(phrase, 0, sizeof(*phrase));
	if (written.n > PHRASE_BYTES)
		return "the phrase is too long";
	if (written.n > 0 && written.p[0] == '=')
	{
		phrase->whole_words = true;
		written = slice(written.p + 1, written.n - 1);
	}
	plain = arena_alloc(arena, written.n + 1);
	problem = unescape(written, plain, &n);
	if (problem)
		return problem;
	folded = fold_text(arena, slice(plain, n));
	if (folded.n == 0)
		return "the phrase is empty";
	problem = cut(folded, phrase);
	if (problem)
		return problem;
	phrase->text = write_again(arena, folded);
	return NULL;
}

size_t
phrase_pieces(const Phrase *phrase, uint32_t row, AutomatonPiece *pieces)
{
	int			last = phrase->count - 1;
	size_t		bytes = phrase->literal + (size_t) last;
	int			i;

	memset(pieces, 0, (size_t) phrase->count * sizeof(*pieces));
	for (i = 0; i <= last; i++)
	{
		Slice		piece = phrase->pieces[i];

		pieces[i].bytes = piece;
		pieces[i].pattern.phrase = row;
		pieces[i].pattern.piece = (uint16_t) i;
		pieces[i].pattern.pieces = (uint16_t) phrase->count;
		pieces[i].pattern.word_start = ascii_is_alnum(piece.p[0]) ||
			(i == 0 && phrase->whole_words);
		pieces[i].pattern.word_end = i == last &&
			(phrase->whole_words ||
			 (bytes < SHORT_PHRASE && ascii_is_alnum(piece.p[piece.n - 1])));
	}
	return (size_t) phrase->count;
}
