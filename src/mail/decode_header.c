/*
 * decode_header.c
 *	  Encoded words in unstructured header values (RFC 2047, RFC 2231 5).
 *
 * The grammar is read here, since GMime's decoder costs 60 MB for a long
 * Subject, drops bad bytes silently and does not bound the charsets that it
 * opens.  Read as mailers write it, not as it should be: words may be long,
 * stand without blanks around them and hold blanks, and a character may be
 * split between words of the same charset.
 */
#include "mail/convert.h"
#include "mail/decode.h"
#include "mail/guess.h"
#include "mail/limits.h"
#include "mail/shift.h"
#include "mail/transfer.h"

typedef struct EncodedWord
{
	size_t		start;
	size_t		end;			/* behind its "?=" */
	Slice		charset;		/* without RFC 2231's language */
	char		encoding;		/* 'b' or 'q' */
	Slice		text;
} EncodedWord;

/* The state of one value. */
typedef struct HeaderText
{
	Arena	   *arena;
	Converter	converter;
	char	   *out;			/* result so far */
	size_t		out_n;
	size_t		room;
	char	   *raw;			/* decoded words of one charset, which are
								 * still to be converted */
	size_t		raw_n;
	Slice		raw_charset;
	size_t		word_end;		/* a "?=" that is known; see text_end() */
} HeaderText;

/*
 * Offset of the first "?=" at or after 'from'.  What was found last is kept,
 * so that a value full of beginnings of words costs one pass, not one each.
 */
static size_t
text_end(HeaderText *state, Slice value, size_t from)
{
	size_t		at = state->word_end;

	if (at == SLICE_NPOS || at >= from)
		return at;
	for (at = slice_find(value, '?', from);
		 at != SLICE_NPOS && !(at + 1 < value.n && value.p[at + 1] == '=');
		 at = slice_find(value, '?', at + 1))
		;
	state->word_end = at;
	return at;
}

/* "=?" within the text of a word: the word before was never ended. */
static bool
holds_word_start(Slice text)
{
	size_t		at;

	for (at = slice_find(text, '?', 0); at != SLICE_NPOS;
		 at = slice_find(text, '?', at + 1))
	{
		if (at > 0 && text.p[at - 1] == '=')
			return true;
	}
	return false;
}

/* The charset between "=?" and "?"; its length, or SIZE_MAX when it is none. */
static size_t
charset_length(const HeaderText *state, Slice rest)
{
	size_t		n = 0;

	/* RFC 2047 2: a whole encoded word has 75 characters at most */
	while (n < rest.n && n <= LIMIT_CHARSET_NAME && rest.p[n] > ' ' &&
		   rest.p[n] < 0x7F && rest.p[n] != '?' && rest.p[n] != '=')
		n++;
	if (n > LIMIT_CHARSET_NAME)
	{
		arena_meet(state->arena, BOUND_CHARSET_NAME);
		return SIZE_MAX;
	}
	return n < rest.n && rest.p[n] == '?' ? n : SIZE_MAX;
}

/* Is there an encoded word at 'at', where "=?" stands? */
static bool
read_word(HeaderText *state, Slice value, size_t at, EncodedWord *word)
{
	Slice		rest = slice(value.p + at + 2, value.n - at - 2);
	size_t		n = charset_length(state, rest);
	size_t		text;
	size_t		end;

	if (n == SIZE_MAX || rest.n < n + 3 || rest.p[n + 2] != '?')
		return false;
	word->encoding = ascii_lower(rest.p[n + 1]);
	if (word->encoding != 'b' && word->encoding != 'q')
		return false;

	text = at + 2 + n + 3;
	end = text_end(state, value, text);
	if (end == SLICE_NPOS)
		return false;
	word->text = slice_between(value.p + text, value.p + end);
	if (holds_word_start(word->text))
		return false;
	word->start = at;
	word->end = end + 2;
	word->charset = slice(rest.p, n);
	n = slice_find(word->charset, '*', 0);
	if (n != SLICE_NPOS)
		word->charset.n = n;
	return true;
}

/* The first encoded word at or after 'from'. */
static bool
next_word(HeaderText *state, Slice value, size_t from, EncodedWord *word)
{
	size_t		at;

	for (at = slice_find(value, '=', from); at != SLICE_NPOS;
		 at = slice_find(value, '=', at + 1))
	{
		if (at + 1 < value.n && value.p[at + 1] == '?' &&
			read_word(state, value, at, word))
			return true;
	}
	return false;
}

static void
write_text(HeaderText *state, Slice charset, Slice text, bool cut)
{
	const MailCharset *from = charset_named(charset);

	if (from == NULL && !charset_needs_nothing(NULL, text) && !shift_is_jis(text))
		from = charset_guess(text);
	state->out_n += charset_convert(&state->converter, from,
									text, cut, state->out + state->out_n,
									state->room - state->out_n);
}

/* Converts the words that wait. */
static void
write_words(HeaderText *state)
{
	if (state->raw_n > 0)
		write_text(state, state->raw_charset, slice(state->raw, state->raw_n), false);
	state->raw_n = 0;
}

/* Puts a word with those that wait, if they are of the same charset. */
static void
add_word(HeaderText *state, const EncodedWord *word)
{
	if (!slice_equal_nocase(word->charset, state->raw_charset))
		write_words(state);
	state->raw_charset = word->charset;
	state->raw_n += word->encoding == 'b' ?
		transfer_base64(word->text, state->raw + state->raw_n) :
		transfer_q(word->text, state->raw + state->raw_n);
}

static void
decode_words(HeaderText *state, Slice value, bool cut)
{
	EncodedWord word;
	size_t		done = 0;
	bool		after_word = false;

	while (next_word(state, value, done, &word))
	{
		Slice		between = slice_between(value.p + done, value.p + word.start);

		/* RFC 2047 6.2: white space between encoded words is not shown */
		if (!after_word || slice_trim(between).n > 0)
		{
			write_words(state);
			write_text(state, SLICE_NONE, between, false);
		}
		add_word(state, &word);
		done = word.end;
		after_word = true;
	}
	write_words(state);
	write_text(state, SLICE_NONE, slice(value.p + done, value.n - done), cut);
}

/* In place: white space that holds a line end becomes one blank. */
static size_t
unfold(char *p, size_t n)
{
	size_t		kept = 0;
	size_t		i = 0;

	while (i < n)
	{
		size_t		start = i;
		bool		line_end = false;

		while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n'))
		{
			line_end |= p[i] == '\r' || p[i] == '\n';
			i++;
		}
		if (line_end)
			p[kept++] = ' ';
		else
		{
			memmove(p + kept, p + start, i - start);
			kept += i - start;
		}
		while (i < n && p[i] != ' ' && p[i] != '\t' && p[i] != '\r' && p[i] != '\n')
			p[kept++] = p[i++];
	}
	return kept;
}

/* Neither folds nor encoded words, and UTF-8. */
static bool
is_plain(Slice value)
{
	return slice_find(value, '\n', 0) == SLICE_NPOS && slice_find(value, '\r', 0) == SLICE_NPOS &&
		charset_needs_nothing(NULL, value) && !holds_word_start(value);
}

Slice
decode_header(Arena *arena, Slice value)
{
	HeaderText	state;
	size_t		n = value.n;
	bool		cut;

	value = ARENA_BOUNDED(arena, value, FIELD_BYTES);
	cut = value.n < n;
	value = slice_trim(value);
	if (value.p == NULL || is_plain(value))
		return value;

	/* three bytes for each is the most that any piece may need; see charset_room() */
	state.room = value.n * 3 + 64;
	state.out = arena_alloc(arena, state.room);
	state.raw = arena_alloc(arena, value.n + 8);
	if (state.out == NULL || state.raw == NULL)
		return SLICE_NONE;
	state.arena = arena;
	state.out_n = 0;
	state.raw_n = 0;
	state.raw_charset = SLICE_NONE;
	state.word_end = 0;

	converter_init(&state.converter, arena);
	decode_words(&state, value, cut);
	converter_close(&state.converter);
	if (state.converter.full)
		arena_meet(arena, BOUND_CHARSETS);
	return slice_trim(decode_valid_utf8(arena,
										slice(state.out, unfold(state.out, state.out_n))));
}
