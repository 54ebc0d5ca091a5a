# Everything that labels and predictions can do to the real program: each case must end with the exit status that the
# manual promises and one line that names the file, the place in it and the reason; none may crash or make a sanitizer
# speak.  What is odd but has a meaning must be read.  Prints the cases as a table (VERBOSE=1 shows it).
. "$ROOT/tests/e2e/lib.sh"

# case_ CODE NAME SAYS COMMAND...: the command's status must be CODE, and its last line on stderr (of a
# failure there must be one) match the extended regular expression SAYS.
case_() {
	local want=$1 name=$2 says=$3 code line
	shift 3
	timeout 60 "$@" >out.txt 2>err.txt </dev/null
	code=$?
	line=$(grep -a '^footfall: ' err.txt | tail -n 1 | cut -c 11-)
	printf '| %s | %d | %s |\n' "$name" $code "${line//|/\\|}" >>table
	if [ $code -ne "$want" ]; then
		cat err.txt
		not_ok "$name" "exit status $code, expected $want"
	elif grep -a -q -e 'ERROR: .*Sanitizer' -e 'runtime error:' err.txt; then
		cat err.txt
		not_ok "$name" "a sanitizer's report"
	elif [ "$(grep -a -c -v '^footfall: ' err.txt)" -ne 0 ]; then
		cat err.txt
		not_ok "$name" 'says more on stderr than lines of its own'
	elif [ $code -ne 0 ] && ! grep -q -E -e "$says" <<<"$line"; then
		not_ok "$name" "says '$line', expected '$says'"
	elif [ $code -eq 0 ] && [ -n "$says" ] && ! grep -q -F -e "$says" out.txt; then
		cat out.txt
		not_ok "$name" "'$says' is not in the figures"
	else
		ok "$name"
	fi
}

score() { # CODE NAME SAYS TRUTH PREDICTIONS [OPTION...]
	local want=$1 name=$2 says=$3 truth=$4 predictions=$5
	shift 5
	case_ "$want" "$name" "$says" "$FOOTFALL" eval score -q --json --no-store --resamples 0 --truth "$truth" \
		--predictions "$predictions" "$@"
}

images='"images": [{"id": 1, "file_name": "1.png", "width": 64, "height": 48}]'
classes='"categories": [{"id": 1, "name": "person"}]'
annotation='{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0}'
truth() { # FILE ANNOTATIONS [IMAGES [CATEGORIES]]
	printf '{%s, %s, "annotations": [%s]}\n' "${3:-$images}" "${4:-$classes}" "$2" >"$1"
}
result() { # FILE BBOX [SCORE [IMAGE [CATEGORY]]]
	printf '[{"image_id": %s, "category_id": %s, "bbox": [%s], "score": %s}]\n' "${4:-1}" "${5:-1}" "$2" "${3:-0.9}" >"$1"
}
truth good.json "$annotation"
result good-found.json '10, 10, 20, 20'
score 0 'nothing wrong' '"voc_ap50":1,' good.json good-found.json

# ---- COCO: the file ----
score 66 'no such file' nowhere.json nowhere.json good-found.json
: >empty.json
score 65 'empty file' empty.json empty.json good-found.json
score 65 'empty predictions file' empty.json good.json empty.json
head -c 90 good.json >cut.json
score 65 'JSON cut short' '^cut\.json:1:[0-9]+: .*cut short' cut.json good-found.json
head -c 40 good-found.json >cut-found.json
score 65 'predictions cut short' '^cut-found\.json:1:[0-9]+: .*cut short' good.json cut-found.json
mkdir folder.json
score 65 'a folder instead of a file' folder.json folder.json good-found.json
score 65 'a folder instead of predictions' folder.json good.json folder.json
mkfifo pipe.json
score 66 'a named pipe' pipe.json pipe.json good-found.json
score 66 'a device' /dev/zero /dev/zero good-found.json
ln -s loop.json loop.json
score 66 'a link to itself' loop.json loop.json good-found.json
iconv -f UTF-8 -t UTF-16 good.json >utf16.json
score 65 'UTF-16' '^utf16\.json is UTF-16' utf16.json good-found.json
truth latin.json "$annotation" "$images" "\"categories\": [{\"id\": 1, \"name\": \"caf$(printf '\351')\"}]"
score 65 'Latin-1 in a name' '^latin\.json:1:' latin.json good-found.json
{ printf '\357\273\277' && cat good.json; } >bom.json
score 0 'a byte order mark' '"voc_ap50":1,' bom.json good-found.json
sed 's/, "/,\r\n"/g' good.json >crlf.json
score 0 'CRLF' '"voc_ap50":1,' crlf.json good-found.json
gzip -c good.json >good.json.gz
score 0 'gzipped' '"voc_ap50":1,' good.json.gz good-found.json
head -c 100 good.json.gz >cut.json.gz
score 65 'gzip cut short' cut.json.gz cut.json.gz good-found.json
head -c 40000000 /dev/zero | gzip >zeros.json.gz
score 65 'gzip of 40 MB of zeros' zeros.json.gz zeros.json.gz good-found.json
head -c 5000 /dev/urandom >noise.json
score 65 'random bytes' noise.json noise.json good-found.json
printf '%0200000d' 0 | tr 0 '[' >deep.json
score 65 'nested 200000 deep' '^deep\.json:1:[0-9]+: ' good.json deep.json
truth deep.json "${annotation%\}}, \"segmentation\": $(printf '%0100000d' 0 | tr 0 '[')"
score 65 'nested 100000 deep within' '^deep\.json:' deep.json good-found.json
printf '"just a text"' >word.json
score 65 'JSON that is a text' word.json word.json good-found.json
printf '%s extra\n' "$(cat good.json)" >tail.json
score 65 'text behind the end' '^tail\.json:' tail.json good-found.json
score 65 'truth and predictions swapped' good-found.json good-found.json good.json

# ---- COCO: what it says ----
for number in NaN Infinity -Infinity; do
	truth number.json "${annotation/20, 20/20, $number}"
	score 65 "$number in a box" '^number\.json:1:[0-9]+: ' number.json good-found.json
done
truth huge.json "${annotation/20, 20/20, 1e999}"
score 65 'a size of 1e999' '^huge\.json:1:[0-9]+: ' huge.json good-found.json
truth negative.json "${annotation/20, 20/20, -20}"
score 65 'a negative height' '^negative\.json:1:[0-9]+: annotation 1 ' negative.json good-found.json
truth three.json "${annotation/20, 20/20}"
score 65 'a box of three numbers' '^three\.json:1:[0-9]+: annotation 1 ' three.json good-found.json
truth text.json "${annotation/20, 20/20, \"20\"}"
score 65 'a text for a number' '^text\.json:1:[0-9]+: ' text.json good-found.json
truth null.json "${annotation/\[10, 10, 20, 20\]/null}"
score 65 'null for a box' '^null\.json:1:[0-9]+: ' null.json good-found.json
truth outside.json "${annotation/10, 10/900, 900}"
score 0 'a box outside the picture' '"AP":0,' outside.json good-found.json
truth thin.json "${annotation/20, 20/0, 0}"
score 0 'a box of zero area' '"truths":1,' thin.json good-found.json
truth twice.json "$annotation, $annotation"
score 65 'a duplicate annotation id' '^twice\.json:1:[0-9]+: annotation 1 ' twice.json good-found.json
truth images.json "$annotation" '"images": [{"id": 1}, {"id": 1}]'
score 65 'a duplicate image id' '^images\.json:1:[0-9]+: image 1 ' images.json good-found.json
truth classes.json "$annotation" "$images" '"categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]'
score 65 'a duplicate category id' '^classes\.json:1:[0-9]+: category 1 ' classes.json good-found.json
truth category.json "${annotation/\"category_id\": 1/\"category_id\": 7}"
score 65 'an unknown category' '^category\.json:1:[0-9]+: annotation 1 .*7' category.json good-found.json
truth image.json "${annotation/\"image_id\": 1/\"image_id\": 7}"
score 65 'an unknown image' '^image\.json:1:[0-9]+: annotation 1 .*7' image.json good-found.json
truth id.json "${annotation/\"id\": 1/\"id\": 99999999999999999999999}"
score 65 'an id of 23 digits' '^id\.json:1:[0-9]+: ' id.json good-found.json
truth half.json "${annotation/\"image_id\": 1/\"image_id\": 1.5}"
score 65 'an image id of 1.5' '^half\.json:1:[0-9]+: ' half.json good-found.json
truth none.json "${annotation/\"id\": 1, /}"
score 65 'no annotation id' '^none\.json:1:[0-9]+: ' none.json good-found.json
truth size.json "$annotation" '"images": [{"id": 1, "width": -64, "height": 48}]'
score 65 'a picture of negative width' '^size\.json:1:[0-9]+: ' size.json good-found.json
printf '{%s, "annotations": [%s]}\n' "$images" "$annotation" >uncategorised.json
score 65 'no categories' '^uncategorised\.json:.*categories' uncategorised.json good-found.json
truth keys.json "${annotation%\}}, \"bbox\": [10, 10, 20, 20]}"
score 0 'a key twice' '"voc_ap50":1,' keys.json good-found.json
truth nothing.json ''
score 0 'no annotations at all' '"truths":0,' nothing.json good-found.json
printf '[]\n' >nothing-found.json
score 0 'no predictions at all' '"AP":0,' good.json nothing-found.json

# ---- COCO results ----
result f.json '10, 10, NaN, 20'
score 65 'NaN in a prediction' '^f\.json:1:[0-9]+: ' good.json f.json
result f.json '10, 10, 20, 20' Infinity
score 65 'an infinite score' '^f\.json:1:[0-9]+: ' good.json f.json
result f.json '10, 10, 20, 20' null
score 65 'null for a score' '^f\.json:1:[0-9]+: ' good.json f.json
result f.json '10, 10, -20, 20'
score 65 'a prediction of negative width' '^f\.json:1:[0-9]+: result number 1 ' good.json f.json
result f.json '10, 10, 20, 20' 0.9 7
score 65 'a prediction in an unknown image' '^f\.json:1:[0-9]+: result number 1 .*7' good.json f.json
result f.json '10, 10, 20, 20' 0.9 1 1000000000
score 65 'a prediction of category 1e9' '^f\.json:1:[0-9]+: result number 1 .*1000000000' good.json f.json
printf '[{"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20]}]' >f.json
score 65 'a prediction without score' '^f\.json:1:[0-9]+: result number 1 .*score' good.json f.json
result f.json '1e300, 1e300, 1e300, 1e300'
score 65 'a box of 1e300' '^f\.json:1:[0-9]+: ' good.json f.json

# ---- Pascal VOC ----
voc() { # FOLDER BNDBOX [HEAD]
	mkdir -p "$1"
	printf '%s<annotation><filename>1.png</filename><size><width>64</width><height>48</height></size><object>%s%s</object></annotation>\n' \
		"${3:-}" '<name>person</name>' "<bndbox>$2</bndbox>" >"$1/1.xml"
}
edges='<xmin>11</xmin><ymin>11</ymin><xmax>30</xmax><ymax>30</ymax>'
# VOC's pictures have numbers that the reader gives, so these predictions are by name.
result voc-found.json '10, 10, 20, 20' 0.9 '"1.png"'
voc voc "$edges"
score 0 'VOC: nothing wrong' '"voc_ap50":1,' voc voc-found.json
laughs='<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
voc laughs "${edges/11/&c;}" "$laughs"
score 65 'VOC: a billion laughs' '^laughs/1\.xml:1: .*entit' laughs voc-found.json
voc file "$edges" '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
score 65 'VOC: an entity that names a file' '^file/1\.xml:1: .*entit' file voc-found.json
voc cut "$edges"
truncate -s 120 cut/1.xml
score 65 'VOC: cut short' '^cut/1\.xml:[0-9]+: .*cut short' cut voc-found.json
voc turned "${edges/<xmin>11/<xmin>60}"
score 65 'VOC: a box turned over' '^turned/1\.xml:[0-9]+: ' turned voc-found.json
voc nan "${edges/11/nan}"
score 65 'VOC: nan for an edge' '^nan/1\.xml:[0-9]+: ' nan voc-found.json
voc edge "${edges/<xmin>11<\/xmin>/}"
score 65 'VOC: no xmin' '^edge/1\.xml:[0-9]+: .*xmin' edge voc-found.json
voc crlf "$edges"
sed -i 's/></>\r\n</g' crlf/1.xml
score 0 'VOC: CRLF' '"voc_ap50":1,' crlf voc-found.json
voc utf16 "$edges"
iconv -f UTF-8 -t UTF-16 utf16/1.xml >utf16.xml && mv utf16.xml utf16/1.xml
score 65 'VOC: UTF-16' '^utf16/1\.xml is UTF-16' utf16 voc-found.json
mkdir deep
printf '<annotation>%s' "$(printf '%0100000d' 0 | sed 's/0/<a>/g')" >deep/1.xml
score 65 'VOC: nested 100000 deep' '^deep/1\.xml:' deep voc-found.json
voc same "$edges"
cp same/1.xml same/2.xml
score 65 'VOC: one picture in two files' '1\.png' same voc-found.json
voc void "$edges"
: >void/2.xml
score 65 'VOC: an empty file among others' '^void/2\.xml' void voc-found.json
voc circle "$edges"
mkdir circle/below
ln -s .. circle/below/up
score 0 'VOC: links in a circle' '"voc_ap50":1,' circle voc-found.json
mkdir folder
score 65 'VOC: an empty folder' folder folder voc-found.json

# ---- YOLO ----
yolo() { # FOLDER LINE
	mkdir -p "$1/images" "$1/labels"
	cp 1.png "$1/images/1.png"
	printf '%s\n' "$2" >"$1/labels/1.txt"
}
python3 "$ROOT/tests/e2e/png.py" 1.png 64 48
yolo yolo '0 0.3125 0.416666667 0.3125 0.416666667'
yolo found '0 0.3125 0.416666667 0.3125 0.416666667 0.9'
score 0 'YOLO: nothing wrong' '"voc_ap50":1,' yolo/labels found/labels
n=0
bad_line() { # NAME LINE
	n=$((n + 1))
	yolo "line$n" "$2"
	score 65 "YOLO: $1" "^line$n/labels/1\.txt:1: " "line$n/labels" found/labels --truth-format yolo
}
bad_line 'class 1e9' '1000000000 0.5 0.5 0.1 0.1'
bad_line 'class written 1e9' '1e9 0.5 0.5 0.1 0.1'
bad_line 'class -1' '-1 0.5 0.5 0.1 0.1'
bad_line 'nan' '0 nan 0.5 0.1 0.1'
bad_line 'inf' '0 0.5 0.5 inf 0.1'
bad_line 'a negative width' '0 0.5 0.5 -0.1 0.1'
bad_line 'pixels for fractions' '0 32 24 20 20'
bad_line 'three columns' '0 0.5 0.5'
bad_line 'a polygon' '0 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.2'
bad_line 'words' 'a shopping list of five'
bad_line 'a letter behind a number' '0 0.5 0.5 0.1 0.1x'
yolo nul ''
printf '0 0.5 0.5 0.1\0 0.1\n' >nul/labels/1.txt
score 65 'YOLO: a NUL within' '^nul/labels/1\.txt:1: ' nul/labels found/labels
yolo crlf-yolo '0 0.3125 0.416666667 0.3125 0.416666667'
sed -i 's/$/\r/' crlf-yolo/labels/1.txt
score 0 'YOLO: CRLF' '"voc_ap50":1,' crlf-yolo/labels found/labels
yolo lone '0 0.5 0.5 0.1 0.1'
rm lone/images/1.png
cp 1.png lone/images/2.png
score 66 'YOLO: a label without its picture' '1' lone/labels found/labels
yolo lying '0 0.5 0.5 0.1 0.1'
printf 'not a picture' >lying/images/1.png
score 65 'YOLO: a picture that is text' 'lying/images/1\.png' lying/labels found/labels
yolo strange '0 0.5 0.5 0.1 0.1 0.9'
mv strange/labels/1.txt strange/labels/2.txt
score 65 'YOLO: predictions of no picture' '^strange/labels/2\.txt' yolo/labels strange/labels

# ---- WIDER FACE ----
result wider-found.json '10, 10, 20, 20' 0.9 '"a/1.jpg"'
wider() { # CODE NAME SAYS TEXT
	printf "$4" >wider.txt
	score "$1" "WIDER FACE: $2" "$3" wider.txt wider-found.json --truth-format wider
}
wider 0 'nothing wrong' '"voc_ap50":1,' 'a/1.jpg\n1\n10 10 20 20 0 0 0 0 0 0\n'
wider 65 'fewer faces than announced' '^wider\.txt:' 'a/1.jpg\n5\n10 10 20 20 0 0 0 0 0 0\n'
wider 65 'a count of 1e9' '^wider\.txt:' 'a/1.jpg\n1000000000\n10 10 20 20 0 0 0 0 0 0\n'
wider 65 'a negative size' '^wider\.txt:3: ' 'a/1.jpg\n1\n10 10 -20 20 0 0 0 0 0 0\n'
wider 65 'a picture twice' '^wider\.txt:' 'a/1.jpg\n0\na/1.jpg\n0\n'

# ---- pictures that the labels name ----
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
detect() { # CODE NAME SAYS IMAGES TRUTH [OPTION...]
	local want=$1 name=$2 says=$3 images=$4 truth=$5
	shift 5
	case_ "$want" "$name" "$says" "$FOOTFALL" eval detect -q --json --no-store --resamples 0 --person tiny5 \
		--images "$images" --truth "$truth" "$@"
}
mkdir pictures missing damaged
cp 1.png pictures
detect 0 'a picture that is there' '"images":1,' pictures good.json
detect 66 'a missing picture' 'missing: no picture 1\.png' missing good.json
printf 'not a picture' >damaged/1.png
detect 65 'a damaged picture' 'damaged/1\.png' damaged good.json
for name in ../1.png "$PWD/1.png"; do # both are there
	truth escape.json "$annotation" "\"images\": [{\"id\": 1, \"file_name\": \"$name\", \"width\": 64, \"height\": 48}]"
	detect 66 "a picture's name that leaves the folder, ${name%%/*}/" 'missing: no picture' missing escape.json
done
truth wrong.json "$annotation" '"images": [{"id": 1, "file_name": "1.png", "width": 640, "height": 480}]'
case_ 0 'a picture of another size than labelled' '' "$FOOTFALL" eval detect --json --no-store --resamples 0 --person tiny5 \
	--images pictures --truth wrong.json
equal 'a picture of another size than labelled is warned of' "$(grep -c 'warning: .*1\.png.* 64 x 48.* 640 x 480' err.txt)" 1

echo "| case | exit status | what stderr says |"
echo "| --- | --- | --- |"
cat table
