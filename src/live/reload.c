/*
 * Settings and sources anew while it runs.
 *
 * What only the writing thread looks at is exchanged: how often it commits, what is kept, the page.  Cameras whose times changed are opened
 * again, sources that were added or removed are.  All else (networks, thresholds, how minutes are counted) is what a run is
 * made of, and changes with a restart; which of it changed is said.
 */
#include "live/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "live/notify.h"
#include "store/prune.h"

static const char *const taken[] = { "live.sources", "live.open", "live.stall", "live.backoff", "live.transport",
	"live.commit", "retain.detections", "retain.minutes", "serve.address", "serve.port", "serve.token", "serve.clients", "serve.picture" };

static bool
is_taken(const char *name)
{
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(name, taken[i]) == 0)
			return true;
	return false;
}

static bool
differs(const struct settings *a, const struct settings *b, size_t i)
{
	struct buf x = { 0 }, y = { 0 };
	settings_entry(a, i, &x, NULL);
	settings_entry(b, i, &y, NULL);
	bool different = strcmp(buf_str(&x), buf_str(&y)) != 0;
	buf_free(&x);
	buf_free(&y);
	return different;
}

/* Does any setting whose name begins so differ? */
static bool
group_differs(const struct settings *a, const struct settings *b, const char *begin)
{
	for (size_t i = 0; i < settings_count(); i++) {
		struct settings_entry x = settings_entry(NULL, i, NULL, NULL);
		if (strncmp(x.name, begin, strlen(begin)) == 0 && differs(a, b, i))
			return true;
	}
	return false;
}

int
settings_take_over(struct settings *to, const struct settings *from, struct err *e)
{
	int r = 0;
	for (size_t i = 0; i < settings_count() && r == 0; i++) {
		struct buf value = { 0 };
		struct settings_entry x = settings_entry(from, i, &value, NULL);
		r = settings_set(to, x.name, buf_str(&value), x.origin, e);
		buf_free(&value);
	}
	return r;
}

/* Takes over from `now` what cannot change now, and names it in one line. */
static int
keep_the_rest(struct settings *fresh, const struct settings *now, struct err *e)
{
	struct buf names = { 0 };
	int r = 0;
	for (size_t i = 0; i < settings_count() && r == 0; i++) {
		struct buf value = { 0 };
		struct settings_entry x = settings_entry(now, i, &value, NULL);
		if (!is_taken(x.name) && differs(fresh, now, i)) {
			buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", x.name);
			r = settings_set(fresh, x.name, buf_str(&value), x.origin, e);
		}
		buf_free(&value);
	}
	if (names.len > 0)
		log_warn("changed, but taken only at a restart: %s", buf_str(&names));
	buf_free(&names);
	return r;
}

static void
reload_page(struct core *core, bool changed)
{
	struct err e;
	if (!core->options->serve)
		return;
	if (!changed && core->serve != NULL) {
		/* the token's file may hold another one */
		if (serve_reload(core->serve, &e) != 0)
			log_error("the live page's token stays as it was: %s", e.msg);
		return;
	}
	serve_stop(core->serve);
	core->serve = NULL;
	if (serve_begin(core, &e) != 0)
		log_error("no live page until the next SIGHUP: %s", e.msg);
}

static void
reload_retention(struct core *core, const struct prune_plan *plan)
{
	struct err e;
	if (core->upkeep != NULL)
		upkeep_plan(core->upkeep, plan);
	else if (prune_plan_any(plan) && upkeep_start(&core->upkeep, core->options->db, (int)(core->now.store_timeout * 1000), plan, &e) != 0)
		log_error("retention: %s", e.msg);
}

static bool
same(const struct camera_address *a, const struct camera_address *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->open, b->open) == 0;
}

/* Until it is closed it holds its name in the database. */
static bool
is_held(const struct core *core, const char *name)
{
	for (size_t i = 0; i < core->nsources; i++)
		if (strcmp(core->sources[i]->address->name, name) == 0)
			return true;
	return false;
}

void
sources_come(struct core *core)
{
	size_t waiting = 0;
	for (size_t k = 0; k < core->ncoming; k++) {
		struct camera_address a = core->coming[k];
		struct err e;
		/* a database that cannot be written now would refuse it for good */
		if (core->blocked || is_held(core, a.name)) {
			core->coming[waiting++] = a;
			continue;
		}
		log_info("%s: is a source now", a.name);
		if (source_start(core, &a, &e) == 0)
			continue;
		log_error("%s", e.msg);
		core->ended++;
		if (core->failed++ == 0)
			core->first = e;
	}
	core->ncoming = waiting;
}

/*
 * Those that are not there any more go when what is under way is stored; new ones are started, one of a name that is still
 * held (another address of the same camera) when it is free.
 */
static void
change_sources(struct core *core, struct camera_address *v, size_t n)
{
	size_t before = core->nsources;
	/* what still waits is in v again, or not wanted any more */
	live_addresses_free(core->coming, core->ncoming);
	core->coming = mem_array(n, sizeof *core->coming);
	core->ncoming = 0;
	for (size_t i = 0; i < before; i++) {
		struct live_source *s = core->sources[i];
		bool stays = false;
		for (size_t k = 0; k < n; k++)
			stays = stays || same(s->address, &v[k]);
		if (stays || s->removed)
			continue;
		log_info("%s: is no source any more", s->address->name);
		sources_stop(&s, 1);
		s->removed = true;
	}
	for (size_t k = 0; k < n; k++) {
		bool there = false;
		for (size_t i = 0; i < before; i++)
			there = there || (!core->sources[i]->removed && same(core->sources[i]->address, &v[k]));
		if (there)
			continue;
		core->coming[core->ncoming++] = v[k];
		v[k] = (struct camera_address){ 0 };
	}
	sources_come(core);
}

void
reload(struct core *core)
{
	struct settings fresh, old = core->now;
	struct camera_address *addresses = NULL;
	size_t n = 0;
	struct prune_plan plan;
	struct err e = { 0 };

	notify_reloading();
	settings_init(&fresh);
	if (core->options->reload(core->options->context, &fresh, &addresses, &n, &e) != 0 || prune_plan_from(&plan, &fresh, &e) != 0
	    || keep_the_rest(&fresh, &core->now, &e) != 0) {
		log_error("the settings stay as they were: %s", e.msg);
		settings_free(&fresh);
		goto out;
	}
	bool cameras = group_differs(&fresh, &old, "live.open") || group_differs(&fresh, &old, "live.stall")
	    || group_differs(&fresh, &old, "live.backoff") || group_differs(&fresh, &old, "live.transport");
	core->now = fresh;
	reload_retention(core, &plan);
	size_t before = core->nsources;
	if (addresses != NULL)
		change_sources(core, addresses, n);
	for (size_t i = 0; cameras && i < before; i++)
		source_restart(core->sources[i]);
	reload_page(core, group_differs(&fresh, &old, "serve."));
	settings_free(&old);
	log_info("settings were read again");
out:
	live_addresses_free(addresses, n);
	notify_ready();
}
