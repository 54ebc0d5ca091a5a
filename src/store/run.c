/*
 * The row of a run: is it there already, and how far did it come?
 *
 * Two runs are the same when nothing that can change a row differs: source, contents of the input, networks, settings,
 * and the versions of footfall and OpenCV.
 */
#include "store/run.h"

#include "base/when.h"
#include "store/source.h"
#include "store/statements.h"

static int
model_find_or_add(struct db *d, struct stmt *const *st, const struct store_model *m, int64_t *id, struct err *e)
{
	*id = 0;
	if (m == NULL)
		return 0;
	struct stmt *s = st[MODEL_FIND];
	stmt_bind_text(s, ":sha256", m->sha256);
	stmt_bind_text(s, ":task", m->task);
	int got = stmt_step(s, e);
	if (got == 1) {
		*id = stmt_int(s, 0);
		stmt_reset(s);
	}
	if (got != 0)
		return got == 1 ? 0 : -1;

	s = st[MODEL_ADD];
	stmt_bind_text(s, ":name", m->name);
	stmt_bind_text(s, ":task", m->task);
	stmt_bind_text(s, ":family", m->family);
	stmt_bind_text(s, ":sha256", m->sha256);
	if (stmt_run(s, e) != 0)
		return -1;
	*id = db_last_id(d);
	return 0;
}

void
run_bind_id(struct stmt *s, const char *name, int64_t id)
{
	if (id != 0)
		stmt_bind_int(s, name, id);
	else
		stmt_bind_null(s, name);
}

void
run_bind_models(struct stmt *s, const struct run_models *m)
{
	run_bind_id(s, ":person", m->person);
	run_bind_id(s, ":face", m->face);
	run_bind_id(s, ":gender", m->gender);
}

/* What RUN_FIND and RUN_ADD have in common. */
static void
bind_identity(struct stmt *s, const struct store_run *spec, int64_t source, const struct run_models *m)
{
	stmt_bind_int(s, ":source", source);
	stmt_bind_text(s, ":input", spec->input_sha256);
	run_bind_models(s, m);
	stmt_bind_text(s, ":settings", spec->settings);
	stmt_bind_text(s, ":version", spec->version);
	stmt_bind_text(s, ":opencv", spec->opencv);
}

/* The equal run that came farthest: 1 and its id, or 0. */
static int
find(struct stmt *s, int64_t *id, bool *complete, struct err *e)
{
	int got = stmt_step(s, e);
	if (got == 1) {
		*id = stmt_int(s, 0);
		*complete = stmt_is(s, 1, "complete");
		stmt_reset(s);
	}
	return got;
}

static int
run_by_id(struct stmt *s, int64_t id, struct err *e)
{
	stmt_bind_int(s, ":run", id);
	return stmt_run(s, e);
}

static int
make(struct db *d, struct stmt *const *st, const struct store_run *spec, int64_t source, const struct run_models *m,
	int64_t *id, struct err *e)
{
	char uuid[UUID_TEXT];
	if (uuid_make(uuid, e) != 0)
		return -1;

	struct stmt *s = st[SOURCE_SIZE];
	stmt_bind_int(s, ":id", source);
	run_bind_id(s, ":width", spec->width);
	run_bind_id(s, ":height", spec->height);
	if (stmt_run(s, e) != 0)
		return -1;

	s = st[RUN_ADD];
	bind_identity(s, spec, source, m);
	stmt_bind_text(s, ":uuid", uuid);
	stmt_bind_int(s, ":now", when_now_ms());
	stmt_bind_text(s, ":clock", spec->clock);
	if (stmt_run(s, e) != 0)
		return -1;
	*id = db_last_id(d);
	return 0;
}

/* Numbers that sums can be formed with; the tables allow no others, but a file may come from anywhere. */
static bool
sane(int64_t v)
{
	return v >= -INT64_C(1000000000000000) && v <= INT64_C(1000000000000000);
}

static int
load_minute(struct stmt *s, int64_t run, int64_t start_ms, struct store_begun *out, struct err *e)
{
	stmt_bind_int(s, ":run", run);
	stmt_bind_int(s, ":start", start_ms);
	int got = stmt_step(s, e);
	if (got < 0)
		return -1;
	out->has_minute = got == 1;
	if (got == 1) {
		for (int i = 0; i < stmt_columns(s); i++)
			out->has_minute = out->has_minute && sane(stmt_int(s, i));
		out->minute = (struct minute){
			.start_ms = stmt_int(s, 0), .frames = stmt_int(s, 1),
			.covered_ms = stmt_int(s, 2), .dropped = stmt_int(s, 3),
			.people_sum = stmt_int(s, 4), .people_min = stmt_int(s, 5), .people_max = stmt_int(s, 6),
			.men_sum = stmt_int(s, 7), .women_sum = stmt_int(s, 8), .unknown_sum = stmt_int(s, 9),
			.faces_sum = stmt_int(s, 10), .gated = stmt_int(s, 11)
		};
		stmt_reset(s);
	}
	return 0;
}

/* How far the run came. */
static int
take_up(struct db *d, struct stmt *const *st, struct store_begun *out, struct err *e)
{
	struct stmt *s = st[RUN_STATE];
	stmt_bind_int(s, ":run", out->run_id);
	if (stmt_step(s, e) < 0)
		return -1;
	out->frames_analyzed = stmt_int(s, 1);
	out->frames_pruned = stmt_int(s, 5);
	stmt_reset(s);

	s = st[FRAMES_LAST];
	stmt_bind_int(s, ":run", out->run_id);
	int64_t found = 0;
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		if (found++ == 0) {
			out->last_number = stmt_int(s, 0);
			out->last_ms = stmt_int(s, 1);
		} else {
			out->before_last_ms = stmt_int(s, 1);
		}
	}
	if (got < 0)
		return -1;
	bool ordered = sane(out->last_number) && sane(out->last_ms) && sane(out->before_last_ms)
	    && (found < 2 || out->before_last_ms <= out->last_ms);
	if (found > 0 && ordered && load_minute(st[MINUTE_GET], out->run_id, when_minute(out->last_ms), out, e) != 0)
		return -1;

	s = st[FRAME_SEEN];
	stmt_bind_int(s, ":run", out->run_id);
	if ((got = stmt_step(s, e)) < 0)
		return -1;
	if (got == 1 && sane(stmt_int(s, 0)))
		out->seen_number = stmt_int(s, 0);
	stmt_reset(s);
	int64_t expected = out->frames_analyzed < 2 ? out->frames_analyzed : 2;
	if (out->frames_pruned > 0 && out->how == STORE_COMPLETE)
		return 0;	/* nothing is to be continued */
	if (out->frames_pruned > 0 && (found != expected || out->seen_number < 0))
		return err_set(e, ERR_DATA, "%s: the last frames of run %lld were deleted by retention, so it cannot be continued: "
		    "--force analyses the input anew", db_path(d), (long long)out->run_id);
	if (found > 0 && ordered && out->seen_number < 0)
		return err_set(e, ERR_DATA, "%s: all frames of run %lld took an earlier result, and there is none, so it cannot be continued: "
		    "--force analyses the input anew", db_path(d), (long long)out->run_id);

	if (found != expected || (found > 0 && !out->has_minute))
		return err_set(e, ERR_DATA, "%s: run %lld disagrees with its frames, so it cannot be continued: "
		    "`footfall db rebuild` mends it", db_path(d), (long long)out->run_id);
	return 0;
}

/* The rows that a run refers to. */
static int
find_or_add(struct db *d, struct stmt *const *st, const struct store_run *spec, int64_t *source, struct run_models *m,
	struct err *e)
{
	if (source_find_or_add(d, st, spec, source, e) != 0
	    || model_find_or_add(d, st, spec->person, &m->person, e) != 0
	    || model_find_or_add(d, st, spec->face, &m->face, e) != 0)
		return -1;
	return model_find_or_add(d, st, spec->gender, &m->gender, e);
}

int
run_begin_new(struct db *d, struct stmt *const *st, const struct store_run *spec, int64_t *source,
	struct store_begun *out, struct err *e)
{
	*out = (struct store_begun){ .how = STORE_NEW, .last_number = -1, .seen_number = -1 };
	struct run_models m;
	if (find_or_add(d, st, spec, source, &m, e) != 0)
		return -1;
	return make(d, st, spec, *source, &m, &out->run_id, e);
}

int
run_begin(struct db *d, struct stmt *const *st, const struct store_run *spec, bool force,
	struct store_begun *out, struct err *e)
{
	*out = (struct store_begun){ .how = STORE_NEW, .last_number = -1, .seen_number = -1 };
	int64_t source;
	struct run_models m;
	if (find_or_add(d, st, spec, &source, &m, e) != 0)
		return -1;

	bind_identity(st[RUN_FIND], spec, source, &m);
	bool complete = false;
	int got;
	while ((got = find(st[RUN_FIND], &out->run_id, &complete, e)) == 1 && force) {
		if (run_by_id(st[RUN_DELETE], out->run_id, e) != 0)
			return -1;
	}
	if (got < 0)
		return -1;
	if (got == 0)
		return make(d, st, spec, source, &m, &out->run_id, e);

	out->how = complete ? STORE_COMPLETE : STORE_CONTINUED;
	if (!complete && run_by_id(st[RUN_CONTINUE], out->run_id, e) != 0)
		return -1;
	return take_up(d, st, out, e);
}
