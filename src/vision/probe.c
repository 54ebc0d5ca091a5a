/*
 * What a file says of itself.  FFmpeg's complaint about a cut recording or a text file is
 * seldom one that a reader can act on, and it reads much of a hostile file before it complains;
 * so the few bytes that tell are looked at first.
 */
#include "vision/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out/utf8.h"
#include "vision/probe_parts.h"

enum { HEAD = 4096 };		/* bytes by which a file is recognised */

bool
probe_read(struct probe_file *f, int64_t offset, void *out, size_t n)
{
	unsigned char *to = out;

	if (offset < 0 || offset > f->size || (uint64_t)(f->size - offset) < n)
		return false;
	while (n > 0) {
		ssize_t got = pread(f->fd, to, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			f->error = errno;
		if (got <= 0)		/* 0: the file has become shorter */
			return false;
		to += got;
		offset += got;
		n -= (size_t)got;
	}
	return true;
}

uint32_t
probe_be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t
probe_be64(const unsigned char *p)
{
	return (uint64_t)probe_be32(p) << 32 | probe_be32(p + 4);
}

uint32_t
probe_le32(const unsigned char *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

void
probe_created(struct probe *p, int64_t ms)
{
	static const int64_t year_2200_ms = INT64_C(7258118400000);

	if (ms <= 0 || ms >= year_2200_ms)
		return;
	p->has_created = true;
	p->created_ms = ms;
}

static bool
is_text(const unsigned char *head, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t code;
		size_t taken = utf8_take((const char *)head + i, n - i, &code);
		/* The last character may have been cut by where reading stopped. */
		if (code == UTF8_BAD)
			return n == HEAD && i + 4 > n;
		if ((code < 0x20 && strchr("\t\n\f\r\033", (int)code) == NULL) || code == 0 || code == 0x7F)
			return false;
		i += taken;
	}
	return true;
}

/* Boxes that a MP4 or MOV file begins with; older MOV files have no ftyp. */
static bool
is_mp4(const unsigned char *head, size_t n)
{
	static const char starts[][5] = { "moov", "mdat", "wide", "free", "skip", "pnot" };
	/* Pictures in the same boxes, which have no moov and are none the worse for it. */
	static const char pictures[][5] = { "heic", "heix", "mif1", "msf1", "avif", "avis" };

	if (n < 12)
		return false;
	if (memcmp(head + 4, "ftyp", 4) == 0) {
		for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
			if (memcmp(head + 8, pictures[i], 4) == 0)
				return false;
		}
		return true;
	}
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (memcmp(head + 4, starts[i], 4) == 0)
			return true;
	}
	return false;
}

static bool
begins(const unsigned char *head, size_t n, const char *with, size_t len)
{
	return n >= len && memcmp(head, with, len) == 0;
}

static enum probe_kind
recognise(const unsigned char *head, size_t n)
{
	static const char lfs[] = "version https://git-lfs.github.com/spec/v1";

	if (begins(head, n, "\xFF\xD8\xFF", 3))
		return PROBE_JPEG;
	if (begins(head, n, "\x89PNG\r\n\x1A\n", 8))
		return PROBE_PNG;
	if (begins(head, n, "\x1A\x45\xDF\xA3", 4))
		return PROBE_MATROSKA;
	if (begins(head, n, "RIFF", 4) && n >= 12 && memcmp(head + 8, "AVI ", 4) == 0)
		return PROBE_AVI;
	if (begins(head, n, lfs, sizeof lfs - 1))
		return PROBE_LFS_POINTER;
	if (is_mp4(head, n))
		return PROBE_MP4;
	return is_text(head, n) ? PROBE_TEXT : PROBE_UNKNOWN;
}

int
probe_file(const char *path, struct probe *out, struct err *e)
{
	struct stat st;
	unsigned char head[HEAD];
	int result = -1;

	*out = (struct probe){0};
	/* Without O_NONBLOCK a named pipe would wait here for somebody to write. */
	struct probe_file f = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) };
	if (f.fd < 0)
		return err_set(e, ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
	if (fstat(f.fd, &st) != 0) {
		err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(e, ERR_INPUT, "cannot use %s: it is %s, not a file", path,
			S_ISDIR(st.st_mode) ? "a folder" : "a device, pipe or socket");
		goto out;
	}
	if (st.st_size == 0) {
		err_set(e, ERR_DATA, "%s is empty", path);
		goto out;
	}
	out->size = f.size = st.st_size;
	size_t n = f.size < HEAD ? (size_t)f.size : HEAD;
	if (probe_read(&f, 0, head, n))
		out->kind = recognise(head, n);

	switch (out->kind) {
	case PROBE_JPEG:
		probe_jpeg(&f, out);
		break;
	case PROBE_PNG:
		probe_png(&f, out);
		break;
	case PROBE_MP4:
		probe_mp4(&f, out);
		break;
	case PROBE_MATROSKA:
		probe_matroska(&f, out);
		break;
	case PROBE_AVI:
		probe_avi(&f, out);
		break;
	case PROBE_LFS_POINTER:
	case PROBE_TEXT:
	case PROBE_UNKNOWN:
		break;
	}
	if (f.error != 0) {
		err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(f.error));
		goto out;
	}
	result = 0;
out:
	close(f.fd);
	return result;
}
