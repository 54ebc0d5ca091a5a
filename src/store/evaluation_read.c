/*
 * Reading back what evaluations stored, and their answers item by item.  A file may come from anywhere: numbers are
 * checked before they become indexes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/evaluation.h"

static int
damaged(const struct db *d, const char *table, struct err *e)
{
	return err_set(e, ERR_DATA, "%s: table %s holds a row that no footfall wrote; footfall db check says more", db_path(d), table);
}

int
evaluation_done(struct db *d, int64_t id, size_t n, bool *done, bool *skipped, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT image, skipped FROM evaluation_image WHERE evaluation_id = :id", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		int64_t image = stmt_int(s, 0);
		if (image < 0 || (uint64_t)image >= n) {
			got = damaged(d, "evaluation_image", e);
			break;
		}
		done[image] = true;
		skipped[image] = stmt_int(s, 1) != 0;
	}
	stmt_free(s);
	return got;
}

static bool
box_of(const struct stmt *s, int i, struct box *b)
{
	*b = (struct box) { stmt_real(s, i), stmt_real(s, i + 1), stmt_real(s, i + 2), stmt_real(s, i + 3) };
	return isfinite(b->x) && isfinite(b->y) && isfinite(b->w) && isfinite(b->h);
}

int
evaluation_predictions(struct db *d, int64_t id, struct labels *l, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT image, class, score, x, y, w, h FROM prediction WHERE evaluation_id = :id"
	    " ORDER BY image, number", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		int64_t image = stmt_int(s, 0), class_index = stmt_int(s, 1);
		struct box b;
		if (image < 0 || (uint64_t)image >= l->nimages || class_index < 0 || (uint64_t)class_index >= l->nclasses
		    || !box_of(s, 3, &b)) {
			got = damaged(d, "prediction", e);
			break;
		}
		*labels_add_prediction(l) = (struct prediction) {
			.image = (uint32_t)image, .class_index = (uint32_t)class_index, .box = b, .score = stmt_real(s, 2)
		};
	}
	stmt_free(s);
	return got;
}

/* Prepares sql for one set. */
static int
of_set(struct stmt **s, struct db *d, const char *sql, const char *sha256, struct err *e)
{
	if (stmt_new(s, d, sql, e) != 0)
		return -1;
	stmt_bind_text(*s, ":sha256", sha256);
	return 0;
}

static int
read_images(struct db *d, const char *sha256, struct labels *l, struct err *e)
{
	struct stmt *s;
	if (of_set(&s, d, "SELECT i.name, i.id, i.width, i.height FROM label_image i JOIN label_set t ON t.id = i.set_id"
	    " WHERE t.sha256 = :sha256 ORDER BY i.number", sha256, e) != 0)
		return -1;
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		const char *name = stmt_text(s, 0);
		struct label_image *im = labels_add_image(l, name != NULL ? name : "", stmt_int(s, 1));
		im->width = (int)stmt_int(s, 2);
		im->height = (int)stmt_int(s, 3);
	}
	stmt_free(s);
	return got;
}

static int
read_classes(struct db *d, const char *sha256, struct labels *l, struct err *e)
{
	struct stmt *s;
	if (of_set(&s, d, "SELECT c.name, c.id FROM label_class c JOIN label_set t ON t.id = c.set_id"
	    " WHERE t.sha256 = :sha256 ORDER BY c.number", sha256, e) != 0)
		return -1;
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		const char *name = stmt_text(s, 0);
		labels_add_class(l, name != NULL ? name : "", stmt_int(s, 1));
	}
	stmt_free(s);
	return got;
}

static int
read_truths(struct db *d, const char *sha256, struct labels *l, struct err *e)
{
	struct stmt *s;
	if (of_set(&s, d, "SELECT g.image, g.class, g.id, g.x, g.y, g.w, g.h, g.area, g.crowd, g.ignore FROM label_truth g"
	    " JOIN label_set t ON t.id = g.set_id WHERE t.sha256 = :sha256 ORDER BY g.number", sha256, e) != 0)
		return -1;
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		int64_t image = stmt_int(s, 0), class_index = stmt_int(s, 1);
		struct box b;
		double area = stmt_real(s, 7);
		if (image < 0 || (uint64_t)image >= l->nimages || class_index < 0 || (uint64_t)class_index >= l->nclasses
		    || !box_of(s, 3, &b) || !isfinite(area)) {
			got = damaged(d, "label_truth", e);
			break;
		}
		*labels_add_truth(l) = (struct truth) {
			.image = (uint32_t)image, .class_index = (uint32_t)class_index, .id = stmt_int(s, 2), .box = b, .area = area,
			.crowd = stmt_int(s, 8) != 0, .ignore = stmt_int(s, 9) != 0
		};
	}
	stmt_free(s);
	return got;
}

int
evaluation_set(struct db *d, const struct evaluation *v, struct labels *out, struct err *e)
{
	const char *sha256 = v->dataset_sha256 != NULL ? v->dataset_sha256 : "";
	if (read_images(d, sha256, out, e) != 0 || read_classes(d, sha256, out, e) != 0 || read_truths(d, sha256, out, e) != 0)
		goto fail;
	char got[SHA256_HEX];
	evaluation_digest(out, got);
	if (strcmp(got, sha256) == 0)
		return 0;
	err_set(e, ERR_DATA, "%s: the labels of evaluation %lld are not stored, or are not what they were", db_path(d), (long long)v->id);
fail:
	labels_free(out);
	*out = (struct labels) { 0 };
	return -1;
}

/* ---- items ---- */

static int
put_items(struct db *d, int64_t id, const char *view, const struct evaluation_item *v, size_t n, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "DELETE FROM evaluation_item WHERE evaluation_id = :id AND view = :view", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	stmt_bind_text(s, ":view", view);
	int r = stmt_run(s, e);
	stmt_free(s);
	if (r != 0 || stmt_new(&s, d, "INSERT INTO evaluation_item (evaluation_id, view, number, name, truth, p_female, no_face, slices)"
	    " VALUES (:id, :view, :number, :name, :truth, :p_female, :no_face, :slices)", e) != 0)
		return -1;
	for (size_t i = 0; r == 0 && i < n; i++) {
		stmt_bind_int(s, ":id", id);
		stmt_bind_text(s, ":view", view);
		stmt_bind_int(s, ":number", (int64_t)i);
		stmt_bind_text(s, ":name", v[i].name);
		stmt_bind_text(s, ":truth", gender_name(v[i].truth));
		stmt_bind_real(s, ":p_female", v[i].p_female);
		stmt_bind_int(s, ":no_face", v[i].no_face);
		stmt_bind_text(s, ":slices", v[i].slices);
		r = stmt_run(s, e);
	}
	stmt_free(s);
	return r;
}

int
evaluation_put_items(struct db *d, int64_t id, const char *view, const struct evaluation_item *v, size_t n, struct err *e)
{
	if (db_begin(d, e) != 0)
		return -1;
	if (put_items(d, id, view, v, n, e) != 0 || db_commit(d, e) != 0) {
		db_rollback(d);
		return -1;
	}
	return 0;
}

int
evaluation_items(struct db *d, int64_t id, const char *view,
	int (*each)(void *context, const struct evaluation_item *v, struct err *e), void *context, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT name, truth, p_female, no_face, slices FROM evaluation_item"
	    " WHERE evaluation_id = :id AND view = :view ORDER BY number", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", id);
	stmt_bind_text(s, ":view", view);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		const char *name = stmt_text(s, 0);
		const struct evaluation_item v = {
			.name = name != NULL ? name : "",
			.truth = stmt_is(s, 1, "female") ? GENDER_FEMALE : GENDER_MALE,
			.p_female = stmt_real(s, 2), .no_face = stmt_int(s, 3) != 0, .slices = stmt_text(s, 4),
		};
		if (each(context, &v, e) != 0) {
			got = -1;
			break;
		}
	}
	stmt_free(s);
	return got;
}
