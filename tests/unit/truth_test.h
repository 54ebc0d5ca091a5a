/*
 * What the tests of label readers share: texts as they stand in files, refusals, and small folders.
 */
#ifndef FOOTFALL_TESTS_TRUTH_TEST_H
#define FOOTFALL_TESTS_TRUTH_TEST_H

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

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "truth/text.h"

/* A copy exactly as large as the text and its NUL, so that a sanitizer sees any step outside. */
struct held {
	char *data;
	struct span span;
};

static inline struct held
hold_n(const char *text, size_t n)
{
	struct held h = { .data = malloc(n + 1) };
	assert_non_null(h.data);
	memcpy(h.data, text, n);
	h.data[n] = '\0';
	h.span = (struct span) { h.data, n };
	return h;
}

static inline struct held
hold(const char *text)
{
	return hold_n(text, strlen(text));
}

/* One hostile text, and what the message must say. */
struct refusal {
	const char *text, *says;
};

static inline void
says(const struct err *e, enum err_code code, const char *want, const char *input)
{
	if (strstr(e->msg, want) == NULL)
		fail_msg("'%s' is not in the message '%s' for: %.300s", want, e->msg, input);
	if (e->code != code)
		fail_msg("code %d, not %d: %s", (int)e->code, (int)code, e->msg);
}

/* A fresh folder, in new memory. */
static inline char *
make_folder(void)
{
	char *path = mem_strdup("/tmp/footfall-truth-XXXXXX");
	assert_non_null(mkdtemp(path));
	return path;
}

static inline void
write_bytes(const char *folder, const char *name, const void *data, size_t n)
{
	char *path = file_join(folder, name), *dir = mem_printf("%.*s", (int)(file_name(path) - path), path);
	struct err e;
	assert_int_equal(file_make_dirs(dir, &e), 0);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	free(dir);
	free(path);
}

static inline void
write_text(const char *folder, const char *name, const char *text)
{
	write_bytes(folder, name, text, strlen(text));
}

/* A PNG of which only the head is true: enough for its size. */
static inline void
write_png(const char *folder, const char *name, unsigned width, unsigned height)
{
	unsigned char png[57] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	for (int i = 0; i < 4; i++) {
		png[16 + i] = (unsigned char)(width >> (24 - 8 * i));
		png[20 + i] = (unsigned char)(height >> (24 - 8 * i));
	}
	memcpy(png + 33, "\0\0\0\0IDAT\0\0\0\0\0\0\0\0IEND", 20);
	write_bytes(folder, name, png, sizeof png);
}

/* Removes the folder and all in it, and frees its name. */
static inline void
drop_folder(char *path)
{
	assert_int_equal(strncmp(path, "/tmp/footfall-truth-", 20), 0);
	char *command = mem_printf("rm -rf '%s'", path);
	assert_int_equal(system(command), 0);
	free(command);
	free(path);
}

/* A path within the data that is kept outside of the repository; skips the test when it is not there. */
static inline char *
shared_path(const char *name)
{
	const char *dir = getenv("FOOTFALL_SHARED");
	char *path = file_join(dir != NULL ? dir : "../shared", name);
	if (!file_exists(path)) {
		print_message("%s is not there\n", path);
		free(path);
		skip();
	}
	return path;
}

#endif
