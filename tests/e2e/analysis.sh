# The whole way with the real OpenCV: recordings and networks that the tests make themselves, of which
# it is known what is to be seen.  A woman walks through the recording, from its half on a man too.
. "$ROOT/tests/e2e/lib.sh"
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video walk.avi 200

expect 'every network passes models check' 0 "$FOOTFALL" models check

people='SELECT min(n), max(n), sum(n) FROM (SELECT (SELECT count(*) FROM person p WHERE p.frame_id = f.id) AS n
	FROM frame f WHERE f.number'
for network in tiny5 tiny8 tinyx tinye tinyd tinypf; do
	expect "$network: analyze" 0 "$FOOTFALL" analyze -q -d $network.db --stages person --person $network walk.avi || continue
	equal "$network: first half" "$(sql $network.db "$people < 100)")" '1|1|100'
	equal "$network: second half" "$(sql $network.db "$people >= 100)")" '2|2|200'
	equal "$network: boxes lie where persons were drawn" "$(sql $network.db 'SELECT count(*) FROM person p
		JOIN frame f ON f.id = p.frame_id
		WHERE abs(p.w - 16) > 2 OR abs(p.h - 16) > 2 OR min(abs(p.y - 4), abs(p.y - 44)) > 2')" 0
	expect "$network: db check" 0 "$FOOTFALL" db check -d $network.db
done

# One pass for persons and faces finds what two passes of the same network find.
expect 'one pass: analyze' 0 "$FOOTFALL" analyze -d onepass.db --person tinypf --face tinypf --stages person,face walk.avi
equal 'one pass: and it says so' "$(sed -n 's/.*networks: //p' err.txt)" 'person and face tinypf (one pass)'
expect 'one pass: faces alone' 0 "$FOOTFALL" analyze -q -d onlyfaces.db --stages face --face networks/own/tinypf.onnx walk.avi
boxes='SELECT f.number, b.score, b.x, b.y, b.w, b.h FROM'
equal 'one pass: the same persons' "$(sql onepass.db "$boxes person b JOIN frame f ON f.id = b.frame_id ORDER BY b.id")" \
	"$(sql tinypf.db "$boxes person b JOIN frame f ON f.id = b.frame_id ORDER BY b.id")"
equal 'one pass: the same faces' "$(sql onepass.db "$boxes face b JOIN frame f ON f.id = b.frame_id ORDER BY b.id")" \
	"$(sql onlyfaces.db "$boxes face b JOIN frame f ON f.id = b.frame_id ORDER BY b.id")"
equal 'one pass: every face, where it was drawn, in its person' "$(sql onepass.db 'SELECT count(*), sum(abs(a.w - 8) > 1 OR abs(a.h - 8) > 1
	OR abs(a.x - p.x - 4) > 1.5 OR abs(a.y - p.y) > 1.5) FROM face a JOIN person p ON p.id = a.person_id')" '300|0'
equal 'one pass: a row for each task' "$(sql onepass.db 'SELECT name, task FROM model ORDER BY id')" 'tinypf|person
tinypf|face'
expect 'one pass: beside another network' 0 "$FOOTFALL" analyze -q -d mixed.db --person tinypf --face tinyface --stages person,face walk.avi
equal 'one pass: the persons of the one, the faces of the other' "$(sql mixed.db 'SELECT (SELECT count(*) FROM person),
	count(*) FROM face')" '300|300'

for gender in soft sig soft,sig; do
	expect "$gender: analyze" 0 "$FOOTFALL" analyze -q -d "$gender.db" --person tiny8 --gender $gender --start 2026-11-21T23:59:50Z walk.avi || continue
	equal "$gender: minutes" "$(sql "$gender.db" 'SELECT time_utc, round(women_avg, 2), round(men_avg, 2), round(unknown_avg, 2), frames, round(coverage, 3)
		FROM gender_per_minute ORDER BY time')" "2026-11-21T23:59:00Z|1.0|0.0|0.0|100|0.167
2026-11-22T00:00:00Z|1.0|1.0|0.0|100|0.167"
done
equal 'each face belongs to a person of its frame' "$(sql soft.db 'SELECT count(*) FROM face a LEFT JOIN person p ON p.id = a.person_id
	WHERE p.id IS NULL OR p.frame_id <> a.frame_id')" 0
expect 'faces without persons' 0 "$FOOTFALL" analyze -q -d faces.db --stages face,gender walk.avi
equal 'faces count as people' "$(sql faces.db 'SELECT sum(people_sum), sum(women_sum), sum(men_sum) FROM minute')" '300|200|100'

for n in 1 2 4; do
	"$FOOTFALL" analyze -q -d threads$n.db -o inference.threads=$n walk.avi >/dev/null
done
equal '1 and 2 threads, the same rows' "$("$ROOT/eval/digest.sh" threads2.db)" "$("$ROOT/eval/digest.sh" threads1.db)"
equal '1 and 4 threads, the same rows' "$("$ROOT/eval/digest.sh" threads4.db)" "$("$ROOT/eval/digest.sh" threads1.db)"

for ext in mp4 mkv; do
	make_video walk.$ext 50 25
	expect "$ext: analyze" 0 "$FOOTFALL" analyze -q -d $ext.db --stages person walk.$ext
	equal "$ext: time stamps" "$(sql $ext.db 'SELECT count(*), min(time_ms), max(time_ms) FROM frame')" '50|0|1960'
done
mkdir pictures
"$GEN/gen_video" pictures/%.png 12 10 64 64 && "$GEN/gen_video" pictures/x%.jpg 2 10 64 64
expect 'pictures: analyze' 0 "$FOOTFALL" analyze -q -d pictures.db --stages person pictures
equal 'pictures: frames and people' "$(sql pictures.db 'SELECT count(*), (SELECT count(*) FROM person), max(time_ms) FROM frame')" '14|21|13000'

expect 'annotate and snapshot' 0 "$FOOTFALL" analyze -q -d drawn.db --annotate drawn.mp4 --snapshot 150.png --html page.html walk.avi
expect 'the annotated recording is one' 0 "$FOOTFALL" analyze -q -d again.db --stages person drawn.mp4
equal 'and has the same frames' "$(sql again.db 'SELECT count(*), max(time_ms) FROM frame')" '200|19900'
equal 'the snapshot is a PNG' "$(head -c 4 150.png | tail -c 3)" PNG
python3 - page.html <<'PY' && ok 'the page is well-formed and alone' || not_ok 'the page is well-formed and alone' 'see above'
import html.parser, sys

class Page(html.parser.HTMLParser):
	void = {"meta", "br", "hr", "img", "link", "input"}
	def __init__(self):
		super().__init__()
		self.open, self.svg = [], 0
	def handle_starttag(self, tag, attrs):
		self.svg += tag == "svg"
		assert tag not in ("script", "link", "iframe", "img"), tag
		for name, value in attrs:
			assert name not in ("src", "xlink:href") and not (name == "href" and value.startswith("http")), (tag, name, value)
			assert not name.startswith("on"), name
		if tag not in self.void:
			self.open.append(tag)
	def handle_startendtag(self, tag, attrs):
		pass
	def handle_endtag(self, tag):
		assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
page.close()
assert not page.open, page.open
assert page.svg >= 2, page.svg
PY

# A folder of a hundred pictures of which some cannot be read, killed and continued, ends as if undisturbed.
mkdir holes
"$GEN/gen_video" holes/%.png 300 10 64 64
for i in 0003 0150 0200; do echo 'no picture' >holes/$i.png; done
"$FOOTFALL" analyze -q -d undisturbed.db --stages person --every 2 holes >/dev/null 2>&1
equal 'unreadable pictures: exit status' $? 65
"$FOOTFALL" analyze -q -d killed.db --stages person --every 2 holes >/dev/null 2>&1 &
pid=$!
for ((i = 0; i < 200; i++)); do
	[ "$(sql killed.db 'SELECT count(*) FROM frame' 2>/dev/null || echo 0)" -gt 0 ] && break
	sleep 0.02
done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
"$FOOTFALL" analyze -q -d killed.db --stages person --every 2 holes >/dev/null 2>&1
equal 'unreadable pictures, killed and continued: exit status' $? 65
equal 'unreadable pictures, killed and continued: the same rows' "$("$ROOT/eval/digest.sh" killed.db)" "$("$ROOT/eval/digest.sh" undisturbed.db)"
