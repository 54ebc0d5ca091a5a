# The motion gate on a recording that is mostly still: less work, the same counts, the same rows whatever happens.
. "$ROOT/tests/e2e/lib.sh"
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_still_video still.avi 400 15

expect "without the gate" 0 "$FOOTFALL" analyze -q -d plain.db still.avi
equal "nothing is gated" "$(sql plain.db 'SELECT sum(gated), (SELECT sum(gated) FROM minute) FROM frame')" "0|0"
equal "the gate is no part of such a run's identity" "$(sql plain.db "SELECT count(*) FROM run WHERE settings LIKE '%gate%'")" 0

expect "with the gate" 0 "$FOOTFALL" analyze -q --gate -d gate.db still.avi
expect "check" 0 "$FOOTFALL" db check -d gate.db
equal "most frames are gated" "$(sql gate.db 'SELECT sum(gated) > 300 FROM frame')" 1
equal "minutes say so" "$(sql gate.db 'SELECT sum(gated) - (SELECT sum(gated) FROM frame) FROM minute')" 0
equal "all frames have rows" "$(sql gate.db 'SELECT count(*) FROM frame')" 400
# Who steps into the picture, here in the middle of a hold, is seen at once.
equal "the frame in which the man comes is not gated" "$(sql gate.db 'SELECT gated FROM frame WHERE number = 200')" 0
counts='SELECT start_ms, frames, covered_ms, people_sum, people_min, people_max, men_sum, women_sum, unknown_sum, faces_sum FROM minute'
equal "minutes as without it" "$(sql gate.db "$counts")" "$(sql plain.db "$counts")"
sql gate.db "SELECT max(n) FROM (SELECT count(*) AS n FROM (SELECT number - row_number() OVER (ORDER BY number) AS g
	FROM frame WHERE gated) GROUP BY g)" >longest
equal "never longer than a hold" "$(cat longest)" 14

expect "a shorter bound" 0 "$FOOTFALL" analyze -q --gate -o gate.longest=0.35 -d short.db still.avi
equal "at most 3 frames of 10 a second in 0.35 s" "$(sql short.db 'SELECT count(*) FROM frame f WHERE gated AND NOT EXISTS
	(SELECT 1 FROM frame b WHERE b.number BETWEEN f.number - 3 AND f.number AND NOT b.gated)')" 0
expect "a bound in frames" 0 "$FOOTFALL" analyze -q --gate -o gate.longest_frames=1 -d one.db still.avi
equal "every other frame at least" "$(sql one.db 'SELECT count(*) FROM frame a JOIN frame b ON b.number = a.number + 1 WHERE a.gated AND b.gated')" 0

expect "study" 0 "$FOOTFALL" bench -q --gate --json still.avi
case $(cat out.txt) in
*'"threshold":4,"gated":'*',"different":0,'*) ok "the study expects no frame to be counted differently" ;;
*) cat out.txt && not_ok "study" "says something else" ;;
esac
gated=$(sed -n 's/.*{"threshold":4,"gated":\([0-9]*\),.*/\1/p' out.txt)
equal "the study foretells how many are gated" "$gated" "$(sql gate.db 'SELECT sum(gated) FROM frame')"

# Pictures of a folder, a tenth of a second apart.
mkdir pictures
"$GEN/gen_video" pictures/%.png 40 10 64 64 10 || exit 1
expect "pictures" 0 "$FOOTFALL" analyze -q --gate -o input.image_interval=0.1 -d pictures.db pictures
equal "pictures: four are looked at, and the one in which the man comes" "$(sql pictures.db 'SELECT group_concat(number) FROM frame WHERE NOT gated')" "0,10,20,30"

expect "drawn" 0 "$FOOTFALL" analyze -q --gate -d drawn.db --annotate drawn.mp4 still.avi
equal "drawing changes no row" "$("$ROOT/eval/digest.sh" drawn.db)" "$("$ROOT/eval/digest.sh" gate.db)"

# Cut off after N frames, at a hold's beginning, in it, at its end, and continued.
whole=$("$ROOT/eval/digest.sh" gate.db)
for n in 1 2 14 15 16 29 200 201 399; do
	rm -f cut.db
	"$FOOTFALL" db backup -q -d gate.db cut.db
	sql cut.db "PRAGMA foreign_keys = ON; DELETE FROM frame WHERE number >= $n; UPDATE run SET status = 'interrupted', frames_read = $n, frames_analyzed = $n"
	"$FOOTFALL" db rebuild -q -d cut.db
	"$FOOTFALL" analyze -q --gate -d cut.db still.avi >out.txt 2>&1 || cat out.txt
	equal "continued after $n frames" "$("$ROOT/eval/digest.sh" cut.db)" "$whole"
done

# 1, 2, 4 threads, and killed at random instants; long enough for several transactions.
make_still_video long.avi 3000 15
"$ROOT/eval/kill.sh" "$FOOTFALL" long.avi 8 --gate
