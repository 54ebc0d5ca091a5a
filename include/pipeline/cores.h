/*
 * Floor 4.  How many cores this process may really use.
 */
#ifndef FOOTFALL_PIPELINE_CORES_H
#define FOOTFALL_PIPELINE_CORES_H

/* The affinity mask and the cgroup's CPU quota, whichever is less; at least 1. */
int cores_available(void);

/*
 * The part of it that control groups decide: the least quota of this process's group and those that hold it, cgroup version 1
 * or 2, in cores, rounded up; 0 when there is none.  root: "", or a folder that stands for / (tests).
 */
int cores_quota(const char *root);

#endif
