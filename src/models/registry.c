/*
 * The registry: the project's own file, then those of the user, read once at the start.
 */
#include "models/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "conf/cfg.h"
#include "models/entry.h"
#include "models/entry_parts.h"
#include "models/folders.h"
#include "models/locate.h"

/*
 * Networks given by the path of their weights: copies that share all with the registry's own, but
 * say where the files lie.
 */
struct by_path {
	struct model **v;
	size_t n;
};

struct registry {
	struct model *models;
	size_t n;
	struct folders folders;
	char *file;			/* the project's own */
	struct by_path *by_path;	/* apart, so that a const registry can be asked */
};

/* A registry file that was read: kept until all are, for its lists and its contents. */
struct source {
	struct cfg *cfg;
	char *path;			/* absolute */
	char sha256[SHA256_HEX];
};

struct sources {
	struct source *v;
	size_t n;
};

static bool
is_called(const struct model *m, const char *name)
{
	if (strcmp(m->name, name) == 0)
		return true;
	for (size_t i = 0; i < m->naliases; i++)
		if (strcmp(m->aliases[i], name) == 0)
			return true;
	return false;
}

static const struct model *
find_called(const struct registry *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (is_called(&r->models[i], name))
			return &r->models[i];
	return NULL;
}

static int
refuse_double(const struct model *m, const struct model *other, const char *name, struct err *e)
{
	return err_set(e, ERR_CONFIG, "%s: the network %s is already defined at %s", m->defined_at, name, other->defined_at);
}

/* Takes m over, unless it is called as another one. */
static int
add_model(struct registry *r, struct model *m, struct err *e)
{
	const struct model *other = find_called(r, m->name);
	if (other != NULL)
		return refuse_double(m, other, m->name, e);
	for (size_t i = 0; i < m->naliases; i++)
		if ((other = find_called(r, m->aliases[i])) != NULL)
			return refuse_double(m, other, m->aliases[i], e);
	r->models = mem_resize(r->models, r->n + 1, sizeof *r->models);
	r->models[r->n++] = *m;
	return 0;
}

static int
check_lists(const struct cfg *c, const struct cfg_node *lists, struct err *e)
{
	if (lists != NULL && cfg_type(lists) != CFG_GROUP)
		return entry_refuse(c, lists, e, "lists must be a group: lists = { coco = [ \"person\", ... ]; };");
	for (size_t i = 0; lists != NULL && i < cfg_length(lists); i++)
		if (cfg_type(cfg_at(lists, i)) != CFG_LIST)
			return entry_refuse(c, cfg_at(lists, i), e, "%.40s must be a list of names", cfg_name(cfg_at(lists, i)));
	return 0;
}

/* shared: the project's lists, which every registry may refer to; NULL while reading the project's own. */
static int
read_models(struct registry *r, struct cfg *c, const struct cfg_node *shared, struct err *e)
{
	const struct cfg_node *root = cfg_root(c), *models = cfg_child(root, "models");
	const struct cfg_node *const lists[2] = { cfg_child(root, "lists"), shared };

	for (size_t i = 0; i < cfg_length(root); i++) {
		const char *name = cfg_name(cfg_at(root, i));
		if (strcmp(name, "models") != 0 && strcmp(name, "lists") != 0)
			return entry_refuse(c, cfg_at(root, i), e, "a registry has no \"%.40s\"; it has models and lists", name);
	}
	if (models == NULL)
		return err_set(e, ERR_CONFIG, "%s:1: a registry without models", cfg_path(c));
	if (cfg_type(models) != CFG_LIST)
		return entry_refuse(c, models, e, "models must be a list: models = ( { task = ...; ... }, ... );");
	if (check_lists(c, lists[0], e) != 0)
		return -1;
	for (size_t i = 0; i < cfg_length(models); i++) {
		struct model m;
		if (entry_read(&m, c, cfg_at(models, i), lists, e) != 0)
			return -1;
		if (add_model(r, &m, e) != 0) {
			entry_clear(&m);
			return -1;
		}
	}
	return 0;
}

/* Reads a registry file, unless it is one that was read: the same file by another path, or a copy of it. */
static int
read_registry(struct registry *r, struct sources *all, const char *path, struct err *e)
{
	struct source s = { .path = file_absolute(path) };

	if (file_sha256(path, s.sha256, NULL, e) != 0)
		goto fail;
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].path, s.path) == 0 || strcmp(all->v[i].sha256, s.sha256) == 0) {
			free(s.path);
			return 0;
		}
	if (cfg_open(&s.cfg, path, e) != 0)
		goto fail;
	all->v = mem_resize(all->v, all->n + 1, sizeof *all->v);
	all->v[all->n++] = s;
	return read_models(r, s.cfg, all->n > 1 ? cfg_child(cfg_root(all->v[0].cfg), "lists") : NULL, e);
fail:
	free(s.path);
	return -1;
}

static char *
folder_of(const char *path)
{
	size_t n = (size_t)(file_name(path) - path);
	return n > 0 ? mem_printf("%.*s", (int)(n > 1 ? n - 1 : n), path) : mem_strdup(".");
}

int
registry_open(struct registry **out, struct err *e)
{
	struct sources all = { 0 };
	struct folders own = { 0 };
	char *folder = NULL;
	int rc = -1;

	*out = NULL;
	struct registry *r = mem_alloc(sizeof *r);
	r->by_path = mem_alloc(sizeof *r->by_path);
	if (folders_project_registry(&r->file, e) != 0)
		goto out;
	folder = folder_of(r->file);
	folders_add(&r->folders, folder);
	folders_add(&r->folders, "models");
	folders_add_environment(&r->folders);
	folders_add_user(&r->folders);
	folders_add(&r->folders, FOOTFALL_PREFIX "/share/footfall/models");

	if (read_registry(r, &all, r->file, e) != 0)
		goto out;
	folders_add_environment(&own);
	folders_add_user(&own);
	for (size_t i = 0; i < own.n; i++) {
		char *path = file_join(own.v[i], "registry.cfg");
		rc = file_exists(path) ? read_registry(r, &all, path, e) : 0;
		free(path);
		if (rc != 0)
			goto out;
	}
	*out = r;
	rc = 0;
out:
	if (rc != 0)
		registry_close(r);
	for (size_t i = 0; i < all.n; i++) {
		cfg_close(all.v[i].cfg);
		free(all.v[i].path);
	}
	free(all.v);
	folders_free(&own);
	free(folder);
	return rc;
}

void
registry_close(struct registry *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->by_path->n; i++) {
		struct model *m = r->by_path->v[i];
		for (size_t j = 0; j < m->nfiles; j++)
			free(m->files[j].at);
		free(m);
	}
	free(r->by_path->v);
	free(r->by_path);
	for (size_t i = 0; i < r->n; i++)
		entry_clear(&r->models[i]);
	free(r->models);
	folders_free(&r->folders);
	free(r->file);
	free(r);
}

size_t
registry_count(const struct registry *r)
{
	return r->n;
}

const struct model *
registry_at(const struct registry *r, size_t i)
{
	return &r->models[i];
}

char *
registry_beside(const struct registry *r, const char *name)
{
	char *folder = folder_of(r->file), *path = file_join(folder, name);
	free(folder);
	return path;
}

char *const *
registry_folders(const struct registry *r, size_t *n)
{
	*n = r->folders.n;
	return r->folders.v;
}

static int
refuse_name(const struct registry *r, const char *name, struct err *e)
{
	struct nearest best = { 0 };
	for (size_t i = 0; i < r->n; i++) {
		nearest_try(&best, name, r->models[i].name);
		for (size_t j = 0; j < r->models[i].naliases; j++)
			nearest_try(&best, name, r->models[i].aliases[j]);
	}
	if (best.word != NULL)
		return err_set(e, ERR_UNAVAILABLE, "no network \"%.200s\"; did you mean %s? footfall models list names all", name,
		    best.word);
	return err_set(e, ERR_UNAVAILABLE, "no network \"%.200s\"; footfall models list names all", name);
}

/* A file that is no network's weights: says what else it may be. */
static int
refuse_path(const struct registry *r, const char *path, const char *hex, int64_t size, struct err *e)
{
	if (locate_is_pointer(path))
		return err_set(e, ERR_UNAVAILABLE, "%s is only a Git LFS pointer to a file; git lfs pull, where it came from, "
		    "gets the file itself", path);
	for (size_t i = 0; i < r->n; i++)
		for (size_t j = 1; j < r->models[i].nfiles; j++)
			if (strcmp(r->models[i].files[j].sha256, hex) == 0)
				return err_set(e, ERR_UNAVAILABLE, "%s is a part of the network %s; name that, or its file %s", path,
				    r->models[i].name, file_name(r->models[i].files[0].path));
	char *stem = file_stem(path);
	const struct model *m = find_called(r, stem);
	free(stem);
	if (m != NULL && size != m->files[0].size)
		return err_set(e, ERR_UNAVAILABLE, "%s is not the network %s that the registry knows: it has %lld bytes, not %lld "
		    "(sha256 %s)", path, m->name, (long long)size, (long long)m->files[0].size, hex);
	return err_set(e, ERR_UNAVAILABLE, "%s is no network that the registry knows (sha256 %s); "
	    "the head of %s says how to describe it", path, hex, r->file);
}

/* The copy of m whose files lie where path is. */
static const struct model *
at_path(const struct registry *r, const struct model *m, const char *path)
{
	struct by_path *b = r->by_path;
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->v[i]->files[0].at, path) == 0 && strcmp(b->v[i]->name, m->name) == 0)
			return b->v[i];

	struct model *copy = mem_alloc(sizeof *copy);
	*copy = *m;
	char *folder = folder_of(path);
	for (size_t i = 0; i < m->nfiles; i++)
		copy->files[i].at = i == 0 ? mem_strdup(path) : file_join(folder, file_name(m->files[i].path));
	free(folder);
	b->v = mem_resize(b->v, b->n + 1, sizeof *b->v);
	b->v[b->n++] = copy;
	return copy;
}

int
registry_find(const struct registry *r, const char *name, const struct model **out, struct err *e)
{
	char hex[SHA256_HEX];
	int64_t size;

	if ((*out = find_called(r, name)) != NULL)
		return 0;
	if (strchr(name, '/') == NULL && !file_exists(name))
		return refuse_name(r, name, e);
	if (!file_exists(name))
		return err_set(e, ERR_UNAVAILABLE, "network %s: no such file", name);
	if (file_sha256(name, hex, &size, e) != 0) {
		e->code = ERR_UNAVAILABLE;
		return err_wrap(e, "network");
	}
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->models[i].files[0].sha256, hex) == 0) {
			*out = at_path(r, &r->models[i], name);
			return 0;
		}
	return refuse_path(r, name, hex, size, e);
}

const struct model *
registry_default(const struct registry *r, enum task t)
{
	const struct model *best = NULL;
	for (size_t i = 0; i < r->n; i++) {
		const struct model *m = &r->models[i];
		if (m->serves[t] && m->preference[t] > (best != NULL ? best->preference[t] : 0) &&
		    model_state(r, m, NULL) == MODEL_READY)
			best = m;
	}
	return best;
}
