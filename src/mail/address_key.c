/*
 * address_key.c
 *	  The form in which addresses are compared and indexed.
 *
 * mail/address.c finds addresses in prose and has to doubt what stands around
 * them.  Here the whole value is to be one address, and what is more than
 * one, or not quite one, is none: it has no key and matches nothing.
 */
#include "mail/address.h"
#include "mail/address_key.h"
#include "mail/casefold.h"
#include "mail/limits.h"
#include "mail/unmarked.h"
#include "mail/utf8.h"

/* First c at or after 'from' outside of quoted strings (RFC 5322 3.2.4). */
static size_t
find_unquoted(Slice s, char c, size_t from)
{
	bool		quoted = false;

	for (size_t i = from; i < s.n; i++)
	{
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && s.p[i] == c)
			return i;
	}
	return SLICE_NPOS;
}

/* Without blanks, and the punctuation that lists and sentences put behind an address. */
static Slice
trim_end(Slice s)
{
	while (s.n > 0 && (ascii_is_space(s.p[s.n - 1]) || s.p[s.n - 1] == ',' || s.p[s.n - 1] == ';' || s.p[s.n - 1] == ':'))
		s.n--;
	return slice_trim(s);
}

static bool
is_enclosed(Slice s, char open, char close)
{
	return s.n >= 2 && s.p[0] == open && s.p[s.n - 1] == close;
}

/* Without the quotes around all of it that tables are imported with; an address never ends in one. */
static Slice
without_quotes(Slice s)
{
	s = trim_end(s);
	while (is_enclosed(s, '\'', '\'') || is_enclosed(s, '"', '"') || is_enclosed(s, '`', '\'') || is_enclosed(s, '`', '`'))
		s = trim_end(slice(s.p + 1, s.n - 2));
	return s;
}

/* Without a comment at either end (RFC 5322 3.2.2), which are not nested here. */
static Slice
without_comments(Slice s)
{
	if (s.n > 0 && s.p[0] == '(')
	{
		size_t		close = slice_find(s, ')', 0);

		if (close != SLICE_NPOS)
			s = slice_trim(slice(s.p + close + 1, s.n - close - 1));
	}
	if (s.n > 0 && s.p[s.n - 1] == ')')
	{
		size_t		open = find_unquoted(s, '(', 0);

		if (open != SLICE_NPOS)
			s = trim_end(slice(s.p, open));
	}
	return s;
}

/* What the one pair of angle brackets holds; the whole where there is none, SLICE_NONE where more follows. */
static Slice
within_brackets(Slice s)
{
	size_t		open = find_unquoted(s, '<', 0);
	size_t		close;
	Slice		rest;

	/* a name with a lone quotation mark */
	if (open == SLICE_NPOS && s.n > 0 && s.p[s.n - 1] == '>')
		open = slice_find_last(s, '<');
	if (open == SLICE_NPOS)
		return s;
	close = find_unquoted(s, '>', open + 1);
	if (close == SLICE_NPOS)
		return slice(s.p + open + 1, s.n - open - 1);
	rest = trim_end(slice(s.p + close + 1, s.n - close - 1));
	if (rest.n > 0 && !is_enclosed(rest, '(', ')'))
		return SLICE_NONE;
	return slice(s.p + open + 1, close - open - 1);
}

/* "mailto:a@b?subject=x" (RFC 6068), "@relay,@other:a@b" (RFC 5321 appendix C), Sendmail's "\a@b": a@b */
static Slice
without_way(Slice s)
{
	if (slice_starts_nocase(s, SLICE_LIT("mailto:")))
	{
		size_t		at;
		size_t		query;

		s = slice_trim(slice(s.p + 7, s.n - 7));
		at = slice_find_last(s, '@');
		query = at == SLICE_NPOS ? at : slice_find(s, '?', at);
		if (query != SLICE_NPOS)
			s.n = query;
	}
	if (s.n > 0 && s.p[0] == '@')
	{
		size_t		colon = slice_find(s, ':', 0);

		if (colon != SLICE_NPOS)
			s = slice_trim(slice(s.p + colon + 1, s.n - colon - 1));
	}
	while (s.n > 0 && s.p[0] == '\\')
		s = slice(s.p + 1, s.n - 1);
	return s;
}

/* Offset of the quotation mark that ends the quoted string at the start of s. */
static size_t
quoted_end(Slice s)
{
	for (size_t i = 1; i < s.n; i++)
	{
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i;
	}
	return SLICE_NPOS;
}

/*
 * The quoted local part, whose last quotation mark has no backslash before it,
 * without its quotes where it needs none (RFC 5321
 * 4.1.2: both are the same mailbox), else with as few backslashes as can be.
 * SLICE_NONE where it holds a control character.
 */
static Slice
unquoted_local(Arena *arena, Slice quoted)
{
	char	   *out = arena_alloc(arena, quoted.n * 2);
	size_t		n = 1;
	Slice		content;

	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 1; i + 1 < quoted.n; i++)
	{
		char		c = quoted.p[i];

		if (c == '\\')
			c = quoted.p[++i];
		if ((unsigned char) c < ' ' || c == 0x7f)
			return SLICE_NONE;
		out[n++] = c;
	}
	content = slice(out + 1, n - 1);
	if (address_is_local(content))
		return content;
	n = 0;
	out[n++] = '"';
	/* what has to be escaped was escaped, so that it does not grow */
	for (size_t i = 1; i + 1 < quoted.n; i++)
	{
		char		c = quoted.p[i];

		if (c == '\\')
			c = quoted.p[++i];
		if (c == '"' || c == '\\')
			out[n++] = '\\';
		out[n++] = c;
	}
	out[n++] = '"';
	return slice(out, n);
}

bool
address_split(Arena *arena, Slice text, Slice *local, Slice *domain)
{
	Slice		s;
	size_t		at;

	/* what is cut off would make different ones alike */
	if (text.n > LIMIT_FIELD_BYTES)
		return false;
	s = unmarked_text(arena, text);
	s = address_without_type(without_quotes(s));
	s = without_quotes(without_comments(within_brackets(s)));
	s = without_way(s);
	if (s.n == 0 || s.n > LIMIT_ADDRESS_BYTES)
		return false;
	if (s.p[0] == '"')
	{
		at = quoted_end(s);
		if (at == SLICE_NPOS || at + 1 >= s.n || s.p[at + 1] != '@')
			return false;
		*local = unquoted_local(arena, slice(s.p, ++at));
	}
	else
	{
		at = slice_find(s, '@', 0);
		if (at == SLICE_NPOS || !address_is_local(slice(s.p, at)))
			return false;
		*local = slice(s.p, at);
	}
	*domain = slice(s.p + at + 1, s.n - at - 1);
	return local->n > 0 && domain->n > 0;
}

/* The local part in one case.  Twice where it is normalized, as domain_key.c says. */
static Slice
fold_local(Arena *arena, Slice local, const KeyForm *form)
{
	bool		is_ascii = utf8_find_not_ascii(local, 0) == local.n;

	if (is_ascii || form->keep_letters)
		return arena_copy_lower(arena, local);
	for (int i = 0; i < 2; i++)
	{
		char	   *out;
		size_t		n = 0;
		uint32_t	c;

		if (form->normalize)
			local = form->normalize(form->context, arena, local, false);
		/* no character needs more than half as many bytes again */
		out = arena_alloc(arena, local.n * 2);
		if (local.n == 0 || out == NULL)
			return SLICE_NONE;
		for (size_t k = 0; k < local.n;)
		{
			k += utf8_character(local, k, &c);
			n += utf8_put(out + n, casefold(c));
		}
		local = slice(out, n);
	}
	if (form->normalize)
		local = form->normalize(form->context, arena, local, false);
	/* the Greek question mark is a semicolon in NFC */
	return local.n > 0 && (local.p[0] == '"' || address_is_local(local)) ? local : SLICE_NONE;
}

/* Without "+tag"; a local part that is nothing else is one. */
static Slice
without_tag(Slice local)
{
	size_t		plus = slice_find(local, '+', 1);

	return plus == SLICE_NPOS || local.p[0] == '"' ? local : slice(local.p, plus);
}

/* As Gmail reads it: without its dots and tag.  In place; an address that would be empty stays. */
static Slice
gmail_local(Arena *arena, Slice local)
{
	Slice		name = without_tag(local);
	char	   *out;
	size_t		n = 0;

	if (local.p[0] == '"')
		return local;
	out = arena_alloc(arena, name.n);
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < name.n; i++)
	{
		if (name.p[i] != '.')
			out[n++] = name.p[i];
	}
	return n > 0 && out[0] != '+' ? slice(out, n) : local;
}

Slice
address_key(Arena *arena, Slice text, const KeyForm *form)
{
	Slice		local;
	Slice		domain;
	char	   *out;

	if (!address_split(arena, text, &local, &domain))
		return SLICE_NONE;
	local = fold_local(arena, local, form);
	domain = domain_key(arena, domain, form);
	if (local.n == 0 || domain.n == 0)
		return SLICE_NONE;
	if (form->subaddress)
		local = without_tag(local);
	if (form->gmail && (slice_equal(domain, SLICE_LIT("gmail.com")) || slice_equal(domain, SLICE_LIT("googlemail.com"))))
	{
		local = gmail_local(arena, local);
		domain = SLICE_LIT("gmail.com");
	}
	if (local.n == 0 || local.n + 1 + domain.n > LIMIT_ADDRESS_BYTES)
		return SLICE_NONE;
	out = arena_alloc(arena, local.n + 1 + domain.n);
	if (out == NULL)
		return SLICE_NONE;
	memcpy(out, local.p, local.n);
	out[local.n] = '@';
	memcpy(out + local.n + 1, domain.p, domain.n);
	return slice(out, local.n + 1 + domain.n);
}
