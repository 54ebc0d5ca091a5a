/*
 * Floor 6.  footfall models calibrate: what int8 needs to know of a network.
 */
#ifndef FOOTFALL_CLI_MODELS_CALIBRATE_H
#define FOOTFALL_CLI_MODELS_CALIBRATE_H

#include "base/err.h"
#include "cli/cli.h"
#include "models/registry.h"

/* Operands behind the first: the network, and recordings. */
int models_calibrate(struct cli *c, const struct registry *r, struct err *e);

#endif
