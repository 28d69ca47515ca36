"""Text to picture with the exported networks, in Python: for looking and judging. The product's own pipeline is the
TypeScript one; this follows the same settings (sampling.json).

   python -m training.generate OUT_FOLDER --prompts training/prompts.json [--previewer]
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import schedule
from .efficientnet import Encoder, Previewer
from .export import SAMPLING, build
from .padding import quicken
from .stage_b import predict as predict_b
from .stage_c import encode_text, predict as predict_c


def noises(seeds, shape):
    """A source of noise for each picture, so that a picture does not depend on its batch."""
    sources = [torch.Generator().manual_seed(s) for s in seeds]
    return lambda: torch.stack([torch.randn(shape, generator=g) for g in sources])


class Cascade:
    def __init__(self, settings=SAMPLING):
        self.tokenizer, self.nets = build()
        self.settings = settings
        for name in ("prior", "decoder"):
            quicken(self.nets[name])

    @torch.no_grad()
    def stage_c(self, prompts, seeds, negative="", shape=(8, 8), **changes):
        """-> [N, 16, 24, 24], or another shape (in units of 128 pixels)"""
        c = {**self.settings["stage_c"], **changes}
        net, n = self.nets["prior"], len(prompts)
        both = encode_text(self.nets["text_encoder"], self.tokenizer, list(prompts) + [negative] * n)

        def predict(x, t):
            if c["guidance"] <= 1:
                return predict_c(net, x, t, both[0][:n], both[1][:n])
            x0 = predict_c(net, x.repeat(2, 1, 1, 1), t.repeat(2), *both)
            return schedule.guide(x0[:n], x0[n:], c["guidance"], c["rescale"])
        return schedule.sample(predict, noises(seeds, (16, shape[1] * 3, shape[0] * 3)), c["steps"], c["shift"], c.get("eta", 1.0))

    @torch.no_grad()
    def stage_b(self, semantic, seeds, **changes):
        """-> [N, 4, 256, 256], or what belongs to the semantic latent's shape"""
        b = {**self.settings["stage_b"], **changes}
        return schedule.sample(lambda x, t: predict_b(self.nets["decoder"], x, t, semantic),
                               noises(seeds, (4, *(z * 32 // 3 for z in semantic.shape[2:]))), b["steps"], b["shift"], b.get("eta", 1.0))

    @torch.no_grad()
    def stage_a(self, latent):
        """-> [N, 3, 1024, 1024] in 0..1"""
        return torch.cat([self.nets["vqgan"].decode(z[None]).sample.clamp(0, 1) for z in latent])

    @torch.no_grad()
    def preview(self, semantic):
        return self.nets["previewer"](semantic).clamp(0, 1)

    def pictures(self, prompts, seeds, previewer=False, shape=(8, 8), **changes):
        semantic = self.stage_c(prompts, seeds, shape=shape, **changes)
        if previewer:
            return self.preview(semantic)
        return torch.cat([self.stage_a(self.stage_b(z[None], [s])) for z, s in zip(semantic, seeds)])


def save_png(picture, path):
    Image.fromarray((picture.permute(1, 2, 0).numpy() * 255).round().clip(0, 255).astype(np.uint8)).save(path)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("--prompts", default=str(Path(__file__).parent / "prompts.json"))
    p.add_argument("--previewer", action="store_true")
    p.add_argument("--batch", type=int, default=16)
    a = p.parse_args()
    torch.set_num_threads(1)
    wanted = json.loads(Path(a.prompts).read_text())
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    cascade = Cascade()
    for i in range(0, len(wanted), a.batch):
        part = wanted[i:i + a.batch]
        made = cascade.pictures([w["prompt"] for w in part], [w["seed"] for w in part], a.previewer)
        for k, picture in enumerate(made):
            save_png(picture, out / f"{i + k:03d}.png")


if __name__ == "__main__":
    main()
