"""The judge of pictures: names the object or shape, its tint, the background, the layout (one, beside, above, two, three,
four) and the second object of a pair. Taught by rendered scenes only, never by generated ones; renders are blurred, noised
and shifted more than training scenes, so that it judges content.

   python -m training.judge --samples 80000
"""
import argparse
import time

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

from .captions import COLOR_NAMES, NUMBERS, OBJECT_NAMES, SHAPE_NAMES, every_subject
from .checkpoint import Run, averaged, generator
from .scenes import Renderer, compose

SIDE = 96
NAMES = OBJECT_NAMES + SHAPE_NAMES
TINTS = COLOR_NAMES + ["none"]
OTHERS = OBJECT_NAMES + ["none"]
LAYOUTS = ["one", "beside", "above", *NUMBERS.values()]
SHARES = {"object": 0.3, "shape": 0.15, "pair": 0.35, "count": 0.2}


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        def layer(i, o):
            return [nn.Conv2d(i, o, 3, 2, 1), nn.GroupNorm(4, o), nn.GELU(), nn.Conv2d(o, o, 3, 1, 1), nn.GELU()]
        self.features = nn.Sequential(*layer(3, 16), *layer(16, 32), *layer(32, 64), *layer(64, 96))
        answers = {"name": NAMES, "tint": TINTS, "background": COLOR_NAMES, "layout": LAYOUTS, "other": OTHERS}
        self.heads = nn.ModuleDict({k: nn.Linear(96 * (SIDE // 16) ** 2, len(v)) for k, v in answers.items()})

    def forward(self, pictures):
        """[N, 3, H, W] in 0..1, any size -> logits of each head."""
        x = F.adaptive_avg_pool2d(pictures, SIDE) if pictures.shape[-1] != SIDE else pictures
        f = self.features(x * 2 - 1).flatten(1)
        return {k: h(f) for k, h in self.heads.items()}


def layout(s):
    return NUMBERS[s.count] if s.count > 1 else ("above" if s.above else "beside") if s.other else "one"


def answers(subjects):
    """`name` is the only object, each of several alike, the left or the upper one; `other` the right or the lower one."""
    return {"name": torch.tensor([NAMES.index(s.name) for s in subjects]),
            "tint": torch.tensor([TINTS.index(s.color or "none") for s in subjects]),
            "background": torch.tensor([COLOR_NAMES.index(s.background) for s in subjects]),
            "layout": torch.tensor([LAYOUTS.index(layout(s)) for s in subjects]),
            "other": torch.tensor([OTHERS.index(s.other or "none") for s in subjects])}


def worn(x, rng):
    """What a generator does to a picture, roughly: blur, noise, a cast. Not learned from any generator."""
    if rng.random() < 0.5:
        side = int(rng.integers(SIDE // 3, SIDE))
        x = F.interpolate(F.adaptive_avg_pool2d(x, side), size=(SIDE, SIDE), mode="bilinear")
    x = x + 0.03 * torch.randn(x.shape[0], 3, 1, 1) + float(rng.uniform(0, 0.06)) * torch.randn_like(x)
    return x.clamp(0, 1)


def rendered(renderer, subjects, rng, jitter):
    x = np.stack([renderer.render(compose(s, rng, jitter), SIDE * 2) for s in subjects])
    return F.avg_pool2d(torch.from_numpy(x).permute(0, 3, 1, 2), 2)


def load():
    judge = Judge()
    judge.load_state_dict(averaged("judge")["judge"])
    return judge.eval()


@torch.no_grad()
def verdicts(judge, pictures, subjects):
    """Per picture: each answer right or not (the tint of an object and the other of a single one count as right)."""
    logits, truth = judge(pictures), answers(subjects)
    right = {k: logits[k].argmax(1) == truth[k] for k in truth}
    right["tint"] |= torch.tensor([s.color is None for s in subjects])
    right["other"] |= torch.tensor([s.other is None for s in subjects])
    return right


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--samples", type=int, default=80000)
    p.add_argument("--batch", type=int, default=32)
    a = p.parse_args()
    rng = generator(5)
    judge = Judge()
    optimizer = torch.optim.AdamW(judge.parameters(), lr=1e-3, weight_decay=0.01)
    run = Run("judge", {"judge": judge}, optimizer, rng, decay=0.99)
    renderer, everything = Renderer(), every_subject()  # a judge may know all combinations
    pools = [[s for s in everything if s.kind == k] for k in SHARES]
    hits, started = [], time.time()
    while run.samples < a.samples:
        for g in optimizer.param_groups:
            g["lr"] = 1e-3 * max(0.02, min(1, 2 * (1 - run.samples / a.samples)))
        drawn = rng.choice(len(pools), a.batch, p=list(SHARES.values()))
        subjects = [pools[k][rng.integers(len(pools[k]))] for k in drawn]
        x = worn(rendered(renderer, subjects, rng, 2.5), rng)
        logits, truth = judge(x), answers(subjects)
        loss = sum(F.cross_entropy(logits[k], truth[k]) for k in truth)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        run.advance(a.batch)
        hits.append([(logits[k].argmax(1) == truth[k]).float().mean().item() for k in truth])
        if run.step % 100 == 0:
            run.log(**{k: round(v, 3) for k, v in zip(truth, np.mean(hits, 0))}, rate=round(run.samples / (time.time() - started)))
            hits = []
    run.save()


if __name__ == "__main__":
    main()
