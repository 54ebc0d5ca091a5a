/*
 * What a live source writes.
 *
 * A camera's past cannot be read again, so a run is never taken up: each start makes a new one, and says of
 * those that were cut off that they were.  That is safe because the source is claimed first: nobody else is writing them.
 */
#include "store/live.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/claim.h"
#include "store/run.h"
#include "store/store_parts.h"

static const char no_end[] = "no end was written: the program was killed, or could no longer write";

static int
take_claim(struct store *s, int64_t source, struct err *e)
{
	if (s->claim == NULL && claim_open(&s->claim, db_path(s->db), e) != 0)
		return -1;
	int got = claim_take(s->claim, source, e);
	if (got == 0)
		return err_set(e, ERR_UNAVAILABLE, "another footfall is live on the source %s in %s: stop that one, or give this one another name",
		    s->source, db_path(s->db));
	return got < 0 ? -1 : 0;
}

static int
load_name(struct store *s, int64_t source, struct err *e)
{
	struct stmt *st = s->st[SOURCE_NAME];
	stmt_bind_int(st, ":id", source);
	if (stmt_step(st, e) < 0)
		return -1;
	const char *name = stmt_text(st, 0);
	free(s->source);
	s->source = mem_strdup(name != NULL ? name : "");
	stmt_reset(st);
	return 0;
}

/* Ends the runs that were cut off. */
static int
end_others(struct store *s, int64_t source, int64_t run, struct err *e)
{
	struct stmt *find = s->st[RUNS_WITHOUT_END], *end = s->st[RUN_NO_END];
	stmt_bind_int(find, ":source", source);
	stmt_bind_int(find, ":run", run);
	int got;
	while ((got = stmt_step(find, e)) == 1) {
		int64_t id = stmt_int(find, 0);
		/* what is looked through is changed: begin anew */
		stmt_reset(find);
		stmt_bind_int(end, ":run", id);
		stmt_bind_text(end, ":error", no_end);
		if (stmt_run(end, e) != 0)
			return -1;
	}
	return got;
}

static int
begin(struct store *s, const struct store_run *spec, struct store_begun *out, struct err *e)
{
	int64_t source;
	if (run_begin_new(s->db, s->st, spec, &source, out, e) != 0
	    || load_name(s, source, e) != 0
	    || take_claim(s, source, e) != 0)
		return -1;
	return end_others(s, source, out->run_id, e);
}

int
live_begin(struct store *s, const struct store_run *spec, struct store_begun *out, struct err *e)
{
	assert(spec->input_sha256 == NULL);
	assert(!db_in_transaction(s->db));
	s->run_id = 0;
	s->writable = s->failed = s->lost = false;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (begin(s, spec, out, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return store_take(s, out->run_id, true, e);
}

const char *
live_source(const struct store *s)
{
	assert(s->source != NULL);
	return s->source;
}

/* As store_frame: what failed takes no more. */
static int
begin_write(struct store *s, struct err *e)
{
	assert(s->run_id != 0);
	if (s->failed)
		return err_set(e, ERR_FAIL, "%s: run %lld takes no more after a failure", db_path(s->db), (long long)s->run_id);
	return store_transaction(s, e) != 0 ? store_give_up(s) : 0;
}

static int
write_row(struct store *s, struct stmt *st, struct err *e)
{
	return stmt_run(st, e) != 0 ? store_give_up(s) : 0;
}

static void
bind_age(struct stmt *st, const char *name, int64_t ms)
{
	if (ms >= 0)
		stmt_bind_int(st, name, ms);
	else
		stmt_bind_null(st, name);
}

int
store_minute_health(struct store *s, int64_t start_ms, const struct minute_health *h, struct err *e)
{
	if (begin_write(s, e) != 0)
		return -1;
	struct stmt *st = s->st[MINUTE_HEALTH];
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_int(st, ":start", start_ms);
	bind_age(st, ":median", h->age_median_ms);
	bind_age(st, ":p95", h->age_p95_ms);
	bind_age(st, ":max", h->age_max_ms);
	stmt_bind_int(st, ":frozen", h->frozen);
	stmt_bind_int(st, ":dark", h->dark);
	stmt_bind_int(st, ":moved", h->moved);
	return write_row(s, st, e);
}

int
gap_begin(struct store *s, int64_t from_ms, const char *reason, const char *detail, int64_t *id, struct err *e)
{
	*id = 0;
	assert(s->writable);
	if (begin_write(s, e) != 0)
		return -1;
	struct stmt *st = s->st[GAP_ADD];
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_int(st, ":from", from_ms);
	stmt_bind_text(st, ":reason", reason);
	stmt_bind_text(st, ":detail", detail);
	if (write_row(s, st, e) != 0)
		return -1;
	*id = db_last_id(s->db);
	return 0;
}

int
gap_end(struct store *s, int64_t id, int64_t to_ms, struct err *e)
{
	if (begin_write(s, e) != 0)
		return -1;
	struct stmt *st = s->st[GAP_END];
	stmt_bind_int(st, ":id", id);
	stmt_bind_int(st, ":to", to_ms);
	return write_row(s, st, e);
}
