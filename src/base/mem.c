/*
 * Memory or the end.  Says how much was asked for, since a wild number there is
 * more often a mistake than a full machine.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void
out_of_memory(size_t n, size_t size)
{
	if (size == 1)
		fprintf(stderr, "footfall: out of memory (%zu bytes wanted)\n", n);
	else
		fprintf(stderr, "footfall: out of memory (%zu times %zu bytes wanted)\n", n, size);
	abort();
}

void *
mem_alloc(size_t size)
{
	return mem_array(size, 1);
}

void *
mem_array(size_t n, size_t size)
{
	/* calloc checks the product; one byte where none is wanted, so that NULL only means failure. */
	void *p = n == 0 || size == 0 ? calloc(1, 1) : calloc(n, size);
	if (p == NULL)
		out_of_memory(n, size);
	return p;
}

void *
mem_resize(void *p, size_t n, size_t size)
{
	void *q = n == 0 || size == 0 ? realloc(p, 1) : reallocarray(p, n, size);
	if (q == NULL)
		out_of_memory(n, size);
	return q;
}

char *
mem_strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	return memcpy(mem_alloc(size), s, size);
}

char *
mem_printf(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory(0, 1);
	size_t size = (size_t)n + 1;
	char *s = mem_alloc(size);
	va_start(ap, fmt);
	vsnprintf(s, size, fmt, ap);
	va_end(ap);
	return s;
}
