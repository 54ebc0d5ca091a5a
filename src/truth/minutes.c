/*
 * True counts per minute.
 */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "truth/people.h"

enum column { MINUTE, TIME, PEOPLE, FRAMES, BOXES, COLUMNS };

/* The names by which each column goes. */
static const struct { const char *name; enum column column; } known[] = {
	{ "minute", MINUTE }, { "start_time", TIME }, { "time_utc", TIME },
	{ "people", PEOPLE }, { "people_avg", PEOPLE }, { "mean_persons_per_frame", PEOPLE },
	{ "frames", FRAMES }, { "person_boxes", BOXES },
};

struct header {
	int at[COLUMNS];	/* -1: nowhere */
	size_t nfields;
};

static int
read_header(const struct rows *r, struct header *h, struct err *e)
{
	*h = (struct header) { .at = { -1, -1, -1, -1, -1 }, .nfields = r->nfields };
	if (r->nfields > ROW_FIELDS)
		return rows_refuse(r, e, "more than %d columns", ROW_FIELDS);
	for (size_t i = 0; i < r->nfields; i++) {
		for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
			if (strcasecmp(r->field[i], known[k].name) != 0)
				continue;
			if (h->at[known[k].column] >= 0)
				return rows_refuse(r, e, "the column '%.40s' and another one mean the same", r->field[i]);
			h->at[known[k].column] = (int)i;
		}
	}
	if ((h->at[MINUTE] < 0) == (h->at[TIME] < 0))
		return rows_refuse(r, e, "the header needs one column for the time, minute or start_time");
	if (h->at[PEOPLE] < 0 && (h->at[BOXES] < 0 || h->at[FRAMES] < 0))
		return rows_refuse(r, e, "the header has no column for the people, such as people");
	return 0;
}

/* A number that is not negative, from a column that is there. */
static int
number(const struct rows *r, int at, double *out, struct err *e)
{
	if (num_real(r->field[at], out) != 0 || *out < 0 || *out > BOX_MAX)
		return rows_refuse(r, e, "'%.40s' is not a number from 0", r->field[at]);
	return 0;
}

static int
read_row(const struct rows *r, const struct header *h, struct true_minute *out, struct err *e)
{
	double frames = 0, boxes = 0;
	int64_t minute;

	*out = (struct true_minute) {0};
	if (r->nfields != h->nfields)
		return rows_refuse(r, e, "%zu columns, the header has %zu", r->nfields, h->nfields);
	if (h->at[MINUTE] >= 0) {
		const char *text = r->field[h->at[MINUTE]];
		if (num_int(text, &minute) != 0 || minute < 0 || minute > 100000000)
			return rows_refuse(r, e, "minute '%.40s' is not a whole number from 0", text);
		out->start_ms = minute * WHEN_MINUTE_MS;
	} else {
		const char *text = r->field[h->at[TIME]];
		if (when_parse(text, &out->start_ms) != 0)
			return rows_refuse(r, e, "time '%.40s' is not a date and time with its offset, as 2026-11-21T02:20:00Z", text);
		if (when_minute(out->start_ms) != out->start_ms)
			return rows_refuse(r, e, "time '%.40s' is not the start of a minute", text);
	}
	if (h->at[FRAMES] >= 0 && number(r, h->at[FRAMES], &frames, e) != 0)
		return -1;
	if (frames != trunc(frames))
		return rows_refuse(r, e, "frames '%.40s' is not a whole number", r->field[h->at[FRAMES]]);
	out->frames = (int64_t)frames;
	if (h->at[PEOPLE] >= 0 && number(r, h->at[PEOPLE], &out->people, e) != 0)
		return -1;
	if (h->at[BOXES] >= 0 && h->at[FRAMES] >= 0) {
		if (number(r, h->at[BOXES], &boxes, e) != 0)
			return -1;
		if (frames < 1)
			return rows_refuse(r, e, "a minute of no frames has no mean");
		out->people = boxes / frames;
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct true_minute *x = a, *y = b;
	return (x->start_ms > y->start_ms) - (x->start_ms < y->start_ms);
}

static int
read_rows(struct rows *r, struct true_minutes *out, struct err *e)
{
	struct header h;
	int got = rows_next(r, e);

	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(e, ERR_DATA, "%s is empty", r->what);
	if (read_header(r, &h, e) != 0)
		return -1;
	out->relative = h.at[MINUTE] >= 0;
	while ((got = rows_next(r, e)) > 0) {
		if ((out->n & (out->n - 1)) == 0)
			out->v = mem_resize(out->v, out->n == 0 ? 1 : 2 * out->n, sizeof *out->v);
		if (read_row(r, &h, &out->v[out->n], e) != 0)
			return -1;
		out->n++;
	}
	return got;
}

int
minutes_read(const char *what, struct span text, struct true_minutes *out, struct err *e)
{
	struct rows r;

	*out = (struct true_minutes) {0};
	int rc = rows_init(&r, ROWS_CSV, what, text, e);
	if (rc == 0)
		rc = read_rows(&r, out, e);
	rows_free(&r);
	if (rc == 0 && out->n == 0)
		rc = err_set(e, ERR_DATA, "%s has a header and no minutes", what);
	if (rc == 0)
		qsort(out->v, out->n, sizeof *out->v, compare);
	for (size_t i = 1; rc == 0 && i < out->n; i++) {
		char text_of[WHEN_TEXT];
		if (out->v[i - 1].start_ms != out->v[i].start_ms)
			continue;
		if (out->relative)
			rc = err_set(e, ERR_DATA, "%s: minute %lld is there twice", what,
				(long long)(out->v[i].start_ms / WHEN_MINUTE_MS));
		else
			rc = err_set(e, ERR_DATA, "%s: the minute %s is there twice", what,
				when_format(out->v[i].start_ms, text_of));
	}
	if (rc != 0)
		minutes_free(out);
	return rc;
}

void
minutes_free(struct true_minutes *m)
{
	if (m == NULL)
		return;
	free(m->v);
	*m = (struct true_minutes) {0};
}
