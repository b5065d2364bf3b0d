/*
 * limits.h
 *	  Every bound of the library, in one place.
 *
 * The bounds are compiled in: bounce_parse() is IMMUTABLE, so nothing that a
 * session sets may change a verdict.  Each is far above what real mail holds.
 * Past a bound the rest is ignored, never an error; bounce_explain() says which
 * bound was met (match/trail.h, or arena_meet() where there is no trail).
 *
 * The list below is all there is: LIMIT_x is its number in C, BOUND_x its place
 * in limits[], of which bounce_limits() is made; docs/limits.md shows that, and
 * t/docs.t compares the two.  How far a reader looks to recognise something (24
 * lines below a rule, a word within 40 bytes) is a matter of its shape and
 * stands beside the reader.
 */
#ifndef BOUNCE_LIMITS_H
#define BOUNCE_LIMITS_H

/* LIMIT(id, name in SQL, number, unit, what it bounds) */
#define LIMIT_LIST(LIMIT) \
	/* the structure of a mail */ \
	LIMIT(NESTING, "nesting", 32, "levels", "MIME parts inside parts") \
	LIMIT(PARTS, "parts", 256, "parts", "MIME parts of a message; what follows belongs to the part before") \
	LIMIT(HEADER_FIELDS, "header_fields", 1024, "fields", "fields of one header") \
	LIMIT(ALL_FIELDS, "all_fields", 8192, "fields", "fields of all headers of a message together") \
	LIMIT(FIELD_NAME, "field_name", 128, "bytes", "the name of a field; what has a longer one is none") \
	LIMIT(FIELD_BYTES, "field_bytes", 16384, "bytes", "a field's value") \
	LIMIT(BOUNDARY, "boundary", 256, "bytes", "a multipart's boundary (RFC 2046 allows 70); with a longer one it is no multipart") \
	LIMIT(DECODE_BYTES, "decode_bytes", 262144, "bytes", "a part, as it stands in the mail, of which the text is decoded") \
	LIMIT(DATE_BYTES, "date_bytes", 128, "bytes", "a date") \
	LIMIT(CHARSET_NAME, "charset_name", 75, "bytes", "the name of a charset in an encoded word (RFC 2047)") \
	LIMIT(CHARSETS, "charsets", 4, "charsets", "charsets of one field that are converted") \
	LIMIT(ADDRESS_BYTES, "address_bytes", 1024, "bytes", "an address (RFC 5321 allows 254); a longer one is none") \
	LIMIT(MBOX_LINE, "mbox_line", 1024, "bytes", "a line that parts two messages of a mailbox") \
	LIMIT(WRAPPINGS, "wrappings", 4, "messages", "messages inside each other of which one may be the report") \
	/* human texts */ \
	LIMIT(TEXT_PARTS, "text_parts", 4, "parts", "text parts of a report that are tried") \
	LIMIT(TEXT_BYTES, "text_bytes", 262144, "bytes", "a human text") \
	LIMIT(TEXT_LINES, "text_lines", 65536, "lines", "lines of a human text") \
	LIMIT(LINE_MARKERS, "line_markers", 64, "markers", "known words in one line of a human text") \
	LIMIT(TEXT_RECIPIENTS, "text_recipients", 4096, "recipients", "recipients that are read from a human text") \
	LIMIT(JOINED_BYTES, "joined_bytes", 524288, "bytes", "words joined from two places, for all recipients of a human text; then the nearer ones alone count") \
	LIMIT(REFUSALS, "refusals", 4096, "replies", "refusals of a session transcript") \
	LIMIT(REFUSAL_LINES, "refusal_lines", 64, "lines", "lines of one of them") \
	/* reports with fields */ \
	LIMIT(RECIPIENTS, "recipients", 100000, "recipients", "recipients of one report, or of one event") \
	LIMIT(HELD_RECIPIENTS, "held_recipients", 4096, "recipients", "of them those whom the human text beside the fields is searched for") \
	LIMIT(HELD_BYTES, "held_bytes", 524288, "bytes", "the same where their fields are long, 64 recipients at least") \
	LIMIT(BARE_RECIPIENTS, "bare_recipients", 64, "recipients", "recipients without a domain that are given one") \
	LIMIT(VENDOR_FIELDS, "vendor_fields", 8, "fields", "fields of vendors that are read of one recipient") \
	/* what is judged */ \
	LIMIT(REPLY_BYTES, "reply_bytes", 4096, "bytes", "a diagnostic") \
	LIMIT(BLOCKLISTS, "blocklists", 8, "lists", "block lists that are taken from one reply") \
	LIMIT(RETRY_AFTER, "retry_after", 2592000, "seconds", "the longest wait that is believed") \
	LIMIT(VERP_LAYERS, "verp_layers", 8, "layers", "layers of SRS and BATV around an address") \
	LIMIT(REGEXES, "regexes", 32, "expressions", "built-in regular expressions that are asked of one text, the most telling ones") \
	LIMIT(REGEX_MATCHES, "regex_matches", 5000, "expressions", "the same of all texts of a message; each 256 bytes of a longer one count") \
	LIMIT(REGEX_STEPS, "regex_steps", 100000, "steps", "steps of a built-in regular expression; one that needs more does not match") \
	LIMIT(REGEX_DEPTH, "regex_depth", 1000, "levels", "its depth, likewise") \
	LIMIT(REGEX_HEAP, "regex_heap", 1024, "kB", "its memory, likewise") \
	/* JSON */ \
	LIMIT(JSON_NESTING, "json_nesting", 16, "levels", "nesting of JSON that is read") \
	LIMIT(JSON_EVENTS, "json_events", 100000, "objects", "objects of one JSON document that are tried as events") \
	LIMIT(JSON_FACTS, "json_facts", 400000, "values", "values of one event") \
	LIMIT(JSON_STRING, "json_string", 65536, "bytes", "a value, as it stands in the document") \
	LIMIT(ENVELOPES, "envelopes", 8, "levels", "objects and arrays around an event that are opened") \
	/* what users wrote */ \
	LIMIT(OWN_STEPS, "own_steps", 10000, "steps", "steps of a user's own expression from each place of a text; one that needs more does not match") \
	LIMIT(OWN_DEPTH, "own_depth", 10000, "levels", "its depth, likewise") \
	LIMIT(OWN_HEAP, "own_heap", 4096, "kB", "its memory, likewise") \
	LIMIT(OWN_MATCH, "own_match", 4096, "bytes", "a text behind the place at which an own expression begins to match") \
	LIMIT(OWN_RUNS, "own_runs", 512, "bytes", "what an own expression may run over for each byte of a text; one that needs more does not match") \
	LIMIT(OWN_BYTES, "own_bytes", 33554432, "bytes", "texts of one message that expressions of own rules are asked of, and likewise of own formats; an expression that runs over more than 64 bytes for each counts 128 times") \
	LIMIT(OWN_GIVE_UPS, "own_give_ups", 64, "expressions", "own expressions of one message that met these bounds; then no more are asked") \
	LIMIT(OWN_PATTERN, "own_pattern", 1000, "characters", "an own expression") \
	LIMIT(OWN_GROUPS, "own_groups", 99, "groups", "groups of an own format's expression") \
	LIMIT(OWN_FIELDS, "own_fields", 64, "fields", "fields of one name that an own rule or format looks at") \
	/* what is told */ \
	LIMIT(EVIDENCE, "evidence", 400, "bytes", "words that bounce_explain() quotes in one step") \
	LIMIT(STEPS, "steps", 100000, "steps", "steps of bounce_explain() for one message")

#define LIMIT_NUMBER(id, name, number, unit, what) LIMIT_##id = (number),
enum
{
	LIMIT_LIST(LIMIT_NUMBER)
	LIMIT_JSON_STEP = 65536		/* bytes between two looks for an interrupt: cuts nothing */
};

#define LIMIT_PLACE(id, name, number, unit, what) BOUND_##id,
typedef enum Bound
{
	LIMIT_LIST(LIMIT_PLACE)
	BOUND_COUNT
} Bound;

typedef struct MailLimit
{
	const char *name;
	int			number;
	const char *unit;
	const char *what;
	const char *told;			/* where it was met */
} MailLimit;

extern const MailLimit limits[BOUND_COUNT];

#endif							/* BOUNCE_LIMITS_H */
