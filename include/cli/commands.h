/*
 * Floor 6.  The commands, one file each: src/cli/cmd_NAME.c.
 */
#ifndef FOOTFALL_CLI_COMMANDS_H
#define FOOTFALL_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command cmd_analyze, cmd_bench, cmd_completion, cmd_config, cmd_db, cmd_eval, cmd_export,
	cmd_live, cmd_models, cmd_report, cmd_serve, cmd_version;

#endif
