/*
 * test_html.c
 *	  The words of an HTML part.
 *
 * Build: make unit
 */
#include "mail/decode.h"
#include "report/html.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
test_text(void)
{
	static const struct
	{
		const char *name;
		Slice		html;
		Slice		text;
	}			cases[] = {
		{"no tags", SLICE_LIT("plain  text\nhere"), SLICE_LIT("plain text here")},
		{"inline tags vanish", SLICE_LIT("a <b>bold</b> word"), SLICE_LIT("a bold word")},
		{"blocks end lines", SLICE_LIT("<p>one</p><p>two</p>"), SLICE_LIT("one\ntwo\n")},
		{"cells do, too", SLICE_LIT("<tr><td>a</td><td>b</td></tr>"), SLICE_LIT("a\nb\n")},
		{"<br>", SLICE_LIT("a<br>b<BR/>c"), SLICE_LIT("a\nb\nc")},
		{"an address in brackets", SLICE_LIT("&lt;user@example.com&gt;"), SLICE_LIT("<user@example.com>")},
		{"numbers", SLICE_LIT("user&#64;example&#x2E;com"), SLICE_LIT("user@example.com")},
		{"beyond ASCII", SLICE_LIT("&#233;&#x1F600;"), SLICE_LIT("\xc3\xa9\xf0\x9f\x98\x80")},
		{"names of letters", SLICE_LIT("&Eacute;t&eacute;, &szlig;&yuml;&nosuch;"), SLICE_LIT("\xc3\x89t\xc3\xa9, \xc3\x9f\xc3\xbf&nosuch;")},
		{"a NUL, a surrogate, too much", SLICE_LIT("&#0;&#xD800;&#x7FFFFFF;"), SLICE_LIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")},
		{"references that are none", SLICE_LIT("&nosuch; & &# &#; &#x; &"), SLICE_LIT("&nosuch; & &# &#; &#x; &")},
		{"style and script", SLICE_LIT("a<style>p{}</style>b<script>x<y</script>c"), SLICE_LIT("abc")},
		{"the title", SLICE_LIT("<title>Bounce</title>a"), SLICE_LIT("a")},
		{"a comment", SLICE_LIT("a<!-- <p> -->b"), SLICE_LIT("ab")},
		{"a comment that does not end", SLICE_LIT("a<!-- b"), SLICE_LIT("a")},
		{"a tag that does not end", SLICE_LIT("a<b href="), SLICE_LIT("a")},
		{"style that does not end", SLICE_LIT("a<style>b"), SLICE_LIT("a")},
		{"a mere <", SLICE_LIT("1 < 2 <"), SLICE_LIT("1 < 2 <")},
		{"half a closing tag", SLICE_LIT("a</"), SLICE_LIT("a</")},
		{"a name that links to an address", SLICE_LIT("to <a href=\"mailto:user@example.com?subject=x\">Mr. User</a> failed"), SLICE_LIT("to Mr. User <user@example.com> failed")},
		{"the address that links to itself", SLICE_LIT("<a href='mailto:user@example.com'>user@example.com</a>"), SLICE_LIT("user@example.com")},
		{"links to nobody", SLICE_LIT("<a href=mailto:>a</a><a name=b>c</a></a>"), SLICE_LIT("ac")},
		{"lines that count", SLICE_LIT("a\nb<pre>c\r\n  d\n\ne\rf<b>g</b></pre>h\ni"), SLICE_LIT("a b\nc\n  d\n\ne\nfg\nh i")},
		{"by their style", SLICE_LIT("<div style=\"white-space: pre-wrap\">a\nb<div>c\nd</div>e\nf</div>g\nh"), SLICE_LIT("a\nb\nc\nd\ne\nf\ng h")},
		{"a blank that does not break", SLICE_LIT("a\xc2\xa0" "b"), SLICE_LIT("a b")},
		{"a number with a capital, one without end, letters in one", SLICE_LIT("&#X41; &#x41 &#4a; &#xg; &#123456789;"), SLICE_LIT("A &#x41 &#4a; &#xg; &#123456789;")},
		{"a number at the end", SLICE_LIT("&#65"), SLICE_LIT("&#65")},
		{"a link without a name", SLICE_LIT("x<a href=mailto:user@example.com></a>y"), SLICE_LIT("xy")},
		{"a link's address that goes to the tag's end", SLICE_LIT("<a href=mailto:user@example.com>Mr. User</a>"), SLICE_LIT("Mr. User <user@example.com>")},
		{"  or to the next attribute", SLICE_LIT("<a href=mailto:user@example.com title=x>Mr. User</a>"), SLICE_LIT("Mr. User <user@example.com>")},
		{"a style without an end", SLICE_LIT("a<b style=white-space: "), SLICE_LIT("a")},
		{"a tag that ends within an address", SLICE_LIT("a<a href=mailto:user@example.com"), SLICE_LIT("a")},
		{"a style that ends early", SLICE_LIT("<p style=white-space:>a\nb"), SLICE_LIT("a b")},
		{"bytes that look like such a blank", SLICE_LIT("a\xc2\xa9 \xc2"), SLICE_LIT("a\xc2\xa9 \xc2")},
		{"CR at the end of lines that count", SLICE_LIT("<pre>a\r"), SLICE_LIT("a\n")},
		{"CR and tabs elsewhere", SLICE_LIT("a\rb\tc\r\n"), SLICE_LIT("a b c ")},
		{"nothing", SLICE_LIT(""), SLICE_LIT("")},
	};
	Arena		arena;
	TestOwner	owner;

	test_arena(&arena, &owner);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		html = exact_copy(cases[i].html);

		is(html_to_text(&arena, html), cases[i].text, cases[i].name);
		free((char *) html.p);
	}
	arena_reset(&arena);
}

/* Whatever the bytes are: valid UTF-8, and never longer than the HTML was. */
static void
test_hazards(void)
{
	static const char *const pieces[] = {
		"<", "&", "&#", "&#0;", "&#9", "&#x10ffff;", "</", "<!--", "-->", "<p", "<p>", ">", "<br>", "<style>", "</style", "<pre>", "</pre>", "\r\n", "\"", "\xe3\x81\x82", " "
	};
	uint32_t	seed = 2463534242u;
	bool		valid = true;
	bool		bounded = true;

	for (int round = 0; round < 2000; round++)
	{
		char		bytes[256];
		size_t		n = 0;
		Slice		html;
		Slice		text;
		Arena		arena;
		TestOwner	owner;

		while (n < 200 && test_random(&seed) % 40 != 0)
		{
			const char *piece = pieces[test_random(&seed) % LENGTH(pieces)];

			memcpy(bytes + n, piece, strlen(piece));
			n += strlen(piece);
		}
		html = exact_copy(slice(bytes, n));
		test_arena(&arena, &owner);
		text = html_to_text(&arena, html);
		valid = valid && decode_is_utf8(text);
		bounded = bounded && text.n <= html.n;
		arena_reset(&arena);
		free((char *) html.p);
	}
	ok(valid, "pieces in any order are valid UTF-8");
	ok(bounded, "and no longer than they were");
}

int
main(void)
{
	test_text();
	test_hazards();
	return finish();
}
