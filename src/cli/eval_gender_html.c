/*
 * footfall eval gender --html: the page's facts and its gallery of errors.
 */
#include "cli/eval_gender.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "people/gender.h"
#include "pipeline/thumbnail.h"
#include "report/eval_page.h"
#include "vision/vision.h"

enum { LONGEST = 160, FACTS = 16 };

/* How an answer can be wrong, in the order of the gallery. */
enum error { TAKEN_FOR_MAN, TAKEN_FOR_WOMAN, NOT_FOUND, ERRORS };

struct gallery {
	struct eval_picture *v;
	size_t n;
};

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
add_picture(const struct gender_result *r, const char *kind, const struct wrong *w, int64_t max_pixels, struct gallery *g,
	struct err *e)
{
	struct buf data = { 0 };
	if (thumbnail_make(r->paths[w->item], max_pixels, LONGEST, &data, e) != 0) {
		buf_free(&data);
		return -1;
	}
	char *caption = isnan(w->certainty) || w->certainty == 0 ? mem_strdup(r->names[w->item]) :
		mem_printf("%s, certainty %.2f", r->names[w->item], w->certainty);
	g->v[g->n++] = (struct eval_picture){ .kind = kind, .caption = caption, .data = data.data, .size = data.len };
	return 0;
}

static int
add_errors(const struct gender_result *r, enum error kind, size_t most, int64_t max_pixels, struct gallery *g, struct err *e)
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
gallery_free(struct gallery *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free((char *)g->v[i].caption);
		free((void *)g->v[i].data);
	}
	free(g->v);
}

struct facts {
	struct eval_fact v[FACTS];
	size_t n;
	struct buf text[FACTS];
};

static void
add_fact(struct facts *f, const char *name, bool code, const char *value)
{
	if (value == NULL)
		return;
	buf_puts(&f->text[f->n], value);
	f->v[f->n] = (struct eval_fact){ .name = name, .value = buf_str(&f->text[f->n]), .code = code };
	f->n++;
}

static void
add_facts(struct facts *f, const struct gender_result *r)
{
	char *text[] = {
		mem_printf("%zu", r->n),
		mem_printf("%.2f", r->min_score),
		mem_printf("%.2f", r->face_min_score),
		mem_printf("%zu, seed %llu", r->resamples, (unsigned long long)r->seed),
		mem_printf("%lld in %s", (long long)r->evaluation, r->db),
		mem_printf("%.3f (female), %.3f (male)", FOUNDING_FEMALE, FOUNDING_MALE),
		mem_printf("footfall %s, OpenCV %s", FOOTFALL_VERSION, vision_version()),
	};
	add_fact(f, "Data set", false, r->set);
	add_fact(f, "Its sha256", true, r->sha256);
	add_fact(f, "Items", false, text[0]);
	add_fact(f, "Gender network", false, r->gender);
	add_fact(f, "An answer from certainty", false, text[1]);
	add_fact(f, "Face network", false, r->face);
	add_fact(f, "A face from score", false, r->has_found ? text[2] : NULL);
	add_fact(f, "Resamples of the items", false, r->resamples > 0 ? text[3] : NULL);
	add_fact(f, "Evaluation", false, r->evaluation != 0 ? text[4] : NULL);
	add_fact(f, "Founding system's F1 on UTKFace, given a face", false, r->utkface ? text[5] : NULL);
	add_fact(f, "Versions", false, text[6]);
	for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
		free(text[i]);
}

/* Only those properties that this set has groups of. */
static size_t
view_slices(const struct gender_view *v, struct eval_slices out[GENDER_BY])
{
	static const char *const names[GENDER_BY] = { "Age band", "Race label", "Face size" };
	size_t n = 0;
	for (int by = 0; by < GENDER_BY; by++) {
		if (v->slices[by].without_value < v->score.items)
			out[n++] = (struct eval_slices){ .by = names[by], .slices = &v->slices[by] };
	}
	return n;
}

static int
write_page(const struct eval_gender_page *p, const char *path, struct err *e)
{
	struct out *o;
	if (out_open(&o, path, e) != 0)
		return -1;
	if (eval_gender_page(p, o, e) != 0) {
		out_abandon(o);
		return -1;
	}
	if (out_close(o, e) != 0)
		return -1;
	if (strcmp(path, "-") != 0)
		log_info("the report is in %s", path);
	return 0;
}

int
gender_print_html(const struct gender_result *r, const char *path, size_t gallery, int64_t max_pixels, struct err *e)
{
	size_t most = gallery < r->n ? gallery : r->n;
	struct gallery g = { .v = mem_array(ERRORS * most + 1, sizeof *g.v) };
	struct facts facts = { 0 };
	struct eval_slices slices[2][GENDER_BY];
	const char **rejected = mem_array(r->nrejects + 1, sizeof *rejected);
	struct eval_gender_page p = {
		.common = { .head = { .task = "Gender", .set = r->set, .network = r->gender, .when_ms = r->started_ms },
			.resamples = r->resamples },
		.given = { .score = &r->given.score, .figures = r->given.intervals, .slices = slices[0] },
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
	p.given.nslices = view_slices(&r->given, slices[0]);
	if (r->has_found)
		p.found = (struct eval_gender_view){ .score = &r->found.score, .figures = r->found.intervals, .slices = slices[1],
			.nslices = view_slices(&r->found, slices[1]) };
	result = write_page(&p, path, e);
out:
	gallery_free(&g);
	for (size_t i = 0; i < facts.n; i++)
		buf_free(&facts.text[i]);
	free(rejected);
	return result;
}
