/* log: lines that stay lines, levels, and the progress line on and off a terminal. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"

static int saved = -1, reader = -1;

/* From here on stderr goes into fd; what arrives is read from from. */
static void
capture(int fd, int from)
{
	fflush(stderr);
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
	reader = from;
	assert_int_equal(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
}

static void
capture_file(void)
{
	char path[] = "/tmp/footfall-log-XXXXXX";
	int fd = mkstemp(path), from = open(path, O_RDONLY);
	assert_true(fd >= 0 && from >= 0);
	unlink(path);
	capture(fd, from);
}

static void
capture_terminal(unsigned short columns)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	struct termios t;
	assert_int_equal(tcgetattr(slave, &t), 0);
	cfmakeraw(&t);
	assert_int_equal(tcsetattr(slave, TCSANOW, &t), 0);
	assert_int_equal(ioctl(slave, TIOCSWINSZ, &(struct winsize){.ws_row = 24, .ws_col = columns}), 0);
	capture(slave, master);
}

/* What was written, and stderr back where it was.  Compares after that, so that a failure can be seen. */
static void
expect(const char *want)
{
	struct buf got = {0};
	char chunk[4096];
	/* A terminal hands over a moment later. */
	struct pollfd p = {.fd = reader, .events = POLLIN};
	while (poll(&p, 1, 50) > 0) {
		ssize_t n = read(reader, chunk, sizeof chunk);
		if (n <= 0)
			break;
		buf_add(&got, chunk, (size_t)n);
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(reader);
	log_set_level(LOG_INFO);
	assert_string_equal(buf_str(&got), want);
	buf_free(&got);
}

static void
levels(void **state)
{
	(void)state;
	assert_int_equal(log_get_level(), LOG_INFO);
	capture_file();
	for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
		log_set_level((enum log_level)level);
		log_error("e%d", level);
		log_warn("w%d", level);
		log_info("i%d", level);
		log_verbose("v%d", level);
		log_debug("d%d", level);
		log_progress("p%d", level);
		log_progress_end();
	}
	expect("footfall: e0\n"
	    "footfall: e1\nfootfall: warning: w1\n"
	    "footfall: e2\nfootfall: warning: w2\nfootfall: i2\nfootfall: p2\n"
	    "footfall: e3\nfootfall: warning: w3\nfootfall: i3\nfootfall: v3\nfootfall: p3\n"
	    "footfall: e4\nfootfall: warning: w4\nfootfall: i4\nfootfall: v4\nfootfall: d4\nfootfall: p4\n");
}

static void
one_line(void **state)
{
	(void)state;
	capture_file();
	log_error("a\nb\tc\rd\033[31me\177f\001");
	log_error("Zürich 日本 🎥 100%%");
	/* C1 controls, as UTF-8 and raw; bytes that are no text; overlong forms; a character cut short. */
	log_error("\xc2\x9b" "1m \x9b \xff \xc0\x8a \xe0\x80\x8a \xf0\x80\x80\x8a \xf4\x90\x80\x80 \xe6\x97");
	log_error("%s", "%s%n");
	expect("footfall: a\\nb\\tc\\x0dd\\x1b[31me\\x7ff\\x01\n"
	    "footfall: Zürich 日本 🎥 100%\n"
	    "footfall: \\xc2\\x9b1m \\x9b \\xff \\xc0\\x8a \\xe0\\x80\\x8a \\xf0\\x80\\x80\\x8a \\xf4\\x90\\x80\\x80 "
	    "\\xe6\\x97\n"
	    "footfall: %s%n\n");
}

static void
plain_progress(void **state)
{
	(void)state;
	capture_file();
	assert_false(log_is_tty());
	log_progress("%d of %d\n", 1, 2);
	log_error("x");
	log_progress_end();
	expect("footfall: 1 of 2\\n\nfootfall: x\n");
}

static void
terminal_progress(void **state)
{
	(void)state;
	capture_terminal(80);
	assert_true(log_is_tty());
	log_progress("one");
	log_progress("two\n");
	log_warn("x");
	log_warn("y");
	log_progress("three");
	log_progress_end();
	log_progress_end();
	log_info("z");
	expect("\rfootfall: one\033[K\rfootfall: two\\n\033[K\r\033[Kfootfall: warning: x\nfootfall: warning: y\n"
	    "\rfootfall: three\033[K\nfootfall: z\n");
}

static void
terminal_quiet(void **state)
{
	(void)state;
	capture_terminal(80);
	log_set_level(LOG_WARN);
	log_progress("one");
	log_warn("x");
	log_progress_end();
	expect("footfall: warning: x\n");
}

static void
terminal_width(void **state)
{
	(void)state;
	capture_terminal(15);
	log_progress("12345");
	log_progress("äöüßé");		/* counted in characters, not in bytes */
	log_progress("123\n");		/* an escape is not cut in two */
	log_error("messages are never cut");
	log_progress_end();
	expect("\rfootfall: 1234\033[K\rfootfall: äöüß\033[K\rfootfall: 123\033[K"
	    "\r\033[Kfootfall: messages are never cut\n");

	capture_terminal(1);
	log_progress("12345");
	log_progress_end();
	expect("\rf\033[K\n");

	/* A terminal that does not know its size. */
	capture_terminal(0);
	log_progress("%090d", 0);
	log_progress_end();
	char want[128];
	snprintf(want, sizeof want, "\rfootfall: %069d\033[K\n", 0);
	expect(want);
}

enum { THREADS = 4, LINES = 300 };

static void *
chatter(void *arg)
{
	for (int i = 0; i < LINES; i++) {
		log_info("%s", (const char *)arg);
		log_progress("%s", (const char *)arg);
		log_verbose("not shown");
	}
	log_progress_end();
	return NULL;
}

/* Lines of several threads are whole, and none is lost. */
static void
threads(void **state)
{
	(void)state;
	static char texts[THREADS][65];
	capture_file();
	pthread_t t[THREADS];
	for (int i = 0; i < THREADS; i++) {
		memset(texts[i], 'a' + i, sizeof texts[i] - 1);
		pthread_create(&t[i], NULL, chatter, texts[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	int from = dup(reader);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(reader);
	FILE *f = fdopen(from, "r");
	assert_non_null(f);
	int seen[THREADS] = {0};
	char line[256];
	while (fgets(line, sizeof line, f) != NULL) {
		assert_memory_equal(line, "footfall: ", 10);
		int who = line[10] - 'a';
		assert_in_range(who, 0, THREADS - 1);
		assert_memory_equal(line + 10, texts[who], 64);
		assert_string_equal(line + 74, "\n");
		seen[who]++;
	}
	fclose(f);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(seen[i], 2 * LINES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(one_line),
		cmocka_unit_test(plain_progress),
		cmocka_unit_test(terminal_progress),
		cmocka_unit_test(terminal_quiet),
		cmocka_unit_test(terminal_width),
		cmocka_unit_test(threads),
	};
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
