/*
 * test_match.c
 *	  Folding and phrase matching, against examples and against a naive
 *	  implementation on random texts.
 *
 * With arguments "bench PHRASES TEXT" it measures instead: the phrases of the
 * first column of a data file over the bytes of a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "match/fold.h"
#include "match/match.h"

/* The data compiler is no part of the library. */
#include "datac/automaton.c"
#include "datac/phrase.c"

#define MAX_HITS 20000

static int	tests = 0;
static int	failures = 0;

static void
ok(bool passed, const char *name)
{
	tests++;
	if (!passed)
		failures++;
	printf("%sok %d - %s\n", passed ? "" : "not ", tests, name);
}

static void *
test_alloc(void *owner, size_t size)
{
	int		   *budget = owner;

	if (budget && (*budget)-- <= 0)
		return NULL;
	return malloc(size);
}

static void
test_release(void *owner, void *block)
{
	(void) owner;
	free(block);
}

/* xorshift: the same numbers everywhere */
static uint32_t random_state = 2463534242u;

static uint32_t
random_below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % n;
}

/* ---- folding ---- */

static const struct
{
	const char *in;
	const char *out;
} fold_examples[] = {
	{"", ""},
	{"User UNKNOWN", "user unknown"},
	{"  a \t\r\n b  ", "a b"},
	{"\302\240a\302\240\343\200\200b\342\200\213", "a b"},	/* NBSP, U+3000, U+200B */
	{"a\302\255b\342\200\215c\357\273\277", "abc"}, /* soft hyphen, joiner, BOM */
	{"a \302\255 b", "a b"},
	{"\303\204\303\226\303\234\303\237\303\227", "\303\244\303\266\303\274\303\237\303\227"},	/* ÄÖÜß× */
	{"\304\206\305\201\305\270\305\275", "\304\207\305\202\303\277\305\276"},	/* ĆŁŸŽ */
	{"\304\260I\304\261", "iii"},	/* Turkish */
	{"\316\221\316\243\317\202\316\206", "\316\261\317\203\317\203\316\254"},	/* ΑΣςΆ */
	{"\320\237\320\257\320\201", "\320\277\321\217\321\221"},	/* ПЯЁ */
	{"\341\272\240", "\341\272\241"},	/* Ạ */
	{"\357\274\241\357\274\222\357\274\210", "a2("},	/* full-width A 2 ( */
	{"\342\200\234a\342\200\235\342\200\231\302\253\302\273", "\"a\"'\"\""},
	{"a\342\200\223b\342\200\224", "a-b-"},
	/* Japanese, wrapped */
	{"\345\256\233\345\205\210\n \343\201\214", "\345\256\233\345\205\210\343\201\214"},
	{"\345\256\233\343\200\200\343\200\200\345\205\210", "\345\256\233\345\205\210"},
	{"\345\256\233 \357\274\210", "\345\256\233("},
	/* but not beside a Latin word or in Korean */
	{"\345\256\233 a\n\345\205\210", "\345\256\233 a \345\205\210"},
	{"\355\225\234 \352\270\200", "\355\225\234 \352\270\200"},
	/* invalid: lone bytes, overlong, surrogate, cut short */
	{"\377A\200", "\377a\200"},
	{"\300\200A", "\300\200a"},
	{"\355\240\200", "\355\240\200"},
	{"A\345\256", "a\345\256"},
	{"\360\220\220\200", "\360\220\220\200"},
};

static void
test_fold_examples(Arena *arena)
{
	size_t		i;

	for (i = 0; i < sizeof(fold_examples) / sizeof(fold_examples[0]); i++)
	{
		Slice		in = slice(fold_examples[i].in, strlen(fold_examples[i].in));
		Slice		want = slice(fold_examples[i].out, strlen(fold_examples[i].out));
		Slice		got = fold_text(arena, in);
		char		name[64];

		snprintf(name, sizeof(name), "folds example %zu", i + 1);
		ok(slice_equal(got, want), name);
		if (!slice_equal(got, want))
			printf("# in \"%s\" got \"%.*s\" want \"%s\"\n", in.p, (int) got.n, got.p, want.p);
	}
	ok(slice_equal(fold_text(arena, slice("a\0\0b", 4)), SLICE_LIT("a b")), "NUL is white space");
	ok(fold_text(arena, SLICE_NONE).p == NULL, "what is absent stays absent");
	ok(fold_text(arena, SLICE_LIT("")).p != NULL, "what is empty is not absent");
}

/* Bits of text that random texts are put together from. */
static const char *const bits[] = {
	"a", "b", "A", "Z", " ", "  ", "\n", ".", "1", "\302\240", "\343\200\200", "\302\255",
	"\342\200\213", "\342\200\215", "\303\204", "\304\260", "\305\270", "\316\221", "\320\257",
	"\345\256\233", "\345\205\210", "\343\201\214", "\357\274\241", "\357\274\210", "\357\275\261",
	"\342\200\231", "\342\200\223", "\377", "\345\256", "\355\225\234", "\341\272\236", "\360\240\200\200",
};

static size_t
random_bits(char *out, size_t room)
{
	size_t		n = 0;

	while (n + 8 < room)
	{
		const char *bit = bits[random_below(sizeof(bits) / sizeof(bits[0]))];

		memcpy(out + n, bit, strlen(bit));
		n += strlen(bit);
		if (random_below(20) == 0)
			out[n++] = (char) random_below(256);
	}
	return n;
}

static void
test_fold_properties(void)
{
	bool		grows = false;
	bool		unlike = false;
	bool		again = false;
	bool		falls = false;
	bool		origins = false;
	int			round;

	for (round = 0; round < 20000; round++)
	{
		char		in[96];
		size_t		n = random_bits(in, 8 + random_below(88));
		/* exactly as large as promised, so that the sanitizer sees an overrun */
		char	   *out = malloc(n ? n : 1);
		char	   *plain = malloc(n ? n : 1);
		char	   *twice = malloc(n ? n : 1);
		uint32_t   *origin = malloc((n ? n : 1) * sizeof(uint32_t));
		size_t		length = fold_into(slice(in, n), out, origin);
		size_t		i;

		if (length > n)
			grows = true;
		if (!slice_equal(slice(out, length), slice(plain, fold_into(slice(in, n), plain, NULL))))
			unlike = true;
		if (!slice_equal(slice(out, length), slice(twice, fold_into(slice(out, length), twice, NULL))))
			again = true;
		for (i = 0; i < length; i++)
		{
			unsigned char from = (unsigned char) in[origin[i]];

			if (i > 0 && origin[i] < origin[i - 1])
				falls = true;
			if (origin[i] >= n)
				origins = true;
			else if (out[i] == ' ' && from < 0x80 && !ascii_is_space((char) from))
				origins = true;
			else if (out[i] != ' ' && from < 0x80 && ascii_lower((char) from) != out[i])
				origins = true;
		}
		free(out);
		free(plain);
		free(twice);
		free(origin);
	}
	ok(!grows, "folding never grows");
	ok(!unlike, "origins or none: the same text");
	ok(!again, "folding twice is folding once");
	ok(!falls, "origins never fall");
	ok(!origins, "each byte's origin is where it came from");
}

static void
test_origin_examples(void)
{
	/* full-width A, soft hyphen, blank run, Ä, full-width ( */
	static const char in[] = " \357\274\241\302\255 \n\303\204\357\274\210x ";
	static const uint32_t want[] = {1, 6, 8, 9, 10, 13};
	char		out[sizeof(in)];
	uint32_t	origin[sizeof(in)];
	size_t		n = fold_into(slice(in, sizeof(in) - 1), out, origin);

	ok(n == 6 && memcmp(out, "a \303\244(x", 6) == 0, "mixed text is folded");
	ok(n == 6 && memcmp(origin, want, sizeof(want)) == 0, "its origins are right");
}

/* ---- matching ---- */

typedef struct Hits
{
	MatchHit   *hits;
	size_t		count;
	size_t		stop;			/* returns false at this many */
} Hits;

static bool
collect(void *context, const MatchHit *hit)
{
	Hits	   *hits = context;

	if (hits->count < MAX_HITS)
		hits->hits[hits->count] = *hit;
	hits->count++;
	return hits->count != hits->stop;
}

static int
compare_hits(const void *a, const void *b)
{
	const MatchHit *x = a;
	const MatchHit *y = b;

	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->phrase < y->phrase ? -1 : x->phrase > y->phrase;
}

/* Compiles phrases as they are written in data/; exits when one is wrong. */
static void
compile(Arena *arena, const char *const *phrases, size_t count, MatchTable *table, AutomatonPiece **pieces, size_t *n)
{
	size_t		i;

	*pieces = arena_alloc(arena, (count + 1) * PHRASE_PIECES * sizeof(AutomatonPiece));
	*n = 0;
	for (i = 0; i < count; i++)
	{
		Phrase		phrase;
		const char *problem = phrase_parse(arena, slice(phrases[i], strlen(phrases[i])), &phrase);

		if (problem)
		{
			printf("Bail out! %s: %s\n", phrases[i], problem);
			exit(1);
		}
		*n += phrase_pieces(&phrase, (uint32_t) i, *pieces + *n);
	}
	automaton_build(arena, *pieces, *n, (uint32_t) count, table);
}

/* The first place of a piece at or after 'from'; SIZE_MAX when there is none. */
static size_t
naive_find(Slice text, const AutomatonPiece *piece, size_t from)
{
	size_t		i;

	for (i = from; i + piece->bytes.n <= text.n; i++)
	{
		size_t		end = i + piece->bytes.n;

		if (memcmp(text.p + i, piece->bytes.p, piece->bytes.n) != 0)
			continue;
		if (piece->pattern.word_start && i > 0 && ascii_is_alnum(text.p[i - 1]))
			continue;
		if (piece->pattern.word_end && end < text.n && ascii_is_alnum(text.p[end]))
			continue;
		return i;
	}
	return SIZE_MAX;
}

static void
naive_run(const AutomatonPiece *pieces, size_t count, Slice text, Hits *hits)
{
	size_t		i = 0;

	while (i < count)
	{
		int			n = pieces[i].pattern.pieces;
		size_t		from = 0;
		size_t		start = 0;
		int			k;
		MatchHit	hit;

		if (n == 1)
		{
			while ((from = naive_find(text, &pieces[i], from)) != SIZE_MAX)
			{
				hit.phrase = pieces[i].pattern.phrase;
				hit.start = (uint32_t) from;
				hit.end = (uint32_t) (from + pieces[i].bytes.n);
				collect(hits, &hit);
				from++;
			}
			i++;
			continue;
		}
		for (k = 0; k < n; k++)
		{
			size_t		at = naive_find(text, &pieces[i + k], from);

			if (at == SIZE_MAX)
				break;
			if (k == 0)
				start = at;
			from = at + pieces[i + k].bytes.n;
		}
		if (k == n)
		{
			hit.phrase = pieces[i].pattern.phrase;
			hit.start = (uint32_t) start;
			hit.end = (uint32_t) from;
			collect(hits, &hit);
		}
		i += n;
	}
}

/* Runs both over 'text' and compares. */
static bool
agree(Arena *arena, const MatchTable *table, const AutomatonPiece *pieces, size_t count, Slice text)
{
	static MatchHit fast_hits[MAX_HITS];
	static MatchHit slow_hits[MAX_HITS];
	Hits		fast = {fast_hits, 0, 0};
	Hits		slow = {slow_hits, 0, 0};
	size_t		i;

	match_run(table, arena, text, collect, &fast);
	naive_run(pieces, count, text, &slow);
	if (fast.count > MAX_HITS || slow.count > MAX_HITS)
		return false;
	for (i = 1; i < fast.count; i++)
	{
		if (fast_hits[i].end < fast_hits[i - 1].end)
			return false;
	}
	qsort(fast_hits, fast.count, sizeof(MatchHit), compare_hits);
	qsort(slow_hits, slow.count, sizeof(MatchHit), compare_hits);
	return fast.count == slow.count &&
		(fast.count == 0 || memcmp(fast_hits, slow_hits, fast.count * sizeof(MatchHit)) == 0);
}

/* A random phrase of 'letters', sometimes with "*" or "=", that compiles. */
static const char *
random_phrase(Arena *arena, const char *letters, uint32_t longest)
{
	for (;;)
	{
		char	   *out = arena_alloc(arena, longest + 8);
		uint32_t	length = 1 + random_below(longest);
		size_t		n = 0;
		uint32_t	i;
		Phrase		phrase;

		if (random_below(6) == 0)
			out[n++] = '=';
		for (i = 0; i < length; i++)
			out[n++] = random_below(8) == 0 ? '*' : letters[random_below((uint32_t) strlen(letters))];
		out[n] = '\0';
		if (phrase_parse(arena, slice(out, n), &phrase) == NULL)
			return out;
	}
}

static void
test_random(const char *letters, uint32_t phrases, uint32_t longest, const char *name)
{
	bool		same = true;
	uint64_t	hits = 0;
	int			round;

	for (round = 0; round < 300 && same; round++)
	{
		Arena		arena;
		const char **list;
		MatchTable	table;
		AutomatonPiece *pieces;
		size_t		count;
		uint32_t	i;
		int			texts;

		arena_init(&arena, test_alloc, test_release, NULL, NULL);
		list = arena_alloc(&arena, phrases * sizeof(char *));
		for (i = 0; i < phrases; i++)
			list[i] = random_phrase(&arena, letters, longest);
		compile(&arena, list, phrases, &table, &pieces, &count);
		for (texts = 0; texts < 20 && same; texts++)
		{
			uint32_t	n = random_below(texts < 10 ? 30 : 300);
			char	   *text = malloc(n ? n : 1);
			Hits		none = {NULL, 0, 1};

			for (i = 0; i < n; i++)
				text[i] = letters[random_below((uint32_t) strlen(letters))];
			same = agree(&arena, &table, pieces, count, slice(text, n));
			if (!same)
				printf("# text \"%.*s\"\n", (int) n, text);
			none.hits = &(MatchHit) {0};
			match_run(&table, &arena, slice(text, n), collect, &none);
			hits += none.count;
			if (none.count > 1)
				same = false;
			free(text);
		}
		if (!same)
		{
			for (i = 0; i < phrases; i++)
				printf("# phrase \"%s\"\n", list[i]);
		}
		arena_reset(&arena);
	}
	ok(same && hits > 0, name);
}

/* The hits of one phrase in a text (folded here), as "start-end start-end". */
static bool
found_at(const char *phrase, const char *text, const char *want)
{
	Arena		arena;
	MatchTable	table;
	AutomatonPiece *pieces;
	size_t		count;
	MatchHit	list[64];
	Hits		hits = {list, 0, 64};
	char		got[512] = "";
	size_t		i;

	arena_init(&arena, test_alloc, test_release, NULL, NULL);
	compile(&arena, &phrase, 1, &table, &pieces, &count);
	match_run(&table, &arena, fold_text(&arena, slice(text, strlen(text))), collect, &hits);
	for (i = 0; i < hits.count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%u-%u", i ? " " : "", list[i].start, list[i].end);
	arena_reset(&arena);
	if (strcmp(got, want) != 0)
		printf("# \"%s\" in \"%s\": got \"%s\", want \"%s\"\n", phrase, text, got, want);
	return strcmp(got, want) == 0;
}

static void
test_examples(void)
{
	ok(found_at("user unknown", "550 User  unknown.", "4-16"), "a phrase is found in folded text");
	ok(found_at("spam", "spamhaus spam, antispam spam1 spam", "9-13 30-34"), "a short phrase is a word");
	ok(found_at("unknown recipient", "unknown recipients", "0-17"), "a long phrase may end inside a word");
	ok(found_at("known recipient", "unknown recipient", ""), "no phrase begins inside a word");
	ok(found_at("=unknown recipient", "unknown recipients unknown recipient", "19-36"), "\"=\" demands whole words");
	ok(found_at(": error", "x: errors x: error", "11-18"), "what begins with no letter may follow one");
	ok(found_at("=: error", "x: error : error", "9-16"), "unless \"=\" says no");
	ok(found_at("in use", "\345\256\233in use\345\256\233", "3-9"), "a word may stand between Japanese characters");
	ok(found_at("ab ab", "ab ab ab ab", "0-5 3-8 6-11"), "overlapping hits are all found");
	ok(found_at("mail to * failed", "mail to a failed b failed", "0-16"), "\"*\" is greedy to the earliest end, and found once");
	ok(found_at("mail to * failed", "it failed: mail to x", ""), "the pieces must come in order");
	ok(found_at("aa bb*bb aa", "aa bb aa", ""), "pieces do not overlap");
	ok(found_at("aa bb*bb aa", "aa bbbb aa", ""), "a piece begins a word");
	ok(found_at("from: *postmaster", "From: postmaster", "0-16"), "\"*\" may stand for nothing");
	ok(found_at("5\\*5", "5*5 55", "0-3"), "an escaped star is a star");
	ok(found_at("\\#5.1.1", "x #5.1.1", "2-8"), "an escaped # is a #");
	ok(found_at("\345\256\233\345\205\210 \344\270\215\346\230\216", "\345\256\233\n\345\205\210\344\270\215\n\346\230\216", "0-12"), "Japanese is found however it is wrapped");
	ok(found_at("\303\234bersch\303\234tt", "\303\274BERsch\303\274tt", "0-12"), "capitals are folded in both");
}

/* Phrases with "*" need memory: without it they are not found, and nothing breaks. */
static void
test_no_memory(void)
{
	const char *phrases[] = {"plain words", "first * second"};
	Slice		text = SLICE_LIT("first plain words second");
	int			budget = 0;
	Arena		arena;
	Arena		empty;
	MatchTable	table;
	AutomatonPiece *pieces;
	size_t		count;
	MatchHit	list[4];
	Hits		hits = {list, 0, 4};

	arena_init(&arena, test_alloc, test_release, NULL, NULL);
	arena_init(&empty, test_alloc, test_release, &budget, NULL);
	compile(&arena, phrases, 2, &table, &pieces, &count);
	match_run(&table, &empty, text, collect, &hits);
	ok(hits.count == 1 && list[0].phrase == 0, "out of memory: plain phrases are still found");
	arena_reset(&empty);
	arena_reset(&arena);
}

static int	interrupts;

static void
count_interrupt(void *owner)
{
	(void) owner;
	interrupts++;
}

/* Many phrases begun, none finished, in a large text; and no phrases at all. */
static void
test_large(void)
{
	enum
	{
		COUNT = 2000, SIZE = 4 * 1024 * 1024
	};
	const char **phrases = malloc(COUNT * sizeof(char *));
	char	   *text = malloc(SIZE);
	Arena		arena;
	MatchTable	table;
	MatchTable	nothing;
	AutomatonPiece *pieces;
	size_t		count;
	size_t		n = 0;
	Hits		hits = {NULL, 0, 1};
	MatchHit	one;
	int			i;

	hits.hits = &one;
	arena_init(&arena, test_alloc, test_release, NULL, count_interrupt);
	for (i = 0; i < COUNT; i++)
	{
		char	   *phrase = arena_alloc(&arena, 64);

		snprintf(phrase, 64, "begun w%04d*never", i);
		phrases[i] = phrase;
	}
	compile(&arena, phrases, COUNT, &table, &pieces, &count);
	for (i = 0; n + 16 < SIZE; i++)
		n += (size_t) snprintf(text + n, 16, "begun w%04d ", i % COUNT);
	match_run(&table, &arena, slice(text, n), collect, &hits);
	ok(hits.count == 0, "2,000 begun phrases in 4 MB");
	ok(interrupts >= 32, "a long text can be interrupted");
	memcpy(text + n - 6, " never", 6);
	hits.stop = COUNT + 1;
	hits.hits = malloc(MAX_HITS * sizeof(MatchHit));
	match_run(&table, &arena, slice(text, n), collect, &hits);
	ok(hits.count == COUNT, "one word may finish them all");
	free(hits.hits);

	hits = (Hits) {&one, 0, 1};
	compile(&arena, phrases, 0, &nothing, &pieces, &count);
	match_run(&nothing, &arena, slice(text, n), collect, &hits);
	ok(hits.count == 0, "an empty table finds nothing");
	match_run(&table, &arena, SLICE_NONE, collect, &hits);
	ok(hits.count == 0, "nothing is found in no text");
	arena_reset(&arena);
	free(text);
	free(phrases);
}

static const char *const bad_phrases[] = {
	"", " ", "=", "\302\255", "*", "*a", "a*", "a**b", "a* *b", "a\\", "a\\n",
	"a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*q",
};

static void
test_bad_phrases(Arena *arena)
{
	size_t		i;
	bool		refused = true;
	Phrase		phrase;

	for (i = 0; i < sizeof(bad_phrases) / sizeof(bad_phrases[0]); i++)
	{
		if (phrase_parse(arena, slice(bad_phrases[i], strlen(bad_phrases[i])), &phrase) == NULL)
		{
			printf("# \"%s\" was taken\n", bad_phrases[i]);
			refused = false;
		}
	}
	ok(refused, "phrases that can't match are refused");
	ok(phrase_parse(arena, SLICE_LIT("=A\\*  B*c\\\\ "), &phrase) == NULL && phrase.whole_words &&
	   slice_equal(phrase.text, SLICE_LIT("a\\* b*c\\\\")) && phrase.literal == 6 && phrase.count == 2,
	   "a phrase is shown folded and as written in data/");
}

/* ---- measuring ---- */

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static char *
read_whole(const char *path, size_t *n)
{
	FILE	   *file = fopen(path, "rb");
	char	   *all;

	if (file == NULL)
		exit(1);
	fseek(file, 0, SEEK_END);
	*n = (size_t) ftell(file);
	rewind(file);
	all = malloc(*n + 1);
	if (fread(all, 1, *n, file) != *n)
		exit(1);
	all[*n] = '\0';
	fclose(file);
	return all;
}

static int
bench(const char *phrase_file, const char *text_file)
{
	Arena		arena;
	size_t		n;
	char	   *lines = read_whole(phrase_file, &n);
	size_t		text_n;
	char	   *text = read_whole(text_file, &text_n);
	const char **phrases;
	size_t		count = 0;
	char	   *line;
	MatchTable	table;
	AutomatonPiece *pieces;
	size_t		piece_count;
	char	   *folded = malloc(text_n);
	size_t		folded_n = 0;
	double		start;
	Hits		hits = {NULL, 0, 0};
	int			round;

	hits.hits = malloc(MAX_HITS * sizeof(MatchHit));
	arena_init(&arena, test_alloc, test_release, NULL, NULL);
	phrases = malloc((n + 1) * sizeof(char *));
	for (line = strtok(lines, "\n"); line; line = strtok(NULL, "\n"))
	{
		line[strcspn(line, "\t")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			phrases[count++] = line;
	}
	start = now();
	compile(&arena, phrases, count, &table, &pieces, &piece_count);
	printf("# %zu phrases, %u nodes, compiled in %.0f ms\n", count, table.node_count, (now() - start) * 1e3);
	start = now();
	for (round = 0; round < 200; round++)
		folded_n = fold_into(slice(text, text_n), folded, NULL);
	printf("# fold %.2f ns a byte\n", (now() - start) * 1e9 / 200 / (double) text_n);
	start = now();
	for (round = 0; round < 200; round++)
		match_run(&table, &arena, slice(folded, folded_n), collect, &hits);
	printf("# match %.2f ns a byte, %zu hits\n", (now() - start) * 1e9 / 200 / (double) folded_n, hits.count / 200);
	return 0;
}

int
main(int argc, char **argv)
{
	Arena		arena;

	if (argc == 4 && strcmp(argv[1], "bench") == 0)
		return bench(argv[2], argv[3]);
	arena_init(&arena, test_alloc, test_release, NULL, NULL);
	test_fold_examples(&arena);
	test_fold_properties();
	test_origin_examples();
	test_bad_phrases(&arena);
	test_examples();
	test_random("ab ", 8, 6, "random phrases: few letters, overlaps");
	test_random("ab .", 40, 8, "random phrases: many, with punctuation");
	test_random("abcdefgh 12.-", 60, 4, "random phrases: short words");
	test_random(".: -", 20, 6, "random phrases: no letters at all");
	test_random("a.\303\244", 20, 6, "random phrases: bytes above ASCII");
	test_no_memory();
	test_large();
	arena_reset(&arena);
	printf("1..%d\n", tests);
	return failures != 0;
}
