/*
 * The files of a network, as its entry names them.  A path stays inside the folder that it is
 * relative to, and a size is one that fits into memory.
 */
#include "models/entry_parts.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"

static const int64_t largest = INT64_C(0x7fffffff);	/* bytes; files are read into memory whole */

static bool
path_is_inside(const char *path)
{
	if (path[0] == '/' || strlen(path) > 255)
		return false;
	while (*path != '\0') {
		size_t n = strcspn(path, "/");
		if (n == 0 || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += n;
		if (*path == '/' && *++path == '\0')
			return false;
	}
	return true;
}

static bool
address_is_known(const char *url)
{
	static const char *const schemes[] = { "https://", "http://", "file://" };
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
			return strchr(url, ' ') == NULL;
	return false;
}

static int
check_file(const struct cfg *c, const struct cfg_node *n, struct model_file *f, struct err *e)
{
	if (!path_is_inside(f->path))
		return entry_refuse(c, cfg_child(n, "path"), e,
		    "path must be relative to a models folder, without \"..\", and at most 255 bytes long");
	if (strlen(f->sha256) != SHA256_HEX - 1 || strspn(f->sha256, "0123456789abcdefABCDEF") != SHA256_HEX - 1)
		return entry_refuse(c, cfg_child(n, "sha256"), e, "sha256 must be 64 hexadecimal digits");
	for (char *p = f->sha256; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (f->size < 1 || f->size > largest)
		return entry_refuse(c, cfg_child(n, "size"), e, "size must be 1 to %lld bytes", (long long)largest);
	if (f->url != NULL && !address_is_known(f->url))
		return entry_refuse(c, cfg_child(n, "url"), e, "url must begin with https://, http:// or file://, and hold no space");
	return 0;
}

static int
take_file(const struct cfg *c, const struct cfg_node *n, struct model_file *f, struct err *e)
{
	bool has_size = false;

	if (cfg_type(n) != CFG_GROUP)
		return entry_refuse(c, n, e, "a file must be a group: { path = ...; sha256 = ...; size = ...; url = ...; }");
	for (size_t i = 0; i < cfg_length(n); i++) {
		const struct cfg_node *v = cfg_at(n, i);
		const char *name = cfg_name(v);
		int r;
		if (strcmp(name, "path") == 0) {
			r = entry_text(c, v, name, &f->path, e);
		} else if (strcmp(name, "sha256") == 0) {
			r = entry_text(c, v, name, &f->sha256, e);
		} else if (strcmp(name, "url") == 0) {
			r = entry_text(c, v, name, &f->url, e);
		} else if (strcmp(name, "size") == 0) {
			r = cfg_int(c, v, &f->size, e);
			has_size = true;
		} else {
			r = entry_refuse(c, v, e, "a file has no \"%.40s\"; it has path, sha256, size and url", name);
		}
		if (r != 0)
			return -1;
	}
	const char *missing = f->path == NULL ? "path" : f->sha256 == NULL ? "sha256" : !has_size ? "size" : NULL;
	if (missing != NULL)
		return entry_refuse(c, n, e, "a file without %s", missing);
	return check_file(c, n, f, e);
}

int
read_files(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	if (cfg_type(n) != CFG_LIST || cfg_length(n) < 1 || cfg_length(n) > MODEL_FILES)
		return entry_refuse(r->c, n, e, "%s must be a list of 1 to %d groups", k->name, MODEL_FILES);
	for (size_t i = 0; i < cfg_length(n); i++) {
		r->m->nfiles = i + 1;
		if (take_file(r->c, cfg_at(n, i), &r->m->files[i], e) != 0)
			return -1;
		/* The other files of a network that is given by the path of its weights lie beside them. */
		for (size_t j = 0; j < i; j++)
			if (strcmp(file_name(r->m->files[i].path), file_name(r->m->files[j].path)) == 0)
				return entry_refuse(r->c, cfg_at(n, i), e, "two files of the same name");
	}
	return 0;
}
