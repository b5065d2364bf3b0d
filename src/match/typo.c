/*
 * typo.c
 *	  How far what somebody typed is from what he may have meant.
 */
#include "match/typo.h"

#define SLIP 1					/* a finger's: in halves */
#define MISTAKE 2

/* Where a key is: its row, and its place in it in quarters of a key's width. */
typedef struct Place
{
	int			row;
	int			place;
} Place;

/* The rows of the keyboard stand a quarter, a half and a whole key further right, from the digits on. */
static const struct
{
	const char *keys;
	int			shift;
}			rows[] = {{"1234567890-", 0}, {"qwertyuiop", 2}, {"asdfghjkl", 3}, {"zxcvbnm,.", 5}};

static bool
find_key(char c, Place *place)
{
	for (int row = 0; row < 4; row++)
	{
		const char *key = c ? strchr(rows[row].keys, c) : NULL;

		if (key)
		{
			place->row = row;
			place->place = (int) (key - rows[row].keys) * 4 + rows[row].shift;
			return true;
		}
	}
	return false;
}

/* Do the two keys touch? */
static bool
are_neighbours(char a, char b)
{
	Place		x;
	Place		y;
	int			rows_apart;
	int			apart;

	if (!find_key(a, &x) || !find_key(b, &y))
		return false;
	rows_apart = x.row > y.row ? x.row - y.row : y.row - x.row;
	apart = x.place > y.place ? x.place - y.place : y.place - x.place;
	return rows_apart == 0 ? apart == 4 : rows_apart == 1 && apart < 4;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

int
typo_distance(Slice typed, Slice meant, int most)
{
	/* three rows of the table of distances between beginnings */
	int			table[3][TYPO_MOST_BYTES + 1];

	if (typed.n > TYPO_MOST_BYTES || meant.n > TYPO_MOST_BYTES)
		return TYPO_FAR;
	for (size_t k = 0; k <= meant.n; k++)
		table[0][k] = (int) k * SLIP;
	for (size_t i = 1; i <= typed.n; i++)
	{
		int		   *row = table[i % 3];
		const int  *above = table[(i + 2) % 3];
		const int  *before = table[(i + 1) % 3];
		char		c = typed.p[i - 1];
		/* one too many: the same again is a slip */
		int			added = i > 1 && typed.p[i - 2] == c ? SLIP : MISTAKE;
		int			best;

		row[0] = best = above[0] + added;
		for (size_t k = 1; k <= meant.n; k++)
		{
			char		right = meant.p[k - 1];
			int			cost = above[k - 1] + (c == right ? 0 : are_neighbours(c, right) ? SLIP : MISTAKE);

			cost = least(cost, above[k] + added);
			cost = least(cost, row[k - 1] + SLIP);
			if (i > 1 && k > 1 && c == meant.p[k - 2] && typed.p[i - 2] == right && c != right)
				cost = least(cost, before[k - 2] + MISTAKE);
			row[k] = cost;
			best = least(best, cost);
		}
		/* a transposition looks back over one row, and costs what it saves there at most */
		if (best > most + MISTAKE)
			return TYPO_FAR;
	}
	return table[typed.n % 3][meant.n] <= most ? table[typed.n % 3][meant.n] : TYPO_FAR;
}

/* What stands before the last dot: all but the top level. */
static Slice
above_top(Slice domain)
{
	size_t		dot = slice_find_last(domain, '.');

	return slice(domain.p, dot == SLICE_NPOS ? domain.n : dot);
}

int
typo_most(Slice meant)
{
	size_t		most = above_top(meant).n * MISTAKE / 3;

	return most > 1 ? (int) most : 1;
}

bool
typo_is_abroad(Slice typed, Slice meant)
{
	size_t		n = above_top(meant).n;
	const char *a = typed.p + n + 1;
	const char *b = meant.p + n + 1;

	if (typed.n != meant.n || n + 3 != meant.n || memcmp(typed.p, meant.p, n + 1) != 0)
		return false;
	if (a[0] == b[1] && a[1] == b[0])
		return false;
	if (a[0] == b[0])
		return a[1] != b[1] && !are_neighbours(a[1], b[1]);
	return a[1] != b[1] || !are_neighbours(a[0], b[0]);
}
