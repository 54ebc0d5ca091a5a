/*
 * Matches once, then reads every figure off them; a resample reads them off again with other weights.
 */
#include "score/score.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { COCO_MOST = 100 };

const char *
score_name(enum score_figure f)
{
	static const char *const names[SCORE_FIGURES] = {
		[SCORE_AP] = "AP", [SCORE_AP50] = "AP50", [SCORE_AP75] = "AP75",
		[SCORE_APS] = "APs", [SCORE_APM] = "APm", [SCORE_APL] = "APl",
		[SCORE_AR1] = "AR1", [SCORE_AR10] = "AR10", [SCORE_AR100] = "AR100",
		[SCORE_ARS] = "ARs", [SCORE_ARM] = "ARm", [SCORE_ARL] = "ARl",
		[SCORE_VOC_AP50] = "voc_ap50", [SCORE_VOC07_AP50] = "voc07_ap50",
		[SCORE_PRECISION] = "precision", [SCORE_RECALL] = "recall", [SCORE_F1] = "f1"
	};
	return names[f];
}

static void
put_point(struct curve_point p, double *figures)
{
	figures[SCORE_PRECISION] = p.precision;
	figures[SCORE_RECALL] = p.recall;
	figures[SCORE_F1] = p.f1;
}

static void
put_voc(const double voc[VOC_FIGURES], double *figures)
{
	figures[SCORE_VOC_AP50] = voc[VOC_ALL];
	figures[SCORE_VOC07_AP50] = voc[VOC_11];
}

/* Working memory of one thread. */
struct scratch {
	struct coco_scratch *coco;
	struct voc_scratch *voc;
};

static struct scratch
scratch_new(const struct score *s)
{
	return (struct scratch){ .coco = coco_scratch_new(s->coco), .voc = voc_scratch_new(s->voc) };
}

static void
scratch_free(struct scratch *s)
{
	coco_scratch_free(s->coco);
	voc_scratch_free(s->voc);
}

static void
all_figures(const struct score *s, const uint16_t *weights, struct scratch *w, double *figures, double *pr_curve)
{
	double voc[VOC_FIGURES];
	coco_figures(s->coco, weights, w->coco, figures, pr_curve);
	voc_figures(s->voc, weights, w->voc, voc);
	put_voc(voc, figures);
	uint64_t right = 0, wrong = 0, missed = 0;
	for (size_t i = 0; i < s->nimages; i++) {
		uint64_t n = weights != NULL ? weights[i] : 1;
		right += n * s->images[i].right;
		wrong += n * s->images[i].wrong;
		missed += n * s->images[i].missed;
	}
	put_point(curve_point(s->threshold, right, wrong, missed), figures);
}

static void
class_figures(struct score *s, struct scratch *w)
{
	double voc[VOC_FIGURES];
	for (size_t k = 0; k < s->nclasses; k++) {
		struct score_class *c = &s->classes[k];
		coco_class_figures(s->coco, k, NULL, w->coco, c->figures, NULL);
		voc_class_figures(s->voc, k, NULL, w->voc, voc);
		put_voc(voc, c->figures);
		struct curve_point p = curve_count(s->matches, k, s->threshold);
		put_point(p, c->figures);
		c->right = p.right;
		c->wrong = p.wrong;
		c->missed = p.missed;
		c->truths = p.right + p.missed;
		c->predictions = s->matches->classes[k].npredictions;
	}
}

struct score *
score_new(const struct labels *l, const struct score_options *o)
{
	struct score *s = mem_alloc(sizeof *s);
	s->nimages = l->nimages;
	s->nclasses = l->nclasses;
	s->predictions = l->npredictions;
	s->matches = matches_new(l, &(struct match_options){ .threads = o->threads });
	s->coco = coco_new(s->matches, &(struct coco_options){ .most = COCO_MOST, .least_score = -INFINITY });
	s->voc = voc_new(s->matches);
	s->curve = curve_new(s->matches, CURVE_ALL);
	s->truths = s->curve->truths;
	s->ignored = l->ntruths - s->truths;
	const struct curve_point *best = curve_best(s->curve);
	s->threshold = !isnan(o->threshold) ? o->threshold : best != NULL ? best->score : NAN;
	s->images = mem_array(s->nimages, sizeof *s->images);
	curve_images(s->matches, s->threshold, s->images);
	s->classes = mem_array(s->nclasses, sizeof *s->classes);

	struct scratch w = scratch_new(s);
	all_figures(s, NULL, &w, s->figures, s->pr_curve);
	class_figures(s, &w);
	scratch_free(&w);
	return s;
}

void
score_free(struct score *s)
{
	if (s == NULL)
		return;
	free(s->classes);
	free(s->images);
	curve_free(s->curve);
	matches_free(s->matches);
	coco_free(s->coco);
	voc_free(s->voc);
	free(s);
}

/* One set, or two on the same pictures. */
struct resampled {
	const struct score *a, *b;
	struct scratch *scratch_a, *scratch_b;	/* of each thread */
};

static void
undefined_to_nan(double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] < 0)
			v[i] = NAN;
}

static void
resample_one(void *context, int thread, const uint16_t *weights, double *out)
{
	const struct resampled *r = context;
	all_figures(r->a, weights, &r->scratch_a[thread], out, out + SCORE_FIGURES);
	undefined_to_nan(out, SCORE_FIGURES + AVERAGE_101);
}

static void
resample_two(void *context, int thread, const uint16_t *weights, double *out)
{
	const struct resampled *r = context;
	double other[SCORE_FIGURES];
	all_figures(r->a, weights, &r->scratch_a[thread], out, NULL);
	all_figures(r->b, weights, &r->scratch_b[thread], other, NULL);
	undefined_to_nan(out, SCORE_FIGURES);
	undefined_to_nan(other, SCORE_FIGURES);
	for (int f = 0; f < SCORE_FIGURES; f++)
		out[f] -= other[f];
}

static struct scratch *
scratches_new(const struct score *s, int threads)
{
	struct scratch *all = mem_array((size_t)threads, sizeof *all);
	for (int t = 0; t < threads; t++)
		all[t] = scratch_new(s);
	return all;
}

static void
scratches_free(struct scratch *all, int threads)
{
	for (int t = 0; t < threads; t++)
		scratch_free(&all[t]);
	free(all);
}

void
score_intervals(const struct score *s, const struct bootstrap_options *o, struct interval out[SCORE_FIGURES],
	struct interval pr_curve[AVERAGE_101])
{
	struct interval all[SCORE_FIGURES + AVERAGE_101];
	int threads = o->threads > 1 ? o->threads : 1;
	struct resampled r = { .a = s, .scratch_a = scratches_new(s, threads) };
	bootstrap(s->nimages, SCORE_FIGURES + AVERAGE_101, o, resample_one, &r, all);
	scratches_free(r.scratch_a, threads);
	for (int f = 0; f < SCORE_FIGURES; f++) {
		out[f] = all[f];
		out[f].value = s->figures[f];
	}
	for (int i = 0; pr_curve != NULL && i < AVERAGE_101; i++) {
		pr_curve[i] = all[SCORE_FIGURES + i];
		pr_curve[i].value = s->pr_curve[i];
	}
}

void
score_difference(const struct score *a, const struct score *b, const struct bootstrap_options *o,
	struct interval out[SCORE_FIGURES])
{
	assert(a->nimages == b->nimages);
	int threads = o->threads > 1 ? o->threads : 1;
	struct resampled r = { .a = a, .b = b, .scratch_a = scratches_new(a, threads), .scratch_b = scratches_new(b, threads) };
	bootstrap(a->nimages, SCORE_FIGURES, o, resample_two, &r, out);
	scratches_free(r.scratch_a, threads);
	scratches_free(r.scratch_b, threads);
	for (int f = 0; f < SCORE_FIGURES; f++)
		out[f].value = a->figures[f] < 0 || b->figures[f] < 0 ? NAN : a->figures[f] - b->figures[f];
}

struct differing {
	uint64_t by;
	uint32_t image;
};

static int
most_first(const void *a, const void *b)
{
	const struct differing *x = a, *y = b;
	if (x->by != y->by)
		return x->by > y->by ? -1 : 1;
	return x->image < y->image ? -1 : x->image > y->image;
}

size_t
score_differing(const struct score *a, const struct score *b, size_t most, uint32_t *images)
{
	assert(a->nimages == b->nimages);
	struct differing *d = mem_array(a->nimages, sizeof *d);
	size_t n = 0;
	for (size_t i = 0; i < a->nimages; i++) {
		uint64_t x = (uint64_t)a->images[i].wrong + a->images[i].missed;
		uint64_t y = (uint64_t)b->images[i].wrong + b->images[i].missed;
		if (x != y)
			d[n++] = (struct differing){ .by = x > y ? x - y : y - x, .image = (uint32_t)i };
	}
	qsort(d, n, sizeof *d, most_first);
	if (n > most)
		n = most;
	for (size_t i = 0; i < n; i++)
		images[i] = d[i].image;
	free(d);
	return n;
}
