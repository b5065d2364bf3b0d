/*
 * shape.c
 *	  How a line of a human text names a recipient: "<a@b>:", "a@b", "Name
 *	  <a@b>", "'a@b' on date", with bullets or without.
 *
 * Tells what stands there; whether it is a recipient, the text around decides
 * (text.c).
 */
#include "mail/address.h"
#include "mail/limits.h"
#include "report/shape.h"

/* Bytes of the blank, bullet or quotation mark at the start of the line; 0 where there is none. */
static size_t
bullet_length(Slice line)
{
	static const Slice marks[] = {
		SLICE_LIT(" "), SLICE_LIT("\t"), SLICE_LIT("*"), SLICE_LIT(">"), SLICE_LIT("-"),
		/* U+00A0 NO-BREAK SPACE, U+2022 BULLET, U+00B7 MIDDLE DOT */
		SLICE_LIT("\xc2\xa0"), SLICE_LIT("\xe2\x80\xa2"), SLICE_LIT("\xc2\xb7"),
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
	{
		if (line.n > marks[i].n && memcmp(line.p, marks[i].p, marks[i].n) == 0)
			return marks[i].n;
	}
	return 0;
}

/* The same of a number: "1. ", "12) ". */
static size_t
number_length(Slice line)
{
	size_t		digits = 0;

	/* an address follows, so the line goes on */
	while (digits < 4 && ascii_is_digit(line.p[digits]))
		digits++;
	return digits > 0 && digits < 4 && (line.p[digits] == '.' || line.p[digits] == ')') && line.p[digits + 1] == ' ' ? digits + 2 : 0;
}

/* Offset of what stands behind bullets and numbers; an "@" or "<" is somewhere in the line, so that these end before it does. */
static size_t
skip_bullets(Slice line)
{
	size_t		i = 0;
	size_t		n;

	do
	{
		n = bullet_length(slice(line.p + i, line.n - i));
		if (n == 0)
			n = number_length(slice(line.p + i, line.n - i));
		i += n;
	} while (n > 0);
	return i;
}

/* Is the rest of the line only punctuation? */
static bool
nothing_but_marks(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (ascii_is_alnum(s.p[i]) || (unsigned char) s.p[i] >= 0x80 || s.p[i] == '<')
			return false;
	}
	return true;
}

/*
 * Exchange's "a@b<mailto:a@b>" and "a@b (a@b)": the address again.  Of two that
 * differ the first was a name that looks like an address; NULL where it can't be.
 */
static size_t
skip_repetition(Slice line, size_t i, Slice *address)
{
	size_t		offset = i;
	size_t		start;
	Slice		again;

	if (i < line.n && (line.p[i] == '<' || line.p[i] == '(' || line.p[i] == '[') &&
		address_find(line, &offset, &start, &again) && again.p <= line.p + i + 8)
	{
		while (offset < line.n && (line.p[offset] == '>' || line.p[offset] == ')' || line.p[offset] == ']'))
			offset++;
		if (address && (again.p == line.p + i + 1 || slice_ends_nocase(slice_between(line.p + i, again.p), SLICE_LIT("mailto:"))))
			*address = again;
		return offset;
	}
	return i;
}

/*
 * Could that be the name in "Name <a@b>"?  A name is some words without a
 * sentence's punctuation; "please contact <a@b>" is one of the sentences that
 * must not pass, so a name of more than one word begins with a capital or is
 * not ASCII.
 */
static bool
is_display_name(Slice name)
{
	size_t		words = 0;

	name = slice_trim(name);
	while (name.n > 0 && (name.p[name.n - 1] == '<' || name.p[name.n - 1] == '(' || name.p[name.n - 1] == '['))
		name = slice_trim(slice(name.p, name.n - 1));
	if (name.n > 80)
		return false;
	for (size_t i = 0; i < name.n; i++)
	{
		/* the comma and the full stop of Chinese and Japanese */
		if (i + 2 < name.n && (memcmp(name.p + i, "\xe3\x80\x81", 3) == 0 || memcmp(name.p + i, "\xe3\x80\x82", 3) == 0 ||
							   memcmp(name.p + i, "\xef\xbc\x8c", 3) == 0))
			return false;
		if (name.p[i] == ':' || name.p[i] == ';' || name.p[i] == '!' || name.p[i] == '?' || name.p[i] == '=')
			return false;
		if (!ascii_is_space(name.p[i]) && (i == 0 || ascii_is_space(name.p[i - 1])))
		{
			if (name.p[i] >= 'a' && name.p[i] <= 'z' && words > 0)
				return false;
			words++;
		}
	}
	return words <= 4;
}

static size_t
skip_blanks(Slice line, size_t i)
{
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i;
}

bool
shape_read(Slice line, Shape *shape)
{
	size_t		begin;
	size_t		i;
	Slice		rest;

	memset(shape, 0, sizeof(*shape));
	/* most lines hold nothing that could be an address */
	if (slice_find(line, '@', 0) == SLICE_NPOS && slice_find(line, '<', 0) == SLICE_NPOS)
		return false;
	begin = skip_bullets(line);
	/* Exchange's and MailEnable's "[SMTP:a@b]" */
	if (slice_starts_nocase(slice(line.p + begin, line.n - begin), SLICE_LIT("[SMTP:")))
		begin += 6;
	if (line.p[begin] == '<')
	{
		size_t		close = slice_find(slice(line.p, line.n < begin + LIMIT_ADDRESS_BYTES ? line.n : begin + LIMIT_ADDRESS_BYTES),
									   '>', begin);

		if (close == SLICE_NPOS || close == begin + 1)
			return false;
		shape->address = slice(line.p + begin + 1, close - begin - 1);
		for (size_t k = 0; k < shape->address.n; k++)
		{
			if (shape->address.p[k] == ' ' && shape->address.p[0] != '"')
				return false;
		}
		shape->bracketed = true;
		i = close + 1;
	}
	else
	{
		size_t		offset = begin;
		size_t		start;
		Slice		found;

		if (!address_find(line, &offset, &start, &found))
			return false;
		if (start > begin)
		{
			char		quote = line.p[begin];
			bool		quoted = (quote == '\'' || quote == '"' || quote == '`') && start == begin + 1;

			if (!quoted)
			{
				/* "Name <a@b>", "Name<mailto:a@b>", "Name (a@b)": the line ends with it */
				Slice		name = slice(line.p + begin, start - begin);
				size_t		end = offset;

				while (end < line.n && (line.p[end] == ')' || line.p[end] == '>' || line.p[end] == ']' || ascii_is_space(line.p[end])))
					end++;
				if (slice_ends_nocase(name, SLICE_LIT("mailto:")))
					name.n -= 7;
				else if (line.p[start] != '<' && name.p[name.n - 1] != '(')
					return false;
				if (end < line.n || !is_display_name(name))
					return false;
				shape->named = true;
			}
		}
		shape->address = found;
		i = offset;
		while (i < line.n && (line.p[i] == '\'' || line.p[i] == '"' || line.p[i] == '`'))
			i++;
	}
	i = skip_repetition(line, skip_blanks(line, i), shape->bracketed ? NULL : &shape->address);
	i = skip_blanks(line, i);
	if (begin >= 6 && i < line.n && line.p[i] == ']')
		i = skip_blanks(line, i + 1);
	shape->behind = i;
	rest = slice(line.p + i, line.n - i);
	shape->colon = rest.n > 0 && rest.p[0] == ':';
	if (!shape->colon && rest.n > 0 && rest.p[0] == '(')
	{
		/* Postfix: "<a@b> (expanded from <c@d>): words", which it may wrap within the remark */
		size_t		close = slice_find(rest, ')', 0);

		shape->colon = close == SLICE_NPOS ? slice_starts_nocase(rest, SLICE_LIT("(expanded from")) :
			close + 1 < rest.n && rest.p[close + 1] == ':';
	}
	shape->alone = nothing_but_marks(rest);
	/* "=>" and the dashes and arrows of U+2013, U+2014, U+2192 as well */
	shape->remark = rest.n > 1 && (rest.p[0] == '(' || rest.p[0] == '-' || rest.p[0] == ':' || rest.p[0] == '|' ||
								   slice_starts_nocase(rest, SLICE_LIT("=>")) || slice_starts_nocase(rest, SLICE_LIT("\xe2\x80\x93")) ||
								   slice_starts_nocase(rest, SLICE_LIT("\xe2\x80\x94")) || slice_starts_nocase(rest, SLICE_LIT("\xe2\x86\x92")));
	return true;
}

BounceKind
shape_action(Slice line, size_t behind)
{
	static const struct
	{
		Slice		word;
		BounceKind	kind;
	}			actions[] = {
		{SLICE_LIT("failed"), KIND_FAILURE}, {SLICE_LIT("delayed"), KIND_DELAY}, {SLICE_LIT("delivered"), KIND_SUCCESS},
		{SLICE_LIT("relayed"), KIND_SUCCESS}, {SLICE_LIT("expanded"), KIND_SUCCESS},
		{SLICE_LIT("bounced"), KIND_FAILURE}, {SLICE_LIT("rejected"), KIND_FAILURE}, {SLICE_LIT("refused"), KIND_FAILURE},
		{SLICE_LIT("undeliverable"), KIND_FAILURE}, {SLICE_LIT("deferred"), KIND_DELAY},
		{SLICE_LIT("ok"), KIND_SUCCESS},
	};
	Slice		rest = slice(line.p + behind, line.n - behind);

	if (rest.n == 0)
		return KIND_NONE;
	if (rest.p[0] == ';' || rest.p[0] == '|')
		rest = slice_trim(slice(rest.p + 1, rest.n - 1));
	/* "a@b ........ FAILED" */
	else if (slice_starts_nocase(rest, SLICE_LIT("...")))
	{
		while (rest.n > 0 && (rest.p[0] == '.' || rest.p[0] == ' '))
			rest = slice(rest.p + 1, rest.n - 1);
	}
	/* a column of a table; a sentence has one blank between its words */
	else if (behind < 2 || (line.p[behind - 1] != '\t' && (line.p[behind - 1] != ' ' || line.p[behind - 2] != ' ')))
		return KIND_NONE;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
	{
		size_t		n = actions[i].word.n;

		if (slice_starts_nocase(rest, actions[i].word) && (rest.n == n || !ascii_is_alnum(rest.p[n])))
			return actions[i].kind;
	}
	return KIND_NONE;
}

bool
shape_refused(Slice line, size_t *offset, Slice *address, Slice *reply)
{
	size_t		at = *offset;

	if (slice_find(line, '(', at) == SLICE_NPOS)
		return false;
	while ((at = slice_find_nocase(line, SLICE_LIT("': ("), at)) != SLICE_NPOS)
	{
		size_t		start = at;
		size_t		end = at + 4;

		while (start > *offset && at - start <= LIMIT_ADDRESS_BYTES && line.p[start - 1] != '\'')
			start--;
		*address = slice(line.p + start, at - start);
		at += 4;
		if (start == *offset || slice_find(*address, '@', 0) == SLICE_NPOS || line.n < at + 4 ||
			(line.p[at] != '4' && line.p[at] != '5') || !ascii_is_digit(line.p[at + 1]) || !ascii_is_digit(line.p[at + 2]))
			continue;
		/* "550, b'...')": to the quote that closes the reply */
		while (end + 1 < line.n && !((line.p[end] == '\'' || line.p[end] == '"') && line.p[end + 1] == ')'))
			end++;
		if (end + 1 >= line.n)
			return false;
		*reply = slice(line.p + at, end - at);
		*offset = end;
		return true;
	}
	return false;
}

Slice
shape_wrapped(Arena *arena, Slice line, Slice next, size_t *behind)
{
	size_t		close = slice_find(slice(next.p, next.n < LIMIT_ADDRESS_BYTES ? next.n : LIMIT_ADDRESS_BYTES), '>', 0);
	size_t		ats = 0;
	size_t		n;
	char	   *out;

	if (line.n < 2 || line.n > LIMIT_ADDRESS_BYTES || line.p[0] != '<' || close == SLICE_NPOS || close == 0 ||
		slice_find(line, '>', 0) != SLICE_NPOS)
		return SLICE_NONE;
	n = line.n - 1 + close;
	out = arena_alloc(arena, n);
	if (out == NULL)
		return SLICE_NONE;
	memcpy(out, line.p + 1, line.n - 1);
	memcpy(out + line.n - 1, next.p, close);
	for (size_t i = 0; i < n; i++)
	{
		ats += out[i] == '@';
		if (ascii_is_space(out[i]) || out[i] == '<' || out[i] == ':' || out[i] == ';' || out[i] == ',')
			return SLICE_NONE;
	}
	*behind = close + 1;
	return ats == 1 ? slice(out, n) : SLICE_NONE;
}
