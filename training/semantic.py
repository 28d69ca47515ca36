"""Trains the semantic encoder with the previewer: a scene -> 16x12x12 -> the scene at 192 pixels.

The latent gets a little noise, so that neighbouring latents mean neighbouring pictures: Stage C's latents are never
exact, and Stage B and the previewer must not care.   python -m training.semantic --samples 40000
To teach new kinds of scenes to an encoder that Stages B and C already know: --anchor holds its latents near the ones
they know, as far as the picture allows, so that both go on from their weights.
"""
import argparse
import copy
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import configs
from .checkpoint import Run, generator, psnr
from .efficientnet import Encoder, Previewer, double
from .muon import Muon
from .scenes import Renderer, Subjects, compose

NOISE = 0.1
SETTLED = 7000  # samples until the batch norms are frozen (see settle)


def settle(*nets):
    """Normalise by the running statistics. Those of a few flat-coloured pictures hide the very colours the latent must
    hold: the same red means something else beside blue pictures than beside red ones."""
    for net in nets:
        for m in net.modules():
            if isinstance(m, torch.nn.BatchNorm2d):
                m.eval()


def anchor_of(run, encoder):
    """The encoder as it was when anchoring began, frozen; kept in the run's checkpoint, so that a resumed run has the same."""
    known = copy.deepcopy(encoder)
    if "begun" in run.extra:
        known.load_state_dict({k.removeprefix("known/"): v for k, v in run.extra.items() if k.startswith("known/")})
    else:
        known.load_state_dict(run.averages["encoder"].state)
        run.extra |= {f"known/{k}": v.clone() for k, v in known.state_dict().items()}
        run.extra["begun"] = torch.tensor(run.samples)
    return known.eval().requires_grad_(False)


def batch_of(renderer, subjects, rng, n, jitter):
    side = configs.ENCODER["input"]
    pictures = np.stack([renderer.render(compose(subjects.draw(rng), rng, jitter), side) for _ in range(n)])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--samples", type=int, default=40000)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--rate", type=float, default=5e-3)
    p.add_argument("--anchor", type=float, default=0.0, help="weight of the squared distance from the latents known so far")
    a = p.parse_args()
    rng = generator(1)
    encoder, previewer = Encoder().to(memory_format=torch.channels_last), Previewer().to(memory_format=torch.channels_last)
    previewer.blocks[-1].bias.data.fill_(0.5)
    weights = list(encoder.parameters()) + list(previewer.parameters())
    optimizer = Muon(weights, lr=a.rate)
    run = Run("semantic", {"encoder": encoder, "previewer": previewer}, optimizer, rng, every=180, decay=0.99)
    known = anchor_of(run, encoder) if a.anchor else None
    renderer, subjects = Renderer(), Subjects()
    begun = run.extra["begun"].item() if known else 0
    started, first, errors, drift = time.time(), run.samples, [], []
    while run.samples < a.samples:
        done = (run.samples - begun) / (a.samples - begun)
        for g in optimizer.param_groups:  # warm up, hold, then fall over the last half
            g["lr"] = a.rate * min(1, (run.step + 1) / 100) * min(1, max(0.01, 2 * (1 - done)))
        if run.samples >= SETTLED:
            settle(encoder, previewer)
        # wider places and sizes than Stage C is taught: the latent should know the whole neighbourhood
        pixels = batch_of(renderer, subjects, rng, a.batch, jitter=2.0)
        target = F.avg_pool2d(pixels, 2)
        latent = encoder(pixels)
        made = previewer(double(latent + NOISE * torch.randn_like(latent)))
        mse = F.mse_loss(made, target)
        coarse = F.mse_loss(F.avg_pool2d(made, 16), F.avg_pool2d(target, 16))  # the layout first
        loss = F.l1_loss(made, target) + 2 * mse + 2 * coarse
        if known:
            with torch.no_grad():
                before = known(pixels)
            moved = F.mse_loss(latent, before)
            loss = loss + a.anchor * moved
            drift.append(moved.item())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        run.advance(a.batch)
        errors.append(mse.item())
        if run.step % 25 == 0:
            run.log(psnr=round(psnr(np.mean(errors)), 2), rate=round((run.samples - first) / (time.time() - started), 1),
                    **({"drift": round(float(np.mean(drift)), 4)} if known else {}))
            errors, drift = [], []
    run.save()


if __name__ == "__main__":
    main()
