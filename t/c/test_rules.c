/*
 * test_rules.c
 *	  Every rule of data/ is tried on its own example: the reply must get the
 *	  rule's reason, by this very rule.
 *
 * A rule whose example another one wins says nothing that is ever heard, or
 * contradicts the winner; either is a mistake in data/.  What can't be tried so
 * (markers, signs, block lists) must at least be found in itself.
 */
#include "bounce.h"
#include "classify/rules.h"
#include "match/fold.h"
#include "report/markers.h"
#include "tap.h"

/* The step that decided the reason, or NULL. */
static const ExplainStep *
winner(const BounceExplanation *explanation)
{
	const ExplainStep *found = NULL;

	for (size_t i = 0; i < explanation->count; i++)
	{
		if (explanation->steps[i].won && strcmp(explanation->steps[i].decision, "reason") == 0)
			found = &explanation->steps[i];
	}
	return found;
}

static bool
wins_its_example(Arena *arena, const RuleInfo *rule)
{
	BounceExplanation explanation = bounce_explain_reply(arena, rule->example, rule->example_rhost,
														 rule->example_command ? slice(rule->example_command, strlen(rule->example_command)) : SLICE_NONE);
	const ExplainStep *step = winner(&explanation);
	Slice		id = rule_id(arena, &rule->name);

	if (step && slice_equal(step->rule, id) && slice_equal(step->value, slice(rule->reason, strlen(rule->reason))))
		return true;
	printf("# %s:%u: %.*s\n", rule->name.file, rule->name.line, (int) rule->example.n, rule->example.p);
	if (step)
		printf("#   is won by %s:%u: %.*s: %.*s\n", step->file ? step->file : "?", step->line,
			   (int) step->rule.n, step->rule.p, (int) step->value.n, step->value.p);
	return false;
}

static void
test_examples(void)
{
	static const char *const tables[] = {"phrase", "family", "status", "reply"};

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
	{
		size_t		tried = 0;
		size_t		lost = 0;

		for (size_t i = 0; i < rules_count(); i++)
		{
			Arena		arena;
			TestOwner	owner;
			RuleInfo	rule;

			test_arena(&arena, &owner);
			rules_get(i, &arena, &rule);
			if (strcmp(rule.name.table, tables[t]) == 0 && rule.example.n > 0)
			{
				do
				{
					tried++;
					lost += !wins_its_example(&arena, &rule);
				} while (rules_next_example(&rule, &arena));
			}
			arena_reset(&arena);
		}
		printf("# %s: %zu examples\n", tables[t], tried);
		ok((tried > 0 || strcmp(tables[t], "family") == 0) && lost == 0, tables[t]);
	}
}

/* No two rules have the same id. */
static int
compare_ids(const void *a, const void *b)
{
	const Slice *x = a;
	const Slice *y = b;
	int			order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

static void
test_ids(void)
{
	Arena		arena;
	TestOwner	owner;
	size_t		count = rules_count();
	Slice	   *ids = malloc(count * sizeof(Slice));
	size_t		same = 0;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < count; i++)
	{
		RuleInfo	rule;

		rules_get(i, &arena, &rule);
		ids[i] = rule_id(&arena, &rule.name);
	}
	qsort(ids, count, sizeof(Slice), compare_ids);
	for (size_t i = 1; i < count; i++)
	{
		if (slice_equal(ids[i - 1], ids[i]))
		{
			same++;
			printf("# %.*s\n", (int) ids[i].n, ids[i].p);
		}
	}
	ok(same == 0, "each rule has an id of its own");
	free(ids);
	arena_reset(&arena);
}

int
main(void)
{
	test_examples();
	test_ids();
	return finish();
}
