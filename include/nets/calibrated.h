/*
 * Floor 3.  Where the calibrations of networks lie, and which belongs to which network.
 */
#ifndef FOOTFALL_NETS_CALIBRATED_H
#define FOOTFALL_NETS_CALIBRATED_H

#include "base/err.h"
#include "fast/calibration.h"
#include "models/registry.h"

/* Persons' and faces' networks, as ONNX, for parts of which int8 is worth while. */
bool calibrated_covers(const struct model *m, const struct model_data *data);
/* The file of m's calibration where `where` ("auto", a folder, a file) says, in new memory; NULL: there is no home for it. */
char *calibrated_path(const char *where, const struct model *m);
/*
 * Where int8 is wanted: the calibration of m. *out NULL: int8 is not wanted, or does not cover m.
 * ERR_UNAVAILABLE: there is none, or it is another network's, and what to do; ERR_CONFIG: it is none; ERR_INPUT, ERR_IO: it cannot be read.
 */
int calibrated_read(const struct model *m, const struct model_data *data, struct calibration **out, struct err *e);
void calibrated_free(struct calibration *c);	/* c itself too; may be NULL */

#endif
