/*
 * Where output goes: a stream, a byte string, or a file, gzipped or not.
 *
 * A file is written under another name and renamed when it is whole, so that a reader never
 * finds half a page, and a full disk does not cost the page that was there before.  The first
 * error is remembered, what follows is dropped, and out_close tells: callers write line
 * after line without a check for each.
 */
#include "out/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "out/gz.h"
#include "out/state.h"

struct out {
	/* One of these three takes the bytes. */
	FILE *f;
	struct gz *gz;
	struct buf *buf;

	bool owned;		/* f is ours to close */
	char *name;		/* as the caller called it, for messages; NULL: a borrowed stream */
	char *path;		/* where the file goes, links resolved */
	char *part;		/* its temporary name; NULL: written in place */
	int fd;			/* second descriptor of a gzipped file, for fsync; else -1 */
	int error;		/* errno of the first failure, 0: none */
	struct out_state state;
};

static struct out *
new_out(void)
{
	struct out *o = mem_alloc(sizeof *o);
	o->fd = -1;
	return o;
}

static void
failed(struct out *o)
{
	/* A library that failed without a reason still failed. */
	if (o->error == 0)
		o->error = errno != 0 ? errno : EIO;
}

struct out *
out_stream(FILE *f)
{
	struct out *o = new_out();
	o->f = f;
	return o;
}

struct out *
out_buf(struct buf *b)
{
	struct out *o = new_out();
	o->buf = b;
	return o;
}

/*
 * Makes the temporary file.  mkstemp would do but for its mode of 0600: a report is as readable
 * as the umask says, and the umask cannot be asked for without changing it.
 */
static int
open_part(struct out *o)
{
	for (int tries = 0; tries < 100; tries++) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		unsigned tag = ((unsigned)now.tv_nsec ^ (unsigned)getpid() << 8) + (unsigned)tries;
		free(o->part);
		o->part = mem_printf("%s.%06x.part", o->path, tag & 0xFFFFFFU);
		int fd = open(o->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	int error = errno;
	free(o->part);
	o->part = NULL;
	errno = error;
	return -1;
}

static bool
ends_in_gz(const char *path)
{
	size_t n = strlen(path);
	return n > 3 && strcmp(path + n - 3, ".gz") == 0;
}

static void
free_out(struct out *o)
{
	free(o->name);
	free(o->path);
	free(o->part);
	free(o);
}

int
out_open(struct out **out, const char *path, struct err *e)
{
	*out = NULL;
	if (strcmp(path, "-") == 0) {
		*out = out_stream(stdout);
		return 0;
	}
	if (path[0] == '\0')
		return err_set(e, ERR_IO, "cannot write a file without a name");
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && S_ISDIR(st.st_mode))
		return err_set(e, ERR_IO, "cannot write %s: it is a folder; name a file", path);

	struct out *o = new_out();
	o->name = mem_strdup(path);
	o->path = file_absolute(path);
	/* A device or a pipe is written to, not replaced: think of /dev/null and root. */
	int fd = there && !S_ISREG(st.st_mode) ? open(path, O_WRONLY | O_CLOEXEC) : open_part(o);
	if (fd < 0)
		goto fail;
	if (ends_in_gz(path)) {
		o->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (o->fd >= 0)
			o->gz = gz_open(fd);
	} else {
		o->f = fdopen(fd, "w");
		o->owned = true;
	}
	if (o->gz == NULL && o->f == NULL) {
		int error = errno;
		close(fd);
		if (o->fd >= 0)
			close(o->fd);
		if (o->part != NULL)
			unlink(o->part);
		errno = error;
		goto fail;
	}
	*out = o;
	return 0;
fail:
	err_set(e, ERR_IO, "cannot write %s: %s", path, strerror(errno));
	free_out(o);
	return -1;
}

/* Hands everything to the system; with sync, to the disk. Closes what is ours. */
static void
finish(struct out *o, bool sync)
{
	errno = 0;
	if (o->gz != NULL && !gz_close(o->gz))
		failed(o);
	if (o->f != NULL && fflush(o->f) != 0)
		failed(o);
	int fd = o->owned ? fileno(o->f) : o->fd;
	/* Only a file that is renamed needs it; a pipe or a device refuses. */
	if (fd >= 0 && sync && o->part != NULL && o->error == 0 && fsync(fd) != 0)
		failed(o);
	if (o->owned && fclose(o->f) != 0)
		failed(o);
	if (o->fd >= 0 && close(o->fd) != 0)
		failed(o);
}

int
out_close(struct out *o, struct err *e)
{
	if (o == NULL)
		return 0;
	finish(o, true);
	if (o->part != NULL && o->error == 0 && rename(o->part, o->path) != 0)
		failed(o);
	if (o->part != NULL && o->error != 0)
		unlink(o->part);
	int result = 0;
	if (o->error != 0)
		result = err_set(e, ERR_IO, "cannot write %s: %s",
			o->name != NULL ? o->name : o->f == stdout ? "to standard output" : "output",
			strerror(o->error));
	free_out(o);
	return result;
}

void
out_abandon(struct out *o)
{
	if (o == NULL)
		return;
	finish(o, false);
	if (o->part != NULL)
		unlink(o->part);
	free_out(o);
}

struct out_state *
out_state(struct out *o)
{
	return &o->state;
}

void
out_bytes(struct out *o, const void *data, size_t n)
{
	if (o->error != 0 || n == 0)
		return;
	if (o->buf != NULL) {
		buf_add(o->buf, data, n);
		return;
	}
	errno = 0;
	if (o->f != NULL) {
		if (fwrite(data, 1, n, o->f) != n)
			failed(o);
		return;
	}
	if (!gz_write(o->gz, data, n))
		failed(o);
}

void
out_puts(struct out *o, const char *s)
{
	out_bytes(o, s, strlen(s));
}

void
out_printf(struct out *o, const char *fmt, ...)
{
	char small[512], *text = small;
	va_list ap;

	errno = 0;
	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof small) {
		text = mem_alloc((size_t)n + 1);
		va_start(ap, fmt);
		n = vsnprintf(text, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	if (n < 0)
		failed(o);
	else
		out_bytes(o, text, (size_t)n);
	if (text != small)
		free(text);
}
