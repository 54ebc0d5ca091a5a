/*
 * Floor 2, pure.  What the decoders of networks cut at their heads share (onnx/cut.h). For src/people/decode_heads*.c only.
 */
#ifndef FOOTFALL_PEOPLE_DECODE_HEADS_H
#define FOOTFALL_PEOPLE_DECODE_HEADS_H

#include <stdbool.h>

#include "people/decode.h"

double heads_sigmoid(double v);
/*
 * The mean of a distribution over bins 0, 1 .. n - 1 that is given by the logarithms of its weights, which lie `step` floats
 * apart.
 */
double heads_mean(const float *logits, size_t step, int n);
/* (1, channels, h, w), of which each cell is a square of whole pixels of the input. */
bool heads_is_map(const struct decode *c, const struct tensor *t, int channels);
/* The nth map, from 0, of one channel that is as large as t; NULL: there are fewer. */
const struct tensor *heads_beside(const struct decode *c, const struct tensor *outs, size_t n, const struct tensor *t,
	size_t nth);

#endif
