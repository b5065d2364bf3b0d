/*
 * domain_key.c
 *	  Domains in the form in which they are compared, and back for people.
 *
 * The mapping is that of UTS 46 as far as it needs no tables but case folding
 * and, where it is lent, NFKC.  It does not check what RFC 5892 allows in a
 * label: a domain that no registry would register has a key, too.
 */
#include "mail/address.h"
#include "mail/address_key.h"
#include "mail/casefold.h"
#include "mail/punycode.h"
#include "mail/unmarked.h"
#include "mail/utf8.h"

#define DOMAIN_BYTES 255		/* RFC 1035 2.3.4 */
#define DOMAIN_INPUT (4 * DOMAIN_BYTES)	/* each byte of ASCII stands for one character at most */
#define FINAL_SIGMA 0x03c2

static const Slice ace_prefix = SLICE_LIT("xn--");

/* U+3002, U+FF61: what keyboards of CJK write for a dot (RFC 3490 3.1).  U+FF0E is one already (unmarked.h). */
static size_t
dot_length(Slice s, size_t at)
{
	if (s.p[at] == '.')
		return 1;
	if (s.n - at >= 3 && (memcmp(s.p + at, "\xe3\x80\x82", 3) == 0 ||
						  memcmp(s.p + at, "\xef\xbd\xa1", 3) == 0))
		return 3;
	return 0;
}

/* The label in the case in which it is registered; final sigma is a letter of its own there. */
static Slice
fold_label(Arena *arena, Slice label)
{
	char	   *out = arena_alloc(arena, label.n * 2);
	size_t		n = 0;
	uint32_t	c;

	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < label.n;)
	{
		i += utf8_character(label, i, &c);
		n += utf8_put(out + n, c == FINAL_SIGMA ? c : casefold(c));
	}
	return slice(out, n);
}

/*
 * Twice, since normalization may bring forth capitals (squared ones have them)
 * and folding what can be composed.
 */
static Slice
map_label(Arena *arena, Slice label, const KeyForm *form)
{
	for (int i = 0; i < 2 && label.n > 0; i++)
	{
		if (form->normalize && utf8_find_not_ascii(label, 0) < label.n)
			label = form->normalize(form->context, arena, label, true);
		label = fold_label(arena, label);
	}
	if (form->normalize && label.n > 0 && utf8_find_not_ascii(label, 0) < label.n)
		label = form->normalize(form->context, arena, label, true);
	return label;
}

/* Writes the label in ASCII to 'out', and returns its bytes; 0 where it has no such form. */
static size_t
put_label(Arena *arena, Slice label, const KeyForm *form, char *out, size_t room)
{
	size_t		written;

	if (utf8_find_not_ascii(label, 0) < label.n)
		label = map_label(arena, label, form);
	if (label.n == 0)
		return 0;
	if (utf8_find_not_ascii(label, 0) == label.n)
	{
		if (label.n > room)
			return 0;
		for (size_t i = 0; i < label.n; i++)
			out[i] = ascii_lower(label.p[i]);
		return slice_find(label, '.', 0) == SLICE_NPOS ? label.n : 0;
	}
	if (room <= ace_prefix.n)
		return 0;
	memcpy(out, ace_prefix.p, ace_prefix.n);
	if (room > PUNYCODE_LABEL)
		room = PUNYCODE_LABEL;
	written = punycode_encode(label, out + ace_prefix.n, room - ace_prefix.n);
	return written ? ace_prefix.n + written : 0;
}

static Slice
literal_key(Arena *arena, Slice domain)
{
	for (size_t i = 1; i + 1 < domain.n; i++)
	{
		if (!ascii_is_alnum(domain.p[i]) && domain.p[i] != ':' && domain.p[i] != '.' && domain.p[i] != '-')
			return SLICE_NONE;
	}
	return domain.n > 2 && domain.p[domain.n - 1] == ']' ? arena_copy_lower(arena, domain) : SLICE_NONE;
}

Slice
domain_key(Arena *arena, Slice domain, const KeyForm *form)
{
	Slice		key;
	char	   *out;
	size_t		n = 0;
	size_t		start = 0;

	if (domain.n > DOMAIN_INPUT)
		return SLICE_NONE;
	domain = slice_trim(unmarked_text(arena, domain));
	if (domain.n == 0)
		return SLICE_NONE;
	if (domain.p[0] == '[')
		return literal_key(arena, domain);
	out = arena_alloc(arena, DOMAIN_BYTES + 1);
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i <= domain.n;)
	{
		size_t		dot = i < domain.n ? dot_length(domain, i) : 1;
		size_t		label;

		if (dot == 0)
		{
			i++;
			continue;
		}
		/* nothing stands behind the root's dot */
		if (i == start && i == domain.n)
			break;
		label = put_label(arena, slice(domain.p + start, i - start), form, out + n, DOMAIN_BYTES - n);
		if (label == 0)
			return SLICE_NONE;
		n += label;
		if (i < domain.n && n < DOMAIN_BYTES)
			out[n++] = '.';
		i += dot;
		start = i;
	}
	/* each label has a character */
	if (out[n - 1] == '.')
		n--;
	key = slice(out, n);
	if (!address_is_domain(key) || key.p[0] == '[')
		return SLICE_NONE;
	return key;
}

/* Could the character be taken for another one, or for none: controls, blanks, private use, what marks bytes? */
static bool
is_unprintable(uint32_t c)
{
	return c < 0xa1 || (c >= 0x2000 && c < 0x2070 && c != 0x200c && c != 0x200d) || c == 0x3000 ||
		(c >= 0xe000 && c < 0xf900) || c >= 0xe0000 || (c & 0xfffe) == 0xfffe || c == 0xfffd;
}

/* Greek and Cyrillic, of whose letters many look like ASCII's: no name mixes them. */
static bool
looks_latin(uint32_t c)
{
	return (c >= 0x370 && c < 0x530) || (c >= 0x1c80 && c < 0x1c90) || (c >= 0x1f00 && c < 0x2000) ||
		(c >= 0x2de0 && c < 0x2e00) || (c >= 0xa640 && c < 0xa6a0);
}

/* The letters that an A-label stands for; the label itself where it stands for none that may be shown. */
static Slice
shown_label(Arena *arena, Slice label, const KeyForm *form)
{
	char		again[PUNYCODE_LABEL];
	char	   *out;
	Slice		letters;
	bool		has_letters = false;
	bool		has_latin = false;
	bool		has_others = false;
	size_t		n;
	uint32_t	c;

	if (!slice_starts_nocase(label, ace_prefix))
		return label;
	out = arena_alloc(arena, PUNYCODE_LABEL * 4);
	if (out == NULL)
		return label;
	n = punycode_decode(slice(label.p + ace_prefix.n, label.n - ace_prefix.n), out, PUNYCODE_LABEL * 4);
	letters = slice(out, n);
	for (size_t i = 0; i < n;)
	{
		i += utf8_character(letters, i, &c);
		has_letters |= c >= 0x80;
		has_latin |= c < 0x80 && ascii_is_alpha((char) c);
		has_others |= looks_latin(c);
		/* of ASCII a key has nothing else than letters, digits, hyphens and underscores */
		if (c >= 0x80 && is_unprintable(c))
			return label;
	}
	if (!has_letters || (has_latin && has_others))
		return label;
	n = put_label(arena, unmarked_text(arena, letters), form, again, sizeof(again));
	return slice_equal(slice(again, n), label) ? letters : label;
}

Slice
domain_display(Arena *arena, Slice domain, const KeyForm *form)
{
	Slice		key = domain_key(arena, domain, form);
	char	   *out;
	size_t		n = 0;
	size_t		start = 0;

	if (key.n == 0 || key.p[0] == '[')
		return key;
	out = arena_alloc(arena, key.n * 4);
	if (out == NULL)
		return SLICE_NONE;
	while (start <= key.n)
	{
		size_t		dot = slice_find(key, '.', start);
		size_t		end = dot == SLICE_NPOS ? key.n : dot;
		Slice		label = shown_label(arena, slice(key.p + start, end - start), form);

		memcpy(out + n, label.p, label.n);
		n += label.n;
		if (end < key.n)
			out[n++] = '.';
		start = end + 1;
	}
	return slice(out, n);
}
