/*
 * own_formats.c
 *	  Formats of reports that users taught.
 */
#include <stdio.h>

#include "mail/address.h"
#include "match/fold.h"
#include "report/own_formats.h"

void
own_formats_init(OwnFormats *formats, Arena *arena)
{
	memset(formats, 0, sizeof(*formats));
	formats->arena = arena;
	if (!pattern_tools_init(&formats->tools))
		arena->failed = true;
}

void
own_formats_free(OwnFormats *formats)
{
	for (size_t i = 0; i < formats->count; i++)
	{
		pattern_free(&formats->formats[i].header_value);
		pattern_free(&formats->formats[i].text);
		pattern_free(&formats->formats[i].recipient);
		pattern_free(&formats->formats[i].end_marker);
	}
	formats->count = 0;
	pattern_tools_free(&formats->tools);
}

static void
read_pattern(OwnFormats *formats, bool regex, bool captures, Slice written, Pattern *pattern)
{
	PatternError error;

	*pattern = (Pattern) {.kind = PATTERN_NONE};
	if (written.p == NULL)
		return;
	if (!regex)
		pattern_words(formats->arena, written, pattern);
	else if (!pattern_regex(arena_copy(formats->arena, written), captures, pattern, &error) && error.no_memory)
		formats->arena->failed = true;
}

/* The first group is the recipient, unless another one is called so. */
static void
number_groups(OwnFormat *format)
{
	format->diagnostic_group = pattern_group(&format->recipient, "diagnostic");
	format->status_group = pattern_group(&format->recipient, "status");
	format->rhost_group = pattern_group(&format->recipient, "rhost");
	format->alias_group = pattern_group(&format->recipient, "alias");
	format->recipient_group = pattern_group(&format->recipient, "recipient");
	if (format->recipient_group == 0 && pattern_group_count(&format->recipient) > 0)
		format->recipient_group = 1;
}

bool
own_formats_add(OwnFormats *formats, const OwnFormatText *text)
{
	OwnFormat  *grown = arena_grow(formats->arena, formats->formats, formats->count, &formats->allocated, sizeof(OwnFormat));
	OwnFormat  *format;
	char		digits[32];

	if (grown == NULL)
		return false;
	formats->formats = grown;
	format = &grown[formats->count];
	memset(format, 0, sizeof(*format));
	snprintf(digits, sizeof(digits), "%lld", (long long) text->id);
	format->rule = (RuleName) {"format", NULL, arena_copy(formats->arena, slice(digits, strlen(digits))).p, "bounce_format", 0};
	if (text->id > 0 && text->id <= INT32_MAX)
		format->rule.line = (unsigned) text->id;
	format->name = arena_copy(formats->arena, text->name).p;
	format->header = arena_copy(formats->arena, text->header);
	format->kind = text->delay ? KIND_DELAY : KIND_FAILURE;
	format->valid_from = text->valid_from;
	format->valid_until = text->valid_until;
	if (format->name == NULL || format->rule.pattern == NULL)
		return false;
	formats->count++;
	read_pattern(formats, text->regex, false, text->header_value, &format->header_value);
	read_pattern(formats, text->regex, false, text->text, &format->text);
	read_pattern(formats, true, true, text->recipient, &format->recipient);
	read_pattern(formats, false, false, text->end_marker, &format->end_marker);
	number_groups(format);
	return !formats->arena->failed;
}

/* ------------------------------------------------------------------------
 * The signature
 * ------------------------------------------------------------------------ */

static bool
is_broken(const OwnFormat *format)
{
	return format->header_value.kind == PATTERN_BROKEN || format->text.kind == PATTERN_BROKEN ||
		format->recipient.kind != PATTERN_REGEX || format->end_marker.kind == PATTERN_BROKEN ||
		(format->header.n == 0 && format->text.kind == PATTERN_NONE);
}

static void
note_bound(const Reading *reading, PatternResult result, Slice text)
{
	if (result == PATTERN_GIVES_UP)
		trail_bound(reading->report->trail, BOUND_OWN_RUNS, text);
	else if (result == PATTERN_NOT_ASKED)
		trail_bound(reading->report->trail, BOUND_OWN_BYTES, text);
}

/* Is the pattern in the text, which is folded here if words are looked for? */
static bool
holds(Reading *reading, Pattern *pattern, Slice text)
{
	bool		by_words = pattern->kind == PATTERN_WORDS;
	ArenaMark	mark = arena_mark(reading->arena);
	PatternText asked = {text, by_words ? fold_text(reading->arena, text) : SLICE_NONE, false};
	Slice		where;
	PatternResult result = pattern_match(pattern, &reading->formats->tools, reading->arena, &asked, &where);

	arena_rewind(reading->arena, mark);
	note_bound(reading, result, text);
	return result == PATTERN_MATCHES;
}

static bool
header_fits(Reading *reading, OwnFormat *format, Slice *evidence)
{
	const Header *header = &reading->message->parts[reading->root].header;
	int			left = LIMIT_OWN_FIELDS;

	if (format->header.n == 0)
		return true;
	for (size_t i = 0; i < header->count; i++)
	{
		const Field *field = &header->fields[i];

		if (!slice_equal_nocase(field->name, format->header))
			continue;
		if (left-- == 0)
		{
			arena_meet(reading->arena, BOUND_OWN_FIELDS);
			return false;
		}
		arena_interrupt(reading->arena);
		if (format->header_value.kind != PATTERN_NONE &&
			!holds(reading, &format->header_value, decode_header(reading->arena, field->value)))
			continue;
		*evidence = field->value;
		return true;
	}
	return false;
}

/* ------------------------------------------------------------------------
 * The text
 * ------------------------------------------------------------------------ */

/* The text up to the end marker, which is looked for in the folded text. */
static Slice
before_end(Reading *reading, const OwnFormat *format, Slice text)
{
	ArenaMark	mark = arena_mark(reading->arena);
	char	   *folded;
	uint32_t   *offsets;
	size_t		at;

	text = ARENA_BOUNDED(reading->arena, text, TEXT_BYTES);
	if (format->end_marker.kind != PATTERN_WORDS || text.n == 0)
		return text;
	folded = arena_alloc(reading->arena, text.n);
	offsets = arena_alloc(reading->arena, text.n * sizeof(uint32_t));
	if (folded != NULL && offsets != NULL)
	{
		at = slice_find_nocase(slice(folded, fold_into(text, folded, offsets)), format->end_marker.words, 0);
		if (at != SLICE_NPOS)
			text.n = offsets[at];
	}
	arena_rewind(reading->arena, mark);
	return text;
}

/* A group's text on one line. */
static Slice
one_line(Arena *arena, Slice s)
{
	char	   *out;
	size_t		n = 0;

	s = slice_trim(s);
	if (memchr(s.n ? s.p : "", '\n', s.n) == NULL && memchr(s.n ? s.p : "", '\r', s.n) == NULL)
		return s;
	out = arena_alloc(arena, s.n);
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < s.n; i++)
	{
		if (s.p[i] != '\n' && s.p[i] != '\r')
			out[n++] = s.p[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return slice(out, n);
}

static Slice
group(const Slice *groups, unsigned number)
{
	return number > 0 ? groups[number] : SLICE_NONE;
}

/* "5.1.1" (RFC 3463) */
static bool
is_status(Slice s)
{
	int			dots = 0;

	for (size_t i = 0; i < s.n; i++)
	{
		if (s.p[i] == '.' && i > 0 && i + 1 < s.n && s.p[i - 1] != '.')
			dots++;
		else if (!ascii_is_digit(s.p[i]))
			return false;
	}
	return dots == 2 && s.n <= 9 && (s.p[0] == '2' || s.p[0] == '4' || s.p[0] == '5');
}

/* Adds the recipient of a match; false when it names none. */
static bool
add_match(Reading *reading, const OwnFormat *format, const Slice *groups)
{
	Arena	   *arena = reading->arena;
	Slice		named_at = group(groups, format->recipient_group);
	Slice		recipient = named_at.n ? address_clean(arena, named_at, true) : SLICE_NONE;
	Slice		status = slice_trim(group(groups, format->status_group));
	Slice		rhost = slice_trim(group(groups, format->rhost_group));
	Delivery   *delivery;

	if (recipient.n == 0 || !address_is_domain(address_domain(recipient)))
		return false;
	delivery = report_add(reading->report);
	if (delivery == NULL)
		return false;
	delivery->kind = format->kind;
	delivery->recipient = recipient;
	delivery->named_by = "own format";
	delivery->named_at = named_at;
	delivery->alias_at = group(groups, format->alias_group);
	if (delivery->alias_at.n > 0)
		delivery->alias = address_clean(arena, delivery->alias_at, true);
	if (slice_equal(delivery->alias, recipient))
		delivery->alias = SLICE_NONE;
	if (is_status(status))
		delivery->status = status;
	if (address_is_domain(rhost))
		delivery->rhost = rhost;
	delivery->diagnostic = one_line(arena, group(groups, format->diagnostic_group));
	trail_source(reading->report->trail, delivery->diagnostic, group(groups, format->diagnostic_group));
	if (delivery->diagnostic.n > 0)
		delivery->diagnostic_type = SLICE_LIT("smtp");
	return true;
}

/*
 * Where nobody said what the diagnostic is, all up to the next match may be it:
 * the last recipient's match began at 'start'.
 */
static void
give_words(Report *report, Slice text, size_t start, size_t end)
{
	Delivery   *delivery;

	if (report->count == 0 || start == SLICE_NPOS)
		return;
	delivery = &report->deliveries[report->count - 1];
	if (delivery->diagnostic.n == 0)
		delivery->words = slice(text.p + start, end - start);
}

/* The first byte of a character at or behind 'at'. */
static size_t
character_at(Slice text, size_t at)
{
	while (at < text.n && ((unsigned char) text.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void
read_recipients(Reading *reading, OwnFormat *format, Slice text)
{
	Report	   *report = reading->report;
	size_t		last = SLICE_NPOS;	/* where the match of the last recipient begins */
	size_t		at = 0;
	Slice		groups[PATTERN_GROUPS];

	while (at < text.n)
	{
		size_t		start;
		PatternResult result = pattern_next(&format->recipient, &reading->formats->tools, reading->arena, text, at, groups);

		note_bound(reading, result, slice(text.p + at, text.n - at));
		if (result != PATTERN_MATCHES)
			break;
		/* \K in it has put its start behind its end */
		if (groups[0].p == NULL)
			break;
		if (report->count >= LIMIT_TEXT_RECIPIENTS)
		{
			trail_bound(report->trail, BOUND_TEXT_RECIPIENTS, groups[0]);
			break;
		}
		start = (size_t) (groups[0].p - text.p);
		give_words(report, text, last, start);
		last = add_match(reading, format, groups) ? start : SLICE_NPOS;
		if (reading->arena->failed)
			break;
		/* an empty match must not come again */
		at = groups[0].n > 0 ? start + groups[0].n : character_at(text, start + 1);
	}
	give_words(report, text, last, text.n);
}

/* What the header says fits already; 'evidence' is its field, if there is one. */
static bool
read_texts(Reading *reading, OwnFormat *format, Slice evidence)
{
	Report	   *report = reading->report;
	Slice		text;
	int			i;

	for (i = 0; i < LIMIT_TEXT_PARTS && reading_human_text(reading, i, &text); i++)
	{
		/* the text may be long, was decoded for this format, and hundreds of them may ask for it */
		arena_interrupt(reading->arena);
		if (!decode_is_utf8(text))
			text = decode_valid_utf8(reading->arena, text);
		text = before_end(reading, format, text);
		if (format->text.kind != PATTERN_NONE && !holds(reading, &format->text, text))
			continue;
		read_recipients(reading, format, text);
		if (report->count > 0)
		{
			report->own_format = format->name;
			report->words_read = true;
			trail_note(report->trail, "format", slice(format->name, strlen(format->name)), true, format->rule,
					   evidence.n ? evidence : text, NULL);
			return true;
		}
		trail_note(report->trail, "format", slice(format->name, strlen(format->name)), false, format->rule,
				   evidence.n ? evidence : text, "its signature fits, but its expression finds no recipient");
	}
	reading_note_more_texts(reading, i);
	return false;
}

static bool
read_by(Reading *reading, OwnFormat *format)
{
	ArenaMark	mark = arena_mark(reading->arena);
	Slice		evidence = SLICE_NONE;
	bool		found;

	if (is_broken(format))
		return false;
	found = header_fits(reading, format, &evidence) && read_texts(reading, format, evidence);
	/* the next one decodes the texts again; a trail quotes what was decoded */
	if (!found && reading->report->trail == NULL)
		arena_rewind(reading->arena, mark);
	return found;
}

void
own_formats_begin(OwnFormats *formats, int64_t now)
{
	formats->now = now;
	pattern_tools_begin(&formats->tools);
}

bool
own_formats_read(Reading *reading)
{
	const OwnFormats *formats = reading->formats;

	for (size_t i = 0; i < formats->count; i++)
	{
		OwnFormat  *format = &formats->formats[i];

		if (formats->now >= format->valid_from && formats->now < format->valid_until && read_by(reading, format))
			return true;
	}
	return false;
}
