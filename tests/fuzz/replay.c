/*
 * Feeds files to a fuzz target without a fuzzer: the corpus is a test like any other.
 *
 * usage: PROGRAM FOLDER|FILE...   Every file directly in a folder.  Fails when there is none,
 * so that a corpus that was moved away does not pass.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *path)
{
	struct buf b = {0};
	struct err e;

	if (file_read(path, (size_t)1 << 30, &b, &e) != 0) {
		fprintf(stderr, "replay: %s\n", e.msg);
		return -1;
	}
	/* Exactly the bytes, so that a sanitizer sees a read behind them. */
	uint8_t *data = malloc(b.len);
	if (data != NULL && b.len > 0)
		memcpy(data, b.data, b.len);
	/* Named before: if it crashes, this is the file. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, b.len);
	free(data);
	buf_free(&b);
	return 0;
}

static int
replay_folder(const char *path, size_t *n)
{
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);
	int result = 0;

	if (count < 0) {
		fprintf(stderr, "replay: cannot read the folder %s\n", path);
		return -1;
	}
	for (int i = 0; i < count; i++) {
		char *file = file_join(path, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && !file_is_dir(file)) {
			if (replay_file(file) != 0)
				result = -1;
			(*n)++;
		}
		free(file);
		free(names[i]);
	}
	free(names);
	return result;
}

int
main(int argc, char **argv)
{
	size_t n = 0;
	int result = 0;

	for (int i = 1; i < argc; i++) {
		if (file_is_dir(argv[i])) {
			if (replay_folder(argv[i], &n) != 0)
				result = 1;
		} else {
			if (replay_file(argv[i]) != 0)
				result = 1;
			n++;
		}
	}
	printf("%zu inputs replayed\n", n);
	if (n == 0) {
		fprintf(stderr, "replay: no input; give the folder of a corpus\n");
		return 1;
	}
	return result;
}
