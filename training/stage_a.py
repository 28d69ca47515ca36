"""Trains Stage A, the plain autoencoder of pixels: windows of 1024-pixel scenes <-> 4 channels at a quarter of the side.

   python -m training.stage_a --samples 30000      then      python -m training.stage_a --fold
`--fold` measures the latent and folds its mean and deviation into the first and last convolution: unit variance.
"""
import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F

from .checkpoint import Run, averaged, generator, psnr
from .muon import Muon
from .networks import stage_a
from .paths import RUNS
from .scenes import Renderer, Subjects, compose

SCENE = 1024
SETTLED = 6000  # samples until the latent's batch norm is frozen


def window_of(renderer, subjects, rng, side):
    """A window that holds a piece of the drawing; plain background teaches nothing."""
    scene = compose(subjects.draw(rng), rng, 2.0)
    item, width = scene.items[0], side / SCENE
    left = item.cx + item.size * rng.uniform(-0.5, 0.5) - width / 2
    top = item.cy + item.size * rng.uniform(-0.5, 0.5) - width / 2
    return renderer.render(scene, side, (float(np.clip(left, 0, 1 - width)), float(np.clip(top, 0, 1 - width)), width))


def batch_of(renderer, subjects, rng, n, side):
    pictures = np.stack([window_of(renderer, subjects, rng, side) for _ in range(n)])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--samples", type=int, default=30000)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--side", type=int, default=128)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--fold", action="store_true")
    a = p.parse_args()
    rng = generator(2)
    if a.fold:
        return fold(rng)
    net = stage_a().to(memory_format=torch.channels_last)
    net.vquantizer.requires_grad_(False)  # the codebook plays no part in decoding
    weights = [w for w in net.parameters() if w.requires_grad]
    optimizer = Muon(weights, lr=a.rate)
    norm = net.down_blocks[-1][1]
    run = Run("stage_a", {"net": net}, optimizer, rng, every=180, decay=0.998)
    renderer, subjects = Renderer(), Subjects()
    started, first, errors = time.time(), run.samples, []
    while run.samples < a.samples:
        done = run.samples / a.samples
        for g in optimizer.param_groups:
            g["lr"] = a.rate * min(1, (run.step + 1) / 100) * min(1, max(0.01, 2 * (1 - done)))
        # Statistics of a few flat-coloured windows hide their colours: once they are settled, normalise by the running ones.
        norm.train(run.samples < SETTLED)
        pixels = batch_of(renderer, subjects, rng, a.batch, a.side)
        latent = net.encode(pixels).latents
        made = net.decode(latent + 0.03 * torch.randn_like(latent)).sample  # Stage B is never exact either
        mse = F.mse_loss(made, pixels)
        loss = F.l1_loss(made, pixels) + 3 * mse
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        run.advance(a.batch)
        errors.append(mse.item())
        if run.step % 100 == 0:
            run.log(psnr=round(psnr(np.mean(errors)), 2), rate=round((run.samples - first) / (time.time() - started), 1))
            errors = []
    run.save()


@torch.no_grad()
def fold(rng):
    """Batch norm's statistics come from windows full of edges; whole pictures have more background. Measure whole
    pictures and fold the difference, so that Stage B sees unit variance. Writes runs/stage_a/final.pt."""
    net = stage_a()
    net.load_state_dict(averaged("stage_a")["net"])
    net.eval()
    renderer, subjects = Renderer(), Subjects()
    latents = []
    for _ in range(24):
        picture = renderer.render(compose(subjects.draw(rng), rng), SCENE)
        latents.append(net.encode(torch.from_numpy(picture).permute(2, 0, 1)[None]).latents)
    z = torch.cat(latents)
    mean, deviation = z.mean((0, 2, 3)), z.std((0, 2, 3))
    norm, first = net.down_blocks[-1][1], net.up_blocks[0][0]
    # encoder: (z - mean) / deviation through batch norm's affine; decoder: the inverse through its first convolution
    norm.bias.copy_((norm.bias - mean) / deviation)
    norm.weight.div_(deviation)
    first.bias.add_((first.weight[:, :, 0, 0] * mean).sum(1))
    first.weight.mul_(deviation.view(1, -1, 1, 1))
    error = np.mean([F.mse_loss(net.decode(net.encode(p).latents).sample.clamp(0, 1), p).item()
                     for p in [torch.from_numpy(renderer.render(compose(subjects.draw(rng), rng), SCENE)).permute(2, 0, 1)[None]
                               for _ in range(8)]])
    print("mean", mean.tolist(), "deviation", deviation.tolist(), "PSNR at 1024:", round(psnr(error), 2))
    torch.save(net.state_dict(), RUNS / "stage_a" / "final.pt")


if __name__ == "__main__":
    main()
