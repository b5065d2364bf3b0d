/*
 * test_date.c
 *	  Dates: the forms that mail has, what is none, and every day there is.
 *
 * Build: make unit, or by hand
 *	  cc -std=gnu11 -g -fsanitize=address,undefined -Isrc
 *		  -o test_date t/c/test_date.c
 *		  src/mail/[a-z]*.c
 */
#include <time.h>

#include "mail/decode.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
test_dates(void)
{
	/* 1272551685 is 2010-04-29 14:34:45 UTC */
#define T INT64_C(1272551685)
	static const struct
	{
		const char *value;
		int64_t		epoch;
		const char *zone;		/* "" : has_zone is false */
	}			cases[] = {
		{"Thu, 29 Apr 2010 23:34:45 +0900", T, "+0900"},
		{"Thu, 29 Apr 2010 23:34:45 +0900 (JST)", T, "+0900"},
		{" thu,29 apr 2010 23:34:45 +0900\r\n", T, "+0900"},
		{"THU, 29 APR 2010 23:34:45 +0900", T, "+0900"},
		{"29 Apr 2010 23:34:45 +0900", T, "+0900"},
		{"29 Apr 2010 14:34:45 GMT", T, "+0000"},
		{"29 Apr 2010 23:34 +0900", T - 45, "+0900"},
		{"Thu, 29 Apr 10 14:34:45 UT", T, "+0000"},
		{"Thu, 29 Apr 110 14:34:45 UTC", T, "+0000"},
		{"Thu, 29 Apr 2010 14:34:45 Z", T, "+0000"},
		{"Thu, 29 Apr 2010 14:34:45 A", T, "-0000"},
		{"Thu, 29 Apr 2010 14:34:45 -0000", T, "-0000"},
		{"Thu, 29 Apr 2010 14:34:45 XYZ", T, "-0000"},
		{"Thu, 29 Apr 2010 14:34:45", T, ""},
		{"Thu, 29 Apr 2010 09:34:45 EST", T, "-0500"},
		{"Thu, 29 Apr 2010 10:34:45 EDT", T, "-0400"},
		{"Thu, 29 Apr 2010 08:34:45 CST", T, "-0600"},
		{"Thu, 29 Apr 2010 09:34:45 CDT", T, "-0500"},
		{"Thu, 29 Apr 2010 07:34:45 MST", T, "-0700"},
		{"Thu, 29 Apr 2010 08:34:45 MDT", T, "-0600"},
		{"Thu, 29 Apr 2010 06:34:45 PST", T, "-0800"},
		{"Thu, 29 Apr 2010 07:34:45 PDT", T, "-0700"},
		{"Thu, 29 Apr 2010 07:34:45 -0700 (PDT)", T, "-0700"},
		{"Thu, 29 Apr 2010 07:34:45 -0700 (Pacific (Daylight) Time \\) x)", T, "-0700"},
		{"Thu, 29 Apr 2010 23:34:45 (JST)", T, "+0900"},
		{"Thu, 29 Apr 2010 23:34:45 JST", T, "+0900"},
		{"Thu, 29 Apr 2010 16:34:45 CEST", T, "+0200"},
		{"Thu, 29 Apr 2010 20:04:45 +0530", T, "+0530"},
		{"Thu (day) , 29 (d) Apr 2010 (y) 23 : 34", 0, NULL},
		{"Thu,  29  Apr   2010\t23:34:45\r\n +0900", T, "+0900"},
		{"Thu, 9 Apr 2009 09:05:01 +0000", INT64_C(1239267901), "+0000"},
		{"Thu, 09 Apr 2009 9:5:1 +0000", INT64_C(1239267901), "+0000"},
		{"Thu Apr 29 14:34:45 2010", T, ""},
		{"Sun Sep  7 21:40:07 2008", INT64_C(1220823607), ""},
		{"Thu Apr 29 23:34:45 JST 2010", T, "+0900"},
		{"Thu Apr 29 23:34:45 2010 +0900", T, "+0900"},
		{"Thu Apr 29 2010 23:34:45 GMT+0900 (Japan Standard Time)", T, "+0900"},
		{"Thursday, April 29, 2010 2:34:45 PM", T, ""},
		{"Thursday, 29-Apr-10 14:34:45 GMT", T, "+0000"},
		{"29-Apr-2010 14:34:45", T, ""},
		{"12 Sept 2010 12:00:00 AM +0000", INT64_C(1284249600), "+0000"},
		{"12 Sep. 2010 12:00:00 pm +0000", INT64_C(1284292800), "+0000"},
		{"\xE6\x9C\xA8, 29 Apr 2010 23:34:45 +0900", T, "+0900"},
		{"Do, 29 Apr 2010 23:34:45 +0900", T, "+0900"},
		{"2010-04-29T14:34:45Z", T, "+0000"},
		{"2010-04-29t23:34:45.123+09:00", T, "+0900"},
		{"2010-04-29 23:34:45 +0900", T, "+0900"},
		{"2010-04-29 23:34:45,999 +09", T, "+0900"},
		{"2010-04-29T14:34:45", T, ""},
		{"2010/04/29 14:34:45", T, ""},
		{"20100429T233445+0900", T, "+0900"},
		{"20100429T143445Z", T, "+0000"},
		{"Thu, 01 Jan 1970 00:00:00 +0000", 0, "+0000"},
		{"Thu, 01 Jan 1970 00:00:00 +0100", -3600, "+0100"},
		{"Thu, 31 Dec 2200 23:59:59 +0000", INT64_C(7289654399), "+0000"},
		{"29 Feb 2000 00:00:00 +0000", INT64_C(951782400), "+0000"},
		{"29 Feb 2012 00:00:00 +0000", INT64_C(1330473600), "+0000"},
		{"31 Dec 2016 23:59:60 +0000", INT64_C(1483228800), "+0000"},
		{"1 Jan 49 00:00:00 +0000", INT64_C(2493072000), "+0000"},
		{"1 Jan 99 00:00:00 +0000", INT64_C(915148800), "+0000"},
		{"Thu, 29 Apr 2010 14:34:45 +9999", T, ""},
		{"29 Apr 2010 14:34:45 -0030", T + 1800, "-0030"},
		{"Thu, 29 Apr 2010 14:34:45 +0000 (a \\", T, "+0000"},
		{"29 Apr 2010 20:04:45 +5:30", T, "+0530"},
		/* not known */
		{"29 Apr 2010 10:00:00 am pm", 0, NULL}, {"29 Apr 2010 0:10:00 am", 0, NULL},
		{"2010-Apr-29 14:34:45", 0, NULL}, {"2010-04-2910 14:34:45", 0, NULL}, {"Apr 2010-04-29 14:34:45", 0, NULL},
		{"2010 20100429T143445Z", 0, NULL}, {"Apr 20100429T143445Z", 0, NULL}, {"29 20100429T143445Z", 0, NULL},
		{"29 Apr 2010 143445", 0, NULL}, {"29 Apr 2010 12345 14:34:45", 0, NULL}, {"143445", 0, NULL},
		{"2010-04/29 14:34:45", 0, NULL}, {"2010-04-x 14:34:45", 0, NULL},
		{"29 Apr 2010 14:34:45 +12345", 0, NULL}, {"29 Apr 2010 14:34:45 +05:3", 0, NULL}, {"29 Apr 2010 14:34:455", 0, NULL},
		{"20100429T143445 20100429T143445", 0, NULL}, {"29 4 14:34:45", 0, NULL},
		{"", 0, NULL}, {"   ", 0, NULL}, {"yesterday", 0, NULL},
		{"29 Apr 2010", 0, NULL}, {"23:34:45", 0, NULL}, {"Apr 2010 23:34:45", 0, NULL},
		{"30 Feb 2010 00:00:00 +0000", 0, NULL}, {"29 Feb 2100 00:00:00 +0000", 0, NULL},
		{"29 Feb 2011 00:00:00 +0000", 0, NULL}, {"31 Apr 2010 00:00:00", 0, NULL},
		{"0 Apr 2010 00:00:00", 0, NULL}, {"32 Jan 2010 00:00:00", 0, NULL},
		{"29 Apr 2010 24:00:00", 0, NULL}, {"29 Apr 2010 23:60:00", 0, NULL},
		{"29 Apr 2010 23:34:61", 0, NULL}, {"29 Apr 2010 13:00:00 PM", 0, NULL},
		{"29 Apr 1969 00:00:00", 0, NULL}, {"29 Apr 2201 00:00:00", 0, NULL},
		{"29 Apr 50 00:00:00", 0, NULL}, {"29 Foo 2010 00:00:00", 0, NULL},
		{"4/5/2010 11:34:45", 0, NULL}, {"2010-13-01 00:00:00", 0, NULL},
		{"2010-04-31T00:00:00Z", 0, NULL}, {"20101301T000000Z", 0, NULL},
		{"29 Apr 2010 2011 23:34:45", 0, NULL}, {"29 Apr 2010 23:34:45 10:11:12", 0, NULL},
		{"29 Apr 99999999999999999999 23:34:45", 0, NULL}, {"29 Apr 2010 23:", 0, NULL},
		{"29 Apr 2010 23:34:", 0, NULL}, {"<29 Apr 2010 23:34:45>", 0, NULL},
		{"29 Apr 2010 23:34:45 or so, we think, at least", 0, NULL},
		{"29 Apr 2010 (23:34:45", 0, NULL}, {"2010-04-29T", 0, NULL}, {"2010-", 0, NULL},
	};
	MailDate	date;
	size_t		i;

	for (i = 0; i < LENGTH(cases); i++)
	{
		Slice		value = exact_copy(slice(cases[i].value, strlen(cases[i].value)));
		bool		passed;

		date = decode_date(value);
		if (cases[i].zone == NULL)
			passed = !date.known;
		else
			passed = date.known && date.epoch == cases[i].epoch &&
				strcmp(date.zone, cases[i].zone) == 0 &&
				date.has_zone == (cases[i].zone[0] != '\0');
		ok(passed, cases[i].value[0] ? cases[i].value : "no date");
		if (!passed)
			printf("# got known %d, epoch %lld, zone \"%s\"\n", date.known,
				   (long long) date.epoch, date.zone);
		free((char *) value.p);
	}
	ok(decode_date(SLICE_LIT("Thu, 29 Apr 2010 20:04:45 +0530")).offset_minutes == 330 &&
	   decode_date(SLICE_LIT("Thu, 29 Apr 2010 20:04:45 -0330")).offset_minutes == -210,
	   "the offset in minutes");
	ok(!decode_date(SLICE_NONE).known, "no value");
}

/* Every day against the C library's own calendar. */
static void
test_calendar(void)
{
	static const char *const names[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
	};
	int64_t		epoch;
	int			wrong = 0;

	for (epoch = 0; epoch < INT64_C(7289654400); epoch += 86400 - 7)
	{
		time_t		seconds_since = (time_t) epoch;
		struct tm	tm;
		char		value[80];
		MailDate	date;

		gmtime_r(&seconds_since, &tm);
		snprintf(value, sizeof(value), "%d %s %d %02d:%02d:%02d +0000", tm.tm_mday,
				 names[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
		date = decode_date(slice(value, strlen(value)));
		if (!date.known || date.epoch != epoch)
			wrong++;
	}
	ok(wrong == 0, "every day from 1970 to 2200");
}

int
main(void)
{
	test_dates();
	test_calendar();
	return finish();
}
