/*
 * regex.c
 *	  Regular expressions, for the few phrases whose words alone say too little.
 *
 * The automaton has found the phrase's literal words before a pattern is
 * asked, so patterns run seldom and on one reply of a few hundred bytes.  They
 * are compiled on the spot and not kept: this library has no state between
 * calls, and compiling costs microseconds.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

#include "classify/regex.h"

/* a pattern of data/ needs some hundred steps on a reply; these are for what strangers send */
#define MATCH_STEPS 100000
#define MATCH_DEPTH 1000
#define MATCH_HEAP_KB 1024

static pcre2_code *
compile(const char *pattern, int *error, PCRE2_SIZE *offset)
{
	return pcre2_compile((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED,
						 PCRE2_UTF | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C,
						 error, offset, NULL);
}

bool
regex_is_valid(const char *pattern, char *message, size_t size)
{
	int			error;
	PCRE2_SIZE	offset;
	PCRE2_UCHAR text[128];
	pcre2_code *code = compile(pattern, &error, &offset);

	if (code != NULL)
	{
		pcre2_code_free(code);
		return true;
	}
	pcre2_get_error_message(error, text, sizeof(text));
	snprintf(message, size, "%s at offset %zu", (const char *) text, (size_t) offset);
	return false;
}

bool
regex_matches(const char *pattern, Slice text)
{
	int			error;
	PCRE2_SIZE	offset;
	pcre2_code *code = compile(pattern, &error, &offset);
	pcre2_match_data *data = code ? pcre2_match_data_create_from_pattern(code, NULL) : NULL;
	pcre2_match_context *context = data ? pcre2_match_context_create(NULL) : NULL;
	bool		matches = false;

	if (context != NULL)
	{
		pcre2_set_match_limit(context, MATCH_STEPS);
		pcre2_set_depth_limit(context, MATCH_DEPTH);
		pcre2_set_heap_limit(context, MATCH_HEAP_KB);
		/* PCRE2 checks that the text is UTF-8; when it is not, nothing matches */
		matches = pcre2_match(code, (PCRE2_SPTR) text.p, text.n, 0, 0, data, context) > 0;
	}
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return matches;
}
