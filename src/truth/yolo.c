/*
 * YOLO's text files.
 */
#include "truth/yolo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "truth/ids.h"
#include "vision/probe.h"

enum { FILE_MAX = 16 << 20 };

static int
read_row(const struct rows *r, bool scores, int width, int height, struct yolo_object *out, struct err *e)
{
	static const char *const columns[] = { "x_centre", "y_centre", "width", "height" };
	size_t want = scores ? 6 : 5;
	int64_t number;
	double v[4];

	if (r->nfields == 6 && !scores)
		return rows_refuse(r, e, "6 columns: these are predictions with scores, labels have 5");
	if (r->nfields == 5 && scores)
		return rows_refuse(r, e, "5 columns: these are labels, predictions have a score in column 6");
	if (r->nfields > 6 && r->nfields % 2 == 1)
		return rows_refuse(r, e, "%zu columns: a polygon, not a box (class x_centre y_centre width height)", r->nfields);
	if (r->nfields != want)
		return rows_refuse(r, e, "%zu columns, %zu are wanted", r->nfields, want);
	if (num_int(r->field[0], &number) != 0 || number < 0)
		return rows_refuse(r, e, "class '%.40s' is not a whole number from 0", r->field[0]);
	if (number >= YOLO_CLASSES)
		return rows_refuse(r, e, "class %lld: no set has so many, %d is the most", (long long)number, YOLO_CLASSES - 1);
	for (int i = 0; i < 4; i++) {
		const char *text = r->field[i + 1];
		if (num_real(text, &v[i]) != 0)
			return rows_refuse(r, e, "%s '%.40s' is not a finite number", columns[i], text);
		if (v[i] < 0 && i >= 2)
			return rows_refuse(r, e, "%s %.40s is negative", columns[i], text);
		if (v[i] < -0.01 || v[i] > 1.01)
			return rows_refuse(r, e, "%s %.40s is not a fraction of the picture, 0 to 1", columns[i], text);
	}
	out->score = 0;
	if (scores && num_real(r->field[5], &out->score) != 0)
		return rows_refuse(r, e, "score '%.40s' is not a finite number", r->field[5]);
	out->class_index = (uint32_t)number;
	out->box = (struct box) { (v[0] - v[2] / 2) * width, (v[1] - v[3] / 2) * height, v[2] * width, v[3] * height };
	return 0;
}

int
yolo_read_file(const char *what, struct span text, bool scores, int width, int height,
	struct yolo_objects *out, struct err *e)
{
	struct rows r;
	int got = -1;

	*out = (struct yolo_objects) {0};
	if (rows_init(&r, ROWS_SPACES, what, text, e) == 0) {
		while ((got = rows_next(&r, e)) > 0) {
			if ((out->n & (out->n - 1)) == 0)
				out->v = mem_resize(out->v, out->n == 0 ? 1 : 2 * out->n, sizeof *out->v);
			if (read_row(&r, scores, width, height, &out->v[out->n], e) != 0) {
				got = -1;
				break;
			}
			out->n++;
		}
	}
	rows_free(&r);
	if (got != 0) {
		free(out->v);
		*out = (struct yolo_objects) {0};
	}
	return got;
}

/* Is it one of the text files with objects? */
static bool
is_objects(const char *name)
{
	const char *last = file_name(name);
	return has_extension(last, "txt") && strcmp(last, "names.txt") != 0 && strcmp(last, "classes.txt") != 0;
}

/* The folder of pictures that belongs to a folder of labels: the last "labels" in its path becomes "images". */
static char *
images_beside(const char *labels)
{
	char *path = file_absolute(labels);
	for (char *s = path + strlen(path); s-- > path;) {
		if (strncmp(s, "/labels", 7) == 0 && (s[7] == '/' || s[7] == '\0')) {
			memcpy(s, "/images", 7);
			if (file_is_dir(path))
				return path;
			break;
		}
	}
	free(path);
	return mem_strdup(labels);
}

/* The pictures of a folder become the set's images, with their sizes. */
static int
add_pictures(const char *folder, struct labels *l, struct err *e)
{
	struct names files;
	int rc = -1;

	if (folder_list(folder, &files, e) != 0)
		return -1;
	for (size_t i = 0; i < files.n; i++) {
		struct probe p;
		if (!is_picture(files.v[i]))
			continue;
		char *path = file_join(folder, files.v[i]);
		int got = probe_file(path, &p, e);
		if (got == 0 && (p.width <= 0 || p.height <= 0))
			got = err_set(e, ERR_DATA, "%s: the size of this picture cannot be read", path);
		free(path);
		if (got != 0)
			goto out;
		struct label_image *image = labels_add_image(l, files.v[i], (int64_t)l->nimages);
		image->width = p.width;
		image->height = p.height;
	}
	if (l->nimages == 0) {
		err_set(e, ERR_INPUT, "%s: no picture in this folder; YOLO labels need the sizes of the pictures (--images)",
			folder);
		goto out;
	}
	rc = 0;
out:
	names_free(&files);
	return rc;
}

/* What reading a folder needs. */
struct reading {
	const char *folder;
	struct labels *l;
	bool scores;
	struct names files;
	struct image_finder finder;
	bool *done;			/* of each image: its file was read */
	struct yolo_objects objects;	/* of one file */
};

static int
reading_init(struct reading *r, const char *folder, struct labels *l, bool scores, struct err *e)
{
	*r = (struct reading) { .folder = folder, .l = l, .scores = scores };
	if (folder_list(folder, &r->files, e) != 0)
		return -1;
	image_finder_init(&r->finder, l);
	r->done = mem_array(l->nimages, sizeof *r->done);
	return 0;
}

static void
reading_free(struct reading *r)
{
	names_free(&r->files);
	image_finder_free(&r->finder);
	free(r->done);
	free(r->objects.v);
}

/* Reads one text file of the folder for the image that it belongs to. */
static int
read_objects(struct reading *r, const char *file, uint32_t *image, struct err *e)
{
	const char *folder = r->folder;
	const struct labels *l = r->l;
	char *path = file_join(folder, file);
	struct buf text = {0};
	int rc = -1;

	free(r->objects.v);
	r->objects = (struct yolo_objects) {0};
	if (!image_finder_find(&r->finder, file, stem_length(file), image)) {
		if (r->scores)
			err_set(e, ERR_DATA, "%s is of no picture in the labelled set", path);
		else
			err_set(e, ERR_INPUT, "%s: its picture is missing, and so is the size to reckon with", path);
		goto out;
	}
	if (r->done[*image]) {
		err_set(e, ERR_DATA, "%s: a second file for the picture %.200s", path, l->images[*image].name);
		goto out;
	}
	r->done[*image] = true;
	const struct label_image *i = &l->images[*image];
	if (i->width <= 0 || i->height <= 0) {
		err_set(e, ERR_DATA, "%s: the size of the picture %.200s is not known; give the folder of the pictures (--images)",
			path, i->name);
		goto out;
	}
	if (file_read(path, FILE_MAX, &text, e) == 0)
		rc = yolo_read_file(path, (struct span) { buf_str(&text), text.len }, r->scores, i->width, i->height,
			&r->objects, e);
out:
	buf_free(&text);
	free(path);
	return rc;
}

static int
read_labels(const char *folder, const struct names *names, struct labels *l, struct err *e)
{
	struct reading r;
	uint32_t image;
	int rc = -1;

	if (reading_init(&r, folder, l, false, e) != 0)
		return -1;
	for (size_t i = 0; i < names->n; i++)
		labels_add_class(l, names->v[i], (int64_t)i);
	for (size_t i = 0; i < r.files.n; i++) {
		const char *file = r.files.v[i];
		if (!is_objects(file))
			continue;
		if (read_objects(&r, file, &image, e) != 0)
			goto out;
		for (size_t k = 0; k < r.objects.n; k++) {
			const struct yolo_object *o = &r.objects.v[k];
			if (names->n > 0 && o->class_index >= names->n) {
				err_set(e, ERR_DATA, "%s/%s: object %zu is of class %u, and there are %zu names",
					folder, file, k + 1, (unsigned)o->class_index, names->n);
				goto out;
			}
			while (l->nclasses <= o->class_index) {
				char number[24];
				snprintf(number, sizeof number, "%zu", l->nclasses);
				labels_add_class(l, number, (int64_t)l->nclasses);
			}
			struct truth *t = labels_add_truth(l);
			*t = (struct truth) { .image = image, .class_index = o->class_index, .box = o->box,
				.area = o->box.w * o->box.h, .id = (int64_t)l->ntruths };
		}
	}
	rc = 0;
out:
	reading_free(&r);
	return rc;
}

int
yolo_read_folder(const char *folder, const char *images, struct labels *out, struct err *e)
{
	char *labels = file_join(folder, "labels");
	struct names names = {0};
	int rc = -1;

	if (!file_is_dir(labels)) {
		free(labels);
		labels = mem_strdup(folder);
	}
	char *pictures = images != NULL ? mem_strdup(images) : images_beside(labels);
	if (yolo_find_names(labels, &names, e) == 0 && add_pictures(pictures, out, e) == 0)
		rc = read_labels(labels, &names, out, e);
	if (rc != 0)
		labels_free(out);
	else
		out->protocol = mem_strdup("yolo");
	names_free(&names);
	free(pictures);
	free(labels);
	return rc;
}

/* Which of the set's classes class `number` of the predictions is. */
static bool
find_class(const struct labels *l, const struct names *names, const struct name_index *index, uint32_t number,
	uint32_t *class_index)
{
	if (names->n == 0) {
		*class_index = number;
		return number < l->nclasses;
	}
	if (number >= names->n)
		return false;
	return name_index_find(index, names->v[number], strlen(names->v[number]), class_index);
}

int
yolo_read_predictions(const char *folder, struct labels *l, struct err *e)
{
	struct reading r;
	struct names names;
	struct name_index classes;
	size_t before = l->npredictions, read = 0;
	uint32_t image, class_index;
	int rc = -1;

	if (yolo_find_names(folder, &names, e) != 0)
		return -1;
	if (reading_init(&r, folder, l, true, e) != 0) {
		names_free(&names);
		return -1;
	}
	names_of_classes(&classes, l);
	for (size_t i = 0; i < r.files.n; i++) {
		const char *file = r.files.v[i];
		if (!is_objects(file))
			continue;
		read++;
		if (read_objects(&r, file, &image, e) != 0)
			goto out;
		for (size_t k = 0; k < r.objects.n; k++) {
			const struct yolo_object *o = &r.objects.v[k];
			if (!find_class(l, &names, &classes, o->class_index, &class_index)) {
				err_set(e, ERR_DATA, "%s/%s: object %zu is of class %u, which is not in the labelled set",
					folder, file, k + 1, (unsigned)o->class_index);
				goto out;
			}
			*labels_add_prediction(l) = (struct prediction) { .image = image, .class_index = class_index,
				.box = o->box, .score = o->score };
		}
	}
	if (read == 0) {
		err_set(e, ERR_DATA, "%s: no text file with predictions in this folder", folder);
		goto out;
	}
	rc = 0;
out:
	if (rc != 0)
		l->npredictions = before;
	name_index_free(&classes);
	reading_free(&r);
	names_free(&names);
	return rc;
}
