/*
 * COCO instances.  The three arrays may come in any order and may be there twice, the last one counting: the
 * file is gone through once to find them, and they are then read in the order in which they need each other.
 */
#include "truth/coco.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "truth/coco_parts.h"
#include "truth/ids.h"

struct reading {
	struct json j;
	struct labels *l;
	struct ids images, classes, truths;
};

/* The members of an annotation, image or category, and which of them were there. */
struct entry {
	int64_t id, image, category, width, height;
	bool has_id, has_image, has_category, has_area, crowd, ignore;
	struct coco_box box;
	double area;
	char *name;		/* NULL: none */
	const char *at;		/* where it begins */
};

double
coco_real(struct json *j)
{
	j->pass_infinite = true;
	double v = json_real(j);
	j->pass_infinite = false;
	return v;
}

void
coco_box(struct json *j, struct coco_box *out)
{
	out->count = 0;
	json_array(j);
	while (json_item(j)) {
		double v = coco_real(j);
		if (out->count < 4)
			out->v[out->count] = v;
		out->count++;
	}
}

const char *
coco_box_fault(const struct coco_box *b)
{
	if (b->count < 0)
		return "has no bbox";
	if (b->count != 4)
		return "has a bbox that is not four numbers (x, y, width, height)";
	for (int i = 0; i < 4; i++) {
		if (!isfinite(b->v[i]))
			return "has a bbox with a number that is NaN or infinite";
	}
	if (b->v[2] < 0 || b->v[3] < 0)
		return "has a bbox of negative size";
	for (int i = 0; i < 4; i++) {
		if (fabs(b->v[i]) > BOX_MAX)
			return "has a bbox larger than any picture";
	}
	return NULL;
}

static char *
text_copy(struct json *j)
{
	struct span s = json_text(j);
	if (memchr(s.s, '\0', s.n) != NULL)
		json_fail(j, "a NUL character in a name");
	char *copy = mem_alloc(s.n + 1);
	memcpy(copy, s.s, s.n);
	return copy;
}

static void
annotation_member(struct json *j, struct span key, struct entry *n)
{
	if (span_is(key, "image_id")) {
		n->image = json_int(j);
		n->has_image = true;
	} else if (span_is(key, "category_id")) {
		n->category = json_int(j);
		n->has_category = true;
	} else if (span_is(key, "bbox")) {
		coco_box(j, &n->box);
	} else if (span_is(key, "area")) {
		n->area = coco_real(j);
		n->has_area = true;
	} else if (span_is(key, "iscrowd")) {
		n->crowd = json_flag(j);
	} else if (span_is(key, "ignore")) {
		n->ignore = json_flag(j);
	} else {
		json_skip(j);
	}
}

/* Reads one object of an array; name_key is its key for a name, NULL in annotations. */
static void
read_entry(struct json *j, struct entry *out, const char *name_key)
{
	struct span key;

	*out = (struct entry) { .box.count = -1 };
	json_kind(j);
	out->at = j->at;
	json_object(j);
	while (json_member(j, &key)) {
		if (span_is(key, "id")) {
			out->id = json_int(j);
			out->has_id = true;
		} else if (name_key == NULL) {
			annotation_member(j, key, out);
		} else if (span_is(key, name_key)) {
			free(out->name);
			out->name = text_copy(j);
		} else if (span_is(key, "width")) {
			out->width = json_int(j);
		} else if (span_is(key, "height")) {
			out->height = json_int(j);
		} else {
			json_skip(j);
		}
	}
}

/* Refuses an entry: "FILE:LINE:COLUMN: annotation 7 ..."; index names one that has no id. */
static int __attribute__((format(printf, 5, 6)))
refuse(struct json *j, const struct entry *n, const char *thing, size_t index, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	j->value = n->at;
	if (n->has_id)
		return json_fail(j, "%s %lld %s", thing, (long long)n->id, why);
	return json_fail(j, "%s number %zu %s", thing, index + 1, why);
}

static int
add_image(struct reading *r, const struct entry *n, size_t index)
{
	if (!n->has_id)
		return refuse(&r->j, n, "image", index, "has no id");
	if (n->width < 0 || n->width > INT_MAX || n->height < 0 || n->height > INT_MAX)
		return refuse(&r->j, n, "image", index, "has an impossible size: %lld x %lld",
			(long long)n->width, (long long)n->height);
	struct label_image *i = labels_add_image(r->l, n->name != NULL ? n->name : "", n->id);
	i->width = (int)n->width;
	i->height = (int)n->height;
	ids_add(&r->images, n->id, index);
	return 0;
}

static int
add_class(struct reading *r, const struct entry *n, size_t index)
{
	if (!n->has_id)
		return refuse(&r->j, n, "category", index, "has no id");
	if (n->name == NULL)
		return refuse(&r->j, n, "category", index, "has no name");
	labels_add_class(r->l, n->name, n->id);
	ids_add(&r->classes, n->id, index);
	return 0;
}

static int
add_truth(struct reading *r, const struct entry *n, size_t index)
{
	uint32_t image, category;
	const char *fault = coco_box_fault(&n->box);

	if (!n->has_id)
		return refuse(&r->j, n, "annotation", index, "has no id");
	if (!n->has_image || !n->has_category)
		return refuse(&r->j, n, "annotation", index, "has no %s", n->has_image ? "category_id" : "image_id");
	if (fault != NULL)
		return refuse(&r->j, n, "annotation", index, "%s", fault);
	if (n->has_area && (!isfinite(n->area) || n->area < 0))
		return refuse(&r->j, n, "annotation", index, "has an area that is negative or not finite");
	if (!ids_find(&r->images, n->image, &image))
		return refuse(&r->j, n, "annotation", index, "is of image %lld, which is not in \"images\"",
			(long long)n->image);
	if (!ids_find(&r->classes, n->category, &category))
		return refuse(&r->j, n, "annotation", index, "is of category %lld, which is not in \"categories\"",
			(long long)n->category);
	const double *b = n->box.v;
	*labels_add_truth(r->l) = (struct truth) { .image = image, .class_index = category,
		.box = { b[0], b[1], b[2], b[3] }, .area = n->has_area ? n->area : b[2] * b[3], .id = n->id,
		.crowd = n->crowd, .ignore = n->ignore };
	ids_add(&r->truths, n->id, index);
	return 0;
}

/* Reads the array at place with add; its ids must differ. */
static int
read_array(struct reading *r, const char *place, const char *thing, const char *name_key, struct ids *ids,
	int (*add)(struct reading *, const struct entry *, size_t))
{
	struct json *j = &r->j;
	struct entry n;

	json_go(j, place);
	json_array(j);
	for (size_t i = 0; json_item(j); i++) {
		read_entry(j, &n, name_key);
		if (!j->failed)
			add(r, &n, i);
		free(n.name);
	}
	if (j->failed)
		return -1;
	int64_t twice = ids_sort(ids);
	if (twice < 0)
		return 0;
	/* To name its place in the file, go there again. */
	json_go(j, place);
	json_array(j);
	for (int64_t i = 0; json_item(j); i++) {
		read_entry(j, &n, name_key);
		free(n.name);
		if (i == twice)
			return refuse(j, &n, thing, (size_t)i, "is there twice");
	}
	return -1;
}

static int
read_all(struct reading *r)
{
	struct json *j = &r->j;
	const char *images = NULL, *truths = NULL, *classes = NULL;
	struct span key;

	if (json_kind(j) == JSON_ARRAY) {
		j->value = j->at;
		return json_fail(j, "an array: these are results (detections), a labelled set is wanted");
	}
	json_object(j);
	while (json_member(j, &key)) {
		const char **place = span_is(key, "images") ? &images : span_is(key, "annotations") ? &truths :
			span_is(key, "categories") ? &classes : NULL;
		if (place == NULL) {
			json_skip(j);
			continue;
		}
		j->pass_infinite = true;
		json_mark(j, place);
		j->pass_infinite = false;
	}
	json_end(j);
	if (j->failed)
		return -1;
	j->value = j->start;
	if (images == NULL || truths == NULL || classes == NULL)
		return json_fail(j, "no \"%s\": not a labelled set in COCO's format",
			images == NULL ? "images" : truths == NULL ? "annotations" : "categories");
	if (read_array(r, images, "image", "file_name", &r->images, add_image) != 0 ||
	    read_array(r, classes, "category", "name", &r->classes, add_class) != 0)
		return -1;
	return read_array(r, truths, "annotation", NULL, &r->truths, add_truth);
}

int
coco_read_instances(const char *what, struct span text, struct labels *out, struct err *e)
{
	struct reading r = { .l = out };

	json_init(&r.j, what, text, e);
	int rc = read_all(&r);
	json_free(&r.j);
	ids_free(&r.images);
	ids_free(&r.classes);
	ids_free(&r.truths);
	if (rc != 0)
		labels_free(out);
	else
		out->protocol = mem_strdup("coco");
	return rc;
}
