/*
 * test_typo.c
 *	  Distances of what was typed from what was meant, and kinds of addresses.
 */
#include "classify/office.h"
#include "match/typo.h"
#include "tap.h"

static void
check(const char *typed, const char *meant, int halves)
{
	char		name[256];

	snprintf(name, sizeof(name), "%.80s for %.80s: %d halves", typed, meant, halves);
	ok(typo_distance(slice(typed, strlen(typed)), slice(meant, strlen(meant)), 1000) == halves, name);
}

static Slice
make(char *room, size_t n, char c)
{
	memset(room, c, n);
	return slice(room, n);
}

int
main(void)
{
	char		a[300];
	char		b[300];
	bool		ordered = true;
	bool		real = true;

	check("", "", 0);
	check("", "abc", 3);
	check("ahx", "", 6);
	check("gmail.com", "gmail.com", 0);
	check("gmial.com", "gmail.com", 2);
	check("gmal.com", "gmail.com", 1);
	check("gmaill.com", "gmail.com", 1);
	check("ggmail.com", "gmail.com", 1);
	check("gmauil.com", "gmail.com", 2);
	check("hmail.com", "gmail.com", 1);
	check("pmail.com", "gmail.com", 2);
	check("1a.example", "qa.example", 1);
	check("aba", "bab", 3);
	check("ca", "abc", 4);
	check("gmail,com", "gmail.com", 1);
	ok(typo_distance(SLICE_LIT("gmial.com"), SLICE_LIT("gmail.com"), 1) == TYPO_FAR, "too far is far");
	ok(typo_most(SLICE_LIT("wp.pl")) == 1 && typo_most(SLICE_LIT("aol.com")) == 2 && typo_most(SLICE_LIT("gmail.com")) == 3 &&
	   typo_most(SLICE_LIT("x.y")) == 1 && typo_most(SLICE_LIT("x")) == 1 && typo_most(SLICE_NONE) == 1, "short names have few typos");
	ok(typo_is_abroad(SLICE_LIT("web.dk"), SLICE_LIT("web.de")) && typo_is_abroad(SLICE_LIT("free.it"), SLICE_LIT("free.fr")) &&
	   typo_is_abroad(SLICE_LIT("web.ie"), SLICE_LIT("web.de")), "another country's");
	ok(!typo_is_abroad(SLICE_LIT("web.dr"), SLICE_LIT("web.de")) && !typo_is_abroad(SLICE_LIT("web.ed"), SLICE_LIT("web.de")) &&
	   !typo_is_abroad(SLICE_LIT("web.de"), SLICE_LIT("web.de")) && !typo_is_abroad(SLICE_LIT("web.co"), SLICE_LIT("web.com")) &&
	   !typo_is_abroad(SLICE_LIT("wob.dk"), SLICE_LIT("web.de")) && !typo_is_abroad(SLICE_LIT("dk"), SLICE_LIT("de")) &&
	   !typo_is_abroad(SLICE_NONE, SLICE_NONE), "the same country's, or another name's");
	ok(typo_distance(make(a, 255, 'a'), make(b, 255, 'b'), 2000) == 510, "the longest names");
	ok(typo_distance(make(a, 256, 'a'), make(b, 3, 'b'), 2000) == TYPO_FAR && typo_distance(make(a, 3, 'a'), make(b, 256, 'b'), 2000) == TYPO_FAR, "longer ones are far");

	/* the order of the search is that of the tables */
	for (uint32_t i = 1; i < knowledge_role_count; i++)
		ordered = ordered && strcmp(known(knowledge_roles[i - 1].local), known(knowledge_roles[i].local)) < 0;
	for (uint32_t i = 1; i < knowledge_disposable_count; i++)
		ordered = ordered && strcmp(known(knowledge_disposables[i - 1].domain), known(knowledge_disposables[i].domain)) < 0;
	ok(ordered, "the tables are in order");
	for (uint32_t i = 0; i < knowledge_role_count; i++)
	{
		const char *local = known(knowledge_roles[i].local);
		const RoleRow *row = role_of(slice(local, strlen(local)));

		real = real && row != NULL;
	}
	for (uint32_t i = 0; i < knowledge_disposable_count; i++)
	{
		const char *domain = known(knowledge_disposables[i].domain);

		real = real && disposable_of(slice(domain, strlen(domain))) == &knowledge_disposables[i];
	}
	ok(real, "each row is found");
	ok(role_of(SLICE_LIT("POSTMASTER+x")) && !role_of(SLICE_LIT("postmasters")) && !role_of(SLICE_LIT("postmaste")) && !role_of(SLICE_LIT("")) &&
	   !role_of(SLICE_LIT("+info")) && role_of(SLICE_LIT("owner-x"))->line == 0, "offices");
	ok(disposable_of(SLICE_LIT("a.b.MAILINATOR.com.")) && !disposable_of(SLICE_LIT("xmailinator.com")) && !disposable_of(SLICE_LIT("com")) &&
	   !disposable_of(SLICE_LIT("")) && !disposable_of(SLICE_LIT("...")) && !disposable_of(make(a, 299, '.')), "throw-away domains");
	printf("1..%d\n", tests);
	return failures ? 1 : 0;
}
