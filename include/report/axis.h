/*
 * Floor 3, pure.  Where the ticks of a chart's axes go: at round numbers and round times.
 */
#ifndef FOOTFALL_REPORT_AXIS_H
#define FOOTFALL_REPORT_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/text.h"

enum { AXIS_TICKS = 24 };

/* From 0 up: top is the last tick, at or above the largest value; steps of 1, 2 or 5 times a power of ten. */
struct axis_values {
	double top, step;
	int n;			/* ticks, 0 and top included */
	int decimals;		/* that a label needs */
};
struct axis_values axis_values(double largest, int most);

struct axis_tick {
	int64_t ms;
	char label[TEXT_SIZE];
	char second[TEXT_SIZE];	/* a line below: the date or year where it changes; else "" */
};
/* Ticks from from_ms to to_ms inclusive, at most most (2..AXIS_TICKS) of them, rarely none.  Returns how many. */
size_t axis_times(int64_t from_ms, int64_t to_ms, bool in_recording, size_t most, struct axis_tick ticks[AXIS_TICKS]);

#endif
