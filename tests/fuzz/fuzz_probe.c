/*
 * Fuzz target: any bytes as a file for the probe.  What it says must agree with itself.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vision/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct probe p;
	struct err e;
	int fd = memfd_create("probe", MFD_CLOEXEC);

	assert(fd >= 0);
	assert(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (probe_file(path, &p, &e) == 0) {
		assert(p.size == (int64_t)size);
		assert(p.width >= 0 && p.height >= 0);
		assert(p.has_created == (p.created_ms != 0));
		assert(p.declared == 0 || (p.truncated && p.declared > p.size));
	} else {
		assert(e.code == ERR_DATA && size == 0);
	}
	close(fd);
	return 0;
}
