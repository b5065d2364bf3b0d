/*
 * reader.h
 *	  What the targets of single readers share: a report that stands in no mail,
 *	  and what each of its deliveries promises.
 */
#ifndef FUZZ_READER_H
#define FUZZ_READER_H

#include "fuzz.h"
#include "report/report.h"
#include "report/markers.h"

typedef struct Bench
{
	Arena		arena;
	Trail		trail;
	Buffer		given;
	Slice		text;			/* the input */
	Message		message;		/* the same as a mail */
	Report		report;
} Bench;

static inline void
bench_begin(Bench *bench, const uint8_t *data, size_t size)
{
	memset(bench, 0, sizeof(*bench));
	bench->given = copy_input(data, size);
	bench->text = slice(bench->given.p, bench->given.n);
	arena_init(&bench->arena, malloc_for_arena, free_for_arena, NULL, NULL);
	trail_init(&bench->trail, &bench->arena);
	mime_scan(&bench->arena, bench->text, &bench->message);
	bench->report.arena = bench->report.message_arena = &bench->arena;
	bench->report.message = &bench->message;
	bench->report.header = &bench->message.parts[0].header;
	bench->report.trail = &bench->trail;
	bench->report.decoder = DECODER_NONE;
	steps = 0;
}

static inline void
bench_end(Bench *bench)
{
	arena_reset(&bench->arena);
	free(bench->given.p);
}

/*
 * What is decoded is UTF-8 already, the rest is checked where the record is
 * filled (message.c); all must be readable, of which ASan takes care.
 */
static inline void
check_deliveries(const Report *report)
{
	volatile char seen = 0;

	for (size_t i = 0; i < report->count; i++)
	{
		const Delivery *delivery = &report->deliveries[i];
		Slice		all[] = {
			delivery->recipient, delivery->named_at, delivery->alias, delivery->alias_at, delivery->status,
			delivery->diagnostic_type, delivery->actual, delivery->diagnostic, delivery->vendor, delivery->words,
			delivery->known_by, delivery->hinted_by, delivery->rhost, delivery->lhost, delivery->sender,
		};

		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		{
			if (all[k].n > 0)
				seen = (char) (seen + all[k].p[0] + all[k].p[all[k].n - 1]);
		}
		if (delivery->kind > KIND_CHALLENGE || delivery->action > ACTION_OTHER)
			broken("a kind and an action", NULL);
		check_recipient(delivery->recipient);
		check_recipient(delivery->alias);
		if (!is_text(delivery->recipient) || !is_text(delivery->alias))
			broken("valid text", "an address");
		if (!is_text(delivery->diagnostic) || !is_text(delivery->vendor))
			broken("valid text", "a diagnostic");
	}
}

/* Do two reports name the same recipients, in the same order, with the same fields? */
static inline void
check_same_deliveries(const Report *a, const Report *b, const char *how)
{
	if (a->count != b->count)
		broken("as many deliveries", how);
	for (size_t i = 0; i < a->count; i++)
	{
		const Delivery *x = &a->deliveries[i];
		const Delivery *y = &b->deliveries[i];
		const struct
		{
			const char *name;
			Slice		one;
			Slice		other;
		}			texts[] = {
			{"recipient", x->recipient, y->recipient}, {"alias", x->alias, y->alias}, {"status", x->status, y->status},
			{"diagnostic_type", x->diagnostic_type, y->diagnostic_type}, {"diagnostic", x->diagnostic, y->diagnostic},
			{"vendor", x->vendor, y->vendor}, {"rhost", x->rhost, y->rhost},
		};

		if (x->kind != y->kind || x->action != y->action)
			broken("the same deliveries", how);
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		{
			if (slice_equal(texts[k].one, texts[k].other))
				continue;
			fprintf(stderr, "%s: \"%.*s\" and \"%.*s\"\n", texts[k].name, (int) texts[k].one.n, texts[k].one.p ? texts[k].one.p : "",
					(int) texts[k].other.n, texts[k].other.p ? texts[k].other.p : "");
			broken("the same deliveries", how);
		}
	}
}

#endif							/* FUZZ_READER_H */
