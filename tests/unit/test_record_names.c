/*
 * Names of recorded segments: made from hostile sources, told from everything else, and never followed out of their folder.
 */
#include "store_test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/when.h"
#include "record/names.h"

static void
safe_is(const char *source, const char *want)
{
	char *got = names_safe(source);
	assert_string_equal(got, want);
	free(got);
}

static void
test_safe(void **state)
{
	(void)state;
	safe_is("vtest", "vtest");
	safe_is("cam_2.left-side", "cam_2.left-side");
	static const char *const odd[] = { "", ".", "..", "../../etc", "-rf", "a/b", "a b", "a\nb", "t\303\274r", ".hidden",
		"cam_20200101T000000", "rtsp://h/x?y=%z" };
	char *before = mem_strdup("x");
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		char *got = names_safe(odd[i]), *again = names_safe(odd[i]);
		assert_string_equal(got, again);
		assert_string_not_equal(got, odd[i]);
		assert_string_not_equal(got, before);
		assert_true(*got != '.' && *got != '-' && *got != '\0' && strchr(got, '/') == NULL);
		free(before);
		free(again);
		before = got;
	}
	free(before);
	/* Two sources never share a name. */
	char *a = names_safe("a/b"), *b = names_safe("a_b"), *c = names_safe("a b");
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
	char longest[600];
	memset(longest, 'n', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	char *l = names_segment(longest, 0, 0);
	assert_true(names_is_segment(l));
	assert_true(strlen(file_name(l)) < 200);
	free(l);
}

static void
test_segment(void **state)
{
	(void)state;
	int64_t ms, start = INT64_C(1779358500123);
	char *s = names_segment("cam", start, 0), *again = names_segment("cam", start, 1);
	assert_string_equal(s, "cam/2026-05-21/cam_20260521T101500Z.mkv");
	assert_string_equal(again, "cam/2026-05-21/cam_20260521T101500Z-2.mkv");
	assert_true(names_is_segment(s) && names_is_segment(again));
	/* As `footfall analyze` reads it. */
	assert_int_equal(when_from_name(s, &ms), 0);
	assert_true(ms == start - 123);
	char *part = names_part(s), *whole = names_whole(part);
	assert_string_equal(part, "cam/2026-05-21/cam_20260521T101500Z.part.mkv");
	assert_string_equal(whole, s);
	assert_false(names_is_segment(part));
	assert_null(names_whole(s));
	free(s);
	free(again);
	free(part);
	free(whole);
	/* Sources with dates, and times that no clock shows. */
	static const char *const sources[] = { "cam_20200101T000000", "a/b", "", "..", "20200101_000000" };
	for (size_t i = 0; i < 5; i++) {
		s = names_segment(sources[i], start, 0);
		assert_true(names_is_segment(s));
		assert_int_equal(when_from_name(s, &ms), 0);
		assert_true(ms == start - 123);
		free(s);
	}
	static const int64_t odd[] = { INT64_MIN, -1, 0, INT64_MAX };
	for (size_t i = 0; i < 4; i++) {
		s = names_segment("cam", odd[i], 0);
		assert_true(names_is_segment(s));
		free(s);
	}
}

static void
test_not_ours(void **state)
{
	(void)state;
	static const char *const no[] = { "", "/", "..", "../x", "/etc/passwd", "cam", "cam/2026-05-21", "cam/2026-05-21/other.mkv",
		"cam/2026-05-21/cam_20260521T101500Z.mp4", "cam/2026-05-21/cam_20260521T101500Z.mkv/x", "/cam/2026-05-21/cam_20260521T101500Z.mkv",
		"cam/../2026-05-21/cam_20260521T101500Z.mkv", "cam/2026-05-21/dog_20260521T101500Z.mkv", "../2026-05-21/.._20260521T101500Z.mkv",
		"cam/2026-05-2x/cam_20260521T101500Z.mkv", "cam/2026-05-21/cam_20260521T101500Z-x.mkv", "cam/2026-05-21/cam_2026" };
	struct err e;
	int folder = open(".", O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
		assert_false(names_is_segment(no[i]));
		bad(names_open(folder, no[i], &e), &e, ERR_DATA, "not the name");
		bad(names_remove(folder, no[i], &e), &e, ERR_DATA, "not the name");
	}
	close(folder);
}

#define DAY "cam/2026-05-21/"
#define NAME DAY "cam_20260521T101500Z.mkv"

static void
write_file(const char *path)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("x", f);
	fclose(f);
}

/* Links at each place of a path lead nowhere, and what they lead to stays. */
static void
test_links(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(mkdir("folder", 0777) | mkdir("other", 0777) | mkdir("other/2026-05-21", 0777), 0);
	write_file("other/" "2026-05-21/cam_20260521T101500Z.mkv");
	write_file("secret");
	int folder = open("folder", O_RDONLY | O_DIRECTORY);
	assert_int_equal(names_remove(folder, NAME, &e), 0);
	bad(names_open(folder, NAME, &e), &e, ERR_INPUT, "No such file");

	assert_int_equal(symlink("../other", "folder/cam"), 0);
	bad(names_open(folder, NAME, &e), &e, ERR_IO, "");
	bad(names_remove(folder, NAME, &e), &e, ERR_IO, "");
	bad(names_make_folders(folder, NAME, &e), &e, ERR_IO, "");
	assert_int_equal(unlink("folder/cam"), 0);

	good(names_make_folders(folder, NAME, &e), &e);
	struct stat st;
	assert_int_equal(stat("folder/" DAY, &st), 0);
	assert_int_equal(st.st_mode & 07, 0);
	assert_int_equal(symlink("../../../secret", "folder/" NAME), 0);
	bad(names_open(folder, NAME, &e), &e, ERR_IO, "");
	bad(names_remove(folder, NAME, &e), &e, ERR_DATA, "not a regular file");
	assert_int_equal(unlink("folder/" NAME), 0);
	assert_int_equal(mkfifo("folder/" NAME, 0600), 0);
	bad(names_open(folder, NAME, &e), &e, ERR_DATA, "not a regular file");
	assert_int_equal(unlink("folder/" NAME), 0);

	char *part = names_part("folder/" NAME);
	write_file(part);
	good(names_finish(folder, part + strlen("folder/"), NAME, &e), &e);
	assert_false(file_exists(part));
	free(part);
	int fd = names_open(folder, NAME, &e);
	good(fd, &e);
	close(fd);
	write_file("folder/" DAY "notes.txt");
	good(names_remove(folder, NAME, &e), &e);
	assert_true(file_exists("folder/" DAY "notes.txt"));
	assert_int_equal(unlink("folder/" DAY "notes.txt"), 0);
	/* The day goes with its last segment. */
	write_file("folder/" NAME);
	good(names_remove(folder, NAME, &e), &e);
	assert_false(file_exists("folder/" DAY));
	assert_true(file_exists("secret") && file_exists("other/2026-05-21/cam_20260521T101500Z.mkv"));
	close(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_segment),
		cmocka_unit_test(test_not_ours),
		cmocka_unit_test(test_links),
	};
	return cmocka_run_group_tests_name("record names", tests, make_dir, remove_dir);
}
