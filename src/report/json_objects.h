/*
 * json_objects.h
 *	  The objects of a JSON document that may be events, taken out of what
 *	  carries them.
 */
#ifndef BOUNCE_JSON_OBJECTS_H
#define BOUNCE_JSON_OBJECTS_H

#include "mail/arena.h"
#include "match/trail.h"

/* Tries one object; false: it is no event, so that what it carries is looked at. */
typedef bool (*JsonTake) (void *context, Slice object);

/*
 * Hands out the document when it is an object, the objects of an array, and,
 * of an object that is refused, what stands in it under one of the keys of
 * data/webhook-envelopes.tsv: an object, an array of objects, or a string that
 * holds JSON in turn.  LIMIT_ENVELOPES around each other are opened.  Strings
 * are unescaped into the arena, of which the trail is told when there is one;
 * all else is a slice of the document.  Takes any bytes; linear.
 */
void		json_objects(Arena *arena, Trail *trail, Slice document, JsonTake take, void *context);

#endif							/* BOUNCE_JSON_OBJECTS_H */
