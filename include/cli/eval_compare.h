/*
 * Floor 6.  Comparing two stored evaluations: what boxes and genders share.  Private to src/cli/eval_compare*.c.
 */
#ifndef FOOTFALL_CLI_EVAL_COMPARE_H
#define FOOTFALL_CLI_EVAL_COMPARE_H

#include <stdbool.h>

#include "cli/cli.h"
#include "out/out.h"
#include "score/interval.h"
#include "store/evaluation.h"

/* Which two they are; within an open object when json. */
void compare_put_sides(struct out *o, bool json, const struct evaluation *a, const struct evaluation *b);
/* The table of figures: its head, a row, and what the star in a row means. d: b - a. */
void compare_put_head(struct out *o);
void compare_put_row(struct out *o, const char *name, double a, double b, const struct interval *d);
void compare_put_note(struct out *o);
void compare_put_json(struct out *o, const char *name, double a, double b, const struct interval *d);

/* eval_compare_gender.c: answers item by item, in each view that both have. */
int compare_gender(const struct cli *c, struct db *d, const struct evaluation *a, const struct evaluation *b,
	const struct bootstrap_options *o, bool intervals, struct err *e);

#endif
