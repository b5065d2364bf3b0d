/*
 * provider.h
 *	  Who runs a domain or a host: data/domains.tsv.
 */
#ifndef BOUNCE_PROVIDER_H
#define BOUNCE_PROVIDER_H

#include "classify/knowledge.h"

/*
 * The row of the longest suffix of 'name' (any case; a domain or host name)
 * that is known for that use, or NULL.  O(labels * log rows).
 */
const DomainRow *provider_of(Slice name, DomainUse use);

#endif							/* BOUNCE_PROVIDER_H */
