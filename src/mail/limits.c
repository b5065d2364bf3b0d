/*
 * limits.c
 *	  The bounds of limits.h as a table.
 */
#include "mail/limits.h"

#define LIMIT_ROW(id, name, number, unit, what) \
	[BOUND_##id] = {name, number, unit, what, what ": at most " #number " " unit},

const MailLimit limits[BOUND_COUNT] = {
	LIMIT_LIST(LIMIT_ROW)
};
