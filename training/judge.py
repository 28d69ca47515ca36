"""The judge of pictures: names the thing, its tint, the background, the layout (one, beside, above, on, in front of, two to
five), the second thing of a pair and its tint. Taught by rendered scenes only, of all shapes, never by generated ones;
renders are blurred, noised and shifted more than training scenes, so that it judges content.

   python -m training.judge --samples 400000        (or --seconds)
"""
import time

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

from .captions import BACKGROUNDS, COLOR_NAMES, NUMBERS, OBJECT_NAMES, SHAPE_NAMES
from .checkpoint import Run, averaged, generator, steps_of
from .data import Pictures, Steps, ahead, batch_of
from .device import Careful, Clock, Means, arguments, rate
from .weights import deliver

SIDE = 128  # pixels of the longer side
NAMES = SHAPE_NAMES + OBJECT_NAMES
TINTS = COLOR_NAMES + ["none"]
LAYOUTS = ["one", "beside", "above", "on", "in front of", *NUMBERS.values()]
ANSWERS = {"name": NAMES, "tint": TINTS, "background": BACKGROUNDS, "layout": LAYOUTS, "other": ["none"] + NAMES, "other_tint": TINTS}
SHARES = {"object": 0.2, "tint": 0.15, "shape": 0.1, "pair": 0.27, "touch": 0.1, "count": 0.18}


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        def layer(i, o):
            return [nn.Conv2d(i, o, 3, 2, 1), nn.GroupNorm(8, o), nn.GELU(), nn.Conv2d(o, o, 3, 1, 1), nn.GroupNorm(8, o), nn.GELU()]
        self.features = nn.Sequential(*layer(4, 32), *layer(32, 64), *layer(64, 128), *layer(128, 192), nn.Conv2d(192, 64, 1), nn.GELU())
        self.heads = nn.ModuleDict({k: nn.Linear(64 * (SIDE // 16) ** 2, len(v)) for k, v in ANSWERS.items()})

    def forward(self, pictures):
        """[N, 3, H, W] in 0..1, any size -> logits of each head. The picture is seen in the middle of a square, undistorted."""
        h, w = pictures.shape[-2:]
        size = [max(1, round(SIDE * z / max(h, w))) for z in (h, w)]
        x = F.adaptive_avg_pool2d(pictures, size) if size != [h, w] else pictures
        x = torch.cat([x * 2 - 1, torch.ones_like(x[:, :1])], 1)
        top, left = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
        f = self.features(F.pad(x, (left, SIDE - size[1] - left, top, SIDE - size[0] - top))).flatten(1)
        return {k: h(f) for k, h in self.heads.items()}


def layout(s):
    return NUMBERS[s.count] if s.count > 1 else (s.how or ("above" if s.above else "beside")) if s.other else "one"


def told(subjects):
    """`name` is the only thing, each of several alike, the left, upper or front one; `other` the second one."""
    said = {"name": [s.name for s in subjects], "tint": [s.color or "none" for s in subjects],
            "background": [s.background for s in subjects], "layout": [layout(s) for s in subjects],
            "other": [s.other or "none" for s in subjects], "other_tint": [s.other_color or "none" for s in subjects]}
    return {k: np.array([ANSWERS[k].index(z) for z in v]) for k, v in said.items()}


def answers(subjects):
    return {k: torch.from_numpy(v) for k, v in told(subjects).items()}


def worn(x, rng):
    """What a generator does to a picture, roughly: blur, noise, a cast. Not learned from any generator."""
    size = x.shape[-2:]
    if rng.random() < 0.5:
        scale = rng.uniform(1 / 3, 1)
        small = F.adaptive_avg_pool2d(x, [max(1, round(z * scale)) for z in size])
        x = F.interpolate(small, size=size, mode="bilinear")
    x = x + 0.03 * torch.randn(len(x), 3, 1, 1, device=x.device) + float(rng.uniform(0, 0.06)) * torch.randn_like(x)
    return x.clamp(0, 1)


def rendered(pictures, batch):
    """Twice as fine as the judge sees it, then halved."""
    w, h = (round(SIDE * z / max(batch.shape)) for z in batch.shape)
    return F.avg_pool2d(pictures(batch, (2 * w, 2 * h), 2 * SIDE / (max(batch.shape) / 8)), 2)


def load():
    judge = Judge()
    judge.load_state_dict(averaged("judge")["judge"])
    return judge.eval()


@torch.no_grad()
def verdicts(judge, pictures, subjects):
    """Per picture: each answer right or not (the tint of a thing of its own colours and the other of a single one count as
    right)."""
    logits, truth = judge(pictures), answers(subjects)
    right = {k: logits[k].argmax(1) == truth[k] for k in truth}
    right["tint"] |= torch.tensor([s.color is None for s in subjects])
    right["other"] |= torch.tensor([s.other is None for s in subjects])
    right["other_tint"] |= torch.tensor([s.other_color is None for s in subjects])
    return right


def on_renders(subjects, shape, rng, jitter=1.0):
    return rendered(Pictures(torch.device("cpu"), 512), batch_of(subjects, rng, jitter, shape))


def main():
    a = arguments(samples=400000, batch=32, rate=1e-3, gpu_batch=256, gpu_rate=1.5e-3)
    rng, device = generator(5), a.device
    # a judge may know all combinations
    batches = ahead(Steps(6, a.batch, 2.5, SHARES, everything=True, more=told), steps_of("judge"), a.workers)
    next_batch = next(batches)
    judge = Judge().to(device, memory_format=torch.channels_last)
    gpu = device.type != "cpu"
    optimizer = torch.optim.AdamW(judge.parameters(), lr=a.rate, weight_decay=0.01)
    run = Run("judge", {"judge": judge}, optimizer, rng, every=60 if gpu else 240, decay=0.998 if gpu else 0.99)
    run.deliver = (lambda: deliver(run, a.deliver)) if a.deliver else None
    pictures = Pictures(device, 256)
    hits, loss_mean = Means(device, list(ANSWERS)), Means(device, ["loss"])

    def step(batch):
        x = worn(rendered(pictures, batch), np.random.default_rng([7, run.step])).contiguous(memory_format=torch.channels_last)
        truth = {k: torch.from_numpy(v).to(device, non_blocking=True) for k, v in batch.also.items()}
        with torch.autocast("cuda", torch.bfloat16, enabled=gpu):
            logits = judge(x)
        each = sum(F.cross_entropy(logits[k].float(), truth[k], reduction="none") for k in truth)
        optimizer.zero_grad(set_to_none=True)
        each.mean().backward()
        torch.nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        none = torch.zeros_like(truth["name"])
        loss_mean.add(none, each)
        for i, k in enumerate(truth):
            hits.add(none + i, (logits[k].argmax(1) == truth[k]).float())
        return len(x)

    take = Careful(step)
    clock, started, first, logged = Clock(a), time.time(), run.samples, time.time()
    while (done := clock.done(run)) < 1:
        for g in optimizer.param_groups:
            g["lr"] = rate(a, run, done)
        batch, next_batch = next_batch, next(batches)
        run.advance(take(batch))
        if run.step - run.begun in (1, 10) and gpu:
            torch.cuda.synchronize()
            print(f"judge: {run.step - run.begun} steps after {time.time() - started:.1f} s", flush=True)
        if time.time() - logged > (10 if gpu else 60):
            logged = time.time()
            run.log(**loss_mean.take(), rate=round((run.samples - first) / (time.time() - started), 1), done=round(done, 3), right=hits.take(3))
        clock.pause()
    if run.whole():
        run.save()
    run.log(**loss_mean.take(), rate=round((run.samples - first) / (time.time() - started), 1), done=1, right=hits.take(3))


if __name__ == "__main__":
    main()
