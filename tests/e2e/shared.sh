# Real recordings and real networks, where they are at hand.
. "$ROOT/tests/e2e/lib.sh"
videos=$SHARED/data/video
if [ -z "$SHARED" ] || [ ! -f "$videos/vtest.avi" ] || [ ! -d "$SHARED/models" ]; then
	skip 'real recordings and networks' 'neither ../shared nor FOOTFALL_SHARED is there'
	exit 0
fi
export FOOTFALL_MODELS=$SHARED/models

# Exit status 69 would name the networks that do not do what the registry says of them.
expect 'every network at hand passes models check' 0 "$FOOTFALL" models check

# scores NAME DATABASE TRUTH F1 ERROR: at least that F1, and people_avg of each minute at most so far
# off.
scores() {
	local said
	said=$("$ROOT/eval/person_f1.py" --json "$2" "$3") || { not_ok "$1" 'person_f1.py fails'; return; }
	if python3 -c 'import json, sys
r, f1, error = json.loads(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
sys.exit(r["f1"] < f1 or any(abs(m["error"]) > error for m in r["minutes"]))' "$said" "$4" "$5"; then
		ok "$1"
	else
		not_ok "$1" "F1 below $4 or people_avg off by more than $5: $said"
	fi
}

expect 'vtest: analyze' 0 "$FOOTFALL" analyze -q -d vtest.db --stages person --person yolov5n --every 15 "$videos/vtest.avi"
scores 'vtest: persons and minutes against the truth' vtest.db "$videos/vtest_gt_mot.txt" 0.85 0.1
expect 'TUD-Campus: analyze' 0 "$FOOTFALL" analyze -q -d campus.db --stages person --person yolov5n --every 3 "$videos/TUD-Campus.mp4"
# The truth leaves out whom the people in front hide, so the count is less near.
scores 'TUD-Campus: persons against the truth' campus.db "$videos/TUD-Campus_gt_mot.txt" 0.70 0.2

for gender in male female; do
	expect "$gender clip: analyze" 0 "$FOOTFALL" analyze -q -d $gender.db --stages face,gender \
		"$videos/head-pose-face-detection-$gender-preview.mp4"
	# Many faces of these clips are half turned away: uncertain ones stay unknown.
	equal "$gender clip: some faces are $gender, none the other" "$(sql $gender.db "SELECT sum(gender = '$gender') > 3,
		count(gender) - sum(gender = '$gender') FROM face")" '1|0'
done
