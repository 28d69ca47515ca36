#!/bin/bash
# Packs code, drawings and weights for a machine with a GPU, PyTorch and no network:   bash training/pack.sh OUT.tar.xz
# There:   tar xf OUT.tar.xz && bash training/train-packed.sh SECONDS FOLDER
# Back here:   python -m training.weights --take FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "$1")
python=${PYTHON:-python}
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
mkdir -p "$part/training/weights" "$part/training/runs" "$part/vendor" "$(dirname "$out")"
(cd "$here/.." && "$python" -c "from training.scenes import rasterised; rasterised()")
cp "$here"/*.py "$here"/*.sh "$part/training/"
cp "$here"/weights/{semantic,stage_a,stage_b,stage_c,judge}.safetensors "$part/training/weights/"
# a judge of an earlier vocabulary begins anew; it need not travel
(cd "$here/.." && "$python" -c "from training.weights import known; raise SystemExit(not dict((n, m) for n, m, _ in known())['judge'])") \
  || rm "$part/training/weights/judge.safetensors"
cp "$here/runs/sprites.zip" "$part/training/runs/"
# of diffusers the two files that hold the networks (slim.py)
diffusers=$("$python" -c "import importlib.util; print(importlib.util.find_spec('diffusers').submodule_search_locations[0])")
cp "$diffusers/models/unets/unet_stable_cascade.py" "$diffusers/pipelines/deprecated/wuerstchen/modeling_paella_vq_model.py" "$part/vendor/"
tar -C "$part" -cf - training vendor | xz -6 -T0 > "$out"
ls -l "$out"
