/*
 * retry.c
 *	  When a reply asks to try again: "in 5 minutes", "after 00:04:50",
 *	  "in einer Stunde", "5分钟后".
 *
 * A span of time counts only in a reply that speaks of trying again, and only
 * behind a word that points forward ("in", "after") or before one ("later"):
 * "100 messages in 10 minutes" is a limit, "waited 5 days" a complaint.
 * Words of other languages are bytes of UTF-8 here; ASCII ones are compared
 * without case.
 */
#include "classify/hints.h"
#include "mail/limits.h"

typedef struct Word
{
	Slice		text;
	int64_t		value;
} Word;

/* How far before "after" a sign may stand. */
#define SIGN_BYTES 32

/* Digits of a number. */
#define RETRY_DIGITS 7

/* How units begin; one that is a single letter must be a word. */
static const Word units[] = {
	{SLICE_LIT("second"), 1}, {SLICE_LIT("sec"), 1}, {SLICE_LIT("sek"), 1}, {SLICE_LIT("seg"), 1}, {SLICE_LIT("saniye"), 1},
	{SLICE_LIT("minute"), 60}, {SLICE_LIT("min"), 60}, {SLICE_LIT("dakika"), 60},
	{SLICE_LIT("hour"), 3600}, {SLICE_LIT("hr"), 3600}, {SLICE_LIT("stunde"), 3600}, {SLICE_LIT("heure"), 3600},
	{SLICE_LIT("hora"), 3600}, {SLICE_LIT("ora"), 3600}, {SLICE_LIT("ore"), 3600}, {SLICE_LIT("uur"), 3600},
	{SLICE_LIT("uren"), 3600}, {SLICE_LIT("godzin"), 3600}, {SLICE_LIT("hodin"), 3600}, {SLICE_LIT("saat"), 3600},
	{SLICE_LIT("day"), 86400}, {SLICE_LIT("tag"), 86400}, {SLICE_LIT("jour"), 86400}, {SLICE_LIT("dia"), 86400},
	{SLICE_LIT("d\303\255a"), 86400}, {SLICE_LIT("giorn"), 86400}, {SLICE_LIT("dag"), 86400}, {SLICE_LIT("dni"), 86400},
	{SLICE_LIT("\321\201\320\265\320\272"), 1}, {SLICE_LIT("\320\274\320\270\320\275"), 60}, {SLICE_LIT("\321\207\320\260\321\201"), 3600},	/* сек, мин, час */
	{SLICE_LIT("\347\247\222"), 1}, {SLICE_LIT("\345\210\206"), 60},	/* 秒, 分 (分钟, 分鐘) */
	{SLICE_LIT("\345\260\217\346\227\266"), 3600}, {SLICE_LIT("\345\260\217\346\231\202"), 3600},	/* 小时, 小時 */
	{SLICE_LIT("\346\231\202\351\226\223"), 3600},	/* 時間 */
	{SLICE_LIT("\354\264\210"), 1}, {SLICE_LIT("\353\266\204"), 60}, {SLICE_LIT("\354\213\234\352\260\204"), 3600}, /* 초, 분, 시간 */
	{SLICE_LIT("s"), 1}, {SLICE_LIT("m"), 60}, {SLICE_LIT("h"), 3600},
};

static const Word numbers[] = {
	{SLICE_LIT("an"), 1}, {SLICE_LIT("a"), 1}, {SLICE_LIT("one"), 1}, {SLICE_LIT("two"), 2}, {SLICE_LIT("three"), 3},
	{SLICE_LIT("five"), 5}, {SLICE_LIT("ten"), 10}, {SLICE_LIT("fifteen"), 15}, {SLICE_LIT("twenty"), 20},
	{SLICE_LIT("thirty"), 30}, {SLICE_LIT("sixty"), 60}, {SLICE_LIT("einer"), 1}, {SLICE_LIT("une"), 1}, {SLICE_LIT("una"), 1},
	{SLICE_LIT("un"), 1}, {SLICE_LIT("uma"), 1},
};

/*
 * What stands before a span.  Value 1: only where no count of things stands
 * before it ("10 mails in 5 minutes"); 2: only close behind a sign ("retry
 * after", not "undelivered after 4 hours").
 */
static const Word leads[] = {
	{SLICE_LIT("in"), 1}, {SLICE_LIT("for"), 1}, {SLICE_LIT("within"), 1}, {SLICE_LIT("after"), 2}, {SLICE_LIT("wait"), 0},
	{SLICE_LIT("retry"), 0}, {SLICE_LIT("retry="), 0}, {SLICE_LIT("retry-after="), 0}, {SLICE_LIT("retry-after:"), 0}, {SLICE_LIT("least"), 0},
	{SLICE_LIT("another"), 0}, {SLICE_LIT("about"), 0}, {SLICE_LIT("approximately"), 0}, {SLICE_LIT("nach"), 0},
	{SLICE_LIT("dans"), 0}, {SLICE_LIT("apr\303\250s"), 0}, {SLICE_LIT("en"), 1}, {SLICE_LIT("dentro de"), 0},
	{SLICE_LIT("em"), 1}, {SLICE_LIT("ap\303\263s"), 0}, {SLICE_LIT("fra"), 0}, {SLICE_LIT("tra"), 0}, {SLICE_LIT("over"), 0},
	{SLICE_LIT("za"), 0}, {SLICE_LIT("po"), 0}, {SLICE_LIT("\321\207\320\265\321\200\320\265\320\267"), 0},	/* через */
};

/* What stands behind one. */
static const Slice tails[] = {
	SLICE_LIT("later"), SLICE_LIT("sonra"), SLICE_LIT("\345\220\216"), SLICE_LIT("\345\276\214"), SLICE_LIT("\355\233\204"),	/* 后, 後, 후 */
};

/* A reply that speaks of trying again has one of them. */
static const Slice signs[] = {
	SLICE_LIT("try"), SLICE_LIT("greylist"), SLICE_LIT("graylist"), SLICE_LIT("grey-list"), SLICE_LIT("wait "), SLICE_LIT("resend"),
	SLICE_LIT("come back"), SLICE_LIT("next attempt"), SLICE_LIT("send again"), SLICE_LIT("reconnect"),
	SLICE_LIT("versuch"), SLICE_LIT("essayer"), SLICE_LIT("essayez"), SLICE_LIT("int\303\251nt"), SLICE_LIT("intent"), SLICE_LIT("tente"),
	SLICE_LIT("riprov"), SLICE_LIT("pr\303\263buj"), SLICE_LIT("pon\303\263w"), SLICE_LIT("opnieuw"), SLICE_LIT("znovu"), SLICE_LIT("tekrar"),
	SLICE_LIT("\320\277\320\276\320\262\321\202\320\276\321\200"), SLICE_LIT("\320\277\320\276\320\277\321\200\320\276\320\261"),	/* повтор, попроб */
	SLICE_LIT("\321\201\320\275\320\276\320\262\320\260"),	/* снова */
	SLICE_LIT("\345\206\215"), SLICE_LIT("\351\207\215"), SLICE_LIT("\353\213\244\354\213\234"),	/* 再, 重, 다시 */
};

static bool
speaks_of_trying(Slice words)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
	{
		if (slice_find_nocase(words, signs[i], 0) != SLICE_NPOS)
			return true;
	}
	return false;
}

static size_t
skip_blanks(Slice s, size_t i)
{
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '-'))
		i++;
	return i;
}

/* Is there a unit at i?  Its seconds, and in *end where it ends; 0: none. */
static int64_t
read_unit(Slice s, size_t i, size_t *end)
{
	for (size_t k = 0; k < sizeof(units) / sizeof(units[0]); k++)
	{
		size_t		n = units[k].text.n;

		if (i > s.n || !slice_starts_nocase(slice(s.p + i, s.n - i), units[k].text) ||
			(n == 1 && i + 1 < s.n && ascii_is_alpha(s.p[i + 1])))
			continue;
		i += n;
		while (i < s.n && ascii_is_alpha(s.p[i]))
			i++;
		*end = i;
		return units[k].value;
	}
	return 0;
}

/* Reads digits at *i; false: none, or too many. */
static bool
read_number(Slice s, size_t *i, int64_t *number)
{
	size_t		start = *i;

	*number = 0;
	while (*i < s.n && ascii_is_digit(s.p[*i]) && *i - start <= RETRY_DIGITS)
		*number = *number * 10 + (s.p[(*i)++] - '0');
	return *i > start && *i - start <= RETRY_DIGITS;
}

/* The span at i: "5 minutes", "60s", "an hour", "00:04:50"; 0: none. */
static int64_t
read_span(Slice s, size_t i, size_t *end)
{
	int64_t		number;
	size_t		k = i;

	if (ascii_is_digit(s.p[i]))
	{
		int64_t		minutes;
		int64_t		seconds;

		if (!read_number(s, &k, &number))
			return 0;
		if (k < s.n && s.p[k] == ':')
		{
			k++;
			if (!read_number(s, &k, &minutes) || k >= s.n || s.p[k++] != ':' || !read_number(s, &k, &seconds))
				return 0;
			*end = k;
			return number * 3600 + minutes * 60 + seconds;
		}
		return number * read_unit(s, skip_blanks(s, k), end);
	}
	for (size_t w = 0; w < sizeof(numbers) / sizeof(numbers[0]); w++)
	{
		k = i + numbers[w].text.n;
		if (k < s.n && s.p[k] == ' ' && slice_starts_nocase(slice(s.p + i, s.n - i), numbers[w].text))
			return numbers[w].value * read_unit(s, k + 1, end);
	}
	return 0;
}

/* Does a count of things stand before: "10 messages in"? */
static bool
counts_before(Slice s)
{
	static const Slice things[] = {
		SLICE_LIT("messages"), SLICE_LIT("mails"), SLICE_LIT("connections"), SLICE_LIT("recipients"),
		SLICE_LIT("attempts"), SLICE_LIT("requests"), SLICE_LIT("times"),
	};

	s = slice_trim(s);
	for (size_t k = 0; k < sizeof(things) / sizeof(things[0]); k++)
	{
		if (slice_ends_nocase(s, things[k]))
			return true;
	}
	return false;
}

static bool
is_led(Slice before)
{
	Slice		s = slice_trim(before);

	while (s.n > 0 && (s.p[s.n - 1] == '(' || s.p[s.n - 1] == '['))
		s = slice_trim(slice(s.p, s.n - 1));
	for (size_t k = 0; k < sizeof(leads) / sizeof(leads[0]); k++)
	{
		size_t		n = leads[k].text.n;

		if (s.n >= n && slice_ends_nocase(s, leads[k].text) &&
			(s.n == n || !ascii_is_alnum(s.p[s.n - n - 1])))
		{
			Slice		rest = slice(s.p, s.n - n);

			if (leads[k].value == 1)
				return !counts_before(rest);
			if (leads[k].value == 2)
				return speaks_of_trying(rest.n > SIGN_BYTES ? slice(rest.p + rest.n - SIGN_BYTES, SIGN_BYTES) : rest);
			return true;
		}
	}
	return false;
}

/* "5 minutes later", "5分钟后": a suffix may stand between (分钟). */
static bool
is_tailed(Slice behind)
{
	for (size_t k = 0; k < sizeof(tails) / sizeof(tails[0]); k++)
	{
		size_t		at = slice_find_nocase(slice(behind.p, behind.n < 16 ? behind.n : 16), tails[k], 0);

		if (at != SLICE_NPOS && at <= 4)
			return true;
	}
	return false;
}

/* The first span that is no longer than 'most'. */
static int64_t
find_span(Slice words, int64_t most)
{
	if (!speaks_of_trying(words))
		return -1;
	for (size_t i = 0; i < words.n; i++)
	{
		char		before = i > 0 ? words.p[i - 1] : ' ';
		size_t		end = 0;
		int64_t		seconds;

		if (!(ascii_is_digit(words.p[i]) ? !ascii_is_digit(before) && before != '.' && before != ':' && !ascii_is_alpha(before) :
			  ascii_is_alpha(words.p[i]) && before == ' '))
			continue;
		seconds = read_span(words, i, &end);
		/* "retry-after=600": seconds, as in HTTP */
		if (seconds == 0 && before == '=' && ascii_is_digit(words.p[i]) &&
			slice_ends_nocase(slice(words.p, i), SLICE_LIT("retry-after=")))
		{
			size_t		k = i;

			if (!read_number(words, &k, &seconds))
				seconds = 0;
		}
		if (seconds <= 0 || seconds > most)
			continue;
		if (is_led(slice(words.p, i)) ||
			(end > 0 && end < words.n && is_tailed(slice(words.p + end, words.n - end))))
			return seconds;
	}
	return -1;
}

/* A queue lives for days. */
int64_t
hints_retry_after(Slice words)
{
	return find_span(words, LIMIT_RETRY_AFTER);
}

bool
hints_retry_is_too_long(Slice words)
{
	return find_span(words, LIMIT_RETRY_AFTER) < 0 && find_span(words, INT64_MAX) > 0;
}
