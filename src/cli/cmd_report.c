/*
 * footfall report: the minutes of a database as a table, JSON lines or a page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "cli/commands.h"
#include "report/report.h"
#include "store/store.h"

enum { WIDTH_MIN = 24, WIDTH_MAX = 1000 };

static const struct cli_option options[] = {
	{ "source", 's', "NAME", "only this source" },
	{ "from", 0, "TIME", "minutes that begin at TIME or later: 2026-11-21T02:20:00Z, or hh:mm:ss into a recording" },
	{ "to", 0, "TIME", "minutes that begin before TIME" },
	{ "html", 0, "FILE", "write a page instead of the table ('-': to stdout)" },
	{ "width", 0, "N", "columns of the table to stay within (24 to 1000; default: the terminal's, else 80)" },
	{ NULL, 0, NULL, NULL },
};

static int
take_width(const struct cli *c, int *width, struct err *e)
{
	const char *text = cli_value(c, "width");
	int64_t n;
	struct winsize size;

	*width = 0;
	if (text != NULL) {
		if (num_int(text, &n) != 0 || n < WIDTH_MIN || n > WIDTH_MAX)
			return err_set(e, ERR_USAGE, "--width %s: an integer from %d to %d is wanted", text, WIDTH_MIN, WIDTH_MAX);
		*width = (int)n;
	} else if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		*width = size.ws_col;
	}
	return 0;
}

/* As the locale's environment says; the first that is set decides. */
static bool
is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = getenv(names[i]);
		if (v != NULL && v[0] != '\0')
			return strcasestr(v, "UTF-8") != NULL || strcasestr(v, "UTF8") != NULL;
	}
	return false;
}

static unsigned
take_look(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	unsigned look = REPORT_PLAIN;

	if (!isatty(STDOUT_FILENO) || (term != NULL && strcmp(term, "dumb") == 0))
		return look;
	if (is_utf8())
		look |= REPORT_BLOCKS;
	if (no_color == NULL || no_color[0] == '\0')
		look |= REPORT_COLOUR;
	return look;
}

static int
write_page(struct db *d, const struct report_query *q, const char *path, struct err *e)
{
	struct out *o;

	if (out_open(&o, path, e) != 0)
		return -1;
	if (report_html(d, q, o, e) != 0) {
		out_abandon(o);
		return -1;
	}
	if (out_close(o, e) != 0)
		return -1;
	if (strcmp(path, "-") != 0)
		log_info("the report is in %s", path);
	return 0;
}

static int
write_lines(struct db *d, const struct report_query *q, bool json, int width, struct err *e)
{
	struct out *o = out_stream(stdout);
	int r = json ? report_json(d, q, o, e) : report_table(d, q, o, take_look(), width, e);

	if (r != 0) {
		out_abandon(o);
		return -1;
	}
	return out_close(o, e);
}

static int
exec(struct cli *c, struct err *e)
{
	struct report_query q = { .source = cli_value(c, "source") };
	const char *html = cli_value(c, "html");
	struct db *d = NULL;
	int width, r = -1;

	if (cli_operands(c, 0, 0, e) != 0
	    || cli_period(c, &q.has_from, &q.from_ms, &q.has_to, &q.to_ms, e) != 0 || take_width(c, &width, e) != 0)
		return -1;
	if (html != NULL && strcmp(html, "-") == 0 && c->json)
		return err_set(e, ERR_USAGE, "--json and --html - both want standard output; give the page a file");
	if (store_open_read(&d, c->db, cli_timeout_ms(c), e) != 0)
		return -1;
	if (html != NULL && write_page(d, &q, html, e) != 0)
		goto out;
	if ((html == NULL || c->json) && write_lines(d, &q, c->json, width, e) != 0)
		goto out;
	r = 0;
out:
	db_close(d);
	return r;
}

const struct command cmd_report = {
	.name = "report",
	.usage = "[--source NAME] [--from TIME] [--to TIME] [--html FILE] [--width N]",
	.summary = "print people per minute as a table or write a page",
	.details = "PEOPLE, MEN, WOMEN and UNKNOWN are averages over the frames of the minute, MIN and MAX the\n"
	    "fewest and most people in one frame, SEEN the part of the minute that the frames cover.\n"
	    "With --json one line per minute; with --json and --html FILE both.",
	.options = options,
	.exec = exec
};
