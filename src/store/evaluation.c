/*
 * The rows of evaluation and metric.
 *
 * Two evaluations are the same when nothing that can change an answer differs: labels (by their contents), what was
 * evaluated, networks, settings, versions.  Scoring the same answers again replaces the figures.
 */
#include "store/evaluation.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"
#include "store/run.h"
#include "store/source.h"

static int
model_id(struct db *d, const struct store_model *m, int64_t *id, struct err *e)
{
	*id = 0;
	if (m == NULL)
		return 0;
	struct stmt *s;
	if (stmt_new(&s, d, "INSERT INTO model (name, task, family, sha256) VALUES (:name, :task, :family, :sha256)"
	    " ON CONFLICT (sha256, task) DO UPDATE SET name = name RETURNING id", e) != 0)
		return -1;
	stmt_bind_text(s, ":name", m->name);
	stmt_bind_text(s, ":task", m->task);
	stmt_bind_text(s, ":family", m->family);
	stmt_bind_text(s, ":sha256", m->sha256);
	int got = stmt_step(s, e);
	if (got == 1)
		*id = stmt_int(s, 0);
	stmt_free(s);
	return got == 1 ? 0 : -1;
}

static void
bind_identity(struct stmt *s, const struct evaluation_spec *spec, const struct run_models *m)
{
	stmt_bind_text(s, ":kind", spec->kind);
	stmt_bind_text(s, ":sha256", spec->dataset_sha256);
	stmt_bind_text(s, ":input", spec->input);
	run_bind_models(s, m);
	run_bind_id(s, ":run", spec->run_id);
	stmt_bind_text(s, ":settings", spec->settings);
	stmt_bind_text(s, ":version", spec->version);
	stmt_bind_text(s, ":opencv", spec->opencv);
}

/* 1 and the newest equal evaluation, or 0. */
static int
find(struct db *d, const struct evaluation_spec *spec, const struct run_models *m, int64_t *id, bool *ended, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT id, ended_ms IS NOT NULL FROM evaluation WHERE dataset_sha256 IS :sha256 AND kind = :kind"
	    " AND input IS :input AND person_model_id IS :person AND face_model_id IS :face AND gender_model_id IS :gender"
	    " AND run_id IS :run AND settings = :settings AND version = :version AND opencv = :opencv"
	    " ORDER BY id DESC LIMIT 1", e) != 0)
		return -1;
	bind_identity(s, spec, m);
	int got = stmt_step(s, e);
	if (got == 1) {
		*id = stmt_int(s, 0);
		*ended = stmt_int(s, 1) != 0;
	}
	stmt_free(s);
	return got;
}

static int
add(struct db *d, const struct evaluation_spec *spec, const struct run_models *m, int64_t *id, struct err *e)
{
	char uuid[UUID_TEXT];
	struct stmt *s;
	if (uuid_make(uuid, e) != 0
	    || stmt_new(&s, d, "INSERT INTO evaluation (uuid, kind, dataset, dataset_sha256, input, person_model_id, face_model_id,"
	    " gender_model_id, run_id, settings, version, opencv, started_ms) VALUES (:uuid, :kind, :dataset, :sha256, :input,"
	    " :person, :face, :gender, :run, :settings, :version, :opencv, :now)", e) != 0)
		return -1;
	bind_identity(s, spec, m);
	stmt_bind_text(s, ":uuid", uuid);
	stmt_bind_text(s, ":dataset", spec->dataset);
	stmt_bind_int(s, ":now", when_now_ms());
	int r = stmt_run(s, e);
	stmt_free(s);
	*id = db_last_id(d);
	return r;
}

static int
run_with_id(struct db *d, const char *sql, int64_t id, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	int r = stmt_run(s, e);
	stmt_free(s);
	return r;
}

static int
begin(struct db *d, const struct evaluation_spec *spec, bool force, int64_t *id, enum evaluation_how *how, struct err *e)
{
	struct run_models m;
	bool ended = false;
	if (model_id(d, spec->person, &m.person, e) != 0 || model_id(d, spec->face, &m.face, e) != 0
	    || model_id(d, spec->gender, &m.gender, e) != 0)
		return -1;
	int got = find(d, spec, &m, id, &ended, e);
	if (got < 0)
		return -1;
	if (got == 1 && !force) {
		*how = ended ? EVALUATION_COMPLETE : EVALUATION_CONTINUED;
		return 0;
	}
	if (got == 1 && run_with_id(d, "DELETE FROM evaluation WHERE id = :id", *id, e) != 0)
		return -1;
	*how = EVALUATION_NEW;
	return add(d, spec, &m, id, e);
}

int
evaluation_begin(struct db *d, const struct evaluation_spec *spec, bool force, int64_t *id, enum evaluation_how *how,
	struct err *e)
{
	if (db_begin(d, e) != 0)
		return -1;
	if (begin(d, spec, force, id, how, e) != 0 || db_commit(d, e) != 0) {
		db_rollback(d);
		return -1;
	}
	return 0;
}

static int
put_metrics(struct db *d, int64_t id, const struct evaluation_result *r, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "INSERT INTO metric (evaluation_id, name, slice, number, value, low, high, n)"
	    " VALUES (:id, :name, :slice, :number, :value, :low, :high, :n)", e) != 0)
		return -1;
	int got = 0;
	for (size_t i = 0; got == 0 && i < r->nmetrics; i++) {
		const struct evaluation_metric *m = &r->metrics[i];
		if (!isfinite(m->value))
			continue;
		stmt_bind_int(s, ":id", id);
		stmt_bind_text(s, ":name", m->name);
		stmt_bind_text(s, ":slice", m->slice != NULL ? m->slice : "");
		stmt_bind_int(s, ":number", (int64_t)i);
		stmt_bind_real(s, ":value", m->value);
		stmt_bind_real(s, ":low", m->low);
		stmt_bind_real(s, ":high", m->high);
		stmt_bind_int(s, ":n", m->n);
		got = stmt_run(s, e);
	}
	stmt_free(s);
	return got;
}

static int
end(struct db *d, int64_t id, const struct evaluation_result *r, struct err *e)
{
	if (run_with_id(d, "DELETE FROM metric WHERE evaluation_id = :id", id, e) != 0 || put_metrics(d, id, r, e) != 0)
		return -1;
	struct stmt *s;
	if (stmt_new(&s, d, "UPDATE evaluation SET ended_ms = :now, items = :items, rejected = :rejected, scoring = :scoring"
	    " WHERE id = :id", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	stmt_bind_int(s, ":now", when_now_ms());
	stmt_bind_int(s, ":items", r->items);
	stmt_bind_int(s, ":rejected", r->rejected);
	stmt_bind_text(s, ":scoring", r->scoring);
	int got = stmt_run(s, e);
	stmt_free(s);
	return got;
}

int
evaluation_end(struct db *d, int64_t id, const struct evaluation_result *r, struct err *e)
{
	if (db_begin(d, e) != 0)
		return -1;
	if (end(d, id, r, e) != 0 || db_commit(d, e) != 0) {
		db_rollback(d);
		return -1;
	}
	return 0;
}

/* ---- reading ---- */

#define COLUMNS "SELECT v.id, v.uuid, v.kind, v.dataset, v.dataset_sha256, v.input, v.settings, v.scoring, v.version, v.opencv," \
	" p.name, p.sha256, f.name, f.sha256, g.name, g.sha256, v.run_id, v.started_ms, v.ended_ms, v.items, v.rejected" \
	" FROM evaluation v LEFT JOIN model p ON p.id = v.person_model_id LEFT JOIN model f ON f.id = v.face_model_id" \
	" LEFT JOIN model g ON g.id = v.gender_model_id"

static char *
text_of(const struct stmt *s, int i)
{
	const char *t = stmt_text(s, i);
	return t != NULL ? mem_strdup(t) : NULL;
}

static void
take(const struct stmt *s, struct evaluation *v)
{
	*v = (struct evaluation) {
		.id = stmt_int(s, 0),
		.uuid = text_of(s, 1), .kind = text_of(s, 2), .dataset = text_of(s, 3), .dataset_sha256 = text_of(s, 4),
		.input = text_of(s, 5), .settings = text_of(s, 6), .scoring = text_of(s, 7), .version = text_of(s, 8),
		.opencv = text_of(s, 9),
		.person = text_of(s, 10), .person_sha256 = text_of(s, 11), .face = text_of(s, 12), .face_sha256 = text_of(s, 13),
		.gender = text_of(s, 14), .gender_sha256 = text_of(s, 15),
		.run_id = stmt_int(s, 16), .started_ms = stmt_int(s, 17), .ended_ms = stmt_int(s, 18),
		.items = stmt_int(s, 19), .rejected = stmt_int(s, 20),
	};
}

void
evaluation_free(struct evaluation *v)
{
	char *all[] = {
		v->uuid, v->kind, v->dataset, v->dataset_sha256, v->input, v->settings, v->scoring, v->version, v->opencv,
		v->person, v->person_sha256, v->face, v->face_sha256, v->gender, v->gender_sha256
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		free(all[i]);
	*v = (struct evaluation) { 0 };
}

int
evaluation_get(struct db *d, int64_t id, struct evaluation *out, struct err *e)
{
	struct stmt *s;
	*out = (struct evaluation) { 0 };
	if (stmt_new(&s, d, COLUMNS " WHERE v.id = :id", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	int got = stmt_step(s, e);
	if (got == 1)
		take(s, out);
	stmt_free(s);
	if (got == 0)
		return err_set(e, ERR_INPUT, "%s holds no evaluation %lld; footfall eval list shows those that it holds", db_path(d),
		    (long long)id);
	return got == 1 ? 0 : -1;
}

int
evaluation_each(struct db *d, int (*each)(void *context, const struct evaluation *v, struct err *e), void *context, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, COLUMNS " ORDER BY v.id", e) != 0)
		return -1;
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		struct evaluation v;
		take(s, &v);
		int r = each(context, &v, e);
		evaluation_free(&v);
		if (r != 0) {
			got = -1;
			break;
		}
	}
	stmt_free(s);
	return got;
}

int
evaluation_metrics(struct db *d, int64_t id, int (*each)(void *context, const struct evaluation_metric *m, struct err *e),
	void *context, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT name, slice, value, low, high, n FROM metric WHERE evaluation_id = :id"
	    " ORDER BY slice <> '', number", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		const char *name = stmt_text(s, 0), *slice = stmt_text(s, 1);
		const struct evaluation_metric m = {
			.name = name != NULL ? name : "", .slice = slice != NULL ? slice : "",
			.value = stmt_real(s, 2), .low = stmt_real(s, 3), .high = stmt_real(s, 4), .n = stmt_int(s, 5),
		};
		if (each(context, &m, e) != 0) {
			got = -1;
			break;
		}
	}
	stmt_free(s);
	return got;
}
