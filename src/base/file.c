/*
 * Paths and whole files.  Files are opened without waiting and must be regular:
 * a named pipe given as an input would otherwise hang the program before it said
 * a word.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

bool
file_exists(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

bool
file_is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *
file_name(const char *path)
{
	/* Slashes at the end belong to the last component: "a/b/" -> "b/". */
	size_t i = strlen(path);
	while (i > 0 && path[i - 1] == '/')
		i--;
	while (i > 0 && path[i - 1] != '/')
		i--;
	return path + i;
}

/* The point before the last extension of a name of len bytes, or its end.  ".hidden" has no extension. */
static size_t
extension_at(const char *name, size_t len)
{
	for (size_t i = len; i > 1; i--) {
		if (name[i - 1] == '.')
			return i - 1;
	}
	return len;
}

char *
file_stem(const char *path)
{
	const char *name = file_name(path);
	size_t len = strlen(name);
	while (len > 1 && name[len - 1] == '/')
		len--;
	size_t n = extension_at(name, len);
	char *stem = mem_alloc(n + 1);
	memcpy(stem, name, n);
	return stem;
}

bool
file_has_ext(const char *path, const char *const *exts)
{
	const char *name = file_name(path);
	size_t len = strlen(name), at = extension_at(name, len);
	if (at == len)
		return false;
	for (; *exts != NULL; exts++) {
		if (strcasecmp(name + at + 1, *exts) == 0)
			return true;
	}
	return false;
}

char *
file_join(const char *dir, const char *name)
{
	if (dir == NULL || *dir == '\0' || *name == '/')
		return mem_strdup(name);
	bool slash = dir[strlen(dir) - 1] == '/';
	return mem_printf("%s%s%s", dir, slash ? "" : "/", name);
}

char *
file_absolute(const char *path)
{
	char *real = realpath(path, NULL);
	return real != NULL ? real : mem_strdup(path);
}

/* A descriptor of a regular file, or -1. */
static int
open_regular(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(e, ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
	struct stat st;
	if (fstat(fd, &st) != 0)
		err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		err_set(e, ERR_INPUT, "cannot open %s: it is a folder, a file is wanted", path);
	else if (!S_ISREG(st.st_mode))
		err_set(e, ERR_INPUT, "cannot open %s: it is not a regular file", path);
	else
		return fd;
	close(fd);
	return -1;
}

static ssize_t
read_some(int fd, void *to, size_t n)
{
	ssize_t got;
	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

int
file_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	int fd = open_regular(path, e);
	if (fd < 0)
		return -1;
	/* To the end rather than to the size: a file may grow, and those of /proc claim to be empty. */
	enum { CHUNK = 65536 };
	char *chunk = mem_alloc(CHUNK);
	size_t before = out->len, total = 0;
	int rc = -1;
	for (;;) {
		ssize_t got = read_some(fd, chunk, CHUNK);
		if (got < 0) {
			err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
			break;
		}
		if ((size_t)got > max - total) {
			err_set(e, ERR_DATA, "%s is too large: more than %zu bytes", path, max);
			break;
		}
		buf_add(out, chunk, (size_t)got);
		total += (size_t)got;
		if (got == 0) {
			rc = 0;
			break;
		}
	}
	if (rc != 0) {
		/* Half a file is worse than none. */
		out->len = before;
		if (out->data != NULL)
			out->data[before] = '\0';
	}
	free(chunk);
	close(fd);
	return rc;
}

int
file_sha256(const char *path, char hex[SHA256_HEX], int64_t *size, struct err *e)
{
	int fd = open_regular(path, e);
	if (fd < 0)
		return -1;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	enum { CHUNK = 1 << 20 };
	unsigned char *chunk = mem_alloc(CHUNK);
	struct sha256 s;
	sha256_init(&s);
	ssize_t got;
	while ((got = read_some(fd, chunk, CHUNK)) > 0)
		sha256_add(&s, chunk, (size_t)got);
	int rc = 0;
	if (got < 0)
		rc = err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
	if (rc == 0 && size != NULL)
		*size = (int64_t)s.length;
	if (rc == 0)
		sha256_end(&s, hex);
	free(chunk);
	close(fd);
	return rc;
}

int
file_make_dirs(const char *path, struct err *e)
{
	char *part = mem_strdup(path);
	int rc = 0;
	/* Each slash in turn becomes the end; the last round sees the whole path. */
	for (char *p = part; rc == 0 && *p != '\0';) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		char end = *p;
		*p = '\0';
		if (mkdir(part, 0777) != 0) {
			int why = errno;
			if (!file_is_dir(part))
				rc = err_set(e, ERR_IO, "cannot make the folder %s: %s", part, strerror(why));
		}
		*p = end;
	}
	if (*path == '\0')
		rc = err_set(e, ERR_IO, "cannot make a folder without a name");
	free(part);
	return rc;
}
