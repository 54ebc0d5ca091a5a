# What the end-to-end scripts share.  They run under tests/run.sh, in an empty folder of their own,
# with FOOTFALL (the program), GEN (folder of the generators), ROOT (the repository) and SHARED
# (folder of recordings and networks, empty when there is none) set.
# shellcheck shell=bash

ok() {
	echo "ok $1"
}

not_ok() {
	echo "not ok $1: $2"
}

skip() {
	echo "skip $1: $2"
}

# expect NAME CODE COMMAND...: runs it; stdout and stderr are left in out.txt and err.txt.
expect() {
	local name=$1 want=$2 code
	shift 2
	"$@" >out.txt 2>err.txt
	code=$?
	if [ $code -eq "$want" ]; then
		ok "$name"
	else
		cat out.txt err.txt
		not_ok "$name" "exit status $code, expected $want"
		return 1
	fi
}

# equal NAME GOT WANT
equal() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "is '$2', expected '$3'"
		return 1
	fi
}

# Networks of a few kilobytes that OpenCV really runs (tests/gen/gen_net.c), with their registry.
# network DIR NAME TASK FAMILY FORMAT FILE...: prints an entry; what it says of the task on stdin. TASK: one, or two joined
# by a comma.
network() {
	local dir=$1 name=$2 task=$3 family=$4 format=$5 file
	shift 5
	printf '{ task = [ "%s" ]; family = "%s"; format = "%s"; licence = "MIT"; upstream = "tests/gen/gen_net.c";\nfiles = (' \
		"${task/,/\", \"}" "$family" "$format"
	for file; do
		printf '%s { path = "%s"; size = %d; sha256 = "%s"; }' "$([ "$file" = "$1" ] || echo ,)" "$file" \
			"$(stat -c %s "$dir/$file")" "$(sha256sum <"$dir/$file" | cut -c 1-64)"
	done
	printf ' );\n%s }' "$(cat)"
}

# make_networks DIR
make_networks() {
	local dir=$1 person face gender both
	person='channels = "rgb"; divide = 255; resize = "letterbox"; fill = 114; classes = [ "other", "person" ];
		width = 64; height = 64; min_score = 0.5; iou = 0.45;'
	face='channels = "bgr"; resize = "topleft"; classes = [ "face" ]; width = 64; height = 64;
		min_score = 0.5; iou = 0.3; preference = 10;'
	gender='channels = "rgb"; divide = 255; width = 64; height = 64; batch = "any"; margin = 0.0; min_score = 0.7;'
	both='channels = "rgb"; divide = 255; resize = "letterbox"; fill = 114; classes = [ "person", "face" ];
		width = 64; flexible = true; batch = "any"; min_score = [ 0.5, 0.4 ]; iou = [ 0.45, 0.3 ];'
	mkdir -p "$dir/person" "$dir/face" "$dir/gender" "$dir/own"
	"$GEN/gen_net" yolov5 "$dir/person/tiny5.onnx" && "$GEN/gen_net" yolov8 "$dir/person/tiny8.onnx" &&
		"$GEN/gen_net" yolox "$dir/person/tinyx.onnx" && "$GEN/gen_net" end2end "$dir/person/tinye.onnx" &&
		"$GEN/gen_net" darknet "$dir/person/tinyd.weights" && "$GEN/gen_net" yunet "$dir/face/tinyface.onnx" &&
		"$GEN/gen_net" softmax2 "$dir/gender/soft.onnx" && "$GEN/gen_net" sigmoid1 "$dir/gender/sig.onnx" &&
		"$GEN/gen_net" pf "$dir/own/tinypf.onnx" || exit 1
	{
		echo 'models = ('
		network "$dir" tiny5 person yolov5 onnx person/tiny5.onnx <<<"$person preference = 10;"
		echo ,
		network "$dir" tiny8 person yolov8 onnx person/tiny8.onnx <<<"$person"
		echo ,
		network "$dir" tinyx person yolox onnx person/tinyx.onnx \
			<<<"$(sed 's/"rgb"; divide = 255; resize = "letterbox"/"bgr"; resize = "topleft"/' <<<"$person")"
		echo ,
		network "$dir" tinye person end2end onnx person/tinye.onnx <<<"${person/iou = 0.45;/}"
		echo ,
		network "$dir" tinyd person darknet darknet person/tinyd.weights person/tinyd.cfg \
			<<<"$(sed 's/"letterbox"; fill = 114/"stretch"/; s/"other", //' <<<"$person")"
		echo ,
		network "$dir" tinyface face yunet onnx face/tinyface.onnx <<<"$face"
		echo ,
		network "$dir" tinypf person,face pf onnx own/tinypf.onnx <<<"$both"
		echo ,
		network "$dir" soft gender softmax2 onnx gender/soft.onnx <<<"$gender female = 0; preference = 10;"
		echo ,
		network "$dir" sig gender sigmoid1 onnx gender/sig.onnx <<<"$gender female = 0;"
		echo ');'
	} >"$dir/registry.cfg"
}

# make_video FILE FRAMES [FPS]: a woman walks through it, from half of the frames on a man too.
make_video() {
	"$GEN/gen_video" "$1" "$2" "${3:-10}" 64 64 || exit 1
}

# make_still_video FILE FRAMES HOLD: the same, and they stand still for HOLD frames at a time.
make_still_video() {
	"$GEN/gen_video" "$1" "$2" 10 64 64 "$3" || exit 1
}

# sql DATABASE QUERY
sql() {
	sqlite3 -batch "$1" "$2"
}
