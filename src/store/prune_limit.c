/*
 * What is too old.  Everything that decides it stands here, so that what is foretold is what is done.
 */
#include "store/prune_parts.h"

#include "base/when.h"
#include "store/claim.h"

/* A live run's newest minutes are in somebody's hands. */
#define UNTOUCHED_MS (2 * WHEN_MINUTE_MS)

static int
duration(int64_t *out, const char *name, const char *text, struct err *e)
{
	if (when_parse_duration(text, out) != 0)
		return err_set(e, ERR_CONFIG, "%s: \"%s\" is no duration: it must be forever or a whole number with s, m, h, d, w or y, "
		    "such as 30d", name, text);
	return 0;
}

int
prune_plan_from(struct prune_plan *out, const struct settings *s, struct err *e)
{
	if (duration(&out->detections_ms, "retain.detections", s->retain_detections, e) != 0
	    || duration(&out->minutes_ms, "retain.minutes", s->retain_minutes, e) != 0)
		return -1;
	/* nothing could prove a detection whose minute is gone */
	if (out->detections_ms > out->minutes_ms)
		out->detections_ms = out->minutes_ms;
	return 0;
}

bool
prune_plan_any(const struct prune_plan *p)
{
	return p->detections_ms != WHEN_FOREVER || p->minutes_ms != WHEN_FOREVER;
}

const char prune_runs[] =
	"SELECT r.id, r.source_id, r.status = 'running', r.input_sha256 IS NULL, r.clock = 'none', r.ended_ms, r.pruned_ms,"
	" (SELECT time_ms FROM frame WHERE run_id = r.id ORDER BY number LIMIT 1),"
	" (SELECT min(start_ms) FROM minute WHERE run_id = r.id), coalesce(r.last_ms, r.ended_ms, r.started_ms)"
	" FROM run r WHERE r.id > :after ORDER BY r.id LIMIT 1";

/* An open gap is one only as long as somebody is there to end it. */
const char prune_gaps[] =
	"SELECT g.id FROM gap g JOIN run r ON r.id = g.run_id WHERE g.id > :after AND coalesce(g.to_ms, g.from_ms) < :cutoff"
	" AND (g.to_ms IS NOT NULL OR r.status <> 'running') ORDER BY g.id LIMIT 1000";

const char prune_segments[] =
	"SELECT id FROM segment WHERE id > :after AND deleted_ms IS NOT NULL AND end_ms < :cutoff ORDER BY id LIMIT 1000";

/* The file may come from anywhere: times that sums can be formed with. */
static int64_t
time_of(const struct stmt *s, int i)
{
	int64_t v = stmt_int(s, i);
	return v > PRUNE_ALL ? PRUNE_ALL : v < -PRUNE_ALL ? -PRUNE_ALL : v;
}

int
prune_next(struct stmt *s, int64_t after, struct prune_run *out, struct err *e)
{
	stmt_bind_int(s, ":after", after);
	int got = stmt_step(s, e);
	if (got != 1)
		return got;
	*out = (struct prune_run){
		.id = stmt_int(s, 0), .source = stmt_int(s, 1),
		.running = stmt_int(s, 2) != 0, .live = stmt_int(s, 3) != 0, .timeless = stmt_int(s, 4) != 0,
		.ended = stmt_type(s, 5) != STMT_NULL, .ended_ms = time_of(s, 5),
		.pruned = stmt_type(s, 6) != STMT_NULL, .pruned_ms = time_of(s, 6),
		.has_frame = stmt_type(s, 7) != STMT_NULL, .first_frame_ms = time_of(s, 7),
		.has_minute = stmt_type(s, 8) != STMT_NULL, .first_minute_ms = time_of(s, 8),
		.last_ms = time_of(s, 9)
	};
	stmt_reset(s);
	return 1;
}

int64_t
prune_cutoff(int64_t kept_ms, int64_t now_ms)
{
	return kept_ms == WHEN_FOREVER ? PRUNE_NOTHING : now_ms - kept_ms;
}

int
prune_limit(struct db *d, const struct prune_run *r, int64_t cutoff, int64_t *limit_ms, struct err *e)
{
	*limit_ms = PRUNE_NOTHING;
	if (cutoff == PRUNE_NOTHING || (r->running && !r->live))
		return 0;
	if (r->timeless) {
		if (r->ended && r->ended_ms < cutoff)
			*limit_ms = PRUNE_ALL;
		return 0;
	}
	int64_t limit = cutoff;
	if (r->running && limit > r->last_ms - UNTOUCHED_MS) {
		/* a run whose program was killed says that it is running until the source is live again */
		int taken = claim_is_taken(db_path(d), r->source, e);
		if (taken < 0)
			return -1;
		if (taken == 1)
			limit = r->last_ms - UNTOUCHED_MS;
	}
	*limit_ms = when_minute(limit);
	return 0;
}

int64_t
prune_frame_limit(const struct prune_run *r, int64_t limit_ms)
{
	return r->pruned && r->pruned_ms > limit_ms ? r->pruned_ms : limit_ms;
}
