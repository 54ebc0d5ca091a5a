/*
 * Precision, recall and F1 as the threshold falls past one score after the other.
 */
#include "score/curve.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/order.h"

/* Right (1), wrong (0) or not counting (-1) at overlap 0.5. */
static int
verdict(const struct class_matches *c, size_t p)
{
	if ((c->found[AREA_ALL][p] & 1) != 0)
		return 1;
	if ((c->excused[AREA_ALL][p] & 1) != 0 || match_in(c->marks[p], AREA_ALL) == 0)
		return -1;
	return 0;
}

struct curve_point
curve_point(double score, uint64_t right, uint64_t wrong, uint64_t missed)
{
	struct curve_point p = { .score = score, .right = right, .wrong = wrong, .missed = missed };
	p.precision = right + wrong > 0 ? (double)right / (double)(right + wrong) : -1;
	p.recall = right + missed > 0 ? (double)right / (double)(right + missed) : -1;
	/* Without truths there is no recall to weigh the precision with. */
	p.f1 = right + missed > 0 ? 2 * (double)right / (double)(2 * right + wrong + missed) : -1;
	return p;
}

struct curve *
curve_new(const struct matches *m, size_t class_index)
{
	struct curve *c = mem_alloc(sizeof *c);
	size_t first = class_index == CURVE_ALL ? 0 : class_index;
	size_t end = class_index == CURVE_ALL ? m->nclasses : class_index + 1;
	size_t n = 0, most = 0;
	for (size_t k = first; k < end; k++)
		most += m->classes[k].npredictions;

	double *scores = mem_array(most, sizeof *scores);
	bool *right = mem_array(most, sizeof *right);
	for (size_t k = first; k < end; k++) {
		const struct class_matches *cm = &m->classes[k];
		for (size_t p = 0; p < cm->npredictions; p++) {
			int v = verdict(cm, p);
			if (v < 0)
				continue;
			scores[n] = cm->score[p];
			right[n++] = v == 1;
		}
		for (size_t t = 0; t < cm->ntruths; t++)
			c->truths += match_in(cm->truth_marks[t], AREA_ALL);
	}
	uint32_t *order = mem_array(n, sizeof *order);
	order_by_score(scores, n, order);
	c->points = mem_array(n, sizeof *c->points);
	uint64_t found = 0;
	for (size_t i = 0; i < n; i++) {
		found += right[order[i]];
		if (i + 1 < n && scores[order[i + 1]] == scores[order[i]])
			continue;
		c->points[c->npoints++] = curve_point(scores[order[i]], found, i + 1 - found, c->truths - found);
	}
	free(order);
	free(scores);
	free(right);
	return c;
}

void
curve_free(struct curve *c)
{
	if (c == NULL)
		return;
	free(c->points);
	free(c);
}

const struct curve_point *
curve_best(const struct curve *c)
{
	const struct curve_point *best = NULL;
	for (size_t i = 0; c->truths > 0 && i < c->npoints; i++)
		if (best == NULL || c->points[i].f1 > best->f1)
			best = &c->points[i];
	return best;
}

struct curve_point
curve_at(const struct curve *c, double score)
{
	size_t low = 0, high = c->npoints;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (c->points[mid].score >= score)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return curve_point(score, 0, 0, c->truths);
	struct curve_point p = c->points[low - 1];
	p.score = score;
	return p;
}

struct curve_point
curve_count(const struct matches *m, size_t class_index, double score)
{
	const struct class_matches *c = &m->classes[class_index];
	uint64_t right = 0, wrong = 0, truths = 0;
	for (size_t t = 0; t < c->ntruths; t++)
		truths += match_in(c->truth_marks[t], AREA_ALL);
	for (size_t p = 0; p < c->npredictions && c->score[p] >= score; p++) {
		int v = verdict(c, p);
		right += v == 1;
		wrong += v == 0;
	}
	return curve_point(score, right, wrong, truths - right);
}

void
curve_images(const struct matches *m, double score, struct curve_image *out)
{
	memset(out, 0, m->nimages * sizeof *out);
	for (size_t k = 0; k < m->nclasses; k++) {
		const struct class_matches *c = &m->classes[k];
		for (size_t t = 0; t < c->ntruths; t++)
			out[c->truth_image[t]].missed += match_in(c->truth_marks[t], AREA_ALL);
		for (size_t p = 0; p < c->npredictions && c->score[p] >= score; p++) {
			int v = verdict(c, p);
			if (v == 1) {
				out[c->image[p]].right++;
				out[c->image[p]].missed--;
			} else if (v == 0) {
				out[c->image[p]].wrong++;
			}
		}
	}
}
