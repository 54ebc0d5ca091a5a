#!/bin/sh
# Makes a mostly still recording out of a busy one, with a sensor's noise and a codec's: what the motion gate is for,
# and what its threshold was chosen on.
#
#   still.sh IN OUT [SECONDS [NOISE]]      SECONDS: how long to stand still each time (default 8)
#                                          NOISE: strength of FFmpeg's noise filter (default 4; 8 is a night's)
#
# Seven times 15 frames of IN, spread over it, each followed by its last frame for so long.  Noise is drawn anew in
# every frame; H.264 at a quality of surveillance.
set -eu

in=$1 out=$2 seconds=${3:-8} noise=${4:-4}
frames=$(ffprobe -v error -count_packets -select_streams v:0 -show_entries stream=nb_read_packets -of csv=p=0 "$in" | tr -dc 0-9)
parts= graph=
for i in 0 1 2 3 4 5 6; do
	start=$(((frames - 15) * i / 6))
	graph="$graph[0:v]trim=start_frame=$start:end_frame=$((start + 15)),setpts=PTS-STARTPTS,tpad=stop_mode=clone:stop_duration=$seconds[p$i];"
	parts="$parts[p$i]"
done
ffmpeg -v error -y -i "$in" -filter_complex "$graph${parts}concat=n=7:v=1,noise=alls=$noise:allf=t:all_seed=1[v]" -map '[v]' \
	-c:v libx264 -preset veryfast -crf 26 -pix_fmt yuv420p -threads 1 "$out"
