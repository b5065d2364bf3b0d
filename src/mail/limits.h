/*
 * limits.h
 *	  Every bound of the library, in one place.
 *
 * The bounds are compiled in: bounce_parse() is IMMUTABLE, so nothing that a
 * session sets may change a verdict.  Each is far above what real mail holds.
 * Past a bound the rest is ignored, never an error.  docs/limits.md lists
 * them for users; keep the two alike.
 */
#ifndef BOUNCE_LIMITS_H
#define BOUNCE_LIMITS_H

#define LIMIT_NESTING			32	/* MIME parts inside parts */
#define LIMIT_PARTS				256 /* MIME parts remembered */
#define LIMIT_HEADER_FIELDS		1024	/* fields remembered of one header */
#define LIMIT_ALL_FIELDS		8192	/* and of all headers of one message together */
#define LIMIT_FIELD_BYTES		16384	/* bytes of one field that are looked at */
#define LIMIT_BOUNDARY			256 /* RFC 2046 says 70; some write more */
#define LIMIT_DECODE_BYTES		262144	/* encoded bytes of one part that are decoded */
#define LIMIT_TEXT_BYTES		262144	/* bytes of a human text that are read */
#define LIMIT_TEXT_LINES		65536	/* lines of one, which would have four bytes each */
#define LIMIT_RECIPIENTS		100000	/* recipients of one report */
#define LIMIT_HELD_RECIPIENTS	4096	/* of them that are in memory at a time; the text is searched for the first ones */
#define LIMIT_TEXT_RECIPIENTS	4096	/* recipients read from a human text */
#define LIMIT_ADDRESS_BYTES		1024	/* RFC 5321 says 254 */
#define LIMIT_REGEXES			32	/* regular expressions asked of one text, the most telling ones */
#define LIMIT_REGEX_MATCHES		5000	/* and of all texts of one message; a long one counts for each 256 bytes */
#define LIMIT_REPLY_BYTES		4096	/* of a diagnostic that are judged and reported */
#define LIMIT_JSON_EVENTS		100000	/* objects of one JSON document that are tried as events */
#define LIMIT_JSON_FACTS		400000	/* values of one event that are remembered */
#define LIMIT_JSON_STRING		65536	/* bytes of a value that are looked at */
#define LIMIT_JSON_STEP			65536	/* bytes between two looks for an interrupt */
#define LIMIT_ENVELOPES			8	/* objects and arrays around an event that are opened */

/* Of patterns that users wrote; each start in the text may take so many steps. */
#define LIMIT_OWN_STEPS			10000
#define LIMIT_OWN_DEPTH			10000
#define LIMIT_OWN_HEAP_KB		4096
#define LIMIT_OWN_GIVE_UPS		64	/* of all on one message; then no more expressions are asked */
#define LIMIT_OWN_MATCH			4096	/* bytes of a text that an expression sees behind where it begins to match, at least */
#define LIMIT_OWN_PATTERN		1000	/* characters of one; the tables' constraints say so, too */

#endif							/* BOUNCE_LIMITS_H */
