/*
 * charset_names.c
 *	  The charsets that mail is written in, and what people call them.
 *
 * The list is closed on purpose.  A name from a stranger's mail never reaches
 * iconv_open(): some of glibc's converters abort the process or never return
 * (IBM1364: CVE-2020-27618, UCS4: CVE-2020-29562, ISO-2022-JP-3:
 * CVE-2021-3326), and the C library remembers names for ever.
 * Where a name is commonly put on a larger charset, the larger one is meant.
 */
#include "mail/charset_names.h"

/* iconv's names: the larger charset first, then what the smaller iconvs have */
#define SINGLE(iconv) {CHARSET_SINGLE, {iconv, NULL}}
#define DOUBLE(iconv, other) {CHARSET_DOUBLE, {iconv, other}}
#define LATIN {CHARSET_LATIN, {NULL, NULL}}
#define UTF7 {CHARSET_SEVEN_BIT, {"UTF-7", NULL}}
#define UTF16(iconv) {CHARSET_UTF16, {iconv, NULL}}
#define SHIFT_JIS DOUBLE("CP932", "SHIFT_JIS")
#define EUC_JP DOUBLE("EUC-JP-MS", "EUC-JP")
#define JIS {CHARSET_ISO2022JP, {"EUC-JP-MS", "EUC-JP"}}
#define CHINESE DOUBLE("GB18030", "GBK")
#define HZ {CHARSET_HZ, {"GB18030", "GBK"}}
#define TAIWANESE DOUBLE("BIG5-HKSCS", "BIG5")
#define KOREAN DOUBLE("CP949", "EUC-KR")
#define KS {CHARSET_ISO2022KR, {"CP949", "EUC-KR"}}

/*
 * Each is found by its name in lower case without "x-" before it and without
 * anything but letters and digits.  Sorted by name, as
 * charset_named() needs it.
 */
typedef struct NamedCharset
{
	const char *name;
	MailCharset charset;
} NamedCharset;

static const NamedCharset charsets[] = {
	{"ansi", LATIN},
	{"big5", TAIWANESE},
	{"big5hkscs", TAIWANESE},
	{"cp1250", SINGLE("CP1250")},
	{"cp1251", SINGLE("CP1251")},
	{"cp1252", LATIN},
	{"cp1253", SINGLE("CP1253")},
	{"cp1254", SINGLE("CP1254")},
	{"cp1255", SINGLE("CP1255")},
	{"cp1256", SINGLE("CP1256")},
	{"cp1257", SINGLE("CP1257")},
	{"cp1258", SINGLE("CP1258")},
	{"cp437", SINGLE("CP437")},
	{"cp50220", JIS},
	{"cp50221", JIS},
	{"cp51932", EUC_JP},
	{"cp850", SINGLE("CP850")},
	{"cp852", SINGLE("CP852")},
	{"cp862", SINGLE("CP862")},
	{"cp866", SINGLE("CP866")},
	{"cp874", SINGLE("CP874")},
	{"cp932", SHIFT_JIS},
	{"cp936", CHINESE},
	{"cp949", KOREAN},
	{"cp950", TAIWANESE},
	{"csbig5", TAIWANESE},
	{"cseuckr", KOREAN},
	{"cseucpkdfmtjapanese", EUC_JP},
	{"csgb2312", CHINESE},
	{"csiso2022jp", JIS},
	{"csiso2022kr", KS},
	{"csisolatin1", LATIN},
	{"csisolatin2", SINGLE("ISO-8859-2")},
	{"cskoi8r", SINGLE("KOI8-R")},
	{"csksc56011987", KOREAN},
	{"csshiftjis", SHIFT_JIS},
	{"csunicode11utf7", UTF7},
	{"euccn", CHINESE},
	{"eucjp", EUC_JP},
	{"eucjpms", EUC_JP},
	{"euckr", KOREAN},
	{"euctw", DOUBLE("EUC-TW", NULL)},
	{"gb18030", CHINESE},
	{"gb2312", CHINESE},
	{"gb231280", CHINESE},
	{"gbk", CHINESE},
	{"hz", HZ},
	{"hzgb2312", HZ},
	{"ibm437", SINGLE("CP437")},
	{"ibm850", SINGLE("CP850")},
	{"ibm852", SINGLE("CP852")},
	{"ibm862", SINGLE("CP862")},
	{"ibm866", SINGLE("CP866")},
	{"iso2022jp", JIS},
	{"iso2022jp1", JIS},
	{"iso2022jp2", JIS},
	{"iso2022jp2004", JIS},
	{"iso2022jp3", JIS},
	{"iso2022jpms", JIS},
	{"iso2022kr", KS},
	{"iso88591", LATIN},
	{"iso885910", SINGLE("ISO-8859-10")},
	{"iso885911", SINGLE("CP874")},
	{"iso885911987", LATIN},	/* ISO_8859-1:1987 */
	{"iso885913", SINGLE("ISO-8859-13")},
	{"iso885914", SINGLE("ISO-8859-14")},
	{"iso885915", SINGLE("ISO-8859-15")},
	{"iso885916", SINGLE("ISO-8859-16")},
	{"iso88592", SINGLE("ISO-8859-2")},
	{"iso885921987", SINGLE("ISO-8859-2")},
	{"iso88593", SINGLE("ISO-8859-3")},
	{"iso88594", SINGLE("ISO-8859-4")},
	{"iso88595", SINGLE("ISO-8859-5")},
	{"iso88596", SINGLE("ISO-8859-6")},
	{"iso88597", SINGLE("ISO-8859-7")},
	{"iso88598", SINGLE("ISO-8859-8")},
	{"iso88598e", SINGLE("ISO-8859-8")},
	{"iso88598i", SINGLE("ISO-8859-8")},
	{"iso88599", SINGLE("CP1254")},
	{"jis", JIS},
	{"johab", DOUBLE("JOHAB", NULL)},
	{"koi8", SINGLE("KOI8-R")},
	{"koi8r", SINGLE("KOI8-R")},
	{"koi8ru", SINGLE("KOI8-U")},
	{"koi8u", SINGLE("KOI8-U")},
	{"korean", KOREAN},
	{"ksc5601", KOREAN},
	{"ksc56011987", KOREAN},
	{"ksc56011989", KOREAN},
	{"l1", LATIN},
	{"latin1", LATIN},
	{"latin2", SINGLE("ISO-8859-2")},
	{"latin5", SINGLE("CP1254")},
	{"latin9", SINGLE("ISO-8859-15")},
	{"maccyrillic", SINGLE("MAC-CYRILLIC")},
	{"macintosh", SINGLE("MACINTOSH")},
	{"macroman", SINGLE("MACINTOSH")},
	{"ms932", SHIFT_JIS},
	{"ms936", CHINESE},
	{"ms949", KOREAN},
	{"ms950", TAIWANESE},
	{"mskanji", SHIFT_JIS},
	{"shiftjis", SHIFT_JIS},
	{"sjis", SHIFT_JIS},
	{"tcvn", SINGLE("TCVN")},
	{"tcvn5712", SINGLE("TCVN")},
	{"tis620", SINGLE("CP874")},
	{"uhc", KOREAN},
	{"ujis", EUC_JP},
	{"unicode11utf7", UTF7},
	{"utf16", UTF16("UTF-16BE")},
	{"utf16be", UTF16("UTF-16BE")},
	{"utf16le", UTF16("UTF-16LE")},
	{"utf7", UTF7},
	{"viscii", SINGLE("VISCII")},
	{"windows1250", SINGLE("CP1250")},
	{"windows1251", SINGLE("CP1251")},
	{"windows1252", LATIN},
	{"windows1253", SINGLE("CP1253")},
	{"windows1254", SINGLE("CP1254")},
	{"windows1255", SINGLE("CP1255")},
	{"windows1256", SINGLE("CP1256")},
	{"windows1257", SINGLE("CP1257")},
	{"windows1258", SINGLE("CP1258")},
	{"windows31j", SHIFT_JIS},
	{"windows874", SINGLE("CP874")},
	{"windows932", SHIFT_JIS},
	{"windows936", CHINESE},
	{"windows949", KOREAN},
	{"windows950", TAIWANESE},
};

#define CHARSETS ((int) (sizeof(charsets) / sizeof(charsets[0])))
#define LONGEST_NAME 24

/* JIS text that nobody declared is found by its escapes. */
const MailCharset charset_jis = JIS;

/* The name as the table has it; false when it is too long to be there. */
static bool
normalize(Slice name, char *normal)
{
	int			n = 0;
	size_t		i = 0;

	if (slice_starts_nocase(name, SLICE_LIT("x-")))
		i = 2;
	for (; i < name.n; i++)
	{
		char		c = ascii_lower(name.p[i]);

		if (!ascii_is_alnum(c))
			continue;
		if (n == LONGEST_NAME)
			return false;
		normal[n++] = c;
	}
	normal[n] = '\0';
	return true;
}

const MailCharset *
charset_named(Slice name)
{
	char		normal[LONGEST_NAME + 1];
	int			low = 0;
	int			high = CHARSETS;

	if (!normalize(slice_trim(name), normal))
		return NULL;
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = strcmp(normal, charsets[middle].name);

		if (order == 0)
			return &charsets[middle].charset;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
