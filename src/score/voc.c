/*
 * VOC's figures: one list per class, the predictions that count.
 */
#include "score/voc.h"

#include <stdlib.h>

#include "base/mem.h"
#include "score/average.h"

struct voc_class {
	size_t n, nfound, ntruths;
	uint32_t *image;	/* of each prediction that counts, best first */
	uint8_t *found;
	uint32_t *truth_image;	/* of each truth to be found */
};

struct voc {
	size_t nclasses;
	struct voc_class *classes;
	size_t most_found;
};

struct voc_scratch {
	double *found, *shown;
};

struct voc *
voc_new(const struct matches *m)
{
	struct voc *v = mem_alloc(sizeof *v);
	v->nclasses = m->nclasses;
	v->classes = mem_array(v->nclasses, sizeof *v->classes);
	for (size_t i = 0; i < v->nclasses; i++) {
		const struct class_matches *c = &m->classes[i];
		struct voc_class *k = &v->classes[i];
		k->image = mem_array(c->npredictions, sizeof *k->image);
		k->found = mem_array(c->npredictions, sizeof *k->found);
		for (size_t p = 0; p < c->npredictions; p++) {
			if ((c->marks[p] & MARK_VOC_IGNORED) != 0)
				continue;
			k->image[k->n] = c->image[p];
			k->found[k->n] = (c->marks[p] & MARK_VOC_TRUE) != 0;
			k->nfound += k->found[k->n++];
		}
		k->truth_image = mem_array(c->ntruths, sizeof *k->truth_image);
		for (size_t t = 0; t < c->ntruths; t++)
			if ((c->truth_marks[t] & MARK_VOC_COUNTS) != 0)
				k->truth_image[k->ntruths++] = c->truth_image[t];
		if (k->nfound > v->most_found)
			v->most_found = k->nfound;
	}
	return v;
}

void
voc_free(struct voc *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < v->nclasses; i++) {
		free(v->classes[i].image);
		free(v->classes[i].found);
		free(v->classes[i].truth_image);
	}
	free(v->classes);
	free(v);
}

struct voc_scratch *
voc_scratch_new(const struct voc *v)
{
	struct voc_scratch *s = mem_alloc(sizeof *s);
	s->found = mem_array(v->most_found, sizeof *s->found);
	s->shown = mem_array(v->most_found, sizeof *s->shown);
	return s;
}

void
voc_scratch_free(struct voc_scratch *s)
{
	if (s == NULL)
		return;
	free(s->found);
	free(s->shown);
	free(s);
}

void
voc_class_figures(const struct voc *v, size_t class_index, const uint16_t *weights, struct voc_scratch *s,
	double out[VOC_FIGURES])
{
	const struct voc_class *k = &v->classes[class_index];
	uint64_t wanted = 0, found = 0, shown = 0;
	for (size_t t = 0; t < k->ntruths; t++)
		wanted += weights != NULL ? weights[k->truth_image[t]] : 1;
	if (wanted == 0) {
		for (int f = 0; f < VOC_FIGURES; f++)
			out[f] = -1;
		return;
	}
	size_t n = 0;
	for (size_t p = 0; p < k->n; p++) {
		uint64_t w = weights != NULL ? weights[k->image[p]] : 1;
		shown += w;
		if (!k->found[p])
			continue;
		found += w;
		s->found[n] = (double)found;
		s->shown[n++] = (double)shown;
	}
	double need_101[AVERAGE_101], need_11[AVERAGE_11];
	average_need_101((double)wanted, need_101);
	average_need_11((double)wanted, need_11);
	out[VOC_ALL] = average_all(s->found, s->shown, n, (double)wanted);
	out[VOC_11] = average_11(s->found, s->shown, n, need_11);
	out[VOC_101] = average_101(s->found, s->shown, n, need_101, NULL);
}

void
voc_figures(const struct voc *v, const uint16_t *weights, struct voc_scratch *s, double out[VOC_FIGURES])
{
	double one[VOC_FIGURES], sum[VOC_FIGURES] = { 0 };
	size_t n = 0;
	for (size_t i = 0; i < v->nclasses; i++) {
		voc_class_figures(v, i, weights, s, one);
		if (!(one[VOC_ALL] > -1))
			continue;
		for (int f = 0; f < VOC_FIGURES; f++)
			sum[f] += one[f];
		n++;
	}
	for (int f = 0; f < VOC_FIGURES; f++)
		out[f] = n > 0 ? sum[f] / (double)n : -1;
}
