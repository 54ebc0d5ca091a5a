#!/bin/bash
# footfall against the script that one writes by hand (eval/naive.py): the same recording, network,
# thresholds and OpenCV, in turn, whole programs from start to end.
#
#   bench.sh PROGRAM [RECORDING [SECONDS [ROUNDS]]]
#
# Default: the first 20 seconds of data/vtest.avi (make demo brings it), 3 rounds.  Prints medians
# and their ratio.  Skipped, in words, where the network, the recording or Python's cv2 is missing.
set -u

program=$1
recording=${2:-data/vtest.avi}
seconds=${3:-20}
rounds=${4:-3}
here=$(dirname "$0")
shared=${FOOTFALL_SHARED:-../shared}

skip() {
	echo "bench: skipped: $*"
	exit 0
}

if [ ! -f "$recording" ] && [ $# -lt 2 ]; then
	recording=$shared/data/video/vtest.avi
fi
[ -f "$recording" ] || skip "no recording ${2:-data/vtest.avi} (make demo brings it)"

network=
IFS=: read -ra folders <<<"models:${FOOTFALL_MODELS:-}:$shared/models"
for folder in "${folders[@]}"; do
	[ -n "$folder" ] && [ -f "$folder/person/yolov5n.onnx" ] && network=$folder/person/yolov5n.onnx && break
done
[ -n "$network" ] || skip "no person/yolov5n.onnx in models, FOOTFALL_MODELS or $shared/models"
export FOOTFALL_MODELS="${FOOTFALL_MODELS:+$FOOTFALL_MODELS:}${network%/person/*}"

python=
for p in ${PYTHON:-} python3 /usr/bin/python3; do
	"$p" -c 'import cv2, numpy' 2>/dev/null && python=$p && break
done
[ -n "$python" ] || skip "Python has no cv2; apt-get install --no-install-recommends python3-opencv brings it"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# peak COMMAND...: runs it; prints its seconds and peak memory in MiB.
peak() {
	"$python" - "$@" <<'PY'
import resource, subprocess, sys, time
start = time.monotonic()
with open("/dev/null", "wb") as nowhere:
	status = subprocess.run(sys.argv[1:], stdout=nowhere, stderr=subprocess.PIPE)
took = time.monotonic() - start
if status.returncode != 0:
	sys.exit(status.stderr.decode(errors="replace"))
print(f"{took:.3f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}")
PY
}

median() {
	sort -g "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

echo "recording: $recording, first $seconds s; network: $network"
echo "OpenCV: footfall $("$program" version | grep -i opencv | grep -o '[0-9.]*' | head -n 1)," \
	"Python $("$python" -c 'import cv2; print(cv2.__version__)'); cores: $(nproc)"
for ((i = 1; i <= rounds; i++)); do
	rm -f "$work"/*.db*
	a=$(peak "$program" analyze -q --stages person --person yolov5n --to "$seconds" -d "$work/footfall.db" \
		-o person.min_score=0.25 -o nms.iou=0.45 "$recording") || { echo "bench: $a" >&2; exit 1; }
	b=$(peak "$python" "$here/naive.py" "$recording" "$network" "$work/naive.db" "$seconds") ||
		{ echo "bench: $b" >&2; exit 1; }
	echo "round $i: footfall ${a% *} s, naive.py ${b% *} s"
	echo "$a" >>"$work/footfall"
	echo "$b" >>"$work/naive"
done

count() {
	"$python" -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' "$@"
}

frames=$(count "$work/footfall.db" 'SELECT count(*) FROM frame')
for name in footfall naive; do
	t=$(median "$work/$name")
	awk -v name=$name -v frames="$frames" -v t="$t" -v memory="$(cut -d ' ' -f 2 "$work/$name" | sort -g | tail -n 1)" \
		-v persons="$(count "$work/$name.db" 'SELECT count(*) FROM person')" \
		-v all="$(count "$work/$name.db" 'SELECT count(*) FROM frame')" 'BEGIN {
		printf "%-9s %7.2f frames/s (median %.2f s, %d frames, %d persons, peak memory %d MiB)\n",
			name, frames / t, t, all, persons, memory }'
done
awk -v a="$(median "$work/naive")" -v b="$(median "$work/footfall")" 'BEGIN { printf "ratio     %7.2f\n", a / b }'
