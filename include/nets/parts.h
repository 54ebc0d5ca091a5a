/*
 * Floor 3.  What the detectors and classifiers share: from a registry entry to an open network and
 * to the preparation of its input.
 */
#ifndef FOOTFALL_NETS_PARTS_H
#define FOOTFALL_NETS_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "fast/calibration.h"
#include "models/registry.h"
#include "people/letterbox.h"
#include "vision/vision.h"

/* Larger parts of a picture than this are never cut out: no face is. */
enum { CUT_MOST = 16384 };

/* How many networks the files of m make (three for a cascade). */
size_t net_count(const struct model *m);
/*
 * Opens network i of m.  ERR_UNAVAILABLE when this OpenCV cannot read it: no other input
 * would help, so it is the model's failure.  ERR_CONFIG as net_open_onnx.
 */
int net_open(struct vision_net **out, const struct model *m, const struct model_data *data,
	size_t i, struct calibration *c, struct err *e);
/*
 * Opens the ONNX network in memory, with layers of ours for what they cover (fast/fast.h).  name: for the log.
 * c: of the network, to use or to make; NULL: none.
 * ERR_CONFIG: what the settings ask for cannot be had here; ERR_DATA: OpenCV cannot read it.
 */
int net_open_onnx(struct vision_net **out, const char *name, const void *onnx, size_t size, struct calibration *c,
	struct err *e);
/*
 * A failure of the network m itself (its pass, its output): ERR_UNAVAILABLE, told with its name
 * and where to look; returns -1.
 */
int net_fault(const struct model *m, struct err *e);

/*
 * Sides of a flexible input are multiples of the one, and at least the other (yunet_2022mar has a
 * level of stride 64).
 */
enum { NET_STRIDE = 32, NET_SMALLEST = 64 };
/*
 * The input size of m for a picture of width x height.  Flexible: as large as the aspect needs
 * (square: both sides as long), its longest side m's width, but no larger than the picture calls
 * for: enlarging costs time and makes faces that fill a small picture too large for the network.
 */
void net_size(const struct model *m, int width, int height, bool square, int *in_w, int *in_h);
/* Input channels. */
int net_channels(const struct model *m);
enum letterbox_rule net_rule(const struct model *m);
/* The input that m wants, with the picture where l says. */
struct vision_blob net_blob(const struct model *m, const struct letterbox *l);

#endif
