#!/bin/bash
# footfall against others doing the same job: the same recording, networks, thresholds; persons and faces of
# each frame into SQLite.  Contestants run in turn, round after round.
#
#   bench.sh PROGRAM [RECORDING [SECONDS [ROUNDS]]]
#
# Default: the first 20 seconds of data/vtest.avi (make demo brings it), 3 rounds.  Contestants: footfall as it is
# (rectangular input), with square input, and in bf16 and int8 where this machine has them; the script that one writes by
# hand (naive.py), where Python has cv2; ONNX Runtime, tuned (ort_pipeline.py), where it is installed.  Prints
# medians, ratios and how far the boxes agree; then, with BENCH_NETWORKS=1, each network alone (engines.py).
# PYTHON names an interpreter to use.  Skipped, in words, where the networks or the recording are missing.
set -u

program=$1
recording=${2:-data/vtest.avi}
seconds=${3:-20}
rounds=${4:-3}
here=$(dirname "$0")
shared=${FOOTFALL_SHARED:-../shared}
person=yolov5n face=yunet_n_320_320

skip() {
	echo "bench: skipped: $*"
	exit 0
}

if [ ! -f "$recording" ] && [ $# -lt 2 ]; then
	recording=$shared/data/video/vtest.avi
fi
[ -f "$recording" ] || skip "no recording ${2:-data/vtest.avi} (make demo brings it)"

folder=
IFS=: read -ra folders <<<"models:${FOOTFALL_MODELS:-}:$shared/models"
for f in "${folders[@]}"; do
	[ -n "$f" ] && [ -f "$f/person/$person.onnx" ] && [ -f "$f/face/$face.onnx" ] && folder=$f && break
done
[ -n "$folder" ] || skip "no person/$person.onnx and face/$face.onnx in models, FOOTFALL_MODELS or $shared/models"
export FOOTFALL_MODELS="${FOOTFALL_MODELS:+$FOOTFALL_MODELS:}$folder"

# interpreter MODULES: the first Python that has them.
interpreter() {
	for p in ${PYTHON:-} python3 /usr/bin/python3; do
		command -v "$p" >/dev/null && "$p" -c "import $1" 2>/dev/null && echo "$p" && return
	done
	return 1
}

plain=$(interpreter sqlite3) || skip "no python3"
contestants=(footfall footfall-square)
if why=$("$program" bench -q --passes --seconds 0.01 -o inference.precision=bf16 "$person" 2>&1 >/dev/null); then
	contestants+=(footfall-bf16)
else
	echo "without footfall in bf16: ${why#footfall: }"
fi
# Calibrated on this very recording, as its user would.
calibration=$(mktemp -d)
if why=$("$program" models calibrate -q "$person" "$recording" -o "inference.calibration=$calibration" 2>&1 >/dev/null); then
	contestants+=(footfall-int8)
else
	echo "without footfall in int8: ${why#footfall: }"
fi
# The script runs on the OpenCV that footfall runs on, where a Python has it.
opencv=$("$program" version | grep -i opencv | grep -o '[0-9][0-9.]*' | head -n 1)
if with_cv2=$(interpreter "cv2, numpy, sys; sys.exit(cv2.__version__ != '$opencv')" || interpreter "cv2, numpy"); then
	contestants+=(naive)
else
	echo "without naive.py: Python has no cv2 (apt-get install --no-install-recommends python3-opencv)"
fi
if with_ort=$(interpreter "onnxruntime, cv2, numpy"); then
	contestants+=(onnxruntime)
	"$with_ort" -c 'import onnx' 2>/dev/null || echo "ONNX Runtime with square input: Python has no onnx to cut the network with"
else
	echo "without ONNX Runtime: Python has no onnxruntime (pip install onnxruntime onnx opencv-python-headless; PYTHON=...)"
fi

work=$(mktemp -d)
trap 'rm -rf "$work" "$calibration"' EXIT
trap 'exit 130' INT TERM

# run NAME: its own clock from the first frame on, processor time (both seconds) and peak memory in MiB.
run() {
	local db=$work/$1.db onnx=$folder/person/$person.onnx
	local own=("$program" analyze -q --json --stages person,face --person "$person" --face "$face" --to "$seconds" -d "$db")
	rm -f "$db"*
	case $1 in
	footfall) set -- "${own[@]}" "$recording" ;;
	footfall-square) set -- "${own[@]}" -o input.square=true "$recording" ;;
	footfall-bf16) set -- "${own[@]}" -o inference.precision=bf16 "$recording" ;;
	footfall-int8) set -- "${own[@]}" -o inference.precision=int8 -o "inference.calibration=$calibration" "$recording" ;;
	naive) set -- "$with_cv2" "$here/naive.py" "$recording" "$onnx" "$db" "$seconds" "$folder/face/$face.onnx" ;;
	onnxruntime) set -- "$with_ort" "$here/ort_pipeline.py" "$recording" "$onnx" "$db" "$seconds" "$folder/face/$face.onnx" ;;
	esac
	"$plain" - "$@" <<'PY'
import json, re, resource, subprocess, sys
got = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
if got.returncode != 0:
	sys.exit(got.stderr or f"{sys.argv[1]} ended with status {got.returncode}")
if got.stdout.startswith("{"):
	said = json.loads(got.stdout)
	times = said["elapsed_s"], said["cpu_s"]
else:
	times = re.search(r"([0-9.]+) s, ([0-9.]+) s of processor time", got.stdout).groups()
print(f"{float(times[0]):.3f} {float(times[1]):.3f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}")
PY
}

median() {
	sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

count() {
	"$plain" -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' "$@"
}

echo "recording: $recording, first $seconds s; networks: $person, $face"
"$program" version | grep -i 'opencv\|onednn\|optional' | sed 's/^/footfall: /'
[ -n "${with_cv2:-}" ] && echo "naive.py: OpenCV $("$with_cv2" -c 'import cv2; print(cv2.__version__)')"
[ -n "${with_ort:-}" ] && echo "ONNX Runtime $("$with_ort" -c 'import onnxruntime; print(onnxruntime.__version__)')"
for ((i = 1; i <= rounds; i++)); do
	line="round $i:"
	for c in "${contestants[@]}"; do
		got=$(run "$c") || { echo "bench: $c failed" >&2; exit 1; }
		echo "$got" >>"$work/$c.times"
		line+=" $c ${got%% *} s"
	done
	echo "$line"
done

echo
for c in "${contestants[@]}"; do
	frames=$(count "$work/$c.db" 'SELECT count(*) FROM frame')
	awk -v name="$c" -v frames="$frames" -v s="$(cut -d ' ' -f 1 "$work/$c.times" | median)" \
		-v cpu="$(cut -d ' ' -f 2 "$work/$c.times" | median)" -v memory="$(cut -d ' ' -f 3 "$work/$c.times" | sort -g | tail -n 1)" \
		-v persons="$(count "$work/$c.db" 'SELECT count(*) FROM person')" -v faces="$(count "$work/$c.db" 'SELECT count(*) FROM face')" 'BEGIN {
		printf "%-16s %7.2f frames/s  %6.1f ms of processor time a frame  %4d MiB  (%d frames, %d persons, %d faces)\n",
			name, frames / s, 1000 * cpu / frames, memory, frames, persons, faces }'
done

# Ratios are made round by round, so that what slowed a round down slowed both.
echo
for other in naive onnxruntime; do
	[ -f "$work/$other.times" ] || continue
	for c in "${contestants[@]}"; do
		[ "$c" = naive ] || [ "$c" = "$other" ] && continue
		wall=$(paste -d ' ' "$work/$other.times" "$work/$c.times" | awk '{ print $1 / $4 }' | median)
		cpu=$(paste -d ' ' "$work/$other.times" "$work/$c.times" | awk '{ print $2 / $5 }' | median)
		printf '%-16s %6.2f times the frames/s of %s, %.2f times for each second of processor time\n' "$c" "$wall" "$other" "$cpu"
	done
done

echo
for other in footfall-square footfall-bf16 footfall-int8 onnxruntime naive; do
	[ -f "$work/$other.times" ] || continue
	first=footfall
	[ $other = naive ] && first=footfall-square
	read -r w h < <("$plain" -c 'import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute("SELECT width, height FROM source").fetchone())' "$work/footfall.db")
	"$plain" "$here/agreement.py" "$work/$first.db" "$work/$other.db" "$w" "$h" | sed "s/^/$first, $other: /"
done

if [ -n "${BENCH_NETWORKS:-}" ]; then
	echo
	exec "${with_ort:-$plain}" "$here/engines.py" "$program"
fi
