/*
 * pattern.c
 *	  Patterns that a user wrote: words, domains, regular expressions.
 *
 * What PCRE2 makes of a pattern is malloc's, for its machine code can't lie in
 * an arena; whoever made a pattern gives it back.  Machine code is made when a
 * pattern was used some times, or when the interpreter gave up: the two meet
 * their bounds at different texts, and the answer must not hang on which of
 * them is asked.  So where one gives up the other is asked, too.
 *
 * PCRE2's bounds are no bounds of time: they are of each place at which a match
 * may begin, and it does not count what a repetition runs over.  [^@]+[@#] takes
 * a text's length squared, \w*[^@]*+[@#] its third power.  So the way of a match
 * over the text is measured: PCRE2 calls back before each item of a pattern (an
 * "automatic callout"), which tells how far the item before has run.  The sum is
 * bounded by the length of the text.  Matches are looked for in windows of
 * starts, between which interrupts are answered, and of a text that is very
 * long each sees a piece.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "mail/address.h"
#include "mail/limits.h"
#include "match/fold.h"
#include "match/literal.h"
#include "match/pattern.h"

#define USES_BEFORE_JIT 8		/* see regex.c */
#define LONG_TEXT 1024			/* bytes that machine code is worth for, at once */
#define BASE_WORK 4096			/* bytes that an expression may run over in any text, LIMIT_OWN_RUNS times it aside */
#define ASK_BYTES 64			/* that to ask costs of LIMIT_OWN_BYTES, whatever the text is */
#define CHEAP_RUNS 64			/* of LIMIT_OWN_RUNS: what most expressions are far from */
#define DEAR 128				/* times what others cost that costs which needs more */

void
pattern_words(Arena *arena, Slice text, Pattern *pattern)
{
	*pattern = (Pattern) {.kind = PATTERN_BROKEN};
	pattern->words = fold_text(arena, text);
	if (pattern->words.n > 0)
		pattern->kind = PATTERN_WORDS;
}

void
pattern_domain(Arena *arena, Slice text, Pattern *pattern)
{
	*pattern = (Pattern) {.kind = PATTERN_BROKEN};
	text = slice_trim(text);
	if (slice_starts_nocase(text, SLICE_LIT("*.")))
		text = slice(text.p + 1, text.n - 1);
	while (text.n > 0 && text.p[0] == '.')
		text = slice(text.p + 1, text.n - 1);
	while (text.n > 0 && text.p[text.n - 1] == '.')
		text.n--;
	pattern->words = arena_copy_lower(arena, text);
	if (pattern->words.n > 0)
		pattern->kind = PATTERN_DOMAIN;
}

/* Is it but words and classes, one beside the other?  That can't cost much, and measuring has its price. */
static bool
is_tame(Slice source)
{
	for (size_t i = 0; i < source.n; i++)
	{
		if (strchr("*+?{(", source.p[i]) != NULL)
			return false;
	}
	return true;
}

bool
pattern_regex(Slice text, bool captures, Pattern *pattern, PatternError *error)
{
	uint32_t	options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT |
		(is_tame(text) ? 0 : PCRE2_AUTO_CALLOUT) | (captures ? PCRE2_MULTILINE : PCRE2_NO_AUTO_CAPTURE);
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	int			number = PCRE2_ERROR_HEAP_FAILED;
	PCRE2_SIZE	offset = 0;
	uint32_t	references = 0;

	*pattern = (Pattern) {.kind = PATTERN_BROKEN, .source = text};
	if (context)
	{
		(void) pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
		pattern->code = pcre2_compile((PCRE2_SPTR) text.p, text.n, options, &number, &offset, context);
		pcre2_compile_context_free(context);
	}
	if (pattern->code == NULL)
	{
		if (error)
		{
			error->offset = offset < text.n ? offset : text.n;
			error->no_memory = number == PCRE2_ERROR_HEAP_FAILED;
			(void) pcre2_get_error_message(number, (PCRE2_UCHAR *) error->message, sizeof(error->message));
		}
		return false;
	}
	pattern->kind = PATTERN_REGEX;
	(void) pcre2_pattern_info(pattern->code, PCRE2_INFO_BACKREFMAX, &references);
	pattern->hides = references > 0 || slice_find(text, '{', 0) != SLICE_NPOS;
	return true;
}

void
pattern_speed_up(Arena *arena, Slice text, Pattern *pattern)
{
	pattern->words = arena_copy(arena, literal_of(text));
}

void
pattern_free(Pattern *pattern)
{
	pcre2_code_free(pattern->code);
	*pattern = (Pattern) {.kind = PATTERN_NONE};
}

bool
pattern_tools_init(PatternTools *tools)
{
	tools->data = pcre2_match_data_create(PATTERN_GROUPS, NULL);
	tools->context = pcre2_match_context_create(NULL);
	if (tools->context != NULL)
	{
		(void) pcre2_set_match_limit(tools->context, LIMIT_OWN_STEPS);
		(void) pcre2_set_depth_limit(tools->context, LIMIT_OWN_DEPTH);
		(void) pcre2_set_heap_limit(tools->context, LIMIT_OWN_HEAP);
	}
	pattern_tools_begin(tools);
	return tools->data != NULL && tools->context != NULL;
}

void
pattern_tools_free(PatternTools *tools)
{
	pcre2_match_data_free(tools->data);
	pcre2_match_context_free(tools->context);
	*tools = (PatternTools) {0};
}

void
pattern_tools_begin(PatternTools *tools)
{
	tools->bytes_left = LIMIT_OWN_BYTES;
}

/* ------------------------------------------------------------------------
 * What a match costs
 * ------------------------------------------------------------------------ */

typedef struct Meter
{
	Slice		source;			/* of the pattern, where it has items that hide their work */
	size_t		last;			/* where the match was when PCRE2 called back last */
	size_t		left;			/* bytes that it may still run over */
} Meter;

/*
 * What the item may run over and leave no trace of, when it fails: a
 * repetition that needs so many characters, or a group that must come again.
 */
static size_t
hidden_work(Slice item, size_t at)
{
	size_t		open = slice_find(item, '{', 0);
	size_t		most = 0;

	if (item.n > 1 && item.p[0] == '\\' && (item.p[1] == 'k' || item.p[1] == 'g' || (item.p[1] >= '1' && item.p[1] <= '9')))
		most = at;
	else if (slice_starts_nocase(item, SLICE_LIT("(?P=")))
		most = at;
	for (size_t i = open, n = 0; open != SLICE_NPOS && ++i < item.n && ascii_is_digit(item.p[i]);)
	{
		/* PCRE2 allows 65,535 */
		n = n * 10 + (size_t) (item.p[i] - '0');
		most = n;
	}
	return most;
}

/* Called before each item of a pattern, and at its end. */
static int
measure(pcre2_callout_block *block, void *data)
{
	Meter	   *meter = data;
	size_t		at = block->current_position;
	size_t		work = 1;

	if (at > meter->last)
		work += at - meter->last;
	if (block->pattern_position + block->next_item_length <= meter->source.n)
		work += hidden_work(slice(meter->source.p + block->pattern_position, block->next_item_length), at);
	meter->last = at;
	if (work > meter->left)
		return PCRE2_ERROR_MATCHLIMIT;
	meter->left -= work;
	return 0;
}

static bool
gave_up(int result)
{
	return result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT ||
		result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_JIT_STACKLIMIT;
}

/* The text was checked when it was decoded: PCRE2 needs not do it again and again. */
static int
match(const Pattern *pattern, const PatternTools *tools, Slice text, size_t from, uint32_t options, size_t runs)
{
	Meter		meter = {pattern->hides ? pattern->source : SLICE_NONE, from, (text.n - from) * runs + BASE_WORK};

	(void) pcre2_set_callout(tools->context, measure, &meter);
	return pcre2_match(pattern->code, (PCRE2_SPTR) text.p, text.n, from, options | PCRE2_NO_UTF_CHECK, tools->data, tools->context);
}

/* Makes machine code, where that can be done; whether there is some. */
static bool
make_machine_code(Pattern *pattern)
{
	size_t		size = 0;

	pattern->uses = USES_BEFORE_JIT;
	/* "no memory" is also what a system says that forbids machine code: asked twice, it is believed */
	if (pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) != 0)
		(void) pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	pattern->machine = pcre2_pattern_info(pattern->code, PCRE2_INFO_JITSIZE, &size) == 0 && size > 0;
	return pattern->machine;
}

/* The first byte of a character at or behind 'at', which is not behind the text's end. */
static size_t
character_at(Slice text, size_t at)
{
	while (at < text.n && ((unsigned char) text.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* The next 'n' bytes' end; the text's where there are no more. */
static size_t
end_of(Slice text, size_t from, size_t n)
{
	return text.n - from > n ? character_at(text, from + n) : text.n;
}

/* By one way to match, and by the other where that gives up. */
static int
match_within(Pattern *pattern, const PatternTools *tools, Slice text, size_t from, uint32_t options, size_t runs)
{
	bool		interpreted = !pattern->machine;
	int			result = match(pattern, tools, text, from, options, runs);

	if (gave_up(result) && !interpreted)
		result = match(pattern, tools, text, from, options | PCRE2_NO_JIT, runs);
	else if (gave_up(result) && make_machine_code(pattern))
		result = match(pattern, tools, text, from, options, runs);
	return result;
}

/*
 * A match that begins at 'from' or behind it, but not behind 'until'.  The arena
 * is told when PCRE2 lacks memory: then there is no answer.
 */
static PatternResult
run(Pattern *pattern, PatternTools *tools, Arena *arena, Slice text, size_t from, size_t until)
{
	size_t		end = end_of(text, until, LIMIT_OWN_MATCH);
	uint32_t	options = end < text.n ? PCRE2_NOTEOL : 0;
	size_t		bytes = until - from + ASK_BYTES;
	int			result;

	if (tools->bytes_left < bytes)
		return PATTERN_NOT_ASKED;
	tools->bytes_left -= bytes;
	text.n = end;
	if (pattern->uses < USES_BEFORE_JIT && (++pattern->uses == USES_BEFORE_JIT || text.n >= LONG_TEXT))
		(void) make_machine_code(pattern);
	(void) pcre2_set_offset_limit(tools->context, until);
	result = match_within(pattern, tools, text, from, options, CHEAP_RUNS);
	if (gave_up(result))
	{
		if (tools->bytes_left < bytes * DEAR)
			return PATTERN_NOT_ASKED;
		tools->bytes_left -= bytes * DEAR;
		result = match_within(pattern, tools, text, from, options, LIMIT_OWN_RUNS);
	}
	if (gave_up(result))
		return PATTERN_GIVES_UP;
	arena->failed |= result == PCRE2_ERROR_NOMEMORY;
	return result >= 0 ? PATTERN_MATCHES : PATTERN_FAILS;
}

/* The first match at or behind 'from'. */
static PatternResult
run_over(Pattern *pattern, PatternTools *tools, Arena *arena, Slice text, size_t from)
{
	PatternResult result;

	for (;;)
	{
		size_t		until = end_of(text, from, LIMIT_OWN_MATCH);

		arena_interrupt(arena);
		result = run(pattern, tools, arena, text, from, until);
		if (result != PATTERN_FAILS || until == text.n)
			return result;
		from = until;
	}
}

PatternText
pattern_text(Slice text, Slice folded)
{
	unsigned char bits = 0;

	for (size_t i = 0; i < text.n; i++)
		bits |= (unsigned char) text.p[i];
	return (PatternText) {text, folded, bits < 0x80};
}

/*
 * Does the text lack words without which the expression can't match?  Letters
 * of ASCII have other forms beyond it (the Kelvin sign is a "k"), so that other
 * texts can't be told that easily.
 */
static bool
lacks_words(const Pattern *pattern, const PatternText *text)
{
	return text->ascii && pattern->words.n > 0 && slice_find_nocase(text->text, pattern->words, 0) == SLICE_NPOS;
}

PatternResult
pattern_match(Pattern *pattern, PatternTools *tools, Arena *arena, const PatternText *text, Slice *where)
{
	PatternResult result = PATTERN_FAILS;
	size_t		at;

	*where = text->text;
	switch (pattern->kind)
	{
		case PATTERN_NONE:
			return PATTERN_MATCHES;
		case PATTERN_BROKEN:
			break;
		case PATTERN_WORDS:
			at = slice_find_nocase(text->folded, pattern->words, 0);
			if (at != SLICE_NPOS)
			{
				*where = slice(text->folded.p + at, pattern->words.n);
				result = PATTERN_MATCHES;
			}
			break;
		case PATTERN_DOMAIN:
			if (address_is_within(text->text, pattern->words))
				result = PATTERN_MATCHES;
			break;
		case PATTERN_REGEX:
			if (lacks_words(pattern, text))
				break;
			result = run_over(pattern, tools, arena, text->text, 0);
			if (result == PATTERN_MATCHES)
			{
				const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(tools->data);

				/* \K may put the start behind the end */
				if (ends[0] < ends[1])
					*where = slice(text->text.p + ends[0], ends[1] - ends[0]);
			}
			break;
	}
	return result;
}

PatternResult
pattern_next(Pattern *pattern, PatternTools *tools, Arena *arena, Slice text, size_t from, Slice *groups)
{
	PatternResult result;
	const PCRE2_SIZE *ends;
	unsigned	count = pattern_group_count(pattern) + 1;

	if (pattern->kind != PATTERN_REGEX || from > text.n)
		return PATTERN_FAILS;
	result = run_over(pattern, tools, arena, text, from);
	if (result != PATTERN_MATCHES)
		return result;
	ends = pcre2_get_ovector_pointer(tools->data);
	for (unsigned i = 0; i < PATTERN_GROUPS; i++)
	{
		groups[i] = SLICE_NONE;
		if (i < count && ends[2 * i] != PCRE2_UNSET && ends[2 * i] <= ends[2 * i + 1])
			groups[i] = slice(text.p + ends[2 * i], ends[2 * i + 1] - ends[2 * i]);
	}
	return result;
}

unsigned
pattern_group(const Pattern *pattern, const char *name)
{
	int			number = pattern->kind == PATTERN_REGEX ? pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR) name) : 0;

	return number > 0 && number < PATTERN_GROUPS ? (unsigned) number : 0;
}

unsigned
pattern_group_count(const Pattern *pattern)
{
	uint32_t	count = 0;

	if (pattern->kind == PATTERN_REGEX)
		(void) pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &count);
	return count;
}
