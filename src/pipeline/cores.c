/*
 * The host's core count says nothing in a container; the affinity mask and the cgroup's quota do.
 *
 * /proc/self/cgroup names this process's group, one line for each hierarchy: "0::/path" for version 2,
 * "4:cpu,cpuacct:/path" for version 1. A quota binds all groups below it, so every group on the way up to the root
 * of the hierarchy is asked. In a container the path may be the host's while what is mounted begins at the group itself:
 * then only the last step, the root, is there, and that is the right one.
 */
#include "pipeline/cores.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MOST_CORES = 4096, LINE = 4096 };

/* The numbers in a file; how many of them there were. */
static int
read_numbers(const char *folder, const char *name, double v[2])
{
	char *path = mem_printf("%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	free(path);
	if (f == NULL)
		return 0;
	int n = fscanf(f, "%lf %lf", &v[0], &v[1]);
	fclose(f);
	return n > 0 ? n : 0;
}

/* Quota over period of one group, rounded up; 0 when there is none. "max" and -1 stand for none. */
static int
group_quota(const char *folder, bool second)
{
	double v[2] = { 0, 0 }, unused[2];
	if (second ? read_numbers(folder, "cpu.max", v) != 2
	    : read_numbers(folder, "cpu.cfs_quota_us", v) < 1 || read_numbers(folder, "cpu.cfs_period_us", unused) < 1)
		return 0;
	const double quota = v[0], period = second ? v[1] : unused[0];
	if (!(quota > 0 && period > 0 && quota / period <= MOST_CORES))
		return 0;
	int n = (int)(quota / period);
	return n < quota / period ? n + 1 : n;
}

static int
lesser(int a, int b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

/* The least quota of the group at path in the hierarchy mounted at base, and of all that hold it. */
static int
quota_upwards(const char *root, const char *base, const char *path, bool second)
{
	/* A group outside what this process may see is shown as "/..". */
	char *at = mem_printf("%s/sys/fs/cgroup%s%s", root, base, strstr(path, "/..") == NULL ? path : "");
	const size_t top = strlen(root) + strlen("/sys/fs/cgroup") + strlen(base);
	int least = 0;
	for (;;) {
		least = lesser(least, group_quota(at, second));
		char *slash = strrchr(at, '/');
		if (strlen(at) <= top || slash < at + top)
			break;
		*slash = '\0';
	}
	free(at);
	return least;
}

static bool
names_cpu(const char *controllers)
{
	for (const char *at = controllers; *at != '\0';) {
		size_t n = strcspn(at, ",");
		if (n == 3 && memcmp(at, "cpu", 3) == 0)
			return true;
		at += at[n] == ',' ? n + 1 : n;
	}
	return false;
}

/* One line of /proc/self/cgroup. */
static int
quota_of_line(const char *root, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	char *controllers = strchr(line, ':');
	char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
	if (path == NULL)
		return 0;
	*path++ = '\0';
	controllers++;
	if (*controllers == '\0')
		return lesser(quota_upwards(root, "", path, true), quota_upwards(root, "/unified", path, true));
	if (!names_cpu(controllers))
		return 0;
	/* "cpu,cpuacct" is mounted under that name, most often with a link from "cpu". */
	char *base = mem_printf("/%s", controllers);
	int n = lesser(quota_upwards(root, base, path, false), quota_upwards(root, "/cpu", path, false));
	free(base);
	return n;
}

int
cores_quota(const char *root)
{
	char line[LINE];
	/* Where the groups are not told, what is mounted is asked itself. */
	int least = lesser(quota_upwards(root, "", "", true), quota_upwards(root, "/cpu", "", false));
	char *name = mem_printf("%s/proc/self/cgroup", root);
	FILE *f = fopen(name, "re");
	free(name);
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		least = lesser(least, quota_of_line(root, line));
	if (f != NULL)
		fclose(f);
	return least;
}

/* Grows the mask until it holds all cores that the kernel knows. */
static int
affinity(void)
{
	for (int room = CPU_SETSIZE; room <= 64 * CPU_SETSIZE; room *= 2) {
		cpu_set_t *set = CPU_ALLOC((size_t)room);
		const size_t size = CPU_ALLOC_SIZE((size_t)room);
		if (set == NULL)
			break;
		int got = sched_getaffinity(0, size, set), why = errno;
		int n = got == 0 ? CPU_COUNT_S(size, set) : 0;
		CPU_FREE(set);
		if (n > 0)
			return n;
		if (why != EINVAL)
			break;
	}
	return 1;
}

int
cores_available(void)
{
	const int n = affinity(), quota = cores_quota("");
	return quota > 0 && quota < n ? quota : n;
}
