/*
 * reply.c
 *	  The SMTP reply inside a diagnostic text (RFC 5321 4.2, RFC 3463).
 */
#include "classify/reply.h"
#include "mail/address.h"
#include "mail/bytes16.h"
#include "mail/limits.h"

uint32_t
status_read(Slice s, size_t *length)
{
	uint32_t	numbers[3] = {0, 0, 0};
	size_t		i = 0;

	if (s.n < 5 || (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5') || s.p[1] != '.')
		return 0;
	for (int k = 0; k < 3; k++)
	{
		size_t		start = i;

		while (i < s.n && i - start < 3 && ascii_is_digit(s.p[i]))
			numbers[k] = numbers[k] * 10 + (uint32_t) (s.p[i++] - '0');
		if (i == start)
			return 0;
		if (k < 2 && (i >= s.n || s.p[i++] != '.'))
			return 0;
	}
	/* an address or a version has more to it */
	if (i < s.n && (ascii_is_digit(s.p[i]) ||
					(s.p[i] == '.' && i + 1 < s.n && ascii_is_digit(s.p[i + 1]))))
		return 0;
	*length = i;
	return status_make(numbers[0], numbers[1], numbers[2]);
}

/* Is all white space of the text, which neither begins nor ends with it, single blanks? */
static bool
has_single_blanks(Slice text)
{
	size_t		i = 0;

	for (; i + 17 <= text.n; i += 16)
	{
		Bytes16		bytes = bytes16_load(text.p + i);
		Bytes16		next = bytes16_load(text.p + i + 1);

		/* what is below the blank gets a closer look */
		if (bytes16_any((Bytes16) (bytes < ' ') | ((Bytes16) (bytes == ' ') & (Bytes16) (next <= ' '))))
			break;
	}
	for (; i < text.n; i++)
	{
		if (ascii_is_space(text.p[i]) &&
			(text.p[i] != ' ' || (i + 1 < text.n && ascii_is_space(text.p[i + 1]))))
			return false;
	}
	return true;
}

/* "550-..." at the start or behind "smtp;" */
static bool
has_continued_code(Slice text)
{
	for (size_t i = slice_find(text, '-', 3); i != SLICE_NPOS; i = slice_find(text, '-', i + 1))
	{
		if (ascii_is_digit(text.p[i - 1]) && ascii_is_digit(text.p[i - 2]) && ascii_is_digit(text.p[i - 3]) &&
			(i == 3 || text.p[i - 4] == ';' || text.p[i - 4] == ':'))
			return true;
	}
	return false;
}

/* Bytes up to the next white space, or up to and with the next ';' or ':'. */
static size_t
word_rest(Slice s)
{
	size_t		n = 0;

	for (; n + 16 <= s.n; n += 16)
	{
		Bytes16		bytes = bytes16_load(s.p + n);
		uint32_t	ends = bytes16_mask((Bytes16) (bytes <= ' ') | (Bytes16) (bytes == ';') | (Bytes16) (bytes == ':'));

		if (ends != 0)
		{
			n += bits_first(ends);
			break;
		}
	}
	/* a control character does not end it */
	while (n < s.n && !ascii_is_space(s.p[n]))
	{
		if (s.p[n] == ';' || s.p[n] == ':')
			return n + 1;
		n++;
	}
	return n;
}

/*
 * White space folded, "NNN-" and "NNN-x.y.z" of further lines of a reply
 * removed.  A line end stays one '\n': a reply may begin behind it.
 */
static Slice
fold_lines(Arena *arena, Slice text)
{
	char	   *out;
	size_t		n = 0;
	char		code[3] = {0};

	text = slice_trim(text);
	text = ARENA_BOUNDED(arena, text, REPLY_BYTES);
	if (has_single_blanks(text) && !has_continued_code(text))
		return text;
	out = arena_alloc(arena, text.n + 1);
	if (out == NULL)
		return text;
	for (size_t i = 0; i < text.n; i++)
	{
		char		c = text.p[i];
		bool		line_start = n == 0 || out[n - 1] == ' ' || out[n - 1] == '\n';
		bool		begins = line_start || out[n - 1] == ';' || out[n - 1] == ':';	/* "smtp;550-5.7.1" */

		if (ascii_is_space(c))
		{
			bool		line_end = c == '\n' || c == '\r';

			if (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\n'))
			{
				if (line_end)
					out[n - 1] = '\n';
			}
			else
				out[n++] = line_end ? '\n' : ' ';
			continue;
		}
		/* RFC 5321 4.2.1: each line of a multi-line reply repeats the code, and most hosts the enhanced one */
		if (begins && i + 3 < text.n && (text.p[i + 3] == '-' || text.p[i + 3] == ' ') &&
			(c == '2' || c == '4' || c == '5') && ascii_is_digit(text.p[i + 1]) && ascii_is_digit(text.p[i + 2]))
		{
			if (code[0] && memcmp(text.p + i, code, 3) == 0)
			{
				size_t		length;

				i += 4;
				while (i < text.n && text.p[i] == ' ')
					i++;
				if (i < text.n && status_read(slice(text.p + i, text.n - i), &length) != 0)
					i += length;
				while (i < text.n && text.p[i] == ' ')
					i++;
				i--;
				/* the line goes on with the sentence */
				if (n > 0)
					out[n - 1] = ' ';
				continue;
			}
			if (text.p[i + 3] == '-')
				memcpy(code, text.p + i, 3);
		}
		out[n++] = c;
		/* the rest of the word, as far as no code can begin in it */
		if (c != ';' && c != ':')
		{
			size_t		rest = word_rest(slice(text.p + i + 1, text.n - i - 1));

			memcpy(out + n, text.p + i + 1, rest);
			n += rest;
			i += rest;
		}
	}
	return slice_trim(slice(out, n));
}

/* The same on one line. */
static Slice
one_line(Arena *arena, Slice text)
{
	char	   *out;

	if (text.n == 0 || memchr(text.p, '\n', text.n) == NULL)
		return text;
	out = arena_alloc(arena, text.n);
	if (out == NULL)
		return text;
	memcpy(out, text.p, text.n);
	for (char *end = out; (end = memchr(end, '\n', text.n - (size_t) (end - out))) != NULL;)
		*end++ = ' ';
	return slice(out, text.n);
}

/*
 * qmail-send's log writes a reply on one line without blanks, as
 * "delivery 42: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_...":
 * white space is "_", a line end "/".
 */
static Slice
without_qmail_log(Arena *arena, Slice s)
{
	size_t		at = slice_find(s, '_', 0) == SLICE_NPOS ? SLICE_NPOS : slice_find_nocase(s, SLICE_LIT("delivery "), 0);
	size_t		start;
	Slice		logged;
	char	   *out;

	if (at == SLICE_NPOS)
		return s;
	start = at + 9;
	while (start < s.n && ascii_is_digit(s.p[start]))
		start++;
	if (slice_starts_nocase(slice(s.p + start, s.n - start), SLICE_LIT(": failure: ")))
		start += 11;
	else if (slice_starts_nocase(slice(s.p + start, s.n - start), SLICE_LIT(": deferral: ")))
		start += 12;
	else
		return s;
	logged = slice_trim(slice(s.p + start, s.n - start));
	if (logged.n == 0 || slice_find(logged, ' ', 0) != SLICE_NPOS || slice_find(logged, '_', 0) == SLICE_NPOS)
		return s;
	out = arena_alloc(arena, logged.n);
	if (out == NULL)
		return s;
	for (size_t i = 0; i < logged.n; i++)
	{
		char		before = i > 0 ? logged.p[i - 1] : '_';
		char		behind = i + 1 < logged.n ? logged.p[i + 1] : '\0';

		out[i] = logged.p[i];
		if (logged.p[i] == '_')
			out[i] = ' ';
		/* the others belong to paths and addresses of pages */
		else if (logged.p[i] == '/' && (behind == '\0' || before == '.' || before == ',' || (behind >= 'A' && behind <= 'Z')))
			out[i] = '\n';
	}
	return slice_trim(slice(out, logged.n));
}

/* The first place from 'i' on where the digits of a reply code stand: [245][0-7][0-9]; of s.n when there is none. */
static size_t
next_digits(Slice s, size_t i)
{
	for (; i + 18 <= s.n; i += 16)
	{
		Bytes16		first = bytes16_load(s.p + i);
		Bytes16		second = bytes16_load(s.p + i + 1) - '0';
		Bytes16		third = bytes16_load(s.p + i + 2) - '0';
		uint32_t	hits = bytes16_mask((Bytes16) ((first == '2') | (first == '4') | (first == '5')) &
										(Bytes16) (second <= 7) & (Bytes16) (third <= 9));

		if (hits != 0)
			return i + bits_first(hits);
	}
	for (; i + 3 <= s.n; i++)
	{
		if ((s.p[i] == '2' || s.p[i] == '4' || s.p[i] == '5') && s.p[i + 1] >= '0' && s.p[i + 1] <= '7' &&
			ascii_is_digit(s.p[i + 2]))
			return i;
	}
	return s.n;
}

/* Do the digits at i stand as a reply code? */
static bool
is_code_at(Slice s, size_t i)
{
	char		before = i > 0 ? s.p[i - 1] : ' ';
	char		behind = i + 3 < s.n ? s.p[i + 3] : ' ';
	size_t		length;

	if (ascii_is_alnum(before) || before == '.' || before == '-' || before == '/' || before == '_' ||
		(before == '[' && behind != ' '))
		return false;
	/* with nothing behind it, "unknown mailer error 255" and "localhost:443" hold numbers, not replies; "(reason: 255)" neither */
	if (i > 0 && i + 3 == s.n && (s.p[i] == '2' || before == ':'))
		return false;
	if (s.p[i] == '2' && behind == ')')
		return false;
	/* wrapped before the enhanced code */
	if (behind == '\n' && i + 4 < s.n && status_read(slice(s.p + i + 4, s.n - i - 4), &length) != 0)
		return true;
	/* "refused to talk to me: 554" and its words in the next line */
	if (behind == '\n')
		return s.p[i] != '2' && before != ':';
	return behind == ' ' || behind == '-' || behind == ':' || behind == ',' || behind == '\'' ||
		behind == '"' || behind == '>' || behind == ';' || behind == ')' || behind == '<';
}

/* Does what stands before i announce a reply? */
static bool
is_announced(Slice s, size_t i)
{
	static const Slice words[] = {
		SLICE_LIT("said"), SLICE_LIT("with"), SLICE_LIT("returned"), SLICE_LIT("error"),
		SLICE_LIT("code"), SLICE_LIT("reply"), SLICE_LIT("response"), SLICE_LIT("smtp"),
		SLICE_LIT("responsecode"), SLICE_LIT("failed"), SLICE_LIT("..."),
		/* the stage at which it was given: "RCPT 550 ...", "DATA closing 554 ..." */
		SLICE_LIT("rcpt"), SLICE_LIT("mail"), SLICE_LIT("data"), SLICE_LIT("closing"), SLICE_LIT("ehlo"), SLICE_LIT("helo"),
	};

	bool		refusal = s.p[i] != '2';

	if (i > 0 && s.p[i - 1] == '\n')
		return true;
	/* IronPort: "5.3.0 - Other mail system problem 550-'no such user'" */
	if (i + 4 < s.n && s.p[i + 3] == '-' && (s.p[i + 4] == '\'' || s.p[i + 4] == '"'))
		return true;
	while (i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == '\'' || s.p[i - 1] == '"' || s.p[i - 1] == '#'))
		i--;
	if (i == 0)
		return true;
	if (strchr(":;>(=<[", s.p[i - 1]) != NULL)
		return true;
	/* "[192.0.2.1], 550 ..."; and U+FF1A FULLWIDTH COLON */
	if ((i > 1 && s.p[i - 1] == ',' && (s.p[i - 2] == ']' || s.p[i - 2] == ')')) ||
		(i > 2 && memcmp(s.p + i - 3, "\xef\xbc\x9a", 3) == 0))
		return true;
	/* "SERVER 3550 (000B09AA) 550 ...", "mx.example.com [192.0.2.1] 550 ..." */
	if ((s.p[i - 1] == ')' || s.p[i - 1] == ']') && refusal)
		return true;
	for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
	{
		if (slice_ends_nocase(slice(s.p, i), words[k]))
			return true;
	}
	/* a log's line: "mx.example.com:25 jdoe@example.com 550 No such user" */
	for (size_t k = i; refusal && k > 0 && s.p[k - 1] != ' '; k--)
	{
		if (s.p[k - 1] == '@')
			return true;
	}
	return false;
}

/* "... sender address rejected: undeliverable address: host x said: 550": what follows is about the sender. */
#define SENDER_WORDS_BYTES 19	/* the longest that is looked for */

static bool
is_about_sender(Slice s)
{
	return slice_find_nocase(s, SLICE_LIT("sender"), 0) != SLICE_NPOS ||
		slice_find_nocase(s, SLICE_LIT("verification failed"), 0) != SLICE_NPOS;
}

/* Reads code and enhanced code at i; returns false when a mere number stands there. */
static bool
read_code(Slice s, size_t i, Reply *reply)
{
	size_t		k = i + 3;
	size_t		length;
	int			code = (s.p[i] - '0') * 100 + (s.p[i + 1] - '0') * 10 + (s.p[i + 2] - '0');

	while (k < s.n && k < i + 8 && strchr(" \n-:'\"#(<[,", s.p[k]) != NULL)
		k++;
	reply->status = k < s.n ? status_read(slice(s.p + k, s.n - k), &length) : 0;
	if (reply->status != 0)
		reply->status_text = slice(s.p + k, length);
	else
	{
		/* "550 MB", "450 seconds": no reply */
		static const Slice units[] = {
			SLICE_LIT("mb"), SLICE_LIT("kb"), SLICE_LIT("gb"), SLICE_LIT("bytes"), SLICE_LIT("seconds"),
			SLICE_LIT("minutes"), SLICE_LIT("hours"), SLICE_LIT("times"), SLICE_LIT("attempts"),
		};

		for (size_t u = 0; i > 0 && k < s.n && u < sizeof(units) / sizeof(units[0]); u++)
		{
			if (slice_starts_nocase(slice(s.p + k, s.n - k), units[u]) &&
				(k + units[u].n >= s.n || !ascii_is_alpha(s.p[k + units[u].n])))
				return false;
		}
		reply->status_text = SLICE_NONE;
	}
	/* "550 2.1.5 unknown": a class that contradicts the code tells nothing (RFC 3463 2) */
	if (reply->status != 0 && (status_class(reply->status) == 2) != (code < 300))
	{
		reply->status = 0;
		reply->status_text = SLICE_NONE;
	}
	reply->code = code;
	return true;
}

/* An enhanced code that stands without a reply code: "(#5.1.1)", "5.4.1 Recipient ...". */
static void
find_status(Reply *reply)
{
	Slice		s = reply->words;

	for (size_t dot = slice_find(s, '.', 1); dot != SLICE_NPOS && dot + 4 <= s.n; dot = slice_find(s, '.', dot + 1))
	{
		size_t		i = dot - 1;
		size_t		length;
		uint32_t	status;

		if (!ascii_is_digit(s.p[i]) || (i > 0 && strchr(" \n#([:;<>'\"=,-", s.p[i - 1]) == NULL))
			continue;
		status = status_read(slice(s.p + i, s.n - i), &length);
		/* a failure of the sender's address, quoted; "(#5.7.1)" is qmail's own code, whatever it speaks of */
		if (status != 0 && reply->code != 0 && !(i > 0 && s.p[i - 1] == '#') && is_about_sender(slice(s.p, i)))
			return;
		if (status != 0 && (reply->code == 0 || (status_class(status) == 2) == (reply->code < 300)))
		{
			reply->status = status;
			reply->status_text = slice(s.p + i, length);
			return;
		}
	}
}

/* The host name that ends at 'end' and has white space or a bracket before it. */
static Slice
host_before(Slice s, size_t end)
{
	size_t		start;
	Slice		name;

	while (end > 0 && ascii_is_space(s.p[end - 1]))
		end--;
	for (start = end; start > 0 && !ascii_is_space(s.p[start - 1]) && s.p[start - 1] != '<';)
		start--;
	name = slice(s.p + start, end - start);
	return address_is_domain(name) && slice_find(name, '.', 0) != SLICE_NPOS ? name : SLICE_NONE;
}

/*
 * Exchange: "<mx.example.com #5.1.1 smtp;550 ...>",
 * "[LastAttemptedServerName=mx.example.com]".
 */
static Slice
exchange_host(Slice whole, size_t preface)
{
	Slice		s = slice(whole.p, preface);
	size_t		at = slice_find(s, ';', 0) == SLICE_NPOS ? SLICE_NPOS : slice_find_nocase(s, SLICE_LIT(" smtp;"), 0);
	Slice		name;

	if (at != SLICE_NPOS)
	{
		size_t		hash = at;

		while (hash > 0 && at - hash < 12 && s.p[hash] != '#')
			hash--;
		if (s.p[hash] == '#' && hash > 0 && (name = host_before(s, hash)).n > 0)
			return name;
	}
	at = slice_find(whole, '[', 0);
	if (at != SLICE_NPOS)
		at = slice_find_nocase(whole, SLICE_LIT("[LastAttemptedServerName="), at);
	if (at != SLICE_NPOS)
	{
		size_t		end = slice_find(whole, ']', at);

		if (end != SLICE_NPOS && address_is_domain(slice(whole.p + at + 25, end - at - 25)))
			return slice(whole.p + at + 25, end - at - 25);
	}
	return SLICE_NONE;
}

/*
 * "mx.example.com [192.0.2.1] did not like our RCPT TO:" (dma), "From: <a@b>
 * RCPT: <c@d> 192.0.2.1 does not like recipient." (qmail, patched).
 */
static Slice
disliking_host(Slice s)
{
	size_t		end = slice_find_nocase(s, SLICE_LIT(" not like "), 0);
	size_t		start;

	if (end == SLICE_NPOS)
		return SLICE_NONE;
	end = slice_find_nocase(s, SLICE_LIT(" did not like our "), 0);
	if (end == SLICE_NPOS)
		end = slice_find_nocase(s, SLICE_LIT(" does not like "), 0);
	if (end == SLICE_NPOS)
		return SLICE_NONE;
	if (end > 0 && s.p[end - 1] == ']')
	{
		while (end > 0 && s.p[end - 1] != '[')
			end--;
		while (end > 0 && (s.p[end - 1] == '[' || s.p[end - 1] == ' '))
			end--;
	}
	for (start = end; start > 0 && !ascii_is_space(s.p[start - 1]);)
		start--;
	return address_is_domain(slice(s.p + start, end - start)) ? slice(s.p + start, end - start) : SLICE_NONE;
}

/* Words that lead to a host, the most telling first; each ends with the blank before it. */
static const Slice host_leads[] = {
	SLICE_LIT("host "), SLICE_LIT("connect to "), SLICE_LIT("connection with "),
	SLICE_LIT("conversation with "), SLICE_LIT("connected to "), SLICE_LIT("remote delivery to "),
	SLICE_LIT("server "), SLICE_LIT("host: "), SLICE_LIT("talking to "), SLICE_LIT("timed out with "),
	SLICE_LIT("refused by "), SLICE_LIT("reset by "),
	/* German, French, Spanish and Portuguese, Polish, Czech */
	SLICE_LIT("servers "), SLICE_LIT("serveur "), SLICE_LIT("servidor "), SLICE_LIT("serwera "), SLICE_LIT("serveru "),
	/* Gmail until 2016: "... for the recipient domain example.com by mx.example.com. [192.0.2.1]." */
	SLICE_LIT("by "),
};

#define HOST_LEADS (sizeof(host_leads) / sizeof(host_leads[0]))

/* May a lead end in these two letters and a blank?  Tells most words apart at once. */
static bool
ends_lead(char a, char b)
{
	switch ((unsigned char) ascii_lower(a) << 8 | (unsigned char) ascii_lower(b))
	{
		case 's' << 8 | 't':
		case 't' << 8 | 'o':
		case 't' << 8 | 'h':
		case 'e' << 8 | 'r':
		case 't' << 8 | ':':
		case 'b' << 8 | 'y':
		case 'r' << 8 | 's':
		case 'u' << 8 | 'r':
		case 'o' << 8 | 'r':
		case 'r' << 8 | 'a':
		case 'r' << 8 | 'u':
			return true;
		default:
			return false;
	}
}

/* The host name that stands at 'start', with the marks before it that people put there. */
static Slice
led_host(Slice s, size_t start, bool needs_address)
{
	size_t		end;
	bool		addressed;		/* its address follows in brackets */
	Slice		name;

	if (start < s.n && (s.p[start] == '<' || s.p[start] == '(' || s.p[start] == '['))
		start++;
	end = start;
	while (end < s.n && (ascii_is_alnum(s.p[end]) || s.p[end] == '.' || s.p[end] == '-' || s.p[end] == '_'))
		end++;
	addressed = end + 1 < s.n && s.p[end] == ' ' && s.p[end + 1] == '[';
	while (end > start && s.p[end - 1] == '.')
		end--;
	name = slice(s.p + start, end - start);
	if (!address_is_domain(name) || slice_find(name, '.', 0) == SLICE_NPOS || (needs_address && !addressed))
		return SLICE_NONE;
	return name;
}

/* The host behind the most telling words that lead to one. */
static Slice
host_behind_lead(Slice s)
{
	size_t		best = HOST_LEADS;
	Slice		host = SLICE_NONE;

	for (size_t blank = slice_find(s, ' ', 2); blank != SLICE_NPOS; blank = slice_find(s, ' ', blank + 1))
	{
		if (!ends_lead(s.p[blank - 2], s.p[blank - 1]))
			continue;
		for (size_t k = 0; k < best; k++)
		{
			size_t		n = host_leads[k].n;
			size_t		at = blank + 1 - n;
			Slice		found;

			if (n > blank + 1 || !slice_starts_nocase(slice(s.p + at, n), host_leads[k]) ||
				(at > 0 && ascii_is_alnum(s.p[at - 1])))
				continue;
			/* the shortest says little by itself */
			found = led_host(s, blank + 1, n <= 3);
			if (found.n > 0)
			{
				best = k;
				host = found;
			}
		}
	}
	return host;
}

/* The host that the preface before the reply names. */
static void
find_rhost(Reply *reply, size_t preface)
{
	Slice		s = slice(reply->whole.p, preface);
	size_t		offset = 0;
	Slice		ip;

	reply->rhost = exchange_host(reply->whole, preface);
	/* qmail: "192.0.2.1 does not like recipient." */
	if (reply->rhost.n == 0 && s.n > 0 && (ascii_is_digit(s.p[0]) || (ascii_lower(s.p[0]) >= 'a' && ascii_lower(s.p[0]) <= 'f') || s.p[0] == ':') &&
		address_find_ip(slice(s.p, s.n < 48 ? s.n : 48), &offset, &ip) && ip.p == s.p)
		reply->rhost = ip;
	if (reply->rhost.n == 0)
		reply->rhost = disliking_host(s);
	if (reply->rhost.n == 0)
		reply->rhost = host_behind_lead(s);
}

/* Cuts what the reporting host put behind the reply: "(in reply to RCPT TO command)", closing quotes. */
static Slice
without_suffix(Slice s)
{
	static const Slice suffixes[] = {
		SLICE_LIT("(in reply to "), SLICE_LIT("Giving up on "), SLICE_LIT("> #SMTP#"),
	};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
	{
		size_t		at = slice_find_nocase(s, suffixes[i], 0);

		if (at != SLICE_NPOS && at > 0)
			s.n = at;
	}
	s = slice_trim(s);
	if (s.n > 0 && (s.p[s.n - 1] == '\'' || s.p[s.n - 1] == '"') &&
		memchr(s.p, s.p[s.n - 1], s.n - 1) == NULL)
		s.n--;
	while (s.n >= 2 && s.p[s.n - 1] == '#')
		s.n--;
	return slice_trim(s);
}

void
reply_read(Arena *arena, Slice text, Reply *reply)
{
	size_t		found = SLICE_NPOS;
	size_t		searched = 0;
	Slice		s;

	memset(reply, 0, sizeof(*reply));
	s = fold_lines(arena, without_qmail_log(arena, text));
	reply->folded = reply->whole = s;
	for (size_t i = next_digits(s, 0); i < s.n; i = next_digits(s, i + 1))
	{
		Reply		candidate;

		if (!is_code_at(s, i))
			continue;
		candidate = *reply;
		/* "421 4.3.0 upstream error (421)": mentioned, not said */
		if (found != SLICE_NPOS && s.p[i - 1] == '(' && i + 3 < s.n && s.p[i + 3] == ')')
			continue;
		if (i > 0 && !is_announced(s, i))
		{
			/* in the middle of a sentence only an enhanced code makes it a reply, or the greeting before it */
			if ((found != SLICE_NPOS && reply->code >= 300) || !read_code(s, i, &candidate) || candidate.status == 0)
				continue;
		}
		else if (!read_code(s, i, &candidate))
			continue;
		if (found != SLICE_NPOS)
		{
			/* only what was not searched before, and the end of that: a word may stand across */
			size_t		from = searched > found + SENDER_WORDS_BYTES ? searched - SENDER_WORDS_BYTES : found;

			if (is_about_sender(slice(s.p + from, i - from)))
				break;
			searched = i;
		}
		/* a 2yz inside a refusal is quoted history; a reply on a line of its own sums up what stands before */
		if (found != SLICE_NPOS && (candidate.code < 400 || (s.p[i - 1] == '\n' && reply->code >= 400)))
			continue;
		*reply = candidate;
		found = i;
		i += 2;
	}
	reply->words = found == SLICE_NPOS ? s : slice(s.p + found, s.n - found);
	reply->words = without_suffix(reply->words);
	reply->preface = slice_between(s.p, reply->words.n ? reply->words.p : s.p);
	reply->suffix = reply->words.n ? slice_between(reply->words.p + reply->words.n, s.p + s.n) : SLICE_NONE;
	reply->words = one_line(arena, reply->words);
	if (reply->status == 0)
		find_status(reply);
	find_rhost(reply, found == SLICE_NPOS ? s.n : found);
	reply->whole = one_line(arena, reply->whole);
}
