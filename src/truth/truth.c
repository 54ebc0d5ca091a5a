/*
 * One door to all formats.
 */
#include "truth/truth.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "out/gz.h"
#include "truth/coco.h"
#include "truth/voc.h"
#include "truth/wider.h"
#include "truth/yolo.h"
#include "vision/probe.h"

/* A file's text, or nothing for a folder; and its kind. */
struct source {
	struct buf kept;
	struct span text;
	enum truth_kind kind;
};

/* Finds out the kind, if that is wanted, and checks that it is one of those usable here (a bit each). */
static int
source_open(struct source *s, const char *path, enum truth_kind kind, unsigned usable, const char *wanted, struct err *e)
{
	bool folder = file_is_dir(path);

	*s = (struct source) { .kind = kind };
	if (!folder) {
		if (gz_read(path, TEXT_MAX, &s->kept, e) != 0)
			return -1;
		s->text = (struct span) { buf_str(&s->kept), s->kept.len };
	}
	if (kind == TRUTH_AUTO &&
	    (folder ? truth_recognise(path, &s->kind, e) : truth_recognise_text(path, s->text, &s->kind, e)) != 0)
		return -1;
	if ((usable >> s->kind & 1) == 0)
		return err_set(e, ERR_DATA, "%s is of the kind %s, %s is wanted", path, truth_kind_name(s->kind), wanted);
	bool kind_of_folders = s->kind == TRUTH_VOC || s->kind == TRUTH_YOLO || s->kind == TRUTH_YOLO_RESULTS ||
		s->kind == TRUTH_UTKFACE || s->kind == TRUTH_CLASSES;
	if (folder != kind_of_folders)
		return err_set(e, ERR_INPUT, "%s is a %s, and %s is a %s", path, folder ? "folder" : "file",
			truth_kind_name(s->kind), folder ? "file" : "folder");
	return 0;
}

char *
truth_picture(const char *images, const char *name)
{
	if (name[0] == '\0' || name[0] == '/')
		return NULL;
	for (const char *s = name; s != NULL; s = strchr(s, '/')) {
		s += *s == '/';
		if (strncmp(s, "..", 2) == 0 && (s[2] == '/' || s[2] == '\0'))
			return NULL;
	}
	char *path = file_join(images, name);
	if (file_exists(path) && !file_is_dir(path))
		return path;
	free(path);
	return NULL;
}

size_t
truth_missing(const struct labels *l, const char *images, struct names *out)
{
	*out = (struct names) {0};
	for (size_t i = 0; i < l->nimages; i++) {
		char *path = truth_picture(images, l->images[i].name);
		if (path == NULL)
			names_add(out, l->images[i].name);
		free(path);
	}
	return out->n;
}

/* Sizes that the labels do not give, from the pictures that are there. */
static int
fill_sizes(struct labels *l, const char *images, struct err *e)
{
	struct probe p;

	for (size_t i = 0; i < l->nimages; i++) {
		struct label_image *image = &l->images[i];
		if (image->width > 0 && image->height > 0)
			continue;
		char *path = truth_picture(images, image->name);
		int rc = path != NULL ? probe_file(path, &p, e) : 0;
		if (path != NULL && rc == 0) {
			image->width = p.width;
			image->height = p.height;
		}
		free(path);
		if (rc != 0)
			return -1;
	}
	return 0;
}

static int
open_voc(const char *path, struct labels *out, struct err *e)
{
	struct names files;

	if (folder_list(path, &files, e) != 0)
		return -1;
	int rc = voc_read_folder(path, &files, out, e);
	names_free(&files);
	return rc;
}

int
truth_open(const char *path, enum truth_kind kind, const char *images, struct labels *out, struct err *e)
{
	struct source s;

	*out = (struct labels) {0};
	int rc = source_open(&s, path, kind, 1U << TRUTH_COCO | 1U << TRUTH_VOC | 1U << TRUTH_YOLO | 1U << TRUTH_WIDER,
		"a labelled set (coco, voc, yolo, wider)", e);
	if (rc == 0 && s.kind == TRUTH_VOC)
		rc = open_voc(path, out, e);
	else if (rc == 0 && s.kind == TRUTH_YOLO)
		rc = yolo_read_folder(path, images, out, e);
	else if (rc == 0 && s.kind == TRUTH_COCO)
		rc = coco_read_instances(path, s.text, out, e);
	else if (rc == 0)
		rc = wider_read(path, s.text, out, e);
	buf_free(&s.kept);
	if (rc == 0 && images != NULL)
		rc = fill_sizes(out, images, e);
	if (rc != 0)
		labels_free(out);
	return rc;
}

int
truth_add_predictions(const char *path, enum truth_kind kind, struct labels *l, struct err *e)
{
	struct source s;

	int rc = source_open(&s, path, kind, 1U << TRUTH_COCO_RESULTS | 1U << TRUTH_YOLO_RESULTS,
		"predictions with scores (coco-results, yolo-results)", e);
	if (rc == 0 && s.kind == TRUTH_YOLO_RESULTS)
		rc = yolo_read_predictions(path, l, e);
	else if (rc == 0)
		rc = coco_read_results(path, s.text, l, e);
	buf_free(&s.kept);
	return rc;
}

int
truth_open_faces(const char *path, enum truth_kind kind, struct face_set *out, struct err *e)
{
	struct source s;

	*out = (struct face_set) {0};
	int rc = source_open(&s, path, kind, 1U << TRUTH_UTKFACE | 1U << TRUTH_CLASSES | 1U << TRUTH_CSV,
		"a set of faces (utkface, classes, csv)", e);
	if (rc == 0 && s.kind == TRUTH_UTKFACE) {
		rc = faces_read_utkface(path, out, e);
	} else if (rc == 0 && s.kind == TRUTH_CLASSES) {
		rc = faces_read_classes(path, out, e);
	} else if (rc == 0) {
		char *dir = mem_printf("%.*s", (int)(file_name(path) - path), path);
		rc = faces_read_csv(path, s.text, dir, out, e);
		free(dir);
	}
	buf_free(&s.kept);
	return rc;
}

int
truth_open_people(const char *path, enum truth_kind *kind, struct mot *mot, struct true_minutes *minutes, struct err *e)
{
	struct source s;

	*mot = (struct mot) {0};
	*minutes = (struct true_minutes) {0};
	int rc = source_open(&s, path, *kind, 1U << TRUTH_MOT | 1U << TRUTH_MINUTES,
		"a truth for counts (mot, minutes)", e);
	if (rc == 0) {
		*kind = s.kind;
		rc = s.kind == TRUTH_MOT ? mot_read(path, s.text, mot, e) : minutes_read(path, s.text, minutes, e);
	}
	buf_free(&s.kept);
	return rc;
}
