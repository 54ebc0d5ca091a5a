/*
 * Floor 1.  Evaluations in the database: what was evaluated on what, its figures, and all that a later
 * comparison needs (true boxes once per labelled set, predictions, answers item by item).
 *
 * An evaluation is known by its spec: the same spec finds the same row.  One without an end (ended_ms NULL) was
 * interrupted and is continued; one with an end is scored again without its network running again.  Except where said
 * otherwise each function is a transaction of its own; none may be open.
 */
#ifndef FOOTFALL_STORE_EVALUATION_H
#define FOOTFALL_STORE_EVALUATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/result.h"
#include "base/sha256.h"
#include "score/labels.h"
#include "store/db.h"
#include "store/store.h"

struct evaluation_spec {
	const char *kind;		/* "score", "detect", "face", "gender", "counts" */
	const char *dataset;		/* the truth's path, for people */
	const char *dataset_sha256;	/* of its contents, wherever it lies */
	const char *input;		/* what was evaluated: predictions file, folder of pictures; NULL */
	const struct store_model *person, *face, *gender;	/* NULL: none */
	int64_t run_id;			/* counts: the stored run; else 0 */
	const char *settings;		/* JSON: all that can change answers */
	const char *version, *opencv;	/* opencv "" where no network ran */
};

enum evaluation_how { EVALUATION_NEW, EVALUATION_CONTINUED, EVALUATION_COMPLETE };

/*
 * Finds the evaluation of that spec (its dataset's path does not matter) or adds it.  force: an equal one is deleted first.
 */
int evaluation_begin(struct db *d, const struct evaluation_spec *spec, bool force, int64_t *id,
	enum evaluation_how *how, struct err *e);

struct evaluation_metric {
	const char *name;		/* "AP", "f1_female" ... as in the JSON */
	const char *slice;		/* "" or NULL: all; else such as "class=person", "age=0-9" */
	double value;			/* NaN: not stored */
	double low, high;		/* NaN: none */
	int64_t n;			/* items behind it */
};

struct evaluation_result {
	int64_t items, rejected;
	const char *scoring;		/* JSON: what was asked of the scoring (resamples, seed ...) */
	const struct evaluation_metric *metrics;
	size_t nmetrics;
};

/* Ends it: figures replace those that are there. */
int evaluation_end(struct db *d, int64_t id, const struct evaluation_result *r, struct err *e);

/* One row of `eval list`, in new memory. */
struct evaluation {
	int64_t id;
	char *uuid, *kind, *dataset, *settings, *version, *opencv;
	char *dataset_sha256, *input, *scoring;	/* may be NULL */
	char *person, *person_sha256, *face, *face_sha256, *gender, *gender_sha256;	/* networks; NULL: none */
	int64_t run_id;			/* 0: none */
	int64_t started_ms, ended_ms;	/* ended_ms 0: not ended */
	int64_t items, rejected;
};

/* ERR_INPUT: there is none with this id. */
int evaluation_get(struct db *d, int64_t id, struct evaluation *out, struct err *e);
void evaluation_free(struct evaluation *v);	/* what it holds */
/* Calls each for all, oldest first; stops with -1 when it returns not 0. */
int evaluation_each(struct db *d, int (*each)(void *context, const struct evaluation *v, struct err *e), void *context,
	struct err *e);
/* Its figures: those of all first, then the slices, as they were given. */
int evaluation_metrics(struct db *d, int64_t id, int (*each)(void *context, const struct evaluation_metric *m, struct err *e),
	void *context, struct err *e);

/* ---- boxes ---- */

/* Digest of pictures' names and ids, classes and truths; predictions do not matter. */
void evaluation_digest(const struct labels *l, char hex[SHA256_HEX]);
/* Digest of the predictions alone, in their order. */
void evaluation_predictions_digest(const struct labels *l, char hex[SHA256_HEX]);
/* Keeps pictures, classes and truths under that digest, once. */
int evaluation_put_set(struct db *d, const char *sha256, const struct labels *l, struct err *e);
/* All predictions of l at once, every picture marked done. */
int evaluation_put_predictions(struct db *d, int64_t id, const struct labels *l, struct err *e);
/* Those of one picture; skipped: it could not be had.  In a transaction that the caller holds. */
int evaluation_put_image(struct db *d, int64_t id, uint32_t image, bool skipped, const struct prediction *v, size_t n,
	struct err *e);
/* done[image]: its predictions are there; skipped[image]: it could not be had. n: pictures in the set. */
int evaluation_done(struct db *d, int64_t id, size_t n, bool *done, bool *skipped, struct err *e);
/* Adds its stored predictions to l, by picture and as they were stored. */
int evaluation_predictions(struct db *d, int64_t id, struct labels *l, struct err *e);
/* The set that the evaluation is of, into *out, which is empty.  ERR_DATA: it is not stored. */
int evaluation_set(struct db *d, const struct evaluation *v, struct labels *out, struct err *e);

/* ---- gender, item by item ---- */

struct evaluation_item {
	const char *name;		/* file, relative to the set */
	enum gender truth;		/* female or male */
	double p_female;		/* NaN: no answer */
	bool no_face;
	const char *slices;		/* JSON object of group names: {"age":"20-29","race":"2"}; NULL: none */
};

/* view: "given" (a face) or "end_to_end".  Replaces what that view has. */
int evaluation_put_items(struct db *d, int64_t id, const char *view, const struct evaluation_item *v, size_t n, struct err *e);
/* In order; the item is valid during the call.  Calls none when the view is not there. */
int evaluation_items(struct db *d, int64_t id, const char *view,
	int (*each)(void *context, const struct evaluation_item *v, struct err *e), void *context, struct err *e);

#endif
