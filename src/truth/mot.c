/*
 * MOTChallenge's ground truth.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "truth/people.h"

enum { COLUMNS = 10, CONF = 6, CLASS = 7 };

static int
read_row(const struct rows *r, struct mot_box *out, struct err *e)
{
	static const char *const names[] = { "left", "top", "width", "height", "conf" };
	double v[5] = { 0, 0, 0, 0, 1 };
	int64_t class_number = 1;

	if (r->nfields < CONF || r->nfields > COLUMNS)
		return rows_refuse(r, e, "%zu columns, 6 to 10 are wanted (frame,id,left,top,width,height,conf,...)", r->nfields);
	if (num_int(r->field[0], &out->frame) != 0 || out->frame < 1 || out->frame > MOT_FRAMES)
		return rows_refuse(r, e, "frame '%.40s' is not a whole number from 1 to %lld", r->field[0],
			(long long)MOT_FRAMES);
	if (num_int(r->field[1], &out->track) != 0 || out->track < -1)
		return rows_refuse(r, e, "id '%.40s' is not a whole number from 0, or -1", r->field[1]);
	for (size_t i = 0; i < 5 && i + 2 < r->nfields; i++) {
		if (num_real(r->field[i + 2], &v[i]) != 0 || fabs(v[i]) > BOX_MAX)
			return rows_refuse(r, e, "%s '%.40s' is not a number to reckon with", names[i], r->field[i + 2]);
	}
	if (v[2] < 0 || v[3] < 0)
		return rows_refuse(r, e, "a box of negative size: %g x %g", v[2], v[3]);
	if (r->nfields == 9 && num_int(r->field[CLASS], &class_number) != 0)
		return rows_refuse(r, e, "class '%.40s' is not a whole number", r->field[CLASS]);
	out->frame--;
	out->box = (struct box) { v[0], v[1], v[2], v[3] };
	out->counts = v[4] != 0 && class_number == 1;
	return 0;
}

static int
by_frame(const void *a, const void *b)
{
	const struct mot_box *x = a, *y = b;
	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	return (x->track > y->track) - (x->track < y->track);
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Sorts, and counts frames and tracks. */
static int
finish(const char *what, struct mot *m, struct err *e)
{
	size_t n = 0;

	if (m->n == 0)
		return err_set(e, ERR_DATA, "%s is empty", what);
	qsort(m->boxes, m->n, sizeof *m->boxes, by_frame);
	for (size_t i = 1; i < m->n; i++) {
		const struct mot_box *b = &m->boxes[i];
		if (b->track >= 0 && by_frame(b - 1, b) == 0)
			return err_set(e, ERR_DATA, "%s: id %lld is twice in frame %lld", what, (long long)b->track,
				(long long)b->frame + 1);
	}
	m->frames = m->boxes[m->n - 1].frame + 1;
	int64_t *tracks = mem_array(m->n, sizeof *tracks);
	for (size_t i = 0; i < m->n; i++) {
		if (m->boxes[i].counts && m->boxes[i].track >= 0)
			tracks[n++] = m->boxes[i].track;
	}
	if (n > 0)
		qsort(tracks, n, sizeof *tracks, by_number);
	for (size_t i = 0; i < n; i++)
		m->tracks += i == 0 || tracks[i - 1] != tracks[i];
	free(tracks);
	return 0;
}

int
mot_read(const char *what, struct span text, struct mot *out, struct err *e)
{
	struct rows r;
	int got = -1;

	*out = (struct mot) {0};
	if (rows_init(&r, ROWS_CSV, what, text, e) == 0) {
		while ((got = rows_next(&r, e)) > 0) {
			if ((out->n & (out->n - 1)) == 0)
				out->boxes = mem_resize(out->boxes, out->n == 0 ? 1 : 2 * out->n, sizeof *out->boxes);
			if (read_row(&r, &out->boxes[out->n], e) != 0) {
				got = -1;
				break;
			}
			out->n++;
		}
	}
	rows_free(&r);
	if (got == 0)
		got = finish(what, out, e);
	if (got != 0)
		mot_free(out);
	return got;
}

void
mot_free(struct mot *m)
{
	if (m == NULL)
		return;
	free(m->boxes);
	*m = (struct mot) {0};
}
