/*
 * Floor 2, pure.  The groups by which answers about faces are looked at: age bands, UTKFace's race labels, face sizes.
 */
#ifndef FOOTFALL_PEOPLE_GROUPS_H
#define FOOTFALL_PEOPLE_GROUPS_H

#include <stdint.h>

#include "base/box.h"

/* "0-2", "3-9", "10-19", then by ten years, "70+"; NULL for a negative age (not known). */
const char *group_age(int64_t years);
/* "0" to "4"; NULL for anything else (not known). */
const char *group_race(int64_t label);
/* What UTKFace calls that label, "White"; NULL for what is no label. */
const char *group_race_name(const char *race);
/*
 * The mean of width and height in pixels, in steps that are about half as large again each: "0-31", "32-47" ... "256+";
 * NULL for a box without area.
 */
const char *group_size(struct box face);

/* Order of two groups of one kind: by the number that they begin with. */
int group_compare(const char *a, const char *b);

#endif
