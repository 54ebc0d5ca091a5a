/*
 * What the user named, expanded: folders, patterns, lists on stdin, pictures gathered by folder.
 */
#include "pipeline/input.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

static const char *const picture_exts[] = { "jpg", "jpeg", "png", NULL };
static const char *const recording_exts[] = { "avi", "mp4", "m4v", "mov", "mkv", "webm", "mpg",
	"mpeg", "ts", "m2ts", "mts", "wmv", "asf", "flv", "3gp", "ogv", "mjpeg", "mjpg", "dav", NULL };

static struct input *
add(struct inputs *in, const char *path)
{
	in->v = mem_resize(in->v, in->n + 1, sizeof *in->v);
	struct input *i = &in->v[in->n++];
	*i = (struct input) { .path = mem_strdup(path) };
	return i;
}

static void
add_picture(struct input *i, const char *path)
{
	/* grows by doubling: a folder may hold a million */
	if ((i->npictures & (i->npictures - 1)) == 0)
		i->pictures = mem_resize(i->pictures, i->npictures == 0 ? 1 : 2 * i->npictures, sizeof *i->pictures);
	i->pictures[i->npictures++] = mem_strdup(path);
}

/*
 * Names in the order that a person expects: runs of digits compare as numbers, so that 2.jpg comes before 10.jpg.
 */
static int
natural(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int r = strverscmp(x, y);
	return r != 0 ? r : strcmp(x, y);
}

static void
sort_names(char **v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof *v, natural);
}

/* A picture named by itself joins the pictures of its folder that were named before. */
static void
add_loose_picture(struct inputs *in, const char *path)
{
	const char *name = file_name(path);
	char *folder = name == path ? mem_strdup(".") : mem_printf("%.*s", (int)(name - path), path);
	size_t n = strlen(folder);
	while (n > 1 && folder[n - 1] == '/')
		folder[--n] = '\0';
	struct input *home = NULL;
	/* lists name neighbours together, so the newest input is nearly always the one */
	for (size_t i = in->n; i > 0 && home == NULL; i--)
		if (in->v[i - 1].loose && strcmp(in->v[i - 1].path, folder) == 0)
			home = &in->v[i - 1];
	if (home == NULL)
		home = add(in, folder);
	home->loose = true;
	add_picture(home, path);
	free(folder);
}

/* All are named: in the order of a folder's; one that stayed alone goes by its own name. */
static void
finish_loose(struct input *i)
{
	sort_names(i->pictures, i->npictures);
	if (i->npictures == 1) {
		free(i->path);
		i->path = mem_strdup(i->pictures[0]);
	}
}

/* The entries of one folder or pattern: recordings one by one, pictures together under `as`. */
static size_t
add_set(struct inputs *in, const char *as, char **names, size_t n, bool all)
{
	struct input pictures = { 0 };
	size_t before = in->n;
	sort_names(names, n);
	for (size_t i = 0; i < n; i++) {
		if (file_is_dir(names[i]))
			continue;
		if (file_has_ext(names[i], picture_exts))
			add_picture(&pictures, names[i]);
		else if (all || file_has_ext(names[i], recording_exts))
			add(in, names[i]);
	}
	if (pictures.npictures > 0) {
		struct input *i = add(in, as);
		i->pictures = pictures.pictures;
		i->npictures = pictures.npictures;
	}
	return in->n - before;
}

/* It has no frames to give, and says so when its turn comes. */
static void
add_hopeless(struct inputs *in, const char *path, const char *why)
{
	add(in, path)->why = mem_strdup(why);
}

static void
add_folder(struct inputs *in, const char *path)
{
	DIR *d = opendir(path);
	if (d == NULL) {
		add_hopeless(in, path, strerror(errno));
		return;
	}
	char **names = NULL;
	size_t n = 0;
	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		names = mem_resize(names, n + 1, sizeof *names);
		names[n++] = file_join(path, entry->d_name);
	}
	closedir(d);
	char *as = mem_strdup(path);
	for (size_t k = strlen(as); k > 1 && as[k - 1] == '/'; k--)
		as[k - 1] = '\0';
	if (add_set(in, as, names, n, false) == 0)
		add_hopeless(in, path, "no recording and no JPEG or PNG picture in this folder");
	free(as);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static void
add_pattern(struct inputs *in, const char *pattern)
{
	glob_t g = { 0 };
	int r = glob(pattern, GLOB_NOSORT, NULL, &g);
	if (r == GLOB_NOMATCH)
		add_hopeless(in, pattern, "nothing matches this pattern");
	else if (r != 0)
		add_hopeless(in, pattern, "its folder cannot be read");
	else if (add_set(in, pattern, g.gl_pathv, g.gl_pathc, true) == 0)
		add_hopeless(in, pattern, "only folders match this pattern");
	globfree(&g);
}

static int
add_name(struct inputs *in, const char *name, struct err *e)
{
	if (name[0] == '\0')
		return err_set(e, ERR_USAGE, "an input has an empty name");
	if (file_is_dir(name))
		add_folder(in, name);
	else if (!file_exists(name) && strpbrk(name, "*?[") != NULL)
		add_pattern(in, name);
	else if (file_has_ext(name, picture_exts))
		add_loose_picture(in, name);
	else
		add(in, name);
	return 0;
}

static int
add_list(struct inputs *in, FILE *f, struct err *e)
{
	struct buf text = { 0 };
	char part[65536];
	int r = -1;
	for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
		buf_add(&text, part, n);
	if (ferror(f)) {
		err_set(e, ERR_IO, "the list on standard input could not be read");
		goto out;
	}
	char end = text.len > 0 && memchr(text.data, '\0', text.len) != NULL ? '\0' : '\n';
	for (size_t at = 0; at < text.len;) {
		char *line = text.data + at;
		char *stop = memchr(line, end, text.len - at);
		size_t n = stop != NULL ? (size_t)(stop - line) : text.len - at;
		at += n + 1;
		if (end == '\n' && n > 0 && line[n - 1] == '\r')
			n--;
		line[n] = '\0';
		if (n > 0 && add_name(in, line, e) != 0)
			goto out;
	}
	r = 0;
out:
	buf_free(&text);
	return r;
}

int
inputs_expand(struct inputs *out, int n, char **names, struct err *e)
{
	*out = (struct inputs) { 0 };
	for (int i = 0; i < n; i++) {
		bool list = strcmp(names[i], "-") == 0;
		if ((list ? add_list(out, stdin, e) : add_name(out, names[i], e)) != 0) {
			inputs_free(out);
			return -1;
		}
	}
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].loose)
			finish_loose(&out->v[i]);
	if (out->n == 0)
		return err_set(e, ERR_USAGE, "no input: name a recording, a folder, a pattern, or - for a list on standard input");
	return 0;
}

void
inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < in->n; i++) {
		for (size_t k = 0; k < in->v[i].npictures; k++)
			free(in->v[i].pictures[k]);
		free(in->v[i].pictures);
		free(in->v[i].path);
		free(in->v[i].why);
	}
	free(in->v);
	*in = (struct inputs) { 0 };
}
