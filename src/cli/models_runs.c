/*
 * The training runs of a network: what it was made from, how, and how it came along.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "cli/models_show.h"

enum { COLUMNS = 100, INDENT = 15, HASH_SHOWN = 12 };

/* Items of a run, joined by commas and broken into lines; what is in them came from a file. */
struct items {
	struct out *o;
	const char *title;		/* NULL once it is printed */
	size_t at;			/* column */
};

static void
put_item(struct items *items, const char *text)
{
	struct buf b = { 0 };
	log_escape(&b, text);
	if (items->title != NULL) {
		out_printf(items->o, "    %-10s %s", items->title, buf_str(&b));
		items->title = NULL;
		items->at = INDENT + b.len;
	} else if (items->at + 2 + b.len > COLUMNS) {
		out_printf(items->o, ",\n%*s%s", INDENT, "", buf_str(&b));
		items->at = INDENT + b.len;
	} else {
		out_printf(items->o, ", %s", buf_str(&b));
		items->at += 2 + b.len;
	}
	buf_free(&b);
}

static void
end_items(struct items *items)
{
	if (items->title == NULL)
		out_puts(items->o, "\n");
}

static void
put_line(struct out *o, const char *title, const char *text)
{
	struct items items = { o, title, 0 };
	if (text != NULL)
		put_item(&items, text);
	end_items(&items);
}

static void
put_sets(struct out *o, const struct ledger_run *r)
{
	struct items items = { o, "data", 0 };
	for (size_t i = 0; i < r->nsets; i++) {
		const struct ledger_set *s = &r->sets[i];
		struct buf b = { 0 };
		buf_puts(&b, s->name);
		if (s->files >= 0)
			buf_printf(&b, ": %lld files", (long long)s->files);
		if (s->sha256 != NULL)
			buf_printf(&b, " (%.*s)", HASH_SHOWN, s->sha256);
		put_item(&items, buf_str(&b));
		buf_free(&b);
	}
	end_items(&items);
}

static void
put_pairs(struct out *o, const char *title, const struct ledger_pairs *p)
{
	struct items items = { o, title, 0 };
	for (size_t i = 0; i < p->n; i++) {
		char *text = mem_printf("%s %s", p->v[i].key, p->v[i].value);
		put_item(&items, text);
		free(text);
	}
	end_items(&items);
}

static void
put_weights(struct out *o, const struct ledger_run *r)
{
	struct items items = { o, "weights", 0 };
	if (r->file != NULL)
		put_item(&items, r->file);
	if (r->bytes >= 0) {
		char *text = models_size_text(r->bytes);
		put_item(&items, text);
		free(text);
	}
	if (r->parameters >= 0) {
		char *text = mem_printf("%lld parameters", (long long)r->parameters);
		put_item(&items, text);
		free(text);
	}
	if (r->sha256 != NULL) {
		char *text = mem_printf("sha256 %.*s", HASH_SHOWN, r->sha256);
		put_item(&items, text);
		free(text);
	}
	end_items(&items);
}

static void
put_metrics(struct out *o, const struct ledger_run *r)
{
	enum { NAME_MOST = 40 };
	int width = 0;

	if (r->nmetrics == 0)
		return;
	for (size_t i = 0; i < r->nmetrics; i++) {
		int n = (int)strnlen(r->metrics[i].name, NAME_MOST);
		width = n > width ? n : width;
	}
	out_printf(o, "    %-10s %-*s  %10s  %10s  %10s\n", "epochs", width, "", "first", "last", "best");
	for (size_t i = 0; i < r->nmetrics; i++) {
		const struct ledger_metric *m = &r->metrics[i];
		struct buf name = { 0 };
		log_escape(&name, m->name);
		out_printf(o, "%*s%-*.*s  %10.4g  %10.4g", INDENT, "", width, NAME_MOST, buf_str(&name), m->first, m->last);
		if (m->aim != LEDGER_NEITHER)
			out_printf(o, "  %10.4g (epoch %lld)", m->best, (long long)r->epochs[m->best_at]);
		out_puts(o, "\n");
		buf_free(&name);
	}
}

static bool
is_shipped(const struct model *m, const struct ledger_run *r)
{
	return r->sha256 != NULL && strcasecmp(r->sha256, m->files[0].sha256) == 0;
}

static void
put_run(struct out *o, const struct model *m, const struct ledger_run *r)
{
	char time[WHEN_TEXT], took[WHEN_TEXT];

	out_printf(o, "\n  %s", when_format(r->started_ms, time));
	if (r->seconds >= 0)
		out_printf(o, ", took %s", when_format_duration((int64_t)(r->seconds * 1000), took));
	out_printf(o, ", %zu epoch%s%s\n", r->nepochs, r->nepochs == 1 ? "" : "s", is_shipped(m, r) ? "  <- made these weights" : "");
	put_sets(o, r);
	put_pairs(o, "settings", &r->settings);
	put_metrics(o, r);
	put_weights(o, r);
	put_pairs(o, "versions", &r->versions);
	put_line(o, "machine", r->machine);
	put_line(o, "command", r->command);
}

void
models_runs_text(struct out *o, const struct model *m, const struct ledger *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += strcmp(l->v[i].network, m->name) == 0;
	if (n == 0)
		return;
	out_printf(o, "  %-11s %zu run%s%s\n", "training", n, n == 1 ? "" : "s", n == 1 ? "" : ", newest first");
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].network, m->name) == 0)
			put_run(o, m, &l->v[i]);
}

void
models_runs_json(struct out *o, const struct model *m, const struct ledger *l)
{
	out_json_array(o, "training");
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].network, m->name) == 0)
			out_json_raw(o, NULL, l->v[i].text);
	out_json_end(o);
}
