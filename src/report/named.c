/*
 * named.c
 *	  The one address that a report of unknown wording names.
 *
 * A notice in a language or of a program that no marker knows still names
 * whom it speaks of.  Where that is the only address in it, besides those of
 * the parties and of people to write to, it is the one that failed; where there are
 * several, nobody can tell.
 */
#include "mail/address.h"
#include "mail/decode.h"
#include "mail/limits.h"
#include "report/markers.h"
#include "report/named.h"
#include "report/shape.h"

#define MAX_NAMED 64			/* addresses that are looked at */

/* Do the words stand among the bystanders of that role? */
static bool
is_bystander(BystanderRole role, Slice words)
{
	for (uint32_t i = 0; i < knowledge_bystander_count; i++)
	{
		const BystanderRow *row = &knowledge_bystanders[i];

		if (row->role == role && slice_equal_nocase(words, slice(row->words, strlen(row->words))))
			return true;
	}
	return false;
}

/* Whom one writes to for help, and the mail systems themselves. */
static bool
is_office(Arena *arena, const Header *header, Slice address)
{
	Slice		domain = address_domain(address);
	Slice		local = slice(address.p, address.n - domain.n - (domain.n > 0));
	Slice		from = address_clean(arena, mime_field(header, SLICE_LIT("From")), true);
	size_t		first = 0;		/* word: "help" of "help.desk" */

	while (first < local.n && (ascii_is_alnum(local.p[first]) || (unsigned char) local.p[first] >= 0x80))
		first++;
	return is_bystander(BYSTANDER_OFFICE, local) || is_bystander(BYSTANDER_OFFICE, slice(local.p, first)) ||
		(slice_equal(domain, address_domain(from)) && is_bystander(BYSTANDER_OWN_OFFICE, local));
}

/* Does a field of the report's own header name the address? */
static bool
is_party(Arena *arena, const Header *header, Slice address)
{
	static const Slice names[] = {
		SLICE_LIT("From"), SLICE_LIT("To"), SLICE_LIT("Sender"), SLICE_LIT("Reply-To"), SLICE_LIT("Cc"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		Slice		list = mime_field(header, names[i]);
		size_t		offset = 0;
		size_t		start;
		Slice		found;

		if (list.n > LIMIT_ADDRESS_BYTES)
			list.n = LIMIT_ADDRESS_BYTES;
		while (address_find(list, &offset, &start, &found))
		{
			if (slice_equal(address_clean(arena, found, true), address))
				return true;
		}
	}
	return false;
}

/* Does the line quote a header field that holds an identifier or the sender? */
static bool
is_header_line(Slice line)
{
	static const Slice names[] = {
		SLICE_LIT("Message-ID"), SLICE_LIT("From"), SLICE_LIT("Sender"), SLICE_LIT("Return-Path"), SLICE_LIT("Reply-To"),
		SLICE_LIT("References"), SLICE_LIT("In-Reply-To"), SLICE_LIT("Cc"), SLICE_LIT("ID"), SLICE_LIT("Mail From"),
		SLICE_LIT("MAIL FROM"), SLICE_LIT(">>> MAIL"), SLICE_LIT("Content-ID"),
	};
	size_t		colon;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_starts_nocase(line, names[i]) && line.n > names[i].n &&
			(line.p[names[i].n] == ':' || line.p[names[i].n] == ' ' || line.p[names[i].n] == '\t'))
			return true;
	}
	/* "Queue-ID: 1@host", "Tracking ID: ..." */
	colon = slice_find(line, ':', 0);
	return colon != SLICE_NPOS && colon > 3 && colon < 40 && slice_ends_nocase(slice(line.p, colon), SLICE_LIT("id")) &&
		(line.p[colon - 3] == '-' || line.p[colon - 3] == ' ');
}

/* "a message from a@b", "enviado por a@b": who sent it stands there, not whom it was for. */
static bool
is_behind_from(Slice words, size_t start)
{
	Slice		before = slice(words.p + (start > 60 ? start - 60 : 0), start > 60 ? 60 : start);

	while (before.n > 0 && (ascii_is_space(before.p[before.n - 1]) || before.p[before.n - 1] == '<' || before.p[before.n - 1] == '"' ||
							before.p[before.n - 1] == '\'' || before.p[before.n - 1] == '(' || before.p[before.n - 1] == ':'))
		before.n--;
	for (uint32_t i = 0; i < knowledge_bystander_count; i++)
	{
		const BystanderRow *row = &knowledge_bystanders[i];
		size_t		n = strlen(row->words);

		if (row->role == BYSTANDER_FROM && slice_ends_nocase(before, slice(row->words, n)) &&
			(before.n == n || !ascii_is_alnum(before.p[before.n - n - 1])))
			return true;
	}
	return false;
}

size_t
named_addresses(Arena *arena, Slice words, const Header *header, RecipientIndex *index)
{
	size_t		count = 0;
	size_t		offset = 0;
	size_t		start;
	Slice		found;

	for (int i = 0; i < MAX_NAMED && address_find(words, &offset, &start, &found); i++)
	{
		Slice		address = address_clean(arena, found, true);
		size_t		line = start;

		if (address.n == 0 || recipients_find(index, address) != RECIPIENT_NONE)
			continue;
		while (line > 0 && words.p[line - 1] != '\n' && start - line < 80)
			line--;
		if (is_office(arena, header, address) || is_header_line(slice_trim(slice_between(words.p + line, words.p + start))) ||
			is_behind_from(words, start) || is_party(arena, header, address))
			continue;
		recipients_put(index, address, (uint32_t) count++);
	}
	/* so many that nobody can tell */
	return address_find(words, &offset, &start, &found) ? SIZE_MAX : count;
}

Slice
named_address(Arena *arena, Slice words, const Header *header)
{
	RecipientIndex index = {.arena = arena};
	size_t		count = named_addresses(arena, words, header, &index);
	Slice		home = address_domain(address_clean(arena, mime_field(header, SLICE_LIT("To")), true));
	Slice		named = SLICE_NONE;

	if (count == SIZE_MAX)
		return SLICE_NONE;
	for (size_t i = 0; i < index.size; i++)
	{
		/* of several, those of the reader's own domain are whom he is told to ask */
		if (index.values[i] == RECIPIENT_NONE || (count > 1 && slice_equal(address_domain(index.keys[i]), home)))
			continue;
		if (named.n > 0)
			return SLICE_NONE;
		named = index.keys[i];
	}
	return named;
}

bool
named_is_same_house(Slice a, Slice b)
{
	Slice		longer = a.n > b.n ? a : b;
	Slice		other = a.n > b.n ? b : a;

	return other.n > 0 && slice_ends_nocase(longer, other) &&
		(longer.n == other.n || longer.p[longer.n - other.n - 1] == '.');
}

bool
named_stranger(Arena *arena, Slice words, const Header *header)
{
	Slice		reader = address_clean(arena, mime_field(header, SLICE_LIT("To")), true);
	Slice		home = address_domain(reader);
	bool		any = false;
	size_t		offset = 0;
	size_t		start;
	Slice		found;

	if (home.n == 0)
		return false;
	for (int i = 0; i < MAX_NAMED && address_find(words, &offset, &start, &found); i++)
	{
		Slice		address = address_clean(arena, found, true);

		if (named_is_same_house(address_domain(address), home))
		{
			if (!slice_equal(address, reader) || is_behind_from(words, start))
				return false;
		}
		else
			any |= is_behind_from(words, start);
	}
	return any;
}

/* Does the line with the address say that it failed: by standing alone, or with a reply beside it? */
static bool
is_told_failed(Arena *arena, Slice words, Slice address)
{
	size_t		offset = 0;
	size_t		start;
	Slice		found;

	for (int i = 0; i < MAX_NAMED && address_find(words, &offset, &start, &found); i++)
	{
		size_t		begin = start;
		size_t		end = offset;
		Slice		line;
		Shape		shape;

		if (!slice_equal(address_clean(arena, found, true), address))
			continue;
		while (begin > 0 && words.p[begin - 1] != '\n' && start - begin < 200)
			begin--;
		while (end < words.n && words.p[end] != '\n' && end - offset < 200)
			end++;
		line = slice_between(words.p + begin, words.p + end);
		if (shape_read(line, &shape) && (shape.alone || shape.colon))
			return true;
		for (size_t k = 0; k + 3 <= line.n; k++)
		{
			if ((line.p[k] == '4' || line.p[k] == '5') && ascii_is_digit(line.p[k + 1]) && ascii_is_digit(line.p[k + 2]) &&
				(k == 0 || line.p[k - 1] == ' ' || line.p[k - 1] == ':' || line.p[k - 1] == '(') &&
				(k + 3 == line.n || line.p[k + 3] == ' ' || line.p[k + 3] == '-'))
				return true;
		}
	}
	return false;
}

bool
named_for_help(Arena *arena, Slice address, const Header *header, Slice words, Slice mailed)
{
	Slice		from = address_clean(arena, mime_field(header, SLICE_LIT("From")), true);
	bool		any = false;
	size_t		offset = 0;
	size_t		start;
	Slice		found;

	mailed = ARENA_BOUNDED(arena, mailed, FIELD_BYTES);
	while (address_find(mailed, &offset, &start, &found))
	{
		if (slice_equal(address_clean(arena, found, true), address))
			return false;
		any = true;
	}
	return any && (named_is_same_house(address_domain(address), address_domain(from)) || !is_told_failed(arena, words, address));
}
