/*
 * role.c
 *	  Addresses of an office.
 */
#include "match/known.h"
#include "redact/role.h"
#include "report/markers.h"

const char *
role_of(Slice local)
{
	for (uint32_t i = 0; i < knowledge_bystander_count; i++)
	{
		const char *words = knowledge_bystanders[i].words;

		if (knowledge_bystanders[i].role == BYSTANDER_OFFICE && slice_equal_nocase(local, slice(words, strlen(words))))
			return words;
	}
	return NULL;
}
