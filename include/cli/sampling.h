/*
 * Floor 6.  Which frames of an input: the options --every, --fps, --from, --to and --start, and the settings of sources.
 */
#ifndef FOOTFALL_CLI_SAMPLING_H
#define FOOTFALL_CLI_SAMPLING_H

#include "cli/cli.h"
#include "pipeline/source.h"

/* ERR_USAGE: what makes no sense.  The command must have all these options. */
int sampling_parse(const struct cli *c, struct source_options *o, struct err *e);

#endif
