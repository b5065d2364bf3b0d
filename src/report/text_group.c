/*
 * text_group.c
 *	  Groups: consecutive recipients of a human text that share the words behind
 *	  them, and the words that belong to nobody in particular.
 */
#include "mail/address.h"
#include "mail/utf8.h"
#include "report/text_reader.h"

bool
text_has_words(const Reader *reader)
{
	return reader->words_end > reader->words_start;
}

/* Does "550 5.1.1" or "550-5.1.1" stand here, with its first point at 'dot'? */
static bool
is_reply_at(Slice line, size_t dot)
{
	const char *p = line.p + dot - 5;

	return dot >= 5 && dot + 3 < line.n && p[7] == '.' && ascii_is_digit(p[6]) && ascii_is_digit(p[8]) &&
		(p[4] == '4' || p[4] == '5') && (p[3] == ' ' || p[3] == '-') &&
		(p[0] == '4' || p[0] == '5') && p[1] >= '0' && p[1] <= '7' && ascii_is_digit(p[2]) &&
		(dot == 5 || !(ascii_is_alnum(p[-1]) || p[-1] == '.' || p[-1] == '-'));
}

bool
text_holds_reply(Slice line)
{
	for (size_t dot = slice_find(line, '.', 5); dot != SLICE_NPOS; dot = slice_find(line, '.', dot + 1))
	{
		if (is_reply_at(line, dot))
			return true;
	}
	return false;
}

void
text_give_words(Reader *reader, TextRecipient *recipient, Slice words)
{
	char	   *joined;

	if (recipient->words.p == NULL)
	{
		recipient->words = words;
		return;
	}
	/* a third one adds nothing, unless it is the first to quote the refusal; and copying is bounded so */
	if ((recipient->words.p < reader->lines.text.p ||
		 recipient->words.p >= reader->lines.text.p + reader->lines.text.n) &&
		(!text_holds_reply(words) || text_holds_reply(recipient->words)))
		return;
	/* of very many recipients each gets the more precise words alone, uncopied */
	reader->joined_bytes += words.n + 1 + recipient->words.n;
	if (reader->joined_bytes > LIMIT_JOINED_BYTES)
	{
		arena_meet(reader->arena, BOUND_JOINED_BYTES);
		recipient->words = words;
		return;
	}
	joined = arena_alloc(reader->arena, words.n + 1 + recipient->words.n);
	if (joined == NULL)
		return;
	memcpy(joined, words.p, words.n);
	joined[words.n] = '\n';
	memcpy(joined + words.n + 1, recipient->words.p, recipient->words.n);
	recipient->words = slice(joined, words.n + 1 + recipient->words.n);
}

/*
 * GMX and its sisters cut a long reply into pieces of one width, within words
 * and without losing a blank.
 */
static Slice
unwrap(Arena *arena, Slice words)
{
	size_t		n = 0;
	char	   *out;

	if (slice_find_nocase(slice(words.p, words.n < 64 ? words.n : 64), SLICE_LIT("SMTP error from remote server for "), 0) == SLICE_NPOS ||
		slice_find_nocase(slice(words.p, words.n < 400 ? words.n : 400), SLICE_LIT(" reason: "), 0) == SLICE_NPOS)
		return words;
	out = arena_alloc(arena, words.n);
	if (out == NULL)
		return words;
	for (size_t i = 0; i < words.n; i++)
	{
		if (words.p[i] != '\n' && words.p[i] != '\r')
			out[n++] = words.p[i];
	}
	return slice(out, n);
}

void
text_close_group(Reader *reader)
{
	Slice		words = SLICE_NONE;

	if (text_has_words(reader))
	{
		size_t		n = reader->words_end - reader->words_start;

		words = ARENA_BOUNDED(reader->arena, slice(reader->lines.text.p + reader->words_start, n), REPLY_BYTES);
		words = unwrap(reader->arena, words);
	}
	for (size_t i = 0; i < reader->member_count; i++)
	{
		TextRecipient *recipient = &reader->report->recipients[reader->members[i]];

		if (words.n > 0)
			text_give_words(reader, recipient, words);
		if (reader->command)
			recipient->command = reader->command;
		if (reader->rhost.n > 0)
			recipient->rhost = reader->rhost;
	}
	reader->member_count = 0;
	reader->words_start = reader->words_end = 0;
	reader->command = NULL;
	reader->rhost = SLICE_NONE;
	reader->nameless = false;
}

static bool
join_group(Reader *reader, uint32_t number)
{
	uint32_t   *members = arena_grow(reader->arena, reader->members, reader->member_count, &reader->member_allocated, sizeof(uint32_t));

	if (members == NULL)
		return false;
	reader->members = members;
	reader->members[reader->member_count++] = number;
	return true;
}

void
text_add_recipient(Reader *reader, Slice raw, size_t indent)
{
	TextReport *report = reader->report;
	Slice		address = address_clean(reader->arena, raw, false);
	uint32_t	number;

	if (address.n == 0)
		return;
	if (text_has_words(reader))
		text_close_group(reader);
	number = recipients_find(&reader->index, address);
	if (number == RECIPIENT_NONE)
	{
		TextRecipient *recipient;

		if (report->count >= LIMIT_TEXT_RECIPIENTS)
		{
			if (!report->truncated)
				trail_bound(reader->trail, BOUND_TEXT_RECIPIENTS, raw);
			report->truncated = true;
			return;
		}
		recipient = arena_grow(reader->arena, report->recipients, report->count, &reader->allocated, sizeof(TextRecipient));
		if (recipient == NULL)
			return;
		report->recipients = recipient;
		if (report->count == 0)
			reader->preface_length = reader->common_length;
		recipient = &report->recipients[report->count];
		memset(recipient, 0, sizeof(*recipient));
		recipient->address = address;
		recipient->named_at = raw;
		recipient->kind = reader->section;
		recipient->heading = reader->heading;
		number = (uint32_t) report->count++;
		recipients_put(&reader->index, address, number);
	}
	else
	{
		for (size_t i = 0; i < reader->member_count; i++)
		{
			if (reader->members[i] == number)
				return;
		}
	}
	if (join_group(reader, number))
		reader->indent = indent;
}

void
text_add_common(Reader *reader, uint32_t start, uint32_t end)
{
	Slice		words = slice(reader->lines.text.p + start, end - start);

	if (reader->common == NULL)
		reader->common = arena_alloc(reader->arena, LIMIT_REPLY_BYTES);
	if (reader->common == NULL)
		return;
	if (words.n > 0 && reader->common_length + words.n >= LIMIT_REPLY_BYTES)
		reader->common_cut = true;
	if (reader->common_length + 1 >= LIMIT_REPLY_BYTES)
		return;
	/* of a line without end the beginning counts */
	if (words.n > LIMIT_REPLY_BYTES - 1 - reader->common_length)
		words = utf8_drop_cut(slice(words.p, LIMIT_REPLY_BYTES - 1 - reader->common_length));
	memcpy(reader->common + reader->common_length, words.p, words.n);
	reader->common_length += words.n;
	reader->common[reader->common_length++] = '\n';
}

/* Sendmail puts "(reason: 550 ...)" below each address that has one: those above it have none. */
static void
leave_last_member(Reader *reader, Slice words)
{
	if (reader->member_count < 2 || text_has_words(reader) || !slice_starts_nocase(slice_trim(words), SLICE_LIT("(reason: ")))
		return;
	reader->members[0] = reader->members[reader->member_count - 1];
	reader->member_count = 1;
}

void
text_add_words(Reader *reader, uint32_t start, uint32_t end)
{
	leave_last_member(reader, slice(reader->lines.text.p + start, end - start));
	if (reader->member_count > 0 || reader->nameless)
	{
		if (!text_has_words(reader))
			reader->words_start = start;
		reader->words_end = end;
	}
	text_add_common(reader, start, end);
}

bool
text_is_known(const Reader *reader, Slice address)
{
	return reader->known &&
		recipients_find(reader->known, address_clean(reader->arena, address, false)) != RECIPIENT_NONE;
}
