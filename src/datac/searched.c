/*
 * searched.c
 *	  The tables of data/ whose rows are searched in texts: phrases, block
 *	  lists, markers, signs.
 *
 * Each becomes an array of rows and an automaton whose hits name the rows.
 */
#include "match/regex.h"
#include "datac/lint.h"
#include "datac/phrase.h"
#include "datac/searched.h"

/* All pieces of one table. */
typedef struct Pieces
{
	AutomatonPiece *pieces;
	size_t		count;
	size_t		allocated;
	Keys		keys;
} Pieces;

/*
 * Reads the phrase of a row into 'phrase'.  NULL after an error was reported;
 * else the folded phrase as it is written.  'owner' tells rows apart that may
 * hold the same phrase.
 */
static const char *
take_phrase(Datac *datac, Pieces *pieces, const char *file, unsigned line, const char *written,
			const char *owner, uint32_t row, Phrase *phrase)
{
	AutomatonPiece more[PHRASE_PIECES];
	const char *problem = phrase_parse(&datac->arena, slice(written, strlen(written)), phrase);
	const char *text;
	size_t		count;
	size_t		i;

	if (problem)
	{
		datac_error(datac, file, line, "%s", problem);
		return NULL;
	}
	text = datac_print(datac, "%.*s", (int) phrase->text.n, phrase->text.p);
	keys_add(datac, &pieces->keys, file, line, datac_print(datac, "%s\t%s", text, owner), text);
	count = phrase_pieces(phrase, row, more);
	for (i = 0; i < count; i++)
	{
		pieces->pieces = datac_grow(datac, pieces->pieces, pieces->count, &pieces->allocated, sizeof(AutomatonPiece));
		pieces->pieces[pieces->count++] = more[i];
	}
	return phrase->whole_words ? datac_print(datac, "=%s", text) : text;
}

static void
write_bytes(Text *text, const char *plural, const char *what, const uint8_t *bytes, uint32_t count)
{
	text_add(text, "\nstatic const uint8_t %s_%s[] = {", plural, what);
	for (uint32_t i = 0; i < count; i++)
		text_add(text, "%s%u,", i % 32 ? "" : "\n", bytes[i]);
	text_add(text, "\n};\n");
}

/* Ends the array of rows and writes its count and automaton, which is returned, too. */
static MatchTable
write_match(Datac *datac, Text *text, const char *name, const char *plural, const Pieces *pieces, uint32_t rows)
{
	MatchTable	table;
	uint32_t	i;

	automaton_build(&datac->arena, pieces->pieces, pieces->count, rows, &table);
	if (rows == 0)
		text_add(text, "\t{0}\n");
	text_add(text, "};\n\nconst uint32_t knowledge_%s_count = %u;\n", name, rows);

	text_add(text, "\nstatic const MatchStep %s_steps[] = {", plural);
	for (i = 0; i < table.node_count; i++)
		text_add(text, "%s%uu,", i % 16 ? "" : "\n", table.steps[i]);
	text_add(text, "\n};\n\nstatic const MatchLinks %s_links[] = {", plural);
	for (i = 0; i < table.node_count; i++)
		text_add(text, "%s{%u,%d},", i % 16 ? "" : "\n", table.links[i].fail, table.links[i].output);
	text_add(text, "\n};\n\nstatic const MatchPattern %s_patterns[] = {", plural);
	for (i = 0; i < table.pattern_count; i++)
	{
		const MatchPattern *pattern = &table.patterns[i];

		text_add(text, "%s{%u,%u,%u,%u,%u,%u,%u,%d},", i % 8 ? "" : "\n", pattern->phrase, pattern->spread, pattern->piece,
				 pattern->pieces, pattern->length, pattern->word_start, pattern->word_end, pattern->next);
	}
	if (table.pattern_count == 0)
		text_add(text, "{0}");
	text_add(text, "\n};\n");
	text_add(text, "\nstatic const uint32_t %s_openings[] = {", plural);
	for (i = 0; i < table.spread_count; i++)
		text_add(text, "%s%u,", i % 32 ? "" : "\n", table.openings[i]);
	if (table.spread_count == 0)
		text_add(text, "0");
	text_add(text, "\n};\n");
	write_bytes(text, plural, "classes", table.classes, 256);
	write_bytes(text, plural, "begins", table.begins, (1u << MATCH_BEGIN_BITS) / 8);
	write_bytes(text, plural, "begins_short", table.begins_short, (1u << MATCH_BEGIN_SHORT_BITS) / 8);
	text_add(text, "\nconst MatchTable knowledge_%s_match = {\n"
			 "\t%s_steps, %s_links, %u, %s_patterns, %u, %u, %u, %s_openings, %u, %s_classes, %s_begins, %s_begins_short\n};\n",
			 name, plural, plural, table.node_count, plural, table.pattern_count, table.phrase_count, table.spread_count,
			 plural, table.opening_count, plural, plural, plural);
	return table;
}

/* A row of phrases*.tsv or families*.tsv, as the tables of knowledge.h have it. */
typedef struct PhraseCells
{
	const char *text;			/* of knowledge_phrases: the folded phrase, or the family's name */
	const char *reason;
	const char *rank;
	const char *provider;
	const char *language;
	const char *source;
	const char *regex;
	const char *example;
	const char *words;			/* "" of a phrase */
} PhraseCells;

/* Writes the row and puts it on the lint's list; nothing after an error. */
static void
write_row(Datac *datac, const Vocabulary *vocabulary, LintList *list, const char *file, unsigned line,
		  const PhraseCells *cells, const Phrase *parsed, Text *text)
{
	static const Choice ranks[] = {
		{"", "RANK_PLAIN"}, {"generic", "RANK_GENERIC"}, {"plain", "RANK_PLAIN"},
		{"specific", "RANK_SPECIFIC"}, {"trap", "RANK_TRAP"},
	};
	static const char *const in_order[] = {"RANK_GENERIC", "RANK_PLAIN", "RANK_SPECIFIC", "RANK_TRAP"};
	const char *reason = word_value(datac, &vocabulary->reasons, file, line, cells->reason, NULL);
	const char *rank = CHOICE_VALUE(datac, ranks, "rank", file, line, cells->rank);
	const char *number = word_value(datac, &vocabulary->providers, file, line, cells->provider, "PROVIDER_NONE");
	const char *const strings[] = {cells->language, cells->source, cells->regex, cells->example, cells->words};
	LintPhrase *linted;
	size_t		i;

	if (cells->text == NULL || reason == NULL || rank == NULL || number == NULL)
		return;
	list->phrases = datac_grow(datac, list->phrases, list->count, &list->allocated, sizeof(LintPhrase));
	linted = &list->phrases[list->count++];
	*linted = (LintPhrase) {*parsed, 0, cells->provider, cells->reason, cells->regex, cells->words[0] != '\0', file, line};
	while (strcmp(in_order[linted->rank], rank) != 0)
		linted->rank++;
	text_add(text, "\t{");
	text_known(text, cells->text);
	text_add(text, ", ");
	text_known(text, file);
	text_add(text, ", %u, %s, %s, %s, %zu", line, reason, number, rank, linted->is_family ? (size_t) 0 : parsed->literal);
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
	{
		text_add(text, ", ");
		text_known(text, strings[i]);
	}
	text_add(text, "},\n");
}

static void
write_phrase(Datac *datac, const Vocabulary *vocabulary, Pieces *pieces, uint32_t *rows, LintList *list,
			 const char *file, const Row *row, const char *provider, Text *text)
{
	Phrase		parsed;
	PhraseCells cells = {
		.text = take_phrase(datac, pieces, file, row->line, row->cells[0], provider, *rows, &parsed),
		.reason = row->cells[1], .rank = row->cells[2], .provider = provider, .language = row->cells[4],
		.source = row->cells[5], .regex = row->cells[6], .example = row->cells[7], .words = "",
	};

	(*rows)++;
	write_row(datac, vocabulary, list, file, row->line, &cells, &parsed, text);
}

/*
 * One row of families*.tsv: all its words, with " | " between, lead to it.  A
 * word with "*" would need a memory of its own in the automaton.
 */
static void
write_family(Datac *datac, const Vocabulary *vocabulary, Pieces *pieces, uint32_t *rows, LintList *list,
			 const char *file, const Row *row, Text *text)
{
	const char *p = row->cells[4];
	Phrase		parsed = {0};
	PhraseCells cells = {
		.text = row->cells[0], .reason = row->cells[1], .rank = row->cells[2], .provider = "", .language = row->cells[3],
		.source = row->cells[6], .regex = row->cells[5], .example = row->cells[7], .words = row->cells[4],
	};

	if (row->cells[0][strspn(row->cells[0], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] != '\0')
		datac_error(datac, file, row->line, "bad name \"%s\"", row->cells[0]);
	keys_add(datac, &pieces->keys, file, row->line, datac_print(datac, "family\t%s", row->cells[0]), row->cells[0]);
	while (*p)
	{
		const char *bar = strstr(p, " | ");
		size_t		n = bar ? (size_t) (bar - p) : strlen(p);
		const char *word = datac_print(datac, "%.*s", (int) n, p);

		if (take_phrase(datac, pieces, file, row->line, word, row->cells[0], *rows, &parsed) && parsed.count > 1)
			datac_error(datac, file, row->line, "\"*\" in \"%s\"", word);
		p += n + (bar ? 3 : 0);
	}
	(*rows)++;
	write_row(datac, vocabulary, list, file, row->line, &cells, &parsed, text);
}

/* A language as in RFC 5646, its shape only: ja, pt-BR. */
static bool
is_language(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] == '\0';
}

/*
 * "(?=.*" is tried at each byte of the text, and looks to its end each time,
 * unless the expression begins with "^".
 */
static bool
looks_ahead_everywhere(const char *regex)
{
	return regex[0] != '^' && (strncmp(regex, ".*", 2) == 0 || strstr(regex, "(?=.*") || strstr(regex, "(?!.*"));
}

static void
check_row(Datac *datac, const char *file, unsigned line, const char *language, const char *regex)
{
	char		message[160];

	if (regex[0] && !regex_is_valid(regex, message, sizeof(message)))
		datac_error(datac, file, line, "bad regular expression: %s", message);
	else if (looks_ahead_everywhere(regex))
		datac_error(datac, file, line, "the regular expression looks ahead from everywhere: begin it with \"^\"");
	if (!is_language(language))
		datac_error(datac, file, line, "bad language \"%s\"", language);
}

void
compile_phrases(Datac *datac, const Vocabulary *vocabulary, const Files *files, const Files *families, Text *text)
{
	static const Column columns[] = {
		{"phrase", true}, {"reason", true}, {"rank", false}, {"provider", false},
		{"language", false}, {"source", false}, {"regex", false}, {"example", false},
	};
	static const Column family_columns[] = {
		{"family", true}, {"reason", true}, {"rank", false}, {"language", false}, {"words", true},
		{"regex", true}, {"source", false}, {"example", true},
	};
	Pieces		pieces = {0};
	LintList	list = {0};
	uint32_t	rows = 0;
	size_t		f;
	size_t		i;

	text_add(text, "\nconst PhraseRow knowledge_phrases[] = {\n");
	for (f = 0; f < files->count; f++)
	{
		Table		table = TABLE_READ(datac, files->names[f], columns);

		for (i = 0; i < table.count; i++)
		{
			const Row  *row = &table.rows[i];
			const char *p = row->cells[3];

			check_row(datac, table.file, row->line, row->cells[4], row->cells[6]);
			for (;;)
			{
				size_t		n = strcspn(p, ",");
				unsigned	errors = datac->errors;

				if (n == 0 && row->cells[3][0] != '\0')
					datac_error(datac, table.file, row->line, "empty provider in \"%s\"", row->cells[3]);
				else
					write_phrase(datac, vocabulary, &pieces, &rows, &list, table.file, row,
								 datac_print(datac, "%.*s", (int) n, p), text);
				/* the line's other faults would be told once for each provider */
				if (p[n] == '\0' || datac->errors != errors)
					break;
				p += n + 1;
			}
		}
	}
	for (f = 0; f < families->count; f++)
	{
		Table		table = TABLE_READ(datac, families->names[f], family_columns);

		for (i = 0; i < table.count; i++)
		{
			const Row  *row = &table.rows[i];

			check_row(datac, table.file, row->line, row->cells[3], row->cells[5]);
			write_family(datac, vocabulary, &pieces, &rows, &list, table.file, row, text);
		}
	}
	keys_check(datac, &pieces.keys);
	if (datac->errors == 0)
	{
		MatchTable	match = write_match(datac, text, "phrase", "phrases", &pieces, rows);

		lint_phrases(datac, &list, &match);
	}
}

void
compile_blocklists(Datac *datac, Text *text)
{
	static const Column columns[] = {{"fragment", true}, {"name", true}};
	Table		table = TABLE_READ(datac, "blocklists.tsv", columns);
	Pieces		pieces = {0};
	Phrase		phrase;
	size_t		i;

	text_add(text, "\nconst BlocklistRow knowledge_blocklists[] = {\n");
	for (i = 0; i < table.count; i++)
	{
		const Row  *row = &table.rows[i];

		text_add(text, "\t{");
		text_string(text, take_phrase(datac, &pieces, table.file, row->line, row->cells[0], "", (uint32_t) i, &phrase));
		text_add(text, ", ");
		text_string(text, row->cells[1]);
		text_add(text, ", %u},\n", row->line);
	}
	keys_check(datac, &pieces.keys);
	if (datac->errors == 0)
		write_match(datac, text, "blocklist", "blocklists", &pieces, (uint32_t) table.count);
}

/* Markers and signs are alike: phrase, kind, decoder, where. */
static void
compile_evidence(Datac *datac, const Vocabulary *vocabulary, const Words *kinds, const Files *files,
				 const Column *columns, const char *type, const char *name, const char *plural, Text *text)
{
	static const Choice places[] = {
		{"", "WHERE_ANY"}, {"any", "WHERE_ANY"}, {"start", "WHERE_START"}, {"line", "WHERE_LINE"},
	};
	Pieces		pieces = {0};
	uint32_t	rows = 0;
	size_t		f;
	size_t		i;

	text_add(text, "\nconst %s knowledge_%s[] = {\n", type, plural);
	for (f = 0; f < files->count; f++)
	{
		const char *file = files->names[f];
		Table		written = table_read(datac, file, columns, 4);
		Table		table = table_expand(datac, &written, 0);

		for (i = 0; i < table.count; i++)
		{
			const Row  *row = &table.rows[i];
			Phrase		parsed;
			const char *phrase = take_phrase(datac, &pieces, file, row->line, row->cells[0], row->cells[2], rows, &parsed);
			const char *kind = word_value(datac, kinds, file, row->line, row->cells[1], NULL);
			const char *decoder = word_value(datac, &vocabulary->decoders, file, row->line, row->cells[2], "DECODER_NONE");
			const char *where = CHOICE_VALUE(datac, places, "place", file, row->line, row->cells[3]);

			rows++;
			if (phrase == NULL || kind == NULL || decoder == NULL || where == NULL)
				continue;
			text_add(text, "\t{");
			text_known(text, phrase);
			text_add(text, ", ");
			text_known(text, file);
			text_add(text, ", %s, %s, %s, %u},\n", kind, decoder, where, row->line);
		}
	}
	keys_check(datac, &pieces.keys);
	if (datac->errors == 0)
		write_match(datac, text, name, plural, &pieces, rows);
}

void
compile_markers(Datac *datac, const Vocabulary *vocabulary, const Files *files, Text *text)
{
	static const Column columns[] = {{"phrase", true}, {"marker", true}, {"decoder", false}, {"where", false}};

	compile_evidence(datac, vocabulary, &vocabulary->marker_kinds, files, columns,
					 "MarkerRow", "marker", "markers", text);
}

void
compile_signs(Datac *datac, const Vocabulary *vocabulary, const Files *files, Text *text)
{
	static const Column columns[] = {{"phrase", true}, {"sign", true}, {"decoder", false}, {"where", false}};

	compile_evidence(datac, vocabulary, &vocabulary->sign_kinds, files, columns,
					 "SignRow", "sign", "signs", text);
}
