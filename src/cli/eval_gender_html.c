/*
 * footfall eval gender --html: the page's facts and its gallery of errors.
 */
#include "cli/eval_gender.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/eval_html.h"
#include "people/gender.h"
#include "pipeline/thumbnail.h"
#include "report/eval_page.h"
#include "vision/vision.h"

enum { LONGEST = 160 };

/* How an answer can be wrong, in the order of the gallery. */
enum error { TAKEN_FOR_MAN, TAKEN_FOR_WOMAN, NOT_FOUND, ERRORS };

struct wrong {
	size_t item;
	double certainty;
};

static bool
is_error(const struct gender_item *item, double min_score, enum error kind)
{
	if (item->no_face || kind == NOT_FOUND)
		return item->no_face && kind == NOT_FOUND;
	enum gender answer = gender_decide(item->p_female, min_score);
	return kind == TAKEN_FOR_MAN ? item->truth == GENDER_FEMALE && answer == GENDER_MALE :
		item->truth == GENDER_MALE && answer == GENDER_FEMALE;
}

/* The surest errors first; of equals the first. */
static int
worse(const void *a, const void *b)
{
	const struct wrong *x = a, *y = b;
	if (x->certainty != y->certainty)
		return x->certainty > y->certainty ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

static int
add_picture(const struct gender_result *r, const char *kind, const struct wrong *w, int64_t max_pixels, struct eval_gallery *g,
	struct err *e)
{
	struct buf data = { 0 };
	if (thumbnail_make(r->paths[w->item], max_pixels, LONGEST, &data, e) != 0) {
		buf_free(&data);
		return -1;
	}
	char *caption = isnan(w->certainty) || w->certainty == 0 ? mem_strdup(r->names[w->item]) :
		mem_printf("%s, certainty %.2f", r->names[w->item], w->certainty);
	eval_gallery_add(g, kind, caption, &data);
	return 0;
}

static int
add_errors(const struct gender_result *r, enum error kind, size_t most, int64_t max_pixels, struct eval_gallery *g, struct err *e)
{
	static const char *const names[ERRORS] = { "Women taken for men", "Men taken for women", "Faces not found" };
	const struct gender_item *items = gender_main_view(r)->items;
	struct wrong *wrong = mem_array(r->n, sizeof *wrong);
	size_t n = 0;
	int result = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (is_error(&items[i], r->min_score, kind))
			wrong[n++] = (struct wrong){ i, kind == NOT_FOUND ? 0 : fmax(items[i].p_female, 1 - items[i].p_female) };
	}
	qsort(wrong, n, sizeof *wrong, worse);
	for (size_t i = 0; result == 0 && i < n && i < most; i++)
		result = add_picture(r, names[kind], &wrong[i], max_pixels, g, e);
	free(wrong);
	return result;
}

static void
add_facts(struct eval_facts *f, const struct gender_result *r)
{
	eval_facts_add(f, "Data set", false, mem_strdup(r->set));
	eval_facts_add(f, "Its sha256", true, mem_strdup(r->sha256));
	eval_facts_add(f, "Items", false, mem_printf("%zu", r->n));
	eval_facts_add(f, "Gender network", false, mem_strdup(r->gender));
	eval_facts_add(f, "An answer from certainty", false, mem_printf("%.2f", r->min_score));
	eval_facts_add(f, "Face network", false, r->face != NULL ? mem_strdup(r->face) : NULL);
	eval_facts_add(f, "A face from score", false, r->has_found ? mem_printf("%.2f", r->face_min_score) : NULL);
	eval_facts_add(f, "Resamples of the items", false,
	    r->resamples > 0 ? mem_printf("%zu, seed %llu", r->resamples, (unsigned long long)r->seed) : NULL);
	eval_facts_add(f, "Evaluation", false,
	    r->evaluation != 0 ? mem_printf("%lld in %s", (long long)r->evaluation, r->db) : NULL);
	eval_facts_add(f, "Founding system's F1 on UTKFace, given a face", false,
	    r->utkface ? mem_printf("%.3f (female), %.3f (male)", FOUNDING_FEMALE, FOUNDING_MALE) : NULL);
	eval_facts_add(f, "Versions", false, mem_printf("footfall %s, OpenCV %s", FOOTFALL_VERSION, vision_version()));
}

/* The slices of a view under the names that people read. */
struct named_slices {
	struct eval_slices v[GENDER_BY];
	size_t n;
	struct gender_slices copies[GENDER_BY];
	char (*labels[GENDER_BY])[GENDER_LABEL];
};

/* Only those properties that this set has groups of. */
static void
name_slices(const struct gender_view *v, struct named_slices *out)
{
	static const char *const names[GENDER_BY] = { "Age band", "Race label", "Face size" };
	for (int by = 0; by < GENDER_BY; by++) {
		const struct gender_slices *s = &v->slices[by];
		if (s->without_value >= v->score.items)
			continue;
		struct gender_slice *copy = mem_array(s->nslices + 1, sizeof *copy);
		out->labels[by] = mem_array(s->nslices + 1, sizeof *out->labels[by]);
		for (size_t i = 0; i < s->nslices; i++) {
			copy[i] = s->slices[i];
			copy[i].value = gender_label((enum gender_by)by, copy[i].value, out->labels[by][i]);
		}
		out->copies[by] = *s;
		out->copies[by].slices = copy;
		out->v[out->n++] = (struct eval_slices){ .by = names[by], .slices = &out->copies[by] };
	}
}

static void
named_slices_free(struct named_slices *s)
{
	for (int by = 0; by < GENDER_BY; by++) {
		free(s->copies[by].slices);
		free(s->labels[by]);
	}
}

int
gender_print_html(const struct gender_result *r, const char *path, size_t gallery, int64_t max_pixels, struct err *e)
{
	size_t most = gallery < r->n ? gallery : r->n;
	struct eval_gallery g = { .v = mem_array(ERRORS * most + 1, sizeof *g.v) };
	struct eval_facts facts = { 0 };
	struct named_slices given = { 0 }, found = { 0 };
	const char **rejected = mem_array(r->nrejects + 1, sizeof *rejected);
	char *set = eval_html_set(r->set);
	struct eval_gender_page p = {
		.common = { .head = { .task = "Gender", .set = set, .network = r->gender, .when_ms = r->started_ms },
			.resamples = r->resamples },
		.given = { .score = &r->given.score, .figures = r->given.intervals, .slices = given.v },
		.rejected = r->nrejects, .rejected_names = rejected, .nrejected_names = r->nrejects,
		.minimum = r->minimum, .min_score = r->min_score,
	};
	int result = -1;

	for (int kind = 0; kind < ERRORS; kind++) {
		if (most > 0 && add_errors(r, (enum error)kind, most, max_pixels, &g, e) != 0)
			goto out;
	}
	for (size_t i = 0; i < r->nrejects; i++)
		rejected[i] = r->rejects[i].name;
	add_facts(&facts, r);
	p.common.facts = facts.v;
	p.common.nfacts = facts.n;
	p.common.pictures = g.v;
	p.common.npictures = g.n;
	name_slices(&r->given, &given);
	p.given.nslices = given.n;
	if (r->has_found) {
		name_slices(&r->found, &found);
		p.found = (struct eval_gender_view){ .score = &r->found.score, .figures = r->found.intervals, .slices = found.v,
			.nslices = found.n };
	}
	struct out *o;
	if (out_open(&o, path, e) == 0)
		result = eval_html_close(o, path, eval_gender_page(&p, o, e), e);
out:
	eval_gallery_free(&g);
	eval_facts_free(&facts);
	named_slices_free(&given);
	named_slices_free(&found);
	free(rejected);
	free(set);
	return result;
}
