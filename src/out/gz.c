/*
 * gzip (RFC 1952) through zlib, both ways.  Unpacking is from memory to memory with a limit: a
 * few kilobytes can claim to be terabytes, and no label file is as large as that.
 */
#include "out/gz.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/file.h"
#include "base/mem.h"

struct gz {
	gzFile f;
};

struct gz *
gz_open(int fd)
{
	gzFile f = gzdopen(fd, "wb");
	if (f == NULL)
		return NULL;
	struct gz *z = mem_alloc(sizeof *z);
	z->f = f;
	return z;
}

bool
gz_write(struct gz *z, const void *data, size_t n)
{
	/* gzwrite takes an unsigned and returns an int. */
	for (const char *p = data; n > 0;) {
		unsigned part = n > 1U << 30 ? 1U << 30 : (unsigned)n;
		if (gzwrite(z->f, p, part) != (int)part)
			return false;
		p += part;
		n -= part;
	}
	return true;
}

bool
gz_close(struct gz *z)
{
	bool good = gzclose(z->f) == Z_OK;
	free(z);
	return good;
}

bool
gz_is(const void *data, size_t n)
{
	const unsigned char *p = data;
	return n >= 2 && p[0] == 0x1F && p[1] == 0x8B;
}

int
gz_unpack(const char *what, const void *data, size_t n, size_t max, struct buf *out, struct err *e)
{
	enum { CHUNK = 1 << 16 };
	unsigned char *chunk = mem_alloc(CHUNK);
	const unsigned char *p = data;
	size_t total = 0;
	int rc = -1, got = Z_OK;
	z_stream z = {0};

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
		free(chunk);
		return err_set(e, ERR_FAIL, "%s cannot be unpacked: zlib does not start", what);
	}
	do {
		if (z.avail_in == 0 && n > 0) {
			/* avail_in is an unsigned. */
			z.avail_in = n > UINT_MAX / 2 ? UINT_MAX / 2 : (unsigned)n;
			z.next_in = (unsigned char *)(uintptr_t)p;
			p += z.avail_in;
			n -= z.avail_in;
		}
		z.next_out = chunk;
		z.avail_out = CHUNK;
		got = inflate(&z, Z_NO_FLUSH);
		size_t made = CHUNK - z.avail_out;
		if (made > max - total) {
			err_set(e, ERR_DATA, "%s is too large: more than %zu bytes when unpacked", what, max);
			goto out;
		}
		buf_add(out, chunk, made);
		total += made;
		if (got == Z_STREAM_END && (z.avail_in > 0 || n > 0))
			got = inflateReset(&z);
	} while (got == Z_OK);
	if (got == Z_STREAM_END)
		rc = 0;
	else if (got == Z_BUF_ERROR)
		err_set(e, ERR_DATA, "%s is cut short: the gzip data have no end", what);
	else
		err_set(e, ERR_DATA, "%s is damaged: %s", what, z.msg != NULL ? z.msg : "not gzip data");
out:
	inflateEnd(&z);
	free(chunk);
	return rc;
}

int
gz_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	struct buf raw = {0};

	if (file_read(path, max, &raw, e) != 0)
		return -1;
	if (out->len == 0 && !gz_is(raw.data, raw.len)) {
		/* What is plain is given as it is; it may be large. */
		buf_free(out);
		*out = raw;
		return 0;
	}
	int rc = 0;
	if (gz_is(raw.data, raw.len))
		rc = gz_unpack(path, raw.data, raw.len, max, out, e);
	else
		buf_add(out, raw.data, raw.len);
	buf_free(&raw);
	return rc;
}
