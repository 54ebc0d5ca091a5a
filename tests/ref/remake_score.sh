#!/bin/sh
# Makes the stored reference figures anew: pycocotools 2.0.11, scikit-learn 1.9.1 and numpy 2.4.6 gave those that are here.
#
#	tests/ref/remake_score.sh [GEN_SCORE]      (build/tests/gen/gen_score; PYTHON: the python that has the three)
set -eu
cd "$(dirname "$0")/../.."
gen=${1:-build/tests/gen/gen_score}
python=${PYTHON:-python3}
"$python" eval/oracle_coco.py "$gen" --cases 16 --seed 5 --write tests/ref/score_coco.txt
"$python" eval/oracle_gender.py "$gen" --cases 24 --seed 5 --write tests/ref/score_gender.txt
