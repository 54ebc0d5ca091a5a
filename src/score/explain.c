/*
 * One rule changed at a time.  What only cuts lists short (the limit of 100, the score floor) works on the same
 * matches, since nothing that comes later in score order changes what came before; what changes the truths is matched anew.
 */
#include "score/explain.h"

#include <math.h>

#include "score/coco.h"
#include "score/match.h"
#include "score/voc.h"

enum { COCO_MOST = 100 };

static struct explain_pair
pair_of(const struct matches *m, uint32_t most, double least)
{
	double figures[COCO_FIGURES];
	struct coco *c = coco_new(m, &(struct coco_options){ .most = most, .least_score = least });
	struct coco_scratch *s = coco_scratch_new(c);
	coco_figures(c, NULL, s, figures, NULL);
	coco_scratch_free(s);
	coco_free(c);
	return (struct explain_pair){ .ap = figures[COCO_AP], .ap50 = figures[COCO_AP50] };
}

static struct explain_pair
pair_rematched(const struct labels *l, const struct match_options *o)
{
	struct matches *m = matches_new(l, o);
	struct explain_pair p = pair_of(m, COCO_MOST, -INFINITY);
	matches_free(m);
	return p;
}

static void
interpolations(const struct matches *m, struct explain *out)
{
	double figures[VOC_FIGURES];
	struct voc *v = voc_new(m);
	struct voc_scratch *s = voc_scratch_new(v);
	voc_figures(v, NULL, s, figures);
	out->voc_101 = figures[VOC_101];
	out->voc_all = figures[VOC_ALL];
	out->voc_11 = figures[VOC_11];
	voc_scratch_free(s);
	voc_free(v);
}

static void
count_truths(const struct labels *l, struct explain *out)
{
	for (size_t i = 0; i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		out->crowds += t->crowd;
		out->ignored += t->ignore && !t->crowd;
		out->area_not_box += fabs(t->area - box_area(t->box)) > 1e-6 * fmax(1, box_area(t->box));
		out->id_zero += t->id == 0 && match_counts(t);
	}
}

static void
count_matches(const struct matches *m, struct explain *out)
{
	for (size_t k = 0; k < m->nclasses; k++) {
		const struct class_matches *c = &m->classes[k];
		uint64_t wanted = 0;
		for (size_t t = 0; t < c->ntruths; t++) {
			wanted += match_in(c->truth_marks[t], AREA_ALL);
			out->small += match_in(c->truth_marks[t], AREA_SMALL);
			out->medium += match_in(c->truth_marks[t], AREA_MEDIUM);
			out->large += match_in(c->truth_marks[t], AREA_LARGE);
		}
		if (wanted == 0) {
			out->classes_without_truths++;
			out->predictions_there += c->npredictions;
		}
		for (size_t p = 0; p < c->npredictions; p++) {
			out->beyond_100 += c->rank[p] >= COCO_MOST;
			out->pictures_beyond_100 += c->rank[p] == COCO_MOST;
			out->excused += c->excused[AREA_ALL][p] & 1;
		}
	}
}

static void
score_floor(const struct labels *l, const struct matches *m, struct explain *out)
{
	static const double floors[EXPLAIN_FLOORS] = { 0.01, 0.05, 0.1, 0.25, 0.5 };
	out->lowest = out->highest = NAN;
	for (int i = 0; i < EXPLAIN_FLOORS; i++)
		out->floors[i] = (struct explain_floor){ .score = floors[i], .coco = pair_of(m, COCO_MOST, floors[i]) };
	for (size_t i = 0; i < l->npredictions; i++) {
		double score = l->predictions[i].score;
		/* fmin and fmax pass over the NaN they start with. */
		out->lowest = fmin(out->lowest, score);
		out->highest = fmax(out->highest, score);
		out->below_001 += score < 0.01;
		for (int f = 0; f < EXPLAIN_FLOORS; f++)
			out->floors[f].predictions += score >= floors[f];
	}
	out->cut = l->npredictions > 0 && out->below_001 == 0;
}

void
explain(const struct labels *l, int threads, struct explain *out)
{
	*out = (struct explain){ 0 };
	struct matches *m = matches_new(l, &(struct match_options){ .threads = threads });
	out->coco = pair_of(m, COCO_MOST, -INFINITY);
	out->any_number = pair_of(m, 0, -INFINITY);
	interpolations(m, out);
	count_truths(l, out);
	count_matches(m, out);
	score_floor(l, m, out);
	matches_free(m);
	out->without_ignored = out->crowds + out->ignored == 0 ? out->coco :
		pair_rematched(l, &(struct match_options){ .without_ignored = true, .threads = threads });
	out->with_quirk = out->id_zero == 0 ? out->coco :
		pair_rematched(l, &(struct match_options){ .id_zero_quirk = true, .threads = threads });
}
