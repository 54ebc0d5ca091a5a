/*
 * Floor 5, pure.  Results back in the order in which their frames were taken: a ring of places, of which each is given out
 * with a number, filled in any order, and emptied in that of the numbers.
 */
#ifndef FOOTFALL_LIVE_ORDER_H
#define FOOTFALL_LIVE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORDER_PLACES = 1024 };	/* more than results are under way at once */

struct order {
	uint64_t given, taken;	/* numbers so far */
	struct {
		void *item;	/* NULL: not yet filled */
		int64_t time_ms;
	} places[ORDER_PLACES];
};

bool order_full(const struct order *o);
/* The next number, for a frame of that time.  Not when it is full. */
uint64_t order_give(struct order *o, int64_t time_ms);
void order_fill(struct order *o, uint64_t number, void *item);
/* The next item in order, NULL when it is not there yet. */
void *order_next(const struct order *o);
void order_take(struct order *o);	/* that one */
/* Time of the oldest that was given a number and is not yet taken; false: there is none. */
bool order_oldest(const struct order *o, int64_t *time_ms);

#endif
