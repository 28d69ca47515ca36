"""Scenes composed on the fly from vector drawings: render any window of a scene at any size.

Each drawing is rasterised once and kept as premultiplied mipmaps, so that a scene costs a few milliseconds and its
edges are smooth at every size.
"""
import io
import json
from dataclasses import dataclass

import numpy as np
from PIL import Image
from resvg_py import svg_to_bytes

from .captions import every_subject, held_out
from .paths import EMOJI
from .vocabulary import COLORS, OBJECTS, SHAPES

SPRITE = 1024  # pixels of the largest mipmap


@dataclass
class Item:
    name: str
    tint: tuple | None  # 0..255, only shapes
    cx: float  # centre and size as fractions of the picture's side
    cy: float
    size: float


@dataclass
class Scene:
    background: tuple  # 0..255
    items: list


def rasterise(svg_body, box=32, side=SPRITE):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box} {box}" width="{side}" height="{side}">{svg_body}</svg>'
    return Image.open(io.BytesIO(bytes(svg_to_bytes(svg_string=svg)))).convert("RGBA").convert("RGBa")


class Renderer:
    def __init__(self, names=None):
        icons = json.loads((EMOJI / "@iconify-json/fluent-emoji-flat/icons.json").read_text())
        bodies = {n: icons["icons"][d]["body"] for n, d in OBJECTS.items()} | SHAPES
        self.mips = {}
        for name in names or bodies:
            levels = [rasterise(bodies[name])]
            while levels[-1].width > 16:
                levels.append(levels[-1].reduce(2))
            self.mips[name] = levels

    def render(self, scene, side, window=(0.0, 0.0, 1.0)):
        """A square window (left, top, width as fractions of the scene) as side x side x 3 float32 in 0..1."""
        left, top, width = window
        out = np.empty((side, side, 3), np.float32)
        out[:] = np.asarray(scene.background, np.float32) / 255
        for item in scene.items:
            levels = self.mips[item.name]
            # the mipmap with at most 1.5 of its pixels to one pixel of the picture
            per_pixel = SPRITE * width / (item.size * side)
            level = min(len(levels) - 1, max(0, int(np.ceil(np.log2(max(per_pixel, 1e-6) / 1.5)))))
            sprite = levels[level]
            k = sprite.width * width / (item.size * side)  # sprite pixels for each picture pixel
            x0 = (left - (item.cx - item.size / 2)) / item.size * sprite.width
            y0 = (top - (item.cy - item.size / 2)) / item.size * sprite.width
            s = sprite.transform((side, side), Image.Transform.AFFINE, (k, 0, x0, 0, k, y0), Image.Resampling.BILINEAR)
            s = np.asarray(s).astype(np.float32) * (1 / 255)
            alpha = s[..., 3:]
            colour = alpha * (np.asarray(item.tint, np.float32) / 255) if item.tint else s[..., :3]
            out = out * (1 - alpha) + colour
        return out


# Centres of several objects: half a picture apart, a whole number of Stage C's tokens, so that what is learned at one
# place serves the others.
SIDE_BY_SIDE, ONE_ABOVE_OTHER = ((0.25, 0.5), (0.75, 0.5)), ((0.5, 0.25), (0.5, 0.75))
PLACES = {2: SIDE_BY_SIDE, 3: ((0.5, 0.25), (0.25, 0.75), (0.75, 0.75)),
          4: ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))}
SMALL = 0.44  # size of each of several


def compose(subject, rng, jitter=1.0):
    """A scene of a subject. Little is left open: place within 3 % and size within 6 % for one, 1 % and 3 % for each of
    several, shades within 2 % of the range."""
    def shade(name):
        return tuple(np.clip(np.asarray(COLORS[name]) + rng.normal(0, 3 * jitter, 3), 0, 255))
    if subject.kind in ("pair", "count"):
        places = ONE_ABOVE_OTHER if subject.above else PLACES[2 if subject.other else subject.count]
        names = (subject.name, subject.other) if subject.other else (subject.name,) * subject.count
        items = [Item(name, None, *(np.array(place) + 0.01 * jitter * rng.uniform(-1, 1, 2)),
                      SMALL * (1 + 0.03 * jitter * rng.uniform(-1, 1))) for name, place in zip(names, places)]
        return Scene(shade(subject.background), items)
    size = (0.76 if subject.color is None else 0.62) * (1 + 0.06 * jitter * rng.uniform(-1, 1))
    cx, cy = 0.5 + 0.03 * jitter * rng.uniform(-1, 1, 2)
    tint = shade(subject.color) if subject.color else None
    return Scene(shade(subject.background), [Item(subject.name, tint, cx, cy, size)])


class Subjects:
    """Draws training subjects by kind, then evenly; never a held-out combination."""
    SHARES = {"object": 0.40, "shape": 0.20, "pair": 0.22, "count": 0.18}

    def __init__(self, shares=None):
        self.shares = shares or self.SHARES
        train = [s for s in every_subject() if not held_out(s)]
        self.pools = [[s for s in train if s.kind == k] for k in self.shares]
        self.edges = np.cumsum(list(self.shares.values()))

    def draw(self, rng):
        pool = self.pools[min(len(self.pools) - 1, int(np.searchsorted(self.edges, rng.random(), side="right")))]
        return pool[rng.integers(len(pool))]
