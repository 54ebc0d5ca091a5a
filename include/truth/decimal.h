/*
 * Floor 2.  Decimal numbers of JSON to doubles, fast and correctly rounded.
 */
#ifndef FOOTFALL_TRUTH_DECIMAL_H
#define FOOTFALL_TRUTH_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

struct decimal {
	const char *s;			/* where it begins */
	uint64_t digits;		/* its digits as a whole number; all of them only when exact */
	int64_t power;			/* of ten, that digits are to be multiplied with */
	bool negative;
	bool exact;			/* at most 19 digits */
	bool whole;			/* written without fraction and exponent */
};

/*
 * Takes a number as RFC 8259 writes it from s, whose end is marked by any character that no number has (a
 * NUL will do).  The place behind it, or NULL when there is none, or a wrong one ("01", "1.", ".5", "+1").
 */
const char *decimal_take(const char *s, struct decimal *d);
/* The nearest double, ties to even, as strtod; infinite when too large. */
double decimal_real(const struct decimal *d);

#endif
