"""What a step of training is shown: captions and scenes by numbers, then pictures and latents made of them.

Everything of a step is drawn from a generator seeded with the step's number alone. So it does not matter which process
draws it, and a resumed run sees what an uncut one sees. One shape of picture a step.
"""
import os
from dataclasses import dataclass

import numpy as np
import torch

from .captions import KINDS, caption
from .efficientnet import double
from .padding import KEPT
from .scenes import NUMBER, Item, NAMES, Renderer, Scene, Subjects, compose
from .tokenizer import Tokenizer

# Shapes in Stage C's tokens: 8x8 is 1024x1024 pixels. The page's own ones by hand, then all of 512x512 to 1024x1024 pixels'
# area from 21:9 to 9:21.
TOKEN = 3  # of Stage C's latent, which is 24 to a unit (1024 pixels)
USUAL = {(8, 8): 0.34, (4, 4): 0.10, (9, 7): 0.06, (7, 9): 0.06, (11, 6): 0.06, (6, 11): 0.06, (10, 7): 0.04, (7, 10): 0.04,
         (12, 5): 0.04, (5, 12): 0.04}
OTHERS = [(w, h) for w in range(3, 13) for h in range(3, 13)
          if 16 <= w * h <= 66 and max(w / h, h / w) <= 2.4 and (w, h) not in USUAL]
SHAPES = list(USUAL) + OTHERS
CHANCES = np.array(list(USUAL.values()) + [(1 - sum(USUAL.values())) / len(OTHERS)] * len(OTHERS))
MOST = 8  # items of a scene
TEXTS = KEPT  # positions of a caption, its end included
EMPTY = 0.1  # captions dropped, for classifier-free guidance


@dataclass
class Batch:
    """N scenes of one shape. Arrays [N, MOST] but: background [N, 3], tint [N, MOST, 3], both 0..1; count, kind [N];
    ids [N, TEXTS]; `also`: arrays [N] of what `more` said."""
    shape: tuple  # width and height in tokens
    sprite: np.ndarray
    cx: np.ndarray
    cy: np.ndarray
    size: np.ndarray
    tint: np.ndarray
    background: np.ndarray
    count: np.ndarray
    kind: np.ndarray
    ids: np.ndarray
    also: dict

    @property
    def latent(self):
        """Width and height of Stage C's latent."""
        return self.shape[0] * TOKEN, self.shape[1] * TOKEN

    def scene(self, n):
        items = [Item(NAMES[self.sprite[n, k]], tuple(self.tint[n, k] * 255), float(self.cx[n, k]), float(self.cy[n, k]), float(self.size[n, k]))
                 for k in range(self.count[n])]
        return Scene(tuple(self.background[n] * 255), items)

    def part(self, a, b):
        arrays = {k: v[a:b] if isinstance(v, np.ndarray) else v for k, v in vars(self).items()}
        return Batch(**arrays | {"also": {k: v[a:b] for k, v in self.also.items()}})


def batch_of(subjects, rng, jitter, shape, tokenizer=None, more=None):
    n = len(subjects)
    b = Batch(shape, *(np.zeros((n, MOST), t) for t in (np.int64, np.float32, np.float32, np.float32)),
              np.zeros((n, MOST, 3), np.float32), np.zeros((n, 3), np.float32), np.zeros(n, np.int64), np.zeros(n, np.int64),
              np.zeros((n, TEXTS), np.int64), {})
    b.size[:] = 1
    width, height = b.latent
    for i, s in enumerate(subjects):
        scene = compose(s, rng, jitter, width / 24, height / 24)
        b.background[i], b.count[i], b.kind[i] = np.asarray(scene.background) / 255, len(scene.items), KINDS.index(s.kind)
        for k, item in enumerate(scene.items):
            b.sprite[i, k], b.cx[i, k], b.cy[i, k], b.size[i, k] = NUMBER[item.name], item.cx, item.cy, item.size
            if item.tint is not None:
                b.tint[i, k] = np.asarray(item.tint) / 255
        if tokenizer:
            ids = None
            while ids is None:  # strewn with too many unknown words: another one
                ids = tokenizer.ids("" if rng.random() < EMPTY else caption(s, rng), TEXTS)
            b.ids[i] = ids
    if more:
        b.also = more(subjects)
    return b


class Steps:
    """The batch of each step, by number."""
    def __init__(self, seed, n, jitter, shares=None, captions=False, everything=False, more=None, shape=None):
        self.seed, self.n, self.jitter, self.more, self.shape = seed, n, jitter, more, shape
        self.subjects = Subjects(shares, everything)
        self.tokenizer = Tokenizer() if captions else None

    def __len__(self):
        return 1 << 30

    def __getitem__(self, step):
        rng = np.random.default_rng([self.seed, step])
        shape = self.shape or SHAPES[rng.choice(len(SHAPES), p=CHANCES)]
        return batch_of([self.subjects.draw(rng) for _ in range(self.n)], rng, self.jitter, shape, self.tokenizer, self.more)


def ahead(steps, first, workers):
    """The batches of steps from `first` on, drawn by processes of their own where there are cores to spare."""
    if not workers:
        return map(steps.__getitem__, range(first, len(steps)))
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    return iter(torch.utils.data.DataLoader(steps, batch_size=None, sampler=range(first, len(steps)), num_workers=workers,
                                            prefetch_factor=4, collate_fn=_as_it_is, multiprocessing_context="fork"))


def _as_it_is(batch):
    return batch


class Pictures:
    """Makes pictures of batches: on a GPU all at once, on a processor one by one. `side`: of the largest sprite."""
    AT_ONCE = 1 << 25  # pixels

    def __init__(self, device, side):
        self.device = device
        if device.type != "cpu":
            from .atlas import Atlas
            self.atlas = Atlas(device, side, threads=max(1, min(8, (os.cpu_count() or 1) // 2)))
        else:
            self.atlas, self.renderer = None, Renderer(side)

    def __call__(self, batch, size, unit, windows=None):
        """-> [N (* windows each), 3, height, width] on the device; size (width, height) in pixels, `unit` pixels to a unit."""
        per = 1 if windows is None else windows.shape[1]
        n = len(batch.sprite)
        if self.atlas:
            each = max(1, self.AT_ONCE // (size[0] * size[1] * per))
            return torch.cat([self.atlas.render(batch.part(i, i + each), size, unit, None if windows is None else windows[i:i + each])
                              for i in range(0, n, each)])
        windows = np.zeros((n, 1, 2)) if windows is None else windows
        made = [self.renderer.render(batch.scene(i), size, (*windows[i, k], size[0] / unit)) for i in range(n) for k in range(per)]
        return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


class Latents:
    """Semantic latents of batches by the frozen encoder, which sees 32 pixels for two of the latent."""
    AT_ONCE = 128

    def __init__(self, device, encoder, pictures):
        self.pictures, self.encoder = pictures, encoder.to(device)
        self.kind = torch.float16 if device.type != "cpu" else torch.float32
        self.encoder.to(self.kind)
        self.checked = self.kind == torch.float32

    @torch.no_grad()
    def half(self, batch):
        """[N, 16, ...], half as wide and high as the latent; odd ones reach half a step beyond the picture."""
        w, h = (-(-z // 2) for z in batch.latent)
        made = []
        for i in range(0, len(batch.sprite), self.AT_ONCE):
            x = self.pictures(batch.part(i, i + self.AT_ONCE), (w * 32, h * 32), 384)
            made.append(self.encode(x))
        return torch.cat(made)

    def encode(self, x):
        z = self.encoder(x.to(self.kind, memory_format=torch.channels_last)).float()
        if not self.checked:
            self.checked = True
            self.encoder.float()
            exact = self.encoder(x.float())
            error = (z - exact).square().mean().item()
            print(f"encoder in {self.kind}: mean square error {error:.2e} of its latents", flush=True)
            if not error < 2e-3:
                self.kind, z = torch.float32, exact
            self.encoder.to(self.kind)
        return z

    def __call__(self, batch):
        w, h = batch.latent
        return double(self.half(batch))[:, :, :h, :w]
