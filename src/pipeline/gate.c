/*
 * From a picture and the settings to what the gate compares.
 */
#include "pipeline/gate.h"

#include <math.h>

struct gate_options
gate_settings(const struct settings *s)
{
	return (struct gate_options){
		.threshold = s->gate_threshold,
		.longest_ms = llround(s->gate_longest * 1000),
		.longest_frames = s->gate_longest_frames,
		.grid = (int)s->gate_grid
	};
}

/* vision_image_row gives rows to be written to, too; here they are only read. */
static const unsigned char *
row(const void *picture, int y)
{
	return vision_image_row((struct vision_image *)(uintptr_t)picture, y);
}

void
gate_look(struct grey *g, const struct vision_image *im, int grid)
{
	grey_make(g, grid, vision_image_width(im), vision_image_height(im), row, im);
}
