/*
 * test_sha1.c
 *	  SHA-1 of the examples of FIPS 180, and of every length around a block.
 */
#include "match/sha1.h"
#include "tap.h"

static const char *
hex_of(const char *s, size_t n, size_t piece)
{
	static char hex[SHA1_HEX + 1];
	Sha1		sha1;

	sha1_init(&sha1);
	for (size_t i = 0; i < n; i += piece)
		sha1_add(&sha1, slice(s + i, n - i < piece ? n - i : piece));
	sha1_hex(&sha1, hex);
	return hex;
}

int
main(void)
{
	static const struct
	{
		const char *text;
		const char *hex;
	}			examples[] = {
		{"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	};
	char	   *as = malloc(1000000);
	bool		alike = true;

	if (as == NULL)
		return 1;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		ok(strcmp(hex_of(examples[i].text, strlen(examples[i].text), 1000), examples[i].hex) == 0, examples[i].text);
	memset(as, 'a', 1000000);
	ok(strcmp(hex_of(as, 1000000, 1000000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f") == 0, "a million of \"a\"");
	for (size_t n = 1; n < 300; n++)
	{
		char		whole[SHA1_HEX + 1];

		memcpy(whole, hex_of(as, n, n), sizeof(whole));
		alike = alike && strcmp(whole, hex_of(as, n, 7)) == 0 && strcmp(whole, hex_of(as, n + 1, 7)) != 0;
	}
	ok(alike, "pieces make no difference, lengths do");
	free(as);
	printf("1..%d\n", tests);
	return failures > 0;
}
