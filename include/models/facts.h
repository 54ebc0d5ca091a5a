/*
 * Floor 2.  What the registry says of a network, as far as it decides what the network finds: part of what makes two runs equal.
 */
#ifndef FOOTFALL_MODELS_FACTS_H
#define FOOTFALL_MODELS_FACTS_H

#include "base/sha256.h"
#include "models/registry.h"

/* Adds the facts of m at a task to a digest: input, preparation, layout, classes, thresholds; not its name, licence or figures. */
void model_facts(const struct model *m, enum task t, struct sha256 *s);

#endif
