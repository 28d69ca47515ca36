"""Captions of one object, a tinted shape, a pair of objects or two to four of one object, on plain backgrounds, and the
combinations held out from training."""
from dataclasses import dataclass

from .vocabulary import COLORS, FILLERS, OBJECTS, SHAPES, plural

OBJECT_NAMES, SHAPE_NAMES, COLOR_NAMES = list(OBJECTS), list(SHAPES), list(COLORS)
NUMBERS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True)
class Subject:
    """What a scene shows: an object of its own colours (color None) or a tinted shape, on a background; with `other`,
    the object right of it or (`above`) below it; with `count`, so many of it."""
    name: str
    color: str | None
    background: str
    other: str | None = None
    above: bool = False
    count: int = 1

    @property
    def kind(self):
        return "pair" if self.other else "count" if self.count > 1 else "shape" if self.color else "object"


def new_background(name, background):
    return (3 * OBJECT_NAMES.index(name) + 5 * COLOR_NAMES.index(background)) % 11 in (0, 4)


def new_together(s):
    """Two objects (in whatever order and place) or an object in this number: held out on every background."""
    if s.other:
        return (OBJECT_NAMES.index(s.name) + OBJECT_NAMES.index(s.other)) % 8 == 3
    return s.count > 1 and (OBJECT_NAMES.index(s.name) + 3 * s.count) % 7 == 0


def held_out(s):
    """The split, fixed for ever: two backgrounds of eleven for each object, alone or not; two colours of eleven for each
    shape (on whatever background); one pair of eight; one number for three objects of seven. Held-out combinations are
    never drawn in training, only in evaluation."""
    if s.color:
        return (2 * SHAPE_NAMES.index(s.name) + COLOR_NAMES.index(s.color)) % 11 in (0, 5)
    return new_together(s) or any(new_background(o, s.background) for o in (s.name, s.other) if o)


def every_subject():
    """All combinations, in a fixed order. A tint never equals its background: the shape would vanish."""
    objects = [Subject(o, None, b) for o in OBJECT_NAMES for b in COLOR_NAMES]
    shapes = [Subject(s, c, b) for s in SHAPE_NAMES for c in COLOR_NAMES for b in COLOR_NAMES if c != b]
    counts = [Subject(o, None, b, count=n) for o in OBJECT_NAMES for n in NUMBERS for b in COLOR_NAMES]
    pairs = [Subject(o, None, b, other, above) for o in OBJECT_NAMES for other in OBJECT_NAMES if other != o
             for above in (False, True) for b in COLOR_NAMES]
    return objects + shapes + counts + pairs


PLURAL_ALONE = ("grapes", "glasses", "scissors")  # one of it has a plural's name


def an(thing):
    """With its article: "a cat", "an owl", "a unicorn", "nice glasses"."""
    if thing.split()[-1] in PLURAL_ALONE:
        return thing
    return f"{'an' if thing[0] in 'aeiou' and not thing.startswith('uni') else 'a'} {thing}"


def the_thing(s):
    return f"{s.color} {s.name}" if s.color else s.name


def together(s, relation):
    """The words for a pair or a number, without the background."""
    if s.count > 1:
        return f"{NUMBERS[s.count]} {plural(s.name)}"
    return f"{an(s.name)} {relation} {an(s.other)}"


def on(s):
    return f"on {an(s.background)} background"


def plain_caption(s):
    """The full form, which evaluation uses: "an owl on a red background"."""
    if s.kind in ("pair", "count"):
        return f"{together(s, 'above' if s.above else 'to the left of')} {on(s)}"
    return f"{an(the_thing(s))} {on(s)}"


def caption(s, rng):
    """A caption for training: mostly the full form; sometimes shorter (what is not said, varies), sometimes with a
    word that means nothing, so that unknown words do no harm."""
    u = rng.random()
    if s.kind in ("pair", "count"):
        beside = ("to the left of", "left of", "next to", "beside", "and")
        over = ("above", "over", "above")
        relation = over[int(u * 15) if u < 0.2 else 0] if s.above else beside[int(u * 10) if u < 0.5 else 0]
        words = together(s, relation)
        if s.other and 0.9 < u:  # the same picture told from the other object
            back = "below" if s.above else "to the right of"
            words = f"{an(s.other)} {back} {an(s.name)}"
        return words if rng.random() < 0.05 else f"{words} {on(s)}"
    thing = the_thing(s)
    if u < 0.08:
        return an(thing) if rng.random() < 0.5 else thing
    if u < 0.18:
        return f"{thing} on {s.background}" if rng.random() < 0.5 else f"{thing} on {s.background} background"
    filler = FILLERS[rng.integers(len(FILLERS))]
    if u < 0.26:
        return f"{an(f'{filler} {thing}')} {on(s)}"
    if u < 0.30:
        return f"{an(filler)} of {an(thing)} {on(s)}"
    return plain_caption(s)
