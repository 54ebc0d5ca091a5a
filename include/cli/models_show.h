/*
 * Floor 5.  What is known of networks, printed: footfall models list and show.
 */
#ifndef FOOTFALL_CLI_MODELS_SHOW_H
#define FOOTFALL_CLI_MODELS_SHOW_H

#include "models/registry.h"
#include "out/out.h"

/* A line for each of the networks, with its state; those that are the default of their task are marked. */
void models_list(struct out *o, const struct registry *r, const struct model *const *models, size_t n, bool json);
/* All that is known of one. */
void models_show(struct out *o, const struct registry *r, const struct model *m, bool json);

#endif
