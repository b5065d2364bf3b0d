/*
 * regex.c
 *	  Regular expressions, for the phrases whose words alone say too little.
 *
 * The automaton has found the phrase's words before a pattern is asked, so
 * patterns run seldom and on one reply.  To compile one costs far more than to
 * match it.  So the compiled ones are kept as long as their owner wants; this
 * library has no state of its own.  What PCRE2 wants while it matches is
 * malloc's, given back before anything else can happen, and so are kept patterns.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

#include "match/regex.h"

/* Uses after which machine code pays: it matches ten times as fast, and takes as long to make as a dozen matches. */
#define USES_BEFORE_JIT 8

typedef struct RegexEntry
{
	const char *pattern;		/* its address tells patterns apart */
	pcre2_code *code;			/* NULL: could not be compiled */
	unsigned	uses;			/* counted up to USES_BEFORE_JIT */
} RegexEntry;

/* Why a text that did not match may match after all. */
typedef struct Trouble
{
	bool		gave_up;
	bool		no_memory;
} Trouble;

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

static pcre2_match_context *
match_context(void)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);

	if (context != NULL)
	{
		/* a pattern of data/ needs some hundred steps on a reply; these are for what strangers send */
		pcre2_set_match_limit(context, LIMIT_REGEX_STEPS);
		pcre2_set_depth_limit(context, LIMIT_REGEX_DEPTH);
		pcre2_set_heap_limit(context, LIMIT_REGEX_HEAP);
	}
	return context;
}

/* Neither yes nor no. */
static bool
gave_up(int result)
{
	return result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT ||
		result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_JIT_STACKLIMIT;
}

static int
match(const pcre2_code *code, Slice text, uint32_t options, pcre2_match_data *data, pcre2_match_context *context)
{
	return pcre2_match(code, (PCRE2_SPTR) text.p, text.n, 0, options, data, context);
}

static bool
has_machine_code(const pcre2_code *code)
{
	size_t		size = 0;

	return pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &size) == 0 && size > 0;
}

/* By machine code that is made for this once. */
static int
match_as_machine_code(const char *pattern, Slice text, pcre2_match_data *data, pcre2_match_context *context)
{
	int			result = PCRE2_ERROR_MATCHLIMIT;	/* where machine code can't be made */
	int			error;
	PCRE2_SIZE	offset;
	pcre2_code *code = compile(pattern, NULL, &error, &offset);

	if (code == NULL && error == PCRE2_ERROR_HEAP_FAILED)
		result = PCRE2_ERROR_NOMEMORY;
	/* "no memory" is also what a system says that forbids machine code: asked twice, it is believed */
	if (code != NULL && (pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0 ||
						 pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0))
		result = match(code, text, 0, data, context);
	pcre2_code_free(code);
	return result;
}

/*
 * The interpreter and the machine code reach their limits at different texts,
 * and which of them is asked depends on what the session has read before.  The
 * verdict must not: where one gives up, the other is asked.
 *
 * PCRE2 checks that the text is UTF-8; when it is not, nothing matches.
 */
static bool
matches_with(const pcre2_code *code, const char *pattern, Slice text, pcre2_match_data *data,
			 pcre2_match_context *context, Trouble *trouble)
{
	int			result = match(code, text, 0, data, context);

	if (gave_up(result) && has_machine_code(code))
		result = match(code, text, PCRE2_NO_JIT, data, context);
	else if (gave_up(result))
		result = match_as_machine_code(pattern, text, data, context);
	trouble->gave_up = gave_up(result);
	trouble->no_memory |= result == PCRE2_ERROR_NOMEMORY;
	return result >= 0;
}

/* 'code' may be NULL: then nothing matches. */
static bool
matches(const pcre2_code *code, const char *pattern, Slice text, Trouble *trouble)
{
	pcre2_match_data *data = code ? pcre2_match_data_create(1, NULL) : NULL;
	pcre2_match_context *context = data ? match_context() : NULL;
	bool		found = context != NULL && matches_with(code, pattern, text, data, context, trouble);

	trouble->no_memory |= code != NULL && context == NULL;
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	return found;
}

static bool
matches_once(const char *pattern, Slice text, Trouble *trouble)
{
	int			error;
	PCRE2_SIZE	offset;
	pcre2_code *code = compile(pattern, NULL, &error, &offset);
	bool		found = matches(code, pattern, text, trouble);

	trouble->no_memory |= code == NULL && error == PCRE2_ERROR_HEAP_FAILED;
	pcre2_code_free(code);
	return found;
}

bool
regex_matches(const char *pattern, Slice text)
{
	Trouble		trouble = {false, false};

	return matches_once(pattern, text, &trouble);
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

void
regexes_init_kept(Regexes *regexes, Arena *arena)
{
	regexes_init(regexes, arena);
	regexes->kept = true;
}

void
regexes_free(Regexes *regexes)
{
	for (size_t i = 0; regexes->kept && i < regexes->count; i++)
		pcre2_code_free(regexes->entries[i].code);
	pcre2_match_data_free(regexes->data);
	pcre2_match_context_free(regexes->context);
	regexes->entries = NULL;
	regexes->count = regexes->allocated = 0;
	regexes->places = NULL;
	regexes->data = NULL;
	regexes->context = NULL;
}

/* NULL for a bad pattern, too; *no_memory tells. */
static pcre2_code *
compile_for(const Regexes *regexes, const char *pattern, bool *no_memory)
{
	pcre2_general_context *memory = regexes->kept ? NULL :
		pcre2_general_context_create(take_memory, keep_memory, regexes->arena);
	pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
	int			error = PCRE2_ERROR_HEAP_FAILED;
	PCRE2_SIZE	offset;
	pcre2_code *code = context || regexes->kept ? compile(pattern, context, &error, &offset) : NULL;

	*no_memory = code == NULL && error == PCRE2_ERROR_HEAP_FAILED;
	return code;
}

#define PLACES (2 * REGEXES_KEPT)

/* Where the pattern is looked for first.  Its address tells it from others. */
static size_t
hash(const char *pattern)
{
	return (size_t) (((uint64_t) (uintptr_t) pattern * UINT64_C(0x9e3779b97f4a7c15)) >> 40) % PLACES;
}

/* The entry of the pattern, compiled when it is new; NULL when there is no room for it. */
static RegexEntry *
entry_of(Regexes *regexes, const char *pattern)
{
	RegexEntry *entries;
	pcre2_code *code;
	bool		no_memory;
	size_t		place = 0;

	if (regexes->kept && regexes->places == NULL)
		regexes->places = arena_zalloc(regexes->arena, PLACES * sizeof(uint16_t));
	if (regexes->places != NULL)
	{
		for (place = hash(pattern); regexes->places[place] != 0; place = (place + 1) % PLACES)
		{
			if (regexes->entries[regexes->places[place] - 1].pattern == pattern)
				return &regexes->entries[regexes->places[place] - 1];
		}
	}
	else
	{
		/* a message needs few */
		for (size_t i = 0; i < regexes->count; i++)
		{
			if (regexes->entries[i].pattern == pattern)
				return &regexes->entries[i];
		}
	}
	if (regexes->count >= REGEXES_KEPT)
		return NULL;
	entries = arena_grow(regexes->arena, regexes->entries, regexes->count, &regexes->allocated, sizeof(RegexEntry));
	if (entries == NULL)
		return NULL;
	regexes->entries = entries;
	code = compile_for(regexes, pattern, &no_memory);
	/* what is kept must not lack a pattern for good because memory was short once */
	if (no_memory && regexes->kept)
	{
		regexes->arena->failed = true;
		return NULL;
	}
	entries[regexes->count] = (RegexEntry) {pattern, code, 0};
	if (regexes->places != NULL)
		regexes->places[place] = (uint16_t) (regexes->count + 1);
	return &entries[regexes->count++];
}

/* False for a bad pattern, and when memory is short, which the arena then tells. */
static bool
prepare_kept(Regexes *regexes, RegexEntry *entry)
{
	if (regexes->data == NULL)
		regexes->data = pcre2_match_data_create(1, NULL);
	if (regexes->context == NULL)
		regexes->context = match_context();
	/* where it can't be done the pattern stays as it is */
	if (entry->code && entry->uses < USES_BEFORE_JIT && ++entry->uses == USES_BEFORE_JIT)
		(void) pcre2_jit_compile(entry->code, PCRE2_JIT_COMPLETE);
	if (regexes->data == NULL || regexes->context == NULL)
		regexes->arena->failed = true;
	return entry->code && regexes->data && regexes->context;
}

bool
regexes_match(Regexes *regexes, const char *pattern, Slice text)
{
	RegexEntry *entry = entry_of(regexes, pattern);
	Trouble		trouble = {false, false};
	bool		found;

	if (entry == NULL)
		found = matches_once(pattern, text, &trouble);
	else if (!regexes->kept)
		found = matches(entry->code, pattern, text, &trouble);
	else
		found = prepare_kept(regexes, entry) &&
			matches_with(entry->code, pattern, text, regexes->data, regexes->context, &trouble);
	regexes->gave_up = trouble.gave_up;
	regexes->arena->failed |= trouble.no_memory;
	return found;
}
