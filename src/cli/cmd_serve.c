/*
 * footfall serve: the live page beside an analysis that another process does.
 *
 * Signals are waited for instead of handled: they are blocked before the first thread starts, so that they come here.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/commands.h"
#include "out/out.h"
#include "serve/serve.h"

static const struct cli_option options[] = {
	{ "address", 0, "ADDRESS", "listen there (serve.address); other than loopback needs serve.token" },
	{ "port", 'p', "PORT", "on that port (serve.port); 0: any free one" },
	{ NULL, 0, NULL, NULL },
};

static int
take_option(struct cli *c, const char *option, const char *setting, const char *origin, struct err *e)
{
	const char *value = cli_value(c, option);
	return value != NULL ? settings_set(&c->settings, setting, value, origin, e) : 0;
}

static int
announce(const struct cli *c, const char *address, int port, struct err *e)
{
	char url[128];
	bool v6 = strchr(address, ':') != NULL;
	snprintf(url, sizeof url, "http://%s%s%s:%d/", v6 ? "[" : "", address, v6 ? "]" : "", port);
	struct out *o = out_stream(stdout);
	if (c->json) {
		out_json_object(o, NULL);
		out_json_text(o, "url", url);
		out_json_int(o, "port", port);
		out_json_end(o);
	} else {
		out_printf(o, "%s (read-only; Ctrl-C ends)\n", url);
	}
	return out_close(o, e);
}

static int
exec(struct cli *c, struct err *e)
{
	const struct settings *t = &c->settings;
	struct serve *s;
	sigset_t wanted, before;
	int r = -1;

	if (cli_operands(c, 0, 0, e) != 0 || take_option(c, "address", "serve.address", "--address", e) != 0
	    || take_option(c, "port", "serve.port", "--port", e) != 0)
		return -1;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &wanted, &before);
	struct serve_options o = {
		.db = c->db, .timeout_ms = cli_timeout_ms(c), .address = t->serve_address, .port = (int)t->serve_port,
		.token_file = strcmp(t->serve_token, "none") != 0 ? t->serve_token : NULL, .clients = t->serve_clients
	};
	if (serve_start(&s, &o, e) != 0)
		goto out;
	if (announce(c, t->serve_address, serve_port(s), e) == 0) {
		int number;
		struct err trouble;
		while (sigwait(&wanted, &number) == 0 && number == SIGHUP) {
			if (serve_reload(s, &trouble) != 0)
				log_error("%s: the token of before stays", trouble.msg);
			else
				log_info("the token was read again");
		}
		r = 0;
	}
	/* a second signal kills */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	serve_stop(s);
out:
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

const struct command cmd_serve = {
	.name = "serve",
	.usage = "[-d DB] [--address ADDRESS] [--port PORT]",
	.summary = "show a database as a live page, with JSON and metrics",
	.details = "Reads the database that `footfall live` or `footfall analyze` writes, changes nothing, and ends with Ctrl-C.\n"
	    "SIGHUP reads the token again. Live pictures are shown by `footfall live --serve` only.",
	.options = options,
	.exec = exec
};
