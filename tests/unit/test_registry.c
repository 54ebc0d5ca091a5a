/*
 * The registry: what an entry may say, where registries are looked for, and how a network is named.
 */
#include "models_test.h"

#include <math.h>

#include "base/nearest.h"

#define SHA "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define FILES "files = ( { path = \"person/a.onnx\"; sha256 = \"" SHA "\"; size = 10; } );"

/* One key a line, so that a test can replace one and tell its line. */
static const char *const entry[] = {
	/* 2 */ "task = \"person\";", "family = \"yolov5\";", "format = \"onnx\";", FILES,
	/* 6 */ "licence = \"MIT\";", "upstream = \"here\";", "width = 640;", "height = 480;", "channels = \"bgr\";",
	/* 11 */ "resize = \"topleft\";", "classes = \"two\";", "min_score = 0.25;", "iou = 0.45;", "batch = 1;",
};

static void
write_entry(const char *replaced, const char *by)
{
	struct buf b = { 0 };
	buf_puts(&b, "models = ( {\n");
	for (size_t i = 0; i < sizeof entry / sizeof *entry; i++) {
		bool this = replaced != NULL && strncmp(entry[i], replaced, strlen(replaced)) == 0;
		buf_printf(&b, "%s\n", this ? by : entry[i]);
	}
	if (replaced == NULL && by != NULL)
		buf_printf(&b, "%s\n", by);
	buf_puts(&b, "} );\nlists = { two = [ \"person\", \"dog\" ]; };\n");
	put_text(at("project/registry.cfg"), buf_str(&b));
	buf_free(&b);
}

static void
assert_refused(int line, const char *why)
{
	struct registry *r;
	struct err e = { 0 };
	if (registry_open(&r, &e) == 0)
		fail_msg("not refused; expected: %s", why);
	assert_null(r);
	assert_int_equal(e.code, ERR_CONFIG);
	char *place = mem_printf("%s:%d: ", at("project/registry.cfg"), line);
	bool right = strncmp(e.msg, place, strlen(place)) == 0 && strstr(e.msg, why) != NULL;
	free(place);
	if (!right)
		fail_msg("\"%s\" is not line %d, \"...%s\"", e.msg, line, why);
}

static struct registry *
open_registry(void)
{
	struct registry *r;
	struct err e = { 0 };
	if (registry_open(&r, &e) != 0)
		fail_msg("%s", e.msg);
	return r;
}

static void
entry_is_read(void **state)
{
	(void)state;
	write_entry("batch", "mean = ( 1, 2.5, 3 ); divide = 255; fill = 114; batch = \"any\"; preference = 7;\n"
	    "ms = 3; accuracy = 0.5; aliases = [ \"x\", \"y\" ]; note = \"n\";");
	struct registry *r = open_registry();
	assert_int_equal(registry_count(r), 1);
	const struct model *m = registry_at(r, 0);
	assert_string_equal(m->name, "a");
	assert_int_equal(m->task, TASK_PERSON);
	assert_int_equal(m->family, FAMILY_YOLOV5);
	assert_int_equal(m->format, VISION_ONNX);
	assert_int_equal(m->channels, VISION_BGR);
	assert_int_equal(m->resize, RESIZE_TOPLEFT);
	assert_int_equal(m->width, 640);
	assert_int_equal(m->height, 480);
	assert_int_equal(m->batch, 0);
	assert_true(m->mean[1] > 2.49f && m->mean[1] < 2.51f);
	assert_memory_equal(&(float){ (float)(1.0 / 255) }, &m->scale[2], sizeof(float));
	assert_true(m->fill > 113.9f && m->fill < 114.1f);
	assert_int_equal(m->nclasses, 2);
	assert_string_equal(m->classes[1], "dog");
	assert_int_equal(m->naliases, 2);
	assert_int_equal(m->preference[TASK_PERSON], 7);
	assert_int_equal(m->preference[TASK_FACE], 0);
	assert_true(m->serves[TASK_PERSON] && !m->serves[TASK_FACE] && !m->serves[TASK_GENDER]);
	assert_string_equal(model_tasks(m), "person");
	assert_null(m->use);
	assert_int_equal(m->nfiles, 1);
	assert_int_equal(m->files[0].size, 10);
	/* Digits are compared as text later on. */
	assert_string_equal(m->files[0].sha256, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	assert_null(m->files[0].url);
	assert_null(m->unsupported);
	char *place = mem_printf("%s:1", at("project/registry.cfg"));
	assert_string_equal(m->defined_at, place);
	free(place);
	registry_close(r);
}

static void
defaults_of_an_entry(void **state)
{
	(void)state;
	write_entry("batch", "");
	struct registry *r = open_registry();
	const struct model *m = registry_at(r, 0);
	assert_int_equal(m->batch, 1);
	assert_int_equal(m->preference[TASK_PERSON], 0);
	assert_false(m->flexible);
	for (int i = 0; i < 3; i++) {
		assert_true(m->mean[i] >= 0 && m->mean[i] <= 0);
		assert_true(m->scale[i] >= 1 && m->scale[i] <= 1);
	}
	registry_close(r);
}

static void
bad_entries_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *replaced, *by;
		int line;
		const char *why;
	} cases[] = {
		{ NULL, "widht = 3;", 16, "did you mean \"width\"" },
		{ NULL, "Task = \"person\";", 16, "did you mean \"task\"" },
		{ NULL, "quite_other = 3;", 16, "a network has no \"quite_other\"" },
		{ NULL, "margin = 0;", 16, "margin has no meaning for a person network" },
		{ NULL, "female = 1;", 16, "female has no meaning" },
		{ NULL, "scale = 0;", 16, "scale must not be zero" },
		{ NULL, "divide = [ 1, 2 ];", 16, "divide must be a number or a list of three" },
		{ NULL, "divide = ( 1, 2, \"3\" );", 16, "" },
		{ NULL, "mean = 1e7;", 16, "mean must be" },
		{ NULL, "mean = true;", 16, "must be a number" },
		{ NULL, "scale = 1; divide = 1;", 16, "either scale or divide" },
		{ NULL, "fill = 256;", 16, "fill must be 0 to 255" },
		{ NULL, "fill = \"grey\";", 16, "must be a number" },
		{ NULL, "flexible = true;", 9, "a flexible network has no height" },
		{ NULL, "flexible = 1;", 16, "must be true or false" },
		{ NULL, "preference = -1;", 16, "preference must be 0 to 1000" },
		{ NULL, "accuracy = 1.5;", 16, "accuracy must be 0 to 1" },
		{ NULL, "ms = -1;", 16, "ms must be" },
		{ NULL, "aliases = [];", 16, "aliases must be a list of 1 to 8 names" },
		{ NULL, "aliases = [ \"a\", \"b\", \"b\" ];", 16, "\"b\" is there twice" },
		{ NULL, "note = \"two\\nlines\";", 16, "note must not hold control characters" },
		{ NULL, "unsupported = \"\";", 16, "unsupported must not be empty" },
		{ "task", "", 1, "network without task" },
		{ "task", "task = \"cat\";", 2, "task must be one of person, face, gender, not \"cat\"" },
		{ "task", "task = 3;", 2, "must be text" },
		{ "task", "task = [];", 2, "task must not be empty" },
		{ "task", "task = ( \"person\", 3 );", 2, "must be text" },
		{ "task", "task = [ \"person\", \"cat\" ];", 2, "task must be one of person, face, gender, not \"cat\"" },
		{ "task", "task = [ \"person\", \"person\" ];", 2, "\"person\" is there twice" },
		{ "task", "task = [ \"face\", \"gender\" ];", 2, "a gender network has no other task" },
		{ "task", "task = [ \"gender\", \"face\" ];", 2, "a gender network has no other task" },
		{ "task", "task = [ \"person\", \"face\" ];", 12, "there is no \"face\"" },
		{ NULL, "use = \"\";", 16, "use must not be empty" },
		{ NULL, "preference = [ 1, 2 ];", 16, "preference must be a number, or a list of one for each task (1)" },
		{ NULL, "accuracy = [];", 16, "accuracy must be a number, or a list of one for each task (1)" },
		{ "task", "task = \"gender\";", 11, "resize has no meaning for a gender network" },
		{ "family", "family = \"yolov55\";", 3, "family must be one of" },
		{ "family", "family = \"softmax2\";", 3, "family softmax2 is not one of a person network" },
		{ "family", "family = \"mtcnn\";", 5, "has 3 files, not 1" },
		{ "format", "format = \"darknet\";", 5, "has 2 files, not 1" },
		{ "files", "", 1, "network without files" },
		{ "files", "files = ();", 5, "files must be a list of 1 to 6 groups" },
		{ "files", "files = ( 3 );", 5, "a file must be a group" },
		{ "files", "files = ( { } );", 5, "a file without path" },
		{ "files", "files = ( { path = \"a.onnx\"; size = 1; } );", 5, "a file without sha256" },
		{ "files", "files = ( { path = \"a.onnx\"; sha256 = \"" SHA "\"; } );", 5, "a file without size" },
		{ "files", "files = ( { path = \"a.onnx\"; sha256 = \"" SHA "\"; size = 0; } );", 5, "size must be 1 to" },
		{ "files", "files = ( { path = \"a.onnx\"; sha256 = \"" SHA "\"; size = -5; } );", 5, "size must be 1 to" },
		{ "files", "files = ( { path = \"a.onnx\"; sha256 = \"" SHA "\"; size = 3000000000; } );", 5, "size must be 1 to" },
		{ "files", "files = ( { path = \"a.onnx\"; sha256 = \"" SHA "\"; size = 1.5; } );", 5, "must be an integer" },
		{ "files", "files = ( { path = \"a.onnx\"; sha256 = \"abc\"; size = 1; } );", 5, "64 hexadecimal digits" },
		{ "files", "files = ( { path = \"a.onnx\"; sha256 = \"g" SHA "\"; size = 1; } );", 5, "64 hexadecimal digits" },
		{ "files", "files = ( { path = \"../a.onnx\"; sha256 = \"" SHA "\"; size = 1; } );", 5, "path must be relative" },
		{ "files", "files = ( { path = \"a/../../b\"; sha256 = \"" SHA "\"; size = 1; } );", 5, "path must be relative" },
		{ "files", "files = ( { path = \"/a.onnx\"; sha256 = \"" SHA "\"; size = 1; } );", 5, "path must be relative" },
		{ "files", "files = ( { path = \"a//b\"; sha256 = \"" SHA "\"; size = 1; } );", 5, "path must be relative" },
		{ "files", "files = ( { path = \"a/\"; sha256 = \"" SHA "\"; size = 1; } );", 5, "path must be relative" },
		{ "files", "files = ( { path = \"a\"; sha256 = \"" SHA "\"; size = 1; url = \"ftp://x\"; } );", 5, "url must begin" },
		{ "files", "files = ( { path = \"a\"; sha256 = \"" SHA "\"; size = 1; url = \"-o x\"; } );", 5, "url must begin" },
		{ "files", "files = ( { path = \"a\"; sha256 = \"" SHA "\"; size = 1; sha1 = \"x\"; } );", 5, "a file has no \"sha1\"" },
		{ "files", "files = ( { path = \"none.onnx\"; sha256 = \"" SHA "\"; size = 1; } );", 1, "cannot be called \"none\"" },
		{ "files", "files = ( { path = \"-x.onnx\"; sha256 = \"" SHA "\"; size = 1; } );", 1, "\"-x\" is no name" },
		{ "licence", "", 1, "network without licence" },
		{ "width", "width = 0;", 8, "width must be 1 to 8192, not 0" },
		{ "width", "width = 8193;", 8, "width must be 1 to 8192" },
		{ "width", "width = 99999999999999;", 8, "width must be 1 to 8192" },
		{ "height", "", 1, "network without height" },
		{ "height", "flexible = true; width_ = 1;", 9, "did you mean \"width\"" },
		{ "channels", "channels = \"BGR\";", 10, "channels must be one of bgr, rgb, grey" },
		{ "classes", "classes = \"three\";", 12, "there is no list \"three\"" },
		{ "classes", "classes = [];", 12, "classes must be a list of 1 to 128" },
		{ "classes", "classes = [ 1 ];", 12, "must be text" },
		{ "iou", "", 1, "network without iou" },
		{ "min_score", "min_score = 1.01;", 13, "min_score must be 0 to 1" },
		{ "min_score", "min_score = [ 1.01 ];", 13, "min_score must be 0 to 1" },
		{ "min_score", "min_score = [ \"x\" ];", 13, "must be a number" },
		{ "batch", "batch = 0;", 15, "batch must be 1 to 64" },
		{ "batch", "batch = \"many\";", 15, "batch must be \"any\" or a number" },
		{ "batch", "batch =", 16, "syntax error" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_entry(cases[i].replaced, cases[i].by);
		assert_refused(cases[i].line, cases[i].why);
	}
}

static void
flexible_needs_a_multiple_of_32(void **state)
{
	(void)state;
	write_entry("height", "flexible = true;");
	struct registry *r = open_registry();
	assert_true(registry_at(r, 0)->flexible);
	assert_int_equal(registry_at(r, 0)->width, 640);
	assert_int_equal(registry_at(r, 0)->height, 0);
	registry_close(r);
}

/* Keys may come before task, on which their lists depend. */
static void
several_tasks(void **state)
{
	(void)state;
	static const char text[] = "models = ( { family = \"pf\"; min_score = ( 0.4, 1 ); preference = [ 3, 9 ]; iou = 0.5;\n"
	    "task = ( \"face\", \"person\" ); format = \"onnx\"; " FILES " licence = \"MIT\"; upstream = \"here\"; width = 64;\n"
	    "flexible = true; channels = \"rgb\"; resize = \"stretch\"; classes = [ \"person\", \"face\" ]; accuracy = ( 0.6, 0 );\n"
	    "use = \"research only\"; %s } );";
	char *all = mem_printf(text, "");
	put_text(at("project/registry.cfg"), all);
	free(all);
	struct registry *r = open_registry();
	const struct model *m = registry_at(r, 0);
	assert_int_equal(m->task, TASK_FACE);
	assert_int_equal(m->family, FAMILY_PF);
	assert_true(model_has_several_tasks(m) && m->serves[TASK_PERSON] && m->serves[TASK_FACE]);
	assert_string_equal(model_tasks(m), "person+face");
	assert_true(fabs(m->min_score[TASK_FACE] - 0.4) < 1e-9 && fabs(m->min_score[TASK_PERSON] - 1) < 1e-9);
	assert_true(fabs(m->iou[TASK_FACE] - 0.5) < 1e-9 && fabs(m->iou[TASK_PERSON] - 0.5) < 1e-9);
	assert_int_equal(m->preference[TASK_FACE], 3);
	assert_int_equal(m->preference[TASK_PERSON], 9);
	assert_true(m->accuracy[TASK_FACE] > 0.59 && m->accuracy[TASK_PERSON] < 0.01);
	assert_string_equal(m->use, "research only");
	registry_close(r);

	all = mem_printf(text, "ms = [ 1, 2 ];");
	put_text(at("project/registry.cfg"), all);
	free(all);
	assert_refused(4, "ms must be a number");
}

/* Each task has a default of its own, by its own preference. */
static void
default_of_each_task(void **state)
{
	(void)state;
	struct buf b = { 0 };
	buf_puts(&b, "models = (\n{ task = [ \"person\", \"face\" ]; family = \"pf\"; format = \"onnx\"; files = ( ");
	add_file(&b, "own/both.onnx", "both", NULL);
	buf_puts(&b, " ); licence = \"MIT\"; upstream = \"here\"; width = 64; flexible = true; channels = \"rgb\"; "
	    "resize = \"stretch\"; classes = [ \"person\", \"face\" ]; min_score = 0.5; iou = 0.5; preference = [ 5, 20 ]; },\n");
	add_entry(&b, "person/one.onnx", "one", NULL, "preference = 10;");
	buf_puts(&b, " );");
	put_text(at("project/registry.cfg"), buf_str(&b));
	buf_free(&b);
	struct registry *r = open_registry();
	assert_null(registry_default(r, TASK_PERSON));
	put_text(at("project/own/both.onnx"), "both");
	assert_string_equal(registry_default(r, TASK_PERSON)->name, "both");
	assert_string_equal(registry_default(r, TASK_FACE)->name, "both");
	assert_null(registry_default(r, TASK_GENDER));
	put_text(at("project/person/one.onnx"), "one");
	assert_string_equal(registry_default(r, TASK_PERSON)->name, "one");
	assert_string_equal(registry_default(r, TASK_FACE)->name, "both");
	char *beside = registry_beside(r, "ledger.jsonl");
	assert_string_equal(beside, at("project/ledger.jsonl"));
	free(beside);
	registry_close(r);
}

static void
gender_entry(void **state)
{
	(void)state;
	static const char text[] = "models = ( { task = \"gender\"; family = \"%s\"; format = \"onnx\"; " FILES "\n"
	    " licence = \"MIT\"; upstream = \"here\"; width = 64; height = 64; channels = \"grey\"; min_score = 0.8; "
	    "margin = 0.3; side_max = true; minmax = true; output = \"prob\"; %s } );";
	char *all = mem_printf(text, "softmax2", "female = 1;");
	put_text(at("project/registry.cfg"), all);
	free(all);
	struct registry *r = open_registry();
	const struct model *m = registry_at(r, 0);
	assert_true(m->side_max && m->minmax && !m->align);
	assert_int_equal(m->female, 1);
	assert_string_equal(m->output, "prob");
	registry_close(r);

	all = mem_printf(text, "softmax2", "");
	put_text(at("project/registry.cfg"), all);
	free(all);
	assert_refused(1, "network without female");
	all = mem_printf(text, "softmax2", "female = 2;");
	put_text(at("project/registry.cfg"), all);
	free(all);
	assert_refused(2, "female must be 0 to 1");
	all = mem_printf(text, "yolov5", "female = 0;");
	put_text(at("project/registry.cfg"), all);
	free(all);
	assert_refused(1, "family yolov5 is not one of a gender network");
}

static void
bad_files_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int line;
		const char *why;
	} cases[] = {
		{ "", 1, "a registry without models" },
		{ "models = 3;", 1, "models must be a list" },
		{ "models = ( 3 );", 1, "a network must be a group" },
		{ "models = ();\nmodel = ();", 2, "a registry has no \"model\"" },
		{ "lists = 3; models = ();", 1, "lists must be a group" },
		{ "lists = { a = 3; }; models = ();", 1, "a must be a list of names" },
		{ "models = (\n{", 2, "" },
		{ "@include \"/etc/passwd\"", 1, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put_text(at("project/registry.cfg"), cases[i].text);
		assert_refused(cases[i].line, cases[i].why);
	}
}

static void
no_registry(void **state)
{
	(void)state;
	struct registry *r;
	struct err e;
	assert_int_equal(registry_open(&r, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "project/registry.cfg"));
	registry_close(NULL);
}

static void
write_registry(const char *path, const char *stem)
{
	struct buf b = { 0 };
	char *file = mem_printf("person/%s.onnx", stem);
	buf_puts(&b, "models = (\n");
	add_entry(&b, file, stem, NULL, "");
	buf_puts(&b, " );");
	put_text(path, buf_str(&b));
	free(file);
	buf_free(&b);
}

static void
registries_are_joined(void **state)
{
	(void)state;
	write_registry(at("project/registry.cfg"), "one");
	write_registry(at("mine/registry.cfg"), "two");
	write_registry(at("home/.local/share/footfall/models/registry.cfg"), "three");
	char *list = mem_printf(":%s::%s:%s:", at("nowhere"), at("mine"), at("project"));
	setenv("FOOTFALL_MODELS", list, 1);
	free(list);
	struct registry *r = open_registry();
	assert_int_equal(registry_count(r), 3);
	assert_string_equal(registry_at(r, 0)->name, "one");
	assert_string_equal(registry_at(r, 1)->name, "two");
	assert_string_equal(registry_at(r, 2)->name, "three");
	/* In order, and each once: project stands in FOOTFALL_MODELS again. */
	size_t n;
	char *const *folders = registry_folders(r, &n);
	assert_int_equal(n, 6);
	assert_string_equal(folders[0], at("project"));
	assert_string_equal(folders[1], "models");
	assert_string_equal(folders[2], at("nowhere"));
	assert_string_equal(folders[3], at("mine"));
	assert_string_equal(folders[4], at("home/.local/share/footfall/models"));
	registry_close(r);
}

static void
data_home_is_honoured(void **state)
{
	(void)state;
	write_registry(at("project/registry.cfg"), "one");
	write_registry(at("data/footfall/models/registry.cfg"), "two");
	write_registry(at("home/.local/share/footfall/models/registry.cfg"), "three");
	setenv("XDG_DATA_HOME", at("data"), 1);
	struct registry *r = open_registry();
	assert_int_equal(registry_count(r), 2);
	assert_string_equal(registry_at(r, 1)->name, "two");
	registry_close(r);
	/* A relative one counts as not set. */
	setenv("XDG_DATA_HOME", "data", 1);
	r = open_registry();
	assert_string_equal(registry_at(r, 1)->name, "three");
	registry_close(r);
}

static void
copies_are_read_once(void **state)
{
	(void)state;
	write_registry(at("project/registry.cfg"), "one");
	write_registry(at("mine/registry.cfg"), "one");
	setenv("FOOTFALL_MODELS", at("mine"), 1);
	struct registry *r = open_registry();
	assert_int_equal(registry_count(r), 1);
	registry_close(r);
}

static void
assert_double(const char *name)
{
	struct registry *r;
	struct err e;
	assert_int_equal(registry_open(&r, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	char *want = mem_printf("%s:2: the network %s is already defined at %s:2", at("mine/registry.cfg"), name,
	    at("project/registry.cfg"));
	assert_string_equal(e.msg, want);
	free(want);
}

static void
doubles_name_both_places(void **state)
{
	(void)state;
	struct buf b = { 0 };
	write_registry(at("project/registry.cfg"), "one");
	setenv("FOOTFALL_MODELS", at("mine"), 1);
	buf_puts(&b, "models = (\n");
	add_entry(&b, "face/one.onnx", "other", NULL, "");
	buf_puts(&b, " );");
	put_text(at("mine/registry.cfg"), buf_str(&b));
	assert_double("one");

	buf_clear(&b);
	buf_puts(&b, "models = (\n");
	add_entry(&b, "two.onnx", "other", NULL, "aliases = [ \"one\" ];");
	buf_puts(&b, " );");
	put_text(at("mine/registry.cfg"), buf_str(&b));
	assert_double("one");
	buf_free(&b);
}

static void
lists_of_the_project_are_shared(void **state)
{
	(void)state;
	struct buf b = { 0 };
	put_text(at("project/registry.cfg"), "lists = { two = [ \"a\", \"b\" ]; }; models = ();");
	buf_puts(&b, "models = ( { task = \"face\"; family = \"end2end\"; format = \"onnx\"; files = ( ");
	add_file(&b, "x.onnx", "x", NULL);
	buf_puts(&b, " ); licence = \"MIT\"; upstream = \"here\"; width = 64; height = 64; channels = \"rgb\"; "
	    "resize = \"stretch\"; classes = \"two\"; min_score = 0; } );");
	put_text(at("mine/registry.cfg"), buf_str(&b));
	buf_free(&b);
	setenv("FOOTFALL_MODELS", at("mine"), 1);
	struct registry *r = open_registry();
	assert_int_equal(registry_at(r, 0)->nclasses, 2);
	registry_close(r);
}

static void
names_are_found(void **state)
{
	(void)state;
	struct buf b = { 0 };
	buf_puts(&b, "models = (\n");
	add_entry(&b, "person/yolov5n.onnx", "one", NULL, "aliases = [ \"nano\" ];");
	buf_puts(&b, " );");
	put_text(at("project/registry.cfg"), buf_str(&b));
	buf_free(&b);

	struct registry *r = open_registry();
	const struct model *m;
	struct err e;
	assert_int_equal(registry_find(r, "yolov5n", &m, &e), 0);
	assert_ptr_equal(m, registry_at(r, 0));
	assert_int_equal(registry_find(r, "nano", &m, &e), 0);
	assert_ptr_equal(m, registry_at(r, 0));
	static const struct {
		const char *name, *why;
	} cases[] = {
		{ "yolov5", "did you mean yolov5n? footfall models list" },
		{ "YOLOv5n", "did you mean yolov5n?" },
		{ "nan", "did you mean nano?" },
		{ "elephant", "no network \"elephant\"; footfall models list" },
		{ "", "no network \"\"" },
		{ "./yolov5n.onnx", "no such file" },
		{ "/", "folder" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(registry_find(r, cases[i].name, &m, &e), -1);
		assert_null(m);
		assert_int_equal(e.code, ERR_UNAVAILABLE);
		if (strstr(e.msg, cases[i].why) == NULL)
			fail_msg("\"%s\" lacks \"%s\"", e.msg, cases[i].why);
	}
	registry_close(r);
}

static void
nearness(void **state)
{
	(void)state;
	struct nearest n = { 0 };
	char longest[300];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	nearest_try(&n, longest, "abc");
	nearest_try(&n, "", "abcdef");
	assert_null(n.word);
	nearest_try(&n, "scal", "scale");
	nearest_try(&n, "scal", "small");
	assert_string_equal(n.word, "scale");
	assert_int_equal(n.distance, 1);
	nearest_try(&n, "scal", "scal");
	assert_int_equal(n.distance, 0);
}

static const char *own;		/* the project's own registry, absolute */

static void
own_registry_holds(void **state)
{
	(void)state;
	setenv("FOOTFALL_REGISTRY", own, 1);
	struct registry *r = open_registry();
	bool has[TASKS] = { false };
	assert_in_range(registry_count(r), 27, 1000);
	for (size_t i = 0; i < registry_count(r); i++) {
		const struct model *m = registry_at(r, i);
		/* Our own are in the repository, all others are brought here by whoever wants them. */
		char *folder = mem_printf("%s/", task_name(m->task));
		for (size_t j = 0; j < m->nfiles; j++)
			assert_true(strncmp(m->files[j].path, folder, strlen(folder)) == 0 ||
			    strncmp(m->files[j].path, "own/", strlen("own/")) == 0);
		free(folder);
		/* Whoever lacks it must be told where to turn. */
		assert_true(m->unsupported != NULL || m->files[0].url != NULL || m->note != NULL);
		for (int t = 0; t < TASKS; t++)
			has[t] = has[t] || (m->serves[t] && m->preference[t] > 0);
	}
	for (int t = 0; t < TASKS; t++)
		assert_true(has[t]);
	const struct model *m;
	struct err e;
	assert_int_equal(registry_find(r, "yolov5n", &m, &e), 0);
	assert_int_equal(m->nclasses, 80);
	assert_string_equal(m->classes[0], "person");
	assert_string_equal(m->classes[79], "toothbrush");
	registry_close(r);
}

static void
own_registry_describes_the_real_files(void **state)
{
	(void)state;
	const char *shared = getenv("FOOTFALL_SHARED");
	char *models = file_join(shared != NULL ? shared : "../shared", "models");
	if (!file_is_dir(models)) {
		print_message("no folder %s with the real networks\n", models);
		free(models);
		skip();
	}
	setenv("FOOTFALL_REGISTRY", own, 1);
	setenv("FOOTFALL_MODELS", models, 1);
	free(models);
	struct registry *r = open_registry();
	for (size_t i = 0; i < registry_count(r); i++) {
		const struct model *m = registry_at(r, i);
		struct model_data d;
		struct err e = { 0 };
		if (m->unsupported == NULL && model_load(r, m, &d, &e) != 0)
			fail_msg("%s", e.msg);
		if (m->unsupported == NULL)
			model_data_free(&d);
	}
	registry_close(r);
}

int
main(void)
{
	const char *given = getenv("FOOTFALL_REGISTRY");
	own = file_absolute(given != NULL ? given : "models/registry.cfg");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(entry_is_read, models_clean),
		cmocka_unit_test_setup(defaults_of_an_entry, models_clean),
		cmocka_unit_test_setup(bad_entries_are_refused, models_clean),
		cmocka_unit_test_setup(flexible_needs_a_multiple_of_32, models_clean),
		cmocka_unit_test_setup(several_tasks, models_clean),
		cmocka_unit_test_setup(default_of_each_task, models_clean),
		cmocka_unit_test_setup(gender_entry, models_clean),
		cmocka_unit_test_setup(bad_files_are_refused, models_clean),
		cmocka_unit_test_setup(no_registry, models_clean),
		cmocka_unit_test_setup(registries_are_joined, models_clean),
		cmocka_unit_test_setup(data_home_is_honoured, models_clean),
		cmocka_unit_test_setup(copies_are_read_once, models_clean),
		cmocka_unit_test_setup(doubles_name_both_places, models_clean),
		cmocka_unit_test_setup(lists_of_the_project_are_shared, models_clean),
		cmocka_unit_test_setup(names_are_found, models_clean),
		cmocka_unit_test(nearness),
		cmocka_unit_test_setup(own_registry_holds, models_clean),
		cmocka_unit_test_setup(own_registry_describes_the_real_files, models_clean),
	};
	int rc = cmocka_run_group_tests(tests, models_setup, models_teardown);
	free((char *)(uintptr_t)own);
	return rc;
}
