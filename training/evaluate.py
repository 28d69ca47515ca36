"""Judges pictures of 300 captions held out from training. The judge's own accuracy on renders of the same captions is
printed beside: no figure can be better than it means.

   python -m training.evaluate --write JOBS.jsonl --pictures FOLDER    captions, seeds and files for the product's pipeline
   npm run generate -- --batch JOBS.jsonl                              makes them
   python -m training.evaluate --pictures FOLDER                       judges FOLDER/NNN.png
   (--only pair=150, in both: as many of one kind alone)
   python -m training.evaluate --torch [--previewer] [--count N] [--guidance G ...]   makes them with the torch networks
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import judge as judging
from .captions import every_subject, held_out, new_together, plain_caption
from .scenes import Renderer

KINDS = {"object": 110, "shape": 70, "pair": 60, "count": 60}
COUNT = sum(KINDS.values())


def held_out_captions(count=COUNT, kinds=KINDS):
    """In a fixed shuffled order; the seed is the number in the list. Pairs and numbers are those never seen together."""
    rng = np.random.default_rng(2026)
    subjects = [s for s in every_subject() if held_out(s) and (s.kind in ("object", "shape") or new_together(s))]
    picked = []
    for kind, n in kinds.items():
        pool = [s for s in subjects if s.kind == kind]
        order = [pool[i] for i in rng.permutation(len(pool))]
        picked += [order[i % len(order)] for i in range(n)]
    return [picked[i] for i in rng.permutation(len(picked))][:count]


def figures(right, subjects):
    """Percentages by kind. A single object is right if it is named AND alone; a pair if both are named in their places."""
    of = {k: torch.tensor([s.kind == k for s in subjects]) for k in KINDS}
    percent = lambda x: round(100 * x.float().mean().item(), 1) if len(x) else None
    r = right
    return {"n": {k: int(v.sum()) for k, v in of.items()},
            "object": percent((r["name"] & r["layout"])[of["object"]]),
            "shape and colour": percent((r["name"] & r["tint"])[of["shape"]]),
            "shape": percent(r["name"][of["shape"]]), "colour": percent(r["tint"][of["shape"]]),
            "pair": percent((r["name"] & r["other"] & r["layout"])[of["pair"]]),
            "one of a pair": percent((r["name"] | r["other"])[of["pair"]]),
            "count": percent(r["layout"][of["count"]]), "count and object": percent((r["layout"] & r["name"])[of["count"]]),
            "background": percent(r["background"])}


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
    p.add_argument("--only", help="KIND=N")
    p.add_argument("--guidance", type=float)
    p.add_argument("--steps", type=int)
    p.add_argument("--shift", type=float)
    p.add_argument("--rescale", type=float)
    p.add_argument("--eta", type=float)
    a = p.parse_args()
    torch.set_num_threads(1)
    kind, _, n = (a.only or "").partition("=")
    subjects = held_out_captions(int(n), {kind: int(n)}) if a.only else held_out_captions(a.count)
    if a.write:
        folder = Path(a.pictures or "pictures").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        jobs = [{"prompt": plain_caption(s), "seed": i, "out": str(folder / f"{i:03d}.png")} for i, s in enumerate(subjects)]
        Path(a.write).write_text("".join(json.dumps(j) + "\n" for j in jobs))
        return
    judge = judging.load()
    print("judge on renders:", on_renders(judge, subjects))
    made = []
    if a.pictures:
        found = {int(f.stem): f for f in Path(a.pictures).glob("[0-9]*.png") if int(f.stem) < len(subjects)}
        for i in sorted(found):  # those that are there: a run cut short is judged on what it made
            x = torch.from_numpy(np.asarray(Image.open(found[i]).convert("RGB")).astype(np.float32) / 255).permute(2, 0, 1)[None]
            made.append(shrunk(x))
        subjects = [subjects[i] for i in sorted(found)]
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
