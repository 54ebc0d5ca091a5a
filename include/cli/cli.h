/*
 * Floor 6.  A command is one file and one struct; its option table feeds parsing, --help
 * and the shell completions.
 */
#ifndef FOOTFALL_CLI_CLI_H
#define FOOTFALL_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/settings.h"

struct cli_option {
	const char *name;	/* long name, without dashes */
	char letter;		/* short one, or 0 */
	/* What it takes ("FILE"), NULL: a flag.  "K=V..." may be given several times, its values joined by commas; of others the last counts. */
	const char *arg;
	const char *help;
};

struct cli;

struct command {
	const char *name;
	const char *usage;	/* after "footfall NAME ", e.g. "[options] INPUT..." */
	const char *summary;	/* a clause for the list of commands */
	const char *details;	/* more for --help; NULL */
	const struct cli_option *options;	/* ended by name NULL; NULL: only the common ones */
	/* 0, or -1 with e->code the exit status. */
	int (*exec)(struct cli *c, struct err *e);
};

struct parsed;

struct cli {
	const struct command *command;
	const struct parsed *given;	/* cli/parse.h: for a command that reads the settings again */
	struct settings settings;
	const char *db;		/* -d, default "footfall.db" */
	bool db_given;
	bool json, quiet;
	int verbose;
	int argc;		/* operands */
	char **argv;
	const char **values;	/* of the command's options, in table order; NULL not given, "" for flags given */
	char **joined;		/* those of them that were put together from several; else NULL */
};

/* The value of an option of the running command, NULL when not given ("" for a flag). The name must be in its table. */
const char *cli_value(const struct cli *c, const char *name);
bool cli_flag(const struct cli *c, const char *name);
/* Refuses operands beyond max or fewer than min: ERR_USAGE. */
int cli_operands(const struct cli *c, int min, int max, struct err *e);

/*
 * The options --from and --to of commands that read a database: an RFC 3339 time, or a place in the recording (one without
 * a known start begins at 1970). ERR_USAGE also when from is not before to.
 */
int cli_period(const struct cli *c, bool *has_from, int64_t *from_ms, bool *has_to, int64_t *to_ms, struct err *e);
/* How long to wait for a locked database. */
int cli_timeout_ms(const struct cli *c);

extern const struct command *const commands[];	/* ended by NULL */

#endif
