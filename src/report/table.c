/*
 * The aligned table for a terminal or a text file: a section per source, a row per minute, a
 * small bar per row.  Minutes without a frame are not rows of zeros; what is missing is said in
 * a line of its own, so that "nobody there" and "nobody looked" cannot be mistaken for each other.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "out/utf8.h"
#include "page.h"
#include "report/text.h"
#include "report/view.h"

enum column { TIME, PEOPLE, BAR, MIN, MAX, MEN, WOMEN, UNKNOWN, FRAMES, DROPPED, AGE, GATED, SEEN, COLUMNS };
enum { GAP = 2, BAR_LEAST = 4, BAR_MOST = 32 };

struct table {
	struct out *o;
	unsigned look;
	int widths[COLUMNS];		/* 0: not shown */
	double scale;			/* people at the bar's end */
};

static const char *const BOLD = "\033[1m", *const DIM = "\033[2m", *const CYAN = "\033[36m",
    *const YELLOW = "\033[33m", *const RESET = "\033[0m";

static void
paint(struct table *t, const char *colour)
{
	if (t->look & REPORT_COLOUR)
		out_puts(t->o, colour);
}

/* Names come from files: what would steer a terminal is not sent to one. */
static void
put_name(struct out *o, const char *s)
{
	for (size_t left = strlen(s), n; left > 0; s += n, left -= n) {
		uint32_t code;
		n = utf8_take(s, left, &code);
		if (code == UTF8_BAD || code < 0x20 || (code >= 0x7F && code < 0xA0) ||
		    (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069))
			out_puts(o, "?");
		else
			out_bytes(o, s, n);
	}
}

static const char *
title(enum column c, bool in_recording)
{
	static const char *const titles[COLUMNS] = {
		NULL, "PEOPLE", "", "MIN", "MAX", "MEN", "WOMEN", "UNKNOWN", "FRAMES", "DROPPED", "AGE", "GATED", "SEEN"
	};
	if (c == TIME)
		return in_recording ? "TIME (hh:mm)" : "TIME (UTC)";
	return titles[c];
}

static void
cell_text(enum column c, const struct report_bin *m, bool in_recording, char text[TEXT_SIZE])
{
	switch (c) {
	case TIME:
		text_time(m->start_ms, in_recording, text);
		break;
	case PEOPLE:
		text_average(report_bin_people(m), text);
		break;
	case MIN:
	case MAX:
		if (m->frames > 0)
			snprintf(text, TEXT_SIZE, "%" PRId64, c == MIN ? m->people_min : m->people_max);
		else
			snprintf(text, TEXT_SIZE, "-");
		break;
	case MEN:
		text_average(report_bin_men(m), text);
		break;
	case WOMEN:
		text_average(report_bin_women(m), text);
		break;
	case UNKNOWN:
		text_average(report_bin_unknown(m), text);
		break;
	case FRAMES:
		snprintf(text, TEXT_SIZE, "%" PRId64, m->frames);
		break;
	case DROPPED:
		snprintf(text, TEXT_SIZE, "%" PRId64, m->dropped);
		break;
	case AGE:
		if (m->aged > 0)
			text_age(m->age_p95_ms, text);
		else
			snprintf(text, TEXT_SIZE, "-");
		break;
	case GATED:
		if (m->gate_frames > 0)
			text_percent(report_bin_gated(m), text);
		else
			snprintf(text, TEXT_SIZE, "-");
		break;
	case SEEN:
		text_percent(report_bin_coverage(m), text);
		break;
	default:
		text[0] = '\0';
	}
}

static void
widen(int *width, const char *text)
{
	int n = (int)strlen(text);
	if (n > *width)
		*width = n;
}

static int
total_width(const struct table *t)
{
	int sum = -GAP;
	for (int c = 0; c < COLUMNS; c++)
		sum += t->widths[c] > 0 ? t->widths[c] + GAP : 0;
	return sum;
}

/* Columns as wide as their widest cell; the bar takes what is left.  Too narrow: columns go, the dearest last. */
static void
lay_out(struct table *t, const struct report_view *v, int width)
{
	static const enum column goes_first[] = { FRAMES, GATED, DROPPED, AGE, MIN, MAX, UNKNOWN, WOMEN, MEN, SEEN };
	bool gender = v->total.gender_frames > 0;
	char text[TEXT_SIZE];

	for (size_t i = 0; i < v->nsources; i++) {
		const struct report_source *s = &v->sources[i];
		for (int c = 0; c < COLUMNS; c++) {
			if (c == BAR || (!gender && (c == MEN || c == WOMEN || c == UNKNOWN))
			    || (c == GATED && v->total.gate_frames == 0) || (c == DROPPED && v->total.dropped == 0)
			    || (c == AGE && v->total.aged == 0))
				continue;
			widen(&t->widths[c], title((enum column)c, s->in_recording));
			for (size_t k = 0; k < s->nminutes; k++) {
				cell_text((enum column)c, &s->minutes[k], s->in_recording, text);
				widen(&t->widths[c], text);
			}
		}
		for (size_t k = 0; k < s->nminutes; k++)
			t->scale = fmax(t->scale, report_bin_people(&s->minutes[k]));
	}
	int left = width - total_width(t) - GAP;
	for (size_t i = 0; i < sizeof goes_first / sizeof goes_first[0] && total_width(t) > width; i++)
		t->widths[goes_first[i]] = 0;
	t->widths[BAR] = left < BAR_LEAST ? 0 : left > BAR_MOST ? BAR_MOST : left;
}

static void
put_spaces(struct table *t, int n)
{
	out_printf(t->o, "%*s", n > 0 ? n : 0, "");
}

/* Eighths of a block: U+2588 full, U+2589 seven eighths ... U+258F one eighth. */
static void
put_bar(struct table *t, double people)
{
	int width = t->widths[BAR], used;
	double part = t->scale > 0 && people > 0 ? people / t->scale : 0;

	paint(t, CYAN);
	if (t->look & REPORT_BLOCKS) {
		int eighths = (int)lround(part * width * 8);
		/* Few is not none. */
		if (part > 0 && eighths == 0)
			eighths = 1;
		for (int i = 0; i < eighths / 8; i++)
			out_puts(t->o, "\u2588");
		if (eighths % 8 != 0) {
			char block[4] = { (char)0xE2, (char)0x96, (char)(0x90 - eighths % 8), '\0' };
			out_puts(t->o, block);
		}
		used = (eighths + 7) / 8;
	} else {
		used = (int)lround(part * width);
		if (part > 0 && used == 0)
			used = 1;
		for (int i = 0; i < used; i++)
			out_puts(t->o, "#");
	}
	paint(t, RESET);
	put_spaces(t, width - used);
}

static void
put_row(struct table *t, const struct report_bin *m, bool in_recording)
{
	char text[TEXT_SIZE];

	for (int c = 0, first = 1; c < COLUMNS; c++) {
		int width = t->widths[c];
		if (width == 0)
			continue;
		put_spaces(t, first ? 0 : GAP);
		first = 0;
		if (c == BAR) {
			put_bar(t, report_bin_people(m));
			continue;
		}
		cell_text((enum column)c, m, in_recording, text);
		bool mark = c == SEEN && report_bin_partial(m);
		if (mark)
			paint(t, YELLOW);
		out_printf(t->o, c == TIME ? "%-*s" : "%*s", width, text);
		if (mark)
			paint(t, RESET);
	}
	out_puts(t->o, "\n");
}

static void
put_titles(struct table *t, bool in_recording)
{
	paint(t, BOLD);
	for (int c = 0, first = 1; c < COLUMNS; c++) {
		int width = t->widths[c];
		if (width == 0)
			continue;
		put_spaces(t, first ? 0 : GAP);
		first = 0;
		out_printf(t->o, c == TIME ? "%-*s" : "%*s", width, title((enum column)c, in_recording));
	}
	paint(t, RESET);
	out_puts(t->o, "\n");
}

static void
put_networks(struct table *t, const struct report_run *run)
{
	const struct {
		const char *stage, *name;
	} networks[] = { { "person", run->person.name }, { "face", run->face.name }, { "gender", run->gender.name } };
	const char *between = "";

	for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
		if (networks[i].name == NULL)
			continue;
		out_printf(t->o, "%s%s ", between, networks[i].stage);
		put_name(t->o, networks[i].name);
		between = ", ";
	}
	out_puts(t->o, "\n");
}

static void
put_heading(struct table *t, const struct report_source *s)
{
	const struct report_run *run = &s->runs[s->nruns - 1];
	char text[TEXT_SIZE];

	paint(t, BOLD);
	put_name(t->o, s->name);
	paint(t, RESET);
	if (s->width > 0 && s->height > 0)
		out_printf(t->o, "  %" PRId64 "x%" PRId64, s->width, s->height);
	out_puts(t->o, "\n");
	put_networks(t, run);
	if (s->in_recording)
		out_puts(t->o, "time in the recording: when it began is not known\n");
	if (run->person.name == NULL)
		out_puts(t->o, "no person stage: each face counts as a person\n");
	if (strcmp(run->status, "complete") != 0) {
		put_name(t->o, run->status);
		out_printf(t->o, ": %s frames analysed so far", text_count(run->frames_analyzed, text));
		if (run->error != NULL) {
			out_puts(t->o, "; ");
			put_name(t->o, run->error);
		}
		out_puts(t->o, "\n");
	}
	if (s->nruns > 1)
		out_printf(t->o, "minutes of %zu runs; where they meet, %s\n", s->nruns, s->adds_up ? "added up" : "the newest run's");
	if (s->left_out > 0)
		out_printf(t->o, "%zu older run%s of this source not shown\n", s->left_out, s->left_out == 1 ? "" : "s");
}

static void
put_gap(struct table *t, const struct report_gap *g)
{
	char period[2 * TEXT_SIZE];

	report_gap_period(g, period);
	paint(t, DIM);
	out_printf(t->o, "  (no frames %s: ", period);
	put_name(t->o, g->reason);
	if (g->detail != NULL) {
		out_puts(t->o, ", ");
		put_name(t->o, g->detail);
	}
	out_puts(t->o, ")");
	paint(t, RESET);
	out_puts(t->o, "\n");
}

static void
put_source(struct table *t, const struct report_source *s)
{
	size_t gap = 0;

	put_heading(t, s);
	put_titles(t, s->in_recording);
	for (size_t i = 0; i < s->nminutes; i++) {
		const struct report_bin *m = &s->minutes[i];
		int64_t missing = i > 0 ? (m->start_ms - s->minutes[i - 1].start_ms) / WHEN_MINUTE_MS - 1 : 0;
		if (missing > 0) {
			char text[TEXT_SIZE];
			paint(t, DIM);
			out_printf(t->o, "  (%s minute%s not seen)", text_count(missing, text), missing == 1 ? "" : "s");
			paint(t, RESET);
			out_puts(t->o, "\n");
		}
		size_t n = report_gaps_of(s, i, &gap);
		for (; n > 0 && s->gaps[gap].from_ms < m->start_ms; n--)
			put_gap(t, &s->gaps[gap++]);
		put_row(t, m, s->in_recording);
		for (; n > 0; n--)
			put_gap(t, &s->gaps[gap++]);
	}
}

static void
put_total(struct table *t, const struct report_view *v)
{
	char average[TEXT_SIZE], minutes[TEXT_SIZE], sources[TEXT_SIZE], seen[TEXT_SIZE];

	if (v->total.gate_frames > 0)
		out_printf(t->o, "%s of the frames took the result of an earlier one (GATED): nothing had changed\n",
		    text_percent(report_bin_gated(&v->total), average));
	if (v->total.aged > 0)
		out_printf(t->o, "results were at most %s old when they were stored; AGE is what 95 %% of a minute's stay below\n",
		    text_age(v->total.age_max_ms, average));
	out_printf(t->o, "average %s people (weighted by frames), %s minute%s (%s seen), %s source%s\n",
	    text_average(report_bin_people(&v->total), average),
	    text_count(v->total.minutes, minutes), v->total.minutes == 1 ? "" : "s",
	    text_duration(v->total.covered_ms, seen),
	    text_count((int64_t)v->nsources, sources), v->nsources == 1 ? "" : "s");
}

int
report_table(struct db *d, const struct report_query *q, struct out *o, unsigned look, int width, struct err *e)
{
	struct report_view v;
	int r = -1;

	if (report_view_load(&v, d, q, e) != 0)
		goto out;
	struct table t = { .o = o, .look = look };
	lay_out(&t, &v, width > 0 ? width : 80);
	for (size_t i = 0; i < v.nsources; i++) {
		put_source(&t, &v.sources[i]);
		out_puts(o, "\n");
	}
	put_total(&t, &v);
	r = 0;
out:
	report_view_free(&v);
	return r;
}
