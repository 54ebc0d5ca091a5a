/* The live page as `footfall live` uses it: pictures, who looks at them, starting and stopping. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/when.h"
#include "serve/serve.h"
#include "store_test.h"

enum { LIMIT_MS = 60000 };

static void
make_db(void)
{
	struct store *s;
	struct err e;
	good(store_open(&s, "live.db", TEST_TIMEOUT_MS, &e), &e);
	good(db_exec(store_db(s), "INSERT OR IGNORE INTO source (uuid, name, kind, uri) VALUES ('u', 'door 1', 'camera', '0')", &e), &e);
	store_close(s);
}

static struct serve *
start(bool pictures)
{
	struct serve *s;
	struct err e;
	make_db();
	struct serve_options o = { .db = "live.db", .timeout_ms = 1000, .address = "127.0.0.1", .clients = 8, .pictures = pictures };
	good(serve_start(&s, &o, &e), &e);
	assert_true(serve_port(s) > 0);
	return s;
}

static int
ask(const struct serve *s, const char *path)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)serve_port(s)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char text[200];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	int n = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
	assert_int_equal(send(fd, text, (size_t)n, MSG_NOSIGNAL), n);
	return fd;
}

/* Reads until what was read ends in, or holds, that text; false at the end of the stream. */
static bool
read_until(int fd, struct buf *b, const char *want)
{
	char part[4096];
	while (memmem(buf_str(b), b->len, want, strlen(want)) == NULL) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
		ssize_t n = recv(fd, part, sizeof part, 0);
		if (n <= 0)
			return false;
		buf_add(b, part, (size_t)n);
	}
	return true;
}

static void
until_watched(struct serve *s, bool want)
{
	for (int64_t end = when_monotonic_ms() + LIMIT_MS; serve_watched(s) != want && when_monotonic_ms() < end;)
		usleep(5000);
	assert_int_equal(serve_watched(s), want);
}

static void
pictures(void **state)
{
	struct buf b = { 0 };
	(void)state;
	if (serve_library() == NULL)
		skip();
	struct serve *s = start(true);
	assert_false(serve_watched(s));
	int fd = ask(s, "/api/picture?source=door%201");
	assert_true(read_until(fd, &b, "multipart/x-mixed-replace; boundary="));
	until_watched(s, true);
	serve_picture(s, "door 1", "first\0picture", 13);
	assert_true(read_until(fd, &b, "Content-Length: 13\r\n\r\nfirst"));
	serve_picture(s, "door 1", "second", 6);
	serve_picture(s, "door 1", "third", 5);
	assert_true(read_until(fd, &b, "third\r\n--"));
	close(fd);
	until_watched(s, false);
	buf_clear(&b);
	fd = ask(s, "/api/picture?source=nobody");
	assert_true(read_until(fd, &b, " 404 "));
	close(fd);
	buf_free(&b);
	serve_stop(s);
}

/* Clients that do not read are not waited for, neither by who gives pictures nor at the end. */
static void
deaf(void **state)
{
	const size_t size = 1 << 20;
	int fds[4];
	struct buf b = { 0 };
	(void)state;
	if (serve_library() == NULL)
		skip();
	struct serve *s = start(true);
	char *big = mem_alloc(size);
	for (int i = 0; i < 4; i++)
		fds[i] = ask(s, "/api/picture?source=door+1");
	until_watched(s, true);
	for (int i = 0; i < 200; i++)
		serve_picture(s, "door 1", big, size);
	int fd = ask(s, "/api/now");
	assert_true(read_until(fd, &b, "\"pictures\":true"));
	close(fd);
	serve_stop(s);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	free(big);
	buf_free(&b);
}

static void
without_pictures(void **state)
{
	struct buf b = { 0 };
	(void)state;
	if (serve_library() == NULL)
		skip();
	struct serve *s = start(false);
	int fd = ask(s, "/api/picture?source=door+1");
	assert_true(read_until(fd, &b, " 404 "));
	close(fd);
	/* the end of a stream is seen by its client */
	fd = ask(s, "/api/events");
	assert_true(read_until(fd, &b, "event: now\n"));
	serve_stop(s);
	assert_false(read_until(fd, &b, "never"));
	close(fd);
	buf_free(&b);
	serve_stop(NULL);
}

static void
refused(void **state)
{
	struct serve *s;
	struct err e;
	(void)state;
	make_db();
	struct serve_options o = { .db = "live.db", .timeout_ms = 100, .address = "0.0.0.0", .clients = 8 };
	assert_int_equal(serve_start(&s, &o, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	o.address = "localhost";
	assert_int_equal(serve_start(&s, &o, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	o.address = "127.0.0.1";
	o.db = "nowhere.db";
	assert_int_equal(serve_start(&s, &o, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_null(s);
	if (serve_library() == NULL) {
		o.db = "live.db";
		assert_int_equal(serve_start(&s, &o, &e), -1);
		assert_int_equal(e.code, ERR_UNAVAILABLE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures), cmocka_unit_test(deaf), cmocka_unit_test(without_pictures), cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
