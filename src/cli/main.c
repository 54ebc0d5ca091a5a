/*
 * footfall: the first thing that runs and the only one that prints an error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "camera/capture.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/parse.h"
#include "fast/fast.h"
#include "vision/vision.h"

const struct command *const commands[] = {
	&cmd_analyze,
	&cmd_live,
	&cmd_serve,
	&cmd_report,
	&cmd_export,
	&cmd_eval,
	&cmd_models,
	&cmd_bench,
	&cmd_db,
	&cmd_config,
	&cmd_completion,
	&cmd_version,
	NULL,
};

static void
set_log_level(const struct cli *c)
{
	if (c->quiet)
		log_set_level(LOG_ERROR);
	else if (c->verbose > 0)
		log_set_level(c->verbose > 1 ? LOG_DEBUG : LOG_VERBOSE);
}

static int
load_settings(struct cli *c, const struct parsed *p, struct err *e)
{
	if (settings_load(&c->settings, p->config, e) != 0)
		return -1;
	for (size_t i = 0; i < p->nassignments; i++)
		if (settings_assign(&c->settings, p->assignments[i], "-o", e) != 0)
			return -1;
	return 0;
}

static int
run_command(const struct command *command, int argc, char **argv, struct err *e)
{
	struct parsed p = { 0 };
	struct cli c = { .command = command, .given = &p };
	int r = -1;

	settings_init(&c.settings);
	if (cli_parse(&c, &p, argc, argv, e) != 0)
		goto out;
	set_log_level(&c);
	if (p.help) {
		cli_help(stdout, command);
		r = 0;
		goto out;
	}
	if (load_settings(&c, &p, e) != 0)
		goto out;
	vision_init(log_get_level() >= LOG_DEBUG);
	fast_choose(&(struct fast_choice){ c.settings.inference_layers, c.settings.inference_isa, c.settings.inference_precision,
		c.settings.inference_calibration });
	r = command->exec(&c, e);
out:
	settings_free(&c.settings);
	free(p.assignments);
	cli_free(&c);
	return r;
}

/* The exit status; says what went wrong, also in writing what was buffered. */
static int
finish(int r, struct err *e)
{
	log_progress_end();
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = err_set(e, ERR_IO, "standard output could not be written");
	if (r == 0)
		return ERR_NONE;
	if (e->msg[0] != '\0')
		log_error("%s", e->msg);
	return e->code != ERR_NONE ? (int)e->code : ERR_FAIL;
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	if (capture_is(argc, argv))
		return capture_main(argc, argv);
	if (argc < 2) {
		cli_help(stderr, NULL);
		return ERR_USAGE;
	}
	const char *name = argv[1];
	bool help = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0;
	if (help && argc < 3) {
		cli_help(stdout, NULL);
		return finish(0, &e);
	}
	if (help)
		name = argv[2];
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	const struct command *command = cli_find(name);
	if (command == NULL) {
		log_error("no command \"%s\"; footfall --help lists them", name);
		return ERR_USAGE;
	}
	if (help) {
		cli_help(stdout, command);
		return finish(0, &e);
	}
	return finish(run_command(command, argc - 1, argv + 1, &e), &e);
}
