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
#include "redact/masking.h"
#include "report/markers.h"

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
			mask_put_word(mask, token);
			break;
		case TOKEN_NUMBER:
			mask_put_number(mask, token);
			break;
		case TOKEN_CJK:
			mask_put_cjk(mask, token, offset);
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
	{
		arena_work(mask->redacted->arena, 1);
		at = take(&inner, at);
	}
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
		mask_mark(&mask, &knowledge_sign_match);
		/* the field's name */
		at = slice_find(line, ':', 0);
		at = at == SLICE_NPOS ? 0 : at + 1;
		redacted_put(redacted, slice(line.p, at));
	}
	else if (mode != MASK_ALL && slice_find(line, '.', 0) != SLICE_NPOS)
		mask_mark(&mask, &knowledge_blocklist_match);
	while (at < line.n)
	{
		char		c = line.p[at];

		arena_work(redacted->arena, 1);
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

