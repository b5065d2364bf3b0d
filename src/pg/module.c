/*
 * module.c
 *	  Says which server this library was built for.
 *
 * There is no _PG_init(): no settings, no hooks, no shared memory.  A verdict
 * depends on nothing but the mail, and on rules of one's own where they are
 * asked for.
 */
#include "postgres.h"

#include "bounce.h"
#include "fmgr.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "bounce", .version = BOUNCE_VERSION);
#else
PG_MODULE_MAGIC;
#endif
