/* notify: what a service manager would read, on a socket of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/when.h"
#include "live/notify.h"

/* In the kernel's own name space, so that no file is left behind. */
static int
manager_open(void **state)
{
	static int fd;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char name[64];
	int n = snprintf(name, sizeof name, "@footfall-test-notify-%ld", (long)getpid());
	memcpy(a.sun_path, name, (size_t)n);
	a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct timeval limit = { .tv_sec = 20 };
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
	    bind(fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n)) != 0)
		return -1;
	*state = &fd;
	return setenv("NOTIFY_SOCKET", name, 1);
}

static int
manager_close(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	return close(*(int *)*state);
}

/* The next message; it stays valid until the one after it. */
static const char *
told(void **state)
{
	static char text[512];
	ssize_t n = recv(*(int *)*state, text, sizeof text - 1, 0);
	if (n < 0)
		fail_msg("nothing was told");
	text[n] = '\0';
	return text;
}

static void
tells(void **state)
{
	if (notify_library() == NULL) {
		print_message("built without libsystemd\n");
		skip();
	}
	notify_ready();
	assert_string_equal(told(state), "READY=1");
	notify_watchdog();
	assert_string_equal(told(state), "WATCHDOG=1");
	notify_stopping();
	assert_string_equal(told(state), "STOPPING=1");
	notify_status("gate: 25 frames/s, 100 % seen");
	assert_string_equal(told(state), "STATUS=gate: 25 frames/s, 100 % seen");
	notify_status("a source called\nWATCHDOG=trigger");
	assert_string_equal(told(state), "STATUS=a source called WATCHDOG=trigger");

	int64_t before = when_monotonic_ms();
	notify_reloading();
	const char *text = told(state), *second = "RELOADING=1\nMONOTONIC_USEC=";
	assert_memory_equal(text, second, strlen(second));
	char *end;
	long long us = strtoll(text + strlen(second), &end, 10);
	assert_string_equal(end, "");
	assert_true(us / 1000 >= before && us / 1000 <= when_monotonic_ms());
}

static void
alone(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	notify_status("nobody listens");
	notify_watchdog();
	notify_reloading();
	notify_stopping();
	/* A socket that is gone is nobody, too. */
	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	notify_ready();
	notify_watchdog();
	unsetenv("NOTIFY_SOCKET");
}

static int64_t
watchdog_of(const char *usec, long pid)
{
	char text[32];
	snprintf(text, sizeof text, "%ld", pid);
	if (usec != NULL)
		setenv("WATCHDOG_USEC", usec, 1);
	setenv("WATCHDOG_PID", text, 1);
	int64_t ms = notify_watchdog_ms();
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return ms;
}

static void
watchdog(void **state)
{
	(void)state;
	bool built = notify_library() != NULL;
	assert_int_equal(watchdog_of(NULL, getpid()), 0);
	assert_int_equal(watchdog_of("30000000", getpid()), built ? 15000 : 0);
	/* Not 0, which would mean never. */
	assert_int_equal(watchdog_of("100", getpid()), built ? 1 : 0);
	assert_int_equal(watchdog_of("none", getpid()), 0);
	/* Meant for the process that started us. */
	assert_int_equal(watchdog_of("30000000", getppid()), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells, manager_open, manager_close),
		cmocka_unit_test(alone),
		cmocka_unit_test(watchdog),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
