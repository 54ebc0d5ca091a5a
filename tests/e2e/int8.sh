# Networks on bytes: calibrated on a recording, they find what they find in single precision; without a calibration, or with
# another network's, one line says what to do.
. "$ROOT/tests/e2e/lib.sh"
if ! "$FOOTFALL" version | grep -q '^oneDNN .*int8'; then
	skip 'int8' "this program or this processor has none"
	make_networks networks
	export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
	make_video walk.avi 4
	expect 'int8: refused' 78 "$FOOTFALL" analyze -q -d none.db --stages person --person tiny8 -o inference.precision=int8 walk.avi
	exit 0
fi

make_networks networks
registry=$FOOTFALL_REGISTRY
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg" XDG_DATA_HOME="$PWD/data"
make_video walk.avi 40
file=data/footfall/models/tiny8.int8
int8=(-o inference.precision=int8)
expect 'no calibration: refused' 69 "$FOOTFALL" analyze -q -d none.db --stages person --person tiny8 "${int8[@]}" walk.avi
grep -q "needs a calibration of tiny8, .*: footfall models calibrate tiny8 RECORDING" err.txt &&
	ok 'it says how to make one' || not_ok 'it says how to make one' "$(cat err.txt)"
expect 'models calibrate' 0 "$FOOTFALL" models calibrate tiny8 walk.avi
expect 'analyze' 0 "$FOOTFALL" analyze -q -d int8.db --stages person --person tiny8 "${int8[@]}" walk.avi
expect 'analyze in f32' 0 "$FOOTFALL" analyze -q -d f32.db --stages person --person tiny8 walk.avi
equal 'as many persons' "$(sql int8.db 'SELECT count(*) FROM person')" "$(sql f32.db 'SELECT count(*) FROM person')"
equal 'the run tells the calibration' "$(sql int8.db "SELECT json_extract(settings, '\$.\"person.calibration\"') FROM run")" \
	"$(sha256sum <$file | cut -c 1-64)"
sql int8.db "SELECT json_extract(settings, '\$.inference') FROM run" | grep -Eq ' int8$' &&
	ok 'and int8' || not_ok 'and int8' 'it does not'
cp $file good
expect 'calibrated on a part' 0 "$FOOTFALL" models calibrate tiny8 walk.avi walk.avi
equal 'the same recording twice is the same calibration' "$(cat $file)" "$(cat good)"
sed -i '5s/.*/-1 1/' $file
expect 'another calibration' 0 "$FOOTFALL" analyze -q -d int8.db --stages person --person tiny8 "${int8[@]}" walk.avi
equal 'is another run' "$(sql int8.db 'SELECT count(*) FROM run')" 2
cp good elsewhere
expect 'a calibration elsewhere' 0 "$FOOTFALL" analyze -q -d elsewhere.db --stages person --person tiny8 "${int8[@]}" \
	-o inference.calibration=elsewhere walk.avi

refused() {
	expect "$1: refused" "$2" "$FOOTFALL" analyze -q -d none.db --stages person --person tiny8 "${int8[@]}" walk.avi
	[ "$(wc -l <err.txt)" -eq 1 ] && grep -q "$3" err.txt && ok "$1: says so" || not_ok "$1: says so" "$(cat err.txt)"
}
head -n -1 good >$file
refused 'cut short' 78 'tiny8.int8: line [0-9]*: '
sed '2s/ .*/ 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/' good >$file
refused "another network's" 69 'is the calibration of another network than tiny8'
sed 's/^region [0-9]* /region 9999 /' good >$file
refused 'of other regions' 78 'calibration of tiny8 was made by another version'
mv $file $file.off && mkdir $file
refused 'a folder' 66 'it is a folder'
rmdir $file

video=$SHARED/data/video/vtest.avi
if [ -z "$SHARED" ] || [ ! -f "$video" ] || [ ! -d "$SHARED/models" ]; then
	skip 'real networks' 'neither ../shared nor FOOTFALL_SHARED is there'
	exit 0
fi
export FOOTFALL_MODELS=$SHARED/models FOOTFALL_REGISTRY=$registry
expect 'yolov5n: calibrate' 0 "$FOOTFALL" models calibrate yolov5n "$video"
expect 'yolox_nano: not covered' 69 "$FOOTFALL" models calibrate yolox_nano "$video"
set=$SHARED/data/pennfudan
if [ ! -d "$set/images" ]; then
	skip 'AP50' 'pennfudan is not there'
	exit 0
fi
ap50() {
	"$FOOTFALL" eval detect -q --json --no-store --resamples 0 --images "$set/images" --truth "$set/annotations_voc" \
		--person yolov5n "$@" | python3 -c 'import json, sys; print(json.load(sys.stdin)["AP50"])'
}
python3 -c 'import sys; f32, int8 = map(float, sys.argv[1:]); print(f32, int8); sys.exit(not abs(f32 - int8) <= 0.01)' \
	"$(ap50)" "$(ap50 "${int8[@]}")" && ok 'yolov5n: AP50 within 0.01 of that of f32' ||
	not_ok 'yolov5n: AP50 within 0.01 of that of f32' 'see above'
