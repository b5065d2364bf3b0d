/*
 * session.c
 *	  Any bytes as the transcript of an SMTP session, line by line.
 */
#include "reader.h"
#include "report/transcript.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bench		bench;
	Transcript	transcript = {0};
	Slice		text;
	Slice		line;
	size_t		offset = 0;

	bench_begin(&bench, data, size);
	/* in memory that can be written to, as text_read() has it */
	text = arena_copy(&bench.arena, decode_valid_utf8(&bench.arena, bench.text));
	transcript.arena = &bench.arena;
	steps = 0;
	while (mime_next_line(text, '\n', &offset, &line))
	{
		line = slice_trim(line);
		(void) transcript_names_side(line);
		(void) transcript_verb(line);
		transcript_line(&transcript, line);
	}
	check_steps(20000, 500, size);
	for (size_t i = 0; i < transcript.count; i++)
	{
		const Refusal *refusal = &transcript.refusals[i];

		check_recipient(refusal->address);
		if (!is_text(refusal->address) || !is_text(refusal->words) || !is_text(refusal->rhost) || !is_text(refusal->output))
			broken("valid text", "of a refusal");
	}
	bench_end(&bench);
	return 0;
}
