/*
 * footfall eval gender: pictures of one face each, of known gender, against what the networks say.
 *
 * Two views of the same pictures come out of one run: given a face (the picture is the face), which is what is
 * published of gender networks, and end to end, in which a face that is not found is a miss like any other.
 */
#include "cli/eval_gender.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "cli/eval.h"
#include "cli/eval_gender_parts.h"
#include "fast/fast.h"
#include "people/groups.h"
#include "pipeline/stop.h"
#include "store/evaluation.h"

enum { GALLERY_MOST = 1000, MINIMUM = 20 };

struct session {
	const struct cli *c;
	struct gender_result r;
	struct face_set set;
	struct crew *crew;
	struct gender_answer *answers;	/* one for each face of the set */
	struct bootstrap_options bootstrap;
	bool intervals;
	int64_t gallery;
	char sha256[SHA256_HEX];
	struct store *store;		/* NULL: --no-store */
};

/* ---- options ---- */

/* What --fail-under may name: the main view's figures, and those given a face.  ECE is left out: less of it is better. */
enum { FIGURES = 2 * GENDER_FIGURES };

static void
list_figures(const struct gender_result *r, char *names[GENDER_FIGURES], struct eval_figure out[FIGURES + 1])
{
	size_t n = 0;
	for (int f = 0; f < GENDER_FIGURES; f++) {
		const char *name = gender_figure_name((enum gender_figure)f);
		if (f == GENDER_ECE)
			continue;
		out[n++] = (struct eval_figure) { name, r != NULL ? gender_main_view(r)->score.figures[f] : NAN };
		names[f] = mem_printf("given_face.%s", name);
		out[n++] = (struct eval_figure) { names[f], r != NULL ? r->given.score.figures[f] : NAN };
	}
	out[n] = (struct eval_figure) { NULL, 0 };
}

/* r NULL: only whether the option can be read. */
static int
fail_under(const struct cli *c, const struct gender_result *r, struct err *e)
{
	char *names[GENDER_FIGURES] = { NULL };
	struct eval_figure figures[FIGURES + 1];
	const char *wanted = cli_value(c, "fail-under");
	list_figures(r, names, figures);
	int got = r != NULL ? eval_fail_under(wanted, figures, e) : eval_fail_check(wanted, figures, e);
	for (int f = 0; f < GENDER_FIGURES; f++)
		free(names[f]);
	return got;
}

/* Off is no network to evaluate. */
static int
refuse_none(const struct cli *c, const char *option, const char *instead, struct err *e)
{
	const char *name = cli_value(c, option);
	if (name == NULL || strcmp(name, "none") != 0)
		return 0;
	return err_set(e, ERR_USAGE, "eval gender: --%s none leaves nothing to evaluate; %s", option, instead);
}

static int
take_options(struct session *s, struct err *e)
{
	const struct cli *c = s->c;
	const char *html = cli_value(c, "html");
	int64_t minimum;
	if (cli_operands(c, 1, 1, e) != 0)
		return -1;
	if ((cli_value(c, "set") != NULL) == (cli_value(c, "csv") != NULL))
		return err_set(e, ERR_USAGE, "eval gender needs one set: --set DIR (UTKFace's names, or a folder for each gender)"
		    " or --csv FILE (path,label)");
	if (refuse_none(c, "face", "--face whole takes the picture for the face", e) != 0
	    || refuse_none(c, "gender", "name a network (footfall models list)", e) != 0
	    || eval_bootstrap(c, &s->bootstrap, &s->intervals, e) != 0
	    || eval_number(c, "min-group", 1, INT64_MAX, MINIMUM, &minimum, e) != 0
	    || eval_number(c, "gallery", 0, GALLERY_MOST, 0, &s->gallery, e) != 0 || fail_under(c, NULL, e) != 0)
		return -1;
	if (s->gallery > 0 && html == NULL)
		return err_set(e, ERR_USAGE, "--gallery is part of a page: say --html FILE too");
	if (c->json && html != NULL && strcmp(html, "-") == 0)
		return err_set(e, ERR_USAGE, "--json and --html - both want standard output; give the page a file");
	s->r.minimum = (uint64_t)minimum;
	s->r.resamples = s->intervals ? s->bootstrap.resamples : 0;
	s->r.seed = s->bootstrap.seed;
	return 0;
}

/* ---- answers ---- */

static char *
describe_settings(const struct session *s)
{
	const struct settings *set = &s->c->settings;
	struct buf text = { 0 };
	struct out *o = out_buf(&text);
	struct err ignored;
	out_json_object(o, NULL);
	if (s->r.has_found) {
		out_json_real(o, "face.min_score", crew_min_score(s->crew, TASK_FACE));
		out_json_real(o, "face.iou", crew_iou(s->crew, TASK_FACE));
		out_json_bool(o, "input.square", set->input_square);
	}
	out_json_text(o, "inference", fast_arithmetic());
	if (s->r.has_found && crew_calibration(s->crew, TASK_FACE) != NULL)
		out_json_text(o, "face.calibration", crew_calibration(s->crew, TASK_FACE));
	out_json_int(o, "input.max_pixels", set->input_max_pixels);
	out_json_end(o);
	out_close(o, &ignored);
	/* the newline after the object has no place in a column */
	text.data[--text.len] = '\0';
	return text.data;
}

static int
begin(struct session *s, enum evaluation_how *how, struct err *e)
{
	char *settings = describe_settings(s);
	const struct evaluation_spec spec = {
		.kind = "gender", .dataset = s->r.set, .dataset_sha256 = s->sha256, .face = crew_model(s->crew, TASK_FACE),
		.gender = crew_model(s->crew, TASK_GENDER), .settings = settings, .version = FOOTFALL_VERSION,
		.opencv = vision_version(),
	};
	int r = evaluation_begin(store_db(s->store), &spec, cli_flag(s->c, "force"), &s->r.evaluation, how, e);
	free(settings);
	return r;
}

static int
answer(struct session *s, struct err *e)
{
	enum evaluation_how how = EVALUATION_NEW;
	const struct portraits_options o = {
		.find = s->r.has_found, .threads = eval_threads(s->c), .max_pixels = s->c->settings.input_max_pixels
	};
	s->answers = mem_array(s->set.nfaces, sizeof *s->answers);
	if (!cli_flag(s->c, "no-store")) {
		if (store_open(&s->store, s->c->db, cli_timeout_ms(s->c), e) != 0 || begin(s, &how, e) != 0)
			return -1;
		if (how == EVALUATION_COMPLETE) {
			log_info("evaluation %lld holds these answers already; --force asks the networks again", (long long)s->r.evaluation);
			return answers_load(store_db(s->store), s->r.evaluation, &s->set, s->r.has_found, s->answers, e);
		}
	}
	if (answers_run(s->crew, &s->set, &o, s->answers, e) != 0)
		return -1;
	return s->store == NULL ? 0 :
		answers_keep(store_db(s->store), s->r.evaluation, &s->set, s->r.has_found, s->answers, e);
}

/* ---- from answers to figures ---- */

static void
add_reject(struct gender_result *r, const char *name, const char *why, bool unreadable)
{
	r->rejects[r->nrejects++] = (struct gender_reject) { mem_strdup(name), mem_strdup(why), unreadable };
	r->nunreadable += unreadable;
}

static void
make_view(struct gender_view *v, size_t room)
{
	v->items = mem_array(room, sizeof *v->items);
	for (int by = 0; by < GENDER_BY; by++)
		v->values[by] = mem_array(room, sizeof *v->values[by]);
}

static void
add_item(struct gender_view *v, size_t at, const struct labelled_face *f, double p_female, bool no_face, const char *size)
{
	v->items[at] = (struct gender_item) { .truth = f->gender, .no_face = no_face, .p_female = p_female };
	v->values[BY_AGE][at] = group_age(f->age);
	v->values[BY_RACE][at] = group_race(f->race);
	v->values[BY_SIZE][at] = size[0] != '\0' ? size : NULL;
}

/* Items are the pictures with a label that could be read. */
static int
gather(struct session *s, struct err *e)
{
	struct gender_result *r = &s->r;
	const struct face_set *set = &s->set;
	r->names = mem_array(set->nfaces, sizeof *r->names);
	r->paths = mem_array(set->nfaces, sizeof *r->paths);
	r->rejects = mem_array(set->nrejected + set->nfaces, sizeof *r->rejects);
	make_view(&r->given, set->nfaces);
	make_view(&r->found, set->nfaces);
	for (size_t i = 0; i < set->nrejected; i++)
		add_reject(r, set->rejected[i].name, set->rejected[i].why, false);
	for (size_t i = 0; i < set->nfaces; i++) {
		const struct gender_answer *a = &s->answers[i];
		const struct labelled_face *f = &set->faces[i];
		if (a->fault != NULL) {
			add_reject(r, f->name, a->fault, true);
			continue;
		}
		add_item(&r->given, r->n, f, a->p_whole, false, a->size_whole);
		add_item(&r->found, r->n, f, a->p_found, !a->found, a->size_found);
		r->names[r->n] = f->name;
		r->paths[r->n++] = f->path;
	}
	if (r->n == 0)
		return err_set(e, ERR_DATA, "%s: none of its %zu pictures could be read, as %s", r->set, set->nfaces, s->answers[0].fault);
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	const struct gender_slice *x = a, *y = b;
	return group_compare(x->value, y->value);
}

/* From strcmp's order to that of people. */
static void
order_slices(struct gender_slices *s)
{
	if (s->nslices < 2)
		return;
	const char *best = s->slices[s->best].value, *worst = s->slices[s->worst].value;
	qsort(s->slices, s->nslices, sizeof *s->slices, by_value);
	for (size_t i = 0; i < s->nslices; i++) {
		if (s->slices[i].value == best)
			s->best = i;
		if (s->slices[i].value == worst)
			s->worst = i;
	}
}

static void
score_view(const struct session *s, struct gender_view *v)
{
	const struct gender_result *r = &s->r;
	gender_score(v->items, r->n, 0, &v->score);
	memcpy(v->forced, v->score.figures, sizeof v->forced);
	gender_score(v->items, r->n, r->min_score, &v->score);
	for (int f = 0; f < GENDER_FIGURES; f++)
		v->intervals[f] = (struct interval) { v->score.figures[f], NAN, NAN, 0 };
	if (s->intervals)
		gender_intervals(v->items, r->n, r->min_score, &s->bootstrap, v->intervals);
	for (int by = 0; by < GENDER_BY; by++) {
		gender_slices(v->items, v->values[by], r->n, r->min_score, r->minimum, &v->slices[by]);
		order_slices(&v->slices[by]);
	}
}

static void
free_view(struct gender_view *v)
{
	free(v->items);
	for (int by = 0; by < GENDER_BY; by++) {
		free(v->values[by]);
		gender_slices_free(&v->slices[by]);
	}
}

/* ---- the action ---- */

static int
print(const struct session *s, struct err *e)
{
	const struct cli *c = s->c;
	const char *html = cli_value(c, "html");
	/* "--html -" has standard output to itself */
	if (html == NULL || strcmp(html, "-") != 0) {
		struct out *o = out_stream(stdout);
		if (c->json)
			gender_print_json(&s->r, o);
		else
			gender_print_text(&s->r, o);
		if (out_close(o, e) != 0)
			return -1;
	}
	return html == NULL ? 0 :
		gender_print_html(&s->r, html, (size_t)s->gallery, c->settings.input_max_pixels, e);
}

static int
finish(struct session *s, struct err *e)
{
	struct gender_result *r = &s->r;
	if (gather(s, e) != 0)
		return -1;
	score_view(s, &r->given);
	if (r->has_found)
		score_view(s, &r->found);
	if ((s->store != NULL && gender_keep(store_db(s->store), r, e) != 0) || print(s, e) != 0 || fail_under(s->c, r, e) != 0)
		return -1;
	if (r->nunreadable > 0)
		return err_set(e, ERR_PARTIAL, "%zu of %zu labelled pictures could not be read; they are listed as rejected", r->nunreadable,
		    s->set.nfaces);
	return 0;
}

static void
free_session(struct session *s)
{
	struct gender_result *r = &s->r;
	free_view(&r->given);
	free_view(&r->found);
	for (size_t i = 0; i < r->nrejects; i++) {
		free(r->rejects[i].name);
		free(r->rejects[i].why);
	}
	free(r->rejects);
	free(r->names);
	free(r->paths);
	if (s->answers != NULL)
		answers_clear(s->answers, s->set.nfaces);
	free(s->answers);
	faces_free(&s->set);
	crew_close(s->crew);
	store_close(s->store);
}

int
eval_gender(struct cli *c, struct err *e)
{
	struct session s = { .c = c, .r = { .db = c->db, .started_ms = when_now_ms() } };
	const char *face = cli_value(c, "face");
	const struct crew_wish wish = {
		.stages = "face,gender", .networks = { [TASK_FACE] = face, [TASK_GENDER] = cli_value(c, "gender") },
	};
	int r = -1;

	if (take_options(&s, e) != 0)
		return -1;
	stop_install();
	s.r.set = cli_value(c, "csv") != NULL ? cli_value(c, "csv") : cli_value(c, "set");
	if (gender_read_set(s.r.set, cli_value(c, "csv") != NULL, &s.set, &s.r.utkface, e) != 0
	    || crew_open(&s.crew, &wish, &c->settings, e) != 0)
		goto out;
	log_info("networks: %s", crew_summary(s.crew));
	s.r.has_found = face == NULL || strcmp(face, "whole") != 0;
	s.r.gender = crew_model(s.crew, TASK_GENDER)->name;
	s.r.face = s.r.has_found ? crew_model(s.crew, TASK_FACE)->name : NULL;
	s.r.min_score = crew_min_score(s.crew, TASK_GENDER);
	s.r.face_min_score = s.r.has_found ? crew_min_score(s.crew, TASK_FACE) : NAN;
	gender_set_digest(&s.set, s.sha256);
	s.r.sha256 = s.sha256;
	if (answer(&s, e) != 0)
		goto out;
	r = finish(&s, e);
out:
	free_session(&s);
	return r;
}
