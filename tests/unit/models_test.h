/*
 * A place for tests of the registry: a temporary folder that is home, data folder and more, and the
 * text of registries with networks of a few bytes.
 */
#ifndef FOOTFALL_TESTS_MODELS_TEST_H
#define FOOTFALL_TESTS_MODELS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "models/registry.h"

static char root[] = "/tmp/footfall-models-XXXXXX";

/* A path below the temporary folder; valid until the fourth call after. */
__attribute__((unused, format(printf, 1, 2))) static const char *
at(const char *fmt, ...)
{
	static char paths[4][512];
	static int next;
	char *p = paths[next++ % 4];
	va_list ap;
	int n = snprintf(p, sizeof paths[0], "%s/", root);
	va_start(ap, fmt);
	vsnprintf(p + n, sizeof paths[0] - (size_t)n, fmt, ap);
	va_end(ap);
	return p;
}

/* Makes a file and the folders above it. */
static void
put(const char *path, const void *bytes, size_t n)
{
	struct err e;
	char *folder = mem_printf("%.*s", (int)(file_name(path) - path), path);
	assert_int_equal(file_make_dirs(folder, &e), 0);
	free(folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

__attribute__((unused)) static void
put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

/* { path = ...; ... } of a file with these contents; url NULL: none. */
__attribute__((unused)) static void
add_file(struct buf *b, const char *path, const char *contents, const char *url)
{
	char hex[SHA256_HEX];
	sha256_of(contents, strlen(contents), hex);
	buf_printf(b, "{ path = \"%s\"; sha256 = \"%s\"; size = %zu;", path, hex, strlen(contents));
	if (url != NULL)
		buf_printf(b, " url = \"%s\";", url);
	buf_puts(b, " }");
}

/* An entry of a person network of one file; more: further keys, each ended by ";". */
__attribute__((unused)) static void
add_entry(struct buf *b, const char *path, const char *contents, const char *url, const char *more)
{
	buf_puts(b, "{ task = \"person\"; family = \"yolov8\"; format = \"onnx\"; files = ( ");
	add_file(b, path, contents, url);
	buf_printf(b, " ); licence = \"MIT\"; upstream = \"here\"; width = 64; height = 64; channels = \"rgb\"; "
	    "resize = \"letterbox\"; classes = [ \"person\" ]; min_score = 0.5; iou = 0.5; %s }", more);
}

static int
models_setup(void **state)
{
	(void)state;
	return mkdtemp(root) != NULL ? 0 : -1;
}

static int
models_teardown(void **state)
{
	(void)state;
	char *command = mem_printf("chmod -R u+rwx '%s'; rm -rf '%s'", root, root);
	int rc = system(command);
	free(command);
	return rc;
}

/* Before each test: an empty folder, nothing of the user's, and the registry at project/registry.cfg. */
__attribute__((unused)) static int
models_clean(void **state)
{
	(void)state;
	char *command = mem_printf("chmod -R u+rwx '%s'; rm -rf '%s'/*", root, root);
	int rc = system(command);
	free(command);
	setenv("HOME", at("home"), 1);
	setenv("FOOTFALL_REGISTRY", at("project/registry.cfg"), 1);
	unsetenv("XDG_DATA_HOME");
	unsetenv("FOOTFALL_MODELS");
	return rc;
}

#endif
