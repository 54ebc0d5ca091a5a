/*
 * Headers of an answer, with or without a library.
 */
#include "serve/http.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

void
http_header(struct http_answer *a, const char *name, const char *fmt, ...)
{
	struct buf text = { 0 };
	char line[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	/* whatever is in a value, it stays one header */
	for (const char *c = line; *c != '\0'; c++)
		buf_putc(&text, *c >= ' ' && *c < 0x7f ? *c : '_');
	if (a->nheaders < HTTP_HEADERS) {
		a->headers[a->nheaders].name = name;
		a->headers[a->nheaders++].value = mem_strdup(buf_str(&text));
	}
	buf_free(&text);
}
