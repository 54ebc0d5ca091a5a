/*
 * footfall models: which networks there are, whether they run here, and getting them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/models_calibrate.h"
#include "cli/models_show.h"
#include "models/fetch.h"
#include "models/registry.h"
#include "nets/examine.h"
#include "out/out.h"

struct chosen {
	const struct model **v;
	size_t n;
};

static const struct cli_option options[] = {
	{ "task", 0, "TASK", "list, check: only those for person, face or gender" },
	{ NULL, 0, NULL, NULL },
};

/* The networks named on the command line, each once. */
static int
choose_named(const struct cli *c, const struct registry *r, struct chosen *chosen, struct err *e)
{
	chosen->v = mem_array((size_t)c->argc, sizeof *chosen->v);
	for (int i = 1; i < c->argc; i++) {
		const struct model *m;
		bool again = false;
		if (registry_find(r, c->argv[i], &m, e) != 0)
			return -1;
		for (size_t j = 0; j < chosen->n; j++)
			again = again || chosen->v[j] == m;
		if (!again)
			chosen->v[chosen->n++] = m;
	}
	return 0;
}

/* Those of --task, all without it; at_hand: only those that have their files. */
static int
choose_task(const struct cli *c, const struct registry *r, bool at_hand, struct chosen *chosen, struct err *e)
{
	const char *wanted = cli_value(c, "task");
	enum task task = TASK_PERSON;

	if (wanted != NULL && task_parse(wanted, &task) != 0)
		return err_set(e, ERR_USAGE, "--task %s: person, face or gender", wanted);
	chosen->v = mem_array(registry_count(r) + 1, sizeof *chosen->v);
	for (size_t i = 0; i < registry_count(r); i++) {
		const struct model *m = registry_at(r, i);
		bool fits = wanted == NULL || m->serves[task];
		if (fits && at_hand) {
			/* A network that cannot run is worth a line only to someone who has it. */
			char *path = model_path(r, m, 0);
			enum model_state s = model_state(r, m, NULL);
			fits = s == MODEL_READY || s == MODEL_BROKEN || (s == MODEL_UNSUPPORTED && path != NULL);
			free(path);
		}
		if (fits)
			chosen->v[chosen->n++] = m;
	}
	return 0;
}

static int
exec_list(struct cli *c, const struct registry *r, struct chosen *chosen, struct err *e)
{
	if (cli_operands(c, 1, 1, e) != 0 || choose_task(c, r, false, chosen, e) != 0)
		return -1;
	struct out *o = out_stream(stdout);
	enum task task = TASKS;
	const char *wanted = cli_value(c, "task");
	if (wanted != NULL)
		task_parse(wanted, &task);
	models_list(o, r, chosen->v, chosen->n, task, c->json);
	return out_close(o, e);
}

/* Without it there is still much to be shown. */
static void
read_ledger(const struct registry *r, struct ledger *l)
{
	struct err e;
	char *path = registry_beside(r, "ledger.jsonl");
	if (ledger_read(l, path, &e) != 0)
		log_warn("%s; training runs are not shown", e.msg);
	else if (l->nbad == 1)
		log_warn("%s; this line is not shown", l->bad.msg);
	else if (l->nbad > 1)
		log_warn("%s; this line and %zu other%s are not shown", l->bad.msg, l->nbad - 1, l->nbad == 2 ? "" : "s");
	free(path);
}

static int
exec_show(struct cli *c, const struct registry *r, struct chosen *chosen, struct err *e)
{
	struct ledger ledger;

	if (c->argc < 2)
		return err_set(e, ERR_USAGE, "models show: which network? footfall models list names all");
	if (choose_named(c, r, chosen, e) != 0)
		return -1;
	read_ledger(r, &ledger);
	struct out *o = out_stream(stdout);
	for (size_t i = 0; i < chosen->n; i++) {
		if (i > 0 && !c->json)
			out_puts(o, "\n");
		models_show(o, r, chosen->v[i], &ledger, c->json);
	}
	ledger_free(&ledger);
	return out_close(o, e);
}

static void
print_examination(struct out *o, const struct model *m, const struct examination *x, int width, bool json)
{
	if (json) {
		out_json_object(o, NULL);
		out_json_text(o, "name", m->name);
		out_json_text(o, "task", model_tasks(m));
		out_json_text(o, "family", family_name(m->family));
		out_json_bool(o, "ok", x->ok);
		if (x->ms > 0)
			out_json_real(o, "ms", x->ms);
		else
			out_json_null(o, "ms");
		out_json_text(o, "outputs", x->outputs);
		out_json_text(o, "batch", x->batch);
		out_json_text(o, "cut", x->cut[0] != '\0' ? x->cut : NULL);
		out_json_text(o, "finding", x->ok ? NULL : x->finding);
		out_json_end(o);
		return;
	}
	out_printf(o, "%-*s  %s", width, m->name, x->ok ? "runs" : "no  ");
	if (x->ms > 0)
		out_printf(o, "  %7.1f ms", x->ms);
	else
		out_printf(o, "  %10s", "");
	out_printf(o, "  %s\n", x->ok ? x->batch : x->finding);
	if (x->outputs[0] != '\0')
		out_printf(o, "%*s  gives %s\n", width, "", x->outputs);
	if (x->cut[0] != '\0')
		out_printf(o, "%*s  %s\n", width, "", x->cut);
}

static int
exec_check(struct cli *c, const struct registry *r, struct chosen *chosen, struct err *e)
{
	bool named = c->argc > 1;
	struct buf bad = { 0 };
	int width = 0;

	if (named && cli_value(c, "task") != NULL)
		return err_set(e, ERR_USAGE, "models check: either --task or names");
	if ((named ? choose_named(c, r, chosen, e) : choose_task(c, r, true, chosen, e)) != 0)
		return -1;
	if (chosen->n == 0)
		return err_set(e, ERR_UNAVAILABLE, "no network is at hand; footfall models list says which can be fetched");
	for (size_t i = 0; i < chosen->n; i++)
		if ((int)strlen(chosen->v[i]->name) > width)
			width = (int)strlen(chosen->v[i]->name);
	for (size_t i = 0; i < chosen->n; i++) {
		const struct model *m = chosen->v[i];
		struct examination x;
		struct err refused = { 0 };
		if (examine_model(r, m, &x, &refused) != 0)
			snprintf(x.finding, sizeof x.finding, "%s", refused.msg);
		/* A line as soon as it is known: all of them take a while. */
		struct out *o = out_stream(stdout);
		print_examination(o, m, &x, width, c->json);
		if (out_close(o, e) != 0) {
			buf_free(&bad);
			return -1;
		}
		if (!x.ok && (named || m->unsupported == NULL))
			buf_printf(&bad, "%s%s", bad.len > 0 ? ", " : "", m->name);
	}
	int rc = bad.len == 0 ? 0 : err_set(e, ERR_UNAVAILABLE, "cannot run here: %s", buf_str(&bad));
	buf_free(&bad);
	return rc;
}

static int
print_fetched(const struct cli *c, const struct registry *r, const struct model *m, struct err *e)
{
	if (!c->json) {
		log_info("network %s is ready; footfall models check %s tries it", m->name, m->name);
		return 0;
	}
	struct out *o = out_stream(stdout);
	models_list(o, r, &m, 1, TASKS, true);
	return out_close(o, e);
}

/* One failure is the error itself; of several each is told, and the error says how many. */
static int
exec_fetch(struct cli *c, const struct registry *r, struct chosen *chosen, struct err *e)
{
	size_t failed = 0;

	if (c->argc < 2)
		return err_set(e, ERR_USAGE, "models fetch: which network? footfall models list says which can be fetched");
	if (choose_named(c, r, chosen, e) != 0)
		return -1;
	for (size_t i = 0; i < chosen->n; i++) {
		if (model_fetch(r, chosen->v[i], e) == 0) {
			if (print_fetched(c, r, chosen->v[i], e) != 0)
				return -1;
			continue;
		}
		if (e->code == ERR_INTERRUPTED || chosen->n == 1)
			return -1;
		log_error("%s", e->msg);
		failed++;
	}
	if (failed > 0)
		return err_set(e, e->code, "%zu of %zu networks could not be fetched", failed, chosen->n);
	return 0;
}

static int
exec_calibrate(struct cli *c, const struct registry *r, struct chosen *chosen, struct err *e)
{
	(void)chosen;
	return models_calibrate(c, r, e);
}

static const struct action {
	const char *name;
	int (*exec)(struct cli *c, const struct registry *r, struct chosen *chosen, struct err *e);
	bool takes_task;
} actions[] = {
	{ "list", exec_list, true },
	{ "show", exec_show, false },
	{ "check", exec_check, true },
	{ "fetch", exec_fetch, false },
	{ "calibrate", exec_calibrate, false },
};

static int
exec(struct cli *c, struct err *e)
{
	struct registry *r = NULL;
	struct chosen chosen = { 0 };
	const struct action *a = NULL;

	if (c->argc < 1)
		return err_set(e, ERR_USAGE, "models: list, show, check, fetch or calibrate?");
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(c->argv[0], actions[i].name) == 0)
			a = &actions[i];
	if (a == NULL)
		return err_set(e, ERR_USAGE, "models: no \"%s\"; it is list, show, check, fetch or calibrate", c->argv[0]);
	if (!a->takes_task && cli_value(c, "task") != NULL)
		return err_set(e, ERR_USAGE, "models %s takes no --task", a->name);
	if (registry_open(&r, e) != 0)
		return -1;
	int rc = a->exec(c, r, &chosen, e);
	free(chosen.v);
	registry_close(r);
	return rc;
}

const struct command cmd_models = {
	.name = "models",
	.usage = "list [--task TASK] | show NAME... | check [NAME...] | fetch NAME... | calibrate NAME RECORDING...",
	.summary = "list, describe, check and fetch networks",
	.details =
	    "A NAME is the stem of a network's weights file (yolov5n), or the path of a file that the registry\n"
	    "knows by its hash.  Networks are looked for in person/, face/, gender/ and own/ below models/, each folder of\n"
	    "FOOTFALL_MODELS and ~/.local/share/footfall/models.\n\n"
	    "list    all that the registry knows, by task: how accurate and how fast, and whether their files are here\n"
	    "show    all that is known of a network, and for those that were trained here the training runs\n"
	    "check   run networks (without a name: all that are at hand) on a probe, and compare with the registry;\n"
	    "        exit status 69 when one cannot run that should\n"
	    "fetch   download a network from its upstream address, and verify it\n"
	    "calibrate   run a network over frames of recordings like those that it will see, and write down what\n"
	    "        inference.precision = int8 needs to know (~/.local/share/footfall/models/NAME.int8)",
	.options = options,
	.exec = exec
};
