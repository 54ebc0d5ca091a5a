/*
 * Claims on sources, as locks of open file descriptions: they end with the process, however it ends, and two
 * stores of one process exclude each other as two processes do, which POSIX's older locks do not give.
 */
#include "store/claim.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

struct claim {
	int fd;
	char *path;
};

/* The same for all names of a database, links among them, as it is for the files that SQLite keeps beside it. */
static char *
path_of(const char *db_path)
{
	char *whole = realpath(db_path, NULL);
	char *path = mem_printf("%s-live", whole != NULL ? whole : db_path);
	free(whole);
	return path;
}

int
claim_open(struct claim **out, const char *db_path, struct err *e)
{
	*out = NULL;
	char *path = path_of(db_path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0) {
		err_set(e, ERR_IO, "cannot open %s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	struct claim *c = mem_alloc(sizeof *c);
	c->fd = fd;
	c->path = path;
	*out = c;
	return 0;
}

static struct flock
byte_of(int64_t source)
{
	assert(source > 0);
	return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)source, .l_len = 1 };
}

int
claim_take(struct claim *c, int64_t source, struct err *e)
{
	struct flock lock = byte_of(source);
	if (fcntl(c->fd, F_OFD_SETLK, &lock) == 0)
		return 1;
	if (errno == EAGAIN || errno == EACCES)
		return 0;
	return err_set(e, ERR_IO, "cannot lock %s: %s", c->path, strerror(errno));
}

void
claim_close(struct claim *c)
{
	if (c == NULL)
		return;
	close(c->fd);
	free(c->path);
	free(c);
}

int
claim_is_taken(const char *db_path, int64_t source, struct err *e)
{
	char *path = path_of(db_path);
	int r = -1;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		r = 0;
		goto out;
	}
	struct flock lock = byte_of(source);
	if (fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) != 0) {
		err_set(e, ERR_IO, "cannot look at %s: %s", path, strerror(errno));
		goto out;
	}
	r = lock.l_type != F_UNLCK;
out:
	if (fd >= 0)
		close(fd);
	free(path);
	return r;
}
