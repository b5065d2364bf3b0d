/*
 * verp.c
 *	  Addresses hidden in the report's own recipient: VERP, SRS, BATV.
 */
#include "mail/address.h"
#include "report/verp.h"

static Slice
join(Arena *arena, Slice local, Slice domain)
{
	char	   *out = arena_alloc(arena, local.n + 1 + domain.n);

	if (out == NULL)
		return SLICE_NONE;
	memcpy(out, local.p, local.n);
	out[local.n] = '@';
	memcpy(out + local.n + 1, domain.p, domain.n);
	return slice(out, local.n + 1 + domain.n);
}

static bool
is_public_domain(Slice domain)
{
	return address_is_domain(domain) && slice_find(domain, '.', 0) != SLICE_NPOS;
}

/*
 * SRS0=HHH=TT=domain=local, SRS1=HHH=forwarder==HHH=TT=domain=local; the first
 * separator may be "+", "-" or "=" (libsrs2).  The original address is the
 * last "domain=local" pair.
 */
static bool
decode_srs(Arena *arena, Slice local, Slice *hidden)
{
	size_t		at = 5;
	size_t		first;
	size_t		second;
	size_t		third;

	if (local.p[3] == '1')
	{
		size_t		twice = slice_find_nocase(local, SLICE_LIT("=="), 5);

		if (twice == SLICE_NPOS)
			return false;
		at = twice + 2;
	}
	first = slice_find(local, '=', at);
	second = first == SLICE_NPOS ? first : slice_find(local, '=', first + 1);
	third = second == SLICE_NPOS ? second : slice_find(local, '=', second + 1);
	if (third == SLICE_NPOS || third + 1 >= local.n)
		return false;
	if (!is_public_domain(slice(local.p + second + 1, third - second - 1)))
		return false;
	*hidden = join(arena, slice(local.p + third + 1, local.n - third - 1),
				   slice(local.p + second + 1, third - second - 1));
	return hidden->n > 0;
}

/* Ids, dates and counters of those who send; a mailbox's name has rarely digits before a "-". */
static bool
is_serial(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (ascii_is_digit(s.p[i]))
			return true;
	}
	return false;
}

static bool
is_tag_word(Slice s)
{
	return slice_equal_nocase(s, SLICE_LIT("bounce")) || slice_equal_nocase(s, SLICE_LIT("bounces")) ||
		slice_equal_nocase(s, SLICE_LIT("return"));
}

/*
 * Where the mailbox's name begins in "list-return-17-john", "bounces+mary-ann",
 * "bounce-mc.us1_123.4-john"; 0 for nowhere.  It may hold "-" and "+" itself:
 * it is all that follows the word that Mailman, qmail and their like put
 * there, with its serial numbers.  Without those it follows the only "+", or
 * else the last separator.
 */
static size_t
tagged_start(Slice local, size_t end)
{
	size_t		start = 0;		/* of the segment */
	size_t		known = 0;		/* behind the word and its numbers */
	bool		tagged = false;
	size_t		plus = 0;

	for (size_t i = 0; i < end; i++)
	{
		char		c = local.p[i];
		Slice		segment = slice(local.p + start, i - start);

		if (c != '-' && c != '+' && c != '=' && c != '~')
			continue;
		if (c == '=' || c == '~')
			known = i + 1;
		else if (tagged && known == 0 && is_serial(segment))
			known = i + 1;
		else if (known == start && known > 0 && (is_serial(segment) || segment.n == 0))
			known = i + 1;
		else if (is_tag_word(segment) && !tagged)
		{
			tagged = true;
			if (c == '+')
				known = i + 1;
		}
		if (c == '+' && plus == 0)
			plus = i + 1;
		start = i + 1;
	}
	return known > 0 ? known : plus > 0 ? plus : start;
}

VerpKind
verp_decode(Arena *arena, Slice address, Slice *hidden)
{
	Slice		domain = address_domain(address);
	Slice		local;
	size_t		equals;
	size_t		from;

	*hidden = SLICE_NONE;
	if (domain.n == 0)
		return VERP_NONE;
	local = slice(address.p, address.n - domain.n - 1);
	if (local.n > 6 && (slice_starts_nocase(local, SLICE_LIT("srs0")) || slice_starts_nocase(local, SLICE_LIT("srs1"))) &&
		(local.p[4] == '=' || local.p[4] == '+' || local.p[4] == '-'))
		return decode_srs(arena, local, hidden) ? VERP_SENDER : VERP_NONE;
	if (slice_starts_nocase(local, SLICE_LIT("prvs=")))
	{
		/* prvs=TAG=local, and the older prvs=local=TAG whose tag has 10 hex digits */
		equals = slice_find(local, '=', 5);
		if (equals == SLICE_NPOS || equals == 5 || equals + 1 >= local.n)
			return VERP_NONE;
		if (local.n - equals - 1 == 10 && equals - 5 != 10)
			*hidden = join(arena, slice(local.p + 5, equals - 5), domain);
		else
			*hidden = join(arena, slice(local.p + equals + 1, local.n - equals - 1), domain);
		return hidden->n > 0 ? VERP_SENDER : VERP_NONE;
	}
	for (equals = local.n; equals > 0 && local.p[equals - 1] != '='; equals--)
		;
	if (equals < 2 || equals >= local.n || !is_public_domain(slice(local.p + equals, local.n - equals)))
		return VERP_NONE;
	from = tagged_start(local, equals - 1);
	if (from == 0 || from == equals - 1)
		return VERP_NONE;
	*hidden = join(arena, slice(local.p + from, equals - 1 - from), slice(local.p + equals, local.n - equals));
	return hidden->n > 0 ? VERP_RECIPIENT : VERP_NONE;
}

Slice
verp_beside(Slice hidden, Slice recipient)
{
	size_t		tag = hidden.n - recipient.n;

	if (recipient.n == 0 || hidden.n < recipient.n + 2 || !slice_ends_nocase(hidden, recipient))
		return hidden;
	if (hidden.p[tag - 1] != '-' && hidden.p[tag - 1] != '+')
		return hidden;
	return slice(hidden.p + tag, recipient.n);
}
