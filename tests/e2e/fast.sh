# Our own layers find what OpenCV's find, on networks made here and, where they are at hand, on real ones.
. "$ROOT/tests/e2e/lib.sh"
if "$FOOTFALL" version | grep -q '^oneDNN: not built in'; then
	skip 'layers of our own' 'built without oneDNN'
	exit 0
fi

# same NAME A B: the same persons and faces: pixels within 0.001, scores and genders within 0.00001. Those at the very edge of the
# threshold, 0.0001, may be in one alone; and where two cells see the same square with the same score, either may win, once.
same() {
	python3 - "$2" "$3" <<'PY' && ok "$1" || not_ok "$1" 'see above'
import sqlite3, sys
a, b = (sqlite3.connect(name) for name in sys.argv[1:])
near = True
for table, more in ("person", ""), ("face", ", b.p_female"):
    rows = [d.execute(f"SELECT f.number, b.score, b.x, b.y, b.w, b.h{more} FROM {table} b JOIN frame f ON f.id = b.frame_id"
                      " ORDER BY f.number, b.score DESC").fetchall() for d in (a, b)]
    if not rows[0] and not rows[1]:
        continue
    tied = [False, False]
    edge = min(r[1] for r in rows[0] + rows[1]) + 1e-4
    for k in 0, 1:
        for r in rows[k]:
            mates = [s for s in rows[1 - k] if s[0] == r[0] and abs(s[1] - r[1]) <= 1e-5
                     and all(abs(s[i] - r[i]) <= 1e-3 for i in range(2, 6))
                     and (not more or s[6] == r[6] or (None not in (s[6], r[6]) and abs(s[6] - r[6]) <= 1e-5))]
            ties = [s for s in rows[1 - k] if s[0] == r[0] and abs(s[1] - r[1]) <= 2e-7
                    and all(abs(s[i] - r[i]) <= 0.2 for i in range(2, 6))]
            if not mates and ties and not tied[k]:
                tied[k] = True
            elif not mates and r[1] > edge:
                print(table, sys.argv[1 + k], r, "has no like")
                near = False
sys.exit(not near or not a.execute("SELECT count(*) FROM frame").fetchone()[0])
PY
}

make_networks networks
registry=$FOOTFALL_REGISTRY
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video walk.avi 40
for network in tiny5 tiny8 tinyx tinye tinypf; do
	for layers in fast opencv; do
		expect "$network, $layers: analyze" 0 "$FOOTFALL" analyze -v -d $network-$layers.db --person $network \
			--gender soft,sig -o inference.layers=$layers walk.avi
		cp err.txt $network-$layers.txt
	done
	same "$network: the same persons, faces and genders" $network-fast.db $network-opencv.db
	grep -q "^footfall: $network: [1-9][0-9]* of [0-9]* nodes run in layers of ours" $network-fast.txt &&
		! grep -q 'layers of ours' $network-opencv.txt && ok "$network: -v tells" || not_ok "$network: -v tells" 'it does not'
done
equal 'the run tells the arithmetic' "$(sql tiny5-opencv.db "SELECT json_extract(settings, '\$.inference') FROM run")" opencv
sql tiny5-fast.db "SELECT json_extract(settings, '\$.inference') FROM run" | grep -Eq '^(rows[+])?oneDNN [0-9.]+ [a-z0-9]+ f32$' &&
	ok 'the run tells the library' || not_ok 'the run tells the library' 'it does not'
expect 'another arithmetic is another run' 0 "$FOOTFALL" analyze -q -d tiny5-fast.db --person tiny5 --gender soft,sig \
	-o inference.layers=opencv walk.avi
equal 'of which there are two then' "$(sql tiny5-fast.db 'SELECT count(*) FROM run')" 2
for n in 1 3; do
	"$FOOTFALL" analyze -q -d threads$n.db --person tiny8 -o inference.threads=$n walk.avi >/dev/null
done
equal '1 and 3 threads, the same rows' "$("$ROOT/eval/digest.sh" threads3.db)" "$("$ROOT/eval/digest.sh" threads1.db)"

# Each instruction set that the processor has, and bf16: refused in one line, or right.
for isa in sse41 avx2 avx512 amx; do
	if "$FOOTFALL" analyze -q -d $isa.db --person tiny8 -o inference.isa=$isa walk.avi >out.txt 2>err.txt; then
		"$FOOTFALL" analyze -q -d plain.db --person tiny8 -o inference.layers=opencv walk.avi >out.txt 2>&1
		same "$isa: the same persons" $isa.db plain.db
	elif [ "$(wc -l <err.txt)" -eq 1 ] && grep -q "inference.isa: oneDNN .* finds no $isa" err.txt; then
		skip "$isa" "this processor has none"
	else
		cat err.txt
		not_ok "$isa" 'fails otherwise than by a clear line'
	fi
done
if "$FOOTFALL" version | grep -q 'bf16)$'; then
	expect 'bf16: analyze' 0 "$FOOTFALL" analyze -q -d bf16.db --person tiny8 -o inference.precision=bf16 walk.avi
	equal 'bf16: as many persons' "$(sql bf16.db 'SELECT count(*) FROM person')" "$(sql tiny8-fast.db 'SELECT count(*) FROM person')"
else
	expect 'bf16: refused' 78 "$FOOTFALL" analyze -q -d bf16.db --person tiny8 -o inference.precision=bf16 walk.avi
fi

video=$SHARED/data/video/vtest.avi
if [ -z "$SHARED" ] || [ ! -f "$video" ] || [ ! -d "$SHARED/models" ]; then
	skip 'real networks' 'neither ../shared nor FOOTFALL_SHARED is there'
	exit 0
fi
export FOOTFALL_MODELS=$SHARED/models FOOTFALL_REGISTRY=$registry
both() {
	local layers
	for layers in fast opencv; do
		expect "$1, $layers: analyze" 0 "$FOOTFALL" analyze -q -d "$1-$layers.db" -o inference.layers=$layers "${@:2}" || return
	done
	same "$1: the same" "$1-fast.db" "$1-opencv.db"
}
for network in yolov5n yolov8n yolo11n yolox_nano object_detection_nanodet_2022nov FastestDet; do
	both $network --stages person --person $network --every 100 "$video"
done
faces=$SHARED/data/video/head-pose-face-detection-female-preview.mp4
for network in face_detection_yunet_2026may face_detection_yunet_2023mar yunet_n_320_320 face_detection_yunet_2022mar version-RFB-320 version-slim-320; do
	both $network --stages face,gender --face $network --every 20 "$faces"
done
for network in age_gender_retail_0013 age_gender_tiny_xception gender_mini_xception ssrnet_gender_imdb; do
	both $network --stages face,gender --gender $network --every 20 "$faces"
done
