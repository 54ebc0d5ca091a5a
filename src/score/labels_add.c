/*
 * Filling a labelled set.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "score/labels.h"

/* The array with room for one more behind its n, that one zeroed. */
static void *
grown(void *v, size_t n, size_t size)
{
	/* images and classes are pointed to by 32 bits; no text that we read is long enough for more */
	assert(n < UINT32_MAX);
	if ((n & (n - 1)) == 0)
		v = mem_resize(v, n == 0 ? 1 : 2 * n, size);
	memset((char *)v + n * size, 0, size);
	return v;
}

struct label_image *
labels_add_image(struct labels *l, const char *name, int64_t id)
{
	l->images = grown(l->images, l->nimages, sizeof *l->images);
	struct label_image *i = &l->images[l->nimages++];
	i->name = mem_strdup(name);
	i->id = id;
	return i;
}

struct label_class *
labels_add_class(struct labels *l, const char *name, int64_t id)
{
	l->classes = grown(l->classes, l->nclasses, sizeof *l->classes);
	struct label_class *c = &l->classes[l->nclasses++];
	c->name = mem_strdup(name);
	c->id = id;
	return c;
}

struct truth *
labels_add_truth(struct labels *l)
{
	l->truths = grown(l->truths, l->ntruths, sizeof *l->truths);
	return &l->truths[l->ntruths++];
}

struct prediction *
labels_add_prediction(struct labels *l)
{
	l->predictions = grown(l->predictions, l->npredictions, sizeof *l->predictions);
	return &l->predictions[l->npredictions++];
}
