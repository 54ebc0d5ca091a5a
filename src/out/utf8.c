/*
 * UTF-8, one character at a time.  Names of files and text from containers are bytes that
 * anybody may have chosen; what we write must be valid all the same.
 */
#include "out/utf8.h"

size_t
utf8_take(const char *s, size_t n, uint32_t *code)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t more;			/* continuation bytes */
	uint32_t c;
	/* The first continuation byte is what rules out overlong forms and surrogates. */
	unsigned low = 0x80, high = 0xBF;

	*code = UTF8_BAD;
	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		more = 1;
		c = p[0] & 0x1FU;
	} else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		more = 2;
		c = p[0] & 0x0FU;
		if (p[0] == 0xE0)
			low = 0xA0;
		if (p[0] == 0xED)
			high = 0x9F;
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		more = 3;
		c = p[0] & 0x07U;
		if (p[0] == 0xF0)
			low = 0x90;
		if (p[0] == 0xF4)
			high = 0x8F;
	} else {
		return 1;
	}
	for (size_t i = 1; i <= more; i++) {
		if (i >= n || p[i] < low || p[i] > high)
			return i;
		c = c << 6 | (p[i] & 0x3FU);
		low = 0x80;
		high = 0xBF;
	}
	*code = c;
	return more + 1;
}
