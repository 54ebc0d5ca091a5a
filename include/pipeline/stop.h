/*
 * Floor 4.  Stopping: the first SIGINT or SIGTERM asks, the second kills.
 */
#ifndef FOOTFALL_PIPELINE_STOP_H
#define FOOTFALL_PIPELINE_STOP_H

#include <stdbool.h>

void stop_install(void);
bool stop_requested(void);	/* from any thread */

#endif
