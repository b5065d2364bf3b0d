/*
 * own.c
 *	  Any patterns as rules and formats of one's own, before any mail: the input
 *	  is three patterns, each ended by a line end, and a mail.
 */
#include "fuzz.h"
#include "classify/own_rules.h"
#include "report/own_formats.h"

static Slice
take_line(Arena *arena, Slice *rest)
{
	size_t		end = slice_find(*rest, '\n', 0);
	Slice		line;

	if (end == SLICE_NPOS)
		end = rest->n;
	line = slice(rest->p, end);
	*rest = end < rest->n ? slice(rest->p + end + 1, rest->n - end - 1) : slice(rest->p + end, 0);
	return decode_valid_utf8(arena, line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buffer		given = copy_input(data, size);
	Slice		rest = slice(given.p, given.n);
	OwnRules	rules;
	OwnFormats	formats;
	BounceOptions options = {.all_kinds = true, .names_rules = true, .rules = &rules, .formats = &formats};
	OwnRuleText rule = {.id = 1, .reason = SLICE_LIT("quota"), .valid_from = INT64_MIN, .valid_until = INT64_MAX};
	OwnFormatText format = {.id = 1, .name = SLICE_LIT("Own"), .valid_from = INT64_MIN, .valid_until = INT64_MAX};
	BounceResult result;
	BounceExplanation explanation;
	Arena		lasting;
	Arena		arena;

	arena_init(&lasting, malloc_for_arena, free_for_arena, NULL, NULL);
	arena_init(&arena, malloc_for_arena, free_for_arena, NULL, NULL);
	own_rules_init(&rules, &lasting);
	own_formats_init(&formats, &lasting);

	rule.diagnostic = take_line(&lasting, &rest);
	own_rules_add(&rules, &rule);
	rule.id = 2;
	rule.regex = true;
	own_rules_add(&rules, &rule);
	format.text = take_line(&lasting, &rest);
	format.recipient = take_line(&lasting, &rest);
	own_formats_add(&formats, &format);
	format.id = 2;
	format.regex = true;
	own_formats_add(&formats, &format);

	steps = 0;
	result = bounce_read_message_with(&arena, rest, &options);
	check_steps(2000000, 3000, size);
	for (size_t i = 0; i < result.count; i++)
	{
		const char *fault = result.rows[i].kind == KIND_FAILURE || result.rows[i].kind == KIND_DELAY ? find_fault(&result.rows[i], true) : NULL;

		if (fault)
			broken("valid attributes", fault);
		check_recipient(result.rows[i].recipient);
	}
	explanation = bounce_explain_message_with(&arena, rest, &options);
	check_explanation(&explanation, size);
	arena_reset(&arena);
	own_formats_free(&formats);
	own_rules_free(&rules);
	arena_reset(&lasting);
	free(given.p);
	return 0;
}
