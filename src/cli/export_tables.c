/*
 * The SELECTs of `footfall export`, made to be read by people and spreadsheets: names instead of ids, averages beside
 * sums.
 *
 * CROSS JOIN is SQLite's way to fix the order of the loops: run, frame, then what is in the frame, which is the order of
 * the rows that are wanted, found through indexes.
 */
#include "cli/export_tables.h"

#include <stddef.h>

#define WITHIN(time) \
	" (:source IS NULL OR s.name = :source) AND (:from IS NULL OR " time " >= :from) AND (:to IS NULL OR " time " < :to)\n"
#define FRAMES \
	"FROM run r CROSS JOIN source s ON s.id = r.source_id CROSS JOIN frame f ON f.run_id = r.id\n"

const struct export_table export_tables[] = {
	{ "minutes",
	"SELECT s.name AS source, m.run_id AS run, m.start_ms AS time_utc, m.start_ms,\n"
	"	CAST(m.people_sum AS REAL) / m.frames AS people_avg, m.people_min, m.people_max,\n"
	"	CAST(m.men_sum AS REAL) / m.frames AS men_avg, CAST(m.women_sum AS REAL) / m.frames AS women_avg,\n"
	"	CAST(m.unknown_sum AS REAL) / m.frames AS unknown_avg, CAST(m.faces_sum AS REAL) / m.frames AS faces_avg,\n"
	"	m.frames, m.covered_ms / 60000.0 AS coverage, m.covered_ms, m.dropped,\n"
	"	m.people_sum, m.men_sum, m.women_sum, m.unknown_sum, m.faces_sum, m.gated\n"
	"FROM minute m JOIN run r ON r.id = m.run_id JOIN source s ON s.id = r.source_id\n"
	"WHERE NOT EXISTS (SELECT 1 FROM run n JOIN minute k ON k.run_id = n.id\n"
	"	WHERE n.source_id = r.source_id AND n.id > r.id AND k.start_ms = m.start_ms) AND" WITHIN("m.start_ms")
	"ORDER BY s.name, m.start_ms" },

	{ "persons",
	"SELECT s.name AS source, r.id AS run, f.number AS frame, f.time_ms AS time_utc, f.time_ms,\n"
	"	p.id AS person, p.track_id, p.score, p.x, p.y, p.w, p.h, a.id AS face, a.gender, a.p_female\n"
	FRAMES "CROSS JOIN person p ON p.frame_id = f.id LEFT JOIN face a ON a.person_id = p.id\n"
	"WHERE" WITHIN("f.time_ms")
	"ORDER BY r.id, f.number, p.id" },

	{ "faces",
	"SELECT s.name AS source, r.id AS run, f.number AS frame, f.time_ms AS time_utc, f.time_ms,\n"
	"	a.id AS face, a.person_id AS person, a.score, a.x, a.y, a.w, a.h, a.gender, a.p_female\n"
	FRAMES "CROSS JOIN face a ON a.frame_id = f.id\n"
	"WHERE" WITHIN("f.time_ms")
	"ORDER BY r.id, f.number, a.id" },

	{ "frames",
	"SELECT s.name AS source, r.id AS run, f.number AS frame, f.time_ms AS time_utc, f.time_ms,\n"
	"	(SELECT count(*) FROM person WHERE frame_id = f.id) AS persons,\n"
	"	(SELECT count(*) FROM face WHERE frame_id = f.id) AS faces, f.gated\n"
	FRAMES
	"WHERE" WITHIN("f.time_ms")
	"ORDER BY r.id, f.number" },

	/* a run lies within the limits when any of it does */
	{ "runs",
	"SELECT r.id AS run, r.uuid, s.name AS source, s.kind, s.uri, s.width, s.height, r.status,\n"
	"	r.started_ms AS started_utc, r.started_ms, r.ended_ms AS ended_utc, r.ended_ms,\n"
	"	r.first_ms AS first_utc, r.first_ms, r.last_ms AS last_utc, r.last_ms, r.clock,\n"
	"	(SELECT name FROM model WHERE id = r.person_model_id) AS person_model,\n"
	"	(SELECT name FROM model WHERE id = r.face_model_id) AS face_model,\n"
	"	(SELECT name FROM model WHERE id = r.gender_model_id) AS gender_model,\n"
	"	r.frames_read, r.frames_analyzed, r.frames_dropped, r.version, r.opencv, r.input_sha256,\n"
	"	CASE WHEN json_valid(r.settings) THEN json(r.settings) END AS settings, r.error\n"
	"FROM run r CROSS JOIN source s ON s.id = r.source_id\n"
	"WHERE (:source IS NULL OR s.name = :source) AND (:from IS NULL OR r.last_ms >= :from)\n"
	"	AND (:to IS NULL OR r.first_ms < :to)\n"
	"ORDER BY r.id" },

	{ NULL, NULL }
};
