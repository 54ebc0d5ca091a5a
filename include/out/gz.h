/*
 * Floor 1.  gzip, for the writer of outputs and the readers of labels.  gz.c is the only file that
 * knows zlib.
 */
#ifndef FOOTFALL_OUT_GZ_H
#define FOOTFALL_OUT_GZ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct gz;

/* Compresses to fd, which becomes its own.  NULL with errno set: it could not, and fd is still the caller's. */
struct gz *gz_open(int fd);
/* False when it failed; errno has the reason, when there is one. */
bool gz_write(struct gz *z, const void *data, size_t n);
/* Finishes, closes and frees; false as gz_write. */
bool gz_close(struct gz *z);

/* Are these the first bytes of a gzipped file? */
bool gz_is(const void *data, size_t n);
/*
 * Unpacks n bytes, one gzip member or several, adding at most max bytes to out; what names the
 * input in messages.  ERR_DATA: cut short, damaged, followed by something else, larger than max.
 */
int gz_unpack(const char *what, const void *data, size_t n, size_t max, struct buf *out, struct err *e);
/* file_read for a file that may be gzipped, whatever its name: max holds for what is unpacked, too. */
int gz_read(const char *path, size_t max, struct buf *out, struct err *e);

#endif
