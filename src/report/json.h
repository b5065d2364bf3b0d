/*
 * json.h
 *	  A pull reader for JSON (RFC 8259) as mails hold it: no tree, no
 *	  recursion, each value with the path of keys that leads to it.
 *
 * Lenient where mail is: line ends inside strings (a mailer wrapped them) are
 * dropped.
 */
#ifndef BOUNCE_JSON_H
#define BOUNCE_JSON_H

#include "mail/arena.h"


typedef struct JsonReader
{
	Slice		text;
	size_t		at;
	int			depth;			/* containers that are open */
	Slice		keys[LIMIT_JSON_NESTING];	/* key of each open level, raw; SLICE_NONE in arrays */
	bool		in_array[LIMIT_JSON_NESTING];
	uint32_t	element[LIMIT_JSON_NESTING];	/* number of the element in each array */
	Arena	   *arena;			/* through which interrupts are answered, or NULL */
	size_t		next_look;		/* for one */
} JsonReader;

/* One scalar. */
typedef struct JsonValue
{
	Slice		raw;			/* of a string: between the quotes, still escaped; else the token */
	bool		is_string;
} JsonValue;

/* Moves to the next scalar; false at the end or where it is no JSON any more. */
bool		json_next(JsonReader *reader, JsonValue *value);

/* Offset behind the string whose opening quote is at 'at'; at most text.n. */
size_t		json_skip_string(Slice text, size_t at);

/* The raw string unescaped, valid UTF-8, in the arena. */
Slice		json_string(Arena *arena, Slice raw);

/* Is the raw key this name, without regard to case, line ends left out? */
bool		json_key_is(Slice key, const char *name);

#endif							/* BOUNCE_JSON_H */
