/*
 * Downloads: from file:// and from a small server on this machine, never from the network.
 */
#include "models_test.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/log.h"
#include "models/fetch.h"

#define CONTENTS "weights of one"

static struct registry *r;
static char *search_path;	/* PATH as it was */

static void
open_registry(const char *url)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	buf_puts(&b, "models = ( ");
	add_entry(&b, "person/one.onnx", CONTENTS, url, "");
	buf_puts(&b, ", ");
	add_entry(&b, "person/two.onnx", "weights of two", NULL, "note = \"ask the neighbour\";");
	buf_puts(&b, ", ");
	add_entry(&b, "person/half.onnx", "weights of half", url, "unsupported = \"only half of it\";");
	buf_puts(&b, " );");
	put_text(at("project/registry.cfg"), buf_str(&b));
	buf_free(&b);
	registry_close(r);
	if (registry_open(&r, &e) != 0)
		fail_msg("%s", e.msg);
}

/* A registry whose network one is to be had at upstream/one in the temporary folder. */
static void
open_with_file(const char *contents)
{
	char *url = mem_printf("file://%s", at("upstream/one"));
	if (contents != NULL)
		put_text(at("upstream/one"), contents);
	open_registry(url);
	free(url);
}

static int
setup(void **state)
{
	setenv("PATH", search_path, 1);
	return models_clean(state);
}

static int
teardown(void **state)
{
	(void)state;
	registry_close(r);
	r = NULL;
	return 0;
}

static void
need_curl(void)
{
	if (system("curl --version >/dev/null 2>&1") != 0) {
		print_message("the curl program is not installed\n");
		skip();
	}
}

static int
fetch(const char *name, struct err *e)
{
	const struct model *m;
	*e = (struct err){ 0 };
	assert_int_equal(registry_find(r, name, &m, e), 0);
	return model_fetch(r, m, e);
}

static void
assert_fails(enum err_code code, const char *why)
{
	struct err e;
	assert_int_equal(fetch("one", &e), -1);
	if (e.code != code || strstr(e.msg, why) == NULL)
		fail_msg("%d \"%s\" is not %d \"%s\"", (int)e.code, e.msg, (int)code, why);
}

/* Names in a folder. */
static size_t
count_names(const char *folder)
{
	size_t n = 0;
	DIR *d = opendir(folder);
	if (d == NULL)
		return 0;
	for (struct dirent *x; (x = readdir(d)) != NULL;)
		n += x->d_name[0] != '.';
	closedir(d);
	return n;
}

static void
assert_fetched(const char *path)
{
	struct buf b = { 0 };
	struct err e;
	assert_int_equal(file_read(path, 1000, &b, &e), 0);
	assert_string_equal(buf_str(&b), CONTENTS);
	buf_free(&b);
}

static void
into_the_data_folder(void **state)
{
	(void)state;
	struct err e;
	struct stat st;
	need_curl();
	open_with_file(CONTENTS);
	umask(027);
	assert_int_equal(fetch("one", &e), 0);
	umask(022);
	assert_fetched(at("home/.local/share/footfall/models/person/one.onnx"));
	assert_int_equal(count_names(at("home/.local/share/footfall/models/person")), 1);
	/* A temporary file is private; what it becomes is as any file of the user. */
	assert_int_equal(stat(at("home/.local/share/footfall/models/person/one.onnx"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(model_state(r, registry_at(r, 0), NULL), MODEL_READY);
	/* Again is nothing to do, even with the source gone. */
	unlink(at("upstream/one"));
	assert_int_equal(fetch("one", &e), 0);
}

static void
into_the_first_folder_that_can_be_written(void **state)
{
	(void)state;
	struct err e;
	need_curl();
	put_text(at("file"), "");
	char *list = mem_printf("%s:%s:%s", at("file/models"), at("mine"), at("other"));
	setenv("FOOTFALL_MODELS", list, 1);
	free(list);
	open_with_file(CONTENTS);
	assert_int_equal(fetch("one", &e), 0);
	assert_fetched(at("mine/person/one.onnx"));
	assert_false(file_exists(at("other")));
	assert_false(file_exists(at("home/.local")));
}

static void
nowhere_to_write(void **state)
{
	(void)state;
	put_text(at("file"), "");
	setenv("FOOTFALL_MODELS", at("file/models"), 1);
	setenv("XDG_DATA_HOME", at("file/data"), 1);
	open_with_file(CONTENTS);
	assert_fails(ERR_IO, "cannot write into ");
	unsetenv("FOOTFALL_MODELS");
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
	assert_fails(ERR_IO, "set FOOTFALL_MODELS or HOME");
}

static void
broken_one_is_replaced(void **state)
{
	(void)state;
	struct err e;
	static const char *const broken[] = { "weights", "weights of two" };
	need_curl();
	for (size_t i = 0; i < 2; i++) {
		put_text(at("home/.local/share/footfall/models/person/one.onnx"), broken[i]);
		open_with_file(CONTENTS);
		assert_int_equal(fetch("one", &e), 0);
		assert_fetched(at("home/.local/share/footfall/models/person/one.onnx"));
	}
}

static void
bad_downloads_leave_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *contents, *why;
	} cases[] = {
		{ NULL, "curl: (37)" },
		{ "weights", "gave 7 bytes instead of 14" },
		{ "", "gave 0 bytes instead of 14" },
		{ "weights of two", "gave other contents than the registry states" },
		{ "weights of one and many more", "" },
		{ "version https://git-lfs.github.com/spec/v1\n", "" },
	};
	need_curl();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		open_with_file(cases[i].contents);
		assert_fails(ERR_UNAVAILABLE, cases[i].why);
		assert_int_equal(count_names(at("home/.local/share/footfall/models/person")), 0);
		assert_int_equal(model_state(r, registry_at(r, 0), NULL), MODEL_MISSING);
	}
}

static void
bad_download_keeps_what_was_there(void **state)
{
	(void)state;
	struct buf b = { 0 };
	struct err e;
	need_curl();
	put_text(at("home/.local/share/footfall/models/person/one.onnx"), "half");
	open_with_file("weights of two");
	assert_fails(ERR_UNAVAILABLE, "gave other contents");
	assert_int_equal(file_read(at("home/.local/share/footfall/models/person/one.onnx"), 100, &b, &e), 0);
	assert_string_equal(buf_str(&b), "half");
	buf_free(&b);
}

static void
what_cannot_be_fetched(void **state)
{
	(void)state;
	struct err e;
	open_with_file(CONTENTS);
	assert_int_equal(fetch("two", &e), -1);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_non_null(strstr(e.msg, "person/two.onnx cannot be fetched: ask the neighbour"));
	assert_int_equal(fetch("half", &e), -1);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_non_null(strstr(e.msg, "only half of it"));
}

static void
no_curl(void **state)
{
	(void)state;
	open_with_file(CONTENTS);
	setenv("PATH", at("empty"), 1);
	assert_fails(ERR_UNAVAILABLE, "apt install curl");
	assert_int_equal(count_names(at("home/.local/share/footfall/models/person")), 0);
}

/*
 * A server for one connection, in a process of its own, that answers with text and then sends more until the other
 * side hangs up; "": never answers.  Its address goes into the registry.
 */
static pid_t
serve(const char *answer, bool endless)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s >= 0 && bind(s, (struct sockaddr *)&a, n) == 0 && listen(s, 4) == 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&a, &n), 0);
	char *url = mem_printf("http://127.0.0.1:%d/one", ntohs(a.sin_port));
	open_registry(url);
	free(url);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		for (;;) {
			char request[4096];
			int c = accept(s, NULL, NULL);
			if (answer[0] == '\0')
				pause();
			if (read(c, request, sizeof request) > 0 && write(c, answer, strlen(answer)) > 0)
				while (endless && write(c, CONTENTS, strlen(CONTENTS)) > 0)
					continue;
			close(c);
		}
	}
	close(s);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
over_http(void **state)
{
	(void)state;
	struct err e;
	need_curl();
	pid_t pid = serve("HTTP/1.0 200 OK\r\nContent-Length: 14\r\n\r\n" CONTENTS, false);
	int rc = fetch("one", &e);
	end(pid);
	if (rc != 0)
		fail_msg("%s", e.msg);
	assert_fetched(at("home/.local/share/footfall/models/person/one.onnx"));
}

static void
not_found(void **state)
{
	(void)state;
	need_curl();
	pid_t pid = serve("HTTP/1.0 404 Not Found\r\nContent-Length: 14\r\n\r\n" CONTENTS, false);
	assert_fails(ERR_UNAVAILABLE, "404");
	end(pid);
	assert_int_equal(count_names(at("home/.local/share/footfall/models/person")), 0);
}

static void
redirection_to_a_file_is_refused(void **state)
{
	(void)state;
	need_curl();
	put_text(at("upstream/one"), CONTENTS);
	char *answer = mem_printf("HTTP/1.0 302 Found\r\nLocation: file://%s\r\nContent-Length: 0\r\n\r\n", at("upstream/one"));
	pid_t pid = serve(answer, false);
	free(answer);
	assert_fails(ERR_UNAVAILABLE, "curl: (1)");
	end(pid);
}

static void
endless_answer_is_cut(void **state)
{
	(void)state;
	need_curl();
	/* Without a length curl itself would write on until the disk is full. */
	pid_t pid = serve("HTTP/1.0 200 OK\r\n\r\n", true);
	struct err e;
	int rc = fetch("one", &e);
	end(pid);
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_int_equal(count_names(at("home/.local/share/footfall/models/person")), 0);
}

static void
interrupted(void **state)
{
	(void)state;
	static const int signals[] = { SIGINT, SIGTERM };
	need_curl();
	for (size_t i = 0; i < 2; i++) {
		pid_t server = serve("", false);
		pid_t self = getpid(), killer = fork();
		if (killer == 0) {
			usleep(500 * 1000);
			kill(self, signals[i]);
			_exit(0);
		}
		assert_fails(ERR_INTERRUPTED, "interrupted");
		waitpid(killer, NULL, 0);
		end(server);
		assert_int_equal(count_names(at("home/.local/share/footfall/models/person")), 0);
	}
	/* Signals are as they were. */
	sigset_t now;
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	assert_false(sigismember(&now, SIGINT) || sigismember(&now, SIGTERM) || sigismember(&now, SIGCHLD));
}

int
main(void)
{
	search_path = mem_strdup(getenv("PATH") != NULL ? getenv("PATH") : "");
	/* Whatever proxy this machine goes through, these servers are its own. */
	setenv("no_proxy", "*", 1);
	log_set_level(LOG_ERROR);
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(into_the_data_folder),
		TEST(into_the_first_folder_that_can_be_written),
		TEST(nowhere_to_write),
		TEST(broken_one_is_replaced),
		TEST(bad_downloads_leave_nothing),
		TEST(bad_download_keeps_what_was_there),
		TEST(what_cannot_be_fetched),
		TEST(no_curl),
		TEST(over_http),
		TEST(not_found),
		TEST(redirection_to_a_file_is_refused),
		TEST(endless_answer_is_cut),
		TEST(interrupted),
	};
	int rc = cmocka_run_group_tests(tests, models_setup, models_teardown);
	free(search_path);
	return rc;
}
