"""Trains Stage C with its text encoder: caption -> 16x24x24 or another shape, x0 target.

Every step has scenes of its own, all of one shape, encoded as they come; each is seen in two noises. The network is told
nothing of the shape: it sees it by the latent's. On a GPU many at once, on a processor few.
   python -m training.stage_c --samples 900000        or, for so many seconds:   --seconds 500
"""
import time

import torch

from . import networks, schedule
from .checkpoint import Run, averaged, generator, steps_of
from .captions import KINDS, OBJECT_NAMES
from .data import SHAPES, Latents, Pictures, Steps, ahead
from .device import Careful, Clock, Means, arguments, rate
from .efficientnet import Encoder
from .half import Half
from .muon import Muon
from .padding import shorten, tie_positions
from .text import Text
from .tokenizer import Tokenizer
from .vocabulary import plural
from .weights import deliver

NEAR_ONE = 64000  # samples taught with t in 0.88..1 only
JITTER = 0.4  # of a scene's place, size and shades: at 1 the latents of ONE caption vary by 0.2 (objects), at 0.4 by 0.04
DRAWS = 2  # noises for each scene
SPRITE = 512  # side of the largest drawing kept; the encoder sees them in 384 pixels


def frozen_encoder():
    encoder = Encoder()
    encoder.load_state_dict(averaged("semantic")["encoder"])
    return encoder.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def times(n, samples, device="cpu"):
    """Near 1 first; then three of five still above 0.85, where the picture is decided, the rest anywhere."""
    u, v = torch.rand(2, n, device=device)
    return 0.88 + 0.12 * u if samples < NEAR_ONE else torch.where(v < 0.6, 0.85 + 0.15 * u, u)


def encode_text(text, tokenizer, captions, length=77):
    """-> the last layer's hidden states before the final norm, and the pooled projection."""
    ids, mask = (z[:, :length] for z in tokenizer(captions))
    if isinstance(text, Text):
        return text(ids)
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
        one, many = (tokenizer([w])[0][0, 1:3].tolist() for w in (word, plural(word)))
        if one[1] == many[1] == tokenizer.end:  # one token each
            table[many[0]] = table[one[0]]


def main():
    a = arguments(samples=900000, batch=16, rate=1e-3, gpu_batch=256, gpu_rate=2e-3)
    rng, device = generator(3), a.device
    steps = Steps(3, a.batch, JITTER, captions=True)
    tok = steps.tokenizer
    batches = ahead(steps, steps_of("stage_c"), a.workers)
    next_batch = next(batches)  # the processes that draw are begun before the device is used
    net, text = networks.stage_c(), Text(tok.size, tok.end)
    net.to(device), text.to(device)
    weights = list(net.parameters()) + list(text.parameters())
    tables = [m.weight for m in text.modules() if isinstance(m, torch.nn.Embedding)]
    optimizer = Muon(weights, lr=a.rate, momentum=0.95, betas=(0.9, 0.99), weight_decay=0.01, tables=tables, iterations=4)
    tie_positions(text)
    gpu = device.type != "cpu"
    run = Run("stage_c", {"net": net, "text": text}, optimizer, rng, every=60 if gpu else 240, decay=0.998 if gpu else 0.99)
    run.deliver = (lambda: deliver(run, a.deliver)) if a.deliver else None
    if run.step == 0:
        plurals_from_singulars(text, tok, OBJECT_NAMES)
    fast = Half(net)
    shorten(fast.net)
    latents = Latents(device, frozen_encoder(), Pictures(device, SPRITE))
    kinds, shapes = Means(device, KINDS), Means(device, [f"{w}x{h}" for w, h in SHAPES])
    losses = Means(device, ["loss"])

    def step(batch):
        x0 = latents(batch).repeat_interleave(DRAWS, 0).contiguous(memory_format=torch.channels_last)
        ids = torch.from_numpy(batch.ids).to(device, non_blocking=True)
        hidden, pooled = text(ids)
        t = times(len(x0), run.samples, device)
        x, weight, told = schedule.noisy(x0, t)
        fast.refresh()
        made = predict(fast.net, x.bfloat16(), told, hidden.bfloat16(), pooled.bfloat16()).float()
        each = (made - x0).square().mean((1, 2, 3))
        optimizer.zero_grad(set_to_none=True)
        (each * weight).mean().backward()
        fast.collect()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        tie_positions(text)
        with torch.no_grad():  # errors near t = 1 where the caption says something
            counted = (t > 0.88) & (ids[:, 1] != tok.end).repeat_interleave(DRAWS)
            kind = torch.from_numpy(batch.kind).to(device, non_blocking=True).repeat_interleave(DRAWS)
            none = torch.zeros_like(kind)
            kinds.add(torch.where(counted, kind, -1), each)
            shapes.add(torch.where(counted, none + SHAPES.index(batch.shape), -1), each)
            losses.add(none, each * weight)
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
            print(f"stage_c: {run.step - run.begun} steps after {time.time() - started:.1f} s", flush=True)
        if time.time() - logged > (10 if gpu else 60):
            logged = time.time()
            run.log(**losses.take(), rate=round((run.samples - first) / (time.time() - started), 1), done=round(done, 3),
                    near_one=kinds.take(3), shapes=shapes.take(3))
        clock.pause()
    if run.whole():
        run.save()
    run.log(**losses.take(), rate=round((run.samples - first) / (time.time() - started), 1), done=1, near_one=kinds.take(3), shapes=shapes.take(3))


if __name__ == "__main__":
    main()
