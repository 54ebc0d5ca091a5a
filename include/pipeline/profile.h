/*
 * Floor 4.  Where the processor time of a command went.
 */
#ifndef FOOTFALL_PIPELINE_PROFILE_H
#define FOOTFALL_PIPELINE_PROFILE_H

#include <stddef.h>

#include "pipeline/crew.h"

/* Says with -v how this process's processor time so far divides among the workers' networks and all else. */
void profile_tell(struct worker *const *workers, size_t n);

#endif
