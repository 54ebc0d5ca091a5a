#!/bin/bash
# Peak memory must not grow with the length of a recording.
#
#   memory.sh PROGRAM SHORT LONG [ANALYZE-OPTION]...
#
# Analyses both with the same options and prints the peak resident memory of each; "not ok" and exit
# status 1 when the longer one needs more than 10 % and 8 MiB above the shorter one.
set -u

program=$1 short=$2 long=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# peak RECORDING: MiB
peak() {
	rm -f "$work"/db*
	python3 - "$program" analyze -q -d "$work/db" "${@:2}" "$1" <<'PY'
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
if status.returncode != 0:
	sys.exit(f"exit status {status.returncode}")
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
PY
}

a=$(peak "$short" "$@") && b=$(peak "$long" "$@") || { echo "not ok memory: the analysis failed"; exit 1; }
frames=$(sqlite3 -batch "$work/db" 'SELECT sum(frames_analyzed) FROM run')
if [ "$b" -gt $((a + a / 10 + 8)) ]; then
	echo "not ok memory: $a MiB for $short, $b MiB for $long"
	exit 1
fi
echo "ok memory: $a MiB for $(basename "$short"), $b MiB for $(basename "$long") ($frames frames)"
