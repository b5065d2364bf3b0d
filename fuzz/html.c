/*
 * html.c
 *	  Any bytes as an HTML part.
 *
 * Promised: text, no longer than what it was made of; and that of a text
 * without tags and references is its own.
 */
#include "reader.h"
#include "report/html.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	Slice		text;
	Slice		words;

	bench_begin(&bench, data, size);
	text = decode_valid_utf8(&bench.arena, bench.text);
	steps = 0;
	words = html_to_text(&bench.arena, text);
	check_steps(20000, 100, text.n);
	if (!is_text(words))
		broken("valid text", "of HTML");
	/* a reference of four bytes, "&lt;", is one character of three at most; tags are line ends */
	if (words.n > text.n + 16)
		broken("text of HTML", "is longer");
	bench_end(&bench);
	return 0;
}
