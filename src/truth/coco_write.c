/*
 * Labelled sets and detections as COCO's JSON.
 */
#include "truth/coco.h"

static void
write_box(struct out *o, struct box b)
{
	out_json_array(o, "bbox");
	out_json_real(o, NULL, b.x);
	out_json_real(o, NULL, b.y);
	out_json_real(o, NULL, b.w);
	out_json_real(o, NULL, b.h);
	out_json_end(o);
}

void
coco_write_instances(struct out *o, const struct labels *l)
{
	out_json_object(o, NULL);
	out_json_array(o, "images");
	for (size_t i = 0; i < l->nimages; i++) {
		out_json_object(o, NULL);
		out_json_int(o, "id", l->images[i].id);
		out_json_text(o, "file_name", l->images[i].name);
		out_json_int(o, "width", l->images[i].width);
		out_json_int(o, "height", l->images[i].height);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_array(o, "annotations");
	for (size_t i = 0; i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		out_json_object(o, NULL);
		out_json_int(o, "id", t->id);
		out_json_int(o, "image_id", l->images[t->image].id);
		out_json_int(o, "category_id", l->classes[t->class_index].id);
		write_box(o, t->box);
		out_json_real(o, "area", t->area);
		out_json_int(o, "iscrowd", t->crowd);
		if (t->ignore)
			out_json_int(o, "ignore", 1);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_array(o, "categories");
	for (size_t i = 0; i < l->nclasses; i++) {
		out_json_object(o, NULL);
		out_json_int(o, "id", l->classes[i].id);
		out_json_text(o, "name", l->classes[i].name);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_end(o);
}

void
coco_write_results(struct out *o, const struct labels *l)
{
	out_json_array(o, NULL);
	for (size_t i = 0; i < l->npredictions; i++) {
		const struct prediction *p = &l->predictions[i];
		out_json_object(o, NULL);
		out_json_int(o, "image_id", l->images[p->image].id);
		out_json_int(o, "category_id", l->classes[p->class_index].id);
		write_box(o, p->box);
		out_json_real(o, "score", p->score);
		out_json_end(o);
	}
	out_json_end(o);
}
