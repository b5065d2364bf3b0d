/*
 * regex.c
 *	  Regular expressions, for the phrases whose words alone say too little.
 *
 * The automaton has found the phrase's words before a pattern is asked, so
 * patterns run seldom and on one reply.  To compile one costs far more than to
 * match it.  So the compiled ones are kept, in an arena, for as long as that
 * lasts; this library has no state of its own.  What PCRE2 wants while it matches
 * is malloc's, given back before anything else can happen.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

#include "classify/regex.h"

/* a pattern of data/ needs some hundred steps on a reply; these are for what strangers send */
#define MATCH_STEPS 100000
#define MATCH_DEPTH 1000
#define MATCH_HEAP_KB 1024

typedef struct RegexEntry
{
	const char *pattern;		/* its address tells patterns apart */
	pcre2_code *code;			/* NULL: could not be compiled */
} RegexEntry;

static pcre2_code *
compile(const char *pattern, pcre2_compile_context *context, int *error, PCRE2_SIZE *offset)
{
	return pcre2_compile((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED,
						 PCRE2_UTF | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C,
						 error, offset, context);
}

bool
regex_is_valid(const char *pattern, char *message, size_t size)
{
	int			error;
	PCRE2_SIZE	offset;
	PCRE2_UCHAR text[128];
	pcre2_code *code = compile(pattern, NULL, &error, &offset);

	if (code != NULL)
	{
		pcre2_code_free(code);
		return true;
	}
	pcre2_get_error_message(error, text, sizeof(text));
	snprintf(message, size, "%s at offset %zu", (const char *) text, (size_t) offset);
	return false;
}

static bool
matches(const pcre2_code *code, Slice text)
{
	pcre2_match_data *data = code ? pcre2_match_data_create(1, NULL) : NULL;
	pcre2_match_context *context = data ? pcre2_match_context_create(NULL) : NULL;
	bool		found = false;

	if (context != NULL)
	{
		pcre2_set_match_limit(context, MATCH_STEPS);
		pcre2_set_depth_limit(context, MATCH_DEPTH);
		pcre2_set_heap_limit(context, MATCH_HEAP_KB);
		/* PCRE2 checks that the text is UTF-8; when it is not, nothing matches */
		found = pcre2_match(code, (PCRE2_SPTR) text.p, text.n, 0, 0, data, context) >= 0;
	}
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	return found;
}

bool
regex_matches(const char *pattern, Slice text)
{
	int			error;
	PCRE2_SIZE	offset;
	pcre2_code *code = compile(pattern, NULL, &error, &offset);
	bool		found = matches(code, text);

	pcre2_code_free(code);
	return found;
}

static void *
take_memory(size_t size, void *arena)
{
	return arena_alloc((Arena *) arena, size);
}

static void
keep_memory(void *memory, void *arena)
{
	(void) memory;
	(void) arena;
}

void
regexes_init(Regexes *regexes, Arena *arena)
{
	memset(regexes, 0, sizeof(*regexes));
	regexes->arena = arena;
}

/* The entry of the pattern, compiled when it is new; NULL when there is no room for it. */
static const RegexEntry *
entry_of(Regexes *regexes, const char *pattern)
{
	pcre2_general_context *memory;
	pcre2_compile_context *context;
	RegexEntry *entries;
	int			error;
	PCRE2_SIZE	offset;

	for (size_t i = 0; i < regexes->count; i++)
	{
		if (regexes->entries[i].pattern == pattern)
			return &regexes->entries[i];
	}
	if (regexes->count >= REGEXES_KEPT)
		return NULL;
	entries = arena_grow(regexes->arena, regexes->entries, regexes->count, &regexes->allocated, sizeof(RegexEntry));
	if (entries == NULL)
		return NULL;
	regexes->entries = entries;
	memory = pcre2_general_context_create(take_memory, keep_memory, regexes->arena);
	context = memory ? pcre2_compile_context_create(memory) : NULL;
	entries[regexes->count].pattern = pattern;
	entries[regexes->count].code = context ? compile(pattern, context, &error, &offset) : NULL;
	return &entries[regexes->count++];
}

bool
regexes_match(Regexes *regexes, const char *pattern, Slice text)
{
	const RegexEntry *entry = entry_of(regexes, pattern);

	return entry ? matches(entry->code, text) : regex_matches(pattern, text);
}
