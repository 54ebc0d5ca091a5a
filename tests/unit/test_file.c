/* file: paths, whole files, digests, and addresses without their passwords. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

static char dir[] = "/tmp/footfall-file-XXXXXX";

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) != 0 ? -1 : 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	char command[64];
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

static void
write_file(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
check_owned(char *got, const char *want)
{
	assert_string_equal(got, want);
	free(got);
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(file_name("a/b.avi"), "b.avi");
	assert_string_equal(file_name("b.avi"), "b.avi");
	assert_string_equal(file_name("/b.avi"), "b.avi");
	assert_string_equal(file_name("a/b/"), "b/");
	assert_string_equal(file_name("/"), "/");
	assert_string_equal(file_name(""), "");

	check_owned(file_stem("a/b.avi"), "b");
	check_owned(file_stem("a.d/b"), "b");
	check_owned(file_stem("b.tar.gz"), "b.tar");
	check_owned(file_stem(".hidden"), ".hidden");
	check_owned(file_stem(".hidden.txt"), ".hidden");
	check_owned(file_stem("b."), "b");
	check_owned(file_stem("a/b.d/"), "b");
	check_owned(file_stem("/"), "/");
	check_owned(file_stem(""), "");

	static const char *const exts[] = {"jpg", "jpeg", NULL};
	assert_true(file_has_ext("a/b.jpg", exts));
	assert_true(file_has_ext("b.c.JPeG", exts));
	assert_false(file_has_ext("b.jpgx", exts));
	assert_false(file_has_ext("bjpg", exts));
	assert_false(file_has_ext("jpg", exts));
	assert_false(file_has_ext(".jpg", exts));
	assert_false(file_has_ext("b.", exts));
	assert_false(file_has_ext("a.jpg/b", exts));
	assert_false(file_has_ext("", exts));

	check_owned(file_join("a", "b"), "a/b");
	check_owned(file_join("a/", "b"), "a/b");
	check_owned(file_join("/", "b"), "/b");
	check_owned(file_join("a", "/b"), "/b");
	check_owned(file_join(NULL, "b"), "b");
	check_owned(file_join("", "b"), "b");
}

static void
kinds(void **state)
{
	(void)state;
	write_file("plain", "x", 1);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(symlink("plain", "link"), 0);
	assert_true(file_exists("plain"));
	assert_true(file_exists("dangling"));
	assert_true(file_exists("."));
	assert_false(file_exists("missing"));
	assert_false(file_exists(""));
	assert_true(file_is_dir("."));
	assert_false(file_is_dir("plain"));
	assert_false(file_is_dir("dangling"));

	char *real = file_absolute("./link"), *want = file_absolute("plain");
	assert_int_equal(real[0], '/');
	assert_string_equal(real, want);
	free(real);
	free(want);
	check_owned(file_absolute("missing/x"), "missing/x");
}

static void
reading(void **state)
{
	(void)state;
	struct buf b = {0};
	struct err e;
	buf_puts(&b, "before ");
	write_file("five", "a\0b\nc", 5);
	assert_int_equal(file_read("five", 5, &b, &e), 0);
	assert_int_equal(b.len, 12);
	assert_memory_equal(b.data, "before a\0b\nc", 13);

	/* Refused, and what was there stays. */
	assert_int_equal(file_read("five", 4, &b, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_int_equal(b.len, 12);
	assert_memory_equal(b.data, "before a\0b\nc", 13);

	buf_clear(&b);
	write_file("none", "", 0);
	assert_int_equal(file_read("none", 0, &b, &e), 0);
	assert_string_equal(buf_str(&b), "");

	size_t n = 200001;
	char *large = malloc(n);
	assert_non_null(large);
	for (size_t i = 0; i < n; i++)
		large[i] = (char)(i * 31);
	write_file("large", large, n);
	assert_int_equal(file_read("large", SIZE_MAX, &b, &e), 0);
	assert_int_equal(b.len, n);
	assert_memory_equal(b.data, large, n);
	buf_clear(&b);
	assert_int_equal(file_read("large", n - 1, &b, &e), -1);
	assert_int_equal(b.len, 0);
	free(large);

	/* The kernel's files claim to be empty. */
	assert_int_equal(file_read("/proc/self/status", 1 << 20, &b, &e), 0);
	assert_true(b.len > 100);
	buf_free(&b);
}

static void
not_readable(void **state)
{
	(void)state;
	struct buf b = {0};
	struct err e;
	char hex[SHA256_HEX];
	assert_int_equal(mkfifo("pipe", 0600), 0);	/* would wait for a writer for ever */
	static const char *const paths[] = {"missing", "missing/x", "", ".", "pipe", "/dev/null", "five/x"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		e.code = ERR_NONE;
		assert_int_equal(file_read(paths[i], 100, &b, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
		assert_non_null(strstr(e.msg, paths[i]));
		e.code = ERR_NONE;
		assert_int_equal(file_sha256(paths[i], hex, NULL, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
	}
	assert_null(b.data);
	/* Opens, but reading it fails. */
	assert_int_equal(file_read("/proc/self/mem", 100, &b, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(file_sha256("/proc/self/mem", hex, NULL, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	if (geteuid() != 0) {
		write_file("locked", "x", 1);
		assert_int_equal(chmod("locked", 0), 0);
		assert_int_equal(file_read("locked", 100, &b, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
	}
	buf_free(&b);
}

static void
digests(void **state)
{
	(void)state;
	struct err e;
	char hex[SHA256_HEX], want[SHA256_HEX];
	int64_t size = -1;
	write_file("abc", "abc", 3);
	assert_int_equal(file_sha256("abc", hex, &size, &e), 0);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(size, 3);
	write_file("abc", "", 0);
	assert_int_equal(file_sha256("abc", hex, &size, &e), 0);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(size, 0);

	/* More than one read, the last one short. */
	size_t n = 3 * 1024 * 1024 + 17;
	char *large = malloc(n);
	assert_non_null(large);
	for (size_t i = 0; i < n; i++)
		large[i] = (char)(i * 31 + i / 1000);
	write_file("abc", large, n);
	sha256_of(large, n, want);
	free(large);
	assert_int_equal(file_sha256("abc", hex, &size, &e), 0);
	assert_string_equal(hex, want);
	assert_int_equal(size, n);
	assert_int_equal(file_sha256("abc", hex, NULL, &e), 0);
}

static void
folders(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(file_make_dirs("d/e/f", &e), 0);
	assert_true(file_is_dir("d/e/f"));
	assert_int_equal(file_make_dirs("d/e/f", &e), 0);
	assert_int_equal(file_make_dirs("d//e/./g/", &e), 0);
	assert_true(file_is_dir("d/e/g"));
	assert_int_equal(file_make_dirs("/", &e), 0);
	assert_int_equal(file_make_dirs(".", &e), 0);

	write_file("d/file", "x", 1);
	assert_int_equal(file_make_dirs("d/file", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(file_make_dirs("d/file/x", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.msg, "d/file"));
	assert_int_equal(file_make_dirs("/proc/x/y", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(file_make_dirs("", &e), -1);
	assert_int_equal(e.code, ERR_IO);
}

static void
redact(void **state)
{
	(void)state;
	static const char *const same[] = {
		"", "a/b.avi", "/srv/rec_user=a&password=b.mp4", "me@home.mp4", "0", "/dev/video0", "://", "u:p@host",
		"rtsp://host/x", "rtsp://host:554/x@y", "rtsp://[fe80::1]:554/x@y", "file:///home/a@b/c.mp4",
		"http://host/a?channel=1&stream=2", "http://host/keyframe=1", "rtsp://", "rtsp://host:",
		"gst:v4l2src device=/dev/video0 ! videoconvert ! appsink",
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		check_owned(file_redact(same[i]), same[i]);

	static const char *const cases[][2] = {
		{"rtsp://u:p@host/x", "rtsp://host/x"},
		{"rtsp://u@host", "rtsp://host"},
		{"rtsp://:p@host:554/x?a=b", "rtsp://host:554/x?a=b"},
		{"RTSPS://u:p@host/x", "RTSPS://host/x"},
		{"srt://u:p@h:9000", "srt://h:9000"},
		{"svn+ssh://u:p@h", "svn+ssh://h"},
		{"udp://@239.0.0.1:1234", "udp://239.0.0.1:1234"},
		{"rtsp://u:p@[fe80::1]:554/x", "rtsp://[fe80::1]:554/x"},
		/* Passwords that nobody escaped. */
		{"rtsp://u:p@ss@w@host/x@y", "rtsp://host/x@y"},
		{"rtsp://u:p:q@host/x", "rtsp://host/x"},
		{"rtsp://u:a/b@host/x", "rtsp://host/x"},
		{"rtsp://u:a#b?c@host/x", "rtsp://host/x"},
		{"rtsp://u:a b@host/x", "rtsp://host/x"},
		{"rtsp://u:a!\"b'@host/x", "rtsp://host/x"},
		/* More than one address. */
		{"http://proxy/?url=rtsp://u:p@host/x", "http://proxy/?url=rtsp://host/x"},
		{"concat:http://a:b@c/d|http://e:f@g/h", "concat:http://c/d|http://g/h"},
		/* Keys. */
		{"http://h/v?password=p&a=1", "http://h/v?password=***&a=1"},
		{"http://h/v?a=1&PWD=p=q;r#s", "http://h/v?a=1&PWD=***"},
		{"http://h/v?access_token=p&apikey=q&sig=r&x=1", "http://h/v?access_token=***&apikey=***&sig=***&x=1"},
		{"http://h/v?loginuse=a&loginpas=b", "http://h/v?loginuse=***&loginpas=***"},
		{"srt://h:1?passphrase=p&mode=caller", "srt://h:1?passphrase=***&mode=caller"},
		{"rtsp://h/user=admin&password=p&channel=1.sdp?real", "rtsp://h/user=***&password=***&channel=1.sdp?real"},
		{"rtsp://h/user=admin_password=p_channel=1.sdp", "rtsp://h/user=***"},
		{"http://h/v?key=", "http://h/v?key=***"},
		{"rtsp://u:p@h/x?key=a", "rtsp://h/x?key=***"},
		/* Pipelines. */
		{"gst:rtspsrc location=rtsp://u:p@h/x ! decodebin ! appsink",
		 "gst:rtspsrc location=rtsp://h/x ! decodebin ! appsink"},
		{"gst:rtspsrc location=\"rtsp://u:p w@h/x?token=a&b=c\" latency=0 ! appsink",
		 "gst:rtspsrc location=\"rtsp://h/x?token=***\" latency=0 ! appsink"},
		{"gst:rtspsrc location=rtsp://h/x user-id=me user-pw=p&q latency=0",
		 "gst:rtspsrc location=rtsp://h/x user-id=*** user-pw=*** latency=0"},
		{"GST:a user-pw = \"p \\\" q\" b=1", "GST:a user-pw = *** b=1"},
		{"gst:a passwd='p q' b=1", "gst:a passwd=*** b=1"},
		{"gst:a password=p\\ q b=1", "gst:a password=*** b=1"},
		{"gst:a password=\"open", "gst:a password=***"},
		{"gst:a password=p\\", "gst:a password=***"},
		{"gst:a location=rtsp://u:p@h ! b x=c@d", "gst:a location=rtsp://h ! b x=c@d"},
		{"gst:a extra-headers=\"h,Authorization=\\\"Bearer b c\\\"\" d=e", "gst:a extra-headers=\"h,Authorization=***\" d=e"},
		{"gst:a extra-headers=\"h,Authorization=Basic b c\" user-id=d", "gst:a extra-headers=\"h,Authorization=***\" user-id=***"},
		{"gst:a cookies=b d='it \\' is' user-pw=c", "gst:a cookies=*** d='it \\' is' user-pw=***"},
		{"gst:souphttpsrc location=http://u:p@h/a proxy=http://v:q@i/b",
		 "gst:souphttpsrc location=http://h/a proxy=http://i/b"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_owned(file_redact(cases[i][0]), cases[i][1]);

	/* Bytes of no character set. */
	check_owned(file_redact("rtsp://\xff:\x80@h/\xfe"), "rtsp://h/\xfe");
	/* What was made clean stays as it is. */
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_owned(file_redact(cases[i][1]), cases[i][1]);
}

static void
secrets(void **state)
{
	(void)state;
	struct buf b = {0};
	file_secrets("rtsp://u:p w@host/x?a=b&token=t", &b);
	file_secrets("gst:rtspsrc location=rtsp://host user-id=\"m e\" user-pw=q ! appsink", &b);
	file_secrets("rtsp://host/x", &b);
	file_secrets("u:p@host", &b);
	assert_int_equal(b.len, sizeof "u:p w\0t\0m e\0q" );
	assert_memory_equal(b.data, "u:p w\0t\0m e\0q", b.len);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(kinds),
		cmocka_unit_test(reading),
		cmocka_unit_test(not_readable),
		cmocka_unit_test(digests),
		cmocka_unit_test(folders),
		cmocka_unit_test(redact),
		cmocka_unit_test(secrets),
	};
	return cmocka_run_group_tests_name("file", tests, make_dir, remove_dir);
}
