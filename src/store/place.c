/*
 * What the file system has to say of a database before SQLite is asked, whose only words for all of this
 * are "unable to open database file".
 */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALLEST = 512 };	/* bytes of the smallest page */

/*
 * Makes the file, so that a folder that is missing or closed has its own message.  A file that is there is
 * not opened: closing it again would drop the locks that another connection of this process holds.
 */
static int
touch(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0)
		return err_set(e, errno == ENOENT ? ERR_INPUT : ERR_IO, "cannot make %s: %s", path, strerror(errno));
	close(fd);
	return 0;
}

int
place_look(const char *path, enum db_mode mode, struct err *e)
{
	struct stat st;

	if (path[0] == '\0')
		return err_set(e, ERR_INPUT, "the name of the database is empty");
	if (stat(path, &st) != 0) {
		if (errno != ENOENT)
			return err_set(e, ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
		if (mode != DB_CREATE)
			return err_set(e, ERR_INPUT, "no database %s: `footfall analyze` makes one, and --db names another", path);
		return touch(path, e);
	}
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is a folder, not a database", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is not a regular file", path);
	if (access(path, R_OK) != 0)
		return err_set(e, ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
	if (mode != DB_READ && access(path, W_OK) != 0)
		return err_set(e, ERR_IO, "cannot write %s: %s", path, strerror(errno));
	/* SQLite takes a file of one byte for an empty one, and would write into it */
	if (st.st_size > 0 && st.st_size < SMALLEST)
		return err_set(e, ERR_DATA, "%s is not a SQLite database", path);
	return 0;
}
