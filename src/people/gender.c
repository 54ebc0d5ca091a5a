/*
 * The face crop that a gender network sees, and what its answer means.
 */
#include "people/gender.h"

#include <math.h>

/* Degrees from radians; M_PI is not C. */
#define DEGREES (180 / 3.14159265358979323846)

/*
 * The turn that levels the eyes.  In a picture, where y points down, the eye line of a head that
 * leans clockwise falls to the right: a positive angle, undone by turning the other way.
 */
static double
levelling(const struct face *f)
{
	double dx = f->points[1][0] - f->points[0][0];
	double dy = f->points[1][1] - f->points[0][1];
	double angle = -atan2(dy, dx) * DEGREES;
	return isfinite(angle) && (dx != 0 || dy != 0) ? angle : 0;
}

struct gender_crop
gender_crop(const struct face *f, double margin, bool side_max, bool align)
{
	double side = side_max ? fmax(f->box.w, f->box.h) : (f->box.w + f->box.h) / 2;
	side *= 1 + 2 * margin;
	return (struct gender_crop){
		.x = f->box.x + f->box.w / 2 - side / 2,
		.y = f->box.y + f->box.h / 2 - side / 2,
		.side = side,
		.angle = align && f->has_points ? levelling(f) : 0
	};
}

enum gender
gender_decide(double p_female, double min_score)
{
	if (isnan(p_female) || p_female == 0.5 || fmax(p_female, 1 - p_female) < min_score)
		return GENDER_UNKNOWN;
	return p_female > 0.5 ? GENDER_FEMALE : GENDER_MALE;
}
