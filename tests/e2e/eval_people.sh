# footfall eval gender and counts on real faces and a real run, where they are at hand.
. "$ROOT/tests/e2e/lib.sh"
faces=$SHARED/data/utkface/images videos=$SHARED/data/video
if [ -z "$SHARED" ] || [ ! -d "$faces" ] || [ ! -f "$videos/vtest.avi" ] || [ ! -d "$SHARED/models" ]; then
	skip 'gender and counts on real faces and recordings' 'neither ../shared nor FOOTFALL_SHARED is there'
	exit 0
fi
export FOOTFALL_MODELS=$SHARED/models

# figure FILE PATH: of a JSON object.
figure() {
	sqlite3 -batch :memory: "SELECT json_extract(readfile('$1'), '\$.$2')"
}

# near NAME GOT WANT WITHIN
near() {
	if awk -v g="$2" -v w="$3" -v d="$4" 'BEGIN { exit !(g != "" && g - w <= d && w - g <= d) }'; then
		ok "$1"
	else
		not_ok "$1" "is '$2', expected $3 within $4"
	fi
}

# agrees NAME DATABASE JSON: with scikit-learn, from the stored answers.
agrees() {
	if ! python3 -c 'import sklearn' 2>/dev/null; then
		skip "$1" 'no scikit-learn (pip install scikit-learn); what it gave is kept in tests/ref/score_gender.txt'
	elif python3 "$ROOT/tests/e2e/gender_oracle.py" "$2" "$3" >oracle.txt 2>&1; then
		ok "$1"
	else
		cat oracle.txt
		not_ok "$1" 'differs from scikit-learn'
	fi
}

expect 'UTKFace: gender, both views' 0 "$FOOTFALL" eval gender -q --json -d gender.db --set "$faces" \
	--gender age_gender_tiny_xception --html gender.html --gallery 3
mv out.txt gender.json
equal 'UTKFace: every picture has a label' "$(figure gender.json items) $(figure gender.json rejected)" '600 0'
near 'UTKFace: F1 female given a face, every face answered' "$(figure gender.json given_face.without_abstaining.f1_female)" 0.948 0.01
near 'UTKFace: F1 male given a face, every face answered' "$(figure gender.json given_face.without_abstaining.f1_male)" 0.948 0.01
near 'UTKFace: accuracy end to end' "$(figure gender.json accuracy)" 0.842 0.01
near 'UTKFace: faces not found' "$(figure gender.json no_face)" 1 2
agrees 'UTKFace: as scikit-learn has it' gender.db gender.json
if [ "$(grep -o 'data:image/jpeg' gender.html | wc -l)" -ge 6 ]; then
	ok 'UTKFace: the gallery has its pictures'
else
	not_ok 'UTKFace: the gallery has its pictures' "$(grep -o 'data:image/jpeg' gender.html | wc -l) of them"
fi
expect 'UTKFace: the picture is the face' 0 "$FOOTFALL" eval gender -q --json -d gender.db --set "$faces" --face whole \
	--gender ssrnet_gender_imdb -o gender.min_score=0.5
mv out.txt whole.json
agrees 'UTKFace: another network, as scikit-learn has it' gender.db whole.json
expect 'UTKFace: one thread gives the same' 0 "$FOOTFALL" eval gender -q --json --no-store --set "$faces" --face whole \
	--gender ssrnet_gender_imdb -o gender.min_score=0.5 -o inference.threads=1
sed 's/"evaluation":[0-9]*,//' whole.json >many.txt
equal 'UTKFace: one thread, the same figures' "$(cmp out.txt many.txt 2>&1)" ''

expect 'vtest: analyze' 0 "$FOOTFALL" analyze -q -d vtest.db --stages person --person yolov5n --every 15 "$videos/vtest.avi"
expect 'vtest: counts against boxes' 0 "$FOOTFALL" eval counts --json -d vtest.db --truth "$videos/vtest_gt_mot.txt"
near 'vtest: the factor that corrects the counts' "$(figure out.txt per_frame.factor)" 0.98 0.04
near 'vtest: true people in the first minute' "$(figure out.txt 'minutes[0].truth')" 5.49 0.2
expect 'vtest: counts against minutes' 0 "$FOOTFALL" eval counts --json -d vtest.db --truth "$videos/vtest_per_minute.csv"
near 'vtest: the same minute from the table' "$(figure out.txt 'minutes[0].truth')" 5.491667 0.000001
near 'vtest: the same factor' "$(figure out.txt factor)" 0.98 0.04
