/*
 * own_formats.h
 *	  Formats of reports that users taught: the home-made MTA's report in words.
 *
 * A format is known by its signature, a field of the header, words of the human
 * text, or both.  Then its expression is matched over the text again and again,
 * up to the end marker; each match names a recipient.  Why that one failed is
 * the judge's business, as always.
 */
#ifndef BOUNCE_OWN_FORMATS_H
#define BOUNCE_OWN_FORMATS_H

#include "match/pattern.h"
#include "report/reading.h"

/* A format as it is written: UTF-8; SLICE_NONE is SQL's NULL. */
typedef struct OwnFormatText
{
	int64_t		id;
	Slice		name;			/* becomes decoded_by */
	bool		regex;			/* the signature's patterns are regular expressions, else plain */
	Slice		header;			/* name of a field */
	Slice		header_value;	/* of its value; SLICE_NONE: any */
	Slice		text;			/* that the human text must hold */
	Slice		recipient;		/* regular expression; groups recipient (or the first), diagnostic, status, rhost, alias */
	Slice		end_marker;		/* what is read ends here; SLICE_NONE: at the text's end */
	bool		delay;
	int64_t		valid_from;		/* as of OwnRuleText */
	int64_t		valid_until;
} OwnFormatText;

typedef struct OwnFormat
{
	RuleName	rule;			/* "format:17" */
	const char *name;
	Slice		header;
	Pattern		header_value;
	Pattern		text;
	Pattern		recipient;
	Pattern		end_marker;
	BounceKind	kind;
	int64_t		valid_from;
	int64_t		valid_until;

	/* numbers of groups; 0: there is no such group */
	unsigned	recipient_group;
	unsigned	diagnostic_group;
	unsigned	status_group;
	unsigned	rhost_group;
	unsigned	alias_group;
} OwnFormat;

typedef struct OwnFormats
{
	Arena	   *arena;
	OwnFormat  *formats;		/* in order of precedence */
	size_t		count;
	size_t		allocated;
	PatternTools tools;
	int64_t		now;			/* of own_formats_begin() */
} OwnFormats;

/* As own_rules_init() and own_rules_free(). */
void		own_formats_init(OwnFormats *formats, Arena *arena);
void		own_formats_free(OwnFormats *formats);

/* Adds a format behind the others, as own_rules_add() does. */
bool		own_formats_add(OwnFormats *formats, const OwnFormatText *text);

/* A message is to be read by them, at that time. */
void		own_formats_begin(OwnFormats *formats, int64_t now);

/* Reads the message by the first format whose signature it bears and that finds a recipient; false when there is none. */
bool		own_formats_read(Reading *reading);

#endif							/* BOUNCE_OWN_FORMATS_H */
