/*
 * Floor 1.  The one writer of text, CSV, JSON and XML/HTML text; escaping lives
 * here.  Writes to a stdio stream, to a file, or gzipped when the file's name ends in .gz.
 * A write error is remembered and told by out_close.
 */
#ifndef FOOTFALL_OUT_OUT_H
#define FOOTFALL_OUT_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

struct out;

/* Writes to f (borrowed, e.g. stdout); flushed by out_close. */
struct out *out_stream(FILE *f);
/* Appends to b (borrowed). */
struct out *out_buf(struct buf *b);
/*
 * Writes to a file made under a temporary name beside path ("path.XXXXXX.part") and renamed by out_close, so that what
 * carries the name is whole.  gzip when path ends in ".gz".  "-" is stdout.  ERR_IO.
 */
int out_open(struct out **out, const char *path, struct err *e);
/* Finishes and frees.  ERR_IO when anything could not be written (the file is then removed). */
int out_close(struct out *o, struct err *e);
/* Throws away what was written to a file, and frees. */
void out_abandon(struct out *o);

void out_bytes(struct out *o, const void *data, size_t n);
void out_puts(struct out *o, const char *s);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A real number in the shortest form that reads back the same; never locale dependent, "null" unless finite. */
char *out_real_text(double v, char text[32]);

/*
 * JSON.  Commas and nesting are kept by the writer: inside an object give a key, inside an array NULL.  Text is UTF-8;
 * bytes that are not are written as U+FFFD.  out_json_end closes the innermost object or array; a newline follows
 * the outermost.  Depth at most 16.
 */
void out_json_object(struct out *o, const char *key);
void out_json_array(struct out *o, const char *key);
void out_json_end(struct out *o);
void out_json_text(struct out *o, const char *key, const char *value);	/* NULL value: null */
void out_json_int(struct out *o, const char *key, int64_t value);
void out_json_real(struct out *o, const char *key, double value);	/* not finite: null */
void out_json_bool(struct out *o, const char *key, bool value);
void out_json_null(struct out *o, const char *key);
void out_json_raw(struct out *o, const char *key, const char *json);	/* already JSON; trusted */

/*
 * CSV (RFC 4180, LF line ends): fields in turn, then out_csv_end.  Text is quoted when it holds a comma, quote, CR or LF.
 */
void out_csv_text(struct out *o, const char *value);	/* NULL: empty */
void out_csv_int(struct out *o, int64_t value);
void out_csv_real(struct out *o, double value);		/* not finite: empty */
void out_csv_end(struct out *o);

/* Text for XML and HTML, elements and quoted attributes alike: & < > " ' escaped, control characters dropped. */
void out_xml_text(struct out *o, const char *value);

/* Bytes as base64, padded, without line ends. */
void out_base64(struct out *o, const void *data, size_t n);

#endif
