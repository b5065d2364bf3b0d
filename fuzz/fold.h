/*
 * fold.h
 *	  The same header fields, folded otherwise (RFC 5322 2.2.3).
 *
 * A line end before white space may stand wherever white space may, and means
 * no more than it.  Both functions keep to what readers must not tell apart:
 * a fold and its white space are one blank, and one blank may be a fold.
 */
#ifndef FUZZ_FOLD_H
#define FUZZ_FOLD_H

#include "fuzz.h"

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is there a line end before a blank at 'i', of a line that has more than blanks, behind one that has? */
static inline bool
is_fold(Buffer text, size_t i)
{
	size_t		next = i + 1;

	if (text.p[i] != '\n' || i == 0 || text.p[i - 1] == '\n' || next >= text.n || !is_blank(text.p[next]))
		return false;
	while (next < text.n && is_blank(text.p[next]))
		next++;
	return next < text.n && text.p[next] != '\n';
}

/* Does a line that could be a field, "Name: ", begin at 'i'?  Returns the offset behind the blank, or 0. */
static inline size_t
behind_name(Buffer text, size_t i)
{
	size_t		n = i;

	while (n < text.n && n < i + 60 && ((text.p[n] >= 'a' && text.p[n] <= 'z') || (text.p[n] >= 'A' && text.p[n] <= 'Z') || text.p[n] == '-'))
		n++;
	return n > i && n + 2 < text.n && text.p[n] == ':' && text.p[n + 1] == ' ' ? n + 2 : 0;
}

/*
 * Are the first n bytes nothing but fields, of which no bound is near, and
 * blank lines?  Other lines are mended, by what stands around them.
 */
static inline bool
may_fold(Buffer text)
{
	size_t		field = 0;
	bool		quoted = false;

	for (size_t i = 0; i < text.n; i++)
	{
		bool		starts = i == 0 || text.p[i - 1] == '\n';

		if ((unsigned char) text.p[i] < ' ' && text.p[i] != '\n' && text.p[i] != '\t')
			return false;
		if (!starts || (is_blank(text.p[i]) && i > 0 && text.p[i - 1] == '\n' && i > 1 && text.p[i - 2] != '\n'))
		{
			/* (an address is not quoted over two lines) */
			quoted ^= text.p[i] == '"';
			if (i - field > 500 || (starts && quoted))
				return false;
			continue;
		}
		field = i;
		quoted = false;
		if (text.p[i] != '\n' && behind_name(text, i) == 0)
			return false;
	}
	return true;
}

/* Each fold and the white space around it becomes a blank. */
static inline Buffer
unfold_fields(Buffer text)
{
	Buffer		out = {malloc(text.n + 1), 0};

	for (size_t i = 0; i < text.n; i++)
	{
		if (!is_fold(text, i))
		{
			out.p[out.n++] = text.p[i];
			continue;
		}
		while (out.n > 0 && is_blank(out.p[out.n - 1]))
			out.n--;
		while (is_blank(text.p[i + 1]))
			i++;
		out.p[out.n++] = ' ';
	}
	return out;
}

/* Single blanks between words of a field become folds, each third one. */
static inline Buffer
fold_fields(Buffer text)
{
	Buffer		out = {malloc(text.n * 2 + 1), 0};
	size_t		words = 0;
	bool		in_field = false;
	bool		quoted = false;

	for (size_t i = 0; i < text.n; i++)
	{
		bool		starts = i == 0 || text.p[i - 1] == '\n';

		if (starts && !is_blank(text.p[i]))
		{
			size_t		value = behind_name(text, i);

			in_field = value > 0;
			quoted = false;
			for (; i < value; i++)
				out.p[out.n++] = text.p[i];
			if (in_field && i >= text.n)
				break;
		}
		quoted ^= text.p[i] == '"';
		if (in_field && !quoted && !starts && text.p[i] == ' ' && i + 1 < text.n && (unsigned char) text.p[i - 1] > ' ' &&
			(unsigned char) text.p[i + 1] > ' ' && ++words % 3 == 0)
			out.p[out.n++] = '\n';
		out.p[out.n++] = text.p[i];
	}
	return out;
}

#endif							/* FUZZ_FOLD_H */
