/*
 * signs.c
 *	  What the header of a message shows about who wrote it and why.
 *
 * Only fields that a program or a mail system fills for this purpose are
 * searched; the long ones (Received, DKIM-Signature, ARC-*) tell nothing.
 */
#include "match/fold.h"
#include "report/signs.h"

#define SIGN_TEXT_BYTES 400
#define MAX_TAG_BYTES 40		/* of a gateway's tag before a subject */

typedef struct Search
{
	Signs	   *signs;
	Slice		text;
	Slice		value;			/* of the field, as it stands in the message */
	Trail	   *trail;
} Search;

static bool
is_telling(Slice name)
{
	static const Slice names[] = {
		SLICE_LIT("From"), SLICE_LIT("Sender"), SLICE_LIT("Return-Path"), SLICE_LIT("Subject"),
		SLICE_LIT("Auto-Submitted"), SLICE_LIT("Precedence"), SLICE_LIT("List-Id"),
		SLICE_LIT("List-Post"), SLICE_LIT("List-Unsubscribe"), SLICE_LIT("List-Help"),
		SLICE_LIT("Delivered-To"),
	};

	if (name.n > 2 && (name.p[0] == 'X' || name.p[0] == 'x') && name.p[1] == '-')
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

static bool
note_sign(void *context, const MatchHit *hit)
{
	Search	   *search = context;
	const SignRow *row = &knowledge_signs[hit->phrase];

	if (row->where != WHERE_ANY && hit->start != 0)
		return true;
	if (row->where == WHERE_LINE && hit->end != search->text.n)
		return true;
	search->signs->kinds |= 1u << row->sign;
	if (search->trail)
		trail_note(search->trail, "sign", slice(knowledge_sign_kinds[row->sign], strlen(knowledge_sign_kinds[row->sign])),
				   true, markers_sign_rule(row), search->value, NULL);
	if (row->decoder != DECODER_NONE)
	{
		if (row->sign == SIGN_AUTHOR)
			search->signs->author = row->decoder;
		else
			search->signs->decoder = row->decoder;
	}
	return true;
}

/* A return path, not empty, that leads to a reader; some mail systems write "<null>" or their own name. */
static bool
is_somebody(Slice path)
{
	if (path.p[0] == '<')
		path = slice(path.p + 1, path.n - 1);
	return slice_find(path, '@', 0) != SLICE_NPOS && path.p[0] != '@' && path.p[0] != '#' &&
		!slice_starts_nocase(path, SLICE_LIT("mailer-daemon")) &&
		!slice_starts_nocase(path, SLICE_LIT("postmaster@"));
}

/* Cuts what gateways put before a subject: "[EXTERNAL]", "***SPAM***".  False where there is nothing. */
static bool
without_tags(Slice *subject)
{
	bool		any = false;

	for (int tags = 0; tags < 4; tags++)
	{
		size_t		end = SLICE_NPOS;

		*subject = slice_trim(*subject);
		if (subject->n > 2 && subject->p[0] == '[')
			end = slice_find(slice(subject->p, subject->n < MAX_TAG_BYTES ? subject->n : MAX_TAG_BYTES), ']', 1);
		else if (subject->n > 2 && subject->p[0] == '*' && subject->p[1] == '*')
		{
			end = 2;
			while (end < subject->n && subject->p[end] == '*')
				end++;
			while (end < subject->n && end < MAX_TAG_BYTES && subject->p[end] != '*')
				end++;
			while (end + 1 < subject->n && subject->p[end + 1] == '*')
				end++;
		}
		if (end == SLICE_NPOS || end >= subject->n || (subject->p[end] != ']' && subject->p[end] != '*'))
			break;
		*subject = slice(subject->p + end + 1, subject->n - end - 1);
		any = true;
	}
	return any && subject->n > 0;
}

void
signs_read(Arena *arena, const Header *header, Trail *trail, Signs *signs)
{
	signs->kinds = 0;
	signs->decoder = DECODER_NONE;
	signs->author = DECODER_NONE;
	signs->returned_to_nobody = false;
	signs->returned_to_somebody = false;

	for (size_t i = 0; i < header->count; i++)
	{
		const Field *field = &header->fields[i];
		char		line[SIGN_TEXT_BYTES + 132];
		char		folded[sizeof(line)];
		Slice		value;
		Search		search = {.signs = signs, .value = field->value, .trail = trail};
		size_t		n;

		if (!is_telling(field->name))
			continue;
		if (slice_equal_nocase(field->name, SLICE_LIT("Return-Path")))
		{
			if (field->value.n == 0 || slice_equal(field->value, SLICE_LIT("<>")))
				signs->returned_to_nobody = true;
			else
				signs->returned_to_somebody = is_somebody(field->value);
		}
		value = decode_header(arena, slice(field->value.p,
										   field->value.n < 4096 ? field->value.n : 4096));
		if (value.n > SIGN_TEXT_BYTES)
			value.n = SIGN_TEXT_BYTES;
		n = field->name.n < 128 ? field->name.n : 128;
		memcpy(line, field->name.p, n);
		line[n++] = ':';
		line[n++] = ' ';
		if (value.n)
			memcpy(line + n, value.p, value.n);
		n += value.n;
		search.text = slice(folded, fold_into(slice(line, n), folded, NULL));
		match_run(&knowledge_sign_match, arena, search.text, note_sign, &search);
		/* "[EXTERNAL] Undeliverable: ..." */
		if (slice_equal_nocase(field->name, SLICE_LIT("Subject")) && without_tags(&value))
		{
			memcpy(line + 9, value.p, value.n);
			search.text = slice(folded, fold_into(slice(line, 9 + value.n), folded, NULL));
			match_run(&knowledge_sign_match, arena, search.text, note_sign, &search);
		}
	}
}
