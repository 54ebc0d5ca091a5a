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
	/* as the views: the newest run of a recording speaks, those of a camera are added up under the newest one's number */
	{ "minutes",
	"SELECT s.name AS source, m.run_id AS run, m.start_ms AS time_utc, m.start_ms,\n"
	"	CAST(m.people_sum AS REAL) / m.frames AS people_avg, m.people_min, m.people_max,\n"
	"	CAST(m.men_sum AS REAL) / m.frames AS men_avg, CAST(m.women_sum AS REAL) / m.frames AS women_avg,\n"
	"	CAST(m.unknown_sum AS REAL) / m.frames AS unknown_avg, CAST(m.faces_sum AS REAL) / m.frames AS faces_avg,\n"
	"	m.frames, m.covered_ms / 60000.0 AS coverage, m.covered_ms, m.dropped,\n"
	"	m.people_sum, m.men_sum, m.women_sum, m.unknown_sum, m.faces_sum, m.gated,\n"
	"	m.age_median_ms, m.age_p95_ms, m.age_max_ms, m.frozen, m.dark, m.moved\n"
	"FROM source s CROSS JOIN run r ON r.source_id = s.id CROSS JOIN minute m ON m.run_id = r.id\n"
	"WHERE s.kind NOT IN ('camera', 'stream') AND NOT EXISTS (SELECT 1 FROM run n JOIN minute k ON k.run_id = n.id\n"
	"	WHERE n.source_id = r.source_id AND n.id > r.id AND k.start_ms = m.start_ms) AND" WITHIN("m.start_ms")
	"UNION ALL\n"
	"SELECT s.name, max(m.run_id), m.start_ms, m.start_ms,\n"
	"	CAST(sum(m.people_sum) AS REAL) / sum(m.frames), min(m.people_min), max(m.people_max),\n"
	"	CAST(sum(m.men_sum) AS REAL) / sum(m.frames), CAST(sum(m.women_sum) AS REAL) / sum(m.frames),\n"
	"	CAST(sum(m.unknown_sum) AS REAL) / sum(m.frames), CAST(sum(m.faces_sum) AS REAL) / sum(m.frames),\n"
	"	sum(m.frames), min(sum(m.covered_ms), 60000) / 60000.0, min(sum(m.covered_ms), 60000), sum(m.dropped),\n"
	"	sum(m.people_sum), sum(m.men_sum), sum(m.women_sum), sum(m.unknown_sum), sum(m.faces_sum), sum(m.gated),\n"
	"	max(m.age_median_ms), max(m.age_p95_ms), max(m.age_max_ms), sum(m.frozen), sum(m.dark), sum(m.moved)\n"
	"FROM source s CROSS JOIN run r ON r.source_id = s.id CROSS JOIN minute m ON m.run_id = r.id\n"
	"WHERE s.kind IN ('camera', 'stream') AND" WITHIN("m.start_ms")
	"GROUP BY s.id, m.start_ms\n"
	"ORDER BY source, start_ms" },

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
	"	CASE WHEN json_valid(r.settings) THEN json(r.settings) END AS settings, r.error,\n"
	"	r.pruned_ms AS pruned_utc, r.pruned_ms, r.frames_pruned\n"
	"FROM run r CROSS JOIN source s ON s.id = r.source_id\n"
	"WHERE (:source IS NULL OR s.name = :source) AND (:from IS NULL OR r.last_ms >= :from)\n"
	"	AND (:to IS NULL OR r.first_ms < :to)\n"
	"ORDER BY r.id" },

	{ "gaps",
	"SELECT g.id AS gap, s.name AS source, r.id AS run, g.from_ms AS from_utc, g.from_ms, g.to_ms AS to_utc, g.to_ms,\n"
	"	g.reason, g.detail\n"
	"FROM run r CROSS JOIN source s ON s.id = r.source_id CROSS JOIN gap g ON g.run_id = r.id\n"
	"WHERE (:source IS NULL OR s.name = :source) AND (:from IS NULL OR g.to_ms IS NULL OR g.to_ms >= :from)\n"
	"	AND (:to IS NULL OR g.from_ms < :to)\n"
	"ORDER BY r.id, g.from_ms, g.id" },

	{ "segments",
	"SELECT m.id AS segment, m.source, m.run_id AS run, m.start_ms AS start_utc, m.start_ms, m.end_ms AS end_utc, m.end_ms,\n"
	"	m.first_number AS first_frame, m.last_number AS last_frame, m.frames, m.bytes, m.sha256, m.blurred, m.path, m.folder,\n"
	"	m.uploaded_ms AS uploaded_utc, m.uploaded_ms, m.deleted_ms AS deleted_utc, m.deleted_ms\n"
	"FROM segment m\n"
	"WHERE (:source IS NULL OR m.source = :source) AND (:from IS NULL OR m.end_ms >= :from) AND (:to IS NULL OR m.start_ms < :to)\n"
	"ORDER BY m.id" },

	{ NULL, NULL }
};
