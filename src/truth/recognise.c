/*
 * Telling the formats apart.  A few lines are enough for files, and names for folders; where two
 * formats could be meant, the stricter one is asked first.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "out/gz.h"
#include "truth/truth.h"

static const char *const names[TRUTH_KINDS] = {
	[TRUTH_COCO] = "coco", [TRUTH_COCO_RESULTS] = "coco-results", [TRUTH_VOC] = "voc", [TRUTH_YOLO] = "yolo",
	[TRUTH_YOLO_RESULTS] = "yolo-results", [TRUTH_WIDER] = "wider", [TRUTH_UTKFACE] = "utkface",
	[TRUTH_CLASSES] = "classes", [TRUTH_CSV] = "csv", [TRUTH_MOT] = "mot", [TRUTH_MINUTES] = "minutes",
};

const char *
truth_kind_name(enum truth_kind kind)
{
	return names[kind];
}

enum truth_kind
truth_kind_parse(const char *name)
{
	if (strcmp(name, "auto") == 0)
		return TRUTH_AUTO;
	for (int i = 0; i < TRUTH_KINDS; i++) {
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (enum truth_kind)i;
	}
	return TRUTH_KINDS;
}

static bool
all_numbers(const struct rows *r)
{
	double v;

	for (size_t i = 0; i < r->nfields && i < ROW_FIELDS; i++) {
		if (num_real(r->field[i], &v) != 0)
			return false;
	}
	return true;
}

static bool
has_field(const struct rows *r, const char *name)
{
	for (size_t i = 0; i < r->nfields && i < ROW_FIELDS; i++) {
		if (strcasecmp(r->field[i], name) == 0)
			return true;
	}
	return false;
}

/* By the first row as CSV. */
static enum truth_kind
kind_of_csv(const char *path, struct span text)
{
	struct rows r;
	struct err ignored;
	enum truth_kind kind = TRUTH_AUTO;

	if (rows_init(&r, ROWS_CSV, path, text, &ignored) == 0 && rows_next(&r, &ignored) > 0) {
		if (has_field(&r, "minute") || has_field(&r, "start_time") || has_field(&r, "time_utc"))
			kind = TRUTH_MINUTES;
		else if (r.nfields >= 6 && all_numbers(&r))
			kind = TRUTH_MOT;
		else if (r.nfields >= 2 && ((has_field(&r, "path") && has_field(&r, "label")) || is_picture(r.field[0])))
			kind = TRUTH_CSV;
	}
	rows_free(&r);
	return kind;
}

/* By the first two rows as words: a picture and a number. */
static bool
is_wider(const char *path, struct span text)
{
	struct rows r;
	struct err ignored;
	int64_t v;
	bool is = false;

	if (rows_init(&r, ROWS_SPACES, path, text, &ignored) == 0 && rows_next(&r, &ignored) > 0) {
		size_t n = r.text.n < 60 ? r.text.n : 60;	/* its end is what matters */
		char *name = mem_printf("%.*s", (int)n, r.text.s + r.text.n - n);
		is = is_picture(name) && rows_next(&r, &ignored) > 0 && r.nfields == 1 && num_int(r.field[0], &v) == 0;
		free(name);
	}
	rows_free(&r);
	return is;
}

int
truth_recognise_text(const char *path, struct span text, enum truth_kind *kind, struct err *e)
{
	const char *s = text.s, *end = text.s + text.n;

	if (text.n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)
		s += 3;
	while (s < end && strchr(" \t\r\n", *s) != NULL && *s != '\0')
		s++;
	if (s == end)
		return err_set(e, ERR_DATA, "%s is empty", path);
	if (*s == '{')
		*kind = TRUTH_COCO;
	else if (*s == '[')
		*kind = TRUTH_COCO_RESULTS;
	else if (is_wider(path, text))
		*kind = TRUTH_WIDER;
	else
		*kind = kind_of_csv(path, text);
	if (*kind != TRUTH_AUTO)
		return 0;
	/* What is wrong with the text as such says more than that it is unknown. */
	if (text_check(path, &text, e) != 0)
		return -1;
	return err_set(e, ERR_DATA, "%s is of no format that is known here: COCO JSON, WIDER FACE text, "
		"MOTChallenge text, CSV with path,label or minute,people", path);
}

/* Has the first line of any of these text files a score? */
static enum truth_kind
kind_of_yolo(const char *folder, const struct names *files)
{
	enum truth_kind kind = TRUTH_AUTO;

	for (size_t i = 0; i < files->n && kind == TRUTH_AUTO; i++) {
		if (!has_extension(files->v[i], "txt"))
			continue;
		struct buf text = {0};
		struct rows r = {0};
		struct err ignored;
		char *path = file_join(folder, files->v[i]);
		if (file_read(path, 16 << 20, &text, &ignored) == 0 &&
		    rows_init(&r, ROWS_SPACES, path, (struct span) { buf_str(&text), text.len }, &ignored) == 0 &&
		    rows_next(&r, &ignored) > 0 && all_numbers(&r) && r.nfields >= 5)
			kind = r.nfields == 6 ? TRUTH_YOLO_RESULTS : TRUTH_YOLO;
		rows_free(&r);
		buf_free(&text);
		free(path);
	}
	return kind;
}

/* Does a folder in this path say a gender? */
static bool
in_gender_folder(const char *name)
{
	char *path = mem_strdup(name);
	bool is = false;

	for (char *slash; !is && (slash = strrchr(path, '/')) != NULL;) {
		*slash = '\0';
		is = faces_parse_gender(file_name(path)) != GENDER_UNKNOWN;
	}
	free(path);
	return is;
}

static enum truth_kind
kind_of_folder(const char *path, const struct names *files)
{
	bool xml = false, classes = false, utkface = false;
	struct labelled_face face;

	for (size_t i = 0; i < files->n; i++) {
		const char *name = files->v[i];
		xml = xml || has_extension(name, "xml");
		if (!is_picture(name))
			continue;
		classes = classes || in_gender_folder(name);
		utkface = utkface || faces_parse_utkface(file_name(name), &face) == NULL;
	}
	if (xml)
		return TRUTH_VOC;
	/* The pictures' names say more than the folders'. */
	if (utkface)
		return TRUTH_UTKFACE;
	if (classes)
		return TRUTH_CLASSES;
	/* An empty text file is a picture without objects: a folder called labels may hold nothing else. */
	enum truth_kind yolo = kind_of_yolo(path, files);
	char *labels = file_join(path, "labels");
	if (yolo == TRUTH_AUTO && (file_is_dir(labels) || strncmp(file_name(path), "labels", 6) == 0))
		yolo = TRUTH_YOLO;
	free(labels);
	return yolo;
}

int
truth_recognise(const char *path, enum truth_kind *kind, struct err *e)
{
	struct names files;

	*kind = TRUTH_AUTO;
	if (!file_is_dir(path)) {
		struct buf text = {0};
		int rc = gz_read(path, TEXT_MAX, &text, e);
		if (rc == 0)
			rc = truth_recognise_text(path, (struct span) { buf_str(&text), text.len }, kind, e);
		buf_free(&text);
		return rc;
	}
	if (folder_list(path, &files, e) != 0)
		return -1;
	*kind = kind_of_folder(path, &files);
	names_free(&files);
	if (*kind == TRUTH_AUTO)
		return err_set(e, ERR_DATA, "%s holds no format that is known here: Pascal VOC (*.xml), YOLO (*.txt), UTKFace "
			"(age_gender_race_timestamp.jpg), or folders female and male", path);
	return 0;
}
