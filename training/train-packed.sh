#!/bin/bash
# Trains what pack.sh packed for so many seconds, all on one GPU, and leaves the averaged weights and a log in FOLDER:
#   bash training/train-packed.sh SECONDS FOLDER
seconds=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
export CASCADE_BEGAN=$(date +%s.%N) CASCADE_SLIM="$PWD/vendor" OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false PYTHONUNBUFFERED=1
export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1
python=${PYTHON:-python3}
{
  nvidia-smi --query-gpu=name,memory.total,memory.used --format=csv,noheader 2>&1
  "$python" -m training.weights --restore || exit 1
  echo "restored after $(( $(date +%s) - ${CASCADE_BEGAN%.*} )) s"
  # Stage C has the GPU to itself at the end; the others sleep in between, for it to have most of it
  set -m  # each in a process group of its own
  last=$((seconds - 8))
  "$python" -m training.stage_c --seconds $last --deliver "$out" ${WORKERS_C:---workers 3} $EXTRA &
  "$python" -m training.stage_b --seconds $((last * 8 / 10)) --deliver "$out" ${WORKERS_B:---workers 2} --share ${SHARE_B:-0.5} $EXTRA &
  "$python" -m training.judge --seconds $((last * 6 / 10)) --deliver "$out" ${WORKERS_J:---workers 2} --share ${SHARE_J:-0.4} $EXTRA &
  while sleep 1; do
    alive=$(jobs -pr)
    [ -z "$alive" ] && break
    now=$(( $(date +%s) - ${CASCADE_BEGAN%.*} ))
    if [ $now -ge $((seconds + 6)) ]; then
      echo "still running after $now s, ended:" $alive
      for j in $alive; do kill -KILL -- -$j; done
      break
    fi
  done
  echo "all ended after $(( $(date +%s) - ${CASCADE_BEGAN%.*} )) s"
} 2>&1 | tee "$out/log.txt"
ls -l "$out"
