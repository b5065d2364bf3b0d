/*
 * role.h
 *	  Addresses of an office, not of a person: data/roles.tsv.
 */
#ifndef BOUNCE_REDACT_ROLE_H
#define BOUNCE_REDACT_ROLE_H

#include "mail/slice.h"

/* The row's role for the local part (any case, a "+tag" or digits behind it left out), or NULL. */
const char *role_of(Slice local);

#endif							/* BOUNCE_REDACT_ROLE_H */
