/*
 * casefold.h
 *	  Letters beyond ASCII in the case in which they are compared.
 */
#ifndef BOUNCE_CASEFOLD_H
#define BOUNCE_CASEFOLD_H

#include <stdint.h>

/*
 * The character's simple case folding (Unicode 14, CaseFolding.txt, status C
 * and S): one character for one, mostly the small letter; the same character
 * where there is none.  The micro sign stays, since that of Greek, as which it
 * folds, is missing in Latin-1.
 */
uint32_t	casefold(uint32_t character);

#endif							/* BOUNCE_CASEFOLD_H */
