/*
 * Fuzz target: any bytes as a calibration. It is taken or refused with ERR_CONFIG; what is taken is within its limits, and what is
 * printed of it reads back the same.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fast/calibration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct calibration *c)
{
	struct calibration again;
	struct buf text = { 0 };
	struct err e;
	int values = 0;
	assert(c->nregions >= 0 && c->nregions <= CALIBRATION_REGIONS);
	for (int i = 0; i < c->nregions; i++) {
		const struct calibrated *g = &c->regions[i];
		assert(g->nops >= 1 && g->nvalues >= 1);
		values += g->nvalues;
		for (int v = 0; v < g->nvalues; v++)
			assert(g->ranges[v].low <= 0 && g->ranges[v].high >= 0 && isfinite(g->ranges[v].high - g->ranges[v].low));
	}
	assert(values <= CALIBRATION_VALUES);
	calibration_print(c, &text);
	assert(calibration_parse(text.data, text.len, &again, &e) == 0);
	assert(again.nregions == c->nregions && strcmp(again.network, c->network) == 0);
	for (int i = 0; i < c->nregions; i++)
		assert(memcmp(again.regions[i].ranges, c->regions[i].ranges, (size_t)c->regions[i].nvalues * sizeof(struct range)) == 0);
	calibration_free(&again);
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct calibration c;
	struct err e;
	if (calibration_parse((const char *)data, size, &c, &e) == 0) {
		check(&c);
		calibration_free(&c);
	} else {
		assert(e.code == ERR_CONFIG);
	}
	return 0;
}
