/*
 * knowledge.h
 *	  What the program knows: the tables of data/, compiled in.
 *
 * build/knowledge.c (made by src/datac from data/) defines them; build/reason_ids.h holds
 * the enum of reasons, one REASON_<UPPER CASE WORD> for each row of
 * data/reasons.tsv in its order, and REASON_COUNT.  All strings are NUL
 * terminated UTF-8; NULL where the cell is empty.  "line" is the row's line in
 * its file, "file" the file's name without path.
 */
#ifndef BOUNCE_KNOWLEDGE_H
#define BOUNCE_KNOWLEDGE_H

#include "match/known.h"
#include "match/match.h"
#include "reason_ids.h"

#define PROVIDER_NONE UINT16_MAX

/* Eight hex digits that change with every row of data/ that a verdict may hang on. */
extern const char knowledge_digest[];

/* data/reasons.tsv */
typedef struct ReasonRow
{
	const char *reason;
	const char *kind;			/* failure, success, complaint, autoreply */
	const char *hard_bounce;	/* "t", "f", or NULL */
	const char *fault;
	const char *advice;
	const char *meaning;
	const char *bouncehammer;
	const char *kumomta;
	const char *sparkpost;
	const char *ses;
	const char *powermta;
	const char *postmark;
	const char *sendgrid;
	uint16_t	line;
} ReasonRow;

extern const ReasonRow knowledge_reasons[REASON_COUNT];

/* How much a phrase is worth against the others; the higher wins. */
typedef enum PhraseRank
{
	RANK_GENERIC,				/* "message rejected": only when nothing else speaks; a telling status code beats it */
	RANK_PLAIN,					/* the usual: the longest wins */
	RANK_SPECIFIC,				/* beats longer plain ones */
	RANK_TRAP					/* decides over all: a text that quotes another failure (sender verification) */
} PhraseRank;

/*
 * data/phrases*.tsv and data/families*.tsv; row number = MatchHit.phrase of
 * knowledge_phrase_match.  A family is one row that several words lead to.
 */
typedef struct PhraseRow
{
	KnownText	phrase;			/* folded, else as written in data/: "=", "*", "\*"; of a family its name */
	KnownText	file;
	uint16_t	line;
	uint16_t	reason;			/* REASON_... */
	uint16_t	provider;		/* only when this provider refused, PROVIDER_NONE = any */
	uint8_t		rank;			/* PhraseRank */
	uint16_t	literal;		/* bytes of the phrase without "*"; 0 of a family: those of the word that was found */
	KnownText	language;		/* en, de, ja ... */
	KnownText	source;
	KnownText	regex;			/* PCRE2: counts only when this matches the folded text, too; mostly NULL */
	KnownText	example;		/* a reply that this phrase decides, or several with " || "; NULL: the phrase itself is one */
	KnownText	words;			/* of a family: the words that lead to it, as written; else NULL */
} PhraseRow;

extern const PhraseRow knowledge_phrases[];
extern const uint32_t knowledge_phrase_count;
extern const MatchTable knowledge_phrase_match;

typedef enum CodeStrength
{
	STRENGTH_NONE,				/* tells nothing: 5.0.0, 5.7.1 */
	STRENGTH_WEAK,				/* decides only when no words do, generic ones included */
	STRENGTH_DECIDES			/* beats generic phrases */
} CodeStrength;

/*
 * data/status.tsv (provider = PROVIDER_NONE, last) and
 * data/provider-status.tsv, ordered by (provider, code)
 */
typedef struct StatusRow
{
	uint16_t	provider;
	uint16_t	reason;
	uint32_t	code;			/* class * 1000000 + subject * 1000 + detail */
	uint8_t		strength;		/* CodeStrength; DECIDES for provider codes */
	KnownText	file;
	uint16_t	line;
	KnownText	meaning;
} StatusRow;

extern const StatusRow knowledge_statuses[];
extern const uint32_t knowledge_status_count;

/* data/replies.tsv: the last resort, ordered by (code, command); command NULL = any, last of its code */
typedef struct ReplyRow
{
	uint16_t	code;			/* 550 */
	uint16_t	reason;
	const char *command;		/* RCPT, DATA ... or NULL */
	uint16_t	line;
	const char *meaning;
} ReplyRow;

extern const ReplyRow knowledge_replies[];
extern const uint32_t knowledge_reply_count;

/* data/providers.tsv: one row a provider, in order of name (strcmp) */
typedef struct ProviderRow
{
	const char *provider;		/* google, microsoft, nttdocomo ... */
	const char *title;			/* "Gmail / Google Workspace" */
	uint16_t	line;
} ProviderRow;

extern const ProviderRow knowledge_providers[];
extern const uint32_t knowledge_provider_count;

/*
 * data/domains.tsv: who runs a domain or a host.  Ordered by strcmp() of the
 * suffix, which is lower case without a leading dot; a name belongs to the
 * longest suffix that is the whole name or ends it after a dot.
 */
typedef struct DomainRow
{
	KnownText	suffix;
	uint16_t	provider;		/* PROVIDER_NONE where only the group is known */
	KnownText	host_group;		/* webmail, cellphone, smartphone, pc, reserved, or NULL */
	uint8_t		use;			/* DomainUse */
	uint16_t	line;
} DomainRow;

typedef enum DomainUse
{
	DOMAIN_DESTINATION = 1,		/* right of the @ */
	DOMAIN_HOST = 2,			/* a mail exchanger's name */
	DOMAIN_BOTH = 3
} DomainUse;

extern const DomainRow knowledge_domains[];
extern const uint32_t knowledge_domain_count;

/* By domain_hash() of the whole suffix, a power of two of them, the next one where one is taken: row + 1, 0 for none. */
extern const uint16_t knowledge_domain_slots[];
extern const uint32_t knowledge_domain_slot_count;

/* data/kept.tsv: folded words that stand before a subject */
extern const KnownText knowledge_subject_words[];
extern const uint32_t knowledge_subject_word_count;

/* data/roles.tsv, in strcmp() order */
typedef struct RoleRow
{
	KnownText	local;			/* lower case */
	const char *role;			/* automatic, technical, business */
	uint16_t	line;
} RoleRow;

extern const RoleRow knowledge_roles[];
extern const uint32_t knowledge_role_count;

/* data/disposable.tsv, in strcmp() order */
typedef struct DisposableRow
{
	KnownText	domain;			/* lower case; stands for its subdomains, too */
	KnownText	service;
	uint16_t	line;
} DisposableRow;

extern const DisposableRow knowledge_disposables[];
extern const uint32_t knowledge_disposable_count;

/* data/blocklists.tsv; row number = MatchHit.phrase of knowledge_blocklist_match */
typedef struct BlocklistRow
{
	const char *fragment;		/* what a reply says: zen.spamhaus.org */
	const char *name;			/* common name: spamhaus-zen */
	uint16_t	line;
} BlocklistRow;

extern const BlocklistRow knowledge_blocklists[];
extern const uint32_t knowledge_blocklist_count;
extern const MatchTable knowledge_blocklist_match;

#endif							/* BOUNCE_KNOWLEDGE_H */
