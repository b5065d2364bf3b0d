/*
 * decode_date.c
 *	  Dates as mail writes them (RFC 5322 3.3 and 4.3, asctime, ISO 8601).
 *
 * Mailers put the same few things in many orders, so the value is read as a
 * row of items, each known by its form: a month's name, a time with its
 * colons, a year of four digits, a zone with its sign.  What is found twice, or
 * can't be told apart (4/5/2010), makes the date unknown rather than wrong.
 * English names only, no locale, no time zone database.
 */
#include "mail/decode.h"
#include "mail/limits.h"

#define FIRST_YEAR 1970
#define LAST_YEAR 2200
#define MOST_STRANGE_WORDS 3

typedef struct DateReader
{
	const char *p;
	size_t		n;
	size_t		at;

	int			year;			/* -1: not seen yet, here and below */
	int			month;			/* 1 to 12 */
	int			day;
	int			hour;
	int			minute;
	int			second;
	bool		pm;
	bool		twelve_hours;	/* AM or PM was written */
	bool		has_zone;
	bool		zone_by_name;	/* GMT, which a number may follow */
	int			offset;			/* minutes */
	bool		zone_unknown;	/* a name that tells nothing: "-0000" */
	int			strange_words;
} DateReader;

static const char *const months[] = {
	"january", "february", "march", "april", "may", "june", "july", "august",
	"september", "october", "november", "december"
};

static const char *const weekdays[] = {
	"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"
};

/* RFC 5322 4.3, and names that mail uses with one meaning only. */
static const struct
{
	const char *name;
	int			offset;			/* minutes east */
}			zones[] = {
	{"GMT", 0}, {"UT", 0}, {"UTC", 0}, {"Z", 0}, {"WET", 0},
	{"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
	{"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
	{"AKST", -540}, {"AKDT", -480}, {"HST", -600},
	{"BST", 60}, {"WEST", 60}, {"CET", 60}, {"MET", 60}, {"MEZ", 60},
	{"CEST", 120}, {"MEST", 120}, {"MESZ", 120}, {"EET", 120}, {"EEST", 180},
	{"SAST", 120}, {"MSK", 180}, {"MSD", 240}, {"HKT", 480}, {"SGT", 480},
	{"AWST", 480}, {"JST", 540}, {"KST", 540}, {"AEST", 600}, {"AEDT", 660},
	{"NZST", 720}, {"NZDT", 780},
};

#define LENGTH(array) ((int) (sizeof(array) / sizeof((array)[0])))

static char
peek(const DateReader *reader, size_t ahead)
{
	return reader->at + ahead < reader->n ? reader->p[reader->at + ahead] : '\0';
}

/* A number of at most 'most' digits; *digits tells how many there were. */
static int
read_number(DateReader *reader, int most, int *digits)
{
	int			number = 0;

	*digits = 0;
	while (*digits < most && ascii_is_digit(peek(reader, 0)))
	{
		number = number * 10 + (reader->p[reader->at++] - '0');
		(*digits)++;
	}
	return number;
}

/* Letters; bytes beyond ASCII too, for weekdays in other languages. */
static Slice
read_word(DateReader *reader)
{
	size_t		start = reader->at;

	while (reader->at < reader->n &&
		   (ascii_is_alpha(reader->p[reader->at]) || (reader->p[reader->at] & 0x80)))
		reader->at++;
	return slice(reader->p + start, reader->at - start);
}

/* Index of the name that 'word' is, or abbreviates to three letters or more; -1. */
static int
find_name(const char *const *names, int count, Slice word)
{
	char		first;
	int			i;

	if (word.n < 3)
		return -1;
	first = ascii_lower(word.p[0]);
	for (i = 0; i < count; i++)
	{
		if (names[i][0] == first &&
			slice_starts_nocase(slice(names[i], strlen(names[i])), word))
			return i;
	}
	return -1;
}

static bool
set_once(int *item, int value)
{
	if (*item >= 0)
		return false;
	*item = value;
	return true;
}

/* RFC 5322 4.3: two and three digits. */
static bool
set_year(DateReader *reader, int year, int digits)
{
	if (digits <= 2)
		year += year < 50 ? 2000 : 1900;
	else if (digits == 3)
		year += 1900;
	return set_once(&reader->year, year);
}

/* The rest of a time behind its hour: ":MM", ":SS", fraction. */
static bool
read_time(DateReader *reader, int hour)
{
	int			digits;

	if (reader->hour >= 0)
		return false;
	reader->hour = hour;
	reader->second = 0;
	reader->at++;
	reader->minute = read_number(reader, 2, &digits);
	if (digits == 0)
		return false;
	if (peek(reader, 0) == ':')
	{
		reader->at++;
		reader->second = read_number(reader, 2, &digits);
		if (digits == 0)
			return false;
		if ((peek(reader, 0) == '.' || peek(reader, 0) == ',') &&
			ascii_is_digit(peek(reader, 1)))
		{
			reader->at++;
			while (ascii_is_digit(peek(reader, 0)))
				reader->at++;
		}
	}
	return !ascii_is_digit(peek(reader, 0));
}

/* The rest of a date behind its first number, neither year nor day being known: "2010-04-29", "2010/04/29", "29-Apr-10". */
static bool
read_joined_date(DateReader *reader, int first, int digits)
{
	char		separator = peek(reader, 0);
	int			month;
	int			last;
	int			last_digits;
	int			month_digits;

	reader->at++;
	if (ascii_is_alpha(peek(reader, 0)))
	{
		month = find_name(months, LENGTH(months), read_word(reader)) + 1;
		if (month == 0 || digits > 2)
			return false;
	}
	else
	{
		/* two orders are in use where the year comes last */
		month = read_number(reader, 2, &month_digits);
		if (month_digits == 0 || digits != 4)
			return false;
	}
	if (peek(reader, 0) != separator)
		return false;
	reader->at++;
	last = read_number(reader, 4, &last_digits);
	if (last_digits == 0 || !set_once(&reader->month, month))
		return false;
	if (digits == 4)
	{
		reader->year = first;
		reader->day = last;
		return last_digits <= 2;
	}
	reader->day = first;
	return set_year(reader, last, last_digits);
}

/* ISO 8601's basic format: 20100429T233445. */
static bool
read_basic(DateReader *reader, int number, int digits)
{
	if (digits == 8)
		return set_once(&reader->year, number / 10000) &&
			set_once(&reader->month, number / 100 % 100) &&
			set_once(&reader->day, number % 100);
	/* a time only behind the "T", which a day stands before */
	if (digits != 6 || reader->day < 0 || ascii_lower(reader->p[reader->at - 7]) != 't')
		return false;
	reader->minute = number / 100 % 100;
	reader->second = number % 100;
	return set_once(&reader->hour, number / 10000);
}

static bool
read_digits(DateReader *reader)
{
	int			digits;
	int			number = read_number(reader, 8, &digits);
	char		next = peek(reader, 0);

	if (ascii_is_digit(next))
		return false;
	if (next == ':' && digits <= 2)
		return read_time(reader, number);
	if (reader->day < 0 && reader->year < 0 && (next == '-' || next == '/'))
		return read_joined_date(reader, number, digits);
	if (digits > 4)
		return read_basic(reader, number, digits);
	if (digits <= 2 && reader->day < 0)
		return set_once(&reader->day, number);
	/* a short year stands behind day and month only */
	if (digits < 4 && reader->month < 0)
		return false;
	return set_year(reader, number, digits);
}

/* "+0900", "+09:00", "-5"; the reader is at the sign, which a digit follows. */
static bool
read_offset(DateReader *reader)
{
	int			sign = peek(reader, 0) == '-' ? -1 : 1;
	int			digits;
	int			hours;
	int			minutes = 0;

	reader->at++;
	hours = read_number(reader, 4, &digits);
	if (ascii_is_digit(peek(reader, 0)))
		return false;
	if (digits > 2)
	{
		minutes = hours % 100;
		hours /= 100;
	}
	else if (peek(reader, 0) == ':')
	{
		reader->at++;
		minutes = read_number(reader, 2, &digits);
		if (digits != 2)
			return false;
	}
	if (reader->has_zone && !reader->zone_by_name)
		return true;
	reader->zone_by_name = false;
	/* an offset that no clock has: as if none were written */
	if (hours > 23 || minutes > 59)
	{
		reader->has_zone = false;
		return true;
	}
	reader->has_zone = true;
	reader->zone_unknown = sign < 0 && hours == 0 && minutes == 0;
	reader->offset = sign * (hours * 60 + minutes);
	return true;
}

/* True when the word names a zone; sets it where none is known yet. */
static bool
read_zone_name(DateReader *reader, Slice word)
{
	int			i;

	for (i = 0; i < LENGTH(zones); i++)
	{
		if (!slice_equal_nocase(word, slice(zones[i].name, strlen(zones[i].name))))
			continue;
		if (!reader->has_zone)
		{
			reader->has_zone = true;
			reader->zone_by_name = true;
			reader->offset = zones[i].offset;
		}
		return true;
	}
	return false;
}

static bool
read_letters(DateReader *reader)
{
	Slice		word = read_word(reader);
	int			month = find_name(months, LENGTH(months), word);

	if (month >= 0 && reader->month < 0)
	{
		reader->month = month + 1;
		return true;
	}
	if (find_name(weekdays, LENGTH(weekdays), word) >= 0)
		return true;
	/* ISO 8601's "T" between date and time */
	if (slice_equal_nocase(word, SLICE_LIT("t")) && reader->hour < 0 &&
		reader->day >= 0 && ascii_is_digit(peek(reader, 0)))
		return true;
	if (reader->hour >= 0)
	{
		bool		pm = slice_equal_nocase(word, SLICE_LIT("pm"));

		if (pm || slice_equal_nocase(word, SLICE_LIT("am")))
		{
			if (reader->twelve_hours)
				return false;
			reader->twelve_hours = true;
			reader->pm = pm;
			return true;
		}
		if (read_zone_name(reader, word))
			return true;

		/*
		 * RFC 5322 4.3: military letters were used in two ways, and other
		 * names may mean anything: all are to be taken as "-0000".
		 */
		if (!reader->has_zone)
		{
			reader->has_zone = true;
			reader->zone_unknown = true;
			reader->zone_by_name = true;
		}
	}
	return ++reader->strange_words <= MOST_STRANGE_WORDS;
}

/* A comment; it tells the zone where nothing else does. */
static void
read_comment(DateReader *reader, Slice *zone)
{
	int			depth = 0;
	size_t		start = reader->at + 1;

	while (reader->at < reader->n)
	{
		char		c = reader->p[reader->at++];

		if (c == '\\' && reader->at < reader->n)
			reader->at++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
		{
			*zone = slice_trim(slice_between(reader->p + start,
											 reader->p + reader->at - 1));
			return;
		}
	}
}

static bool
read_items(DateReader *reader)
{
	Slice		comment = SLICE_NONE;

	while (reader->at < reader->n)
	{
		char		c = peek(reader, 0);
		bool		good = true;

		if (ascii_is_space(c) || c == ',' || c == '.')
			reader->at++;
		else if (c == '(')
			read_comment(reader, &comment);
		else if (ascii_is_digit(c))
			good = read_digits(reader);
		else if (ascii_is_alpha(c) || (c & 0x80))
			good = read_letters(reader);
		else if ((c == '+' || c == '-') && reader->hour >= 0 &&
				 ascii_is_digit(peek(reader, 1)))
			good = read_offset(reader);
		else
			good = false;
		if (!good)
			return false;
	}
	if (!reader->has_zone)
		(void) read_zone_name(reader, comment);
	return reader->year >= 0 && reader->month >= 0 && reader->day >= 0 &&
		reader->hour >= 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to that date of the Gregorian calendar. */
static int64_t
days_since_epoch(int year, int month, int day)
{
	int64_t		y = year - 1;
	int64_t		days = y * 365 + y / 4 - y / 100 + y / 400 - 719162;
	int			m;

	for (m = 1; m < month; m++)
		days += days_of_month(year, m);
	return days + day - 1;
}

/* Checks what was read; a leap second (60) is one. */
static bool
is_possible(DateReader *reader)
{
	if (reader->twelve_hours)
	{
		if (reader->hour < 1 || reader->hour > 12)
			return false;
		reader->hour = reader->hour % 12 + (reader->pm ? 12 : 0);
	}
	return reader->year >= FIRST_YEAR && reader->year <= LAST_YEAR &&
		reader->month >= 1 && reader->month <= 12 &&
		reader->day >= 1 && reader->day <= days_of_month(reader->year, reader->month) &&
		reader->hour <= 23 && reader->minute <= 59 && reader->second <= 60;
}

/* "+0900"; minutes are less than a day. */
static void
write_zone(char *zone, int minutes, bool negative)
{
	zone[0] = negative ? '-' : '+';
	zone[1] = (char) ('0' + minutes / 600);
	zone[2] = (char) ('0' + minutes / 60 % 10);
	zone[3] = (char) ('0' + minutes % 60 / 10);
	zone[4] = (char) ('0' + minutes % 10);
	zone[5] = '\0';
}

MailDate
decode_date(Slice value)
{
	DateReader	reader = {NULL, 0, 0, -1, -1, -1, -1, 0, 0, false, false, false, false, 0, false, 0};
	MailDate	date = {false, 0, false, 0, ""};

	value = slice_trim(value);
	reader.p = value.p;
	reader.n = value.n < LIMIT_DATE_BYTES ? value.n : LIMIT_DATE_BYTES;
	if (!read_items(&reader) || !is_possible(&reader))
		return date;

	date.known = true;
	date.epoch = days_since_epoch(reader.year, reader.month, reader.day) * 86400 +
		reader.hour * 3600 + reader.minute * 60 + reader.second;
	if (reader.has_zone)
	{
		date.has_zone = true;
		date.offset_minutes = reader.offset;
		date.epoch -= (int64_t) reader.offset * 60;
		write_zone(date.zone, reader.offset < 0 ? -reader.offset : reader.offset,
				   reader.offset < 0 || reader.zone_unknown);
	}
	return date;
}
