/* store: runs made, continued and repeated; what other programs and accidents leave behind. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/when.h"
#include "store/statements.h"
#include "store_test.h"

static struct store *
open_store(const char *path)
{
	struct err e;
	struct store *s;
	good(store_open(&s, path, TEST_TIMEOUT_MS, &e), &e);
	return s;
}

static struct store_begun
begin(struct store *s, const struct store_run *spec, bool force)
{
	struct err e;
	struct store_begun b;
	good(store_begin(s, spec, force, &b, &e), &e);
	return b;
}

static void
end(struct store *s, const char *status, int64_t read)
{
	struct err e;
	good(store_end(s, status, read, 0, NULL, &e), &e);
}

/* ---- schema ---- */

/* Names and order of the columns; scripts rely on them, new ones come last. */
static const struct {
	const char *table, *columns;
} contract[] = {
	{ "source", "id,uuid,name,kind,uri,width,height" },
	{ "model", "id,name,task,family,sha256" },
	{ "run", "id,uuid,source_id,status,started_ms,ended_ms,first_ms,last_ms,clock,person_model_id,face_model_id,"
	    "gender_model_id,settings,version,opencv,input_sha256,frames_read,frames_analyzed,frames_dropped,error,pruned_ms,frames_pruned" },
	{ "frame", "id,run_id,number,time_ms,gated" },
	{ "person", "id,frame_id,track_id,score,x,y,w,h" },
	{ "face", "id,frame_id,person_id,score,x,y,w,h,gender,p_female" },
	{ "minute", "run_id,start_ms,frames,covered_ms,dropped,people_sum,people_min,people_max,men_sum,women_sum,"
	    "unknown_sum,faces_sum,gated,age_median_ms,age_p95_ms,age_max_ms,frozen,dark,moved" },
	{ "gap", "id,run_id,from_ms,to_ms,reason,detail" },
	{ "segment", "id,run_id,source,path,folder,start_ms,end_ms,first_number,last_number,frames,bytes,sha256,blurred,"
	    "uploaded_ms,deleted_ms" },
	{ "evaluation", "id,uuid,kind,dataset,dataset_sha256,person_model_id,face_model_id,gender_model_id,settings,"
	    "started_ms,ended_ms,items,rejected,input,run_id,scoring,version,opencv" },
	{ "metric", "evaluation_id,name,slice,value,low,high,n,number" },
	{ "label_set", "id,sha256" },
	{ "label_image", "set_id,number,id,name,width,height" },
	{ "label_class", "set_id,number,id,name" },
	{ "label_truth", "set_id,number,image,class,id,x,y,w,h,area,crowd,ignore" },
	{ "evaluation_image", "evaluation_id,image,skipped" },
	{ "prediction", "evaluation_id,image,number,class,score,x,y,w,h" },
	{ "evaluation_item", "evaluation_id,view,number,name,truth,p_female,no_face,slices" },
	{ "people_per_minute", "source,time_utc,time,people_avg,people_min,people_max,frames,coverage" },
	{ "gender_per_minute", "source,time_utc,time,men_avg,women_avg,unknown_avg,frames,coverage" },
};

static void
schema(void **state)
{
	(void)state;
	struct err e;
	struct stmt *st;
	struct store *s = open_store("schema.db");
	struct db *d = store_db(s);
	assert_int_equal(count_of(d, "PRAGMA application_id"), 0x666F6F74);
	assert_int_equal(count_of(d, "PRAGMA user_version"), STORE_SCHEMA);
	assert_int_equal(count_of(d, "PRAGMA foreign_keys"), 1);
	assert_int_equal(count_of(d, "PRAGMA auto_vacuum"), 2);
	good(stmt_new(&st, d, "PRAGMA journal_mode", &e), &e);
	assert_int_equal(stmt_step(st, &e), 1);
	assert_true(stmt_is(st, 0, "wal"));
	stmt_free(st);
	assert_int_equal(count_of(d, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
	    " AND name NOT LIKE 'sqlite%' AND strict = 0"), 0);
	assert_int_equal(count_of(d, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main'"
	    " AND name NOT LIKE 'sqlite%'"), sizeof contract / sizeof contract[0]);
	good(stmt_new(&st, d, "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(:table) ORDER BY cid)", &e), &e);
	for (size_t i = 0; i < sizeof contract / sizeof contract[0]; i++) {
		stmt_bind_text(st, ":table", contract[i].table);
		assert_int_equal(stmt_step(st, &e), 1);
		assert_string_equal(stmt_text(st, 0), contract[i].columns);
		stmt_reset(st);
	}
	stmt_free(st);
	store_close(s);
	assert_int_not_equal(access("schema.db-wal", F_OK), 0);
	store_close(NULL);
}

/* Each is refused by a constraint. */
static void
constraints(void **state)
{
	(void)state;
	static const char *const refused[] = {
		"INSERT INTO source VALUES (9, 'u', 'other', 'disk', 'x', 1, 1)",
		"INSERT INTO source VALUES (9, 'u', 'a.avi', 'file', 'x', 1, 1)",
		"INSERT INTO source VALUES (9, 'u', 'other', 'file', 'x', 0, 1)",
		"INSERT INTO model VALUES (9, 'n', 'horse', 'f', 'dd')",
		"INSERT INTO model VALUES (9, 'n', 'face', 'f', 'bb')",
		"UPDATE run SET status = 'done'",
		"UPDATE run SET status = 'running'",
		"UPDATE run SET clock = 'sun'",
		"UPDATE run SET source_id = 77",
		"UPDATE run SET person_model_id = 77",
		"UPDATE run SET first_ms = NULL",
		"UPDATE run SET frames_read = 3",
		"UPDATE frame SET number = 1 WHERE number = 2",
		"UPDATE frame SET time_ms = 9e18",
		"UPDATE frame SET time_ms = 'noon'",
		"UPDATE person SET score = 1.5",
		"UPDATE person SET score = NULL",
		"UPDATE person SET w = 9e999",
		"UPDATE person SET x = -1",
		"UPDATE face SET gender = 'unknown'",
		"UPDATE face SET gender = 'male', p_female = NULL",
		"UPDATE face SET p_female = -0.1",
		"UPDATE face SET person_id = 1",
		"UPDATE face SET person_id = 123456",
		"UPDATE minute SET covered_ms = 60001",
		"UPDATE minute SET covered_ms = -1",
		"UPDATE minute SET frames = 0",
		"UPDATE minute SET start_ms = start_ms + 1",
		"UPDATE minute SET men_sum = men_sum + 1",
		"UPDATE minute SET people_min = people_max + 1",
		"DELETE FROM source",
	};
	struct store_run spec = test_spec("/v/a.avi");
	fill("constraints.db", &spec, 50);
	struct err e;
	struct db *d;
	good(db_open(&d, "constraints.db", DB_WRITE, 100, &e), &e);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		if (db_exec(d, refused[i], &e) == 0)
			fail_msg("not refused: %s", refused[i]);
		assert_int_equal(e.code, ERR_FAIL);
	}
	assert_true(count_of(d, "SELECT count(*) FROM face") > 0);
	good(db_exec(d, "DELETE FROM run", &e), &e);
	static const char *const gone[] = { "frame", "person", "face", "minute" };
	for (size_t i = 0; i < 4; i++) {
		char sql[64];
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", gone[i]);
		assert_int_equal(count_of(d, sql), 0);
	}
	db_close(d);
}

static void
foreign(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	struct store *s;
	tamper("other.db", "CREATE TABLE songs (name); PRAGMA application_id = 252006675");
	bad(store_open_read(&d, "other.db", 100, &e), &e, ERR_DATA, "other.db is a database of another program");
	bad(store_open(&s, "other.db", 100, &e), &e, ERR_DATA, "other.db is a database of another program");
	tamper("plain.db", "CREATE TABLE songs (name)");
	bad(store_open(&s, "plain.db", 100, &e), &e, ERR_DATA, "application_id 0x00000000");
	/* not touched: not even its journal mode */
	good(db_open(&d, "plain.db", DB_READ, 100, &e), &e);
	struct stmt *st;
	good(stmt_new(&st, d, "PRAGMA journal_mode", &e), &e);
	assert_int_equal(stmt_step(st, &e), 1);
	assert_true(stmt_is(st, 0, "delete"));
	stmt_free(st);
	assert_int_equal(count_of(d, "SELECT count(*) FROM sqlite_schema"), 1);
	db_close(d);
	tamper("numbered.db", "PRAGMA user_version = 3");
	bad(store_open(&s, "numbered.db", 100, &e), &e, ERR_DATA, "another program");

	struct store_run spec = test_spec("/v/a.avi");
	fill("newer.db", &spec, 3);
	char text[120];
	snprintf(text, sizeof text, "PRAGMA user_version = %d", STORE_SCHEMA + 1);
	tamper("newer.db", text);
	snprintf(text, sizeof text, "made by a newer footfall (schema %d; this one knows %d)", STORE_SCHEMA + 1, STORE_SCHEMA);
	bad(store_open_read(&d, "newer.db", 100, &e), &e, ERR_DATA, text);
	bad(store_open(&s, "newer.db", 100, &e), &e, ERR_DATA, text);
	tamper("newer.db", "PRAGMA user_version = -7");
	bad(store_open(&s, "newer.db", 100, &e), &e, ERR_DATA, "schema -7, which never was");

	FILE *f = fopen("empty.db", "wb");
	fclose(f);
	bad(store_open_read(&d, "empty.db", 100, &e), &e, ERR_DATA, "empty.db is empty");
	assert_null(d);
	fill("empty.db", &spec, 3);
	check_clean("empty.db");

	/* ours by its mark, and yet without its tables */
	snprintf(text, sizeof text, "CREATE TABLE run (id); PRAGMA application_id = 0x666F6F74; PRAGMA user_version = %d", STORE_SCHEMA);
	tamper("mark.db", text);
	bad(store_open(&s, "mark.db", 100, &e), &e, ERR_DATA, "no such table: source");
}

/* ---- runs ---- */

static void
idempotent(void **state)
{
	(void)state;
	struct store_run spec = test_spec("/v/again.avi");
	struct store *s = open_store("again.db");
	struct err e;
	struct store_begun b = begin(s, &spec, false);
	assert_int_equal(b.how, STORE_NEW);
	assert_int_equal(b.frames_analyzed, 0);
	assert_int_equal(b.last_number, -1);
	assert_false(b.has_minute);
	good(write_frames(s, &b, 100, true, &e), &e);
	end(s, "complete", 100);

	int64_t run = b.run_id;
	b = begin(s, &spec, false);
	assert_int_equal(b.how, STORE_COMPLETE);
	assert_int_equal(b.run_id, run);
	assert_int_equal(b.frames_analyzed, 100);
	assert_int_equal(b.last_number, 99);
	assert_true(b.has_minute);

	/* whatever can change rows makes another run */
	struct store_run other[9];
	for (size_t i = 0; i < 9; i++)
		other[i] = spec;
	static const struct store_model retrained = { "yolo", "person", "yolov5", "ee" };
	other[0].input_sha256 = "4567";
	other[1].person = &retrained;
	other[2].face = NULL;
	other[3].gender = NULL;
	other[4].settings = "{\"minute.gap_ms\":2000}";
	other[5].version = "0.1.1";
	other[6].opencv = "4.6.1";
	other[7].uri = "/v/elsewhere.avi";
	other[8].person = NULL;
	for (size_t i = 0; i < 9; i++) {
		b = begin(s, &other[i], false);
		assert_int_equal(b.how, STORE_NEW);
		end(s, "complete", 0);
		assert_int_equal(begin(s, &other[i], false).how, STORE_COMPLETE);
	}
	/* and this does not */
	struct store_run same = spec;
	static const struct store_model renamed = { "my-yolo", "person", "yolov5", "aa" };
	same.person = &renamed;
	same.clock = "name";
	same.width = 1;
	assert_int_equal(begin(s, &same, false).how, STORE_COMPLETE);
	store_close(s);
	assert_int_equal(count_in("again.db", "SELECT count(*) FROM run"), 10);
	check_clean("again.db");
}

static void
live_is_always_new(void **state)
{
	(void)state;
	struct store_run spec = test_spec("0");
	spec.kind = "camera";
	spec.clock = "wall";
	spec.input_sha256 = NULL;
	struct store *s = open_store("live.db");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(begin(s, &spec, i == 2).how, STORE_NEW);
		end(s, "complete", 0);
	}
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM run"), 3);
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM source"), 1);
	store_close(s);
}

static void
forced(void **state)
{
	(void)state;
	struct err e;
	struct store_run spec = test_spec("/v/force.avi"), other = test_spec("/v/other.avi");
	fill("force.db", &spec, 200);
	fill("force.db", &other, 200);
	char before[SHA256_HEX], after[SHA256_HEX];
	struct store *s = open_store("force.db");
	struct store_begun b = begin(s, &spec, true);
	assert_int_equal(b.how, STORE_NEW);
	assert_int_equal(b.frames_analyzed, 0);
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM frame"), 200);	/* the other's */
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM run"), 2);
	good(write_frames(s, &b, 200, true, &e), &e);
	end(s, "complete", 200);
	store_close(s);
	check_clean("force.db");

	/* runs come in another order now, so the digest is compared with a database made in that order */
	fill("order.db", &other, 200);
	fill("order.db", &spec, 200);
	digest("force.db", before);
	digest("order.db", after);
	assert_string_equal(before, after);
}

static void
continued(void **state)
{
	(void)state;
	struct err e;
	struct store_run spec = test_spec("/v/continue.avi");
	static const char *const ends[] = { "interrupted", "failed", NULL };
	fill("straight.db", &spec, 900);
	char want[SHA256_HEX], got[SHA256_HEX];
	digest("straight.db", want);

	int64_t stops[] = { 0, 1, 2, 3, 50, 400, 401, 899, 900 };
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		struct store *s = open_store("stops.db");
		struct store_begun b = begin(s, &spec, false);
		assert_int_equal(b.how, i == 0 ? STORE_NEW : STORE_CONTINUED);
		assert_int_equal(b.frames_analyzed, i == 0 ? 0 : stops[i - 1]);
		assert_int_equal(b.last_number, i == 0 ? -1 : stops[i - 1] - 1);
		good(write_frames(s, &b, stops[i], true, &e), &e);
		if (ends[i % 3] != NULL)
			good(store_end(s, ends[i % 3], stops[i], 0, "a reason", &e), &e);
		else
			good(store_commit(s, &e), &e);	/* and is killed */
		store_close(s);
		check_clean("stops.db");
	}
	struct store *s = open_store("stops.db");
	struct store_begun b = begin(s, &spec, false);
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM run WHERE status = 'running' AND ended_ms IS NULL AND error IS NULL"), 1);
	good(write_frames(s, &b, 900, true, &e), &e);
	end(s, "complete", 900);
	store_close(s);
	digest("stops.db", got);
	assert_string_equal(got, want);

	/* without the person stage faces are people */
	struct store_run faces = test_spec("/v/faces.avi");
	faces.person = NULL;
	fill("faces.db", &faces, 900);
	check_clean("faces.db");
	assert_int_equal(count_in("faces.db", "SELECT sum(people_sum) = sum(faces_sum) AND sum(men_sum) > 0 FROM minute"), 1);
}

/* What a damaged database says of a run must not be built upon. */
static void
not_continued(void **state)
{
	(void)state;
	static const char *const damage[] = {
		"DELETE FROM minute",
		"DELETE FROM frame",
		"UPDATE run SET frames_analyzed = 0, first_ms = NULL, last_ms = NULL",
		"UPDATE frame SET time_ms = 9223372036854775807",
		"UPDATE frame SET time_ms = -time_ms",
		"UPDATE minute SET people_sum = -9223372036854775807",
	};
	for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		struct err e;
		struct store_run spec = test_spec("/v/damage.avi");
		struct store *s = open_store("damage.db");
		struct store_begun b = begin(s, &spec, false);
		good(write_frames(s, &b, 30, true, &e), &e);
		end(s, "interrupted", 30);
		store_close(s);
		tamper("damage.db", damage[i]);
		s = open_store("damage.db");
		bad(store_begin(s, &spec, false, &b, &e), &e, ERR_DATA, "cannot be continued");
		store_close(s);
		assert_int_equal(unlink("damage.db"), 0);
	}
}

static void
name_of(struct store *s, const char *name, const char *uri, const char *kind, const char *want)
{
	struct err e;
	struct stmt *st;
	struct store_run spec = test_spec(uri);
	spec.source_name = name;
	spec.kind = kind;
	struct store_begun b = begin(s, &spec, false);
	good(stmt_new(&st, store_db(s), "SELECT s.name FROM run r JOIN source s ON s.id = r.source_id WHERE r.id = :run", &e), &e);
	stmt_bind_int(st, ":run", b.run_id);
	assert_int_equal(stmt_step(st, &e), 1);
	assert_string_equal(stmt_text(st, 0), want);
	stmt_free(st);
	if (b.how != STORE_COMPLETE)
		end(s, "complete", 0);
}

static void
sources(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store *s = open_store("sources.db");
	name_of(s, NULL, "/v/cam1/rec.avi", "file", "rec.avi");
	name_of(s, NULL, "/v/cam1/rec.avi", "file", "rec.avi");
	name_of(s, NULL, "/v/cam2/rec.avi", "file", "cam2/rec.avi");
	name_of(s, NULL, "/w/cam2/rec.avi", "file", "w/cam2/rec.avi");
	name_of(s, NULL, "/x/w/cam2/rec.avi", "file", "x/w/cam2/rec.avi");
	name_of(s, NULL, "rec.avi", "file", "rec.avi (2)");
	name_of(s, NULL, "/v/cam1/rec.avi", "images", "cam1/rec.avi");	/* another kind is another source */
	name_of(s, NULL, "/v/pictures/", "images", "pictures");
	name_of(s, NULL, "/u//pictures//", "images", "u//pictures");
	name_of(s, NULL, "/", "images", "/");
	name_of(s, NULL, "rtsp://host/live", "stream", "live");
	name_of(s, NULL, "rtsp://else/live", "stream", "else/live");
	name_of(s, NULL, "0", "camera", "0");
	name_of(s, NULL, "/v/a 'b' \"c\"\n.avi", "file", "a 'b' \"c\"\n.avi");
	/* a given name: its source, wherever the input is now */
	name_of(s, "entrance", "/v/1.avi", "file", "entrance");
	name_of(s, "entrance", "/v/2.avi", "file", "entrance");
	assert_int_equal(count_of(store_db(s), "SELECT uri = '/v/1.avi' FROM source WHERE name = 'entrance'"), 1);
	name_of(s, NULL, "/v/1.avi", "file", "entrance");
	name_of(s, NULL, "/v/2.avi", "file", "2.avi");
	name_of(s, "3.avi", "/v/4.avi", "file", "3.avi");
	name_of(s, NULL, "/v/3.avi", "file", "v/3.avi");
	struct store_run spec = test_spec("rtsp://host/x");
	spec.source_name = "entrance";
	spec.kind = "stream";
	bad(store_begin(s, &spec, false, &b, &e), &e, ERR_USAGE, "source entrance in sources.db is of another kind than stream");
	assert_false(db_in_transaction(store_db(s)));
	store_close(s);
	check_clean("sources.db");
	/* random, version 4 */
	assert_int_equal(count_in("sources.db", "SELECT count(*) FROM source WHERE uuid NOT LIKE"
	    " '________-____-4___-____-____________' OR uuid NOT GLOB '*-[89ab]*-*' OR uuid GLOB '*[^-0-9a-f]*'"), 0);
}

static void
loaded(void **state)
{
	(void)state;
	struct err e;
	struct frame_result want = {0}, got = {0};
	struct store_run spec = test_spec("/v/load.avi");
	fill("load.db", &spec, 60);
	struct store *s = open_store("load.db");
	assert_int_equal(begin(s, &spec, false).how, STORE_COMPLETE);
	int64_t time_ms = -90000;
	for (int64_t i = 0; i < 60; i++) {
		time_ms += test_step(i);
		test_frame(&want, i, time_ms, true);
		assert_int_equal(store_load_frame(s, i, &got, &e), 1);
		assert_int_equal(got.number, i);
		assert_int_equal(got.time_ms, time_ms);
		assert_int_equal(got.npersons, want.npersons);
		for (size_t k = 0; k < want.npersons; k++) {
			assert_memory_equal(&got.persons[k].box, &want.persons[k].box, sizeof want.persons[k].box);
			assert_true(got.persons[k].score == want.persons[k].score);
		}
		assert_int_equal(got.nfaces, want.nfaces);
		for (size_t k = 0; k < want.nfaces; k++) {
			assert_int_equal(got.faces[k].person, want.faces[k].person);
			assert_int_equal(got.faces[k].gender, want.faces[k].gender);
			assert_memory_equal(&got.faces[k].box, &want.faces[k].box, sizeof want.faces[k].box);
			assert_true(got.faces[k].p_female == want.faces[k].p_female
			    || (isnan(got.faces[k].p_female) && isnan(want.faces[k].p_female)));
			assert_false(got.faces[k].has_points);
		}
	}
	assert_int_equal(store_load_frame(s, 60, &got, &e), 0);
	assert_int_equal(got.npersons + got.nfaces, 0);
	store_close(s);
	result_free(&want);
	result_free(&got);
}

/* ---- others at work ---- */

static void
two_writers(void **state)
{
	(void)state;
	struct err e;
	struct store_run spec = test_spec("/v/two.avi");
	struct store *a = open_store("two.db"), *b = open_store("two.db");
	struct store_begun at_a = begin(a, &spec, false);
	good(write_frames(a, &at_a, 10, true, &e), &e);
	good(store_commit(a, &e), &e);
	struct store_begun at_b = begin(b, &spec, false);
	assert_int_equal(at_b.how, STORE_CONTINUED);
	assert_int_equal(at_b.run_id, at_a.run_id);

	/* the first goes on, the second is too late and changes nothing, nor does its end */
	at_a = begin(a, &spec, false);
	good(write_frames(a, &at_a, 20, true, &e), &e);
	good(store_commit(a, &e), &e);
	bad(write_frames(b, &at_b, 20, true, &e), &e, ERR_FAIL, "another process is writing this run");
	good(store_end(b, "failed", 20, 0, "lost", &e), &e);
	end(a, "complete", 20);
	assert_int_equal(count_of(store_db(a), "SELECT count(*) FROM run WHERE status = 'complete' AND error IS NULL"), 1);

	/* a run deleted under its writer; the new one has the id of the old one */
	struct store_run longer = test_spec("/v/longer.avi");
	at_b = begin(b, &longer, false);
	good(write_frames(b, &at_b, 10, true, &e), &e);
	good(store_commit(b, &e), &e);
	at_a = begin(a, &longer, true);
	assert_int_equal(at_a.run_id, at_b.run_id);
	struct frame_result r = { .number = 10 };
	bad(store_frame(b, &r, NULL, 0, 11, &e), &e, ERR_FAIL, "another process deleted this run");
	good(store_end(b, "failed", 20, 0, "lost", &e), &e);
	good(write_frames(a, &at_a, 10, true, &e), &e);
	/* the same frame twice */
	r.number = 9;
	bad(store_frame(a, &r, NULL, 0, 10, &e), &e, ERR_FAIL, "frame 9 of run 2 is there");
	store_close(a);
	store_close(b);
	check_clean("two.db");
}

static void
locked(void **state)
{
	(void)state;
	struct err e;
	struct store *s = open_store("lock.db"), *t;
	struct store_begun b;
	struct store_run spec = test_spec("/v/lock.avi");
	good(store_open(&t, "lock.db", 60, &e), &e);
	good(db_begin(store_db(s), &e), &e);
	int64_t before = when_monotonic_ms();
	bad(store_begin(t, &spec, false, &b, &e), &e, ERR_IO, "lock.db is locked by another process");
	assert_in_range(when_monotonic_ms() - before, 50, 2000);
	db_rollback(store_db(s));
	b = begin(t, &spec, false);
	good(write_frames(t, &b, 3, true, &e), &e);
	/* a reader sees the state of the last commit meanwhile */
	assert_int_equal(count_in("lock.db", "SELECT count(*) FROM frame"), 0);
	end(t, "complete", 3);
	assert_int_equal(count_in("lock.db", "SELECT count(*) FROM frame"), 3);
	store_close(s);
	store_close(t);
}

/* The disk fills at every possible moment; what was committed stays, and can be continued. */
static void
disk_full(void **state)
{
	(void)state;
	struct err e;
	struct store_run spec = test_spec("/v/full.avi");
	char want[SHA256_HEX], got[SHA256_HEX];
	fill("roomy.db", &spec, 600);
	digest("roomy.db", want);

	struct store *s = open_store("full.db");
	int64_t pages = count_of(store_db(s), "PRAGMA page_count");
	store_close(s);
	int failures = 0;
	for (int64_t room = 0; room < 40; room += 3) {
		struct store_begun b;
		char sql[64];
		s = open_store("full.db");
		snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld", (long long)(pages + room));
		good(db_exec(store_db(s), sql, &e), &e);
		bool began = store_begin(s, &spec, false, &b, &e) == 0;
		if (began && write_frames(s, &b, 600, true, &e) != 0) {
			assert_int_equal(e.code, ERR_IO);
			assert_non_null(strstr(e.msg, "the disk is full"));
			failures++;
			struct err second;
			struct frame_result r = { .number = 1000 };
			bad(store_frame(s, &r, NULL, 0, 1001, &second), &second, ERR_FAIL, "takes no more frames");
			/* this may fail for the same reason, and must leave all as it was */
			if (store_end(s, "failed", 600, 0, e.msg, &second) != 0)
				assert_int_equal(second.code, ERR_IO);
		}
		store_close(s);
		check_clean("full.db");
	}
	assert_true(failures > 3);
	fill("full.db", &spec, 600);
	check_clean("full.db");
	digest("full.db", got);
	assert_string_equal(got, want);
}

/* ---- kills ---- */

enum { KILL_FRAMES = 8000, KILLS = 20 };

static void
write_and_exit(const char *path)
{
	struct err e;
	struct store *s;
	struct store_begun b;
	struct store_run spec = test_spec("/v/kill.avi");
	if (store_open(&s, path, TEST_TIMEOUT_MS, &e) != 0 || store_begin(s, &spec, false, &b, &e) != 0)
		_exit(1);
	if (b.how != STORE_COMPLETE && (write_frames(s, &b, KILL_FRAMES, true, &e) != 0
		|| store_end(s, "complete", KILL_FRAMES, 0, NULL, &e) != 0))
		_exit(2);
	store_close(s);
	_exit(0);
}

/* Killed before the tables were committed? That is a valid state, too. */
static bool
is_empty(const char *path)
{
	struct err e;
	struct db *d;
	if (access(path, F_OK) != 0)
		return true;
	bool empty = store_open_read(&d, path, TEST_TIMEOUT_MS, &e) != 0
	    && (strstr(e.msg, "is empty") != NULL || strstr(e.msg, "in the middle of a change") != NULL);
	db_close(d);
	return empty;
}

static void
killed(void **state)
{
	(void)state;
	struct store_run spec = test_spec("/v/kill.avi");
	char want[SHA256_HEX], got[SHA256_HEX];
	fill("alive.db", &spec, KILL_FRAMES);
	digest("alive.db", want);

	/* instants are random, and told so that a failure can be had again */
	unsigned seed = (unsigned)time(NULL) ^ (unsigned)getpid();
	print_message("seed %u\n", seed);
	int kills = 0;
	bool done = false;
	for (int i = 0; !done; i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			write_and_exit("killed.db");
		int status;
		if (i < KILLS) {
			struct timespec t = { .tv_nsec = 200000 + (long)(mix(seed + (unsigned)i) % 25000) * 1000 };
			nanosleep(&t, NULL);
			kill(pid, SIGKILL);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		done = WIFEXITED(status);
		if (done)
			assert_int_equal(WEXITSTATUS(status), 0);
		else
			kills++;
		if (done || !is_empty("killed.db"))
			check_clean("killed.db");
	}
	assert_true(kills >= 3);
	print_message("%d kills\n", kills);
	digest("killed.db", got);
	assert_string_equal(got, want);
}

/* Killed in the first milliseconds of a database, when its tables are made; the next process completes it. */
static void
killed_young(void **state)
{
	(void)state;
	unsigned seed = (unsigned)time(NULL) ^ (unsigned)getpid();
	print_message("seed %u\n", seed);
	for (unsigned i = 0; i < 40; i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct err e;
			struct store *s;
			_exit(store_open(&s, "young.db", TEST_TIMEOUT_MS, &e));
		}
		struct timespec t = { .tv_nsec = (long)(mix(seed + i) % 6000) * 1000 };
		nanosleep(&t, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		is_empty("young.db");	/* a reader in between changes nothing */
		struct store_run spec = test_spec("/v/young.avi");
		fill("young.db", &spec, 1);
		check_clean("young.db");
		assert_int_equal(unlink("young.db"), 0);
		unlink("young.db-wal");
		unlink("young.db-shm");
	}
}

/* Many make and migrate the same new database at once. */
static void
made_together(void **state)
{
	(void)state;
	enum { WRITERS = 6 };
	pid_t pids[WRITERS];
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct err e;
			struct store *s;
			struct store_begun b;
			char uri[32];
			snprintf(uri, sizeof uri, "/v/%d.avi", i);
			struct store_run spec = test_spec(uri);
			if (store_open(&s, "together.db", 20000, &e) != 0 || store_begin(s, &spec, false, &b, &e) != 0
			    || write_frames(s, &b, 700, true, &e) != 0 || store_end(s, "complete", 700, 0, NULL, &e) != 0) {
				fprintf(stderr, "%s\n", e.msg);
				_exit(1);
			}
			store_close(s);
			_exit(0);
		}
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	check_clean("together.db");
	assert_int_equal(count_in("together.db", "SELECT count(*) FROM run WHERE status = 'complete'"), WRITERS);
	assert_int_equal(count_in("together.db", "SELECT count(*) FROM model"), 3);
}

/* ---- readers' views, plans, speed ---- */

static void
views(void **state)
{
	(void)state;
	struct err e;
	struct stmt *st;
	struct store_run spec = test_spec("/v/view.avi");
	fill("views.db", &spec, 200);
	int64_t minutes = count_in("views.db", "SELECT count(*) FROM minute");
	assert_int_equal(count_in("views.db", "SELECT count(*) FROM people_per_minute"), minutes);
	/* a newer run of the first part only: it speaks for the minutes that it has */
	spec.settings = "{\"minute.gap_ms\":2000,\"person.min_score\":0.5}";
	fill("views.db", &spec, 100);
	struct store_run other = test_spec("/v/view2.avi");
	fill("views.db", &other, 200);
	assert_int_equal(count_in("views.db", "SELECT count(*) FROM people_per_minute WHERE source = 'view.avi'"), minutes);
	assert_int_equal(count_in("views.db", "SELECT count(*) FROM gender_per_minute"), 2 * minutes);
	assert_int_equal(count_in("views.db", "SELECT count(*) FROM people_per_minute v JOIN minute m ON m.start_ms = v.time * 1000"
	    " WHERE m.run_id = 2 AND v.source = 'view.avi' AND v.frames <> m.frames"), 0);
	assert_int_equal(count_in("views.db", "SELECT count(*) FROM people_per_minute v JOIN minute m ON m.start_ms = v.time * 1000"
	    " JOIN gender_per_minute g ON g.time = v.time AND g.source = v.source"
	    " WHERE m.run_id = 3 AND v.source = 'view2.avi' AND (v.people_avg <> 1.0 * m.people_sum / m.frames"
	    " OR abs(g.men_avg + g.women_avg + g.unknown_avg - v.people_avg) > 1e-9 OR v.coverage <> m.covered_ms / 60000.0)"), 0);

	struct db *d;
	good(store_open_read(&d, "views.db", 100, &e), &e);
	good(stmt_new(&st, d, "SELECT time, time_utc, people_avg FROM people_per_minute ORDER BY time", &e), &e);
	assert_int_equal(stmt_step(st, &e), 1);
	assert_int_equal(stmt_type(st, 0), STMT_INT);
	assert_int_equal(stmt_int(st, 0), -120);
	assert_string_equal(stmt_text(st, 1), "1969-12-31T23:58:00Z");
	assert_int_equal(stmt_type(st, 2), STMT_REAL);
	stmt_free(st);
	db_close(d);
}

static void
plans(void **state)
{
	(void)state;
	struct store *s = open_store("plans.db");
	for (int i = 0; i < STORE_STATEMENTS; i++) {
		struct err e;
		struct stmt *st;
		char *sql = mem_printf("EXPLAIN QUERY PLAN %s", store_statements[i]);
		good(stmt_new(&st, store_db(s), sql, &e), &e);
		while (stmt_step(st, &e) == 1) {
			if (strstr(stmt_text(st, 3), "SCAN") != NULL)
				fail_msg("%s\n%s", store_statements[i], stmt_text(st, 3));
		}
		stmt_free(st);
		free(sql);
	}
	store_close(s);
}

static void
speed(void **state)
{
	(void)state;
	struct store_run spec = test_spec("/v/speed.avi");
	int64_t before = when_monotonic_ms();
	fill("speed.db", &spec, 30000);
	int64_t took = when_monotonic_ms() - before + 1;
	int64_t rows = count_in("speed.db", "SELECT (SELECT count(*) FROM frame) + (SELECT count(*) FROM person) + (SELECT count(*) FROM face)");
	print_message("%lld rows in %lld ms: %lld rows/s\n", (long long)rows, (long long)took, (long long)(rows * 1000 / took));
	/* far below what any machine does, and far above what a scan for every frame would */
	assert_true(rows * 1000 / took > 2000);
}

/* What a footfall without the gate wrote: nothing in it is gated, and its runs are continued. */
static void
migrated_from_2(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	struct store *s;
	struct store_begun b;
	struct store_run spec = test_spec("/v/schema-2.avi");
	char want[SHA256_HEX], got[SHA256_HEX];
	fill("schema-2.db", &spec, 200);
	tamper("schema-2.db", "UPDATE frame SET gated = 0; UPDATE minute SET gated = 0; UPDATE run SET status = 'running', ended_ms = NULL");
	digest("schema-2.db", want);
	tamper("schema-2.db", undo_4 "ALTER TABLE frame DROP COLUMN gated; ALTER TABLE minute DROP COLUMN gated; PRAGMA user_version = 2");
	bad(store_open_read(&d, "schema-2.db", 100, &e), &e, ERR_DATA, "older schema (2;");
	s = open_store("schema-2.db");
	assert_int_equal(count_of(store_db(s), "PRAGMA user_version"), STORE_SCHEMA);
	store_close(s);
	check_clean("schema-2.db");
	digest("schema-2.db", got);
	assert_string_equal(got, want);

	s = open_store("schema-2.db");
	good(store_begin(s, &spec, false, &b, &e), &e);
	assert_int_equal(b.how, STORE_CONTINUED);
	assert_int_equal(b.last_number, 199);
	assert_int_equal(b.seen_number, 199);
	good(write_frames(s, &b, 210, true, &e), &e);
	good(store_end(s, "complete", 210, 0, NULL, &e), &e);
	store_close(s);
	check_clean("schema-2.db");
	assert_int_equal(count_in("schema-2.db", "SELECT sum(gated) FROM minute"), 4);
}

/* Where a continued run takes the gate up, and that it goes nowhere without a frame to begin with. */
static void
gated(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store_run spec = test_spec("/v/gated.avi");
	struct frame_result r = { 0 };
	for (int64_t frames = 0; frames < 9; frames++) {
		static const int64_t seen[] = { -1, 0, 1, 2, 3, 4, 4, 4, 7 };
		char path[32];
		snprintf(path, sizeof path, "gated-%lld.db", (long long)frames);
		fill(path, &spec, frames);
		tamper(path, "UPDATE run SET status = 'failed'");
		struct store *s = open_store(path);
		good(store_begin(s, &spec, false, &b, &e), &e);
		assert_int_equal(b.last_number, frames - 1);
		assert_int_equal(b.seen_number, seen[frames]);
		if (frames > 5) {
			assert_int_equal(store_load_frame(s, 5, &r, &e), 1);
			assert_true(r.gated);
			assert_int_equal(store_load_frame(s, 4, &r, &e), 1);
			assert_false(r.gated);
		}
		good(store_end(s, "failed", frames, 0, NULL, &e), &e);
		store_close(s);
		check_clean(path);
	}
	result_free(&r);
	tamper("gated-6.db", "UPDATE frame SET gated = 1");
	struct store *s = open_store("gated-6.db");
	bad(store_begin(s, &spec, false, &b, &e), &e, ERR_DATA, "took an earlier result, and there is none");
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema),
		cmocka_unit_test(migrated_from_2),
		cmocka_unit_test(gated),
		cmocka_unit_test(constraints),
		cmocka_unit_test(foreign),
		cmocka_unit_test(idempotent),
		cmocka_unit_test(live_is_always_new),
		cmocka_unit_test(forced),
		cmocka_unit_test(continued),
		cmocka_unit_test(not_continued),
		cmocka_unit_test(sources),
		cmocka_unit_test(loaded),
		cmocka_unit_test(two_writers),
		cmocka_unit_test(locked),
		cmocka_unit_test(disk_full),
		cmocka_unit_test(killed),
		cmocka_unit_test(killed_young),
		cmocka_unit_test(made_together),
		cmocka_unit_test(views),
		cmocka_unit_test(plans),
		cmocka_unit_test(speed),
	};
	return cmocka_run_group_tests_name("store", tests, make_dir, remove_dir);
}
