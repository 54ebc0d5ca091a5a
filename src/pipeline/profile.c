/*
 * Shares of processor time, on one line.
 */
#include "pipeline/profile.h"

#include <math.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/when.h"

static void
add_share(struct buf *b, const char *name, double s, double all_s)
{
	if (s > 0)
		buf_printf(b, "%s%s %.1f %%", b->len > 0 ? ", " : "", name, 100 * s / all_s);
}

void
profile_tell(struct worker *const *workers, size_t n)
{
	struct net_times sum[TASKS] = { { 0 } }, all = { 0 };
	struct buf b = { 0 };
	const double total = when_process_cpu_s();

	if (log_get_level() < LOG_VERBOSE || total <= 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct net_times t[TASKS];
		worker_times(workers[i], t);
		for (int k = 0; k < TASKS; k++)
			net_times_add(&sum[k], &t[k]);
	}
	for (int k = 0; k < TASKS; k++) {
		add_share(&b, task_name((enum task)k), sum[k].pass_s, total);
		net_times_add(&all, &sum[k]);
	}
	add_share(&b, "preparing their input", all.prepare_s, total);
	add_share(&b, "decoding their output", all.decode_s, total);
	add_share(&b, "reading, storing and all else", fmax(total - all.pass_s - all.prepare_s - all.decode_s, 0), total);
	log_verbose("%.1f s of processor time from the start: %s", total, buf_str(&b));
	buf_free(&b);
}
