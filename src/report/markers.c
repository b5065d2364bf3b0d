/*
 * markers.c
 *	  The rules that rows of data/markers*.tsv and data/signs*.tsv are.
 */
#include "report/markers.h"

static const char *
owner_of(uint16_t decoder)
{
	return decoder == DECODER_NONE ? NULL : knowledge_decoders[decoder].decoder;
}

RuleName
markers_rule(const MarkerRow *row)
{
	RuleName	rule = {"marker", owner_of(row->decoder), known(row->phrase), known(row->file), row->line};

	return rule;
}

RuleName
markers_sign_rule(const SignRow *row)
{
	RuleName	rule = {"sign", owner_of(row->decoder), known(row->phrase), known(row->file), row->line};

	return rule;
}
