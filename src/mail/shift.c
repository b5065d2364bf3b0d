/*
 * shift.c
 *	  Charsets that shift between ASCII and double bytes: ISO-2022-JP
 *	  (RFC 1468, RFC 2237), ISO-2022-KR (RFC 1557), HZ (RFC 1843).
 *
 * The shifting is undone here, and only the double bytes go to iconv, with
 * their high bits set, which makes them EUC-JP, CP949 or GB18030.  So NEC's
 * and IBM's characters and half-width kana come along, which mail has often
 * and iconv's ISO-2022-JP refuses; a lost escape costs one line; and what is
 * not shifted may as well be UTF-8.
 */
#include "mail/charset_names.h"
#include "mail/shift.h"
#include "mail/utf8.h"

#define ESC '\033'

/* Double bytes that go to iconv at a time. */
#define RUN_BYTES 512

typedef enum ShiftTo
{
	TO_ASCII,
	TO_PAIRS,
	TO_SECOND_PAIRS,			/* JIS X 0212: 0x8F before each in EUC-JP */
	TO_KANA,					/* JIS X 0201: 0x8E before each in EUC-JP */
	TO_TILDE,					/* HZ: not shifted, a tilde */
	TO_SAME						/* means nothing for us */
} ShiftTo;

static const struct
{
	CharsetKind kind;
	Slice		bytes;
	ShiftTo		to;
}			shifts[] = {
	{CHARSET_ISO2022JP, SLICE_LIT("\033(B"), TO_ASCII},
	{CHARSET_ISO2022JP, SLICE_LIT("\033(J"), TO_ASCII},	/* but yen and overline */
	{CHARSET_ISO2022JP, SLICE_LIT("\033(H"), TO_ASCII},	/* a common mistake for J */
	{CHARSET_ISO2022JP, SLICE_LIT("\033(I"), TO_KANA},
	{CHARSET_ISO2022JP, SLICE_LIT("\033$B"), TO_PAIRS},
	{CHARSET_ISO2022JP, SLICE_LIT("\033$@"), TO_PAIRS},
	{CHARSET_ISO2022JP, SLICE_LIT("\033$(B"), TO_PAIRS},
	{CHARSET_ISO2022JP, SLICE_LIT("\033$(@"), TO_PAIRS},
	{CHARSET_ISO2022JP, SLICE_LIT("\033$(O"), TO_PAIRS},	/* JIS X 0213 */
	{CHARSET_ISO2022JP, SLICE_LIT("\033$(Q"), TO_PAIRS},
	{CHARSET_ISO2022JP, SLICE_LIT("\033$(D"), TO_SECOND_PAIRS},
	{CHARSET_ISO2022JP, SLICE_LIT("\033&@"), TO_SAME},
	{CHARSET_ISO2022KR, SLICE_LIT("\033$)C"), TO_SAME},
	{CHARSET_ISO2022KR, SLICE_LIT("\016"), TO_PAIRS},
	{CHARSET_ISO2022KR, SLICE_LIT("\017"), TO_ASCII},
	{CHARSET_HZ, SLICE_LIT("~{"), TO_PAIRS},
	{CHARSET_HZ, SLICE_LIT("~}"), TO_ASCII},
	{CHARSET_HZ, SLICE_LIT("~~"), TO_TILDE},
	{CHARSET_HZ, SLICE_LIT("~\n"), TO_SAME},
	{CHARSET_HZ, SLICE_LIT("~\r\n"), TO_SAME},
};

#define SHIFTS ((int) (sizeof(shifts) / sizeof(shifts[0])))

/* The state of one conversion. */
typedef struct Shifting
{
	Converter  *converter;
	const MailCharset *charset;
	char	   *out;
	char	   *end;			/* of the room there */
	ShiftTo		set;			/* that the next byte is in */
	size_t		run_n;
	char		run[RUN_BYTES + 3];
} Shifting;

bool
shift_is_jis(Slice text)
{
	size_t		at;

	for (at = slice_find(text, ESC, 0); at != SLICE_NPOS;
		 at = slice_find(text, ESC, at + 1))
	{
		const char *p = text.p + at;

		if (text.n - at < 3)
			return false;
		if ((p[1] == '$' && (p[2] == 'B' || p[2] == '@' || p[2] == '(')) ||
			(p[1] == '(' && p[2] == 'I'))
			return true;
	}
	return false;
}

/* Most bytes begin no shift; the table is for the few that may. */
static inline bool
may_shift(char c)
{
	return c == ESC || c == '\016' || c == '\017' || c == '~';
}

/* The shift that starts here, as an index of shifts[]; -1 for none. */
static int
shift_at(CharsetKind kind, Slice rest)
{
	char		c = rest.p[0];
	int			i;

	if (!may_shift(c))
		return -1;
	if (kind == CHARSET_HZ ? c != '~' : c == '~')
		return -1;
	for (i = 0; i < SHIFTS; i++)
	{
		Slice		bytes = shifts[i].bytes;

		if (shifts[i].kind == kind && rest.n >= bytes.n &&
			memcmp(rest.p, bytes.p, bytes.n) == 0)
			return i;
	}
	return -1;
}

static void
write_run(Shifting *state)
{
	if (state->run_n == 0)
		return;
	state->out += convert_double_bytes(state->converter, state->charset,
									   slice(state->run, state->run_n), state->out,
									   (size_t) (state->end - state->out));
	state->run_n = 0;
}

static void
add_double(Shifting *state, char prefix, char first, char second)
{
	if (prefix)
		state->run[state->run_n++] = prefix;
	state->run[state->run_n++] = first;
	if (second)
		state->run[state->run_n++] = second;
	if (state->run_n >= RUN_BYTES)
		write_run(state);
}

static bool
is_graphic(char c)
{
	return c > ' ' && c < 0x7F;
}

/* A run of bytes that are not shifted; returns where it ends. */
static size_t
write_plain(Shifting *state, Slice text, size_t at)
{
	size_t		end = at + 1;

	while (end < text.n &&
		   (!may_shift(text.p[end]) || shift_at(state->charset->kind, slice(text.p + end, text.n - end)) < 0))
		end++;
	state->out += utf8_write_valid(state->out, slice(text.p + at, end - at));
	return end;
}

/* One character of the shifted set; returns where it ends. */
static size_t
write_shifted(Shifting *state, Slice text, size_t at)
{
	char		c = text.p[at];
	bool		pair = at + 1 < text.n && is_graphic(c) && is_graphic(text.p[at + 1]);

	if (state->set == TO_KANA && c > ' ' && c <= '_')
	{
		add_double(state, '\x8E', (char) (c | 0x80), '\0');
		return at + 1;
	}
	if (state->set != TO_KANA && pair)
	{
		add_double(state, state->set == TO_SECOND_PAIRS ? '\x8F' : '\0',
				   (char) (c | 0x80), (char) (text.p[at + 1] | 0x80));
		return at + 2;
	}
	write_run(state);

	/* the double bytes end with the line, though their escape may be lost */
	if (c == '\n' || c == '\r')
		state->set = TO_ASCII;
	if (is_graphic(c))
	{
		memcpy(state->out, UTF8_REPLACEMENT, UTF8_REPLACEMENT_BYTES);
		state->out += UTF8_REPLACEMENT_BYTES;
	}
	else
		state->out += utf8_write_valid(state->out, slice(text.p + at, 1));
	return at + 1;
}

size_t
shift_convert(Converter *converter, const MailCharset *charset, Slice text,
			  char *out, size_t room)
{
	Shifting	state;
	size_t		at = 0;

	state.converter = converter;
	state.charset = charset;
	state.out = out;
	state.end = out + room;
	state.set = TO_ASCII;
	state.run_n = 0;

	while (at < text.n)
	{
		int			shift = shift_at(charset->kind, slice(text.p + at, text.n - at));

		if (shift >= 0)
		{
			write_run(&state);
			at += shifts[shift].bytes.n;
			if (shifts[shift].to == TO_TILDE)
				*state.out++ = '~';
			else if (shifts[shift].to != TO_SAME)
				state.set = shifts[shift].to;
		}
		else if (state.set == TO_ASCII)
			at = write_plain(&state, text, at);
		else
			at = write_shifted(&state, text, at);
	}
	write_run(&state);
	return (size_t) (state.out - out);
}
