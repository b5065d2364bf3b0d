/*
 * document.h
 *	  A jsonb value as text for the library.
 */
#ifndef BOUNCE_PG_DOCUMENT_H
#define BOUNCE_PG_DOCUMENT_H

#include "postgres.h"

#include "pg/call.h"
#include "utils/jsonb.h"

/*
 * The document in the call's arena, UTF-8.  Strings are cut and numbers rounded
 * where the library would not look at the rest (docs/limits.md); numbers beyond
 * those of 64 bits become null.  Raises no error; incomplete when the arena ran
 * out of memory, as call_check_memory() tells.
 */
extern Slice json_document(Call *call, Jsonb *jsonb);

#endif							/* BOUNCE_PG_DOCUMENT_H */
