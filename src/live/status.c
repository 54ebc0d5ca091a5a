/*
 * How it goes, in a line: for who asks (SIGUSR1), and for the service manager.
 */
#include "live/parts.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/when.h"
#include "live/notify.h"

struct source_state {
	bool up, down, ended;
	int64_t frames, analyzed, dropped, gaps, age_ms;
};

static struct source_state
look_at(struct live_source *s)
{
	struct core *core = s->core;
	struct source_state st = { 0 };
	pthread_mutex_lock(&core->lock);
	core_look_at_clock(core);
	int64_t now = live_clock_wall(&core->clock, when_monotonic_ms());
	st.down = gaps_open(&s->gaps);
	st.up = s->has_last && !st.down && !s->ended;
	st.ended = s->ended;
	st.frames = s->frames;
	st.analyzed = s->analyzed;
	st.dropped = s->dropped;
	st.gaps = (int64_t)s->gaps.end;
	st.age_ms = s->has_last ? now - s->last_ms : -1;
	pthread_mutex_unlock(&core->lock);
	return st;
}

/* Resident memory of this process, in megabytes; 0 where /proc does not tell. */
static double
resident_mb(void)
{
	long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%*d %lld", &pages) != 1)
		pages = 0;
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static const char *
state_name(const struct source_state *st)
{
	return st->ended ? "at its end" : st->down ? "no frames" : st->up ? "frames are coming" : "opening";
}

void
status_tell(struct core *core)
{
	double seconds = (double)(when_monotonic_ms() - core->began_ms) / 1000, mb = resident_mb();
	for (size_t i = 0; i < core->nsources; i++) {
		struct live_source *s = core->sources[i];
		struct source_state st = look_at(s);
		struct ages_summary ages = ages_summary(&s->writer.window.ages);
		char age[48] = "", last[48] = "";
		if (ages.median_ms >= 0)
			snprintf(age, sizeof age, ", age %lld ms (at most %lld)", (long long)ages.median_ms, (long long)ages.max_ms);
		if (st.age_ms >= 0)
			snprintf(last, sizeof last, ", the last %.1f s ago", (double)st.age_ms / 1000);
		log_info("%s: %s; %lld frames, %.1f a second%s; %lld stored, %lld dropped%s; %lld gaps", s->address->name, state_name(&st),
		    (long long)st.frames, seconds > 0 ? (double)st.frames / seconds : 0, last, (long long)st.analyzed,
		    (long long)st.dropped, age, (long long)st.gaps);
	}
	char time[WHEN_TEXT];
	log_info("running for %s, %.0f MB", when_format_duration(llround(seconds * 1000), time), mb);
}

void
status_notify(struct core *core)
{
	size_t up = 0, n = 0;
	int64_t frames = 0, dropped = 0;
	for (size_t i = 0; i < core->nsources; i++) {
		struct source_state st = look_at(core->sources[i]);
		n++;
		up += st.up;
		frames += st.analyzed;
		dropped += st.dropped;
	}
	char text[160];
	snprintf(text, sizeof text, "%zu of %zu sources give frames; %lld frames stored, %lld dropped%s", up, n, (long long)frames,
	    (long long)dropped, core->blocked ? "; the database cannot be written" : "");
	notify_status(text);
}
