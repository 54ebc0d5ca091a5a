/*
 * Fuzz target: any bytes as a configuration file, and as an assignment on the command line.
 * A file is taken or refused with ERR_CONFIG, and what is in force afterwards is within its range.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* Asked by the leak sanitizer: libconfig 1.5 loses the text of a string that stands where a syntax error is, or has no end. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig_yylex\nleak:strbuf_append\n";
}

static void
check(const struct settings *s)
{
	assert(s->input_max_pixels >= 1 && s->input_max_pixels <= 1000000000);
	assert(s->inference_threads >= 0 && s->inference_threads <= 256);
	assert(s->nms_iou == -1 || (s->nms_iou >= 0 && s->nms_iou <= 1));
	assert(s->face_upper >= 0 && s->face_upper <= 1);
	assert(s->minute_gap >= 0.001 && s->minute_gap <= 3600);
	assert(s->person_class[0] != '\0');
	assert(strcmp(s->inference_precision, "f32") == 0 || strcmp(s->inference_precision, "bf16") == 0
		|| strcmp(s->inference_precision, "int8") == 0);
	/* What `footfall config` prints can be given back. */
	for (size_t i = 0; i < settings_count(); i++) {
		struct buf value = {0};
		struct settings again;
		struct err e;
		struct settings_entry t = settings_entry(s, i, &value, NULL);
		settings_init(&again);
		assert(settings_set(&again, t.name, buf_str(&value), "-o", &e) == 0);
		settings_free(&again);
		buf_free(&value);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct settings s;
	struct err e;
	int fd = memfd_create("settings", MFD_CLOEXEC);

	/* Only this file, wherever the fuzzer runs. */
	setenv("XDG_CONFIG_HOME", "/nowhere", 1);
	assert(fd >= 0);
	assert(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	settings_init(&s);
	assert(settings_load(&s, path, &e) == 0 || e.code == ERR_CONFIG);
	check(&s);
	settings_free(&s);
	close(fd);

	char *text = mem_alloc(size + 1);
	if (size > 0)
		memcpy(text, data, size);
	settings_init(&s);
	assert(settings_assign(&s, text, "-o", &e) == 0 || e.code == ERR_CONFIG);
	check(&s);
	settings_free(&s);
	free(text);
	return 0;
}
