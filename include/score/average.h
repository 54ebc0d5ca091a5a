/*
 * Floor 2, pure.  Average precision of one ranked list, in its three interpolations.
 *
 * A list is given at its right answers only, in score order: found[k] is how many of the truths were found up
 * to and with the k-th of them, shown[k] how many counting predictions came up to and with it.  Both are whole
 * numbers, and may be weighted.  wanted is the number of truths, above 0.
 */
#ifndef FOOTFALL_SCORE_AVERAGE_H
#define FOOTFALL_SCORE_AVERAGE_H

#include <stddef.h>

enum { AVERAGE_101 = 101, AVERAGE_11 = 11 };

/* need[r]: the least number of truths found at which the recall is r/100 (r/10) or more. */
void average_need_101(double wanted, double need[AVERAGE_101]);
void average_need_11(double wanted, double need[AVERAGE_11]);

/* COCO: mean of the precision envelope at recall 0, .01 ... 1. at[], when not NULL, is added the envelope there. */
double average_101(const double *found, const double *shown, size_t n, const double need[AVERAGE_101], double *at);
/* VOC until 2009: the same at 0, .1 ... 1. */
double average_11(const double *found, const double *shown, size_t n, const double need[AVERAGE_11]);
/* VOC from 2010: the area under the envelope. */
double average_all(const double *found, const double *shown, size_t n, double wanted);

#endif
