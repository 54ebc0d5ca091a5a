/*
 * Most numbers in label files have few digits (boxes, scores), or 17 (what Python prints of a
 * double).  The first kind is a product or quotient of two doubles that are exact, so its single rounding
 * is the right one (W. D. Clinger, "How to read floating point numbers accurately", 1990).  The second
 * kind is done likewise in the 64 bits of an x87 register, and rounded again to 53: that second rounding
 * can only go wrong when the first has put the number exactly between two doubles, which shows in
 * the bits.  What is left goes to strtod.
 */
#include "truth/decimal.h"

#include <float.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits into d, as long as they fit; counted are those from the first that is not zero. */
static const char *
take_digits(const char *s, struct decimal *d, int *count)
{
	for (; is_digit(*s); s++) {
		if (*count == 0 && *s == '0')
			continue;
		if (++*count <= 19)
			d->digits = 10 * d->digits + (uint64_t)(*s - '0');
	}
	return s;
}

const char *
decimal_take(const char *s, struct decimal *d)
{
	int count = 0;

	*d = (struct decimal) { .s = s, .negative = *s == '-', .whole = true };
	s += d->negative;
	if (!is_digit(*s) || (*s == '0' && is_digit(s[1])))
		return NULL;
	s = take_digits(s, d, &count);
	if (*s == '.') {
		const char *from = ++s;
		s = take_digits(s, d, &count);
		if (s == from)
			return NULL;
		d->power = from - s;
		d->whole = false;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		bool less = *s == '-';
		s += *s == '-' || *s == '+';
		if (!is_digit(*s))
			return NULL;
		int64_t power = 0;
		for (; is_digit(*s); s++) {
			/* Enough for infinity or zero, whatever stood before. */
			if (power < INT64_C(1) << 40)
				power = 10 * power + (*s - '0');
		}
		d->power += less ? -power : power;
		d->whole = false;
	}
	d->exact = count <= 19;
	return s;
}

/* The double nearest to digits * 10^power where that is certain; 0 to 19 digits, few powers. */
static bool
quick(uint64_t digits, int64_t power, double *v)
{
#if FLT_EVAL_METHOD == 0
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	if (digits <= UINT64_C(1) << 53 && power >= -22 && power <= 22) {
		*v = power < 0 ? (double)digits / tens[-power] : (double)digits * tens[power];
		return true;
	}
#endif
#if LDBL_MANT_DIG == 64
	/* 10^27 = 5^27 * 2^27 is the last power that is exact, 5^27 having 63 bits. */
	static const long double longs[] = { 1e0L, 1e1L, 1e2L, 1e3L, 1e4L, 1e5L, 1e6L, 1e7L, 1e8L, 1e9L, 1e10L,
		1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L,
		1e25L, 1e26L, 1e27L };
	if (power >= -27 && power <= 27) {
		long double q = power < 0 ? (long double)digits / longs[-power] : (long double)digits * longs[power];
		uint64_t bits;
		memcpy(&bits, &q, sizeof bits);
		if ((bits & 0x7FF) != 0x400) {
			*v = (double)q;
			return true;
		}
	}
#endif
	return false;
}

double
decimal_real(const struct decimal *d)
{
	double v = 0;

	if (d->exact && quick(d->digits, d->power, &v))
		return d->negative ? -v : v;
	return strtod(d->s, NULL);
}
