"""The averaged weights in half precision, small enough to commit: the next training goes on from the repository alone.

   python -m training.weights             runs -> training/weights/*.safetensors
   python -m training.weights --restore   training/weights -> runs (fresh optimizers, samples seen kept)
   python -m training.weights --take FOLDER   what train-packed.sh left there -> training/weights
"""
import argparse
import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save, save_file

from .paths import HERE, RUNS
from .tokenizer import Tokenizer

FOLDER = HERE / "weights"
NAMES = ("semantic", "stage_a", "stage_b", "stage_c", "judge")


PART = 15_000_000  # bytes of a delivered file


def halved(averages, samples, step):
    """averages: {module: (state, count)} -> flat tensors in half precision, metadata."""
    flat = {f"{module}/{k}": (v.half() if v.is_floating_point() else v).cpu().contiguous()
            for module, (state, _) in averages.items() for k, v in state.items()}
    return flat, {"seen": json.dumps({"samples": samples, "step": step, "counts": {m: n for m, (_, n) in averages.items()}})}


def store():
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        c = torch.load(RUNS / name / "checkpoint.pt", weights_only=False, map_location="cpu")
        flat, metadata = halved(c["averages"], c["samples"], c["step"])
        if name == "stage_a":  # the folded one is what Stage B was taught with
            flat |= {f"folded/{k}": v.half() if v.is_floating_point() else v
                     for k, v in torch.load(RUNS / "stage_a/final.pt").items()}
        save_file({k: v.contiguous() for k, v in flat.items()}, FOLDER / f"{name}.safetensors", metadata=metadata)


def deliver(run, folder):
    """A run's averaged weights as files of at most PART bytes."""
    data = save(*halved({k: (a.state, a.count) for k, a in run.averages.items()}, run.samples, run.step))
    for i in range(0, len(data), PART):
        (Path(folder) / f"{run.dir.name}.safetensors.{i // PART}").write_bytes(data[i:i + PART])


def take(folder):
    for name in NAMES:
        parts = sorted(Path(folder).glob(f"{name}.safetensors.[0-9]"))
        if parts:
            (FOLDER / f"{name}.safetensors").write_bytes(b"".join(p.read_bytes() for p in parts))
            with safe_open(FOLDER / f"{name}.safetensors", "pt") as f:
                print(name, f.metadata()["seen"])


def grown(name, modules):
    """Weights of an earlier vocabulary, made to fit: new tokens stand before the last two, start and end."""
    if name == "judge" and "heads.other_tint.bias" not in modules["judge"]:
        return {}  # the first judge knew too little: the next begins anew
    if name == "stage_c":
        table = "text_model.embeddings.token_embedding.weight"
        old, size = modules["text"][table], Tokenizer().size
        if len(old) < size:
            fresh = 0.02 * torch.randn(size - len(old), old.shape[1], generator=torch.Generator().manual_seed(0))
            modules["text"][table] = torch.cat([old[:-2], fresh, old[-2:]])
    return modules


def known():
    """name -> ({module: state}, what was seen), of all that is committed."""
    for name in NAMES:
        if not (FOLDER / f"{name}.safetensors").exists():
            continue
        modules = {}
        with safe_open(FOLDER / f"{name}.safetensors", "pt") as f:
            seen = json.loads(f.metadata()["seen"])
            for k in f.keys():
                module, key = k.split("/", 1)
                v = f.get_tensor(k)
                modules.setdefault(module, {})[key] = v.float() if v.is_floating_point() else v
        yield name, grown(name, modules), seen


def restore():
    import numpy as np
    for name, modules, seen in known():
        if not modules:
            continue
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
    p.add_argument("--take")
    a = p.parse_args()
    take(a.take) if a.take else restore() if a.restore else store()
