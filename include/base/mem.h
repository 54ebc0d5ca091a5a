/*
 * Floor 0.  Memory that is always there: out of memory prints one line and
 * aborts, because nothing in this program could carry on.  Free with free().
 */
#ifndef FOOTFALL_BASE_MEM_H
#define FOOTFALL_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);			/* zeroed */
void *mem_array(size_t n, size_t size);		/* zeroed, n * size checked for overflow */
void *mem_resize(void *p, size_t n, size_t size); /* realloc, n * size checked; new part undefined */
char *mem_strdup(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
