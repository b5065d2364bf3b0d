/*
 * gmime_diff.c
 *	  Holds mime_scan() against GMime's parser, mail by mail.
 *
 *	  gmime_diff [MAIL...]		without arguments: a list of files on standard input
 *
 * Build: make differential MAILS=FOLDER, or by hand
 *	  cc -std=gnu11 -g -Isrc $(pkg-config --cflags gmime-3.0) -o gmime_diff
 *		  t/c/gmime_diff.c src/mail/[a-z]*.c $(pkg-config --libs gmime-3.0)
 *
 * Both make a list of parts of each mail; depth, content type, header fields
 * and the bytes of each leaf must be the same, and so must what our transfer
 * decoders and GMime's make of these bytes.  Prints TAP, one test a mail, and at
 * the end how often each difference was met that is meant to be; differences[]
 * lists them with their reasons.
 *
 * GMime's whole parser is used in this program only.
 */
#include <gmime/gmime.h>

#include "mail/mime.h"
#include "mail/transfer.h"
#include "tap.h"

#define DEEPEST 200

/* Where the two differ on purpose. */
typedef enum Difference
{
	DIFF_NO_MESSAGE,
	DIFF_EMPTY_PART,
	DIFF_LOST_FOLD,
	DIFF_NO_HEADER,
	DIFF_MESSAGE_TYPE,
	DIFF_BLANK_BEFORE,
	DIFF_TYPE,
	DIFF_ODD_TYPE,
	DIFF_TWO_TYPES,
	DIFF_LAST_LINE,
	DIFF_QUOTED_PRINTABLE,
	DIFF_BASE64,
	DIFF_LIMITS,
	DIFFERENCES
} Difference;

static const char *const differences[DIFFERENCES] = {
	"what begins like no mail, or ends within its header, is nothing for GMime, a mail for us",
	"a delimiter at the very end opens an empty part for us, none for GMime",
	"a line in the header that is no field is a fold without its indentation for us; GMime skips it",
	"a part that begins with a line that is no field has no header for us; GMime takes text for the header",
	"message/partial and text/rfc822: we look into them for the returned header, GMime does not",
	"an enclosed mail that begins with a blank line: we skip it and read the header, GMime finds none",
	"a type without its second half is text/plain for us (RFC 2045 5.2), application/octet-stream for GMime",
	"a type that is no two tokens (RFC 2045 5.1): GMime takes some of its characters, each in its way",
	"of two Content-Type fields we take the first, GMime the last",
	"a delimiter without a line end at the end of the mail: GMime leaves the CR before it in the body",
	"quoted-printable: blanks or a bare CR behind \"=\", a false \"=\", \"=\" at the end (see transfer.c)",
	"base64: without padding GMime drops the last bytes; behind the padding it goes on",
	"a mail beyond our bounds (limits.h)",
};

static int	met[DIFFERENCES];

/* A part, of either tree. */
typedef struct Node
{
	int			depth;
	char	   *type;			/* in lower case */
	bool		is_leaf;
	TransferEncoding encoding;
	Slice		body;			/* of a leaf, as it stands in the mail */
	gint64		decoded;		/* bytes of it decoded, by GMime; -1: not known */
	bool		no_header;		/* ours: the body begins where the header should */
	GPtrArray  *fields;			/* "Name: value" without the value's last line end */
} Node;

static Node *
node_at(GArray *nodes, guint i)
{
	return &g_array_index(nodes, Node, i);
}

static guint
add_node(GArray *nodes, int depth, char *type)
{
	Node		node = {.depth = depth, .type = type, .decoded = -1};

	node.fields = g_ptr_array_new_with_free_func(g_free);
	g_array_append_val(nodes, node);
	return nodes->len - 1;
}

static void
clear_node(gpointer p)
{
	Node	   *node = p;

	g_free(node->type);
	g_ptr_array_free(node->fields, TRUE);
}

static GArray *
new_nodes(void)
{
	GArray	   *nodes = g_array_new(FALSE, FALSE, sizeof(Node));

	g_array_set_clear_func(nodes, clear_node);
	return nodes;
}

/* GMime keeps a message's own fields apart from those of its body; so do both lists. */
static bool
is_content_field(Slice name)
{
	return slice_starts_nocase(name, SLICE_LIT("Content-"));
}

static void
add_field(Node *node, Slice name, Slice value)
{
	value = slice_trim(value);
	/* GMime's strings end at a NUL */
	if (slice_find(value, '\0', 0) != SLICE_NPOS)
		value.n = slice_find(value, '\0', 0);
	g_ptr_array_add(node->fields, g_strdup_printf("%.*s: %.*s", (int) name.n, name.p,
												  (int) value.n, value.n ? value.p : ""));
}

/* Ours. */

static void
add_own_fields(Node *node, const Header *header, bool content)
{
	size_t		i;

	for (i = 0; i < header->count; i++)
	{
		if (is_content_field(header->fields[i].name) == content)
			add_field(node, header->fields[i].name, header->fields[i].value);
	}
}

/* The part's header is that of a message, and not only of a part of a multipart. */
static bool
is_message_root(const Message *message, const Part *part)
{
	return part->parent < 0 || message->parts[part->parent].type == PART_MESSAGE;
}

static GArray *
own_nodes(const Message *message)
{
	GArray	   *nodes = new_nodes();
	int			i;

	for (i = 0; i < message->count; i++)
	{
		const Part *part = &message->parts[i];
		Slice		type = part->content_type.n ? part->content_type :
			part->type == PART_MESSAGE ? SLICE_LIT("message/rfc822") : SLICE_LIT("text/plain");
		char	   *written = g_strndup(type.p, type.n);
		Node	   *node;

		node = node_at(nodes, add_node(nodes, part->depth, g_ascii_strdown(written, -1)));
		g_free(written);
		node->encoding = part->encoding;
		node->is_leaf = !g_str_has_prefix(node->type, "multipart/") &&
			!(part->type == PART_MESSAGE && part->encoding == TRANSFER_IDENTITY);
		node->body = part->body;
		node->no_header = part->header.count == 0 && part->body.p == part->header.bytes.p;
		if (is_message_root(message, part))
		{
			add_own_fields(node, &part->header, false);
			add_own_fields(node, &part->header, true);
		}
		else
		{
			size_t		k;

			for (k = 0; k < part->header.count; k++)
				add_field(node, part->header.fields[k].name, part->header.fields[k].value);
		}
	}
	return nodes;
}

/* GMime's. */

static void
add_gmime_fields(Node *node, GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int			i;

	for (i = 0; i < g_mime_header_list_get_count(list); i++)
	{
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
		const char *name = g_mime_header_get_name(header);
		const char *value = g_mime_header_get_raw_value(header);

		add_field(node, slice(name, strlen(name)),
				  value ? slice(value, strlen(value)) : SLICE_NONE);
	}
}

static TransferEncoding
gmime_encoding(GMimePart *part)
{
	switch (g_mime_part_get_content_encoding(part))
	{
		case GMIME_CONTENT_ENCODING_BASE64:
			return TRANSFER_BASE64;
		case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
			return TRANSFER_QUOTED_PRINTABLE;
		case GMIME_CONTENT_ENCODING_UUENCODE:
			return TRANSFER_UUENCODE;
		default:
			return TRANSFER_IDENTITY;
	}
}

/* 'raw' is the mail: the parser persists the stream, so that bodies are offsets of it. */
static void
read_gmime_body(Node *node, GMimePart *part, Slice raw)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream;
	GMimeStream *null;

	node->is_leaf = true;
	node->body = slice(raw.p, 0);
	node->encoding = gmime_encoding(part);
	if (content == NULL)
		return;
	stream = g_mime_data_wrapper_get_stream(content);
	node->body = slice(raw.p + stream->bound_start, (size_t) g_mime_stream_length(stream));
	null = g_mime_stream_null_new();
	node->decoded = g_mime_data_wrapper_write_to_stream(content, null);
	g_object_unref(null);
}

static void
add_gmime_nodes(GArray *nodes, GMimeObject *object, GMimeObject *message, int depth, Slice raw)
{
	GMimeContentType *content_type = g_mime_object_get_content_type(object);
	char	   *type = g_mime_content_type_get_mime_type(content_type);
	guint		at = add_node(nodes, depth, g_ascii_strdown(type, -1));
	int			i;

	g_free(type);
	if (message)
		add_gmime_fields(node_at(nodes, at), message);
	add_gmime_fields(node_at(nodes, at), object);
	if (depth > DEEPEST)
		return;
	if (GMIME_IS_MULTIPART(object))
	{
		for (i = 0; i < g_mime_multipart_get_count((GMimeMultipart *) object); i++)
			add_gmime_nodes(nodes, g_mime_multipart_get_part((GMimeMultipart *) object, i),
							NULL, depth + 1, raw);
	}
	else if (GMIME_IS_MESSAGE_PART(object))
	{
		GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *) object);

		if (inner && g_mime_message_get_mime_part(inner))
			add_gmime_nodes(nodes, g_mime_message_get_mime_part(inner),
							(GMimeObject *) inner, depth + 1, raw);
	}
	else if (GMIME_IS_PART(object))
		read_gmime_body(node_at(nodes, at), (GMimePart *) object, raw);
}

/* Comparing. */


/* Bytes that our decoder makes of a leaf's body, whole. */
static gint64
own_decoded(const Node *node)
{
	char	   *out = g_malloc(node->body.n + 4);
	size_t		n = node->body.n;

	if (node->encoding == TRANSFER_BASE64)
		n = transfer_base64(node->body, out);
	else if (node->encoding == TRANSFER_QUOTED_PRINTABLE)
		n = transfer_quoted_printable(node->body, out);
	else if (node->encoding == TRANSFER_UUENCODE)
		n = transfer_uuencode(node->body, out);
	g_free(out);
	return (gint64) n;
}

/* Blanks, CR or other things behind "=" that make the two decoders differ. */
static bool
has_odd_quoted_printable(Slice body)
{
	size_t		at;

	for (at = slice_find(body, '=', 0); at != SLICE_NPOS; at = slice_find(body, '=', at + 1))
	{
		if (at + 2 >= body.n)
			return true;
		if (body.p[at + 1] == '\n' || (body.p[at + 1] == '\r' && body.p[at + 2] == '\n'))
			continue;
		if (!g_ascii_isxdigit(body.p[at + 1]) || !g_ascii_isxdigit(body.p[at + 2]))
			return true;
	}
	return false;
}

/* Digits that are no multiple of four, or that go on behind the padding. */
static bool
has_odd_base64(Slice body)
{
	size_t		digits = 0;
	size_t		i;
	bool		padded = false;

	for (i = 0; i < body.n; i++)
	{
		if (body.p[i] == '=')
			padded = true;
		else if (ascii_is_alnum(body.p[i]) || body.p[i] == '+' || body.p[i] == '/')
		{
			if (padded)
				return true;
			digits++;
		}
	}
	return !padded && digits % 4 != 0;
}

static bool
may_decode_differently(const Node *node)
{
	if (node->encoding == TRANSFER_QUOTED_PRINTABLE && has_odd_quoted_printable(node->body))
	{
		met[DIFF_QUOTED_PRINTABLE]++;
		return true;
	}
	if (node->encoding == TRANSFER_BASE64 && has_odd_base64(node->body))
	{
		met[DIFF_BASE64]++;
		return true;
	}
	return false;
}

/* Is our value GMime's, and behind it lines that had lost their indentation? */
static bool
is_lost_fold(const char *own, const char *gmime)
{
	size_t		n = strlen(gmime);

	if (strncmp(own, gmime, n) != 0)
		return false;
	/* blanks before the line end were trimmed from GMime's */
	while (own[n] == ' ' || own[n] == '\t' || own[n] == '\r')
		n++;
	return own[n] == '\n' && own[n + 1] != ' ' && own[n + 1] != '\t';
}

static bool
is_type_field(const char *field)
{
	return g_ascii_strncasecmp(field, "Content-Type:", 13) == 0;
}

/* Is the type of two tokens, with a slash between? */
static bool
is_plain_type(const char *type)
{
	return type[strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`{|}~/")] == '\0' &&
		(strchr(type, '/') == NULL || strchr(type, '/') == strrchr(type, '/'));
}

/* Compares the fields; *type_unsure when a difference is meant and the types may differ for it. */
static char *
compare_fields(const Node *own, const Node *gmime, bool *type_unsure)
{
	guint		i;
	guint		types = 0;

	for (i = 0; i < own->fields->len || i < gmime->fields->len; i++)
	{
		const char *a = i < own->fields->len ? own->fields->pdata[i] : "(none)";
		const char *b = i < gmime->fields->len ? gmime->fields->pdata[i] : "(none)";

		if (is_type_field(a) && ++types > 1)
		{
			met[DIFF_TWO_TYPES]++;
			*type_unsure = true;
		}
		if (strcmp(a, b) == 0)
			continue;
		if (!is_lost_fold(a, b))
			return g_strdup_printf("field %u [%s], GMime [%s]", i, a, b);
		met[DIFF_LOST_FOLD]++;
		if (is_type_field(a))
			*type_unsure = true;
	}
	return NULL;
}

static char *
compare_bodies(const Node *own, const Node *gmime, Slice raw)
{
	gint64		decoded;

	if (own->encoding != gmime->encoding)
		return g_strdup_printf("encoding %d, GMime %d", own->encoding, gmime->encoding);
	if (own->body.n + 1 == gmime->body.n && own->body.p == gmime->body.p &&
		gmime->body.p[own->body.n] == '\r' && raw.p[raw.n - 1] != '\n')
	{
		met[DIFF_LAST_LINE]++;
		return NULL;
	}
	if (own->body.n != gmime->body.n || (own->body.n > 0 && own->body.p != gmime->body.p))
		return g_strdup_printf("body at %td, %zu bytes; GMime at %td, %zu bytes",
							   own->body.p - raw.p, own->body.n,
							   gmime->body.p - raw.p, gmime->body.n);
	decoded = own_decoded(own);
	if (gmime->decoded >= 0 && decoded != gmime->decoded && !may_decode_differently(own))
		return g_strdup_printf("%" G_GINT64_FORMAT " bytes decoded, GMime %" G_GINT64_FORMAT,
							   decoded, gmime->decoded);
	return NULL;
}

/*
 * The first difference of two nodes, to be freed; NULL when there is none but
 * what is meant.  *unsure is set when what follows may differ, too.
 */
static char *
compare_nodes(const Node *own, const Node *gmime, Slice raw, bool *unsure)
{
	char	   *what = NULL;

	if (own->depth != gmime->depth)
		return g_strdup_printf("depth %d, GMime %d", own->depth, gmime->depth);
	if (own->no_header && own->body.n > 0 &&
		!slice_starts_nocase(own->body, SLICE_LIT("From ")))
	{
		met[DIFF_NO_HEADER]++;
		*unsure = true;
		return NULL;
	}
	if (own->depth > 0 && own->fields->len > 0 && gmime->fields->len == 0)
	{
		met[DIFF_BLANK_BEFORE]++;
		*unsure = true;
		return NULL;
	}
	what = compare_fields(own, gmime, unsure);
	if (what)
		return what;
	if (strcmp(own->type, gmime->type) != 0)
	{
		if (*unsure)
			return NULL;
		if (!is_plain_type(own->type))
		{
			met[DIFF_ODD_TYPE]++;
			*unsure = true;
			return NULL;
		}
		if (strcmp(gmime->type, "application/octet-stream") != 0 ||
			(strchr(own->type, '/') && strcmp(own->type, "text/plain") != 0))
			return g_strdup_printf("type %s, GMime %s", own->type, gmime->type);
		met[DIFF_TYPE]++;
	}
	if (own->is_leaf != gmime->is_leaf)
	{
		if (strcmp(own->type, "message/partial") != 0 && strcmp(own->type, "text/rfc822") != 0)
			return g_strdup_printf("%s, not for GMime", own->is_leaf ? "a leaf" : "no leaf");
		met[DIFF_MESSAGE_TYPE]++;
		*unsure = true;
		return NULL;
	}
	return own->is_leaf ? compare_bodies(own, gmime, raw) : NULL;
}

static void
print_nodes(const char *label, GArray *nodes, Slice raw)
{
	guint		i;

	for (i = 0; i < nodes->len; i++)
	{
		Node	   *node = node_at(nodes, i);

		printf("#   %s %*s%s, %u fields", label, 2 * node->depth, "", node->type,
			   node->fields->len);
		if (node->is_leaf)
			printf(", body at %td, %zu bytes", node->body.p - raw.p, node->body.n);
		putchar('\n');
	}
}

static void
print_difference(const char *what)
{
	printf("# ");
	for (; *what; what++)
		printf(*what == '\n' ? "\\n" : *what == '\r' ? "\\r" : "%c", *what);
	putchar('\n');
}

/* Compares part by part; the first difference that is not meant, to be freed. */
static char *
compare_trees(GArray *own, GArray *gmime, Slice raw)
{
	bool		unsure = false;
	guint		i;

	for (i = 0; i < own->len && i < gmime->len; i++)
	{
		char	   *what = compare_nodes(node_at(own, i), node_at(gmime, i), raw, &unsure);
		char	   *where;

		/* once they went different ways, with reason, there is nothing to compare */
		if (unsure)
		{
			g_free(what);
			return NULL;
		}
		if (what)
		{
			where = g_strdup_printf("part %u: %s", i, what);
			g_free(what);
			return where;
		}
	}
	if (own->len == gmime->len)
		return NULL;
	if (gmime->len == 0)
	{
		met[DIFF_NO_MESSAGE]++;
		return NULL;
	}
	if (own->len == gmime->len + 1 && node_at(own, i)->is_leaf && node_at(own, i)->body.n == 0)
	{
		met[DIFF_EMPTY_PART]++;
		return NULL;
	}
	return g_strdup_printf("%u parts, GMime %u", own->len, gmime->len);
}

static void
compare_mail(const char *name, Slice raw)
{
	Arena		arena;
	TestOwner	owner;
	Message		message;
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *parsed;
	GArray	   *own;
	GArray	   *gmime = new_nodes();
	char	   *what;

	test_arena(&arena, &owner);
	mime_scan(&arena, raw, &message);
	own = own_nodes(&message);

	/* GMime has its own copy of the bytes; offsets are what is compared */
	parsed = g_mime_parser_construct_message(parser, NULL);
	if (parsed && g_mime_message_get_mime_part(parsed))
		add_gmime_nodes(gmime, g_mime_message_get_mime_part(parsed),
						(GMimeObject *) parsed, 0, raw);

	what = compare_trees(own, gmime, raw);
	if (what && message.truncated)
	{
		met[DIFF_LIMITS]++;
		g_free(what);
		what = NULL;
	}
	ok(what == NULL, name);
	if (what)
	{
		print_difference(what);
		print_nodes("ours ", own, raw);
		print_nodes("GMime", gmime, raw);
	}
	g_free(what);
	g_array_free(own, TRUE);
	g_array_free(gmime, TRUE);
	if (parsed)
		g_object_unref(parsed);
	g_object_unref(parser);
	g_object_unref(stream);
	arena_reset(&arena);
}

/*
 * What mime_scan() skips before the header, and GMime takes as the header or
 * its end: blank lines and mbox's "From " line.
 */
static Slice
without_preface(Slice raw)
{
	size_t		offset = 0;
	size_t		start = 0;
	Slice		line;

	while (mime_next_line(raw, '\n', &offset, &line) &&
		   (slice_trim(line).n == 0 || slice_starts_nocase(line, SLICE_LIT("From ")) ||
			slice_starts_nocase(line, SLICE_LIT(">From "))))
		start = offset;
	return slice(raw.p + start, raw.n - start);
}

static void
compare_file(const char *path)
{
	char	   *bytes;
	gsize		n;
	gsize		i;

	if (!g_file_get_contents(path, &bytes, &n, NULL))
	{
		ok(false, path);
		return;
	}
	/* GMime knows no line end but LF */
	if (memchr(bytes, '\n', n) == NULL)
	{
		for (i = 0; i < n; i++)
			bytes[i] = bytes[i] == '\r' ? '\n' : bytes[i];
	}
	compare_mail(path, without_preface(slice(bytes, n)));
	g_free(bytes);
}

int
main(int argc, char **argv)
{
	char		path[4096];
	int			i;

	g_mime_init();
	for (i = 1; i < argc; i++)
		compare_file(argv[i]);
	while (argc == 1 && fgets(path, sizeof(path), stdin))
	{
		path[strcspn(path, "\n")] = '\0';
		compare_file(path);
	}
	for (i = 0; i < DIFFERENCES; i++)
	{
		if (met[i])
			printf("# meant, %d times: %s\n", met[i], differences[i]);
	}
	return finish();
}
