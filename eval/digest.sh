#!/bin/sh
# A digest over everything that a database holds but ids, uuids and the wall clock's columns
# (started_ms, ended_ms): equal digests, equal results.
#
#   digest.sh DATABASE [--rows]      --rows prints what is digested instead
#
# quote() writes a real number so that it reads back the same; ids are replaced by what they name.
set -eu

rows() {
	sqlite3 -batch -bail "$1" <<'SQL'
.timeout 10000
.mode list
.separator ' '
SELECT 'source', quote(name), kind, quote(uri), width, height FROM source ORDER BY name;
SELECT 'model', quote(name), task, family, sha256 FROM model ORDER BY task, name, sha256;
CREATE TEMP TABLE r AS
	SELECT r.*, format('%s of %s', s.name, r.settings) AS said,
		p.sha256 AS person, f.sha256 AS face, g.sha256 AS gender
	FROM run r JOIN source s ON s.id = r.source_id
	LEFT JOIN model p ON p.id = r.person_model_id
	LEFT JOIN model f ON f.id = r.face_model_id
	LEFT JOIN model g ON g.id = r.gender_model_id;
SELECT 'run', quote(said), status, first_ms, last_ms, clock, quote(person), quote(face), quote(gender), version,
	opencv, input_sha256, frames_read, frames_analyzed, frames_dropped, quote(error) FROM r ORDER BY said;
SELECT 'frame', quote(r.said), n.number, n.time_ms, n.gated FROM frame n JOIN r ON r.id = n.run_id ORDER BY r.said, n.number;
SELECT 'person', quote(r.said), n.number, row_number() OVER (PARTITION BY p.frame_id ORDER BY p.id) AS nth,
	quote(p.track_id), quote(p.score), quote(p.x), quote(p.y), quote(p.w), quote(p.h)
	FROM person p JOIN frame n ON n.id = p.frame_id JOIN r ON r.id = n.run_id ORDER BY r.said, n.number, nth;
SELECT 'face', quote(r.said), n.number, row_number() OVER (PARTITION BY a.frame_id ORDER BY a.id) AS nth,
	quote((SELECT count(*) FROM person p WHERE p.frame_id = a.frame_id AND p.id < a.person_id)), a.person_id IS NULL,
	quote(a.score), quote(a.x), quote(a.y), quote(a.w), quote(a.h), quote(a.gender), quote(a.p_female)
	FROM face a JOIN frame n ON n.id = a.frame_id JOIN r ON r.id = n.run_id ORDER BY r.said, n.number, nth;
SELECT 'minute', quote(r.said), m.start_ms, m.frames, m.covered_ms, m.dropped, m.people_sum, m.people_min, m.people_max,
	m.men_sum, m.women_sum, m.unknown_sum, m.faces_sum, m.gated FROM minute m JOIN r ON r.id = m.run_id ORDER BY r.said, m.start_ms;
SQL
}

if [ "${2-}" = --rows ]; then
	rows "$1"
else
	# Through a file, so that a failing sqlite3 is not taken for an empty database.
	got=$(mktemp)
	trap 'rm -f "$got"' EXIT
	rows "$1" >"$got"
	sha256sum <"$got" | cut -d ' ' -f 1
fi
