/* buf and mem: bytes that grow. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

/* The sanitizers would end the process at a wild allocation before we see its NULL. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *
__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
empty(void **state)
{
	(void)state;
	struct buf b = {0};
	assert_string_equal(buf_str(&b), "");
	buf_clear(&b);
	assert_null(b.data);
	buf_add(&b, NULL, 0);
	assert_non_null(b.data);
	assert_int_equal(b.data[0], '\0');
	buf_free(&b);
	assert_null(b.data);
	buf_free(&b);
}

static void
grows(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int i = 0; i < 10000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_int_equal(b.len, 10000);
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	const char *memory = b.data;
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_str(&b), "");
	buf_puts(&b, "again");
	assert_ptr_equal(b.data, memory);
	buf_free(&b);
}

static void
mixed(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, "a\0b", 3);
	buf_printf(&b, "%d-%s", 42, "x");
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.data, "a\0b42-x", 8);
	buf_clear(&b);
	buf_printf(&b, "%500d|", 1);
	assert_int_equal(b.len, 501);
	buf_printf(&b, "%s", "");
	assert_int_equal(b.len, 501);
	assert_string_equal(b.data + 499, "1|");
	buf_free(&b);
}

static void
memory(void **state)
{
	(void)state;
	int *n = mem_array(100, sizeof *n);
	for (int i = 0; i < 100; i++)
		assert_int_equal(n[i], 0);
	n[99] = 5;
	n = mem_resize(n, 1000, sizeof *n);
	assert_int_equal(n[99], 5);
	free(n);
	void *none = mem_alloc(0);
	assert_non_null(none);
	none = mem_resize(none, 0, 8);
	assert_non_null(none);
	free(none);
	char *s = mem_printf("%s/%d", "a", 3);
	char *t = mem_strdup(s);
	assert_string_equal(t, "a/3");
	free(s);
	free(t);
}

/* Runs f in a child; returns what it wrote on stderr, and that it died of SIGABRT. */
static void
dies(void (*f)(void), const char *word)
{
	int fd[2];
	assert_int_equal(pipe(fd), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fd[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		f();
		_exit(0);
	}
	close(fd[1]);
	char text[16384] = "";
	size_t len = 0;
	ssize_t n;
	while (len < sizeof text - 1 && (n = read(fd[0], text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	close(fd[0]);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(text, word));
}

static void
array_overflow(void)
{
	volatile size_t n = SIZE_MAX / 2;
	free(mem_array(n, 4));
}

static void
resize_overflow(void)
{
	volatile size_t n = SIZE_MAX / 2;
	free(mem_resize(NULL, n, 4));
}

static void
overflow(void **state)
{
	(void)state;
	dies(array_overflow, "footfall: out of memory (");
	dies(resize_overflow, "footfall: out of memory (");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(grows),
		cmocka_unit_test(mixed),
		cmocka_unit_test(memory),
		cmocka_unit_test(overflow),
	};
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
