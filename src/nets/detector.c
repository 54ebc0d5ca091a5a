/*
 * A person or face network at work.
 */
#include "nets/detector.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

#include "base/box.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "nets/calibrated.h"
#include "nets/cascade.h"
#include "nets/cutting.h"
#include "nets/parts.h"
#include "people/letterbox.h"

struct detector {
	const struct model *model;
	struct cascade *cascade;	/* MTCNN, or */
	struct vision_net *net;		/* any other */
	decode_fn *decode;
	struct cut cut;			/* what is known of a network that was cut at its heads */
	bool is_cut;
	struct wanted {
		int index;		/* among the model's classes */
		double min_score, iou;
	} wanted[DETECTOR_CLASSES];
	size_t nwanted;
	bool square;
	float *input;
	size_t cap;			/* floats in input */
	struct net_times times;
};

static decode_fn *
decoder(enum family f)
{
	switch (f) {
	case FAMILY_YOLOV5:
		return decode_yolov5;
	case FAMILY_YOLOV8:
		return decode_yolov8;
	case FAMILY_YOLOX:
		return decode_yolox;
	case FAMILY_END2END:
		return decode_end2end;
	case FAMILY_DARKNET:
		return decode_darknet;
	case FAMILY_NANODET:
		return decode_nanodet;
	case FAMILY_FASTESTDET:
		return decode_fastestdet;
	case FAMILY_YUNET:
		return decode_yunet;
	case FAMILY_YUNET2022:
		return decode_yunet2022;
	case FAMILY_SSD:
		return decode_ssd;
	case FAMILY_ULTRALIGHT:
		return decode_ultralight;
	case FAMILY_PF:
		return decode_pf;
	case FAMILY_MTCNN:
	case FAMILY_SOFTMAX2:
	case FAMILY_SIGMOID1:
	case FAMILIES:
		break;
	}
	return NULL;
}

static int
find_class(const struct model *m, const char *name, int *index, struct err *e)
{
	enum { LISTED = 12 };
	struct buf b = {0};

	for (size_t i = 0; i < m->nclasses; i++) {
		if (strcasecmp(m->classes[i], name) == 0) {
			*index = (int)i;
			return 0;
		}
	}
	for (size_t i = 0; i < m->nclasses && i < LISTED; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", m->classes[i]);
	if (m->nclasses > LISTED)
		buf_printf(&b, " and %zu more", m->nclasses - LISTED);
	err_set(e, ERR_USAGE, "%s has no class '%.60s'; it knows %s", m->name, name, buf_str(&b));
	buf_free(&b);
	return -1;
}

/* What the registry says must make sense before it sizes any memory. */
static int
check(const struct model *m, struct err *e)
{
	if (!m->serves[TASK_PERSON] && !m->serves[TASK_FACE])
		return err_set(e, ERR_UNAVAILABLE, "%s is a %s network; it finds neither persons nor faces "
			"(footfall models list shows those that do)", m->name, task_name(m->task));
	if (m->batch > 1)
		return err_set(e, ERR_UNAVAILABLE, "%s takes only %d pictures a pass; detection needs one that takes 1",
			m->name, m->batch);
	if (m->family == FAMILY_MTCNN)
		return 0;
	if (!decoder(m->family))
		return err_set(e, ERR_UNAVAILABLE, "%s: there are no boxes in the output of the family %s", m->name,
			family_name(m->family));
	if (m->flexible ? m->width < NET_SMALLEST || m->width % NET_STRIDE != 0 : m->width < 1 || m->height < 1)
		return err_set(e, ERR_CONFIG, "%s: input size %dx%d (%s)%s", m->name, m->width, m->height,
			m->defined_at ? m->defined_at : "registry", m->flexible ? "; a multiple of 32, at least 64, is needed" : "");
	return 0;
}

/*
 * Opens the network, cut at its heads where its file follows the known pattern: the boxes are the same, and it is
 * faster and mostly takes any input that is a multiple of the stride.
 */
static int
open_net(struct detector *d, const struct model_data *data, struct calibration *c, struct err *e)
{
	const struct model *m = d->model;
	/* What is cut has one class left; and of several tasks each must find the same alone as with the others. */
	d->is_cut = d->nwanted == 1 && !model_has_several_tasks(m)
		&& net_open_cut(&d->net, &d->decode, &d->cut, m, data, d->wanted[0].index, c);
	if (d->is_cut)
		return 0;
	log_debug("%s: run as it is", m->name);
	d->decode = decoder(m->family);
	return net_open(&d->net, m, data, 0, c, e);
}

static int
want(struct detector *d, const struct detector_class *c, struct err *e)
{
	const struct model *m = d->model;
	struct wanted *w = &d->wanted[d->nwanted++];
	w->min_score = c->min_score < 0 ? m->min_score[c->task] : c->min_score;
	w->iou = c->iou < 0 ? m->iou[c->task] : c->iou;
	return find_class(m, c->name ? c->name : task_name(c->task), &w->index, e);
}

int
detector_open(struct detector **out, const struct model *m, const struct model_data *data,
	const struct detector_options *o, struct err *e)
{
	struct calibration *known = NULL;
	int rc = -1;

	*out = NULL;
	assert(o->nclasses >= 1 && o->nclasses <= DETECTOR_CLASSES);
	if (check(m, e) != 0)
		return -1;
	struct detector *d = mem_alloc(sizeof(*d));
	d->model = m;
	d->square = o->square;
	for (size_t i = 0; i < o->nclasses; i++) {
		if (want(d, &o->classes[i], e) != 0)
			goto out;
	}
	if (o->observed == NULL && calibrated_read(m, data, &known, e) != 0)
		goto out;
	rc = m->family == FAMILY_MTCNN ? cascade_open(&d->cascade, m, data, e)
		: open_net(d, data, o->observed != NULL ? o->observed : known, e);
out:
	calibrated_free(known);
	if (rc != 0) {
		detector_close(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
detector_close(struct detector *d)
{
	if (!d)
		return;
	cascade_close(d->cascade);
	vision_net_close(d->net);
	cut_free(&d->cut);
	free(d->input);
	free(d);
}

const struct net_times *
detector_times(const struct detector *d)
{
	return &d->times;
}

/* A network that was cut takes the same scale as before, without the padding that squares the picture. */
static void
input_size(const struct detector *d, int width, int height, int *in_w, int *in_h)
{
	const struct model *m = d->model;
	if (d->is_cut && d->cut.any_size && !d->square && m->width == m->height && m->width % NET_STRIDE == 0)
		letterbox_flexible(width, height, m->width, NET_STRIDE, in_w, in_h);
	else
		net_size(m, width, height, d->square, in_w, in_h);
}

/* The boxes of one class, in pixels of the input, suppression done. */
static int
take_class(const struct detector *d, const struct wanted *w, const struct letterbox *l, const struct tensor *outs, size_t n,
	struct dets *out, struct err *e)
{
	/* The decoders check the whole shape, the leading 1 of a single picture included. */
	const struct decode c = {
		.in_w = l->in_w, .in_h = l->in_h, .nclasses = (int)d->model->nclasses, .wanted = w->index,
		.min_score = w->min_score, .anchors = (const double (*)[3][2])d->cut.anchors
	};
	if (d->decode(&c, outs, n, out, e) != 0)
		return net_fault(d->model, e);
	if (out->n > DETECTOR_CANDIDATES) {
		nms(out, 1);
		out->n = DETECTOR_CANDIDATES;
	}
	/* End-to-end networks have suppressed already; only the order is wanted of them. */
	nms(out, d->model->family == FAMILY_END2END ? 1 : w->iou);
	return 0;
}

/* One pass, in pixels of its input. */
static int
pass(struct detector *d, const struct vision_image *im, const struct letterbox *l, struct dets *found, struct err *e)
{
	const struct model *m = d->model;
	const int channels = net_channels(m);
	const size_t floats = (size_t)channels * (size_t)l->in_w * (size_t)l->in_h;
	const struct vision_blob b = net_blob(m, l);

	if (floats > d->cap) {
		free(d->input);
		d->input = mem_array(floats, sizeof(*d->input));
		d->cap = floats;
	}
	double clock = when_thread_cpu_s();
	if (vision_blob(im, NULL, &b, d->input, e) != 0)
		return -1;
	d->times.prepare_s += net_lap(&clock);

	struct tensor outs[VISION_OUTPUTS];
	size_t n = 0;
	if (vision_net_run(d->net, d->input, (int[4]){ 1, channels, l->in_h, l->in_w }, outs, &n, e) != 0)
		return net_fault(m, e);
	d->times.pass_s += net_lap(&clock);

	for (size_t i = 0; i < d->nwanted; i++) {
		if (take_class(d, &d->wanted[i], l, outs, n, &found[i], e) != 0)
			return -1;
	}
	d->times.decode_s += net_lap(&clock);
	return 0;
}

/* From input pixels to the picture's. */
static void
bring_back(const struct letterbox *l, struct dets *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct det *v = &d->v[i];
		struct box b = letterbox_back(l, (struct box){ v->x, v->y, v->w, v->h });
		v->x = b.x;
		v->y = b.y;
		v->w = b.w;
		v->h = b.h;
		for (int k = 0; v->has_points && k < 5; k++)
			letterbox_back_point(l, &v->points[k][0], &v->points[k][1]);
	}
}

static void
clip(struct dets *d, int width, int height)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->n && kept < DETECTOR_MOST; i++) {
		struct box b = { d->v[i].x, d->v[i].y, d->v[i].w, d->v[i].h };
		if (!box_clip(&b, width, height))
			continue;
		struct det v = d->v[i];
		v.x = b.x;
		v.y = b.y;
		v.w = b.w;
		v.h = b.h;
		d->v[kept++] = v;
	}
	d->n = kept;
}

int
detector_run(struct detector *d, const struct vision_image *im, struct dets *outs, struct err *e)
{
	const int width = vision_image_width(im), height = vision_image_height(im);

	for (size_t i = 0; i < d->nwanted; i++)
		dets_clear(&outs[i]);
	if (width < 1 || height < 1)
		return err_set(e, ERR_DATA, "a picture without pixels");
	if (d->cascade) {
		double clock = when_thread_cpu_s();
		if (cascade_run(d->cascade, im, d->wanted[0].min_score, d->wanted[0].iou, outs, e) != 0)
			return -1;
		d->times.pass_s += net_lap(&clock);
	} else {
		int in_w, in_h;
		input_size(d, width, height, &in_w, &in_h);
		const struct letterbox l = letterbox_fit(width, height, in_w, in_h, net_rule(d->model));
		if (pass(d, im, &l, outs, e) != 0)
			return -1;
		for (size_t i = 0; i < d->nwanted; i++)
			bring_back(&l, &outs[i]);
	}
	for (size_t i = 0; i < d->nwanted; i++)
		clip(&outs[i], width, height);
	return 0;
}
