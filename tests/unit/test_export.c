/* export and db: what the two commands print, and what they refuse. */
#include <sys/stat.h>
#include <zlib.h>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/export_tables.h"
#include "store_test.h"

/* What main.c defines for the program. */
const struct command *const commands[] = { &cmd_db, &cmd_export, NULL };

enum { MAX_OPTIONS = 16 };

/*
 * Runs a command with pairs of option name and value, ended by NULL, and gives what it printed. The
 * command line's parser is not part of this.
 */
static int
run(const struct command *command, const char *db, bool json, int argc, const char *const *argv,
	const char *const *options, char **printed, struct err *e)
{
	const char *values[MAX_OPTIONS] = {0};
	for (; options != NULL && options[0] != NULL; options += 2) {
		size_t i = 0;
		while (strcmp(command->options[i].name, options[0]) != 0)
			i++;
		values[i] = options[1];
	}
	struct cli c = { .command = command, .db = db, .json = json, .argc = argc, .argv = (char **)(uintptr_t)argv, .values = values };
	settings_init(&c.settings);
	c.settings.store_timeout = 0.05;

	fflush(stdout);
	int kept = dup(STDOUT_FILENO);
	assert_non_null(freopen("printed", "w", stdout));
	int got = command->exec(&c, e);
	settings_free(&c.settings);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	if (printed != NULL) {
		struct buf b = {0};
		FILE *f = fopen("printed", "rb");
		assert_non_null(f);
		char part[4096];
		for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
			buf_add(&b, part, n);
		fclose(f);
		buf_puts(&b, "");
		*printed = b.data != NULL ? b.data : mem_strdup("");
	}
	return got;
}

static int
export(const char *db, bool json, const char *const *options, char **printed, struct err *e)
{
	return run(&cmd_export, db, json, 0, NULL, options, printed, e);
}

static size_t
lines(const char *text)
{
	size_t n = 0;
	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A database of three frames that can be read by eye; source names that need quoting. */
static int
setup(void **state)
{
	if (make_dir(state) != 0)
		return -1;
	log_set_level(LOG_ERROR);
	struct err e;
	struct store *s;
	struct store_begun b;
	struct store_run spec = test_spec("/v/a,\"b\"\nc.avi");
	struct frame_result r = {0};
	if (store_open(&s, "small.db", 1000, &e) != 0 || store_begin(s, &spec, false, &b, &e) != 0)
		return -1;
	int64_t start = INT64_C(1795228800000);
	for (int64_t i = 0; i < 3; i++) {
		result_clear(&r);
		r.number = i * 5;
		r.time_ms = start + i * 30500;
		if (i < 2) {
			struct person *p = result_add_person(&r);
			p->box = (struct box){ 1.5, 2, 30, 40.25 };
			p->score = 0.1;
		}
		if (i == 0) {
			struct face *f = result_add_face(&r);
			*f = (struct face){ .box = { 2, 3, 4, 5 }, .score = 1, .person = 0, .gender = GENDER_FEMALE, .p_female = 0.75 };
			f = result_add_face(&r);
			f->box = (struct box){ 0, 0, 1, 1 };
		}
		struct minute m = { .start_ms = i < 2 ? start : start + 60000, .frames = i == 1 ? 2 : 1, .covered_ms = 2000,
		    .people_sum = i < 2 ? i + 1 : 0, .people_min = i < 2, .people_max = i < 2, .women_sum = i < 2, .unknown_sum = i == 1,
		    .faces_sum = i < 2 ? 2 : 0, .gated = i == 2 };
		r.gated = i == 2;
		if (store_frame(s, &r, &m, 1, r.number + 1, &e) != 0)
			return -1;
	}
	result_free(&r);
	if (store_end(s, "complete", 20, 0, NULL, &e) != 0)
		return -1;
	store_close(s);
	return 0;
}

static void
csv(void **state)
{
	(void)state;
	struct err e;
	char *got;
	good(export("small.db", false, NULL, &got, &e), &e);
	assert_string_equal(got,
	    "source,run,time_utc,start_ms,people_avg,people_min,people_max,men_avg,women_avg,unknown_avg,faces_avg,"
	    "frames,coverage,covered_ms,dropped,people_sum,men_sum,women_sum,unknown_sum,faces_sum,gated,"
	    "age_median_ms,age_p95_ms,age_max_ms,frozen,dark,moved\n"
	    "\"a,\"\"b\"\"\nc.avi\",1,2026-11-21T02:40:00Z,1795228800000,1,1,1,0,0.5,0.5,1,2,0.03333333333333333,2000,0,2,0,1,1,2,0,,,,0,0,0\n"
	    "\"a,\"\"b\"\"\nc.avi\",1,2026-11-21T02:41:00Z,1795228860000,0,0,0,0,0,0,0,1,0.03333333333333333,2000,0,0,0,0,0,0,1,,,,0,0,0\n");
	free(got);
	good(export("small.db", false, OPTIONS("table", "persons", "format", "csv"), &got, &e), &e);
	assert_string_equal(got,
	    "source,run,frame,time_utc,time_ms,person,track_id,score,x,y,w,h,face,gender,p_female\n"
	    "\"a,\"\"b\"\"\nc.avi\",1,0,2026-11-21T02:40:00Z,1795228800000,1,,0.1,1.5,2,30,40.25,1,female,0.75\n"
	    "\"a,\"\"b\"\"\nc.avi\",1,5,2026-11-21T02:40:30.500Z,1795228830500,2,,0.1,1.5,2,30,40.25,,,\n");
	free(got);
	good(export("small.db", false, OPTIONS("table", "frames"), &got, &e), &e);
	assert_non_null(strstr(got, ",10,2026-11-21T02:41:01Z,1795228861000,0,0,1\n"));
	assert_non_null(strstr(got, ",0,2026-11-21T02:40:00Z,1795228800000,1,2,0\n"));
	free(got);
}

static void
json(void **state)
{
	(void)state;
	struct err e;
	char *got;
	good(export("small.db", true, OPTIONS("table", "faces"), &got, &e), &e);
	assert_string_equal(got,
	    "{\"source\":\"a,\\\"b\\\"\\nc.avi\",\"run\":1,\"frame\":0,\"time_utc\":\"2026-11-21T02:40:00Z\",\"time_ms\":1795228800000,"
	    "\"face\":1,\"person\":1,\"score\":1,\"x\":2,\"y\":3,\"w\":4,\"h\":5,\"gender\":\"female\",\"p_female\":0.75}\n"
	    "{\"source\":\"a,\\\"b\\\"\\nc.avi\",\"run\":1,\"frame\":0,\"time_utc\":\"2026-11-21T02:40:00Z\",\"time_ms\":1795228800000,"
	    "\"face\":2,\"person\":null,\"score\":0,\"x\":0,\"y\":0,\"w\":1,\"h\":1,\"gender\":null,\"p_female\":null}\n");
	free(got);
	good(export("small.db", false, OPTIONS("table", "runs", "format", "jsonl"), &got, &e), &e);
	assert_non_null(strstr(got, "\"settings\":{\"minute.gap_ms\":2000,\"person.min_score\":0.25},\"error\":null,\"pruned_utc\":null,\"pruned_ms\":null,\"frames_pruned\":0}\n"));
	assert_non_null(strstr(got, "\"first_utc\":\"2026-11-21T02:40:00Z\",\"first_ms\":1795228800000,"));
	assert_non_null(strstr(got, "\"person_model\":\"yolo\",\"face_model\":\"yunet\",\"gender_model\":\"gender\","));
	assert_int_equal(lines(got), 1);
	free(got);
}

static size_t
rows_of(const char *db, const char *table, const char *option, const char *value)
{
	struct err e;
	char *got;
	good(export(db, true, OPTIONS("table", table, option, value), &got, &e), &e);
	size_t n = lines(got);
	free(got);
	return n;
}

static void
filters(void **state)
{
	(void)state;
	assert_int_equal(rows_of("small.db", "frames", "from", "2026-11-21T02:40:30.5Z"), 2);
	assert_int_equal(rows_of("small.db", "frames", "from", "2026-11-21T02:40:30.501Z"), 1);
	assert_int_equal(rows_of("small.db", "frames", "to", "2026-11-21T02:40:30.5Z"), 1);
	assert_int_equal(rows_of("small.db", "frames", "to", "2026-11-21T03:40:30.5+01:00"), 1);
	assert_int_equal(rows_of("small.db", "minutes", "from", "2026-11-21T02:41:00Z"), 1);
	assert_int_equal(rows_of("small.db", "minutes", "to", "2026-11-21T02:41:00Z"), 1);
	assert_int_equal(rows_of("small.db", "minutes", "to", "00:10:00"), 0);
	assert_int_equal(rows_of("small.db", "runs", "to", "2026-11-21T02:40:00Z"), 0);
	assert_int_equal(rows_of("small.db", "runs", "from", "2026-11-21T02:41:01Z"), 1);
	assert_int_equal(rows_of("small.db", "runs", "from", "2026-11-21T02:41:02Z"), 0);
	assert_int_equal(rows_of("small.db", "persons", "source", "a,\"b\"\nc.avi"), 2);

	struct store_run spec = test_spec("/v/one.avi"), other = test_spec("/v/two.avi");
	fill("filters.db", &spec, 200);
	fill("filters.db", &other, 100);
	size_t minutes = (size_t)count_in("filters.db", "SELECT count(*) FROM minute WHERE run_id = 1");
	/* newest run of a minute only */
	spec.settings = "{\"minute.gap_ms\":2000}";
	fill("filters.db", &spec, 200);
	assert_int_equal(rows_of("filters.db", "minutes", "source", "one.avi"), minutes);
	assert_int_equal(rows_of("filters.db", "frames", "source", "one.avi"), 400);
	assert_int_equal(rows_of("filters.db", "frames", "source", "two.avi"), 100);
	assert_int_equal(rows_of("filters.db", "persons", "source", NULL), count_in("filters.db", "SELECT count(*) FROM person"));
	assert_int_equal(rows_of("filters.db", "faces", "source", NULL), count_in("filters.db", "SELECT count(*) FROM face"));
}

static void
files(void **state)
{
	(void)state;
	struct err e;
	char *got, text[4096], *plain;
	good(export("small.db", false, NULL, &plain, &e), &e);
	good(export("small.db", false, OPTIONS("output", "out.csv.gz"), &got, &e), &e);
	assert_string_equal(got, "");
	free(got);
	gzFile z = gzopen("out.csv.gz", "rb");
	assert_non_null(z);
	assert_int_equal(gzdirect(z), 0);
	int n = gzread(z, text, sizeof text - 1);
	gzclose(z);
	assert_int_equal(n, strlen(plain));
	text[n] = '\0';
	assert_string_equal(text, plain);
	free(plain);

	static const char *const named[] = { "a.jsonl", "a.ndjson", "a.JSONL.gz", "a.txt", "a.json.csv" };
	for (size_t i = 0; i < 5; i++) {
		good(export("small.db", false, OPTIONS("output", named[i]), NULL, &e), &e);
		z = gzopen(named[i], "rb");	/* reads what is not compressed, too */
		assert_int_equal(gzgetc(z), i < 3 ? '{' : 's');
		gzclose(z);
	}
	good(export("small.db", false, OPTIONS("output", "b.jsonl", "format", "csv"), NULL, &e), &e);
	z = gzopen("b.jsonl", "rb");
	assert_int_equal(gzgetc(z), 's');
	gzclose(z);
}

static void
refusals(void **state)
{
	(void)state;
	struct err e;
	bad(export("small.db", false, OPTIONS("table", "people"), NULL, &e), &e, ERR_USAGE, "--table people");
	bad(export("small.db", false, OPTIONS("format", "xml"), NULL, &e), &e, ERR_USAGE, "--format xml");
	bad(export("small.db", true, OPTIONS("format", "csv"), NULL, &e), &e, ERR_USAGE, "contradict");
	bad(export("small.db", false, OPTIONS("from", "yesterday"), NULL, &e), &e, ERR_USAGE, "--from yesterday");
	bad(export("small.db", false, OPTIONS("source", "x'); DROP TABLE run; --"), NULL, &e), &e, ERR_INPUT, "no source x');");
	bad(export("small.db", false, OPTIONS("output", "small.db"), NULL, &e), &e, ERR_USAGE, "is the database itself");
	assert_int_equal(symlink("small.db", "link.csv"), 0);
	bad(export("small.db", false, OPTIONS("output", "link.csv"), NULL, &e), &e, ERR_USAGE, "is the database itself");
	bad(export("small.db", false, OPTIONS("output", "no/folder.csv"), NULL, &e), &e, ERR_IO, "no/folder.csv");
	bad(export("none.db", false, OPTIONS("output", "none.csv"), NULL, &e), &e, ERR_INPUT, "no database none.db");
	assert_int_not_equal(access("none.csv", F_OK), 0);
	check_clean("filters.db");
}

/* Nothing is sorted but minutes, so nothing is held in memory. */
static void
streams(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	good(store_open_read(&d, "filters.db", 100, &e), &e);
	for (const struct export_table *t = export_tables; t->name != NULL; t++) {
		struct stmt *s;
		char *sql = mem_printf("EXPLAIN QUERY PLAN %s", t->sql);
		good(stmt_new(&s, d, sql, &e), &e);
		while (stmt_step(s, &e) == 1) {
			const char *step = stmt_text(s, 3);
			if (strcmp(t->name, "minutes") != 0 && strstr(step, "TEMP B-TREE") != NULL)
				fail_msg("%s: %s", t->name, step);
			/* the only scan is the outermost: sources and runs, which are few, or a table that is written whole */
			if (strstr(step, "SCAN") != NULL && strcmp(step, "SCAN r") != 0 && strcmp(step, "SCAN m") != 0 && strcmp(step, "SCAN s") != 0
			    && strncmp(step, "SCAN s USING INDEX ", 19) != 0)
				fail_msg("%s: %s", t->name, step);
		}
		stmt_free(s);
		free(sql);
	}
	db_close(d);
}

static int
db(const char *path, bool as_json, const char *action, const char *operand, char **printed, struct err *e)
{
	const char *const argv[] = { action, operand, NULL };
	return run(&cmd_db, path, as_json, operand != NULL ? 2 : 1, argv, NULL, printed, e);
}

static void
db_command(void **state)
{
	(void)state;
	struct err e;
	char *got;
	struct store_run spec = test_spec("/v/db\033[31m.avi");
	fill("db.db", &spec, 100);

	good(db("db.db", false, "check", NULL, &got, &e), &e);
	assert_non_null(strstr(got, "ok: runs 1, frames 100, minutes "));
	free(got);
	good(db("db.db", true, "check", NULL, &got, &e), &e);
	assert_string_equal(got, "{\"database\":\"db.db\",\"ok\":true,\"findings\":[]}\n");
	free(got);
	good(db("db.db", false, "info", NULL, &got, &e), &e);
	assert_non_null(strstr(got, "frames                      100\n"));
	assert_non_null(strstr(got, "  db\\x1b[31m.avi: file, 768x576, runs: 1, /v/db\\x1b[31m.avi\n"));
	assert_non_null(strstr(got, "No pictures are stored.\n"));
	assert_null(strchr(got, '\033'));
	free(got);
	good(db("db.db", true, "info", NULL, &got, &e), &e);
	char schema[32];
	snprintf(schema, sizeof schema, "\"schema\":%d,", STORE_SCHEMA);
	assert_non_null(strstr(got, schema));
	assert_non_null(strstr(got, "\"runs\":1,\"runs_complete\":1,\"runs_running\":0,"));
	assert_non_null(strstr(got, "\"sources\":[{\"name\":\"db\\u001b[31m.avi\",\"kind\":\"file\","));
	assert_non_null(strstr(got, ",\"pictures\":0},\"retain\":{\"detections\":\"forever\",\"minutes\":\"forever\"}}\n"));
	assert_int_equal(lines(got), 1);
	free(got);

	good(db("db.db", true, "backup", "copy.db", &got, &e), &e);
	assert_non_null(strstr(got, "{\"database\":\"db.db\",\"backup\":\"copy.db\",\"bytes\":"));
	free(got);
	bad(db("db.db", false, "backup", "copy.db", NULL, &e), &e, ERR_USAGE, "File exists");

	tamper("copy.db", "UPDATE minute SET covered_ms = covered_ms + 1 WHERE covered_ms < 50000; UPDATE run SET last_ms = last_ms + 1");
	bad(db("copy.db", true, "check", NULL, &got, &e), &e, ERR_DATA, "findings");
	assert_non_null(strstr(got, "{\"database\":\"copy.db\",\"ok\":false,\"findings\":[\"run 1, minute "));
	assert_int_equal(lines(got), 1);
	free(got);
	bad(db("copy.db", false, "check", NULL, &got, &e), &e, ERR_DATA, "findings");
	assert_true(lines(got) > 3);
	free(got);
	good(db("copy.db", false, "rebuild", NULL, &got, &e), &e);
	assert_non_null(strstr(got, " rows changed\n"));
	free(got);
	good(db("copy.db", true, "rebuild", NULL, &got, &e), &e);
	assert_string_equal(got, "{\"database\":\"copy.db\",\"changed\":0}\n");
	free(got);
	check_clean("copy.db");

	bad(db("db.db", false, "vacuum", NULL, NULL, &e), &e, ERR_USAGE, "db vacuum: it must be");
	bad(db("db.db", false, "backup", NULL, NULL, &e), &e, ERR_USAGE, "");
	bad(db("db.db", false, "check", "more", NULL, &e), &e, ERR_USAGE, "");
	static const char *const reading[] = { "info", "check", "rebuild" };
	for (size_t i = 0; i < 3; i++) {
		bad(db("none.db", false, reading[i], NULL, NULL, &e), &e, ERR_INPUT, "no database none.db");
		bad(db("out.csv.gz", false, reading[i], NULL, NULL, &e), &e, ERR_DATA, "is not a SQLite database");
		assert_int_not_equal(access("none.db", F_OK), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv),
		cmocka_unit_test(json),
		cmocka_unit_test(filters),
		cmocka_unit_test(files),
		cmocka_unit_test(refusals),
		cmocka_unit_test(streams),
		cmocka_unit_test(db_command),
	};
	return cmocka_run_group_tests_name("export", tests, setup, remove_dir);
}
