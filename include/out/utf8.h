/*
 * Floor 1.  UTF-8, strictly (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing
 * above U+10FFFF.
 */
#ifndef FOOTFALL_OUT_UTF8_H
#define FOOTFALL_OUT_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT "\xEF\xBF\xBD"		/* U+FFFD */
#define UTF8_BAD UINT32_MAX

/*
 * The character at s, of which n > 0 bytes are there.  Returns how many bytes it takes.  *code is
 * UTF8_BAD when they are no character; they are then the longest start of one (what Unicode
 * recommends to replace by a single U+FFFD), at least one byte.
 */
size_t utf8_take(const char *s, size_t n, uint32_t *code);

#endif
