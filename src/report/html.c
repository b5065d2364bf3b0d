/*
 * html.c
 *	  The words of an HTML part, for reports that have no plain text.
 *
 * Not an HTML parser: a report's text needs no more than its words in order,
 * each table cell and paragraph on a line of its own.
 */
#include "mail/utf8.h"
#include "report/html.h"

/* Elements that end a line. */
static bool
breaks_line(Slice name)
{
	static const Slice names[] = {
		SLICE_LIT("br"), SLICE_LIT("p"), SLICE_LIT("div"), SLICE_LIT("tr"), SLICE_LIT("td"),
		SLICE_LIT("th"), SLICE_LIT("li"), SLICE_LIT("ul"), SLICE_LIT("ol"), SLICE_LIT("table"),
		SLICE_LIT("h1"), SLICE_LIT("h2"), SLICE_LIT("h3"), SLICE_LIT("h4"), SLICE_LIT("h5"),
		SLICE_LIT("h6"), SLICE_LIT("pre"), SLICE_LIT("blockquote"), SLICE_LIT("hr"), SLICE_LIT("center"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

/* HTML's names of U+00A0 to U+00FF, in order */
static const char *const latin_names[] = {
	"nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect",
	"uml", "copy", "ordf", "laquo", "not", "shy", "reg", "macr",
	"deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot",
	"cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
	"Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil",
	"Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml",
	"ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times",
	"Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig",
	"agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
	"egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml",
	"eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide",
	"oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml"
};

/* The character that a name stands for, 0: it is none of Latin-1's.  'taken' is its length with "&" and ";". */
static uint32_t
latin_reference(Slice s, size_t *taken)
{
	size_t		end = slice_find(s, ';', 0);

	for (size_t i = 0; end != SLICE_NPOS && i < sizeof(latin_names) / sizeof(latin_names[0]); i++)
	{
		if (latin_names[i][0] == s.p[1] && strlen(latin_names[i]) == end - 1 && memcmp(latin_names[i], s.p + 1, end - 1) == 0)
		{
			*taken = end + 1;
			return 0xA0 + (uint32_t) i;
		}
	}
	return 0;
}

/*
 * The character reference at s.p[0] == '&'.  Returns how many bytes it takes
 * (0: it is none) and writes what it stands for: never more bytes than it takes.
 */
static size_t
reference(Slice s, char *out, size_t *written)
{
	static const struct
	{
		Slice		name;
		const char *text;
	}			names[] = {
		{SLICE_LIT("&lt;"), "<"}, {SLICE_LIT("&gt;"), ">"}, {SLICE_LIT("&amp;"), "&"},
		{SLICE_LIT("&quot;"), "\""}, {SLICE_LIT("&nbsp;"), " "}, {SLICE_LIT("&apos;"), "'"},
		{SLICE_LIT("&rsquo;"), "'"}, {SLICE_LIT("&lsquo;"), "'"}, {SLICE_LIT("&commat;"), "@"},
		{SLICE_LIT("&ldquo;"), "\""}, {SLICE_LIT("&rdquo;"), "\""}, {SLICE_LIT("&bdquo;"), "\""},
		{SLICE_LIT("&ndash;"), "-"}, {SLICE_LIT("&mdash;"), "-"}, {SLICE_LIT("&period;"), "."},
		{SLICE_LIT("&colon;"), ":"}, {SLICE_LIT("&lpar;"), "("}, {SLICE_LIT("&rpar;"), ")"},
	};
	uint32_t	latin;
	size_t		length;

	if (s.n < 2 || (!ascii_is_alpha(s.p[1]) && s.p[1] != '#'))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (names[i].name.p[1] == ascii_lower(s.p[1]) && slice_starts_nocase(s, names[i].name))
		{
			out[0] = names[i].text[0];
			*written = 1;
			return names[i].name.n;
		}
	}
	latin = latin_reference(s, &length);
	if (latin != 0)
	{
		*written = utf8_put(out, latin);
		return length;
	}
	if (s.n > 3 && s.p[1] == '#')
	{
		bool		hex = s.p[2] == 'x' || s.p[2] == 'X';
		size_t		i = hex ? 3 : 2;
		uint32_t	c = 0;
		size_t		digits = 0;

		for (; i < s.n && digits < 8; i++, digits++)
		{
			char		d = ascii_lower(s.p[i]);

			if (ascii_is_digit(d))
				c = c * (hex ? 16 : 10) + (uint32_t) (d - '0');
			else if (hex && d >= 'a' && d <= 'f')
				c = c * 16 + (uint32_t) (d - 'a' + 10);
			else
				break;
		}
		if (digits > 0 && i < s.n && s.p[i] == ';')
		{
			/* in no more bytes than "&#9;" has */
			*written = utf8_put(out, c);
			return i + 1;
		}
	}
	return 0;
}

/* Offset behind the element of that name whose start tag ended at 'from': its content is no text. */
static size_t
skip_element(Slice html, size_t from, Slice closing)
{
	size_t		at = slice_find_nocase(html, closing, from);

	return at == SLICE_NPOS ? html.n : at;
}

/* The address of <a href="mailto:a@b">, or SLICE_NONE. */
static Slice
linked_address(Slice tag)
{
	size_t		at = slice_find_nocase(tag, SLICE_LIT("mailto:"), 0);
	size_t		n = 0;
	bool		has_at = false;

	if (at == SLICE_NPOS)
		return SLICE_NONE;
	tag = slice(tag.p + at + 7, tag.n - at - 7);
	while (n < tag.n && !ascii_is_space(tag.p[n]) && strchr("\"'?&<>", tag.p[n]) == NULL)
		has_at |= tag.p[n++] == '@';
	return has_at ? slice(tag.p, n) : SLICE_NONE;
}

/* An element whose line ends and blanks count: by its name or its style. */
static bool
keeps_lines(Slice name, Slice tag)
{
	static const Slice names[] = {SLICE_LIT("pre"), SLICE_LIT("xmp"), SLICE_LIT("listing"), SLICE_LIT("plaintext"), SLICE_LIT("textarea")};
	size_t		style;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_equal_nocase(name, names[i]))
			return true;
	}
	style = slice_find_nocase(tag, SLICE_LIT("white-space"), 0);
	if (style == SLICE_NPOS)
		return false;
	style += 11;
	while (style < tag.n && (tag.p[style] == ' ' || tag.p[style] == ':'))
		style++;
	return slice_starts_nocase(slice(tag.p + style, tag.n - style), SLICE_LIT("pre"));
}

Slice
html_to_text(Arena *arena, Slice html)
{
	Slice		keeper = SLICE_NONE;	/* name of the element that keeps its lines */
	size_t		keepers = 0;	/* how many of that name are open in each other */
	Slice		link = SLICE_NONE;	/* the address behind the link that is open */
	size_t		link_text = 0;	/* where its words begin in 'out' */
	char	   *out = arena_alloc(arena, html.n + 1);
	size_t		n = 0;
	size_t		i = 0;

	if (out == NULL)
		return SLICE_NONE;
	while (i < html.n)
	{
		char		c = html.p[i];

		if (c == '<')
		{
			size_t		name = i + 1;
			size_t		end;
			Slice		tag;

			if (slice_starts_nocase(slice(html.p + i, html.n - i), SLICE_LIT("<!--")))
			{
				i = skip_element(html, i + 4, SLICE_LIT("-->"));
				i = i < html.n ? i + 3 : i;
				continue;
			}
			if (name < html.n && html.p[name] == '/')
				name++;
			end = name;
			while (end < html.n && ascii_is_alnum(html.p[end]))
				end++;
			tag = slice(html.p + name, end - name);
			if (tag.n > 0)
			{
				size_t		close = slice_find(html, '>', end);
				bool		opens = html.p[i + 1] != '/';

				i = close == SLICE_NPOS ? html.n : close + 1;
				if (breaks_line(tag) && n > 0 && out[n - 1] != '\n')
					out[n++] = '\n';
				if (slice_equal_nocase(tag, SLICE_LIT("a")))
				{
					/* a name stands for the address: "Name <a@b>", in fewer bytes than the tags had */
					if (!opens && link.n > 0 && n > link_text &&
						slice_find(slice(out + link_text, n - link_text), '@', 0) == SLICE_NPOS)
					{
						out[n++] = ' ';
						out[n++] = '<';
						memcpy(out + n, link.p, link.n);
						n += link.n;
						out[n++] = '>';
					}
					link = opens ? linked_address(slice_between(html.p + end, html.p + i)) : SLICE_NONE;
					link_text = n;
				}
				if (keepers > 0 && slice_equal_nocase(tag, keeper))
					keepers += opens ? 1 : -1;
				else if (keepers == 0 && opens && keeps_lines(tag, slice_between(html.p + end, html.p + i)))
				{
					keeper = tag;
					keepers = 1;
				}
				if (opens && slice_equal_nocase(tag, SLICE_LIT("style")))
					i = skip_element(html, i, SLICE_LIT("</style"));
				else if (opens && slice_equal_nocase(tag, SLICE_LIT("script")))
					i = skip_element(html, i, SLICE_LIT("</script"));
				else if (opens && slice_equal_nocase(tag, SLICE_LIT("title")))
					i = skip_element(html, i, SLICE_LIT("</title"));
				continue;
			}
			out[n++] = c;
			i++;
			continue;
		}
		if (c == '&')
		{
			size_t		written = 0;
			size_t		taken = reference(slice(html.p + i, html.n - i < 16 ? html.n - i : 16), out + n, &written);

			if (taken > 0)
			{
				n += written;
				i += taken;
				continue;
			}
		}
		/* U+00A0 NO-BREAK SPACE */
		if (c == '\xc2' && i + 1 < html.n && html.p[i + 1] == '\xa0')
		{
			c = ' ';
			i++;
		}
		if (keepers > 0)
		{
			if (c != '\r')
				out[n++] = c;
			else if (i + 1 >= html.n || html.p[i + 1] != '\n')
				out[n++] = '\n';
			i++;
			continue;
		}
		if (c == '\r' || c == '\n' || c == '\t')
			c = ' ';
		if (!(c == ' ' && n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\n')))
			out[n++] = c;
		i++;
	}
	return slice(out, n);
}
