/*
 * The writer's SQL in one place.  Each finds its rows through an index (a test reads the query
 * plans), so that writing does not become slower as the file grows.
 */
#include "store/statements.h"

const char *const store_statements[STORE_STATEMENTS] = {
	[SOURCE_BY_NAME] = "SELECT id, kind FROM source WHERE name = :name",
	/* the first of several: one that was given a name keeps it when the input comes again without */
	[SOURCE_BY_URI] = "SELECT min(id) FROM source WHERE uri = :uri AND kind = :kind",
	[SOURCE_ADD] = "INSERT INTO source (uuid, name, kind, uri) VALUES (:uuid, :name, :kind, :uri)",
	[SOURCE_SIZE] = "UPDATE source SET width = :width, height = :height WHERE id = :id",

	[MODEL_FIND] = "SELECT id FROM model WHERE sha256 = :sha256 AND task = :task",
	[MODEL_ADD] = "INSERT INTO model (name, task, family, sha256) VALUES (:name, :task, :family, :sha256)",

	/* a live source has no input_sha256, and so no run that equals another */
	[RUN_FIND] = "SELECT id, status FROM run WHERE source_id = :source AND input_sha256 = :input"
	    " AND person_model_id IS :person AND face_model_id IS :face AND gender_model_id IS :gender"
	    " AND settings = :settings AND version = :version AND opencv = :opencv"
	    " ORDER BY status = 'complete' DESC, id DESC",
	[RUN_ADD] = "INSERT INTO run (uuid, source_id, status, started_ms, clock, person_model_id, face_model_id,"
	    " gender_model_id, settings, version, opencv, input_sha256) VALUES (:uuid, :source, 'running', :now, :clock,"
	    " :person, :face, :gender, :settings, :version, :opencv, :input)",
	[RUN_DELETE] = "DELETE FROM run WHERE id = :run",
	[RUN_CONTINUE] = "UPDATE run SET status = 'running', ended_ms = NULL, error = NULL WHERE id = :run",
	[RUN_STATE] = "SELECT frames_read, frames_analyzed, first_ms, last_ms, uuid, frames_pruned FROM run WHERE id = :run",
	[RUN_PROGRESS] = "UPDATE run SET frames_read = :read, frames_analyzed = :analyzed,"
	    " first_ms = :first, last_ms = :last WHERE id = :run",
	[RUN_END] = "UPDATE run SET status = :status, ended_ms = :now, frames_dropped = :dropped, error = :error"
	    " WHERE id = :run",

	[FRAMES_LAST] = "SELECT number, time_ms FROM frame WHERE run_id = :run ORDER BY number DESC LIMIT 2",
	[FRAME_SEEN] = "SELECT number FROM frame WHERE run_id = :run AND NOT gated ORDER BY number DESC LIMIT 1",
	[MINUTE_GET] = "SELECT start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max,"
	    " men_sum, women_sum, unknown_sum, faces_sum, gated FROM minute WHERE run_id = :run AND start_ms = :start",

	[FRAME_ADD] = "INSERT INTO frame (run_id, number, time_ms, gated) VALUES (:run, :number, :time, :gated)"
	    " ON CONFLICT (run_id, number) DO NOTHING",
	[PERSON_ADD] = "INSERT INTO person (frame_id, score, x, y, w, h) VALUES (:frame, :score, :x, :y, :w, :h)",
	[FACE_ADD] = "INSERT INTO face (frame_id, person_id, score, x, y, w, h, gender, p_female)"
	    " VALUES (:frame, :person, :score, :x, :y, :w, :h, :gender, :p_female)",
	[MINUTE_PUT] = "INSERT INTO minute (run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min,"
	    " people_max, men_sum, women_sum, unknown_sum, faces_sum, gated) VALUES (:run, :start, :frames, :covered,"
	    " :dropped, :people, :min, :max, :men, :women, :unknown, :faces, :gated)"
	    " ON CONFLICT (run_id, start_ms) DO UPDATE SET frames = excluded.frames, covered_ms = excluded.covered_ms,"
	    " dropped = excluded.dropped, people_sum = excluded.people_sum, people_min = excluded.people_min,"
	    " people_max = excluded.people_max, men_sum = excluded.men_sum, women_sum = excluded.women_sum,"
	    " unknown_sum = excluded.unknown_sum, faces_sum = excluded.faces_sum,"
	    " gated = excluded.gated",

	[FRAME_FIND] = "SELECT id, time_ms, gated FROM frame WHERE run_id = :run AND number = :number",
	[PERSONS_OF] = "SELECT id, score, x, y, w, h FROM person WHERE frame_id = :frame ORDER BY id",
	[FACES_OF] = "SELECT person_id, score, x, y, w, h, gender, p_female FROM face WHERE frame_id = :frame ORDER BY id",

	[SOURCE_NAME] = "SELECT name FROM source WHERE id = :id",
	/* a recording that is being analysed is not live, whoever else plays it */
	[RUNS_WITHOUT_END] = "SELECT id FROM run WHERE source_id = :source AND input_sha256 IS NULL AND status = 'running' AND id <> :run",
	[RUN_NO_END] = "UPDATE run SET status = 'interrupted', error = :error,"
	    " ended_ms = max(started_ms, coalesce(last_ms, started_ms),"
	    " coalesce((SELECT max(coalesce(to_ms, from_ms)) FROM gap WHERE run_id = run.id), started_ms)),"
	    " frames_dropped = max(frames_dropped, coalesce((SELECT sum(dropped) FROM minute WHERE run_id = run.id), 0))"
	    " WHERE id = :run",
	[MINUTE_HEALTH] = "UPDATE minute SET age_median_ms = :median, age_p95_ms = :p95, age_max_ms = :max, frozen = :frozen,"
	    " dark = :dark, moved = :moved WHERE run_id = :run AND start_ms = :start",
	[GAP_ADD] = "INSERT INTO gap (run_id, from_ms, reason, detail) VALUES (:run, :from, :reason, :detail)",
	[GAP_END] = "UPDATE gap SET to_ms = max(:to, from_ms) WHERE id = :id"
};
