/*
 * Evaluations in the database: what equals what, what comes back, what a hostile or older file does.
 */
#include "store_test.h"

#include "store/evaluation.h"

static void
run(struct db *d, const char *sql)
{
	struct err e;
	good(db_exec(d, sql, &e), &e);
}

static int64_t
count(struct db *d, const char *sql)
{
	struct err e;
	int64_t n = -1;
	good(db_int(d, sql, &n, &e), &e);
	return n;
}

static struct store *
open_new(const char *path)
{
	struct store *s;
	struct err e;
	remove(path);
	good(store_open(&s, path, TEST_TIMEOUT_MS, &e), &e);
	return s;
}

static struct evaluation_spec
a_spec(void)
{
	return (struct evaluation_spec) {
		.kind = "detect", .dataset = "set/instances.json", .dataset_sha256 = "0123", .input = "/set/images",
		.person = &test_person, .settings = "{\"min_score\":0.001}", .version = "0.1.0", .opencv = "4.6.0"
	};
}

static int64_t
begin(struct db *d, const struct evaluation_spec *spec, bool force, enum evaluation_how wanted)
{
	struct err e;
	enum evaluation_how how;
	int64_t id;
	good(evaluation_begin(d, spec, force, &id, &how, &e), &e);
	assert_int_equal(how, wanted);
	assert_false(db_in_transaction(d));
	return id;
}

static void
finish(struct db *d, int64_t id)
{
	static const struct evaluation_metric metrics[] = {
		{ "AP", NULL, 0.5, 0.4, 0.6, 10 },
		{ "zeta", "", 0.25, NAN, NAN, 10 },
		{ "AP50", "class=b", 0.125, NAN, NAN, 3 },
		{ "AP50", "", -1, NAN, NAN, 0 },
		{ "undefined", "", NAN, NAN, NAN, 0 },
		{ "AP50", "class=a", 0.75, NAN, NAN, 7 },
	};
	const struct evaluation_result r = {
		.items = 9, .rejected = 1, .scoring = "{\"seed\":1}", .metrics = metrics, .nmetrics = sizeof metrics / sizeof metrics[0]
	};
	struct err e;
	good(evaluation_end(d, id, &r, &e), &e);
}

/* The same work is the same row; anything that could change an answer makes another. */
static void
identity(void **state)
{
	(void)state;
	struct store *s = open_new("identity.db");
	struct db *d = store_db(s);
	struct evaluation_spec spec = a_spec();
	int64_t first = begin(d, &spec, false, EVALUATION_NEW);
	assert_int_equal(begin(d, &spec, false, EVALUATION_CONTINUED), first);
	spec.dataset = "elsewhere/instances.json";
	assert_int_equal(begin(d, &spec, false, EVALUATION_CONTINUED), first);
	finish(d, first);
	assert_int_equal(begin(d, &spec, false, EVALUATION_COMPLETE), first);

	static const struct store_model other = { "other", "person", "yolov8", "dd" };
	struct evaluation_spec others[] = { spec, spec, spec, spec, spec, spec, spec, spec, spec };
	others[0].kind = "score";
	others[1].dataset_sha256 = "0124";
	others[2].input = NULL;
	others[3].person = &other;
	others[4].person = NULL;
	others[5].face = &test_face;
	others[6].settings = "{}";
	others[7].version = "0.2.0";
	others[8].opencv = "";
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		begin(d, &others[i], false, EVALUATION_NEW);
	assert_int_equal(count(d, "SELECT count(*) FROM evaluation"), 10);
	assert_int_equal(count(d, "SELECT count(*) FROM model"), 3);

	/* again from the beginning: all that hung on it goes */
	begin(d, &spec, true, EVALUATION_NEW);
	assert_int_equal(count(d, "SELECT count(*) FROM evaluation"), 10);
	assert_int_equal(count(d, "SELECT count(*) FROM metric"), 0);
	store_close(s);
}

static int
note_metric(void *context, const struct evaluation_metric *m, struct err *e)
{
	char *text = context;
	(void)e;
	snprintf(text + strlen(text), 400 - strlen(text), "%s[%s]=%g(%g,%g)%d ", m->name, m->slice, m->value, m->low, m->high, (int)m->n);
	return 0;
}

static int
stop(void *context, const struct evaluation *v, struct err *e)
{
	int *n = context;
	(void)v;
	return ++*n == 2 ? err_set(e, ERR_FAIL, "enough") : 0;
}

static void
figures(void **state)
{
	(void)state;
	struct store *s = open_new("figures.db");
	struct db *d = store_db(s);
	struct evaluation_spec spec = a_spec();
	struct err e;
	int64_t id = begin(d, &spec, false, EVALUATION_NEW);
	struct evaluation v;
	good(evaluation_get(d, id, &v, &e), &e);
	assert_int_equal(v.ended_ms, 0);
	evaluation_free(&v);
	/* twice: figures are replaced, not added */
	finish(d, id);
	finish(d, id);
	char text[400] = "";
	good(evaluation_metrics(d, id, note_metric, text, &e), &e);
	assert_string_equal(text, "AP[]=0.5(0.4,0.6)10 zeta[]=0.25(nan,nan)10 AP50[]=-1(nan,nan)0 "
	    "AP50[class=b]=0.125(nan,nan)3 AP50[class=a]=0.75(nan,nan)7 ");
	good(evaluation_get(d, id, &v, &e), &e);
	assert_string_equal(v.kind, "detect");
	assert_string_equal(v.person, "yolo");
	assert_string_equal(v.person_sha256, "aa");
	assert_null(v.face);
	assert_string_equal(v.scoring, "{\"seed\":1}");
	assert_true(v.ended_ms >= v.started_ms && v.started_ms > 0);
	assert_int_equal(v.items, 9);
	assert_int_equal(v.rejected, 1);
	evaluation_free(&v);
	bad(evaluation_get(d, 77, &v, &e), &e, ERR_INPUT, "figures.db holds no evaluation 77");
	evaluation_free(&v);

	spec.settings = "{}";
	begin(d, &spec, false, EVALUATION_NEW);
	spec.settings = "{ }";
	begin(d, &spec, false, EVALUATION_NEW);
	int n = 0;
	bad(evaluation_each(d, stop, &n, &e), &e, ERR_FAIL, "enough");
	assert_int_equal(n, 2);

	/* a figure twice is a mistake that leaves the old ones */
	static const struct evaluation_metric twice[] = { { "AP", "", 1, NAN, NAN, 1 }, { "AP", NULL, 1, NAN, NAN, 1 } };
	const struct evaluation_result wrong = { .metrics = twice, .nmetrics = 2 };
	assert_int_equal(evaluation_end(d, id, &wrong, &e), -1);
	assert_false(db_in_transaction(d));
	assert_int_equal(count(d, "SELECT count(*) FROM metric"), 5);
	store_close(s);
}

/* ---- boxes ---- */

static void
make_labels(struct labels *l)
{
	*l = (struct labels) { 0 };
	labels_add_image(l, "a.jpg", 7)->width = 640;
	labels_add_image(l, "sub/b \xc3\xa9.jpg", -3);
	labels_add_image(l, "", 9);
	labels_add_class(l, "person", 1);
	labels_add_class(l, "person", 80);
	*labels_add_truth(l) = (struct truth) { .image = 2, .class_index = 1, .box = { 1.1, -2, 3, 0 }, .area = 1.0 / 3, .id = 5, .crowd = true };
	*labels_add_truth(l) = (struct truth) { .image = 0, .class_index = 0, .box = { 0, 0, 10, 20 }, .area = 200, .id = 0, .ignore = true };
	*labels_add_prediction(l) = (struct prediction) { .image = 2, .class_index = 0, .box = { 1, 2, 3, 4 }, .score = 0.5 };
	*labels_add_prediction(l) = (struct prediction) { .image = 0, .class_index = 1, .box = { 5, 6, 7, 8 }, .score = -0.25 };
	*labels_add_prediction(l) = (struct prediction) { .image = 2, .class_index = 1, .box = { -1, 2, 3, 4e8 }, .score = 1e-3 };
	*labels_add_prediction(l) = (struct prediction) { .image = 0, .class_index = 1, .box = { 5, 6, 7, 9 }, .score = 0.25 };
}

static void
digests(void **state)
{
	(void)state;
	struct labels l;
	char first[SHA256_HEX], again[SHA256_HEX];
	make_labels(&l);
	evaluation_digest(&l, first);
	/* what does not make it another set */
	l.npredictions = 0;
	l.images[1].width = l.images[1].height = 100;
	l.truths[1].box.x = -0.0;
	evaluation_digest(&l, again);
	assert_string_equal(first, again);
	/* and what does */
#define CHANGE(field, value) do { \
		__typeof__(field) before = (field); \
		(field) = (value); \
		evaluation_digest(&l, again); \
		assert_string_not_equal(first, again); \
		(field) = before; \
	} while (0)
	CHANGE(l.truths[0].box.w, 3.0000000000000004);
	CHANGE(l.truths[0].area, 0.5);
	CHANGE(l.truths[0].crowd, false);
	CHANGE(l.truths[0].ignore, true);
	CHANGE(l.truths[1].ignore, false);
	CHANGE(l.truths[0].image, 1);
	CHANGE(l.truths[0].class_index, 0);
	CHANGE(l.truths[0].id, 6);
	CHANGE(l.images[0].id, 8);
	CHANGE(l.classes[0].id, 2);
	CHANGE(l.ntruths, 1);
	CHANGE(l.images[0].name[0], 'b');
	CHANGE(l.classes[1].name[0], 'q');
#undef CHANGE
	labels_free(&l);
}

static void
same_prediction(const struct prediction *a, const struct prediction *b)
{
	assert_int_equal(a->image, b->image);
	assert_int_equal(a->class_index, b->class_index);
	assert_memory_equal(&a->box, &b->box, sizeof a->box);
	assert_true(a->score == b->score);
}

static void
round_trip(void **state)
{
	(void)state;
	struct store *s = open_new("trip.db");
	struct db *d = store_db(s);
	struct evaluation_spec spec = a_spec();
	struct labels l, got = { 0 };
	struct evaluation v;
	struct err e;
	char sha256[SHA256_HEX];
	bool done[3] = { false }, skipped[3] = { false };

	make_labels(&l);
	evaluation_digest(&l, sha256);
	spec.dataset_sha256 = sha256;
	good(evaluation_put_set(d, sha256, &l, &e), &e);
	good(evaluation_put_set(d, sha256, &l, &e), &e);
	assert_int_equal(count(d, "SELECT count(*) FROM label_truth"), 2);
	int64_t id = begin(d, &spec, false, EVALUATION_NEW);
	good(evaluation_done(d, id, 3, done, skipped, &e), &e);
	assert_false(done[0] || done[1] || done[2]);
	good(evaluation_put_predictions(d, id, &l, &e), &e);
	good(evaluation_done(d, id, 3, done, skipped, &e), &e);
	assert_true(done[0] && done[1] && done[2] && !skipped[0]);

	good(evaluation_get(d, id, &v, &e), &e);
	good(evaluation_set(d, &v, &got, &e), &e);
	good(evaluation_predictions(d, id, &got, &e), &e);
	assert_int_equal(got.nimages, 3);
	assert_int_equal(got.images[0].width, 640);
	assert_string_equal(got.images[1].name, "sub/b \xc3\xa9.jpg");
	assert_int_equal(got.images[1].id, -3);
	assert_int_equal(got.classes[1].id, 80);
	assert_int_equal(got.ntruths, 2);
	assert_true(got.truths[0].crowd && !got.truths[0].ignore && got.truths[0].area == 1.0 / 3);
	/* by picture, and in a picture as they came: the order of equal scores */
	static const size_t order[] = { 1, 3, 0, 2 };
	assert_int_equal(got.npredictions, 4);
	for (size_t i = 0; i < 4; i++)
		same_prediction(&got.predictions[i], &l.predictions[order[i]]);
	labels_free(&got);

	/* picture by picture, as a network gives them; a picture twice is a mistake */
	spec.settings = "{}";
	id = begin(d, &spec, false, EVALUATION_NEW);
	good(db_begin(d, &e), &e);
	good(evaluation_put_image(d, id, 2, false, &l.predictions[2], 1, &e), &e);
	good(evaluation_put_image(d, id, 1, true, NULL, 0, &e), &e);
	good(db_commit(d, &e), &e);
	assert_int_equal(evaluation_put_image(d, id, 1, false, NULL, 0, &e), -1);
	memset(done, 0, sizeof done);
	good(evaluation_done(d, id, 3, done, skipped, &e), &e);
	assert_true(!done[0] && done[1] && done[2] && skipped[1] && !skipped[2]);

	evaluation_free(&v);
	labels_free(&l);
	store_close(s);
}

/* A file may come from anywhere: no number of it is an index before it was looked at. */
static void
hostile(void **state)
{
	(void)state;
	static const struct {
		const char *sql, *text;
	} cases[] = {
		{ "UPDATE prediction SET image = 3 WHERE image = 2 AND number = 0", "table prediction" },
		{ "UPDATE prediction SET class = 2 WHERE number = 0", "table prediction" },
		{ "UPDATE prediction SET class = 4294967296 WHERE number = 0", "table prediction" },
		{ "UPDATE prediction SET w = 9e999", "table prediction" },
		{ "UPDATE evaluation_image SET image = 99 WHERE image = 2", "table evaluation_image" },
		{ "UPDATE label_truth SET image = -1", "table label_truth" },
		{ "UPDATE label_truth SET class = 99", "table label_truth" },
		{ "UPDATE label_truth SET area = 9e999", "table label_truth" },
		{ "UPDATE label_truth SET x = x + 1", "not stored, or are not what they were" },
		{ "UPDATE label_image SET name = 'c.jpg' WHERE number = 1", "not stored, or are not what they were" },
		{ "DELETE FROM label_set", "not stored, or are not what they were" },
		{ "UPDATE evaluation SET dataset_sha256 = NULL", "not stored, or are not what they were" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct store *s = open_new("hostile.db");
		struct db *d = store_db(s);
		struct evaluation_spec spec = a_spec();
		struct labels l, got = { 0 };
		struct evaluation v;
		struct err e;
		char sha256[SHA256_HEX];
		bool done[3] = { false }, skipped[3] = { false };
		make_labels(&l);
		evaluation_digest(&l, sha256);
		spec.dataset_sha256 = sha256;
		good(evaluation_put_set(d, sha256, &l, &e), &e);
		int64_t id = begin(d, &spec, false, EVALUATION_NEW);
		good(evaluation_put_predictions(d, id, &l, &e), &e);
		run(d, cases[i].sql);
		good(evaluation_get(d, id, &v, &e), &e);
		int r = evaluation_set(d, &v, &got, &e);
		if (r == 0)
			r = evaluation_predictions(d, id, &got, &e);
		if (r == 0)
			r = evaluation_done(d, id, 3, done, skipped, &e);
		bad(r, &e, ERR_DATA, cases[i].text);
		labels_free(&got);
		labels_free(&l);
		evaluation_free(&v);
		store_close(s);
	}
}

/* ---- items ---- */

static int
note_item(void *context, const struct evaluation_item *v, struct err *e)
{
	char *text = context;
	(void)e;
	snprintf(text + strlen(text), 400 - strlen(text), "%s %d %g %d %s; ", v->name, (int)v->truth, v->p_female, v->no_face,
	    v->slices != NULL ? v->slices : "-");
	return 0;
}

static void
items(void **state)
{
	(void)state;
	static const struct evaluation_item v[] = {
		{ "b.jpg", GENDER_FEMALE, 0.75, false, "{\"age\":\"20-29\"}" },
		{ "a.jpg", GENDER_MALE, NAN, true, NULL },
	};
	static const struct evaluation_item wrong[] = { { "b.jpg", GENDER_FEMALE, 2, false, NULL } };
	struct store *s = open_new("items.db");
	struct db *d = store_db(s);
	struct evaluation_spec spec = a_spec();
	struct err e;
	spec.kind = "gender";
	int64_t id = begin(d, &spec, false, EVALUATION_NEW);
	good(evaluation_put_items(d, id, "given", v, 1, &e), &e);
	good(evaluation_put_items(d, id, "end_to_end", v, 2, &e), &e);
	good(evaluation_put_items(d, id, "given", v, 2, &e), &e);
	char text[400] = "";
	good(evaluation_items(d, id, "given", note_item, text, &e), &e);
	assert_string_equal(text, "b.jpg 1 0.75 0 {\"age\":\"20-29\"}; a.jpg 2 nan 1 -; ");
	assert_int_equal(evaluation_put_items(d, id, "given", wrong, 1, &e), -1);
	assert_int_equal(evaluation_put_items(d, id, "sideways", v, 1, &e), -1);
	assert_int_equal(count(d, "SELECT count(*) FROM evaluation_item"), 4);
	assert_int_equal(begin(d, &spec, true, EVALUATION_NEW) != 0, 1);
	assert_int_equal(count(d, "SELECT count(*) FROM evaluation_item"), 0);
	store_close(s);
}

/* A database of the first schema, with an evaluation in it, becomes one of this. */
static void
migration(void **state)
{
	(void)state;
	struct store *s = open_new("old.db");
	struct db *d = store_db(s);
	struct err e;
	run(d, undo_4 "DROP TABLE metric; DROP TABLE evaluation_item; DROP TABLE prediction; DROP TABLE evaluation_image;"
	    " DROP TABLE label_truth; DROP TABLE label_class; DROP TABLE label_image; DROP TABLE label_set; DROP TABLE evaluation;"
	    " CREATE TABLE evaluation (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,"
	    " kind TEXT NOT NULL CHECK (kind IN ('detect', 'face', 'gender', 'score')), dataset TEXT NOT NULL, dataset_sha256 TEXT,"
	    " person_model_id INTEGER REFERENCES model (id), face_model_id INTEGER REFERENCES model (id),"
	    " gender_model_id INTEGER REFERENCES model (id), settings TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER,"
	    " items INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0) STRICT;"
	    " CREATE TABLE metric (evaluation_id INTEGER NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE, name TEXT NOT NULL,"
	    " slice TEXT NOT NULL DEFAULT '', value REAL NOT NULL, low REAL, high REAL, n INTEGER NOT NULL,"
	    " PRIMARY KEY (evaluation_id, name, slice)) STRICT, WITHOUT ROWID;"
	    " INSERT INTO evaluation VALUES (5, 'u', 'score', 'x.json', NULL, NULL, NULL, NULL, '{}', 1, 2, 3, 4);"
	    " INSERT INTO metric VALUES (5, 'AP', '', 0.5, 0.25, 0.75, 3);"
	    " ALTER TABLE frame DROP COLUMN gated; ALTER TABLE minute DROP COLUMN gated;"
	    " PRAGMA user_version = 1");
	store_close(s);
	bad(store_open_read(&d, "old.db", 100, &e), &e, ERR_DATA, "older schema (1;");
	good(store_open(&s, "old.db", TEST_TIMEOUT_MS, &e), &e);
	d = store_db(s);
	assert_int_equal(count(d, "PRAGMA user_version"), STORE_SCHEMA);
	assert_int_equal(count(d, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	struct evaluation v;
	good(evaluation_get(d, 5, &v, &e), &e);
	assert_string_equal(v.dataset, "x.json");
	assert_int_equal(v.rejected, 4);
	evaluation_free(&v);
	char text[400] = "";
	good(evaluation_metrics(d, 5, note_metric, text, &e), &e);
	assert_string_equal(text, "AP[]=0.5(0.25,0.75)3 ");
	/* references follow the new names */
	run(d, "DELETE FROM evaluation");
	assert_int_equal(count(d, "SELECT count(*) FROM metric"), 0);
	struct evaluation_spec spec = a_spec();
	spec.kind = "counts";
	begin(d, &spec, false, EVALUATION_NEW);
	struct buf findings = { 0 };
	assert_int_equal(check_database(d, &findings, &e), 0);
	buf_free(&findings);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity),
		cmocka_unit_test(figures),
		cmocka_unit_test(digests),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(hostile),
		cmocka_unit_test(items),
		cmocka_unit_test(migration),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
