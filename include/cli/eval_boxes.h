/*
 * Floor 6.  Evaluations of boxes: what eval score, detect and face share.  Private to src/cli/eval_*.c.
 */
#ifndef FOOTFALL_CLI_EVAL_BOXES_H
#define FOOTFALL_CLI_EVAL_BOXES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "cli/cli.h"
#include "models/registry.h"
#include "out/out.h"
#include "score/explain.h"
#include "score/score.h"
#include "store/evaluation.h"

struct boxes {
	struct cli *c;
	const char *kind;		/* "score", "detect", "face" */
	struct labels labels;		/* of one class when --class asks for it */
	char sha256[SHA256_HEX];
	bool *skipped;			/* per picture; its truths are ignored then */
	size_t nskipped;

	struct store *store;		/* NULL: --no-store */
	int64_t id;			/* 0: not stored */
	int64_t started_ms;
	char *network, *network_sha256;	/* NULL: predictions came from a file */
	char *settings;			/* JSON */

	bool with_intervals;
	struct bootstrap_options bootstrap;
	struct score *score;
	struct interval figures[SCORE_FIGURES];		/* value always; low and high NaN without intervals */
	struct interval pr_curve[AVERAGE_101];
	struct explain *explain;	/* NULL: not asked for */

	/* --baseline */
	int64_t baseline;		/* 0: none */
	struct interval difference[SCORE_FIGURES];	/* of this one to the baseline */
};

/* ---- eval_labels.c: labelled sets and what is left of them ---- */

/* Reads --truth (and nothing else) into *out. */
int boxes_read_truth(const struct cli *c, struct labels *out, struct err *e);
int boxes_read_predictions(const struct cli *c, struct labels *l, struct err *e);
/* Keeps truths and predictions of one class. ERR_USAGE: no such class, with those that there are. */
int boxes_keep_class(struct labels *l, const char *name, struct err *e);
/* Truths of that picture do not count, predictions in it are dropped. */
void boxes_skip(struct labels *l, const bool *skipped);
/* Adds the baseline's or another evaluation's predictions to its own set, skipped pictures left out. */
int boxes_load(struct db *d, int64_t id, struct evaluation *v, struct labels *l, bool **skipped, struct err *e);

/* The one line of JSON that o wrote into text, whose memory it becomes; closes o. */
char *boxes_settings(struct out *o, struct buf *text);

/* ---- eval_run.c: a network over the pictures of a set ---- */

/* Fills b->labels.predictions, from the database where it was done before. */
int boxes_run(struct boxes *b, enum task task, struct err *e);
/*
 * Where picture i of the set lies in the folder, in new memory: by its name as the labels give it, else by the last
 * part of that.  NULL: it is not there.
 */
char *boxes_picture(const struct boxes *b, const char *folder, size_t i);

/* ---- eval_boxes_text.c, eval_explain.c, eval_boxes_html.c: what comes of it ---- */

/* "0.503", a dash where nothing is to be found. */
const char *boxes_figure(double v, char text[32]);
void boxes_text(struct out *o, const struct boxes *b);
void boxes_json(struct out *o, const struct boxes *b);
void boxes_explain_text(struct out *o, const struct explain *x);
void boxes_explain_json(struct out *o, const struct explain *x);
int boxes_html(const struct boxes *b, const char *path, int64_t gallery, struct err *e);

/* The twelve lines as pycocotools prints them. */
void boxes_coco_lines(struct out *o, const double figures[SCORE_FIGURES]);

#endif
