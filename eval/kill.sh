#!/bin/bash
# Kills an analysis at random instants and shows that nothing is lost or changed by it.
#
#   kill.sh PROGRAM RECORDING N [ANALYZE-OPTION]...      SEED=number repeats a sequence of instants
#
# First the recording is analysed undisturbed with 1, 2 and 4 threads, which must give the same rows
# (eval/digest.sh).  Then N times: kill -9 after a random time, twice every other time; what is left must
# pass `db check`; the same command again must finish it to the same rows.  Prints "ok ..." and
# "not ok ..." lines; exit status 1 when one is not ok.
set -u

here=$(cd "$(dirname "$0")" && pwd)
program=$1 recording=$2 times=$3
shift 3
options=("$@")
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$((seed % 32768))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
bad=0

not_ok() {
	echo "not ok $1"
	bad=1
}

analyze() {
	"$program" analyze -q -d "$1" "${options[@]}" "${@:2}" "$recording"
}

# The same in the place of a background shell, so that a kill meets the program itself.
become_analyze() {
	exec "$program" analyze -q -d "$1" "${options[@]}" "$recording"
}

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# checked NAME DATABASE
checked() {
	"$program" db check -d "$2" >"$work/check" 2>&1 && return
	cat "$work/check"
	not_ok "$1: db check finds something"
	return 1
}

echo "# seed $seed"
want=
for threads in 1 2 4; do
	rm -f "$work"/db*
	start=$(now_ms)
	if ! analyze "$work/db" -o inference.threads=$threads >"$work/log" 2>&1; then
		cat "$work/log"
		not_ok "undisturbed: the analysis fails"
		exit 1
	fi
	took=$(($(now_ms) - start))
	checked "undisturbed, threads $threads" "$work/db"
	got=$("$here/digest.sh" "$work/db") || exit 1
	want=${want:-$got}
	if [ "$got" = "$want" ]; then
		echo "ok threads $threads gives $got in $took ms"
	else
		not_ok "threads $threads gives $got, 1 thread $want"
	fi
done

for ((i = 1; i <= times; i++)); do
	rm -f "$work"/db*
	instants=
	same=yes
	for ((kill = 0; kill < 1 + i % 2; kill++)); do
		instant=$(((RANDOM * 32768 + RANDOM) % took))
		become_analyze "$work/db" >/dev/null 2>&1 &
		pid=$!
		sleep "$((instant / 1000)).$(printf %03d $((instant % 1000)))"
		# Fails when it was done before: that is an instant too.
		kill -9 $pid 2>/dev/null
		wait $pid 2>/dev/null
		stored=none
		# Killed before the schema was committed, there is a file with nothing in it.
		if [ -s "$work/db" ] && [ "$(sqlite3 -batch "$work/db" 'SELECT count(*) FROM sqlite_schema' 2>&1)" != 0 ]; then
			checked "killed at $instant ms" "$work/db" || same=no
			stored=$(sqlite3 -batch "$work/db" 'SELECT count(*) FROM frame' 2>&1)
		fi
		instants="$instants $instant ms ($stored frames stored)"
	done
	if ! analyze "$work/db" >"$work/log" 2>&1; then
		cat "$work/log"
		not_ok "killed at$instants: cannot be continued"
		continue
	fi
	checked "continued after$instants" "$work/db" || same=no
	got=$("$here/digest.sh" "$work/db")
	if [ "$got" != "$want" ]; then
		not_ok "killed at$instants: gives $got, undisturbed $want"
	elif [ $same = yes ]; then
		echo "ok killed at$instants: the same rows"
	fi
done
exit $bad
