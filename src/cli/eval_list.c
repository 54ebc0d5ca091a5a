/*
 * footfall eval list and show: evaluations that a database holds.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "base/when.h"
#include "cli/eval.h"
#include "cli/eval_boxes.h"
#include "report/text.h"

static const char *
network_of(const struct evaluation *v)
{
	return v->gender != NULL ? v->gender : v->face != NULL ? v->face : v->person;
}

/* The one figure by which evaluations of a kind are told apart at a glance. */
static const char *
headline(const char *kind)
{
	return strcmp(kind, "gender") == 0 ? "f1_macro" : strcmp(kind, "counts") == 0 ? "mae" : "AP";
}

struct list {
	struct out *o;
	bool json;
	struct db *db;
	size_t n;
};

static int
headline_of(struct db *d, const struct evaluation *v, double *value, struct err *e)
{
	struct stmt *s;
	*value = NAN;
	if (stmt_new(&s, d, "SELECT value FROM metric WHERE evaluation_id = :id AND name = :name AND slice = ''", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", v->id);
	stmt_bind_text(s, ":name", headline(v->kind));
	int got = stmt_step(s, e);
	if (got == 1)
		*value = stmt_real(s, 0);
	stmt_free(s);
	return got < 0 ? -1 : 0;
}

static void
put_json_facts(struct out *o, const struct evaluation *v)
{
	char when[WHEN_TEXT];
	out_json_int(o, "id", v->id);
	out_json_text(o, "uuid", v->uuid);
	out_json_text(o, "kind", v->kind);
	out_json_text(o, "dataset", v->dataset);
	out_json_text(o, "dataset_sha256", v->dataset_sha256);
	out_json_text(o, "input", v->input);
	out_json_text(o, "person", v->person);
	out_json_text(o, "person_sha256", v->person_sha256);
	out_json_text(o, "face", v->face);
	out_json_text(o, "face_sha256", v->face_sha256);
	out_json_text(o, "gender", v->gender);
	out_json_text(o, "gender_sha256", v->gender_sha256);
	if (v->run_id != 0)
		out_json_int(o, "run", v->run_id);
	out_json_text(o, "version", v->version);
	out_json_text(o, "opencv", v->opencv);
	out_json_text(o, "started", when_format(v->started_ms, when));
	out_json_text(o, "ended", v->ended_ms != 0 ? when_format(v->ended_ms, when) : NULL);
	out_json_int(o, "items", v->items);
	out_json_int(o, "rejected", v->rejected);
}

static int
list_one(void *context, const struct evaluation *v, struct err *e)
{
	struct list *l = context;
	char when[TEXT_SIZE], value[32] = "-";
	double f;
	if (headline_of(l->db, v, &f, e) != 0)
		return -1;
	l->n++;
	if (l->json) {
		out_json_object(l->o, NULL);
		put_json_facts(l->o, v);
		out_json_real(l->o, headline(v->kind), f);
		out_json_end(l->o);
		return 0;
	}
	if (l->n == 1)
		out_printf(l->o, "%4s  %-16s  %-6s  %-24s  %-14s  %s\n", "ID", "WHEN (UTC)", "KIND", "NETWORK", "FIGURE", "LABELS");
	if (!isnan(f) && f >= 0)
		snprintf(value, sizeof value, "%s %.3f", headline(v->kind), f);
	const char *network = network_of(v) != NULL ? network_of(v) : "-";
	out_printf(l->o, "%4" PRId64 "  %-16s  %-6s  %-24.24s  %-14s  %s\n", v->id,
	    text_time(v->started_ms, false, when), v->kind, network, v->ended_ms != 0 ? value : "interrupted", v->dataset);
	return 0;
}

int
eval_list(struct cli *c, struct err *e)
{
	struct db *d;
	if (cli_operands(c, 1, 1, e) != 0 || store_open_read(&d, c->db, cli_timeout_ms(c), e) != 0)
		return -1;
	struct list l = { .o = out_stream(stdout), .json = c->json, .db = d };
	int r = db_snapshot(d, e) == 0 ? evaluation_each(d, list_one, &l, e) : -1;
	if (r == 0 && l.n == 0 && !c->json)
		out_printf(l.o, "no evaluations in %s\n", c->db);
	if (r == 0)
		r = out_close(l.o, e);
	else
		out_abandon(l.o);
	db_close(d);
	return r;
}

/* ---- show ---- */

struct shown {
	struct out *o;
	bool json;
	size_t n;
	double coco[SCORE_FIGURES];
	bool has_coco;
};

static int
take_coco(void *context, const struct evaluation_metric *m, struct err *e)
{
	struct shown *s = context;
	(void)e;
	for (int f = 0; f < COCO_FIGURES && m->slice[0] == '\0'; f++) {
		if (strcmp(m->name, score_name((enum score_figure)f)) == 0) {
			s->coco[f] = m->value;
			s->has_coco = true;
		}
	}
	return 0;
}

static int
put_metric(void *context, const struct evaluation_metric *m, struct err *e)
{
	struct shown *s = context;
	(void)e;
	if (s->json) {
		out_json_object(s->o, NULL);
		out_json_text(s->o, "name", m->name);
		out_json_text(s->o, "slice", m->slice);
		out_json_real(s->o, "value", m->value);
		out_json_real(s->o, "low", m->low);
		out_json_real(s->o, "high", m->high);
		out_json_int(s->o, "n", m->n);
		out_json_end(s->o);
		return 0;
	}
	if (s->n++ == 0)
		out_printf(s->o, "\n%-24s %-20s %10s  %-17s %8s\n", "FIGURE", "OF", "VALUE", "95 % INTERVAL", "N");
	out_printf(s->o, "%-24s %-20s %10.4f  ", m->name, m->slice[0] != '\0' ? m->slice : "all", m->value);
	if (isnan(m->low))
		out_printf(s->o, "%-17s", "-");
	else
		out_printf(s->o, "%7.4f - %7.4f", m->low, m->high);
	out_printf(s->o, " %8" PRId64 "\n", m->n);
	return 0;
}

static void
put_fact(struct out *o, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		out_printf(o, "%-16s %s\n", name, value);
}

static void
put_facts(struct out *o, const struct evaluation *v)
{
	char when[TEXT_SIZE];
	out_printf(o, "%-16s %" PRId64 "\n", "evaluation", v->id);
	put_fact(o, "kind", v->kind);
	put_fact(o, "labels", v->dataset);
	put_fact(o, "their sha256", v->dataset_sha256);
	put_fact(o, "input", v->input);
	put_fact(o, "person network", v->person);
	put_fact(o, "  sha256", v->person_sha256);
	put_fact(o, "face network", v->face);
	put_fact(o, "  sha256", v->face_sha256);
	put_fact(o, "gender network", v->gender);
	put_fact(o, "  sha256", v->gender_sha256);
	put_fact(o, "settings", v->settings);
	put_fact(o, "scoring", v->scoring);
	put_fact(o, "footfall", v->version);
	put_fact(o, "OpenCV", v->opencv);
	put_fact(o, "begun (UTC)", text_time(v->started_ms, false, when));
	put_fact(o, "ended (UTC)", v->ended_ms != 0 ? text_time(v->ended_ms, false, when) : "interrupted; the same command continues it");
	out_printf(o, "%-16s %" PRId64 "\n%-16s %" PRId64 "\n", "items", v->items, "rejected", v->rejected);
}

static int
put_evaluation(struct out *o, bool json, struct db *d, const struct evaluation *v, struct err *e)
{
	struct shown s = { .o = o, .json = json };
	if (json) {
		out_json_object(o, NULL);
		put_json_facts(o, v);
		/* it was written as JSON, but a file may come from anywhere */
		out_json_text(o, "settings", v->settings);
		out_json_text(o, "scoring", v->scoring);
		out_json_array(o, "metrics");
		if (evaluation_metrics(d, v->id, put_metric, &s, e) != 0)
			return -1;
		out_json_end(o);
		out_json_end(o);
		return 0;
	}
	put_facts(o, v);
	if (evaluation_metrics(d, v->id, take_coco, &s, e) != 0)
		return -1;
	if (s.has_coco) {
		out_puts(o, "\n");
		boxes_coco_lines(o, s.coco);
	}
	return evaluation_metrics(d, v->id, put_metric, &s, e);
}

int
eval_show(struct cli *c, struct err *e)
{
	struct db *d;
	struct evaluation v = { 0 };
	int64_t id;
	if (cli_operands(c, 2, 2, e) != 0)
		return -1;
	if (num_int(c->argv[1], &id) != 0 || id < 1)
		return err_set(e, ERR_USAGE, "eval show %s: the number of an evaluation is wanted; footfall eval list shows them", c->argv[1]);
	if (store_open_read(&d, c->db, cli_timeout_ms(c), e) != 0)
		return -1;
	struct out *o = out_stream(stdout);
	int r = -1;
	if (db_snapshot(d, e) == 0 && evaluation_get(d, id, &v, e) == 0)
		r = put_evaluation(o, c->json, d, &v, e);
	if (r == 0)
		r = out_close(o, e);
	else
		out_abandon(o);
	evaluation_free(&v);
	db_close(d);
	return r;
}
