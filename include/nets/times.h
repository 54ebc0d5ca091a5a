/*
 * Floor 3.  Where the time of networks goes: processor time of the thread that runs them, by part.
 */
#ifndef FOOTFALL_NETS_TIMES_H
#define FOOTFALL_NETS_TIMES_H

struct net_times {
	double prepare_s;	/* from the picture to the network's input */
	double pass_s;		/* the network itself; of a cascade all of it */
	double decode_s;	/* from its output to boxes or probabilities */
};

/* Seconds since *since, which becomes now.  Times are when_thread_cpu_s's. */
double net_lap(double *since);
void net_times_add(struct net_times *sum, const struct net_times *t);

#endif
