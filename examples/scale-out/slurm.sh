#!/bin/sh
# Four shards as an array of Slurm, and the merge after them:
#   array=$(sbatch --parsable slurm.sh MODEL SOURCE OUT)
#   sbatch --dependency=afterok:$array --wrap "resnet merge OUT"
#SBATCH --array=0-3
#SBATCH --cpus-per-task=1
#SBATCH --requeue
set -eu
model=$1 source=$2 out=$3

resnet predict "$model" "$source" --out "$out" --on-error skip --threads "${SLURM_CPUS_PER_TASK:-1}" --shard auto
