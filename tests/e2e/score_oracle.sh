# Figures against the reference implementations themselves, on cases made anew, where they are installed (python3-pycocotools,
# python3-sklearn; PYTHON: another python).  Where not, tests/unit/test_score_ref.c has stored figures of theirs.
. "$ROOT/tests/e2e/lib.sh"

for oracle in coco gender; do
	"${PYTHON:-python3}" "$ROOT/eval/oracle_$oracle.py" "$GEN/gen_score" --seed "$(date +%j)" >out.txt 2>err.txt
	case $? in
	0) ok "oracle_$oracle" ;;
	77) skip "oracle_$oracle" "$(cat err.txt)" ;;
	*)
		cat out.txt err.txt
		not_ok "oracle_$oracle" 'differs from the reference'
		;;
	esac
done
