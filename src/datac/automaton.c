/*
 * automaton.c
 *	  Makes the Aho-Corasick automaton that src/match/match.c walks.
 *
 * Three steps: a trie of the pieces; its fail links, level by level; the
 * double array.  The result depends on nothing but the pieces and their order.
 *
 * Two things differ from the textbook, both to make the walk shorter:
 *
 * - A piece that begins with a letter or digit is only ever found at the start
 *   of a word.  So a suffix that begins inside a word leads nowhere, and fail
 *   links never point to one: in English text they nearly all point to the
 *   root, from where match_run() skips to the next word.
 *
 * - A fail link skips suffixes whose children are all children of the node
 *   itself: the byte that did not fit there does not fit here either.
 */
#include <assert.h>
#include <stdlib.h>

#include "datac/automaton.h"

#define NO_NODE (-1)

typedef struct TrieNode
{
	int32_t		child;			/* first, in order of byte */
	int32_t		sibling;
	int32_t		fail;			/* longest suffix of use */
	int32_t		skip;			/* the first on that chain with a child that this has not */
	int32_t		output;			/* as in MatchNode */
	int32_t		place;			/* in the double array */
	int32_t		level;			/* of the root 0 */
	uint8_t		byte;			/* that leads here from the parent */
} TrieNode;

typedef struct Trie
{
	TrieNode   *nodes;			/* [0] is the root */
	int32_t		count;
	int32_t    *order;			/* all nodes, by level */
} Trie;

/* A slot of the double array while that is being filled. */
typedef struct Slot
{
	uint32_t	base;
	uint32_t	class;			/* that leads here, MATCH_FREE */
	MatchLinks	links;
} Slot;

typedef struct Array
{
	Arena	   *arena;
	Slot	   *nodes;
	uint8_t    *is_base;		/* of some node: a slot's class tells its parent, so no two may share one */
	int32_t    *after;			/* free slots as a list, ended by -1 */
	int32_t    *before;
	int32_t		size;
	int32_t		first_free;
	int32_t		last_free;
	int32_t		limit;			/* behind the last slot in use */
} Array;

static int32_t
find_child(const Trie *trie, int32_t node, uint8_t byte)
{
	int32_t		child = trie->nodes[node].child;

	while (child != NO_NODE && trie->nodes[child].byte < byte)
		child = trie->nodes[child].sibling;
	if (child != NO_NODE && trie->nodes[child].byte == byte)
		return child;
	return NO_NODE;
}

static int32_t
add_node(Trie *trie, uint8_t byte)
{
	TrieNode   *node = &trie->nodes[trie->count];

	node->child = NO_NODE;
	node->sibling = NO_NODE;
	node->fail = 0;
	node->skip = 0;
	node->output = -1;
	node->place = 0;
	node->level = 0;
	node->byte = byte;
	return trie->count++;
}

/* The child of 'node' by 'byte', made when there is none. */
static int32_t
need_child(Trie *trie, int32_t node, uint8_t byte)
{
	int32_t    *link = &trie->nodes[node].child;
	int32_t		child;

	while (*link != NO_NODE && trie->nodes[*link].byte < byte)
		link = &trie->nodes[*link].sibling;
	if (*link != NO_NODE && trie->nodes[*link].byte == byte)
		return *link;
	child = add_node(trie, byte);
	trie->nodes[child].level = trie->nodes[node].level + 1;
	trie->nodes[child].sibling = *link;
	*link = child;
	return child;
}

/* Are both first pieces of phrases with "*", and found at the same places? */
static bool
is_alike(const AutomatonPiece *a, const AutomatonPiece *b)
{
	return a->pattern.piece == 0 && b->pattern.piece == 0 && a->pattern.pieces > 1 && b->pattern.pieces > 1 &&
		a->pattern.word_start == b->pattern.word_start && a->pattern.word_end == b->pattern.word_end &&
		slice_equal(a->bytes, b->bytes);
}

/* Makes the trie; 'patterns' get their length and join their node's list. */
static void
make_trie(Arena *arena, Trie *trie, const AutomatonPiece *pieces, size_t count,
		  MatchPattern *patterns)
{
	size_t		bytes = 1;
	size_t		i;
	size_t		k;

	for (i = 0; i < count; i++)
		bytes += pieces[i].bytes.n;
	trie->nodes = arena_alloc(arena, bytes * sizeof(TrieNode));
	trie->order = arena_alloc(arena, bytes * sizeof(int32_t));
	trie->count = 0;
	add_node(trie, 0);

	/* from the last piece, so that each node's list is in order of row */
	for (i = count; i-- > 0;)
	{
		int32_t		node = 0;
		int32_t    *link;

		for (k = 0; k < pieces[i].bytes.n; k++)
			node = need_child(trie, node, (uint8_t) pieces[i].bytes.p[k]);
		patterns[i] = pieces[i].pattern;
		patterns[i].length = (uint16_t) pieces[i].bytes.n;
		/* the first one in order of row stands for those that are alike */
		for (link = &trie->nodes[node].output; *link >= 0 && !is_alike(&pieces[*link], &pieces[i]); link = &patterns[*link].next)
			;
		if (*link >= 0)
			*link = patterns[*link].next;
		patterns[i].next = trie->nodes[node].output;
		trie->nodes[node].output = (int32_t) i;
	}
}

static void
order_by_level(Trie *trie)
{
	int32_t		done;
	int32_t		n = 0;
	int32_t		child;

	trie->order[n++] = 0;
	for (done = 0; done < n; done++)
	{
		for (child = trie->nodes[trie->order[done]].child; child != NO_NODE;
			 child = trie->nodes[child].sibling)
			trie->order[n++] = child;
	}
}

/* The longest suffix of 'child' of 'node' that is a node and begins no word in its middle. */
static int32_t
find_fail(const Trie *trie, int32_t node, int32_t child)
{
	uint8_t		byte = trie->nodes[child].byte;
	int32_t		suffix = node;
	int32_t		found;

	if (node == 0)
		return 0;
	do
	{
		suffix = trie->nodes[suffix].fail;
		found = find_child(trie, suffix, byte);
		if (suffix == 0 && ascii_is_alnum((char) trie->nodes[node].byte) &&
			ascii_is_alnum((char) byte))
			return 0;
	} while (found == NO_NODE && suffix != 0);
	return found == NO_NODE ? 0 : found;
}

/* True when each child of 'a' has its like among those of 'b'. */
static bool
children_within(const Trie *trie, int32_t a, int32_t b)
{
	int32_t		child;

	for (child = trie->nodes[a].child; child != NO_NODE; child = trie->nodes[child].sibling)
	{
		if (find_child(trie, b, trie->nodes[child].byte) == NO_NODE)
			return false;
	}
	return true;
}

/* Sets the links of all nodes, and lets each list of patterns go on with that of the suffix. */
static void
link_nodes(Trie *trie, MatchPattern *patterns)
{
	int32_t		i;

	for (i = 0; i < trie->count; i++)
	{
		int32_t		node = trie->order[i];
		TrieNode   *n = &trie->nodes[node];
		int32_t		suffix = n->fail;
		int32_t		child;
		int32_t    *link;

		/* the parent has set fail; all shorter nodes are complete */
		if (node != 0)
		{
			for (link = &n->output; *link >= 0; link = &patterns[*link].next)
				;
			*link = trie->nodes[suffix].output;
		}
		while (suffix != 0 && children_within(trie, suffix, node))
			suffix = trie->nodes[suffix].skip;
		n->skip = suffix;
		for (child = n->child; child != NO_NODE; child = trie->nodes[child].sibling)
			trie->nodes[child].fail = find_fail(trie, node, child);
	}
}

/* At least 'size' slots, the new ones free. */
static void
array_reserve(Array *array, int32_t size)
{
	int32_t		larger = array->size ? array->size : 1024;
	Slot	   *nodes;
	uint8_t    *is_base;
	int32_t    *after;
	int32_t    *before;
	int32_t		i;

	if (size <= array->size)
		return;
	while (larger < size)
		larger *= 2;
	nodes = arena_alloc(array->arena, (size_t) larger * sizeof(Slot));
	is_base = arena_zalloc(array->arena, (size_t) larger);
	after = arena_alloc(array->arena, (size_t) larger * sizeof(int32_t));
	before = arena_alloc(array->arena, (size_t) larger * sizeof(int32_t));
	if (array->size)
	{
		memcpy(nodes, array->nodes, (size_t) array->size * sizeof(Slot));
		memcpy(is_base, array->is_base, (size_t) array->size);
		memcpy(after, array->after, (size_t) array->size * sizeof(int32_t));
		memcpy(before, array->before, (size_t) array->size * sizeof(int32_t));
	}
	array->nodes = nodes;
	array->is_base = is_base;
	array->after = after;
	array->before = before;
	for (i = array->size; i < larger; i++)
	{
		nodes[i].base = 0;
		nodes[i].class = MATCH_FREE;
		nodes[i].links.fail = 0;
		nodes[i].links.output = -1;
		before[i] = array->last_free;
		after[i] = -1;
		if (array->last_free >= 0)
			after[array->last_free] = i;
		else
			array->first_free = i;
		array->last_free = i;
	}
	array->size = larger;
}

static void
array_take(Array *array, int32_t slot)
{
	int32_t		before = array->before[slot];
	int32_t		after = array->after[slot];

	if (before >= 0)
		array->after[before] = after;
	else
		array->first_free = after;
	if (after >= 0)
		array->before[after] = before;
	else
		array->last_free = before;
	array->before[slot] = slot; /* marks it as taken */
	if (slot >= array->limit)
		array->limit = slot + 1;
}

static bool
array_is_free(const Array *array, int32_t slot)
{
	return array->before[slot] != slot;
}

/*
 * A base that puts children of the given classes (rising) on free slots.  Most
 * nodes have one child and take the first free slot that there is.
 */
static int32_t
array_find_base(Array *array, const uint8_t *classes, int count)
{
	int32_t		slot = array->first_free;
	int			k;

	for (;;)
	{
		int32_t		base;

		if (slot < 0)
		{
			/* at the list's end: go on with what is new */
			slot = array->size;
			array_reserve(array, array->size + 1);
		}
		base = slot - classes[0];
		if (base >= 0 && !array->is_base[base])
		{
			array_reserve(array, slot + 256);
			for (k = 1; k < count && array_is_free(array, base + classes[k]); k++)
				;
			if (k >= count)
				return base;
		}
		slot = array->after[slot];
	}
}

/* A base that puts an only child of that class behind all that are in use, next to its parent mostly. */
static int32_t
array_next_base(Array *array, uint8_t class)
{
	for (int32_t slot = array->limit;; slot++)
	{
		array_reserve(array, slot + 256);
		if (slot >= class && !array->is_base[slot - class])
			return slot - class;
	}
}

/*
 * Gives each byte that occurs a class from 1 on, the most frequent first: so
 * the children of a node mostly lie close together.  Returns the highest.
 */
static int
number_classes(const Trie *trie, uint8_t *classes)
{
	int32_t		count[256] = {0};
	int			highest = 0;

	memset(classes, 0, 256);
	for (int32_t i = 1; i < trie->count; i++)
		count[trie->nodes[i].byte]++;
	for (;;)
	{
		int			most = 0;

		for (int b = 1; b < 256; b++)
		{
			if (count[b] > count[most])
				most = b;
		}
		if (count[most] == 0)
			return highest;
		/* UTF-8 has 243 byte values, NUL included */
		assert((unsigned int) highest + 1 < MATCH_FREE);
		classes[most] = (uint8_t) ++highest;
		count[most] = 0;
	}
}

/* Levels below the root whose nodes are placed before all others: they are seen most, whatever the text is. */
#define COMMON_LEVELS 3

static int
compare_classes(const void *a, const void *b)
{
	return *(const uint8_t *) a - *(const uint8_t *) b;
}

/* Puts the children of 'node' on free slots. */
static void
place_children(const Trie *trie, Array *array, const uint8_t *classes, int32_t number)
{
	TrieNode   *node = &trie->nodes[number];
	uint8_t		wanted[256];
	int			count = 0;
	int32_t		base;
	int32_t		child;

	for (child = node->child; child != NO_NODE; child = trie->nodes[child].sibling)
		wanted[count++] = classes[trie->nodes[child].byte];
	if (count == 0)
		return;
	qsort(wanted, (size_t) count, 1, compare_classes);
	base = count == 1 ? array_next_base(array, wanted[0]) : array_find_base(array, wanted, count);
	array->is_base[base] = 1;
	array->nodes[node->place].base = (uint32_t) base;
	for (child = node->child; child != NO_NODE; child = trie->nodes[child].sibling)
	{
		int32_t		slot = base + classes[trie->nodes[child].byte];

		array_take(array, slot);
		array->nodes[slot].class = classes[trie->nodes[child].byte];
		trie->nodes[child].place = slot;
	}
}

/*
 * Finds a place for all nodes: the first levels, which are seen most,
 * together; then branch by branch, so that a phrase, which mostly has one
 * child a node, lies in a few cache lines.
 */
static void
place_nodes(Arena *arena, const Trie *trie, Array *array, const uint8_t *classes)
{
	int32_t    *stack = arena_alloc(arena, (size_t) trie->count * sizeof(int32_t));
	int32_t		depth = 0;
	int32_t		i;

	array_reserve(array, 1);
	array_take(array, 0);
	for (i = 0; i < trie->count && trie->nodes[trie->order[i]].level < COMMON_LEVELS; i++)
		place_children(trie, array, classes, trie->order[i]);
	for (; i < trie->count && trie->nodes[trie->order[i]].level == COMMON_LEVELS; i++)
	{
		stack[depth++] = trie->order[i];
		while (depth > 0)
		{
			int32_t		node = stack[--depth];

			place_children(trie, array, classes, node);
			for (int32_t child = trie->nodes[node].child; child != NO_NODE; child = trie->nodes[child].sibling)
				stack[depth++] = child;
		}
	}
	for (i = 0; i < trie->count; i++)
	{
		const TrieNode *node = &trie->nodes[i];

		array->nodes[node->place].links.fail = (uint32_t) trie->nodes[node->skip].place;
		array->nodes[node->place].links.output = node->output;
		/* behind all that are in use nothing agrees */
		if (node->child == NO_NODE)
			array->nodes[node->place].base = (uint32_t) array->limit;
	}
}

/*
 * Numbers the phrases of several pieces, which come in order, and their first
 * pieces, of which those that are alike get one number; fills the table with it.
 */
static void
number_spread(Arena *arena, const AutomatonPiece *pieces, MatchPattern *patterns, size_t count, MatchTable *table)
{
	uint32_t   *openings = arena_alloc(arena, (count + 1) * sizeof(uint32_t));
	size_t	   *firsts = arena_alloc(arena, (count + 1) * sizeof(size_t));
	uint32_t	phrases = 0;
	uint32_t	opening_count = 0;

	for (size_t i = 0; i < count; i++)
	{
		MatchPattern *pattern = &patterns[i];
		uint32_t	k;

		pattern->spread = 0;
		if (pattern->pieces < 2)
			continue;
		if (pattern->piece > 0)
		{
			pattern->spread = phrases - 1;
			continue;
		}
		for (k = 0; k < opening_count; k++)
		{
			if (is_alike(&pieces[firsts[k]], &pieces[i]))
				break;
		}
		if (k == opening_count)
			firsts[opening_count++] = i;
		pattern->spread = k;
		openings[phrases++] = k;
	}
	table->openings = openings;
	table->opening_count = opening_count;
	table->spread_count = phrases;
}

static void
set_bit(uint8_t *bits, uint32_t bit)
{
	bits[bit >> 3] |= (uint8_t) (1u << (bit & 7));
}

/* Marks where pieces may begin; one byte leaves the second open. */
static void
mark_begins(const AutomatonPiece *pieces, size_t count, uint8_t *begins, uint8_t *begins_short)
{
	for (size_t i = 0; i < count; i++)
	{
		const unsigned char *bytes = (const unsigned char *) pieces[i].bytes.p;
		unsigned char two[2] = {bytes[0], 0};

		if (pieces[i].bytes.n >= 4)
			set_bit(begins, match_begin(bytes));
		else if (pieces[i].bytes.n >= 2)
			set_bit(begins_short, match_begin_short(bytes));
		else
		{
			for (int b = 0; b < 256; b++)
			{
				two[1] = (unsigned char) b;
				set_bit(begins_short, match_begin_short(two));
			}
		}
	}
}

/* The nodes as match_run() wants them. */
static void
write_nodes(Arena *arena, const Array *array, uint32_t count, MatchTable *table)
{
	MatchStep  *steps = arena_alloc(arena, count * sizeof(MatchStep));
	MatchLinks *links = arena_alloc(arena, count * sizeof(MatchLinks));

	for (uint32_t i = 0; i < count; i++)
	{
		const Slot *slot = &array->nodes[i];

		steps[i] = slot->base << MATCH_BASE_SHIFT | (slot->links.output >= 0 ? MATCH_ENDS : 0) | slot->class;
		links[i] = slot->links;
	}
	table->steps = steps;
	table->links = links;
	table->node_count = count;
}

void
automaton_build(Arena *arena, const AutomatonPiece *pieces, size_t count,
				uint32_t phrase_count, MatchTable *table)
{
	MatchPattern *patterns = arena_alloc(arena, (count + 1) * sizeof(MatchPattern));
	uint8_t    *classes = arena_alloc(arena, 256);
	uint8_t    *begins = arena_zalloc(arena, (1u << MATCH_BEGIN_BITS) / 8);
	uint8_t    *begins_short = arena_zalloc(arena, (1u << MATCH_BEGIN_SHORT_BITS) / 8);
	Trie		trie;
	Array		array = {arena, NULL, NULL, NULL, NULL, 0, -1, -1, 0};
	int			highest;

	make_trie(arena, &trie, pieces, count, patterns);
	order_by_level(&trie);
	link_nodes(&trie, patterns);
	highest = number_classes(&trie, classes);
	place_nodes(arena, &trie, &array, classes);

	/* a base is 'limit' at most: so is each base + class below this */
	array_reserve(&array, array.limit + highest + 1);
	write_nodes(arena, &array, (uint32_t) (array.limit + highest + 1), table);
	table->patterns = patterns;
	table->pattern_count = (uint32_t) count;
	table->phrase_count = phrase_count;
	number_spread(arena, pieces, patterns, count, table);
	mark_begins(pieces, count, begins, begins_short);
	table->classes = classes;
	table->begins = begins;
	table->begins_short = begins_short;
}
