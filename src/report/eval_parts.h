/*
 * The parts of the pages on evaluations.  Private to src/report.
 */
#ifndef FOOTFALL_REPORT_EVAL_PARTS_H
#define FOOTFALL_REPORT_EVAL_PARTS_H

#include <stdbool.h>

#include "out/out.h"
#include "report/eval_page.h"
#include "score/interval.h"

/* Follows page_style. */
extern const char *const eval_style[];

/* ---- eval_shell.c: what both pages have ---- */

/* A picture of the gallery that cannot be shown, before anything is written. */
int eval_check_pictures(const struct eval_common *c, struct err *e);
void eval_put_head(struct out *o, const struct eval_common *c);
/* large: whole scenes, of which one wants to see more than of a face. */
void eval_put_gallery(struct out *o, const struct eval_common *c, bool large);
void eval_put_facts(struct out *o, const struct eval_common *c);
/* An item of the list of notes on how far the figures can be trusted. */
void eval_note_interval(struct out *o, const struct eval_common *c, const char *of);

/* "0.553", a dash when undefined. */
void eval_put_value(struct out *o, double v);
bool eval_has_interval(const struct interval *i);
/* "0.512-0.587" in a span of its own, nothing when there is none. */
void eval_put_interval(struct out *o, const struct interval *i);
/* The same as part of a sentence: "95 % interval 0.512-0.587". */
void eval_put_interval_words(struct out *o, const struct interval *i);
/* A box of the key figures; note is what the caller writes in between. */
void eval_key_begin(struct out *o, const char *name, double value);
void eval_key_end(struct out *o);
/* A table that may be wider than the page; label names it to those who cannot see it. */
void eval_table_begin(struct out *o, const char *class, const char *label);
void eval_table_end(struct out *o);

/* ---- eval_plot.c: lines in a square of numbers ---- */

struct eval_axis {
	double low, high, step;		/* step divides high - low */
	int decimals;
};
/* Round numbers around low..high, at most `most` ticks. */
struct eval_axis eval_axis(double low, double high, int most);
/* 0..1, or the upper part of it that holds everything from lowest up. */
struct eval_axis eval_axis_share(double lowest);

struct eval_plot {
	struct out *o;
	struct eval_axis x, y;
	int height;			/* of the plot, pixels */
	int strip;			/* of a strip below it, 0: none */
	const char *id;			/* unique on the page */
	const char *x_title, *title;	/* markup */
};
/* Up to where the description goes, which is text for those who cannot see the plot; then the axes. */
void eval_plot_begin(const struct eval_plot *p);
void eval_plot_axes(const struct eval_plot *p);
void eval_plot_end_svg(const struct eval_plot *p);	/* labels (eval_plot_label) may follow */
void eval_plot_end(const struct eval_plot *p);
double eval_plot_x(const struct eval_plot *p, double v);	/* in parts of 1000 */
double eval_plot_y(const struct eval_plot *p, double v);	/* in pixels */

/* A line, broken where a value is undefined; points nearer than the eye can tell are left out. */
struct eval_line {
	const struct eval_plot *p;
	bool down;			/* a point was drawn and the line goes on from it */
	double last_x, last_y;
	double skipped_x, skipped_y;	/* the point before this one, when it was left out */
	bool skipped;
};
void eval_line_begin(struct eval_line *l, const struct eval_plot *p, const char *class);
void eval_line_to(struct eval_line *l, double x, double y);
void eval_line_end(struct eval_line *l);
/* A disc; drawn as a line of no length, which does not stretch with the plot. */
void eval_plot_dot(const struct eval_plot *p, double x, double y, const char *class);
/* Words above the plot at x, kept inside its sides. */
void eval_plot_label(const struct eval_plot *p, double x, const char *words);

/* ---- eval_dots.c: a table whose rows have dots with whiskers ---- */

struct eval_dots {
	struct out *o;
	struct eval_axis axis;
	size_t marks;			/* lines a row, 1 or 2 */
	const char *label;		/* of the table */
	const char *first;		/* title of the first column; markup */
	const char *figure;		/* title of the last; markup */
};
void eval_dots_begin(const struct eval_dots *d);
void eval_dots_group(const struct eval_dots *d, const char *name);	/* a row across; text */
/* name is text, below is markup or NULL; marks[d->marks]; reference: a tick, NaN for none. */
void eval_dots_row(const struct eval_dots *d, const char *name, const char *below, const struct interval *marks,
	double reference);
void eval_dots_end(const struct eval_dots *d);
/* The lowest bound among n marks, of those that are defined; 1 without any. */
double eval_lowest(const struct interval *marks, size_t n);

/* ---- eval_curves.c ---- */
void eval_put_pr(struct out *o, const struct eval_boxes_page *p);
void eval_put_scores(struct out *o, const struct eval_boxes_page *p);

/* ---- eval_matrix.c ---- */
void eval_put_matrix(struct out *o, const struct gender_confusion *c, const char *id, const char *view, bool none);

/* ---- eval_certainty.c ---- */
void eval_put_reliability(struct out *o, const struct gender_score *s, const char *id, const char *view);
void eval_put_abstaining(struct out *o, const struct eval_gender_page *p);

/* ---- eval_slices.c ---- */
void eval_put_slices(struct out *o, const struct eval_gender_page *p);

#endif
