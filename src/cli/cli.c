/*
 * The command line: finds the command, reads its options by its own table and the
 * common one, and prints help from the same tables.
 */
#include "cli/cli.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "cli/parse.h"

const struct cli_option cli_common[] = {
	{ "db", 'd', "FILE", "the database (default footfall.db)" },
	{ "config", 'c', "FILE", "read settings from FILE too" },
	{ "option", 'o', "KEY=VALUE", "set any setting (see footfall config)" },
	{ "json", 0, NULL, "one JSON object a line on stdout, nothing else there" },
	{ "quiet", 'q', NULL, "say nothing but errors" },
	{ "verbose", 'v', NULL, "say more; twice: everything" },
	{ "help", 'h', NULL, "this text" },
	{ NULL, 0, NULL, NULL },
};

/* getopt_long's values for long options: the common ones and the command's own. */
enum { COMMON_BASE = 1000, OWN_BASE = 2000 };

static size_t
option_count(const struct cli_option *o)
{
	size_t n = 0;
	while (o != NULL && o[n].name != NULL)
		n++;
	return n;
}

const struct command *
cli_find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void
print_options(FILE *f, const struct cli_option *o)
{
	for (; o != NULL && o->name != NULL; o++) {
		char left[64];
		char letter[8] = "    ";
		if (o->letter != 0)
			snprintf(letter, sizeof letter, "-%c, ", o->letter);
		snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name,
		    o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
		fprintf(f, "  %-28s %s\n", left, o->help);
	}
}

void
cli_help(FILE *f, const struct command *c)
{
	if (c == NULL) {
		fprintf(f, "usage: footfall COMMAND [options]\n\n"
		    "Turns recordings into people per minute, in one SQLite file.\n\n"
		    "commands:\n");
		for (size_t i = 0; commands[i] != NULL; i++)
			fprintf(f, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
		fprintf(f, "\ncommon options:\n");
		print_options(f, cli_common);
		fprintf(f, "\nfootfall COMMAND --help says more; so does man footfall.\n");
		return;
	}
	fprintf(f, "usage: footfall %s %s\n\n%s\n", c->name, c->usage, c->summary);
	if (c->details != NULL)
		fprintf(f, "\n%s\n", c->details);
	if (c->options != NULL) {
		fprintf(f, "\noptions:\n");
		print_options(f, c->options);
	}
	fprintf(f, "\ncommon options:\n");
	print_options(f, cli_common);
}

/* A table in getopt's form.  letters gets the short ones. */
static void
add_options(const struct cli_option *o, int base, struct option *longs, size_t *n, struct buf *letters)
{
	for (int i = 0; o != NULL && o[i].name != NULL; i++) {
		longs[*n] = (struct option) {
			.name = o[i].name,
			.has_arg = o[i].arg != NULL ? required_argument : no_argument,
			.val = base + i
		};
		(*n)++;
		if (o[i].letter != 0)
			buf_printf(letters, "%c%s", o[i].letter, o[i].arg != NULL ? ":" : "");
	}
}

static int
index_of_letter(const struct cli_option *o, int letter)
{
	for (int i = 0; o != NULL && o[i].name != NULL; i++)
		if (o[i].letter == letter)
			return i;
	return -1;
}

static int
take_common(struct cli *c, struct parsed *p, int i, const char *arg)
{
	switch (cli_common[i].letter) {
	case 'd':
		c->db = arg;
		c->db_given = true;
		break;
	case 'c':
		p->config = arg;
		break;
	case 'o':
		p->assignments = mem_resize(p->assignments, p->nassignments + 1, sizeof *p->assignments);
		p->assignments[p->nassignments++] = arg;
		break;
	case 'q':
		c->quiet = true;
		break;
	case 'v':
		c->verbose++;
		break;
	case 'h':
		p->help = true;
		break;
	default:
		c->json = true;
	}
	return 0;
}

static bool
repeats(const struct cli_option *o)
{
	size_t n = o->arg != NULL ? strlen(o->arg) : 0;
	return n > 3 && strcmp(o->arg + n - 3, "...") == 0;
}

static void
take_own(struct cli *c, const struct cli_option *o, int i, const char *arg)
{
	if (!repeats(&o[i]) || c->values[i] == NULL) {
		c->values[i] = arg != NULL ? arg : "";
		return;
	}
	char *both = mem_printf("%s,%s", c->values[i], arg);
	free(c->joined[i]);
	c->joined[i] = both;
	c->values[i] = both;
}

void
cli_free(struct cli *c)
{
	for (size_t i = 0; c->joined != NULL && i < option_count(c->command->options); i++)
		free(c->joined[i]);
	free(c->joined);
	free(c->values);
}

int
cli_parse(struct cli *c, struct parsed *p, int argc, char **argv, struct err *e)
{
	const struct cli_option *own = c->command->options;
	size_t nown = option_count(own);
	struct option *longs = mem_array(nown + option_count(cli_common) + 1, sizeof *longs);
	struct buf letters = { 0 };
	size_t n = 0;
	int r = -1;

	c->db = "footfall.db";
	c->values = mem_array(nown + 1, sizeof *c->values);
	c->joined = mem_array(nown + 1, sizeof *c->joined);
	buf_putc(&letters, ':');
	add_options(cli_common, COMMON_BASE, longs, &n, &letters);
	add_options(own, OWN_BASE, longs, &n, &letters);
	optind = 0;
	for (int v; (v = getopt_long(argc, argv, letters.data, longs, NULL)) != -1;) {
		const char *at = argv[optind - 1];
		if (v == ':') {
			err_set(e, ERR_USAGE, "%s needs a value; see footfall %s --help", at, c->command->name);
			goto out;
		}
		if (v == '?') {
			if (optopt != 0 && optopt < COMMON_BASE)
				err_set(e, ERR_USAGE, "no option -%c; see footfall %s --help", optopt, c->command->name);
			else
				err_set(e, ERR_USAGE, "no option %s, or more than one that begins so, or it takes no value; see footfall %s --help", at, c->command->name);
			goto out;
		}
		int i = v >= OWN_BASE ? v - OWN_BASE : v < COMMON_BASE ? index_of_letter(own, v) : -1;
		if (i >= 0) {
			take_own(c, own, i, optarg);
			continue;
		}
		take_common(c, p, v >= COMMON_BASE ? v - COMMON_BASE : index_of_letter(cli_common, v), optarg);
	}
	c->argc = argc - optind;
	c->argv = argv + optind;
	r = 0;
out:
	buf_free(&letters);
	free(longs);
	return r;
}

const char *
cli_value(const struct cli *c, const char *name)
{
	const struct cli_option *o = c->command->options;
	for (size_t i = 0; o != NULL && o[i].name != NULL; i++)
		if (strcmp(o[i].name, name) == 0)
			return c->values[i];
	assert(false && "an option that the command's table lacks");
	return NULL;
}

bool
cli_flag(const struct cli *c, const char *name)
{
	return cli_value(c, name) != NULL;
}

int
cli_operands(const struct cli *c, int min, int max, struct err *e)
{
	if (c->argc < min)
		return err_set(e, ERR_USAGE, "something is missing: footfall %s %s", c->command->name, c->command->usage);
	if (c->argc > max)
		return err_set(e, ERR_USAGE, "\"%s\" is one too many: footfall %s %s", c->argv[max], c->command->name, c->command->usage);
	return 0;
}

static int
take_time(const struct cli *c, const char *name, bool *has, int64_t *ms, struct err *e)
{
	const char *text = cli_value(c, name);
	*has = text != NULL;
	if (text == NULL || when_parse(text, ms) == 0 || when_parse_offset(text, ms) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "--%s %s is no time: write 2026-11-21T02:20:00Z, or hh:mm:ss for a place in a recording",
	    name, text);
}

int
cli_period(const struct cli *c, bool *has_from, int64_t *from_ms, bool *has_to, int64_t *to_ms, struct err *e)
{
	if (take_time(c, "from", has_from, from_ms, e) != 0 || take_time(c, "to", has_to, to_ms, e) != 0)
		return -1;
	if (*has_from && *has_to && *from_ms >= *to_ms)
		return err_set(e, ERR_USAGE, "--from %s is not before --to %s", cli_value(c, "from"), cli_value(c, "to"));
	return 0;
}

int
cli_timeout_ms(const struct cli *c)
{
	return (int)(c->settings.store_timeout * 1000);
}
