#!/bin/bash
# Kills a live analysis at random instants (kill -9) and says what is lost.
#
#   live_kill.sh PROGRAM RECORDING N [LIVE-OPTION]...      SEED=number repeats a sequence of instants
#
# The recording is the camera (--realtime --loop), always the same source in the same database.  N times: it is started and after 2
# to 8 seconds killed; then `db check` must be content (it compares minutes with frames), frames must have been stored, the capture
# processes must be gone, and what was captured last before the kill and is not stored is told in milliseconds and frames.  Allowed
# is what may wait for the next commit (live.commit, 0.5 s) and what is under way: 2 s, LOST_MS another limit.  At the end one more start
# must take up the database as it is, and end by SIGTERM; every killed run is "interrupted", and no minute claims to have been seen for longer
# than it lasted.  Prints "ok ..." and "not ok ..." lines; exit status 1 when one is not ok.
set -u

program=$1 recording=$2 times=$3
shift 3
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$((seed % 32768))
limit=${LOST_MS:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
bad=0 worst=0

not_ok() {
	echo "not ok $1"
	bad=1
}

sql() {
	sqlite3 -batch -cmd '.timeout 10000' "$work/db" "$1"
}

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# In the place of a background shell, so that a kill meets the program itself.
become_live() {
	exec "$program" live -d "$work/db" --json --realtime --loop "$@" "cam=$recording"
}

children() {
	cat "/proc/$1/task/"*/children 2>/dev/null
}

# begin LIVE-OPTION...: starts it and waits for its first stored frame; sets pid.
begin() {
	local known i
	known=$([ -s "$work/db" ] && sql 'SELECT count(*) FROM frame' 2>/dev/null || echo 0)
	become_live "$@" >>"$work/out" 2>>"$work/err" &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		kill -0 $pid 2>/dev/null || break
		[ -s "$work/db" ] && [ "$(sql 'SELECT count(*) FROM frame' 2>/dev/null || echo 0)" -gt "$known" ] && return
		sleep 0.1
	done
	tail -5 "$work/err"
	not_ok "started: no frame within a minute"
	exit 1
}

echo "# seed $seed"
for ((i = 1; i <= times; i++)); do
	begin "$@"
	wait_ms=$((2000 + (RANDOM * 32768 + RANDOM) % 6000))
	sleep "$((wait_ms / 1000)).$(printf %03d $((wait_ms % 1000)))"
	captures=$(children $pid)
	kill -9 $pid
	killed=$(now_ms)
	wait $pid 2>/dev/null
	for ((j = 0; j < 50; j++)); do
		left=
		for p in $captures; do
			kill -0 "$p" 2>/dev/null && left="$left $p"
		done
		[ -z "$left" ] && break
		sleep 0.1
	done
	[ -z "$left" ] || not_ok "kill $i: capture processes live on after 5 s:$left"
	if ! "$program" db check -d "$work/db" >"$work/check" 2>&1; then
		cat "$work/check"
		not_ok "kill $i: db check finds something"
		continue
	fi
	# Frames came at a known rate until the kill: what lies between the last stored one and it is lost.
	IFS='|' read -r last frames step <<<"$(sql 'SELECT max(time_ms), count(*), (max(time_ms) - min(time_ms)) / max(1, count(*) - 1) FROM frame WHERE run_id = (SELECT max(id) FROM run)')"
	lost=$((killed - last))
	[ $lost -le $worst ] || worst=$lost
	if [ $lost -gt "$limit" ]; then
		not_ok "kill $i after $wait_ms ms: the last $lost ms are not stored"
	else
		echo "ok kill $i after $wait_ms ms: $frames frames stored, the last $lost ms (about $((lost / (step > 0 ? step : 1))) frames) lost"
	fi
done

begin "$@"
sleep 1
kill -TERM $pid
wait $pid
status=$?
[ $status -eq 0 ] && echo "ok one more start takes up the database, and ends by SIGTERM" || not_ok "one more start ends with status $status"
"$program" db check -d "$work/db" >"$work/check" 2>&1 && echo 'ok db check at the end' || { cat "$work/check"; not_ok 'db check at the end'; }
killed=$(sql "SELECT count(*) FROM run WHERE status = 'interrupted'") others=$(sql "SELECT count(*) FROM run WHERE status = 'running'")
if [ "$killed" -ge "$times" ] && [ "$others" -eq 0 ]; then
	echo "ok $killed interrupted runs, none left running"
else
	not_ok "$killed runs interrupted of $times killed, $others still running"
fi
over=$(sql 'SELECT count(*) FROM people_per_minute WHERE coverage > 1 OR coverage < 0')
[ "$over" -eq 0 ] && echo "ok no minute was seen for longer than it lasted" || not_ok "$over minutes were seen for longer than they lasted"
echo "# at most $worst ms lost"
exit $bad
