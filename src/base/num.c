/*
 * Strict numbers.  strtoll and strtod are too kind: they skip white space, stop
 * at the first letter, and read "0x1p3", "inf" and "nan".  So the characters are
 * checked first.  The program never calls setlocale, so the decimal point is a
 * point.
 */
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int
num_int(const char *s, int64_t *out)
{
	const char *digits = s + (*s == '-' || *s == '+');
	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return -1;
	errno = 0;
	long long v = strtoll(s, NULL, 10);
	if (errno != 0)
		return -1;
	*out = v;
	return 0;
}

int
num_real(const char *s, double *out)
{
	if (*s == '\0' || s[strspn(s, "0123456789+-.eE")] != '\0')
		return -1;
	char *end;
	double v = strtod(s, &end);
	/* Too small is rounded, as any real is; too large has no meaning. */
	if (end == s || *end != '\0' || !isfinite(v))
		return -1;
	*out = v;
	return 0;
}
