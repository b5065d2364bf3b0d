/*
 * webhook_facts.h
 *	  The values of an event that any service's table asks for, by their paths.
 */
#ifndef BOUNCE_WEBHOOK_FACTS_H
#define BOUNCE_WEBHOOK_FACTS_H

#include "mail/arena.h"
#include "match/trail.h"

#define FACT_NONE UINT32_MAX

typedef struct Fact
{
	Slice		raw;			/* of a string: still escaped; else the token */
	uint32_t	element;		/* number in the innermost array around it */
	uint32_t	next;			/* fact of the same path, FACT_NONE */
	bool		is_string;
} Fact;

typedef struct Facts
{
	Arena	   *arena;
	Trail	   *trail;			/* or NULL */
	Fact	   *facts;
	size_t		count;
	size_t		allocated;
	uint32_t   *first;			/* by number of path: fact, FACT_NONE */
	uint32_t   *last;
} Facts;

/* Reads them out of an object.  Empty strings and nulls are none.  False when memory ran out. */
bool		facts_read(Facts *facts, Arena *arena, Trail *trail, Slice object);

/* The path's first fact, or NULL; and the one behind it. */
static inline const Fact *
facts_first(const Facts *facts, uint16_t path)
{
	return facts->first[path] == FACT_NONE ? NULL : &facts->facts[facts->first[path]];
}

static inline const Fact *
facts_next(const Facts *facts, const Fact *fact)
{
	return fact->next == FACT_NONE ? NULL : &facts->facts[fact->next];
}

/* The fact as text: a string unescaped, a number or truth value as it stands; bounded, in the arena, valid UTF-8. */
Slice		facts_text(const Facts *facts, const Fact *fact);

#endif							/* BOUNCE_WEBHOOK_FACTS_H */
