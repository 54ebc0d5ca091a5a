/*
 * Floor 0.  A byte string that grows.  Zero-initialise ("struct buf b = {0}"),
 * free with buf_free.  data is always NUL-terminated once something was added
 * (the NUL is not counted in len), and NULL before that.
 */
#ifndef FOOTFALL_BASE_BUF_H
#define FOOTFALL_BASE_BUF_H

#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_add(struct buf *b, const void *data, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_str(const struct buf *b);	/* never NULL */
void buf_clear(struct buf *b);			/* keeps the memory */
void buf_free(struct buf *b);

#endif
