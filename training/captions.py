"""Captions of single objects and tinted shapes on plain backgrounds, and the combinations held out from training."""
from dataclasses import dataclass

from .vocabulary import COLORS, FILLERS, OBJECTS, SHAPES

OBJECT_NAMES, SHAPE_NAMES, COLOR_NAMES = list(OBJECTS), list(SHAPES), list(COLORS)


@dataclass(frozen=True)
class Subject:
    """What a scene shows: an object of its own colours (color None) or a tinted shape, on a background."""
    name: str
    color: str | None
    background: str


def held_out(s):
    """The split, fixed for ever: two backgrounds of eleven for each object; two colours of eleven for each shape
    (on whatever background). Held-out combinations are never drawn in training, only in evaluation."""
    if s.color is None:
        return (3 * OBJECT_NAMES.index(s.name) + 5 * COLOR_NAMES.index(s.background)) % 11 in (0, 4)
    return (2 * SHAPE_NAMES.index(s.name) + COLOR_NAMES.index(s.color)) % 11 in (0, 5)


def every_subject():
    """All combinations, in a fixed order. A tint never equals its background: the shape would vanish."""
    objects = [Subject(o, None, b) for o in OBJECT_NAMES for b in COLOR_NAMES]
    shapes = [Subject(s, c, b) for s in SHAPE_NAMES for c in COLOR_NAMES for b in COLOR_NAMES if c != b]
    return objects + shapes


def article(word):
    return "an" if word[0] in "aeiou" else "a"


def plain_caption(s):
    """The full form, which evaluation uses: "an owl on a red background"."""
    thing = f"{s.color} {s.name}" if s.color else s.name
    return f"{article(thing)} {thing} on {article(s.background)} {s.background} background"


def caption(s, rng):
    """A caption for training: mostly the full form; sometimes shorter (what is not said, varies), sometimes with a
    word that means nothing, so that unknown words do no harm."""
    thing = f"{s.color} {s.name}" if s.color else s.name
    u = rng.random()
    if u < 0.08:
        return f"{article(thing)} {thing}" if rng.random() < 0.5 else thing
    if u < 0.18:
        return f"{thing} on {s.background}" if rng.random() < 0.5 else f"{thing} on {s.background} background"
    if u < 0.26:
        filler = FILLERS[rng.integers(len(FILLERS))]
        return f"{article(filler)} {filler} {thing} on {article(s.background)} {s.background} background"
    if u < 0.30:
        filler = FILLERS[rng.integers(len(FILLERS))]
        return f"{article(filler)} {filler} of {article(thing)} {thing} on {article(s.background)} {s.background} background"
    return plain_caption(s)
