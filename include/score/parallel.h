/*
 * Floor 2.  Shares out n independent pieces of work over threads.
 */
#ifndef FOOTFALL_SCORE_PARALLEL_H
#define FOOTFALL_SCORE_PARALLEL_H

#include <stddef.h>

/*
 * Calls work(context, thread, i) once for each i below n, in any order, on at most `threads` threads (below 2: this
 * one), thread being 0..threads-1.  Returns when all are done.  Where no thread can be started, fewer do the work.
 */
void parallel_for(size_t n, int threads, void (*work)(void *context, int thread, size_t i), void *context);

#endif
