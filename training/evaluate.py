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
from .captions import draw, held_out, new_tint, new_together, plain_caption, strewn

KINDS = {"object": 80, "tint": 50, "shape": 50, "pair": 60, "count": 60}
COUNT = sum(KINDS.values())


def held_out_captions(count=COUNT, kinds=KINDS):
    """In a fixed shuffled order; the seed is the number in the list. Pairs and numbers are those never seen together."""
    rng = np.random.default_rng(2026)

    def new(s):
        return held_out(s) and (s.kind in ("object", "shape") or (new_tint(s.name, s.color) if s.kind == "tint" else new_together(s)))
    picked = []
    for kind, n in kinds.items():
        while n:
            s = draw(kind, rng)
            if new(s) and s not in picked:
                picked.append(s)
                n -= 1
    return [picked[i] for i in rng.permutation(len(picked))][:count]


def figures(right, subjects):
    """Percentages by kind. A single object is right if it is named AND alone; a pair if both are named in their places."""
    of = {k: torch.tensor([s.kind == k for s in subjects]) for k in (*KINDS, "touch")}
    percent = lambda x: round(100 * x.float().mean().item(), 1) if len(x) else None
    r = right
    return {"n": {k: int(v.sum()) for k, v in of.items()},
            "object": percent((r["name"] & r["layout"])[of["object"]]),
            "tint": percent((r["name"] & r["tint"])[of["tint"]]),
            "on, in front of": percent((r["name"] & r["other"] & r["layout"])[of["touch"]]),
            "shape and colour": percent((r["name"] & r["tint"])[of["shape"]]),
            "shape": percent(r["name"][of["shape"]]), "colour": percent(r["tint"][of["shape"]]),
            "pair": percent((r["name"] & r["other"] & r["layout"])[of["pair"]]),
            "one of a pair": percent((r["name"] | r["other"])[of["pair"]]),
            "count": percent(r["layout"][of["count"]]), "count and object": percent((r["layout"] & r["name"])[of["count"]]),
            "background": percent(r["background"])}


def on_renders(judge, subjects, shape):
    x = judging.on_renders(subjects, shape, np.random.default_rng(7))
    return figures(judging.verdicts(judge, x, subjects), subjects)


def shrunk(picture):
    h, w = picture.shape[-2:]
    return torch.nn.functional.adaptive_avg_pool2d(picture, [round(judging.SIDE * z / max(h, w)) for z in (h, w)])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--write")
    p.add_argument("--pictures")
    p.add_argument("--torch", action="store_true")
    p.add_argument("--previewer", action="store_true")
    p.add_argument("--count", type=int, default=COUNT)
    p.add_argument("--shape", default="8x8", help="in units of 128 pixels: 8x8 is 1024x1024, 4x4 512x512, 9x7, 11x6, 6x11 the page's 4:3, 16:9, 9:16")
    p.add_argument("--strewn", action="store_true", help="with one to four unknown words in each caption")
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
    shape = tuple(int(z) for z in a.shape.split("x"))
    rng = np.random.default_rng(77)
    captions = [strewn(plain_caption(s), rng) if a.strewn else plain_caption(s) for s in subjects]
    if a.write:
        folder = Path(a.pictures or "pictures").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        jobs = [{"prompt": c, "seed": i, "width": shape[0] * 128, "height": shape[1] * 128, "out": str(folder / f"{i:03d}.png")}
                for i, c in enumerate(captions)]
        Path(a.write).write_text("".join(json.dumps(j) + "\n" for j in jobs))
        return
    judge = judging.load()
    print("judge on renders:", on_renders(judge, subjects, shape))
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
            x = cascade.pictures(captions[i:i + 20], range(i, i + len(part)), a.previewer, shape=shape, **changes)
            made.append(shrunk(x))
    x = torch.cat(made)
    print("pictures:        ", figures(judging.verdicts(judge, x, subjects), subjects))


if __name__ == "__main__":
    main()
