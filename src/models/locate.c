/*
 * Where a network's files are, told by existence and size alone: cheap enough for a list of all
 * networks.  Hashes are the business of model_load.
 *
 * A broken file in one folder must not hide a good one in a later folder, so every folder is asked
 * before a file is called broken.
 */
#include "models/locate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

char *
locate_candidate(const struct registry *r, const struct model_file *f, size_t k)
{
	size_t n;
	char *const *folders = registry_folders(r, &n);
	if (f->at != NULL)
		return k == 0 ? mem_strdup(f->at) : NULL;
	return k < n ? file_join(folders[k], f->path) : NULL;
}

bool
locate_is_pointer(const char *path)
{
	static const char head[] = "version https://git-lfs.github.com/spec/";
	char text[sizeof head] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof head - 1);
	close(fd);
	return n == (ssize_t)sizeof head - 1 && memcmp(text, head, sizeof head - 1) == 0;
}

enum locate
locate_look(const char *path, const struct model_file *f, struct buf *why)
{
	struct buf ignored = { 0 };
	struct stat st;
	enum locate r = LOCATE_BROKEN;

	if (why == NULL)
		why = &ignored;
	if (stat(path, &st) != 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			r = LOCATE_MISSING;
		else
			buf_printf(why, "cannot be reached (%s)", strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		buf_puts(why, "is not a file");
	} else if (st.st_size != f->size && st.st_size < LOCATE_POINTER_MAX && locate_is_pointer(path)) {
		buf_puts(why, "is only a Git LFS pointer to the file");
	} else if (st.st_size < f->size) {
		buf_printf(why, "has %lld of %lld bytes", (long long)st.st_size, (long long)f->size);
	} else if (st.st_size > f->size) {
		buf_printf(why, "has %lld bytes instead of %lld", (long long)st.st_size, (long long)f->size);
	} else if (access(path, R_OK) != 0) {
		buf_printf(why, "cannot be read (%s)", strerror(errno));
	} else {
		r = LOCATE_GOOD;
	}
	buf_free(&ignored);
	return r;
}

/* One file of a network: what model_state says of the whole. */
static enum locate
look_everywhere(const struct registry *r, const struct model_file *f, char **path, struct buf *why)
{
	enum locate found = LOCATE_MISSING;
	struct buf clause = { 0 };
	char *p;

	for (size_t k = 0; found != LOCATE_GOOD && (p = locate_candidate(r, f, k)) != NULL; k++) {
		buf_clear(&clause);
		switch (locate_look(p, f, &clause)) {
		case LOCATE_GOOD:
			found = LOCATE_GOOD;
			if (path != NULL)
				*path = mem_strdup(p);
			break;
		case LOCATE_BROKEN:
			if (found == LOCATE_MISSING && why != NULL)
				buf_printf(why, "%s %s", p, buf_str(&clause));
			found = LOCATE_BROKEN;
			break;
		case LOCATE_MISSING:
			break;
		}
		free(p);
	}
	if (found == LOCATE_MISSING && why != NULL)
		buf_printf(why, "%s is missing", f->at != NULL ? f->at : f->path);
	buf_free(&clause);
	return found;
}

enum model_state
model_state(const struct registry *r, const struct model *m, struct buf *why)
{
	if (m->unsupported != NULL) {
		if (why != NULL)
			buf_puts(why, m->unsupported);
		return MODEL_UNSUPPORTED;
	}
	for (size_t i = 0; i < m->nfiles; i++) {
		struct buf clause = { 0 };
		enum locate found = look_everywhere(r, &m->files[i], NULL, &clause);
		if (found != LOCATE_GOOD && why != NULL)
			buf_puts(why, buf_str(&clause));
		buf_free(&clause);
		if (found != LOCATE_GOOD)
			return found == LOCATE_BROKEN ? MODEL_BROKEN : MODEL_MISSING;
	}
	return MODEL_READY;
}

char *
model_path(const struct registry *r, const struct model *m, size_t i)
{
	char *path = NULL;
	look_everywhere(r, &m->files[i], &path, NULL);
	return path;
}

void
locate_mend(const struct model *m, const struct model_file *f, struct buf *out)
{
	if (f->at != NULL)
		buf_printf(out, "put the file %s of %s there", file_name(f->path), m->name);
	else if (f->url != NULL)
		buf_printf(out, "get it with: footfall models fetch %s", m->name);
	else if (m->note != NULL)
		buf_puts(out, m->note);
	else
		buf_printf(out, "it comes from %s (footfall models show %s says more)", m->upstream, m->name);
}

void
locate_folders(const struct registry *r, struct buf *out)
{
	size_t n;
	char *const *folders = registry_folders(r, &n);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s%s", i > 0 ? ", " : "looked in ", folders[i],
		    file_is_dir(folders[i]) ? "" : " (no such folder)");
}
