/*
 * Everything is counted with whole weights, so that the figures and a resample of them are one computation.
 */
#include "score/gender_score.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "people/gender.h"
#include "score/order.h"

/* Items, with those that have an answer by p_female, highest first. */
struct ranked {
	const struct gender_item *items;
	size_t n, nordered;
	double min_score;
	uint32_t *order;
};

const char *
gender_figure_name(enum gender_figure f)
{
	static const char *const names[GENDER_FIGURES] = {
		[GENDER_ACCURACY] = "accuracy", [GENDER_ACCURACY_ANSWERED] = "accuracy_answered",
		[GENDER_F1_FEMALE] = "f1_female", [GENDER_F1_MALE] = "f1_male", [GENDER_F1_MACRO] = "f1_macro",
		[GENDER_PRECISION_FEMALE] = "precision_female", [GENDER_RECALL_FEMALE] = "recall_female",
		[GENDER_PRECISION_MALE] = "precision_male", [GENDER_RECALL_MALE] = "recall_male",
		[GENDER_AUC] = "auc", [GENDER_ECE] = "ece"
	};
	return names[f];
}

static void
ranked_make(struct ranked *r, const struct gender_item *items, size_t n, double min_score)
{
	double *p = mem_array(n, sizeof *p);
	uint32_t *has = mem_array(n, sizeof *has);
	*r = (struct ranked){ .items = items, .n = n, .min_score = min_score };
	for (size_t i = 0; i < n; i++) {
		if (items[i].no_face || isnan(items[i].p_female))
			continue;
		has[r->nordered] = (uint32_t)i;
		p[r->nordered++] = items[i].p_female;
	}
	r->order = mem_array(r->nordered, sizeof *r->order);
	order_by_score(p, r->nordered, r->order);
	for (size_t k = 0; k < r->nordered; k++)
		r->order[k] = has[r->order[k]];
	free(has);
	free(p);
}

static enum gender
answer(const struct gender_item *item, double min_score)
{
	return item->no_face ? GENDER_UNKNOWN : gender_decide(item->p_female, min_score);
}

static void
confuse(struct gender_confusion *c, const struct gender_item *item, double min_score, uint64_t w)
{
	enum gender a = answer(item, min_score);
	if (item->truth == GENDER_FEMALE) {
		uint64_t *cell = a == GENDER_FEMALE ? &c->female_female : a == GENDER_MALE ? &c->female_male : &c->female_none;
		*cell += w;
	} else {
		uint64_t *cell = a == GENDER_FEMALE ? &c->male_female : a == GENDER_MALE ? &c->male_male : &c->male_none;
		*cell += w;
	}
}

/* 0 where a class never occurs on one side, as scikit-learn's zero_division=0; NaN where it occurs on neither. */
static double
share(uint64_t part, uint64_t whole, bool occurs)
{
	return whole > 0 ? (double)part / (double)whole : occurs ? 0 : NAN;
}

static void
confusion_figures(const struct gender_confusion *c, double *out)
{
	uint64_t ff = c->female_female, mm = c->male_male, fm = c->female_male, mf = c->male_female;
	uint64_t females = ff + fm + c->female_none, males = mm + mf + c->male_none;
	bool f = females + mf > 0, m = males + fm > 0;
	out[GENDER_ACCURACY] = share(ff + mm, females + males, false);
	out[GENDER_ACCURACY_ANSWERED] = share(ff + mm, ff + mm + fm + mf, false);
	out[GENDER_PRECISION_FEMALE] = share(ff, ff + mf, f);
	out[GENDER_RECALL_FEMALE] = share(ff, females, f);
	out[GENDER_PRECISION_MALE] = share(mm, mm + fm, m);
	out[GENDER_RECALL_MALE] = share(mm, males, m);
	out[GENDER_F1_FEMALE] = share(2 * ff, females + ff + mf, f);
	out[GENDER_F1_MALE] = share(2 * mm, males + mm + fm, m);
	out[GENDER_F1_MACRO] = f && m ? (out[GENDER_F1_FEMALE] + out[GENDER_F1_MALE]) / 2 : NAN;
}

/* Pairs of a woman and a man in which the woman has the higher p_female, ties half, over all such pairs. */
static double
auc(const struct ranked *r, const uint16_t *weights)
{
	double females = 0, males = 0, won = 0;
	for (size_t k = 0; k < r->nordered;) {
		double p = r->items[r->order[k]].p_female, tied_f = 0, tied_m = 0;
		for (; k < r->nordered && r->items[r->order[k]].p_female == p; k++) {
			double w = weights != NULL ? weights[r->order[k]] : 1;
			if (r->items[r->order[k]].truth == GENDER_FEMALE)
				tied_f += w;
			else
				tied_m += w;
		}
		won += tied_m * (females + tied_f / 2);
		females += tied_f;
		males += tied_m;
	}
	return females > 0 && males > 0 ? won / (females * males) : NAN;
}

/* The bin's upper edge belongs to it, as in scikit-learn's calibration_curve. */
static size_t
bin_of(double p)
{
	size_t b = 0;
	while (b + 1 < GENDER_BINS && (double)(b + 1) * (1.0 / GENDER_BINS) < p)
		b++;
	return b;
}

static double
calibration(const struct ranked *r, const uint16_t *weights, struct gender_bin *bins)
{
	double n[GENDER_BINS] = { 0 }, p[GENDER_BINS] = { 0 }, females[GENDER_BINS] = { 0 }, all = 0, sum = 0;
	for (size_t k = 0; k < r->nordered; k++) {
		const struct gender_item *item = &r->items[r->order[k]];
		double w = weights != NULL ? weights[r->order[k]] : 1;
		size_t b = bin_of(item->p_female);
		n[b] += w;
		p[b] += w * item->p_female;
		females[b] += item->truth == GENDER_FEMALE ? w : 0;
		all += w;
	}
	for (size_t b = 0; b < GENDER_BINS; b++) {
		sum += fabs(p[b] - females[b]);
		if (bins != NULL)
			bins[b] = (struct gender_bin){ .low = (double)b / GENDER_BINS, .high = (double)(b + 1) / GENDER_BINS,
				.n = (uint64_t)n[b], .p_mean = n[b] > 0 ? p[b] / n[b] : NAN,
				.share = n[b] > 0 ? females[b] / n[b] : NAN };
	}
	return all > 0 ? sum / all : NAN;
}

static void
figures(void *context, int thread, const uint16_t *weights, double *out)
{
	const struct ranked *r = context;
	struct gender_confusion c = { 0 };
	(void)thread;
	for (size_t i = 0; i < r->n; i++)
		confuse(&c, &r->items[i], r->min_score, weights != NULL ? weights[i] : 1);
	confusion_figures(&c, out);
	out[GENDER_AUC] = auc(r, weights);
	out[GENDER_ECE] = calibration(r, weights, NULL);
}

static void
cuts(const struct ranked *r, struct gender_cut *out)
{
	for (int i = 0; i < GENDER_CUTS; i++) {
		struct gender_cut *c = &out[i];
		uint64_t right = 0;
		*c = (struct gender_cut){ .certainty = (50 + i) / 100.0 };
		for (size_t k = 0; k < r->nordered; k++) {
			const struct gender_item *item = &r->items[r->order[k]];
			enum gender g = gender_decide(item->p_female, c->certainty);
			c->answered += g != GENDER_UNKNOWN;
			right += g == item->truth;
		}
		c->abstained = share(r->nordered - c->answered, r->nordered, false);
		c->accuracy = share(right, c->answered, false);
	}
}

void
gender_score(const struct gender_item *items, size_t n, double min_score, struct gender_score *out)
{
	struct ranked r;
	ranked_make(&r, items, n, min_score);
	*out = (struct gender_score){ .items = n };
	for (size_t i = 0; i < n; i++) {
		confuse(&out->confusion, &items[i], min_score, 1);
		out->no_face += items[i].no_face;
	}
	out->abstained = out->confusion.female_none + out->confusion.male_none - out->no_face;
	figures(&r, 0, NULL, out->figures);
	calibration(&r, NULL, out->bins);
	cuts(&r, out->cuts);
	free(r.order);
}

void
gender_intervals(const struct gender_item *items, size_t n, double min_score, const struct bootstrap_options *o,
	struct interval out[GENDER_FIGURES])
{
	struct ranked r;
	double value[GENDER_FIGURES];
	ranked_make(&r, items, n, min_score);
	figures(&r, 0, NULL, value);
	bootstrap(n, GENDER_FIGURES, o, figures, &r, out);
	for (int f = 0; f < GENDER_FIGURES; f++)
		out[f].value = value[f];
	free(r.order);
}

void
gender_score_figures(const struct gender_confusion *c, double out[GENDER_FIGURES])
{
	confusion_figures(c, out);
	out[GENDER_AUC] = out[GENDER_ECE] = NAN;
}

void
gender_score_add(struct gender_confusion *c, const struct gender_item *item, double min_score)
{
	confuse(c, item, min_score, 1);
}
