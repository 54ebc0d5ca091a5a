/*
 * From a registry entry to an open network and the preparation of its input.
 */
#include "nets/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "fast/fast.h"
#include "onnx/plan.h"

/* All formats but ONNX are weights with a text file beside them. */
static size_t
files_each(const struct model *m)
{
	return m->format == VISION_ONNX ? 1 : 2;
}

size_t
net_count(const struct model *m)
{
	return m->nfiles / files_each(m);
}

int
net_open(struct vision_net **out, const struct model *m, const struct model_data *data, size_t i,
	struct calibration *c, struct err *e)
{
	size_t each = files_each(m), at = i * each;
	*out = NULL;
	if (at + each > m->nfiles || at + each > MODEL_FILES)
		return err_set(e, ERR_CONFIG,
			"%s: the registry states %zu files, too few for network %zu of it",
			m->name, m->nfiles, i + 1);

	const struct buf *weights = &data->files[at];
	const struct buf *config = each > 1 ? &data->files[at + 1] : NULL;
	int rc = m->format == VISION_ONNX ? net_open_onnx(out, m->name, weights->data, weights->len, c, e)
		: vision_net_open(out, m->format, weights->data, weights->len, config->data, config->len, e);
	if (rc != 0 && e->code != ERR_CONFIG) {
		e->code = ERR_UNAVAILABLE;
		return err_wrap(e, "%s: this OpenCV (%s) cannot read %s", m->name, vision_version(),
			m->files[at].path);
	}
	return rc;
}

static void
tell_plan(const char *name, const struct plan *p)
{
	log_verbose("%s: %zu of %zu nodes run in layers of ours%s%s", name, p->taken, p->nodes,
		p->left.len > 0 ? "; with OpenCV stay " : "", buf_str(&p->left));
}

/* The regions become layers of the network; false: it has none, or OpenCV does not take it with them. */
static bool
open_planned(struct vision_net **out, const char *name, struct plan *p, struct calibration *c)
{
	struct err e = {0};
	struct vision_layer *layers = mem_array(p->nregions, sizeof(*layers));
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < p->nregions && rc == 0; i++) {
		const bool watched = c != NULL && c->observing;
		rc = fast_layer(p->regions[i], c != NULL && !watched ? &c->regions[i] : NULL, watched ? &c->regions[i] : NULL,
			&layers[i], &e);
		p->regions[i] = NULL;
		n += rc == 0;
	}
	if (rc == 0 && n > 0) {
		rc = vision_net_open_layers(out, p->model.data, p->model.len, layers, n, &e);
	} else {
		for (size_t i = 0; i < n; i++)
			layers[i].free(layers[i].self);
	}
	free(layers);
	if (rc != 0)
		log_verbose("%s: no layers of ours: %s", name, e.msg);
	return rc == 0 && n > 0;
}

/* One that is made begins anew; one that is there has to be of these regions. */
static int
take_calibration(struct calibration *c, const char *name, const struct plan *p, struct err *e)
{
	if (c == NULL)
		return 0;
	if (c->observing)
		calibration_begin(c, p->regions, p->nregions);
	else if (!calibration_fits(c, p->regions, p->nregions))
		return err_set(e, ERR_CONFIG, "the calibration of %s was made by another version of footfall, or for other classes; make it "
			"again with: footfall models calibrate %s RECORDING", name, name);
	return 0;
}

int
net_open_onnx(struct vision_net **out, const char *name, const void *onnx, size_t size, struct calibration *c, struct err *e)
{
	*out = NULL;
	if (fast_ready(e) != 0)
		return -1;
	if (fast_in_use()) {
		struct plan p;
		plan_make(onnx, size, &p);
		if (take_calibration(c, name, &p, e) != 0) {
			plan_free(&p);
			return -1;
		}
		bool open = open_planned(out, name, &p, c);
		if (open)
			tell_plan(name, &p);
		plan_free(&p);
		if (open)
			return 0;
	}
	return vision_net_open(out, VISION_ONNX, onnx, size, NULL, 0, e);
}

int
net_fault(const struct model *m, struct err *e)
{
	e->code = ERR_UNAVAILABLE;
	return err_wrap(e, "%s does not do what the registry says (footfall models check %s)",
		m->name, m->name);
}

void
net_size(const struct model *m, int width, int height, bool square, int *in_w, int *in_h)
{
	*in_w = m->width;
	*in_h = m->height;
	if (!m->flexible)
		return;
	int longest = width > height ? width : height;
	if (longest < m->width)
		longest = (longest + NET_STRIDE - 1) / NET_STRIDE * NET_STRIDE;
	else
		longest = m->width;
	*in_w = *in_h = longest;
	if (!square)
		letterbox_flexible(width, height, longest, NET_STRIDE, in_w, in_h);
	if (*in_w < NET_SMALLEST)
		*in_w = NET_SMALLEST;
	if (*in_h < NET_SMALLEST)
		*in_h = NET_SMALLEST;
}

int
net_channels(const struct model *m)
{
	return m->channels == VISION_GREY ? 1 : 3;
}

enum letterbox_rule
net_rule(const struct model *m)
{
	switch (m->resize) {
	case RESIZE_LETTERBOX:
		return LETTERBOX_CENTRE;
	case RESIZE_TOPLEFT:
		return LETTERBOX_TOPLEFT;
	case RESIZE_STRETCH:
		break;
	}
	return LETTERBOX_STRETCH;
}

struct vision_blob
net_blob(const struct model *m, const struct letterbox *l)
{
	struct vision_blob b = {
		.width = l->in_w, .height = l->in_h, .x = l->x, .y = l->y, .w = l->w, .h = l->h,
		.fill = m->fill, .channels = m->channels, .minmax = m->minmax
	};
	memcpy(b.mean, m->mean, sizeof(b.mean));
	memcpy(b.scale, m->scale, sizeof(b.scale));
	return b;
}
