"""Trains Stage C with its text encoder: caption -> 16x24x24, x0 target.

Latents come from a pool of scenes encoded beforehand; every step replaces a few of the oldest, so the pool never
becomes the data set. Times start near 1, where the caption is all there is, then widen to the whole range.
   python -m training.stage_c --samples 300000      (--renew: the pool anew, after its data changed)
"""
import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import networks, schedule
from .captions import OBJECT_NAMES, caption, every_subject
from .checkpoint import Run, averaged, generator
from .efficientnet import Encoder, double
from .half import Half
from .muon import Muon
from .padding import KEPT, shorten, tie_positions
from .scenes import Renderer, Subjects, compose
from .tokenizer import Tokenizer
from .vocabulary import plural

POOL, FIRST, FRESH = 24000, 6000, 3  # latents kept, encoded before the first step, replaced each step
NEAR_ONE = 64000  # samples taught with t in 0.88..1 only
JITTER = 0.4  # of a scene's place, size and shades: at 1 the latents of ONE caption vary by 0.2 (objects), at 0.4 by 0.04
EMPTY = 0.1  # captions dropped, for classifier-free guidance


class Pool:
    """Latents [n, 16, 12, 12] in half precision and which subject each shows. All its state is in `tensors`."""
    def __init__(self, renderer, encoder, tensors):
        self.renderer, self.encoder, self.tensors = renderer, encoder, tensors
        self.all = every_subject()
        self.index = {s: i for i, s in enumerate(self.all)}
        self.subjects = Subjects()
        if not tensors:
            tensors["latents"] = torch.zeros(POOL, 16, 12, 12, dtype=torch.float16)
            tensors["subjects"] = torch.zeros(POOL, dtype=torch.long)
            tensors["written"] = torch.zeros((), dtype=torch.long)

    @torch.no_grad()
    def add(self, n, rng):
        drawn = [self.subjects.draw(rng) for _ in range(n)]
        pictures = np.stack([self.renderer.render(compose(s, rng, JITTER), 384) for s in drawn])
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        z = self.encoder(x)
        at = (int(self.tensors["written"]) + torch.arange(n)) % POOL
        self.tensors["latents"][at] = z.half()
        self.tensors["subjects"][at] = torch.tensor([self.index[s] for s in drawn])
        self.tensors["written"] += n

    def take(self, n, rng):
        at = torch.from_numpy(rng.integers(min(POOL, int(self.tensors["written"])), size=n))
        return double(self.tensors["latents"][at].float()), [self.all[i] for i in self.tensors["subjects"][at].tolist()]


def frozen_encoder():
    encoder = Encoder()
    encoder.load_state_dict(averaged("semantic")["encoder"])
    return encoder.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def times(n, samples, rng):
    """Near 1 first; then three of five still above 0.85, where the picture is decided, the rest anywhere."""
    u = rng.random(n)
    if samples < NEAR_ONE:
        t = 0.88 + 0.12 * u
    else:
        t = np.where(rng.random(n) < 0.6, 0.85 + 0.15 * u, u)
    return torch.from_numpy(t.astype(np.float32))


def encode_text(text, tokenizer, captions, length=77):
    """-> the last layer's hidden states before the final norm, and the pooled projection."""
    ids, mask = (z[:, :length] for z in tokenizer(captions))
    out = text(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    return out.hidden_states[-1], out.text_embeds[:, None]


def predict(net, x, t, hidden, pooled):
    image = x.new_zeros(hidden.shape[0], 1, net.config.clip_image_in_channels)  # no image prompt: zeros, not absent
    return net(x, timestep_ratio=t, clip_text_pooled=pooled, clip_text=hidden, clip_img=image).sample


@torch.no_grad()
def plurals_from_singulars(text, tokenizer, objects):
    """Counts learn faster when "cats" begins as what "cat" means."""
    table = next(m for m in text.modules() if isinstance(m, torch.nn.Embedding)).weight
    for word in objects:
        one, many = (int(tokenizer([w])[0][0, 1]) for w in (word, plural(word)))
        table[many] = table[one]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--samples", type=int, default=300000)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--renew", action="store_true")
    p.add_argument("--appended", type=int, default=0, help="with --renew: how many objects the vocabulary has more than before")
    a = p.parse_args()
    rng = generator(3)
    tok = Tokenizer()
    net, text = networks.stage_c(), networks.text_encoder(tok.size, tok.start, tok.end)
    weights = list(net.parameters()) + list(text.parameters())
    tables = [m.weight for m in text.modules() if isinstance(m, torch.nn.Embedding)]
    optimizer = Muon(weights, lr=a.rate, momentum=0.95, betas=(0.9, 0.99), weight_decay=0.01, tables=tables, iterations=4)
    tie_positions(text)
    run = Run("stage_c", {"net": net, "text": text}, optimizer, rng, every=240, decay=0.99)
    if run.step == 0:
        plurals_from_singulars(text, tok, OBJECT_NAMES)
    fast = Half(net)
    shorten(fast.net)
    if a.renew:
        run.extra.clear()
        if a.appended:
            plurals_from_singulars(text, tok, OBJECT_NAMES[-a.appended:])
    pool = Pool(Renderer(), frozen_encoder(), run.extra)
    while int(run.extra["written"]) < FIRST:
        pool.add(8, rng)
    print("pool ready", time.strftime("%H:%M:%S", time.gmtime()), flush=True)
    started, first, losses, near = time.time(), run.samples, [], {}
    while run.samples < a.samples:
        left = (a.samples - run.samples) / a.samples
        for g in optimizer.param_groups:  # warm up, hold, fall over the last fifth
            g["lr"] = a.rate * min(1, (run.step + 1) / 200) * min(1, max(0.02, 5 * left))
        pool.add(FRESH, rng)
        x0, subjects = pool.take(a.batch, rng)
        captions = ["" if rng.random() < EMPTY else caption(s, rng) for s in subjects]
        hidden, pooled = encode_text(text, tok, captions, KEPT)
        t = times(a.batch, run.samples, rng)
        x, weight, told = schedule.noisy(x0.contiguous(memory_format=torch.channels_last), t)
        fast.refresh()
        made = predict(fast.net, x.bfloat16(), told, hidden.bfloat16(), pooled.bfloat16()).float()
        each = (made - x0).square().mean((1, 2, 3))
        optimizer.zero_grad(set_to_none=True)
        (each * weight).mean().backward()
        fast.collect()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        tie_positions(text)
        run.advance(a.batch)
        losses.append((each * weight).mean().item())
        for s, error, words, high in zip(subjects, each.tolist(), captions, t > 0.88):
            if high and words:
                near.setdefault(s.kind, []).append(error)
        if run.step % 100 == 0:
            run.log(loss=round(float(np.mean(losses)), 4), x0_near_one={k: round(float(np.mean(near[k])), 3) for k in sorted(near)},
                    rate=round((run.samples - first) / (time.time() - started), 1))
            losses, near = [], {}
    run.save()


if __name__ == "__main__":
    main()
