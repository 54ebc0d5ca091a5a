/*
 * The input of the targets that read text.
 */
#ifndef FOOTFALL_TESTS_FUZZ_TEXT_H
#define FOOTFALL_TESTS_FUZZ_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* A copy exactly as large as the text and its NUL, so that a sanitizer sees any step outside. */
static inline char *
copy(const uint8_t *data, size_t size)
{
	char *text = mem_alloc(size + 1);
	if (size > 0)
		memcpy(text, data, size);
	return text;
}

#endif
