"""Trains Stage B: semantic latent -> Stage A's latent, x0 target, on windows of the picture.

A window is cut from the semantic latent AFTER it is resized to Stage B's whole grid (align_corners), as the network
resizes it itself when it sees the whole picture.   python -m training.stage_b --samples 120000 [--crop 64]
Finish with larger crops: global response norm sees a whole picture at inference.
"""
import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import networks, schedule
from .checkpoint import Run, generator
from .efficientnet import double
from .half import Half
from .muon import Muon
from .padding import quicken
from .paths import RUNS
from .scenes import Renderer, Subjects, compose
from .stage_c import frozen_encoder

GRID, PATCH = 256, 4  # Stage B's latent side; tokens are 4x4 of it
MARGIN = 4  # latents rendered around a window, so that Stage A's encoder sees no false border
WINDOWS = 4  # windows taken of each scene
RENEW = 3  # steps between new scenes
# Small drawings are the hard ones, and shapes nearly free.
SHARES = {"object": 0.32, "shape": 0.08, "pair": 0.30, "count": 0.30}
NOISE = 0.1  # on the semantic latent: Stage C's are never exact
# How much of an error in each of Stage A's channels is seen: squared pixel error for a unit of it, over their mean.
SEEN = (1.25, 1.6, 0.95, 0.2)
SMOOTH = 4  # latents; what an error keeps over 4x4 of them is seen some four times as well as what cancels


def frozen_stage_a():
    net = networks.stage_a()
    net.load_state_dict(torch.load(RUNS / "stage_a/final.pt"))
    return net.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def to_tensor(pictures):
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


class Pool:
    """Windows: Stage A's latent [4, crop, crop], the scene's semantic latent [16, 12, 12], left and top in tokens."""
    def __init__(self, size, crop, tensors):
        self.size, self.crop, self.tensors = size, crop, tensors
        self.renderer, self.subjects = Renderer(), Subjects(SHARES)
        self.encoder, self.stage_a = frozen_encoder(), frozen_stage_a()
        if tensors.get("latents", torch.zeros(0, 0, 0, 0)).shape[-1] != crop or len(tensors["latents"]) != size:
            tensors["latents"] = torch.zeros(size, 4, crop, crop, dtype=torch.float16)
            tensors["semantic"] = torch.zeros(size, 16, 12, 12, dtype=torch.float16)
            tensors["at"] = torch.zeros(size, 2, dtype=torch.long)
            tensors["written"] = torch.zeros((), dtype=torch.long)

    def window(self, scene, rng):
        """Left and top in tokens: around a drawing three times of four, else anywhere."""
        tokens = (GRID - self.crop) // PATCH
        if rng.random() < 0.25:
            return rng.integers(0, tokens + 1, 2)
        item = scene.items[rng.integers(len(scene.items))]
        centre = np.array([item.cx, item.cy]) + item.size * rng.uniform(-0.5, 0.5, 2)
        return np.clip(np.round((centre * GRID - self.crop / 2) / PATCH).astype(int), 0, tokens)

    @torch.no_grad()
    def add(self, rng):
        """One scene, WINDOWS windows."""
        scene = compose(self.subjects.draw(rng), rng)
        semantic = self.encoder(to_tensor([self.renderer.render(scene, 384)])).half()
        wide = self.crop + 2 * MARGIN
        for _ in range(WINDOWS):
            x, y = self.window(scene, rng)
            view = ((x * PATCH - MARGIN) / GRID, (y * PATCH - MARGIN) / GRID, wide / GRID)
            z = self.stage_a.encode(to_tensor([self.renderer.render(scene, wide * 4, view)])).latents
            i = int(self.tensors["written"]) % self.size
            self.tensors["latents"][i] = z[0, :, MARGIN:-MARGIN, MARGIN:-MARGIN].half()
            self.tensors["semantic"][i] = semantic[0]
            self.tensors["at"][i] = torch.tensor([x, y])
            self.tensors["written"] += 1

    def take(self, n, rng):
        at = torch.from_numpy(rng.integers(min(self.size, int(self.tensors["written"])), size=n))
        semantic = double(self.tensors["semantic"][at].float())
        semantic = semantic + NOISE * torch.randn_like(semantic[..., ::2, ::2]).repeat_interleave(2, -1).repeat_interleave(2, -2)
        tokens, side = GRID // PATCH, self.crop // PATCH
        grid = F.interpolate(semantic, size=(tokens, tokens), mode="bilinear", align_corners=True)
        cut = [grid[i, :, y:y + side, x:x + side] for i, (x, y) in enumerate(self.tensors["at"][at].tolist())]
        return self.tensors["latents"][at].float(), torch.stack(cut)


def seen_error(made, x0):
    """Squared error [N] as Stage A's decoder shows it: by channel, and most of it where it does not cancel nearby. The best
    prediction is the same as for the plain square; a small network spends itself on what is seen."""
    e = (made - x0) * x0.new_tensor(SEEN).sqrt()[:, None, None]
    return 0.25 * e.square().mean((1, 2, 3)) + 0.75 * F.avg_pool2d(e, SMOOTH).square().mean((1, 2, 3))


def predict(net, x, t, effnet):
    return net(x, timestep_ratio=t, clip_text_pooled=x.new_zeros(x.shape[0], 1, net.config.clip_text_pooled_in_channels),
               effnet=effnet).sample


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--samples", type=int, default=120000)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--crop", type=int, default=64)
    p.add_argument("--pool", type=int, default=4000)
    p.add_argument("--first", type=int, default=400)
    p.add_argument("--rate", type=float, default=1e-3)
    a = p.parse_args()
    rng = generator(4)
    net = networks.stage_b().to(memory_format=torch.channels_last)
    weights = [w for w in net.parameters() if w.requires_grad]
    optimizer = Muon(weights, lr=a.rate, momentum=0.95, betas=(0.9, 0.99), weight_decay=0.01, iterations=4)
    run = Run("stage_b", {"net": net}, optimizer, rng, every=240, decay=0.99)
    fast = Half(net)
    quicken(fast.net)
    pool = Pool(a.pool, a.crop, run.extra)
    while int(run.extra["written"]) < a.first:
        pool.add(rng)
    print("pool ready", time.strftime("%H:%M:%S", time.gmtime()), flush=True)
    started, first, losses, high, low = time.time(), run.samples, [], [], []
    while run.samples < a.samples:
        left = (a.samples - run.samples) / a.samples
        for g in optimizer.param_groups:
            g["lr"] = a.rate * min(1, (run.step + 1) / 200) * min(1, max(0.02, 3 * left))
        if run.step % RENEW == 0:
            pool.add(rng)
        x0, effnet = pool.take(a.batch, rng)
        u = rng.random(a.batch)
        t = torch.from_numpy(np.where(rng.random(a.batch) < 0.55, 0.85 + 0.15 * u, u).astype(np.float32))
        x, weight, told = schedule.noisy(x0.contiguous(memory_format=torch.channels_last), t)
        fast.refresh()
        made = predict(fast.net, x.bfloat16(), told, effnet.bfloat16()).float()
        each = seen_error(made, x0)
        optimizer.zero_grad(set_to_none=True)
        (each * weight).mean().backward()
        fast.collect()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        run.advance(a.batch)
        losses.append((each * weight).mean().item())
        plain = (made.detach() - x0).square().mean((1, 2, 3))
        high += plain[t > 0.9].tolist()
        low += plain[t < 0.3].tolist()
        if run.step % 100 == 0:
            run.log(loss=round(float(np.mean(losses)), 4), x0_near_one=round(float(np.mean(high)), 4), x0_below_03=round(float(np.mean(low)), 4),
                    rate=round((run.samples - first) / (time.time() - started), 1))
            losses, high, low = [], [], []
    run.save()


if __name__ == "__main__":
    main()
