/*
 * Groups are named by what is in them, so that a name alone says its limits wherever it is stored or printed.
 */
#include "people/groups.h"

#include <stddef.h>
#include <stdlib.h>

struct band {
	double below;		/* the first value that is too large for it */
	const char *name;
};

/* Faces change most in the first years of life, and labels of small children are the least certain. */
static const struct band ages[] = {
	{ 3, "0-2" }, { 10, "3-9" }, { 20, "10-19" }, { 30, "20-29" }, { 40, "30-39" }, { 50, "40-49" },
	{ 60, "50-59" }, { 70, "60-69" },
};

static const struct band sizes[] = {
	{ 32, "0-31" }, { 48, "32-47" }, { 64, "48-63" }, { 96, "64-95" }, { 128, "96-127" }, { 192, "128-191" },
	{ 256, "192-255" },
};

static const char *
find(const struct band *bands, size_t n, double v, const char *last)
{
	for (size_t i = 0; i < n; i++) {
		if (v < bands[i].below)
			return bands[i].name;
	}
	return last;
}

const char *
group_age(int64_t years)
{
	return years < 0 ? NULL : find(ages, sizeof ages / sizeof ages[0], (double)years, "70+");
}

const char *
group_race(int64_t label)
{
	static const char *const labels[] = { "0", "1", "2", "3", "4" };
	return label >= 0 && label < 5 ? labels[label] : NULL;
}

const char *
group_race_name(const char *race)
{
	static const char *const names[] = { "White", "Black", "Asian", "Indian", "Others" };
	return race[0] >= '0' && race[0] <= '4' && race[1] == '\0' ? names[race[0] - '0'] : NULL;
}

const char *
group_size(struct box face)
{
	return box_area(face) > 0 ? find(sizes, sizeof sizes / sizeof sizes[0], (face.w + face.h) / 2, "256+") : NULL;
}

int
group_compare(const char *a, const char *b)
{
	long x = strtol(a, NULL, 10), y = strtol(b, NULL, 10);
	return x < y ? -1 : x > y;
}
