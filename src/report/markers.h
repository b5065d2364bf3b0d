/*
 * markers.h
 *	  The words by which a report's human text shows its structure, and the
 *	  signs by which its author is known: data/markers.tsv and
 *	  data/decoders.tsv, compiled in (build/markers.c).
 *
 * build/marker_ids.h holds the enum of marker kinds, one MARKER_<UPPER CASE
 * WORD, "-" as "_"> for each word of data/marker-kinds.tsv in its order, and
 * MARKER_COUNT.
 */
#ifndef BOUNCE_MARKERS_H
#define BOUNCE_MARKERS_H

#include "match/known.h"
#include "match/match.h"
#include "match/trail.h"
#include "marker_ids.h"

#define DECODER_NONE UINT16_MAX

/* data/markers.tsv; row number = MatchHit.phrase of knowledge_marker_match */
typedef struct MarkerRow
{
	KnownText	phrase;			/* folded, else as written in data/ */
	KnownText	file;
	uint16_t	marker;			/* MARKER_... */
	uint16_t	decoder;		/* who writes it, DECODER_NONE = several */
	uint8_t		where;			/* MarkerWhere: of the line */
	uint16_t	line;
} MarkerRow;

typedef enum MarkerWhere
{
	WHERE_ANY,					/* anywhere */
	WHERE_START,				/* the line starts with it */
	WHERE_LINE					/* it is the whole line */
} MarkerWhere;

extern const MarkerRow knowledge_markers[];
extern const uint32_t knowledge_marker_count;
extern const MatchTable knowledge_marker_match;

/* The SMTP verb that an "at-..." marker stands for ("CONN" is the greeting), NULL for other markers. */
const char *marker_command(uint16_t marker);

/* data/decoders.tsv: names for decoded_by, in order of name (strcmp) */
typedef struct DecoderRow
{
	const char *decoder;		/* Postfix, Exim, qmail ... */
	const char *title;
	uint16_t	line;
	bool		is_gateway;		/* takes mail whole, filters it and hands it on */
} DecoderRow;

extern const DecoderRow knowledge_decoders[];
extern const uint32_t knowledge_decoder_count;

/* data/bystanders.tsv: addresses in a report that are not who failed */
typedef enum BystanderRole
{
	BYSTANDER_OFFICE,			/* a local part that one writes to for help */
	BYSTANDER_OWN_OFFICE,		/* ... at the reporter's own domain */
	BYSTANDER_FROM				/* words before the address of who had sent the mail */
} BystanderRole;

typedef struct BystanderRow
{
	const char *words;
	uint8_t		role;
} BystanderRow;

extern const BystanderRow knowledge_bystanders[];
extern const uint32_t knowledge_bystander_count;

/*
 * data/signs.tsv: header evidence.  A sign is a fragment of a header field
 * of the report.  Row number = MatchHit.phrase of knowledge_sign_match, which
 * is run over "name: value" lines (folded) of the fields that can matter.
 */
typedef struct SignRow
{
	KnownText	phrase;			/* "from: mailer-daemon", "x-failed-recipients:", "subject: undelivered mail returned to sender" */
	KnownText	file;
	uint16_t	sign;			/* SIGN_... of data/sign-kinds.tsv: daemon, bounce-subject, delay-subject, autoreply, list, human ... */
	uint16_t	decoder;
	uint8_t		where;			/* MarkerWhere */
	uint16_t	line;
} SignRow;

extern const SignRow knowledge_signs[];
extern const uint32_t knowledge_sign_count;
extern const MatchTable knowledge_sign_match;

/* The words of data/marker-kinds.tsv and data/sign-kinds.tsv, by MARKER_... and SIGN_... */
extern const char *const knowledge_marker_kinds[];
extern const char *const knowledge_sign_kinds[];

/* The rules that such rows are, as trails and bounce_rules() name them. */
RuleName	markers_rule(const MarkerRow *row);
RuleName	markers_sign_rule(const SignRow *row);

#endif							/* BOUNCE_MARKERS_H */
