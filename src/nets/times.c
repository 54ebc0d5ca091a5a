/*
 * Laps of a thread's processor clock: what other programs do in between does not count.
 */
#include "nets/times.h"

#include "base/when.h"

double
net_lap(double *since)
{
	const double now = when_thread_cpu_s(), lap = now - *since;
	*since = now;
	return lap;
}

void
net_times_add(struct net_times *sum, const struct net_times *t)
{
	sum->prepare_s += t->prepare_s;
	sum->pass_s += t->pass_s;
	sum->decode_s += t->decode_s;
}
