/*
 * Names of recorded segments.
 *
 * Paths come out of a database that others can write, and folders can be exchanged for links meanwhile.  So a path is looked
 * at letter by letter, and walked from descriptor to descriptor without following links.
 */
#include "record/names.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "base/when.h"

#define EXT ".mkv"
#define PART ".part" EXT

enum { SAFE_MAX = 80, DIGITS = 8 };

static bool
is_safe(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-';
}

char *
names_safe(const char *source)
{
	char safe[SAFE_MAX + 1], hex[SHA256_HEX];
	size_t n = 0;
	bool changed = *source == '\0';
	for (const char *p = source; *p != '\0'; p++) {
		if (n == SAFE_MAX - DIGITS - 1) {
			changed = true;
			break;
		}
		/* A name that starts with a point is hidden, one with a minus is an option. */
		bool good = is_safe(*p) && (p > source || (*p != '.' && *p != '-'));
		changed |= !good;
		safe[n++] = good ? *p : '_';
	}
	safe[n] = '\0';
	/* Time is read from the first date in a file's name, which must not be one of the source's. */
	int64_t ms;
	if (when_from_name(safe, &ms) == 0) {
		snprintf(safe, sizeof safe, "source");
		changed = true;
	}
	sha256_of(source, strlen(source), hex);
	return changed ? mem_printf("%s-%.*s", *safe != '\0' ? safe : "source", DIGITS, hex) : mem_strdup(safe);
}

char *
names_segment(const char *source, int64_t start_ms, int again)
{
	/* Years of four digits. */
	const int64_t last = INT64_C(253402300799000);
	char t[WHEN_TEXT], more[16] = "";
	when_format(start_ms < 0 ? 0 : start_ms > last ? last : start_ms, t);
	if (again > 0)
		snprintf(more, sizeof more, "-%d", again + 1);
	char *safe = names_safe(source);
	char *path = mem_printf("%s/%.10s/%s_%.4s%.2s%.2sT%.2s%.2s%.2sZ%s" EXT, safe, t, safe, t, t + 5, t + 8, t + 11, t + 14, t + 17, more);
	free(safe);
	return path;
}

char *
names_part(const char *path)
{
	return mem_printf("%.*s" PART, (int)(strlen(path) - strlen(EXT)), path);
}

char *
names_whole(const char *path)
{
	size_t n = strlen(path);
	if (n < strlen(PART) || strcmp(path + n - strlen(PART), PART) != 0)
		return NULL;
	char *whole = mem_printf("%.*s" EXT, (int)(n - strlen(PART)), path);
	if (names_is_segment(whole))
		return whole;
	free(whole);
	return NULL;
}

/* Does s start with that form: 0 stands for a digit?  Then the rest of s, else NULL. */
static const char *
after_form(const char *s, const char *form)
{
	for (; *form != '\0'; form++, s++)
		if (*form == '0' ? !isdigit((unsigned char)*s) : *s != *form)
			return NULL;
	return s;
}

bool
names_is_segment(const char *path)
{
	size_t n = 0;
	while (is_safe(path[n]))
		n++;
	if (n == 0 || n > SAFE_MAX || *path == '.' || *path == '-')
		return false;
	const char *p = after_form(path + n, "/0000-00-00/");
	if (p == NULL || strncmp(p, path, n) != 0 || (p = after_form(p + n, "_00000000T000000Z")) == NULL)
		return false;
	if (*p == '-')
		do
			p++;
		while (isdigit((unsigned char)*p));
	return strcmp(p, EXT) == 0;
}

/* The folder that a segment, or a part of one, lies in; *name: its last component. */
static int
open_above(int folder, const char *path, const char **name, struct err *e)
{
	char *whole = names_whole(path);
	bool ours = whole != NULL || names_is_segment(path);
	free(whole);
	if (!ours)
		return err_set(e, ERR_DATA, "'%s' is not the name of a recorded segment", path);
	int at = dup(folder);
	for (const char *slash; at >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		char *part = mem_printf("%.*s", (int)(slash - path), path);
		int next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), why = errno;
		close(at);
		at = next;
		free(part);
		errno = why;
	}
	*name = path;
	return at >= 0 ? at : err_set(e, errno == ENOENT ? ERR_INPUT : ERR_IO, "%s: its folder: %s", path, strerror(errno));
}

/* Not for all users of the machine: people are to be seen in recordings. */
int
names_make_folders(int folder, const char *path, struct err *e)
{
	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		char *part = mem_printf("%.*s", (int)(slash - path), path);
		int rc = 0;
		if (mkdirat(folder, part, 0750) != 0 && errno != EEXIST)
			rc = err_set(e, ERR_IO, "cannot make the folder %s: %s", part, strerror(errno));
		free(part);
		if (rc != 0)
			return rc;
	}
	const char *name;
	int at = open_above(folder, path, &name, e);
	if (at < 0)
		return -1;
	close(at);
	return 0;
}

int
names_open(int folder, const char *path, struct err *e)
{
	const char *name;
	struct stat st;
	int at = open_above(folder, path, &name, e);
	if (at < 0)
		return -1;
	/* Not waiting for a writer, should it be a pipe. */
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK), why = errno;
	close(at);
	if (fd < 0)
		return err_set(e, why == ENOENT ? ERR_INPUT : ERR_IO, "%s: %s", path, strerror(why));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(e, ERR_DATA, "%s: not a regular file", path);
}

int
names_finish(int folder, const char *part, const char *path, struct err *e)
{
	const char *from, *to;
	int above = -1, rc = -1, fd = names_open(folder, part, e);
	if (fd < 0 || (above = open_above(folder, part, &from, e)) < 0)
		goto out;
	to = strrchr(path, '/') + 1;
	if (fsync(fd) != 0 || renameat(above, from, above, to) != 0 || fsync(above) != 0) {
		err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		goto out;
	}
	rc = 0;
out:
	if (above >= 0)
		close(above);
	if (fd >= 0)
		close(fd);
	return rc;
}

int
names_remove(int folder, const char *path, struct err *e)
{
	const char *name;
	struct stat st;
	int rc = 0, at = open_above(folder, path, &name, e);
	if (at < 0)
		return e->code == ERR_INPUT ? 0 : -1;
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		rc = err_set(e, ERR_DATA, "%s: not a regular file", path);
	else if (unlinkat(at, name, 0) != 0 && errno != ENOENT)
		rc = err_set(e, ERR_IO, "cannot delete %s: %s", path, strerror(errno));
	close(at);
	/* The day's folder, which stays when something is in it. */
	char *day = mem_printf("%.*s", (int)(strrchr(path, '/') - path), path);
	unlinkat(folder, day, AT_REMOVEDIR);
	free(day);
	return rc;
}
