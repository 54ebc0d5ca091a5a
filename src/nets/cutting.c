/*
 * Which cut and which decoder belong to a family.
 */
#include "nets/cutting.h"

#include "base/log.h"
#include "nets/parts.h"

struct way {
	cut_fn *cut;
	decode_fn *decode;
};

static struct way
way_of(const struct model *m)
{
	if (m->format != VISION_ONNX)
		return (struct way){ NULL, NULL };
	switch (m->family) {
	case FAMILY_YOLOV5:
		return (struct way){ cut_yolov5, decode_yolov5_heads };
	case FAMILY_YOLOV8:
		return (struct way){ cut_yolov8, decode_yolov8_heads };
	case FAMILY_YOLOX:
		return (struct way){ cut_yolox, decode_yolox_heads };
	case FAMILY_NANODET:
		return (struct way){ cut_nanodet, decode_nanodet_heads };
	default:
		return (struct way){ NULL, NULL };
	}
}

bool
net_open_cut(struct vision_net **out, decode_fn **decode, struct cut *cut, const struct model *m,
	const struct model_data *data, int wanted, struct calibration *c)
{
	const struct way way = way_of(m);
	struct err e = {0};

	*out = NULL;
	if (!way.cut)
		return false;
	if (!way.cut(data->files[0].data, data->files[0].len, (int)m->nclasses, wanted, cut)) {
		log_verbose("%s: not cut, its file does not end as the family %s is known to", m->name, family_name(m->family));
		return false;
	}
	int rc = net_open_onnx(out, m->name, cut->model.data, cut->model.len, c, &e);
	cut_free(cut);
	if (rc != 0) {
		log_verbose("%s: not cut, OpenCV %s cannot read what is left: %s", m->name, vision_version(), e.msg);
		return false;
	}
	log_debug("%s: cut at its heads%s", m->name, cut->any_size ? ", takes any size" : "");
	*decode = way.decode;
	return true;
}
