/*
 * Sorted arrays of ids and names.
 */
#include "truth/ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

void
ids_add(struct ids *ids, int64_t id, size_t at)
{
	if ((ids->n & (ids->n - 1)) == 0)
		ids->v = mem_resize(ids->v, ids->n == 0 ? 1 : 2 * ids->n, sizeof *ids->v);
	ids->v[ids->n++] = (struct id_at) { id, (uint32_t)at };
}

static int
compare_ids(const void *a, const void *b)
{
	const struct id_at *x = a, *y = b;
	return x->id != y->id ? (x->id < y->id ? -1 : 1) : (x->at > y->at) - (x->at < y->at);
}

int64_t
ids_sort(struct ids *ids)
{
	bool sorted = true;
	for (size_t i = 1; i < ids->n && sorted; i++)
		sorted = ids->v[i - 1].id <= ids->v[i].id;
	if (!sorted)
		qsort(ids->v, ids->n, sizeof *ids->v, compare_ids);
	for (size_t i = 1; i < ids->n; i++) {
		if (ids->v[i - 1].id == ids->v[i].id)
			return ids->v[i].at;
	}
	return -1;
}

bool
ids_find(struct ids *ids, int64_t id, uint32_t *at)
{
	size_t low = 0, high = ids->n;

	if (ids->last < ids->n && ids->v[ids->last].id == id)
		low = ids->last, high = low + 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ids->v[middle].id == id) {
			ids->last = middle;
			*at = ids->v[middle].at;
			return true;
		}
		if (ids->v[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

void
ids_free(struct ids *ids)
{
	free(ids->v);
	*ids = (struct ids) {0};
}

size_t
stem_length(const char *path)
{
	size_t n = strlen(path);
	for (size_t i = n; i > 1 && path[i - 1] != '/'; i--) {
		if (path[i - 1] == '.' && path[i - 2] != '/')
			return i - 1;
	}
	return n;
}

static int
compare_text(const char *a, size_t na, const char *b, size_t nb)
{
	int r = memcmp(a, b, na < nb ? na : nb);
	return r != 0 ? r : (na > nb) - (na < nb);
}

static int
compare_names(const void *a, const void *b)
{
	const struct name_at *x = a, *y = b;
	int r = compare_text(x->name, x->n, y->name, y->n);
	return r != 0 ? r : (x->at > y->at) - (x->at < y->at);
}

static void
sort_names(struct name_index *x)
{
	if (x->n > 1)
		qsort(x->v, x->n, sizeof *x->v, compare_names);
}

void
names_of_images(struct name_index *out, const struct labels *l, enum name_part part)
{
	*out = (struct name_index) { mem_array(l->nimages, sizeof *out->v), l->nimages };
	for (size_t i = 0; i < l->nimages; i++) {
		const char *name = l->images[i].name;
		if (part == NAME_LAST_STEM)
			name = file_name(name);
		out->v[i] = (struct name_at) { name, part == NAME_WHOLE ? strlen(name) : stem_length(name), (uint32_t)i };
	}
	sort_names(out);
}

void
names_of_classes(struct name_index *out, const struct labels *l)
{
	*out = (struct name_index) { mem_array(l->nclasses, sizeof *out->v), l->nclasses };
	for (size_t i = 0; i < l->nclasses; i++) {
		const char *name = l->classes[i].name;
		out->v[i] = (struct name_at) { name, strlen(name), (uint32_t)i };
	}
	sort_names(out);
}

static bool
same(const struct name_at *a, const struct name_at *b)
{
	return compare_text(a->name, a->n, b->name, b->n) == 0;
}

int64_t
name_index_twice(const struct name_index *x)
{
	for (size_t i = 1; i < x->n; i++) {
		if (same(&x->v[i - 1], &x->v[i]))
			return x->v[i].at;
	}
	return -1;
}

bool
name_index_find(const struct name_index *x, const char *name, size_t n, uint32_t *at)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct name_at *m = &x->v[middle];
		int r = compare_text(m->name, m->n, name, n);
		if (r < 0) {
			low = middle + 1;
		} else if (r > 0) {
			high = middle;
		} else {
			if ((middle > 0 && same(m - 1, m)) || (middle + 1 < x->n && same(m, m + 1)))
				return false;
			*at = m->at;
			return true;
		}
	}
	return false;
}

void
name_index_free(struct name_index *x)
{
	free(x->v);
	*x = (struct name_index) {0};
}

void
image_finder_init(struct image_finder *f, const struct labels *l)
{
	names_of_images(&f->by[NAME_WHOLE], l, NAME_WHOLE);
	names_of_images(&f->by[NAME_STEM], l, NAME_STEM);
	names_of_images(&f->by[NAME_LAST_STEM], l, NAME_LAST_STEM);
}

bool
image_finder_find(const struct image_finder *f, const char *name, size_t n, uint32_t *at)
{
	for (int part = NAME_WHOLE; part <= NAME_LAST_STEM; part++) {
		if (name_index_find(&f->by[part], name, n, at))
			return true;
	}
	return false;
}

void
image_finder_free(struct image_finder *f)
{
	for (int part = NAME_WHOLE; part <= NAME_LAST_STEM; part++)
		name_index_free(&f->by[part]);
}
