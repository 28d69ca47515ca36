"""Scenes composed on the fly from vector drawings: render any window of a scene at any size.

Each drawing is rasterised once and kept as premultiplied mipmaps, so that a scene costs a few milliseconds and its
edges are smooth at every size. A drawing that bears a tint is kept a second time as two maps, what stays and how much of
the tint is added: its colour is linear in the tint, so these are filtered and composed as any picture. Lengths are in
units of 1024 pixels: a picture of 1024x1024 is 1 by 1, whatever it is rendered at.

atlas.py composes the same scenes in batches on a GPU.
"""
import io
import json
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from .captions import draw, held_out
from .paths import EMOJI, SPRITES
from .vocabulary import COLORS, OBJECTS, SHAPES, TINTABLE

SPRITE = 1024  # pixels of the largest mipmap
LUMA = np.array((0.299, 0.587, 0.114), np.float32)
TINTS = COLORS | {"black": (52, 52, 56)}  # of objects: black lines are still seen on it
# Ground and stars of the simple scenes: sky, ground, and where it begins (as part of the height).
GROUNDS = {"grass": ((136, 206, 250), (92, 178, 72), 0.62), "night": ((28, 32, 84), (22, 62, 58), 0.66),
           "sea": ((180, 226, 252), (28, 116, 200), 0.56)}
GROUND = 1.8  # side of a ground, wider than any picture; its drawing has a clear margin of 1/32, for a smooth edge
_star = "M{0} {1}l.22 .58 .58 .22-.58 .22-.22 .58-.22-.58-.58-.22 .58-.22z"
_wave = "M{0} {1}h2.400v.4h-2.400z"


def _path(parts):
    return f'<path d="{"".join(parts)}"/>'


DECOR = {
    "_ground": '<path d="M1 1H31V31H1z"/>',
    "_stars": _path(_star.format(2.5 + 7.5 * (i % 4) + 3.2 * (i // 4 % 2), 2 + 5 * (i // 4) + 1.7 * (i % 3)) for i in range(24)),
    "_waves": _path(_wave.format(1.5 + 7.5 * (i % 4) + 3.7 * (i // 4 % 2), 2.5 + 3.5 * (i // 4)) for i in range(32)),
}


@dataclass
class Item:
    name: str  # a drawing; "cat~" is the cat that takes a tint
    tint: tuple | None  # 0..255
    cx: float  # centre and size in units
    cy: float
    size: float


@dataclass
class Scene:
    background: tuple  # 0..255
    items: list


def rasterise(svg_body, box=32, side=SPRITE):
    from resvg_py import svg_to_bytes  # not there on a machine with packed drawings
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box} {box}" width="{side}" height="{side}">{svg_body}</svg>'
    return Image.open(io.BytesIO(bytes(svg_to_bytes(svg_string=svg)))).convert("RGBA")


def tint_maps(p, area):
    """A drawing's colours, premultiplied [n, 4] in 0..1, and how many pixels have each -> the same for a tint: [n, 5],
    colour = three + fifth * tint.
    What has the drawing's main hue takes the tint, darker where it was darker and paler where it was paler; lines, eyes,
    whites and other hues stay."""
    alpha = p[..., 3]
    c = p[..., :3] / np.maximum(alpha, 1 / 255)[..., None]
    light = c @ LUMA
    sure = (alpha > 0.99) & (light > 0.2) & (light < 0.93)
    key = (c * 15.99).astype(int) @ np.array((256, 16, 1))
    most = key == np.bincount(key, area * sure).argmax()
    main = np.average(c[most & sure], 0, area[most & sure])
    level = main @ LUMA

    def hue(x):
        return x / (x.sum(-1, keepdims=True) + 0.05)
    mask = np.clip((0.24 - np.abs(hue(c) - hue(main)).sum(-1)) / 0.08, 0, 1) * np.clip((light / level - 0.3) / 0.1, 0, 1)
    mask *= np.where(light > level, np.clip((0.97 - light) / 0.04, 0, 1), 1)
    paler = np.where(light > level, np.clip((light - level) / (1 - level + 1e-3), 0, 1) * 0.9, 0)
    share = mask * np.where(light > level, 1 - paler, light / level)
    stays = (1 - mask)[..., None] * c + (mask * paler)[..., None]
    return np.concatenate([alpha[..., None] * stays, p[..., 3:], (alpha * share)[..., None]], -1)


NAMES = [*OBJECTS, *SHAPES, *DECOR, *(n + "~" for n in TINTABLE)]
NUMBER = {n: i for i, n in enumerate(NAMES)}


def layers(name, body):
    """-> {sprite's name: uint8 [h, w, 5]}: premultiplied colour that stays, alpha, how much of the tint is added."""
    p = np.asarray(rasterise(body).convert("RGBa"))
    none = np.zeros_like(p[..., :1])
    if name not in OBJECTS:
        return {name: np.concatenate([none, none, none, p[..., 3:], p[..., 3:]], -1)}
    made = {name: np.concatenate([p, none], -1)}
    if name in TINTABLE:  # flat drawings have few colours: each is worked out once
        colours, which = np.unique(p.reshape(-1, 4).view(np.uint32), return_inverse=True)
        each = tint_maps(colours.view(np.uint8).reshape(-1, 4).astype(np.float32) / 255, np.bincount(which.ravel()))
        made[name + "~"] = np.round(each * 255).clip(0, 255).astype(np.uint8)[which].reshape(*p.shape[:2], 5)
    return made


def packed(p):
    """A third of what PNG takes."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(p)).save(out, "WEBP", lossless=True, exact=True, quality=60, method=3)
    return out.getvalue()


@cache
def rasterised():
    """The file that holds all sprites; made from the vector drawings if it is not there or lacks one. A machine without
    those gets the file (pack.sh)."""
    wanted = {f"{n}.webp" for n in NAMES}
    if not SPRITES.exists() or not wanted <= set(zipfile.ZipFile(SPRITES).namelist()):
        icons = json.loads((EMOJI / "@iconify-json/fluent-emoji-flat/icons.json").read_text())
        bodies = {n: icons["icons"][d]["body"] for n, d in OBJECTS.items()} | SHAPES | DECOR
        SPRITES.parent.mkdir(parents=True, exist_ok=True)
        part = SPRITES.with_suffix(".part")
        with zipfile.ZipFile(part, "w") as z:
            for name, body in bodies.items():
                for sprite, p in layers(name, body).items():  # bytes of five channels, not a picture to be looked at
                    z.writestr(f"{sprite}.webp", packed(p[..., :4]))
                    if p[..., 4].any():
                        z.writestr(f"{sprite}.tint", packed(p[..., [4] * 3]))
        os.replace(part, SPRITES)
    return SPRITES


def sprites(names=NAMES, threads=1):
    """(name, picture [side, side, 4], tint's share [side, side] or None) of each."""
    file = rasterised()
    found = set(zipfile.ZipFile(file).namelist())

    def one(name):
        z, share = zipfile.ZipFile(file), f"{name}.tint"
        return (name, np.array(Image.open(io.BytesIO(z.read(f"{name}.webp"))).convert("RGBA")),
                np.array(Image.open(io.BytesIO(z.read(share))).getchannel(0)) if share in found else None)
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(one, names)


class Renderer:
    """Renders one scene at a time, on a processor; sprites are read when they are first used."""
    def __init__(self, side=SPRITE):
        self.side, self.mips = side, {}

    def levels(self, name):
        if name not in self.mips:
            _, picture, share = next(sprites([name]))
            levels = [(Image.merge("RGBa", Image.fromarray(picture).split()), None if share is None else Image.fromarray(share))]
            while levels[-1][0].width > 16:
                levels.append(tuple(z and z.reduce(2) for z in levels[-1]))
            self.mips[name] = [z for z in levels if z[0].width <= self.side]
        return self.mips[name]

    def render(self, scene, side, window=(0.0, 0.0, 1.0)):
        """A window (left, top, width in units) as an array [height, width, 3] in 0..1; `side` is its pixels, one number or
        (width, height)."""
        left, top, width = window
        w, h = (side, side) if isinstance(side, int) else side
        out = np.empty((h, w, 3), np.float32)
        out[:] = np.asarray(scene.background, np.float32) / 255
        for item in scene.items:
            levels = self.levels(item.name)
            unit = width / (item.size * w)  # drawings to one pixel
            sprite, share = levels[level_of(self.side * unit, len(levels))]
            n = sprite.width
            to = (n * unit, 0, (left - (item.cx - item.size / 2)) / item.size * n,
                  0, n * unit, (top - (item.cy - item.size / 2)) / item.size * n)
            s = np.asarray(sprite.transform((w, h), Image.Transform.AFFINE, to, Image.Resampling.BILINEAR)).astype(np.float32) / 255
            out = out * (1 - s[..., 3:]) + s[..., :3]
            if share is not None:
                b = np.asarray(share.transform((w, h), Image.Transform.AFFINE, to, Image.Resampling.BILINEAR)).astype(np.float32) / 255
                out += b[..., None] * (np.asarray(item.tint, np.float32) / 255)
        return out


def level_of(per_pixel, levels):
    """The mipmap with at most 1.5 of its pixels to one pixel of the picture."""
    return np.clip(np.ceil(np.log2(np.maximum(per_pixel, 1e-6) / 1.5)), 0, levels - 1).astype(int)


SHARE, SMALL, TINTED = 0.76, 0.88, 0.62  # size of an object alone, of one in its cell of several, of a shape alone
ROWS = {2: ((2,), (1, 1)), 3: ((1, 2), (3,), (1, 1, 1)), 4: ((2, 2), (4,), (1, 1, 1, 1)), 5: ((2, 3), (5,), (1, 1, 1, 1, 1), (2, 1, 2))}


def places(rows, width, height):
    """Centres and size of things in rows. At 1 by 1 two to four are half a picture apart, a whole number of Stage C's tokens,
    so that what is learned at one place serves the others."""
    if rows == (2, 1, 2):  # as on a die: the one in the middle lies between the others
        size = min(0.34 * min(width, height), 0.28 * max(width, height))
        x, y = (0.5 - 0.19) * width, (0.5 - 0.19) * height
        at = [(width / 2 + i * x, height / 2 + j * y) for j, i in ((-1, -1), (-1, 1), (0, 0), (1, -1), (1, 1))]
        return at, size
    size = min(width / max(rows), height / len(rows)) * SMALL
    at = [(width * (i + 0.5) / n, height * (j + 0.5) / len(rows)) for j, n in enumerate(rows) for i in range(n)]
    return at, min(size, SHARE * min(width, height))


def arrangement(count, width, height):
    """Of the ways to set so many things into a picture the one where they are largest (the first, if alike)."""
    return max((places(rows, width, height) for rows in ROWS[count]), key=lambda p: round(p[1], 3))


def compose(subject, rng, jitter=1.0, width=1.0, height=1.0):
    """A scene of a subject for a picture of width x height units; things are sized by the shorter side. Little is left open:
    place within 3 % and size within 6 % for one, 1 % and 3 % for each of several, shades within 2 % of the range."""
    def shade(rgb):
        return tuple(np.clip(np.asarray(rgb) + rng.normal(0, 3 * jitter, 3), 0, 255))

    def item(thing, place, size, loose):
        name, color = thing
        if color and name not in SHAPES:
            name, tint = name + "~", shade(TINTS[color])
        else:
            tint = shade(COLORS[color]) if color else None
        x, y = np.array(place) + 0.01 * loose * short * jitter * rng.uniform(-1, 1, 2)
        return Item(name, tint, x, y, size * (1 + (0.03 if loose == 1 else 0.06) * jitter * rng.uniform(-1, 1)))
    short, things = min(width, height), subject.things
    items = []
    if subject.background in GROUNDS:
        sky, ground, part = GROUNDS[subject.background]
        edge, wide = part * height, 1.6 * max(width, height)
        background = shade(sky)
        if subject.background == "night":
            items.append(Item("_stars", (255, 240, 190), width / 2, edge - 0.47 * wide, wide))
        items.append(Item("_ground", shade(ground), width / 2, edge + GROUND * (0.5 - 1 / 32), GROUND))
        if subject.background == "sea":
            items.append(Item("_waves", (110, 184, 240), width / 2, edge + 0.5 * wide, wide))
    else:
        background = shade(COLORS[subject.background])
    if subject.how == "on":  # the upper stands on the lower
        size = min(0.46 * height, 0.7 * width)
        at = [(width / 2, height / 2 - 0.42 * size), (width / 2, height / 2 + 0.5 * size)]
        items += [item(things[1], at[1], size * 1.08, 1), item(things[0], at[0], size * 0.82, 1)]
    elif subject.how:  # in front, below and larger than life; what is behind goes first
        items += [item(things[1], (width / 2 + 0.12 * short, height / 2 - 0.11 * short), 0.68 * short, 1),
                  item(things[0], (width / 2 - 0.17 * short, height / 2 + 0.2 * short), 0.46 * short, 1)]
    elif subject.other:
        at, size = places((1, 1) if subject.above else (2,), width, height)
        items += [item(t, p, size, 1) for t, p in zip(things, at)]
    elif subject.count > 1:
        at, size = arrangement(subject.count, width, height)
        items += [item(things[0], p, size, 1) for p in at]
    else:
        size = (TINTED if subject.name in SHAPES else SHARE) * short
        items.append(item(things[0], (width / 2, height / 2), size, 3))
    return Scene(background, items)


class Subjects:
    """Draws training subjects by kind, then evenly; never a held-out combination."""
    SHARES = {"object": 0.24, "tint": 0.15, "shape": 0.10, "pair": 0.24, "touch": 0.07, "count": 0.20}

    def __init__(self, shares=None, everything=False):
        self.kinds, shares = zip(*(shares or self.SHARES).items())
        self.edges, self.everything = np.cumsum(shares), everything

    def draw(self, rng):
        kind = self.kinds[min(len(self.kinds) - 1, int(np.searchsorted(self.edges, rng.random(), side="right")))]
        while True:
            s = draw(kind, rng)
            if self.everything or not held_out(s):
                return s
