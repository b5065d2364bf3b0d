/*
 * address.h
 *	  Addresses as they stand in reports: found, cleaned, compared.
 *
 * No parser for RFC 5322 address lists, but a careful reader of single
 * addresses; linear, no recursion (GMime's address parser nests without
 * limit).
 */
#ifndef BOUNCE_ADDRESS_H
#define BOUNCE_ADDRESS_H

#include "mail/arena.h"

/*
 * The address in 'text', which may be "Name <a@b>", "<a@b>", "rfc822;a@b",
 * "a@b (comment)", "mailto:a@b", "\"quoted local\"@b", "<@route:a@b>".
 * Returned: ASCII letters in lower case, without angle brackets, type and
 * source route, in the arena, valid UTF-8.  With need_domain an address without "@" is
 * refused.  SLICE_NONE where there is none.
 */
Slice		address_clean(Arena *arena, Slice text, bool need_domain);

/*
 * The first address with a domain at or after *offset of 'text'; moves
 * *offset behind it (and behind its ">").  Raw bytes of the text, without angle
 * brackets.  *start gets where it begins, bracket included.  Linear.
 */
bool		address_find(Slice text, size_t *offset, size_t *start, Slice *address);

/* Without an address type in front: "rfc822;", "LOCAL;", "utf-8 ;" (RFC 3464 2.3.1). */
Slice		address_without_type(Slice text);

/* True when the bytes are a local part that needs no quotes, dots wherever they are. */
bool		address_is_local(Slice s);

/* What is right of the last "@", SLICE_NONE without one. */
Slice		address_domain(Slice address);

/* Is the host the domain, or a name below it, as mail.example.com is of example.com but badexample.com is not?  Dots at the host's end don't count. */
bool		address_is_within(Slice host, Slice domain);

/* True when the bytes could be a domain name or an address literal. */
bool		address_is_domain(Slice s);

/* The textual IPv4 or IPv6 address at or after *offset; linear.  IPv4 in dotted form with 4 numbers <= 255. */
bool		address_find_ip(Slice text, size_t *offset, Slice *ip);

#endif							/* BOUNCE_ADDRESS_H */
