/*
 * gmime.c
 *	  GMime's parser alone: each mail to its tree of objects, nothing else.
 */
#include <gmime/gmime.h>

#include "mails.h"

static size_t
read_mails(const Mails *mails)
{
	size_t		trees = 0;
	size_t		i;

	g_mime_init();
	for (i = 0; i < mails->count; i++)
	{
		Slice		raw = mails->messages[i];
		GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
		GMimeParser *parser = g_mime_parser_new_with_stream(stream);
		GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

		if (message != NULL)
		{
			trees++;
			g_object_unref(message);
		}
		g_object_unref(parser);
		g_object_unref(stream);
	}
	return trees;
}

int
main(int argc, char **argv)
{
	return measure(argc, argv, "gmime", read_mails);
}
