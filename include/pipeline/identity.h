/*
 * Floor 4.  What makes two runs the same: the text in run.settings, and the address of a source.
 */
#ifndef FOOTFALL_PIPELINE_IDENTITY_H
#define FOOTFALL_PIPELINE_IDENTITY_H

#include <stdint.h>

#include "base/buf.h"
#include "pipeline/analyze.h"
#include "pipeline/source.h"

/* All that can change rows, and nothing else, as one JSON object: the same text means the same rows for the same input. */
void identity_settings(struct buf *text, const struct analysis *a, const struct source_info *info, int64_t gap_ms);
/* The input's absolute path; of a pattern too, wherever it is read. New memory. */
char *identity_uri(const struct input *in);

#endif
