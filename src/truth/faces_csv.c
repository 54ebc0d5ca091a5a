/*
 * Sets of faces as CSV files.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "truth/faces_parts.h"

enum column { PATH, LABEL, AGE, RACE, COLUMNS };

/* Where each column stands; -1: nowhere. */
struct header {
	int at[COLUMNS];
};

/* Is the first row a header?  It is when it has a column "path" and one "label". */
static bool
read_header(const struct rows *r, struct header *h)
{
	static const char *const words[COLUMNS] = { "path", "label", "age", "race" };
	struct header found = { .at = { -1, -1, -1, -1 } };

	for (size_t i = 0; i < r->nfields && i < ROW_FIELDS; i++) {
		for (int c = 0; c < COLUMNS; c++) {
			if (strcasecmp(r->field[i], words[c]) == 0 && found.at[c] < 0)
				found.at[c] = (int)i;
		}
	}
	if (found.at[PATH] < 0 || found.at[LABEL] < 0)
		return false;
	*h = found;
	return true;
}

/* A number in a column that may be missing or empty. */
static int
optional(const struct rows *r, int at, const char *name, int max, int *out, struct err *e)
{
	int64_t v;

	*out = -1;
	if (at < 0 || r->field[at][0] == '\0')
		return 0;
	if (num_int(r->field[at], &v) != 0 || v < 0 || v > max)
		return rows_refuse(r, e, "%s '%.40s' is not a whole number from 0 to %d", name, r->field[at], max);
	*out = (int)v;
	return 0;
}

static int
add_row(const struct rows *r, const struct header *h, size_t nfields, const char *dir, struct face_set *out, struct err *e)
{
	struct labelled_face f = {0};

	if (r->nfields != nfields)
		return rows_refuse(r, e, "%zu columns, %zu are wanted (path,label)", r->nfields, nfields);
	const char *path = r->field[h->at[PATH]], *label = r->field[h->at[LABEL]];
	f.gender = faces_parse_gender(label);
	if (path[0] == '\0')
		return rows_refuse(r, e, "no path");
	if (f.gender == GENDER_UNKNOWN)
		return rows_refuse(r, e, "label '%.40s' is no gender: female, f, woman, 1 or male, m, man, 0", label);
	if (optional(r, h->at[AGE], "age", FACE_AGE_MAX, &f.age, e) != 0 ||
	    optional(r, h->at[RACE], "race", FACE_RACES - 1, &f.race, e) != 0)
		return -1;
	f.name = mem_strdup(path);
	f.path = file_join(dir, path);
	faces_add(out, &f);
	return 0;
}

static int
read_rows(struct rows *r, const char *dir, struct face_set *out, struct err *e)
{
	struct header h = { .at = { 0, 1, -1, -1 } };
	size_t nfields = 2;
	int got = rows_next(r, e);

	if (got > 0 && read_header(r, &h)) {
		nfields = r->nfields;
		if (nfields > ROW_FIELDS)
			return rows_refuse(r, e, "more than %d columns", ROW_FIELDS);
		got = rows_next(r, e);
	}
	while (got > 0) {
		if (add_row(r, &h, nfields, dir, out, e) != 0)
			return -1;
		got = rows_next(r, e);
	}
	return got;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A picture that counts twice, perhaps as both genders, is a mistake in the file. */
static int
check_twice(const char *what, const struct face_set *s, struct err *e)
{
	const char **names = mem_array(s->nfaces, sizeof *names);
	int rc = 0;

	for (size_t i = 0; i < s->nfaces; i++)
		names[i] = s->faces[i].name;
	if (s->nfaces > 1)
		qsort(names, s->nfaces, sizeof *names, compare);
	for (size_t i = 1; i < s->nfaces && rc == 0; i++) {
		if (strcmp(names[i - 1], names[i]) == 0)
			rc = err_set(e, ERR_DATA, "%s: %.200s is there twice", what, names[i]);
	}
	free(names);
	return rc;
}

int
faces_read_csv(const char *what, struct span text, const char *dir, struct face_set *out, struct err *e)
{
	struct rows r;

	*out = (struct face_set) {0};
	int rc = rows_init(&r, ROWS_CSV, what, text, e);
	if (rc == 0)
		rc = read_rows(&r, dir, out, e);
	rows_free(&r);
	if (rc == 0 && out->nfaces == 0)
		rc = err_set(e, ERR_DATA, "%s is empty: rows of path,label are wanted", what);
	if (rc == 0)
		rc = check_twice(what, out, e);
	if (rc != 0)
		faces_free(out);
	return rc;
}
