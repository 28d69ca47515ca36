"""How well pictures survive: Stage A alone, and encoder -> Stage B -> Stage A, on held-out scenes at 1024 pixels.

   python -m training.reconstruct [--count 8] [--steps 8] [--eta 1] [--shift 1] [--out GRID.png]
"""
import argparse

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from .checkpoint import psnr
from .efficientnet import double
from .evaluate import KINDS, held_out_captions
from .generate import Cascade
from .scenes import Renderer, compose


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--count", type=int, default=8)
    p.add_argument("--steps", type=int)
    p.add_argument("--eta", type=float)
    p.add_argument("--shift", type=float)
    p.add_argument("--out")
    a = p.parse_args()
    torch.set_num_threads(1)
    changes = {k: v for k, v in (("steps", a.steps), ("eta", a.eta), ("shift", a.shift)) if v is not None}
    cascade, renderer, rng = Cascade(), Renderer(), np.random.default_rng(11)
    alone, through, seen, rows = [], [], [], []
    subjects = held_out_captions(a.count)
    for i, subject in enumerate(subjects):
        scene = compose(subject, rng)
        at = lambda side: torch.from_numpy(renderer.render(scene, side)).permute(2, 0, 1)[None]
        whole = at(1024)
        with torch.no_grad():
            semantic = double(cascade.nets["effnet_encoder"](at(384)))
            plain = cascade.stage_a(cascade.nets["vqgan"].encode(whole).latents)
            made = cascade.stage_a(cascade.stage_b(semantic, [i], **changes))
            preview = cascade.preview(semantic)
        alone.append(F.mse_loss(plain, whole).item())
        through.append(F.mse_loss(made, whole).item())
        seen.append(F.mse_loss(preview, F.avg_pool2d(at(384), 2)).item())
        rows.append(torch.cat([F.avg_pool2d(z, 2)[0] for z in (whole, made)], 1))
    for kind in KINDS:
        which = [i for i, s in enumerate(subjects) if s.kind == kind]
        print(f"{kind}: {len(which)} scenes, Stage A {psnr(np.mean([alone[i] for i in which])):.2f} dB, "
              f"encoder -> Stage B -> Stage A {psnr(np.mean([through[i] for i in which])):.2f} dB")
    print(f"{a.count} held-out scenes, PSNR of the mean error: Stage A {psnr(np.mean(alone)):.2f} dB, encoder -> previewer "
          f"{psnr(np.mean(seen)):.2f} dB, encoder -> Stage B -> Stage A {psnr(np.mean(through)):.2f} dB", changes)
    if a.out:
        grid = torch.cat(rows, 2).permute(1, 2, 0).numpy()
        Image.fromarray((grid * 255).clip(0, 255).astype(np.uint8)).save(a.out)


if __name__ == "__main__":
    main()
