/*
 * steps.h
 *	  How many basic blocks of the library ran: a measure of time that no other
 *	  process and no clock disturbs.
 *
 * The library is compiled with -fsanitize-coverage=trace-pc for it, and its
 * objects' calls of __sanitizer_cov_trace_pc(), which libFuzzer has for itself,
 * are renamed.
 */
#ifndef FUZZ_STEPS_H
#define FUZZ_STEPS_H

#include <stdint.h>

static uint64_t steps;

void		count_step(void);

__attribute__((no_sanitize("coverage"))) void
count_step(void)
{
	steps++;
}

#endif							/* FUZZ_STEPS_H */
