# Live on the real program: a recording as a camera, ended, killed, locked out of its database, with a clock that is set.
# The other kinds of sources have scripts of their own (camera.sh, rtsp.sh).
. "$ROOT/tests/e2e/lib.sh"
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video video.avi 40 20

stored() {
	sqlite3 -cmd '.timeout 5000' "$1" 'SELECT count(*) FROM frame' 2>/dev/null || echo 0
}

# stores DATABASE N: waits until it has more than N frames.
stores() {
	for _ in $(seq 600); do
		[ "$(stored "$1")" -le "$2" ] || return 0
		sleep 0.1
	done
	not_ok "frames in $1" "not more than $(stored "$1") in a minute"
}

expect "a recording at its pace" 0 "$FOOTFALL" live -q --realtime --no-gate video.avi
expect "check" 0 "$FOOTFALL" db check
equal "every frame is there, or counted as dropped" "$(sql footfall.db 'SELECT status, frames_read, frames_analyzed + frames_dropped FROM run')" "complete|40|40"
equal "minutes have ages" "$(sql footfall.db 'SELECT min(age_median_ms >= 0 AND age_p95_ms >= age_median_ms AND age_max_ms >= age_p95_ms) FROM minute')" 1
"$FOOTFALL" analyze -q -d twin.db video.avi >/dev/null
equal "and each says what the recording analysed says" "$(sql footfall.db "ATTACH 'twin.db' AS t; SELECT count(*) FROM frame f WHERE
	(SELECT count(*) FROM person p WHERE p.frame_id = f.id) IS NOT (SELECT count(*) FROM t.frame g JOIN t.person p ON p.frame_id = g.id WHERE g.number = f.number)")" 0

"$FOOTFALL" live --realtime --loop -d term.db video.avi >term.out 2>term.err &
stores term.db 5
begin=$(date +%s%N)
kill -TERM $!
wait $!
equal "SIGTERM is a good end" $? 0
took=$((($(date +%s%N) - begin) / 1000000))
[ $took -lt 5000 ] && ok "and a quick one" || not_ok "and a quick one" "it took $took ms"
equal "the run is complete" "$(sql term.db 'SELECT status, frames_analyzed = (SELECT count(*) FROM frame) FROM run')" "complete|1"
grep -q 'people' term.out && ok "the minute that was under way is printed" || not_ok "the minute that was under way is printed" "$(cat term.out)"
sleep 0.2
pgrep -f "capture-process" -P $! >/dev/null && not_ok "no process is left" "capture-process" || ok "no process is left"

for i in 1 2 3; do
	"$FOOTFALL" live -q --realtime --loop -d killed.db video.avi >/dev/null 2>&1 &
	stores killed.db "$(($(stored killed.db) + 3))"
	kill -9 $!
	wait $! 2>/dev/null
	expect "killed $i times: check" 0 "$FOOTFALL" db check -d killed.db
done
expect "and once more to the end" 0 "$FOOTFALL" live -q --realtime -d killed.db video.avi
equal "earlier runs were interrupted" "$(sql killed.db 'SELECT status, count(*), min(error IS NOT NULL) FROM run GROUP BY status ORDER BY status')" "complete|1|0
interrupted|3|1"
expect "check" 0 "$FOOTFALL" db check -d killed.db

"$FOOTFALL" live --realtime --loop -d locked.db video.avi >/dev/null 2>locked.err &
stores locked.db 3
(echo "BEGIN IMMEDIATE;"; sleep 1; echo "ROLLBACK;") | sqlite3 -cmd '.timeout 10000' locked.db
for _ in $(seq 300); do grep -q 'written again' locked.err && break; sleep 0.1; done
kill $!
wait $!
equal "a database that was locked for a while" $? 0
equal "was waited for, said so once, and lost no run" "$(sql locked.db 'SELECT count(*), max(status) FROM run')|$(grep -c 'is locked' locked.err)" "1|complete|1"
expect "check" 0 "$FOOTFALL" db check -d locked.db

# A clock that is set while it runs: a library in front of clock_gettime adds what the file "offset" says.
cat >clock.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	long s = 0;
	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int r = real(id, t);
	FILE *f = id == CLOCK_REALTIME ? fopen("offset", "r") : NULL;
	if (f != NULL && fscanf(f, "%ld", &s) == 1)
		t->tv_sec += s;
	if (f != NULL)
		fclose(f);
	return r;
}
END
if ! cc -shared -fPIC -o clock.so clock.c -ldl 2>clock.err; then
	skip "a clock that is set" "no C compiler: $(head -1 clock.err)"
else
	echo 0 >offset
	env LD_PRELOAD="$PWD/clock.so" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" \
		"$FOOTFALL" live --realtime --loop -d clock.db video.avi >clock.out 2>clock.err &
	stores clock.db 3
	echo 7200 >offset.part && mv offset.part offset
	for _ in $(seq 600); do [ "$(sqlite3 -cmd '.timeout 5000' clock.db 'SELECT count(*) FROM frame WHERE run_id = 2')" -gt 3 ] && break; sleep 0.1; done
	echo 0 >offset.part && mv offset.part offset
	for _ in $(seq 600); do [ "$(sqlite3 -cmd '.timeout 5000' clock.db 'SELECT count(*) FROM frame WHERE run_id = 3')" -gt 3 ] && break; sleep 0.1; done
	kill $!
	wait $!
	equal "a clock that is set forward and back" $? 0
	equal "makes a run each" "$(sql clock.db 'SELECT group_concat(status) FROM run')" "complete,complete,complete"
	equal "with a gap where time was jumped over" "$(sql clock.db "SELECT run_id, reason, round((to_ms - from_ms) / 3600000.0) FROM gap")" "1|clock|2.0"
	equal "and no minutes made up between" "$(grep -c 'not seen' clock.out)" 0
	equal "each said once" "$(grep -c -e 'clock was set' -e 'no frames' -e 'frames again' clock.err)" 2
	expect "check" 0 "$FOOTFALL" db check -d clock.db
fi

# Real frames, our own networks.
if [ -z "$SHARED" ] || [ ! -f "$SHARED/data/video/vtest.avi" ]; then
	skip "real frames" "no ../shared/data/video/vtest.avi"
	exit
fi
export FOOTFALL_REGISTRY="$ROOT/models/registry.cfg"
expect "real frames" 0 "$FOOTFALL" live -q --realtime --duration 3 --stages person -d real.db door="$SHARED/data/video/vtest.avi"
expect "check" 0 "$FOOTFALL" db check -d real.db
equal "people are found in them" "$(sql real.db 'SELECT s.name, status, (SELECT sum(people_sum) > 0 FROM minute) FROM run JOIN source s ON s.id = source_id')" "door|complete|1"
