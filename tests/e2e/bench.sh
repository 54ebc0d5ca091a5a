# What footfall bench says is measured, and the scripts that compare engines, on networks and recordings of the tests' own.
. "$ROOT/tests/e2e/lib.sh"
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video walk.avi 60 25

# json EXPRESSION: of the object j in out.txt.
json() {
	python3 -c 'import json, sys
j = json.load(open("out.txt"))
rows = j.get("settings", j.get("networks"))
print(eval(sys.argv[1]))' "$1"
}

expect 'bench: a table' 0 "$FOOTFALL" bench -q --seconds 0.5 --person tiny5,tiny8,tinypf -o inference.precision=f32 walk.avi
equal 'bench: which finds both in one pass' "$(grep -c '^tinypf finds persons and faces in one pass' out.txt)" 1
equal 'bench: it ends with advice' "$(tail -n 1 out.txt | grep -c '^  footfall analyze --person tiny')" 1

expect 'bench: JSON' 0 "$FOOTFALL" bench -q --json --seconds 0.5 --person tiny5,tinypf -o inference.precision=f32 walk.avi
equal 'bench: what was asked for' "$(json 'sorted({(r["person"], r["precision"]) for r in rows})')" "[('tiny5', 'f32'), ('tinypf', 'f32')]"
equal 'bench: no failures' "$(json '[r["error"] for r in rows if r["error"] is not None]')" '[]'
equal 'bench: all of the recording' "$(json 'j["rate"], j["whole"], 16 <= j["sample"] <= 32')" '(25, True, True)'
equal 'bench: the parts make the whole' "$(json 'all(abs(sum(v for k, v in r["ms"].items() if k != "all") - r["ms"]["all"])
	< 0.35 * r["ms"]["all"] for r in rows)')" True
equal 'bench: what is reached lies within the bound' "$(json 'all(0 < r["share"] < 1.3 and r["fps"] > 0 for r in rows)')" True
equal 'bench: memory is that of a process' "$(json 'all(r["peak_bytes"] is None or 1e6 < r["peak_bytes"] < 4e9 for r in rows)')" True
equal 'bench: the frames are of all of it, one person or two' "$(json 'all(1.2 < r["persons"] < 1.8 for r in rows)')" True
equal 'bench: one of them is the best' "$(json 'j["best"]["person"] in ("tiny5", "tinypf")')" True
expect 'bench: no rate, no verdict' 0 "$FOOTFALL" bench -q --json --seconds 0.2 --stages face -o inference.threads=1 walk.avi
equal 'bench: without persons' "$(json '[r["person"] for r in rows][:1], rows[0]["ms"]["person"]')" '([None], 0)'

# A signal ends it with nothing half said.
"$FOOTFALL" bench --seconds 60 walk.avi >out.txt 2>err.txt &
for ((i = 0; i < 300; i++)); do
	grep -q ' settings, ' err.txt && break
	sleep 0.1
done
kill -INT $!
wait $!
equal 'bench: interrupted' "$?:$(wc -c <out.txt)" 130:0

expect 'passes: all that are at hand' 0 "$FOOTFALL" bench -q --json --passes --seconds 0.3 -o inference.precision=f32
equal 'passes: each of them' "$(json 'sorted(r["name"] for r in rows if r["error"] is None and r["pass_ms"] > 0)')" \
	"['sig', 'soft', 'tiny5', 'tiny8', 'tinyd', 'tinye', 'tinyface', 'tinypf', 'tinyx']"

# Settings with which no network can run here are one clear line, not an empty table.
if "$FOOTFALL" bench -q --passes --seconds 0.01 -o inference.precision=f32 -o inference.isa=amx tiny5 >out.txt 2>err.txt; then
	skip 'bench: instructions that are not there' 'this processor has AMX, or there is no oneDNN'
else
	for how in walk.avi --passes; do
		expect "bench $how: instructions that are not there" 78 "$FOOTFALL" bench -q --seconds 0.1 -o inference.isa=amx "$how"
		equal "bench $how: says so" "$(wc -c <out.txt):$(grep -c 'inference.isa: .* finds no amx' err.txt)" 0:1
	done
fi

expect 'engines.py' 0 python3 "$ROOT/eval/engines.py" "$FOOTFALL" tiny5 tinyd --rounds 1 --seconds 0.1 -o inference.precision=f32
equal 'engines.py: a line for each' "$(grep -c '^tiny[5d] .* f32 .* ms' out.txt)" 2

"$FOOTFALL" analyze -q -d a.db --person tiny5 --stages person walk.avi >/dev/null
"$FOOTFALL" analyze -q -d b.db --person tiny8 --stages person walk.avi >/dev/null
expect 'agreement.py' 0 python3 "$ROOT/eval/agreement.py" a.db a.db 64 64
equal 'agreement.py: a database agrees with itself' "$(cat out.txt)" \
	'person: 90 and 90 boxes, 90 matched, median IoU 1.0000, largest difference of scores 0.0000, of edges 0.000 px'
expect 'agreement.py: another network' 0 python3 "$ROOT/eval/agreement.py" a.db b.db
equal 'agreement.py: all matched' "$(sed 's/ matched.*//' out.txt)" 'person: 90 and 90 boxes, 90'
sqlite3 b.db 'UPDATE person SET x = x + 30'
expect 'agreement.py: boxes elsewhere' 0 python3 "$ROOT/eval/agreement.py" a.db b.db
equal 'agreement.py: none matched' "$(cat out.txt)" 'person: 90 and 90 boxes, none in common'

expect 'make bench: without networks' 0 env FOOTFALL_SHARED="$PWD/none" FOOTFALL_MODELS= bash "$ROOT/eval/bench.sh" "$FOOTFALL" walk.avi
equal 'make bench: says so' "$(grep -c '^bench: skipped: no person/' out.txt)" 1
if [ -n "$SHARED" ] && [ -f "$SHARED/models/person/yolov5n.onnx" ] && [ -f "$SHARED/data/video/vtest.avi" ]; then
	export FOOTFALL_REGISTRY="$ROOT/models/registry.cfg"
	expect 'make bench' 0 bash "$ROOT/eval/bench.sh" "$FOOTFALL" "$SHARED/data/video/vtest.avi" 1 1
	equal 'make bench: figures' "$(grep -c '^footfall .* frames/s .*(10 frames' out.txt)" 1
	grep -q '^footfall-square, naive: person: .*median IoU 1.0000' out.txt || grep -q '^without naive.py' out.txt ||
		not_ok 'make bench: the boxes of the script' "$(grep agree out.txt; tail -n 3 out.txt)"
else
	skip 'make bench' 'no recording or network'
fi
