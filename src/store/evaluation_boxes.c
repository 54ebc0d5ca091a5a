/*
 * Labelled sets and predictions in the database.
 *
 * A set is stored under the digest of its contents: pictures by name, so that the same labels in another folder
 * are the same set.  Numbers are places in the order in which the labels were read, which the digest fixes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/order.h"
#include "store/evaluation.h"

/* ---- digest ---- */

static void
add_text(struct sha256 *s, const char *text)
{
	sha256_add(s, text, strlen(text) + 1);
}

/* The same bytes on every machine. */
static void
add_number(struct sha256 *s, uint64_t v)
{
	unsigned char b[8];
	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)(v >> 8 * i);
	sha256_add(s, b, sizeof b);
}

static void
add_real(struct sha256 *s, double v)
{
	uint64_t bits;
	v += 0.0;	/* -0 becomes 0 */
	memcpy(&bits, &v, sizeof bits);
	add_number(s, bits);
}

/* Sizes are left out: where the labels do not give them, they are known only when the pictures are at hand. */
void
evaluation_digest(const struct labels *l, char hex[SHA256_HEX])
{
	struct sha256 s;
	sha256_init(&s);
	add_number(&s, l->nimages);
	for (size_t i = 0; i < l->nimages; i++) {
		const struct label_image *im = &l->images[i];
		add_text(&s, im->name);
		add_number(&s, (uint64_t)im->id);
	}
	add_number(&s, l->nclasses);
	for (size_t i = 0; i < l->nclasses; i++) {
		add_text(&s, l->classes[i].name);
		add_number(&s, (uint64_t)l->classes[i].id);
	}
	add_number(&s, l->ntruths);
	for (size_t i = 0; i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		const double reals[] = { t->box.x, t->box.y, t->box.w, t->box.h, t->area };
		add_number(&s, t->image);
		add_number(&s, t->class_index);
		for (size_t k = 0; k < sizeof reals / sizeof reals[0]; k++)
			add_real(&s, reals[k]);
		add_number(&s, (uint64_t)t->id);
		add_number(&s, (uint64_t)t->crowd << 1 | (uint64_t)t->ignore);
	}
	sha256_end(&s, hex);
}

void
evaluation_predictions_digest(const struct labels *l, char hex[SHA256_HEX])
{
	struct sha256 s;
	sha256_init(&s);
	for (size_t i = 0; i < l->npredictions; i++) {
		const struct prediction *p = &l->predictions[i];
		const double reals[] = { p->score, p->box.x, p->box.y, p->box.w, p->box.h };
		add_number(&s, (uint64_t)p->image << 32 | p->class_index);
		for (size_t k = 0; k < sizeof reals / sizeof reals[0]; k++)
			add_real(&s, reals[k]);
	}
	sha256_end(&s, hex);
}

/* ---- writing ---- */

static int
put_images(struct db *d, int64_t set, const struct labels *l, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "INSERT INTO label_image (set_id, number, id, name, width, height)"
	    " VALUES (:set, :number, :id, :name, :width, :height)", e) != 0)
		return -1;
	int r = 0;
	for (size_t i = 0; r == 0 && i < l->nimages; i++) {
		stmt_bind_int(s, ":set", set);
		stmt_bind_int(s, ":number", (int64_t)i);
		stmt_bind_int(s, ":id", l->images[i].id);
		stmt_bind_text(s, ":name", l->images[i].name);
		stmt_bind_int(s, ":width", l->images[i].width);
		stmt_bind_int(s, ":height", l->images[i].height);
		r = stmt_run(s, e);
	}
	stmt_free(s);
	return r;
}

static int
put_classes(struct db *d, int64_t set, const struct labels *l, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "INSERT INTO label_class (set_id, number, id, name) VALUES (:set, :number, :id, :name)", e) != 0)
		return -1;
	int r = 0;
	for (size_t i = 0; r == 0 && i < l->nclasses; i++) {
		stmt_bind_int(s, ":set", set);
		stmt_bind_int(s, ":number", (int64_t)i);
		stmt_bind_int(s, ":id", l->classes[i].id);
		stmt_bind_text(s, ":name", l->classes[i].name);
		r = stmt_run(s, e);
	}
	stmt_free(s);
	return r;
}

static void
bind_box(struct stmt *s, struct box b)
{
	stmt_bind_real(s, ":x", b.x);
	stmt_bind_real(s, ":y", b.y);
	stmt_bind_real(s, ":w", b.w);
	stmt_bind_real(s, ":h", b.h);
}

static int
put_truths(struct db *d, int64_t set, const struct labels *l, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "INSERT INTO label_truth (set_id, number, image, class, id, x, y, w, h, area, crowd, ignore)"
	    " VALUES (:set, :number, :image, :class, :id, :x, :y, :w, :h, :area, :crowd, :ignore)", e) != 0)
		return -1;
	int r = 0;
	for (size_t i = 0; r == 0 && i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		stmt_bind_int(s, ":set", set);
		stmt_bind_int(s, ":number", (int64_t)i);
		stmt_bind_int(s, ":image", t->image);
		stmt_bind_int(s, ":class", t->class_index);
		stmt_bind_int(s, ":id", t->id);
		bind_box(s, t->box);
		stmt_bind_real(s, ":area", t->area);
		stmt_bind_int(s, ":crowd", t->crowd);
		stmt_bind_int(s, ":ignore", t->ignore);
		r = stmt_run(s, e);
	}
	stmt_free(s);
	return r;
}

/* Id of the set with that digest, 0 when there is none; -1. */
static int64_t
set_id(struct db *d, const char *sha256, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT id FROM label_set WHERE sha256 = :sha256", e) != 0)
		return -1;
	stmt_bind_text(s, ":sha256", sha256);
	int got = stmt_step(s, e);
	int64_t id = got == 1 ? stmt_int(s, 0) : got;
	stmt_free(s);
	return id;
}

static int
put_set(struct db *d, const char *sha256, const struct labels *l, struct err *e)
{
	int64_t id = set_id(d, sha256, e);
	if (id != 0)
		return id < 0 ? -1 : 0;
	struct stmt *s;
	if (stmt_new(&s, d, "INSERT INTO label_set (sha256) VALUES (:sha256)", e) != 0)
		return -1;
	stmt_bind_text(s, ":sha256", sha256);
	int r = stmt_run(s, e);
	stmt_free(s);
	if (r != 0)
		return -1;
	id = db_last_id(d);
	return put_images(d, id, l, e) != 0 || put_classes(d, id, l, e) != 0 ? -1 : put_truths(d, id, l, e);
}

int
evaluation_put_set(struct db *d, const char *sha256, const struct labels *l, struct err *e)
{
	if (db_begin(d, e) != 0)
		return -1;
	if (put_set(d, sha256, l, e) != 0 || db_commit(d, e) != 0) {
		db_rollback(d);
		return -1;
	}
	return 0;
}

static int
put_prediction(struct stmt *s, int64_t id, uint32_t image, size_t number, const struct prediction *p, struct err *e)
{
	stmt_bind_int(s, ":id", id);
	stmt_bind_int(s, ":image", image);
	stmt_bind_int(s, ":number", (int64_t)number);
	stmt_bind_int(s, ":class", p->class_index);
	stmt_bind_real(s, ":score", p->score);
	bind_box(s, p->box);
	return stmt_run(s, e);
}

static const char add_prediction[] = "INSERT INTO prediction (evaluation_id, image, number, class, score, x, y, w, h)"
	" VALUES (:id, :image, :number, :class, :score, :x, :y, :w, :h)";
static const char add_image[] = "INSERT INTO evaluation_image (evaluation_id, image, skipped) VALUES (:id, :image, :skipped)";

static int
put_done(struct stmt *s, int64_t id, uint32_t image, bool skipped, struct err *e)
{
	stmt_bind_int(s, ":id", id);
	stmt_bind_int(s, ":image", image);
	stmt_bind_int(s, ":skipped", skipped);
	return stmt_run(s, e);
}

int
evaluation_put_image(struct db *d, int64_t id, uint32_t image, bool skipped, const struct prediction *v, size_t n, struct err *e)
{
	struct stmt *p = NULL, *im = NULL;
	int r = -1;
	if (stmt_new(&p, d, add_prediction, e) != 0 || stmt_new(&im, d, add_image, e) != 0)
		goto out;
	for (size_t i = 0; i < n; i++) {
		if (put_prediction(p, id, image, i, &v[i], e) != 0)
			goto out;
	}
	r = put_done(im, id, image, skipped, e);
out:
	stmt_free(p);
	stmt_free(im);
	return r;
}

static int
put_all(struct db *d, int64_t id, const struct labels *l, const uint32_t *order, struct err *e)
{
	struct stmt *p = NULL, *im = NULL;
	int r = -1;
	if (stmt_new(&p, d, add_prediction, e) != 0 || stmt_new(&im, d, add_image, e) != 0)
		goto out;
	size_t number = 0;
	for (size_t i = 0; i < l->npredictions; i++) {
		const struct prediction *v = &l->predictions[order[i]];
		if (i > 0 && v->image != l->predictions[order[i - 1]].image)
			number = 0;
		if (put_prediction(p, id, v->image, number++, v, e) != 0)
			goto out;
	}
	for (size_t i = 0; i < l->nimages; i++) {
		if (put_done(im, id, (uint32_t)i, false, e) != 0)
			goto out;
	}
	r = 0;
out:
	stmt_free(p);
	stmt_free(im);
	return r;
}

int
evaluation_put_predictions(struct db *d, int64_t id, const struct labels *l, struct err *e)
{
	/* in the table's own order writing is an append */
	uint32_t *images = mem_array(l->npredictions + 1, sizeof *images);
	uint32_t *order = mem_array(l->npredictions + 1, sizeof *order);
	for (size_t i = 0; i < l->npredictions; i++)
		images[i] = l->predictions[i].image;
	order_by_key(images, l->npredictions, l->nimages, NULL, order);
	int r = db_begin(d, e);
	if (r == 0 && (put_all(d, id, l, order, e) != 0 || db_commit(d, e) != 0)) {
		db_rollback(d);
		r = -1;
	}
	free(images);
	free(order);
	return r;
}
