/*
 * Floor 6.  Between main and the command line's tables; commands themselves need cli.h only.
 */
#ifndef FOOTFALL_CLI_PARSE_H
#define FOOTFALL_CLI_PARSE_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/cli.h"

extern const struct cli_option cli_common[];	/* options that every command takes */

/* What was given of the common options that main itself acts on. */
struct parsed {
	bool help;
	const char *config;
	const char **assignments;	/* of -o, in order; the array is the caller's to free */
	size_t nassignments;
};

const struct command *cli_find(const char *name);	/* NULL: none */
/* argv[0] is the command's name.  Fills c (to be freed by cli_free in any case) and p.  ERR_USAGE. */
int cli_parse(struct cli *c, struct parsed *p, int argc, char **argv, struct err *e);
void cli_free(struct cli *c);	/* its values */
/* Help of one command, or with NULL of the program. */
void cli_help(FILE *f, const struct command *c);

#endif
