"""Trains Stage B: semantic latent -> Stage A's latent, x0 target, on windows of pictures of all shapes.

A window is cut from the semantic latent AFTER it is resized to Stage B's whole grid (align_corners), as the network
resizes it itself when it sees the whole picture.   python -m training.stage_b --samples 900000 [--crop 64]        (or --seconds)
Finish with larger crops: global response norm sees a whole picture at inference.
"""
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import networks, schedule
from .captions import KINDS
from .checkpoint import Run, generator, steps_of
from .data import Latents, Pictures, Steps, ahead
from .device import Careful, Clock, Means, arguments, rate
from .efficientnet import double
from .half import Half
from .muon import Muon
from .padding import quicken
from .paths import RUNS
from .stage_c import frozen_encoder
from .weights import deliver

GRID, PATCH = 256, 4  # Stage B's latent side; tokens are 4x4 of it
MARGIN = 4  # latents rendered around a window, so that Stage A's encoder sees no false border
WINDOWS = 4  # windows taken of each scene
SPRITE = 1024  # side of the largest drawing kept
# Small drawings are the hard ones, and shapes nearly free.
SHARES = {"object": 0.24, "tint": 0.12, "shape": 0.04, "pair": 0.25, "touch": 0.07, "count": 0.28}
NOISE = 0.1  # on the semantic latent: Stage C's are never exact
# How much of an error in each of Stage A's channels is seen: squared pixel error for a unit of it, over their mean.
SEEN = (1.25, 1.6, 0.95, 0.2)
SMOOTH = 4  # latents; what an error keeps over 4x4 of them is seen some four times as well as what cancels


def frozen_stage_a():
    net = networks.stage_a()
    net.load_state_dict(torch.load(RUNS / "stage_a/final.pt"))
    return net.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def places(batch, rng, crop):
    """Where WINDOWS windows of each scene are, in tokens [N, WINDOWS, 2]: around a drawing three times of four, else anywhere."""
    most = np.array(batch.shape) * 8 - crop // PATCH  # 8 tokens to one of Stage C's
    n = len(batch.sprite)
    k = batch.count[:, None] - 1 - rng.integers(0, batch.count[:, None].clip(max=2), (n, WINDOWS))  # drawings come last
    row = np.arange(n)[:, None]
    size = np.where(batch.size[row, k] > 1.2, 0, batch.size[row, k])[..., None]
    centre = np.stack([batch.cx[row, k], batch.cy[row, k]], -1) + size * rng.uniform(-0.5, 0.5, (n, WINDOWS, 2))
    around = np.clip(np.round((centre * GRID - crop / 2) / PATCH).astype(int), 0, most)
    return np.where(rng.random((n, WINDOWS, 1)) < 0.25, rng.integers(0, most + 1, (n, WINDOWS, 2)), around)


class Windows:
    """Makes of a batch of scenes Stage A's latents of windows [N * WINDOWS, 4, crop, crop] and the semantic latent there."""
    AT_ONCE = 64

    def __init__(self, device, crop):
        self.device, self.crop = device, crop
        self.pictures = Pictures(device, SPRITE)
        self.latents, self.stage_a = Latents(device, frozen_encoder(), self.pictures), frozen_stage_a().to(device)

    @torch.no_grad()
    def __call__(self, batch, rng):
        crop, side = self.crop, self.crop // PATCH
        at = places(batch, rng, crop)
        wide = crop + 2 * MARGIN
        x = self.pictures(batch, (wide * 4, wide * 4), 1024, (at * PATCH - MARGIN) / GRID)
        z = torch.cat([self.stage_a.encode(x[i:i + self.AT_ONCE].contiguous(memory_format=torch.channels_last)).latents
                       for i in range(0, len(x), self.AT_ONCE)])
        half = self.latents.half(batch)
        w, h = batch.latent
        semantic = double(half + NOISE * torch.randn_like(half))[:, :, :h, :w]
        grid = F.interpolate(semantic, size=(batch.shape[1] * 8, batch.shape[0] * 8), mode="bilinear", align_corners=True)
        at = torch.from_numpy(at.reshape(-1, 2)).to(self.device)
        span = torch.arange(side, device=self.device)
        scene = torch.arange(len(half), device=self.device).repeat_interleave(WINDOWS)
        cut = grid[scene[:, None, None], :, (at[:, 1, None] + span)[:, :, None], (at[:, 0, None] + span)[:, None, :]]
        return z[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN].float().contiguous(memory_format=torch.channels_last), cut.permute(0, 3, 1, 2)


def seen_error(made, x0):
    """Squared error [N] as Stage A's decoder shows it: by channel, and most of it where it does not cancel nearby. The best
    prediction is the same as for the plain square; a small network spends itself on what is seen."""
    e = (made - x0) * x0.new_tensor(SEEN).sqrt()[:, None, None]
    return 0.25 * e.square().mean((1, 2, 3)) + 0.75 * F.avg_pool2d(e, SMOOTH).square().mean((1, 2, 3))


def predict(net, x, t, effnet):
    return net(x, timestep_ratio=t, clip_text_pooled=x.new_zeros(x.shape[0], 1, net.config.clip_text_pooled_in_channels),
               effnet=effnet).sample


def main():
    a = arguments(samples=900000, batch=32, rate=2e-3, gpu_batch=256, gpu_rate=2e-3, crop=(int, 64, "side of a window in latents"))
    rng, device = generator(4), a.device
    batches = ahead(Steps(4, a.batch // WINDOWS, 1.0, SHARES), steps_of("stage_b"), a.workers)
    next_batch = next(batches)
    net = networks.stage_b().to(device, memory_format=torch.channels_last)
    weights = [w for w in net.parameters() if w.requires_grad]
    optimizer = Muon(weights, lr=a.rate, momentum=0.95, betas=(0.9, 0.99), weight_decay=0.01, iterations=4)
    gpu = device.type != "cpu"
    run = Run("stage_b", {"net": net}, optimizer, rng, every=60 if gpu else 240, decay=0.998 if gpu else 0.99)
    run.deliver = (lambda: deliver(run, a.deliver)) if a.deliver else None
    fast = Half(net)
    quicken(fast.net)
    windows = Windows(device, a.crop)
    means, kinds = Means(device, ["loss", "x0_near_one", "x0_below_03"]), Means(device, KINDS)

    def step(batch):
        x0, effnet = windows(batch, np.random.default_rng([5, run.step]))
        u, v = torch.rand(2, len(x0), device=device)
        t = torch.where(v < 0.55, 0.85 + 0.15 * u, u)
        x, weight, told = schedule.noisy(x0, t)
        fast.refresh()
        made = predict(fast.net, x.bfloat16(), told, effnet.bfloat16()).float()
        each = seen_error(made, x0)
        optimizer.zero_grad(set_to_none=True)
        (each * weight).mean().backward()
        fast.collect()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        with torch.no_grad():
            plain = (made - x0).square().mean((1, 2, 3))
            kind = torch.from_numpy(batch.kind).to(device, non_blocking=True).repeat_interleave(WINDOWS)
            means.add(torch.zeros_like(kind), each * weight)
            means.add(torch.where(t > 0.9, 1, -1), plain)
            means.add(torch.where(t < 0.3, 2, -1), plain)
            kinds.add(torch.where(t > 0.9, kind, -1), plain)
        return len(x0)

    take = Careful(step)
    clock, started, first, logged = Clock(a), time.time(), run.samples, time.time()
    while (done := clock.done(run)) < 1:
        for g in optimizer.param_groups:
            g["lr"] = rate(a, run, done)
        batch, next_batch = next_batch, next(batches)
        run.advance(take(batch))
        if run.step - run.begun in (1, 10) and gpu:
            torch.cuda.synchronize()
            print(f"stage_b: {run.step - run.begun} steps after {time.time() - started:.1f} s", flush=True)
        if time.time() - logged > (10 if gpu else 60):
            logged = time.time()
            run.log(**means.take(), rate=round((run.samples - first) / (time.time() - started), 1), done=round(done, 3), near_one=kinds.take())
        clock.pause()
    if run.whole():
        run.save()
    run.log(**means.take(), rate=round((run.samples - first) / (time.time() - started), 1), done=1, near_one=kinds.take())


if __name__ == "__main__":
    main()
