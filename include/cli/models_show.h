/*
 * Floor 6.  What is known of networks, printed: footfall models list and show.
 */
#ifndef FOOTFALL_CLI_MODELS_SHOW_H
#define FOOTFALL_CLI_MODELS_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "models/ledger.h"
#include "models/registry.h"
#include "out/out.h"

/*
 * A line for each of the networks at each of its tasks, with its state; those that are the default of their task are
 * marked.  task: only that one; TASKS: all.
 */
void models_list(struct out *o, const struct registry *r, const struct model *const *models, size_t n, enum task task,
	bool json);
/* All that is known of one, the runs in which it was trained included. */
void models_show(struct out *o, const struct registry *r, const struct model *m, const struct ledger *l, bool json);

/* The training runs of m in l, newest first, as models show prints them: nothing when there are none. */
void models_runs_text(struct out *o, const struct model *m, const struct ledger *l);
/* The lines themselves, as the member "training". */
void models_runs_json(struct out *o, const struct model *m, const struct ledger *l);

/* ---- words that both use ---- */

char *models_size_text(int64_t bytes);			/* "7.9 MB", new memory */
char *models_input_text(const struct model *m);		/* "640x640", "any (640)", new memory */
/* Is something missing, and can all of that be downloaded? */
bool models_can_fetch(const struct registry *r, const struct model *m);
/* What list and show say of a network at a task, as members of an object. */
void models_json_summary(struct out *o, const struct registry *r, const struct model *m, enum task t);

#endif
