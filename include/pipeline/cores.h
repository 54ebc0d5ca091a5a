/*
 * Floor 4.  How many cores this process may really use.
 */
#ifndef FOOTFALL_PIPELINE_CORES_H
#define FOOTFALL_PIPELINE_CORES_H

/* The affinity mask and the cgroup's CPU quota, whichever is less; at least 1. */
int cores_available(void);

#endif
