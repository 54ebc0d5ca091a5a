/*
 * Pascal VOC.
 */
#include "truth/voc.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "truth/ids.h"
#include "truth/xml.h"

/* No annotation of one picture is larger. */
enum { FILE_MAX = 16 << 20 };

enum edge { XMIN, YMIN, XMAX, YMAX, EDGES };
static const char *const edge_names[EDGES] = { "xmin", "ymin", "xmax", "ymax" };

struct object {
	char *name;
	double edge[EDGES];
	bool has_edge[EDGES], difficult;
};

struct reading {
	struct xml x;
	struct labels *l;
	size_t image;			/* its index */
	struct object object;
	struct buf text;		/* of the innermost element, so far */
};

/* The text of the element without the white space around it, in new memory. */
static char *
text_of(const struct reading *r)
{
	const char *s = buf_str(&r->text), *end = s + strlen(s);
	while (s < end && strchr(" \t\r\n", *s) != NULL)
		s++;
	while (end > s && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	return mem_printf("%.*s", (int)(end - s), s);
}

static int
set_size(struct reading *r, const char *text, const char *which, int *out)
{
	int64_t v;
	if (num_int(text, &v) != 0 || v < 0 || v > INT_MAX)
		return xml_fail(&r->x, "%s is '%.40s', a whole number of pixels is wanted", which, text);
	*out = (int)v;
	return 0;
}

static uint32_t
class_called(struct labels *l, const char *name)
{
	for (size_t i = 0; i < l->nclasses; i++) {
		if (strcmp(l->classes[i].name, name) == 0)
			return (uint32_t)i;
	}
	labels_add_class(l, name, (int64_t)l->nclasses + 1);
	return (uint32_t)l->nclasses - 1;
}

/* What the end of an object's bndbox/xmin gives. */
static int
set_edge(struct reading *r, const char *name, const char *text)
{
	struct object *o = &r->object;

	for (int i = 0; i < EDGES; i++) {
		if (strcmp(name, edge_names[i]) != 0)
			continue;
		if (num_real(text, &o->edge[i]) != 0 || fabs(o->edge[i]) > BOX_MAX)
			return xml_fail(&r->x, "%s is '%.40s', a number of pixels is wanted", name, text);
		o->has_edge[i] = true;
	}
	return 0;
}

static int
end_object(struct reading *r)
{
	struct object *o = &r->object;
	const double *v = o->edge;
	enum { CLASSES = 1000 };

	if (o->name == NULL || o->name[0] == '\0')
		return xml_fail(&r->x, "the object that ends here has no name");
	for (int i = 0; i < EDGES; i++) {
		if (!o->has_edge[i])
			return xml_fail(&r->x, "the %.60s that ends here has no %s in a bndbox", o->name, edge_names[i]);
	}
	if (v[XMAX] < v[XMIN] || v[YMAX] < v[YMIN])
		return xml_fail(&r->x, "the %.60s that ends here has a bndbox of negative size: %g..%g, %g..%g", o->name,
			v[XMIN], v[XMAX], v[YMIN], v[YMAX]);
	uint32_t class_index = class_called(r->l, o->name);
	if (r->l->nclasses > CLASSES)
		return xml_fail(&r->x, "more than %d classes", CLASSES);
	struct truth *t = labels_add_truth(r->l);
	*t = (struct truth) { .image = (uint32_t)r->image, .class_index = class_index,
		.box = { v[XMIN] - 1, v[YMIN] - 1, v[XMAX] - v[XMIN] + 1, v[YMAX] - v[YMIN] + 1 },
		.id = (int64_t)r->l->ntruths, .ignore = o->difficult };
	t->area = t->box.w * t->box.h;
	return 0;
}

/* An element that was only text has ended. */
static int
end_element(struct reading *r)
{
	struct xml *x = &r->x;
	struct label_image *image = &r->l->images[r->image];
	char *text = text_of(r);
	int rc = 0;

	if (xml_path(x, (const char *[]) { "annotation", "filename", NULL })) {
		if (text[0] != '\0') {
			free(image->name);
			image->name = mem_strdup(text);
		}
	} else if (xml_path(x, (const char *[]) { "annotation", "size", "width", NULL })) {
		rc = set_size(r, text, "width", &image->width);
	} else if (xml_path(x, (const char *[]) { "annotation", "size", "height", NULL })) {
		rc = set_size(r, text, "height", &image->height);
	} else if (xml_path(x, (const char *[]) { "annotation", "object", "name", NULL })) {
		free(r->object.name);
		r->object.name = mem_strdup(text);
	} else if (xml_path(x, (const char *[]) { "annotation", "object", "difficult", NULL })) {
		if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
			rc = xml_fail(x, "difficult is '%.40s', 0 or 1 is wanted", text);
		r->object.difficult = strcmp(text, "1") == 0;
	} else if (x->depth == 4) {
		char *last = mem_printf("%.*s", SPAN_SHOWN(x->name[3]));
		if (xml_path(x, (const char *[]) { "annotation", "object", "bndbox", last, NULL }))
			rc = set_edge(r, last, text);
		free(last);
	} else if (xml_path(x, (const char *[]) { "annotation", "object", NULL })) {
		rc = end_object(r);
	}
	free(text);
	return rc;
}

static int
read_all(struct reading *r)
{
	struct xml *x = &r->x;

	for (;;) {
		switch (xml_next(x)) {
		case XML_OPEN:
			buf_clear(&r->text);
			if (x->depth == 1 && !span_is(x->name[0], "annotation"))
				return xml_fail(x, "<%.*s> where <annotation> is wanted: not Pascal VOC", SPAN_SHOWN(x->name[0]));
			if (xml_path(x, (const char *[]) { "annotation", "object", NULL })) {
				free(r->object.name);
				r->object = (struct object) {0};
			}
			break;
		case XML_TEXT:
			buf_add(&r->text, x->text.data, x->text.len);
			break;
		case XML_CLOSE:
			if (end_element(r) != 0)
				return -1;
			/* What follows belongs to the element around this one. */
			buf_clear(&r->text);
			break;
		case XML_END:
			return 0;
		case XML_ERROR:
			return -1;
		}
	}
}

int
voc_read_file(const char *what, struct span text, struct labels *l, struct err *e)
{
	struct reading r = { .l = l, .image = l->nimages };
	char *stem = file_stem(what);

	labels_add_image(l, stem, (int64_t)l->nimages);
	free(stem);
	int rc = xml_init(&r.x, what, text, e);
	if (rc == 0)
		rc = read_all(&r);
	xml_free(&r.x);
	buf_free(&r.text);
	free(r.object.name);
	return rc;
}

static int
compare_classes(const void *a, const void *b)
{
	return strcmp(((const struct label_class *)a)->name, ((const struct label_class *)b)->name);
}

/* Puts the classes in order, and the truths to their new places. */
static void
sort_classes(struct labels *l)
{
	if (l->nclasses == 0)
		return;
	uint32_t *now = mem_array(l->nclasses, sizeof *now);
	qsort(l->classes, l->nclasses, sizeof *l->classes, compare_classes);
	for (size_t i = 0; i < l->nclasses; i++) {
		now[l->classes[i].id - 1] = (uint32_t)i;
		l->classes[i].id = (int64_t)i + 1;
	}
	for (size_t i = 0; i < l->ntruths; i++)
		l->truths[i].class_index = now[l->truths[i].class_index];
	free(now);
}

int
voc_read_folder(const char *folder, const struct names *files, struct labels *out, struct err *e)
{
	struct buf text = {0};
	struct name_index index = {0};
	int rc = -1;

	for (size_t i = 0; i < files->n; i++) {
		if (!has_extension(files->v[i], "xml"))
			continue;
		char *path = file_join(folder, files->v[i]);
		buf_clear(&text);
		int got = file_read(path, FILE_MAX, &text, e);
		if (got == 0)
			got = voc_read_file(path, (struct span) { buf_str(&text), text.len }, out, e);
		free(path);
		if (got != 0)
			goto out;
	}
	if (out->nimages == 0) {
		err_set(e, ERR_DATA, "%s: no XML file in this folder", folder);
		goto out;
	}
	names_of_images(&index, out, NAME_WHOLE);
	int64_t twice = name_index_twice(&index);
	if (twice >= 0) {
		err_set(e, ERR_DATA, "%s: two files are of the picture %.200s", folder, out->images[twice].name);
		goto out;
	}
	sort_classes(out);
	out->protocol = mem_strdup("voc");
	rc = 0;
out:
	name_index_free(&index);
	buf_free(&text);
	if (rc != 0)
		labels_free(out);
	return rc;
}
