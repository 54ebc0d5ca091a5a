/*
 * Floor 6.  `footfall db prune`.
 */
#ifndef FOOTFALL_CLI_DB_PRUNE_H
#define FOOTFALL_CLI_DB_PRUNE_H

#include "cli/cli.h"

int db_prune(struct cli *c, struct err *e);

#endif
