/*
 * Names of files may hold anything; on standard output they are shown like those on stderr.
 */
#include "cli/plain.h"

#include <string.h>

#include "out/utf8.h"

void
plain_put(struct out *o, const char *text)
{
	for (size_t n = text != NULL ? strlen(text) : 0, took; n > 0; text += took, n -= took) {
		uint32_t code;
		took = utf8_take(text, n, &code);
		if (code != UTF8_BAD && code >= 0x20 && (code < 0x7f || code > 0x9f)) {
			out_bytes(o, text, took);
			continue;
		}
		for (size_t i = 0; i < took; i++)
			out_printf(o, "\\x%02x", (unsigned char)text[i]);
	}
}
