/*
 * What folders hold, in an order that does not depend on the file system.
 */
#include "truth/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

enum { FILES = 1000000, FOLDERS = 20000, LEVELS = 64 };

struct walk {
	const char *top;
	struct names *out;
	struct place {
		dev_t dev;
		ino_t ino;
	} *seen;
	size_t nseen;
	struct err *e;
};

void
names_take(struct names *l, char *name)
{
	if ((l->n & (l->n - 1)) == 0)
		l->v = mem_resize(l->v, l->n == 0 ? 1 : 2 * l->n, sizeof *l->v);
	l->v[l->n++] = name;
}

void
names_add(struct names *l, const char *name)
{
	names_take(l, mem_strdup(name));
}

void
names_free(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct names) {0};
}

/* Is this the first time that we come to this folder? */
static bool
first_time(struct walk *w, const struct stat *st)
{
	for (size_t i = 0; i < w->nseen; i++) {
		if (w->seen[i].dev == st->st_dev && w->seen[i].ino == st->st_ino)
			return false;
	}
	if ((w->nseen & (w->nseen - 1)) == 0)
		w->seen = mem_resize(w->seen, w->nseen == 0 ? 1 : 2 * w->nseen, sizeof *w->seen);
	w->seen[w->nseen++] = (struct place) { st->st_dev, st->st_ino };
	return true;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in one folder, sorted. */
static int
entries(const char *path, struct names *out, struct err *e)
{
	DIR *d = opendir(path);
	if (d == NULL)
		return err_set(e, ERR_INPUT, "%s: the folder cannot be read: %s", path, strerror(errno));
	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		if (entry->d_name[0] != '.')
			names_add(out, entry->d_name);
	}
	closedir(d);
	if (out->n > 1)
		qsort(out->v, out->n, sizeof *out->v, compare);
	return 0;
}

/* What is in the folder `under` the top one ("" for itself). */
static int
walk(struct walk *w, const char *under, int level)
{
	struct names here = {0};
	char *path = under[0] == '\0' ? mem_strdup(w->top) : file_join(w->top, under);
	int rc = -1;

	if (level > LEVELS) {
		err_set(w->e, ERR_DATA, "%s: more than %d folders in each other", path, LEVELS);
		goto out;
	}
	if (entries(path, &here, w->e) != 0)
		goto out;
	for (size_t i = 0; i < here.n; i++) {
		char *name = file_join(under, here.v[i]), *full = file_join(path, here.v[i]);
		struct stat st;
		bool folder = stat(full, &st) == 0 && S_ISDIR(st.st_mode);
		free(full);
		if (folder) {
			int got = 0;
			if (w->nseen == FOLDERS)
				got = err_set(w->e, ERR_DATA, "%s: more than %d folders", w->top, FOLDERS);
			else if (first_time(w, &st))
				got = walk(w, name, level + 1);
			free(name);
			if (got != 0)
				goto out;
			continue;
		}
		names_take(w->out, name);
		if (w->out->n > FILES) {
			err_set(w->e, ERR_DATA, "%s: more than %d files", w->top, FILES);
			goto out;
		}
	}
	rc = 0;
out:
	names_free(&here);
	free(path);
	return rc;
}

int
folder_list(const char *path, struct names *out, struct err *e)
{
	struct walk w = { .top = path, .out = out, .e = e };
	struct stat st;

	*out = (struct names) {0};
	if (stat(path, &st) != 0)
		return err_set(e, ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is a file, a folder is wanted", path);
	first_time(&w, &st);
	int rc = walk(&w, "", 0);
	free(w.seen);
	if (rc != 0)
		names_free(out);
	return rc;
}

bool
has_extension(const char *name, const char *ext)
{
	const char *const exts[] = { ext, NULL };
	return file_has_ext(name, exts);
}

bool
is_picture(const char *name)
{
	static const char *const exts[] = { "jpg", "jpeg", "png", NULL };
	return file_has_ext(name, exts);
}
