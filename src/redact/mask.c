/*
 * mask.c
 *	  A line without what people wrote.
 *
 * At each place the readers below are asked in turn what begins there: an
 * address, a host, an IP address, a word.  What belongs to none stays.
 */
#include "classify/knowledge.h"
#include "mail/address.h"
#include "match/fold.h"
#include "match/lexicon.h"
#include "redact/mask.h"
#include "report/markers.h"

#define WORD_BYTES 64			/* a longer one is in no lexicon */
#define MOST_DIGITS 4			/* of a number that stays: codes, years, times, ports */

typedef struct Mask
{
	Redacted   *redacted;
	Slice		line;
	MaskMode	mode;
	uint8_t    *marked;			/* bytes of the line that a sign covers (MASK_SIGNS), or a block list's name; or NULL */
	bool		hidden;			/* behind "Subject:" */
	size_t		address_from;	/* the next address begins here, */
	size_t		address_to;		/* ends here */
	Slice		address;
	size_t		searched;		/* up to where addresses were searched */
	Slice		cjk_before;		/* the character before, when it is one */
	size_t		host_searched;	/* up to where no host's name is */
} Mask;

void
redacted_put(Redacted *redacted, Slice s)
{
	if (s.n > redacted->allocated - redacted->n)
	{
		size_t		size = redacted->allocated ? redacted->allocated * 2 : 8192;
		char	   *larger;

		while (size - redacted->n < s.n)
			size *= 2;
		larger = arena_alloc(redacted->arena, size);
		if (larger == NULL)
			return;
		if (redacted->n)
			memcpy(larger, redacted->p, redacted->n);
		if (redacted->p)
			arena_give_back(redacted->arena, redacted->p);
		redacted->p = larger;
		redacted->allocated = size;
	}
	if (s.n)
		memcpy(redacted->p + redacted->n, s.p, s.n);
	redacted->n += s.n;
}

void
redacted_end_line(Redacted *redacted)
{
	redacted_put(redacted, redacted->line_end);
}

/* Notes which bytes of the line a sign or a list covers. */
typedef struct Marking
{
	Mask	   *mask;
	const uint32_t *origin;
	size_t		n;				/* folded bytes */
} Marking;

static bool
note_hit(void *context, const MatchHit *hit)
{
	Marking    *marking = context;
	size_t		from = marking->origin[hit->start];
	size_t		to = hit->end < marking->n ? marking->origin[hit->end] : marking->mask->line.n;

	memset(marking->mask->marked + from, 1, to - from);
	return true;
}

static void
mark(Mask *mask, const MatchTable *table)
{
	Arena	   *arena = mask->redacted->arena;
	Slice		line = mask->line;
	char	   *folded = arena_alloc(arena, line.n + 1);
	uint32_t   *origin = arena_alloc(arena, (line.n + 1) * sizeof(uint32_t));
	Marking		marking = {.mask = mask, .origin = origin};

	mask->marked = arena_zalloc(arena, line.n + 1);
	if (folded == NULL || origin == NULL || mask->marked == NULL)
		return;
	marking.n = fold_into(line, folded, origin);
	match_run(table, arena, slice(folded, marking.n), note_hit, &marking);
}

/* The word in x and 0, as long as it was. */
static void
put_hidden(Redacted *redacted, Slice word)
{
	char		room[64];
	size_t		n = 0;

	for (size_t i = 0; i < word.n; i++)
	{
		if (((unsigned char) word.p[i] & 0xc0) == 0x80)
			continue;
		room[n++] = ascii_is_digit(word.p[i]) ? '0' : 'x';
		if (n == sizeof(room))
		{
			redacted_put(redacted, slice(room, n));
			n = 0;
		}
	}
	redacted_put(redacted, slice(room, n));
}

static bool
is_marked(const Mask *mask, Slice word)
{
	if (mask->mode != MASK_SIGNS)
		return true;
	return mask->marked && mask->marked[word.p - mask->line.p];
}

/* 02T10, 000Z, 5min, 300s: few digits, one letter or a known word behind them, and few digits again. */
static bool
is_time_or_measure(Slice word)
{
	size_t		i = 0;
	size_t		letters;

	while (i < word.n && ascii_is_digit(word.p[i]))
		i++;
	if (i == 0 || i > MOST_DIGITS)
		return false;
	letters = i;
	while (i < word.n && ascii_is_alpha(word.p[i]))
		i++;
	if (i == letters)
		return false;
	if (i - letters > 1)
		return i == word.n && lexicon_has(LEXICON_WORD, slice(word.p + letters, i - letters));
	letters = i;
	while (i < word.n && ascii_is_digit(word.p[i]))
		i++;
	return i == word.n && i - letters <= 2;
}

/* Writes the word, as much of it as is known. */
static void
put_word(Mask *mask, Slice word)
{
	Redacted   *redacted = mask->redacted;
	char		folded[WORD_BYTES];
	size_t		n;

	if (mask->hidden || mask->mode == MASK_ALL || !is_marked(mask, word) || word.n > WORD_BYTES)
	{
		put_hidden(redacted, word);
		return;
	}
	n = fold_into(word, folded, NULL);
	if (word.n == 1 || is_time_or_measure(slice(folded, n)) || lexicon_has(LEXICON_WORD, slice(folded, n)))
	{
		redacted_put(redacted, word);
		return;
	}
	/* a phrase may end within a word: its letters there are told, if folding kept their places */
	if (n == word.n)
	{
		for (size_t k = n - 1; k >= 3; k--)
		{
			if (((unsigned char) word.p[k] & 0xc0) != 0x80 && lexicon_has(LEXICON_BEGINNING, slice(folded, k)))
			{
				redacted_put(redacted, slice(word.p, k));
				put_hidden(redacted, slice(word.p + k, word.n - k));
				return;
			}
		}
	}
	put_hidden(redacted, word);
}

static void
put_number(Mask *mask, Slice number)
{
	if (mask->hidden || mask->mode == MASK_ALL || !is_marked(mask, number) ||
		(number.n > MOST_DIGITS && !(number.n <= WORD_BYTES && lexicon_has(LEXICON_WORD, number))))
		put_hidden(mask->redacted, number);
	else
		redacted_put(mask->redacted, number);
}

/* A character of a script without blanks stays beside one that stands so in a phrase. */
static void
put_cjk(Mask *mask, Slice token, size_t offset)
{
	Slice		next;
	char		folded[8];
	bool		kept = false;

	if (!mask->hidden && mask->mode != MASK_ALL && is_marked(mask, token))
	{
		if (mask->cjk_before.n > 0)
			kept = lexicon_has(LEXICON_PAIR, slice(folded, fold_into(slice(mask->cjk_before.p, mask->cjk_before.n + token.n), folded, NULL)));
		if (!kept && offset < mask->line.n && lexicon_next(mask->line, &offset, &next) == TOKEN_CJK && token.n + next.n <= sizeof(folded))
			kept = lexicon_has(LEXICON_PAIR, slice(folded, fold_into(slice(token.p, token.n + next.n), folded, NULL)));
	}
	redacted_put(mask->redacted, kept ? token : SLICE_LIT("\xe3\x80\x87"));
	mask->cjk_before = token;
}

/* Looks for the next address at or after 'at', once for each. */
static bool
address_at(Mask *mask, size_t at)
{
	if (at >= mask->searched)
	{
		size_t		offset = at;
		size_t		start;

		if (address_find(mask->line, &offset, &start, &mask->address))
		{
			mask->address_from = (size_t) (mask->address.p - mask->line.p);
			mask->address_to = mask->address_from + mask->address.n;
			mask->searched = mask->address_to;
		}
		else
		{
			mask->address_from = mask->line.n + 1;
			mask->searched = mask->line.n + 1;
		}
	}
	return at == mask->address_from;
}

/* A host's name at 'at', which begins a word; its length or 0. */
static size_t
host_length(Mask *mask, size_t at)
{
	Slice		line = mask->line;
	size_t		i = at;
	size_t		dot = 0;

	if (at < mask->host_searched)
		return 0;

	while (i < line.n)
	{
		unsigned char c = (unsigned char) line.p[i];

		if (c >= 0x80 || ascii_is_alnum((char) c))
			i++;
		else if ((c == '-' || c == '_' || c == '.') && i > at && i + 1 < line.n &&
				 (ascii_is_alnum(line.p[i + 1]) || line.p[i + 1] == '-' || line.p[i + 1] == '_' || (unsigned char) line.p[i + 1] >= 0x80))
		{
			if (c == '.')
				dot = i;
			i++;
		}
		else
			break;
	}
	mask->host_searched = i;
	if (dot == 0 || i - dot < 3)
		return 0;
	for (size_t k = dot + 1; k < i; k++)
	{
		if (ascii_is_digit(line.p[k]) && !(line.p[dot + 1] == 'x' && line.p[dot + 2] == 'n'))
			return 0;
		if ((unsigned char) line.p[k] >= 0x80)
			return 0;
	}
	return i - at;
}

static size_t
ip_length(Slice line, size_t at)
{
	size_t		end = at;
	size_t		offset = 0;
	Slice		ip;

	/* with a port, an IPv4 address looks like the beginning of another one */
	while (end < line.n && end - at < 16 && (ascii_is_digit(line.p[end]) || line.p[end] == '.'))
		end++;
	if (end > at && address_find_ip(slice(line.p + at, end - at), &offset, &ip) && ip.p == line.p + at &&
		!(end < line.n && ascii_is_alnum(line.p[end])))
		return ip.n;
	offset = 0;
	while (end < line.n && end - at < 48 && (ascii_is_alnum(line.p[end]) || line.p[end] == '.' || line.p[end] == ':'))
		end++;
	if (end == at || !address_find_ip(slice(line.p + at, end - at), &offset, &ip) || ip.p != line.p + at)
		return 0;
	return ip.n;
}

/* Has it dots, but is no host's name: RESOLVER.RST.AuthRequired?  No top level is so long and a word of mail systems. */
static bool
is_dotted_term(Slice name)
{
	Slice		last = slice(name.p + slice_find_last(name, '.') + 1, name.n - slice_find_last(name, '.') - 1);
	char		folded[WORD_BYTES];

	return last.n >= 8 && last.n <= WORD_BYTES && lexicon_has(LEXICON_WORD, slice(folded, fold_into(last, folded, NULL)));
}

/* "Subject:" in one of many languages begins here: from there on nothing stays. */
static size_t
subject_word(Slice line, size_t at)
{
	for (uint32_t i = 0; i < knowledge_subject_word_count; i++)
	{
		const char *word = known(knowledge_subject_words[i]);
		size_t		n = strlen(word);
		char		folded[WORD_BYTES];

		if (n > line.n - at || n > WORD_BYTES ||
			!slice_equal(slice(folded, fold_into(slice(line.p + at, n), folded, NULL)), slice(word, n)))
			continue;
		if (at + n < line.n && (line.p[at + n] == ':' || line.p[at + n] == '"' || line.p[at + n] == '\\' || line.p[at + n] == ' ' ||
								line.p[at + n] == '<' || (unsigned char) line.p[at + n] >= 0x80))
			return n;
	}
	return 0;
}

static bool
is_dotted_number(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (!ascii_is_digit(s.p[i]) && s.p[i] != '.')
			return false;
	}
	return true;
}

/* A host's name; that of a block list stays: it says why, not who. */
static void
put_host(Mask *mask, Slice host)
{
	Redacted   *redacted = mask->redacted;
	size_t		from = (size_t) (host.p - mask->line.p);
	size_t		kept = 0;

	if (mask->marked && mask->mode != MASK_SIGNS && !mask->hidden)
	{
		while (kept < host.n && !mask->marked[from + kept])
			kept++;
		if (kept < host.n && !mask->marked[from + host.n - 1])
			kept = host.n;
	}
	else
		kept = host.n;
	if (kept == host.n)
		redacted_put(redacted, names_domain(&redacted->names, host));
	else
	{
		if (kept > 0)
		{
			Slice		asked = slice(host.p, kept - 1);

			/* an address, backwards */
			redacted_put(redacted, is_dotted_number(asked) ? names_ip(&redacted->names, asked) : names_domain(&redacted->names, asked));
			redacted_put(redacted, SLICE_LIT("."));
		}
		redacted_put(redacted, slice(host.p + kept, host.n - kept));
	}
}

/* "554-mx.example.com": a reply's code stands before the name. */
static size_t
code_length(Slice line, size_t at)
{
	size_t		n = 0;

	while (n < 4 && at + n < line.n && ascii_is_digit(line.p[at + n]))
		n++;
	return n == 3 && at + n < line.n && line.p[at + n] == '-' ? 4 : 0;
}

/* Takes what begins at 'at' and returns where the next begins. */
static size_t
take(Mask *mask, size_t at)
{
	Redacted   *redacted = mask->redacted;
	Slice		line = mask->line;
	char		c = line.p[at];
	bool		begins = at == 0 || !ascii_is_alnum(line.p[at - 1]);
	size_t		offset = at;
	Slice		token;
	TokenKind	kind;
	size_t		n;

	if (address_at(mask, at))
	{
		redacted_put(redacted, names_address(&redacted->names, mask->address));
		return mask->address_to;
	}
	/* "\n" in JSON */
	if (c == '\\' && at + 1 < line.n && (line.p[at + 1] == 'n' || line.p[at + 1] == 'r' || line.p[at + 1] == 't'))
	{
		redacted_put(redacted, slice(line.p + at, 2));
		if (mask->address_from == at + 1)
		{
			/* the "n" is none of the address */
			mask->address_from++;
			mask->address = slice(mask->address.p + 1, mask->address.n - 1);
		}
		return at + 2;
	}
	if (begins && (ascii_is_alnum(c) || c == ':'))
	{
		n = ip_length(line, at);
		if (n)
		{
			redacted_put(redacted, names_ip(&redacted->names, slice(line.p + at, n)));
			return at + n;
		}
	}
	if (begins && code_length(line, at) > 0)
	{
		redacted_put(redacted, slice(line.p + at, 4));
		if (mask->address_from < at + 4)
			mask->address_from = at + 4;
		return at + 4;
	}
	/* what stands behind a single slash is a file's name */
	if (begins && (ascii_is_alnum(c) || (unsigned char) c >= 0x80) &&
		!(at > 1 && line.p[at - 1] == '/' && line.p[at - 2] != '/'))
	{
		n = host_length(mask, at);
		if (n && !is_dotted_term(slice(line.p + at, n)) && at + n <= (mask->address_from > at ? mask->address_from : line.n))
		{
			put_host(mask, slice(line.p + at, n));
			return at + n;
		}
	}
	kind = lexicon_next(line, &offset, &token);
	/* a word that an address begins in ends there */
	if (offset > mask->address_from && mask->address_from > at)
	{
		offset = mask->address_from;
		token.n = offset - at;
	}
	switch (kind)
	{
		case TOKEN_WORD:
			put_word(mask, token);
			break;
		case TOKEN_NUMBER:
			put_number(mask, token);
			break;
		case TOKEN_CJK:
			put_cjk(mask, token, offset);
			return offset;
		case TOKEN_OTHER:
			redacted_put(redacted, token);
			break;
	}
	mask->cjk_before = SLICE_NONE;
	return offset;
}

/* U+FF1A */
static bool
starts_wide_colon(Slice line, size_t at)
{
	return line.n - at >= 3 && memcmp(line.p + at, "\xef\xbc\x9a", 3) == 0;
}

/* A line of a report's fields whose address may lack its domain: "Final-Recipient: LOCAL; kai". */
static size_t
take_local(Mask *mask, size_t at)
{
	Slice		line = mask->line;
	size_t		from = at + 1;

	while (from < line.n && line.p[from] == ' ')
		from++;
	if (from == line.n || slice_find(line, '@', at) != SLICE_NPOS)
		return at;
	redacted_put(mask->redacted, SLICE_LIT("; "));
	redacted_put(mask->redacted, names_local(&mask->redacted->names, slice(line.p + from, line.n - from)));
	return line.n;
}

/* Hides all words between two places. */
static void
hide(Mask *mask, size_t from, size_t to)
{
	Mask		inner = {.redacted = mask->redacted, .line = slice(mask->line.p + from, to - from), .mode = MASK_ALL};

	for (size_t at = 0; at < inner.line.n;)
		at = take(&inner, at);
}

/* The quotation mark at or behind 'at' that has so many backslashes before it; the line's end when there is none. */
static size_t
find_quote(Slice line, size_t at, size_t backslashes)
{
	while (at < line.n)
	{
		size_t		n = 0;

		while (at + n < line.n && line.p[at + n] == '\\')
			n++;
		if (at + n < line.n && line.p[at + n] == '"' && n == backslashes)
			return at + n;
		at += n + 1;
	}
	return line.n;
}

/*
 * Behind "subject" as a key of JSON, or as the name in {"name": "Subject",
 * "value": "..."}, which may stand in a string of JSON itself: writes up to
 * the end of the value, without its words.  Returns where that is.
 */
static size_t
take_json_value(Mask *mask, size_t at)
{
	Slice		line = mask->line;
	size_t		i = at;
	size_t		backslashes = 0;

	while (i < line.n && line.p[i] == '\\')
		i++;
	backslashes = i - at;
	if (i >= line.n || line.p[i] != '"')
		return at;
	for (int strings = 0; strings < 2; strings++)
	{
		size_t		close;

		i++;
		while (i < line.n && (line.p[i] == ' ' || line.p[i] == ',' || line.p[i] == ':' || line.p[i] == '\\'))
			i++;
		if (i >= line.n || line.p[i] != '"')
			break;
		i++;
		close = find_quote(line, i, backslashes);
		if (!slice_starts_nocase(slice(line.p + i, line.n - i), SLICE_LIT("value")) || close - i != 5 + backslashes)
		{
			redacted_put(mask->redacted, slice(line.p + at, i - at));
			hide(mask, i, close);
			return close;
		}
		i = close;
	}
	return at;
}

/* Behind a word for "subject". */
static size_t
take_subject(Mask *mask, size_t at)
{
	Slice		line = mask->line;
	size_t		i = at;

	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '*'))
		i++;
	if (i < line.n && (line.p[i] == ':' || starts_wide_colon(line, i)))
		mask->hidden = true;
	else if (i < line.n && (line.p[i] == '"' || line.p[i] == '\\'))
		return take_json_value(mask, at);
	return at;
}

/* Final-Recipient, Original-Rcpt-To ... */
static bool
is_recipient_field(Slice line)
{
	size_t		colon = slice_find(line, ':', 0);
	Slice		name;

	if (colon == SLICE_NPOS || colon > 40)
		return false;
	name = slice(line.p, colon);
	return slice_find_nocase(name, SLICE_LIT("recipient"), 0) != SLICE_NPOS || slice_find_nocase(name, SLICE_LIT("rcpt"), 0) != SLICE_NPOS;
}

void
mask_line(Redacted *redacted, Slice line, MaskMode mode)
{
	Mask		mask = {.redacted = redacted, .line = line, .mode = mode};
	size_t		at = 0;
	bool		at_start = true;
	bool		may_be_local = mode == MASK_FIELD && is_recipient_field(line);

	if (mode == MASK_SIGNS)
	{
		mark(&mask, &knowledge_sign_match);
		/* the field's name */
		at = slice_find(line, ':', 0);
		at = at == SLICE_NPOS ? 0 : at + 1;
		redacted_put(redacted, slice(line.p, at));
	}
	else if (mode != MASK_ALL && slice_find(line, '.', 0) != SLICE_NPOS)
		mark(&mask, &knowledge_blocklist_match);
	while (at < line.n)
	{
		char		c = line.p[at];

		if (c == ';' && may_be_local)
		{
			size_t		behind = take_local(&mask, at);

			may_be_local = false;
			if (behind > at)
			{
				at = behind;
				continue;
			}
		}
		if ((mode == MASK_TEXT || mode == MASK_FIELD) && !mask.hidden && (at_start || c == 's' || c == 'S') &&
			(ascii_is_alpha(c) || (unsigned char) c >= 0x80) && (at == 0 || !ascii_is_alnum(line.p[at - 1])))
		{
			size_t		n = subject_word(line, at);

			at_start = false;
			if (n)
			{
				redacted_put(redacted, slice(line.p + at, n));
				at = take_subject(&mask, at + n);
				continue;
			}
		}
		at = take(&mask, at);
	}
}

