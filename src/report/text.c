/*
 * text.c
 *	  Free-text reports.
 *
 * One reader for all families: the lines are walked once, and the markers of
 * data/markers.tsv tell where recipients are listed, where a reason begins,
 * where advice or the returned message starts.  What a line itself looks like
 * (an address alone, "<a@b>: words", "a@b on <date>") does the rest.  So a
 * new MTA is a line of data unless its report has a new shape.
 */
#include "mail/address.h"
#include "mail/utf8.h"
#include "report/lines.h"
#include "report/recipients.h"
#include "report/shape.h"
#include "report/text.h"
#include "report/transcript.h"

#define REMARK_BYTES 512		/* of a recipient's words that are searched for Sendmail's remarks */
#define MAX_GENERAL 64			/* refusals that are looked through for one recipient's */
#define MAX_LEADS 8				/* of a line that are tried: each may name thousands, known already */

typedef enum Mode
{
	MODE_TEXT,					/* ordinary words */
	MODE_LIST,					/* recipients are being listed */
	MODE_TRANSCRIPT,
	MODE_HELP					/* no evidence */
} Mode;

typedef struct Reader
{
	Arena	   *arena;
	Trail	   *trail;
	Lines		lines;
	TextReport *report;
	size_t		allocated;
	RecipientIndex index;
	const RecipientIndex *known;	/* that are expected in the text, or NULL */
	Transcript	transcript;
	Mode		mode;
	BounceKind	section;
	bool		blank_behind;	/* the line before was empty */

	/* the recipients that the current words speak of */
	uint32_t   *members;
	size_t		member_count;
	size_t		member_allocated;
	size_t		indent;			/* of their lines */
	uint32_t	words_start;
	uint32_t	words_end;		/* 0: no words yet */
	const char *command;
	Slice		rhost;
	bool		nameless;		/* they are a pipe or a file: whose, a line below tells */

	/* evidence that belongs to nobody in particular */
	char	   *common;
	size_t		common_length;
	size_t		preface_length; /* of it, before the first recipient */

	/* "<a@b>" or "a@b:" alone in a line where nothing announced recipients */
	Slice		tentative;

	/* an address alone in the line before, not known as a recipient */
	Slice		bare;
	Slice		bare_host;		/* a host name alone, likewise */
	bool		advice_ended;	/* by a refusal that was quoted */
	bool		aside;			/* in a paragraph that others added */
	size_t		wrapped_line;	/* into which an address went on, which ends at this offset; 0: none */
	uint32_t	wrapped_end;
	bool		quoted;			/* the whole report: its first recipient stands behind ">" */
	bool		to_follows;		/* the line before was a mere "To:" */
	bool		value_follows;	/* ... or another field's name */

	/* "These mailboxes are full:" above some recipients, another heading above others */
	Slice		heading;
	size_t		headings;

	/* InterMail: the words of a reason, for the recipients below them */
	bool		reason_first;
	bool		reason_ended;	/* by a recipient: what follows is another one */
	uint32_t	reason_start;
	uint32_t	reason_end;
} Reader;

/* ------------------------------------------------------------------------
 * Groups: consecutive recipients that share the words behind them
 * ------------------------------------------------------------------------ */

static bool
has_words(const Reader *reader)
{
	return reader->words_end > reader->words_start;
}

/* "... 550 5.1.1 ...": a refusal, which no advice holds and no language hides. */
static bool
holds_reply(Slice line)
{
	for (size_t i = 0; i + 8 < line.n; i++)
	{
		if ((line.p[i] == '4' || line.p[i] == '5') && line.p[i + 1] >= '0' && line.p[i + 1] <= '7' &&
			ascii_is_digit(line.p[i + 2]) && (line.p[i + 3] == ' ' || line.p[i + 3] == '-') &&
			(line.p[i + 4] == '4' || line.p[i + 4] == '5') && line.p[i + 5] == '.' &&
			ascii_is_digit(line.p[i + 6]) && line.p[i + 7] == '.' && ascii_is_digit(line.p[i + 8]) &&
			(i == 0 || !(ascii_is_alnum(line.p[i - 1]) || line.p[i - 1] == '.' || line.p[i - 1] == '-')))
			return true;
	}
	return false;
}

/* Puts 'words' to a recipient; a second mention is the more precise one and comes first. */
static void
give_words(Reader *reader, TextRecipient *recipient, Slice words)
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
		(!holds_reply(words) || holds_reply(recipient->words)))
		return;
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

static void
close_group(Reader *reader)
{
	Slice		words = SLICE_NONE;

	if (has_words(reader))
	{
		size_t		n = reader->words_end - reader->words_start;

		words = slice(reader->lines.text.p + reader->words_start,
					  n < LIMIT_REPLY_BYTES ? n : LIMIT_REPLY_BYTES);
		words = unwrap(reader->arena, words);
	}
	for (size_t i = 0; i < reader->member_count; i++)
	{
		TextRecipient *recipient = &reader->report->recipients[reader->members[i]];

		if (words.n > 0)
			give_words(reader, recipient, words);
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

static void
add_recipient(Reader *reader, Slice raw, size_t indent)
{
	TextReport *report = reader->report;
	Slice		address = address_clean(reader->arena, raw, false);
	uint32_t	number;

	if (address.n == 0)
		return;
	if (has_words(reader))
		close_group(reader);
	number = recipients_find(&reader->index, address);
	if (number == RECIPIENT_NONE)
	{
		TextRecipient *recipient;

		if (report->count >= LIMIT_TEXT_RECIPIENTS)
		{
			if (!report->truncated)
				trail_bound(reader->trail, "recipients of a human text", raw);
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

/* Evidence that belongs to nobody in particular: reports may name their recipients last. */
static void
add_common(Reader *reader, uint32_t start, uint32_t end)
{
	Slice		words = slice(reader->lines.text.p + start, end - start);

	if (reader->common == NULL)
		reader->common = arena_alloc(reader->arena, LIMIT_REPLY_BYTES);
	if (reader->common == NULL || reader->common_length + 1 >= LIMIT_REPLY_BYTES)
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
	if (reader->member_count < 2 || has_words(reader) || !slice_starts_nocase(slice_trim(words), SLICE_LIT("(reason: ")))
		return;
	reader->members[0] = reader->members[reader->member_count - 1];
	reader->member_count = 1;
}

static void
add_words(Reader *reader, uint32_t start, uint32_t end)
{
	leave_last_member(reader, slice(reader->lines.text.p + start, end - start));
	if (reader->member_count > 0 || reader->nameless)
	{
		if (!has_words(reader))
			reader->words_start = start;
		reader->words_end = end;
	}
	add_common(reader, start, end);
}

/* ------------------------------------------------------------------------
 * Lines
 * ------------------------------------------------------------------------ */

/* Do the report's fields say that this address failed? */
static bool
is_known(const Reader *reader, Slice address)
{
	return reader->known &&
		recipients_find(reader->known, address_clean(reader->arena, address, false)) != RECIPIENT_NONE;
}

/* Does the line name a recipient here? */
static bool
is_recipient_line(const Reader *reader, const Shape *shape, Slice line, size_t indent)
{
	bool		has_domain = slice_find(shape->address, '@', 0) != SLICE_NPOS;

	/* somebody's words, quoted below those of the report */
	if (line.p[indent] == '>' && reader->report->count > 0 && !reader->quoted)
		return false;
	/* deeper than the recipient's line: a reply that was wrapped */
	if (reader->member_count > 0 && indent > reader->indent &&
		(has_words(reader) || !shape->alone) &&
		!(reader->blank_behind && shape->alone && ((shape->bracketed && shape->colon) || is_known(reader, shape->address))))
		return false;
	if (!has_domain && !(shape->bracketed && (shape->colon || shape->alone) && reader->mode == MODE_LIST))
		return false;
	if (shape->bracketed && shape->colon)
		return true;
	if (reader->mode == MODE_LIST)
		return true;
	if (!shape->named && reader->mode != MODE_TRANSCRIPT && shape_action(line, shape->behind) != KIND_NONE)
		return true;
	if ((shape->alone || (shape->remark && !shape->named)) && reader->mode != MODE_TRANSCRIPT && is_known(reader, shape->address))
		return true;
	return shape->colon && reader->member_count > 0 && !shape->named;
}

/* Postfix wraps a long line: "<a@b>" and "    (expanded from <c@d>): words" */
static bool
is_expanded_below(const Reader *reader, size_t number)
{
	const TextLine *below;

	if (number + 1 >= reader->lines.count)
		return false;
	below = &reader->lines.lines[number + 1];
	return slice_starts_nocase(slice_trim(slice(reader->lines.text.p + below->start, below->end - below->start)),
							   SLICE_LIT("(expanded from <"));
}

/* "pipe to |/usr/bin/x", "save to inbox", "\"|/usr/bin/x\"": delivery to a program or a file, instead of an address. */
static bool
is_program_line(Slice line)
{
	static const Slice leads[] = {SLICE_LIT("pipe to |"), SLICE_LIT("save to "), SLICE_LIT("|/"), SLICE_LIT("| /"), SLICE_LIT("\"|"), SLICE_LIT("\"/"),
		/* Exim, where the owner of an alias does not want to be known */
		SLICE_LIT("an undisclosed address")};

	while (line.n > 0 && (line.p[0] == '-' || line.p[0] == ' '))
		line = slice(line.p + 1, line.n - 1);
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
	{
		if (slice_starts_nocase(line, leads[i]))
			return true;
	}
	return false;
}

/* "a@b on Thu, 7 Mar 2002 14:20:27 -0500", "a@b (host: b) (queue: smtp)": Exchange tells when, MMDF where, not why. */
static bool
is_mere_place(Slice rest)
{
	if (slice_starts_nocase(rest, SLICE_LIT("(host: ")))
		return true;
	return slice_starts_nocase(rest, SLICE_LIT("on ")) &&
		(ascii_is_digit(rest.p[rest.n - 1]) || slice_ends_nocase(rest, SLICE_LIT("AM")) || slice_ends_nocase(rest, SLICE_LIT("PM"))) &&
		slice_find(rest, ':', 0) != SLICE_NPOS;
}

/* "... to the recipient. Contact: a@b": has another sentence begun before the address? */
static bool
begins_sentence(Slice between)
{
	size_t		end = 0;

	for (size_t i = 0; i + 1 < between.n; i++)
	{
		if ((between.p[i] == '.' || between.p[i] == '!' || between.p[i] == '?') && between.p[i + 1] == ' ')
			end = i + 1;
	}
	for (size_t i = end; end > 0 && i < between.n; i++)
	{
		if (ascii_is_alpha(between.p[i]))
			return true;
	}
	return false;
}

/* "a@b and c@d": what stands between is one short word. */
static bool
is_and(Slice between)
{
	static const Slice words[] = {
		SLICE_LIT("and"), SLICE_LIT("und"), SLICE_LIT("et"), SLICE_LIT("y"), SLICE_LIT("e"), SLICE_LIT("en"), SLICE_LIT("og"),
		SLICE_LIT("och"), SLICE_LIT("ja"), SLICE_LIT("i"), SLICE_LIT("a"), SLICE_LIT("or"), SLICE_LIT("&"),
	};

	while (between.n > 0 && (between.p[0] == '>' || between.p[0] == '"' || between.p[0] == '\'' || ascii_is_space(between.p[0])))
		between = slice(between.p + 1, between.n - 1);
	while (between.n > 0 && (between.p[between.n - 1] == '<' || between.p[between.n - 1] == '"' ||
							 between.p[between.n - 1] == '\'' || ascii_is_space(between.p[between.n - 1])))
		between.n--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (slice_equal_nocase(between, words[i]))
			return true;
	}
	return false;
}

/*
 * "a@b, c@d; Name <e@f>" is a list; "a@b failed: the address changed, the user
 * is now c@d" is a sentence that goes on.
 */
static bool
is_listed(Slice between, char before)
{
	size_t		letters = 0;
	int			depth = 0;

	if (slice_find(between, ',', 0) == SLICE_NPOS && slice_find(between, ';', 0) == SLICE_NPOS)
		return is_and(between);
	if (before == '<' || before == '(' || before == '[' || before == '"' || before == '\'')
		return true;
	for (size_t i = 0; i < between.n; i++)
	{
		depth += (between.p[i] == '(') - (between.p[i] == ')');
		letters += depth <= 0 && ascii_is_alpha(between.p[i]);
	}
	return letters <= 3;		/* "and", "und", "et" */
}

/* All addresses of the line from offset 'from' on. */
static bool
add_addresses(Reader *reader, Slice line, size_t from, size_t indent, size_t *end)
{
	size_t		offset = from;
	size_t		start;
	Slice		found;
	bool		any = false;

	while (address_find(line, &offset, &start, &found))
	{
		/* a list with commas or semicolons goes on; a sentence names one */
		if (any && !is_listed(slice(line.p + from, start - from), line.p[start - 1]))
			break;
		if (!any && begins_sentence(slice(line.p + from, start - from)))
			break;
		add_recipient(reader, found, indent);
		any = true;
		from = offset;
	}
	if (end)
		*end = from;
	return any;
}

/* "a@b, c@d; <e@f>": those that follow the first one at 'from'.  Returns where the rest of the line begins. */
static size_t
add_neighbours(Reader *reader, Slice line, size_t from, size_t indent)
{
	size_t		offset = from;
	size_t		start;
	Slice		found;

	while (from < line.n && (line.p[from] == ',' || line.p[from] == ';') &&
		   address_find(line, &offset, &start, &found))
	{
		size_t		i = from + 1;

		while (i < start && (ascii_is_space(line.p[i]) || line.p[i] == '<'))
			i++;
		if (i < start)
			break;
		add_recipient(reader, found, indent);
		while (offset < line.n && ascii_is_space(line.p[offset]))
			offset++;
		from = offset;
	}
	return from;
}

/* ">>> RCPT To:<x>", "<<< 550 ...": a session is quoted, announced or not. */
static bool
is_session_line(Slice line)
{
	if (slice_starts_nocase(line, SLICE_LIT("<<< ")))
		return line.n > 7 && ascii_is_digit(line.p[4]);
	if (transcript_names_side(line))
		return true;
	if (slice_starts_nocase(line, SLICE_LIT("In:  ")))
		return transcript_verb(slice_trim(slice(line.p + 4, line.n - 4))) != NULL;
	if (slice_starts_nocase(line, SLICE_LIT("Out: ")))
		return line.n > 8 && ascii_is_digit(line.p[5]);
	return slice_starts_nocase(line, SLICE_LIT(">>> ")) &&
		transcript_verb(slice_trim(slice(line.p + 4, line.n - 4))) != NULL;
}

/* What follows a marker; its words may be wrapped, so that it ends in a later line than 'line'. */
static Slice
behind_marker(const Lines *lines, const TextLine *line, const LineMarker *marker)
{
	while (line + 1 < lines->lines + lines->count && line[1].start < marker->end)
		line++;
	return slice_between(lines->text.p + marker->end, lines->text.p + line->end);
}

static void
note_markers(Reader *reader, const TextLine *line)
{
	TextReport *report = reader->report;
	bool		in_session = is_session_line(slice_trim(slice_between(reader->lines.text.p + line->start, reader->lines.text.p + line->end)));

	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		const LineMarker *found = &reader->lines.markers[i];
		uint16_t	decoder = found->decoder;
		const char *kind = knowledge_marker_kinds[found->marker];

		if (reader->trail)
			trail_note(reader->trail, "marker", slice(kind, strlen(kind)), true, markers_rule(&knowledge_markers[found->row]),
					   slice_between(reader->lines.text.p + found->start, reader->lines.text.p + found->end), NULL);

		/* many begin with Exim's or qmail's words; what comes last is one's own */
		if (decoder != DECODER_NONE)
			report->decoder = decoder;
	}
	report->absent |= line_has(line, MARKER_ABSENCE);
	report->challenges |= line_has(line, MARKER_CHALLENGE);
	report->was_read |= line_has(line, MARKER_READ);
	/* what a remote host promises in its reply is not for us */
	if (line_has(line, MARKER_DELAY) && !in_session)
	{
		report->delayed = true;
		report->speaks = true;
	}
	if (line_has(line, MARKER_LOCAL) && report->lhost.n == 0)
	{
		const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_LOCAL);
		Slice		name = slice_trim(behind_marker(&reader->lines, line, marker));

		while (name.n > 0 && (name.p[0] == ':' || name.p[0] == ' '))
			name = slice(name.p + 1, name.n - 1);
		report->lhost = name;
	}
}

/* What the line says of the recipients that it belongs to, its own included: so only once they are known. */
static void
note_stage(Reader *reader, const TextLine *line)
{
	TextReport *report = reader->report;

	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		const char *command = marker_command(reader->lines.markers[i].marker);

		if (command == NULL)
			continue;
		if (reader->member_count > 0)
			reader->command = command;
		report->command = command;
	}
	if (line_has(line, MARKER_REMOTE) && reader->member_count > 0)
	{
		const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_REMOTE);
		Slice		name = slice_trim(behind_marker(&reader->lines, line, marker));

		while (name.n > 0 && (name.p[0] == ':' || name.p[0] == ' '))
			name = slice(name.p + 1, name.n - 1);
		reader->rhost = name;
	}
}

/* "(expanded from <x>)": to the recipients of the group; or the only address there is of a pipe. */
static void
note_alias(Reader *reader, const TextLine *line, Slice text, size_t indent)
{
	const LineMarker *marker = lines_marker(&reader->lines, line, MARKER_ALIAS);
	size_t		offset = marker->end - line->start;
	size_t		start;
	Slice		found;
	Slice		alias;

	if (!address_find(text, &offset, &start, &found))
		return;
	alias = address_clean(reader->arena, found, true);
	if (alias.n == 0)
		return;
	if (reader->member_count == 0)
	{
		uint32_t	words_start = reader->words_start;
		uint32_t	words_end = reader->words_end;

		/* Exim: "  |/usr/bin/x" and "    generated by user@dom"; Sendmail gives the reason before that */
		if (reader->mode != MODE_LIST)
			return;
		add_recipient(reader, found, indent);
		reader->words_start = words_start;
		reader->words_end = words_end;
		return;
	}
	for (size_t i = 0; i < reader->member_count; i++)
	{
		TextRecipient *recipient = &reader->report->recipients[reader->members[i]];

		if (recipient->alias.n == 0 && !slice_equal(alias, recipient->address))
			recipient->alias = alias;
	}
}

/* Is the rest of a label's line empty, or one mark, U+FF1A FULLWIDTH COLON included? */
static bool
nothing_but_colon(Slice s)
{
	s = slice_trim(s);
	return s.n <= 1 || slice_equal(s, SLICE_LIT("\xef\xbc\x9a"));
}

/* A line that announces recipients: 'from' is where they may stand in it. */
static void
open_section(Reader *reader, BounceKind kind, Slice line, size_t from, size_t indent)
{
	reader->report->speaks = true;
	if (!(reader->member_count > 0 && !has_words(reader) && kind == reader->section))
		close_group(reader);
	reader->section = kind;
	reader->mode = MODE_LIST;
	add_addresses(reader, line, from, indent, NULL);
}

/* "550-..." */
static bool
begins_with_code(Slice line)
{
	return line.n > 3 && line.p[0] >= '4' && line.p[0] <= '5' && ascii_is_digit(line.p[1]) &&
		ascii_is_digit(line.p[2]) && (line.p[3] == '-' || line.p[3] == ' ');
}

/* A reply that begins a line, bare or as Exchange writes it. */
static bool
begins_with_reply(Slice line)
{
	return begins_with_code(line) || slice_starts_nocase(line, SLICE_LIT("Remote Server returned")) ||
		slice_starts_nocase(line, SLICE_LIT("#< #5")) || slice_starts_nocase(line, SLICE_LIT("#< #4")) ||
		(line.n > 8 && line.p[0] == '#' && begins_with_code(slice(line.p + 1, line.n - 1)));
}

/* Does the line tell at which command it failed? */
static bool
names_command(const Reader *reader, const TextLine *line)
{
	for (uint32_t i = line->first_marker; i != LINE_NONE; i = reader->lines.markers[i].next)
	{
		if (marker_command(reader->lines.markers[i].marker) != NULL)
			return true;
	}
	return false;
}

/*
 * Does the sentence name the address before the marker's words?  Japanese and
 * Chinese do; Turkish and others, when a full stop follows the words.
 */
static bool
puts_address_first(const char *text, const LineMarker *marker, Slice sentence)
{
	const char *end = sentence.p + sentence.n;

	if (text[marker->start] & 0x80)
		return true;
	for (uint32_t i = marker->start; i < marker->end; i++)
	{
		if (text[i] & 0x80)
			return text + marker->end < end && text[marker->end] == '.';
	}
	return false;
}

/* markers that no gateway's warning holds */
#define OF_REPORTS (MARKER_BIT(MARKER_START) | MARKER_BIT(MARKER_FAILED) | MARKER_BIT(MARKER_DELAYED) | MARKER_BIT(MARKER_DELIVERED) | \
					MARKER_BIT(MARKER_LEAD) | MARKER_BIT(MARKER_RECIPIENT) | MARKER_BIT(MARKER_TRANSCRIPT) | MARKER_BIT(MARKER_END))

static bool
add_refused(Reader *reader, const TextLine *entry, Slice line, size_t indent)
{
	size_t		offset = 0;
	Slice		address;
	Slice		reply;
	bool		any = false;

	while (shape_refused(line, &offset, &address, &reply))
	{
		close_group(reader);
		reader->section = KIND_FAILURE;
		add_recipient(reader, address, indent);
		add_words(reader, entry->start + (uint32_t) (reply.p - line.p), entry->start + (uint32_t) (reply.p + reply.n - line.p));
		any = true;
	}
	if (any)
	{
		close_group(reader);
		reader->report->speaks = true;
	}
	return any;
}

#define HEADING_LINES 4

static Slice
line_text(const Lines *lines, size_t number)
{
	return slice_trim(slice_between(lines->text.p + lines->lines[number].start, lines->text.p + lines->lines[number].end));
}

/* Notes the words from that line on as a heading when they end in a colon, and an address stands below them. */
static void
note_heading(Reader *reader, size_t number)
{
	const Lines *lines = &reader->lines;
	size_t		last = number;
	size_t		below;
	Slice		text = line_text(lines, last);
	Shape		shape;

	while (text.p[text.n - 1] != ':' && !slice_ends_nocase(text, SLICE_LIT("\xef\xbc\x9a")))
	{
		if (++last >= lines->count || last >= number + HEADING_LINES)
			return;
		text = line_text(lines, last);
		if (text.n == 0)
			return;
	}
	below = last + 1;
	if (below < lines->count && line_text(lines, below).n == 0)
		below++;
	if (below >= lines->count || !shape_read(line_text(lines, below), &shape) || !shape.alone ||
		slice_find(shape.address, '@', 0) == SLICE_NPOS || shape_read(line_text(lines, number), &shape))
		return;
	close_group(reader);
	reader->heading = slice_between(lines->text.p + lines->lines[number].start, lines->text.p + lines->lines[last].end);
	reader->headings++;
}

/*
 * "The user(s) account is disabled.", and below it "<a@b>", "<c@d>"; then the
 * next reason.  False where the line is to be read as any other.
 */
static bool
read_reason_first(Reader *reader, const TextLine *entry, const Shape *shape)
{
	if (line_has(entry, MARKER_FIRST))
	{
		/* "... due to the following reason:", or the reason at once */
		reader->reason_first = true;
		reader->reason_ended = reader->lines.text.p[entry->end - 1] == ':';
		reader->reason_start = entry->start;
		reader->reason_end = entry->end;
		reader->report->speaks = true;
		add_common(reader, entry->start, entry->end);
		return true;
	}
	/* the others announce their recipients */
	if (!reader->reason_first || (entry->kinds & OF_REPORTS) || line_has(entry, MARKER_HELP) || (shape->bracketed && !shape->alone))
	{
		reader->reason_first = false;
		return false;
	}
	if (shape->bracketed && slice_find(shape->address, '@', 0) != SLICE_NPOS)
	{
		add_recipient(reader, shape->address, 0);
		reader->words_start = reader->reason_start;
		reader->words_end = reader->reason_end;
		close_group(reader);
		reader->reason_ended = true;
		return true;
	}
	if (reader->reason_ended)
		reader->reason_start = entry->start;
	reader->reason_ended = false;
	reader->reason_end = entry->end;
	add_common(reader, entry->start, entry->end);
	return true;
}

/* "<a@very-long-", which goes on in the next line: a recipient where one may stand. */
static bool
add_wrapped(Reader *reader, size_t number, Slice trimmed, size_t indent)
{
	const TextLine *next = &reader->lines.lines[number + 1];
	Slice		below;
	Slice		address;
	size_t		behind;

	if (number + 1 >= reader->lines.count || reader->mode == MODE_HELP || reader->mode == MODE_TRANSCRIPT)
		return false;
	below = slice_trim(slice_between(reader->lines.text.p + next->start, reader->lines.text.p + next->end));
	address = shape_wrapped(reader->arena, trimmed, below, &behind);
	if (address.n == 0)
		return false;
	add_recipient(reader, address, indent);
	reader->wrapped_line = number + 1;
	reader->wrapped_end = (uint32_t) (below.p + behind - reader->lines.text.p);
	reader->blank_behind = false;
	return true;
}

/* Returns false at the line where the returned message begins. */
static bool
read_line(Reader *reader, size_t number)
{
	static const struct
	{
		int			marker;
		BounceKind	kind;
	}			sections[] = {
		{MARKER_FAILED, KIND_FAILURE}, {MARKER_DELAYED, KIND_DELAY}, {MARKER_DELIVERED, KIND_SUCCESS},
		{MARKER_START, KIND_NONE},
	};
	TextReport *report = reader->report;
	TextLine   *entry = &reader->lines.lines[number];
	Slice		line = slice(reader->lines.text.p + entry->start, entry->end - entry->start);
	Slice		trimmed = slice_trim(line);
	size_t		indent = (size_t) (trimmed.p - line.p);
	Shape		shape;
	bool		is_recipient;
	bool		in_reply;		/* a refusal goes on: it may say "could not deliver mail to <sender>", too */
	Slice		bare;

	if (trimmed.n == 0)
	{
		reader->blank_behind = true;
		reader->aside = false;
		return true;
	}
	if (number > 0 && number == reader->wrapped_line)
	{
		if (reader->wrapped_end + 1 < entry->end)
			add_words(reader, reader->wrapped_end, entry->end);
		return true;
	}
	/* "CAUTION: this mail came from outside", "if you are not the intended recipient": nothing of the report's */
	reader->aside = (reader->aside || line_has(entry, MARKER_ASIDE)) && !(entry->kinds & OF_REPORTS) && !holds_reply(trimmed);
	if (reader->aside)
		return true;
	/* RFC 3676 4.3: a signature, or what a gateway on the way put below */
	if (slice_equal(line, SLICE_LIT("-- ")) && report->count > 0)
	{
		close_group(reader);
		reader->mode = MODE_HELP;
		return true;
	}
	note_markers(reader, entry);
	if (line_has(entry, MARKER_END))
	{
		size_t		behind = number + 1 < reader->lines.count ? reader->lines.lines[number + 1].start : reader->lines.text.n;

		report->returned = slice(reader->lines.text.p + behind, reader->lines.text.n - behind);
		return false;
	}
	if ((lines_begin_returned(trimmed) || lines_header_below(&reader->lines, number)) &&
		(report->count > 0 || report->speaks || reader->tentative.n > 0 ||
		 (reader->blank_behind && reader->common_length > 0)))
	{
		report->returned = slice(reader->lines.text.p + entry->start, reader->lines.text.n - entry->start);
		return false;
	}
	if (is_session_line(trimmed) && reader->mode != MODE_HELP)
	{
		size_t		before = reader->transcript.count;

		if (reader->mode != MODE_TRANSCRIPT)
			add_words(reader, entry->start, entry->end);
		transcript_line(&reader->transcript, trimmed);
		/* Courier shows the session below the recipient */
		if (reader->mode != MODE_TRANSCRIPT && reader->member_count == 1 && reader->transcript.count > before &&
			reader->transcript.refusals[before].address.n == 0)
			reader->transcript.refusals[before].address = report->recipients[reader->members[0]].address;
		return true;
	}
	if (trimmed.p[0] == '<' && add_wrapped(reader, number, trimmed, indent))
		return true;
	is_recipient = shape_read(line, &shape) && (is_recipient_line(reader, &shape, line, indent) ||
												(shape.bracketed && shape.alone && is_expanded_below(reader, number)));
	/* an address, and the reply to it in the next line: all languages say it so */
	bare = reader->bare;
	/* Exchange: "mx.example.com", and below it "Remote Server returned '550 ...'" */
	if (reader->bare_host.n > 0 && reader->member_count > 0 && reader->rhost.n == 0 &&
		slice_starts_nocase(trimmed, SLICE_LIT("Remote Server returned")))
		reader->rhost = reader->bare_host;
	reader->bare_host = address_is_domain(trimmed) && slice_find(trimmed, '.', 0) != SLICE_NPOS ? trimmed : SLICE_NONE;
	reader->bare = shape.alone && !is_recipient && reader->mode != MODE_TRANSCRIPT &&
		slice_find(shape.address, '@', 0) != SLICE_NPOS ? shape.address : SLICE_NONE;
	if (bare.n > 0 && begins_with_reply(trimmed) && holds_reply(trimmed))
	{
		reader->mode = MODE_TEXT;
		report->speaks = true;
		close_group(reader);
		add_recipient(reader, bare, indent);
	}
	if (holds_reply(trimmed))
	{
		report->quotes_reply = true;
		/* advice ends where the refusal is quoted, whatever the label before it says */
		if (reader->mode == MODE_HELP && !is_recipient)
		{
			reader->mode = MODE_TEXT;
			reader->advice_ended = true;
		}
	}
	if (read_reason_first(reader, entry, &shape))
		return true;
	if (reader->blank_behind && (reader->mode == MODE_TEXT || reader->mode == MODE_LIST) && !is_recipient)
		note_heading(reader, number);
	/* a reply may hold the words of advice, too: deeper lines belong to it */
	if (line_has(entry, MARKER_HELP) && !is_recipient &&
		!(has_words(reader) && indent > reader->indent && !reader->blank_behind))
	{
		close_group(reader);
		reader->mode = MODE_HELP;
		return true;
	}
	if (line_has(entry, MARKER_TRANSCRIPT))
	{
		close_group(reader);
		reader->mode = MODE_TRANSCRIPT;
		report->speaks = true;
		return true;
	}
	in_reply = has_words(reader) && !reader->blank_behind &&
		(indent > reader->indent || begins_with_code(trimmed));
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]) && !in_reply; i++)
	{
		if (line_has(entry, sections[i].marker))
		{
			const LineMarker *marker = lines_marker(&reader->lines, entry, sections[i].marker);

			add_common(reader, entry->start, entry->end);
			open_section(reader, sections[i].kind, line, marker->end - entry->start, indent);
			return true;
		}
	}
	if (line_has(entry, MARKER_RECIPIENT) && !in_reply)
	{
		const LineMarker *marker = lines_marker(&reader->lines, entry, MARKER_RECIPIENT);
		size_t		end;

		if (reader->mode == MODE_TRANSCRIPT || reader->mode == MODE_HELP)
			reader->mode = MODE_TEXT;
		if (add_addresses(reader, line, marker->end - entry->start, indent, &end))
		{
			report->speaks = true;
			/* "Recipient: a@b; Reason: 550 ...", "Recipient: a@b (mailbox full)" */
			if (line.n - end > 8 && !is_mere_place(slice_trim(slice(line.p + end, line.n - end))))
				add_words(reader, entry->start + (uint32_t) end, entry->end);
		}
		else if (nothing_but_colon(behind_marker(&reader->lines, entry, marker)))
			reader->mode = MODE_LIST;
		else
			add_words(reader, entry->start, entry->end);
		return true;
	}
	/* the subject of the returned message may be "Your mailbox is full"; "From: <x> RCPT: <y> ... does not like recipient" is indimail's */
	if (line_has(entry, MARKER_HEADER) && !in_reply && !names_command(reader, entry))
	{
		reader->value_follows = nothing_but_colon(behind_marker(&reader->lines, entry, lines_marker(&reader->lines, entry, MARKER_HEADER)));
		return true;
	}
	if (reader->value_follows)
	{
		reader->value_follows = false;
		return true;
	}

	/*
	 * Gateways announce the message and quote its header: "To:" names who failed
	 * there, and else only when the whole text names nobody
	 */
	if (line_has(entry, MARKER_TO))
	{
		const LineMarker *marker = lines_marker(&reader->lines, entry, MARKER_TO);

		if (reader->mode == MODE_LIST && report->count == 0)
			add_addresses(reader, line, marker->end - entry->start, indent, NULL);
		else if (report->quoted_to.n == 0)
		{
			/* "à :" may be wrapped before its colon */
			report->quoted_to = slice_trim(behind_marker(&reader->lines, entry, marker));
			reader->to_follows = report->quoted_to.n == 0;
		}
		return true;
	}
	if (reader->to_follows)
	{
		report->quoted_to = trimmed;
		reader->to_follows = false;
	}
	if (line_has(entry, MARKER_LEAD) && !in_reply)
	{
		const LineMarker *marker = lines_marker(&reader->lines, entry, MARKER_LEAD);
		const char *text = reader->lines.text.p;
		size_t		begin = marker->start;
		size_t		before = report->count;
		int			tried = 0;
		Slice		sentence;

		/* the sentence may begin on the line before, and in Japanese the address stands before the words */
		while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r' && marker->start - begin < LIMIT_REPLY_BYTES)
			begin--;
		sentence = slice_between(text + begin, text + entry->end);
		open_section(reader, KIND_NONE, sentence, marker->start - begin, indent);
		/* of several in a line the last one counts, unless it names nobody: "... It was not delivered to the recipient." */
		for (uint32_t i = entry->first_marker; i != LINE_NONE && report->count == before && tried < MAX_LEADS; i = reader->lines.markers[i].next)
		{
			const LineMarker *other = &reader->lines.markers[i];

			if (other->marker != MARKER_LEAD || other == marker || other->start < begin)
				continue;
			tried++;
			add_addresses(reader, sentence, other->start - begin, indent, NULL);
		}
		/* before English words stands the sender's, if any */
		if (report->count == before && puts_address_first(text, marker, sentence))
			add_addresses(reader, sentence, 0, indent, NULL);
		/* "the address a@b is unknown": whoever stands below is another */
		if (report->count > before && memchr(text + marker->start, '@', marker->end - marker->start) != NULL &&
			(marker->end >= entry->end || text[marker->end] != ':'))
			reader->mode = MODE_TEXT;
		add_words(reader, entry->start, entry->end);
		return true;
	}
	if (reader->mode == MODE_TRANSCRIPT)
	{
		transcript_line(&reader->transcript, trimmed);
		/* Sendmail's own word for the reply before it is no evidence */
		if (!reader->transcript.summed_up)
			add_words(reader, entry->start, entry->end);
		return true;
	}
	if (reader->mode != MODE_HELP && reader->mode != MODE_TRANSCRIPT && add_refused(reader, entry, line, indent))
		return true;
	/* Sendmail's file is a path alone at the start of the line; Postfix wraps paths, too, but not there */
	if (reader->mode == MODE_LIST &&
		(is_program_line(trimmed) || (indent == 0 && trimmed.p[0] == '/' && memchr(trimmed.p, ' ', trimmed.n) == NULL)))
	{
		close_group(reader);
		reader->nameless = true;
		reader->indent = indent;
		add_words(reader, entry->start, entry->end);
		reader->blank_behind = false;
		return true;
	}
	if (is_recipient)
	{
		if (reader->mode == MODE_HELP)
			reader->mode = MODE_TEXT;
		if (shape_action(line, shape.behind) != KIND_NONE)
		{
			/* another one's words do not decide about him */
			if (shape_action(line, shape.behind) != reader->section)
				close_group(reader);
			reader->section = shape_action(line, shape.behind);
		}
		if (report->count == 0)
			reader->quoted = trimmed.p[0] == '>';
		add_recipient(reader, shape.address, indent);
		if (!shape.colon && !shape.alone)
			shape.behind = add_neighbours(reader, line, shape.behind, indent);
		/* Postfix may wrap it: "<a@b> (expanded from" */
		if (line_has(entry, MARKER_ALIAS))
			note_alias(reader, entry, number + 1 < reader->lines.count ?
					   slice_between(line.p, reader->lines.text.p + reader->lines.lines[number + 1].end) : line, indent);
		if (!shape.alone && shape.behind < line.n &&
			!is_mere_place(slice(line.p + shape.behind, line.n - shape.behind)))
			add_words(reader, entry->start + (uint32_t) shape.behind, entry->end);
		reader->blank_behind = false;
		return true;
	}
	if ((shape.bracketed || (shape.colon && !shape.named)) && shape.alone && reader->tentative.n == 0 && report->count == 0)
		reader->tentative = shape.address;
	if (line_has(entry, MARKER_ALIAS))
		note_alias(reader, entry, line, indent);
	if (line_has(entry, MARKER_REASON) && reader->mode == MODE_HELP)
		reader->mode = MODE_TEXT;
	if (reader->mode != MODE_HELP)
		add_words(reader, entry->start, entry->end);
	reader->blank_behind = false;
	return true;
}

/* Sendmail's remarks beside an address that give no reason: "(unrecoverable error)", "(expanded from: <x>)", "(reason: 1)". */
static bool
is_mere_remark(Slice words)
{
	size_t		n = 9;

	words = slice_trim(slice(words.p, words.n < REMARK_BYTES ? words.n : REMARK_BYTES));
	/* the line that names a pipe is one of its words */
	if (is_program_line(words))
	{
		size_t		end = 0;

		while (end < words.n && words.p[end] != '\n' && words.p[end] != '\r')
			end++;
		words = slice_trim(slice(words.p + end, words.n - end));
	}
	if (words.n == 0 || words.p[0] != '(')
		return false;
	if (!slice_starts_nocase(words, SLICE_LIT("(reason: ")))
		return slice_find_nocase(words, SLICE_LIT("(reason: "), 0) == SLICE_NPOS;
	/* a program's exit code */
	while (n < words.n && ascii_is_digit(words.p[n]))
		n++;
	return n > 9 && n < words.n && words.p[n] == ')';
}

/* The text of "(reason: 550 5.7.1 Access denied)", as far as it surely stands in the transcript, too. */
static Slice
reason_in(Slice words)
{
	size_t		at = slice_find_nocase(slice(words.p, words.n < REMARK_BYTES ? words.n : REMARK_BYTES), SLICE_LIT("(reason: "), 0);
	size_t		n = 0;

	if (at == SLICE_NPOS)
		return SLICE_NONE;
	words = slice(words.p + at + 9, words.n - at - 9);
	/* Sendmail cuts the middle out of a long one: its beginning will do */
	while (n < words.n && n < 40 && words.p[n] != ')' && words.p[n] != '\n' && words.p[n] != '\r' &&
		   !slice_starts_nocase(slice(words.p + n, words.n - n), SLICE_LIT("...")))
		n++;
	return slice(words.p, n);
}

/* Those refusals that name nobody: of which host's the recipient was one, his reason tells. */
static const Refusal *
general_refusal(const Transcript *transcript, const Refusal *general, Slice words)
{
	Slice		reason = reason_in(words);

	for (int i = 0; reason.n >= 8 && general < transcript->refusals + transcript->count && i < MAX_GENERAL; general++, i++)
	{
		if (general->address.n == 0 && !general->local && slice_starts_nocase(general->words, reason))
			return general;
	}
	return NULL;
}

/* Gives each refusal of the transcript to the recipient that it speaks of. */
static void
apply_transcript(Reader *reader)
{
	const Transcript *transcript = &reader->transcript;
	TextReport *report = reader->report;
	bool		named = report->count > 0;
	const Refusal *general = NULL;
	size_t		generals = 0;

	for (size_t i = 0; i < transcript->count; i++)
	{
		const Refusal *refusal = &transcript->refusals[i];
		uint32_t	number = recipients_find(&reader->index, refusal->address);

		/* of all else that a host says, an address may be anybody's: "contact <x@y>" */
		if (number == RECIPIENT_NONE && refusal->address.n > 0 && !named &&
			(refusal->local || (refusal->command && strcmp(refusal->command, "RCPT") == 0)))
		{
			reader->section = KIND_NONE;
			add_recipient(reader, refusal->address, 0);
			close_group(reader);
			number = recipients_find(&reader->index, refusal->address);
		}
		if (number == RECIPIENT_NONE && refusal->deferred)
			continue;
		if (number == RECIPIENT_NONE)
		{
			generals += !refusal->local;
			if (general == NULL || (general->local && !refusal->local))
				general = refusal;
			continue;
		}
		if (refusal->deferred)
		{
			if (report->recipients[number].words.n == 0)
			{
				report->recipients[number].words = refusal->words;
				report->recipients[number].own_cause = true;
			}
			continue;
		}
		/* the list cuts a reply short; the transcript has the whole of it */
		report->recipients[number].in_transcript = true;
		if (refusal->own_cause)
			report->recipients[number].own_cause = true;
		if (report->recipients[number].words.n > 0 && refusal->output.n > 0 &&
			!is_mere_remark(report->recipients[number].words))
			give_words(reader, &report->recipients[number], refusal->output);
		else if (report->recipients[number].words.n == 0 || !refusal->local || refusal->quotes ||
				 is_mere_remark(report->recipients[number].words))
		{
			Slice		reason = reason_in(report->recipients[number].words);

			/* the same reply, uncut: the cut one must not be taken for a later one */
			if (reason.n >= 8 && slice_starts_nocase(refusal->words, reason))
				report->recipients[number].words = refusal->words;
			else
				give_words(reader, &report->recipients[number], refusal->words);
			if (report->recipients[number].rhost.n == 0)
				report->recipients[number].rhost = refusal->rhost;
		}
		if (report->recipients[number].command == NULL)
			report->recipients[number].command = refusal->command;
	}
	for (size_t i = 0; general && i < report->count; i++)
	{
		TextRecipient *recipient = &report->recipients[i];
		const Refusal *his = general;

		if (recipient->own_cause)
			continue;
		/* several hosts refused: none of it is said of him whose own reason is another */
		if (recipient->words.n > 0 && !is_mere_remark(recipient->words) &&
			(generals > 1 || (report->count > 1 && reason_in(recipient->words).n >= 8)))
			his = general_refusal(transcript, general, recipient->words);
		if (his == NULL || (generals > 1 && recipient->in_transcript))
			continue;
		if (recipient->words.n == 0 || is_mere_remark(recipient->words) ||
			(!his->local && recipient->command == NULL))
		{
			give_words(reader, recipient, his->words);
			if (recipient->rhost.n == 0)
				recipient->rhost = his->rhost;
		}
		if (recipient->command == NULL)
			recipient->command = his->command;
	}
}

void
text_read(Arena *arena, Slice text, char line_end, Trail *trail, TextReport *report)
{
	text_read_about(arena, text, line_end, NULL, trail, report);
}

void
text_read_about(Arena *arena, Slice text, char line_end, const RecipientIndex *known, Trail *trail, TextReport *report)
{
	Reader		reader = {.arena = arena, .trail = trail, .report = report, .known = known};
	bool		any_words = false;

	memset(report, 0, sizeof(*report));
	report->decoder = DECODER_NONE;
	reader.index.arena = arena;
	reader.transcript.arena = arena;
	if (text.n > LIMIT_TEXT_BYTES)
		trail_bound(trail, "bytes of a human text", text);
	lines_read(arena, text, line_end, &reader.lines);
	for (size_t i = 0; i < reader.lines.count; i++)
	{
		if ((i & 0xff) == 0xff)
			arena_interrupt(arena);
		if (!read_line(&reader, i))
			break;
		note_stage(&reader, &reader.lines.lines[i]);
	}
	close_group(&reader);
	apply_transcript(&reader);

	if (report->count == 0 && reader.tentative.n > 0)
	{
		reader.section = KIND_NONE;
		add_recipient(&reader, reader.tentative, 0);
		close_group(&reader);
	}
	report->delivered = report->count == 0 && reader.section == KIND_SUCCESS;
	report->words = slice(reader.common, reader.common_length);
	trail_source(trail, report->words, text);
	for (size_t i = 0; i < report->count; i++)
		any_words = any_words || report->recipients[i].words.n > 0;
	for (size_t i = 0; i < report->count; i++)
	{
		TextRecipient *recipient = &report->recipients[i];

		/* a text about one recipient may quote the refusal behind the advice, far from where he is named */
		if (report->count == 1 && recipient->words.n > 0 && reader.advice_ended && !holds_reply(recipient->words))
			recipient->words = report->words;
		/* several headings: each says what its recipients have in common */
		if (recipient->words.n == 0 && reader.headings > 1)
			recipient->words = recipient->heading;
		/* words of another recipient must not become his */
		if (recipient->words.n == 0)
			recipient->words = any_words ? slice(reader.common, reader.preface_length) : report->words;
		trail_source(trail, recipient->words, text);
		if (recipient->command == NULL && report->count == 1)
			recipient->command = report->command;
	}
}
