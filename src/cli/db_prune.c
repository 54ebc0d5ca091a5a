/*
 * footfall db prune: deletes what retention says is too old, or tells what that would be.
 */
#include "cli/db_prune.h"

#include <stdio.h>

#include "base/log.h"
#include "base/when.h"
#include "out/out.h"
#include "pipeline/stop.h"
#include "store/prune.h"
#include "store/store.h"

static void
put_line(struct out *o, const char *name, int64_t n, bool told, int64_t from_ms)
{
	char when[WHEN_TEXT];
	out_printf(o, "%-10s %12lld", name, (long long)n);
	if (told && n > 0)
		out_printf(o, "  from %s", when_format(from_ms, when));
	out_puts(o, "\n");
}

static void
put_text(struct out *o, const struct prune_counts *n, bool dry)
{
	out_puts(o, dry ? "would be deleted\n" : "deleted\n");
	put_line(o, "frames", n->frames, true, n->frames_from_ms);
	put_line(o, "persons", n->persons, false, 0);
	put_line(o, "faces", n->faces, false, 0);
	put_line(o, "minutes", n->minutes, true, n->minutes_from_ms);
	put_line(o, "gaps", n->gaps, false, 0);
	put_line(o, "runs", n->runs, false, 0);
	put_line(o, "segments", n->segments, false, 0);
	if (!dry)
		out_printf(o, "The file is %lld bytes smaller.\n", (long long)n->bytes);
}

static void
put_from(struct out *o, const char *key, int64_t n, int64_t from_ms)
{
	char when[WHEN_TEXT];
	out_json_text(o, key, n > 0 ? when_format(from_ms, when) : NULL);
}

static void
put_json(struct out *o, const char *db, const struct prune_counts *n, bool dry)
{
	out_json_object(o, NULL);
	out_json_text(o, "database", db);
	out_json_bool(o, "dry_run", dry);
	out_json_int(o, "frames", n->frames);
	out_json_int(o, "persons", n->persons);
	out_json_int(o, "faces", n->faces);
	put_from(o, "frames_from_utc", n->frames, n->frames_from_ms);
	out_json_int(o, "minutes", n->minutes);
	put_from(o, "minutes_from_utc", n->minutes, n->minutes_from_ms);
	out_json_int(o, "gaps", n->gaps);
	out_json_int(o, "runs", n->runs);
	out_json_int(o, "segments", n->segments);
	if (!dry)
		out_json_int(o, "bytes", n->bytes);
	out_json_end(o);
}

static int
print(const struct cli *c, const struct prune_counts *n, bool dry, struct err *e)
{
	struct out *o = out_stream(stdout);
	if (c->json)
		put_json(o, c->db, n, dry);
	else
		put_text(o, n, dry);
	return out_close(o, e);
}

static int
foresee(struct cli *c, const struct prune_plan *plan, struct err *e)
{
	struct db *d;
	struct prune_counts n;
	if (store_open_read(&d, c->db, cli_timeout_ms(c), e) != 0)
		return -1;
	int r = prune_foresee(d, plan, when_now_ms(), &n, e);
	db_close(d);
	return r == 0 ? print(c, &n, true, e) : -1;
}

/* Steps are committed one by one, so that an interruption keeps those that were done. */
static int
work(struct pruner *p, bool vacuum, struct err *e)
{
	int got = 1;
	stop_install();
	while (got == 1 && !stop_requested())
		got = pruner_step(p, when_now_ms(), e);
	if (got < 0)
		return -1;
	if (got == 1)
		return err_set(e, ERR_INTERRUPTED, "interrupted; what was deleted until then is gone");
	return vacuum ? pruner_vacuum(p, e) : 0;
}

static int
prune(struct cli *c, const struct prune_plan *plan, struct err *e)
{
	bool vacuum = cli_flag(c, "vacuum");
	struct pruner *p;
	struct prune_counts n;
	if (pruner_open(&p, c->db, cli_timeout_ms(c), plan, e) != 0)
		return -1;
	int r = work(p, vacuum, e);
	pruner_counts(p, &n);
	bool shrinks = pruner_shrinks(p);
	pruner_close(p);
	if (r != 0)
		return -1;
	if (!shrinks)
		log_info("%s keeps its free pages, and fills them again: `footfall db prune --vacuum` makes it smaller", c->db);
	return print(c, &n, false, e);
}

int
db_prune(struct cli *c, struct err *e)
{
	struct prune_plan plan;
	bool dry = cli_flag(c, "dry-run");
	if (dry && cli_flag(c, "vacuum"))
		return err_set(e, ERR_USAGE, "--dry-run and --vacuum contradict each other");
	if (prune_plan_from(&plan, &c->settings, e) != 0)
		return -1;
	if (!prune_plan_any(&plan) && !cli_flag(c, "vacuum"))
		return err_set(e, ERR_CONFIG, "everything is kept forever: set retain.detections or retain.minutes, "
		    "such as -o retain.detections=30d");
	return dry ? foresee(c, &plan, e) : prune(c, &plan, e);
}
