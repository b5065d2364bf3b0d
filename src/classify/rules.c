/*
 * rules.c
 *	  Everything that data/ says of reports and replies, rule by rule.
 *
 * Only reads the tables.  A rule without an example of its own is its own
 * example: a phrase behind a reply code, a code before words that say nothing.
 */
#include <stdio.h>

#include "classify/finding.h"
#include "classify/rules.h"
#include "classify/steps.h"
#include "report/markers.h"

/* what stands behind a code that alone decides: no words */
#define NO_WORDS "<rosa@example.org>"

/* of phrases that many programs or people write, and that nobody in particular was seen to */
#define NO_SOURCE "general wording"

static const char *
decoder_title(uint16_t decoder)
{
	return decoder == DECODER_NONE ? NO_SOURCE : knowledge_decoders[decoder].title;
}

/* A host name by which the provider is known, or SLICE_NONE. */
static Slice
host_of(Arena *arena, uint16_t provider)
{
	for (uint32_t i = 0; i < knowledge_domain_count; i++)
	{
		const DomainRow *row = &knowledge_domains[i];
		char		host[300];

		if (row->provider != provider || !(row->use & DOMAIN_HOST))
			continue;
		snprintf(host, sizeof(host), "mx.%.255s", known(row->suffix));
		return arena_copy(arena, slice(host, strlen(host)));
	}
	return SLICE_NONE;
}

/* The code that a reply of this reason begins with. */
static const char *
code_of(uint16_t reason)
{
	const char *advice = knowledge_reasons[reason].advice;

	return advice && (strcmp(advice, "slow_down") == 0 || strcmp(advice, "retry") == 0) ? "451 " : "550 ";
}

/* The phrase as somebody would say it: "*" is a word, the marks of data/ are taken away. */
static Slice
phrase_example(Arena *arena, const PhraseRow *row)
{
	const char *p = known(row->phrase);
	const char *code = code_of(row->reason);
	size_t		n = strlen(code);
	char	   *out = arena_alloc(arena, n + strlen(p) + 1);

	if (out == NULL)
		return SLICE_NONE;
	memcpy(out, code, n);
	for (p += *p == '='; *p; p++)
	{
		if (*p == '\\' && p[1] != '\0')
			out[n++] = *++p;
		else
			out[n++] = *p == '*' ? 'x' : *p;
	}
	return slice(out, n);
}

/* between the examples of one rule */
#define EXAMPLE_END " || "

bool
rules_next_example(RuleInfo *info, Arena *arena)
{
	const char *written = info->more_examples;
	const char *end = written ? strstr(written, EXAMPLE_END) : NULL;
	Slice		copy;
	char	   *out;
	size_t		n = 0;

	if (written == NULL)
		return false;
	info->more_examples = end ? end + sizeof(EXAMPLE_END) - 1 : NULL;
	copy = arena_copy(arena, slice(written, end ? (size_t) (end - written) : strlen(written)));
	out = (char *) copy.p;
	/* as the host would say it: "\\n" ends a line */
	for (size_t i = 0; i < copy.n; i++)
	{
		if (copy.p[i] == '\\' && i + 1 < copy.n && copy.p[i + 1] == 'n')
		{
			out[n++] = '\n';
			i++;
		}
		else
			out[n++] = copy.p[i];
	}
	info->example = slice(copy.p, n);
	return true;
}

static void
get_phrase(const PhraseRow *row, Arena *arena, RuleInfo *info)
{
	static const char *const ranks[] = {
		[RANK_GENERIC] = "generic", [RANK_PLAIN] = "plain", [RANK_SPECIFIC] = "specific", [RANK_TRAP] = "trap",
	};

	info->name = finding_rule(row);
	/* a family's name says nothing; its words do */
	info->pattern = known(row->words ? row->words : row->phrase);
	info->reason = info->means = knowledge_reasons[row->reason].reason;
	info->rank = ranks[row->rank];
	info->language = known(row->language);
	info->source = row->source ? known(row->source) : NO_SOURCE;
	info->regex = known(row->regex);
	info->more_examples = known(row->example);
	if (!rules_next_example(info, arena))
		info->example = phrase_example(arena, row);
	if (row->provider != PROVIDER_NONE)
		info->example_rhost = host_of(arena, row->provider);
}

static void
get_status(const StatusRow *row, Arena *arena, RuleInfo *info)
{
	static const char *const strengths[] = {
		[STRENGTH_NONE] = "none", [STRENGTH_WEAK] = "weak", [STRENGTH_DECIDES] = "decides",
	};
	char		example[64];

	info->name = steps_status_rule(arena, row);
	info->means = known(row->meaning);
	info->reason = knowledge_reasons[row->reason].reason;
	info->rank = strengths[row->strength];
	info->source = row->provider == PROVIDER_NONE ? "RFC 3463, IANA" : knowledge_providers[row->provider].title;
	if (row->strength == STRENGTH_NONE)
		return;
	snprintf(example, sizeof(example), "%u50 %s %s", row->code / 1000000, info->name.pattern, NO_WORDS);
	info->example = arena_copy(arena, slice(example, strlen(example)));
	if (row->provider != PROVIDER_NONE)
		info->example_rhost = host_of(arena, row->provider);
}

static void
get_reply(const ReplyRow *row, Arena *arena, RuleInfo *info)
{
	char		example[64];

	info->name = steps_reply_rule(arena, row);
	info->means = row->meaning;
	info->reason = knowledge_reasons[row->reason].reason;
	info->source = "RFC 5321";
	if (row->reason == REASON_UNDEFINED)
		return;
	snprintf(example, sizeof(example), "%u %s", row->code, NO_WORDS);
	info->example = arena_copy(arena, slice(example, strlen(example)));
	info->example_command = row->command;
}

RuleName
rules_blocklist(const BlocklistRow *row)
{
	RuleName	rule = {"blocklist", NULL, row->fragment, "blocklists.tsv", row->line};

	return rule;
}

size_t
rules_count(void)
{
	return (size_t) knowledge_phrase_count + knowledge_status_count + knowledge_reply_count +
		knowledge_blocklist_count + knowledge_marker_count + knowledge_sign_count;
}

static void
get_rule(size_t number, Arena *arena, RuleInfo *info)
{
	if (number < knowledge_phrase_count)
	{
		get_phrase(&knowledge_phrases[number], arena, info);
		return;
	}
	number -= knowledge_phrase_count;
	if (number < knowledge_status_count)
	{
		get_status(&knowledge_statuses[number], arena, info);
		return;
	}
	number -= knowledge_status_count;
	if (number < knowledge_reply_count)
	{
		get_reply(&knowledge_replies[number], arena, info);
		return;
	}
	number -= knowledge_reply_count;
	if (number < knowledge_blocklist_count)
	{
		info->name = rules_blocklist(&knowledge_blocklists[number]);
		info->means = knowledge_blocklists[number].name;
		info->source = "the list's zone, page or name";
		return;
	}
	number -= knowledge_blocklist_count;
	if (number < knowledge_marker_count)
	{
		info->name = markers_rule(&knowledge_markers[number]);
		info->means = knowledge_marker_kinds[knowledge_markers[number].marker];
		info->source = decoder_title(knowledge_markers[number].decoder);
		return;
	}
	number -= knowledge_marker_count;
	info->name = markers_sign_rule(&knowledge_signs[number]);
	info->means = knowledge_sign_kinds[knowledge_signs[number].sign];
	info->source = decoder_title(knowledge_signs[number].decoder);
}

void
rules_get(size_t number, Arena *arena, RuleInfo *info)
{
	memset(info, 0, sizeof(*info));
	get_rule(number, arena, info);
	if (info->pattern == NULL)
		info->pattern = info->name.pattern;
}
