/*
 * Floor 6.  Parts of footfall bench that have a file of their own.
 */
#ifndef FOOTFALL_CLI_BENCH_H
#define FOOTFALL_CLI_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "models/registry.h"
#include "out/out.h"
#include "pipeline/bench.h"

enum { BENCH_ROUNDS = 3, BENCH_PRECISIONS = 3, BENCH_MOST_SECONDS = 86400 };

/* Settings that differ from the command's in precision only; those to be compared. */
struct bench_settings {
	struct settings v[BENCH_PRECISIONS];
	size_t n;
	bool given;			/* the user chose the precision */
};

/* What the user set is taken; else each precision that this program and machine have.  ERR_CONFIG: they have none. */
int bench_settings_make(struct bench_settings *out, const struct settings *set, struct err *e);
void bench_settings_free(struct bench_settings *s);
/* Is v[i] to be measured with m (NULL: no network)? int8 that nobody asked for only where a calibration is at hand. */
bool bench_settings_suit(const struct bench_settings *s, size_t i, const struct model *m);

/* --seconds.  ERR_USAGE. */
int bench_seconds(const struct cli *c, double *seconds, struct err *e);

/* ---- the table ---- */

/* A network with settings, and what came of it: medians over the rounds. */
struct bench_row {
	struct bench_case c;
	const struct model *person;	/* NULL: without the person stage */
	const char *precision;
	struct bench_turn rounds[BENCH_ROUNDS];
	size_t n;			/* rounds done */
	struct bench_turn median;
	bool failed;
	struct err why;
};

struct bench_report {
	const struct bench_sample *sample;
	const struct bench_row *rows;
	size_t n;
	int cores;
	const struct bench_row *best;	/* the most accurate that keeps up with the recording; NULL: none does */
	const struct bench_row *fastest;
};

/* What the row is called: the person network's name, else "no persons". */
const char *bench_row_name(const struct bench_row *row);
bool bench_keeps_up(const struct bench_row *row, double rate);
void bench_print_text(struct out *o, const struct bench_report *r);
void bench_print_json(struct out *o, const struct bench_report *r);

/* ---- other ways to run the command ---- */

/* footfall bench --gate RECORDING: what the motion gate would change in the counts.  c has one operand. */
int bench_gate(struct cli *c, struct err *e);
/* footfall bench --passes [NAME...]: networks alone, one pass after the other. */
int bench_networks(struct cli *c, struct err *e);

#endif
