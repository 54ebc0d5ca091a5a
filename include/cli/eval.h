/*
 * Floor 6.  The parts of footfall eval: one file each, behind one command.
 */
#ifndef FOOTFALL_CLI_EVAL_H
#define FOOTFALL_CLI_EVAL_H

#include "cli/cli.h"
#include "score/interval.h"

/* c->argv[0] is the action's name ("score"), its operands follow.  0, or -1 with the exit status in e. */
int eval_score(struct cli *c, struct err *e);
int eval_detect(struct cli *c, struct err *e);
int eval_face(struct cli *c, struct err *e);
int eval_gender(struct cli *c, struct err *e);
int eval_counts(struct cli *c, struct err *e);
int eval_compare(struct cli *c, struct err *e);
int eval_list(struct cli *c, struct err *e);
int eval_show(struct cli *c, struct err *e);

/*
 * --fail-under KEY=VALUE, several joined by commas. figures: pairs of name and value, ended by name NULL; one that is NaN or negative
 * where nothing was to be found misses, too.  ERR_MISSED naming each miss; ERR_USAGE for a name that is not there.
 */
struct eval_figure {
	const char *name;
	double value;
};
int eval_fail_under(const char *wanted, const struct eval_figure *figures, struct err *e);
/* Can it be read?  To be asked before the work is done; names: as in figures. ERR_USAGE. */
int eval_fail_check(const char *wanted, const struct eval_figure *figures, struct err *e);

/* --resamples, --seed; *on false: no intervals are wanted. ERR_USAGE. */
int eval_bootstrap(const struct cli *c, struct bootstrap_options *o, bool *on, struct err *e);
/* How many threads to use: the setting, or the cores. */
int eval_threads(const struct cli *c);
/* An option that is a whole number from low to high; fallback when it is not given. */
int eval_number(const struct cli *c, const char *option, int64_t low, int64_t high, int64_t fallback, int64_t *out,
	struct err *e);

#endif
