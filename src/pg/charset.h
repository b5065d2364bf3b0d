/*
 * charset.h
 *	  Between the library's UTF-8 and the database's encoding.
 *
 * PostgreSQL's own conversions raise an error at the first character that the
 * other side lacks; these never do.
 */
#ifndef BOUNCE_PG_CHARSET_H
#define BOUNCE_PG_CHARSET_H

#include "postgres.h"

#include "mail/arena.h"

typedef struct Charset
{
	bool		verbatim;		/* UTF8 and SQL_ASCII: nothing to convert */
	int			server;			/* pg_enc */
	Oid			from_utf8;		/* conversion procedures; InvalidOid: none, */
	Oid			to_utf8;		/* then only ASCII gets across */
} Charset;

/* Looks up the database's encoding and its conversions (in the catalogs). */
extern void charset_init(Charset *charset);

/*
 * UTF-8 in the database's encoding; a character that it lacks becomes '?'.
 * Returns 's' itself where nothing changes, else a copy in the arena, or
 * SLICE_NONE when the arena is out of memory.  Linear in s.n.
 */
extern Slice charset_from_utf8(const Charset *charset, Arena *arena, Slice s);

/* The other way; what has no counterpart becomes U+FFFD. */
extern Slice charset_to_utf8(const Charset *charset, Arena *arena, Slice s);

#endif							/* BOUNCE_PG_CHARSET_H */
