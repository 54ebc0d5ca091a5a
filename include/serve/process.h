/*
 * Floor 4.  What the metrics tell of this process and of the files it reads.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_PROCESS_H
#define FOOTFALL_SERVE_PROCESS_H

#include "serve/answers.h"

/* Sets all but up and the versions. */
void process_look(struct metrics_own *own, const char *database);

#endif
