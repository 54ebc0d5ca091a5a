/*
 * Control groups on a folder that stands for /.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "pipeline/cores.h"

struct place {
	char root[64];
};

static int
set_up(void **state)
{
	struct place *p = mem_alloc(sizeof *p);
	snprintf(p->root, sizeof p->root, "/tmp/footfall-cores-XXXXXX");
	if (mkdtemp(p->root) == NULL)
		return -1;
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char *command = mem_printf("rm -rf %s", p->root);
	int r = system(command);
	free(command);
	free(p);
	return r;
}

static void
put(const struct place *p, const char *path, const char *text)
{
	char *full = mem_printf("%s%s", p->root, path), *folder = mem_strdup(full);
	struct err e;
	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_dirs(folder, &e), 0);
	FILE *f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	free(folder);
	free(full);
}

static void
without_groups(void **state)
{
	const struct place *p = *state;
	assert_int_equal(cores_quota(p->root), 0);
	put(p, "/proc/self/cgroup", "0::/\n");
	assert_int_equal(cores_quota(p->root), 0);
	assert_true(cores_available() >= 1);
}

/* A container with a namespace of its own: the root is the group. */
static void
second_root(void **state)
{
	const struct place *p = *state;
	put(p, "/proc/self/cgroup", "0::/\n");
	put(p, "/sys/fs/cgroup/cpu.max", "max 100000\n");
	assert_int_equal(cores_quota(p->root), 0);
	put(p, "/sys/fs/cgroup/cpu.max", "300000 100000\n");
	assert_int_equal(cores_quota(p->root), 3);
	/* A part of a core is worth a thread. */
	put(p, "/sys/fs/cgroup/cpu.max", "150000 100000\n");
	assert_int_equal(cores_quota(p->root), 2);
	put(p, "/sys/fs/cgroup/cpu.max", "1000 100000\n");
	assert_int_equal(cores_quota(p->root), 1);
	/* Even when nothing says which group this is. */
	put(p, "/proc/self/cgroup", "");
	assert_int_equal(cores_quota(p->root), 1);
}

/* A service on the host: its own group, or one that holds it, has the quota. */
static void
second_nested(void **state)
{
	const struct place *p = *state;
	put(p, "/proc/self/cgroup", "0::/system.slice/count.service/worker\n");
	put(p, "/sys/fs/cgroup/system.slice/count.service/worker/cpu.max", "max 100000\n");
	put(p, "/sys/fs/cgroup/system.slice/count.service/cpu.max", "400000 100000\n");
	assert_int_equal(cores_quota(p->root), 4);
	put(p, "/sys/fs/cgroup/system.slice/cpu.max", "200000 100000\n");
	assert_int_equal(cores_quota(p->root), 2);
	put(p, "/sys/fs/cgroup/system.slice/count.service/worker/cpu.max", "50000 100000\n");
	assert_int_equal(cores_quota(p->root), 1);
	/* Another group's quota is not ours. */
	put(p, "/sys/fs/cgroup/system.slice/count.service/worker/cpu.max", "max 100000\n");
	put(p, "/sys/fs/cgroup/system.slice/cpu.max", "max 100000\n");
	put(p, "/sys/fs/cgroup/system.slice/count.service/worker/deeper/cpu.max", "100000 100000\n");
	put(p, "/sys/fs/cgroup/user.slice/cpu.max", "100000 100000\n");
	assert_int_equal(cores_quota(p->root), 4);
}

static void
first_nested(void **state)
{
	const struct place *p = *state;
	put(p, "/proc/self/cgroup", "11:cpuset:/other\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n");
	put(p, "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "250000\n");
	put(p, "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
	put(p, "/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us", "-1\n");
	put(p, "/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us", "100000\n");
	put(p, "/sys/fs/cgroup/cpuset/other/cpu.cfs_quota_us", "100000\n");
	put(p, "/sys/fs/cgroup/cpuset/other/cpu.cfs_period_us", "100000\n");
	assert_int_equal(cores_quota(p->root), 3);
	put(p, "/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us", "100000\n");
	assert_int_equal(cores_quota(p->root), 1);
}

/* In a container the path is the host's, and what is mounted begins at the group. */
static void
first_in_container(void **state)
{
	const struct place *p = *state;
	put(p, "/proc/self/cgroup", "4:cpu,cpuacct:/docker/abc\n0::/docker/abc\n");
	put(p, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
	put(p, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
	assert_int_equal(cores_quota(p->root), 2);
}

static void
hostile(void **state)
{
	const struct place *p = *state;
	put(p, "/proc/self/cgroup", "0::/../../etc\nnothing\n::\n4:cpu\n:::\n");
	put(p, "/sys/fs/cgroup/cpu.max", "nan nan\n");
	assert_int_equal(cores_quota(p->root), 0);
	put(p, "/sys/fs/cgroup/cpu.max", "100000 0\n");
	assert_int_equal(cores_quota(p->root), 0);
	put(p, "/sys/fs/cgroup/cpu.max", "1e300 1\n");
	assert_int_equal(cores_quota(p->root), 0);
	put(p, "/sys/fs/cgroup/cpu.max", "-5 100000\n");
	assert_int_equal(cores_quota(p->root), 0);
	put(p, "/sys/fs/cgroup/cpu.max", "200000 100000\n");
	assert_int_equal(cores_quota(p->root), 2);
	/* What stands beside the mounted tree is not looked at. */
	put(p, "/sys/fs/etc/cpu.max", "100000 100000\n");
	put(p, "/proc/self/cgroup", "0::/../etc\n");
	assert_int_equal(cores_quota(p->root), 2);
	char *deep = mem_alloc(20000);
	memcpy(deep, "0::", 3);
	for (int i = 3; i < 19990; i++)
		deep[i] = i % 2 != 0 ? '/' : 'a';
	put(p, "/proc/self/cgroup", deep);
	free(deep);
	assert_int_equal(cores_quota(p->root), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_groups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(second_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(second_nested, set_up, tear_down),
		cmocka_unit_test_setup_teardown(first_nested, set_up, tear_down),
		cmocka_unit_test_setup_teardown(first_in_container, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
