/*
 * line_ends.c
 *	  The same mail says the same whatever ends its lines, and whether an mbox
 *	  line stands before it: each mail of the given folders is read with LF,
 *	  CRLF and CR, and behind a "From " line, and the rows are compared.
 *
 * Prints TAP, one test a folder and way of writing.
 */
#include "folder.h"
#include "tap.h"

#define FROM_LINE "From MAILER-DAEMON  Thu Apr 29 23:34:45 2015\n"

/* Do both say the same?  The bytes of 'a' and 'b' must last, the rows point into them. */
static bool
same(Buffer a, Buffer b)
{
	Arena		arenas[2];
	TestOwner	owners[2];
	BounceResult results[2];
	bool		agree;

	test_arena(&arenas[0], &owners[0]);
	test_arena(&arenas[1], &owners[1]);
	results[0] = bounce_read_message(&arenas[0], slice(a.p, a.n), true);
	results[1] = bounce_read_message(&arenas[1], slice(b.p, b.n), true);
	agree = results[0].count == results[1].count;
	for (size_t i = 0; agree && i < results[0].count; i++)
		agree = same_row(&results[0].rows[i], &results[1].rows[i]);
	arena_reset(&arenas[0]);
	arena_reset(&arenas[1]);
	return agree;
}

static void
test_folder(const char *folder)
{
	static const struct
	{
		const char *line_end;
		const char *before;
		const char *name;
	}			ways[] = {
		{"\r\n", "", "CRLF"}, {"\r", "", "CR"}, {"\n", FROM_LINE, "a From line"},
	};

	for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++)
	{
		DIR		   *dir = opendir(folder);
		struct dirent *entry;
		size_t		mails = 0;
		size_t		differ = 0;
		char		title[512];

		while (dir && (entry = readdir(dir)) != NULL)
		{
			char		path[1024];
			Buffer		mail;
			Buffer		plain;
			Buffer		other;

			snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
			if (entry->d_name[0] == '.' || (mail = read_file(path)).p == NULL)
				continue;
			plain = rewrite(mail, "\n", "");
			other = rewrite(mail, ways[k].line_end, mail.n > 5 && memcmp(mail.p, "From ", 5) == 0 ? "" : ways[k].before);
			mails++;
			if (!same(plain, other))
			{
				differ++;
				printf("# %s\n", path);
			}
			free(mail.p);
			free(plain.p);
			free(other.p);
		}
		if (dir)
			closedir(dir);
		snprintf(title, sizeof(title), "%s: %zu mails with %s", folder, mails, ways[k].name);
		ok(mails > 0 && differ == 0, title);
	}
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		test_folder(argv[i]);
	return finish();
}
