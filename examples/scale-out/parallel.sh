#!/bin/sh
# Four shards with GNU parallel, two at a time; a shard that fails is tried three times.
#   ./parallel.sh MODEL SOURCE OUT [HOSTS]
# HOSTS, such as node1,node2, are reached by ssh, and share this folder; without it all is done here.
set -eu
model=$1 source=$2 out=$3 hosts=${4:-:}

seq 4 | parallel --jobs 2 --retries 3 --halt now,fail=1 --sshlogin "$hosts" --workdir "$PWD" \
  resnet predict "$model" "$source" --out "$out" --on-error skip --threads 1 --shard {}/4
resnet merge "$out"
