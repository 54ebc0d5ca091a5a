/*
 * Floor 2.  Downloading weights with the curl program.
 */
#ifndef FOOTFALL_MODELS_FETCH_H
#define FOOTFALL_MODELS_FETCH_H

#include "base/err.h"
#include "models/registry.h"

/*
 * Downloads the files of m that are not there yet into the first folder that can be written (those of FOOTFALL_MODELS
 * in turn, then the user's data folder), under a temporary name, checks size and hash, and renames into place.
 * ERR_UNAVAILABLE: no address known, no curl, download failed, wrong hash (the file is removed), a network that
 * cannot run here.
 * ERR_IO: no folder can be written, disk full.  ERR_INTERRUPTED: a signal came; nothing half-done is left.
 */
int model_fetch(const struct registry *r, const struct model *m, struct err *e);

#endif
