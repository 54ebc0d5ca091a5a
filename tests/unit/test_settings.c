/*
 * settings: the table, who wins, and what a mistake is answered with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "conf/settings.h"

/* Each test runs in an empty folder, with no FOOTFALL_ variable and its own XDG_CONFIG_HOME. */
static char *folder;

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	(void)state;
	folder = mem_strdup("/tmp/footfall-settings-XXXXXX");
	if (mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("footfall", 0700) != 0)
		return -1;
	return setenv("XDG_CONFIG_HOME", folder, 1);
}

static int
teardown(void **state)
{
	(void)state;
	static const char *const names[] = {
		"FOOTFALL_PERSON_MIN_SCORE", "FOOTFALL_PERSON_CLASS", "FOOTFALL_INFERENCE_THREADS", "FOOTFALL_INPUT_SQUARE",
		"FOOTFALL_FACE_UPPER", "FOOTFALL_PERSN_CLASS", "FOOTFALL_MODELS", "FOOTFALL_REGISTRY", "FOOTFALL_SHARED"
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	char *command = mem_printf("rm -rf '%s'", folder);
	int r = chdir("/") + system(command);
	free(command);
	free(folder);
	return r;
}

/* What `footfall config` would show of the setting called name. */
static void
assert_setting(const struct settings *s, const char *name, const char *value, const char *origin)
{
	for (size_t i = 0; i < settings_count(); i++) {
		struct buf v = {0};
		struct settings_entry t = settings_entry(s, i, &v, NULL);
		if (strcmp(t.name, name) == 0) {
			assert_string_equal(buf_str(&v), value);
			assert_string_equal(t.origin, origin);
			buf_free(&v);
			return;
		}
		buf_free(&v);
	}
	fail_msg("no setting %s", name);
}

static void
refused(const char *assignment, const char *message)
{
	struct settings s;
	struct err e;
	settings_init(&s);
	assert_int_equal(settings_assign(&s, assignment, "-o", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.msg, message);
	settings_free(&s);
}

static void
file_refused(const char *text, const char *message)
{
	struct settings s;
	struct err e;
	settings_init(&s);
	write_text("x.cfg", text);
	assert_int_equal(settings_load(&s, "x.cfg", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.msg, message);
	settings_free(&s);
}

static void
built_in_values(void **state)
{
	(void)state;
	struct settings s;
	settings_init(&s);
	assert_false(s.input_square);
	assert_int_equal(s.input_max_pixels, 100000000);
	assert_true(s.input_image_interval == 1);
	assert_string_equal(s.inference_layers, "fast");
	assert_string_equal(s.inference_precision, "f32");
	assert_string_equal(s.inference_isa, "auto");
	assert_int_equal(s.inference_threads, 0);
	assert_true(s.person_min_score < 0 && s.face_min_score < 0 && s.gender_min_score < 0 && s.nms_iou < 0);
	assert_string_equal(s.person_class, "person");
	assert_true(s.face_upper == 0.5);
	assert_false(s.gate_enabled);
	assert_true(s.gate_threshold == 4 && s.gate_longest == 2);
	assert_int_equal(s.gate_longest_frames, 100);
	assert_int_equal(s.gate_grid, 96);
	assert_true(s.minute_gap == 10);
	assert_true(s.store_timeout == 10);
	assert_setting(&s, "person.min_score", "auto", "built-in");
	settings_free(&s);
	settings_free(&s);
}

static void
the_table_describes_itself(void **state)
{
	(void)state;
	struct settings s;
	settings_init(&s);
	assert_int_equal(settings_count(), 44);
	for (size_t i = 0; i < settings_count(); i++) {
		struct buf value = {0}, fallback = {0};
		struct settings_entry t = settings_entry(&s, i, &value, &fallback);
		assert_non_null(strchr(t.name, '.'));
		assert_true(strlen(t.name) < 64);
		assert_true(strlen(t.sentence) > 10 && strlen(t.range) > 0 && t.unit != NULL);
		assert_string_equal(buf_str(&value), buf_str(&fallback));
		buf_free(&value);
		buf_free(&fallback);
	}
	settings_free(&s);
}

/* The range that is shown is the range that is checked: its ends are taken, and what is just outside is not. */
static void
ranges_are_as_stated(void **state)
{
	(void)state;
	struct settings s;
	struct err e;
	int checked = 0;
	settings_init(&s);
	for (size_t i = 0; i < settings_count(); i++) {
		struct settings_entry t = settings_entry(&s, i, NULL, NULL);
		char range[64];
		double low, high;
		snprintf(range, sizeof range, "%s", strncmp(t.range, "auto or ", 8) == 0 ? t.range + 8 : t.range);
		char *dots = strstr(range, "..");
		if (dots == NULL)
			continue;
		*dots = '\0';
		assert_int_equal(num_real(range, &low), 0);
		assert_int_equal(num_real(dots + 2, &high), 0);
		bool whole = strcmp(t.type, "integer") == 0;
		double step = whole ? 1 : 1e-6;
		struct { double v; int result; } tries[] = { { low, 0 }, { high, 0 }, { low - step, -1 }, { high + step, -1 } };
		for (size_t k = 0; k < 4; k++) {
			char text[64];
			snprintf(text, sizeof text, whole ? "%.0f" : "%.7f", tries[k].v);
			if (settings_set(&s, t.name, text, "-o", &e) != tries[k].result)
				fail_msg("%s = %s", t.name, text);
		}
		checked++;
	}
	assert_int_equal(checked, 24);
	settings_free(&s);
}

static void
assignments(void **state)
{
	(void)state;
	struct settings s;
	struct err e;
	settings_init(&s);
	assert_int_equal(settings_assign(&s, "person.min_score=0.25", "-o", &e), 0);
	assert_true(s.person_min_score == 0.25);
	assert_setting(&s, "person.min_score", "0.25", "-o");
	assert_int_equal(settings_assign(&s, "person.min_score=auto", "-o", &e), 0);
	assert_true(s.person_min_score == -1);
	assert_int_equal(settings_assign(&s, "person.class=a=b \"c\"", "-o", &e), 0);
	assert_string_equal(s.person_class, "a=b \"c\"");
	assert_int_equal(settings_assign(&s, "input.square=true", "-o", &e), 0);
	assert_true(s.input_square);
	assert_int_equal(settings_set(&s, "inference.threads", "4", "--threads", &e), 0);
	assert_int_equal(s.inference_threads, 4);
	assert_setting(&s, "inference.threads", "4", "--threads");
	/* What is refused changes nothing. */
	assert_int_equal(settings_set(&s, "inference.threads", "257", "-o", &e), -1);
	assert_int_equal(settings_set(&s, "person.class", "", "-o", &e), -1);
	assert_setting(&s, "inference.threads", "4", "--threads");
	assert_setting(&s, "person.class", "a=b \"c\"", "-o");
	settings_free(&s);
}

static void
mistakes_are_named(void **state)
{
	(void)state;
	refused("person.min_score=2", "-o: person.min_score must be a number, auto or 0..1, not \"2\"");
	refused("person.min_score=nan", "-o: person.min_score must be a number, auto or 0..1, not \"nan\"");
	refused("person.min_score=-1", "-o: person.min_score must be a number, auto or 0..1, not \"-1\"");
	refused("nms.iou=inf", "-o: nms.iou must be a number, auto or 0..1, not \"inf\"");
	refused("minute.gap=1e999", "-o: minute.gap must be a number, 0.001..3600, not \"1e999\"");
	refused("minute.gap=0", "-o: minute.gap must be a number, 0.001..3600, not \"0\"");
	refused("minute.gap=auto", "-o: minute.gap must be a number, 0.001..3600, not \"auto\"");
	refused("minute.gap=10s", "-o: minute.gap must be a number, 0.001..3600, not \"10s\"");
	refused("inference.threads=1.5", "-o: inference.threads must be an integer, 0..256, not \"1.5\"");
	refused("inference.threads= 1", "-o: inference.threads must be an integer, 0..256, not \" 1\"");
	refused("inference.threads=99999999999999999999", "-o: inference.threads must be an integer, 0..256, not \"99999999999999999999\"");
	refused("input.square=1", "-o: input.square must be true or false, not \"1\"");
	refused("person.class=", "-o: person.class must be text, not empty, not \"\"");
	refused("inference.precision=f16", "-o: inference.precision must be text, f32 or bf16 or int8, not \"f16\"");
	refused("inference.precision=f", "-o: inference.precision must be text, f32 or bf16 or int8, not \"f\"");
	refused("inference.precision=or", "-o: inference.precision must be text, f32 or bf16 or int8, not \"or\"");
	refused("inference.precision=f32 or bf16", "-o: inference.precision must be text, f32 or bf16 or int8, not \"f32 or bf16\"");
	refused("inference.isa=neon", "-o: inference.isa must be text, auto or sse41 or avx2 or avx512 or amx, not \"neon\"");
	refused("inference.layers=", "-o: inference.layers must be text, fast or opencv, not \"\"");
	refused("person.min_scor=1", "-o: unknown setting person.min_scor; the nearest is person.min_score (footfall config lists all)");
	refused("=1", "-o: unknown setting ; the nearest is inference.isa (footfall config lists all)");
	refused("person.min_score", "-o person.min_score: a setting is given as NAME=VALUE, for example person.min_score=0.4");

	/* However long it is. */
	char *name = mem_alloc(100001);
	memset(name, 'x', 100000);
	struct settings s;
	struct err e;
	settings_init(&s);
	assert_int_equal(settings_set(&s, name, name, "-o", &e), -1);
	assert_int_equal(settings_set(&s, "nms.iou", name, "-o", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_true(strlen(e.msg) < 300);
	settings_free(&s);
	free(name);
}

static void
files_are_groups(void **state)
{
	(void)state;
	struct settings s;
	struct err e;
	settings_init(&s);
	write_text("x.cfg",
		"# all kinds\n"
		"person: { min_score = 0.4; class = \"head\"; };\n"
		"nms = { iou = 1; };\n"
		"face: { min_score = \"auto\"; upper = 1; };\n"
		"input: { square = true;\n"
		"  max_pixels = 1000; };\n");
	if (settings_load(&s, "x.cfg", &e) != 0)
		fail_msg("%s", e.msg);
	assert_true(s.person_min_score == 0.4);
	assert_string_equal(s.person_class, "head");
	assert_true(s.nms_iou == 1);
	assert_true(s.face_min_score == -1);
	assert_true(s.face_upper == 1);
	assert_true(s.input_square);
	assert_setting(&s, "input.max_pixels", "1000", "x.cfg:6");
	assert_setting(&s, "face.min_score", "auto", "x.cfg:4");
	assert_setting(&s, "store.timeout", "10", "built-in");
	settings_free(&s);
}

static void
mistakes_in_files_have_a_line(void **state)
{
	(void)state;
	file_refused("\nperson: {\n min_scor = 1; };", "x.cfg:3: unknown setting person.min_scor; the nearest is person.min_score (footfall config lists all)");
	file_refused("persn: { min_score = 1; };", "x.cfg:1: unknown setting persn.min_score; the nearest is person.min_score (footfall config lists all)");
	file_refused("threads = 1;", "x.cfg:1: unknown setting threads; the nearest is inference.threads (footfall config lists all)");
	file_refused("foo: {};", "x.cfg:1: unknown setting foo; the nearest is nms.iou (footfall config lists all)");
	file_refused("person = 3;", "x.cfg:1: unknown setting person; the nearest is person.min_score (footfall config lists all)");
	file_refused("nms: { iou: { iou: { iou = 1; }; }; };", "x.cfg:1: nms.iou must be a number, auto or 0..1, not a group");
	file_refused("nms: { iuo: { iou: { iou = 1; }; }; };", "x.cfg:1: unknown setting nms.iuo; the nearest is nms.iou (footfall config lists all)");
	file_refused("\n\nnms: { iou = 1.01; };", "x.cfg:3: nms.iou must be a number, auto or 0..1, not 1.01");
	file_refused("nms: { iou = \"0.5\"; };", "x.cfg:1: nms.iou must be a number, auto or 0..1, not \"0.5\"");
	file_refused("nms: { iou = 1e999; };", "x.cfg:1: nms.iou must be a number, auto or 0..1, not infinity");
	file_refused("nms: { iou = -1; };", "x.cfg:1: nms.iou must be a number, auto or 0..1, not -1");
	file_refused("nms: { iou = true; };", "x.cfg:1: nms.iou must be a number, auto or 0..1, not true");
	file_refused("nms: { iou = [0.5]; };", "x.cfg:1: nms.iou must be a number, auto or 0..1, not a list");
	file_refused("inference: { threads = 2.0; };", "x.cfg:1: inference.threads must be an integer, 0..256, not 2");
	file_refused("inference: { threads = \"2\"; };", "x.cfg:1: inference.threads must be an integer, 0..256, not \"2\"");
	file_refused("inference: { precision = 32; };", "x.cfg:1: inference.precision must be text, f32 or bf16 or int8, not 32");
	file_refused("input: { square = 1; };", "x.cfg:1: input.square must be true or false, not 1");
	/* 2^32 + 7: libconfig alone would read 7. */
	file_refused("input: { max_pixels = 4294967303; };", "x.cfg:1: input.max_pixels must be an integer, 1..1000000000, not 4294967303");
	file_refused("person: { class = \"\"; };", "x.cfg:1: person.class must be text, not empty, not \"\"");
	file_refused("person: { class = 5; };", "x.cfg:1: person.class must be text, not empty, not 5");
	file_refused("person: { class = \"a\" };\nface: {", "x.cfg:2: syntax error");
}

static void
the_stronger_wins(void **state)
{
	(void)state;
	struct settings s;
	struct err e;
	char *origin;

	settings_init(&s);
	write_text("footfall/footfall.cfg", "person: { min_score = 0.1; }; nms: { iou = 0.1; }; face: { min_score = 0.1; }; gender: { min_score = 0.1; };\n");
	write_text("footfall.cfg", "person: { min_score = 0.2; }; nms: { iou = 0.2; }; face: { min_score = 0.2; };\n");
	write_text("x.cfg", "person: { min_score = 0.3; }; nms: { iou = 0.3; };\n");
	setenv("FOOTFALL_PERSON_MIN_SCORE", "0.4", 1);
	if (settings_load(&s, "x.cfg", &e) != 0)
		fail_msg("%s", e.msg);
	origin = mem_printf("%s/footfall/footfall.cfg:1", folder);
	assert_setting(&s, "gender.min_score", "0.1", origin);
	assert_setting(&s, "face.min_score", "0.2", "footfall.cfg:1");
	assert_setting(&s, "nms.iou", "0.3", "x.cfg:1");
	assert_setting(&s, "person.min_score", "0.4", "environment FOOTFALL_PERSON_MIN_SCORE");
	assert_int_equal(settings_assign(&s, "person.min_score=0.5", "-o", &e), 0);
	assert_setting(&s, "person.min_score", "0.5", "-o");
	free(origin);
	settings_free(&s);
}

static void
the_user_folder_by_home(void **state)
{
	(void)state;
	struct settings s;
	struct err e;
	char *home = mem_strdup(getenv("HOME") != NULL ? getenv("HOME") : "/");

	assert_int_equal(mkdir(".config", 0700), 0);
	assert_int_equal(mkdir(".config/footfall", 0700), 0);
	write_text(".config/footfall/footfall.cfg", "nms: { iou = 0.7; };");
	setenv("HOME", folder, 1);
	unsetenv("XDG_CONFIG_HOME");
	settings_init(&s);
	assert_int_equal(settings_load(&s, NULL, &e), 0);
	assert_true(s.nms_iou == 0.7);
	settings_free(&s);
	/* A relative one is to be ignored, says its specification. */
	setenv("XDG_CONFIG_HOME", "footfall", 1);
	settings_init(&s);
	assert_int_equal(settings_load(&s, NULL, &e), 0);
	assert_true(s.nms_iou == 0.7);
	settings_free(&s);
	/* Neither: nothing to read. */
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	settings_init(&s);
	assert_int_equal(settings_load(&s, NULL, &e), 0);
	assert_true(s.nms_iou == -1);
	settings_free(&s);
	setenv("HOME", home, 1);
	free(home);
}

static void
environment(void **state)
{
	(void)state;
	struct settings s;
	struct err e;

	settings_init(&s);
	setenv("FOOTFALL_INPUT_SQUARE", "true", 1);
	setenv("FOOTFALL_PERSON_CLASS", "bicycle", 1);
	setenv("FOOTFALL_MODELS", "/a:/b", 1);
	setenv("FOOTFALL_REGISTRY", "/r.cfg", 1);
	setenv("FOOTFALL_SHARED", "/s", 1);
	assert_int_equal(settings_load(&s, NULL, &e), 0);
	assert_true(s.input_square);
	assert_string_equal(s.person_class, "bicycle");
	settings_free(&s);

	settings_init(&s);
	setenv("FOOTFALL_FACE_UPPER", "half", 1);
	assert_int_equal(settings_load(&s, NULL, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.msg, "environment FOOTFALL_FACE_UPPER: face.upper must be a number, 0..1, not \"half\"");
	settings_free(&s);
}

/* What settings_load says on stderr. */
static void
capture_load(char *out, size_t size)
{
	struct settings s;
	struct err e;
	int kept = dup(STDERR_FILENO), file = open("stderr", O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(kept >= 0 && file >= 0);
	fflush(stderr);
	dup2(file, STDERR_FILENO);
	settings_init(&s);
	int r = settings_load(&s, NULL, &e);
	settings_free(&s);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	ssize_t n = pread(file, out, size - 1, 0);
	close(file);
	assert_int_equal(r, 0);
	assert_true(n >= 0);
	out[n] = '\0';
}

static void
unknown_variables_are_warned_of(void **state)
{
	(void)state;
	char text[1024];

	setenv("FOOTFALL_MODELS", "/a", 1);
	setenv("FOOTFALL_REGISTRY", "/a", 1);
	setenv("FOOTFALL_SHARED", "/a", 1);
	capture_load(text, sizeof text);
	assert_string_equal(text, "");
	setenv("FOOTFALL_PERSN_CLASS", "x", 1);
	capture_load(text, sizeof text);
	assert_non_null(strstr(text, "warning: FOOTFALL_PERSN_CLASS "));
}

static void
files_that_cannot_be_read(void **state)
{
	(void)state;
	struct settings s;
	struct err e;

	/* Named: must be there. */
	settings_init(&s);
	assert_int_equal(settings_load(&s, "missing.cfg", &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "missing.cfg"));
	/* Found, but no file. */
	assert_int_equal(mkdir("footfall.cfg", 0700), 0);
	assert_int_equal(settings_load(&s, NULL, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "footfall.cfg"));
	assert_int_equal(rmdir("footfall.cfg"), 0);
	/* Found, but not for us. */
	if (geteuid() != 0) {
		write_text("footfall.cfg", "");
		assert_int_equal(chmod("footfall.cfg", 0), 0);
		assert_int_equal(settings_load(&s, NULL, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
	}
	settings_free(&s);
}

int
main(void)
{
	if (access("/etc/footfall.cfg", F_OK) == 0) {
		printf("skipped: /etc/footfall.cfg is in use on this machine and would be read\n");
		return 0;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(built_in_values, setup, teardown),
		cmocka_unit_test_setup_teardown(the_table_describes_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(ranges_are_as_stated, setup, teardown),
		cmocka_unit_test_setup_teardown(assignments, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_are_named, setup, teardown),
		cmocka_unit_test_setup_teardown(files_are_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_in_files_have_a_line, setup, teardown),
		cmocka_unit_test_setup_teardown(the_stronger_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(the_user_folder_by_home, setup, teardown),
		cmocka_unit_test_setup_teardown(environment, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_variables_are_warned_of, setup, teardown),
		cmocka_unit_test_setup_teardown(files_that_cannot_be_read, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
