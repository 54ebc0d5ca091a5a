/*
 * From a registry entry to an open network and the preparation of its input.
 */
#include "nets/parts.h"

#include <string.h>

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
	struct err *e)
{
	size_t each = files_each(m), at = i * each;
	*out = NULL;
	if (at + each > m->nfiles || at + each > MODEL_FILES)
		return err_set(e, ERR_CONFIG,
			"%s: the registry states %zu files, too few for network %zu of it",
			m->name, m->nfiles, i + 1);

	const struct buf *weights = &data->files[at];
	const struct buf *config = each > 1 ? &data->files[at + 1] : NULL;
	if (vision_net_open(out, m->format, weights->data, weights->len,
		config ? config->data : NULL, config ? config->len : 0, e) != 0) {
		e->code = ERR_UNAVAILABLE;
		return err_wrap(e, "%s: this OpenCV (%s) cannot read %s", m->name, vision_version(),
			m->files[at].path);
	}
	return 0;
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
