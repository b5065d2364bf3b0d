/*
 * address.c
 *	  Addresses as they stand in reports: found, cleaned, compared.
 *
 * Looks outwards from an "@": left over the characters of a local part (RFC
 * 5321 4.1.2 and RFC 6531), right over those of a domain.
 */
#include <arpa/inet.h>

#include "mail/address.h"
#include "mail/decode.h"
#include "mail/limits.h"

#define LOCAL_CHAR 1			/* of an unquoted local part: RFC 5322 atext, ".", UTF-8 (RFC 6531) */
#define DOMAIN_CHAR 2
#define BOTH_CHARS (LOCAL_CHAR | DOMAIN_CHAR)
#define CONTROL_CHAR 4
#define OUTER_CHAR 8			/* stands around an address, in it only where that is quoted */

static const uint8_t char_kinds[256] = {
	['a' ... 'z'] = BOTH_CHARS, ['A' ... 'Z'] = BOTH_CHARS, ['0' ... '9'] = BOTH_CHARS, [0x80 ... 0xff] = BOTH_CHARS,
	['-'] = BOTH_CHARS, ['.'] = BOTH_CHARS, ['_'] = BOTH_CHARS,
	['!'] = LOCAL_CHAR, ['#'] = LOCAL_CHAR, ['$'] = LOCAL_CHAR, ['%'] = LOCAL_CHAR, ['&'] = LOCAL_CHAR,
	['\''] = LOCAL_CHAR, ['*'] = LOCAL_CHAR, ['+'] = LOCAL_CHAR, ['/'] = LOCAL_CHAR, ['='] = LOCAL_CHAR,
	['?'] = LOCAL_CHAR, ['^'] = LOCAL_CHAR, ['`'] = LOCAL_CHAR, ['{'] = LOCAL_CHAR, ['|'] = LOCAL_CHAR,
	['}'] = LOCAL_CHAR, ['~'] = LOCAL_CHAR,
	[' '] = OUTER_CHAR, ['<'] = OUTER_CHAR, ['>'] = OUTER_CHAR,
	[0 ... 0x1f] = CONTROL_CHAR, [0x7f] = CONTROL_CHAR,
};

static inline bool
is_local_char(char c)
{
	return (char_kinds[(unsigned char) c] & LOCAL_CHAR) != 0;
}

static inline bool
is_domain_char(char c)
{
	return (char_kinds[(unsigned char) c] & DOMAIN_CHAR) != 0;
}

bool
address_is_local(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (!is_local_char(s.p[i]))
			return false;
	}
	return s.n > 0;
}

bool
address_is_domain(Slice s)
{
	if (s.n == 0 || s.n > 255)
		return false;
	if (s.p[0] == '[')
		return s.p[s.n - 1] == ']';
	if (s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
	{
		if (!is_domain_char(s.p[i]) || (s.p[i] == '.' && s.p[i - 1] == '.'))
			return false;
	}
	return true;
}

/*
 * Does the character beyond ASCII at 'i' end the domain that starts at 'from'?
 * No punctuation of CJK text belongs to one: U+3000-303F, U+FF00-FFEF,
 * U+2000-206F.
 */
static bool
ends_domain(Slice text, size_t i, size_t from)
{
	unsigned char c = (unsigned char) text.p[i];

	/* Japanese and Chinese go on without a blank: an ASCII label is not followed by their letters */
	if (c >= 0xe3 && c < 0xf0 && i > from && ascii_is_alnum(text.p[i - 1]))
		return true;
	return i + 1 < text.n &&
		((c == 0xe3 && (unsigned char) text.p[i + 1] == 0x80) ||
		 (c == 0xef && (unsigned char) text.p[i + 1] >= 0xbc) ||
		 (c == 0xe2 && (unsigned char) text.p[i + 1] == 0x80) ||
		 c == 0xc2);
}

/* Where the domain that starts at 'from' ends; 'from' itself when there is none. */
static size_t
domain_end(Slice text, size_t from)
{
	size_t		i = from;

	if (i < text.n && text.p[i] == '[')
	{
		/* address literal, RFC 5321 4.1.3 */
		for (i++; i < text.n && i - from < 64; i++)
		{
			if (text.p[i] == ']')
				return i + 1;
			if (!ascii_is_alnum(text.p[i]) && text.p[i] != ':' && text.p[i] != '.')
				break;
		}
		return from;
	}
	while (i < text.n && i - from < 255 && is_domain_char(text.p[i]))
	{
		unsigned char c = (unsigned char) text.p[i];

		if (c >= 0x80 && ends_domain(text, i, from))
			break;
		i++;
	}
	while (i > from && (text.p[i - 1] == '.' || text.p[i - 1] == '-' || text.p[i - 1] == '_'))
		i--;
	return i;
}

/* Is the character that ends before 'i' one of U+3000 and above, in which three bytes are needed and no blank is written? */
static bool
is_cjk_before(Slice text, size_t i, size_t bound)
{
	return i >= bound + 3 && (unsigned char) text.p[i - 3] >= 0xe3 && (unsigned char) text.p[i - 3] < 0xf0 &&
		((unsigned char) text.p[i - 2] & 0xc0) == 0x80;
}

/*
 * Does a local part begin at 'i', because of the character beyond ASCII before
 * it?  Typographic quotes, CJK punctuation and the signs of Latin-1 (U+0080-00BF:
 * French writes "\u00AB\u00A0a@b\u00A0\u00BB") are none of it; nor, before one
 * that is ASCII and whose domain is, is what Japanese, Chinese and Korean,
 * which write no blank before an address, say there.
 */
static bool
begins_local(Slice text, size_t i, size_t bound, bool is_ascii)
{
	if (is_ascii && is_cjk_before(text, i, bound))
		return true;
	if (i >= 2 + bound && (unsigned char) text.p[i - 2] == 0xc2)
		return true;
	return i >= 3 + bound &&
		(((unsigned char) text.p[i - 3] == 0xe2 && (unsigned char) text.p[i - 2] == 0x80) ||
		 ((unsigned char) text.p[i - 3] == 0xe3 && (unsigned char) text.p[i - 2] == 0x80) ||
		 ((unsigned char) text.p[i - 3] == 0xef && (unsigned char) text.p[i - 2] >= 0xbc));
}

/* A quotation mark or star of the text around an address, though it may begin one. */
static inline bool
is_quote(char c)
{
	return c == '\'' || c == '`' || c == '*';
}

/*
 * Where the local part that ends before the "@" at 'at', behind which a domain
 * stands, begins; 'at' when there is none.
 * No quotation mark between 'lower' and *unquoted opens one: of many that end
 * in a mark, each must not search all that stands before it.
 */
static size_t
local_start(Slice text, size_t at, size_t lower, size_t *unquoted)
{
	bool		foreign_domain = (unsigned char) text.p[at + 1] >= 0x80;
	size_t		i = at;
	size_t		bound = at > lower + LIMIT_ADDRESS_BYTES ? at - LIMIT_ADDRESS_BYTES : lower;

	if (i > bound && text.p[i - 1] == '"')
	{
		/* quoted local part */
		size_t		searched = *unquoted > bound ? *unquoted : bound;

		*unquoted = at - 1;
		for (i--; i > searched; i--)
		{
			if (text.p[i - 1] == '"' && (i < bound + 2 || text.p[i - 2] != '\\'))
				return i - 1;
			if (text.p[i - 1] == '\n' || text.p[i - 1] == '\r')
				break;
		}
		return at;
	}
	while (i > bound && is_local_char(text.p[i - 1]))
	{
		if ((unsigned char) text.p[i - 1] >= 0x80 &&
			begins_local(text, i, bound, !foreign_domain && i < at && ascii_is_alnum(text.p[i])))
			break;
		i--;
	}
	/* and Python's "{'a@b'" */
	while (i < at && (is_quote(text.p[i]) || text.p[i] == '{'))
		i++;
	return i;
}

bool
address_find(Slice text, size_t *offset, size_t *start, Slice *address)
{
	size_t		lower = *offset;
	size_t		at = *offset;
	size_t		unquoted = *offset;

	while ((at = slice_find(text, '@', at)) != SLICE_NPOS)
	{
		size_t		end = domain_end(text, at + 1);
		size_t		from;

		if (end == at + 1)
		{
			at++;
			continue;
		}
		from = local_start(text, at, lower, &unquoted);
		/* "mailto:", "rfc822;" end with a character that is no local part's: nothing to do */
		if (from == at)
		{
			at++;
			continue;
		}
		*start = from;
		if (from > lower && text.p[from - 1] == '<')
			(*start)--;
		*address = slice_between(text.p + from, text.p + end);
		*offset = end < text.n && text.p[end] == '>' ? end + 1 : end;
		return true;
	}
	return false;
}

bool
address_is_within(Slice host, Slice domain)
{
	while (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	return slice_ends_nocase(host, domain) &&
		(host.n == domain.n || host.p[host.n - domain.n - 1] == '.');
}

Slice
address_domain(Slice address)
{
	size_t		at = slice_find_last(address, '@');

	return at == SLICE_NPOS ? SLICE_NONE : slice(address.p + at + 1, address.n - at - 1);
}

Slice
address_without_type(Slice text)
{
	size_t		n = 0;			/* characters of the type */

	/* white space may stand around it, and hold a fold */
	for (size_t i = 0; i < text.n && n < 16; i++)
	{
		char		c = text.p[i];

		if (c == ';')
			return slice_trim(slice(text.p + i + 1, text.n - i - 1));
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (!ascii_is_alnum(c) && c != '-' && c != '_')
			break;
		n++;
	}
	return text;
}

/*
 * Does the type of 'text' say that 'rest' is an address in Unicode (RFC 6533 3),
 * and is it one?  Then no letters of its domain are words of a sentence.
 */
static bool
is_declared_utf8(Slice text, Slice rest)
{
	size_t		at = slice_find_last(rest, '@');

	return rest.p != text.p && slice_starts_nocase(text, SLICE_LIT("utf-8")) && at != SLICE_NPOS &&
		address_is_local(slice(rest.p, at)) && address_is_domain(slice(rest.p + at + 1, rest.n - at - 1));
}

Slice
address_clean(Arena *arena, Slice text, bool need_domain)
{
	size_t		open;
	size_t		local;
	bool		is_whole;
	Slice		s;

	text = slice_trim(ARENA_BOUNDED(arena, text, FIELD_BYTES));
	s = address_without_type(text);
	is_whole = is_declared_utf8(text, s);
	/* the last "<...>" holds it: names may be quoted and hold anything */
	open = slice_find_last(s, '<');
	if (open != SLICE_NPOS)
	{
		size_t		close = slice_find(s, '>', ++open);

		s = slice(s.p + open, (close == SLICE_NPOS ? s.n : close) - open);
		s = slice_trim(s);
		/* source route, RFC 5321 appendix C: "@a,@b:user@host" */
		if (s.n > 0 && s.p[0] == '@')
		{
			size_t		colon = slice_find(s, ':', 0);

			if (colon != SLICE_NPOS)
				s = slice(s.p + colon + 1, s.n - colon - 1);
		}
	}
	else if (!is_whole)
	{
		size_t		offset = 0;
		size_t		start;
		Slice		found;

		if (address_find(s, &offset, &start, &found))
		{
			/* letters and signs before it, which prose has there by chance, are its own here, but for quotation marks */
			bool		is_quoted = offset < s.n && (s.p[offset] == '\'' || s.p[offset] == '*');

			while (start > 0 && is_local_char(s.p[start - 1]) && !begins_local(s, start, 0, false) &&
				   !(is_quoted && is_quote(s.p[start - 1])))
				start--;
			s = slice_between(s.p + start, found.p + found.n);
		}
		else
		{
			/* a bare local part: up to white space or comment */
			size_t		n = 0;

			while (n < s.n && !ascii_is_space(s.p[n]) && s.p[n] != '(' && s.p[n] != ',')
				n++;
			s.n = n;
		}
	}
	if (slice_starts_nocase(s, SLICE_LIT("mailto:")))
		s = slice(s.p + 7, s.n - 7);
	while (s.n > 0 && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == ',' || s.p[s.n - 1] == ';' ||
					   s.p[s.n - 1] == ':' || s.p[s.n - 1] == '\''))
		s.n--;
	/* Sendmail's "\user" is the user himself, past his aliases */
	while (s.n > 0 && (s.p[0] == '\'' || s.p[0] == '\\'))
		s = slice(s.p + 1, s.n - 1);
	if (s.n > LIMIT_ADDRESS_BYTES)
		arena_meet(arena, BOUND_ADDRESS_BYTES);
	if (s.n == 0 || s.n > LIMIT_ADDRESS_BYTES || s.p[0] == '@')
		return SLICE_NONE;
	if (need_domain)
	{
		Slice		domain = address_domain(s);

		if (domain.p == NULL || !address_is_domain(domain))
			return SLICE_NONE;
	}
	/* no white space inside, unless the local part is quoted, and no control characters at all */
	local = s.p[0] == '"' ? s.n - address_domain(s).n : 0;
	for (size_t i = 0; i < s.n; i++)
	{
		uint8_t		kind = char_kinds[(unsigned char) s.p[i]];

		if ((kind & CONTROL_CHAR) || ((kind & OUTER_CHAR) && i >= local))
			return SLICE_NONE;
	}
	s = decode_valid_utf8(arena, arena_copy_lower(arena, s));
	/* each byte that is no UTF-8 has become three */
	if (s.n <= LIMIT_ADDRESS_BYTES)
		return s;
	arena_meet(arena, BOUND_ADDRESS_BYTES);
	return SLICE_NONE;
}

static bool
ip_is_valid(Slice s)
{
	char		text[INET6_ADDRSTRLEN + 1];
	unsigned char binary[16];

	if (s.n < 3 || s.n > INET6_ADDRSTRLEN)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(memchr(text, ':', s.n) ? AF_INET6 : AF_INET, text, binary) == 1;
}

bool
address_find_ip(Slice text, size_t *offset, Slice *ip)
{
	size_t		i = *offset;

	while (i < text.n)
	{
		size_t		start;
		size_t		digits = 0;
		size_t		dots = 0;
		size_t		colons = 0;
		Slice		s;

		while (i < text.n && !ascii_is_digit(text.p[i]) &&
			   !((text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'f') && text.p[i] != ':')
			i++;
		start = i;
		while (i < text.n && (ascii_is_alnum(text.p[i]) || text.p[i] == '.' || text.p[i] == ':'))
		{
			digits += ascii_is_digit(text.p[i]);
			dots += text.p[i] == '.';
			colons += text.p[i] == ':';
			i++;
		}
		s = slice_between(text.p + start, text.p + i);
		while (s.n > 0 && (s.p[s.n - 1] == '.' || (s.p[s.n - 1] == ':' && (s.n < 2 || s.p[s.n - 2] != ':'))))
		{
			dots -= s.p[s.n - 1] == '.';
			colons -= s.p[s.n - 1] == ':';
			s.n--;
		}
		if (((dots == 3 && digits >= 4 && colons == 0) || colons >= 2) && ip_is_valid(s) &&
			(start == 0 || (!ascii_is_alnum(text.p[start - 1]) && text.p[start - 1] != '-')) &&
			(i >= text.n || text.p[i] != '-'))
		{
			*ip = s;
			*offset = i;
			return true;
		}
		if (i == start)
			i++;
	}
	*offset = text.n;
	return false;
}
