/*
 * footfall live: cameras in, minutes out, for as long as it is let.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "cli/commands.h"
#include "cli/parse.h"
#include "live/live.h"

static const struct cli_option options[] = {
	{ "stages", 0, "LIST", "person,face,gender or fewer (default: all for which a network is at hand)" },
	{ "person", 0, "NAME", "person network, or none" },
	{ "face", 0, "NAME", "face network, none, or whole: the picture is the face" },
	{ "gender", 0, "NAME", "gender network, several joined by commas, or none" },
	{ "fps", 0, "F", "analyse at most F frames a second of each source" },
	{ "duration", 0, "TIME", "end after that: 90, 1:30 or 01:02:03" },
	{ "realtime", 0, NULL, "a source may be a recording, which is played at its own pace" },
	{ "loop", 0, NULL, "a recording begins again at its end" },
	{ "name", 0, "NAME", "name of the source (of one; of several write NAME=SOURCE)" },
	{ "gate", 0, NULL, "frames in which nothing changed take the result of an earlier one (what live does unless told otherwise)" },
	{ "no-gate", 0, NULL, "the networks look at every frame that is taken" },
	{ "record", 0, "DIR", "keep the analysed frames too, as segments of video in DIR (record.*)" },
	{ "serve", 0, NULL, "show the live page too (serve.*)" },
	{ NULL, 0, NULL, NULL },
};

/* What a later reading of the settings needs again, free of what argv shows. */
struct command_line {
	const struct cli *c;
	char **assignments;
	size_t n;
	bool from_settings;	/* no source was named */
};

static int
parse_numbers(const struct cli *c, struct live_options *o, struct err *e)
{
	const char *fps = cli_value(c, "fps"), *duration = cli_value(c, "duration");
	if (fps != NULL && (num_real(fps, &o->fps) != 0 || o->fps < 0.0001 || o->fps > 1000))
		return err_set(e, ERR_USAGE, "--fps %s: a number from 0.0001 to 1000", fps);
	if (duration != NULL && (when_parse_offset(duration, &o->duration_ms) != 0 || o->duration_ms < 1))
		return err_set(e, ERR_USAGE, "--duration %s: seconds, mm:ss or hh:mm:ss, more than 0", duration);
	if (cli_flag(c, "gate") && cli_flag(c, "no-gate"))
		return err_set(e, ERR_USAGE, "--gate and --no-gate exclude each other");
	if (cli_flag(c, "loop") && !cli_flag(c, "realtime"))
		return err_set(e, ERR_USAGE, "--loop is for recordings: it needs --realtime");
	return 0;
}

/* Where nobody said anything the gate is on: most cameras look at nothing most of the time. */
static int
set_gate(const struct cli *c, struct settings *s, struct err *e)
{
	if (cli_flag(c, "gate"))
		return settings_set(s, "gate.enabled", "true", "--gate", e);
	if (cli_flag(c, "no-gate"))
		return settings_set(s, "gate.enabled", "false", "--no-gate", e);
	for (size_t i = 0; i < settings_count(); i++) {
		struct settings_entry x = settings_entry(s, i, NULL, NULL);
		if (strcmp(x.name, "gate.enabled") == 0 && strcmp(x.origin, "built-in") == 0)
			return settings_set(s, "gate.enabled", "true", "live", e);
	}
	return 0;
}

/* ---- sources ---- */

static int
add_address(const struct cli *c, const char *text, struct camera_address **v, size_t *n, struct err *e)
{
	*v = mem_resize(*v, *n + 1, sizeof **v);
	if (camera_address_parse(&(*v)[*n], text, cli_flag(c, "realtime"), e) != 0)
		return -1;
	(*n)++;
	return 0;
}

/* Those of live.sources. */
static int
addresses_of_settings(const struct cli *c, const struct settings *s, struct camera_address **v, size_t *n, struct err *e)
{
	if (strcmp(s->live_sources, "none") == 0)
		return 0;
	char *copy = mem_strdup(s->live_sources), *rest = NULL;
	int r = 0;
	for (char *one = strtok_r(copy, " \t\r\n", &rest); one != NULL && r == 0; one = strtok_r(NULL, " \t\r\n", &rest))
		r = add_address(c, one, v, n, e);
	explicit_bzero(copy, strlen(s->live_sources));
	free(copy);
	return r == 0 ? live_addresses_name(*v, *n, e) : err_wrap(e, "live.sources");
}

static int
addresses_of_operands(const struct cli *c, struct camera_address **v, size_t *n, struct err *e)
{
	const char *name = cli_value(c, "name");
	for (int i = 0; i < c->argc; i++)
		if (add_address(c, c->argv[i], v, n, e) != 0)
			return -1;
	if (name != NULL && (*n != 1 || name[0] == '\0'))
		return err_set(e, ERR_USAGE, "--name: %s", name[0] == '\0' ? "the name is empty" : "there are several sources; write NAME=SOURCE");
	if (name != NULL && (*v)[0].name != NULL)
		return err_set(e, ERR_USAGE, "--name %s, and the source is called \"%s\" already", name, (*v)[0].name);
	if (name != NULL)
		(*v)[0].name = mem_strdup(name);
	return live_addresses_name(*v, *n, e);
}

/* Overwrites text, which stands in the list of processes, with what may be seen of it. */
static void
hide(char *text)
{
	/* behind NAME=, which would hide from redaction what the rest is */
	size_t name = camera_address_name(text);
	text += name > 0 ? name + 1 : 0;
	char *shown = file_redact(text);
	size_t room = strlen(text), n = strlen(shown);
	if (strcmp(text, shown) != 0) {
		explicit_bzero(text, room);
		memcpy(text, shown, n < room ? n : room);
	}
	free(shown);
}

static void
hide_credentials(struct cli *c)
{
	for (int i = 0; i < c->argc; i++)
		hide(c->argv[i]);
	for (size_t i = 0; i < c->given->nassignments; i++) {
		/* the array is of const char *, and points into argv, which may be written to */
		char *text = (char *)(uintptr_t)c->given->assignments[i];
		if (strncmp(text, "live.sources", strlen("live.sources")) != 0)
			continue;
		/* white space ends an address that would else be taken for longer than it is */
		memset(text + strlen("live.sources"), '*', strlen(text) - strlen("live.sources"));
	}
}

/* ---- settings, again ---- */

static int
read_again(void *context, struct settings *out, struct camera_address **addresses, size_t *n, struct err *e)
{
	const struct command_line *l = context;
	if (settings_load(out, l->c->given->config, e) != 0)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (settings_assign(out, l->assignments[i], "-o", e) != 0)
			return -1;
	if (set_gate(l->c, out, e) != 0)
		return -1;
	if (!l->from_settings)
		return 0;
	if (addresses_of_settings(l->c, out, addresses, n, e) != 0)
		return -1;
	return *n > 0 ? 0 : err_set(e, ERR_CONFIG, "live.sources names no source");
}

static int
exec(struct cli *c, struct err *e)
{
	struct command_line line = { .c = c, .from_settings = c->argc == 0 };
	struct live_options o = {
		.settings = &c->settings,
		.db = c->db,
		.loop = cli_flag(c, "loop"),
		.json = c->json,
		.serve = cli_flag(c, "serve"),
		.record = cli_value(c, "record"),
		.reload = read_again,
		.context = &line
	};
	const struct crew_wish wish = {
		.stages = cli_value(c, "stages"),
		.networks = {
			[TASK_PERSON] = cli_value(c, "person"),
			[TASK_FACE] = cli_value(c, "face"),
			[TASK_GENDER] = cli_value(c, "gender"),
		},
	};
	struct crew *crew = NULL;
	int r = -1;

	int got = line.from_settings ? addresses_of_settings(c, &c->settings, &o.addresses, &o.naddresses, e) :
	    addresses_of_operands(c, &o.addresses, &o.naddresses, e);
	line.n = c->given->nassignments;
	line.assignments = mem_array(line.n, sizeof *line.assignments);
	for (size_t i = 0; i < line.n; i++)
		line.assignments[i] = mem_strdup(c->given->assignments[i]);
	hide_credentials(c);
	if (got != 0)
		goto out;
	if (o.naddresses == 0) {
		err_set(e, ERR_USAGE, "no source: name one (a camera's number, rtsp://..., - ...), or set live.sources");
		goto out;
	}
	if (parse_numbers(c, &o, e) != 0 || set_gate(c, &c->settings, e) != 0 || crew_open(&crew, &wish, &c->settings, e) != 0)
		goto out;
	o.crew = crew;
	log_info("networks: %s", crew_summary(crew));
	r = live_run(&o, e);
out:
	crew_close(crew);
	live_addresses_free(o.addresses, o.naddresses);
	for (size_t i = 0; i < line.n; i++)
		free(line.assignments[i]);
	free(line.assignments);
	return r;
}

const struct command cmd_live = {
	.name = "live",
	.usage = "[options] [[NAME=]SOURCE]...",
	.summary = "count people before cameras, minute by minute",
	.details =
		"SOURCE is a camera's number or /dev/videoN, rtsp://, rtsps://, http:// or https://, gst:PIPELINE, - for frames on\n"
		"standard input, or with --realtime a recording; @FILE is the file in which the address stands. Without one,\n"
		"live.sources says which. A minute is stored and printed when it is over. A source that fails is opened again and\n"
		"again; the newest frame is analysed, older ones that waited are dropped and counted. SIGTERM ends it, SIGHUP reads the\n"
		"settings again, SIGUSR1 tells how it goes.",
	.options = options,
	.exec = exec,
};
