/*
 * Settings from files and the environment, weakest first, so that what comes later wins.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "conf/table.h"
#include "out/out.h"

/* FOOTFALL_ variables that are no settings. */
static const char *const other_variables[] = { "FOOTFALL_MODELS", "FOOTFALL_REGISTRY", "FOOTFALL_SHARED" };

static int
take_node(struct settings *s, const struct cfg *c, const struct cfg_node *n, const struct entry *t,
	const char *origin, struct err *e)
{
	struct given g = { .type = cfg_type(n), .typed = true };
	char number[32];
	char *article = NULL;

	switch (g.type) {
	case CFG_INT:
		if (cfg_int(c, n, &g.i, e) != 0)
			return -1;
		snprintf(number, sizeof number, "%lld", (long long)g.i);
		g.text = number;
		break;
	case CFG_REAL:
		/* It is real, so all that can be wrong is its size (1e999), which the range then says. */
		if (cfg_real(c, n, &g.r, e) != 0)
			g.r = INFINITY;
		g.text = isfinite(g.r) ? out_real_text(g.r, number) : "infinity";
		break;
	case CFG_BOOL:
		if (cfg_bool(c, n, &g.b, e) != 0)
			return -1;
		g.text = g.b ? "true" : "false";
		break;
	case CFG_TEXT:
		if (cfg_text(c, n, &g.text, e) != 0)
			return -1;
		break;
	case CFG_GROUP:
	case CFG_LIST:
		g.text = article = mem_printf("a %s", cfg_type_name(g.type));
		break;
	}
	int r = setting_take(s, t, &g, origin, e);
	free(article);
	return r;
}

/*
 * Takes the members of a group.  Names have two parts, so nothing that lies deeper is looked at:
 * its place is wrong already.
 */
static int
take_group(struct settings *s, const struct cfg *c, const struct cfg_node *group, const char *prefix, struct err *e)
{
	for (size_t i = 0; i < cfg_length(group); i++) {
		const struct cfg_node *n = cfg_at(group, i);
		bool inner = prefix[0] != '\0';
		char *name = mem_printf("%s%s%s", prefix, inner ? "." : "", cfg_name(n));
		char *origin = mem_printf("%s:%d", cfg_path(c), cfg_line(n));
		const struct entry *t = setting_find(name);
		int r;
		if (t != NULL)
			r = take_node(s, c, n, t, origin, e);
		else if (!inner && cfg_type(n) == CFG_GROUP && cfg_length(n) > 0)
			r = take_group(s, c, n, name, e);
		else
			r = setting_unknown(name, origin, e);
		free(origin);
		free(name);
		if (r != 0)
			return -1;
	}
	return 0;
}

static int
load_file(struct settings *s, const char *path, struct err *e)
{
	struct cfg *c;

	if (cfg_open(&c, path, e) != 0)
		return -1;
	int r = take_group(s, c, cfg_root(c), "", e);
	cfg_close(c);
	return r;
}

/* A file that need not be there; anything but its absence is an error. */
static int
load_optional(struct settings *s, const char *path, struct err *e)
{
	if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	return load_file(s, path, e);
}

static int
load_user(struct settings *s, struct err *e)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path;

	/* The XDG base directory specification: a relative one is to be ignored. */
	if (base != NULL && base[0] == '/')
		path = file_join(base, "footfall/footfall.cfg");
	else if (home != NULL && home[0] == '/')
		path = file_join(home, ".config/footfall/footfall.cfg");
	else
		return 0;
	int r = load_optional(s, path, e);
	free(path);
	return r;
}

/* "person.min_score" is FOOTFALL_PERSON_MIN_SCORE. */
static void
variable_name(const struct entry *t, char out[SETTING_NAME + 16])
{
	size_t n = (size_t)snprintf(out, SETTING_NAME + 16, "FOOTFALL_%s", t->name);

	for (size_t i = 0; i < n; i++)
		out[i] = out[i] == '.' ? '_' : (char)toupper((unsigned char)out[i]);
}

static bool
is_other_variable(const char *name)
{
	for (size_t i = 0; i < sizeof other_variables / sizeof *other_variables; i++) {
		if (strcmp(name, other_variables[i]) == 0)
			return true;
	}
	return false;
}

static int
load_environment(struct settings *s, struct err *e)
{
	for (char **v = environ; v != NULL && *v != NULL; v++) {
		const char *equals = strchr(*v, '=');
		if (equals == NULL || strncmp(*v, "FOOTFALL_", strlen("FOOTFALL_")) != 0)
			continue;
		char *name = mem_printf("%.*s", (int)(equals - *v), *v);
		const struct entry *t = NULL;
		for (size_t i = 0; i < settings_count() && t == NULL; i++) {
			char variable[SETTING_NAME + 16];
			variable_name(setting_at(i), variable);
			if (strcmp(variable, name) == 0)
				t = setting_at(i);
		}
		int r = 0;
		if (t != NULL) {
			char *origin = mem_printf("environment %s", name);
			r = setting_take(s, t, &(struct given){ .text = equals + 1 }, origin, e);
			free(origin);
		} else if (!is_other_variable(name)) {
			log_warn("%.100s in the environment is no setting and is ignored (footfall config lists all)", name);
		}
		free(name);
		if (r != 0)
			return -1;
	}
	return 0;
}

int
settings_load(struct settings *s, const char *config, struct err *e)
{
	if (load_optional(s, "/etc/footfall.cfg", e) != 0 || load_user(s, e) != 0 ||
	    load_optional(s, "footfall.cfg", e) != 0)
		return -1;
	if (config != NULL && load_file(s, config, e) != 0)
		return -1;
	return load_environment(s, e);
}
