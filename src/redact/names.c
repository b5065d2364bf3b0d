/*
 * names.c
 *	  Pseudonyms.
 */
#include "classify/office.h"
#include "classify/provider.h"
#include "mail/address.h"
#include "mail/limits.h"
#include "mail/utf8.h"
#include "match/fold.h"
#include "match/sha1.h"
#include "match/lexicon.h"
#include "redact/names.h"
#include "report/verp.h"

typedef enum NameKind
{
	NAME_LOCAL,					/* an address, for the sake of its local part */
	NAME_LABEL,
	NAME_IP
} NameKind;

struct Name
{
	NameKind	kind;
	Slice		text;			/* in lower case */
	Slice		pseudonym;
	struct Name *next;			/* none: the table is open */
};

#define FIRST_SIZE 64
#define KEY_BLOCK 64			/* of HMAC-SHA-1 */
#define DIGEST_BYTES 20
#define KEY_PIECE 65536			/* of a long key, between two calls of the interrupt hook */
#define LOCAL_DIGITS 16
#define LABEL_DIGITS 10

static int
hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void
sha1_bytes(Sha1 *sha1, unsigned char *digest)
{
	char		hex[SHA1_HEX];

	sha1_hex(sha1, hex);
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		digest[i] = (unsigned char) (hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
}

/* RFC 2104: a key that is longer than a block stands for its digest, made once. */
static Slice
condensed(Arena *arena, Slice key)
{
	unsigned char digest[DIGEST_BYTES];
	Sha1		sha1;

	sha1_init(&sha1);
	while (key.n > 0)
	{
		size_t		n = key.n < KEY_PIECE ? key.n : KEY_PIECE;

		arena_interrupt(arena);
		sha1_add(&sha1, slice(key.p, n));
		key = slice(key.p + n, key.n - n);
	}
	sha1_bytes(&sha1, digest);
	return arena_copy(arena, slice((const char *) digest, DIGEST_BYTES));
}

void
names_init(Names *names, Arena *arena, Slice key)
{
	memset(names, 0, sizeof(*names));
	names->arena = names->lasting = arena;
	names->key = key.n > KEY_BLOCK ? condensed(arena, key) : key;
}

/* RFC 2104 with a key of a block at most, of the kind and the text; hex digits. */
static void
hmac(Slice key, NameKind kind, Slice text, char *hex)
{
	static const char kinds[] = {'a', 'd', 'i'};
	unsigned char block[KEY_BLOCK] = {0};
	unsigned char inner[DIGEST_BYTES];
	char		pad[KEY_BLOCK];
	Sha1		sha1;

	if (key.n > 0)
		memcpy(block, key.p, key.n);
	for (size_t i = 0; i < KEY_BLOCK; i++)
		pad[i] = (char) (block[i] ^ 0x36);
	sha1_init(&sha1);
	sha1_add(&sha1, slice(pad, KEY_BLOCK));
	sha1_add(&sha1, slice(&kinds[kind], 1));
	sha1_add(&sha1, text);
	sha1_bytes(&sha1, inner);
	for (size_t i = 0; i < KEY_BLOCK; i++)
		pad[i] = (char) (block[i] ^ 0x5c);
	sha1_init(&sha1);
	sha1_add(&sha1, slice(pad, KEY_BLOCK));
	sha1_add(&sha1, slice((const char *) inner, DIGEST_BYTES));
	sha1_hex(&sha1, hex);
}

/* Writes a letter and a number, in digits; returns the bytes. */
static size_t
write_number(char *out, const char *before, unsigned number)
{
	char		digits[10];
	size_t		count = 0;
	size_t		n = strlen(before);

	memcpy(out, before, n);
	do
		digits[count++] = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		out[n++] = digits[--count];
	return n;
}

static Slice
make_pseudonym(Names *names, NameKind kind, Slice text)
{
	char		room[SHA1_HEX + 24];
	unsigned	number = ++names->numbers[kind];
	size_t		n;

	if (kind == NAME_IP)
		/* there are but so many */
		n = memchr(text.p, ':', text.n) ? write_number(room, "2001:db8::", number % 10000) :
			write_number(room, "192.0.2.", (number - 1) % 254 + 1);
	else if (names->key.p == NULL)
		n = write_number(room, kind == NAME_LOCAL ? "u" : "n", number);
	else
	{
		room[0] = kind == NAME_LOCAL ? 'u' : 'n';
		hmac(names->key, kind, text, room + 1);
		n = 1 + (kind == NAME_LOCAL ? LOCAL_DIGITS : LABEL_DIGITS);
	}
	return arena_copy(names->lasting, slice(room, n));
}

static size_t
slot_of(const Names *names, NameKind kind, Slice text)
{
	uint32_t	hash = lexicon_hash((LexiconUse) (16 + kind), text);
	size_t		slot = (hash ^ hash >> 16) & (names->size - 1);

	while (names->slots[slot] && !(names->slots[slot]->kind == kind && slice_equal(names->slots[slot]->text, text)))
		slot = (slot + 1) & (names->size - 1);
	return slot;
}

static bool
grow(Names *names)
{
	struct Name **old = names->slots;
	size_t		old_size = names->size;
	size_t		size = old_size ? old_size * 2 : FIRST_SIZE;
	struct Name **slots = arena_zalloc(names->lasting, size * sizeof(*slots));

	if (slots == NULL)
		return false;
	names->slots = slots;
	names->size = size;
	for (size_t i = 0; i < old_size; i++)
	{
		if (old[i])
			names->slots[slot_of(names, old[i]->kind, old[i]->text)] = old[i];
	}
	return true;
}

static Slice
pseudonym_of(Names *names, NameKind kind, Slice text)
{
	struct Name *name;
	size_t		slot;

	text = arena_copy_lower(names->arena, text);
	if (text.p == NULL || (names->count * 2 >= names->size && !grow(names)))
		return slice("", 0);
	slot = slot_of(names, kind, text);
	if (names->slots[slot] == NULL)
	{
		name = arena_alloc(names->lasting, sizeof(*name));
		if (name == NULL)
			return slice("", 0);
		name->kind = kind;
		name->text = arena_copy(names->lasting, text);
		name->pseudonym = make_pseudonym(names, kind, text);
		names->slots[slot] = name;
		names->count++;
	}
	return names->slots[slot]->pseudonym;
}

/* Is it a second level that is no name: co.uk, ne.jp? */
static bool
is_second_level(Slice label)
{
	static const Slice levels[] = {
		SLICE_LIT("co"), SLICE_LIT("com"), SLICE_LIT("net"), SLICE_LIT("org"), SLICE_LIT("ac"), SLICE_LIT("edu"), SLICE_LIT("gov"),
		SLICE_LIT("ne"), SLICE_LIT("or"), SLICE_LIT("go"), SLICE_LIT("ad"), SLICE_LIT("ed"), SLICE_LIT("gob"), SLICE_LIT("gouv"),
		SLICE_LIT("mil"), SLICE_LIT("nom"), SLICE_LIT("info"),
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
	{
		if (slice_equal_nocase(label, levels[i]))
			return true;
	}
	return false;
}

static bool
is_lexical(Slice label)
{
	char		folded[64];

	return label.n > 0 && label.n <= sizeof(folded) && lexicon_has(LEXICON_WORD, slice(folded, fold_into(label, folded, NULL)));
}

/*
 * A top level: of a country, or one that data/kept.tsv knows.  Others may be
 * anybody's: hosts have names without a domain, too.
 */
static bool
is_top_level(Slice label)
{
	if (label.n == 2 && ascii_is_alpha(label.p[0]) && ascii_is_alpha(label.p[1]))
		return true;
	return slice_starts_nocase(label, SLICE_LIT("xn--")) || is_lexical(label);
}

/* Does a label say what a host is for, and nobody's name?  'place' counts from the right, from 0. */
static bool
is_plain_label(Slice label, size_t place)
{
	if (place == 1 && is_second_level(label))
		return true;
	if (label.n == 0)
		return true;
	return place >= 2 && (label.n <= 2 || is_lexical(label));
}

Slice
names_domain(Names *names, Slice domain)
{
	const DomainRow *row;
	size_t		known_bytes;
	size_t		room = 32;
	size_t		n = 0;
	size_t		labels = 1;
	bool		is_single;
	char	   *out;

	if (domain.n > 0 && domain.p[0] == '[')
	{
		size_t		offset = 0;
		Slice		ip;

		if (!address_find_ip(domain, &offset, &ip))
			return slice("[192.0.2.1]", 11);
		ip = names_ip(names, ip);
		out = arena_alloc(names->arena, ip.n + 2);
		if (out == NULL)
			return slice("", 0);
		out[0] = '[';
		memcpy(out + 1, ip.p, ip.n);
		out[ip.n + 1] = ']';
		return slice(out, ip.n + 2);
	}
	row = provider_of(domain, DOMAIN_BOTH);
	known_bytes = row ? strlen(known(row->suffix)) : 0;
	for (size_t i = 0; i < domain.n; i++)
		labels += domain.p[i] == '.';
	is_single = labels == 1;
	/* a pseudonym may be longer than a label */
	room += domain.n + labels * (LABEL_DIGITS + 12);
	out = arena_alloc(names->arena, room);
	if (out == NULL)
		return slice("", 0);
	for (size_t i = 0; i < domain.n;)
	{
		size_t		end = slice_find(domain, '.', i);
		Slice		label;

		if (domain.n - i <= known_bytes)
		{
			memcpy(out + n, domain.p + i, domain.n - i);
			n += domain.n - i;
			break;
		}
		if (end == SLICE_NPOS)
			end = domain.n;
		label = slice(domain.p + i, end - i);
		labels--;
		/* ZZ is nobody's country (ISO 3166-1) */
		if (labels == 0 && !is_single)
			label = is_top_level(label) ? label : SLICE_LIT("zz");
		else if (!is_plain_label(label, labels))
			label = pseudonym_of(names, NAME_LABEL, label);
		if (label.n > 0)
			memcpy(out + n, label.p, label.n);
		n += label.n;
		if (end < domain.n)
			out[n++] = '.';
		i = end + 1;
	}
	return slice(out, n);
}

Slice
names_ip(Names *names, Slice ip)
{
	return pseudonym_of(names, NAME_IP, ip);
}

/* Some pieces one behind the other. */
static Slice
join(Arena *arena, const Slice *pieces, size_t count)
{
	size_t		n = 0;
	char	   *out;

	for (size_t i = 0; i < count; i++)
		n += pieces[i].n;
	out = arena_alloc(arena, n ? n : 1);
	if (out == NULL)
		return slice("", 0);
	n = 0;
	for (size_t i = 0; i < count; i++)
	{
		if (pieces[i].n)
			memcpy(out + n, pieces[i].p, pieces[i].n);
		n += pieces[i].n;
	}
	return slice(out, n);
}

/*
 * What stands for a local part, which the whole address has the pseudonym of:
 * the same one at two domains is two people's.  Of an office's the "+tag" goes, of
 * a list's the list ("owner-x", "x-request").
 */
static Slice
local_pseudonym(Names *names, Slice local, Slice address)
{
	const RoleRow *role = role_of(local);
	size_t		plus = slice_find(local, '+', 0);
	size_t		dash;

	if (role == NULL)
		return pseudonym_of(names, NAME_LOCAL, address);
	if (plus != SLICE_NPOS)
		local.n = plus;
	if (role->line != 0)
		return local;
	if (slice_starts_nocase(local, SLICE_LIT("owner-")))
		return join(names->arena, (Slice[]) {slice(local.p, 6), pseudonym_of(names, NAME_LOCAL, address)}, 2);
	dash = slice_find_last(local, '-');
	return join(names->arena, (Slice[]) {pseudonym_of(names, NAME_LOCAL, address), slice(local.p + dash, local.n - dash)}, 2);
}

Slice
names_local(Names *names, Slice local)
{
	return local_pseudonym(names, local, local);
}

Slice
names_address(Names *names, Slice address)
{
	Slice		domain = address_domain(address);
	Slice		hidden = SLICE_NONE;
	Slice		hidden_domain;
	Slice		local;
	VerpKind	verp;

	if (domain.p == NULL)
		return names_local(names, address);
	verp = verp_decode(names->arena, arena_copy_lower(names->arena, address), &hidden);
	hidden_domain = address_domain(hidden);
	local = slice(address.p, address.n - domain.n - 1);
	if (verp != VERP_NONE && hidden_domain.p != NULL)
	{
		Slice		other_local = local_pseudonym(names, slice(hidden.p, hidden.n - hidden_domain.n - 1), hidden);
		Slice		other_domain = names_domain(names, hidden_domain);
		Slice		own_domain = names_domain(names, domain);

		if (verp == VERP_RECIPIENT)
			return join(names->arena, (Slice[]) {SLICE_LIT("bounce+"), other_local, SLICE_LIT("="), other_domain, SLICE_LIT("@"), own_domain}, 6);
		if (slice_starts_nocase(local, SLICE_LIT("prvs=")))
			return join(names->arena, (Slice[]) {SLICE_LIT("prvs=0000000000="), other_local, SLICE_LIT("@"), own_domain}, 4);
		return join(names->arena, (Slice[]) {SLICE_LIT("SRS0=0000=00="), other_domain, SLICE_LIT("="), other_local, SLICE_LIT("@"), own_domain}, 6);
	}
	return join(names->arena, (Slice[]) {local_pseudonym(names, local, address), SLICE_LIT("@"), names_domain(names, domain)}, 3);
}

Slice
names_pseudonym(Arena *arena, Slice address, Slice key)
{
	Names		names;

	names_init(&names, arena, key);
	/* what is longer is nobody's address */
	return names_address(&names, utf8_drop_cut(slice(address.p, address.n < LIMIT_FIELD_BYTES ? address.n : LIMIT_FIELD_BYTES)));
}
