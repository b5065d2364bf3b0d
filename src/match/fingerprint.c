/*
 * fingerprint.c
 *	  What a diagnostic text has in common with others of its kind.
 *
 * One pass over the folded text.  At each place where something may begin the
 * readers below are asked in turn, most particular first; each says how many
 * bytes it takes.  What stands before is judged by what was written, not by
 * what was read, so that a fingerprint reads as the text did.
 */
#include "match/fingerprint.h"
#include "mail/address.h"
#include "mail/utf8.h"
#include "match/fold.h"
#include "match/times.h"

/* Passes until nothing changes: one, but where the end was cut off something that a code was told by. */
#define MOST_PASSES 32

typedef struct Fingerprint
{
	Slice		in;
	char	   *out;			/* FINGERPRINT_BYTES */
	size_t		n;
	size_t		blank;			/* of out: behind the last word that is whole */
	bool		full;
} Fingerprint;

static const Slice placeholders[] = {
	SLICE_LIT("<addr>"), SLICE_LIT("<host>"), SLICE_LIT("<ip>"), SLICE_LIT("<url>"), SLICE_LIT("<time>"), SLICE_LIT("<id>"),
};

static bool
starts_at(Slice s, size_t at, Slice what)
{
	return s.n - at >= what.n && memcmp(s.p + at, what.p, what.n) == 0;
}

static void
put(Fingerprint *f, Slice s)
{
	if (f->full)
		return;
	if (s.n > FINGERPRINT_BYTES - f->n)
	{
		f->full = true;
		return;
	}
	memcpy(f->out + f->n, s.p, s.n);
	f->n += s.n;
}

/* RFC 3463: class, subject and detail; returns its length or 0. */
static size_t
enhanced_code(Slice s, size_t at)
{
	size_t		i = at + 1;
	size_t		n;

	if (at >= s.n || (s.p[at] != '2' && s.p[at] != '4' && s.p[at] != '5'))
		return 0;
	for (int k = 0; k < 2; k++)
	{
		if (i >= s.n || s.p[i] != '.')
			return 0;
		n = digits_at(s, i + 1);
		if (n < 1 || n > 3)
			return 0;
		i += 1 + n;
	}
	if (is_alnum_at(s, i) || (i < s.n && s.p[i] == '.' && is_digit_at(s, i + 1)))
		return 0;
	return i - at;
}

/* Ends what was written so far with one of these words? */
static bool
is_said_before(Slice written)
{
	static const Slice words[] = {
		SLICE_LIT("said"), SLICE_LIT("error"), SLICE_LIT("code"), SLICE_LIT("reply"), SLICE_LIT("response"),
		SLICE_LIT("status"), SLICE_LIT("smtp"), SLICE_LIT("esmtp"), SLICE_LIT("server"), SLICE_LIT("answer"),
		SLICE_LIT("returned"), SLICE_LIT("responded"), SLICE_LIT("with"), SLICE_LIT("diagnostic-code"),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (slice_ends_nocase(written, words[i]) &&
			(written.n == words[i].n || !ascii_is_alnum(written.p[written.n - words[i].n - 1])))
			return true;
	}
	return false;
}

/*
 * RFC 5321 4.2: three digits that are a reply's, not any number: at the start,
 * before an enhanced code or behind what introduces a reply.  Returns 3 or 0.
 */
static size_t
reply_code(const Fingerprint *f, size_t at)
{
	Slice		s = f->in;
	Slice		written = slice(f->out, f->n);

	if (digits_at(s, at) != 3 || (s.p[at] != '2' && s.p[at] != '4' && s.p[at] != '5') || s.p[at + 1] > '5')
		return 0;
	if (is_alnum_at(s, at + 3) || (at + 4 < s.n && (s.p[at + 3] == '.' || s.p[at + 3] == ',') && is_digit_at(s, at + 4)))
		return 0;
	if (at + 4 < s.n && (s.p[at + 3] == ' ' || s.p[at + 3] == '-'))
	{
		size_t		code = at + 4;

		if (code + 1 < s.n && (s.p[code] == '#' || s.p[code] == '(') && ascii_is_digit(s.p[code + 1]))
			code++;
		if (enhanced_code(s, code))
			return 3;
	}
	while (written.n > 0 && written.p[written.n - 1] == ' ')
		written.n--;
	if (written.n == 0)
		return 3;
	switch (written.p[written.n - 1])
	{
		case ';':
			return 3;
		case ':':
			written.n--;
			return written.n > 0 && (written.p[written.n - 1] == '>' || is_said_before(written)) ? 3 : 0;
		default:
			return is_said_before(written) ? 3 : 0;
	}
}

/* Has the text the same three digits at 'at' as at its beginning? */
static bool
is_first_code(Slice s, size_t at)
{
	return at > 0 && digits_at(s, at) == 3 && memcmp(s.p, s.p + at, 3) == 0 && (s.p[at - 1] == ' ' || s.p[at - 1] == ';');
}

/*
 * What begins each line of a reply of several ("550-5.1.1 "), where a mailer
 * wrote them in one: the code of the first line, and its enhanced code or
 * none.  Returns its length with the blanks behind it, or 0.
 */
static size_t
line_prefix(Slice s, size_t at)
{
	size_t		first = s.n > 4 ? enhanced_code(s, 4) : 0;
	size_t		n = 0;

	if (s.n <= at + 4 || !is_first_code(s, at) || (s.p[at + 3] != '-' && s.p[at + 3] != ' '))
		return 0;
	if (first && enhanced_code(s, at + 4) == first && memcmp(s.p + 4, s.p + at + 4, first) == 0)
		n = 4 + first;
	else if (s.p[3] == '-' && !enhanced_code(s, at + 4))
		n = 4;
	while (n > 0 && at + n < s.n && s.p[at + n] == ' ')
		n++;
	return n;
}

/* Letters and digits that a host's name, an id or a number consists of, with the signs that join them. */
static size_t
compound_length(Slice s, size_t at)
{
	size_t		i = at;

	while (i < s.n)
	{
		if (ascii_is_alnum(s.p[i]))
			i++;
		else if (i > at && memchr("-_.+/~%$", s.p[i], 8) && is_alnum_at(s, i + 1))
			i++;
		/* 1,024 */
		else if (i > at && s.p[i] == ',' && ascii_is_digit(s.p[i - 1]) && is_digit_at(s, i + 1))
			i++;
		else
			break;
	}
	return i - at;
}

/* What a compound is made of. */
typedef struct Compound
{
	bool		is_id;			/* one of its pieces can be nothing else */
	bool		is_number;		/* no letters */
	bool		is_host;
	size_t		digits;
} Compound;

/* Exim's: 1tqxyz-0001ab-2c, and since 4.97 1tqxyz-00000001abc-2cde */
static bool
is_exim_id(Slice word)
{
	size_t		second = slice_find_last(word, '-');

	return (word.n == 16 || word.n == 23) && ascii_is_digit(word.p[0]) && slice_find(word, '-', 0) == 6 &&
		second == (word.n == 16 ? 13 : 18);
}

static void
read_compound(Slice word, Compound *compound)
{
	size_t		dots = 0;
	size_t		letters = 0;
	size_t		last_dot = 0;
	bool		is_name = true;

	memset(compound, 0, sizeof(*compound));
	for (size_t i = 0; i < word.n;)
	{
		size_t		start = i;
		size_t		digits = 0;
		size_t		hex = 0;
		size_t		changes = 0;

		while (is_alnum_at(word, i))
		{
			bool		is_digit = ascii_is_digit(word.p[i]);

			digits += is_digit;
			hex += is_digit || (word.p[i] >= 'a' && word.p[i] <= 'f');
			changes += i > start && is_digit != ascii_is_digit(word.p[i - 1]);
			i++;
		}
		/* letters and digits mixed, as 7f3a, or a long hexadecimal number that happens to have no digits */
		if (digits > 0 && digits < i - start &&
			(i - start >= 8 || (changes >= 2 && (i - start >= 6 || (i - start >= 4 && hex == i - start)))))
			compound->is_id = true;
		if (digits == 0 && i - start >= 8 && hex == i - start)
			compound->is_id = true;
		compound->digits += digits;
		letters += i - start - digits;
		if (i < word.n)
		{
			if (word.p[i] == '.')
			{
				dots++;
				last_dot = i;
			}
			else if (word.p[i] != '-' && word.p[i] != '_')
				is_name = false;
			i++;
		}
	}
	if ((word.n >= 20 && compound->digits >= 6) || is_exim_id(word))
		compound->is_id = true;
	compound->is_number = letters == 0;
	/* the last label has letters alone, or is an A-label */
	if (dots > 0 && is_name && word.n - last_dot >= 3)
	{
		compound->is_host = starts_at(word, last_dot + 1, SLICE_LIT("xn--"));
		if (!compound->is_host)
		{
			compound->is_host = true;
			for (size_t i = last_dot + 1; i < word.n; i++)
			{
				if (!ascii_is_alpha(word.p[i]))
					compound->is_host = false;
			}
		}
	}
}

/*
 * Has it dots, but is no host's name: the two senders of RFC 5321 and 5322, as
 * texts on DMARC call them, and Exchange's names of causes?
 */
static bool
is_dotted_term(Slice word)
{
	static const Slice families[] = {
		SLICE_LIT("resolver."), SLICE_LIT("routing."), SLICE_LIT("queue."), SLICE_LIT("storedrv."), SLICE_LIT("smtpsend."),
		SLICE_LIT("approval."), SLICE_LIT("agent."),
	};
	static const Slice names[] = {
		SLICE_LIT("rfc5321.mailfrom"), SLICE_LIT("rfc5322.from"), SLICE_LIT("rfc5321.mail"),
		SLICE_LIT("5321.mailfrom"), SLICE_LIT("5322.from"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_equal(word, names[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
	{
		if (slice_starts_nocase(word, families[i]))
			return true;
	}
	return false;
}

/* A provider's code in brackets: [tss04], (sc-001); 'at' is behind the bracket.  Returns its length or 0. */
static size_t
bracketed_code(Slice s, size_t at)
{
	char		close = s.p[at - 1] == '[' ? ']' : s.p[at - 1] == '(' ? ')' : '\0';
	size_t		i = at;
	size_t		digits;

	while (i < s.n && ascii_is_alpha(s.p[i]))
		i++;
	if (close == '\0' || i == at || i - at > 4)
		return 0;
	if (i < s.n && s.p[i] == '-')
		i++;
	digits = digits_at(s, i);
	if (digits < 2 || digits > 4)
		return 0;
	i += digits;
	return i < s.n && s.p[i] == close ? i - at : 0;
}

/* scheme://, mailto: or www. and what follows without a blank, but for the sentence's own signs at the end */
static size_t
url_length(Slice s, size_t at)
{
	static const Slice starts[] = {
		SLICE_LIT("https://"), SLICE_LIT("http://"), SLICE_LIT("ftp://"), SLICE_LIT("www."),
	};
	size_t		n = 0;

	for (size_t k = 0; n == 0 && k < sizeof(starts) / sizeof(starts[0]); k++)
	{
		if (starts_at(s, at, starts[k]))
			n = starts[k].n;
	}
	if (n == 0 || at + n >= s.n || !(ascii_is_alnum(s.p[at + n]) || (unsigned char) s.p[at + n] >= 0x80 || s.p[at + n] == '<' || s.p[at + n] == '['))
		return 0;
	while (at + n < s.n && s.p[at + n] != ' ' && s.p[at + n] != '"' && s.p[at + n] != '>')
		n++;
	while (memchr(".,;:!?)]'", s.p[at + n - 1], 9))
		n--;
	return n;
}

/* An IPv4 or IPv6 address, with [ ] or the tag "ipv6:" around it. */
static size_t
ip_length(Slice s, size_t at)
{
	size_t		i = at;
	bool		is_literal = s.p[i] == '[';
	size_t		offset = 0;
	size_t		end;
	Slice		ip;

	i += is_literal;
	if (starts_at(s, i, SLICE_LIT("ipv6:")))
		i += 5;
	for (end = i; end < s.n && end - i < 64 && (ascii_is_alnum(s.p[end]) || s.p[end] == '.' || s.p[end] == ':'); end++)
		;
	if (end == i || !address_find_ip(slice(s.p + i, end - i), &offset, &ip) || ip.p != s.p + i)
		return 0;
	i += ip.n;
	if (is_literal)
		return i < s.n && s.p[i] == ']' ? i + 1 - at : 0;
	return i - at;
}

/* In angle brackets: an address, a route, or one word, which a local part is. */
static size_t
bracketed_length(Slice s, size_t at)
{
	size_t		i = at + 1;

	while (i < s.n && i - at <= 320 && s.p[i] != '<' && s.p[i] != '>' && s.p[i] != ' ')
		i++;
	if (i >= s.n || s.p[i] != '>' || i == at + 1)
		return 0;
	return i + 1 - at;
}

static void
put_word(Fingerprint *f, Slice word)
{
	for (size_t i = 0; i < word.n;)
	{
		size_t		digits = digits_at(word, i);

		if (digits)
		{
			i += digits;
			/* 1,024 and 10.5 are numbers as 7 is */
			while (i + 1 < word.n && (word.p[i] == '.' || word.p[i] == ',') && is_digit_at(word, i + 1))
				i += 1 + digits_at(word, i + 1);
			put(f, SLICE_LIT("#"));
		}
		else
			put(f, slice(word.p + i++, 1));
	}
}

/* Takes what begins at 'at', at least one byte, and writes what stands for it. */
static size_t
take(Fingerprint *f, size_t at)
{
	Slice		s = f->in;
	char		c = s.p[at];
	bool		begins = at == 0 || !ascii_is_alnum(s.p[at - 1]);
	Compound	compound;
	size_t		n;

	if (c == '<')
	{
		for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
		{
			if (starts_at(s, at, placeholders[i]))
			{
				put(f, placeholders[i]);
				return placeholders[i].n;
			}
		}
		n = bracketed_length(s, at);
		if (n)
		{
			Slice		inner = slice(s.p + at + 1, n - 2);

			put(f, url_length(s, at + 1) ? SLICE_LIT("<url>") :
				ip_length(inner, 0) == inner.n ? SLICE_LIT("<ip>") : SLICE_LIT("<addr>"));
			return n;
		}
	}
	if (c == '[' || (begins && (ascii_is_alnum(c) || c == ':')))
	{
		n = ip_length(s, at);
		if (n && !(is_alnum_at(s, at + n)))
		{
			put(f, SLICE_LIT("<ip>"));
			return n;
		}
	}
	/* [-5]: a number as 5 is */
	if (c == '-' && at > 0 && (s.p[at - 1] == '[' || s.p[at - 1] == '(') && is_digit_at(s, at + 1))
		return 1;
	if (!ascii_is_alnum(c))
	{
		put(f, slice(s.p + at, 1));
		return 1;
	}
	if (begins)
	{
		n = url_length(s, at);
		if (n)
		{
			put(f, SLICE_LIT("<url>"));
			return n;
		}
		n = at > 0 ? bracketed_code(s, at) : 0;
		if (n)
		{
			put(f, slice(s.p + at, n));
			return n;
		}
		n = time_length(s, at);
		if (n)
		{
			put(f, SLICE_LIT("<time>"));
			return n;
		}
		n = line_prefix(s, at);
		if (n)
			return n;
		n = reply_code(f, at);
		if (n && at + n < s.n && s.p[at + n] == '-' && (at == 0 || enhanced_code(s, at + n + 1)))
		{
			put(f, slice(s.p + at, n));
			if (at + n + 1 < s.n && s.p[at + n + 1] != ' ')
				put(f, SLICE_LIT(" "));
			return n + 1;
		}
		if (n == 0)
			n = enhanced_code(s, at);
		if (n)
		{
			put(f, slice(s.p + at, n));
			return n;
		}
	}
	n = compound_length(s, at);
	read_compound(slice(s.p + at, n), &compound);
	if (is_dotted_term(slice(s.p + at, n)))
		put(f, slice(s.p + at, n));
	else if (compound.is_host)
		put(f, SLICE_LIT("<host>"));
	else if (compound.is_id)
	{
		put(f, SLICE_LIT("<id>"));
		/* the padding of base64 */
		while (at + n < s.n && s.p[at + n] == '=')
			n++;
	}
	else
		put_word(f, slice(s.p + at, n));
	return n;
}

/* One pass; returns the bytes written to out. */
static size_t
fingerprint_pass(Slice in, char *out)
{
	Fingerprint f = {.in = in, .out = out};
	size_t		i = 0;
	size_t		next = 0;		/* where addresses were searched up to */
	size_t		start = in.n;	/* of the next address */
	size_t		offset = 0;
	Slice		address;

	while (i < in.n && !f.full)
	{
		if (i >= next)
		{
			offset = i;
			start = in.n;
			if (address_find(in, &offset, &start, &address))
				next = offset;
			else
				next = in.n + 1;
		}
		if (in.p[i] == ' ')
			f.blank = f.n;
		if (i == start)
		{
			put(&f, SLICE_LIT("<addr>"));
			i = next = offset;
			continue;
		}
		i += take(&f, i);
		/* what was taken may have held the address, or its beginning */
		if (i > start)
			next = i;
	}
	/* "user unknown." is "user unknown" */
	while (!f.full && f.n > 0 && memchr(" .,;!", f.out[f.n - 1], 5))
		f.n--;
	if (!f.full)
		return f.n;
	/* Japanese and Chinese have no blanks */
	return f.blank >= FINGERPRINT_BYTES / 2 ? f.blank : utf8_drop_cut(slice(out, f.n)).n;
}

Slice
fingerprint_of(Arena *arena, Slice text)
{
	char	   *out[2];
	size_t		n;

	if (text.p == NULL)
		return SLICE_NONE;
	if (text.n > FINGERPRINT_INPUT)
		text = utf8_drop_cut(slice(text.p, FINGERPRINT_INPUT));
	text = fold_text(arena, text);
	out[0] = arena_alloc(arena, FINGERPRINT_BYTES);
	out[1] = arena_alloc(arena, FINGERPRINT_BYTES);
	if (text.p == NULL || out[0] == NULL || out[1] == NULL)
		return SLICE_NONE;
	n = fingerprint_pass(text, out[0]);
	for (int i = 0; i < MOST_PASSES; i++)
	{
		char	   *other = out[1];
		size_t		length = fingerprint_pass(slice(out[0], n), other);

		if (slice_equal(slice(other, length), slice(out[0], n)))
			break;
		out[1] = out[0];
		out[0] = other;
		n = length;
	}
	return slice(out[0], n);
}
