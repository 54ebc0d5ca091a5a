/*
 * Floor 1.  What a network's values were seen to lie between while it ran on a user's own recording: what int8 needs to know. A small text file.
 */
#ifndef FOOTFALL_FAST_CALIBRATION_H
#define FOOTFALL_FAST_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "fast/region.h"

/* What a value's numbers were seen to lie between; zero is always among them. */
struct range {
	float low, high;
};

/* Of one region; nops and nvalues tell that it is the same. */
struct calibrated {
	int nops, nvalues;
	struct range *ranges;		/* of each value */
};

struct calibration {
	char network[SHA256_HEX];	/* its weights file */
	char digest[SHA256_HEX];	/* of the text that this was read from */
	bool observing;			/* it is being made */
	int nregions;
	struct calibrated *regions;
};

/* The most that a file may hold, and its longest text. */
enum { CALIBRATION_REGIONS = 64, CALIBRATION_VALUES = 20000, CALIBRATION_BYTES = 1 << 20 };

/* ERR_CONFIG: line and what is wrong; out then holds nothing. */
int calibration_parse(const char *text, size_t len, struct calibration *out, struct err *e);
void calibration_print(const struct calibration *c, struct buf *out);
void calibration_free(struct calibration *c);	/* frees what it holds, not c itself */

/*
 * Is int8 worth while in it? Not where there is no convolution, nor where more than one in four is of each channel alone: such
 * networks find much less then (yolox_nano: 0.17 of its AP50), and are no faster.
 */
bool calibration_covers(const struct region *r);
/* Forgets what was seen: the network has these regions. */
void calibration_begin(struct calibration *c, struct region *const *regions, size_t n);
/* Was it made with these regions? */
bool calibration_fits(const struct calibration *c, struct region *const *regions, size_t n);

#endif
