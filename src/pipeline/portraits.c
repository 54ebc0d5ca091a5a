/*
 * Portraits, looked at by several threads.  An answer goes to the place of its picture, so their order is that of the
 * pictures whoever was faster.
 */
#include "pipeline/portraits.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "pipeline/hands.h"
#include "pipeline/picture.h"

struct session {
	const struct portraits_options *o;
	struct portrait *v;

	pthread_mutex_t lock;		/* of progress */
	struct hands_progress progress;
};

/* In a portrait the largest face is who was portrayed; others look over a shoulder. */
static const struct face *
largest(const struct frame_result *r)
{
	const struct face *best = &r->faces[0];
	for (size_t i = 1; i < r->nfaces; i++) {
		double more = box_area(r->faces[i].box) - box_area(best->box);
		if (more > 0 || (more == 0 && r->faces[i].score > best->score))
			best = &r->faces[i];
	}
	return best;
}

static int
fill(struct portrait *p, const struct portraits_options *o, struct worker *w, struct vision_image *im, struct frame_result *r,
	struct err *e)
{
	if (picture_load(im, p->path, o->max_pixels, e) != 0) {
		p->fault = mem_strdup(e->msg);
		p->fault_code = e->code;
		return 0;
	}
	p->width = vision_image_width(im);
	p->height = vision_image_height(im);
	struct face whole = { .box = { 0, 0, p->width, p->height }, .score = 1, .person = -1, .p_female = NAN };
	if (worker_genders(w, im, &whole, 1, e) != 0)
		return err_wrap(e, "%s", p->path);
	p->p_whole = whole.p_female;
	if (!o->find)
		return 0;
	if (worker_run(w, im, r, e) != 0)
		return err_wrap(e, "%s", p->path);
	p->nfaces = r->nfaces;
	if (r->nfaces > 0)
		p->face = *largest(r);
	return 0;
}

static int
look(void *context, size_t i, struct worker *w, struct vision_image *im, struct frame_result *r, struct err *e)
{
	struct session *s = context;
	if (fill(&s->v[i], s->o, w, im, r, e) != 0)
		return -1;
	pthread_mutex_lock(&s->lock);
	hands_progress_add(&s->progress);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

int
portraits_run(const struct crew *c, struct portrait *v, size_t n, const struct portraits_options *o, struct err *e)
{
	struct session s = { .o = o, .v = v };
	const struct hands_work work = { .n = n, .threads = o->threads, .look = look, .context = &s };
	struct hands *h;

	pthread_mutex_init(&s.lock, NULL);
	hands_progress_start(&s.progress, n);
	int r = hands_start(&h, c, &work, e);
	if (r == 0) {
		r = hands_join(h, e);
		log_progress_end();
	}
	if (r == 0 && s.progress.done < n)
		r = err_set(e, ERR_INTERRUPTED, "interrupted after %zu of %zu pictures; nothing was kept", s.progress.done, n);
	pthread_mutex_destroy(&s.lock);
	return r;
}

void
portraits_clear(struct portrait *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].fault);
}
