/*
 * Floor 2.  From the ids and names of a labelled set to indexes.  Sorted arrays: ids in files mostly
 * are, and no choice of ids makes them slow.
 */
#ifndef FOOTFALL_TRUTH_IDS_H
#define FOOTFALL_TRUTH_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "score/labels.h"

struct id_at {
	int64_t id;
	uint32_t at;
};

struct ids {
	struct id_at *v;
	size_t n;
	size_t last;		/* where the last search ended: the next is often for the same */
};

void ids_add(struct ids *ids, int64_t id, size_t at);
/* To be called before the first search.  Gives the place of an id that is there twice (its second), or -1. */
int64_t ids_sort(struct ids *ids);
bool ids_find(struct ids *ids, int64_t id, uint32_t *at);
void ids_free(struct ids *ids);

struct name_at {
	const char *name;	/* borrowed */
	size_t n;		/* bytes of it that count */
	uint32_t at;
};

struct name_index {
	struct name_at *v;
	size_t n;
};

enum name_part {
	NAME_WHOLE,		/* "a/b.jpg" */
	NAME_STEM,		/* "a/b" */
	NAME_LAST_STEM		/* "b" */
};

/* To find images by a part of their names. */
void names_of_images(struct name_index *out, const struct labels *l, enum name_part part);
void names_of_classes(struct name_index *out, const struct labels *l);
/* The place of the second of two that are called the same, or -1. */
int64_t name_index_twice(const struct name_index *x);
/* False when nothing, or more than one thing, is called this. */
bool name_index_find(const struct name_index *x, const char *name, size_t n, uint32_t *at);
void name_index_free(struct name_index *x);

/* How much of a path its last extension leaves. */
size_t stem_length(const char *path);

/* All three indexes of a set's images, for names that others have written. */
struct image_finder {
	struct name_index by[3];
};

void image_finder_init(struct image_finder *f, const struct labels *l);
/* The image that has this whole name, else this stem, else (when it is the only one) this last stem. */
bool image_finder_find(const struct image_finder *f, const char *name, size_t n, uint32_t *at);
void image_finder_free(struct image_finder *f);

#endif
