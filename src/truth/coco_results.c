/*
 * COCO results: one array of detections, half a million in a set of usual size, each five numbers and two ids.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "truth/coco.h"
#include "truth/coco_parts.h"
#include "truth/ids.h"

struct reading {
	struct json j;
	struct labels *l;
	struct ids images, classes;
	struct image_finder finder;
	bool has_finder;		/* made on the first text for an image_id */
};

/* The image that image_id means; false: none, or the reader failed. *shown is for messages. */
static bool
find_image(struct reading *r, uint32_t *at, char shown[80])
{
	struct json *j = &r->j;

	if (json_kind(j) != JSON_TEXT) {
		int64_t id = json_int(j);
		snprintf(shown, 80, "%lld", (long long)id);
		return !j->failed && ids_find(&r->images, id, at);
	}
	struct span name = json_text(j);
	snprintf(shown, 80, "\"%.*s\"", SPAN_SHOWN(name));
	if (!r->has_finder) {
		image_finder_init(&r->finder, r->l);
		r->has_finder = true;
	}
	return !j->failed && image_finder_find(&r->finder, name.s, name.n, at);
}

static int
read_result(struct reading *r, size_t index)
{
	struct json *j = &r->j;
	struct span key;
	struct coco_box box = { .count = -1 };
	bool has_image = false, has_class = false, has_score = false, known = false;
	uint32_t image = 0, class_index = 0;
	int64_t category = 0;
	double score = 0;
	char shown[80] = "";

	json_kind(j);
	const char *at = j->at;
	json_object(j);
	while (json_member(j, &key)) {
		if (span_is(key, "image_id")) {
			known = find_image(r, &image, shown);
			has_image = true;
		} else if (span_is(key, "category_id")) {
			category = json_int(j);
			has_class = true;
		} else if (span_is(key, "bbox")) {
			coco_box(j, &box);
		} else if (span_is(key, "score")) {
			score = coco_real(j);
			has_score = true;
		} else {
			json_skip(j);
		}
	}
	if (j->failed)
		return -1;
	j->value = at;
	if (!has_image || !has_class || !has_score)
		return json_fail(j, "result number %zu has no %s", index + 1,
			!has_image ? "image_id" : !has_class ? "category_id" : "score");
	const char *fault = coco_box_fault(&box);
	if (fault != NULL)
		return json_fail(j, "result number %zu (image %s) %s", index + 1, shown, fault);
	if (!isfinite(score))
		return json_fail(j, "result number %zu (image %s) has a score that is NaN or infinite", index + 1, shown);
	if (!known)
		return json_fail(j, "result number %zu is of image %s, which is not in the labelled set", index + 1, shown);
	if (!ids_find(&r->classes, category, &class_index))
		return json_fail(j, "result number %zu is of category %lld, which is not in the labelled set",
			index + 1, (long long)category);
	*labels_add_prediction(r->l) = (struct prediction) { .image = image, .class_index = class_index,
		.box = { box.v[0], box.v[1], box.v[2], box.v[3] }, .score = score };
	return 0;
}

static int
read_all(struct reading *r)
{
	struct json *j = &r->j;

	if (json_kind(j) == JSON_OBJECT) {
		j->value = j->at;
		return json_fail(j, "an object: this is no list of results; a labelled set goes to --truth");
	}
	json_array(j);
	for (size_t i = 0; json_item(j); i++)
		read_result(r, i);
	json_end(j);
	return j->failed ? -1 : 0;
}

int
coco_read_results(const char *what, struct span text, struct labels *l, struct err *e)
{
	struct reading r = { .l = l };
	size_t before = l->npredictions;

	for (size_t i = 0; i < l->nimages; i++)
		ids_add(&r.images, l->images[i].id, i);
	for (size_t i = 0; i < l->nclasses; i++)
		ids_add(&r.classes, l->classes[i].id, i);
	ids_sort(&r.images);
	ids_sort(&r.classes);
	json_init(&r.j, what, text, e);
	int rc = read_all(&r);
	json_free(&r.j);
	ids_free(&r.images);
	ids_free(&r.classes);
	image_finder_free(&r.finder);
	if (rc != 0)
		l->npredictions = before;
	return rc;
}
