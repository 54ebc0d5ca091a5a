/*
 * WIDER FACE.
 */
#include "truth/wider.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "truth/folder.h"
#include "truth/ids.h"

enum { COLUMNS = 10, INVALID = 7 };

/* A row of ten whole numbers. */
static bool
is_face(const struct rows *r)
{
	int64_t v;

	if (r->nfields != COLUMNS)
		return false;
	for (int i = 0; i < COLUMNS; i++) {
		if (num_int(r->field[i], &v) != 0)
			return false;
	}
	return true;
}

static int
add_face(const struct rows *r, struct labels *l, struct err *e)
{
	double v[4];
	int64_t invalid;

	if (r->nfields != COLUMNS)
		return rows_refuse(r, e, "%zu columns where a face has %d; is the number of faces of %.60s right?",
			r->nfields, COLUMNS, l->images[l->nimages - 1].name);
	for (int i = 0; i < 4; i++) {
		if (num_real(r->field[i], &v[i]) != 0 || fabs(v[i]) > BOX_MAX)
			return rows_refuse(r, e, "'%.40s' is not a number of pixels", r->field[i]);
	}
	if (v[2] < 0 || v[3] < 0)
		return rows_refuse(r, e, "a face of negative size: %g x %g", v[2], v[3]);
	if (num_int(r->field[INVALID], &invalid) != 0 || (invalid != 0 && invalid != 1))
		return rows_refuse(r, e, "invalid is '%.40s', 0 or 1 is wanted", r->field[INVALID]);
	struct truth *t = labels_add_truth(l);
	*t = (struct truth) { .image = (uint32_t)l->nimages - 1, .box = { v[0], v[1], v[2], v[3] },
		.area = v[2] * v[3], .id = (int64_t)l->ntruths, .ignore = invalid == 1 };
	return 0;
}

static int
read_all(struct rows *r, struct labels *l, struct err *e)
{
	int got = rows_next(r, e);

	while (got > 0) {
		int64_t faces;
		char *name = mem_printf("%.*s", (int)r->text.n, r->text.s);
		bool picture = is_picture(name);
		if (picture)
			labels_add_image(l, name, (int64_t)l->nimages);
		free(name);
		if (!picture)
			return rows_refuse(r, e, "'%.*s' where the name of a picture is wanted; is the number of faces before it right?",
				SPAN_SHOWN(r->text));
		got = rows_next(r, e);
		if (got <= 0)
			return got < 0 ? -1 : rows_refuse(r, e, "the number of faces is missing; was the file cut short?");
		if (r->nfields != 1 || num_int(r->field[0], &faces) != 0 || faces < 0)
			return rows_refuse(r, e, "'%.*s' where the number of faces is wanted", SPAN_SHOWN(r->text));
		got = rows_next(r, e);
		if (faces == 0 && got > 0 && is_face(r))
			got = rows_next(r, e);
		for (; faces > 0 && got > 0; faces--) {
			if (add_face(r, l, e) != 0)
				return -1;
			got = rows_next(r, e);
		}
		if (faces > 0 && got == 0)
			return rows_refuse(r, e, "%lld faces are missing here; was the file cut short?", (long long)faces);
	}
	return got;
}

int
wider_read(const char *what, struct span text, struct labels *out, struct err *e)
{
	struct name_index index = {0};
	struct rows r;
	int rc = rows_init(&r, ROWS_SPACES, what, text, e);

	labels_add_class(out, "face", 1);
	if (rc == 0)
		rc = read_all(&r, out, e);
	rows_free(&r);
	if (rc == 0 && out->nimages == 0)
		rc = err_set(e, ERR_DATA, "%s is empty", what);
	if (rc == 0) {
		names_of_images(&index, out, NAME_WHOLE);
		int64_t twice = name_index_twice(&index);
		if (twice >= 0)
			rc = err_set(e, ERR_DATA, "%s: the picture %.200s is there twice", what, out->images[twice].name);
		name_index_free(&index);
	}
	if (rc != 0)
		labels_free(out);
	else
		out->protocol = mem_strdup("wider");
	return rc;
}
