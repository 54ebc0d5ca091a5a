/*
 * The host's core count says nothing in a container; the affinity mask and the cgroup's quota do.
 */
#include "pipeline/cores.h"

#include <sched.h>
#include <stdio.h>

/* Quota over period, rounded up; 0 when there is none. cgroup version 2 has one file, version 1 two. */
static int
quota_cores(void)
{
	double quota = -1, period = 0;
	FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
	if (f != NULL) {
		/* "max 100000" has no number first and leaves the quota unset */
		if (fscanf(f, "%lf %lf", &quota, &period) != 2)
			quota = -1;
		fclose(f);
	} else {
		f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "re");
		if (f != NULL && fscanf(f, "%lf", &quota) != 1)
			quota = -1;
		if (f != NULL)
			fclose(f);
		f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "re");
		if (f != NULL && fscanf(f, "%lf", &period) != 1)
			period = 0;
		if (f != NULL)
			fclose(f);
	}
	if (quota <= 0 || period <= 0 || quota / period > 4096)
		return 0;
	int n = (int)(quota / period);
	return n < quota / period ? n + 1 : n;
}

int
cores_available(void)
{
	cpu_set_t set;
	int n = 1;
	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = CPU_COUNT(&set);
	int quota = quota_cores();
	if (quota > 0 && quota < n)
		n = quota;
	return n > 0 ? n : 1;
}
