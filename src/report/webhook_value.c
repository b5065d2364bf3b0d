/*
 * webhook_value.c
 *	  Single values of events: times, codes, hosts, replies.
 */
#include "mail/limits.h"
#include "report/webhook_value.h"

/* Seconds of a number that is greater are milliseconds: of the year 5138. */
#define MILLISECONDS INT64_C(100000000000)

MailDate
value_date(Slice text)
{
	MailDate	date = {0};
	size_t		i = 0;

	for (; i < text.n && ascii_is_digit(text.p[i]) && i < 16; i++)
		date.epoch = date.epoch * 10 + (text.p[i] - '0');
	if (i < 8 || (i < text.n && text.p[i] != '.') || (i < text.n && !slice_is_number(slice(text.p + i + 1, text.n - i - 1))))
		return decode_date(text);
	if (date.epoch >= MILLISECONDS)
		date.epoch /= 1000;
	date.known = date.epoch < MILLISECONDS;
	return date;
}

Slice
value_join(Arena *arena, Slice a, char separator, Slice b)
{
	char	   *joined;

	if (a.n == 0 || b.n == 0)
		return a.n ? a : b;
	joined = arena_alloc(arena, a.n + b.n + 1);
	if (joined == NULL)
		return a;
	memcpy(joined, a.p, a.n);
	joined[a.n] = separator;
	memcpy(joined + a.n + 1, b.p, b.n);
	return slice(joined, a.n + b.n + 1);
}

/* A word such as "smtp" or "X-Postfix" before the semicolon? */
static bool
is_type(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	}
	return s.n > 0 && ascii_is_alpha(s.p[0]);
}

void
value_diagnostic(Arena *arena, Slice text, Slice *type, Slice *diagnostic)
{
	size_t		semicolon = slice_find(slice(text.p, text.n < 24 ? text.n : 24), ';', 0);

	if (semicolon != SLICE_NPOS && is_type(slice_trim(slice(text.p, semicolon))))
	{
		*type = arena_copy_lower(arena, slice_trim(slice(text.p, semicolon)));
		text = slice_trim(slice(text.p + semicolon + 1, text.n - semicolon - 1));
	}
	*diagnostic = ARENA_BOUNDED(arena, text, REPLY_BYTES);
}

/* RFC 5321 4.2: the first digit is 2 to 5, the second 0 to 5 */
static bool
is_reply_code(Slice s)
{
	return s.n == 3 && slice_is_number(s) && s.p[0] >= '2' && s.p[0] <= '5' && s.p[1] <= '5';
}

void
value_with_code(Arena *arena, Slice code, Slice *diagnostic, Slice *type)
{
	/* "550 5.1.1" tells more than we ask for */
	code = slice(code.p, code.n > 3 && !ascii_is_alnum(code.p[3]) ? 3 : code.n);
	if (is_reply_code(code) && !is_reply_code(slice(diagnostic->p, diagnostic->n < 3 ? diagnostic->n : 3)))
		*diagnostic = value_join(arena, code, ' ', *diagnostic);
	if (diagnostic->n > 0 && type->n == 0)
		*type = SLICE_LIT("smtp");
}

bool
value_is_refusal(Slice status, Slice diagnostic)
{
	Slice		code = slice(diagnostic.p, diagnostic.n < 3 ? diagnostic.n : 3);

	if (status.n > 0)
		return status.p[0] != '2';
	if (!is_reply_code(code) || (diagnostic.n > 3 && ascii_is_alnum(diagnostic.p[3])))
		return false;
	return slice_equal(code, SLICE_LIT("421")) || slice_equal(code, SLICE_LIT("521")) ||
		(code.p[0] == '4' && code.p[1] == '5' && code.p[2] != '1') || (code.p[0] == '5' && code.p[1] >= '4') ||
		/* 451 is HTTP's, too, but seldom with "4.7.1" behind it */
		(slice_equal(code, SLICE_LIT("451")) && diagnostic.n > 6 && diagnostic.p[3] == ' ' && diagnostic.p[4] == '4' && diagnostic.p[5] == '.');
}

const char *
value_command(Slice text)
{
	static const Slice verbs[] = {
		SLICE_LIT("CONN"), SLICE_LIT("EHLO"), SLICE_LIT("HELO"), SLICE_LIT("LHLO"), SLICE_LIT("STARTTLS"),
		SLICE_LIT("AUTH"), SLICE_LIT("MAIL"), SLICE_LIT("RCPT"), SLICE_LIT("DATA"), SLICE_LIT("QUIT"),
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
	{
		if (slice_starts_nocase(text, verbs[i]))
			return verbs[i].p;
	}
	/* the end of the data */
	return slice_equal(text, SLICE_LIT(".")) ? "DATA" : NULL;
}

Slice
value_host(Slice text)
{
	if (slice_starts_nocase(text, SLICE_LIT("dsn;")) || slice_starts_nocase(text, SLICE_LIT("dns;")))
		text = slice(text.p + 4, text.n - 4);
	text = slice_trim(text);
	if (text.n > 0 && text.p[text.n - 1] == '.')
		text.n--;
	return text;
}
