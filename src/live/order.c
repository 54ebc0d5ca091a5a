/*
 * The ring of order.h.
 */
#include "live/order.h"

#include <assert.h>

bool
order_full(const struct order *o)
{
	return o->given - o->taken >= ORDER_PLACES;
}

uint64_t
order_give(struct order *o, int64_t time_ms)
{
	assert(!order_full(o));
	o->places[o->given % ORDER_PLACES].item = NULL;
	o->places[o->given % ORDER_PLACES].time_ms = time_ms;
	return o->given++;
}

void
order_fill(struct order *o, uint64_t number, void *item)
{
	assert(number >= o->taken && number < o->given && item != NULL);
	o->places[number % ORDER_PLACES].item = item;
}

void *
order_next(const struct order *o)
{
	return o->taken < o->given ? o->places[o->taken % ORDER_PLACES].item : NULL;
}

void
order_take(struct order *o)
{
	assert(order_next(o) != NULL);
	o->taken++;
}

bool
order_oldest(const struct order *o, int64_t *time_ms)
{
	if (o->taken == o->given)
		return false;
	*time_ms = o->places[o->taken % ORDER_PLACES].time_ms;
	return true;
}
