/*
 * office.h
 *	  What kind of address it is: an office's, a throw-away one.
 */
#ifndef BOUNCE_OFFICE_H
#define BOUNCE_OFFICE_H

#include "classify/knowledge.h"

/*
 * The row of data/roles.tsv for a local part (any case; "+tag" does not count)
 * that belongs to an office or a program, or NULL.  "-request" and the like of
 * mailing lists (RFC 2142 6) have a row of no line.
 */
const RoleRow *role_of(Slice local);

/* The row of data/disposable.tsv whose domain the name (any case) is or ends in, or NULL. */
const DisposableRow *disposable_of(Slice domain);

#endif							/* BOUNCE_OFFICE_H */
