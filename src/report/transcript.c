/*
 * transcript.c
 *	  Transcripts of SMTP sessions inside reports.
 */
#include "mail/address.h"
#include "mail/limits.h"
#include "report/transcript.h"

const char *
transcript_verb(Slice line)
{
	static const struct
	{
		Slice		word;
		const char *verb;
	}			verbs[] = {
		{SLICE_LIT("RCPT"), "RCPT"}, {SLICE_LIT("MAIL"), "MAIL"}, {SLICE_LIT("DATA"), "DATA"},
		{SLICE_LIT("BDAT"), "DATA"}, {SLICE_LIT("EHLO"), "EHLO"}, {SLICE_LIT("HELO"), "HELO"},
		{SLICE_LIT("LHLO"), "LHLO"}, {SLICE_LIT("STARTTLS"), "STARTTLS"}, {SLICE_LIT("AUTH"), "AUTH"},
		{SLICE_LIT("QUIT"), "QUIT"}, {SLICE_LIT("RSET"), "RSET"},
	};

	if (line.n == 1 && line.p[0] == '.')
		return "DATA";
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
	{
		size_t		n = verbs[i].word.n;

		if (slice_starts_nocase(line, verbs[i].word) &&
			(line.n == n || !ascii_is_alnum(line.p[n])))
			return verbs[i].verb;
	}
	return NULL;
}

/* "Sent >>> RCPT TO:<x>", "Received <<< 550 ...", and with the arrows the other way. */
bool
transcript_names_side(Slice line)
{
	static const Slice sides[] = {
		SLICE_LIT("Sent <<< "), SLICE_LIT("Sent >>> "), SLICE_LIT("Received <<< "), SLICE_LIT("Received >>> "),
	};

	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++)
	{
		if (slice_starts_nocase(line, sides[i]))
			return true;
	}
	return false;
}

/* Cuts MDaemon's time stamp and both kinds of arrows; '<', '>' or 0 for the side that speaks. */
static char
side_of(Slice *line)
{
	size_t		look = line->n < 64 ? line->n : 64;

	if (slice_starts_nocase(*line, SLICE_LIT("<<<")) || slice_starts_nocase(*line, SLICE_LIT(">>>")))
	{
		char		side = line->p[0];

		*line = slice_trim(slice(line->p + 3, line->n - 3));
		return side;
	}
	/* InterScan turns the arrows round in some versions, but names the sides */
	if (transcript_names_side(*line))
	{
		char		side = line->p[0] == 'S' || line->p[0] == 's' ? '>' : '<';
		size_t		cut = side == '>' ? 8 : 12;

		*line = slice_trim(slice(line->p + cut, line->n - cut));
		return side;
	}
	/* Postfix tells its postmaster what it was told and what it answered */
	if (slice_starts_nocase(*line, SLICE_LIT("In: ")) || slice_starts_nocase(*line, SLICE_LIT("Out: ")))
	{
		char		side = line->p[0] == 'I' || line->p[0] == 'i' ? '>' : '<';
		size_t		cut = side == '>' ? 4 : 5;

		*line = slice_trim(slice(line->p + cut, line->n - cut));
		return side;
	}
	for (size_t i = 0; i + 3 <= look; i++)
	{
		if (line->p[i] == '<' && line->p[i + 1] == '-' && line->p[i + 2] == '-')
		{
			*line = slice_trim(slice(line->p + i + 3, line->n - i - 3));
			return '<';
		}
		if (line->p[i] == '-' && line->p[i + 1] == '-' && line->p[i + 2] == '>')
		{
			*line = slice_trim(slice(line->p + i + 3, line->n - i - 3));
			return '>';
		}
	}
	return '\0';
}

static bool
is_refusal(Slice line)
{
	return line.n >= 3 && (line.p[0] == '4' || line.p[0] == '5') && ascii_is_digit(line.p[1]) &&
		ascii_is_digit(line.p[2]) && (line.n == 3 || line.p[3] == ' ' || line.p[3] == '-');
}

static Slice
address_in(Arena *arena, Slice line)
{
	/* "Too many hops 26 (25 max): from <sender> via localhost, to <a@b>" */
	size_t		to = slice_find_nocase(line, SLICE_LIT(", to <"), 0);
	size_t		offset = to != SLICE_NPOS ? to : 0;
	size_t		start;
	Slice		found;

	if (address_find(line, &offset, &start, &found))
		return address_clean(arena, found, true);
	return SLICE_NONE;
}

/* Two lines as one text; the first alone when it has grown too long. */
static Slice
join(Arena *arena, Slice first, Slice second)
{
	char	   *joined;

	if (first.n + second.n + 1 > LIMIT_REPLY_BYTES)
		return first;
	joined = arena_alloc(arena, first.n + second.n + 1);
	if (joined == NULL)
		return first;
	memcpy(joined, first.p, first.n);
	joined[first.n] = '\n';
	memcpy(joined + first.n + 1, second.p, second.n);
	return slice(joined, first.n + 1 + second.n);
}

/* Puts a line below the words of a refusal, which nearly always have the room: all their lines must not be copied for each. */
static void
append(Arena *arena, Refusal *refusal, Slice line)
{
	size_t		n = refusal->words.n + 1 + line.n;
	char	   *words = (char *) refusal->words.p;

	if (n > LIMIT_REPLY_BYTES)
	{
		arena_meet(arena, BOUND_REPLY_BYTES);
		return;
	}
	if (n > refusal->room)
	{
		words = arena_alloc(arena, 2 * n);
		if (words == NULL)
			return;
		memcpy(words, refusal->words.p, refusal->words.n);
		refusal->room = 2 * n;
	}
	words[refusal->words.n] = '\n';
	memcpy(words + refusal->words.n + 1, line.p, line.n);
	refusal->words = slice(words, n);
}

/* Appends a further line of a multi-line reply to the last refusal. */
static void
extend(Transcript *transcript, Slice line)
{
	Refusal    *last = &transcript->refusals[transcript->count - 1];

	if (++last->lines > LIMIT_REFUSAL_LINES)
	{
		arena_meet(transcript->arena, BOUND_REFUSAL_LINES);
		return;
	}
	append(transcript->arena, last, line);
	if (last->address.n == 0)
		last->address = address_in(transcript->arena, line);
}

/* Sendmail's own word for a class of reply codes (EX_NOUSER, EX_UNAVAILABLE, EX_PROTOCOL, EX_DATAERR, EX_NOPERM): it adds nothing. */
static bool
sums_up(Slice line)
{
	static const Slice words[] = {
		SLICE_LIT("... User unknown"), SLICE_LIT("... Service unavailable"), SLICE_LIT("... Remote protocol error"),
		SLICE_LIT("... Data format error"), SLICE_LIT("... Insufficient permission"),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (slice_ends_nocase(line, words[i]))
			return true;
	}
	return false;
}

/*
 * "550 5.1.2 <a@b>... Host unknown (Name server: b: host not found)": what
 * Sendmail found out without asking a mail server, so that no server's reply
 * is the cause.
 */
static bool
tells_own_cause(Slice words)
{
	static const Slice causes[] = {
		SLICE_LIT("Host unknown (Name server: "), SLICE_LIT("Name server: "), SLICE_LIT("Deferred: Name server"),
		SLICE_LIT("Deferred: Connection "), SLICE_LIT("Deferred: No route"), SLICE_LIT("Deferred: Operation timed out"),
	};

	if (is_refusal(words))
		return true;
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
	{
		if (slice_starts_nocase(words, causes[i]))
			return true;
	}
	return false;
}

static void
add(Transcript *transcript, Slice line, bool local)
{
	Refusal    *refusal;

	if (transcript->count >= LIMIT_REFUSALS)
	{
		arena_meet(transcript->arena, BOUND_REFUSALS);
		return;
	}
	refusal = arena_grow(transcript->arena, transcript->refusals, transcript->count, &transcript->allocated, sizeof(Refusal));
	if (refusal == NULL)
		return;
	transcript->refusals = refusal;
	refusal = &transcript->refusals[transcript->count++];
	refusal->words = line;
	refusal->room = 0;
	refusal->lines = 1;
	refusal->local = local;
	refusal->own_cause = false;
	refusal->quotes = false;
	refusal->deferred = false;
	refusal->output = local ? transcript->output : SLICE_NONE;
	refusal->rhost = transcript->rhost;
	refusal->command = transcript->command;
	refusal->address = address_in(transcript->arena, line);
	if (local)
	{
		size_t		dots = slice_find_nocase(line, SLICE_LIT("... "), 0);

		refusal->command = NULL;
		refusal->rhost = SLICE_NONE;
		transcript->summed_up = transcript->count > 1 && !refusal[-1].local && sums_up(line);
		/* before any server was talked to, or by what it says */
		refusal->own_cause = dots != SLICE_NPOS &&
			((transcript->rhost.n == 0 && transcript->command == NULL && refusal->address.n > 0) ||
			 tells_own_cause(slice(line.p + dots + 4, line.n - dots - 4)));
		/* what the delivery program has just printed says more than "554 <x>... Service unavailable" */
		if (refusal->output.n > 0)
			refusal->words = join(transcript->arena, line, refusal->output);
		/* and that sums up, too, what the remote host has just said to all */
		if (transcript->count > 1 && !refusal[-1].local && refusal[-1].address.n == 0 &&
			refusal->address.n > 0)
		{
			/* "User unknown" it says of any 550, also where the host spoke of something else */
			refusal->words = sums_up(line) ? refusal[-1].words : join(transcript->arena, refusal[-1].words, line);
			refusal->command = refusal[-1].command;
			refusal->rhost = refusal[-1].rhost;
			refusal->quotes = sums_up(line);
		}
	}
	else if (transcript->command && strcmp(transcript->command, "RCPT") == 0)
	{
		/* the reply may name somebody else: "551 please try <c@d>" */
		if (refusal->address.n == 0 || (transcript->open == 1 && transcript->rcpt.n > 0))
			refusal->address = transcript->rcpt;
	}
	else if (transcript->command && strcmp(transcript->command, "MAIL") == 0)
		refusal->address = SLICE_NONE;	/* the sender's */
}

/* "mail.local: /var/mail/x: Disc quota exceeded": a program speaks, not Sendmail itself. */
static bool
is_output(Slice line)
{
	size_t		colon = slice_find(slice(line.p, line.n < 40 ? line.n : 40), ':', 0);

	return colon != SLICE_NPOS && colon > 0 && colon + 1 < line.n && line.p[colon + 1] == ' ' &&
		slice_find(slice(line.p, colon), '@', 0) == SLICE_NPOS && slice_find(slice(line.p, colon), ' ', 0) == SLICE_NPOS &&
		!slice_starts_nocase(line, SLICE_LIT("Warning:"));
}

/*
 * RFC 2920: with PIPELINING the answers to RCPT come behind ">>> DATA"; then
 * the one to DATA says that no recipient is left: "503 5.0.0 Need RCPT".
 */
static bool
is_for_want_of_recipients(const Transcript *transcript, Slice line)
{
	return transcript->command && strcmp(transcript->command, "DATA") == 0 &&
		slice_starts_nocase(line, SLICE_LIT("503")) && slice_find_nocase(line, SLICE_LIT("rcpt"), 0) != SLICE_NPOS;
}

/* The refusals since the last command were answers to RCPT. */
static void
answered_recipients(Transcript *transcript)
{
	for (size_t i = transcript->since_command; i < transcript->count; i++)
	{
		/* the local host's own verdicts have none */
		if (transcript->refusals[i].command)
			transcript->refusals[i].command = "RCPT";
	}
	transcript->in_reply = false;
}

void
transcript_line(Transcript *transcript, Slice line)
{
	char		side;
	bool		incoming;		/* Postfix tells its postmaster what others wanted to deliver here */
	size_t		at;

	transcript->summed_up = false;
	line = ARENA_BOUNDED(transcript->arena, line, REPLY_BYTES);
	at = slice_find_nocase(slice(line.p, line.n < 40 ? line.n : 40), SLICE_LIT("while talking to "), 0);
	if (at != SLICE_NPOS)
	{
		size_t		n = 0;
		Slice		host = slice(line.p + at + 17, line.n - at - 17);

		while (n < host.n && (ascii_is_alnum(host.p[n]) || host.p[n] == '.' || host.p[n] == '-' || host.p[n] == '_'))
			n++;
		while (n > 0 && host.p[n - 1] == '.')
			n--;
		transcript->rhost = slice(host.p, n);
		transcript->open = 0;
		transcript->in_reply = false;
		transcript->command = NULL;
		transcript->output = SLICE_NONE;
		return;
	}
	incoming = slice_starts_nocase(line, SLICE_LIT("In: "));
	side = side_of(&line);
	if (side != '\0')
		transcript->output = SLICE_NONE;
	if (side == '>')
	{
		const char *verb = transcript_verb(line);

		if (verb)
		{
			transcript->command = verb;
			transcript->since_command = transcript->count;
		}
		if (verb && strcmp(verb, "RCPT") == 0)
		{
			transcript->rcpt = address_in(transcript->arena, line);
			transcript->recipients += !incoming;
			transcript->open++;
		}
		else if (verb)
			transcript->open = 0;
		transcript->in_reply = false;
		return;
	}
	if (side == '<' && is_for_want_of_recipients(transcript, line))
	{
		answered_recipients(transcript);
		return;
	}
	if (is_refusal(line))
	{
		if (side == '<' && transcript->in_reply && transcript->count > 0)
			extend(transcript, line);
		else
			add(transcript, line, side == '\0');
		if (side == '<' && (line.n == 3 || line.p[3] != '-') && transcript->open > 0)
			transcript->open--;
		transcript->in_reply = side == '<';
		transcript->output = SLICE_NONE;
		return;
	}
	/* "<a@b>... Deferred: Connection refused by mx.example.com." */
	if (side == '\0' && slice_find_nocase(line, SLICE_LIT("... Deferred"), 0) != SLICE_NPOS)
	{
		size_t		before = transcript->count;

		add(transcript, line, true);
		if (transcript->count > before)
		{
			transcript->refusals[before].deferred = true;
			transcript->refusals[before].words = line;
		}
	}
	if (side == '<' && line.n >= 3 && line.p[0] == '2' && (line.n == 3 || line.p[3] != '-') && transcript->open > 0)
		transcript->open--;
	transcript->in_reply = false;
	/* the lines of one program lie one behind the other */
	if (side == '\0' && is_output(line))
	{
		if (transcript->output.n == 0)
			transcript->output = line;
		else
			transcript->output = slice_between(transcript->output.p, line.p + line.n);
		transcript->output = ARENA_BOUNDED(transcript->arena, transcript->output, REPLY_BYTES);
	}
}
