"""Judges pictures of 300 captions held out from training. The judge's own accuracy on renders of the same captions is
printed beside: no figure can be better than it means.

   python -m training.evaluate --write captions.json           the captions and seeds, for `npm run generate`'s batches
   python -m training.evaluate --pictures FOLDER               judges FOLDER/NNN.png, made by any pipeline
   python -m training.evaluate --torch [--previewer] [--count N] [--guidance G ...]   makes them with the torch networks
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import judge as judging
from .captions import every_subject, held_out, plain_caption
from .scenes import Renderer

COUNT = 300


def held_out_captions(count=COUNT):
    """Two thirds objects, one third shapes, in a fixed shuffled order; the seed is the number in the list."""
    rng = np.random.default_rng(2026)
    subjects = [s for s in every_subject() if held_out(s)]
    objects = [s for s in subjects if s.color is None]
    shapes = [s for s in subjects if s.color]
    picked = []
    for pool, n in ((objects, 200), (shapes, 100)):
        order = [pool[i] for i in rng.permutation(len(pool))]
        picked += [order[i % len(order)] for i in range(n)]
    picked = [picked[i] for i in rng.permutation(len(picked))]
    return picked[:count]


def figures(right, subjects):
    """Percentages: object named, its background; shape and colour both, its background."""
    tinted = torch.tensor([s.color is not None for s in subjects])
    percent = lambda x: round(100 * x.float().mean().item(), 1) if len(x) else None
    return {"objects": int((~tinted).sum()), "object": percent(right["name"][~tinted]),
            "shapes": int(tinted.sum()), "shape and colour": percent((right["name"] & right["tint"])[tinted]),
            "shape": percent(right["name"][tinted]), "colour": percent(right["tint"][tinted]),
            "background": percent(right["background"])}


def on_renders(judge, subjects):
    rng = np.random.default_rng(7)
    return figures(judging.verdicts(judge, judging.rendered(Renderer(), subjects, rng, 1.0), subjects), subjects)


def shrunk(picture):
    return torch.nn.functional.adaptive_avg_pool2d(picture, judging.SIDE)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--write")
    p.add_argument("--pictures")
    p.add_argument("--torch", action="store_true")
    p.add_argument("--previewer", action="store_true")
    p.add_argument("--count", type=int, default=COUNT)
    p.add_argument("--guidance", type=float)
    p.add_argument("--steps", type=int)
    p.add_argument("--shift", type=float)
    p.add_argument("--rescale", type=float)
    p.add_argument("--eta", type=float)
    a = p.parse_args()
    torch.set_num_threads(1)
    subjects = held_out_captions(a.count)
    if a.write:
        Path(a.write).write_text(json.dumps([{"prompt": plain_caption(s), "seed": i} for i, s in enumerate(subjects)], indent=1))
        return
    judge = judging.load()
    print("judge on renders:", on_renders(judge, subjects))
    made = []
    if a.pictures:
        for f in sorted(Path(a.pictures).glob("*.png"))[:a.count]:
            x = torch.from_numpy(np.asarray(Image.open(f).convert("RGB")).astype(np.float32) / 255).permute(2, 0, 1)[None]
            made.append(shrunk(x))
        subjects = subjects[:len(made)]
    elif a.torch:
        from .generate import Cascade
        cascade = Cascade()
        changes = {k: getattr(a, k) for k in ("guidance", "steps", "shift", "rescale", "eta") if getattr(a, k) is not None}
        for i in range(0, len(subjects), 20):
            part = subjects[i:i + 20]
            x = cascade.pictures([plain_caption(s) for s in part], range(i, i + len(part)), a.previewer, **changes)
            made.append(shrunk(x))
    x = torch.cat(made)
    print("pictures:        ", figures(judging.verdicts(judge, x, subjects), subjects))


if __name__ == "__main__":
    main()
