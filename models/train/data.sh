#!/bin/sh
# Brings the public pictures that the recipes train on into a folder: data.sh DATA
#
# Nothing of them belongs into this project: only what was learnt from them does.  Other places to
# clone from (a mirror, a folder) can be named in TRAIN_PERSON, TRAIN_WIDER and TRAIN_UTK.
set -eu

data=${1:?usage: data.sh FOLDER}
mkdir -p "$data"

# bring NAME URL COMMIT PATH...: the paths of that commit, into $data/NAME
bring() {
	name=$1 url=$2 commit=$3
	shift 3
	if [ -e "$data/$name/.complete" ]; then
		echo "$data/$name: is there"
		return
	fi
	echo "$data/$name: from $url"
	# What a stopped run left: git clones only into what is not there.
	rm -rf "$data/$name.git"
	git clone --quiet --no-checkout --filter=blob:none "$url" "$data/$name.git"
	mkdir -p "$data/$name"
	git -C "$data/$name.git" --work-tree="$(cd "$data/$name" && pwd)" checkout --quiet "$commit" -- "$@"
	rm -rf "$data/$name.git"
	touch "$data/$name/.complete"
}

bring person "${TRAIN_PERSON:-https://github.com/ahsanirfan961/Person-Tracker}" \
	49473929cfd908d54becb8a0c8d9e9f7709f5aa1 Capston2-11
bring wider "${TRAIN_WIDER:-https://github.com/SihanWang-WHU/Face_Detection}" \
	ed26e6abf086cb7cc1042a30b100f896d19a5015 data/WIDER_train data/WIDER_val data/wider_face_split/wider_face_train.mat data/wider_face_split/wider_face_val.mat
bring utk "${TRAIN_UTK:-https://github.com/mattans/AgeProgression}" \
	2d937c615a3d10408db0ea795842e569bc9eedb0 data/UTKFace/unlabeled
