/*
 * footfall eval gender --json.  The top level is the view that was asked for: end to end when a face network ran.
 */
#include "cli/eval_gender.h"

#include <math.h>

#include "people/groups.h"

const char *
gender_by_name(enum gender_by by)
{
	static const char *const names[GENDER_BY] = { "age", "race", "face_size" };
	return names[by];
}

const struct gender_view *
gender_main_view(const struct gender_result *r)
{
	return r->has_found ? &r->found : &r->given;
}

static void
write_confusion(const struct gender_confusion *c, struct out *o)
{
	out_json_object(o, "confusion");
	out_json_int(o, "female_female", (int64_t)c->female_female);
	out_json_int(o, "female_male", (int64_t)c->female_male);
	out_json_int(o, "male_female", (int64_t)c->male_female);
	out_json_int(o, "male_male", (int64_t)c->male_male);
	out_json_int(o, "female_none", (int64_t)c->female_none);
	out_json_int(o, "male_none", (int64_t)c->male_none);
	out_json_end(o);
}

static void
write_intervals(const struct gender_view *v, struct out *o)
{
	out_json_object(o, "intervals");
	for (int f = 0; f < GENDER_FIGURES; f++) {
		if (isnan(v->intervals[f].low))
			continue;
		out_json_object(o, gender_figure_name((enum gender_figure)f));
		out_json_real(o, "low", v->intervals[f].low);
		out_json_real(o, "high", v->intervals[f].high);
		out_json_end(o);
	}
	out_json_end(o);
}

static void
write_slices(const struct gender_view *v, struct out *o)
{
	out_json_array(o, "slices");
	for (int by = 0; by < GENDER_BY; by++) {
		for (size_t i = 0; i < v->slices[by].nslices; i++) {
			const struct gender_slice *s = &v->slices[by].slices[i];
			out_json_object(o, NULL);
			out_json_text(o, "by", gender_by_name((enum gender_by)by));
			out_json_text(o, "value", s->value);
			if (by == BY_RACE)
				out_json_text(o, "label", group_race_name(s->value));
			out_json_int(o, "items", (int64_t)s->items);
			out_json_int(o, "no_face", (int64_t)s->no_face);
			out_json_int(o, "abstained", (int64_t)s->abstained);
			out_json_real(o, "accuracy", s->accuracy.value);
			out_json_real(o, "low", s->accuracy.low);
			out_json_real(o, "high", s->accuracy.high);
			out_json_real(o, "f1_female", s->f1_female);
			out_json_real(o, "f1_male", s->f1_male);
			out_json_end(o);
		}
	}
	out_json_end(o);
}

static void
write_gaps(const struct gender_view *v, struct out *o)
{
	out_json_array(o, "gaps");
	for (int by = 0; by < GENDER_BY; by++) {
		const struct gender_slices *s = &v->slices[by];
		if (s->without_value == v->score.items)
			continue;
		out_json_object(o, NULL);
		out_json_text(o, "by", gender_by_name((enum gender_by)by));
		out_json_real(o, "accuracy", s->gap.value);
		out_json_real(o, "low", s->gap.low);
		out_json_real(o, "high", s->gap.high);
		out_json_text(o, "best", s->best != s->worst ? s->slices[s->best].value : NULL);
		out_json_text(o, "worst", s->best != s->worst ? s->slices[s->worst].value : NULL);
		out_json_real(o, "f1_macro", s->f1_gap);
		out_json_int(o, "small_groups", (int64_t)s->small_groups);
		out_json_int(o, "small_items", (int64_t)s->small_items);
		out_json_int(o, "without_value", (int64_t)s->without_value);
		out_json_end(o);
	}
	out_json_end(o);
}

static void
write_curves(const struct gender_score *s, struct out *o)
{
	out_json_array(o, "reliability");
	for (int i = 0; i < GENDER_BINS; i++) {
		out_json_object(o, NULL);
		out_json_real(o, "low", s->bins[i].low);
		out_json_real(o, "high", s->bins[i].high);
		out_json_int(o, "items", (int64_t)s->bins[i].n);
		out_json_real(o, "p_female", s->bins[i].p_mean);
		out_json_real(o, "female", s->bins[i].share);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_array(o, "abstention");
	for (int i = 0; i < GENDER_CUTS; i++) {
		out_json_object(o, NULL);
		out_json_real(o, "certainty", s->cuts[i].certainty);
		out_json_real(o, "abstained", s->cuts[i].abstained);
		out_json_real(o, "accuracy", s->cuts[i].accuracy);
		out_json_int(o, "answered", (int64_t)s->cuts[i].answered);
		out_json_end(o);
	}
	out_json_end(o);
}

static void
write_view(const struct gender_result *r, const struct gender_view *v, struct out *o)
{
	out_json_int(o, "items", (int64_t)v->score.items);
	out_json_int(o, "rejected", (int64_t)r->nrejects);
	out_json_int(o, "no_face", (int64_t)v->score.no_face);
	out_json_int(o, "abstained", (int64_t)v->score.abstained);
	for (int f = 0; f < GENDER_FIGURES; f++)
		out_json_real(o, gender_figure_name((enum gender_figure)f), v->score.figures[f]);
	out_json_object(o, "without_abstaining");
	for (int f = 0; f <= GENDER_RECALL_MALE; f++)
		out_json_real(o, gender_figure_name((enum gender_figure)f), v->forced[f]);
	out_json_end(o);
	write_confusion(&v->score.confusion, o);
	write_intervals(v, o);
	write_slices(v, o);
	write_gaps(v, o);
	write_curves(&v->score, o);
}

void
gender_print_json(const struct gender_result *r, struct out *o)
{
	out_json_object(o, NULL);
	out_json_text(o, "set", r->set);
	out_json_text(o, "set_sha256", r->sha256);
	if (r->evaluation != 0)
		out_json_int(o, "evaluation", r->evaluation);
	out_json_text(o, "view", r->has_found ? "end_to_end" : "given");
	out_json_text(o, "gender", r->gender);
	out_json_text(o, "face", r->face);
	out_json_real(o, "min_score", r->min_score);
	out_json_int(o, "resamples", (int64_t)r->resamples);
	out_json_int(o, "seed", (int64_t)r->seed);
	write_view(r, gender_main_view(r), o);
	if (r->has_found) {
		out_json_object(o, "given_face");
		write_view(r, &r->given, o);
		out_json_end(o);
	}
	out_json_array(o, "rejects");
	for (size_t i = 0; i < r->nrejects; i++) {
		out_json_object(o, NULL);
		out_json_text(o, "name", r->rejects[i].name);
		out_json_text(o, "why", r->rejects[i].why);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_end(o);
}
