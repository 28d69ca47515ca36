"""The averaged weights in half precision, small enough to commit: the next training goes on from the repository alone.

   python -m training.weights             runs -> training/weights/*.safetensors
   python -m training.weights --restore   training/weights -> runs (fresh optimizers, samples seen kept)
"""
import argparse
import json

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from .paths import HERE, RUNS

FOLDER = HERE / "weights"
NAMES = ("semantic", "stage_a", "stage_b", "stage_c", "judge")


def store():
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        c = torch.load(RUNS / name / "checkpoint.pt", weights_only=False)
        flat = {f"{module}/{k}": (v.half() if v.is_floating_point() else v).contiguous()
                for module, (state, _) in c["averages"].items() for k, v in state.items()}
        if name == "stage_a":  # the folded one is what Stage B was taught with
            flat |= {f"folded/{k}": v.half() if v.is_floating_point() else v
                     for k, v in torch.load(RUNS / "stage_a/final.pt").items()}
        seen = {"samples": c["samples"], "step": c["step"], "counts": {m: n for m, (_, n) in c["averages"].items()}}
        save_file({k: v.contiguous() for k, v in flat.items()}, FOLDER / f"{name}.safetensors", metadata={"seen": json.dumps(seen)})


def restore():
    import numpy as np
    for name in NAMES:
        modules = {}
        with safe_open(FOLDER / f"{name}.safetensors", "pt") as f:
            seen = json.loads(f.metadata()["seen"])
            for k in f.keys():
                module, key = k.split("/", 1)
                v = f.get_tensor(k)
                modules.setdefault(module, {})[key] = v.float() if v.is_floating_point() else v
        folder = RUNS / name
        folder.mkdir(parents=True, exist_ok=True)
        if "folded" in modules:
            torch.save(modules.pop("folded"), folder / "final.pt")
        torch.save({"modules": modules, "averages": {m: (s, seen["counts"][m]) for m, s in modules.items()},
                    "optimizer": None, "numpy": np.random.default_rng(seen["step"]).bit_generator.state,
                    "torch": torch.Generator().manual_seed(seen["step"]).get_state(),
                    "step": seen["step"], "samples": seen["samples"], "extra": {}}, folder / "checkpoint.pt")


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--restore", action="store_true")
    restore() if p.parse_args().restore else store()
