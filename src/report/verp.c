/*
 * verp.c
 *	  Addresses hidden in the report's own recipient: VERP, SRS, BATV.
 */
#include "mail/address.h"
#include "mail/address_key.h"
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

/* Does the name end as names of hosts do: in two letters or more, or in an A-label?  "5.00" and "b.c" do not. */
static bool
ends_in_letters(Slice domain)
{
	size_t		dot = slice_find_last(domain, '.');
	Slice		label = dot == SLICE_NPOS ? SLICE_NONE : slice(domain.p + dot + 1, domain.n - dot - 1);

	if (slice_starts_nocase(label, SLICE_LIT("xn--")))
		return true;
	for (size_t i = 0; i < label.n; i++)
	{
		if (!ascii_is_alpha(label.p[i]) && !(label.p[i] & 0x80))
			return false;
	}
	return label.n >= 2;
}

static bool
is_public_domain(Slice domain)
{
	return address_is_domain(domain) && ends_in_letters(domain);
}

/* Fills *hidden; false where one part of the address is missing. */
static bool
found(Arena *arena, HiddenAddress *hidden, VerpKind kind, const char *scheme, Slice local, Slice domain, Slice tag)
{
	*hidden = (HiddenAddress) {kind, scheme, SLICE_NONE, tag.n > 0 ? tag : SLICE_NONE};
	if (local.n > 0 && domain.n > 0)
		hidden->address = join(arena, local, domain);
	return hidden->address.n > 0;
}

static bool
is_srs_separator(char c)
{
	return c == '=' || c == '+' || c == '-';
}

/*
 * SRS0=HHH=TT=domain=local, SRS1=HHH=forwarder==HHH=TT=domain=local; the first
 * separator may be "+", "-" or "=" (libsrs2), and SRS1 keeps that of SRS0 behind
 * the forwarder.  The original address is the last "domain=local" pair.
 */
static bool
peel_srs(Arena *arena, Slice local, HiddenAddress *hidden)
{
	bool		twice = local.p[3] == '1';
	size_t		at = 5;
	size_t		first;
	size_t		second;
	size_t		third;

	if (twice)
	{
		first = slice_find(local, '=', at);
		second = first == SLICE_NPOS ? first : slice_find(local, '=', first + 1);
		if (second == SLICE_NPOS || second + 1 >= local.n || !is_srs_separator(local.p[second + 1]))
			return false;
		at = second + 2;
	}
	first = slice_find(local, '=', at);
	second = first == SLICE_NPOS ? first : slice_find(local, '=', first + 1);
	third = second == SLICE_NPOS ? second : slice_find(local, '=', second + 1);
	if (third == SLICE_NPOS || !is_public_domain(slice(local.p + second + 1, third - second - 1)))
		return false;
	return found(arena, hidden, VERP_SENDER, twice ? "srs1" : "srs0",
				 slice(local.p + third + 1, local.n - third - 1),
				 slice(local.p + second + 1, third - second - 1), slice(local.p + 5, second - 5));
}

#define BATV_TAG 10				/* a digit for the key, three for the day, six of the hash */

static bool
is_batv_tag(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		if (!ascii_is_alnum(s.p[i]))
			return false;
	}
	return s.n == BATV_TAG;
}

/* prvs=TAG=local, and the older prvs=local=TAG and prvs=local/TAG; 'from' is where the name of the scheme ends. */
static bool
peel_batv(Arena *arena, Slice local, Slice domain, size_t from, HiddenAddress *hidden)
{
	size_t		equals = slice_find(local, '=', from);
	size_t		slash = slice_find_last(local, '/');
	Slice		first;
	Slice		second;

	if (equals == SLICE_NPOS && slash != SLICE_NPOS && slash > from && is_batv_tag(slice(local.p + slash + 1, local.n - slash - 1)))
		equals = slash;
	if (equals == SLICE_NPOS || equals == from)
		return false;
	first = slice(local.p + from, equals - from);
	second = slice(local.p + equals + 1, local.n - equals - 1);
	if (local.p[equals] == '/' || (second.n == BATV_TAG && first.n != BATV_TAG && is_batv_tag(second)))
		return found(arena, hidden, VERP_SENDER, "batv", first, domain, second);
	return found(arena, hidden, VERP_SENDER, "batv", second, domain, first);
}

/* btv1==TAG==local */
static bool
peel_btv1(Arena *arena, Slice local, Slice domain, HiddenAddress *hidden)
{
	size_t		end = slice_find_nocase(local, SLICE_LIT("=="), 6);

	if (end == SLICE_NPOS || end == 6)
		return false;
	return found(arena, hidden, VERP_SENDER, "btv1", slice(local.p + end + 2, local.n - end - 2), domain, slice(local.p + 6, end - 6));
}

/* bounce+user==a==domain==list: the list is the tag */
static bool
peel_sympa(Arena *arena, Slice local, HiddenAddress *hidden)
{
	size_t		at = slice_find_nocase(local, SLICE_LIT("==a=="), 0);
	size_t		plus = slice_find(local, '+', 0);
	size_t		end;

	if (at == SLICE_NPOS || plus == SLICE_NPOS || plus >= at)
		return false;
	end = slice_find_nocase(local, SLICE_LIT("=="), at + 5);
	if (end == SLICE_NPOS)
		end = local.n;
	if (!is_public_domain(slice(local.p + at + 5, end - at - 5)))
		return false;
	return found(arena, hidden, VERP_RECIPIENT, "verp", slice(local.p + plus + 1, at - plus - 1), slice(local.p + at + 5, end - at - 5),
				 end < local.n ? slice(local.p + end + 2, local.n - end - 2) : slice(local.p, plus));
}

/* owner-list*user**domain */
static bool
peel_listserv(Arena *arena, Slice local, HiddenAddress *hidden)
{
	size_t		star = slice_find(local, '*', 0);
	size_t		at = star == SLICE_NPOS || star == 0 ? SLICE_NPOS : slice_find_nocase(local, SLICE_LIT("**"), star + 1);

	if (at == SLICE_NPOS || !is_public_domain(slice(local.p + at + 2, local.n - at - 2)))
		return false;
	return found(arena, hidden, VERP_RECIPIENT, "verp", slice(local.p + star + 1, at - star - 1),
				 slice(local.p + at + 2, local.n - at - 2), slice(local.p, star));
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

/* Is the segment one of the words, which NULL ends? */
static bool
is_one_of(Slice s, const char *const *words)
{
	for (; *words; words++)
	{
		if (slice_equal_nocase(s, slice(*words, strlen(*words))))
			return true;
	}
	return false;
}

/* What announces the address; "sentto" is that of Yahoo's groups. */
static bool
is_tag_word(Slice s)
{
	static const char *const words[] = {"bounce", "bounces", "return", "returns", "sentto", NULL};

	return is_one_of(s, words);
}

/* What may stand behind it, as a serial does: mlmmj's list+bounces-probe-user=domain */
static bool
is_tag_detail(Slice s)
{
	static const char *const words[] = {"probe", NULL};

	return is_serial(s) || is_one_of(s, words);
}

/* SendGrid's bounces+1234567-fade-user=domain: its four hexadecimal digits may all be letters */
static bool
is_hex_tag(Slice s, Slice before)
{
	for (size_t i = 0; i < s.n; i++)
	{
		char		c = ascii_lower(s.p[i]);

		if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return s.n == 4 && slice_is_number(before);
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
	bool		by_plus = false;
	size_t		plus = 0;
	Slice		before = SLICE_NONE;

	for (size_t i = 0; i < end; i++)
	{
		char		c = local.p[i];
		Slice		segment = slice(local.p + start, i - start);

		if (c != '-' && c != '+' && c != '=' && c != '~')
			continue;
		if (c == '=' || c == '~')
			known = i + 1;
		else if (tagged && known == 0 && is_tag_detail(segment))
			known = i + 1;
		else if (known == start && known > 0 && (is_tag_detail(segment) || segment.n == 0 || (by_plus && is_hex_tag(segment, before))))
			known = i + 1;
		else if (is_tag_word(segment) && !tagged)
		{
			tagged = true;
			by_plus = c == '+';
			if (by_plus)
				known = i + 1;
		}
		if (c == '+' && plus == 0)
			plus = i + 1;
		before = segment;
		start = i + 1;
	}
	return known > 0 ? known : plus > 0 ? plus : start;
}

/* user=domain__id, as Salesforce writes whose address it mails from */
static bool
peel_salesforce(Arena *arena, Slice local, HiddenAddress *hidden)
{
	size_t		at = slice_find(local, '=', 0);
	size_t		end = at == SLICE_NPOS ? at : slice_find_nocase(local, SLICE_LIT("__"), at + 1);

	if (end == SLICE_NPOS || !is_public_domain(slice(local.p + at + 1, end - at - 1)))
		return false;
	return found(arena, hidden, VERP_SENDER, "verp", slice(local.p, at), slice(local.p + at + 1, end - at - 1),
				 slice(local.p + end + 2, local.n - end - 2));
}

/* "tag-user=domain", and where 'bare' is true "user=domain" */
static bool
peel_verp(Arena *arena, Slice local, bool bare, HiddenAddress *hidden)
{
	size_t		domain = slice_find_last(local, '=');
	size_t		from;

	if (domain == SLICE_NPOS || domain == 0 || !is_public_domain(slice(local.p + domain + 1, local.n - domain - 1)))
		return false;
	from = tagged_start(local, domain);
	if (from == 0 && !bare)
		return false;
	return found(arena, hidden, VERP_RECIPIENT, "verp", slice(local.p + from, domain - from),
				 slice(local.p + domain + 1, local.n - domain - 1), slice(local.p, from > 0 ? from - 1 : 0));
}

/* The local part of an address, whose domain is given; absent where it has none. */
static Slice
local_of(Slice address, Slice domain)
{
	return domain.n > 0 ? slice(address.p, address.n - domain.n - 1) : SLICE_NONE;
}

/* The length of the name that BATV's forms begin with; 0 for another local part. */
static size_t
batv_name(Slice local)
{
	static const Slice names[] = {SLICE_LIT("prvs="), SLICE_LIT("msprvs1=")};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_starts_nocase(local, names[i]))
			return names[i].n;
	}
	return 0;
}

/*
 * What a forwarder or tagger put around a sender's address.  *is_such gets
 * whether it says so, even where it cannot be decoded.
 */
static bool
peel_sender(Arena *arena, Slice local, Slice domain, HiddenAddress *hidden, bool *is_such)
{
	size_t		batv = batv_name(local);

	*is_such = true;
	if (local.n > 6 && (slice_starts_nocase(local, SLICE_LIT("srs0")) || slice_starts_nocase(local, SLICE_LIT("srs1"))) &&
		is_srs_separator(local.p[4]))
		return peel_srs(arena, local, hidden);
	if (batv > 0)
		return peel_batv(arena, local, domain, batv, hidden);
	if (slice_starts_nocase(local, SLICE_LIT("btv1==")))
		return peel_btv1(arena, local, domain, hidden);
	*is_such = false;
	return false;
}

/* Who was mailed, in the forms that cannot be taken for a mailbox's name. */
static bool
peel_recipient(Arena *arena, Slice local, HiddenAddress *hidden)
{
	return peel_sympa(arena, local, hidden) || peel_verp(arena, local, false, hidden) || peel_listserv(arena, local, hidden);
}

VerpKind
verp_decode(Arena *arena, Slice address, Slice *hidden)
{
	HiddenAddress layer = {.address = address};
	VerpKind	kind = VERP_NONE;

	*hidden = SLICE_NONE;
	for (int i = 0; kind != VERP_RECIPIENT; i++)
	{
		Slice		domain = address_domain(layer.address);
		Slice		local = local_of(layer.address, domain);

		bool		is_sender;

		if (!peel_sender(arena, local, domain, &layer, &is_sender) &&
			(is_sender || !peel_recipient(arena, local, &layer)))
			break;
		if (i == LIMIT_VERP_LAYERS)
		{
			arena_meet(arena, BOUND_VERP_LAYERS);
			break;
		}
		*hidden = layer.address;
		kind = layer.kind;
	}
	return kind;
}

/* The last occurrence of 'what', which is not empty. */
static size_t
find_last_nocase(Slice s, Slice what)
{
	size_t		last = SLICE_NPOS;

	for (size_t at = 0; (at = slice_find_nocase(s, what, at)) != SLICE_NPOS; at++)
		last = at;
	return last;
}

static bool
peel_own(Arena *arena, Slice local, const VerpDelimiters *own, HiddenAddress *hidden)
{
	size_t		at = own->at.n > 0 ? find_last_nocase(local, own->at) : SLICE_NPOS;
	size_t		domain = at + own->at.n;
	size_t		from;
	size_t		tag;

	if (at == SLICE_NPOS || !is_public_domain(slice(local.p + domain, local.n - domain)))
		return false;
	if (own->tag.n > 0)
	{
		tag = slice_find_nocase(slice(local.p, at), own->tag, 0);
		if (tag == SLICE_NPOS)
			return false;
		from = tag + own->tag.n;
	}
	else
	{
		from = tagged_start(local, at);
		tag = from > 0 ? from - 1 : 0;
	}
	return found(arena, hidden, VERP_RECIPIENT, "verp", slice(local.p + from, at - from),
				 slice(local.p + domain, local.n - domain), slice(local.p, tag));
}

/*
 * "list-return-17-user-domain": the word and the numbers leave two segments, so
 * that there is no doubt which is the name.
 */
static bool
peel_hyphens(Arena *arena, Slice local, HiddenAddress *hidden)
{
	size_t		last = slice_find_last(local, '-');
	Slice		domain = last == SLICE_NPOS ? SLICE_NONE : slice(local.p + last + 1, local.n - last - 1);
	size_t		start = 0;
	bool		tagged = false;

	if (!is_public_domain(domain))
		return false;
	for (size_t i = 0; i < last; i++)
	{
		Slice		segment = slice(local.p + start, i - start);

		if (local.p[i] != '-' && local.p[i] != '+')
			continue;
		if (!tagged)
			tagged = is_tag_word(segment);
		else if (!is_serial(segment))
			return false;
		start = i + 1;
	}
	return tagged && found(arena, hidden, VERP_RECIPIENT, "verp", slice(local.p + start, last - start), domain, slice(local.p, start - 1));
}

/* name+tag@domain */
static bool
peel_tag(Arena *arena, Slice local, Slice domain, HiddenAddress *hidden)
{
	size_t		plus = slice_find(local, '+', 0);

	if (plus == SLICE_NPOS || plus + 1 == local.n || local.p[0] == '"')
		return false;
	return found(arena, hidden, VERP_NONE, "tag", slice(local.p, plus), domain, slice(local.p + plus + 1, local.n - plus - 1));
}

bool
verp_peel(Arena *arena, Slice address, const VerpDelimiters *own, HiddenAddress *hidden)
{
	HiddenAddress layer;
	bool		is_own = true;	/* may a tag be of those who sent it? */
	bool		any = false;

	for (int i = 0; i < LIMIT_VERP_LAYERS; i++)
	{
		Slice		domain = address_domain(address);
		Slice		local = local_of(address, domain);

		bool		is_sender;

		if (!peel_sender(arena, local, domain, &layer, &is_sender) &&
			(is_sender || !((own && peel_own(arena, local, own, &layer)) ||
							peel_recipient(arena, local, &layer) ||
							peel_salesforce(arena, local, &layer) ||
							peel_verp(arena, local, true, &layer) ||
							peel_hyphens(arena, local, &layer) ||
							(is_own && peel_tag(arena, local, domain, &layer)))))
			break;
		*hidden = layer;
		any = true;
		if (layer.kind != VERP_SENDER)
			break;
		/* a forwarder rewrites other people's addresses, BATV one's own */
		is_own = is_own && strncmp(layer.scheme, "srs", 3) != 0;
		address = layer.address;
	}
	return any;
}

bool
verp_peel_written(Arena *arena, Slice text, const VerpDelimiters *own, HiddenAddress *hidden)
{
	static const KeyForm plain = {.gmail = false};
	Slice		local;
	Slice		domain;

	if (!address_split(arena, text, &local, &domain) || domain_key(arena, domain, &plain).n == 0 ||
		!verp_peel(arena, join(arena, local, domain), own, hidden) ||
		address_key(arena, hidden->address, &plain).n == 0)
		return false;
	hidden->address = arena_copy_lower(arena, hidden->address);
	return hidden->address.n > 0;
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
