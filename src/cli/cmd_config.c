/*
 * footfall config: every setting, its value in force and where that came from, in the form of a
 * configuration file.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/commands.h"
#include "out/out.h"

static void
print_json(struct out *o, const struct settings_entry *t, const char *value, const char *fallback)
{
	out_json_object(o, NULL);
	out_json_text(o, "name", t->name);
	out_json_text(o, "value", value);
	out_json_text(o, "default", fallback);
	out_json_text(o, "type", t->type);
	out_json_text(o, "unit", t->unit);
	out_json_text(o, "range", t->range);
	out_json_text(o, "origin", t->origin);
	out_json_text(o, "what", t->sentence);
	out_json_end(o);
}

/* In libconfig's quotes a quote and a backslash are escaped. */
static void
print_value(struct out *o, const char *value, bool quoted)
{
	if (!quoted) {
		out_puts(o, value);
		return;
	}
	out_puts(o, "\"");
	for (; *value != '\0'; value++)
		out_printf(o, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
	out_puts(o, "\"");
}

/* "person.min_score" is min_score in the group person; groups lie together in the table. */
static void
print_entry(struct out *o, const struct settings_entry *t, const char *value, char group[64])
{
	const char *dot = strchr(t->name, '.');
	size_t n = dot != NULL ? (size_t)(dot - t->name) : 0;
	if (strlen(group) != n || strncmp(group, t->name, n) != 0) {
		out_printf(o, "%s%.*s: {\n", group[0] != '\0' ? "};\n" : "", (int)n, t->name);
		snprintf(group, 64, "%.*s", (int)n, t->name);
	}
	bool quoted = strcmp(t->type, "text") == 0 || strcmp(value, "auto") == 0;
	out_printf(o, "\t# %s\n\t#", t->sentence);
	if (t->range != NULL && t->range[0] != '\0')
		out_printf(o, " %s;", t->range);
	if (t->unit != NULL && t->unit[0] != '\0')
		out_printf(o, " %s;", t->unit);
	out_printf(o, " from: %s\n\t%s = ", t->origin, t->name + n + 1);
	print_value(o, value, quoted);
	out_puts(o, ";\n");
}

static int
exec(struct cli *c, struct err *e)
{
	if (cli_operands(c, 0, 0, e) != 0)
		return -1;
	struct out *o = out_stream(stdout);
	struct buf value = { 0 }, fallback = { 0 };
	char group[64] = "";
	for (size_t i = 0; i < settings_count(); i++) {
		buf_clear(&value);
		buf_clear(&fallback);
		struct settings_entry t = settings_entry(&c->settings, i, &value, &fallback);
		if (c->json)
			print_json(o, &t, buf_str(&value), buf_str(&fallback));
		else
			print_entry(o, &t, buf_str(&value), group);
	}
	if (!c->json)
		out_puts(o, "};\n");
	buf_free(&value);
	buf_free(&fallback);
	return out_close(o, e);
}

const struct command cmd_config = {
	.name = "config",
	.usage = "[--json]",
	.summary = "print the settings in force and where each came from",
	.exec = exec
};
