/*
 * Several threads look at the pictures; what they find goes through a queue to the thread that called, which alone may
 * touch a database.
 */
#include "pipeline/survey.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "pipeline/hands.h"
#include "pipeline/picture.h"

struct survey {
	const struct survey_picture *v;
	const struct survey_options *o;
	struct queue *done;		/* of struct survey_answer */
};

static void
answer_free(struct survey_answer *a)
{
	if (a != NULL)
		free(a->v);
	free(a);
}

static void
take_boxes(const struct survey *s, const struct frame_result *r, struct survey_answer *a)
{
	bool persons = s->o->task == TASK_PERSON;
	a->n = persons ? r->npersons : r->nfaces;
	a->v = mem_array(a->n + 1, sizeof *a->v);
	for (size_t i = 0; i < a->n; i++) {
		a->v[i] = (struct prediction) {
			.image = a->image, .class_index = s->o->class_index,
			.box = persons ? r->persons[i].box : r->faces[i].box,
			.score = persons ? r->persons[i].score : r->faces[i].score,
		};
	}
}

static int
look(void *context, size_t i, struct worker *w, struct vision_image *im, struct frame_result *r, struct err *e)
{
	const struct survey *s = context;
	const struct survey_picture *p = &s->v[i];
	struct survey_answer *a = mem_alloc(sizeof *a);
	a->image = p->image;
	a->path = p->path;
	if (picture_load(im, p->path, s->o->max_pixels, &a->fault) == 0) {
		a->width = vision_image_width(im);
		a->height = vision_image_height(im);
		if (worker_run(w, im, r, e) != 0) {
			answer_free(a);
			return err_wrap(e, "%s", p->path);
		}
		take_boxes(s, r, a);
	}
	if (queue_put(s->done, a) != 0)
		answer_free(a);
	return 0;
}

static void
end(void *context)
{
	const struct survey *s = context;
	queue_finish(s->done);
}

/* Hands the answers on as they come. */
static int
collect(const struct survey *s, struct hands *h, struct hands_progress *p,
	int (*each)(void *context, const struct survey_answer *a, struct err *e), void *context, struct err *e)
{
	int r = 0;
	for (struct survey_answer *a; (a = queue_get(s->done)) != NULL; answer_free(a)) {
		if (r != 0)
			continue;
		r = each(context, a, e);
		if (r != 0)
			hands_fail(h, e);
		else
			hands_progress_add(p);
	}
	return r;
}

int
survey_run(const struct crew *c, const struct survey_picture *v, size_t n, const struct survey_options *o,
	int (*each)(void *context, const struct survey_answer *a, struct err *e), void *context, struct err *e)
{
	if (n == 0)
		return 0;
	size_t nthreads = (size_t)o->threads < n ? (size_t)o->threads : n;
	struct survey s = { .v = v, .o = o, .done = queue_new(2 * nthreads) };
	const struct hands_work work = { .n = n, .threads = o->threads, .look = look, .end = end, .context = &s };
	struct hands_progress p;
	struct hands *h;

	int r = hands_start(&h, c, &work, e);
	if (r == 0) {
		struct err other = { 0 };
		hands_progress_start(&p, n);
		r = collect(&s, h, &p, each, context, e);
		if (hands_join(h, &other) != 0 && r == 0) {
			*e = other;
			r = -1;
		}
		log_progress_end();
		if (r == 0 && p.done < n)
			r = err_set(e, ERR_INTERRUPTED, "interrupted after %zu of %zu pictures", p.done, n);
	}
	queue_free(s.done);
	return r;
}
