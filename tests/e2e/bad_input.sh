# Everything that a file, a folder, a database or a disk can do to the real program: each case must
# end with the exit status that the manual promises and one line that says what, where and what to
# do; none may crash or make a sanitizer speak.  Prints the cases as a table.
. "$ROOT/tests/e2e/lib.sh"
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video whole.avi 30
"$FOOTFALL" analyze -q -d made.db --annotate whole.mp4 --snapshot whole.png whole.avi >/dev/null || exit 1
"$FOOTFALL" analyze -q -d made.db --snapshot whole.jpg whole.avi >/dev/null || exit 1
rm -f made.db*

# case_ CODE NAME COMMAND...: the command's status must be CODE, and its last line on stderr (of a
# failure there must be one) is shown.
case_() {
	local want=$1 name=$2 code line
	shift 2
	timeout 60 "$@" >out.txt 2>err.txt </dev/null
	code=$?
	line=$(grep '^footfall: ' err.txt | tail -n 1 | cut -c 11-)
	printf '| %s | %d | %s |\n' "$name" $code "${line//|/\\|}" >>table
	if [ $code -ne "$want" ]; then
		cat err.txt
		not_ok "$name" "exit status $code, expected $want"
	elif grep -q -e 'ERROR: .*Sanitizer' -e 'runtime error:' err.txt; then
		cat err.txt
		not_ok "$name" "a sanitizer's report"
	elif [ $code -ne 0 ] && [ -z "$line" ]; then
		not_ok "$name" "says nothing on stderr"
	elif [ "$(grep -c -v '^footfall: ' err.txt)" -ne 0 ]; then
		cat err.txt
		not_ok "$name" "says more on stderr than lines of its own"
	else
		ok "$name"
	fi
}

db=0
analyze() {
	local want=$1 name=$2
	shift 2
	db=$((db + 1))
	case_ "$want" "$name" "$FOOTFALL" analyze -q -d $db.db "$@"
}

skip_table() {
	printf '| %s | skipped | %s |\n' "$1" "$2" >>table
	skip "$1" "$2"
}

size=$(stat -c %s whole.mp4)

# ---- recordings ----
analyze 66 'no such file' nowhere.mp4
: >empty.mp4
analyze 65 'empty file' empty.mp4
printf 'this is a shopping list\n' >text.mp4
analyze 65 'text renamed .mp4' text.mp4
head -c 100000 /dev/urandom >noise.mp4
analyze 65 'random bytes renamed .mp4' noise.mp4
head -c 100000 /dev/zero >zeros.avi
analyze 65 'zeros renamed .avi' zeros.avi
head -c $((size / 2)) whole.mp4 >half.mp4
analyze 65 'mp4 cut in half (index lost)' half.mp4
head -c 40 whole.mp4 >head.mp4
analyze 65 'mp4 of 40 bytes' head.mp4
make_video long.avi 400
head -c $(($(stat -c %s long.avi) / 2)) long.avi >half.avi
analyze 65 'avi cut in half: what can be read is kept' half.avi
frames=$(sqlite3 -batch $db.db 'SELECT frames_analyzed BETWEEN 100 AND 300 FROM run')
equal 'avi cut in half: about half of its frames are stored' "$frames" 1
cp long.avi noise.avi
dd if=/dev/urandom of=noise.avi bs=1 seek=20000 count=3000 conv=notrunc 2>/dev/null
analyze_any() {
	# Damage in the middle may be decoded around: any of these is right, as long as it is said.
	local name=$1
	shift
	timeout 60 "$FOOTFALL" analyze -q -d any.db "$@" >out.txt 2>err.txt
	local code=$?
	printf '| %s | %d | %s |\n' "$name" $code "$(tail -n 1 err.txt | cut -c 11-)" >>table
	case $code in
	0 | 65) ok "$name" ;;
	*) cat err.txt; not_ok "$name" "exit status $code" ;;
	esac
}
analyze_any 'avi with random bytes in the middle' noise.avi
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 8131690\n' 0 >pointer.avi
analyze 65 'Git LFS pointer instead of a recording' pointer.avi
mkfifo pipe.mp4
analyze 66 'a named pipe' pipe.mp4
analyze 66 'a device' /dev/null
# FFmpeg goes by the contents: one frame.
cp whole.png picture.mp4
analyze 0 'a picture renamed .mp4' picture.mp4

# ---- pictures ----
mkdir one vast tall cut cutpng mixed lying gone empty
python3 "$ROOT/tests/e2e/png.py" one/1x1.png 1 1
analyze 0 'picture of 1x1' one
python3 "$ROOT/tests/e2e/png.py" vast/vast.png 20000 20000
analyze 65 'picture of 20000x20000' vast
python3 "$ROOT/tests/e2e/png.py" tall/tall.png 20000 20
analyze 0 'picture of 20000x20' tall
head -c $(($(stat -c %s whole.jpg) / 2)) whole.jpg >cut/cut.jpg
analyze 65 'jpeg cut in half' cut
head -c $(($(stat -c %s whole.png) / 2)) whole.png >cutpng/cut.png
analyze 65 'png cut in half' cutpng
cp whole.png mixed/1.png
cp text.mp4 mixed/2.png
cp whole.jpg mixed/3.jpg
analyze 65 'folder with one bad picture among good ones' mixed
cp text.mp4 lying/text.png
analyze 65 'text renamed .png' lying
python3 "$ROOT/tests/e2e/png.py" gone/lies.png 16 16 2000000000 2000000000
analyze 65 'png that claims 2000000000x2000000000' gone
analyze 66 'empty folder' empty
analyze 66 'pattern that matches nothing' 'empty/*.png'
analyze 2 'no input' --stages person

# ---- names ----
mkdir names
name="names/it's \"quoted\" 100%s \$HOME.avi"
cp whole.avi "$name"
analyze 0 'name with spaces, quotes, percent, dollar' "$name"
name=$(printf 'names/two\nlines.avi')
cp whole.avi "$name"
analyze 0 'name with a newline' "$name"
name=$(printf 'names/caf\351.avi')
cp whole.avi "$name"
analyze 0 'name that is not UTF-8' "$name"
cp whole.avi names/-q.avi
(cd names && "$FOOTFALL" analyze -q -d ../dash.db -- -q.avi >/dev/null 2>&1) && ok 'name that begins with a dash' ||
	not_ok 'name that begins with a dash' 'is taken for an option'
analyze 66 'name of 5000 characters' "$(printf '%05000d' 7).avi"
for ((i = 0; i < 10000; i++)); do echo "nowhere/$i.avi"; done >list
case_ 66 '10000 names on stdin, none there' bash -c '"$FOOTFALL" analyze -q -d many.db - <list'
mkdir many
for ((i = 0; i < 10000; i++)); do echo many/$i.png; done >pictures
python3 "$ROOT/tests/e2e/png.py" many/0.png 4 4
python3 -c 'import os
for i in range(1, 10000): os.link("many/0.png", f"many/{i}.png")'
case_ 0 '10000 pictures on stdin' bash -c '"$FOOTFALL" analyze -q -d pictures.db - <pictures'
case_ 2 'an empty list on stdin' bash -c '"$FOOTFALL" analyze -q -d many.db - </dev/null'
analyze 3 'one good and one bad input' whole.avi text.mp4

# ---- networks ----
spoil() { # NAME FAMILY FILE: adds an entry for FILE to a registry of its own
	mkdir -p "spoilt/$1/person"
	cp "$3" "spoilt/$1/person/$1.onnx"
	cat >"spoilt/$1/registry.cfg" <<END
models = ( { task = "person"; family = "$2"; format = "onnx"; licence = "MIT"; upstream = "here";
	files = ( { path = "person/$1.onnx"; size = $(stat -c %s "$3"); sha256 = "$(sha256sum <"$3" | cut -c 1-64)"; } );
	width = 64; height = 64; channels = "rgb"; divide = 255; resize = "letterbox"; fill = 114;
	classes = [ "other", "person" ]; min_score = 0.25; iou = 0.45; } );
END
	FOOTFALL_MODELS=$PWD/spoilt/$1 analyze 69 "$4" --stages person --person "$1" whole.avi
}
spoil noise yolov5 noise.mp4 'ONNX that is random bytes'
head -c $(($(stat -c %s networks/person/tiny5.onnx) / 2)) networks/person/tiny5.onnx >half.onnx
spoil half yolov5 half.onnx 'ONNX cut in half, registered so'
spoil text yolov5 text.mp4 'ONNX that is text'
spoil gender yolov5 networks/gender/soft.onnx 'gender network registered as a person network'
spoil other yolov8 networks/person/tiny5.onnx 'YOLOv5 network registered as YOLOv8'
analyze 69 'face network asked for as person network' --person tinyface whole.avi
analyze 69 'unknown network' --person yolov99 whole.avi
cp -r networks broken
cp pointer.avi broken/person/tiny5.onnx
FOOTFALL_REGISTRY=$PWD/broken/registry.cfg analyze 69 'Git LFS pointer instead of a network' --person tiny5 whole.avi
printf 'x' >>broken/person/tiny8.onnx
FOOTFALL_REGISTRY=$PWD/broken/registry.cfg analyze 69 'network with a byte too many' --person tiny8 whole.avi
rm broken/person/tinyx.onnx
FOOTFALL_REGISTRY=$PWD/broken/registry.cfg analyze 69 'network that is missing' --person tinyx whole.avi
printf 'models = ( { task = "person"; } );\n' >bad.cfg
FOOTFALL_REGISTRY=$PWD/bad.cfg analyze 78 'registry entry without its facts' whole.avi
FOOTFALL_REGISTRY=$PWD/nowhere.cfg analyze 66 'registry that is missing' whole.avi
analyze 2 'class that the network does not know' --stages person -o person.class=unicorn whole.avi

# ---- settings ----
printf 'person: { min_scor = 0.5; };\n' >a.cfg
analyze 78 'setting of unknown name' -c a.cfg whole.avi
printf 'person: { min_score = "much"; };\n' >b.cfg
analyze 78 'setting of wrong type' -c b.cfg whole.avi
printf 'person: { min_score = 7.0; };\n' >c.cfg
analyze 78 'setting out of range' -c c.cfg whole.avi
printf 'person: { min_score = ' >d.cfg
analyze 78 'settings file cut short' -c d.cfg whole.avi
analyze 78 'settings file that is a recording' -c whole.avi whole.avi
analyze 66 'settings file that is missing' -c nowhere.cfg whole.avi

# ---- databases ----
case_ 65 'database that is text' "$FOOTFALL" analyze -q -d text.mp4 whole.avi
case_ 65 'database that is a recording' "$FOOTFALL" report -d whole.mp4
case_ 66 'database that is missing' "$FOOTFALL" report -d nowhere.db
"$FOOTFALL" analyze -q -d good.db whole.avi >/dev/null
cp good.db newer.db
sqlite3 newer.db 'PRAGMA user_version = 99'
case_ 65 'database of a newer schema' "$FOOTFALL" analyze -q -d newer.db whole.avi
sqlite3 other.db 'CREATE TABLE t (a); PRAGMA application_id = 1234'
case_ 65 'database of another program' "$FOOTFALL" analyze -q -d other.db whole.avi
cp good.db cut.db
truncate -s 20000 cut.db
case_ 65 'database cut short' "$FOOTFALL" db check -d cut.db
cp good.db noise.db
dd if=/dev/urandom of=noise.db bs=4096 seek=3 count=4 conv=notrunc 2>/dev/null
case_ 65 'database with random pages' "$FOOTFALL" db check -d noise.db
cp good.db held.db
mkfifo hold
sqlite3 held.db <hold >held 2>&1 &
holder=$!
exec 3>hold
printf 'BEGIN EXCLUSIVE;\n.print locked\n' >&3
until grep -q locked held; do sleep 0.05; done
case_ 74 'database locked past the time-out' "$FOOTFALL" analyze -q -d held.db -o store.timeout=0.2 --force whole.avi
exec 3>&-
wait $holder
case_ 66 'database in a folder that is missing' "$FOOTFALL" analyze -q -d no/such.db whole.avi
case_ 66 'database that is a folder' "$FOOTFALL" analyze -q -d names whole.avi
case_ 74 'report page in a folder that is missing' "$FOOTFALL" report -d good.db --html no/such.html
case_ 74 'export into a folder that is missing' "$FOOTFALL" export -d good.db --output no/such.csv
case_ 74 'full disk behind standard output' bash -c '"$FOOTFALL" export -d good.db -t persons >/dev/full'
case_ 74 'annotated recording in a folder that is missing' "$FOOTFALL" analyze -q -d any.db --force --annotate no/such.mp4 whole.avi

# ---- a disk ----
# A file size limit does to one process what a full disk does to all; the signal is ignored, so that
# writing fails instead.
case_ 74 'database that may not grow (ulimit -f)' bash -c \
	'trap "" XFSZ; ulimit -f 40; exec "$FOOTFALL" analyze -q -d small.db whole.avi'
if [ "$(id -u)" -eq 0 ] && mkdir disk && mount -t tmpfs -o size=100k none disk 2>/dev/null; then
	case_ 74 'disk full' "$FOOTFALL" analyze -q -d disk/full.db whole.avi
	mount -o remount,ro disk 2>/dev/null
	case_ 74 'read-only disk' "$FOOTFALL" analyze -q -d disk/new.db whole.avi
	umount disk
else
	skip_table 'disk full' 'mounting a small disk needs root'
	skip_table 'read-only disk' 'mounting a small disk needs root'
fi
# Root may read and write everywhere, so these are somebody else's.
somebody=
[ "$(id -u)" -ne 0 ] || somebody='setpriv --reuid=65534 --regid=65534 --clear-groups'
if $somebody "$FOOTFALL" version >/dev/null 2>&1 && $somebody test -r whole.avi; then
	mkdir locked
	chmod 555 locked
	case_ 74 'read-only folder' $somebody "$FOOTFALL" analyze -q -d locked/new.db whole.avi
	chmod 755 locked
	cp good.db readonly.db
	chmod 444 readonly.db
	case_ 74 'read-only database' $somebody "$FOOTFALL" analyze -q --force -d readonly.db whole.avi
	cp whole.avi secret.avi
	chmod 000 secret.avi
	mkdir -m 777 anybody
	case_ 66 'recording that may not be read' $somebody "$FOOTFALL" analyze -q -d anybody/new.db secret.avi
else
	for name in 'read-only folder' 'read-only database' 'recording that may not be read'; do
		skip_table "$name" 'root may do everything, and nobody cannot run the program here'
	done
fi

echo "| case | exit status | what stderr says |"
echo "| --- | --- | --- |"
cat table
