/*
 * From a registry to verified bytes: which copy is taken, and what is said of files that are missing,
 * cut off, pointers or something else.
 */
#include "models_test.h"

#define POINTER "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"

static struct registry *r;

/* The registry of these tests: names are stems, contents "weights of NAME". */
static void
open_registry(void)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	buf_puts(&b, "models = ( ");
	add_entry(&b, "person/one.onnx", "weights of one", "https://example.org/one.onnx", "preference = 5;");
	buf_puts(&b, ", ");
	add_entry(&b, "person/two.onnx", "weights of two", NULL, "preference = 9; note = \"ask the neighbour\";");
	buf_puts(&b, ", ");
	add_entry(&b, "person/three.onnx", "weights of three", NULL, "");
	buf_puts(&b, ", ");
	add_entry(&b, "person/half.onnx", "weights of half", NULL, "unsupported = \"only half of it\";");
	buf_puts(&b, ", { task = \"person\"; family = \"darknet\"; format = \"darknet\"; files = ( ");
	add_file(&b, "person/dark.weights", "weights of dark", "https://example.org/dark.weights");
	buf_puts(&b, ", ");
	add_file(&b, "person/dark.cfg", "text of dark", NULL);
	buf_puts(&b, " ); licence = \"MIT\"; upstream = \"over there\"; width = 64; height = 64; channels = \"rgb\"; "
	    "resize = \"letterbox\"; classes = [ \"person\" ]; min_score = 0.5; iou = 0.5; preference = 7; } );");
	put_text(at("project/registry.cfg"), buf_str(&b));
	buf_free(&b);
	if (registry_open(&r, &e) != 0)
		fail_msg("%s", e.msg);
}

static int
setup(void **state)
{
	if (models_clean(state) != 0)
		return -1;
	setenv("FOOTFALL_MODELS", at("extra"), 1);
	open_registry();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	registry_close(r);
	r = NULL;
	return 0;
}

static const struct model *
find(const char *name)
{
	const struct model *m;
	struct err e = { 0 };
	if (registry_find(r, name, &m, &e) != 0)
		fail_msg("%s", e.msg);
	return m;
}

static void
assert_loads(const char *name, const char *contents)
{
	struct model_data d;
	struct err e = { 0 };
	if (model_load(r, find(name), &d, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(d.files[0].len, strlen(contents));
	assert_memory_equal(d.files[0].data, contents, d.files[0].len);
	model_data_free(&d);
}

/* Loading fails with all of these in the message (NULL ends them). */
static void
assert_fails(const char *name, const char *const parts[])
{
	struct model_data d;
	struct err e = { 0 };
	assert_int_equal(model_load(r, find(name), &d, &e), -1);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_null(d.files[0].data);
	for (size_t i = 0; parts[i] != NULL; i++)
		if (strstr(e.msg, parts[i]) == NULL)
			fail_msg("\"%s\" lacks \"%s\"", e.msg, parts[i]);
}

static void
assert_state(const char *name, enum model_state state, const char *part)
{
	struct buf why = { 0 };
	enum model_state s = model_state(r, find(name), &why);
	assert_string_equal(model_state_name(s), model_state_name(state));
	bool told = strstr(buf_str(&why), part) != NULL;
	if (!told)
		print_message("\"%s\" lacks \"%s\"\n", buf_str(&why), part);
	buf_free(&why);
	assert_true(told);
}

static void
good_file(void **state)
{
	(void)state;
	put_text(at("project/person/one.onnx"), "weights of one");
	assert_state("one", MODEL_READY, "");
	assert_loads("one", "weights of one");
	struct model_data d;
	struct err e;
	assert_int_equal(model_load(r, find("one"), &d, &e), 0);
	assert_string_equal(d.sha256, find("one")->files[0].sha256);
	model_data_free(&d);
	char *path = model_path(r, find("one"), 0);
	assert_string_equal(path, at("project/person/one.onnx"));
	free(path);
}

static void
every_folder_is_asked(void **state)
{
	(void)state;
	put_text(at("home/.local/share/footfall/models/person/one.onnx"), "weights of one");
	assert_loads("one", "weights of one");
}

static void
missing_file(void **state)
{
	(void)state;
	assert_state("one", MODEL_MISSING, "person/one.onnx is missing");
	assert_fails("one", (const char *const[]) { "network one: person/one.onnx is missing",
	    "footfall models fetch one", at("extra (no such folder)"), at("home/.local/share/footfall/models"), NULL });
	assert_fails("two", (const char *const[]) { "person/two.onnx is missing; ask the neighbour", NULL });
	assert_fails("three", (const char *const[]) { "it comes from here", "footfall models show three", NULL });
	assert_null(model_path(r, find("one"), 0));
}

static void
broken_files(void **state)
{
	(void)state;
	static const struct {
		const char *contents, *state_why, *load_why;
	} cases[] = {
		{ "weights", "has 7 of 14 bytes", "has 7 of 14 bytes" },
		{ "", "has 0 of 14 bytes", "has 0 of 14 bytes" },
		{ "weights of one and more", "has 23 bytes instead of 14", "has 23 bytes instead of 14" },
		{ POINTER, "Git LFS pointer", "Git LFS pointer" },
		/* Size alone does not show it. */
		{ "weights of two", NULL, "has other contents than it should" },
		{ "weights of two", NULL, "it is two.onnx of the network two" },
		{ "weights of half", "instead of 14", "(it is half.onnx of the network half, which cannot run: only half of it)" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put_text(at("extra/person/one.onnx"), cases[i].contents);
		assert_state("one", cases[i].state_why != NULL ? MODEL_BROKEN : MODEL_READY,
		    cases[i].state_why != NULL ? cases[i].state_why : "");
		assert_fails("one", (const char *const[]) { at("extra/person/one.onnx "), cases[i].load_why,
		    "get it with: footfall models fetch one", NULL });
	}
}

static void
folder_in_its_place(void **state)
{
	(void)state;
	put_text(at("extra/person/one.onnx/x"), "");
	assert_state("one", MODEL_BROKEN, "one.onnx is not a file");
	assert_fails("one", (const char *const[]) { "is not a file", NULL });
}

static void
file_without_permission(void **state)
{
	(void)state;
	put_text(at("extra/person/one.onnx"), "weights of one");
	chmod(at("extra/person/one.onnx"), 0);
	if (access(at("extra/person/one.onnx"), R_OK) == 0) {
		print_message("this user may read everything\n");
		skip();
	}
	assert_state("one", MODEL_BROKEN, "cannot be read (Permission denied)");
	assert_fails("one", (const char *const[]) { "cannot be read", NULL });
}

static void
broken_one_does_not_hide_a_good_one(void **state)
{
	(void)state;
	static const char *const broken[] = { "weights", POINTER, "weights of two", "" };
	put_text(at("home/.local/share/footfall/models/person/one.onnx"), "weights of one");
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		put_text(at("project/person/one.onnx"), broken[i]);
		assert_state("one", MODEL_READY, "");
		assert_loads("one", "weights of one");
	}
}

static void
first_broken_one_is_told(void **state)
{
	(void)state;
	put_text(at("project/person/one.onnx"), "weights");
	put_text(at("extra/person/one.onnx"), "weigh");
	assert_fails("one", (const char *const[]) { at("project/person/one.onnx has 7 of 14"), NULL });
}

static void
unsupported_network(void **state)
{
	(void)state;
	put_text(at("extra/person/half.onnx"), "weights of half");
	assert_state("half", MODEL_UNSUPPORTED, "only half of it");
	assert_fails("half", (const char *const[]) { "network half cannot run: only half of it", NULL });
}

static void
several_files(void **state)
{
	(void)state;
	struct model_data d;
	struct err e;
	put_text(at("extra/person/dark.weights"), "weights of dark");
	assert_state("dark", MODEL_MISSING, "person/dark.cfg is missing");
	assert_fails("dark", (const char *const[]) { "person/dark.cfg is missing", "it comes from over there", NULL });
	/* Each may lie in another folder. */
	put_text(at("project/person/dark.cfg"), "text of dark");
	assert_state("dark", MODEL_READY, "");
	const struct model *m = find("dark");
	assert_int_equal(model_load(r, m, &d, &e), 0);
	assert_int_equal(d.files[1].len, strlen("text of dark"));
	char hex[SHA256_HEX];
	char *both = mem_printf("%s%s", m->files[0].sha256, m->files[1].sha256);
	sha256_of(both, strlen(both), hex);
	free(both);
	assert_string_equal(d.sha256, hex);
	model_data_free(&d);
	put_text(at("project/person/dark.cfg"), "text");
	assert_state("dark", MODEL_BROKEN, "dark.cfg has 4 of 12 bytes");
	assert_fails("dark", (const char *const[]) { "dark.cfg has 4 of 12 bytes", NULL });
}

static void
default_of_a_task(void **state)
{
	(void)state;
	assert_null(registry_default(r, TASK_PERSON));
	put_text(at("extra/person/three.onnx"), "weights of three");
	put_text(at("extra/person/half.onnx"), "weights of half");
	/* Preference 0 is never a default, and a network that cannot run is none. */
	assert_null(registry_default(r, TASK_PERSON));
	put_text(at("extra/person/one.onnx"), "weights of one");
	assert_string_equal(registry_default(r, TASK_PERSON)->name, "one");
	put_text(at("extra/person/two.onnx"), "weights");
	assert_string_equal(registry_default(r, TASK_PERSON)->name, "one");
	put_text(at("extra/person/two.onnx"), "weights of two");
	assert_string_equal(registry_default(r, TASK_PERSON)->name, "two");
	assert_null(registry_default(r, TASK_FACE));
}

static void
network_by_path(void **state)
{
	(void)state;
	/* Under any name, in any folder. */
	put_text(at("somewhere/renamed"), "weights of one");
	const struct model *m = find(at("somewhere/renamed"));
	assert_string_equal(m->name, "one");
	assert_loads(at("somewhere/renamed"), "weights of one");
	assert_ptr_equal(m, find(at("somewhere/renamed")));
	/* The network of the name stays what it was. */
	assert_state("one", MODEL_MISSING, "");
	assert_string_equal(m->files[0].at, at("somewhere/renamed"));
	unlink(at("somewhere/renamed"));
	struct model_data d;
	struct err e;
	assert_int_equal(model_load(r, m, &d, &e), -1);
	assert_non_null(strstr(e.msg, "somewhere/renamed is missing"));
}

static void
other_files_lie_beside_a_path(void **state)
{
	(void)state;
	put_text(at("somewhere/dark.weights"), "weights of dark");
	put_text(at("extra/person/dark.cfg"), "text of dark");
	assert_fails(at("somewhere/dark.weights"), (const char *const[]) { at("somewhere/dark.cfg is missing"), NULL });
	put_text(at("somewhere/dark.cfg"), "text of dark");
	assert_loads(at("somewhere/dark.weights"), "weights of dark");
}

static void
path_in_this_folder(void **state)
{
	(void)state;
	char *before = getcwd(NULL, 0);
	put_text(at("somewhere/one.onnx"), "weights of one");
	assert_int_equal(chdir(at("somewhere")), 0);
	assert_loads("one.onnx", "weights of one");
	assert_int_equal(chdir(before), 0);
	free(before);
}

static void
paths_that_are_no_network(void **state)
{
	(void)state;
	static const struct {
		const char *name, *contents, *why;
	} cases[] = {
		{ "x/other", "some bytes", "is no network that the registry knows (sha256 " },
		{ "x/empty", "", "is no network that the registry knows" },
		{ "x/one.onnx", "weights", "is not the network one that the registry knows: it has 7 bytes, not 14" },
		{ "x/one.onnx", POINTER, "is only a Git LFS pointer" },
		{ "x/dark.cfg", "text of dark", "is a part of the network dark; name that, or its file dark.weights" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct model *m;
		struct err e;
		put_text(at("%s", cases[i].name), cases[i].contents);
		assert_int_equal(registry_find(r, at("%s", cases[i].name), &m, &e), -1);
		assert_int_equal(e.code, ERR_UNAVAILABLE);
		if (strstr(e.msg, cases[i].why) == NULL)
			fail_msg("\"%s\" lacks \"%s\"", e.msg, cases[i].why);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(good_file),
		TEST(every_folder_is_asked),
		TEST(missing_file),
		TEST(broken_files),
		TEST(folder_in_its_place),
		TEST(file_without_permission),
		TEST(broken_one_does_not_hide_a_good_one),
		TEST(first_broken_one_is_told),
		TEST(unsupported_network),
		TEST(several_files),
		TEST(default_of_a_task),
		TEST(network_by_path),
		TEST(other_files_lie_beside_a_path),
		TEST(path_in_this_folder),
		TEST(paths_that_are_no_network),
	};
	return cmocka_run_group_tests(tests, models_setup, models_teardown);
}
