/*
 * Floor 2, pure.  The face crop that a gender network sees, and what its answer means.
 */
#ifndef FOOTFALL_PEOPLE_GENDER_H
#define FOOTFALL_PEOPLE_GENDER_H

#include <stdbool.h>

#include "base/result.h"

/*
 * A square about the centre of the face box, side = (max or mean of w, h) * (1 + 2 * margin); x,
 * y: its top left corner. It may reach over the picture's border. angle: degrees clockwise to turn
 * it about its centre so that the eyes are level, 0 without points or align (as in struct
 * vision_region).
 */
struct gender_crop {
	double x, y, side, angle;
};
struct gender_crop gender_crop(const struct face *f, double margin, bool side_max, bool align);

/*
 * Unknown when p_female is NaN or exactly one half, or its certainty max(p, 1 - p) is below
 * min_score; else the likelier one.
 */
enum gender gender_decide(double p_female, double min_score);

#endif
