/*
 * footfall eval compare: two stored evaluations of the same set, and how sure their difference is.
 *
 * Both are resampled with the same draws of pictures, so what is hard for both cancels out: such a paired interval is much
 * narrower than what two intervals side by side would say.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "cli/eval.h"
#include "cli/eval_boxes.h"
#include "cli/eval_compare.h"
#include "report/text.h"

enum { SHOWN = 10 };

/* ---- printing ---- */

static const char *
network_of(const struct evaluation *v)
{
	return v->gender != NULL ? v->gender : v->face != NULL ? v->face : v->person != NULL ? v->person : v->input;
}

void
compare_put_sides(struct out *o, bool json, const struct evaluation *a, const struct evaluation *b)
{
	const struct evaluation *both[] = { a, b };
	static const char *const names[] = { "a", "b" };
	for (int i = 0; i < 2; i++) {
		const struct evaluation *v = both[i];
		if (json) {
			out_json_object(o, names[i]);
			out_json_int(o, "evaluation", v->id);
			out_json_text(o, "kind", v->kind);
			out_json_text(o, "of", network_of(v));
			out_json_end(o);
		} else {
			out_printf(o, "%s: evaluation %" PRId64 ", %s, %s\n", i == 0 ? "A" : "B", v->id, v->kind,
			    network_of(v) != NULL ? network_of(v) : "");
		}
	}
}

void
compare_put_head(struct out *o)
{
	out_printf(o, "\n%-12s %7s %7s %8s   %s\n", "", "A", "B", "B - A", "95 % interval");
}

void
compare_put_row(struct out *o, const char *name, double a, double b, const struct interval *d)
{
	char one[32], two[32];
	out_printf(o, "%-12s %7s %7s", name, boxes_figure(a, one), boxes_figure(b, two));
	if (isnan(d->value))
		out_printf(o, " %8s\n", "-");
	else if (isnan(d->low))
		out_printf(o, " %+8.3f\n", d->value);
	else
		out_printf(o, " %+8.3f   %+.3f to %+.3f%s\n", d->value, d->low, d->high, d->low <= 0 && d->high >= 0 ? "" : " *");
}

void
compare_put_note(struct out *o)
{
	out_puts(o, "* the interval does not hold 0: more than chance\n");
}

void
compare_put_json(struct out *o, const char *name, double a, double b, const struct interval *d)
{
	out_json_object(o, name);
	out_json_real(o, "a", a);
	out_json_real(o, "b", b);
	out_json_real(o, "difference", d->value);
	out_json_real(o, "low", d->low);
	out_json_real(o, "high", d->high);
	out_json_end(o);
}

/* ---- boxes ---- */

struct side {
	struct evaluation v;
	struct labels labels;
	bool *skipped;
	struct score *score;
};

static void
put_pictures(struct out *o, bool json, const struct side *a, const struct side *b)
{
	uint32_t images[SHOWN];
	size_t n = score_differing(b->score, a->score, SHOWN, images);
	if (json)
		out_json_array(o, "images");
	else if (n > 0)
		out_puts(o, "\npictures that differ most: found, missed, false alarms of A and of B\n");
	for (size_t i = 0; i < n; i++) {
		const char *name = a->labels.images[images[i]].name;
		const struct curve_image *both[] = { &a->score->images[images[i]], &b->score->images[images[i]] };
		if (!json) {
			out_printf(o, "  %4u %4u %4u  %4u %4u %4u  %s\n", (unsigned)both[0]->right, (unsigned)both[0]->missed,
			    (unsigned)both[0]->wrong, (unsigned)both[1]->right, (unsigned)both[1]->missed, (unsigned)both[1]->wrong, name);
			continue;
		}
		out_json_object(o, NULL);
		out_json_text(o, "name", name);
		for (int k = 0; k < 2; k++) {
			out_json_object(o, k == 0 ? "a" : "b");
			out_json_int(o, "found", both[k]->right);
			out_json_int(o, "missed", both[k]->missed);
			out_json_int(o, "false", both[k]->wrong);
			out_json_end(o);
		}
		out_json_end(o);
	}
	if (json)
		out_json_end(o);
}

static int
print_boxes(const struct cli *c, const struct side *a, const struct side *b, const struct interval *d, bool intervals,
	struct err *e)
{
	struct out *o = out_stream(stdout);
	char pictures[TEXT_SIZE], truths[TEXT_SIZE];
	if (c->json)
		out_json_object(o, NULL);
	compare_put_sides(o, c->json, &a->v, &b->v);
	if (c->json) {
		out_json_int(o, "images", (int64_t)a->score->nimages);
		out_json_int(o, "truths", (int64_t)a->score->truths);
		out_json_object(o, "figures");
	} else {
		out_printf(o, "pictures: %s; truths: %s\n", text_count((int64_t)a->score->nimages, pictures),
		    text_count((int64_t)a->score->truths, truths));
		compare_put_head(o);
	}
	for (int f = 0; f < SCORE_FIGURES; f++) {
		const char *name = score_name((enum score_figure)f);
		if (c->json)
			compare_put_json(o, name, a->score->figures[f], b->score->figures[f], &d[f]);
		else
			compare_put_row(o, name, a->score->figures[f], b->score->figures[f], &d[f]);
	}
	if (c->json)
		out_json_end(o);
	else if (intervals)
		compare_put_note(o);
	put_pictures(o, c->json, a, b);
	if (c->json)
		out_json_end(o);
	return out_close(o, e);
}

static void
side_free(struct side *s)
{
	score_free(s->score);
	free(s->skipped);
	labels_free(&s->labels);
	evaluation_free(&s->v);
}

static int
compare_boxes(const struct cli *c, struct db *d, struct side *a, struct side *b, const struct bootstrap_options *o,
	bool intervals, struct err *e)
{
	struct side *both[] = { a, b };
	struct interval difference[SCORE_FIGURES];
	for (int i = 0; i < 2; i++) {
		if (boxes_load(d, both[i]->v.id, &both[i]->v, &both[i]->labels, &both[i]->skipped, e) != 0)
			return -1;
	}
	/* what one of them could not see counts for neither */
	for (size_t i = 0; i < a->labels.nimages; i++)
		a->skipped[i] = b->skipped[i] = a->skipped[i] || b->skipped[i];
	for (int i = 0; i < 2; i++) {
		const struct score_options how = { .threshold = NAN, .threads = o->threads };
		boxes_skip(&both[i]->labels, both[i]->skipped);
		both[i]->score = score_new(&both[i]->labels, &how);
	}
	if (intervals) {
		score_difference(b->score, a->score, o, difference);
	} else {
		for (int f = 0; f < SCORE_FIGURES; f++) {
			double x = a->score->figures[f], y = b->score->figures[f];
			difference[f] = (struct interval) { x < 0 || y < 0 ? NAN : y - x, NAN, NAN, 0 };
		}
	}
	return print_boxes(c, a, b, difference, intervals, e);
}

/* ---- the action ---- */

static int
take_id(const char *text, int64_t *id, struct err *e)
{
	if (num_int(text, id) != 0 || *id < 1)
		return err_set(e, ERR_USAGE, "eval compare %s: the number of an evaluation is wanted; footfall eval list shows them", text);
	return 0;
}

static bool
of_boxes(const struct evaluation *v)
{
	return strcmp(v->kind, "score") == 0 || strcmp(v->kind, "detect") == 0 || strcmp(v->kind, "face") == 0;
}

static int
check_pair(const struct evaluation *a, const struct evaluation *b, struct err *e)
{
	if (of_boxes(a) != of_boxes(b) || (!of_boxes(a) && strcmp(a->kind, b->kind) != 0))
		return err_set(e, ERR_USAGE, "evaluations %" PRId64 " (%s) and %" PRId64 " (%s) have no figures in common", a->id,
		    a->kind, b->id, b->kind);
	if (!of_boxes(a) && strcmp(a->kind, "gender") != 0)
		return err_set(e, ERR_USAGE, "evaluations of %s have no answers stored that could be compared; "
		    "footfall eval show prints their figures", a->kind);
	if (a->dataset_sha256 == NULL || b->dataset_sha256 == NULL || strcmp(a->dataset_sha256, b->dataset_sha256) != 0)
		return err_set(e, ERR_USAGE, "evaluations %" PRId64 " (of %s) and %" PRId64 " (of %s) are of different labels or classes: "
		    "a difference of their figures would say nothing", a->id, a->dataset, b->id, b->dataset);
	if (a->ended_ms == 0 || b->ended_ms == 0)
		return err_set(e, ERR_USAGE, "evaluation %" PRId64 " was interrupted; the command that began it continues it",
		    a->ended_ms == 0 ? a->id : b->id);
	return 0;
}

int
eval_compare(struct cli *c, struct err *e)
{
	struct side a = { 0 }, b = { 0 };
	struct bootstrap_options o;
	struct db *d = NULL;
	int64_t ids[2];
	bool intervals;
	int r = -1;

	if (cli_operands(c, 3, 3, e) != 0 || take_id(c->argv[1], &ids[0], e) != 0 || take_id(c->argv[2], &ids[1], e) != 0
	    || eval_bootstrap(c, &o, &intervals, e) != 0)
		return -1;
	if (store_open_read(&d, c->db, cli_timeout_ms(c), e) != 0)
		return -1;
	if (db_snapshot(d, e) != 0 || evaluation_get(d, ids[0], &a.v, e) != 0 || evaluation_get(d, ids[1], &b.v, e) != 0
	    || check_pair(&a.v, &b.v, e) != 0)
		goto out;
	r = of_boxes(&a.v) ? compare_boxes(c, d, &a, &b, &o, intervals, e) : compare_gender(c, d, &a.v, &b.v, &o, intervals, e);
out:
	side_free(&a);
	side_free(&b);
	db_close(d);
	return r;
}
