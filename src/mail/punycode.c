/*
 * punycode.c
 *	  Labels of internationalised domain names in ASCII (RFC 3492).
 *
 * Written after sections 3 and 6 of the RFC, whose words the names are.  Both
 * directions are bounded by PUNYCODE_LABEL bytes of ASCII, so that the insertion
 * in the midst of an array costs nothing worth a better structure.
 */
#include "mail/punycode.h"
#include "mail/utf8.h"

#define BASE 36
#define T_MIN 1
#define T_MAX 26
#define SKEW 38
#define DAMP 700
#define INITIAL_BIAS 72
#define INITIAL_N 0x80

/* RFC 3492 6.1 */
static uint32_t
adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t	k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > ((BASE - T_MIN) * T_MAX) / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t
threshold(uint32_t k, uint32_t bias)
{
	return k <= bias + T_MIN ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

/* The least code point of the label that is n or more. */
static uint32_t
least_from(Slice label, uint32_t n)
{
	uint32_t	least = UINT32_MAX;
	uint32_t	c;

	for (size_t i = 0; i < label.n; i += utf8_character(label, i, &c))
	{
		(void) utf8_character(label, i, &c);
		if (c >= n && c < least)
			least = c;
	}
	return least;
}

/* Writes delta as a generalised variable-length integer (RFC 3492 3.3); false where it does not fit. */
static bool
put_number(uint32_t delta, uint32_t bias, char *out, size_t room, size_t *written)
{
	uint32_t	q = delta;

	for (uint32_t k = BASE;; k += BASE)
	{
		uint32_t	t = threshold(k, bias);
		uint32_t	digit = q < t ? q : t + (q - t) % (BASE - t);

		if (*written >= room)
			return false;
		out[(*written)++] = (char) (digit < 26 ? 'a' + digit : '0' + (digit - 26));
		if (q < t)
			return true;
		q = (q - t) / (BASE - t);
	}
}

size_t
punycode_encode(Slice label, char *out, size_t room)
{
	uint32_t	n = INITIAL_N;
	uint32_t	delta = 0;
	uint32_t	bias = INITIAL_BIAS;
	uint32_t	basic;
	uint32_t	handled;
	uint32_t	points = 0;
	uint32_t	c;
	size_t		written = 0;

	if (room > PUNYCODE_LABEL)
		room = PUNYCODE_LABEL;
	if (label.n > PUNYCODE_LABEL * 4 || utf8_find_bad(label, 0) < label.n)
		return 0;
	for (size_t i = 0; i < label.n; i += utf8_character(label, i, &c), points++)
	{
		if (label.p[i] & 0x80)
			continue;
		if (written >= room)
			return 0;
		out[written++] = label.p[i];
	}
	/* each character takes a digit at least */
	if (points > room)
		return 0;
	basic = handled = (uint32_t) written;
	if (basic > 0)
	{
		if (written >= room)
			return 0;
		out[written++] = '-';
	}
	while (handled < points)
	{
		uint32_t	m = least_from(label, n);

		/* no overflow: at most 63 characters below 0x110000 */
		delta += (m - n) * (handled + 1);
		n = m;
		for (size_t i = 0; i < label.n;)
		{
			i += utf8_character(label, i, &c);
			if (c < n)
				delta++;
			if (c != n)
				continue;
			if (!put_number(delta, bias, out, room, &written))
				return 0;
			bias = adapt(delta, handled + 1, handled == basic);
			delta = 0;
			handled++;
		}
		delta++;
		n++;
	}
	return written;
}

static uint32_t
digit_of(char c)
{
	if (ascii_is_digit(c))
		return (uint32_t) (c - '0') + 26;
	return ascii_is_alpha(c) ? (uint32_t) (ascii_lower(c) - 'a') : BASE;
}

/* Reads the number at *at; false where there is none, or it overflows. */
static bool
get_number(Slice encoded, size_t *at, uint32_t bias, uint32_t *number)
{
	uint64_t	value = 0;
	uint64_t	weight = 1;

	for (uint32_t k = BASE;; k += BASE)
	{
		uint32_t	t = threshold(k, bias);
		uint32_t	digit = *at < encoded.n ? digit_of(encoded.p[*at]) : BASE;

		if (digit == BASE)
			return false;
		(*at)++;
		value += digit * weight;
		if (value > INT32_MAX)
			return false;
		if (digit < t)
		{
			*number = (uint32_t) value;
			return true;
		}
		/* no more than 'value', as this digit was t at least: it can't overflow before that is seen */
		weight *= BASE - t;
	}
}

size_t
punycode_decode(Slice encoded, char *out, size_t room)
{
	uint32_t	points[PUNYCODE_LABEL];
	uint32_t	count = 0;
	uint32_t	n = INITIAL_N;
	uint32_t	i = 0;
	uint32_t	bias = INITIAL_BIAS;
	size_t		hyphen = slice_find_last(encoded, '-');
	size_t		at = 0;
	size_t		written = 0;

	if (encoded.n == 0 || encoded.n > PUNYCODE_LABEL)
		return 0;
	if (hyphen != SLICE_NPOS)
	{
		for (; at < hyphen; at++)
		{
			if (encoded.p[at] & 0x80)
				return 0;
			points[count++] = (unsigned char) ascii_lower(encoded.p[at]);
		}
		at = hyphen + 1;
	}
	while (at < encoded.n)
	{
		uint32_t	number;

		/* each number has a digit, so there are no more than bytes */
		if (!get_number(encoded, &at, bias, &number))
			return 0;
		count++;
		bias = adapt(number, count, i == 0);
		/* both below 2^31 */
		i += number;
		n += i / count;
		i %= count;
		if (n > 0x10ffff || (n >= 0xd800 && n < 0xe000))
			return 0;
		memmove(points + i + 1, points + i, (count - 1 - i) * sizeof(points[0]));
		points[i++] = n;
	}
	for (uint32_t k = 0; k < count; k++)
	{
		char		bytes[4];
		size_t		length = utf8_put(bytes, points[k]);

		if (written + length > room)
			return 0;
		memcpy(out + written, bytes, length);
		written += length;
	}
	return written;
}
