/*
 * address_key.h
 *	  The form in which addresses and domains are compared and indexed.
 *
 * Two addresses have the same key when mail to them goes to the same mailbox,
 * as far as that can be told without asking its host.
 */
#ifndef BOUNCE_ADDRESS_KEY_H
#define BOUNCE_ADDRESS_KEY_H

#include "mail/arena.h"

/*
 * How to make it.  All zero is the plain form.
 *
 * Unicode's normalization wants large tables that the library does without:
 * whoever has them lends them.  'normalize' gets valid UTF-8 and returns the
 * text in form NFC, or in NFKC where 'compatible' says so, or SLICE_NONE when
 * memory ran out.  Where it is NULL, composed and decomposed letters stay
 * different.
 */
typedef struct KeyForm
{
	bool		gmail;			/* dots and tags do not count at Gmail, and googlemail.com is gmail.com */
	bool		subaddress;		/* "+tag" counts nowhere */
	bool		keep_letters;	/* of a local part beyond ASCII, as they are written */
	Slice		(*normalize) (void *context, Arena *arena, Slice text, bool compatible);
	void	   *context;
} KeyForm;

/*
 * Takes the one address of 'text' apart, which may be "Name <a@b>", "<a@b>",
 * "rfc822;a@b", "mailto:a@b", "<@route:a@b>", "'a@b'", "a@b (comment)".  *local
 * gets it as it is written, but in quotes only where it needs them; *domain is
 * as it is written and may be none: domain_key() tells.  False where that is no address, or more than one;
 * then a mail system would find none either.
 *
 * Full-width ASCII becomes ASCII and what is invisible is left out in both, as
 * those come from keyboards and copying (RFC 8265 3.3).
 */
bool		address_split(Arena *arena, Slice text, Slice *local, Slice *domain);

/*
 * The key of the address in 'text': local part in lower case (Unicode's simple
 * folding), domain as domain_key() has it.  It is its own key.  SLICE_NONE for
 * what is no address with a domain, or is longer than LIMIT_ADDRESS_BYTES.
 */
Slice		address_key(Arena *arena, Slice text, const KeyForm *form);

/*
 * A domain in ASCII: lower case, internationalised labels as A-labels (RFC 5890
 * 2.3.2.1, mapped after UTS 46 without transition), no dot at the end; address
 * literals in lower case.  SLICE_NONE for what is no domain.
 */
Slice		domain_key(Arena *arena, Slice domain, const KeyForm *form);

/*
 * The same for people: A-labels as the letters that they stand for, where
 * those lead back to the A-label, and none of them is made to look like another.
 */
Slice		domain_display(Arena *arena, Slice domain, const KeyForm *form);

#endif							/* BOUNCE_ADDRESS_KEY_H */
