/*
 * What the registry says of a network, as far as it decides what the network finds.
 */
#include "models/facts.h"

#include "base/buf.h"

void
model_facts(const struct model *m, enum task t, struct sha256 *s)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s %s %dx%d %d %d %s %s %.9g %.17g %.17g", family_name(m->family), format_name(m->format), m->width,
	    m->height, m->flexible, m->batch, channels_name(m->channels), resize_name(m->resize), (double)m->fill, m->min_score[t], m->iou[t]);
	for (size_t i = 0; i < 3; i++)
		buf_printf(&b, " %.9g %.9g", (double)m->mean[i], (double)m->scale[i]);
	buf_printf(&b, " %.17g %d %d %d %s %d", m->margin, m->side_max, m->align, m->minmax, m->output != NULL ? m->output : "", m->female);
	for (size_t i = 0; i < m->nclasses; i++)
		buf_printf(&b, "\n%s", m->classes[i]);
	sha256_add(s, b.data, b.len);
	buf_free(&b);
}
