/*
 * One thread's networks, run on one frame after the other.
 */
#include "pipeline/crew_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nets/detector.h"
#include "people/assign.h"
#include "people/gender.h"

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
	const bool both = crew_one_pass(c);
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
