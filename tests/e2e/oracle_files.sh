# The twelve figures of real detections on a real labelled set, as pycocotools has them for the same two files, where both
# are at hand (PYTHON: another python).
. "$ROOT/tests/e2e/lib.sh"
set=$SHARED/data/coco_json network=yolo-fastest-1.1
if [ -z "$SHARED" ] || [ ! -f "$set/instances.json" ] || [ ! -f "$SHARED/models/person/$network.weights" ]; then
	skip 'real detections against pycocotools' 'neither ../shared nor FOOTFALL_SHARED has the pictures and the network'
	exit 0
fi
export FOOTFALL_MODELS=$SHARED/models

# same NAME OPTION...
same() {
	local name=$1
	shift
	"${PYTHON:-python3}" "$ROOT/eval/oracle_files.py" "$FOOTFALL" "$set/instances.json" found.json "$@" >out.txt 2>err.txt
	case $? in
	0) ok "$name" ;;
	77) skip "$name" "$(cat err.txt)" ;;
	*)
		cat out.txt err.txt
		not_ok "$name" 'differs from pycocotools'
		;;
	esac
}

expect 'detections are saved' 0 "$FOOTFALL" eval detect -q --json --no-store --resamples 0 --person $network \
	--images "$set/images" --truth "$set/instances.json" --save found.json
mv out.txt detect.json
same 'real detections, one class: as pycocotools has it' --class person
same 'real detections, all classes: as pycocotools has it'
expect 'detections that were saved are scored' 0 "$FOOTFALL" eval score -q --json --no-store --resamples 0 --class person \
	--truth "$set/instances.json" --predictions found.json
figures() {
	grep -o '"images".*' "$1"
}
equal 'saved detections give the same figures' "$(figures out.txt)" "$(figures detect.json)"
