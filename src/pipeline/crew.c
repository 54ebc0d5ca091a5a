/*
 * Stages and their networks. Which stages run is decided here once; a worker then runs them on one
 * frame after the other.
 */
#include "pipeline/crew.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "models/facts.h"
#include "nets/classifier.h"
#include "nets/detector.h"
#include "people/assign.h"
#include "people/gender.h"

/* The networks of one stage: one, or for gender several of which the mean is taken. */
struct stage {
	bool on;
	bool whole;		/* face: the picture is the face, no network */
	size_t n;
	const struct model *models[CLASSIFIER_MAX];
	struct model_data *data[CLASSIFIER_MAX];
	bool borrowed;		/* data is another stage's, whose network this is too */
	struct store_model stored;
	char *name;
	char sha256[SHA256_HEX];
	char facts[SHA256_HEX];
};

struct crew {
	struct registry *registry;
	const struct settings *set;
	struct stage stages[TASKS];
	struct buf summary;
};

/* Do persons and faces come from one network?  Names are unique in the registry, however a network was named. */
static bool
one_pass(const struct crew *c)
{
	const struct stage *p = &c->stages[TASK_PERSON], *f = &c->stages[TASK_FACE];
	return p->n == 1 && f->n == 1 && strcmp(p->models[0]->name, f->models[0]->name) == 0;
}

static int
add_model(struct crew *c, struct stage *s, enum task t, const char *name, struct err *e)
{
	const struct model *m;
	if (registry_find(c->registry, name, &m, e) != 0)
		return -1;
	if (!m->serves[t])
		return err_set(e, ERR_UNAVAILABLE, "%s is a %s network, not one for %s; footfall models list --task %s shows those",
		    m->name, model_tasks(m), task_name(t), task_name(t));
	if (s->n == CLASSIFIER_MAX || (s->n == 1 && t != TASK_GENDER))
		return err_set(e, ERR_USAGE, "--%s takes %s", task_name(t), t == TASK_GENDER ? "at most eight networks" : "one network");
	s->models[s->n++] = m;
	return 0;
}

static int
add_models(struct crew *c, struct stage *s, enum task t, const char *names, struct err *e)
{
	char *copy = mem_strdup(names), *at = copy;
	int r = 0;
	for (char *name; r == 0 && (name = strsep(&at, ",")) != NULL;)
		r = add_model(c, s, t, name, e);
	free(copy);
	return r;
}

/* Name and digest under which the database knows the stage's network. */
static void
describe(struct stage *s, enum task t)
{
	struct buf name = { 0 };
	struct sha256 all, facts;
	sha256_init(&all);
	sha256_init(&facts);
	for (size_t i = 0; i < s->n; i++) {
		model_facts(s->models[i], t, &facts);
		buf_printf(&name, "%s%s", i > 0 ? "+" : "", s->models[i]->name);
		sha256_add(&all, s->data[i]->sha256, strlen(s->data[i]->sha256));
	}
	if (s->whole)
		buf_puts(&name, "whole");
	s->name = name.data;
	sha256_end(&facts, s->facts);
	if (s->n == 1)
		memcpy(s->sha256, s->data[0]->sha256, sizeof s->sha256);
	else
		sha256_end(&all, s->sha256);
	s->stored = (struct store_model) {
		.name = s->name,
		.task = task_name(t),
		.family = s->n == 1 ? family_name(s->models[0]->family) : s->whole ? "whole" : "mean",
		.sha256 = s->sha256,
	};
}

static int
load_models(struct crew *c, struct stage *s, enum task t, struct err *e)
{
	s->borrowed = t == TASK_FACE && one_pass(c);
	if (s->borrowed)
		s->data[0] = c->stages[TASK_PERSON].data[0];
	for (size_t i = 0; i < s->n && !s->borrowed; i++) {
		s->data[i] = mem_alloc(sizeof *s->data[i]);
		if (model_load(c->registry, s->models[i], s->data[i], e) != 0)
			return -1;
	}
	describe(s, t);
	return 0;
}

/* What nobody asked for should not be found out too late. */
static void
tell_use(const struct crew *c, enum task t, const struct model *m)
{
	const struct stage *p = &c->stages[TASK_PERSON];
	bool told = t == TASK_FACE && p->n == 1 && strcmp(p->models[0]->name, m->name) == 0;
	if (m->use != NULL && !told)
		log_info("network %s, chosen by default: %s", m->name, m->use);
}

static void
summarize(struct crew *c)
{
	bool both = one_pass(c);
	for (int t = 0; t < TASKS; t++) {
		if (!c->stages[t].on || (both && t == TASK_FACE))
			continue;
		buf_printf(&c->summary, "%s%s %s%s", c->summary.len > 0 ? ", " : "", both && t == TASK_PERSON ? "person and face" :
		    task_name((enum task)t), c->stages[t].name, both && t == TASK_PERSON ? " (one pass)" : "");
	}
}

static int
choose(struct crew *c, enum task t, const char *name, bool required, struct err *e)
{
	struct stage *s = &c->stages[t];
	if (name != NULL && strcmp(name, "none") == 0) {
		if (required)
			return err_set(e, ERR_USAGE, "--stages asks for %s and --%s none switches it off", task_name(t), task_name(t));
		s->on = false;
		return 0;
	}
	if (name != NULL && t == TASK_FACE && strcmp(name, "whole") == 0) {
		s->whole = true;
	} else if (name != NULL) {
		if (add_models(c, s, t, name, e) != 0)
			return -1;
	} else {
		const struct model *m = registry_default(c->registry, t);
		if (m == NULL && required)
			return err_set(e, ERR_UNAVAILABLE, "no %s network is at hand; footfall models list --task %s shows which there are and how to get one",
			    task_name(t), task_name(t));
		if (m != NULL) {
			tell_use(c, t, m);
			s->models[s->n++] = m;
		}
		s->on = m != NULL;
	}
	return s->on ? load_models(c, s, t, e) : 0;
}

/* Which stages --stages names; all when NULL. */
static int
parse_stages(const char *text, bool on[TASKS], struct err *e)
{
	for (int t = 0; t < TASKS; t++)
		on[t] = text == NULL;
	if (text == NULL)
		return 0;
	char *copy = mem_strdup(text), *at = copy;
	int r = 0;
	for (char *name; r == 0 && (name = strsep(&at, ",")) != NULL;) {
		enum task t;
		if (task_parse(name, &t) != 0)
			r = err_set(e, ERR_USAGE, "no stage \"%s\": stages are person, face, gender, joined by commas", name);
		else
			on[t] = true;
	}
	free(copy);
	if (r == 0 && on[TASK_GENDER] && !on[TASK_FACE])
		r = err_set(e, ERR_USAGE, "the gender stage needs faces: --stages face,gender");
	return r;
}

static int
choose_all(struct crew *c, const struct crew_wish *wish, struct err *e)
{
	bool on[TASKS];
	if (parse_stages(wish->stages, on, e) != 0)
		return -1;
	for (int i = 0; i < TASKS; i++) {
		enum task t = (enum task)i;
		if (!on[t] && wish->networks[t] != NULL && strcmp(wish->networks[t], "none") != 0)
			return err_set(e, ERR_USAGE, "--%s %s, but --stages leaves %s out", task_name(t), wish->networks[t], task_name(t));
		/* gender has nothing to look at when faces turned out not to be had */
		c->stages[t].on = on[t] && (t != TASK_GENDER || c->stages[TASK_FACE].on);
		if (c->stages[t].on && choose(c, t, wish->networks[t], wish->stages != NULL, e) != 0)
			return -1;
		if (!c->stages[t].on && on[t] && wish->networks[t] != NULL && strcmp(wish->networks[t], "none") != 0)
			return err_set(e, ERR_UNAVAILABLE, "--gender %s needs faces, and there is no face network at hand or --face none was given", wish->networks[t]);
	}
	if (!c->stages[TASK_PERSON].on && !c->stages[TASK_FACE].on)
		return err_set(e, ERR_UNAVAILABLE, "no person and no face network is at hand; footfall models list shows which there are and how to get one");
	summarize(c);
	return 0;
}

int
crew_open(struct crew **out, const struct crew_wish *wish, const struct settings *set, struct err *e)
{
	*out = NULL;
	struct crew *c = mem_alloc(sizeof *c);
	c->set = set;
	if (registry_open(&c->registry, e) != 0 || choose_all(c, wish, e) != 0) {
		crew_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
crew_close(struct crew *c)
{
	if (c == NULL)
		return;
	for (int t = 0; t < TASKS; t++) {
		struct stage *s = &c->stages[t];
		for (size_t i = 0; i < s->n && !s->borrowed; i++) {
			if (s->data[i] != NULL)
				model_data_free(s->data[i]);
			free(s->data[i]);
		}
		free(s->name);
	}
	registry_close(c->registry);
	buf_free(&c->summary);
	free(c);
}

bool
crew_has(const struct crew *c, enum task t)
{
	return c->stages[t].on;
}

const struct store_model *
crew_model(const struct crew *c, enum task t)
{
	return c->stages[t].on ? &c->stages[t].stored : NULL;
}

const char *
crew_facts(const struct crew *c, enum task t)
{
	return c->stages[t].facts;
}

const char *
crew_summary(const struct crew *c)
{
	return buf_str(&c->summary);
}

double
crew_min_score(const struct crew *c, enum task t)
{
	const double set[TASKS] = { c->set->person_min_score, c->set->face_min_score, c->set->gender_min_score };
	const struct stage *s = &c->stages[t];
	if (set[t] >= 0)
		return set[t];
	return s->n > 0 ? s->models[0]->min_score[t] : 0;
}

double
crew_iou(const struct crew *c, enum task t)
{
	const struct stage *s = &c->stages[t];
	if (c->set->nms_iou >= 0)
		return c->set->nms_iou;
	return s->n > 0 ? s->models[0]->iou[t] : 0;
}

/* ---- one thread's networks ---- */

struct worker {
	const struct crew *crew;
	struct detector *person, *face;	/* one pass for both: person's, and no face's */
	struct classifier *gender;
	struct dets found[DETECTOR_CLASSES];	/* persons, faces */
};

static struct detector_class
wanted(const struct crew *c, enum task t)
{
	return (struct detector_class) {
		.task = t,
		.name = t == TASK_PERSON ? c->set->person_class : NULL,
		.min_score = crew_min_score(c, t),
		.iou = crew_iou(c, t),
	};
}

static int
open_detectors(struct worker *w, struct err *e)
{
	const struct crew *c = w->crew;
	const struct stage *p = &c->stages[TASK_PERSON], *f = &c->stages[TASK_FACE];
	const bool both = one_pass(c);
	struct detector_options o = { .square = c->set->input_square };
	if (p->on) {
		o.classes[o.nclasses++] = wanted(c, TASK_PERSON);
		if (both)
			o.classes[o.nclasses++] = wanted(c, TASK_FACE);
		if (detector_open(&w->person, p->models[0], p->data[0], &o, e) != 0)
			return -1;
	}
	if (!f->on || f->whole || both)
		return 0;
	o.nclasses = 0;
	o.classes[o.nclasses++] = wanted(c, TASK_FACE);
	return detector_open(&w->face, f->models[0], f->data[0], &o, e);
}

int
worker_open(struct worker **out, const struct crew *c, struct err *e)
{
	*out = NULL;
	struct worker *w = mem_alloc(sizeof *w);
	w->crew = c;
	const struct stage *g = &c->stages[TASK_GENDER];
	if (open_detectors(w, e) != 0
	    || (g->on && classifier_open(&w->gender, g->models, (const struct model_data *const *)g->data, g->n, e) != 0)) {
		worker_close(w);
		return -1;
	}
	*out = w;
	return 0;
}

void
worker_close(struct worker *w)
{
	if (w == NULL)
		return;
	detector_close(w->person);
	detector_close(w->face);
	classifier_close(w->gender);
	for (size_t i = 0; i < DETECTOR_CLASSES; i++)
		dets_free(&w->found[i]);
	free(w);
}

static int
detect(struct worker *w, const struct vision_image *im, struct err *e)
{
	if (w->person != NULL && detector_run(w->person, im, w->found, e) != 0)
		return -1;
	return w->face != NULL ? detector_run(w->face, im, &w->found[1], e) : 0;
}

static void
take_persons(const struct worker *w, struct frame_result *r)
{
	for (size_t i = 0; i < w->found[0].n; i++) {
		const struct det *d = &w->found[0].v[i];
		struct person *p = result_add_person(r);
		p->box = (struct box) { d->x, d->y, d->w, d->h };
		p->score = d->score;
	}
}

static void
take_faces(const struct worker *w, const struct vision_image *im, struct frame_result *r)
{
	if (w->crew->stages[TASK_FACE].whole) {
		struct face *f = result_add_face(r);
		f->box = (struct box) { 0, 0, vision_image_width(im), vision_image_height(im) };
		f->score = 1;
	}
	for (size_t i = 0; i < w->found[1].n; i++) {
		const struct det *d = &w->found[1].v[i];
		struct face *f = result_add_face(r);
		f->box = (struct box) { d->x, d->y, d->w, d->h };
		f->score = d->score;
		f->has_points = d->has_points;
		memcpy(f->points, d->points, sizeof f->points);
	}
}

int
worker_genders(struct worker *w, const struct vision_image *im, struct face *faces, size_t n, struct err *e)
{
	if (w->gender == NULL || n == 0)
		return 0;
	if (classifier_run(w->gender, im, faces, n, e) != 0)
		return -1;
	double min_score = crew_min_score(w->crew, TASK_GENDER);
	for (size_t i = 0; i < n; i++)
		faces[i].gender = gender_decide(faces[i].p_female, min_score);
	return 0;
}

void
worker_times(const struct worker *w, struct net_times out[TASKS])
{
	static const struct net_times none;
	out[TASK_PERSON] = w->person != NULL ? *detector_times(w->person) : none;
	out[TASK_FACE] = w->face != NULL ? *detector_times(w->face) : none;
	out[TASK_GENDER] = w->gender != NULL ? *classifier_times(w->gender) : none;
}

int
worker_run(struct worker *w, const struct vision_image *im, struct frame_result *r, struct err *e)
{
	result_clear(r);
	if (detect(w, im, e) != 0)
		return -1;
	take_persons(w, r);
	take_faces(w, im, r);
	if (worker_genders(w, im, r->faces, r->nfaces, e) != 0)
		return -1;
	assign_faces(r, w->crew->set->face_upper);
	return 0;
}
